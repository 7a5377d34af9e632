/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain fixed */
/* Threads: mutex, condition variable, thread-local storage, join, detach at exit. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS  2000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static long counter;
static int turn;
static __thread long mine;

static void *count(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&lock);
		counter++;
		pthread_mutex_unlock(&lock);
		mine++;
	}
	return (void *)mine;
}

static void *take_turns(void *arg)
{
	int me = (int)(long)arg;

	for (int i = 0; i < 200; i++) {
		pthread_mutex_lock(&lock);
		while (turn != me)
			pthread_cond_wait(&turn_changed, &lock);
		turn = (me + 1) % 3;
		pthread_cond_broadcast(&turn_changed);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void *sleep_long(void *arg)
{
	for (;;)
		pause();
}

int main(void)
{
	pthread_t t[THREADS];
	void *ret;
	long sum = 0;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, count, NULL);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &ret);
		sum += (long)ret;
	}
	printf("counter %ld, sum of thread-locals %ld\n", counter, sum);
	for (long i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, take_turns, (void *)i);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	printf("turn %d\n", turn);
	pthread_create(&t[0], NULL, sleep_long, NULL);
	return 7; /* with a thread still asleep */
}
