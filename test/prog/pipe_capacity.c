/* SPDX-License-Identifier: Apache-2.0 */
/* F_SETPIPE_SZ rounds up to a power of two pages, refuses to lose data, and holds what it says. */
#include "t.h"

static long fill(int fd)
{
	static char page[4096];
	long n, total = 0;

	while ((n = write(fd, page, sizeof(page))) > 0)
		total += n;
	return total;
}

int main(void)
{
	static char buf[300000];
	int p[2];

	MUST(pipe2(p, O_NONBLOCK) == 0);
	SHOW(fcntl(p[0], F_GETPIPE_SZ));
	SHOW(fcntl(p[0], F_SETPIPE_SZ, 1));
	SHOW(fcntl(p[1], F_GETPIPE_SZ));
	SHOW(fill(p[1]));
	SHOW(fcntl(p[0], F_SETPIPE_SZ, 4097));
	SHOW(fill(p[1]));
	SHOW(fcntl(p[0], F_SETPIPE_SZ, 200000));
	SHOW(fill(p[1]));
	SHOW(fcntl(p[0], F_SETPIPE_SZ, 4096));
	SHOW(read(p[0], buf, sizeof(buf)));
	SHOW(fcntl(p[0], F_SETPIPE_SZ, 4096));
	SHOW(fcntl(open("/dev/null", O_RDONLY), F_GETPIPE_SZ));
	return 0;
}
