/* SPDX-License-Identifier: Apache-2.0 */
/* eventfd(2): a counter that wakes its readers. Kernel lock held. */
#include "eventfd.h"
#include "kmem.h"
#include "linux_errno.h"
#include "poll.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

#define EVENTFD_MAX (UINT64_MAX - 1)

struct eventfd {
	uint64_t count;
	bool semaphore;
	struct waitq wait;
};

/* Waits for a change; -EAGAIN, -ERESTARTSYS end the call. */
static int wait_change(struct file *f, struct uio *u, struct eventfd *e)
{
	int err;

	if ((f->flags & O_NONBLOCK) || (u->flags & RWF_NOWAIT))
		return -EAGAIN;
	err = waitq_sleep(&e->wait, NO_DEADLINE, true);
	return err == -EINTR ? -ERESTARTSYS : err;
}

static long eventfd_read(struct file *f, struct uio *u)
{
	struct eventfd *e = f->priv;
	uint64_t val;
	long n;

	if (u->resid < sizeof(val))
		return -EINVAL;
	while (e->count == 0) {
		int err = wait_change(f, u, e);

		if (err < 0)
			return err;
	}
	val = e->semaphore ? 1 : e->count;
	e->count -= val; /* taken before the copy, which may sleep */
	n = uio_put(u, &val, sizeof(val));
	if (n == sizeof(val))
		waitq_wake(&e->wait, POLLOUT, WAKE_ALL);
	else
		e->count += val;
	return n;
}

static long eventfd_write(struct file *f, struct uio *u)
{
	struct eventfd *e = f->priv;
	uint64_t val;
	long n;

	if (u->resid < sizeof(val))
		return -EINVAL;
	n = uio_get(u, &val, sizeof(val));
	if (n != sizeof(val))
		return n < 0 ? n : -EFAULT;
	if (val == UINT64_MAX)
		return -EINVAL;
	while (val > EVENTFD_MAX - e->count) {
		int err = wait_change(f, u, e);

		if (err < 0)
			return err;
	}
	e->count += val;
	if (e->count > 0)
		waitq_wake(&e->wait, POLLIN, WAKE_ALL);
	return n;
}

static unsigned eventfd_poll(struct file *f, struct polltable *pt)
{
	struct eventfd *e = f->priv;

	poll_wait(pt, &e->wait);
	return (e->count > 0 ? POLLIN : 0) | (e->count < EVENTFD_MAX ? POLLOUT : 0);
}

static void eventfd_release(struct file *f)
{
	kfree(f->priv);
}

static const struct file_ops eventfd_ops = {
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.release = eventfd_release,
};

int eventfd_create(uint64_t initial, bool semaphore, unsigned flags, struct file **out)
{
	struct eventfd *e = kzalloc(sizeof(*e));
	struct file *f;

	if (e == NULL)
		return -ENOMEM;
	e->count = initial;
	e->semaphore = semaphore;
	waitq_init(&e->wait);
	f = file_anon(&eventfd_ops, O_RDWR | flags, e, "anon_inode:[eventfd]");
	if (f == NULL) {
		kfree(e);
		return -ENOMEM;
	}
	*out = f;
	return 0;
}
