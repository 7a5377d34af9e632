/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, sleeping and timers: clock_gettime(2), nanosleep(2), setitimer(2), timer_create(2). */
#include "timer.h"
#include "linux_errno.h"
#include "linux_time.h"
#include "syscall.h"
#include "task.h"
#include "uaccess.h"

#define SEC_MAX   ((int64_t)4 << 30) /* beyond it a sleep is for ever; keeps ns in 64 bits */
#define COARSE_NS 4000000            /* what Linux says at 250 Hz */

static struct linux_timespec to_ts(uint64_t ns)
{
	return (struct linux_timespec){
		(int64_t)(ns / (uint64_t)NSEC_PER_SEC), (int64_t)(ns % (uint64_t)NSEC_PER_SEC)};
}

static struct linux_timeval to_tv(uint64_t ns)
{
	return (struct linux_timeval){(int64_t)(ns / (uint64_t)NSEC_PER_SEC),
		(int64_t)(ns % (uint64_t)NSEC_PER_SEC / 1000u)};
}

/* ns, or -EINVAL; a time too far to represent becomes a far one. */
static int from_ts(const struct linux_timespec *ts, uint64_t *ns)
{
	if (ts->sec < 0 || ts->nsec < 0 || ts->nsec >= NSEC_PER_SEC)
		return -EINVAL;
	int64_t sec = ts->sec < SEC_MAX ? ts->sec : SEC_MAX;
	*ns = (uint64_t)sec * (uint64_t)NSEC_PER_SEC + (uint64_t)ts->nsec;
	return 0;
}

static int from_tv(const struct linux_timeval *tv, uint64_t *ns)
{
	const struct linux_timespec ts = {tv->sec, tv->usec * 1000};

	if (tv->usec < 0 || tv->usec >= 1000000)
		return -EINVAL;
	return from_ts(&ts, ns);
}

static int clock_now(int clock, uint64_t *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI:
		*ns = time_real();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns = time_mono();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		*ns = proc_cpu_ns(proc_self());
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*ns = thread_self()->cpu_ns + (time_mono() - thread_self()->started_ns);
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_clock_gettime(const struct sysargs *a)
{
	uint64_t ns;
	int r = clock_now((int)a->v[0], &ns);

	if (r < 0)
		return r;
	const struct linux_timespec ts = to_ts(ns);
	return put_user(arg_addr(a, 1), &ts);
}

long sys_clock_getres(const struct sysargs *a)
{
	int clock = (int)a->v[0];
	bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
	const struct linux_timespec ts = {0, coarse ? COARSE_NS : 1};
	uint64_t ns;
	int r = clock_now(clock, &ns);

	return r < 0 || a->v[1] == 0 ? r : put_user(arg_addr(a, 1), &ts);
}

long sys_clock_settime(const struct sysargs *a)
{
	return -EPERM;
}

long sys_gettimeofday(const struct sysargs *a)
{
	const struct linux_timeval tv = to_tv(time_real());
	const int32_t utc[2] = {0, 0};
	int r = 0;

	if (a->v[0] != 0)
		r = put_user(arg_addr(a, 0), &tv);
	if (r == 0 && a->v[1] != 0)
		r = copy_to_user(arg_addr(a, 1), utc, sizeof utc);
	return r;
}

long sys_time(const struct sysargs *a)
{
	int64_t now = (int64_t)(time_real() / (uint64_t)NSEC_PER_SEC);
	int r = a->v[0] != 0 ? put_user(arg_addr(a, 0), &now) : 0;

	return r < 0 ? r : now;
}

/* ---- sleeping ---- */

static int sleep_until(uint64_t deadline)
{
	for (;;) {
		int r = thread_sleep(deadline, true);
		if (r != 0) /* a wake-up without reason is slept over */
			return r == -ETIMEDOUT ? 0 : r;
	}
}

/* The rest of an interrupted relative sleep goes to the user. */
static long interrupted(uint64_t deadline, uint64_t rem)
{
	uint64_t now = time_mono();
	const struct linux_timespec ts = to_ts(deadline > now ? deadline - now : 0);

	if (rem != 0 && put_user(uaddr(rem), &ts) < 0)
		return -EFAULT;
	return -ERESTART_RESTARTBLOCK;
}

static long sleep_again(struct thread *t)
{
	uint64_t deadline = t->tp->restart.arg[0];

	return sleep_until(deadline) == 0 ? 0 : interrupted(deadline, t->tp->restart.arg[1]);
}

static long sleep_relative(uint64_t ns, uint64_t rem)
{
	uint64_t deadline = time_mono() + ns;

	if (sleep_until(deadline) == 0)
		return 0;
	tproc_self()->restart = (struct restart){sleep_again, {deadline, rem}};
	return interrupted(deadline, rem);
}

long sys_nanosleep(const struct sysargs *a)
{
	struct linux_timespec ts;
	uint64_t ns;
	int r = get_user(&ts, arg_addr(a, 0));

	if (r == 0)
		r = from_ts(&ts, &ns);
	return r < 0 ? r : sleep_relative(ns, a->v[1]);
}

long sys_clock_nanosleep(const struct sysargs *a)
{
	int clock = (int)a->v[0];
	struct linux_timespec ts;
	uint64_t ns, now;
	int r = get_user(&ts, arg_addr(a, 2));

	if (clock == CLOCK_THREAD_CPUTIME_ID)
		return -EINVAL;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME &&
		clock != CLOCK_TAI)
		return clock_now(clock, &now) < 0 ? -EINVAL : -EOPNOTSUPP;
	if (r == 0)
		r = from_ts(&ts, &ns);
	if (r < 0)
		return r;
	if (!(a->v[1] & TIMER_ABSTIME))
		return sleep_relative(ns, a->v[3]);
	(void)clock_now(clock, &now); /* one of those above */
	if (ns <= now)
		return 0;
	return sleep_until(time_mono() + (ns - now)) == 0 ? 0 : -ERESTARTNOHAND;
}

