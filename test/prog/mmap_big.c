/* SPDX-License-Identifier: Apache-2.0 */
/* run: nosip */
/* A large reservation costs nothing until touched; MAP_NORESERVE; sparse touching works. */
#include "t.h"
#include <sys/mman.h>

int main(void)
{
	const size_t size = 4ul << 30;
	char *m = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	long sum = 0;

	YES(m != MAP_FAILED);
	SHOW(mprotect(m, size, PROT_READ | PROT_WRITE));
	for (size_t i = 0; i < size; i += 64ul << 20)
		m[i] = 1;
	for (size_t i = 0; i < size; i += 32ul << 20)
		sum += m[i];
	printf("%ld\n", sum);
	SHOW(munmap(m, size));
	return 0;
}
