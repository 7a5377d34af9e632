/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals sent to the loader reach the program as answers to the enclave's HC_signal calls. They
 * are blocked in every thread and read from a signalfd that the io_uring watches, so no code of
 * ours runs in a handler. Also: the terminal is left as it was found.
 *
 * SIGTSTP is passed on like the others, and the loader stops itself once the enclave has nothing
 * left to run (vcpu.c), which is how the shell gets its terminal back.
 */
#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "host.h"
#include "ring.h"

static const int passed[] = {
	SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP};

int signals_init(struct host *h)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		sigaddset(&set, passed[i]);
	signal(SIGPIPE, SIG_IGN); /* the program gets EPIPE, and its own SIGPIPE from its kernel */
	signal(SIGTTOU, SIG_IGN); /* restoring the terminal must not stop us */
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -EINVAL;
	h->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return h->sigfd < 0 ? -errno : 0;
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
	struct signalfd_siginfo si;

	while (read(h->sigfd, &si, sizeof si) == (ssize_t)sizeof si)
		h->sig_queued |= 1ull << si.ssi_signo; /* standard signals: one of each is enough */
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
