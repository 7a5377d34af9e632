/* SPDX-License-Identifier: Apache-2.0 */
/* Threads map, touch, protect and unmap at the same time; each finds its own bytes, new ones are
 * zero. */
#include "t.h"
#include <sys/mman.h>

enum { THREADS = 4, ROUNDS = 400 };

static void *churn(void *arg)
{
	long bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		size_t n = (size_t)(1 + i % 9) * 4096;
		char *m = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (m == MAP_FAILED) {
			bad++;
			continue;
		}
		for (size_t j = 0; j < n; j += 512)
			bad += m[j] != 0;
		memset(m, (int)(long)arg, n);
		bad += mprotect(m, 4096, PROT_READ) != 0;
		for (size_t j = 0; j < n; j += 512)
			bad += m[j] != (char)(long)arg;
		bad += munmap(m, n) != 0;
	}
	return (void *)bad;
}

int main(void)
{
	pthread_t t[THREADS];
	long bad = 0;
	void *got;

	for (long i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, churn, (void *)(i + 1)) == 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &got);
		bad += (long)got;
	}
	printf("%ld bad\n", bad);
	return 0;
}
