/* SPDX-License-Identifier: Apache-2.0 */
/* mremap(2): grow and shrink in place, move with the content, MREMAP_FIXED, the errors. */
#include "t_fault.h"
#include <sys/mman.h>

enum { P = 4096 };

static const int rw = PROT_READ | PROT_WRITE, anon = MAP_PRIVATE | MAP_ANONYMOUS;

static bool same(const char *p, int from, int pages)
{
	for (int i = 0; i < pages; i++)
		if (p[i * P] != 'a' + from + i || p[i * P + P - 1] != 'a' + from + i)
			return false;
	return true;
}

int main(void)
{
	char *m = mmap(NULL, 16 * P, rw, anon, -1, 0), *p, *dest;

	MUST(m != MAP_FAILED);
	t_fault_catch();
	for (int i = 0; i < 16; i++)
		memset(m + i * P, 'a' + i, P);
	p = mremap(m, 16 * P, 8 * P, 0);
	YES(p == m && same(m, 0, 8));
	t_probe("cut off", m + 8 * P);
	MUST(mmap(m + 8 * P, P, PROT_NONE, anon | MAP_FIXED, -1, 0) != MAP_FAILED);
	p = mremap(m, 8 * P, 12 * P, 0);
	YES(p == MAP_FAILED && errno == ENOMEM);
	p = mremap(m, 8 * P, 12 * P, MREMAP_MAYMOVE);
	YES(p != MAP_FAILED && p != m && same(p, 0, 8) && p[8 * P] == 0 && p[12 * P - 1] == 0);
	t_probe("moved away", m);
	dest = mmap(NULL, 4 * P, rw, anon, -1, 0);
	memset(dest, '#', 4 * P);
	m = mremap(p + 2 * P, 3 * P, 3 * P, MREMAP_MAYMOVE | MREMAP_FIXED, dest);
	YES(m == dest && same(m, 2, 3) && m[3 * P] == '#');
	t_probe("hole", p + 2 * P);
	YES(same(p, 0, 2) && same(p + 5 * P, 5, 3));
	YES(mremap(p + 1, P, 2 * P, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
	YES(mremap(p, P, 0, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
	YES(mremap(p + 2 * P, P, 2 * P, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
	YES(mremap(p, 5 * P, 6 * P, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
	YES(mremap(p, P, P, 0x80) == MAP_FAILED && errno == EINVAL);
	YES(mremap(p, P, P, MREMAP_FIXED, dest) == MAP_FAILED && errno == EINVAL);
	return 0;
}
