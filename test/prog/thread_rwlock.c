/* SPDX-License-Identifier: Apache-2.0 */
/* Read-write locks, barriers, once and spin locks. */
#include "t.h"

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t bar;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_spinlock_t spin;
static long a, b, torn, spun;
static _Atomic int serial, onces;

static void init(void)
{
	onces++;
}

static void *work(void *arg)
{
	pthread_once(&once, init);
	for (int i = 0; i < 2000; i++) {
		if (i % 10) {
			pthread_rwlock_rdlock(&rw);
			torn += a != b;
			pthread_rwlock_unlock(&rw);
		} else {
			pthread_rwlock_wrlock(&rw);
			a++, b++;
			pthread_rwlock_unlock(&rw);
		}
		pthread_spin_lock(&spin);
		spun++;
		pthread_spin_unlock(&spin);
	}
	for (int i = 0; i < 50; i++)
		serial += pthread_barrier_wait(&bar) == PTHREAD_BARRIER_SERIAL_THREAD;
	return arg;
}

int main(void)
{
	pthread_t t[4];

	pthread_barrier_init(&bar, NULL, 4);
	pthread_spin_init(&spin, 0);
	for (int i = 0; i < 4; i++)
		MUST(pthread_create(&t[i], NULL, work, NULL) == 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	printf("a %ld b %ld torn %ld spun %ld serial %d once %d\n", a, b, torn, spun, serial,
		onces);
	SHOW_ERR(pthread_rwlock_rdlock(&rw));
	SHOW_ERR(pthread_rwlock_tryrdlock(&rw));
	SHOW_ERR(pthread_rwlock_trywrlock(&rw));
	SHOW_ERR(pthread_rwlock_unlock(&rw));
	SHOW_ERR(pthread_rwlock_unlock(&rw));
	SHOW_ERR(pthread_rwlock_wrlock(&rw));
	SHOW_ERR(pthread_rwlock_tryrdlock(&rw));
	return 0;
}
