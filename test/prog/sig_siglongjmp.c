/* SPDX-License-Identifier: Apache-2.0 */
/* siglongjmp out of a handler restores the mask that sigsetjmp saved; setjmp values and nesting. */
#include "t_fault.h"

static sigjmp_buf env;

static void jump(int sig)
{
	siglongjmp(env, sig);
}

static T_NOINLINE void deep(int n, int value)
{
	volatile char frame[100];

	frame[0] = (char)n;
	if (n == 0)
		siglongjmp(env, value);
	deep(n - 1, value);
	frame[1] = frame[0];
}

int main(void)
{
	volatile int times = 0;
	sigset_t now;
	int v;

	t_handle(SIGUSR1, jump, 0);
	v = sigsetjmp(env, 1);
	if (times++ < 3)
		raise(SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	printf("times %d value %s blocked %d\n", times, t_signame(v), sigismember(&now, SIGUSR1));
	v = sigsetjmp(env, 0);
	if (v == 0)
		raise(SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	printf("mask not saved: blocked %d\n", sigismember(&now, SIGUSR1));
	v = sigsetjmp(env, 1);
	if (v == 0)
		deep(1000, 0);
	printf("siglongjmp with 0 gives %d\n", v);
	v = sigsetjmp(env, 1);
	if (v < 5)
		deep(10, v + 1);
	printf("%d\n", v);
	return 0;
}
