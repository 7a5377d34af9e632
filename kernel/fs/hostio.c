/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams of the host; see hostio.h. A blocking call tries, and where the host would block it waits
 * for the asynchronous poll and tries again; signals interrupt the wait. Readable is what the host
 * said last; writable is assumed until a write would have blocked.
 */
#include "hostio.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_proc.h"
#include "mem.h"
#include "poll.h"
#include "proc.h"
#include "thread.h"
#include "tty.h"
#include "uaccess.h"

#define HOSTIO_CHUNK    0x10000u
#define HOSTIO_GRACE_NS 1000000ull /* the first question of a poll: how long the host may think */

struct hostio *hostio_new(int fd, bool own)
{
	struct hostio *io = kzalloc(sizeof(*io));

	if (io == NULL)
		return NULL;
	io->refs = 1;
	io->fd = fd;
	io->own = own;
	waitq_init(&io->wait);
	return io;
}

static struct hostio *ref(struct hostio *io)
{
	io->refs++;
	return io;
}

void hostio_put(struct hostio *io)
{
	if (--io->refs == 0)
		kfree(io);
}

static void in_done(struct hostasync *a, long ret)
{
	struct hostio *io = a->priv;

	io->in_pending = false;
	io->in_ready = ret > 0 ? (unsigned)ret : POLLERR;
	waitq_wake(&io->wait, io->in_ready, WAKE_ALL);
	hostio_put(io);
}

static void out_done(struct hostasync *a, long ret)
{
	struct hostio *io = a->priv;

	io->out_pending = false;
	io->out_full = false;
	waitq_wake(&io->wait, POLLOUT, WAKE_ALL);
	hostio_put(io);
}

static int ask_in(struct hostio *io)
{
	int err;

	if (io->in_pending)
		return 0;
	io->in_ready = 0;
	io->in.done = in_done;
	io->in.priv = ref(io);
	io->in_pending = true;
	err = host_poll_async(io->fd, POLLIN | POLLPRI | POLLRDHUP, &io->in);
	if (err < 0) {
		io->in_pending = false;
		io->refs--;
	}
	return err;
}

static int ask_out(struct hostio *io)
{
	int err;

	if (io->out_pending)
		return 0;
	io->out.done = out_done;
	io->out.priv = ref(io);
	io->out_pending = true;
	err = host_poll_async(io->fd, POLLOUT, &io->out);
	if (err < 0) {
		io->out_pending = false;
		io->refs--;
	}
	return err;
}

/* Sleeps until the host says that reading (or writing) may go on. */
static int wait_ready(struct hostio *io, bool out)
{
	int err = out ? ask_out(io) : ask_in(io);

	if (err == 0 && (out ? io->out_pending : io->in_pending))
		err = waitq_sleep(&io->wait, NO_DEADLINE, true);
	return err == -EINTR ? -ERESTARTSYS : err;
}

static long read_some(struct file *f, struct hostio *io, struct uio *u, void *buf, size_t want)
{
	if (u->positional || (io->seekable && io->own_pos))
		return host_pread(io->fd, u->off, buf, want);
	while (true) {
		long n = host_read(io->fd, buf, want);
		int err;

		io->in_ready = 0;
		if (n != -EAGAIN)
			return n;
		if ((f->flags & O_NONBLOCK) || (u->flags & RWF_NOWAIT))
			return -EAGAIN;
		err = wait_ready(io, false);
		if (err < 0)
			return err;
	}
}

static long hostio_read(struct file *f, struct uio *u)
{
	struct hostio *io = f->priv;
	size_t want = u->resid < HOSTIO_CHUNK ? (size_t)u->resid : HOSTIO_CHUNK;
	char *buf;
	long n;

	if (want == 0)
		return 0;
	n = io->tty ? tty_check_job(tty_loader(), SIGTTIN) : 0;
	if (n < 0)
		return n;
	buf = kmalloc(want);
	if (buf == NULL)
		return -ENOMEM;
	n = read_some(f, io, u, buf, want);
	if (n > 0)
		n = uio_put(u, buf, (size_t)n);
	kfree(buf);
	return n;
}

