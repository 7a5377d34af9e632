/* SPDX-License-Identifier: Apache-2.0 */
/* Fifty threads poll one pipe: a write wakes them, one gets the byte; closing wakes the rest. */
#include "t.h"
#include <poll.h>

enum { THREADS = 50 };

static int p[2];
static _Atomic int bytes, hups;

static void *poller(void *arg)
{
	struct pollfd f = {p[0], POLLIN, 0};
	char c;

	while (true) {
		MUST(poll(&f, 1, -1) == 1);
		if (f.revents & POLLIN && read(p[0], &c, 1) == 1)
			bytes++;
		else if (f.revents & POLLHUP)
			break;
	}
	hups++;
	return arg;
}

int main(void)
{
	pthread_t t[THREADS];

	MUST(pipe2(p, O_NONBLOCK) == 0);
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, poller, NULL) == 0);
	for (int i = 0; i < 100; i++) {
		MUST(write(p[1], "x", 1) == 1);
		while (bytes <= i)
			t_sleep_ms(1);
	}
	close(p[1]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	printf("bytes %d hups %d\n", bytes, hups);
	return 0;
}
