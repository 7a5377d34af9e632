/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting: poll(2), select(2), epoll(7); and eventfd(2), timerfd_create(2). */
#include "syscall.h"
#include "epoll.h"
#include "eventfd.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_time.h"
#include "mem.h"
#include "poll.h"
#include "proc.h"
#include "sysfd.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

#define POLL_MAX      65536u
#define RLIMIT_NOFILE 7

/* ns monotonic of now + t; 0 (ask, do not wait) if t is 0. -EINVAL if t is not a time. */
static int deadline_of(const struct linux_timespec *t, uint64_t *deadline)
{
	uint64_t now = time_mono();

	if (t->sec < 0 || t->nsec < 0 || t->nsec >= NSEC_PER_SEC)
		return -EINVAL;
	if (t->sec == 0 && t->nsec == 0)
		*deadline = 0;
	else if (t->sec > INT64_MAX / NSEC_PER_SEC - (int64_t)(now / NSEC_PER_SEC) - 2)
		*deadline = NO_DEADLINE;
	else
		*deadline = now + (uint64_t)(t->sec * NSEC_PER_SEC + t->nsec);
	return 0;
}

/* The signal mask of ppoll, pselect6 and epoll_pwait, if the program gave one. */
struct tmpmask {
	bool set;
};

static int mask_begin(struct tmpmask *m, uaddr_t set, uint64_t size)
{
	uint64_t mask;
	int err;

	m->set = set.v != 0;
	if (!m->set)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	err = get_user(&mask, set);
	if (err == 0)
		signal_mask_begin(mask);
	return err;
}

static void mask_end(const struct tmpmask *m, long result)
{
	if (m->set)
		signal_mask_end(result == -EINTR);
}

static uint64_t deadline_ms(int ms)
{
	if (ms < 0)
		return NO_DEADLINE;
	return ms == 0 ? 0 : time_mono() + (uint64_t)ms * NSEC_PER_MSEC;
}

/* A NULL time is for ever. */
static int deadline_user(uaddr_t ts, uint64_t *deadline)
{
	struct linux_timespec t;
	int err;

	*deadline = NO_DEADLINE;
	if (ts.v == 0)
		return 0;
	err = get_user(&t, ts);
	return err < 0 ? err : deadline_of(&t, deadline);
}

/* ---- poll(2) ---- */

static long do_poll(uaddr_t fds, uint64_t n, uint64_t deadline)
{
	struct linux_pollfd few[8], *p = few;
	uint64_t limit = proc_self()->rlim[RLIMIT_NOFILE].cur;
	long ready;
	int err;

	if (n > POLL_MAX || n > limit)
		return -EINVAL;
	if (n > sizeof(few) / sizeof(few[0]))
		p = kmalloc(n * sizeof(*p));
	if (p == NULL)
		return -ENOMEM;
	err = copy_from_user(p, fds, n * sizeof(*p));
	ready = err < 0 ? err : poll_files(p, (unsigned)n, deadline);
	if (ready >= 0) { /* revents only: a program may share the rest with others */
		for (uint64_t k = 0; k < n && err == 0; k++)
			err = put_user(uaddr_add(fds, k * sizeof(*p) + offsetof(struct linux_pollfd,
									       revents)),
				&p[k].revents);
		ready = err < 0 ? err : ready;
	}
	if (p != few)
		kfree(p);
	return ready;
}

long sys_poll(const struct sysargs *a)
{
	return do_poll(arg_addr(a, 0), (unsigned)a->v[1], deadline_ms((int)a->v[2]));
}

/* What is left of the time goes back to the program, as Linux does for ppoll and pselect6. */
static void put_rest(uaddr_t ts, uint64_t deadline)
{
	uint64_t now = time_mono(), rest = deadline > now ? deadline - now : 0;
	struct linux_timespec t = {(int64_t)(rest / NSEC_PER_SEC), (int64_t)(rest % NSEC_PER_SEC)};

	if (ts.v != 0 && deadline != NO_DEADLINE)
		(void)put_user(ts, &t); /* a read-only timeout is the program's choice */
}

