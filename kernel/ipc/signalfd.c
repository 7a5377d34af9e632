/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signalfd(2): pending signals read as records. What can be read are the signals of whoever reads,
 * its thread's and its process's, not of whoever made the descriptor. Kernel lock held.
 */
#include "signalfd.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "poll.h"
#include "task.h"
#include "uaccess.h"
#include "vfs.h"

struct signalfd {
	uint64_t mask;
};

/* Which member of the union a siginfo uses follows from its code (sigaction(2)). */
static void to_record(struct linux_signalfd_siginfo *r, const struct linux_siginfo *si)
{
	memset(r, 0, sizeof(*r));
	r->signo = (uint32_t)si->signo;
	r->err = si->err;
	r->code = si->code;
	if (si->signo == SIGCHLD && si->code > 0 && si->code < SI_KERNEL) {
		r->pid = (uint32_t)si->u.chld.pid;
		r->uid = si->u.chld.uid;
		r->status = si->u.chld.status;
		r->utime = (uint64_t)si->u.chld.utime;
		r->stime = (uint64_t)si->u.chld.stime;
	} else if (si->code == SI_TIMER) {
		r->tid = (uint32_t)si->u.timer.tid;
		r->overrun = (uint32_t)si->u.timer.overrun;
		r->ptr = si->u.timer.value;
		r->value = (int32_t)si->u.timer.value;
	} else if (si->code > 0 && si->code < SI_KERNEL) {
		r->addr = si->u.fault.addr;
	} else {
		r->pid = (uint32_t)si->u.rt.pid;
		r->uid = si->u.rt.uid;
		if (si->code < 0 && si->code != SI_TKILL) {
			r->ptr = si->u.rt.value;
			r->value = (int32_t)si->u.rt.value;
		}
	}
}

/* The next signal, or -EAGAIN, -ERESTARTSYS. */
static int wait_signal(struct file *f, struct uio *u, struct linux_siginfo *si)
{
	const struct signalfd *s = f->priv;

	while (signal_dequeue(thread_self(), s->mask, si) == 0) {
		if ((f->flags & O_NONBLOCK) || (u->flags & RWF_NOWAIT))
			return -EAGAIN;
		if (waitq_sleep(&proc_self()->signalfd_wait, NO_DEADLINE, true) < 0)
			return -ERESTARTSYS;
	}
	return 0;
}

static long signalfd_read(struct file *f, struct uio *u)
{
	const struct signalfd *s = f->priv;
	struct linux_signalfd_siginfo r;
	struct linux_siginfo si;
	long done = 0;

	if (u->resid < sizeof(r))
		return -EINVAL;
	int err = wait_signal(f, u, &si);
	if (err < 0)
		return err;
	do {
		to_record(&r, &si);
		if (uio_put(u, &r, sizeof(r)) != (long)sizeof(r)) /* as in Linux it is lost */
			return done > 0 ? done : -EFAULT;
		done += (long)sizeof(r);
	} while (u->resid >= sizeof(r) && signal_dequeue(thread_self(), s->mask, &si) != 0);
	return done;
}

static unsigned signalfd_poll(struct file *f, struct polltable *pt)
{
	const struct signalfd *s = f->priv;
	struct proc *p = proc_self();
	uint64_t pending = p->pending.set | tproc_self()->pending.set;

	poll_wait(pt, &p->signalfd_wait);
	return (pending & s->mask) != 0 ? POLLIN : 0;
}

static void signalfd_release(struct file *f)
{
	kfree(f->priv);
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read,
	.poll = signalfd_poll,
	.release = signalfd_release,
};

int signalfd_set_mask(struct file *f, uint64_t mask)
{
	struct signalfd *s = f->priv;

	if (f->ops != &signalfd_ops)
		return -EINVAL;
	s->mask = mask & ~SIG_UNBLOCKABLE;
	waitq_wake(&proc_self()->signalfd_wait, POLLIN, WAKE_ALL);
	return 0;
}

int signalfd_create(uint64_t mask, unsigned flags, struct file **out)
{
	struct signalfd *s = kzalloc(sizeof(*s));
	struct file *f;

	if (s == NULL)
		return -ENOMEM;
	s->mask = mask & ~SIG_UNBLOCKABLE;
	f = file_anon(&signalfd_ops, O_RDWR | flags, s, "anon_inode:[signalfd]");
	if (f == NULL) {
		kfree(s);
		return -ENOMEM;
	}
	*out = f;
	return 0;
}
