/* SPDX-License-Identifier: Apache-2.0 */
/* MAP_FIXED replaces exactly its range and zeroes it; hints and neighbours are respected. */
#include "t.h"
#include <sys/mman.h>

int main(void)
{
	const int anon = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
	char *m = mmap(NULL, 8 * 4096, rw, anon, -1, 0), *p;

	MUST(m != MAP_FAILED);
	memset(m, 'x', 8 * 4096);
	p = mmap(m + 2 * 4096, 2 * 4096, rw, anon | MAP_FIXED, -1, 0);
	YES(p == m + 2 * 4096);
	printf("%d %d %d %d\n", m[2 * 4096 - 1], m[2 * 4096], m[4 * 4096 - 1], m[4 * 4096]);
	p = mmap(m, 4096, rw, anon, -1, 0); /* an occupied hint: placed elsewhere */
	YES(p != MAP_FAILED && (p < m || p >= m + 8 * 4096));
	munmap(p, 4096);
	MUST(munmap(m + 5 * 4096, 4096) == 0);
	p = mmap(m + 5 * 4096, 4096, rw, anon, -1, 0); /* a free hint is taken */
	YES(p == m + 5 * 4096);
	printf("%d\n", *p);
	p = mmap(m + 6 * 4096, 4096, rw, anon | MAP_FIXED_NOREPLACE, -1, 0);
	YES(p == MAP_FAILED && errno == EEXIST);
	printf("%d %d\n", m[0], m[7 * 4096]);
	SHOW(munmap(m, 8 * 4096));
	p = mmap(m, 4096, rw, anon | MAP_FIXED_NOREPLACE, -1, 0);
	YES(p == m && *p == 0);
	return 0;
}
