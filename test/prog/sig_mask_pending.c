/* SPDX-License-Identifier: Apache-2.0 */
/* sigprocmask, sigpending: blocked signals wait, standard ones once, and come in when unblocked. */
#include "t.h"

static volatile char order[64];
static volatile int n;

static void on(int sig)
{
	order[n++] = (char)('A' + sig);
}

int main(void)
{
	sigset_t set = t_sigset(SIGUSR1), old, pend;

	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	t_handle(SIGUSR1, on, 0);
	t_handle(SIGUSR2, on, 0);
	t_handle(SIGTERM, SIG_IGN, 0);
	SHOW(sigprocmask(SIG_BLOCK, &set, &old));
	for (int i = 0; i < 3; i++)
		raise(SIGUSR1), raise(SIGUSR2), raise(SIGTERM);
	SHOW(n);
	SHOW(sigpending(&pend));
	printf("pending %d %d %d %d\n", sigismember(&pend, SIGUSR1), sigismember(&pend, SIGUSR2),
		sigismember(&pend, SIGTERM), sigismember(&pend, SIGHUP));
	sigdelset(&set, SIGUSR2);
	SHOW(sigprocmask(SIG_SETMASK, &set, NULL));
	SHOW(n);
	SHOW(sigprocmask(SIG_SETMASK, &old, NULL));
	SHOW(n);
	YES(order[0] == 'A' + SIGUSR2 && order[1] == 'A' + SIGUSR1);
	sigfillset(&set);
	SHOW(sigprocmask(SIG_SETMASK, &set, NULL));
	SHOW(sigprocmask(SIG_BLOCK, NULL, &set));
	printf("KILL %d STOP %d HUP %d\n", sigismember(&set, SIGKILL), sigismember(&set, SIGSTOP),
		sigismember(&set, SIGHUP));
	SHOW(sigprocmask(77, &set, NULL));
	SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4));
	SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, NULL, 8));
	return 0;
}
