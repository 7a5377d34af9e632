/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting on many files: poll(2), and select(2) through it. A first pass registers a waiter on
 * every queue and asks every file; as long as none is ready the thread sleeps and asks again. A
 * wake-up sets a flag of ours, since a file's poll operation may sleep itself.
 */
#include "poll.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "thread.h"
#include "vfs.h"

#define ENTRIES_ON_STACK 8u

struct poller {
	struct polltable pt; /* first */
	struct thread *thread;
	bool triggered;
	int err;
	unsigned n;
	struct poll_entry {
		struct waiter w;
		struct poller *p;
	} small[ENTRIES_ON_STACK];
	struct list more; /* struct poll_more */
};

struct poll_more {
	struct list link;
	struct poll_entry e;
};

static bool poll_wake(struct waiter *w, unsigned events)
{
	struct poller *p = w->priv;

	p->triggered = true;
	thread_wake(p->thread);
	return true;
}

static void add_entry(struct polltable *pt, struct waitq *q)
{
	struct poller *p = container_of(pt, struct poller, pt);
	struct poll_entry *e;

	if (p->n < ENTRIES_ON_STACK) {
		e = &p->small[p->n];
	} else {
		struct poll_more *m = kzalloc(sizeof(*m));

		if (m == NULL) {
			p->err = -ENOMEM;
			return;
		}
		list_push_back(&p->more, &m->link);
		e = &m->e;
	}
	p->n++;
	list_init(&e->w.link);
	e->w.wake = poll_wake;
	e->w.priv = p;
	waitq_add(q, &e->w);
}

static void poller_init(struct poller *p)
{
	memset(p, 0, sizeof(*p));
	p->pt.add = add_entry;
	p->thread = thread_self();
	list_init(&p->more);
}

static void poller_done(struct poller *p)
{
	for (unsigned k = 0; k < p->n && k < ENTRIES_ON_STACK; k++)
		waitq_del(&p->small[k].w);
	list_for_each_safe(l, tmp, &p->more)
	{
		struct poll_more *m = container_of(l, struct poll_more, link);

		waitq_del(&m->e.w);
		kfree(m);
	}
}

unsigned file_poll(struct file *f, struct polltable *pt)
{
	if (f->mode & FM_PATH)
		return POLLNVAL;
	if (f->ops->poll == NULL)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return f->ops->poll(f, pt);
}

/* One pass over all; fs: the files, NULL where the entry is ignored or bad. */
static long ask_all(struct linux_pollfd *p, struct file **fs, unsigned n, struct poller *w)
{
	long ready = 0;

	for (unsigned k = 0; k < n; k++) {
		unsigned want = ((unsigned)p[k].events & 0xffff) | POLLERR | POLLHUP, got = 0;

		if (fs[k] != NULL)
			got = file_poll(fs[k], ready > 0 || w == NULL ? NULL : &w->pt) & want;
		else if (p[k].fd >= 0)
			got = POLLNVAL;
		p[k].revents = (int16_t)got;
		ready += got != 0;
	}
	return ready;
}

long poll_files(struct linux_pollfd *p, unsigned n, uint64_t deadline)
{
	struct file *few[ENTRIES_ON_STACK], **fs = few;
	struct poller w;
	long ready;
	int err = 0;

	if (n > ENTRIES_ON_STACK)
		fs = kmalloc(n * sizeof(struct file *));
	if (fs == NULL)
		return -ENOMEM;
	for (unsigned k = 0; k < n; k++)
		fs[k] = fd_get(p[k].fd);
	poller_init(&w);
	ready = ask_all(p, fs, n, deadline == 0 ? NULL : &w);
	while (ready == 0 && w.err == 0 && err == 0 && deadline != 0) {
		if (!w.triggered)
			err = thread_sleep(deadline, true);
		w.triggered = false;
		ready = ask_all(p, fs, n, NULL);
	}
	poller_done(&w);
	for (unsigned k = 0; k < n; k++)
		file_put(fs[k]);
	if (fs != few)
		kfree(fs);
	if (ready > 0)
		return ready;
	if (w.err < 0)
		return w.err;
	return err == -EINTR ? -EINTR : 0;
}
