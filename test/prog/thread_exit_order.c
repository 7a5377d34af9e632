/* SPDX-License-Identifier: Apache-2.0 */
/* Threads come and go while others wait, cancel and detach: 2000 in all, nothing is left behind. */
#include "t.h"
#include <dirent.h>

enum { ROUNDS = 250 };

static void *brief(void *arg)
{
	return arg;
}

static void *child_of(void *arg)
{
	pthread_t t;

	MUST(pthread_create(&t, NULL, brief, arg) == 0);
	pthread_detach(t);
	return arg;
}

static void *waits(void *arg)
{
	pause();
	return arg;
}

static int threads_now(void)
{
	int n = 0;
	DIR *d = opendir("/proc/self/task");

	if (!d)
		return -1;
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

int main(void)
{
	int64_t give_up = t_now_ms() + 5000;
	pthread_t a, b, c;

	for (int i = 0; i < ROUNDS; i++) {
		MUST(pthread_create(&a, NULL, brief, NULL) == 0);
		MUST(pthread_create(&b, NULL, child_of, NULL) == 0);
		MUST(pthread_create(&c, NULL, waits, NULL) == 0);
		pthread_cancel(c);
		pthread_join(c, NULL);
		pthread_join(b, NULL);
		pthread_join(a, NULL);
	}
	while (threads_now() > 1 && t_now_ms() < give_up)
		t_sleep_ms(1);
	printf("%d thread left\n", threads_now());
	return 0;
}
