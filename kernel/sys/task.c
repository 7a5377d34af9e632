/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about processes: clone, execve, exit, wait, groups and sessions, prctl. */
#include "file.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "linux_fs.h"
#include "mem.h"
#include "mm.h"
#include "plat.h"
#include "syscall.h"
#include "sip.h"
#include "pidfd.h"
#include "task.h"
#include "tty.h"
#include "uaccess.h"

#define CAP_LAST 40

long sys_getpid(const struct sysargs *a)
{
	return proc_self()->pid;
}

long sys_gettid(const struct sysargs *a)
{
	return thread_self()->tid;
}

long sys_getppid(const struct sysargs *a)
{
	return proc_self()->ppid;
}

long sys_getpgrp(const struct sysargs *a)
{
	return proc_self()->pgid;
}

/* ---- clone ---- */

long sys_clone(const struct sysargs *a)
{
	const struct clone_req q = {
		.flags = (uint32_t)a->v[0] & ~CSIGNAL & ~CLONE_DETACHED,
		.exit_signal = (int)(a->v[0] & CSIGNAL),
		.stack = a->v[1],
		.parent_tid = a->v[2],
		.child_tid = a->v[3],
		.tls = a->v[4],
		.pidfd = a->v[2],
	};

	/* One argument cannot be two addresses; the flag that was ignored is taken for a mistake. */
	if ((q.flags & CLONE_PIDFD) && (a->v[0] & (CLONE_PARENT_SETTID | CLONE_DETACHED)))
		return -EINVAL;
	return task_clone(&q, a->u);
}

long sys_fork(const struct sysargs *a)
{
	const struct clone_req q = {.exit_signal = SIGCHLD};

	return task_clone(&q, a->u);
}

long sys_vfork(const struct sysargs *a)
{
	const struct clone_req q = {.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD};

	return task_clone(&q, a->u);
}

/* A structure that may grow: what the program has beyond ours must be zero (clone3(2)). */
static int copy_struct(void *dst, size_t size, uaddr_t src, uint64_t usize)
{
	size_t n = usize < size ? usize : size;
	int r = copy_from_user(dst, src, n);

	for (uint64_t i = size; r == 0 && i < usize; i++) {
		uint8_t byte;
		r = get_user(&byte, uaddr_add(src, i));
		if (r == 0 && byte != 0)
			r = -E2BIG;
	}
	return r;
}

long sys_clone3(const struct sysargs *a)
{
	struct linux_clone_args c = {0};
	uint64_t size = a->v[1];

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	int r = copy_struct(&c, sizeof c, arg_addr(a, 0), size);
	if (r < 0)
		return r;
	if ((c.flags & (CSIGNAL | CLONE_DETACHED)) || c.exit_signal > NSIG)
		return -EINVAL;
	if ((c.flags & (CLONE_THREAD | CLONE_PARENT)) && c.exit_signal != 0)
		return -EINVAL;
	if (c.set_tid != 0 || c.set_tid_size != 0)
		return -EINVAL;
	if ((c.stack == 0) != (c.stack_size == 0) || c.stack + c.stack_size < c.stack)
		return -EINVAL;
	const struct clone_req q = {
		.flags = c.flags,
		.exit_signal = (int)c.exit_signal,
		.stack = c.stack + c.stack_size,
		.parent_tid = c.parent_tid,
		.child_tid = c.child_tid,
		.tls = c.tls,
		.pidfd = c.pidfd,
	};
	return task_clone(&q, a->u);
}

long sys_set_tid_address(const struct sysargs *a)
{
	tproc_self()->clear_child_tid = a->v[0];
	return thread_self()->tid;
}

/* ---- execve ---- */

static long exec(int dirfd, uaddr_t upath, uint64_t argv, uint64_t envp, int flags, struct uregs *u)
{
	char *path = kmalloc(HC_PATH_MAX);

	if (path == NULL)
		return -ENOMEM;
	long n = strncpy_from_user(path, upath, HC_PATH_MAX);
	if (n == 0 && !(flags & AT_EMPTY_PATH))
		n = -ENOENT;
	if (n < 0) {
		kfree(path);
		return n;
	}
	return task_exec(dirfd, path, argv, envp, flags, u);
}

long sys_execve(const struct sysargs *a)
{
	return exec(AT_FDCWD, arg_addr(a, 0), a->v[1], a->v[2], 0, a->u);
}

long sys_execveat(const struct sysargs *a)
{
	int flags = (int)a->v[4];

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return exec((int)a->v[0], arg_addr(a, 1), a->v[2], a->v[3], flags, a->u);
}

/* ---- exit and wait ---- */

