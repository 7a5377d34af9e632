/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending signals: dispositions, queues, and whom to wake. Delivery is in deliver.c, the frame in
 * sigframe.c. Rules: signal(7); Linux kernel/signal.c where the man page is silent.
 */
#include "signal.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "task.h"

/* ---- dispositions ---- */

struct sigstate *sigstate_new(void)
{
	struct sigstate *s = kzalloc(sizeof *s);

	if (s != NULL)
		s->refs = 1;
	return s;
}

struct sigstate *sigstate_clone(const struct sigstate *s)
{
	struct sigstate *n = sigstate_new();

	if (n != NULL)
		memcpy(n->act, s->act, sizeof n->act);
	return n;
}

struct sigstate *sigstate_get(struct sigstate *s)
{
	s->refs++;
	return s;
}

void sigstate_put(struct sigstate *s)
{
	if (--s->refs == 0)
		kfree(s);
}

int sigstate_unshare(struct proc *p)
{
	if (p->sig->refs == 1)
		return 0;
	struct sigstate *n = sigstate_clone(p->sig);
	if (n == NULL)
		return -ENOMEM;
	sigstate_put(p->sig);
	p->sig = n;
	return 0;
}

void sigstate_exec(struct proc *p)
{
	for (unsigned i = 0; i < NSIG; i++) {
		uint64_t handler = p->sig->act[i].handler == SIG_IGN ? SIG_IGN : SIG_DFL;
		p->sig->act[i] = (struct linux_sigaction){.handler = handler};
	}
}

bool signal_is_ignored(const struct proc *p, int sig)
{
	uint64_t handler = p->sig->act[sig - 1].handler;

	return handler == SIG_IGN || (handler == SIG_DFL && (SIGMASK(sig) & SIG_IGN_DEFAULT));
}

/* ---- queues ---- */

void sigpend_init(struct sigpend *q)
{
	q->set = 0;
	list_init(&q->queue);
}

void sigpend_flush(struct sigpend *q, uint64_t set)
{
	q->set &= ~set;
	list_for_each_safe(l, next, &q->queue)
	{
		struct sigq *e = container_of(l, struct sigq, link);
		if (SIGMASK(e->info.signo) & set) {
			list_del(&e->link);
			kfree(e);
		}
	}
}

static void flush_everywhere(struct proc *p, uint64_t set)
{
	sigpend_flush(&p->pending, set);
	list_for_each(l, &p->threads)
		sigpend_flush(&container_of(l, struct thread, proc_link)->tp->pending, set);
}

static unsigned queue_length(const struct sigpend *q)
{
	unsigned n = 0;

	list_for_each(l, &q->queue) n++;
	return n;
}

/* Standard signals are pending once; real-time ones queue, and only they can fail. */
static int enqueue(struct sigpend *q, const struct linux_siginfo *si)
{
	bool rt = si->signo >= SIGRTMIN;

	if (!rt && (q->set & SIGMASK(si->signo)))
		return 0;
	struct sigq *e = rt && queue_length(q) >= SIGQ_MAX ? NULL : kmalloc(sizeof *e);
	if (e == NULL && rt && si->code < 0 && si->code != SI_TKILL)
		return -EAGAIN;
	if (e != NULL) { /* else the bit alone says it */
		e->info = *si;
		list_push_back(&q->queue, &e->link);
	}
	q->set |= SIGMASK(si->signo);
	return 0;
}

/* Takes the oldest entry of sig out of q. */
static void take(struct sigpend *q, int sig, struct linux_siginfo *si)
{
	struct sigq *found = NULL;
	bool more = false;

	list_for_each(l, &q->queue)
	{
		struct sigq *e = container_of(l, struct sigq, link);
		if (e->info.signo != sig)
			continue;
		if (found != NULL) {
			more = true;
			break;
		}
		found = e;
	}
	if (!more)
		q->set &= ~SIGMASK(sig);
	if (found == NULL) { /* there was no memory for its siginfo */
		memset(si, 0, sizeof *si);
		si->signo = sig;
		return;
	}
	*si = found->info;
	list_del(&found->link);
	kfree(found);
}

/* Faults first, then by number: standard before real-time, as in Linux. */
static int next_of(uint64_t set)
{
	uint64_t first = set & SIG_SYNCHRONOUS;

	return __builtin_ctzll(first != 0 ? first : set) + 1;
}

int signal_dequeue(struct thread *t, uint64_t set, struct linux_siginfo *si)
{
	struct sigpend *q = &t->tp->pending;

	if ((q->set & set) == 0)
		q = &t->proc->pending;
	if ((q->set & set) == 0)
		return 0;
	int sig = next_of(q->set & set);
	take(q, sig, si);
	return sig;
}

bool signal_pending(struct thread *t)
{
	const struct tproc *tp = t->tp;

	if (tp == NULL || t->proc == NULL)
		return false;
	if (tp->kill || tp->restore_mask || t->proc->state == P_STOPPED)
		return true;
	return ((tp->pending.set | t->proc->pending.set) & (~tp->blocked | tp->sigwait)) != 0;
}

/* ---- sending ---- */

void siginfo_kernel(struct linux_siginfo *si, int sig, int code)
{
	memset(si, 0, sizeof *si);
	si->signo = sig;
	si->code = code;
}

