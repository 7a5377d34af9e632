/* SPDX-License-Identifier: Apache-2.0 */
/* What a handler finds in x87 and MXCSR, and that what it does to vector and
 * x87 registers is undone on return. */
/* run: plain */
#include "t.h"

static unsigned mxcsr_seen;
static unsigned short cw_seen;
static volatile int calls;

static void on(int sig)
{
	(void)sig;
	unsigned other = 0x9fc0;
	unsigned short cw = 0x007f;

	__asm__ volatile("stmxcsr %0\n fnstcw %1" : "=m"(mxcsr_seen), "=m"(cw_seen));
	__asm__ volatile("ldmxcsr %0\n fldcw %1\n fldz\n fldz\n pxor %%xmm3,%%xmm3\n"
			 :
			 : "m"(other), "m"(cw)
			 : "xmm3");
	calls++;
}

int main(void)
{
	unsigned mxcsr = 0x7f80, now;
	unsigned short cw = 0x0c7f, cw_now, sw;
	uint64_t in = 0x1122334455667788, out = 0;
	double top;
	long result;

	t_handle(SIGUSR1, on, 0);
	__asm__ volatile("fninit\n ldmxcsr %0\n fldcw %1\n fldpi" : : "m"(mxcsr), "m"(cw));
	__asm__ volatile("movq %2,%%xmm3\n syscall\n movq %%xmm3,%1"
			 : "=a"(result), "=&r"(out)
			 : "r"(in), "a"(SYS_tkill), "D"((long)getpid()), "S"((long)SIGUSR1)
			 : "rcx", "r11", "memory", "xmm3");
	__asm__ volatile("stmxcsr %0\n fnstcw %1\n fnstsw %2" : "=m"(now), "=m"(cw_now), "=m"(sw));
	__asm__ volatile("fstpl %0" : "=m"(top));
	SHOW(result);
	printf("calls %d, mxcsr %#x, cw %#x, stack top %d, xmm %s, pi %.6f\n", calls, now & ~0x3fu,
		cw_now, sw >> 11 & 7, in == out ? "kept" : "CHANGED", top);
	printf("handler saw mxcsr %#x cw %#x\n", mxcsr_seen & ~0x3fu, cw_seen);
	return 0;
}
