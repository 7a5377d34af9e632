/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inotify(7). A watch belongs to an instance and holds the entry it was set on, so that the object
 * keeps its identity; all watches are on one list, since there are few. Only what happens inside is
 * seen: the host's own changes of its files are not. Kernel lock held; nothing sleeps but reads.
 */
#include "inotify.h"
#include "fsnotify.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "poll.h"
#include "proc.h"
#include "uaccess.h"

#define QUEUE_MAX   16384u /* as fs.inotify.max_queued_events */
#define WATCHES_MAX 65536u
#define SELF_EVENTS (IN_DELETE_SELF | IN_MOVE_SELF)
/* Of these a directory's watch hears by name only, its own watch never. */
#define NAME_EVENTS (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

struct record { /* struct inotify_event */
	int32_t wd;
	uint32_t mask, cookie, len;
};

struct event {
	struct list link;
	struct record r;
	char name[]; /* r.len bytes, padded with NUL */
};

struct inotify {
	struct list events;
	unsigned queued;
	bool overflowed; /* the record that says so is in the queue */
	bool lost;       /* an event, for want of memory */
	int last_wd;
	struct waitq wait;
};

struct watch {
	struct list link;
	struct inotify *in;
	struct dentry *d; /* ref */
	struct inode *i;  /* d's; ref */
	int wd;
	uint32_t mask;
	bool ending; /* out of use: freed when nobody walks the list */
};

static struct list watches = {&watches, &watches};
unsigned fsnotify_watches;

static bool same_as_last(
	const struct inotify *in, const struct record *r, const char *name, size_t len)
{
	if (list_empty(&in->events))
		return false;
	const struct event *e = container_of(in->events.prev, struct event, link);
	if (e->r.wd != r->wd || e->r.mask != r->mask || e->r.cookie != r->cookie)
		return false;
	return (e->r.len == 0) == (len == 0) && (len == 0 || strcmp(e->name, name) == 0);
}

static void queue(struct inotify *in, int wd, uint32_t mask, uint32_t cookie, const char *name)
{
	size_t len = name == NULL ? 0 : strlen(name);
	struct record r = {wd, mask, cookie, 0};

	r.len = len == 0 ? 0 : (uint32_t)((len + sizeof(r)) & ~(sizeof(r) - 1));
	if (same_as_last(in, &r, name, len)) /* inotify(7): identical ones are one */
		return;
	if (in->queued >= QUEUE_MAX || in->lost) {
		if (in->overflowed)
			return;
		r = (struct record){-1, IN_Q_OVERFLOW, 0, 0};
		len = 0;
	}
	struct event *e = kzalloc(sizeof(*e) + r.len);
	if (e == NULL) {
		in->lost = true; /* the next one that fits says so */
		return;
	}
	if (r.mask == IN_Q_OVERFLOW) {
		in->overflowed = true;
		in->lost = false;
	}
	e->r = r;
	memcpy(e->name, len == 0 ? "" : name, len);
	list_push_back(&in->events, &e->link);
	in->queued++;
	waitq_wake(&in->wait, POLLIN, WAKE_ALL);
}

/* Takes the watch out of use; its references go now, which may sleep. */
static void watch_free(struct watch *w)
{
	list_del(&w->link);
	fsnotify_watches--;
	dput(w->d);
	inode_put(w->i);
	kfree(w);
}

static void watch_end(struct watch *w)
{
	queue(w->in, w->wd, IN_IGNORED, 0, NULL);
	watch_free(w);
}

/* ---- what happened ---- */

static void tell(struct watch *w, uint32_t what, uint32_t cookie, const char *name, bool is_dir)
{
	if (!(w->mask & what & IN_ALL_EVENTS))
		return;
	queue(w->in, w->wd, what | (is_dir && !(what & SELF_EVENTS) ? IN_ISDIR : 0), cookie, name);
	if (w->mask & IN_ONESHOT)
		w->ending = true;
}

/* Ends what was one-shot. Freeing may sleep and the list change: from the start each time. */
static void sweep(void)
{
	bool found = true;

	while (found) {
		found = false;
		list_for_each(l, &watches)
		{
			struct watch *w = container_of(l, struct watch, link);

			if (w->ending) {
				found = true;
				watch_end(w);
				break;
			}
		}
	}
}

void fsnotify_slow(
	struct dentry *dir, const char *name, struct inode *i, uint32_t what, uint32_t cookie)
{
	bool is_dir = i != NULL && S_ISDIR(i->st.mode), ends = false;

	list_for_each(l, &watches)
	{
		struct watch *w = container_of(l, struct watch, link);

		if (w->ending)
			continue;
		if (dir != NULL && w->i == dir->inode)
			tell(w, what, cookie, name, is_dir);
		else if (i != NULL && w->i == i && !(what & NAME_EVENTS))
			tell(w, what, 0, NULL, is_dir);
		ends |= w->ending;
	}
	if (ends)
		sweep();
}

