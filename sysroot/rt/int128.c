/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 128-bit division, which the compiler calls instead of expanding. Method: normalise the divisor
 * and estimate with the processor's 128/64 division (Knuth, TAOCP vol. 2, 4.3.1, algorithm D with
 * two digits).
 */
#include "rt.h"

/* (hi:lo) / d for hi < d. */
static uint64_t div_2by1(uint64_t hi, uint64_t lo, uint64_t d, uint64_t *rem)
{
	uint64_t q, r;

	__asm__("divq %4" : "=a"(q), "=d"(r) : "a"(lo), "d"(hi), "r"(d) : "cc");
	*rem = r;
	return q;
}

static u128 divide(u128 n, u128 d, u128 *rem)
{
	uint64_t nh = (uint64_t)(n >> 64), nl = (uint64_t)n, dh = (uint64_t)(d >> 64);
	uint64_t r;

	if (!dh) {
		uint64_t dl = (uint64_t)d, qh = nh / dl;
		uint64_t ql = div_2by1(nh % dl, nl, dl, &r);

		*rem = r;
		return (u128)qh << 64 | ql;
	}
	if (n < d) {
		*rem = n;
		return 0;
	}
	int shift = __builtin_clzll(dh);
	if (!shift) { /* the divisor's top bit is set: the quotient is one */
		*rem = n - d;
		return 1;
	}
	uint64_t top = (uint64_t)((d << shift) >> 64);
	uint64_t q = div_2by1(nh >> 1, nh << 63 | nl >> 1, top, &r) >> (63 - shift);
	if (q)
		q--; /* now at most one too small */
	*rem = n - (u128)q * d;
	if (*rem >= d) {
		*rem -= d;
		q++;
	}
	return q;
}

u128 __udivmodti4(u128 n, u128 d, u128 *rem)
{
	u128 r, q = divide(n, d, &r);

	if (rem)
		*rem = r;
	return q;
}

u128 __udivti3(u128 n, u128 d)
{
	u128 r;

	return divide(n, d, &r);
}

u128 __umodti3(u128 n, u128 d)
{
	u128 r;

	(void)divide(n, d, &r);
	return r;
}

static u128 magnitude(i128 a)
{
	return a < 0 ? -(u128)a : (u128)a;
}

i128 __divti3(i128 n, i128 d)
{
	u128 q = __udivti3(magnitude(n), magnitude(d));

	return (i128)((n < 0) != (d < 0) ? -q : q);
}

i128 __modti3(i128 n, i128 d)
{
	u128 r = __umodti3(magnitude(n), magnitude(d));

	return (i128)(n < 0 ? -r : r);
}

i128 __divmodti4(i128 n, i128 d, i128 *rem)
{
	*rem = __modti3(n, d);
	return __divti3(n, d);
}

i128 __multi3(i128 a, i128 b)
{
	uint64_t al = (uint64_t)a, bl = (uint64_t)b;
	u128 low = (u128)al * bl;
	uint64_t cross = (uint64_t)((u128)a >> 64) * bl + al * (uint64_t)((u128)b >> 64);

	return (i128)(low + ((u128)cross << 64));
}

i128 __ashlti3(i128 a, int n)
{
	return (i128)((u128)a << n);
}

i128 __ashrti3(i128 a, int n)
{
	return a >> n;
}

i128 __lshrti3(i128 a, int n)
{
	return (i128)((u128)a >> n);
}