/* Writes all of buf, or as much as can be before an error or a signal. */
static long write_all(struct file *f, struct hostio *io, struct uio *u, const char *buf, size_t len)
{
	size_t done = 0;
	long n = 0;

	while (done < len) {
		if (u->positional || (io->seekable && io->own_pos && !(f->flags & O_APPEND)))
			n = host_pwrite(io->fd, u->off + done, buf + done, len - done);
		else
			n = host_write(io->fd, buf + done, len - done);
		if (n == -EAGAIN) {
			io->out_full = true;
			if (!(f->flags & O_NONBLOCK))
				n = wait_ready(io, true);
		}
		if (n < 0)
			break;
		done += (size_t)n;
	}
	return done > 0 ? (long)done : n;
}

static long hostio_write(struct file *f, struct uio *u)
{
	struct hostio *io = f->priv;
	size_t cap = u->resid < HOSTIO_CHUNK ? (size_t)u->resid : HOSTIO_CHUNK;
	uint64_t off = u->off;
	char *buf;
	long done = 0, n = 0;

	if (cap == 0)
		return 0;
	buf = kmalloc(cap);
	if (buf == NULL)
		return -ENOMEM;
	while (u->resid > 0) {
		long k = uio_get(u, buf, cap);

		n = k <= 0 ? k : write_all(f, io, u, buf, (size_t)k);
		if (n <= 0)
			break;
		done += n;
		u->off = off + (uint64_t)done;
		if (n < k)
			break;
	}
	u->off = off;
	kfree(buf);
	if (done == 0 && n == -EPIPE)
		signal_send_thread(thread_self(), SIGPIPE, SI_KERNEL);
	return done > 0 ? done : n;
}

static unsigned hostio_poll(struct file *f, struct polltable *pt)
{
	struct hostio *io = f->priv;
	unsigned ready = 0;

	poll_wait(pt, &io->wait);
	if (io->seekable)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	if (f->mode & FM_READ) {
		if (io->in_ready == 0 && !io->in_pending && ask_in(io) == 0) {
			uint64_t until = time_mono() + HOSTIO_GRACE_NS;

			while (io->in_pending && waitq_sleep(&io->wait, until, false) == 0)
				;
		}
		ready |= io->in_ready;
		if (ready & POLLIN)
			ready |= POLLRDNORM;
	}
	if (f->mode & FM_WRITE) {
		if (!io->out_full)
			ready |= POLLOUT | POLLWRNORM;
		else
			(void)ask_out(io); /* no memory for it: stays not ready, the next poll asks
					      again */
	}
	return ready;
}

static int hostio_seek(struct file *f, int64_t off, int whence, int64_t *pos)
{
	struct hostio *io = f->priv;
	struct hc_stat st = {.size = 0};
	int64_t base = 0;
	int err;

	if (!io->seekable)
		return -ESPIPE;
	if (whence == SEEK_CUR) {
		base = (int64_t)f->pos;
	} else if (whence == SEEK_END) {
		err = host_fstat(io->fd, &st);
		if (err < 0)
			return err;
		base = (int64_t)st.size;
	} else if (whence != SEEK_SET) {
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, off, pos))
		return -EINVAL;
	if (*pos < 0)
		return -EINVAL;
	if ((uint64_t)*pos != f->pos)
		io->own_pos = true;
	return 0;
}

static int hostio_sync(struct file *f, bool datasync)
{
	struct hostio *io = f->priv;

	return io->seekable ? host_fsync(io->fd, datasync) : -EINVAL;
}

static long hostio_ioctl(struct file *f, unsigned cmd, uaddr_t arg)
{
	return tty_ioctl(f, cmd, arg);
}

static void hostio_release(struct file *f)
{
	struct hostio *io = f->priv;

	if (--io->users == 0 && io->own)
		host_close(io->fd);
	hostio_put(io);
}

static const struct file_ops hostio_ops = {
	.read = hostio_read,
	.write = hostio_write,
	.poll = hostio_poll,
	.ioctl = hostio_ioctl,
	.sync = hostio_sync,
	.seek = hostio_seek,
	.release = hostio_release,
};

void hostio_attach(struct file *f, struct hostio *io)
{
	f->ops = &hostio_ops;
	f->priv = ref(io);
	io->users++;
	if (!io->seekable)
		f->mode |= FM_STREAM;
}

int hostio_open_fd(struct file *f, int fd)
{
	struct hostio *io = hostio_new(fd, true);

	if (io == NULL)
		return -ENOMEM;
	hostio_attach(f, io);
	hostio_put(io);
	return 0;
}

struct hostio *hostio_of(struct file *f)
{
	return f->ops == &hostio_ops ? f->priv : NULL;
}
