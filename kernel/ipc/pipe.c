/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipes (pipe(7)) and FIFOs (fifo(7)): one ring of bytes. It starts with a page and takes its full
 * size when more than that waits in it. A copy to or from a program may sleep on a page fault, so
 * both sides hold the pipe's sleeping lock; waiting for the other side is done without it.
 *
 * Wake-ups: readers when the ring was empty, writers when an atomic write (PIPE_BUF) fits again.
 */
#include "pipe.h"
#include "fmt.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "mem.h"
#include "poll.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

#define SIGPIPE   13
#define SI_KERNEL 0x80

struct pipe {
	int refs;          /* open files */
	struct slock lock; /* over buf, head, used */
	struct waitq rd,
		wr;       /* readers wait for bytes, writers for room; both for the ends to open */
	uint8_t *buf;     /* size bytes; NULL before the first write; owned */
	size_t size, cap; /* of buf now; of the pipe */
	size_t head, used;
	unsigned readers, writers;
	bool polled; /* ever: each write is an edge then, else only the first into an empty pipe */
	unsigned ropens,
		wopens;      /* counts of opens ever, for FIFO opens that wait for the other end */
	struct inode *inode; /* borrowed: it outlives every file */
};

static struct pipe *pipe_new(struct inode *i)
{
	struct pipe *p = kzalloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	p->cap = PIPE_SIZE;
	p->inode = i;
	slock_init(&p->lock);
	waitq_init(&p->rd);
	waitq_init(&p->wr);
	return p;
}

static void pipe_put(struct pipe *p)
{
	if (--p->refs > 0)
		return;
	p->inode->pipe = NULL;
	kpages_free(p->buf, p->size / PAGE_SIZE);
	kfree(p);
}

static size_t room(const struct pipe *p)
{
	return p->cap - p->used;
}

/* Copies the ring's bytes to the front of a new buffer. */
static int resize(struct pipe *p, size_t size)
{
	uint8_t *n = kpages(size / PAGE_SIZE);
	size_t first;

	if (n == NULL)
		return -ENOMEM;
	if (p->buf != NULL) {
		first = p->size - p->head < p->used ? p->size - p->head : p->used;
		memcpy(n, p->buf + p->head, first);
		memcpy(n + first, p->buf, p->used - first);
		kpages_free(p->buf, p->size / PAGE_SIZE);
	}
	p->buf = n;
	p->size = size;
	p->head = 0;
	return 0;
}

/* Room in the buffer itself for n more bytes, n <= room(p). */
static int ensure(struct pipe *p, size_t n)
{
	if (p->used + n <= p->size)
		return 0;
	return resize(p, p->used + n <= PAGE_SIZE ? PAGE_SIZE : p->cap);
}

/* Lock held. Bytes moved, or -errno if none. */
static long put_bytes(struct pipe *p, struct uio *u, size_t n)
{
	long done = 0;
	int err = ensure(p, n);

	if (err < 0)
		return err;
	while (n > 0) {
		size_t tail = (p->head + p->used) % p->size;
		size_t part = p->size - tail < n ? p->size - tail : n;
		long k = uio_get(u, p->buf + tail, part);

		if (k <= 0)
			return done > 0 ? done : k;
		p->used += (size_t)k;
		done += k;
		if ((size_t)k < part)
			break;
		n -= part;
	}
	return done;
}

static long get_bytes(struct pipe *p, struct uio *u)
{
	long done = 0;

	while (p->used > 0 && u->resid > 0) {
		size_t n = p->size - p->head < p->used ? p->size - p->head : p->used;
		long k;

		if (n > u->resid)
			n = (size_t)u->resid;
		k = uio_put(u, p->buf + p->head, n);
		if (k <= 0)
			return done > 0 ? done : k;
		p->head = (p->head + (size_t)k) % p->size;
		p->used -= (size_t)k;
		done += k;
		if ((size_t)k < n)
			break;
	}
	if (p->used == 0)
		p->head = 0; /* copies stay in one piece, and in warm cache lines */
	return done;
}

static int wait_on(struct waitq *q)
{
	int err = waitq_sleep(q, NO_DEADLINE, true);

	return err == -EINTR ? -ERESTARTSYS : err;
}

static bool nonblock(const struct file *f, const struct uio *u)
{
	return (f->flags & O_NONBLOCK) || (u->flags & RWF_NOWAIT);
}

