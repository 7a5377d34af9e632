/* SPDX-License-Identifier: Apache-2.0 */
/* truncate and ftruncate: shrink, grow with zeros, what was cut off does not come back. */
#include "t.h"

static void run(void)
{
	int fd = t_file("f", "0123456789"), ro = open("f", O_RDONLY);
	struct stat st;
	char c = 'x';

	SHOW(ftruncate(fd, 4));
	t_cat("f");
	SHOW(ftruncate(fd, 8));
	t_cat("f");
	SHOW(truncate("f", 10000000));
	SHOW(stat("f", &st));
	printf("size %d\n", (int)st.st_size);
	SHOW(pread(fd, &c, 1, 9999999));
	printf("byte %d\n", c);
	SHOW(pwrite(fd, "z", 1, 5000000));
	SHOW(truncate("f", 5000000));
	SHOW(truncate("f", 5000001));
	SHOW(pread(fd, &c, 1, 5000000));
	printf("byte %d\n", c);
	SHOW(truncate("f", 0));
	t_cat("f");
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(ftruncate(fd, -1));
	SHOW(ftruncate(ro, 0));
	SHOW(ftruncate(99, 0));
	SHOW(truncate("none", 0));
	SHOW(truncate(".", 0));
	SHOW(truncate("f/x", 0));
	SHOW(truncate("f", -1));
	SHOW(truncate("", 0));
	close(fd), close(ro);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
