/* SPDX-License-Identifier: Apache-2.0 */
/* The ucontext of a handler: registers at the interrupted instruction, and changes take effect. */
/* run: plain */
#include "t.h"
#include <ucontext.h>

static greg_t seen[23];

static void on(int sig, siginfo_t *si, void *arg)
{
	ucontext_t *uc = arg;

	(void)sig, (void)si;
	memcpy(seen, uc->uc_mcontext.gregs, sizeof(seen));
	uc->uc_mcontext.gregs[REG_RIP] += 2;
	uc->uc_mcontext.gregs[REG_R12] = 0x1212;
	uc->uc_mcontext.gregs[REG_RCX] ^= 0xff;
	uc->uc_mcontext.gregs[REG_EFL] |= 1; /* carry */
	sigaddset(&uc->uc_sigmask, SIGUSR2);
}

int main(void)
{
	unsigned long r12, rcx, flags;
	sigset_t now;

	t_handle_info(SIGILL, on, 0);
	__asm__ volatile("mov $0x111,%%r12\n mov $0x222,%%rcx\n mov $0x333,%%r13\n"
			 "mov $0x444,%%r11\n mov $-5,%%rdx\n xor %%eax,%%eax\n"
			 "ud2\n"
			 "pushf\n pop %%rax\n mov %%r12,%%rdx\n"
			 : "=&a"(flags), "=&c"(rcx), "=&d"(r12)
			 :
			 : "r12", "r13", "r11", "cc", "memory");
	printf("r12 %lx rcx %lx r13 %lx r11 %lx rdx %ld rax %lx\n", (long)seen[REG_R12],
		(long)seen[REG_RCX], (long)seen[REG_R13], (long)seen[REG_R11], (long)seen[REG_RDX],
		(long)seen[REG_RAX]);
	printf("trap %ld, zero flag %d\n", (long)seen[REG_TRAPNO], (int)(seen[REG_EFL] >> 6 & 1));
	printf("afterwards r12 %lx rcx %lx carry %lu\n", r12, rcx, flags & 1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	printf("USR2 blocked %d, ILL blocked %d\n", sigismember(&now, SIGUSR2),
		sigismember(&now, SIGILL));
	return 0;
}
