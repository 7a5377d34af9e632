/* SPDX-License-Identifier: Apache-2.0 */
/* Eight threads compute in registers without any system call; preemption changes nothing. */
#include "t.h"

enum { THREADS = 8, ROUNDS = 1000000 };

static void *thread(void *arg)
{
	long me = (long)arg;
	double d = 1 + (double)me, e = 0.5;
	long double x = 1;
	uint64_t h = (uint64_t)me;

	for (int i = 0; i < ROUNDS; i++) {
		h = (h ^ (unsigned)i) * 1099511628211ull;
		d = d * 0.999 + e;
		x = x * 0.75L + (long double)(me + 1);
		h += (uint64_t)d & 1;
	}
	h ^= (uint64_t)(d * 1e6) ^ (uint64_t)(x * 1e6L);
	return (void *)h;
}

int main(void)
{
	pthread_t t[THREADS];
	void *together, *alone;
	int bad = 0;

	for (long i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, thread, (void *)i) == 0);
	for (long i = 0; i < THREADS; i++) {
		pthread_join(t[i], &together);
		alone = thread((void *)i);
		bad += together != alone;
	}
	printf("%d threads differ from the same work alone\n", bad);
	return 0;
}
