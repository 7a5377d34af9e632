/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain */
/* A push through a stack pointer that is no address at all is SIGBUS (#SS), and does not hang. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static sigjmp_buf back;

static void handler(int sig, siginfo_t *si, void *uc)
{
	(void)uc;
	printf("signal %d code %d\n", sig, si->si_code);
	siglongjmp(back, 1);
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	stack_t ss = {.ss_sp = malloc(65536), .ss_size = 65536};

	sigaltstack(&ss, NULL);
	sigaction(SIGBUS, &sa, NULL);
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile("movabs $0x8000000000000000, %rsp\n\tpush %rax");
	printf("alive\n");
	return 0;
}
