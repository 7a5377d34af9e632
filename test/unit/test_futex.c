/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proc/futex.c: whom a wake-up reaches. Waiters are nested: a thread that "sleeps" becomes the next
 * waiter, and the innermost acts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fake.h"
#include "futex.h"
#include "linux_errno.h"
#include "mm.h"
#include "task.h"

#define WAITERS 4

static uint32_t word[WAITERS + 1];
static int result[WAITERS];
static unsigned depth, nwaiters;
static unsigned word_of[WAITERS];
static uint32_t bitset_of[WAITERS];
static void (*act)(void);
static struct proc process;
static struct tproc tp;

uint64_t mm_linear(const struct mm *mm, uaddr_t a)
{
	(void)mm;
	return a.v;
}

static uint64_t addr(unsigned i)
{
	return (uint64_t)&word[i];
}

/* What a sleeping waiter does: the next one waits, or the last one acts; then it is interrupted, so
 * that only those that were woken return 0. */
static int next_waiter(uint64_t deadline, bool interruptible)
{
	(void)deadline;
	assert_true(interruptible);
	if (depth < nwaiters) {
		unsigned i = depth++;
		result[i] = futex_wait(addr(word_of[i]), 7, NO_DEADLINE, bitset_of[i]);
	} else if (act != NULL) {
		void (*f)(void) = act;
		act = NULL;
		f();
	}
	thread_self()->woken = false;
	return -EINTR;
}

static int setup(void **state)
{
	(void)state;
	fake_reset();
	memset(&tp, 0, sizeof tp);
	thread_self()->proc = &process;
	thread_self()->tp = &tp;
	thread_self()->tid = 42;
	for (unsigned i = 0; i <= WAITERS; i++)
		word[i] = 7;
	for (unsigned i = 0; i < WAITERS; i++) {
		word_of[i] = 0;
		bitset_of[i] = FUTEX_BITSET_ANY;
		result[i] = 1;
	}
	fake.sleep = next_waiter;
	return 0;
}

static void with_waiters(unsigned n, void (*f)(void))
{
	depth = 0;
	nwaiters = n;
	act = f;
	(void)next_waiter(NO_DEADLINE, true);
	assert_null(act);
	for (unsigned i = 0; i <= WAITERS; i++) /* nobody is left behind */
		assert_int_equal(futex_wake(addr(i), 100, FUTEX_BITSET_ANY), 0);
}

static void wake_two(void)
{
	assert_int_equal(futex_wake(addr(0), 2, FUTEX_BITSET_ANY), 2);
}

static void test_wakes_in_order(void **state)
{
	(void)state;
	with_waiters(4, wake_two);
	assert_int_equal(result[0], 0);
	assert_int_equal(result[1], 0);
	assert_int_equal(result[2], -EINTR);
	assert_int_equal(result[3], -EINTR);
}

static void wake_bits(void)
{
	assert_int_equal(futex_wake(addr(0), 10, 0x6), 2);
	assert_int_equal(futex_wake(addr(0), 10, 0), -EINVAL);
}

static void test_bitsets(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		bitset_of[i] = 1u << i;
	with_waiters(4, wake_bits);
	assert_int_equal(result[0], -EINTR);
	assert_int_equal(result[1], 0);
	assert_int_equal(result[2], 0);
	assert_int_equal(result[3], -EINTR);
}

static void requeue(void)
{
	uint32_t cmp = 8;

	assert_int_equal(futex_requeue(addr(0), 1, addr(1), 2, &cmp), -EAGAIN);
	cmp = 7;
	assert_int_equal(futex_requeue(addr(0), -1, addr(1), 2, &cmp), -EINVAL);
	assert_int_equal(futex_requeue(addr(0), 1, addr(1), 2, &cmp), 3);
	assert_int_equal(futex_wake(addr(1), 1, FUTEX_BITSET_ANY), 1); /* the second waiter */
}

static void test_requeue(void **state)
{
	(void)state;
	with_waiters(4, requeue);
	assert_int_equal(result[0], 0);
	assert_int_equal(result[1], 0);
	assert_int_equal(result[2], -EINTR); /* at the other word now */
	assert_int_equal(result[3], -EINTR);
}

#define OP(op, arg, cmp, cmparg)                                                                   \
	((uint32_t)(op) << 28 | (uint32_t)(cmp) << 24 | ((uint32_t)(arg)&0xfff) << 12 |            \
		((uint32_t)(cmparg)&0xfff))

