/* SPDX-License-Identifier: Apache-2.0 */
/* A buffer that ends in unmapped memory: read and write of a file stop at the fault or say EFAULT.
 */
#include "t.h"
#include <sys/mman.h>

static void run(void)
{
	char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	MUST(m != MAP_FAILED && munmap(m + 4096, 4096) == 0);
	memset(m, 'q', 4096);
	SHOW(write(fd, m, 4096));
	SHOW(pread(fd, m + 4096, 1, 0));
	SHOW(pwrite(fd, m + 4096, 1, 0));
	SHOW(pread(fd, m, 4096, 0));
	YES(m[0] == 'q' && m[4095] == 'q');
	MUST(mprotect(m, 4096, PROT_READ) == 0);
	SHOW(pread(fd, m, 1, 0));
	SHOW(pwrite(fd, m, 1, 0));
	MUST(mprotect(m, 4096, PROT_NONE) == 0);
	SHOW(pwrite(fd, m, 1, 0));
	munmap(m, 4096);
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
