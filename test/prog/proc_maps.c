/* SPDX-License-Identifier: Apache-2.0 */
/* run: nosip */
/* /proc/self/maps: ordered, disjoint, and it has this program's text, data, stack and mappings. */
#include "t.h"
#include <sys/mman.h>

struct area {
	unsigned long lo, hi;
	char perm[5];
};

static struct area areas[512];

static size_t read_maps(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512];
	size_t n = 0;

	MUST(f);
	while (n < T_COUNT(areas) && fgets(line, sizeof(line), f)) {
		unsigned long off, ino;
		unsigned major, minor;

		MUST(sscanf(line, "%lx-%lx %4s %lx %x:%x %lu", &areas[n].lo, &areas[n].hi,
			     areas[n].perm, &off, &major, &minor, &ino) == 7);
		n++;
	}
	fclose(f);
	return n;
}

static const char *perm_of(size_t n, const void *p)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned long)p >= areas[i].lo && (unsigned long)p < areas[i].hi)
			return areas[i].perm;
	return "none";
}

static int data = 3;

int main(void)
{
	char *m = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t n = read_maps(), bad = 0;
	int local = 0;

	for (size_t i = 0; i < n; i++)
		bad += areas[i].lo >= areas[i].hi || (i && areas[i].lo < areas[i - 1].hi);
	printf("disordered %zu\n", bad);
	printf("text %s\n", perm_of(n, (void *)main));
	printf("data %s\n", perm_of(n, &data));
	printf("stack %s\n", perm_of(n, &local));
	printf("read-only %s\n", perm_of(n, m));
	printf("none %s\n", perm_of(n, none));
	printf("shared %s\n", perm_of(n, s));
	mprotect(m + 4096, 4096, PROT_NONE);
	n = read_maps();
	printf("half: %s %s\n", perm_of(n, m), perm_of(n, m + 4096));
	return 0;
}
