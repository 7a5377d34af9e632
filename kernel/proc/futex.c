/* SPDX-License-Identifier: Apache-2.0 */
/* Futexes and robust lists: see futex.h. Semantics: futex(2), Linux kernel/futex/. */
#include "futex.h"
#include "linux_errno.h"
#include "mm.h"
#include "task.h"
#include "uaccess.h"

#define BUCKETS 256u

struct fwaiter {
	struct list link;
	uint64_t key;
	uint32_t bitset;
	struct thread *thread;
	bool woken;
};

static struct list table[BUCKETS];

static struct list *bucket(uint64_t key)
{
	struct list *b = &table[(key >> 2 ^ key >> 10 ^ key >> 18) % BUCKETS];

	if (b->next == NULL)
		list_init(b);
	return b;
}

/* The name of the futex at uaddr: its linear address, 0 or -EINVAL. Presence is checked by the
 * load. */
static int futex_key(uint64_t uaddr_, uint64_t *key)
{
	if (uaddr_ % sizeof(uint32_t) != 0)
		return -EINVAL;
	*key = mm_linear(mm_current(), uaddr(uaddr_));
	return 0;
}

int futex_wait(uint64_t addr, uint32_t val, uint64_t deadline, uint32_t bitset)
{
	struct fwaiter w = {.bitset = bitset, .thread = thread_self()};
	uint32_t now;
	int r = bitset == 0 ? -EINVAL : futex_key(addr, &w.key);

	if (r == 0)
		r = user_load32(
			uaddr(addr), &now); /* nothing blocks between this load and the sleep */
	if (r < 0)
		return r;
	if (now != val)
		return -EAGAIN;
	list_push_back(bucket(w.key), &w.link);
	while (!w.woken && r == 0)
		r = thread_sleep(deadline, true);
	if (w.woken)
		return 0;
	list_del(&w.link);
	return r;
}

static void wake(struct fwaiter *w)
{
	list_del(&w->link);
	w->woken = true;
	thread_wake(w->thread);
}

static int wake_key(uint64_t key, int max, uint32_t bitset)
{
	int n = 0;

	list_for_each_safe(l, next, bucket(key))
	{
		struct fwaiter *w = container_of(l, struct fwaiter, link);
		if (n >= max)
			break;
		if (w->key == key && (w->bitset & bitset) != 0) {
			wake(w);
			n++;
		}
	}
	return n;
}

long futex_wake(uint64_t addr, int max, uint32_t bitset)
{
	uint64_t key;
	int r = bitset == 0 ? -EINVAL : futex_key(addr, &key);

	if (r < 0)
		return r;
	return wake_key(key, max < 1 ? 1 : max, bitset); /* Linux wakes one for max <= 0 */
}

unsigned futex_wake_addr(uint64_t addr, unsigned max)
{
	long n = futex_wake(addr, (int)max, FUTEX_BITSET_ANY);

	return n < 0 ? 0 : (unsigned)n;
}

long futex_requeue(uint64_t from, int max_wake, uint64_t to, int max_move, const uint32_t *cmp)
{
	uint64_t kfrom, kto;
	uint32_t now;
	int done = 0;

	if (max_wake < 0 || max_move < 0)
		return -EINVAL;
	int r = futex_key(from, &kfrom);
	if (r == 0)
		r = futex_key(to, &kto);
	if (r == 0 && cmp != NULL) {
		r = user_load32(uaddr(from), &now);
		if (r == 0 && now != *cmp)
			r = -EAGAIN;
	}
	if (r < 0)
		return r;
	list_for_each_safe(l, next, bucket(kfrom))
	{
		struct fwaiter *w = container_of(l, struct fwaiter, link);
		if (w->key != kfrom)
			continue;
		if (done - max_wake >= max_move)
			break;
		if (done < max_wake) {
			wake(w);
		} else if (kto != kfrom) {
			list_del(&w->link);
			w->key = kto;
			list_push_back(bucket(kto), &w->link);
		}
		done++;
	}
	return done;
}