static long pipe_read(struct file *f, struct uio *u)
{
	struct pipe *p = f->inode->pipe;
	bool was_full, slept = false;
	long n;

	if (u->resid == 0)
		return 0;
	while (true) {
		slock_take(&p->lock);
		if (p->used > 0)
			break;
		slock_drop(&p->lock);
		if (p->writers == 0)
			return 0;
		if (nonblock(f, u))
			return -EAGAIN;
		n = wait_on(&p->rd);
		if (n < 0)
			return n;
		slept = true;
	}
	was_full = room(p) < PIPE_BUF;
	n = get_bytes(p, u);
	slock_drop(&p->lock);
	if (was_full && room(p) >= PIPE_BUF)
		waitq_wake(&p->wr, POLLOUT | POLLWRNORM, 1);
	/* The wake-up that this reader used up was for the next one too. Nobody else is told: a read is
	 * no edge for epoll. */
	if (slept && p->used > 0)
		waitq_wake(&p->rd, POLLIN | POLLRDNORM, 1);
	return n;
}

static long broken(long done)
{
	if (done > 0)
		return done;
	signal_send_thread(thread_self(), SIGPIPE, SI_KERNEL);
	return -EPIPE;
}

/* A write of at most PIPE_BUF bytes goes in at once or not at all (pipe(7)). */
static long pipe_write(struct file *f, struct uio *u)
{
	struct pipe *p = f->inode->pipe;
	bool atomic = u->resid <= PIPE_BUF, slept = false;
	long done = 0, k;

	if (u->resid == 0)
		return 0;
	while (u->resid > 0) {
		size_t want;
		bool was_empty;

		slock_take(&p->lock);
		if (p->readers == 0) {
			slock_drop(&p->lock);
			return broken(done);
		}
		want = u->resid < room(p) ? (size_t)u->resid : room(p);
		if (want == 0 || (atomic && want < u->resid && done == 0)) {
			slock_drop(&p->lock);
			if (nonblock(f, u))
				return done > 0 ? done : -EAGAIN;
			k = wait_on(&p->wr);
			if (k < 0)
				return done > 0 ? done : k;
			slept = true;
			continue;
		}
		was_empty = p->used == 0;
		k = put_bytes(p, u, want);
		slock_drop(&p->lock);
		if ((was_empty || p->polled) && p->used > 0)
			waitq_wake(&p->rd, POLLIN | POLLRDNORM, 1);
		if (k <= 0)
			return done > 0 ? done : k;
		done += k;
	}
	if (slept && room(p) >= PIPE_BUF)
		waitq_wake(&p->wr, POLLOUT | POLLWRNORM, 1);
	return done;
}

static unsigned pipe_poll(struct file *f, struct polltable *pt)
{
	struct pipe *p = f->inode->pipe;
	unsigned mask = 0;

	p->polled = true;
	if (f->mode & FM_READ) {
		poll_wait(pt, &p->rd);
		if (p->used > 0)
			mask |= POLLIN | POLLRDNORM;
		if (p->writers == 0 && p->wopens > 0)
			mask |= POLLHUP;
	}
	if (f->mode & FM_WRITE) {
		poll_wait(pt, &p->wr);
		if (room(p) >= PIPE_BUF)
			mask |= POLLOUT | POLLWRNORM;
		if (p->readers == 0)
			mask |= POLLERR;
	}
	return mask;
}

static long pipe_ioctl(struct file *f, unsigned cmd, uaddr_t arg)
{
	struct pipe *p = f->inode->pipe;
	int n;

	if (cmd != FIONREAD)
		return -ENOTTY;
	n = (int)p->used;
	return put_user(arg, &n);
}

static void pipe_release(struct file *f)
{
	struct pipe *p = f->inode->pipe;

	if (f->mode & FM_READ)
		p->readers--;
	if (f->mode & FM_WRITE)
		p->writers--;
	if ((f->mode & FM_READ) && p->readers == 0)
		waitq_wake(&p->wr, POLLOUT | POLLERR, WAKE_ALL);
	if ((f->mode & FM_WRITE) && p->writers == 0)
		waitq_wake(&p->rd, POLLIN | POLLHUP, WAKE_ALL);
	pipe_put(p);
}

static const struct file_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

bool file_is_pipe(const struct file *f)
{
	return f->ops == &pipe_ops;
}

long pipe_get_size(struct file *f)
{
	return file_is_pipe(f) ? (long)f->inode->pipe->cap : -EBADF;
}

long pipe_set_size(struct file *f, unsigned n)
{
	struct pipe *p;
	size_t size = PAGE_SIZE;
	int err = 0;

	if (!file_is_pipe(f))
		return -EBADF;
	if (n > PIPE_SIZE_MAX)
		return proc_privileged() && n <= INT32_MAX ? -ENOMEM : -EPERM;
	while (size < n)
		size *= 2;
	p = f->inode->pipe;
	slock_take(&p->lock);
	if (size < p->used)
		err = -EBUSY;
	else if (p->size > size)
		err = resize(p, size);
	if (err == 0)
		p->cap = size;
	slock_drop(&p->lock);
	if (err == 0 && room(p) >= PIPE_BUF)
		waitq_wake(&p->wr, POLLOUT | POLLWRNORM, WAKE_ALL);
	return err < 0 ? err : (long)size;
}

