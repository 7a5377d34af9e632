/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX: the lowest free descriptor is used, by every call that makes one. */
#include "t.h"
#include <sys/eventfd.h>

int main(void)
{
	int p[2];

	SHOW(open("/dev/null", O_RDONLY));
	SHOW(open("/dev/null", O_RDONLY));
	SHOW(open("/dev/null", O_RDONLY));
	SHOW(close(4));
	SHOW(dup(0));
	SHOW(close(3));
	SHOW(close(5));
	SHOW(pipe(p));
	printf("pipe %d %d\n", p[0], p[1]);
	SHOW(eventfd(0, 0));
	SHOW(close(3));
	SHOW(fcntl(0, F_DUPFD, 0));
	SHOW(fcntl(0, F_DUPFD, 100));
	SHOW(fcntl(0, F_DUPFD, 100));
	SHOW(dup2(0, 50));
	SHOW(open("/dev/null", O_RDONLY));
	SHOW(close(51));
	SHOW(close(-1));
	SHOW(close(100));
	SHOW(close(100));
	SHOW(fcntl(0, F_DUPFD, -1));
	SHOW(close(0));
	SHOW(open("/dev/null", O_RDONLY));
	return 0;
}
