/* SPDX-License-Identifier: Apache-2.0 */
/* lseek(2): every whence, holes read as zero, and what is out of range. */
#include "t.h"

static void run(void)
{
	int fd = t_file("f", "0123456789"), two;
	char buf[4] = "xyz";

	SHOW(lseek(fd, 4, SEEK_SET));
	SHOW(lseek(fd, 2, SEEK_CUR));
	SHOW(lseek(fd, -3, SEEK_CUR));
	SHOW(lseek(fd, -1, SEEK_END));
	SHOW(lseek(fd, -11, SEEK_END));
	SHOW(lseek(fd, -1, SEEK_SET));
	SHOW(lseek(fd, 0, 99));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(lseek(fd, 100, SEEK_SET));
	SHOW(read(fd, buf, 3));
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(lseek(fd, 20, SEEK_SET));
	SHOW(write(fd, "z", 1));
	SHOW(pread(fd, buf, 3, 15));
	printf("%d %d %d\n", buf[0], buf[1], buf[2]);
	two = dup(fd);
	SHOW(lseek(two, 5, SEEK_SET));
	SHOW(lseek(fd, 0, SEEK_CUR));
	close(two);
	two = open("f", O_RDONLY);
	SHOW(lseek(two, 0, SEEK_CUR));
	SHOW(lseek(fd, 0, SEEK_DATA));
	SHOW(lseek(fd, 21, SEEK_DATA));
	SHOW(lseek(fd, 0, SEEK_HOLE));
	SHOW(lseek(fd, 21, SEEK_HOLE));
	SHOW(lseek(fd, INT64_MAX, SEEK_CUR));
	SHOW(lseek(-1, 0, SEEK_SET));
	close(two);
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
