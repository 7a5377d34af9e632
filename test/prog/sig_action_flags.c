/* SPDX-License-Identifier: Apache-2.0 */
/* sigaction(2) flags: SA_RESETHAND, SA_NODEFER, sa_mask, SA_SIGINFO, and what may not be caught. */
#include "t.h"

/* raise(3) is declared a leaf: without volatile the compiler keeps values across it. */
static volatile int depth, deepest, calls;
static volatile siginfo_t info;

static void nested(int sig)
{
	depth++;
	deepest = depth > deepest ? depth : deepest;
	if (++calls < 4)
		raise(sig);
	depth--;
}

static void two(int sig)
{
	calls++;
	if (sig == SIGUSR1) {
		raise(SIGUSR2);
		printf("in USR1 handler: USR2 handled %s\n", calls == 2 ? "at once" : "later");
	}
}

static void with_info(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)uc;
	info = *si;
}

static void count_nested(const char *what, int flags)
{
	depth = deepest = calls = 0;
	t_handle(SIGUSR1, nested, flags);
	raise(SIGUSR1);
	printf("%s: calls %d deepest %d\n", what, calls, deepest);
}

int main(void)
{
	struct sigaction sa = {.sa_handler = two}, old;

	count_nested("default", 0);
	count_nested("SA_NODEFER", SA_NODEFER);
	t_handle(SIGUSR1, nested, SA_RESETHAND | SA_NODEFER);
	calls = 10;
	raise(SIGUSR1);
	SHOW(sigaction(SIGUSR1, NULL, &old));
	YES(old.sa_handler == SIG_DFL);
	sigaction(SIGUSR2, &sa, NULL);
	calls = 0;
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	calls = 0;
	sigaddset(&sa.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &sa, &old);
	YES(old.sa_handler == two && !sigismember(&old.sa_mask, SIGUSR2));
	raise(SIGUSR1);
	printf("calls %d\n", calls);
	t_handle_info(SIGUSR1, with_info, SA_RESTART);
	raise(SIGUSR1);
	printf("signo %d code %d errno %d\n", info.si_signo, info.si_code, info.si_errno);
	YES(info.si_pid == getpid() && info.si_uid == getuid());
	kill(getpid(), SIGUSR1);
	printf("code %d\n", info.si_code);
	SHOW(sigaction(SIGUSR1, NULL, &old));
	printf("flags %#x\n", old.sa_flags & 0xfffffff & ~0x04000000);
	SHOW(sigaction(SIGKILL, &sa, NULL));
	SHOW(sigaction(SIGSTOP, &sa, NULL));
	SHOW(sigaction(SIGKILL, NULL, &old));
	SHOW(sigaction(65, &sa, NULL));
	SHOW(sigaction(0, &sa, NULL));
	SHOW(syscall(SYS_rt_sigaction, SIGUSR1, 8, NULL, 8));
	SHOW(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
	return 0;
}
