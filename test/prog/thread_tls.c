/* SPDX-License-Identifier: Apache-2.0 */
/* Thread-local storage: __thread with and without initial value, keys with destructors, errno. */
#include "t.h"
#include <sched.h>

static __thread int counted = 5;
static __thread char zeroed[5000];
static __thread int aligned __attribute__((aligned(64))) = 7;
static pthread_key_t key;
static _Atomic int destroyed;

static void destroy(void *arg)
{
	destroyed += (int)(long)arg;
}

static void *thread(void *arg)
{
	long bad = 0;
	int me = (int)(long)arg;

	for (size_t i = 0; i < sizeof(zeroed); i++)
		bad += zeroed[i] != 0;
	bad += counted != 5 || aligned != 7 || (uintptr_t)&aligned % 64;
	pthread_setspecific(key, arg);
	errno = me;
	for (int i = 0; i < 500; i++) {
		counted += me;
		zeroed[i] = (char)me;
		if (i % 50 == 0)
			sched_yield();
	}
	bad += counted != 5 + 500 * me || errno != me || pthread_getspecific(key) != arg;
	return (void *)bad;
}

int main(void)
{
	pthread_t t[8];
	void *bad;
	long sum = 0;

	MUST(pthread_key_create(&key, destroy) == 0);
	for (long i = 0; i < 8; i++)
		MUST(pthread_create(&t[i], NULL, thread, (void *)(i + 1)) == 0);
	for (int i = 0; i < 8; i++) {
		pthread_join(t[i], &bad);
		sum += (long)bad;
	}
	printf("bad %ld destroyed %d main %d %d\n", sum, destroyed, counted, zeroed[0]);
	return 0;
}
