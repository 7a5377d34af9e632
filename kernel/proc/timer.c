/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interval timers over ktimer: see timer.h. Timers on CPU-time clocks are not offered: ticks do not
 * measure it well enough for a signal.
 */
#include "timer.h"
#include "kmem.h"
#include "linux_errno.h"
#include "task.h"

#define PTIMERS_MAX 1024 /* of one process */

struct ptimer {
	struct list link; /* proc->ptimers */
	struct ktimer timer;
	struct proc *proc;
	int id, clock, signo, notify, tid;
	uint64_t sival, interval;
	int overrun;
};

/* The next expiry after now, and how many were missed on the way. */
static uint64_t next_expiry(uint64_t when, uint64_t interval, uint64_t now, uint64_t *missed)
{
	uint64_t late = now > when ? now - when : 0;

	*missed = late / interval;
	return when + (*missed + 1) * interval;
}

/* ---- ITIMER_REAL ---- */

static void itimer_fire(struct ktimer *k)
{
	struct itimer *it = container_of(k, struct itimer, timer);
	struct proc *p = container_of(it, struct proc, itimer_real);
	uint64_t missed;

	if (it->interval != 0)
		ktimer_set(k, next_expiry(k->when, it->interval, time_mono(), &missed));
	else
		k->when = 0;
	signal_send_proc(p, SIGALRM, SI_KERNEL);
}

void itimer_real_set(struct proc *p, uint64_t value, uint64_t interval)
{
	struct itimer *it = &p->itimer_real;

	ktimer_cancel(&it->timer);
	it->timer.when = 0;
	it->interval = interval;
	if (value != 0)
		ktimer_set(&it->timer, time_mono() + value);
}

void itimer_real_get(const struct proc *p, uint64_t *value, uint64_t *interval)
{
	uint64_t now = time_mono(), when = p->itimer_real.timer.when;

	*value = when == 0 ? 0 : when > now ? when - now : 1;
	*interval = when == 0 ? 0 : p->itimer_real.interval;
}

/* ---- timer_create ---- */

static struct ptimer *find(int id)
{
	list_for_each(l, &proc_self()->ptimers)
	{
		struct ptimer *t = container_of(l, struct ptimer, link);
		if (t->id == id)
			return t;
	}
	return NULL;
}

/* The queued signal of t's last expiry, if nobody has taken it yet. */
static struct linux_siginfo *still_queued(const struct ptimer *t, struct sigpend *q)
{
	list_for_each(l, &q->queue)
	{
		struct sigq *e = container_of(l, struct sigq, link);
		if (e->info.code == SI_TIMER && e->info.u.timer.tid == t->id)
			return &e->info;
	}
	return NULL;
}

static int add_overrun(int n, uint64_t more)
{
	return more > (uint64_t)(INT32_MAX - n) ? INT32_MAX : n + (int)more;
}

/* An expiry whose predecessor is still pending counts as overrun (timer_getoverrun(2)). */
static void ptimer_notify(struct ptimer *t, uint64_t missed)
{
	struct thread *to = t->notify == SIGEV_THREAD_ID ? proc_find_thread(t->tid) : NULL;
	struct linux_siginfo si, *queued;

	if (to != NULL && to->proc != t->proc)
		to = NULL;
	if (to == NULL && t->notify != SIGEV_SIGNAL)
		return; /* SIGEV_NONE, or the thread has ended */
	queued = still_queued(t, to != NULL ? &to->tp->pending : &t->proc->pending);
	if (queued != NULL) {
		t->overrun = queued->u.timer.overrun =
			add_overrun(queued->u.timer.overrun, missed + 1);
		return;
	}
	t->overrun = add_overrun(0, missed);
	siginfo_kernel(&si, t->signo, SI_TIMER);
	si.u.timer.tid = t->id;
	si.u.timer.overrun = t->overrun;
	si.u.timer.value = t->sival;
	if (to != NULL)
		(void)signal_send_thread_info(to, &si); /* a full queue loses it, as in Linux */
	else
		(void)signal_send_info(t->proc, &si);
}

