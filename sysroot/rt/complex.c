/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Complex multiplication and division with the infinities of C11 Annex G (G.5.1, examples 1 and
 * 2). One body per width.
 */
#include "rt.h"

#define isnan(x)    __builtin_isnan(x)
#define isinf(x)    __builtin_isinf(x)
#define isfinite(x) __builtin_isfinite(x)

/* An infinity becomes a signed 1, anything else a signed 0; a NaN a signed 0. */
#define BOX(s, x) __builtin_copysign##s(isinf(x) ? 1 : 0, x)
#define UNNAN(s, x)                                                                                \
	if (isnan(x))                                                                              \
	x = __builtin_copysign##s(0, x)

#define MULTIPLY(type, s, name)                                                                    \
	_Complex type name(type a, type b, type c, type d)                                         \
	{                                                                                          \
		type ac = a * c, bd = b * d, ad = a * d, bc = b * c;                               \
		type x = ac - bd, y = ad + bc;                                                     \
		int recalc = 0;                                                                    \
                                                                                                   \
		if (isnan(x) && isnan(y)) {                                                        \
			if (isinf(a) || isinf(b)) {                                                \
				a = BOX(s, a), b = BOX(s, b);                                      \
				UNNAN(s, c);                                                       \
				UNNAN(s, d);                                                       \
				recalc = 1;                                                        \
			}                                                                          \
			if (isinf(c) || isinf(d)) {                                                \
				c = BOX(s, c), d = BOX(s, d);                                      \
				UNNAN(s, a);                                                       \
				UNNAN(s, b);                                                       \
				recalc = 1;                                                        \
			}                                                                          \
			if (!recalc && (isinf(ac) || isinf(bd) || isinf(ad) || isinf(bc))) {       \
				UNNAN(s, a);                                                       \
				UNNAN(s, b);                                                       \
				UNNAN(s, c);                                                       \
				UNNAN(s, d);                                                       \
				recalc = 1;                                                        \
			}                                                                          \
			if (recalc) {                                                              \
				x = __builtin_inf##s() * (a * c - b * d);                          \
				y = __builtin_inf##s() * (a * d + b * c);                          \
			}                                                                          \
		}                                                                                  \
		_Complex type z;                                                                   \
		__real__ z = x;                                                                    \
		__imag__ z = y;                                                                    \
		return z;                                                                          \
	}

#define DIVIDE(type, s, name)                                                                      \
	_Complex type name(type a, type b, type c, type d)                                         \
	{                                                                                          \
		type big = __builtin_fabs##s(c) > __builtin_fabs##s(d) ? __builtin_fabs##s(c)      \
								       : __builtin_fabs##s(d);     \
		int scale = isfinite(big) && big != 0 ? __builtin_ilogb##s(big) : 0;               \
		type cs = __builtin_scalbn##s(c, -scale), ds = __builtin_scalbn##s(d, -scale);     \
		type denom = cs * cs + ds * ds;                                                    \
		type x = __builtin_scalbn##s((a * cs + b * ds) / denom, -scale);                   \
		type y = __builtin_scalbn##s((b * cs - a * ds) / denom, -scale);                   \
                                                                                                   \
		if (isnan(x) && isnan(y)) {                                                        \
			if (denom == 0 && (!isnan(a) || !isnan(b))) {                              \
				x = __builtin_copysign##s(__builtin_inf##s(), c) * a;              \
				y = __builtin_copysign##s(__builtin_inf##s(), c) * b;              \
			} else if ((isinf(a) || isinf(b)) && isfinite(c) && isfinite(d)) {         \
				a = BOX(s, a), b = BOX(s, b);                                      \
				x = __builtin_inf##s() * (a * c + b * d);                          \
				y = __builtin_inf##s() * (b * c - a * d);                          \
			} else if (isinf(big) && isfinite(a) && isfinite(b)) {                     \
				c = BOX(s, c), d = BOX(s, d);                                      \
				x = 0 * (a * c + b * d);                                           \
				y = 0 * (b * c - a * d);                                           \
			}                                                                          \
		}                                                                                  \
		_Complex type z;                                                                   \
		__real__ z = x;                                                                    \
		__imag__ z = y;                                                                    \
		return z;                                                                          \
	}

MULTIPLY(float, f, __mulsc3)
MULTIPLY(double, , __muldc3)
MULTIPLY(long double, l, __mulxc3)
DIVIDE(float, f, __divsc3)
DIVIDE(double, , __divdc3)
DIVIDE(long double, l, __divxc3)
