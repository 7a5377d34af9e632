/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of processes and threads: numbers, look-up, creation and release of their structs.
 * What happens in a life (clone, exec, exit, wait) is in the files named so.
 */
#include "proc.h"
#include "file.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "mm.h"
#include "pidfd.h"
#include "sipframe.h"
#include "task.h"
#include "tty.h"

#define PID_BUCKETS 256u
#define PID_WRAP    300 /* numbers below are not reused, as in Linux */

struct list proc_list = {&proc_list, &proc_list};
static struct list pids[PID_BUCKETS], tids[PID_BUCKETS];
static int last_pid;
static unsigned nprocs, ran_total;

static struct list *bucket(struct list *table, int n)
{
	struct list *b = &table[(unsigned)n % PID_BUCKETS];

	if (b->next == NULL)
		list_init(b);
	return b;
}

struct proc *proc_find(int pid)
{
	list_for_each(l, bucket(pids, pid))
	{
		struct proc *p = container_of(l, struct proc, pid_link);
		if (p->pid == pid)
			return p;
	}
	return NULL;
}

struct thread *proc_find_thread(int tid)
{
	list_for_each(l, bucket(tids, tid))
	{
		struct tproc *tp = container_of(l, struct tproc, tid_link);
		if (tp->thread->tid == tid)
			return tp->thread;
	}
	return NULL;
}

/* A number stays taken while it names a thread, a process, a group or a session. */
static bool pid_in_use(int n)
{
	if (proc_find(n) != NULL || proc_find_thread(n) != NULL)
		return true;
	list_for_each(l, &proc_list)
	{
		struct proc *p = container_of(l, struct proc, all_link);
		if (p->pgid == n || p->sid == n)
			return true;
	}
	return false;
}

int pid_alloc(void)
{
	for (int tries = 0; tries < PID_MAX; tries++) {
		last_pid = last_pid >= PID_MAX - 1 ? PID_WRAP : last_pid + 1;
		if (!pid_in_use(last_pid))
			return last_pid;
	}
	return -EAGAIN;
}

unsigned proc_count(void)
{
	return nprocs;
}

unsigned proc_ran_total(void)
{
	return ran_total;
}

int proc_self_pid(void)
{
	const struct proc *p = proc_self();

	return p != NULL ? p->pid : 0;
}

struct proc *proc_init(void)
{
	return proc_find(1);
}

unsigned proc_foreach(bool (*fn)(struct proc *p, void *arg), void *arg)
{
	unsigned n = 0;

	list_for_each_safe(l, next, &proc_list) n +=
		fn(container_of(l, struct proc, all_link), arg);
	return n;
}

static void limits_default(struct proc *p)
{
	for (unsigned i = 0; i < RLIM_COUNT; i++)
		p->rlim[i] = (struct rlimit64){RLIM_INFINITY, RLIM_INFINITY};
	p->rlim[RLIMIT_STACK].cur = 8u << 20;
	p->rlim[RLIMIT_CORE].cur = 0;
	p->rlim[RLIMIT_NOFILE] = (struct rlimit64){1024, 1u << 20};
	p->rlim[RLIMIT_MEMLOCK] = (struct rlimit64){8u << 20, 8u << 20};
	p->rlim[RLIMIT_MSGQUEUE] = (struct rlimit64){819200, 819200};
	p->rlim[RLIMIT_NICE] = (struct rlimit64){0, 0};
	p->rlim[RLIMIT_RTPRIO] = (struct rlimit64){0, 0};
}

static void inherit(struct proc *p, const struct proc *from)
{
	p->pgid = from->pgid;
	p->sid = from->sid;
	p->uid = from->uid;
	p->euid = from->euid;
	p->suid = from->suid;
	p->gid = from->gid;
	p->egid = from->egid;
	p->sgid = from->sgid;
	p->ngroups = from->ngroups;
	memcpy(p->groups, from->groups, sizeof p->groups);
	memcpy(p->rlim, from->rlim, sizeof p->rlim);
	memcpy(p->comm, from->comm, sizeof p->comm);
	p->no_new_privs = from->no_new_privs;
	p->not_dumpable = from->not_dumpable;
	p->timer_slack_ns = from->timer_slack_ns;
	if (from->ctty != NULL)
		p->ctty = tty_get(from->ctty);
}

struct proc *proc_new(struct proc *parent, int pid)
{
	struct proc *p = kzalloc(sizeof *p);