long sys_ppoll(const struct sysargs *a)
{
	struct tmpmask m = {.set = false};
	uint64_t deadline;
	long n = deadline_user(arg_addr(a, 2), &deadline);

	if (n == 0)
		n = mask_begin(&m, arg_addr(a, 3), a->v[4]);
	if (n < 0)
		return n;
	n = do_poll(arg_addr(a, 0), (unsigned)a->v[1], deadline);
	mask_end(&m, n);
	put_rest(arg_addr(a, 2), deadline);
	return n;
}

/* ---- select(2) ---- */

#define SETS 3u
static const unsigned set_events[SETS] = {
	POLLIN | POLLRDNORM | POLLRDBAND, POLLOUT | POLLWRNORM, POLLPRI};
static const unsigned set_ready[SETS] = {POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
	POLLOUT | POLLWRNORM | POLLERR, POLLPRI};

struct select {
	unsigned n;         /* descriptors looked at */
	size_t bytes;       /* of one set */
	uint8_t *set[SETS]; /* NULL: not asked */
	struct linux_pollfd *p;
	unsigned np;
};

static bool bit(const uint8_t *set, unsigned fd)
{
	return set != NULL && (set[fd / 8] >> (fd % 8) & 1);
}

static unsigned events_of(const struct select *s, unsigned fd)
{
	unsigned ev = 0;

	for (unsigned k = 0; k < SETS; k++)
		ev |= bit(s->set[k], fd) ? set_events[k] : 0;
	return ev;
}

static int select_load(struct select *s, const struct sysargs *a)
{
	for (unsigned k = 0; k < SETS; k++) {
		int err;

		if (a->v[1 + k] == 0)
			continue;
		s->set[k] = kzalloc(s->bytes + 1);
		if (s->set[k] == NULL)
			return -ENOMEM;
		err = copy_from_user(s->set[k], arg_addr(a, 1 + k), s->bytes);
		if (err < 0)
			return err;
	}
	for (unsigned fd = 0; fd < s->n; fd++)
		s->np += events_of(s, fd) != 0;
	s->p = kzalloc((s->np + 1) * sizeof(*s->p));
	if (s->p == NULL)
		return -ENOMEM;
	s->np = 0;
	for (unsigned fd = 0; fd < s->n; fd++) {
		unsigned ev = events_of(s, fd);

		if (ev != 0)
			s->p[s->np++] = (struct linux_pollfd){(int)fd, (int16_t)ev, 0};
	}
	return 0;
}

/* Number of bits set in the three results, or -EBADF. */
static long select_store(struct select *s, const struct sysargs *a)
{
	long n = 0;

	for (unsigned k = 0; k < s->np; k++)
		if (s->p[k].revents & POLLNVAL)
			return -EBADF;
	for (unsigned set = 0; set < SETS; set++) {
		uint8_t *out = s->set[set];
		int err;

		if (out == NULL)
			continue;
		for (unsigned k = 0; k < s->np; k++) {
			unsigned fd = (unsigned)s->p[k].fd;
			bool on = bit(out, fd) && ((unsigned)s->p[k].revents & set_ready[set]) != 0;

			if (on)
				n++;
			else
				out[fd / 8] &= (uint8_t) ~(1u << (fd % 8));
		}
		err = copy_to_user(arg_addr(a, 1 + set), out, s->bytes);
		if (err < 0)
			return err;
	}
	return n;
}

