/* SPDX-License-Identifier: Apache-2.0 */
/* /dev/fd/N and /proc/self/fd/N reopen what the descriptor is. */
#include "t.h"

static void run(void)
{
	char buf[8] = "", path[32], target[256];
	int fd = t_file("f", "abcdef"), two, p[2];

	SHOW(lseek(fd, 2, SEEK_SET));
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	SHOW(two = open(path, O_RDONLY));
	SHOW(read(two, buf, 3));
	printf("%s\n", buf);
	close(two);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	YES(readlink(path, target, sizeof(target)) > 2);
	SHOW(unlink("f"));
	SHOW(two = open(path, O_RDWR));
	SHOW(read(two, buf, 3));
	printf("%s\n", buf);
	close(two);
	MUST(pipe(p) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", p[0]);
	SHOW(two = open(path, O_RDONLY));
	SHOW(write(p[1], "xyz", 3));
	SHOW(read(two, buf, 3));
	printf("%s\n", buf);
	memset(target, 0, sizeof(target));
	YES(readlink(path, target, sizeof(target)) > 6 && strncmp(target, "pipe:[", 6) == 0);
	close(two), close(p[0]), close(p[1]), close(fd);
	SHOW(open(path, O_RDONLY));
	SHOW(open("/proc/self/fd/x", O_RDONLY));
}

int main(void)
{
	t_in_dir("/tmp", run);
	return 0;
}
