/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostcalls on open host files, on the ring itself and on signals. Host fds opened for the enclave
 * are O_NONBLOCK. Fds 0, 1, 2 are somebody else's open file descriptions, whose flags must stay as
 * they are: there "would it block" is asked of poll(2), and one write is kept to what a ready pipe
 * or terminal takes without blocking.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host.h"
#include "hc.h"
#include "ring.h"

#define LOG_MAX     4096
#define READY_WRITE 4096 /* PIPE_BUF: POLLOUT of a pipe promises this much */
#define POLL_ANY    0xffffu

static int64_t result(int64_t n)
{
	return n < 0 ? -errno : n;
}

void *hc_span(struct host *h, uint64_t off, uint64_t len)
{
	return off <= ARENA_SIZE && len <= ARENA_SIZE - off ? h->arena + off : NULL;
}

bool hc_fd_ok(const struct host *h, uint64_t fd)
{
	return fd < HC_FD_MAX && (h->fd_owned[fd / 64] >> (fd % 64) & 1);
}

void hc_fd_own(struct host *h, int fd, bool owned)
{
	uint64_t bit = 1ull << (fd % 64);

	if (owned)
		h->fd_owned[fd / 64] |= bit;
	else
		h->fd_owned[fd / 64] &= ~bit;
}

int64_t hc_exit(struct host *h, const struct hc_msg *m)
{
	host_end(h, m->a[0] <= 255 ? (int)m->a[0] : LAUNCH_FAILED, NULL);
	return 0;
}

int64_t hc_log(struct host *h, const struct hc_msg *m)
{
	const char *line = hc_span(h, m->a[0], m->a[1]);

	if (line == NULL || m->a[1] > LOG_MAX)
		return -EFAULT;
	(void)!write(STDERR_FILENO, line, m->a[1]); /* nowhere to report a failure to */
	return 0;
}

int64_t hc_signal(struct host *h, const struct hc_msg *m)
{
	if (ring_keep(h, &h->signals, m->token, m->op) == NULL)
		return -ENOMEM;
	signals_collect(h);
	return HC_LATER;
}

int64_t hc_poll(struct host *h, const struct hc_msg *m)
{
	struct pending *p;
	int err;

	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	p = ring_keep(h, &h->polls, m->token, m->op);
	if (p == NULL)
		return -ENOMEM;
	p->fd = (int)m->a[0];
	err = ring_poll(h, p, (uint32_t)m->a[1] & POLL_ANY);
	if (err < 0) {
		ring_forget(h, &h->polls, p);
		return err;
	}
	return HC_LATER;
}

int64_t hc_close(struct host *h, const struct hc_msg *m)
{
	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	ring_cancel_fd(h, (int)m->a[0]);
	hc_fd_own(h, (int)m->a[0], false);
	if (m->a[0] <= STDERR_FILENO)
		return 0; /* stays open, so that no other file takes its number */
	return result(close((int)m->a[0]));
}

/* ---- data ---- */

/* A pipe, socket or terminal that the loader inherited: blocking, and not ours to change. */
static bool inherited_stream(const struct host *h, uint64_t fd)
{
	return fd <= STDERR_FILENO && !h->std_regular[fd];
}

static bool ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, 0) != 0; /* an error is for the read or write to report */
}

int64_t hc_read(struct host *h, const struct hc_msg *m)
{
	void *buf = hc_span(h, m->a[1], m->a[2]);

	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	if (buf == NULL)
		return -EFAULT;
	if (inherited_stream(h, m->a[0]) && !ready((int)m->a[0], POLLIN))
		return -EAGAIN;
	return result(read((int)m->a[0], buf, m->a[2]));
}

int64_t hc_write(struct host *h, const struct hc_msg *m)
{
	const void *buf = hc_span(h, m->a[1], m->a[2]);
	size_t len = m->a[2];

	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	if (buf == NULL)
		return -EFAULT;
	if (inherited_stream(h, m->a[0])) {
		if (!ready((int)m->a[0], POLLOUT))
			return -EAGAIN;
		if (len > READY_WRITE)
			len = READY_WRITE;
	}
	return result(write((int)m->a[0], buf, len));
}

int64_t hc_pread(struct host *h, const struct hc_msg *m)
{
	void *buf = hc_span(h, m->a[2], m->a[3]);

	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	return buf == NULL ? -EFAULT : result(pread((int)m->a[0], buf, m->a[3], (off_t)m->a[1]));
}

int64_t hc_pwrite(struct host *h, const struct hc_msg *m)
{
	const void *buf = hc_span(h, m->a[2], m->a[3]);

	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	return buf == NULL ? -EFAULT : result(pwrite((int)m->a[0], buf, m->a[3], (off_t)m->a[1]));
}

int64_t hc_getdents(struct host *h, const struct hc_msg *m)
{
	void *buf = hc_span(h, m->a[1], m->a[2]);

	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	return buf == NULL ? -EFAULT : result(syscall(SYS_getdents64, (int)m->a[0], buf, m->a[2]));
}

int64_t hc_seekdir(struct host *h, const struct hc_msg *m)
{
	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	return lseek((int)m->a[0], (off_t)m->a[1], SEEK_SET) < 0 ? -errno : 0;
}

int64_t hc_ftruncate(struct host *h, const struct hc_msg *m)
{
	return hc_fd_ok(h, m->a[0]) ? result(ftruncate((int)m->a[0], (off_t)m->a[1])) : -EBADF;
}

int64_t hc_fsync(struct host *h, const struct hc_msg *m)
{
	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	return result(m->a[1] ? fdatasync((int)m->a[0]) : fsync((int)m->a[0]));
}
