/* SPDX-License-Identifier: Apache-2.0 */
/* Condition variables: signal wakes one, broadcast all; a timed wait ends; a bounded queue works.
 */
#include "t.h"
#include <sched.h>

enum { ITEMS = 5000, SLOTS = 7 };

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER, not_empty = PTHREAD_COND_INITIALIZER;
static int queue[SLOTS], used, head, released, awake;

static void *producer(void *arg)
{
	for (int i = 1; i <= ITEMS; i++) {
		pthread_mutex_lock(&m);
		while (used == SLOTS)
			pthread_cond_wait(&not_full, &m);
		queue[(head + used++) % SLOTS] = i;
		pthread_cond_signal(&not_empty);
		pthread_mutex_unlock(&m);
	}
	return arg;
}

static void *consumer(void *arg)
{
	for (int i = 0; i < ITEMS; i++) {
		pthread_mutex_lock(&m);
		while (!used)
			pthread_cond_wait(&not_empty, &m);
		*(long *)arg += queue[head];
		head = (head + 1) % SLOTS;
		used--;
		pthread_cond_signal(&not_full);
		pthread_mutex_unlock(&m);
	}
	return NULL;
}

static void *waiter(void *arg)
{
	pthread_mutex_lock(&m);
	awake++;
	while (!released)
		pthread_cond_wait(&not_full, &m);
	awake--;
	pthread_mutex_unlock(&m);
	return arg;
}

int main(void)
{
	pthread_t t[8];
	long sum[2] = {0};
	struct timespec ts;

	for (int i = 0; i < 2; i++) {
		MUST(pthread_create(&t[i], NULL, producer, NULL) == 0);
		MUST(pthread_create(&t[i + 2], NULL, consumer, &sum[i]) == 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	printf("sum %ld, left %d\n", sum[0] + sum[1], used);
	for (int i = 0; i < 8; i++)
		MUST(pthread_create(&t[i], NULL, waiter, NULL) == 0);
	for (int all = 0; !all; sched_yield()) {
		pthread_mutex_lock(&m);
		all = awake == 8;
		released = all;
		if (all)
			pthread_cond_broadcast(&not_full);
		pthread_mutex_unlock(&m);
	}
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	printf("asleep %d\n", awake);
	clock_gettime(CLOCK_REALTIME, &ts);
	pthread_mutex_lock(&m);
	SHOW_ERR(pthread_cond_timedwait(&not_empty, &m, &ts));
	SHOW_ERR(pthread_mutex_unlock(&m));
	return 0;
}