/* The bytes waiting in p, from the oldest on. Lock held. */
static size_t peek(struct pipe *p, void *buf, size_t len)
{
	size_t n = p->used < len ? p->used : len, first;

	if (n == 0)
		return 0;
	first = p->size - p->head < n ? p->size - p->head : n;
	memcpy(buf, p->buf + p->head, first);
	memcpy((char *)buf + first, p->buf, n - first);
	return n;
}

long pipe_tee(struct file *in, struct file *out, uint64_t len, bool nonblock_call)
{
	struct pipe *p = in->inode->pipe;
	size_t cap = len < p->cap ? (size_t)len : p->cap, n;
	struct uio u;
	char *buf;
	long r;

	if (cap == 0)
		return 0;
	buf = kmalloc(cap);
	if (buf == NULL)
		return -ENOMEM;
	while (true) {
		slock_take(&p->lock);
		n = peek(p, buf, cap);
		slock_drop(&p->lock);
		r = n > 0 || p->writers == 0 ? 0 : nonblock_call ? -EAGAIN : wait_on(&p->rd);
		if (n > 0 || r < 0 || p->writers == 0)
			break;
	}
	if (n > 0) {
		uio_kernel(&u, buf, n);
		u.flags = nonblock_call ? RWF_NOWAIT : 0;
		r = vfs_write(out, &u);
	}
	kfree(buf);
	return r;
}

/* fifo(7): an open waits for the other end, unless it is non-blocking or for both directions. */
static int wait_other_end(struct file *f, struct pipe *p)
{
	bool rd = f->mode & FM_READ, wr = f->mode & FM_WRITE;
	unsigned seen = rd ? p->wopens : p->ropens;

	if ((rd && wr) || (rd ? p->writers : p->readers) > 0)
		return 0;
	if (f->flags & O_NONBLOCK)
		return rd ? 0 : -ENXIO;
	while ((rd ? p->wopens : p->ropens) == seen) {
		int err = wait_on(rd ? &p->rd : &p->wr);

		if (err < 0)
			return err;
	}
	return 0;
}

/* Opens either end of the pipe of an inode: a FIFO, or /proc/PID/fd/N of a pipe. */
int fifo_open(struct dentry *d, struct file *f)
{
	struct inode *i = d->inode;
	int err;

	if (i->pipe == NULL)
		i->pipe = pipe_new(i);
	if (i->pipe == NULL)
		return -ENOMEM;
	i->pipe->refs++;
	f->ops = &pipe_ops;
	f->mode |= FM_STREAM;
	if (f->mode & FM_READ) {
		i->pipe->readers++;
		i->pipe->ropens++;
		waitq_wake(&i->pipe->wr, 0, WAKE_ALL);
	}
	if (f->mode & FM_WRITE) {
		i->pipe->writers++;
		i->pipe->wopens++;
		waitq_wake(&i->pipe->rd, 0, WAKE_ALL);
	}
	err = wait_other_end(f, i->pipe);
	if (err < 0)
		pipe_release(f);
	return err;
}

static const struct super_ops pipefs_super_ops = {.revalidate = NULL};
static const struct inode_ops pipe_inode_ops = {.open = fifo_open, .setattr = inode_setattr_memory};

static struct super *pipefs(void)
{
	static struct super *sb;

	if (sb == NULL)
		sb = super_new("pipefs", "pipefs", &pipefs_super_ops, 0);
	return sb;
}

static struct dentry *pipe_dentry(void)
{
	struct super *sb = pipefs();
	struct dentry *d;
	char name[32];

	if (sb == NULL)
		return NULL;
	snprintf(name, sizeof(name), "pipe:[%llu]", (unsigned long long)sb->next_ino + 1);
	d = dentry_new(sb, NULL, name, strlen(name));
	if (d == NULL)
		return NULL;
	d->inode = inode_new(sb, &pipe_inode_ops, S_IFIFO | 0600);
	if (d->inode == NULL) {
		dput(d);
		return NULL;
	}
	return d;
}

int pipe_create(unsigned flags, struct file **rd, struct file **wr)
{
	struct dentry *d = pipe_dentry();
	int err;

	if (d == NULL)
		return -ENFILE;
	err = vfs_open_dentry(d, O_RDONLY | O_NONBLOCK, rd);
	if (err == 0) {
		err = vfs_open_dentry(d, O_WRONLY | O_NONBLOCK, wr);
		if (err < 0)
			file_put(*rd);
	}
	dput(d);
	if (err < 0)
		return err;
	(*rd)->flags = O_RDONLY | (flags & (O_NONBLOCK | O_DIRECT));
	(*wr)->flags = O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT));
	return 0;
}
