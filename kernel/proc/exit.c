/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How threads and processes end. A thread ends only by itself, on its way out of the kernel: others
 * can but mark it (tproc.kill). The last one makes its process a zombie. The end of process 1 is
 * the end of the enclave.
 */
#include "file.h"
#include "host.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "mm.h"
#include "pidfd.h"
#include "task.h"
#include "tty.h"
#include "uaccess.h"

#define STATUS_SIG(st) ((st)&0x7f)

static void mark_dying(struct thread *t)
{
	t->tp->kill = true;
	thread_interrupt(t);
	if (t->tp->killable)
		thread_wake(t);
}

static void mark_all_but(struct proc *p, const struct thread *self)
{
	list_for_each(l, &p->threads)
	{
		struct thread *t = container_of(l, struct thread, proc_link);
		if (t != self)
			mark_dying(t);
	}
	waitq_wake(&p->cont_wait, 0, WAKE_ALL);
}

void proc_begin_exit(struct proc *p, int status)
{
	if (p->group_exit || p->state == P_ZOMBIE)
		return;
	p->group_exit = true;
	p->group_status = status;
	mark_all_but(p, NULL);
}

int task_sleep_killable(struct waitq *q)
{
	struct tproc *tp = tproc_self();

	if (tp->kill)
		return -EINTR;
	tp->killable = true;
	waitq_sleep(q, NO_DEADLINE, false);
	tp->killable = false;
	return tp->kill ? -EINTR : 0;
}

int task_kill_others(void)
{
	struct thread *self = thread_self();
	struct proc *p = self->proc;

	if (self->tp->kill || p->exec_by != NULL)
		return -EINTR;
	if (p->nthreads > 1) {
		p->exec_by = self;
		mark_all_but(p, self);
		while (p->nthreads > 1) {
			/* a group exit that began meanwhile waits for us as we for the others */
			if (task_sleep_killable(&p->thread_gone) < 0) {
				p->exec_by = NULL;
				return -EINTR;
			}
		}
		p->exec_by = NULL;
	}
	if (self->tid != p->pid) { /* the survivor is the leader */
		thread_detach(self);
		thread_attach(self, p, p->pid);
	}
	return 0;
}

void task_vfork_done(struct proc *p)
{
	struct waitq *q = p->vfork_done;

	p->vfork_done = NULL;
	if (q != NULL)
		waitq_wake(q, 0, WAKE_ALL);
}

void task_release_mm(struct thread *t)
{
	struct tproc *tp = t->tp;
	uint64_t clear = tp->clear_child_tid;
	uint32_t zero = 0;

	futex_exit_robust(t);
	tp->clear_child_tid = 0;
	/* A sole user of its memory has nobody to tell (as Linux mm_release). */
	if (clear != 0 && (t->proc->nthreads > 1 || t->mm->refs > 1)) {
		if (put_user(uaddr(clear), &zero) == 0)
			(void)futex_wake_addr(clear, 1);
	}
}

/* ---- telling the parent ---- */

static void child_siginfo(struct linux_siginfo *si, const struct proc *p, int code, int status)
{
	memset(si, 0, sizeof *si);
	si->signo = SIGCHLD;
	si->code = code;
	si->u.chld.pid = p->pid;
	si->u.chld.uid = p->uid;
	si->u.chld.status = status;
	si->u.chld.utime = (int64_t)(proc_cpu_ns(p) / (1000000000u / LINUX_HZ));
}

void proc_notify_parent(struct proc *p, int code)
{
	struct proc *parent = p->parent;
	struct linux_siginfo si;

	if (parent == NULL || parent->sig == NULL)
		return;
	const struct linux_sigaction *act = &parent->sig->act[SIGCHLD - 1];
	if (act->handler != SIG_IGN && !(act->flags & SA_NOCLDSTOP)) {
		child_siginfo(&si, p, code, code == CLD_STOPPED ? p->stop_sig : SIGCONT);
		(void)signal_send_info(parent, &si);
	}
	waitq_wake(&parent->child_wait, 0, WAKE_ALL);
}

/* The parent of a zombie hears of it; true if nobody will wait for it. */
static bool notify_exit(struct proc *p)
{
	struct proc *parent = p->parent;
	struct linux_siginfo si;
	bool reap = false;
	int sig = p->exit_signal;

	if (parent == NULL || parent->sig == NULL)
		return parent == NULL;
	if (sig == SIGCHLD) {
		const struct linux_sigaction *act = &parent->sig->act[SIGCHLD - 1];
		reap = act->handler == SIG_IGN || (act->flags & SA_NOCLDWAIT);
		if (act->handler == SIG_IGN)
			sig = 0;
	}
	if (sig != 0) {
		int st = p->exit_status;
		int code = STATUS_SIG(st) == 0 ? CLD_EXITED : st & 0x80 ? CLD_DUMPED : CLD_KILLED;
		child_siginfo(&si, p, code, STATUS_SIG(st) == 0 ? st >> 8 & 0xff : STATUS_SIG(st));
		si.signo = sig;
		(void)signal_send_info(parent, &si);
	}
	waitq_wake(&parent->child_wait, 0, WAKE_ALL);
	return reap;
}

