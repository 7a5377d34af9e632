/* SPDX-License-Identifier: Apache-2.0 */
/* 300 threads at once, each with a stack of its own, all woken by one barrier. */
#include "t.h"

enum { THREADS = 300 };

static pthread_barrier_t bar;

static void *thread(void *arg)
{
	char stack[8192];

	memset(stack, (int)(long)arg, sizeof(stack));
	pthread_barrier_wait(&bar);
	for (size_t i = 0; i < sizeof(stack); i++)
		if (stack[i] != (char)(long)arg)
			return (void *)1;
	return NULL;
}

int main(void)
{
	static pthread_t t[THREADS];
	pthread_attr_t attr;
	long bad = 0;
	void *got;

	pthread_attr_init(&attr);
	MUST(pthread_attr_setstacksize(&attr, 65536) == 0);
	pthread_barrier_init(&bar, NULL, THREADS + 1);
	for (long i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], &attr, thread, (void *)i) == 0);
	pthread_barrier_wait(&bar);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &got);
		bad += (long)got;
	}
	printf("%ld bad\n", bad);
	return 0;
}
