/* SPDX-License-Identifier: Apache-2.0 */
/* sigsetjmp and siglongjmp in several threads at once, from faults of their own. */
#include "t.h"
#include <setjmp.h>

enum { THREADS = 4, ROUNDS = 100 };

static __thread sigjmp_buf env;
static __thread volatile int *target;

static void on(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)uc;
	siglongjmp(env, si->si_addr == (void *)target ? 1 : 2);
}

static void *thread(void *arg)
{
	volatile long bad = 0, faults = 0;

	for (volatile int i = 0; i < ROUNDS; i++) {
		int v;

		target = (volatile int *)(uintptr_t)(8 + 8 * (long)arg);
		v = sigsetjmp(env, 1);
		if (v == 0)
			*target = 1;
		faults++;
		bad += v != 1;
	}
	return (void *)(bad + (faults != ROUNDS));
}

int main(void)
{
	pthread_t t[THREADS];
	long bad = 0;
	void *got;

	t_handle_info(SIGSEGV, on, 0);
	for (long i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, thread, (void *)i) == 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &got);
		bad += (long)got;
	}
	printf("%ld bad\n", bad);
	return 0;
}
