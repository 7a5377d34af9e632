/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduling calls. One round-robin queue serves every thread: what is set here is kept and shown.
 */
#include "linux_errno.h"
#include "mem.h"
#include "plat.h"
#include "syscall.h"
#include "task.h"
#include "uaccess.h"

#define SCHED_OTHER         0
#define SCHED_FIFO          1
#define SCHED_RR            2
#define SCHED_BATCH         3
#define SCHED_IDLE          5
#define SCHED_RESET_ON_FORK 0x40000000
#define PRIO_PROCESS        0
#define PRIO_PGRP           1
#define PRIO_USER           2

static struct thread *target(int tid)
{
	return tid == 0 ? thread_self() : proc_find_thread(tid);
}

long sys_sched_yield(const struct sysargs *a)
{
	thread_yield();
	return 0;
}

static uint64_t vcpu_mask(void)
{
	return sched_vcpus() >= 64 ? ~0ull : (1ull << sched_vcpus()) - 1;
}

long sys_sched_setaffinity(const struct sysargs *a)
{
	uint64_t mask = 0;
	size_t len = a->v[1] < sizeof mask ? a->v[1] : sizeof mask;
	int r = copy_from_user(&mask, arg_addr(a, 2), len);
	struct thread *t = r < 0 ? NULL : target((int)a->v[0]);

	if (r < 0)
		return r;
	if (t == NULL)
		return -ESRCH;
	if ((mask & vcpu_mask()) == 0)
		return -EINVAL;
	t->tp->affinity = mask & vcpu_mask();
	return 0;
}

long sys_sched_getaffinity(const struct sysargs *a)
{
	struct thread *t = target((int)a->v[0]);

	if (a->v[1] < sizeof(uint64_t) || a->v[1] % sizeof(uint64_t) != 0)
		return -EINVAL;
	if (t == NULL)
		return -ESRCH;
	uint64_t mask = t->tp->affinity & vcpu_mask();
	int r = put_user(arg_addr(a, 2), &mask);
	return r < 0 ? r : (long)sizeof mask;
}

long sys_sched_setparam(const struct sysargs *a)
{
	int prio;
	int r = get_user(&prio, arg_addr(a, 1));

	if (r < 0)
		return r;
	if ((int)a->v[0] < 0 || prio != 0)
		return -EINVAL;
	return target((int)a->v[0]) == NULL ? -ESRCH : 0;
}

long sys_sched_getparam(const struct sysargs *a)
{
	int prio = 0;

	if ((int)a->v[0] < 0)
		return -EINVAL;
	if (target((int)a->v[0]) == NULL)
		return -ESRCH;
	return put_user(arg_addr(a, 1), &prio);
}

long sys_sched_setscheduler(const struct sysargs *a)
{
	int policy = (int)a->v[1] & ~SCHED_RESET_ON_FORK, prio;
	int r = get_user(&prio, arg_addr(a, 2));

	if (r < 0)
		return r;
	if ((int)a->v[0] < 0)
		return -EINVAL;
	if (target((int)a->v[0]) == NULL)
		return -ESRCH;
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		return prio >= 1 && prio <= 99 ? -EPERM : -EINVAL;
	if (policy != SCHED_OTHER && policy != SCHED_BATCH && policy != SCHED_IDLE)
		return -EINVAL;
	return prio == 0 ? 0 : -EINVAL;
}

long sys_sched_getscheduler(const struct sysargs *a)
{
	if ((int)a->v[0] < 0)
		return -EINVAL;
	return target((int)a->v[0]) == NULL ? -ESRCH : SCHED_OTHER;
}

static long priority_limit(int policy, long realtime)
{
	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		return realtime;
	case SCHED_OTHER:
	case SCHED_BATCH:
	case SCHED_IDLE:
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_sched_get_priority_max(const struct sysargs *a)
{
	return priority_limit((int)a->v[0], 99);
}

long sys_sched_get_priority_min(const struct sysargs *a)
{
	return priority_limit((int)a->v[0], 1);
}

long sys_getcpu(const struct sysargs *a)
{
	uint32_t cpu = plat_vcpu(), node = 0;
	int r = 0;

	if (a->v[0] != 0)
		r = put_user(arg_addr(a, 0), &cpu);
	if (r == 0 && a->v[1] != 0)
		r = put_user(arg_addr(a, 1), &node);
	return r;
}

static struct thread *prio_target(int which, int who)
{
	return which == PRIO_PROCESS && who != 0 ? proc_find_thread(who) : thread_self();
}

long sys_getpriority(const struct sysargs *a)
{
	if (a->v[0] > PRIO_USER)
		return -EINVAL;
	const struct thread *t = prio_target((int)a->v[0], (int)a->v[1]);
	return t == NULL ? -ESRCH : 20 - t->nice; /* the raw call's convention: getpriority(2) */
}

long sys_setpriority(const struct sysargs *a)
{
	int nice = (int)a->v[2];

	if (a->v[0] > PRIO_USER)
		return -EINVAL;
	struct thread *t = prio_target((int)a->v[0], (int)a->v[1]);
	if (t == NULL)
		return -ESRCH;
	nice = nice < -20 ? -20 : nice > 19 ? 19 : nice;
	if (nice < t->nice && !proc_privileged())
		return -EACCES;
	t->nice = nice;
	return 0;
}
