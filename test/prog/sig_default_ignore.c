/* SPDX-License-Identifier: Apache-2.0 */
/* SIG_IGN and SIG_DFL: ignored signals vanish, also pending ones; exec keeps ignored, resets
 * caught. */
#include "t.h"

static void on(int sig)
{
	(void)sig;
}

static const char *disposition(int sig)
{
	struct sigaction sa;

	sigaction(sig, NULL, &sa);
	return sa.sa_handler == SIG_DFL   ? "default"
	       : sa.sa_handler == SIG_IGN ? "ignored"
					  : "caught";
}

int main(int argc, char **argv)
{
	sigset_t set = t_sigset(SIGUSR1), pend;

	if (T_IS_ROLE("after")) {
		sigprocmask(SIG_BLOCK, NULL, &set);
		sigpending(&pend);
		printf("USR1 %s USR2 %s TERM %s\n", disposition(SIGUSR1), disposition(SIGUSR2),
			disposition(SIGTERM));
		printf("blocked %d %d, pending %d\n", sigismember(&set, SIGUSR1),
			sigismember(&set, SIGHUP), sigismember(&pend, SIGHUP));
		return 0;
	}
	sigaddset(&set, SIGHUP);
	t_handle(SIGUSR1, on, 0);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	sigpending(&pend);
	printf("pending after SIG_IGN %d\n", sigismember(&pend, SIGUSR1));
	raise(SIGUSR1);
	raise(SIGHUP);
	t_handle(SIGUSR1, on, 0);
	signal(SIGUSR2, SIG_IGN);
	raise(SIGUSR2);
	raise(SIGCHLD);
	raise(SIGWINCH);
	raise(SIGURG);
	fflush(stdout);
	execv("/proc/self/exe", (char *[]){"self", "after", NULL});
	return argv == NULL;
}
