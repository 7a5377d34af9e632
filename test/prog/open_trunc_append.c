/* SPDX-License-Identifier: Apache-2.0 */
/* O_TRUNC empties; O_APPEND writes at the end whatever the offset, also through dup and pwrite. */
#include "t.h"

static void run(void)
{
	int fd = t_file("f", "0123456789"), a;

	close(fd);
	a = open("f", O_WRONLY | O_APPEND);
	SHOW(lseek(a, 0, SEEK_CUR));
	SHOW(write(a, "ab", 2));
	SHOW(lseek(a, 0, SEEK_CUR));
	SHOW(lseek(a, 3, SEEK_SET));
	SHOW(write(a, "cd", 2));
	SHOW(lseek(a, 0, SEEK_CUR));
	t_cat("f");
	SHOW(pwrite(a, "EF", 2, 0)); /* Linux appends, see pwrite(2) BUGS */
	SHOW(lseek(a, 0, SEEK_CUR));
	t_cat("f");
	SHOW(read(a, &fd, 1));
	close(a);
	a = open("f", O_RDONLY | O_TRUNC);
	t_cat("f");
	SHOW(write(a, "x", 1));
	close(a);
	SHOW(close(open("f", O_WRONLY | O_CREAT | O_TRUNC, 0600)));
	SHOW(open("f", O_WRONLY | O_CREAT | O_EXCL | O_TRUNC, 0600));
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
