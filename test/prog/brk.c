/* SPDX-License-Identifier: Apache-2.0 */
/* brk(2): the break grows with zeros, shrinks, grows again with zeros, and refuses nonsense. */
/* run: plain */
#include "t_fault.h"

static char *set(char *to)
{
	return (char *)syscall(SYS_brk, to);
}

int main(void)
{
	char *start, *page;

	t_fault_catch();
	printf("the library has its own heap by now\n");
	start = set(NULL);
	YES(start != NULL && set(NULL) == start);
	page = (char *)(((uintptr_t)start + 4095) & ~4095ul);
	YES(set(page + 3 * 4096) == page + 3 * 4096);
	printf("%d %d\n", page[0], page[3 * 4096 - 1]);
	memset(page, 'h', 3 * 4096);
	YES(set(page + 4096) == page + 4096);
	t_probe("above the break", page + 4096);
	YES(set(page + 3 * 4096) == page + 3 * 4096);
	printf("%d %d\n", page[4095], page[4096]);
	YES(set(page + 100) == page + 100);
	t_probe("rest of the page", page + 200);
	YES(set((char *)1) == page + 100);
	YES(set((char *)-4096L) == page + 100);
	YES(set(start) == start);
	return 0;
}