/* ---- orphans ---- */

static struct proc *new_parent(const struct proc *p)
{
	for (struct proc *a = p->parent; a != NULL; a = a->parent)
		if (a->subreaper && a->nthreads > 0)
			return a;
	return proc_init();
}

static bool group_has_stopped(int pgid)
{
	list_for_each(l, &proc_list)
	{
		struct proc *p = container_of(l, struct proc, all_link);
		if (p->pgid == pgid && p->state == P_STOPPED)
			return true;
	}
	return false;
}

bool task_group_orphaned(int pgid, const struct proc *but)
{
	list_for_each(l, &proc_list)
	{
		struct proc *p = container_of(l, struct proc, all_link);
		if (p == but || p->pgid != pgid || p->state == P_ZOMBIE || p->parent == NULL)
			continue;
		if (p->parent->pgid != pgid && p->parent->sid == p->sid)
			return false;
	}
	return true;
}

/* POSIX: a stopped group that becomes orphaned gets SIGHUP and SIGCONT. */
static void hangup_if_orphaned(int pgid, const struct proc *but)
{
	if (group_has_stopped(pgid) && task_group_orphaned(pgid, but)) {
		signal_send_pgrp(pgid, SIGHUP, SI_KERNEL);
		signal_send_pgrp(pgid, SIGCONT, SI_KERNEL);
	}
}

static void give_away_children(struct proc *p)
{
	struct proc *to = new_parent(p);

	list_for_each_safe(l, next, &p->children)
	{
		struct proc *c = container_of(l, struct proc, sibling);
		bool same_session = c->sid == p->sid && c->pgid != p->pgid;

		list_del(&c->sibling);
		list_push_back(&to->children, &c->sibling);
		c->parent = to;
		c->ppid = to->pid;
		if (c->pdeath_sig != 0 && c->state != P_ZOMBIE)
			signal_send_proc(c, c->pdeath_sig, SI_USER);
		c->exit_signal = SIGCHLD;
		if (c->state == P_ZOMBIE && notify_exit(c))
			proc_release(c);
		else if (same_session)
			hangup_if_orphaned(c->pgid, NULL);
	}
}

/* ---- the end ---- */

static _Noreturn void end_of_enclave(int status)
{
	int sig = STATUS_SIG(status);

	host_exit(sig != 0 ? 128u + (unsigned)sig : (unsigned)status >> 8 & 0xff);
}

/* The last thread is gone from p's list and runs here. Frees p if nobody waits for it. */
static void proc_end(struct proc *p, int status)
{
	if (p->pid == 1)
		end_of_enclave(status);
	thread_self()->mm = NULL;
	timers_drop(p, false);
	tty_leave(p, true);
	proc_drop_resources(p); /* may block: p is no zombie yet */
	task_vfork_done(p);
	give_away_children(p);
	if (p->parent->pgid != p->pgid && p->parent->sid == p->sid)
		hangup_if_orphaned(p->pgid, p);
	p->exit_status = status;
	p->state = P_ZOMBIE;
	pidfd_exited(p);
	if (notify_exit(p))
		proc_release(p);
}

_Noreturn void task_exit(int status)
{
	struct thread *t = thread_self();
	struct proc *p = t->proc;
	struct tproc *tp = t->tp;

	tp->kill = true;
	if (p->mm != NULL && p->mm->committed > p->max_pages)
		p->max_pages = p->mm->committed;
	task_release_mm(t); /* may block */
	thread_detach(t);
	uint64_t now = time_mono();
	p->utime_ns += t->cpu_ns + (now > t->started_ns ? now - t->started_ns : 0);
	waitq_wake(&p->thread_gone, 0, WAKE_ALL);
	if (p->nthreads == 0)
		proc_end(p, p->group_exit ? p->group_status : status);
	else
		signal_thread_gone(p);
	t->proc = NULL;
	t->mm = NULL;
	t->tp = NULL;
	tproc_free(tp);
	thread_exit_self();
}

_Noreturn void task_exit_group(int status)
{
	struct proc *p = proc_self();

	proc_begin_exit(p, status);
	task_exit(p->group_status);
}
