/* SPDX-License-Identifier: Apache-2.0 */
/* The main stack grows to its limit of 8 MiB, also by alloca in one leap; beyond it is SIGSEGV. */
#include "t_fault.h"
#include <sys/resource.h>

static T_NOINLINE long deep(int n)
{
	volatile char frame[1000];

	frame[0] = (char)n;
	return n ? deep(n - 1) + frame[0] - (char)n + 1 : 0;
}

static T_NOINLINE int leap(size_t n)
{
	volatile char *p = __builtin_alloca(n);

	p[0] = 1;
	p[n - 1] = 2;
	return p[0] + p[n - 1];
}

static long endless(volatile char *up)
{
	volatile char frame[4000];

	frame[0] = *up;
	return endless(frame) + frame[0];
}

static void overflow(void *arg)
{
	char c = 0;

	(void)arg;
	endless(&c);
}

int main(int argc, char **argv)
{
	struct rlimit lim = {8 << 20, 8 << 20};
	static char alt[65536];
	stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
	struct sigaction sa = {
		.sa_sigaction = t_fault_handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	if (argc == 1) {
		MUST(setrlimit(RLIMIT_STACK, &lim) == 0);
		t_wait("deep", t_spawn("deep", NULL));
		t_wait("dies", t_spawn("die", NULL));
		return 0;
	}
	if (T_IS_ROLE("die"))
		overflow(NULL);
	printf("%ld\n", deep(7000));
	printf("%d\n", leap(7 << 20));
	MUST(sigaltstack(&ss, NULL) == 0 && sigaction(SIGSEGV, &sa, NULL) == 0);
	for (int i = 0; i < 3; i++) {
		if (sigsetjmp(t_fault_env, 1) == 0)
			overflow(NULL);
		printf("overflow: %s\n", t_signame(t_fault_info.si_signo));
	}
	printf("%ld\n", deep(100));
	return argv == NULL;
}
