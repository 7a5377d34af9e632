/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversions between 128-bit integers and floating point, and integer powers. A 64-bit half is
 * exact in long double; rounding to a narrower type happens once because the bits that a narrow
 * type cannot hold are first folded into a sticky bit.
 */
#include "rt.h"

/* Keeps `digits` + 2 leading bits and ors the rest into the lowest: rounding a once more is then
 * the same as rounding the original. */
static u128 sticky(u128 a, int digits)
{
	if (!(a >> 64))
		return a;
	int drop = 128 - __clzti2(a) - (digits + 2);
	if (drop <= 0)
		return a;
	u128 low = a & (((u128)1 << drop) - 1);
	return ((a >> drop) | (low != 0)) << drop;
}

long double __floatuntixf(u128 a)
{
	a = sticky(a, 64);
	return (long double)(uint64_t)(a >> 64) * 0x1p64L + (long double)(uint64_t)a;
}

/* A value of at most 55 + 73 bits whose tail is zero is exact in long double. */
double __floatuntidf(u128 a)
{
	return (double)__floatuntixf(sticky(a, 53));
}

float __floatuntisf(u128 a)
{
	return (float)__floatuntixf(sticky(a, 24));
}

long double __floattixf(i128 a)
{
	return a < 0 ? -__floatuntixf(-(u128)a) : __floatuntixf((u128)a);
}

double __floattidf(i128 a)
{
	return a < 0 ? -__floatuntidf(-(u128)a) : __floatuntidf((u128)a);
}

float __floattisf(i128 a)
{
	return a < 0 ? -__floatuntisf(-(u128)a) : __floatuntisf((u128)a);
}

u128 __fixunsxfti(long double a)
{
	if (a < 0x1p64L)
		return a <= 0 ? 0 : (uint64_t)a;
	uint64_t high = (uint64_t)(a * 0x1p-64L);
	return (u128)high << 64 | (uint64_t)(a - (long double)high * 0x1p64L);
}

u128 __fixunsdfti(double a)
{
	return __fixunsxfti(a);
}

u128 __fixunssfti(float a)
{
	return __fixunsxfti(a);
}

i128 __fixxfti(long double a)
{
	return a < 0 ? -(i128)__fixunsxfti(-a) : (i128)__fixunsxfti(a);
}

i128 __fixdfti(double a)
{
	return __fixxfti(a);
}

i128 __fixsfti(float a)
{
	return __fixxfti(a);
}

#define POWER(type, name)                                                                          \
	type name(type a, int n)                                                                   \
	{                                                                                          \
		unsigned left = n < 0 ? -(unsigned)n : (unsigned)n;                                \
		type result = left & 1 ? a : 1;                                                    \
                                                                                                   \
		while (left >>= 1) {                                                               \
			a *= a;                                                                    \
			if (left & 1)                                                              \
				result *= a;                                                       \
		}                                                                                  \
		return n < 0 ? 1 / result : result;                                                \
	}
POWER(float, __powisf2)
POWER(double, __powidf2)
POWER(long double, __powixf2)
