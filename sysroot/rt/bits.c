/* SPDX-License-Identifier: Apache-2.0 */
/* Counting bits where the target has no instruction for it. Zero is undefined for clz and ctz. */
#include "rt.h"

int __popcountdi2(uint64_t a)
{
	a -= a >> 1 & 0x5555555555555555;
	a = (a & 0x3333333333333333) + (a >> 2 & 0x3333333333333333);
	a = (a + (a >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (int)(a * 0x0101010101010101 >> 56);
}

int __popcountsi2(unsigned a)
{
	return __popcountdi2(a);
}

int __popcountti2(u128 a)
{
	return __popcountdi2((uint64_t)a) + __popcountdi2((uint64_t)(a >> 64));
}

int __paritydi2(uint64_t a)
{
	return __popcountdi2(a) & 1;
}

int __paritysi2(unsigned a)
{
	return __popcountdi2(a) & 1;
}

int __clzdi2(uint64_t a)
{
	return __builtin_clzll(a);
}

int __clzti2(u128 a)
{
	uint64_t high = (uint64_t)(a >> 64);

	return high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)a);
}

int __ctzdi2(uint64_t a)
{
	return __builtin_ctzll(a);
}

int __ctzti2(u128 a)
{
	uint64_t low = (uint64_t)a;

	return low ? __builtin_ctzll(low) : 64 + __builtin_ctzll((uint64_t)(a >> 64));
}

int __ffsdi2(uint64_t a)
{
	return a ? __builtin_ctzll(a) + 1 : 0;
}

int __ffsti2(u128 a)
{
	return a ? __ctzti2(a) + 1 : 0;
}

uint32_t __bswapsi2(uint32_t a)
{
	return a << 24 | (a & 0xff00) << 8 | (a >> 8 & 0xff00) | a >> 24;
}

uint64_t __bswapdi2(uint64_t a)
{
	return (uint64_t)__bswapsi2((uint32_t)a) << 32 | __bswapsi2((uint32_t)(a >> 32));
}
