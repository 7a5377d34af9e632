/* SPDX-License-Identifier: Apache-2.0 */
/* alarm, setitimer, timer_create: one shot and periodic, disarming, what is left, overruns. */
#include "t.h"
#include <sys/time.h>

static volatile int alarms;
static siginfo_t last;

static void on(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)uc;
	last = *si;
	alarms++;
}

static void wait_for(int n)
{
	int64_t give_up = t_now_ms() + 5000;

	while (alarms < n && t_now_ms() < give_up)
		t_sleep_ms(1);
	printf("%s\n", alarms >= n ? "came" : "MISSING");
}

int main(void)
{
	struct itimerval ms = {{0, 0}, {0, 20000}}, each = {{0, 5000}, {0, 5000}},
			 off = {{0, 0}, {0, 0}};
	struct itimerval old, bad = {{0, 0}, {0, 1000000}};
	struct sigevent se = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2};
	struct itimerspec its = {{0, 5000000}, {0, 5000000}}, cur, none = {{0, 0}, {0, 0}};
	timer_t timer;

	se.sigev_value.sival_int = 77;
	t_handle_info(SIGALRM, on, 0);
	t_handle_info(SIGRTMIN + 2, on, 0);
	SHOW(alarm(100));
	SHOW(alarm(0) >= 99);
	SHOW(alarm(0));
	SHOW(setitimer(ITIMER_REAL, &ms, NULL));
	wait_for(1);
	printf("code %d\n", last.si_code);
	SHOW(getitimer(ITIMER_REAL, &old));
	YES(old.it_value.tv_sec == 0 && old.it_value.tv_usec == 0);
	alarms = 0;
	SHOW(setitimer(ITIMER_REAL, &each, NULL));
	wait_for(3);
	SHOW(setitimer(ITIMER_REAL, &off, &old));
	YES(old.it_interval.tv_usec == 5000 && old.it_value.tv_usec <= 5000);
	SHOW(setitimer(ITIMER_REAL, &bad, NULL));
	SHOW(setitimer(99, &ms, NULL));
	alarms = 0;
	SHOW(timer_create(CLOCK_MONOTONIC, &se, &timer));
	SHOW(timer_settime(timer, 0, &its, NULL));
	wait_for(3);
	printf("code %d value %d\n", last.si_code, last.si_value.sival_int);
	SHOW(timer_gettime(timer, &cur));
	YES(cur.it_interval.tv_nsec == 5000000 && cur.it_value.tv_nsec <= 5000000);
	SHOW(timer_settime(timer, 0, &none, &cur));
	YES(timer_getoverrun(timer) >= 0);
	SHOW(timer_delete(timer));
	SHOW(syscall(SYS_timer_delete, 12345));
	SHOW(timer_create(999, &se, &timer));
	return 0;
}
