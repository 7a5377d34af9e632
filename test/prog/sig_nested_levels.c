/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers nested twenty deep on one stack and on the alternate one: all return in order. */
#include "t.h"

enum { DEPTH = 20 };

static volatile int depth, order[2 * DEPTH], n, bad;
static char alt[512 * 1024] __attribute__((aligned(16)));

static void on(int sig)
{
	volatile long local = depth * 3 + 1;
	int mine = depth++;

	order[n++] = sig - SIGRTMIN;
	if (mine < DEPTH - 1)
		raise(SIGRTMIN + mine + 1);
	order[n++] = sig - SIGRTMIN;
	bad += local != mine * 3 + 1;
}

static void run(const char *what, int flags)
{
	depth = n = 0;
	for (int i = 0; i < DEPTH; i++)
		t_handle(SIGRTMIN + i, on, flags);
	raise(SIGRTMIN);
	for (int i = 0; i < DEPTH; i++)
		bad += order[i] != i || order[2 * DEPTH - 1 - i] != i;
	printf("%s: depth %d bad %d\n", what, depth, bad);
}

int main(void)
{
	stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};

	run("own stack", 0);
	MUST(sigaltstack(&ss, NULL) == 0);
	run("alternate stack", SA_ONSTACK);
	return 0;
}