static long do_select(const struct sysargs *a, uint64_t deadline)
{
	struct select s = {.n = (unsigned)a->v[0]};
	long n;

	if ((int)a->v[0] < 0)
		return -EINVAL;
	/* Beyond the table nothing is open: Linux looks no further either. */
	if (s.n > fdtable_size(fdtable_current()))
		s.n = fdtable_size(fdtable_current());
	s.bytes = (s.n + 63) / 64 * 8;
	n = select_load(&s, a);
	if (n == 0)
		n = poll_files(s.p, s.np, deadline);
	if (n >= 0)
		n = select_store(&s, a);
	for (unsigned k = 0; k < SETS; k++)
		kfree(s.set[k]);
	kfree(s.p);
	return n;
}

long sys_select(const struct sysargs *a)
{
	struct linux_timeval tv;
	struct linux_timespec t;
	uint64_t deadline = NO_DEADLINE;
	long n;
	int err = 0;

	if (a->v[4] != 0) {
		err = get_user(&tv, arg_addr(a, 4));
		if (err < 0)
			return err;
		if (tv.sec < 0 || tv.usec < 0)
			return -EINVAL;
		t.sec = tv.sec + tv.usec / 1000000;
		t.nsec = tv.usec % 1000000 * NSEC_PER_USEC;
		err = deadline_of(&t, &deadline);
	}
	n = err < 0 ? err : do_select(a, deadline);
	if (err == 0 && a->v[4] != 0 && deadline != NO_DEADLINE) {
		uint64_t now = time_mono(), rest = deadline > now ? deadline - now : 0;

		tv.sec = (int64_t)(rest / NSEC_PER_SEC);
		tv.usec = (int64_t)(rest % NSEC_PER_SEC) / NSEC_PER_USEC;
		(void)put_user(arg_addr(a, 4), &tv);
	}
	return n;
}

long sys_pselect6(const struct sysargs *a)
{
	uint64_t deadline, mask[2] = {0, 0}; /* address and size of the signal set */
	struct tmpmask m = {.set = false};
	long n = deadline_user(arg_addr(a, 4), &deadline);

	if (n == 0 && a->v[5] != 0)
		n = copy_from_user(mask, arg_addr(a, 5), sizeof(mask));
	if (n == 0)
		n = mask_begin(&m, uaddr(mask[0]), mask[1]);
	if (n < 0)
		return n;
	n = do_select(a, deadline);
	mask_end(&m, n);
	put_rest(arg_addr(a, 4), deadline);
	return n;
}

/* ---- epoll(7) ---- */

static long do_epoll_create(unsigned flags)
{
	struct file *f;
	int err;

	if ((flags & ~(unsigned)O_CLOEXEC) != 0)
		return -EINVAL;
	err = epoll_create_file(0, &f);
	return install_new(err, f, flags & O_CLOEXEC);
}

long sys_epoll_create(const struct sysargs *a)
{
	return (int)a->v[0] <= 0 ? -EINVAL : do_epoll_create(0);
}

long sys_epoll_create1(const struct sysargs *a)
{
	return do_epoll_create((unsigned)a->v[0]);
}

long sys_epoll_ctl(const struct sysargs *a)
{
	struct linux_epoll_event ev = {0};
	int op = (int)a->v[1], err = 0;
	struct file *f;

	if (op != EPOLL_CTL_DEL)
		err = get_user(&ev, arg_addr(a, 3));
	if (err < 0)
		return err;
	f = fd_get((int)a->v[0]);
	if (f == NULL)
		return -EBADF;
	err = epoll_control(f, op, (int)a->v[2], &ev);
	file_put(f);
	return err;
}

static long do_epoll_wait(const struct sysargs *a, uint64_t deadline)
{
	struct file *f = fd_get((int)a->v[0]);
	long n;

	if (f == NULL)
		return -EBADF;
	n = epoll_wait_events(f, arg_addr(a, 1), (int)a->v[2], deadline);
	file_put(f);
	return n;
}

long sys_epoll_wait(const struct sysargs *a)
{
	return do_epoll_wait(a, deadline_ms((int)a->v[3]));
}

