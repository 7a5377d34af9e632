/* SPDX-License-Identifier: Apache-2.0 */
/* utimensat(2): exact nanoseconds, UTIME_NOW, UTIME_OMIT, links not followed, and the errors. */
#include "t.h"

static void show(const char *path)
{
	struct stat st;

	MUST(lstat(path, &st) == 0);
	printf("%s: atime %lld.%09ld mtime %lld.%09ld\n", path, (long long)st.st_atim.tv_sec,
		st.st_atim.tv_nsec, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void run(void)
{
	struct timespec set[2] = {{1000000000, 123456789}, {1234567890, 999999999}};
	struct timespec omit[2] = {{0, UTIME_OMIT}, {77, 5}};
	struct timespec both[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
	struct timespec now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
	struct timespec bad[2] = {{0, 1000000000}, {0, 0}};
	struct stat st;
	time_t before = time(NULL);
	int fd = t_file("f", "x");

	SHOW(utimensat(AT_FDCWD, "f", set, 0));
	show("f");
	SHOW(futimens(fd, omit));
	show("f");
	SHOW(utimensat(AT_FDCWD, "f", both, 0));
	show("f");
	MUST(symlink("f", "l") == 0);
	SHOW(utimensat(AT_FDCWD, "l", set, AT_SYMLINK_NOFOLLOW));
	show("l"), show("f");
	SHOW(utimensat(AT_FDCWD, "f", bad, 0));
	SHOW(utimensat(AT_FDCWD, "none", set, 0));
	SHOW(futimens(99, set));
	SHOW(futimens(fd, now));
	MUST(fstat(fd, &st) == 0);
	YES(st.st_mtim.tv_sec >= before - 1 && st.st_mtim.tv_sec <= time(NULL) + 1);
	SHOW(futimens(fd, set));
	SHOW(write(fd, "y", 1));
	MUST(fstat(fd, &st) == 0);
	YES(st.st_mtim.tv_sec >= before - 1);
	YES(st.st_atim.tv_sec == 1000000000);
	YES(st.st_ctim.tv_sec >= before - 1);
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
