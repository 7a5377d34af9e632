/* SPDX-License-Identifier: Apache-2.0 */
/* Signals from two threads to a computing third: its arithmetic and its registers survive. */
#include "t.h"
#include <sched.h>

enum { TIMES = 5000 };

static _Atomic int stop;
static _Atomic long handled, sent;
static pthread_t victim;

static void on(int sig)
{
	double noise = handled * 1.5;

	__asm__ volatile("" : : "x"(noise));
	handled += sig == SIGRTMIN;
}

static void *sender(void *arg)
{
	while (!stop) {
		/* Queued signals are a resource of the user, not of the process: few at a time. */
		while (sent - handled > 32 && !stop)
			sched_yield();
		sent++;
		if (sent % 2)
			pthread_kill(victim, SIGUSR1);
		pthread_kill(victim, SIGRTMIN);
	}
	return arg;
}

int main(void)
{
	struct sigaction sa = {.sa_handler = on, .sa_flags = SA_RESTART};
	int64_t give_up = t_now_ms() + 20000;
	pthread_t t[2];
	uint64_t first = 0;
	long bad = 0;

	victim = pthread_self();
	sigaddset(&sa.sa_mask, SIGUSR1);
	sigaddset(&sa.sa_mask, SIGRTMIN);
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGRTMIN, &sa, NULL);
	for (int i = 0; i < 2; i++)
		MUST(pthread_create(&t[i], NULL, sender, NULL) == 0);
	while (handled < TIMES && t_now_ms() < give_up) {
		uint64_t h = 14695981039346656037ul;
		double d = 0;

		for (int i = 0; i < 1000; i++) {
			h = (h ^ (unsigned)i) * 1099511628211ul;
			d += i * 0.5;
		}
		first = first ? first : h;
		bad += h != first || d != 249750;
	}
	stop = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	YES(handled >= TIMES);
	printf("bad %ld\n", bad);
	return 0;
}
