/* SPDX-License-Identifier: Apache-2.0 */
/* A fault inside a handler for the same fault kills; SA_NODEFER lets it nest; other faults nest
 * too. */
/* run: plain */
#include "t.h"
#include <sys/resource.h>

static volatile int depth;

static void segv(int sig)
{
	(void)sig;
	if (++depth < 3)
		*(volatile int *)t_null = 1;
	printf("depth %d\n", depth);
	_exit(depth);
}

static void ill(int sig)
{
	(void)sig;
	*(volatile int *)t_null = 1;
}

int main(int argc, char **argv)
{
	struct rlimit none = {0, 0};

	if (argc > 1) {
		setrlimit(RLIMIT_CORE, &none);
		t_handle(SIGSEGV, segv, T_IS_ROLE("nodefer") ? SA_NODEFER : 0);
		t_handle(SIGILL, ill, 0);
		if (T_IS_ROLE("other")) {
			depth = 5;
			__asm__ volatile("ud2");
		}
		*(volatile int *)t_null = 1;
	}
	t_wait("blocked", t_spawn("blocked", NULL));
	t_wait("nodefer", t_spawn("nodefer", NULL));
	t_wait("other", t_spawn("other", NULL));
	return argv == NULL;
}
