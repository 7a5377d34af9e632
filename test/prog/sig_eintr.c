/* SPDX-License-Identifier: Apache-2.0 */
/* signal(7): which blocking calls a handler interrupts with EINTR, without and with SA_RESTART. */
#include "t.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

static int p[2], full[2], flags;
static volatile int done, count;
static pthread_t main_thread;

static void on(int sig)
{
	(void)sig;
	count++;
}

/* Signals until the call is over; restarted calls get what they wait for after three signals. */
static void *pester(void *arg)
{
	char buf[4096];

	for (int i = 0; !done; i++) {
		t_sleep_ms(10);
		pthread_kill(main_thread, SIGUSR1);
		if (flags && count >= 3 && i > 5) {
			write(p[1], "x", 1);
			read(full[0], buf, sizeof(buf));
		}
	}
	return arg;
}

static long do_read(void)
{
	char c;

	return read(p[0], &c, 1);
}

static long do_write(void)
{
	char buf[4096] = "";

	return write(full[1], buf, sizeof(buf));
}

static long do_poll(void)
{
	struct pollfd f = {p[0], POLLIN, 0};

	return poll(&f, 1, -1);
}

static long do_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(p[0], &set);
	return select(p[0] + 1, &set, NULL, NULL, NULL);
}

static long do_epoll(void)
{
	struct epoll_event ev;
	int e = epoll_create1(0);
	long r = epoll_wait(e, &ev, 1, -1);
	int saved = errno;

	close(e);
	errno = saved;
	return r;
}

static long do_nanosleep(void)
{
	struct timespec ts = {100, 0};

	return nanosleep(&ts, NULL);
}

static long do_pause(void)
{
	return pause();
}

static const struct {
	const char *name;
	long (*call)(void);
	bool restarts;
} rows[] = {
	{"read", do_read, true},
	{"write", do_write, true},
	{"poll", do_poll, false},
	{"select", do_select, false},
	{"epoll_wait", do_epoll, false},
	{"nanosleep", do_nanosleep, false},
	{"pause", do_pause, false},
};

int main(void)
{
	static const char block[4096];

	main_thread = pthread_self();
	MUST(pipe(p) == 0 && pipe2(full, O_NONBLOCK) == 0);
	for (int pass = 0; pass < 2; pass++) {
		flags = pass ? SA_RESTART : 0;
		t_handle(SIGUSR1, on, flags);
		printf("-- %s\n", pass ? "SA_RESTART" : "no SA_RESTART");
		for (size_t i = 0; i < T_COUNT(rows); i++) {
			char buf[64];
			pthread_t t;

			fcntl(full[1], F_SETFL, O_NONBLOCK);
			while (write(full[1], block, sizeof(block)) > 0)
				;
			fcntl(full[1], F_SETFL, 0);
			fcntl(p[0], F_SETFL, O_NONBLOCK);
			while (read(p[0], buf, sizeof(buf)) > 0)
				;
			fcntl(p[0], F_SETFL, 0);
			done = count = 0;
			MUST(pthread_create(&t, NULL, pester, NULL) == 0);
			SHOW_AS(rows[i].name, rows[i].call());
			done = 1;
			pthread_join(t, NULL);
			if (pass && rows[i].restarts)
				YES(count >= 3);
		}
	}
	return 0;
}
