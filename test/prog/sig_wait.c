/* SPDX-License-Identifier: Apache-2.0 */
/* sigwait, sigtimedwait, sigsuspend, pause: which signal, timeouts, EINTR, mask restored. */
#include "t.h"
#include <sys/time.h>

static volatile int handled;

static void on(int sig)
{
	handled = sig;
}

static void *sender(void *arg)
{
	t_sleep_ms(30);
	kill(getpid(), (int)(long)arg);
	return NULL;
}

static pthread_t send_later(int sig)
{
	pthread_t t;

	MUST(pthread_create(&t, NULL, sender, (void *)(long)sig) == 0);
	return t;
}

int main(void)
{
	sigset_t set = t_sigset(SIGUSR1), both = set, none = t_sigset(0), now;
	struct timespec zero = {0, 0}, ms = {0, 20000000}, bad = {0, -1};
	struct itimerval soon = {{0, 0}, {0, 50000}};
	siginfo_t si;
	pthread_t t;
	int sig;

	sigaddset(&both, SIGUSR2);
	t_handle(SIGUSR1, on, 0);
	t_handle(SIGUSR2, on, 0);
	t_handle(SIGALRM, on, 0);
	sigprocmask(SIG_BLOCK, &both, NULL);
	SHOW(sigtimedwait(&set, &si, &zero));
	SHOW(sigtimedwait(&set, &si, &ms));
	SHOW(sigtimedwait(&set, &si, &bad));
	raise(SIGUSR1);
	SHOW(sigtimedwait(&set, &si, &zero));
	YES(si.si_signo == SIGUSR1 && si.si_pid == getpid());
	t = send_later(SIGUSR2);
	SHOW_ERR(sigwait(&both, &sig));
	printf("%s\n", t_signame(sig));
	pthread_join(t, NULL);
	SHOW(handled);
	raise(SIGUSR1);
	SHOW(sigsuspend(&none));
	printf("handled %s\n", t_signame(handled));
	SHOW(sigprocmask(SIG_BLOCK, NULL, &now));
	printf("blocked again %d %d\n", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2));
	setitimer(ITIMER_REAL, &soon, NULL);
	SHOW(syscall(SYS_rt_sigtimedwait, &set, &si, NULL, 8)); /* musl would try again */
	printf("handled %s\n", t_signame(handled));
	return 0;
}
