/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain */
/* Time: clocks agree with each other, never go back, and sleeps last as long as they should. */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void)
{
	double last = 0, start = now(CLOCK_MONOTONIC), slept;
	struct timespec ms = {.tv_nsec = 20000000};
	int back = 0;

	for (int i = 0; i < 100000; i++) {
		double t = now(CLOCK_MONOTONIC);

		back += t < last;
		last = t;
	}
	printf("went back %d times\n", back);
	nanosleep(&ms, NULL);
	slept = now(CLOCK_MONOTONIC) - last;
	printf("20 ms sleep: %s\n", slept >= 0.02 && slept < 0.5 ? "20 ms" : "wrong");
	printf("time() agrees: %d\n", now(CLOCK_REALTIME) - (double)time(NULL) < 2);
	printf("after 2020: %d\n", time(NULL) > 1577836800);
	printf("CPU time grows: %d\n", now(CLOCK_PROCESS_CPUTIME_ID) > 0);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){.tv_sec = 0}, NULL);
	printf("past deadline returns: %d\n", now(CLOCK_MONOTONIC) - start < 10);
	return 0;
}
