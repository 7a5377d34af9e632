/* SPDX-License-Identifier: Apache-2.0 */
/* Signal system calls: decode, then kernel/proc/signal.c. */
#include "signal.h"
#include "linux_errno.h"
#include "linux_time.h"
#include "mem.h"
#include "syscall.h"
#include "task.h"
#include "uaccess.h"

#define SIGSET_SIZE 8
#define SA_KNOWN                                                                                   \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | SA_RESTORER | SA_ONSTACK | \
		SA_RESTART | SA_NODEFER | SA_RESETHAND)

static bool sig_ok(int sig)
{
	return sig >= 1 && sig <= NSIG;
}

/* ---- dispositions and masks ---- */

static void set_action(struct proc *p, int sig, struct linux_sigaction *act)
{
	act->flags &= SA_KNOWN;
	act->mask &= ~SIG_UNBLOCKABLE;
	p->sig->act[sig - 1] = *act;
	if (signal_is_ignored(p, sig)) { /* POSIX: what is pending goes too, blocked or not */
		sigpend_flush(&p->pending, SIGMASK(sig));
		list_for_each(l, &p->threads) sigpend_flush(
			&container_of(l, struct thread, proc_link)->tp->pending, SIGMASK(sig));
	}
}

long sys_rt_sigaction(const struct sysargs *a)
{
	struct proc *p = proc_self();
	int sig = (int)a->v[0], r = 0;
	struct linux_sigaction act, old;

	if (a->v[3] != SIGSET_SIZE || !sig_ok(sig))
		return -EINVAL;
	if (a->v[1] != 0) {
		if (sig == SIGKILL || sig == SIGSTOP)
			return -EINVAL;
		r = get_user(&act, arg_addr(a, 1));
	}
	if (r < 0)
		return r;
	old = p->sig->act[sig - 1];
	if (a->v[1] != 0)
		set_action(p, sig, &act);
	return a->v[2] != 0 ? put_user(arg_addr(a, 2), &old) : 0;
}

long sys_rt_sigprocmask(const struct sysargs *a)
{
	struct thread *t = thread_self();
	uint64_t set, old = t->tp->blocked;
	int r = 0;

	if (a->v[3] != SIGSET_SIZE)
		return -EINVAL;
	if (a->v[1] != 0) {
		r = get_user(&set, arg_addr(a, 1));
		if (r < 0)
			return r;
		switch ((int)a->v[0]) {
		case SIG_BLOCK:
			set |= old;
			break;
		case SIG_UNBLOCK:
			set = old & ~set;
			break;
		case SIG_SETMASK:
			break;
		default:
			return -EINVAL;
		}
		signal_set_mask(t, set);
	}
	return a->v[2] != 0 ? put_user(arg_addr(a, 2), &old) : 0;
}

long sys_rt_sigpending(const struct sysargs *a)
{
	const struct tproc *tp = tproc_self();
	uint64_t set = (tp->pending.set | proc_self()->pending.set) & tp->blocked;

	if (a->v[1] > SIGSET_SIZE)
		return -EINVAL;
	return copy_to_user(arg_addr(a, 0), &set, a->v[1]);
}

long sys_rt_sigreturn(const struct sysargs *a)
{
	return sigframe_pop(a->u);
}

long sys_sigaltstack(const struct sysargs *a)
{
	struct thread *t = thread_self();
	uint64_t sp = a->u->rsp;
	struct linux_stack new, old = t->tp->altstack;
	bool on = sigframe_on_altstack(t, sp);
	int r = a->v[0] != 0 ? get_user(&new, arg_addr(a, 0)) : 0;

	if (r < 0)
		return r;
	if (old.size == 0)
		old.flags |= SS_DISABLE;
	else if (on)
		old.flags |= SS_ONSTACK;
	if (a->v[0] != 0) {
		uint32_t mode = new.flags & ~SS_AUTODISARM;
		if (on)
			return -EPERM;
		if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE)
			return -EINVAL;
		if (mode == SS_DISABLE)
			new = (struct linux_stack){.flags = new.flags};
		else if (new.size < MINSIGSTKSZ)
			return -ENOMEM;
		new.flags &= ~SS_ONSTACK;
		t->tp->altstack = new;
	}
	return a->v[1] != 0 ? put_user(arg_addr(a, 1), &old) : 0;
}

/* ---- sending ---- */

struct kill_all {
	const struct linux_siginfo *si;
	int pgid; /* 0: everyone but process 1 and the caller */
	int found, allowed;
};

static bool kill_matching(struct proc *p, void *arg)
{
	struct kill_all *k = arg;

	if (k->pgid != 0 ? p->pgid != k->pgid : p->pid == 1 || p == proc_self())
		return false;
	k->found++;
	if (signal_may_send(p, k->si->signo) < 0)
		return false;
	k->allowed++;
	if (k->si->signo != 0)
		(void)signal_send_info(p, k->si);
	return true;
}

static long kill_group(int pgid, const struct linux_siginfo *si)
{
	struct kill_all k = {.si = si, .pgid = pgid};

	(void)proc_foreach(kill_matching, &k);
	return k.found == 0 ? -ESRCH : k.allowed == 0 ? -EPERM : 0;
}

