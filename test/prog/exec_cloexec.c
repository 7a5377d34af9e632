/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors across execve: kept, but for FD_CLOEXEC; offset and flags are shared with them. */
#include "t.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int after(void)
{
	char buf[4] = "";

	for (int fd = 3; fd < 16; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("%d is open\n", fd);
	SHOW(read(3, buf, 3));
	printf("%s\n", buf);
	return 0;
}

static void all(void)
{
	pid_t pid;
	int fd = t_file("f", "abcdef"), p[2];

	MUST(fd == 3);
	read(fd, (char[2]){0}, 2);
	SHOW(open("f", O_RDONLY | O_CLOEXEC));
	MUST(pipe2(p, O_CLOEXEC) == 0);
	SHOW(eventfd(0, EFD_CLOEXEC));
	SHOW(epoll_create1(EPOLL_CLOEXEC));
	SHOW(dup(4));
	SHOW(dup(3));
	SHOW(dup3(3, 12, O_CLOEXEC));
	SHOW(fcntl(3, F_DUPFD_CLOEXEC, 13));
	SHOW(fcntl(9, F_SETFD, FD_CLOEXEC));
	fflush(stdout);
	pid = t_spawn("after", NULL);
	t_wait("after", pid);
	SHOW(lseek(3, 0, SEEK_CUR));
	for (int i = 3; i < 16; i++)
		close(i);
}

int main(int argc, char **argv)
{
	if (T_IS_ROLE("after"))
		return after();
	t_in_dirs(all);
	return argv == NULL;
}
