/* SPDX-License-Identifier: Apache-2.0 */
/* Unmasked floating point exceptions: SIGFPE with the right si_code, from SSE and from x87. */
#include "t.h"
#include <setjmp.h>

static sigjmp_buf env;
static volatile int code;

static void on(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)uc;
	code = si->si_code;
	siglongjmp(env, 1);
}

static const char *name(int c)
{
	static const struct {
		int code;
		const char *name;
	} rows[] = {
		{FPE_FLTDIV, "FLTDIV"},
		{FPE_FLTOVF, "FLTOVF"},
		{FPE_FLTUND, "FLTUND"},
		{FPE_FLTRES, "FLTRES"},
		{FPE_FLTINV, "FLTINV"},
		{FPE_INTDIV, "INTDIV"},
	};

	for (size_t i = 0; i < T_COUNT(rows); i++)
		if (rows[i].code == c)
			return rows[i].name;
	return "another";
}

static void sse(double first, double b, bool divide)
{
	unsigned unmasked = 0x1100, masked = 0x1f80;

	code = 0;
	if (sigsetjmp(env, 1) == 0) {
		double a = first;

		__asm__ volatile("ldmxcsr %0" : : "m"(unmasked)); /* all but denormal, inexact */
		if (divide)
			__asm__ volatile("divsd %1,%0" : "+x"(a) : "x"(b));
		else
			__asm__ volatile("mulsd %1,%0" : "+x"(a) : "x"(b));
	}
	__asm__ volatile("ldmxcsr %0" : : "m"(masked));
	printf("sse: %s\n", code ? name(code) : "no signal");
}

static void x87(void)
{
	unsigned short unmasked = 0x0340, masked = 0x037f;

	code = 0;
	if (sigsetjmp(env, 1) == 0)
		__asm__ volatile("fninit\n fldcw %0\n fld1\n fldz\n fdivrp\n fwait"
				 :
				 : "m"(unmasked));
	__asm__ volatile("fninit\n fldcw %0" : : "m"(masked));
	printf("x87: %s\n", code ? name(code) : "no signal");
}

int main(void)
{
	t_handle_info(SIGFPE, on, 0);
	sse(1, 0, true);
	sse(0, 0, true);
	sse(1e300, 1e300, false);
	sse(1e-300, 1e-300, false);
	sse(1, 1, false);
	x87();
	return 0;
}
