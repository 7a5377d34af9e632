/* SPDX-License-Identifier: Apache-2.0 */
/* The self-pipe pattern: a handler writes, poll in the main loop returns, nothing is missed. */
#include "t.h"
#include <poll.h>

static int p[2];

static void on(int sig)
{
	int saved = errno;
	char c = (char)sig;

	write(p[1], &c, 1);
	errno = saved;
}

static void *sender(void *arg)
{
	for (int i = 0; i < 50; i++) {
		kill(getpid(), SIGUSR1);
		t_sleep_ms(1);
	}
	kill(getpid(), SIGUSR2);
	return arg;
}

int main(void)
{
	struct pollfd f;
	pthread_t t;
	int usr1 = 0;
	char c = 0;

	MUST(pipe2(p, O_NONBLOCK) == 0);
	f = (struct pollfd){p[0], POLLIN, 0};
	t_handle(SIGUSR1, on, SA_RESTART);
	t_handle(SIGUSR2, on, SA_RESTART);
	MUST(pthread_create(&t, NULL, sender, NULL) == 0);
	while (c != SIGUSR2) {
		if (poll(&f, 1, 10000) < 0) {
			MUST(errno == EINTR);
			continue;
		}
		while (read(p[0], &c, 1) == 1)
			usr1 += c == SIGUSR1;
	}
	pthread_join(t, NULL);
	YES(usr1 > 0 && usr1 <= 50);
	return 0;
}
