/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pidfd_open(2). Descriptors and their process share a struct pidref, made with the first of them;
 * it outlives the process, so a number that is used again is never mistaken for the old process.
 * Threads as such (PIDFD_THREAD) have none. Kernel lock held.
 */
#include "pidfd.h"
#include "kmem.h"
#include "linux_errno.h"
#include "poll.h"
#include "proc.h"
#include "vfs.h"

struct pidref {
	int refs;          /* descriptors, and the process */
	struct proc *proc; /* NULL: it was waited for */
	struct waitq wait;
};

static void pidref_put(struct pidref *r)
{
	if (--r->refs == 0)
		kfree(r);
}

static unsigned pidfd_poll(struct file *f, struct polltable *pt)
{
	struct pidref *r = f->priv;

	poll_wait(pt, &r->wait);
	if (r->proc == NULL)
		return POLLIN | POLLRDNORM | POLLHUP;
	return r->proc->state == P_ZOMBIE ? POLLIN | POLLRDNORM : 0;
}

static void pidfd_release(struct file *f)
{
	pidref_put(f->priv);
}

static const struct file_ops pidfd_ops = {.poll = pidfd_poll, .release = pidfd_release};

int pidfd_create(struct proc *p, unsigned flags, struct file **out)
{
	struct pidref *r = p->pidref;
	struct file *f = file_anon(&pidfd_ops, O_RDWR | flags, NULL, "anon_inode:[pidfd]");

	if (f == NULL)
		return -ENOMEM;
	if (r == NULL) {
		r = kzalloc(sizeof(*r));
		if (r == NULL) {
			f->ops = NULL; /* nothing to release */
			file_put(f);
			return -ENOMEM;
		}
		r->refs = 1;
		r->proc = p;
		waitq_init(&r->wait);
		p->pidref = r;
	}
	r->refs++;
	f->priv = r;
	*out = f;
	return 0;
}

int pidfd_proc(const struct file *f, struct proc **p)
{
	const struct pidref *r = f->priv;

	if (f->ops != &pidfd_ops)
		return -EBADF;
	*p = r->proc;
	return r->proc == NULL ? -ESRCH : 0;
}

void pidfd_exited(struct proc *p)
{
	if (p->pidref != NULL)
		waitq_wake(&p->pidref->wait, POLLIN, WAKE_ALL);
}

void pidfd_gone(struct proc *p)
{
	struct pidref *r = p->pidref;

	if (r == NULL)
		return;
	p->pidref = NULL;
	r->proc = NULL;
	waitq_wake(&r->wait, POLLIN | POLLHUP, WAKE_ALL);
	pidref_put(r);
}
