/* SPDX-License-Identifier: Apache-2.0 */
/* MADV_DONTNEED: anonymous memory reads zero again, a private file its file's bytes. */
#include "t.h"
#include <sys/mman.h>

static void run(void)
{
	int fd = t_file("f", "file");
	char *a = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *f = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	MUST(a != MAP_FAILED && f != MAP_FAILED);
	memset(a, 'a', 3 * 4096);
	memcpy(f, "MEMO", 4);
	SHOW(madvise(a + 4096, 4096, MADV_DONTNEED));
	printf("%d %d %d %d\n", a[4095], a[4096], a[8191], a[8192]);
	SHOW(madvise(f, 4096, MADV_DONTNEED));
	printf("%.4s\n", f);
	SHOW(madvise(a, 4096, MADV_WILLNEED));
	SHOW(madvise(a, 4096, MADV_SEQUENTIAL));
	SHOW(madvise(a, 4096, MADV_NORMAL));
	SHOW(madvise(a, 0, MADV_NORMAL));
	printf("%d\n", a[0]);
	munmap(a, 3 * 4096), munmap(f, 4096);
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
