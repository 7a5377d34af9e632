/* SPDX-License-Identifier: Apache-2.0 */
/* A file without a name lives until its last descriptor is closed. */
#include "t.h"

static void run(void)
{
	char buf[16] = "";
	struct stat st;
	int fd = t_file("f", "still here"), two;

	SHOW(unlink("f"));
	SHOW(access("f", F_OK));
	SHOW(fstat(fd, &st));
	printf("links %d size %d\n", (int)st.st_nlink, (int)st.st_size);
	two = dup(fd);
	close(fd);
	SHOW(read(two, buf, 5));
	printf("%s\n", buf);
	SHOW(pwrite(two, "!!!!!", 5, 10));
	SHOW(fstat(two, &st));
	printf("size %d\n", (int)st.st_size);
	fd = t_file("f", "a new one");
	SHOW(pread(two, buf, 15, 0));
	printf("%s\n", buf);
	t_cat("f");
	SHOW(close(fd));
	SHOW(close(two));
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
