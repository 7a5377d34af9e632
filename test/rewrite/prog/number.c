/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers: long double, complex, 128-bit integers, conversions, vector types, the math library. */
#include <complex.h>
#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef unsigned __int128 u128;
typedef __int128 i128;
typedef float v8f __attribute__((vector_size(32)));

static void print128(u128 x)
{
	printf("%016llx%016llx ", (unsigned long long)(x >> 64), (unsigned long long)x);
}

static u128 rnd(void)
{
	static uint64_t s = 88172645463325252ull;
	uint64_t w[2];

	for (int i = 0; i < 2; i++) {
		s ^= s << 13, s ^= s >> 7, s ^= s << 17;
		w[i] = s >> (s % 60);
	}
	return (u128)w[0] << 64 | w[1];
}

int main(void)
{
	for (int i = 0; i < 400; i++) {
		u128 a = rnd(), b = rnd() >> (i % 100) | 1;
		i128 c = (i128)rnd(), d = (i128)(rnd() >> (i % 110)) - (i128)1000;

		if (!d)
			d = 3;
		print128(a / b);
		print128(a % b);
		print128((u128)(c / d));
		print128((u128)(c % d));
		print128((u128)((i128)a * c));
		long double l = (long double)a;
		printf("%a %a %a %a %a %a\n", (double)a, (float)a, (double)l,
			(double)(l - (double)l), (double)c, (float)c);
		print128((u128)((double)(a >> 3)));
		print128((u128)(i128)((float)(c >> 9)));
		printf("%d %d\n", __builtin_popcountll((uint64_t)a),
			__builtin_parityll((uint64_t)b));
	}
	for (int i = 1; i < 30; i++) {
		double x = i * 0.37;
		long double l = i * 1.25L;

		printf("%.13g %.13g %.13g %.13g\n", sin(x), exp(x), log(x), pow(x, 1.5));
		printf("%.16Lg %.16Lg %.16Lg %.16Lg %.16Lg\n", sinl(l), expl(l), logl(l), sqrtl(l),
			fmodl(l, 0.7L));
		printf("%ld %lld %a %a\n", lrint(x), llrintl(l), nearbyint(x),
			__builtin_powi(x, i));
		complex double z = (x + 1.0 * I) * (l - x * I) / (0.5 + x * I);
		printf("%.12g %.12g %.12g\n", creal(z), cimag(z), cabs(z));
	}
	fesetround(FE_UPWARD);
	printf("%a %d\n", 1.0 / 3.0 + (double)(rand() & 0), fegetround() == FE_UPWARD);
	fesetround(FE_TONEAREST);
	v8f v = {1, 2, 3, 4, 5, 6, 7, 8}, w = v * v + v;
	float total = 0;
	for (int i = 0; i < 8; i++)
		total += w[i];
	printf("%a %s\n", total, isnan(NAN) && isinf(INFINITY) ? "ok" : "wrong");
	printf("%.3f %e %g %s\n", strtod("1e-320", NULL) * 1e300, 6.02e23, 1e15, "done");
	return 0;
}
