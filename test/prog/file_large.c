/* SPDX-License-Identifier: Apache-2.0 */
/* A sparse file beyond 4 GiB: offsets are 64 bits wide in every call that takes one. */
#include "t.h"

static void run(void)
{
	const off_t far = 5LL << 30;
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	char buf[8] = "";
	struct stat st;

	SHOW(pwrite(fd, "far", 3, far));
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(fstat(fd, &st));
	printf("size %lld\n", (long long)st.st_size);
	YES(st.st_blocks < 10000);
	SHOW(pread(fd, buf, 8, far - 2));
	printf("%d %d %s\n", buf[0], buf[1], buf + 2);
	SHOW(pread(fd, buf, 8, 0));
	SHOW(lseek(fd, far, SEEK_SET));
	SHOW(write(fd, "FAR", 3));
	SHOW(lseek(fd, -3, SEEK_CUR));
	SHOW(read(fd, buf, 3));
	printf("%.3s\n", buf);
	SHOW(ftruncate(fd, far + (1LL << 20)));
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(ftruncate(fd, 1));
	SHOW(lseek(fd, 0, SEEK_END));
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
