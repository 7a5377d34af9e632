/* SPDX-License-Identifier: Apache-2.0 */
/* A jump straight to a syscall instruction that straight-line code also runs through: both work,
 * whichever comes first. */
/* run: plain */
#include "t.h"

/* through(nr): falls into the instruction; jump_to(nr): jumps to it. Same bytes, same place. */
/* clang-format off */
#define PLACE(n) \
	long through##n(long nr); \
	long jump_to##n(long nr); \
	__asm__(".text\n.type through" #n ",@function\nthrough" #n ":\n xor %esi,%esi\n mov %edi,%eax\n" \
		"place" #n ": syscall\n cmp $-4095,%rax\n ret\n" \
		".type jump_to" #n ",@function\njump_to" #n ":\n mov %rdi,%rax\n jmp place" #n "\n");
PLACE(1)
PLACE(2)
PLACE(3)
/* clang-format on */

int main(void)
{
	int bad[3] = {0};

	for (int i = 0; i < 3000; i++) {
		bad[0] += through1(SYS_getpid) != getpid();
		bad[1] += jump_to2(SYS_getpid) != getpid();
		bad[2] += (i % 7 ? through3 : jump_to3)(SYS_getpid) != getpid();
	}
	for (int i = 0; i < 3000; i++) {
		bad[0] += jump_to1(SYS_getpid) != getpid();
		bad[1] += through2(SYS_getpid) != getpid();
	}
	printf("wrong %d %d %d\n", bad[0], bad[1], bad[2]);
	return 0;
}