static void ptimer_fire(struct ktimer *k)
{
	struct ptimer *t = container_of(k, struct ptimer, timer);
	uint64_t missed = 0;

	if (t->interval != 0)
		ktimer_set(k, next_expiry(k->when, t->interval, time_mono(), &missed));
	else
		k->when = 0;
	ptimer_notify(t, missed);
}

static bool clock_ok(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
	       clock == CLOCK_TAI;
}

int ptimer_create(int clock, const struct linux_sigevent *ev)
{
	struct proc *p = proc_self();
	unsigned n = 0;

	if (!clock_ok(clock))
		return -EINVAL;
	if (ev->notify != SIGEV_NONE && (ev->signo < 1 || ev->signo > NSIG))
		return -EINVAL;
	if (ev->notify != SIGEV_NONE && ev->notify != SIGEV_SIGNAL && ev->notify != SIGEV_THREAD_ID)
		return -EINVAL;
	if (ev->notify == SIGEV_THREAD_ID) {
		struct thread *t = proc_find_thread(ev->tid);
		if (t == NULL || t->proc != p)
			return -EINVAL;
	}
	list_for_each(l, &p->ptimers) n++;
	struct ptimer *t = n < PTIMERS_MAX ? kzalloc(sizeof *t) : NULL;
	if (t == NULL)
		return -EAGAIN;
	list_init(&t->timer.link);
	t->timer.fn = ptimer_fire;
	t->proc = p;
	t->id = p->next_timer_id++;
	t->clock = clock;
	t->signo = ev->signo;
	t->notify = ev->notify;
	t->tid = ev->tid;
	t->sival = ev->value;
	list_push_back(&p->ptimers, &t->link);
	return t->id;
}

void ptimer_set_value(int id, uint64_t sival)
{
	struct ptimer *t = find(id);

	if (t != NULL)
		t->sival = sival;
}

static void destroy(struct ptimer *t)
{
	ktimer_cancel(&t->timer);
	list_del(&t->link);
	kfree(t);
}

int ptimer_delete(int id)
{
	struct ptimer *t = find(id);

	if (t == NULL)
		return -EINVAL;
	destroy(t);
	return 0;
}

int ptimer_overrun(int id)
{
	struct ptimer *t = find(id);

	return t == NULL ? -EINVAL : t->overrun;
}

int ptimer_set(int id, bool abs, uint64_t value, uint64_t interval)
{
	struct ptimer *t = find(id);

	if (t == NULL)
		return -EINVAL;
	ktimer_cancel(&t->timer);
	t->timer.when = 0;
	t->interval = interval;
	t->overrun = 0;
	if (value == 0)
		return 0;
	uint64_t when = value;
	if (!abs) {
		when += time_mono();
	} else if (t->clock == CLOCK_REALTIME || t->clock == CLOCK_TAI) {
		uint64_t real = time_real();
		when = time_mono() + (value > real ? value - real : 0);
	}
	ktimer_set(&t->timer, when);
	return 0;
}

int ptimer_get(int id, uint64_t *value, uint64_t *interval)
{
	struct ptimer *t = find(id);

	if (t == NULL)
		return -EINVAL;
	uint64_t now = time_mono(), when = t->timer.when;
	*value = when == 0 ? 0 : when > now ? when - now : 1;
	*interval = t->interval;
	return 0;
}

void timers_init(struct proc *p)
{
	list_init(&p->itimer_real.timer.link);
	p->itimer_real.timer.fn = itimer_fire;
	list_init(&p->ptimers);
}

/* exec keeps the interval timer and drops the POSIX ones. */
void timers_drop(struct proc *p, bool exec)
{
	list_for_each_safe(l, next, &p->ptimers) destroy(container_of(l, struct ptimer, link));
	if (!exec) {
		ktimer_cancel(&p->itimer_real.timer);
		p->itimer_real.timer.when = 0;
	}
}