	if (p == NULL)
		return NULL;
	p->pid = pid;
	p->parent = parent;
	list_init(&p->children);
	list_init(&p->sibling);
	list_init(&p->all_link);
	list_init(&p->pid_link);
	list_init(&p->threads);
	waitq_init(&p->child_wait);
	waitq_init(&p->signalfd_wait);
	waitq_init(&p->thread_gone);
	waitq_init(&p->cont_wait);
	sigpend_init(&p->pending);
	timers_init(p);
	p->start_ns = time_mono();
	if (parent != NULL) {
		inherit(p, parent);
	} else {
		p->pgid = p->sid = pid;
		p->timer_slack_ns = 50000;
		limits_default(p);
	}
	return p;
}

void proc_publish(struct proc *p)
{
	struct list *pos = &proc_list;

	while (pos->prev != &proc_list &&
		container_of(pos->prev, struct proc, all_link)->pid > p->pid)
		pos = pos->prev;
	list_insert_before(pos, &p->all_link);
	list_push_back(bucket(pids, p->pid), &p->pid_link);
	if (p->parent != NULL) {
		p->ppid = p->parent->pid;
		list_push_back(&p->parent->children, &p->sibling);
	}
	if (p->pid > last_pid)
		last_pid = p->pid;
	nprocs++;
	ran_total++;
}

void proc_drop_resources(struct proc *p)
{
	/* Each field is cleared before the put, which may block: nobody finds what is going. */
	struct fdtable *files = p->files;
	struct fsctx *fs = p->fs;
	struct mm *mm = p->mm;
	struct tty *ctty = p->ctty;
	struct sigstate *sig = p->sig;

	p->files = NULL;
	if (files != NULL)
		fdtable_put(files);
	p->fs = NULL;
	if (fs != NULL)
		fsctx_put(fs);
	p->ctty = NULL;
	tty_put(ctty);
	proc_set_mm(p, NULL);
	if (mm != NULL)
		mm_put(mm);
	p->sig = NULL;
	if (sig != NULL)
		sigstate_put(sig);
}

void proc_release(struct proc *p)
{
	if (!list_empty(&p->all_link)) {
		list_del(&p->all_link);
		list_del(&p->pid_link);
		nprocs--;
	}
	list_del(&p->sibling);
	sigpend_flush(&p->pending, ~0ull);
	timers_drop(p, false);
	pidfd_gone(p);
	/* An epoll instance that a child has too may still watch a signalfd here. */
	while (!list_empty(&p->signalfd_wait.waiters))
		list_del(p->signalfd_wait.waiters.next);
	kfree(p);
}

struct tproc *tproc_new(struct thread *t, const struct tproc *from)
{
	struct tproc *tp = kzalloc(sizeof *tp);

	if (tp == NULL)
		return NULL;
	tp->thread = t;
	list_init(&tp->tid_link);
	sigpend_init(&tp->pending);
	tp->altstack.flags = SS_DISABLE;
	tp->affinity = ~0ull;
	if (from != NULL) {
		tp->blocked = from->restore_mask ? from->saved_blocked : from->blocked;
		tp->affinity = from->affinity;
		memcpy(tp->comm, from->comm, sizeof tp->comm);
	}
	return tp;
}

void tproc_free(struct tproc *tp)
{
	sigpend_flush(&tp->pending, ~0ull);
	sipframe_drop(tp);
	kfree(tp);
}

void thread_attach(struct thread *t, struct proc *p, int tid)
{
	t->proc = p;
	t->mm = p->mm;
	t->tid = tid;
	list_push_back(&p->threads, &t->proc_link);
	list_push_back(bucket(tids, tid), &t->tp->tid_link);
	p->nthreads++;
}

/* The proc pointer stays: the thread may still run on behalf of its process. */
void thread_detach(struct thread *t)
{
	list_del(&t->proc_link);
	list_del(&t->tp->tid_link);
	t->proc->nthreads--;
}

void thread_rename(struct thread *t, const char *comm)
{
	memset(t->tp->comm, 0, sizeof t->tp->comm);
	strlcpy(t->tp->comm, comm, sizeof t->tp->comm);
	if (t->tid == t->proc->pid)
		memcpy(t->proc->comm, t->tp->comm, sizeof t->proc->comm);
}

const char *thread_comm(const struct thread *t)
{
	return t->tp != NULL ? t->tp->comm : "kernel";
}

void proc_set_mm(struct proc *p, struct mm *mm)
{
	p->mm = mm;
	list_for_each(l, &p->threads) container_of(l, struct thread, proc_link)->mm = mm;
}

uint64_t proc_cpu_ns(const struct proc *p)
{
	uint64_t ns = p->utime_ns + p->stime_ns;

	list_for_each(l, &p->threads)
	{
		const struct thread *t = container_of(l, struct thread, proc_link);
		ns += t->cpu_ns;
		if (t->state == T_RUNNING) {
			uint64_t now = time_mono();
			ns += now > t->started_ns ? now - t->started_ns : 0;
		}
	}
	return ns;
}