static int op_result(uint32_t op, uint32_t old, uint32_t arg, uint32_t *new)
{
	switch (op) {
	case FUTEX_OP_SET:
		*new = arg;
		return 0;
	case FUTEX_OP_ADD:
		*new = old + arg;
		return 0;
	case FUTEX_OP_OR:
		*new = old | arg;
		return 0;
	case FUTEX_OP_ANDN:
		*new = old & ~arg;
		return 0;
	case FUTEX_OP_XOR:
		*new = old ^ arg;
		return 0;
	default:
		return -ENOSYS;
	}
}

static int op_compares(uint32_t cmp, int32_t old, int32_t arg)
{
	switch (cmp) {
	case FUTEX_OP_CMP_EQ:
		return old == arg;
	case FUTEX_OP_CMP_NE:
		return old != arg;
	case FUTEX_OP_CMP_LT:
		return old < arg;
	case FUTEX_OP_CMP_LE:
		return old <= arg;
	case FUTEX_OP_CMP_GT:
		return old > arg;
	case FUTEX_OP_CMP_GE:
		return old >= arg;
	default:
		return -ENOSYS;
	}
}

static int32_t sign12(uint32_t v)
{
	return (int32_t)(v << 20) >> 20;
}

long futex_wake_op(uint64_t from, int max_from, uint64_t to, int max_to, uint32_t enc)
{
	uint32_t op = enc >> 28 & 7, old, seen, new;
	int32_t arg = sign12(enc >> 12 & 0xfff);
	uint64_t kfrom, kto;
	int r = futex_key(from, &kfrom);

	if (r == 0)
		r = futex_key(to, &kto);
	if (enc >> 28 & FUTEX_OP_ARG_SHIFT)
		arg = (int32_t)(1u << (arg & 31));
	if (r == 0)
		r = user_load32(uaddr(to), &old);
	while (r == 0) {
		r = op_result(op, old, (uint32_t)arg, &new);
		if (r == 0)
			r = user_cmpxchg32(uaddr(to), old, new, &seen);
		if (r == 0 && seen == old)
			break;
		old = seen;
	}
	if (r < 0)
		return r;
	int compares = op_compares(enc >> 24 & 0xf, (int32_t)old, sign12(enc & 0xfff));
	if (compares < 0)
		return compares;
	int n = wake_key(kfrom, max_from < 1 ? 1 : max_from, FUTEX_BITSET_ANY);
	if (compares)
		n += wake_key(kto, max_to < 1 ? 1 : max_to, FUTEX_BITSET_ANY);
	return n;
}

/* ---- robust lists (get_robust_list(2), Linux Documentation/locking/robust-futex-ABI.rst) ---- */

/* The dying thread's claim on one futex word: marked, and one waiter woken. */
static void release_robust(uint64_t addr, uint32_t tid, bool pi, bool pending)
{
	uint32_t val, seen;

	if (addr % sizeof val != 0 || user_load32(uaddr(addr), &val) < 0)
		return;
	/* Died between unlocking and waking: the waiter must not be lost. */
	if (pending && !pi && val == 0) {
		(void)futex_wake(addr, 1, FUTEX_BITSET_ANY);
		return;
	}
	while ((val & FUTEX_TID_MASK) == tid) {
		uint32_t new = (val & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
		if (user_cmpxchg32(uaddr(addr), val, new, &seen) < 0)
			return;
		if (seen == val) {
			if (!pi && (val & FUTEX_WAITERS))
				(void)futex_wake(addr, 1, FUTEX_BITSET_ANY);
			return;
		}
		val = seen;
	}
}

void futex_exit_robust(struct thread *t)
{
	struct linux_robust_list_head h;
	uint64_t head = t->tp->robust_list;
	uint32_t tid = (uint32_t)t->tid;

	t->tp->robust_list = 0;
	if (head == 0 || get_user(&h, uaddr(head)) < 0)
		return;
	uint64_t pending = h.list_op_pending & ~1ull, entry = h.next;
	for (int i = 0; i < ROBUST_LIST_LIMIT && (entry & ~1ull) != head; i++) {
		uint64_t at = entry & ~1ull, next;
		bool pi = (entry & 1) != 0;
		bool more = get_user(&next, uaddr(at)) == 0;
		if (at != pending)
			release_robust(at + (uint64_t)h.futex_offset, tid, pi, false);
		if (!more)
			break;
		entry = next;
	}
	if (pending != 0)
		release_robust(pending + (uint64_t)h.futex_offset, tid,
			(h.list_op_pending & 1) != 0, true);
}
