/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler's support routines for SIP programs, as the libgcc internals manual ("The GCC
 * low-level runtime library") defines them. Only what gcc and clang call on x86-64.
 */
#ifndef RT_H
#define RT_H

#include <stdint.h>

extern void *__dso_handle; /* names this program to atexit handlers of C++ */

typedef unsigned __int128 u128;
typedef __int128 i128;

u128 __udivmodti4(u128 n, u128 d, u128 *rem);
u128 __udivti3(u128 n, u128 d);
u128 __umodti3(u128 n, u128 d);
i128 __divti3(i128 n, i128 d);
i128 __modti3(i128 n, i128 d);
i128 __divmodti4(i128 n, i128 d, i128 *rem);
i128 __multi3(i128 a, i128 b);
i128 __ashlti3(i128 a, int n);
i128 __ashrti3(i128 a, int n);
i128 __lshrti3(i128 a, int n);

int __popcountsi2(unsigned a);
int __popcountdi2(uint64_t a);
int __popcountti2(u128 a);
int __paritysi2(unsigned a);
int __paritydi2(uint64_t a);
int __clzdi2(uint64_t a);
int __clzti2(u128 a);
int __ctzdi2(uint64_t a);
int __ctzti2(u128 a);
int __ffsdi2(uint64_t a);
int __ffsti2(u128 a);
uint32_t __bswapsi2(uint32_t a);
uint64_t __bswapdi2(uint64_t a);

float __floattisf(i128 a);
double __floattidf(i128 a);
long double __floattixf(i128 a);
float __floatuntisf(u128 a);
double __floatuntidf(u128 a);
long double __floatuntixf(u128 a);
i128 __fixsfti(float a);
i128 __fixdfti(double a);
i128 __fixxfti(long double a);
u128 __fixunssfti(float a);
u128 __fixunsdfti(double a);
u128 __fixunsxfti(long double a);
float __powisf2(float a, int n);
double __powidf2(double a, int n);
long double __powixf2(long double a, int n);

_Complex float __mulsc3(float a, float b, float c, float d);
_Complex double __muldc3(double a, double b, double c, double d);
_Complex long double __mulxc3(long double a, long double b, long double c, long double d);
_Complex float __divsc3(float a, float b, float c, float d);
_Complex double __divdc3(double a, double b, double c, double d);
_Complex long double __divxc3(long double a, long double b, long double c, long double d);

#endif
