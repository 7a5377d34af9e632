/* SPDX-License-Identifier: Apache-2.0 */
/* Limits and accounting: getrlimit(2), getrusage(2), times(2). */
#include "linux_errno.h"
#include "layout.h"
#include "mem.h"
#include "syscall.h"
#include "task.h"
#include "uaccess.h"

#define NOFILE_CEILING (1u << 20) /* fs.nr_open */

static int set_limit(struct proc *p, unsigned which, const struct rlimit64 *new)
{
	struct rlimit64 *l = &p->rlim[which];

	if (new->cur > new->max)
		return -EINVAL;
	if (which == RLIMIT_NOFILE && new->max > NOFILE_CEILING)
		return -EPERM;
	if (new->max > l->max && !proc_privileged())
		return -EPERM;
	*l = *new;
	return 0;
}

long sys_getrlimit(const struct sysargs *a)
{
	if (a->v[0] >= RLIM_COUNT)
		return -EINVAL;
	struct rlimit64 l = proc_self()->rlim[a->v[0]];
	return put_user(arg_addr(a, 1), &l);
}

long sys_setrlimit(const struct sysargs *a)
{
	struct rlimit64 l;

	if (a->v[0] >= RLIM_COUNT)
		return -EINVAL;
	int r = get_user(&l, arg_addr(a, 1));
	return r < 0 ? r : set_limit(proc_self(), (unsigned)a->v[0], &l);
}

long sys_prlimit64(const struct sysargs *a)
{
	int pid = (int)a->v[0];
	struct rlimit64 new, old;
	int r = 0;

	if (a->v[1] >= RLIM_COUNT)
		return -EINVAL;
	if (a->v[2] != 0)
		r = get_user(&new, arg_addr(a, 2));
	if (r < 0)
		return r;
	struct proc *p = pid == 0 ? proc_self() : proc_find(pid); /* after what may block */
	if (p == NULL)
		return -ESRCH;
	if (p != proc_self() && !proc_privileged() && p->uid != proc_self()->uid)
		return -EPERM;
	old = p->rlim[a->v[1]];
	if (a->v[2] != 0)
		r = set_limit(p, (unsigned)a->v[1], &new);
	if (r == 0 && a->v[3] != 0)
		r = put_user(arg_addr(a, 3), &old);
	return r;
}

static struct linux_timeval to_tv(uint64_t ns)
{
	return (struct linux_timeval){
		(int64_t)(ns / 1000000000u), (int64_t)(ns % 1000000000u / 1000u)};
}

long sys_getrusage(const struct sysargs *a)
{
	const struct proc *p = proc_self();
	struct linux_rusage ru;

	switch ((int)a->v[0]) {
	case RUSAGE_SELF:
		rusage_self(p, &ru);
		break;
	case RUSAGE_THREAD:
		rusage_self(p, &ru);
		ru.utime = to_tv(thread_self()->cpu_ns + time_mono() - thread_self()->started_ns);
		break;
	case RUSAGE_CHILDREN:
		memset(&ru, 0, sizeof ru);
		ru.utime = to_tv(p->cutime_ns);
		ru.stime = to_tv(p->cstime_ns);
		ru.maxrss = (int64_t)(p->child_max_pages * (PAGE_SIZE / 1024));
		break;
	default:
		return -EINVAL;
	}
	return put_user(arg_addr(a, 1), &ru);
}

static int64_t ticks(uint64_t ns)
{
	return (int64_t)(ns / (1000000000u / LINUX_HZ));
}

long sys_times(const struct sysargs *a)
{
	const struct proc *p = proc_self();
	const struct linux_tms t = {
		.utime = ticks(proc_cpu_ns(p)),
		.cutime = ticks(p->cutime_ns),
		.cstime = ticks(p->cstime_ns),
	};

	if (a->v[0] != 0) {
		int r = put_user(arg_addr(a, 0), &t);
		if (r < 0)
			return r;
	}
	return ticks(time_mono());
}
