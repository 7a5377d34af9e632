/* SPDX-License-Identifier: Apache-2.0 */
/* Cancellation: at a cancellation point, deferred, disabled, asynchronous; cleanup handlers run. */
#include "t.h"

static int p[2];

static void cleanup(void *arg)
{
	printf("cleanup %s\n", (char *)arg);
}

static void *in_read(void *arg)
{
	char c;

	pthread_cleanup_push(cleanup, "read outer");
	pthread_cleanup_push(cleanup, "read inner");
	read(p[0], &c, 1);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return arg;
}

static void *in_cond(void *arg)
{
	static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	static pthread_cond_t c = PTHREAD_COND_INITIALIZER;

	pthread_mutex_lock(&m);
	pthread_cleanup_push(cleanup, "cond");
	for (;;)
		pthread_cond_wait(&c, &m);
	pthread_cleanup_pop(0);
	return arg;
}

static void *in_loop(void *arg)
{
	pthread_cleanup_push(cleanup, "testcancel");
	for (;;)
		pthread_testcancel();
	pthread_cleanup_pop(0);
	return arg;
}

static void *disabled(void *arg)
{
	int old;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	write(p[1], "r", 1);
	t_sleep_ms(50);
	printf("not cancelled while disabled\n");
	pthread_cleanup_push(cleanup, "enabled");
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
	pthread_testcancel();
	pthread_cleanup_pop(0);
	return arg;
}

static void *async(void *arg)
{
	int old;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
	for (volatile unsigned i = 0;; i++)
		;
	return arg;
}

static void one(const char *name, void *(*fn)(void *))
{
	pthread_t t;
	void *got;
	char c;

	MUST(pthread_create(&t, NULL, fn, NULL) == 0);
	if (fn == disabled)
		MUST(read(p[0], &c, 1) == 1);
	else
		t_sleep_ms(20);
	MUST(pthread_cancel(t) == 0);
	SHOW_ERR(pthread_join(t, &got));
	printf("%s: %s\n", name, got == PTHREAD_CANCELED ? "cancelled" : "returned");
}

int main(void)
{
	MUST(pipe(p) == 0);
	one("read", in_read);
	one("cond", in_cond);
	one("testcancel", in_loop);
	one("disabled", disabled);
	one("asynchronous", async);
	return 0;
}
