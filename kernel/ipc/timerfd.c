/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timerfd_create(2) over kernel timers. An absolute time of the realtime clock is turned into
 * monotonic time when it is set: TFD_TIMER_CANCEL_ON_SET has no effect, since nobody can set the
 * clock inside.
 */
#include "eventfd.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_time.h"
#include "poll.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

struct timerfd {
	struct ktimer timer;
	bool real;
	uint64_t next;     /* ns monotonic of the next expiry; 0: disarmed */
	uint64_t interval; /* ns; 0: once */
	uint64_t ticks;    /* expired and not read */
	struct waitq wait;
};

static const struct file_ops timerfd_ops;

static void expire(struct ktimer *k)
{
	struct timerfd *t = container_of(k, struct timerfd, timer);
	uint64_t now = time_mono(), n = 1;

	if (t->next == 0)
		return;
	if (t->interval > 0) {
		n += now > t->next ? (now - t->next) / t->interval : 0;
		t->next += n * t->interval;
		ktimer_set(&t->timer, t->next);
	} else {
		t->next = 0;
	}
	t->ticks += n;
	waitq_wake(&t->wait, POLLIN, WAKE_ALL);
}

static long timerfd_read(struct file *f, struct uio *u)
{
	struct timerfd *t = f->priv;
	uint64_t val;
	long n;

	if (u->resid < sizeof(val))
		return -EINVAL;
	while (t->ticks == 0) {
		int err;

		if ((f->flags & O_NONBLOCK) || (u->flags & RWF_NOWAIT))
			return -EAGAIN;
		err = waitq_sleep(&t->wait, NO_DEADLINE, true);
		if (err < 0)
			return err == -EINTR ? -ERESTARTSYS : err;
	}
	val = t->ticks;
	t->ticks = 0;
	n = uio_put(u, &val, sizeof(val));
	if (n != sizeof(val))
		t->ticks += val;
	return n;
}

static unsigned timerfd_poll(struct file *f, struct polltable *pt)
{
	struct timerfd *t = f->priv;

	poll_wait(pt, &t->wait);
	return t->ticks > 0 ? POLLIN : 0;
}

static void timerfd_release(struct file *f)
{
	struct timerfd *t = f->priv;

	ktimer_cancel(&t->timer);
	kfree(t);
}

static const struct file_ops timerfd_ops = {
	.read = timerfd_read,
	.poll = timerfd_poll,
	.release = timerfd_release,
};

int timerfd_create_file(int clock, unsigned flags, struct file **out)
{
	struct timerfd *t;
	struct file *f;

	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME &&
		clock != CLOCK_REALTIME_ALARM && clock != CLOCK_BOOTTIME_ALARM)
		return -EINVAL;
	t = kzalloc(sizeof(*t));
	if (t == NULL)
		return -ENOMEM;
	t->real = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
	t->timer.fn = expire;
	list_init(&t->timer.link);
	waitq_init(&t->wait);
	f = file_anon(&timerfd_ops, O_RDWR | flags, t, "anon_inode:[timerfd]");
	if (f == NULL) {
		kfree(t);
		return -ENOMEM;
	}
	*out = f;
	return 0;
}

int timerfd_get(struct file *f, uint64_t *value, uint64_t *interval)
{
	struct timerfd *t = f->priv;
	uint64_t now = time_mono();

	if (f->ops != &timerfd_ops)
		return -EINVAL;
	*interval = t->interval;
	*value = t->next == 0 ? 0 : t->next > now ? t->next - now : 1;
	return 0;
}

int timerfd_set(struct file *f, bool absolute, uint64_t value, uint64_t interval,
	uint64_t *old_value, uint64_t *old_interval)
{
	struct timerfd *t = f->priv;
	uint64_t now = time_mono();
	int err = timerfd_get(f, old_value, old_interval);

	if (err < 0)
		return err;
	ktimer_cancel(&t->timer);
	t->ticks = 0;
	t->interval = interval;
	if (value == 0) {
		t->next = 0;
		return 0;
	}
	if (absolute && t->real) {
		uint64_t real = time_real();

		t->next = value > real ? now + (value - real) : now;
	} else {
		t->next = absolute ? value : now + value;
	}
	if (t->next < now && !absolute)
		t->next = NO_DEADLINE - 1; /* the sum went over: not in this life */
	if (t->next == 0)
		t->next = 1;
	if (t->next <= now)
		expire(&t->timer); /* a time gone by has expired when the call returns */
	else
		ktimer_set(&t->timer, t->next);
	return 0;
}
