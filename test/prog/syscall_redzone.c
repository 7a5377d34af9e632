/* SPDX-License-Identifier: Apache-2.0 */
/* System calls leave the 128 bytes below rsp alone, at first and when the place is known. */
/* run: plain */
#include "t.h"

/* long redzone(nr, arg): one call; the number of bytes of the red zone that it changed. */
long redzone(long nr, long arg);
__asm__(".text\n"
	"redzone:\n"
	" mov %rdi,%r8\n mov %rsi,%rdi\n xor %esi,%esi\n xor %edx,%edx\n"
	" mov $-128,%rcx\n"
	"1: lea 77(%rcx),%eax\n mov %al,(%rsp,%rcx)\n inc %rcx\n jnz 1b\n"
	" mov %r8,%rax\n"
	" syscall\n"
	" mov $-128,%rcx\n"
	"2: lea 77(%rcx),%eax\n cmp %al,(%rsp,%rcx)\n je 3f\n inc %rdx\n"
	"3: inc %rcx\n jnz 2b\n"
	" mov %rdx,%rax\n ret\n");

static const struct {
	const char *name;
	long nr, arg;
} rows[] = {
	{"getppid", SYS_getppid, 0},
	{"gettid", SYS_gettid, 0},
	{"sched_yield", SYS_sched_yield, 0},
	{"close of nothing", SYS_close, 9999},
	{"brk", SYS_brk, 0},
	{"kill by nothing", SYS_tkill, -1},
	{"no such call", 9999, 0},
};

int main(void)
{
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		long changed = 0;

		for (int j = 0; j < 500; j++)
			changed += redzone(rows[i].nr, rows[i].arg);
		printf("%s: %ld bytes changed\n", rows[i].name, changed);
	}
	return 0;
}
