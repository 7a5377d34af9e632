/* SPDX-License-Identifier: Apache-2.0 */
/* MAP_SHARED of a file: read sees stores, and they stay in the file after
 * munmap. */
#include "t.h"
#include <sys/mman.h>

static void run(void)
{
	int fd = t_file("f", "0123456789");
	char buf[16] = "", *m;

	m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(m != MAP_FAILED);
	memcpy(m + 2, "AB", 2);
	SHOW(msync(m, 4096, MS_SYNC));
	SHOW(pread(fd, buf, 10, 0));
	printf("%s\n", buf);
	m[0] = 'Z';
	SHOW(munmap(m, 4096));
	SHOW(close(fd));
	t_cat("f");
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
