/* SPDX-License-Identifier: Apache-2.0 */
/* A timer signal that stays blocked is pending once and its overruns are counted. */
#include "t.h"

int main(void)
{
	struct sigevent se = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1};
	struct itimerspec its = {{0, 2000000}, {0, 2000000}}, off = {{0, 0}, {0, 0}};
	struct timespec zero = {0, 0};
	sigset_t set = t_sigset(SIGRTMIN + 1);
	siginfo_t si;
	timer_t timer;

	sigprocmask(SIG_BLOCK, &set, NULL);
	se.sigev_value.sival_int = 3;
	MUST(timer_create(CLOCK_MONOTONIC, &se, &timer) == 0);
	MUST(timer_settime(timer, 0, &its, NULL) == 0);
	t_sleep_ms(60);
	YES(sigtimedwait(&set, &si, &zero) == SIGRTMIN + 1);
	YES(si.si_overrun >= 10);
	printf("code %d value %d\n", si.si_code, si.si_value.sival_int);
	SHOW(timer_settime(timer, 0, &off, NULL));
	return 0;
}
