/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clone: threads, processes that share their parent's memory (vfork, posix_spawn), and the exact
 * fork of a SIP, whose pointers are offsets into its window. A plain process cannot get a copy of
 * its memory at other addresses, so its clone without CLONE_VM is refused.
 */
#include "file.h"
#include "klog.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mm.h"
#include "pidfd.h"
#include "plat.h"
#include "sip.h"
#include "sipframe.h"
#include "task.h"
#include "uaccess.h"
#include "vfs.h"

#define CLONE_NAMESPACES                                                                           \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
		CLONE_NEWPID | CLONE_NEWNET)

static int check_flags(const struct clone_req *q)
{
	uint64_t f = q->flags;

	if ((f & CLONE_THREAD) && !(f & CLONE_SIGHAND))
		return -EINVAL;
	if ((f & CLONE_SIGHAND) && !(f & CLONE_VM))
		return -EINVAL;
	if ((f & CLONE_SIGHAND) && (f & CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if ((f & CLONE_PARENT) && proc_self()->pid == 1)
		return -EINVAL;
	if (f & (CLONE_NAMESPACES | CLONE_INTO_CGROUP))
		return -EINVAL;
	if ((f & CLONE_PIDFD) && (f & (CLONE_THREAD | CLONE_DETACHED)))
		return -EINVAL;
	if (q->exit_signal < 0 || q->exit_signal > NSIG)
		return -EINVAL;
	if (!(f & CLONE_VM) && !proc_self()->sip) {
		klog("fork: %s (pid %d) is a plain process: it can only vfork or posix_spawn",
			proc_self()->comm, proc_self()->pid);
		return -ENOSYS;
	}
	return 0;
}

static bool over_nproc(const struct proc *p)
{
	return p->euid != 0 && thread_count() >= p->rlim[RLIMIT_NPROC].cur;
}

/* The parts of a new process. */
static int share_resources(struct proc *c, const struct proc *p, uint64_t flags)
{
	c->sip = p->sip;
	if (flags & CLONE_VM) {
		c->mm = mm_get(p->mm);
	} else {
		int r = mm_fork_sip(p->mm, &c->mm);

		if (r < 0)
			return r;
	}
	c->files = flags & CLONE_FILES ? fdtable_get(p->files) : fdtable_clone(p->files);
	c->fs = flags & CLONE_FS ? fsctx_get(p->fs) : fsctx_clone(p->fs);
	c->sig = flags & CLONE_SIGHAND ? sigstate_get(p->sig) : sigstate_clone(p->sig);
	if (c->files == NULL || c->fs == NULL || c->sig == NULL)
		return -ENOMEM;
	if (flags & CLONE_CLEAR_SIGHAND)
		sigstate_exec(c);
	return 0;
}

static int new_process(const struct clone_req *q, int pid, struct proc **out)
{
	struct proc *p = proc_self();
	struct proc *c = proc_new(p, pid);

	if (c == NULL)
		return -ENOMEM;
	if (q->flags & CLONE_PARENT)
		c->parent = p->parent;
	c->exit_signal = q->flags & CLONE_PARENT ? p->exit_signal : q->exit_signal;
	int r = share_resources(c, p, q->flags);
	if (r < 0) {
		proc_drop_resources(c);
		proc_release(c);
		return r;
	}
	*out = c;
	return 0;
}

static struct thread *new_thread(const struct clone_req *q, const struct uregs *u)
{
	struct thread *self = thread_self();
	struct thread *t = thread_new(true);

	if (t == NULL)
		return NULL;
	t->tp = tproc_new(t, self->tp);
	if (t->tp == NULL) {
		thread_free(t);
		return NULL;
	}
	/* A vfork child keeps its parent's alternate stack, a thread has none (Linux copy_process).
	 */
	if (!(q->flags & CLONE_VM) || (q->flags & CLONE_VFORK))
		t->tp->altstack = self->tp->altstack;
	if (q->flags & CLONE_CHILD_CLEARTID)
		t->tp->clear_child_tid = q->child_tid;
	t->nice = self->nice;
	plat_xsave(t->xstate);
	t->fsbase = q->flags & CLONE_SETTLS ? q->tls : plat_fsbase();
	*t->uregs = *u;
	t->uregs->rax = 0;
	t->uregs->orig_rax = UINT64_MAX;
	t->uregs->full = 1;
	if (q->stack != 0)
		t->uregs->rsp = q->stack;
	return t;
}

/* K8 of doc/sfi.md: the same offsets in the window of mm, which may be another one. */
static int sip_child(struct thread *t, struct mm *mm, const struct clone_req *q)
{
	uint32_t tp = q->flags & CLONE_SETTLS ? (uint32_t)q->tls : sip_tp(thread_self());

	t->uregs->rsp = mm->base + (uint32_t)t->uregs->rsp;
	t->uregs->r14 = mm->base;
	/* A thread starts without frames; a process goes back through its parent's. */
	int r = q->flags & CLONE_THREAD
			? 0
			: sipframe_copy(t->tp, thread_self()->tp, thread_self()->window, mm->base);

	return r < 0 ? r : sip_thread_init(t, mm, tp, thread_self());
}

/* Frees what never ran. */
static void undo(struct thread *t, struct proc *c)
{
	tproc_free(t->tp);
	t->tp = NULL;
	thread_free(t);
	if (c != NULL) {
		proc_drop_resources(c);
		proc_release(c);
	}
}

static void store_tids(const struct clone_req *q, int tid)
{
	/* As in Linux a bad address here is the program's loss, not an error. */
	if (q->flags & CLONE_PARENT_SETTID)
		(void)put_user(uaddr(q->parent_tid), &tid);
	if (q->flags & CLONE_CHILD_SETTID)
		(void)put_user(uaddr(q->child_tid), &tid);
}

/* A descriptor of the child in its parent: its number, which *q->pidfd gets, or -errno. */
static int store_pidfd(const struct clone_req *q, struct proc *c)
{
	struct file *f;
	int r = pidfd_create(c, 0, &f);

	if (r < 0)
		return r;
	int fd = fd_install(f, O_CLOEXEC, 0);
	if (fd < 0) {
		file_put(f);
		return fd;
	}
	r = put_user(uaddr(q->pidfd), &fd); /* may block */
	if (r < 0)
		(void)fd_close(fd);
	return r < 0 ? r : fd;
}

/* The child's vfork_done is cleared, and q woken, when it leaves our memory. */
static void vfork_wait(int pid, struct waitq *q)
{
	for (;;) {
		struct proc *c = proc_find(pid);
		if (c == NULL || c->vfork_done != q)
			return;
		if (task_sleep_killable(q) < 0) {
			c = proc_find(pid);
			if (c != NULL && c->vfork_done == q)
				c->vfork_done = NULL;
			return;
		}
	}
}

long task_clone(const struct clone_req *q, const struct uregs *u)
{
	struct thread *self = thread_self();
	struct waitq vfork;
	struct proc *c = NULL;
	int pidfd = -1, r = check_flags(q);

	if (r < 0)
		return r;
	if (over_nproc(self->proc))
		return -EAGAIN;
	int tid = pid_alloc();
	if (tid < 0)
		return tid;
	struct thread *t = new_thread(q, u);
	if (t == NULL)
		return -EAGAIN;
	if (!(q->flags & CLONE_THREAD)) {
		r = new_process(q, tid, &c);
		if (r < 0) {
			undo(t, NULL);
			return r;
		}
	}
	if (self->sip != NULL) {
		r = sip_child(t, c != NULL ? c->mm : self->mm, q);
		if (r < 0) {
			undo(t, c);
			return r;
		}
	}
	if (q->flags & CLONE_PIDFD) {
		r = pidfd = store_pidfd(q, c);
		if (r < 0) {
			undo(t, c);
			return r;
		}
	}
	store_tids(q, tid); /* may block */
	if (self->tp->kill ||
		signal_pending(self)) { /* Linux: a signal comes before the new task */
		if (pidfd >= 0)
			(void)fd_close(pidfd);
		undo(t, c);
		return -ERESTARTNOINTR;
	}
	thread_attach(t, c != NULL ? c : self->proc, tid);
	if (c != NULL)
		proc_publish(c);
	waitq_init(&vfork);
	if (c != NULL && (q->flags & CLONE_VFORK))
		c->vfork_done = &vfork;
	thread_start_user(t);
	if (c != NULL && (q->flags & CLONE_VFORK))
		vfork_wait(tid, &vfork);
	return tid;
}
