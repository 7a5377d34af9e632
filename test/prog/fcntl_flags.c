/* SPDX-License-Identifier: Apache-2.0 */
/* F_GETFL and F_SETFL: access mode is fixed, status flags belong to the open file, not to the fd.
 */
#include "t.h"

static void flags(const char *what, int fd)
{
	int f = fcntl(fd, F_GETFL);

	printf("%s: mode %d%s%s%s%s\n", what, f & O_ACCMODE, f & O_APPEND ? " append" : "",
		f & O_NONBLOCK ? " nonblock" : "", f & O_CREAT ? " creat" : "",
		f & O_PATH ? " path" : "");
}

static void run(void)
{
	int p[2], two, fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);

	flags("rdwr", fd);
	flags("rdonly", two = open("f", O_RDONLY));
	close(two);
	flags("wronly append", two = open("f", O_WRONLY | O_APPEND));
	close(two);
	flags("path", two = open("f", O_PATH));
	SHOW(fcntl(two, F_SETFL, O_APPEND));
	SHOW(fcntl(two, F_GETFD));
	close(two);
	two = dup(fd);
	SHOW(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK | O_RDONLY | O_CREAT));
	flags("dup", two);
	SHOW(fcntl(two, F_SETFL, 0));
	flags("original", fd);
	SHOW(fcntl(fd, F_SETFD, FD_CLOEXEC));
	SHOW(fcntl(two, F_GETFD));
	SHOW(fcntl(fd, F_GETFD));
	SHOW(fcntl(77, F_GETFL));
	SHOW(fcntl(fd, 7777, 0));
	MUST(pipe2(p, O_NONBLOCK | O_CLOEXEC) == 0);
	flags("pipe read", p[0]);
	flags("pipe write", p[1]);
	SHOW(fcntl(p[0], F_GETFD));
	close(p[0]), close(p[1]), close(fd), close(two);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
