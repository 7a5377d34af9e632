/* SPDX-License-Identifier: Apache-2.0 */
/* pthread_mutex_timedlock and sem_timedwait: they time out after, not before, the time given. */
#include "t.h"
#include <semaphore.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static struct timespec in_ms(int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_nsec += ms * 1000000L;
	ts.tv_sec += ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	return ts;
}

static void *hold(void *arg)
{
	struct timespec ts = in_ms(50);
	int64_t start = t_now_ms();

	SHOW_ERR(pthread_mutex_timedlock(&m, &ts));
	YES(t_now_ms() - start >= 49);
	ts = in_ms(-1000);
	SHOW_ERR(pthread_mutex_timedlock(&m, &ts));
	ts.tv_nsec = -1;
	SHOW_ERR(pthread_mutex_timedlock(&m, &ts));
	return arg;
}

int main(void)
{
	struct timespec ts;
	pthread_t t;
	sem_t s;

	pthread_mutex_lock(&m);
	MUST(pthread_create(&t, NULL, hold, NULL) == 0);
	pthread_join(t, NULL);
	MUST(sem_init(&s, 0, 1) == 0);
	SHOW(sem_wait(&s));
	SHOW(sem_trywait(&s));
	ts = in_ms(30);
	SHOW(sem_timedwait(&s, &ts));
	SHOW(sem_post(&s));
	SHOW(sem_timedwait(&s, &ts));
	return 0;
}
