/* SPDX-License-Identifier: Apache-2.0 */
/* FUTEX_CMP_REQUEUE and FUTEX_WAKE_OP: how many are woken, how many moved. */
#include "t.h"
#include "t_futex.h"

enum { WAITERS = 5 };

static uint32_t a, b;
static _Atomic int ready, woken;

static long futex(uint32_t *at, int op, uint32_t val, long val2, uint32_t *two, uint32_t val3)
{
	return syscall(SYS_futex, at, op, val, val2, two, val3);
}

static void *waiter(void *arg)
{
	ready++;
	while (futex(&a, FUTEX_WAIT_PRIVATE, 0, 0, NULL, 0) && errno == EINTR)
		;
	woken++;
	return arg;
}

int main(void)
{
	pthread_t t[WAITERS];
	int n;

	for (int i = 0; i < WAITERS; i++)
		MUST(pthread_create(&t[i], NULL, waiter, NULL) == 0);
	while (ready < WAITERS)
		t_sleep_ms(1);
	t_sleep_ms(50);
	SHOW(futex(&a, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2, &b, 9));
	SHOW(futex(&a, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2, &b, 0));
	while (woken < 1)
		t_sleep_ms(1);
	SHOW(futex(&b, FUTEX_WAKE_PRIVATE, 1, 0, NULL, 0));
	while (woken < 2)
		t_sleep_ms(1);
	SHOW(futex(&a, FUTEX_REQUEUE_PRIVATE, 0, 1, &b, 0));
	/* *b = b + 3; wake one on a; b was 0, not greater than 5: none on b. */
	SHOW(futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, 9, &b,
		FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_GT, 5)));
	printf("b %u\n", b);
	SHOW(futex(
		&a, FUTEX_WAKE_OP_PRIVATE, 1, 9, &b, FUTEX_OP(FUTEX_OP_OR, 8, FUTEX_OP_CMP_EQ, 3)));
	printf("b %u\n", b);
	for (int i = 0; i < WAITERS; i++)
		pthread_join(t[i], NULL);
	n = woken;
	printf("woken %d\n", n);
	return 0;
}
