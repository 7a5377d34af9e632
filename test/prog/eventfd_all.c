/* SPDX-License-Identifier: Apache-2.0 */
/* eventfd(2): counter, semaphore, limits, blocking, poll. */
#include "t.h"
#include <poll.h>
#include <sys/eventfd.h>

static int fd;

static void *adder(void *arg)
{
	uint64_t v = 5;

	t_sleep_ms(30);
	write(fd, &v, 8);
	return arg;
}

static void show_poll(void)
{
	struct pollfd f = {fd, POLLIN | POLLOUT, 0};

	poll(&f, 1, 0);
	printf("in %d out %d\n", !!(f.revents & POLLIN), !!(f.revents & POLLOUT));
}

int main(void)
{
	uint64_t v = 3, max = UINT64_MAX, most = UINT64_MAX - 1;
	pthread_t t;

	SHOW(fd = eventfd(7, EFD_NONBLOCK));
	show_poll();
	SHOW(write(fd, &v, 8));
	SHOW(read(fd, &v, 8));
	printf("value %llu\n", (unsigned long long)v);
	SHOW(read(fd, &v, 8));
	show_poll();
	SHOW(write(fd, &max, 8));
	SHOW(write(fd, &most, 8));
	show_poll();
	v = 1;
	SHOW(write(fd, &v, 8));
	SHOW(read(fd, &v, 4));
	SHOW(write(fd, &v, 4));
	close(fd);
	SHOW(fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK));
	SHOW(read(fd, &v, 8));
	SHOW(read(fd, &v, 8));
	printf("value %llu\n", (unsigned long long)v);
	SHOW(read(fd, &v, 8));
	close(fd);
	fd = eventfd(0, 0);
	MUST(pthread_create(&t, NULL, adder, NULL) == 0);
	SHOW(read(fd, &v, 8));
	printf("value %llu\n", (unsigned long long)v);
	pthread_join(t, NULL);
	SHOW(eventfd(0, 12345));
	return 0;
}
