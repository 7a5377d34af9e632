/* SPDX-License-Identifier: Apache-2.0 */
/* Mutexes of every type: what a second lock and a foreign unlock do; counting under contention. */
#include "t.h"

static pthread_mutex_t m;
static long counter;

static void *unlock_foreign(void *arg)
{
	SHOW_ERR(pthread_mutex_unlock(&m));
	SHOW_ERR(pthread_mutex_trylock(&m));
	return arg;
}

static void *count(void *arg)
{
	for (int i = 0; i < 20000; i++) {
		pthread_mutex_lock(&m);
		counter++;
		pthread_mutex_unlock(&m);
	}
	return arg;
}

static void type(const char *name, int kind)
{
	pthread_mutexattr_t a;
	pthread_t t[4];

	printf("-- %s\n", name);
	pthread_mutexattr_init(&a);
	MUST(pthread_mutexattr_settype(&a, kind) == 0);
	MUST(pthread_mutex_init(&m, &a) == 0);
	SHOW_ERR(pthread_mutex_lock(&m));
	SHOW_ERR(pthread_mutex_trylock(&m));
	if (kind != PTHREAD_MUTEX_NORMAL)
		SHOW_ERR(pthread_mutex_lock(&m));
	if (kind == PTHREAD_MUTEX_RECURSIVE) {
		pthread_mutex_unlock(&m);
		pthread_mutex_unlock(&m);
	}
	if (kind != PTHREAD_MUTEX_NORMAL) {
		MUST(pthread_create(&t[0], NULL, unlock_foreign, NULL) == 0);
		pthread_join(t[0], NULL);
	}
	SHOW_ERR(pthread_mutex_unlock(&m));
	if (kind != PTHREAD_MUTEX_NORMAL)
		SHOW_ERR(pthread_mutex_unlock(&m));
	counter = 0;
	for (int i = 0; i < 4; i++)
		MUST(pthread_create(&t[i], NULL, count, NULL) == 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	printf("counted %ld\n", counter);
	pthread_mutex_destroy(&m);
}

int main(void)
{
	type("normal", PTHREAD_MUTEX_NORMAL);
	type("recursive", PTHREAD_MUTEX_RECURSIVE);
	type("errorcheck", PTHREAD_MUTEX_ERRORCHECK);
	return 0;
}
