/* SPDX-License-Identifier: Apache-2.0 */
/* kill, tgkill, sigqueue: signal 0 tests, wrong numbers and nobody there. */
#include "t.h"

static volatile int got;

static void on(int sig)
{
	got = sig;
}

int main(void)
{
	union sigval v = {.sival_int = 5};

	t_handle(SIGUSR1, on, 0);
	SHOW(kill(getpid(), 0));
	SHOW(kill(getpid(), 65));
	SHOW(kill(getpid(), -1));
	SHOW(kill(999999999, 0));
	SHOW(kill(999999999, SIGUSR1));
	SHOW(kill(-999999999, SIGUSR1));
	SHOW(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1));
	printf("%s\n", t_signame(got));
	SHOW(syscall(SYS_tgkill, getpid(), 999999999, SIGUSR1));
	SHOW(syscall(SYS_tgkill, 999999999, getpid(), SIGUSR1));
	SHOW(syscall(SYS_tgkill, getpid(), 0, SIGUSR1));
	SHOW(syscall(SYS_tgkill, getpid(), getpid(), 65));
	SHOW(syscall(SYS_tkill, getpid(), 0));
	SHOW(sigqueue(getpid(), 0, v));
	SHOW(sigqueue(getpid(), 65, v));
	SHOW(sigqueue(999999999, 0, v));
	SHOW(raise(0));
	return 0;
}
