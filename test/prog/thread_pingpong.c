/* SPDX-License-Identifier: Apache-2.0 */
/* Two threads hand a turn to each other 5000 times, by pipe, by condition and by futex: none is
 * lost. */
#include "t.h"
#include "t_futex.h"

enum { TURNS = 5000 };

static int a[2], b[2];
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static int turn;
static uint32_t word;

static void *by_pipe(void *arg)
{
	char x;

	for (int i = 0; i < TURNS; i++)
		MUST(read(a[0], &x, 1) == 1 && write(b[1], &x, 1) == 1);
	return arg;
}

static void cond_side(int me)
{
	for (int i = 0; i < TURNS; i++) {
		pthread_mutex_lock(&m);
		while (turn != me)
			pthread_cond_wait(&c, &m);
		turn = !me;
		pthread_cond_signal(&c);
		pthread_mutex_unlock(&m);
	}
}

static void *by_cond(void *arg)
{
	cond_side(1);
	return arg;
}

static void futex_side(uint32_t me)
{
	for (uint32_t i = 0; i < TURNS; i++) {
		uint32_t now;

		while ((now = __atomic_load_n(&word, __ATOMIC_SEQ_CST)) % 2 != me)
			syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, now, NULL);
		__atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST);
		syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
	}
}

static void *by_futex(void *arg)
{
	futex_side(1);
	return arg;
}

int main(void)
{
	pthread_t t;
	char x = 'x';

	MUST(pipe(a) == 0 && pipe(b) == 0);
	MUST(pthread_create(&t, NULL, by_pipe, NULL) == 0);
	for (int i = 0; i < TURNS; i++)
		MUST(write(a[1], &x, 1) == 1 && read(b[0], &x, 1) == 1);
	pthread_join(t, NULL);
	printf("pipe %d\n", TURNS);
	MUST(pthread_create(&t, NULL, by_cond, NULL) == 0);
	cond_side(0);
	pthread_join(t, NULL);
	printf("cond %d\n", turn);
	MUST(pthread_create(&t, NULL, by_futex, NULL) == 0);
	futex_side(0);
	pthread_join(t, NULL);
	printf("futex %u\n", word);
	return 0;
}
