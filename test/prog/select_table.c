/* SPDX-License-Identifier: Apache-2.0 */
/* select and pselect: sets in and out, timeouts, the mask during pselect, errors. */
#include "t.h"
#include <sys/select.h>

static volatile int got;

static void on(int sig)
{
	got = sig;
}

int main(void)
{
	struct timeval zero = {0, 0}, ms = {0, 20000}, bad = {-1, 0};
	struct timespec second = {5, 0};
	sigset_t block = t_sigset(SIGUSR1), none = t_sigset(0);
	fd_set r, w, e;
	int p[2], q[2];
	int64_t start;

	MUST(pipe(p) == 0 && pipe(q) == 0);
	write(p[1], "x", 1);
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_ZERO(&e);
	FD_SET(p[0], &r);
	FD_SET(q[0], &r);
	FD_SET(q[1], &w);
	FD_SET(p[0], &e);
	SHOW(select(q[1] + 1, &r, &w, &e, NULL));
	printf("%d %d %d %d\n", !!FD_ISSET(p[0], &r), !!FD_ISSET(q[0], &r), !!FD_ISSET(q[1], &w),
		!!FD_ISSET(p[0], &e));
	FD_ZERO(&r);
	FD_SET(q[0], &r);
	SHOW(select(q[0] + 1, &r, NULL, NULL, &zero));
	printf("%d\n", !!FD_ISSET(q[0], &r));
	FD_SET(q[0], &r);
	start = t_now_ms();
	SHOW(select(q[0] + 1, &r, NULL, NULL, &ms));
	YES(t_now_ms() - start >= 19);
	printf("left %ld %ld\n", (long)ms.tv_sec, (long)ms.tv_usec);
	SHOW(select(0, NULL, NULL, NULL, &zero));
	FD_ZERO(&r);
	FD_SET(900, &r);
	SHOW(select(901, &r, NULL, NULL, &zero));
	SHOW(syscall(SYS_select, -1, NULL, NULL, NULL, &zero));
	SHOW(syscall(SYS_select, 0, NULL, NULL, NULL, &bad));
	SHOW(syscall(SYS_select, 3, 8, NULL, NULL, &zero));
	t_handle(SIGUSR1, on, 0);
	sigprocmask(SIG_BLOCK, &block, NULL);
	raise(SIGUSR1);
	FD_ZERO(&r);
	FD_SET(q[0], &r);
	SHOW(pselect(q[0] + 1, &r, NULL, NULL, &second, &none));
	printf("%s\n", t_signame(got));
	sigprocmask(SIG_BLOCK, NULL, &none);
	printf("blocked %d\n", sigismember(&none, SIGUSR1));
	return 0;
}
