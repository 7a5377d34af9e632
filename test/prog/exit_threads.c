/* SPDX-License-Identifier: Apache-2.0 */
/* exit ends all threads, and only when asked: main may leave by pthread_exit first. */
#include "t.h"

static void *forever(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static void *spin(void *arg)
{
	(void)arg;
	for (volatile unsigned i = 0;; i++)
		;
	return NULL;
}

static void *late(void *arg)
{
	t_sleep_ms(30);
	printf("main is gone, this thread remains\n");
	exit(*(int *)arg);
}

static void *silent(void *arg)
{
	(void)arg;
	t_sleep_ms(30);
	printf("last thread returns\n");
	return NULL;
}

int main(int argc, char **argv)
{
	static int code = 9;
	pthread_t t;

	if (T_IS_ROLE("exit") || T_IS_ROLE("kill")) {
		MUST(pthread_create(&t, NULL, forever, NULL) == 0);
		MUST(pthread_create(&t, NULL, spin, NULL) == 0);
		if (T_IS_ROLE("kill"))
			kill(getpid(), SIGKILL);
		exit(8);
	}
	if (T_IS_ROLE("late") || T_IS_ROLE("last")) {
		MUST(pthread_create(&t, NULL, T_IS_ROLE("late") ? late : silent, &code) == 0);
		pthread_exit(NULL);
	}
	t_wait("exit with threads", t_spawn("exit", NULL));
	t_wait("kill with threads", t_spawn("kill", NULL));
	t_wait("exit by a thread", t_spawn("late", NULL));
	t_wait("last thread ends", t_spawn("last", NULL));
	return 0;
}