void siginfo_user(struct linux_siginfo *si, int sig, int code)
{
	siginfo_kernel(si, sig, code);
	si->u.rt.pid = proc_self()->pid;
	si->u.rt.uid = proc_self()->uid;
}

void signal_continue(struct proc *p)
{
	if (p->state != P_STOPPED)
		return;
	p->state = P_RUN;
	p->stop_report = false;
	p->cont_report = true;
	waitq_wake(&p->cont_wait, 0, WAKE_ALL);
	proc_notify_parent(p, CLD_CONTINUED);
}

/* The effects that a signal has when it is sent, whatever becomes of it. False: it is dropped. */
static bool prepare(struct proc *p, const struct thread *t, int sig)
{
	uint64_t bit = SIGMASK(sig);

	if (p->state == P_ZOMBIE || p->sig == NULL || p->nthreads == 0)
		return false;
	if (bit & SIG_STOPS)
		flush_everywhere(p, SIGMASK(SIGCONT));
	if (sig == SIGCONT) {
		flush_everywhere(p, SIG_STOPS);
		signal_continue(p);
	}
	if (sig == SIGKILL) {
		p->state = P_RUN;
		proc_begin_exit(p, SIGKILL);
		return false;
	}
	return !signal_is_ignored(p, sig) || ((t->tp->blocked | t->tp->sigwait) & bit) != 0;
}

static bool wants(const struct thread *t, uint64_t bit)
{
	return !t->tp->kill && ((~t->tp->blocked | t->tp->sigwait) & bit) != 0;
}

static void wake_taker(struct proc *p, uint64_t bit)
{
	struct thread *pick = NULL;

	list_for_each(l, &p->threads)
	{
		struct thread *t = container_of(l, struct thread, proc_link);
		if (!wants(t, bit))
			continue;
		if (pick == NULL || (t->state == T_SLEEPING && pick->state != T_SLEEPING))
			pick = t;
		if (t->tid == p->pid)
			break;
	}
	if (pick != NULL)
		thread_interrupt(pick);
}

int signal_send_info(struct proc *p, const struct linux_siginfo *si)
{
	if (p->nthreads == 0)
		return 0;
	struct thread *first = container_of(p->threads.next, struct thread, proc_link);
	if (!prepare(p, first, si->signo))
		return 0;
	int r = enqueue(&p->pending, si);
	if (r == 0) {
		wake_taker(p, SIGMASK(si->signo));
		waitq_wake(&p->signalfd_wait, 0, WAKE_ALL);
	}
	return r;
}

int signal_send_thread_info(struct thread *t, const struct linux_siginfo *si)
{
	if (t->proc == NULL || !prepare(t->proc, t, si->signo))
		return 0;
	int r = enqueue(&t->tp->pending, si);
	if (r == 0) {
		if (wants(t, SIGMASK(si->signo)))
			thread_interrupt(t);
		waitq_wake(&t->proc->signalfd_wait, 0, WAKE_ALL);
	}
	return r;
}

void signal_send_proc(struct proc *p, int sig, int code)
{
	struct linux_siginfo si;

	siginfo_kernel(&si, sig, code);
	(void)signal_send_info(p, &si); /* kernel-made: never -EAGAIN */
}

void signal_send_thread(struct thread *t, int sig, int code)
{
	struct linux_siginfo si;

	siginfo_kernel(&si, sig, code);
	(void)signal_send_thread_info(t, &si);
}

void signal_send_pgrp(int pgid, int sig, int code)
{
	list_for_each_safe(l, next, &proc_list)
	{
		struct proc *p = container_of(l, struct proc, all_link);
		if (p->pgid == pgid)
			signal_send_proc(p, sig, code);
	}
}

void signal_force(struct thread *t, const struct linux_siginfo *si)
{
	struct linux_sigaction *act = &t->proc->sig->act[si->signo - 1];
	uint64_t bit = SIGMASK(si->signo);

	if (act->handler == SIG_IGN || (t->tp->blocked & bit)) {
		act->handler = SIG_DFL;
		t->tp->blocked &= ~bit;
	}
	(void)enqueue(&t->tp->pending, si);
}

int signal_may_send(const struct proc *p, int sig)
{
	const struct proc *me = proc_self();

	if (me->euid == 0 || me->euid == p->suid || me->euid == p->uid || me->uid == p->suid ||
		me->uid == p->uid)
		return 0;
	return sig == SIGCONT && me->sid == p->sid ? 0 : -EPERM;
}

void signal_set_mask(struct thread *t, uint64_t blocked)
{
	struct proc *p = t->proc;
	uint64_t newly = blocked & ~t->tp->blocked & p->pending.set;

	t->tp->blocked = blocked & ~SIG_UNBLOCKABLE;
	if (newly != 0 && p->nthreads > 1) /* this thread would have taken them */
		wake_taker(p, newly);
}

void signal_mask_begin(uint64_t mask)
{
	struct thread *t = thread_self();

	t->tp->saved_blocked = t->tp->blocked;
	signal_set_mask(t, mask);
}

void signal_mask_end(bool interrupted)
{
	struct thread *t = thread_self();

	if (interrupted)
		t->tp->restore_mask = true;
	else
		signal_set_mask(t, t->tp->saved_blocked);
}

void signal_thread_gone(struct proc *p)
{
	if (p->pending.set != 0)
		wake_taker(p, p->pending.set);
}
