/* SPDX-License-Identifier: Apache-2.0 */
/* Thousands of small mappings with gaps and changed protections: each keeps its own content. */
#include "t.h"
#include <sys/mman.h>

enum { COUNT = 3000 };

int main(void)
{
	const int anon = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
	static int *page[COUNT];
	int wrong = 0, moved = 0;
	char *all = mmap(NULL, COUNT * 8192L, PROT_NONE, anon, -1, 0);

	MUST(all != MAP_FAILED);
	for (int i = 0; i < COUNT; i++) {
		page[i] = (int *)(all + i * 8192L);
		moved += mmap(page[i], 4096, rw, anon | MAP_FIXED, -1, 0) != page[i];
		page[i][i % 1024] = i;
	}
	for (int i = 0; i < COUNT; i += 3)
		MUST(mprotect(page[i], 4096, PROT_READ) == 0);
	for (int i = 1; i < COUNT; i += 3)
		MUST(munmap(page[i], 4096) == 0);
	for (int i = 0; i < COUNT; i++)
		wrong += i % 3 != 1 && page[i][i % 1024] != i;
	printf("%d moved, %d wrong\n", moved, wrong);
	SHOW(munmap(all, COUNT * 8192L));
	return 0;
}
