/* SPDX-License-Identifier: Apache-2.0 */
/* poll(2): the events of each kind of descriptor in each state. */
#include "t.h"
#include <poll.h>

static void show(const char *what, int fd, short events)
{
	struct pollfd f = {fd, events, 0x7f};
	int n;

	errno = 0;
	n = poll(&f, 1, 0);
	printf("%s: %d%s%s%s%s%s\n", what, n, f.revents & POLLIN ? " IN" : "",
		f.revents & POLLOUT ? " OUT" : "", f.revents & POLLHUP ? " HUP" : "",
		f.revents & POLLERR ? " ERR" : "", f.revents & POLLNVAL ? " NVAL" : "");
}

int main(void)
{
	static char block[65536];
	struct pollfd many[3] = {{-1, POLLIN, 7}, {0, 0, 7}, {0, 0, 7}};
	int p[2], file = open("/proc/self/exe", O_RDONLY), null = open("/dev/null", O_RDWR);

	MUST(pipe2(p, O_NONBLOCK) == 0);
	show("empty pipe, read end", p[0], POLLIN | POLLOUT);
	show("empty pipe, write end", p[1], POLLIN | POLLOUT);
	write(p[1], block, 1);
	show("pipe with data", p[0], POLLIN);
	show("not asked for", p[0], POLLOUT);
	show("nothing asked for", p[0], 0);
	while (write(p[1], block, 4096) > 0)
		;
	show("full pipe, write end", p[1], POLLOUT);
	read(p[0], block, sizeof(block));
	show("emptied", p[1], POLLOUT);
	write(p[1], block, 1);
	close(p[1]);
	show("writer gone, data left", p[0], POLLIN);
	read(p[0], block, sizeof(block));
	show("writer gone, no data", p[0], POLLIN);
	MUST(pipe(p) == 0);
	close(p[0]);
	show("reader gone", p[1], POLLOUT);
	show("regular file", file, POLLIN | POLLOUT);
	show("/dev/null", null, POLLIN | POLLOUT);
	show("closed", 500, POLLIN);
	many[1].fd = p[1];
	many[2].fd = file;
	many[2].events = POLLIN;
	SHOW(poll(many, 3, 0));
	printf("%d %d %d\n", many[0].revents, !!(many[1].revents & POLLERR), many[2].revents);
	SHOW(poll(NULL, 0, 0));
	SHOW(poll(NULL, 0, 5));
	SHOW(syscall(SYS_poll, 8, 1, 0));
	SHOW(syscall(SYS_poll, many, 100000000, 0));
	return 0;
}