static long epoll_masked(const struct sysargs *a, uint64_t deadline)
{
	struct tmpmask m = {.set = false};
	long n = mask_begin(&m, arg_addr(a, 4), a->v[5]);

	if (n < 0)
		return n;
	n = do_epoll_wait(a, deadline);
	mask_end(&m, n);
	return n;
}

long sys_epoll_pwait(const struct sysargs *a)
{
	return epoll_masked(a, deadline_ms((int)a->v[3]));
}

long sys_epoll_pwait2(const struct sysargs *a)
{
	uint64_t deadline;
	int err = deadline_user(arg_addr(a, 3), &deadline);

	return err < 0 ? err : epoll_masked(a, deadline);
}

/* ---- eventfd(2), timerfd_create(2) ---- */

static long do_eventfd(unsigned initial, unsigned flags)
{
	struct file *f;
	int err;

	if ((flags & ~(unsigned)(O_CLOEXEC | O_NONBLOCK | EFD_SEMAPHORE)) != 0)
		return -EINVAL;
	err = eventfd_create(initial, flags & EFD_SEMAPHORE, flags & O_NONBLOCK, &f);
	return install_new(err, f, flags & O_CLOEXEC);
}

long sys_eventfd(const struct sysargs *a)
{
	return do_eventfd((unsigned)a->v[0], 0);
}

long sys_eventfd2(const struct sysargs *a)
{
	return do_eventfd((unsigned)a->v[0], (unsigned)a->v[1]);
}

long sys_timerfd_create(const struct sysargs *a)
{
	unsigned flags = (unsigned)a->v[1];
	struct file *f;
	int err;

	if ((flags & ~(unsigned)(O_CLOEXEC | O_NONBLOCK)) != 0)
		return -EINVAL;
	err = timerfd_create_file((int)a->v[0], flags & O_NONBLOCK, &f);
	return install_new(err, f, flags & O_CLOEXEC);
}

static int ns_of(const struct linux_timespec *t, uint64_t *ns)
{
	if (t->sec < 0 || t->nsec < 0 || t->nsec >= NSEC_PER_SEC)
		return -EINVAL;
	*ns = t->sec > INT64_MAX / NSEC_PER_SEC - 1 ? INT64_MAX
						    : (uint64_t)(t->sec * NSEC_PER_SEC + t->nsec);
	return 0;
}

static long put_itimer(uaddr_t out, uint64_t value, uint64_t interval)
{
	struct linux_itimerspec it = {
		.interval = {(int64_t)(interval / NSEC_PER_SEC),
			(int64_t)(interval % NSEC_PER_SEC)},
		.value = {(int64_t)(value / NSEC_PER_SEC), (int64_t)(value % NSEC_PER_SEC)},
	};

	return put_user(out, &it);
}

long sys_timerfd_settime(const struct sysargs *a)
{
	struct linux_itimerspec it;
	uint64_t value, interval, old_value, old_interval;
	struct file *f;
	long err = get_user(&it, arg_addr(a, 2));

	if (err < 0)
		return err;
	if ((a->v[1] & ~(uint64_t)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0 ||
		ns_of(&it.value, &value) < 0 || ns_of(&it.interval, &interval) < 0)
		return -EINVAL;
	f = fd_get((int)a->v[0]);
	if (f == NULL)
		return -EBADF;
	err = timerfd_set(
		f, a->v[1] & TFD_TIMER_ABSTIME, value, interval, &old_value, &old_interval);
	file_put(f);
	if (err == 0 && a->v[3] != 0)
		err = put_itimer(arg_addr(a, 3), old_value, old_interval);
	return err;
}

long sys_timerfd_gettime(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);
	uint64_t value, interval;
	int err;

	if (f == NULL)
		return -EBADF;
	err = timerfd_get(f, &value, &interval);
	file_put(f);
	return err < 0 ? err : put_itimer(arg_addr(a, 1), value, interval);
}
