/* SPDX-License-Identifier: Apache-2.0 */
/* read(2) and write(2): the errors, and that nothing happens for zero bytes. */
#include "t.h"
#include <sys/mman.h>
#include <sys/uio.h>

static void run(void)
{
	int fd = t_file("f", "data"), ro = open("f", O_RDONLY), wo = open("f", O_WRONLY);
	int dir = open(".", O_RDONLY), path = open("f", O_PATH), p[2];
	char *bad = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char buf[8];

	MUST(bad != MAP_FAILED && munmap(bad + 4096, 4096) == 0 && pipe(p) == 0);
	SHOW(read(wo, buf, 1));
	SHOW(write(ro, buf, 1));
	SHOW(read(dir, buf, 1));
	SHOW(write(dir, buf, 1));
	SHOW(read(path, buf, 1));
	SHOW(write(path, buf, 1));
	SHOW(read(-1, buf, 1));
	SHOW(read(1000, buf, 1));
	SHOW(read(fd, t_null, 1));
	SHOW(write(fd, t_null, 1));
	SHOW(read(fd, (void *)-1L, 1));
	SHOW(read(fd, NULL, 0));
	SHOW(write(fd, NULL, 0));
	SHOW(read(p[1], buf, 1));
	SHOW(write(p[0], buf, 1));
	SHOW(pread(fd, buf, 1, -1));
	SHOW(pwrite(fd, buf, 1, -1));
	SHOW(pread(p[0], buf, 1, 0));
	SHOW(pwrite(p[1], buf, 1, 0));
	SHOW(lseek(p[0], 0, SEEK_CUR));
	SHOW(pread(fd, buf, 8, 1));
	SHOW(pread(fd, buf, 8, 4));
	SHOW(pread(fd, buf, 8, 400));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(write(p[1], bad + 4096, 1));
	SHOW(write(p[1], bad + 4095, 1));
	SHOW(read(p[0], bad + 4096, 1));
	SHOW(read(p[0], bad + 4095, 1));
	close(fd), close(ro), close(wo), close(dir), close(path), close(p[0]), close(p[1]);
	munmap(bad, 4096);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
