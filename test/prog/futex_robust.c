/* SPDX-License-Identifier: Apache-2.0 */
/* A robust mutex whose owner thread ends: EOWNERDEAD, then consistent or ENOTRECOVERABLE. */
#include "t.h"

static pthread_mutex_t m;

static void *die_owning(void *arg)
{
	MUST(pthread_mutex_lock(&m) == 0);
	return arg;
}

static void *wait_for_it(void *arg)
{
	SHOW_ERR(pthread_mutex_lock(&m));
	SHOW_ERR(pthread_mutex_unlock(&m));
	return arg;
}

static void owner_dies(void)
{
	pthread_t t;

	MUST(pthread_create(&t, NULL, die_owning, NULL) == 0);
	pthread_join(t, NULL);
}

static void *die_later(void *arg)
{
	MUST(pthread_mutex_lock(&m) == 0);
	*(volatile int *)arg = 1;
	t_sleep_ms(40);
	return NULL;
}

int main(void)
{
	volatile int locked = 0;
	pthread_mutexattr_t a;
	pthread_t t, u;

	pthread_mutexattr_init(&a);
	MUST(pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST) == 0);
	MUST(pthread_mutex_init(&m, &a) == 0);
	owner_dies();
	SHOW_ERR(pthread_mutex_lock(&m));
	SHOW_ERR(pthread_mutex_consistent(&m));
	SHOW_ERR(pthread_mutex_unlock(&m));
	SHOW_ERR(pthread_mutex_lock(&m));
	SHOW_ERR(pthread_mutex_unlock(&m));
	/* The owner ends while another waits. */
	MUST(pthread_create(&t, NULL, die_later, (void *)&locked) == 0);
	while (!locked)
		t_sleep_ms(1);
	MUST(pthread_create(&u, NULL, wait_for_it, NULL) == 0);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	SHOW_ERR(pthread_mutex_lock(&m));
	return 0;
}
