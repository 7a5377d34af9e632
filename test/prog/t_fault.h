/* SPDX-License-Identifier: Apache-2.0 */
/* Faults as values: t_fault() touches memory or runs code and says which signal came of it.
 *
 * The handler returns by siglongjmp, so the fault is not repeated. One fault at a time, one thread.
 */
#ifndef T_FAULT_H
#define T_FAULT_H

#include "t.h"
#include <setjmp.h>

static sigjmp_buf t_fault_env;
static siginfo_t t_fault_info;

static void t_fault_handler(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)uc;
	t_fault_info = *si;
	siglongjmp(t_fault_env, 1);
}

T_UNUSED static void t_fault_catch(void)
{
	static const int sigs[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};

	for (size_t i = 0; i < T_COUNT(sigs); i++)
		t_handle_info(sigs[i], t_fault_handler, 0);
}

T_UNUSED static const char *t_fault_code(void)
{
	static char text[24];
	int code = t_fault_info.si_code;

	switch (t_fault_info.si_signo) {
	case SIGSEGV:
		if (code == SEGV_MAPERR || code == SEGV_ACCERR)
			return code == SEGV_MAPERR ? "SEGV_MAPERR" : "SEGV_ACCERR";
		break;
	case SIGBUS:
		if (code == BUS_ADRERR || code == BUS_ADRALN)
			return code == BUS_ADRERR ? "BUS_ADRERR" : "BUS_ADRALN";
		break;
	case SIGILL:
		if (code == ILL_ILLOPN)
			return "ILL_ILLOPN";
		break;
	case SIGFPE:
		if (code == FPE_INTDIV || code == FPE_FLTDIV || code == FPE_FLTINV)
			return code == FPE_INTDIV   ? "FPE_INTDIV"
			       : code == FPE_FLTDIV ? "FPE_FLTDIV"
						    : "FPE_FLTINV";
		break;
	}
	if (code == SI_KERNEL)
		return "SI_KERNEL";
	snprintf(text, sizeof(text), "code %d", code);
	return text;
}

/* Run fn(arg); print "what: ok" or the signal, its code and whether si_addr is `addr`. */
T_UNUSED static void t_fault(const char *what, void (*fn)(void *), void *arg, const void *addr)
{
	if (sigsetjmp(t_fault_env, 1)) {
		printf("%s: %s %s, address %s\n", what, t_signame(t_fault_info.si_signo),
			t_fault_code(), t_fault_info.si_addr == addr ? "right" : "WRONG");
		return;
	}
	fn(arg);
	printf("%s: ok\n", what);
}

T_UNUSED static void t_read_byte(void *p)
{
	(void)*(volatile char *)p;
}

T_UNUSED static void t_write_byte(void *p)
{
	*(volatile char *)p = 1;
}

T_UNUSED static void t_call(void *p)
{
	((void (*)(void))p)();
}

/* Read and write one byte, each by name. */
T_UNUSED static void t_probe(const char *what, void *p)
{
	char name[64];

	snprintf(name, sizeof(name), "read %s", what);
	t_fault(name, t_read_byte, p, p);
	snprintf(name, sizeof(name), "write %s", what);
	t_fault(name, t_write_byte, p, p);
}

#endif
