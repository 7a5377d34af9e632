/* SPDX-License-Identifier: Apache-2.0 */
/* futex(2) without a library: WAIT compares, WAKE counts, timeouts, bitsets, the errors. */
#include "t.h"
#include "t_futex.h"

static uint32_t word;
static _Atomic int waiting;

static long futex(
	uint32_t *at, int op, uint32_t val, const struct timespec *ts, uint32_t *two, uint32_t val3)
{
	return syscall(SYS_futex, at, op, val, ts, two, val3);
}

static void *waiter(void *arg)
{
	waiting++;
	while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0)
		futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	waiting--;
	return arg;
}

static void *bit_waiter(void *arg)
{
	long bit = (long)arg;

	futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 1, NULL, NULL, (uint32_t)bit);
	return (void *)(bit * 100);
}

int main(void)
{
	struct timespec ms = {0, 20000000}, bad = {0, 1000000000}, past = {1, 0},
			negative = {-1, 0};
	int64_t start = t_now_ms();
	pthread_t t[4];
	void *got;
	long woken = 0;

	SHOW(futex(&word, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0));
	SHOW(futex(&word, FUTEX_WAIT_PRIVATE, 0, &ms, NULL, 0));
	YES(t_now_ms() - start >= 19);
	SHOW(futex(&word, FUTEX_WAIT, 0, &ms, NULL, 0));
	SHOW(futex(&word, FUTEX_WAIT_PRIVATE, 0, &bad, NULL, 0));
	SHOW(futex(&word, FUTEX_WAIT_PRIVATE, 0, &negative, NULL, 0));
	SHOW(futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, &past, NULL, 1));
	SHOW(futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, &past, NULL, 0));
	SHOW(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
	SHOW(futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0));
	SHOW(futex((uint32_t *)8, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0));
	SHOW(futex(&word, 77, 0, NULL, NULL, 0));
	for (int i = 0; i < 4; i++)
		MUST(pthread_create(&t[i], NULL, waiter, NULL) == 0);
	while (waiting < 4)
		t_sleep_ms(1);
	t_sleep_ms(30);
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	SHOW(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
	SHOW(futex(&word, FUTEX_WAKE_PRIVATE, 2, NULL, NULL, 0));
	SHOW(futex(&word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0));
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	MUST(pthread_create(&t[0], NULL, bit_waiter, (void *)1) == 0);
	MUST(pthread_create(&t[1], NULL, bit_waiter, (void *)2) == 0);
	t_sleep_ms(40);
	SHOW(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, 4));
	SHOW(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, 2));
	pthread_join(t[1], &got);
	printf("%ld\n", (long)got);
	while (woken < 1)
		woken += futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, 1);
	pthread_join(t[0], &got);
	printf("%ld\n", (long)got);
	return 0;
}