long sys_kill(const struct sysargs *a)
{
	int pid = (int)a->v[0], sig = (int)a->v[1];
	struct linux_siginfo si;

	if (sig != 0 && !sig_ok(sig))
		return -EINVAL;
	siginfo_user(&si, sig, SI_USER);
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid <= 0)
		return kill_group(pid == -1 ? 0 : pid == 0 ? proc_self()->pgid : -pid, &si);
	struct proc *p = proc_find(pid);
	if (p == NULL) { /* any thread's number names its process */
		struct thread *t = proc_find_thread(pid);
		p = t != NULL ? t->proc : NULL;
	}
	if (p == NULL)
		return -ESRCH;
	int r = signal_may_send(p, sig);
	return r < 0 || sig == 0 ? r : signal_send_info(p, &si);
}

static long send_thread(int tgid, int tid, const struct linux_siginfo *si)
{
	struct thread *t = tid > 0 ? proc_find_thread(tid) : NULL;

	if (t == NULL || (tgid != 0 && t->proc->pid != tgid))
		return -ESRCH;
	int r = signal_may_send(t->proc, si->signo);
	return r < 0 || si->signo == 0 ? r : signal_send_thread_info(t, si);
}

static long tkill(int tgid, int tid, int sig)
{
	struct linux_siginfo si;

	if (tid <= 0 || (sig != 0 && !sig_ok(sig)))
		return -EINVAL;
	siginfo_user(&si, sig, SI_TKILL);
	return send_thread(tgid, tid, &si);
}

long sys_tkill(const struct sysargs *a)
{
	return tkill(0, (int)a->v[0], (int)a->v[1]);
}

long sys_tgkill(const struct sysargs *a)
{
	if ((int)a->v[0] <= 0)
		return -EINVAL;
	return tkill((int)a->v[0], (int)a->v[1], (int)a->v[2]);
}

/* A siginfo made by a program: it may not look like the kernel's or kill(2)'s to others. */
static int get_queueinfo(struct linux_siginfo *si, uaddr_t from, int sig, bool self)
{
	int r = get_user(si, from);

	if (r < 0)
		return r;
	if (sig != 0 && !sig_ok(sig))
		return -EINVAL;
	si->signo = sig;
	return (si->code >= 0 || si->code == SI_TKILL) && !self ? -EPERM : 0;
}

long sys_rt_sigqueueinfo(const struct sysargs *a)
{
	int pid = (int)a->v[0], sig = (int)a->v[1];
	struct linux_siginfo si;
	int r = get_queueinfo(&si, arg_addr(a, 2), sig, pid == proc_self()->pid);
	struct proc *p = r < 0 ? NULL : proc_find(pid);

	if (r < 0)
		return r;
	if (p == NULL)
		return -ESRCH;
	r = signal_may_send(p, sig);
	return r < 0 || sig == 0 ? r : signal_send_info(p, &si);
}

long sys_rt_tgsigqueueinfo(const struct sysargs *a)
{
	int tgid = (int)a->v[0], tid = (int)a->v[1];
	struct linux_siginfo si;

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	int r = get_queueinfo(&si, arg_addr(a, 3), (int)a->v[2], tid == thread_self()->tid);
	return r < 0 ? r : send_thread(tgid, tid, &si);
}

/* ---- waiting ---- */

long sys_pause(const struct sysargs *a)
{
	while (thread_sleep(NO_DEADLINE, true) != -EINTR)
		;
	return -ERESTARTNOHAND;
}

long sys_rt_sigsuspend(const struct sysargs *a)
{
	uint64_t set;

	if (a->v[1] != SIGSET_SIZE)
		return -EINVAL;
	int r = get_user(&set, arg_addr(a, 0));
	if (r < 0)
		return r;
	signal_mask_begin(set);
	while (thread_sleep(NO_DEADLINE, true) != -EINTR)
		;
	signal_mask_end(true);
	return -ERESTARTNOHAND;
}

static int wait_deadline(uaddr_t from, uint64_t *deadline)
{
	struct linux_timespec ts;

	*deadline = NO_DEADLINE;
	if (from.v == 0)
		return 0;
	int r = get_user(&ts, from);
	if (r < 0)
		return r;
	if (ts.sec < 0 || ts.nsec < 0 || ts.nsec >= NSEC_PER_SEC)
		return -EINVAL;
	if (ts.sec < INT32_MAX)
		*deadline =
			time_mono() + (uint64_t)ts.sec * (uint64_t)NSEC_PER_SEC + (uint64_t)ts.nsec;
	return 0;
}

long sys_rt_sigtimedwait(const struct sysargs *a)
{
	struct thread *t = thread_self();
	struct linux_siginfo si;
	uint64_t set, deadline;
	int sig, slept = 0;

	if (a->v[3] != SIGSET_SIZE)
		return -EINVAL;
	int r = get_user(&set, arg_addr(a, 0));
	if (r == 0)
		r = wait_deadline(arg_addr(a, 2), &deadline);
	if (r < 0)
		return r;
	set &= ~SIG_UNBLOCKABLE;
	t->tp->sigwait = set;
	while ((sig = signal_dequeue(t, set, &si)) == 0 && slept == 0)
		slept = thread_sleep(deadline, true);
	t->tp->sigwait = 0;
	if (sig == 0)
		return slept == -ETIMEDOUT ? -EAGAIN : -EINTR;
	if (a->v[1] != 0)
		r = put_user(arg_addr(a, 1), &si);
	return r < 0 ? r : sig;
}