long sys_exit(const struct sysargs *a)
{
	task_exit((int)(a->v[0] & 0xff) << 8);
}

long sys_exit_group(const struct sysargs *a)
{
	task_exit_group((int)(a->v[0] & 0xff) << 8);
}

long sys_wait4(const struct sysargs *a)
{
	int pid = (int)a->v[0];
	unsigned options = (unsigned)a->v[2];
	struct wait_res res;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | LWNOTHREAD | LWALL | LWCLONE))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	const struct wait_req q = {
		.which = pid > 0     ? P_PID
			 : pid == -1 ? P_ALL
				     : P_PGID,
		.id = pid > 0    ? pid
		      : pid == 0 ? proc_self()->pgid
				 : -pid,
		.options = options | WEXITED,
	};
	int r = task_wait(&q, &res);
	if (r < 0 || res.pid == 0)
		return r;
	if (a->v[1] != 0)
		r = put_user(arg_addr(a, 1), &res.status);
	if (r == 0 && a->v[3] != 0)
		r = put_user(arg_addr(a, 3), &res.ru);
	return r < 0 ? r : res.pid;
}

static int put_waitid(uaddr_t to, const struct wait_res *res)
{
	struct linux_siginfo si = {0};

	if (res->pid != 0) {
		si.signo = SIGCHLD;
		si.code = res->code;
		si.u.chld.pid = res->pid;
		si.u.chld.uid = (uint32_t)res->uid;
		si.u.chld.status = res->code == CLD_EXITED      ? res->status >> 8 & 0xff
				   : res->code == CLD_STOPPED   ? res->status >> 8
				   : res->code == CLD_CONTINUED ? SIGCONT
								: res->status & 0x7f;
	}
	/* Linux fills only the fields above; the rest of the user's siginfo stays as it is. */
	return copy_to_user(to, &si, offsetof(struct linux_siginfo, u.chld.pad));
}

/* A pidfd as the process it stands for; a nonblocking one only polls (pidfd_open(2)). */
static int pidfd_request(struct wait_req *q, bool *poll)
{
	struct file *f = fd_get(q->id);
	struct proc *p;

	if (f == NULL)
		return -EBADF;
	int r = pidfd_proc(f, &p);
	if (r == 0) {
		*poll = (f->flags & O_NONBLOCK) && !(q->options & WNOHANG);
		q->which = P_PID;
		q->id = p->pid;
		q->options |= *poll ? WNOHANG : 0;
	}
	file_put(f);
	return r == -ESRCH ? -ECHILD : r;
}

long sys_waitid(const struct sysargs *a)
{
	int which = (int)a->v[0], id = (int)a->v[1];
	unsigned options = (unsigned)a->v[3];
	struct wait_res res;

	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | LWNOTHREAD | LWALL |
			      LWCLONE))
		return -EINVAL;
	if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (which == P_PGID && id == 0)
		id = proc_self()->pgid;
	if ((which != P_ALL && which != P_PID && which != P_PGID && which != P_PIDFD) ||
		(which == P_PIDFD ? id < 0 : which != P_ALL && id <= 0))
		return -EINVAL;
	struct wait_req q = {.which = which, .id = id, .options = options};
	bool poll = false;
	int r = which == P_PIDFD ? pidfd_request(&q, &poll) : 0;
	if (r == 0)
		r = task_wait(&q, &res);
	if (r < 0)
		return r;
	if (poll && res.pid == 0)
		return -EAGAIN;
	if (a->v[2] != 0)
		r = put_waitid(arg_addr(a, 2), &res);
	if (r == 0 && a->v[4] != 0 && res.pid != 0)
		r = put_user(arg_addr(a, 4), &res.ru);
	return r;
}

/* ---- groups and sessions: setpgid(2), setsid(2) ---- */

static bool group_in_session(int pgid, int sid)
{
	list_for_each(l, &proc_list)
	{
		const struct proc *p = container_of(l, struct proc, all_link);
		if (p->pgid == pgid && p->sid == sid)
			return true;
	}
	return false;
}

long sys_setpgid(const struct sysargs *a)
{
	struct proc *me = proc_self();
	int pid = (int)a->v[0], pgid = (int)a->v[1];
	struct proc *p = pid == 0 ? me : proc_find(pid);

	if (pgid < 0)
		return -EINVAL;
	if (p == NULL || (p != me && p->parent != me))
		return -ESRCH;
	if (p != me && p->sid != me->sid)
		return -EPERM;
	if (p != me && p->execed)
		return -EACCES;
	if (p->sid == p->pid)
		return -EPERM;
	if (pgid == 0)
		pgid = p->pid;
	if (pgid != p->pid && !group_in_session(pgid, me->sid))
		return -EPERM;
	p->pgid = pgid;
	return 0;
}

