/* SPDX-License-Identifier: Apache-2.0 */
/* Floating point as the processor gives it: rounding modes, exceptions, long double, conversions.
 */
/* run: plain cc=-lm */
#include "t.h"
#include <fenv.h>
#include <float.h>
#include <math.h>

static volatile double one = 1, three = 3, zero = 0, big = DBL_MAX, tiny = DBL_MIN;

int main(void)
{
	static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

	for (size_t i = 0; i < T_COUNT(modes); i++) {
		fesetround(modes[i]);
		printf("%d: %a %a %ld %.3f\n", fegetround() == modes[i], one / three, -one / three,
			lrint(2.5), 0.0005 + zero);
	}
	fesetround(FE_TONEAREST);
	feclearexcept(FE_ALL_EXCEPT);
	printf("%g ", one / zero);
	printf("divbyzero %d\n", !!fetestexcept(FE_DIVBYZERO));
	printf("%g ", big * 2);
	printf("overflow %d\n", !!fetestexcept(FE_OVERFLOW));
	printf("%g ", tiny / 3e10);
	printf("underflow %d inexact %d\n", !!fetestexcept(FE_UNDERFLOW),
		!!fetestexcept(FE_INEXACT));
	printf("%d ", isnan(zero / zero));
	printf("invalid %d\n", !!fetestexcept(FE_INVALID));
	printf("%.20Lg %Lg\n", 1.0L / 3.0L, LDBL_EPSILON);
	printf("%d %lld %u\n", (int)-2.9, (long long)1e18, (unsigned)3e9);
	printf("%.15g %.15g %.15g\n", sin(one), exp(one), pow(three, 0.5));
	return 0;
}
