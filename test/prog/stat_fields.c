/* SPDX-License-Identifier: Apache-2.0 */
/* stat(2): type, mode, links, size and blocks of each kind of file; one inode behind hard links. */
#include "t.h"
#include <sys/sysmacros.h>

static void show(const char *path)
{
	struct stat st;

	if (lstat(path, &st)) {
		printf("%s: %s\n", path, t_errname(errno));
		return;
	}
	printf("%s: mode %o links %d size %d\n", path, st.st_mode,
		S_ISDIR(st.st_mode) ? 0 : (int)st.st_nlink,
		S_ISDIR(st.st_mode) ? 0 : (int)st.st_size);
}

static void run(void)
{
	struct stat a, b;
	int fd;

	umask(022);
	fd = t_file("f", "twelve bytes");
	MUST(link("f", "g") == 0 && symlink("f", "l") == 0 && mkdir("d", 0750) == 0);
	show("f"), show("g"), show("l"), show("d"), show("none");
	MUST(stat("f", &a) == 0 && fstat(fd, &b) == 0);
	YES(a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_uid == geteuid());
	MUST(stat("l", &b) == 0);
	YES(a.st_ino == b.st_ino);
	MUST(lstat("l", &b) == 0);
	YES(a.st_ino != b.st_ino && a.st_dev == b.st_dev);
	YES(a.st_blocks > 0 && a.st_blksize == 4096);
	MUST(unlink("f") == 0 && fstat(fd, &a) == 0);
	printf("links %d\n", (int)a.st_nlink);
	MUST(stat("/dev/null", &a) == 0);
	printf("/dev/null %o, device %d:%d\n", a.st_mode, major(a.st_rdev), minor(a.st_rdev));
	SHOW(fstat(99, &a));
	SHOW(syscall(SYS_stat, "g", 8));
	SHOW(syscall(SYS_stat, 8, &a));
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
