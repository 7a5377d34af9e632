/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Job control: which session a terminal belongs to, which group may use it, and who hears of its
 * end. Rules: POSIX chapter 11, tty_ioctl(2), and Linux drivers/tty/tty_jobctrl.c where these are
 * silent. Kernel lock held; nothing sleeps but the copies of the ioctls.
 */
#include "tty.h"
#include "linux_errno.h"
#include "linux_fs.h"
#include "task.h"
#include "uaccess.h"
#include "vfs.h"

struct tty *tty_get(struct tty *t)
{
	t->refs++;
	return t;
}

void tty_put(struct tty *t)
{
	if (t != NULL && --t->refs == 0)
		t->free(t);
}

static bool is_leader(const struct proc *p)
{
	return p->sid == p->pid;
}

int tty_check_job(struct tty *t, int sig)
{
	struct proc *p = proc_self();

	if (p->ctty != t || t->pgrp == 0 || t->pgrp == p->pgid)
		return 0;
	if (signal_is_ignored(p, sig) || (tproc_self()->blocked & SIGMASK(sig)))
		return sig == SIGTTIN ? -EIO : 0;
	if (task_group_orphaned(p->pgid, NULL))
		return -EIO;
	signal_send_pgrp(p->pgid, sig, SI_KERNEL);
	return -ERESTARTSYS;
}

/* The process has the terminal no more. */
static void drop(struct proc *p)
{
	struct tty *t = p->ctty;

	p->ctty = NULL;
	tty_put(t);
}

void tty_forget(struct tty *t)
{
	list_for_each(l, &proc_list)
	{
		struct proc *p = container_of(l, struct proc, all_link);

		if (p->ctty == t)
			drop(p); /* never the last reference: the caller has one */
	}
}

static void acquire(struct tty *t)
{
	struct proc *p = proc_self();

	t->session = p->sid;
	t->pgrp = p->pgid;
	p->ctty = tty_get(t);
}

void tty_opened(struct tty *t, const struct file *f)
{
	struct proc *p = proc_self();

	if (p != NULL && !(f->mode & FM_NOCTTY) && (f->mode & FM_READ) && is_leader(p) &&
		p->ctty == NULL && t->session == 0)
		acquire(t);
}

void tty_signal(const struct tty *t, int sig)
{
	if (t->pgrp != 0)
		signal_send_pgrp(t->pgrp, sig, SI_KERNEL);
}

void tty_hangup(struct tty *t)
{
	struct proc *leader = t->session != 0 ? proc_find(t->session) : NULL;

	tty_forget(t);
	if (leader != NULL) {
		leader->tty_old_pgrp = t->pgrp;
		signal_send_proc(leader, SIGHUP, SI_KERNEL);
		signal_send_proc(leader, SIGCONT, SI_KERNEL);
	}
	t->session = t->pgrp = 0;
}

/* A leader that ends after its terminal did: its foreground group hears of it now. */
static void leave_hung_up(struct proc *p)
{
	int pgrp = p->tty_old_pgrp;

	p->tty_old_pgrp = 0;
	if (pgrp == 0)
		return;
	signal_send_pgrp(pgrp, SIGHUP, SI_KERNEL);
	signal_send_pgrp(pgrp, SIGCONT, SI_KERNEL);
}

void tty_leave(struct proc *p, bool exiting)
{
	struct tty *t = p->ctty;

	if (t == NULL) {
		if (exiting && is_leader(p))
			leave_hung_up(p);
		return;
	}
	if (!is_leader(p)) {
		drop(p);
		return;
	}
	tty_get(t);
	tty_signal(t, SIGHUP);
	if (!exiting)
		tty_signal(t, SIGCONT);
	t->session = t->pgrp = 0;
	tty_forget(t);
	tty_put(t);
}

/* ---- ioctls ---- */

/* tty_ioctl(2): only root may steal a terminal, by argument 1. */
static long set_controlling(struct tty *t, const struct file *f, uint64_t steal)
{
	struct proc *p = proc_self();

	if (is_leader(p) && p->ctty == t && t->session == p->sid)
		return 0;
	if (!is_leader(p) || p->ctty != NULL)
		return -EPERM;
	if (t->session != 0) {
		if (steal != 1 || !proc_privileged())
			return -EPERM;
		tty_forget(t);
	}
	if (!(f->mode & FM_READ) && !proc_privileged())
		return -EPERM;
	acquire(t);
	return 0;
}

/* The session of a group, or 0: there is no such group. */
static int session_of(int pgrp)
{
	list_for_each(l, &proc_list)
	{
		const struct proc *p = container_of(l, struct proc, all_link);

		if (p->pgid == pgrp)
			return p->sid;
	}
	return 0;
}

static long set_foreground(struct tty *t, uaddr_t arg)
{
	struct proc *p = proc_self();
	int pgrp, err = tty_check_job(t, SIGTTOU);

	if (err < 0)
		return err == -EIO ? -ENOTTY : err;
	if (p->ctty != t || t->session != p->sid)
		return -ENOTTY;
	err = get_user(&pgrp, arg);
	if (err < 0)
		return err;
	if (pgrp < 0)
		return -EINVAL;
	int sid = session_of(pgrp);
	if (sid == 0)
		return -ESRCH;
	if (sid != p->sid)
		return -EPERM;
	t->pgrp = pgrp;
	return 0;
}

bool tty_job_ioctl(
	struct tty *t, const struct file *f, bool master, unsigned cmd, uaddr_t arg, long *ret)
{
	bool own = master || proc_self()->ctty == t;

	switch (cmd) {
	case TIOCSCTTY:
		*ret = master ? -EINVAL : set_controlling(t, f, arg.v);
		return true;
	case TIOCNOTTY:
		*ret = master || !own ? -ENOTTY : 0;
		if (*ret == 0)
			tty_leave(proc_self(), false);
		return true;
	case TIOCGPGRP:
		*ret = own ? put_user(arg, &t->pgrp) : -ENOTTY;
		return true;
	case TIOCSPGRP:
		*ret = set_foreground(t, arg);
		return true;
	case TIOCGSID:
		*ret = own && t->session != 0 ? put_user(arg, &t->session) : -ENOTTY;
		return true;
	default:
		return false;
	}
}
