/* SPDX-License-Identifier: Apache-2.0 */
/* sigaltstack(2): the handler runs on it with SA_ONSTACK only; SS_ONSTACK, SS_AUTODISARM, errors.
 */
#include "t.h"

static char alt[65536] __attribute__((aligned(16)));
static volatile int on_alt, flags_inside, change_inside;

static void on(int sig)
{
	stack_t ss;
	char here;

	(void)sig;
	on_alt = &here >= alt && &here < alt + sizeof(alt);
	sigaltstack(NULL, &ss);
	flags_inside = ss.ss_flags;
	ss.ss_flags = SS_DISABLE;
	change_inside = sigaltstack(&ss, NULL) ? errno : 0;
}

static void try(const char *what, int flags)
{
	t_handle(SIGUSR1, on, flags);
	raise(SIGUSR1);
	printf("%s: on alternate %d flags %#x change %s\n", what, on_alt, (unsigned)flags_inside,
		change_inside ? t_errname(change_inside) : "ok");
}

int main(void)
{
	stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)}, old;

	SHOW(sigaltstack(NULL, &old));
	printf("flags %d\n", old.ss_flags);
	try("none set", SA_ONSTACK);
	SHOW(sigaltstack(&ss, NULL));
	try("SA_ONSTACK", SA_ONSTACK);
	SHOW(sigaltstack(NULL, &old));
	YES(old.ss_sp == alt && old.ss_size == sizeof(alt) && old.ss_flags == 0);
	try("without", 0);
	SHOW(sigaltstack(NULL, &old));
	printf("flags %d\n", old.ss_flags);
	ss.ss_size = 100;
	SHOW(sigaltstack(&ss, NULL));
	ss.ss_size = sizeof(alt);
	ss.ss_flags = 99;
	SHOW(sigaltstack(&ss, NULL));
	ss.ss_flags = (int)(1U << 31); /* SS_AUTODISARM */
	SHOW(sigaltstack(&ss, NULL));
	try("SS_AUTODISARM", SA_ONSTACK);
	ss.ss_flags = SS_DISABLE;
	SHOW(sigaltstack(&ss, NULL));
	try("disabled", SA_ONSTACK);
	SHOW(syscall(SYS_sigaltstack, 8, NULL));
	return 0;
}
