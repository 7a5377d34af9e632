/* SPDX-License-Identifier: Apache-2.0 */
/* dup, dup2, dup3 and F_DUPFD: results, errors, and which copies close on exec. */
#include "t.h"
#include <sys/resource.h>

int main(void)
{
	int fd = open("/dev/null", O_RDWR), p[2];
	struct rlimit lim = {64, 64};

	SHOW(dup(fd));
	SHOW(dup(-1));
	SHOW(dup(55));
	SHOW(dup2(fd, 10));
	SHOW(dup2(fd, fd));
	SHOW(dup2(55, 55));
	SHOW(dup2(55, 10));
	SHOW(fcntl(10, F_GETFD));
	SHOW(dup2(fd, -1));
	SHOW(dup3(fd, 11, O_CLOEXEC));
	SHOW(fcntl(11, F_GETFD));
	SHOW(dup3(fd, fd, 0));
	SHOW(dup3(fd, 12, O_APPEND));
	SHOW(dup2(11, 12));
	SHOW(fcntl(12, F_GETFD));
	SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 20));
	SHOW(fcntl(20, F_GETFD));
	SHOW(fcntl(fd, F_SETFD, FD_CLOEXEC));
	SHOW(fcntl(dup(fd), F_GETFD));
	SHOW(setrlimit(RLIMIT_NOFILE, &lim));
	SHOW(dup2(fd, 63));
	SHOW(dup2(fd, 64));
	SHOW(dup3(fd, 64, 0));
	SHOW(fcntl(fd, F_DUPFD, 64));
	SHOW(fcntl(fd, F_DUPFD, 63));
	/* dup2 closes what was there: the reader sees the end. */
	MUST(pipe(p) == 0);
	SHOW(dup2(fd, p[1]) == p[1]);
	SHOW(read(p[0], &fd, 1));
	return 0;
}
