/* SPDX-License-Identifier: Apache-2.0 */
/* getdents64(2) itself: a buffer too small is EINVAL, a removed directory is ENOENT, a file
 * ENOTDIR. */
#include "t.h"

static void run(void)
{
	char buf[4096];
	int dir, file = t_file("f", "x");

	MUST(mkdir("d", 0755) == 0);
	dir = open("d", O_RDONLY | O_DIRECTORY);
	SHOW(syscall(SYS_getdents64, dir, buf, 4));
	SHOW(syscall(SYS_getdents64, dir, buf, sizeof(buf)));
	SHOW(syscall(SYS_getdents64, dir, buf, sizeof(buf)));
	SHOW(lseek(dir, 0, SEEK_SET));
	SHOW(syscall(SYS_getdents64, dir, buf, 24));
	SHOW(syscall(SYS_getdents64, dir, buf, 24));
	SHOW(syscall(SYS_getdents64, dir, buf, 24));
	SHOW(syscall(SYS_getdents64, file, buf, sizeof(buf)));
	SHOW(syscall(SYS_getdents64, 99, buf, sizeof(buf)));
	SHOW(lseek(dir, 0, SEEK_SET));
	SHOW(syscall(SYS_getdents64, dir, 8, sizeof(buf)));
	SHOW(rmdir("d"));
	SHOW(syscall(SYS_getdents64, dir, buf, sizeof(buf)));
	close(dir), close(file);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
