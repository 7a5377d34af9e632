/* SPDX-License-Identifier: Apache-2.0 */
/* posix_fallocate and fallocate(2): the file grows with zeros, data stays, wrong ranges are
 * refused. */
#include "t.h"

static void run(void)
{
	int fd = t_file("f", "data"), ro = open("f", O_RDONLY), p[2];
	struct stat st;

	MUST(pipe(p) == 0);
	SHOW(fallocate(fd, 0, 2, 8));
	t_cat("f");
	SHOW(fallocate(fd, 1 /* FALLOC_FL_KEEP_SIZE */, 0, 100000));
	MUST(fstat(fd, &st) == 0);
	printf("size %d\n", (int)st.st_size);
	SHOW_ERR(posix_fallocate(fd, 0, 20000));
	MUST(fstat(fd, &st) == 0);
	printf("size %d\n", (int)st.st_size);
	SHOW(fallocate(fd, 0, -1, 1));
	SHOW(fallocate(fd, 0, 0, 0));
	SHOW(fallocate(fd, 0, 0, -1));
	SHOW(fallocate(ro, 0, 0, 1));
	SHOW(fallocate(p[1], 0, 0, 1));
	SHOW(fallocate(99, 0, 0, 1));
	SHOW(pwrite(fd, "tail", 4, 19996));
	SHOW(fallocate(fd, 3 /* PUNCH_HOLE | KEEP_SIZE */, 0, 19996));
	MUST(fstat(fd, &st) == 0);
	printf("size %d\n", (int)st.st_size);
	MUST(lseek(fd, 19990, SEEK_SET) == 19990);
	char buf[10];
	SHOW(read(fd, buf, 10));
	printf("%d %d %.4s\n", buf[0], buf[5], buf + 6);
	close(fd), close(ro), close(p[0]), close(p[1]);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
