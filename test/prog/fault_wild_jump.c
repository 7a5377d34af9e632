/* SPDX-License-Identifier: Apache-2.0 */
/* Jumps to where nothing can be: the signal a program expects, with a handler and without. */
/* run: plain */
#include "t.h"
#include <setjmp.h>

static sigjmp_buf back;

static void on_fault(int sig)
{
	siglongjmp(back, sig);
}

static const uintptr_t places[] = {
	0, 1, 0x7fffffffffff, 0x7ffffffff000, 0x800000000000, 0xffff800000000000, UINTPTR_MAX};

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = on_fault};
	char n[8];

	if (argc == 3)
		((void (*)(void))places[atoi(argv[2])])();
	for (size_t i = 0; i < T_COUNT(places); i++) {
		snprintf(n, sizeof(n), "%zu", i);
		t_wait(n, t_spawn("default", n));
	}
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	for (volatile size_t i = 0; i < T_COUNT(places); i++) {
		int sig = sigsetjmp(back, 1);

		if (sig == 0)
			((void (*)(void))places[i])();
		printf("%zu: signal %d\n", i, sig);
	}
	(void)argv;
	return 0;
}
