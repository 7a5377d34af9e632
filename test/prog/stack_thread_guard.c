/* SPDX-License-Identifier: Apache-2.0 */
/* A thread's stack has a guard below it: overflow is SIGSEGV with SEGV_ACCERR on that thread alone.
 */
#include "t_fault.h"

static long endless(volatile char *up)
{
	volatile char frame[2000];

	frame[0] = *up;
	return endless(frame) + frame[0];
}

static void *thread(void *arg)
{
	static char alt[65536];
	stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
	char c = 0;

	MUST(sigaltstack(&ss, NULL) == 0);
	if (sigsetjmp(t_fault_env, 1) == 0)
		endless(&c);
	printf("%s %s\n", t_signame(t_fault_info.si_signo), t_fault_code());
	return arg;
}

int main(void)
{
	struct sigaction sa = {
		.sa_sigaction = t_fault_handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	pthread_attr_t attr;
	pthread_t t;
	size_t guard;

	MUST(sigaction(SIGSEGV, &sa, NULL) == 0);
	pthread_attr_init(&attr);
	MUST(pthread_attr_setstacksize(&attr, 128 << 10) == 0);
	MUST(pthread_attr_setguardsize(&attr, 64 << 10) == 0);
	MUST(pthread_attr_getguardsize(&attr, &guard) == 0);
	printf("guard %zu\n", guard);
	MUST(pthread_create(&t, &attr, thread, NULL) == 0);
	pthread_join(t, NULL);
	printf("main goes on\n");
	return 0;
}
