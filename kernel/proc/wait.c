/* SPDX-License-Identifier: Apache-2.0 */
/* wait4(2), waitid(2): which child, what happened to it, what it used. Kernel lock held. */
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "mem.h"
#include "mm.h"
#include "task.h"

static struct linux_timeval ns_to_tv(uint64_t ns)
{
	return (struct linux_timeval){
		(int64_t)(ns / 1000000000u), (int64_t)(ns % 1000000000u / 1000u)};
}

void rusage_self(const struct proc *p, struct linux_rusage *ru)
{
	uint64_t pages = p->max_pages;

	if (p->mm != NULL && p->mm->committed > pages)
		pages = p->mm->committed;
	memset(ru, 0, sizeof *ru);
	ru->utime = ns_to_tv(proc_cpu_ns(p)); /* system time is not told apart */
	ru->maxrss = (int64_t)(pages * (PAGE_SIZE / 1024));
}

static bool eligible(const struct wait_req *q, const struct proc *c)
{
	if (q->which == P_PID && c->pid != q->id)
		return false;
	if (q->which == P_PGID && c->pgid != q->id)
		return false;
	if (q->options & LWALL)
		return true;
	return (c->exit_signal != SIGCHLD) == ((q->options & LWCLONE) != 0);
}

static void fill(struct wait_res *r, const struct proc *c, int code, int status)
{
	r->pid = c->pid;
	r->uid = (int)c->uid;
	r->code = code;
	r->status = status;
	rusage_self(c, &r->ru);
	struct linux_timeval kids = ns_to_tv(c->cutime_ns);
	r->ru.utime.sec += kids.sec;
	r->ru.utime.usec += kids.usec;
	if (r->ru.utime.usec >= 1000000) {
		r->ru.utime.usec -= 1000000;
		r->ru.utime.sec++;
	}
}

static void reap(struct proc *c)
{
	struct proc *p = c->parent;

	p->cutime_ns += proc_cpu_ns(c) + c->cutime_ns;
	p->cstime_ns += c->stime_ns + c->cstime_ns;
	uint64_t pages = c->max_pages > c->child_max_pages ? c->max_pages : c->child_max_pages;
	if (pages > p->child_max_pages)
		p->child_max_pages = pages;
	proc_release(c);
}

/* Has c something to report that q asks for? Takes the report unless WNOWAIT. */
static bool report(struct proc *c, const struct wait_req *q, struct wait_res *r)
{
	bool keep = (q->options & WNOWAIT) != 0;

	if (c->state == P_ZOMBIE) {
		if (!(q->options & WEXITED))
			return false;
		int st = c->exit_status;
		int code = (st & 0x7f) == 0 ? CLD_EXITED : st & 0x80 ? CLD_DUMPED : CLD_KILLED;
		fill(r, c, code, st);
		if (!keep)
			reap(c);
		return true;
	}
	if ((q->options & WSTOPPED) && c->state == P_STOPPED && c->stop_report) {
		fill(r, c, CLD_STOPPED, c->stop_sig << 8 | 0x7f);
		c->stop_report = keep;
		return true;
	}
	if ((q->options & WCONTINUED) && c->cont_report) {
		fill(r, c, CLD_CONTINUED, 0xffff);
		c->cont_report = keep;
		return true;
	}
	return false;
}

int task_wait(const struct wait_req *q, struct wait_res *r)
{
	struct proc *p = proc_self();

	memset(r, 0, sizeof *r);
	for (;;) {
		bool any = false;

		list_for_each_safe(l, next, &p->children)
		{
			struct proc *c = container_of(l, struct proc, sibling);
			if (!eligible(q, c))
				continue;
			any = true;
			if (report(c, q, r))
				return 0;
		}
		if (!any)
			return -ECHILD;
		if (q->options & WNOHANG)
			return 0;
		if (waitq_sleep(&p->child_wait, NO_DEADLINE, true) == -EINTR)
			return -ERESTARTSYS;
	}
}
