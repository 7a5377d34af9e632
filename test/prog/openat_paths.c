/* SPDX-License-Identifier: Apache-2.0 */
/* openat(2) and friends resolve from a directory descriptor, which survives rename. */
#include "t.h"

static void run(void)
{
	struct stat st;
	int dir, file, fd;

	MUST(mkdir("d", 0755) == 0);
	MUST(mkdir("d/sub", 0755) == 0);
	file = t_file("d/file", "inner");
	dir = open("d", O_RDONLY | O_DIRECTORY);
	SHOW(fd = openat(dir, "file", O_RDONLY));
	close(fd);
	SHOW(openat(dir, "nothing", O_RDONLY));
	SHOW(openat(file, "x", O_RDONLY));
	SHOW(openat(99, "file", O_RDONLY));
	SHOW(fd = openat(99, "/dev/null", O_RDONLY));
	close(fd);
	SHOW(fd = openat(AT_FDCWD, "d/file", O_RDONLY));
	close(fd);
	SHOW(mkdirat(dir, "made", 0700));
	SHOW(fstatat(dir, "made", &st, 0));
	YES(S_ISDIR(st.st_mode));
	SHOW(rename("d", "e"));
	SHOW(faccessat(dir, "file", R_OK, 0));
	SHOW(unlinkat(dir, "file", AT_REMOVEDIR));
	SHOW(unlinkat(dir, "made", 0));
	SHOW(unlinkat(dir, "made", AT_REMOVEDIR));
	SHOW(renameat(dir, "file", AT_FDCWD, "out"));
	t_cat("out");
	SHOW(symlinkat("../out", dir, "back"));
	SHOW(fstatat(dir, "back", &st, 0));
	YES(S_ISREG(st.st_mode));
	SHOW(fstatat(dir, "back", &st, AT_SYMLINK_NOFOLLOW));
	YES(S_ISLNK(st.st_mode));
	SHOW(linkat(dir, "back", AT_FDCWD, "hard", AT_SYMLINK_FOLLOW));
	t_cat("hard");
	SHOW(fstatat(file, "", &st, AT_EMPTY_PATH));
	SHOW(fstatat(file, "", &st, 0));
	SHOW(fstatat(file, "", &st, 0x40000));
	SHOW(fchdir(dir));
	t_cat("../out");
	SHOW(rmdir("../e/sub"));
	SHOW(fchdir(file));
	SHOW(fchdir(99));
	SHOW(close(dir));
	SHOW(close(file));
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