/* ---- interval timers ---- */

long sys_alarm(const struct sysargs *a)
{
	struct proc *p = proc_self();
	uint64_t value, interval;

	itimer_real_get(p, &value, &interval);
	itimer_real_set(p, (uint64_t)(uint32_t)a->v[0] * (uint64_t)NSEC_PER_SEC, 0);
	uint64_t sec = (value + (uint64_t)NSEC_PER_SEC / 2) / (uint64_t)NSEC_PER_SEC;
	return value != 0 && sec == 0 ? 1 : (long)sec;
}

static long put_itimer(uaddr_t to)
{
	uint64_t value, interval;

	itimer_real_get(proc_self(), &value, &interval);
	const struct linux_itimerval it = {to_tv(interval), to_tv(value)};
	return put_user(to, &it);
}

long sys_getitimer(const struct sysargs *a)
{
	static const struct linux_itimerval off;

	if (a->v[0] > ITIMER_PROF)
		return -EINVAL;
	return a->v[0] == ITIMER_REAL ? put_itimer(arg_addr(a, 1)) : put_user(arg_addr(a, 1), &off);
}

long sys_setitimer(const struct sysargs *a)
{
	struct linux_itimerval it = {{0, 0}, {0, 0}};
	uint64_t value = 0, interval = 0;
	int r = a->v[1] != 0 ? get_user(&it, arg_addr(a, 1)) : 0;

	if (a->v[0] != ITIMER_REAL)
		return -EINVAL;
	if (r == 0)
		r = from_tv(&it.value, &value);
	if (r == 0)
		r = from_tv(&it.interval, &interval);
	if (r == 0 && a->v[2] != 0)
		r = (int)put_itimer(arg_addr(a, 2));
	if (r < 0)
		return r;
	itimer_real_set(proc_self(), value, interval);
	return 0;
}

long sys_timer_create(const struct sysargs *a)
{
	struct linux_sigevent ev = {.notify = SIGEV_SIGNAL, .signo = SIGALRM};
	int r = a->v[1] != 0 ? get_user(&ev, arg_addr(a, 1)) : 0;

	if (r < 0)
		return r;
	int id = ptimer_create((int)a->v[0], &ev);
	if (id < 0)
		return id;
	if (a->v[1] == 0)
		ptimer_set_value(id, (uint64_t)id); /* the default sigev_value is the id */
	r = put_user(arg_addr(a, 2), &id);
	if (r < 0)
		(void)ptimer_delete(id);
	return r;
}

static long put_timer(int id, uaddr_t to)
{
	uint64_t value, interval;
	int r = ptimer_get(id, &value, &interval);

	if (r < 0)
		return r;
	const struct linux_itimerspec it = {to_ts(interval), to_ts(value)};
	return put_user(to, &it);
}

long sys_timer_settime(const struct sysargs *a)
{
	struct linux_itimerspec it;
	uint64_t value = 0, interval = 0;
	int r = get_user(&it, arg_addr(a, 2));

	if (r == 0)
		r = from_ts(&it.value, &value);
	if (r == 0)
		r = from_ts(&it.interval, &interval);
	if (r == 0 && a->v[3] != 0)
		r = (int)put_timer((int)a->v[0], arg_addr(a, 3));
	return r < 0 ? r
		     : ptimer_set((int)a->v[0], (a->v[1] & TIMER_ABSTIME) != 0, value, interval);
}

long sys_timer_gettime(const struct sysargs *a)
{
	return put_timer((int)a->v[0], arg_addr(a, 1));
}

long sys_timer_getoverrun(const struct sysargs *a)
{
	return ptimer_overrun((int)a->v[0]);
}

long sys_timer_delete(const struct sysargs *a)
{
	return ptimer_delete((int)a->v[0]);
}