static void wake_op(void)
{
	/* word 1: 7 += -2; old 7 > 6: both are woken */
	assert_int_equal(
		futex_wake_op(addr(0), 1, addr(1), 1, OP(FUTEX_OP_ADD, -2, FUTEX_OP_CMP_GT, 6)), 2);
	assert_int_equal(word[1], 5);
	/* word 1: 5 |= 1 << 4; old 5 == 6 is false */
	assert_int_equal(futex_wake_op(addr(0), 1, addr(1), 1,
				 OP(FUTEX_OP_OR | FUTEX_OP_ARG_SHIFT, 4, FUTEX_OP_CMP_EQ, 6)),
		1);
	assert_int_equal(word[1], 0x15);
	assert_int_equal(futex_wake_op(addr(0), 1, addr(1), 1, OP(7, 0, 0, 0)), -ENOSYS);
	assert_int_equal(futex_wake_op(addr(0), 1, addr(1), 1, OP(0, 0, 9, 0)), -ENOSYS);
}

static void test_wake_op(void **state)
{
	(void)state;
	word_of[1] = 1;
	with_waiters(3, wake_op);
	assert_int_equal(result[0], 0);
	assert_int_equal(result[1], 0);
	assert_int_equal(result[2], 0);
}

static void test_wait_refuses(void **state)
{
	(void)state;
	fake.sleep = NULL;
	assert_int_equal(futex_wait(addr(0), 8, NO_DEADLINE, FUTEX_BITSET_ANY), -EAGAIN);
	assert_int_equal(futex_wait(addr(0), 7, NO_DEADLINE, 0), -EINVAL);
	assert_int_equal(futex_wait(addr(0) + 2, 7, NO_DEADLINE, 1), -EINVAL);
	assert_int_equal(futex_wait(0, 7, NO_DEADLINE, 1), -EFAULT);
	assert_int_equal(futex_wait(addr(0), 7, fake.now + 5, 1), -ETIMEDOUT);
	assert_int_equal(futex_wake(addr(0), 1, FUTEX_BITSET_ANY), 0);
	assert_int_equal(futex_wake(addr(0) + 1, 1, 1), -EINVAL);
}

/* ---- robust lists ---- */

struct node {
	uint64_t next;
	uint32_t lock, pad;
};

static void die_with(uint64_t head)
{
	tp.robust_list = head;
	futex_exit_robust(thread_self());
	assert_int_equal(tp.robust_list, 0);
}

static void test_robust_list(void **state)
{
	struct node a = {0}, b = {0}, c = {0}, p = {0};
	struct linux_robust_list_head h = {.futex_offset = offsetof(struct node, lock)};

	(void)state;
	fake.sleep = NULL;
	h.next = (uint64_t)&a;
	a.next = (uint64_t)&b;
	b.next = (uint64_t)&c;
	c.next = (uint64_t)&h;
	h.list_op_pending = (uint64_t)&p;
	a.lock = 42;
	b.lock = 42 | FUTEX_WAITERS;
	c.lock = 43; /* another thread's */
	p.lock = 42;
	die_with((uint64_t)&h);
	assert_int_equal(a.lock, FUTEX_OWNER_DIED);
	assert_true(b.lock == (FUTEX_WAITERS | FUTEX_OWNER_DIED));
	assert_int_equal(c.lock, 43);
	assert_int_equal(p.lock, FUTEX_OWNER_DIED);
}

static void test_hostile_robust_lists(void **state)
{
	static struct {
		struct node a, b;
		struct linux_robust_list_head h;
	} m;

	m.h.futex_offset = offsetof(struct node, lock);
	fake.user = (uint64_t)&m; /* all that is mapped */
	fake.user_len = sizeof m;

	(void)state;
	fake.sleep = NULL;
	m.h.next = (uint64_t)&m.a; /* a circle that never comes back to the head */
	m.a.next = (uint64_t)&m.b;
	m.b.next = (uint64_t)&m.a;
	m.a.lock = 42;
	die_with((uint64_t)&m.h);
	assert_int_equal(m.a.lock, FUTEX_OWNER_DIED);

	m.a.lock = 42;
	m.a.next = 8; /* into nothing */
	die_with((uint64_t)&m.h);
	assert_int_equal(m.a.lock, FUTEX_OWNER_DIED);

	m.h.futex_offset = 1; /* misaligned */
	m.a.next = (uint64_t)&m.h;
	die_with((uint64_t)&m.h);
	m.h.futex_offset = INT64_MIN;
	die_with((uint64_t)&m.h);
	die_with(16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_wakes_in_order, setup),
		cmocka_unit_test_setup(test_bitsets, setup),
		cmocka_unit_test_setup(test_requeue, setup),
		cmocka_unit_test_setup(test_wake_op, setup),
		cmocka_unit_test_setup(test_wait_refuses, setup),
		cmocka_unit_test_setup(test_robust_list, setup),
		cmocka_unit_test_setup(test_hostile_robust_lists, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
