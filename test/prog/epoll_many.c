/* SPDX-License-Identifier: Apache-2.0 */
/* Five hundred descriptors in one epoll; each event is seen once; closing takes them out. */
#include "t.h"
#include <sys/epoll.h>
#include <sys/resource.h>

enum { COUNT = 500 };

int main(void)
{
	struct rlimit lim = {2048, 4096};
	static struct epoll_event ev[COUNT];
	static int rd[COUNT], wr[COUNT], seen[COUNT];
	int ep = epoll_create1(0), bad = 0, total = 0;

	setrlimit(RLIMIT_NOFILE, &lim);
	for (int i = 0; i < COUNT; i++) {
		struct epoll_event e = {.events = EPOLLIN | EPOLLET, .data.u32 = (unsigned)i};
		int p[2];

		MUST(pipe(p) == 0);
		rd[i] = p[0], wr[i] = p[1];
		MUST(epoll_ctl(ep, EPOLL_CTL_ADD, rd[i], &e) == 0);
	}
	for (int i = 0; i < COUNT; i += 2)
		write(wr[i], "x", 1);
	for (int n; (n = epoll_wait(ep, ev, 64, 0)) > 0; total += n)
		for (int i = 0; i < n; i++)
			seen[ev[i].data.u32]++;
	for (int i = 0; i < COUNT; i++)
		bad += seen[i] != (i % 2 == 0);
	printf("%d events, %d bad\n", total, bad);
	for (int i = 0; i < COUNT; i++) {
		close(rd[i]);
		close(wr[i]);
	}
	SHOW(epoll_wait(ep, ev, COUNT, 0));
	return 0;
}
