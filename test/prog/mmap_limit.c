/* SPDX-License-Identifier: Apache-2.0 */
/* There may be 65530 mappings and no more: then mmap and mprotect say ENOMEM, and go on working
 * once some are gone. */
#include "t.h"
#include <sys/mman.h>

#define PAGES 80000L

int main(void)
{
	const int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	char *all = mmap(NULL, PAGES * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *p;
	long n = 0;

	MUST(all != MAP_FAILED);
	do
		p = mmap(all + n * 4096, 4096, n % 2 ? PROT_READ : PROT_WRITE, fixed, -1, 0);
	while (p != MAP_FAILED && ++n < PAGES);
	printf("mmap: %s, %s\n", p == MAP_FAILED ? strerror(errno) : "no end",
		n > 65000 && n <= 65530 ? "about where expected" : "elsewhere");
	int r = mprotect(all + (n + 100) * 4096, 4096, PROT_READ);
	printf("mprotect: %s\n", r < 0 ? strerror(errno) : "ok");
	SHOW(munmap(all, 1000 * 4096));
	SHOW(mmap(all, 4096, PROT_READ, fixed, -1, 0) == all);
	SHOW(munmap(all, PAGES * 4096));
	return 0;
}
