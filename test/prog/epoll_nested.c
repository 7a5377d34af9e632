/* SPDX-License-Identifier: Apache-2.0 */
/* An epoll inside an epoll and in poll; a loop of them is ELOOP; waking a blocked epoll_wait. */
#include "t.h"
#include <poll.h>
#include <sys/epoll.h>

static int outer, inner, p[2];

static void *writer(void *arg)
{
	t_sleep_ms(30);
	write(p[1], "x", 1);
	return arg;
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	struct pollfd f;
	pthread_t t;
	char c;

	outer = epoll_create1(0);
	inner = epoll_create1(0);
	MUST(pipe(p) == 0);
	SHOW(epoll_ctl(inner, EPOLL_CTL_ADD, p[0], &ev));
	SHOW(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &ev));
	SHOW(epoll_ctl(inner, EPOLL_CTL_ADD, outer, &ev));
	SHOW(epoll_wait(outer, &ev, 1, 0));
	MUST(pthread_create(&t, NULL, writer, NULL) == 0);
	SHOW(epoll_wait(outer, &ev, 1, -1));
	SHOW(epoll_wait(inner, &ev, 1, 0));
	f.fd = outer, f.events = POLLIN;
	SHOW(poll(&f, 1, 0));
	read(p[0], &c, 1);
	SHOW(epoll_wait(outer, &ev, 1, 0));
	SHOW(poll(&f, 1, 0));
	pthread_join(t, NULL);
	return 0;
}
