/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain cc=-mno-red-zone */
/* Direction flag and alignment check of a program do not leak into the kernel or a handler. */
#include "t.h"

static volatile unsigned long flags_seen;

static void on(int sig)
{
	(void)sig;
	flags_seen = __builtin_ia32_readeflags_u64();
}

int main(void)
{
	unsigned long after;
	long r;

	t_handle(SIGUSR1, on, 0);
	__asm__ volatile("std\n syscall\n pushf\n pop %1\n cld"
			 : "=a"(r), "=&r"(after)
			 : "a"(SYS_tkill), "D"((long)getpid()), "S"((long)SIGUSR1)
			 : "rcx", "r11", "memory");
	printf("%ld: DF in the handler %lu, afterwards %lu\n", r, flags_seen >> 10 & 1,
		after >> 10 & 1);
	__asm__ volatile("pushf\n orl $0x40000,(%%rsp)\n popf\n syscall\n"
			 "pushf\n pop %1\n pushf\n andl $~0x40000,(%%rsp)\n popf"
			 : "=a"(r), "=&r"(after)
			 : "a"(SYS_tkill), "D"((long)getpid()), "S"((long)SIGUSR1)
			 : "rcx", "r11", "memory", "cc");
	printf("%ld: AC afterwards %lu\n", r, after >> 18 & 1);
	return 0;
}