long sys_getpgid(const struct sysargs *a)
{
	const struct proc *p = a->v[0] == 0 ? proc_self() : proc_find((int)a->v[0]);

	return p == NULL ? -ESRCH : p->pgid;
}

long sys_getsid(const struct sysargs *a)
{
	const struct proc *p = a->v[0] == 0 ? proc_self() : proc_find((int)a->v[0]);

	return p == NULL ? -ESRCH : p->sid;
}

long sys_setsid(const struct sysargs *a)
{
	struct proc *p = proc_self();
	struct tty *tty = p->ctty;

	if (p->pgid == p->pid)
		return -EPERM;
	list_for_each(l, &proc_list) if (container_of(l, struct proc, all_link)->pgid ==
					 p->pid) return -EPERM;
	p->sid = p->pgid = p->pid;
	p->ctty = NULL;
	p->tty_old_pgrp = 0;
	tty_put(tty);
	return p->pid;
}

/* ---- prctl ---- */

static long set_name(uaddr_t from)
{
	char name[16];
	long n = strncpy_from_user(name, from, sizeof name - 1);

	if (n == -ENAMETOOLONG)
		n = copy_from_user(name, from, sizeof name - 1);
	if (n < 0)
		return n;
	name[sizeof name - 1] = '\0';
	thread_rename(thread_self(), name);
	return 0;
}

static long prctl_get(struct proc *p, int op, uaddr_t to)
{
	int val;

	switch (op) {
	case PR_GET_NAME:
		return copy_to_user(to, tproc_self()->comm, sizeof tproc_self()->comm);
	case PR_GET_PDEATHSIG:
		return put_user(to, &p->pdeath_sig);
	case PR_GET_CHILD_SUBREAPER:
		val = p->subreaper;
		return put_user(to, &val);
	case PR_GET_TSC:
		val = 1; /* PR_TSC_ENABLE */
		return put_user(to, &val);
	case PR_GET_DUMPABLE:
		return !p->not_dumpable;
	case PR_GET_NO_NEW_PRIVS:
		return p->no_new_privs;
	case PR_GET_TIMERSLACK:
		return (long)p->timer_slack_ns;
	case PR_CAPBSET_READ:
		return to.v <= CAP_LAST ? 1 : -EINVAL;
	case PR_GET_KEEPCAPS:
	case PR_GET_SECCOMP:
	case PR_GET_THP_DISABLE:
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_prctl(const struct sysargs *a)
{
	struct proc *p = proc_self();
	uint64_t v = a->v[1];

	switch ((int)a->v[0]) {
	case PR_SET_NAME:
		return set_name(uaddr(v));
	case PR_SET_PDEATHSIG:
		if (v > NSIG)
			return -EINVAL;
		p->pdeath_sig = (int)v;
		return 0;
	case PR_SET_DUMPABLE:
		if (v > 1)
			return -EINVAL;
		p->not_dumpable = v == 0;
		return 0;
	case PR_SET_NO_NEW_PRIVS:
		if (v != 1 || a->v[2] != 0 || a->v[3] != 0 || a->v[4] != 0)
			return -EINVAL;
		p->no_new_privs = true;
		return 0;
	case PR_SET_CHILD_SUBREAPER:
		p->subreaper = v != 0;
		return 0;
	case PR_SET_TIMERSLACK:
		p->timer_slack_ns = v != 0 ? v : 50000;
		return 0;
	case PR_SET_KEEPCAPS:
		return v > 1 ? -EINVAL : 0;
	case PR_CAPBSET_DROP:
		return p->euid != 0 ? -EPERM : v <= CAP_LAST ? 0 : -EINVAL;
	default:
		return prctl_get(p, (int)a->v[0], uaddr(v));
	}
}

long sys_arch_prctl(const struct sysargs *a)
{
	struct thread *t = thread_self();
	uint64_t base;

	switch (a->v[0]) {
	case ARCH_SET_FS:
		if (t->sip != NULL) {
			sip_set_tp(t, (uint32_t)a->v[1]);
			return 0;
		}
		if (a->v[1] >= ELRANGE_SIZE)
			return -EPERM; /* WRFSBASE would fault on a non-canonical address */
		plat_set_fsbase(a->v[1]);
		return 0;
	case ARCH_GET_FS:
		base = t->sip != NULL ? sip_tp(t) : plat_fsbase();
		return put_user(arg_addr(a, 1), &base);
	case ARCH_GET_CPUID:
		return 1;
	case ARCH_SET_CPUID:
		return a->v[1] != 0 ? 0 : -ENODEV;
	default:
		return -EINVAL;
	}
}
