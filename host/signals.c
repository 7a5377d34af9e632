/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals sent to the loader reach the program as answers to the enclave's HC_signal calls. They
 * are blocked in every thread; one thread waits for them and rings an eventfd that the io_uring
 * watches, so no code of ours runs in a handler. (Not a signalfd: Linux wakes whoever polls one for
 * every signal of the process, and the emulator's enclave raises one at every trap.) Also: the
 * terminal is left as it was found.
 *
 * SIGTSTP is passed on like the others, and the loader stops itself once the enclave has nothing
 * left to run (vcpu.c), which is how the shell gets its terminal back.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host.h"
#include "ring.h"

static const int passed[] = {
	SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP};

static void passed_set(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		sigaddset(set, passed[i]);
}

static void *collector(void *arg)
{
	struct host *h = arg;
	uint64_t one = 1;
	sigset_t set;

	passed_set(&set);
	for (;;) {
		int sig = sigwaitinfo(&set, NULL);

		if (sig <= 0)
			continue; /* EINTR */
		atomic_fetch_or(&h->sig_came, 1ull << sig);
		(void)!write(h->sigfd, &one, sizeof one); /* full: it is readable already */
	}
	return NULL;
}

int signals_init(struct host *h)
{
	sigset_t set;

	passed_set(&set);
	signal(SIGPIPE, SIG_IGN); /* the program gets EPIPE, and its own SIGPIPE from its kernel */
	signal(SIGXFSZ, SIG_IGN); /* the same with EFBIG */
	signal(SIGTTOU, SIG_IGN); /* restoring the terminal must not stop us */
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -EINVAL;
	h->sigfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (h->sigfd < 0)
		return -errno;
	return -pthread_create(&h->collector, NULL, collector, h);
}

void signals_exit(struct host *h)
{
	pthread_cancel(h->collector);
	pthread_join(h->collector, NULL);
	close(h->sigfd);
}

/* Answer waiting HC_signal calls with queued signals, lowest number first. */
static void answer(struct host *h)
{
	while (h->signals != NULL && h->sig_queued != 0) {
		int sig = __builtin_ctzll(h->sig_queued);
		struct pending *p = h->signals;

		h->sig_queued &= h->sig_queued - 1;
		if (sig == SIGTSTP)
			h->stop_wanted = true;
		ring_complete(h, p->token, p->op, sig);
		ring_forget(h, &h->signals, p);
	}
}

void signals_collect(struct host *h)
{
	uint64_t n;

	(void)!read(h->sigfd, &n, sizeof n);               /* only empties it */
	h->sig_queued |= atomic_exchange(&h->sig_came, 0); /* one of each is enough */
	answer(h);
}

void terminal_save(struct host *h)
{
	h->tty_fd = -1;
	for (int fd = 0; fd < 3 && h->tty_fd < 0; fd++)
		if (tcgetattr(fd, &h->tty) == 0)
			h->tty_fd = fd;
}

void terminal_restore(struct host *h)
{
	if (h->tty_fd >= 0)
		(void)tcsetattr(h->tty_fd, TCSADRAIN, &h->tty); /* gone: nothing to restore */
}
