/* SPDX-License-Identifier: Apache-2.0 */
/* mmap, munmap, mprotect, msync, madvise: the errors of wrong arguments. */
#include "t.h"
#include <sys/mman.h>

static long map(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	return mmap(at, n, prot, flags, fd, off) == MAP_FAILED ? -1 : 0;
}

static void run(void)
{
	const int anon = MAP_PRIVATE | MAP_ANONYMOUS;
	int fd = t_file("f", "some text"), ro = open("f", O_RDONLY), wo = open("f", O_WRONLY);
	int dir = open(".", O_RDONLY);
	char *m = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, anon, -1, 0);

	SHOW(map(NULL, 0, PROT_READ, anon, -1, 0));
	SHOW(map(NULL, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0));
	SHOW(map(NULL, 4096, PROT_READ, MAP_PRIVATE, -1, 0));
	SHOW(map(NULL, 4096, PROT_READ, MAP_PRIVATE, 99, 0));
	SHOW(map(NULL, 4096, PROT_READ, MAP_PRIVATE, dir, 0));
	SHOW(map(NULL, 4096, PROT_READ, MAP_PRIVATE, wo, 0));
	SHOW(map(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0));
	SHOW(map(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0));
	SHOW(map(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 100));
	SHOW(map((void *)(m + 1), 4096, PROT_READ, anon | MAP_FIXED, -1, 0));
	SHOW(map(NULL, (size_t)1 << 62, PROT_READ, anon, -1, 0));
	SHOW(map(m, 4096, PROT_READ, anon | MAP_FIXED_NOREPLACE, -1, 0));
	SHOW(munmap(m + 1, 4096));
	SHOW(munmap(m, 0));
	SHOW(munmap(m + 4096, 4096));
	SHOW(munmap(m + 4096, 4096));
	SHOW(mprotect(m + 1, 4096, PROT_READ));
	SHOW(mprotect(m, 3 * 4096, PROT_READ));
	SHOW(mprotect(m, 0, PROT_READ));
	SHOW(mprotect(m + 4096, 4096, PROT_READ));
	SHOW(mprotect(m, 4096, 0x1000));
	SHOW(madvise(m + 1, 4096, MADV_DONTNEED));
	SHOW(madvise(m, 4096, 9999));
	SHOW(madvise(m + 4096, 4096, MADV_DONTNEED));
	SHOW(msync(m + 1, 4096, MS_SYNC));
	SHOW(msync(m, 4096, MS_SYNC | MS_ASYNC));
	SHOW(msync(m + 4096, 4096, MS_SYNC));
	SHOW(msync(m, 4096, MS_SYNC));
	munmap(m, 4 * 4096);
	close(fd), close(ro), close(wo), close(dir);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
