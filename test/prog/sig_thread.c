/* SPDX-License-Identifier: Apache-2.0 */
/* Signals and threads: pthread_kill hits its thread, kill one that has it unblocked. */
#include "t.h"

static _Atomic int hit[4], stop;
static pthread_t threads[4];
static __thread int me;

static void on(int sig)
{
	(void)sig;
	hit[me]++;
}

static void *thread(void *arg)
{
	sigset_t set = t_sigset(SIGUSR2);

	me = (int)(long)arg;
	if (me == 3)
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	hit[me] = 0;
	while (!stop)
		t_sleep_ms(1);
	return NULL;
}

static void wait_hit(int i, int n)
{
	while (hit[i] < n)
		t_sleep_ms(1);
	printf("hits %d %d %d %d\n", hit[0], hit[1], hit[2], hit[3]);
}

int main(void)
{
	sigset_t set = t_sigset(SIGUSR2);

	t_handle(SIGUSR1, on, 0);
	t_handle(SIGUSR2, on, 0);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	for (long i = 1; i < 4; i++) {
		hit[i] = -1;
		MUST(pthread_create(&threads[i], NULL, thread, (void *)i) == 0);
	}
	for (int i = 1; i < 4; i++)
		while (hit[i] < 0)
			t_sleep_ms(1);
	SHOW_ERR(pthread_kill(threads[2], SIGUSR1));
	wait_hit(2, 1);
	SHOW_ERR(pthread_kill(pthread_self(), SIGUSR1));
	wait_hit(0, 1);
	SHOW_ERR(pthread_kill(threads[1], 0));
	SHOW_ERR(pthread_kill(threads[1], 65));
	SHOW(kill(getpid(), SIGUSR2));
	wait_hit(3, 1);
	stop = 1;
	for (int i = 1; i < 4; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
