/* SPDX-License-Identifier: Apache-2.0 */
/* pthread_create, join, detach, exit values, thread ids, and many threads in turn and at once. */
#include "t.h"
#include <sched.h>

static void *value(void *arg)
{
	return (char *)arg + 1;
}

static void *by_exit(void *arg)
{
	pthread_exit((char *)arg + 2);
}

static void *gettid_of(void *arg)
{
	*(pid_t *)arg = (pid_t)syscall(SYS_gettid);
	return arg;
}

static _Atomic int alive;

static void *detached(void *arg)
{
	alive--;
	return arg;
}

int main(void)
{
	pthread_t t, many[100];
	pthread_attr_t attr;
	void *got;
	pid_t tid;
	long sum = 0;

	SHOW_ERR(pthread_create(&t, NULL, value, (void *)41));
	SHOW_ERR(pthread_join(t, &got));
	printf("%ld\n", (long)got);
	MUST(pthread_create(&t, NULL, by_exit, (void *)40) == 0);
	SHOW_ERR(pthread_join(t, &got));
	printf("%ld\n", (long)got);
	MUST(pthread_create(&t, NULL, gettid_of, &tid) == 0);
	pthread_join(t, NULL);
	YES(tid != getpid() && tid > 0);
	YES(syscall(SYS_gettid) == getpid());
	for (int i = 0; i < 1000; i++) {
		MUST(pthread_create(&t, NULL, value, (void *)(long)i) == 0);
		MUST(pthread_join(t, &got) == 0);
		sum += (long)got;
	}
	printf("%ld\n", sum);
	for (long i = 0; i < 100; i++)
		MUST(pthread_create(&many[i], NULL, value, (void *)i) == 0);
	for (int i = 99; i >= 0; i--) {
		MUST(pthread_join(many[i], &got) == 0);
		sum -= (long)got;
	}
	printf("%ld\n", sum);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	alive = 50;
	for (int i = 0; i < 50; i++)
		MUST(pthread_create(&t, &attr, detached, NULL) == 0);
	while (alive)
		sched_yield();
	printf("all detached ran\n");
	return 0;
}
