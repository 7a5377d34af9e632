/* SPDX-License-Identifier: Apache-2.0 */
/* malloc, calloc, realloc, aligned_alloc: sizes from 0 to 100 MB, content kept, zeroed where said.
 */
#include "t.h"
#include <malloc.h>

enum { SLOTS = 500, ROUNDS = 20000 };

static uint32_t seed = 1;

static uint32_t rnd(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static void churn(void)
{
	static unsigned char *slot[SLOTS];
	static size_t len[SLOTS];
	int bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		unsigned s = rnd() % SLOTS;
		size_t n = rnd() % (i % 50 ? 2000 : 300000) + 1;

		for (size_t j = 0; j < len[s]; j += 97)
			bad += slot[s][j] != (unsigned char)s;
		slot[s] = realloc(slot[s], n);
		MUST(slot[s]);
		for (size_t j = 0; j < n && j < len[s]; j += 97)
			bad += slot[s][j] != (unsigned char)s;
		memset(slot[s], (int)s, n);
		len[s] = n;
	}
	for (int i = 0; i < SLOTS; i++)
		free(slot[i]);
	printf("churn: %d bad\n", bad);
}

int main(void)
{
	char *big = malloc(100 << 20), *zero = calloc(1 << 20, 10);
	volatile size_t huge = SIZE_MAX / 2;
	long sum = 0;

	YES(big && zero);
	for (int i = 0; i < 100; i++)
		big[i << 20] = 1, sum += big[i << 20] + zero[i * 100000L];
	printf("%ld\n", sum);
	big = realloc(big, 120 << 20);
	YES(big && big[99 << 20] == 1);
	big = realloc(big, 10);
	YES(big && big[0] == 1);
	free(big), free(zero);
	YES(malloc(huge) == NULL && errno == ENOMEM);
	YES(calloc(huge, 4) == NULL && errno == ENOMEM);
	for (size_t a = 16; a <= 1 << 20; a *= 16)
		YES((uintptr_t)aligned_alloc(a, a * 3) % a == 0);
	churn();
	return 0;
}