void fsnotify_gone(struct inode *i)
{
	bool ends = false;

	if (fsnotify_watches == 0)
		return;
	fsnotify_slow(NULL, NULL, i, IN_DELETE_SELF, 0);
	list_for_each(l, &watches)
	{
		struct watch *w = container_of(l, struct watch, link);

		w->ending |= w->i == i;
		ends |= w->ending;
	}
	if (ends)
		sweep();
}

/* ---- the instance ---- */

static long take_first(struct inotify *in, struct uio *u)
{
	struct event *e = container_of(in->events.next, struct event, link);
	size_t size = sizeof(e->r) + e->r.len;

	if (u->resid < size)
		return -EINVAL;
	list_del(&e->link); /* taken before the copy, which may sleep */
	in->queued--;
	if (e->r.mask == IN_Q_OVERFLOW)
		in->overflowed = false;
	long n = uio_put(u, &e->r, sizeof(e->r));
	if (n == (long)sizeof(e->r) && e->r.len > 0) {
		long k = uio_put(u, e->name, e->r.len);

		n = k == (long)e->r.len ? n + k : -EFAULT;
	}
	kfree(e);
	return n == (long)size ? n : -EFAULT;
}

static long inotify_read(struct file *f, struct uio *u)
{
	struct inotify *in = f->priv;
	long done = 0, n = 0;

	while (list_empty(&in->events)) {
		if ((f->flags & O_NONBLOCK) || (u->flags & RWF_NOWAIT))
			return -EAGAIN;
		if (waitq_sleep(&in->wait, NO_DEADLINE, true) == -EINTR)
			return -ERESTARTSYS;
	}
	while (n >= 0 && !list_empty(&in->events)) {
		n = take_first(in, u);
		done += n > 0 ? n : 0;
	}
	return done > 0 && n != -EFAULT ? done : n;
}

static unsigned inotify_poll(struct file *f, struct polltable *pt)
{
	struct inotify *in = f->priv;

	poll_wait(pt, &in->wait);
	return list_empty(&in->events) ? 0 : POLLIN | POLLRDNORM;
}

static long inotify_ioctl(struct file *f, unsigned cmd, uaddr_t arg)
{
	struct inotify *in = f->priv;
	unsigned n = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	list_for_each(l, &in->events)
	{
		const struct event *e = container_of(l, struct event, link);

		n += (unsigned)sizeof(e->r) + e->r.len;
	}
	return put_user(arg, &n);
}

static struct watch *find(const struct inotify *in, int wd, const struct inode *i)
{
	list_for_each(l, &watches)
	{
		struct watch *w = container_of(l, struct watch, link);

		if (w->in == in && !w->ending && (i != NULL ? w->i == i : w->wd == wd))
			return w;
	}
	return NULL;
}

static void inotify_release(struct file *f)
{
	struct inotify *in = f->priv;
	bool found = true;

	while (found) { /* freeing may sleep: the list is looked at anew */
		found = false;
		list_for_each(l, &watches)
		{
			struct watch *w = container_of(l, struct watch, link);

			if (w->in == in) {
				found = true;
				watch_free(w);
				break;
			}
		}
	}
	list_for_each_safe(l, next, &in->events) kfree(container_of(l, struct event, link));
	kfree(in);
}

static const struct file_ops inotify_ops = {
	.read = inotify_read,
	.poll = inotify_poll,
	.ioctl = inotify_ioctl,
	.release = inotify_release,
};

int inotify_create(unsigned flags, struct file **out)
{
	struct inotify *in = kzalloc(sizeof(*in));
	struct file *f;

	if (in == NULL)
		return -ENOMEM;
	list_init(&in->events);
	waitq_init(&in->wait);
	f = file_anon(&inotify_ops, O_RDONLY | flags, in, "anon_inode:inotify");
	if (f == NULL) {
		kfree(in);
		return -ENOMEM;
	}
	*out = f;
	return 0;
}

bool inotify_is(const struct file *f)
{
	return f->ops == &inotify_ops;
}

int inotify_add(struct file *f, struct dentry *d, uint32_t mask)
{
	const uint32_t keep = IN_ALL_EVENTS | IN_ONESHOT | IN_EXCL_UNLINK;
	struct inotify *in = f->priv;

	struct watch *w = find(in, 0, d->inode);

	if (w != NULL) {
		if (mask & IN_MASK_CREATE)
			return -EEXIST;
		w->mask = (mask & keep) | (mask & IN_MASK_ADD ? w->mask : 0);
		return w->wd;
	}
	w = fsnotify_watches >= WATCHES_MAX ? NULL : kzalloc(sizeof(*w));
	if (w == NULL)
		return fsnotify_watches >= WATCHES_MAX ? -ENOSPC : -ENOMEM;
	w->in = in;
	w->d = dget(d);
	w->i = inode_get(d->inode);
	w->wd = ++in->last_wd;
	w->mask = mask & keep;
	list_push_back(&watches, &w->link);
	fsnotify_watches++;
	return w->wd;
}

int inotify_remove(struct file *f, int wd)
{
	struct inotify *in = f->priv;

	if (!inotify_is(f))
		return -EINVAL;
	struct watch *w = find(in, wd, NULL);
	if (w == NULL)
		return -EINVAL;
	watch_end(w);
	return 0;
}
