/* SPDX-License-Identifier: Apache-2.0 */
/* epoll(7): level, edge and one-shot triggering, data passed back, what epoll_ctl refuses. */
#include "t.h"
#include <sys/epoll.h>

static int ep;

static void wait_show(const char *what)
{
	struct epoll_event ev[8];
	int n = epoll_wait(ep, ev, 8, 0);

	printf("%s: %d", what, n);
	for (int i = 0; i < n; i++)
		printf(" [%llu%s%s%s]", (unsigned long long)ev[i].data.u64,
			ev[i].events & EPOLLIN ? " IN" : "", ev[i].events & EPOLLOUT ? " OUT" : "",
			ev[i].events & EPOLLHUP ? " HUP" : "");
	printf("\n");
}

static long ctl(int op, int fd, unsigned events, uint64_t data)
{
	struct epoll_event ev = {.events = events, .data.u64 = data};

	return epoll_ctl(ep, op, fd, &ev);
}

int main(void)
{
	int p[2], file = open("/proc/self/exe", O_RDONLY), dup_fd;
	char c;

	ep = epoll_create1(0);
	MUST(pipe(p) == 0);
	SHOW(ctl(EPOLL_CTL_ADD, p[0], EPOLLIN, 11));
	SHOW(ctl(EPOLL_CTL_ADD, p[0], EPOLLIN, 11));
	wait_show("nothing");
	write(p[1], "ab", 2);
	wait_show("level");
	wait_show("level again");
	SHOW(ctl(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET, 22));
	wait_show("edge after mod");
	wait_show("edge again");
	read(p[0], &c, 1);
	wait_show("edge after partial read");
	write(p[1], "c", 1);
	wait_show("edge after write");
	SHOW(ctl(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT, 33));
	wait_show("one-shot");
	write(p[1], "d", 1);
	wait_show("one-shot again");
	SHOW(ctl(EPOLL_CTL_MOD, p[0], EPOLLIN, 44));
	wait_show("rearmed");
	SHOW(ctl(EPOLL_CTL_ADD, p[1], EPOLLOUT, 55));
	SHOW(ctl(EPOLL_CTL_DEL, p[0], 0, 0));
	wait_show("write end");
	SHOW(ctl(EPOLL_CTL_DEL, p[0], 0, 0));
	SHOW(ctl(EPOLL_CTL_MOD, p[0], EPOLLIN, 0));
	SHOW(ctl(EPOLL_CTL_ADD, file, EPOLLIN, 0));
	SHOW(ctl(EPOLL_CTL_ADD, 500, EPOLLIN, 0));
	SHOW(ctl(EPOLL_CTL_ADD, ep, EPOLLIN, 0));
	SHOW(ctl(99, p[0], EPOLLIN, 0));
	dup_fd = dup(p[1]);
	close(p[1]);
	wait_show("closed, but its copy is open");
	close(dup_fd);
	wait_show("all closed");
	SHOW(epoll_wait(ep, NULL, 0, 0));
	SHOW(epoll_wait(file, &(struct epoll_event){0}, 1, 0));
	SHOW(epoll_create1(99));
	SHOW(syscall(SYS_epoll_create, 0));
	return 0;
}
