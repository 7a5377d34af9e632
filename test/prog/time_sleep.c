/* SPDX-License-Identifier: Apache-2.0 */
/* nanosleep and clock_nanosleep: not too short, the rest after a signal, absolute times, errors. */
#include "t.h"
#include <sys/time.h>

static void on(int sig)
{
	(void)sig;
}

int main(void)
{
	struct timespec ms = {0, 20000000}, bad = {0, 1000000000}, neg = {-1, 0}, rest = {0, 0};
	struct timespec zero = {0, 0}, longer = {5, 0}, until;
	struct itimerval soon = {{0, 0}, {0, 50000}};
	int64_t start = t_now_ms();

	SHOW(nanosleep(&ms, NULL));
	YES(t_now_ms() - start >= 19);
	SHOW(nanosleep(&zero, NULL));
	SHOW(nanosleep(&bad, NULL));
	SHOW(nanosleep(&neg, NULL));
	SHOW(syscall(SYS_nanosleep, 8, NULL));
	t_handle(SIGALRM, on, SA_RESTART);
	setitimer(ITIMER_REAL, &soon, NULL);
	SHOW(nanosleep(&longer, &rest));
	YES(rest.tv_sec == 4 && rest.tv_nsec > 0);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += 20000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	start = t_now_ms();
	SHOW_ERR(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
	YES(t_now_ms() - start >= 18);
	SHOW_ERR(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
	SHOW_ERR(clock_nanosleep(CLOCK_REALTIME, 0, &ms, NULL));
	SHOW_ERR(clock_nanosleep(99, 0, &ms, NULL));
	setitimer(ITIMER_REAL, &soon, NULL);
	rest.tv_sec = 77;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += 5;
	SHOW_ERR(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, &rest));
	printf("rest untouched %d\n", rest.tv_sec == 77);
	SHOW(usleep(1000));
	SHOW(sleep(0));
	return 0;
}
