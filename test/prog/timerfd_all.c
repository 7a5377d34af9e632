/* SPDX-License-Identifier: Apache-2.0 */
/* timerfd_create(2): one shot, periodic, absolute, disarmed; what read returns. */
#include "t.h"
#include <poll.h>
#include <sys/timerfd.h>

int main(void)
{
	struct itimerspec once = {{0, 0}, {0, 20000000}}, each = {{0, 5000000}, {0, 5000000}},
			  off = {0}, cur;
	struct itimerspec bad = {{0, 0}, {0, 1000000000}}, past = {{0, 0}, {1, 0}};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), file = open("/dev/null", O_RDONLY);
	struct pollfd f = {fd, POLLIN, 0};
	int64_t start = t_now_ms();
	uint64_t v = 0;

	SHOW(fcntl(fd, F_GETFD));
	SHOW(poll(&f, 1, 0));
	SHOW(timerfd_settime(fd, 0, &once, NULL));
	SHOW(read(fd, &v, 8));
	YES(t_now_ms() - start >= 19);
	printf("%llu\n", (unsigned long long)v);
	SHOW(timerfd_gettime(fd, &cur));
	YES(cur.it_value.tv_sec == 0 && cur.it_value.tv_nsec == 0);
	SHOW(timerfd_settime(fd, 0, &each, NULL));
	t_sleep_ms(30);
	SHOW(poll(&f, 1, -1));
	SHOW(read(fd, &v, 8));
	YES(v >= 4);
	SHOW(read(fd, &v, 8));
	YES(v >= 1);
	SHOW(timerfd_settime(fd, 0, &off, &cur));
	YES(cur.it_interval.tv_nsec == 5000000 && cur.it_value.tv_nsec <= 5000000);
	SHOW(fcntl(fd, F_SETFL, O_NONBLOCK));
	SHOW(read(fd, &v, 8));
	SHOW(timerfd_settime(fd, TFD_TIMER_ABSTIME, &past, NULL));
	SHOW(read(fd, &v, 8));
	SHOW(read(fd, &v, 7));
	SHOW(timerfd_settime(fd, 0, &bad, NULL));
	SHOW(timerfd_settime(file, 0, &once, NULL));
	SHOW(timerfd_create(77, 0));
	SHOW(timerfd_create(CLOCK_REALTIME, 77));
	return 0;
}
