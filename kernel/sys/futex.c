/* SPDX-License-Identifier: Apache-2.0 */
/* futex(2) and the robust list calls: decode, then kernel/proc/futex.c. */
#include "futex.h"
#include "linux_errno.h"
#include "linux_time.h"
#include "syscall.h"
#include "task.h"
#include "uaccess.h"

/* FUTEX_WAIT's timeout is relative; FUTEX_WAIT_BITSET's absolute, on either clock. */
static int futex_deadline(const struct sysargs *a, int op, bool real, uint64_t *deadline)
{
	struct linux_timespec ts;

	*deadline = NO_DEADLINE;
	if (a->v[3] == 0)
		return 0;
	int r = get_user(&ts, arg_addr(a, 3));
	if (r < 0)
		return r;
	if (ts.sec < 0 || ts.nsec < 0 || ts.nsec >= NSEC_PER_SEC)
		return -EINVAL;
	uint64_t t = ts.sec > UINT32_MAX
			     ? NO_DEADLINE / 2
			     : (uint64_t)ts.sec * (uint64_t)NSEC_PER_SEC + (uint64_t)ts.nsec;
	uint64_t mono = time_mono();
	if (op == FUTEX_WAIT) {
		*deadline = mono + t;
	} else if (real) {
		uint64_t now = time_real();
		*deadline = t > now ? mono + (t - now) : mono;
	} else {
		*deadline = t;
	}
	return 0;
}

static long wait_again(struct thread *t)
{
	const struct restart *s = &t->tp->restart;
	int r = futex_wait(s->arg[0], (uint32_t)s->arg[1], s->arg[2], (uint32_t)s->arg[3]);

	return r == -EINTR ? -ERESTART_RESTARTBLOCK : r;
}

static long wait(const struct sysargs *a, int op, bool real, uint32_t bitset)
{
	struct restart *s = &tproc_self()->restart;
	uint64_t deadline;
	int r = futex_deadline(a, op, real, &deadline);

	if (r == 0)
		r = futex_wait(a->v[0], (uint32_t)a->v[2], deadline, bitset);
	if (r != -EINTR)
		return r;
	if (deadline == NO_DEADLINE)
		return -ERESTARTSYS;
	*s = (struct restart){wait_again, {a->v[0], a->v[2], deadline, bitset}};
	return -ERESTART_RESTARTBLOCK;
}

long sys_futex(const struct sysargs *a)
{
	int op = (int)a->v[1] & ~(int)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	bool real = (a->v[1] & FUTEX_CLOCK_REALTIME) != 0;
	uint32_t val = (uint32_t)a->v[2], val3 = (uint32_t)a->v[5];

	if (real && op != FUTEX_WAIT && op != FUTEX_WAIT_BITSET)
		return -ENOSYS;
	switch (op) {
	case FUTEX_WAIT:
		return wait(a, op, real, FUTEX_BITSET_ANY);
	case FUTEX_WAIT_BITSET:
		return wait(a, op, real, val3);
	case FUTEX_WAKE:
		return futex_wake(a->v[0], (int)val, FUTEX_BITSET_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(a->v[0], (int)val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(a->v[0], (int)val, a->v[4], (int)a->v[3], NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(a->v[0], (int)val, a->v[4], (int)a->v[3], &val3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(a->v[0], (int)val, a->v[4], (int)a->v[3], val3);
	default:
		return -ENOSYS;
	}
}

long sys_set_robust_list(const struct sysargs *a)
{
	if (a->v[1] != sizeof(struct linux_robust_list_head))
		return -EINVAL;
	tproc_self()->robust_list = a->v[0];
	return 0;
}

long sys_get_robust_list(const struct sysargs *a)
{
	const struct thread *t = a->v[0] == 0 ? thread_self() : proc_find_thread((int)a->v[0]);

	if (t == NULL)
		return -ESRCH;
	if (signal_may_send(t->proc, 0) < 0)
		return -EPERM;
	uint64_t head = t->tp->robust_list, len = sizeof(struct linux_robust_list_head);
	int r = put_user(arg_addr(a, 2), &len);
	return r < 0 ? r : put_user(arg_addr(a, 1), &head);
}

long sys_restart_syscall(const struct sysargs *a)
{
	struct thread *t = thread_self();

	return t->tp->restart.fn == NULL ? -EINTR : t->tp->restart.fn(t);
}
