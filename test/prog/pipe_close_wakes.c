/* SPDX-License-Identifier: Apache-2.0 */
/* Closing the last other end wakes who is blocked in read or write, and poll. */
#include "t.h"
#include <poll.h>

static int p[2];

static void *reader(void *arg)
{
	char c;

	(void)arg;
	SHOW(read(p[0], &c, 1));
	return NULL;
}

static void *writer(void *arg)
{
	static char big[1 << 20];

	(void)arg;
	YES(write(p[1], big, sizeof(big)) > 0);
	SHOW(write(p[1], big, 1));
	return NULL;
}

static void *poller(void *arg)
{
	struct pollfd f = {p[0], POLLIN, 0};

	(void)arg;
	SHOW(poll(&f, 1, -1));
	printf("in %d hup %d\n", !!(f.revents & POLLIN), !!(f.revents & POLLHUP));
	return NULL;
}

static void with(void *(*fn)(void *), int end)
{
	pthread_t t;

	MUST(pipe(p) == 0);
	MUST(pthread_create(&t, NULL, fn, NULL) == 0);
	t_sleep_ms(30);
	close(p[end]);
	pthread_join(t, NULL);
	close(p[!end]);
}

int main(void)
{
	t_handle(SIGPIPE, SIG_IGN, 0);
	with(reader, 1);
	with(writer, 0);
	with(poller, 1);
	return 0;
}
