/* SPDX-License-Identifier: Apache-2.0 */
/* readv, writev, preadv, pwritev: order, short reads, and the limits of readv(2). */
#include "t.h"
#include <limits.h>
#include <sys/uio.h>

static void run(void)
{
	static struct iovec many[IOV_MAX + 1];
	char a[4] = "", b[4] = "", c[8] = "";
	struct iovec out[] = {{"one", 3}, {NULL, 0}, {"-", 1}, {"two", 3}};
	struct iovec in[] = {{a, 3}, {b, 2}, {c, 7}};
	struct iovec negative[] = {{a, 1}, {b, (size_t)-1}};
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	SHOW(writev(fd, out, 4));
	t_cat("f");
	SHOW(pwritev(fd, out + 3, 1, 10));
	t_cat("f");
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(readv(fd, in, 3));
	printf("%s|%s|%.2s\n", a, b, c);
	SHOW(preadv(fd, in, 2, 11));
	printf("%s|%s\n", a, b);
	SHOW(readv(fd, in, 0));
	SHOW(readv(fd, in, t_minus_one));
	SHOW(readv(fd, negative, 2));
	SHOW(readv(fd, t_null, 1));
	SHOW(readv(-1, in, 1));
	for (int i = 0; i <= IOV_MAX; i++)
		many[i] = (struct iovec){"z", 1};
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(writev(fd, many, IOV_MAX));
	SHOW(writev(fd, many, IOV_MAX + 1));
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(preadv(fd, in, 1, -1));
	SHOW(syscall(SYS_preadv2, fd, in, 1, 0, 0, 0));
	SHOW(syscall(SYS_pwritev2, fd, out, 1, 0, 0, 0));
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
