/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPUID for the enclave, where the instruction does not exist: all leaves a program is likely to
 * ask for. The enclave takes them as a hint at best; what it relies on it checks against its own
 * REPORT.
 */
#include <cpuid.h>

#include "host.h"

struct span {
	uint32_t first, last, subleaves;
};

static const struct span spans[] = {
	{0x0, 0x3, 1},
	{0x4, 0x4, 5}, /* caches */
	{0x5, 0x6, 1},
	{0x7, 0x7, 2}, /* features */
	{0xa, 0xa, 1},
	{0xb, 0xb, 3},   /* topology */
	{0xd, 0xd, 10},  /* XSAVE: components up to PKRU */
	{0x15, 0x16, 1}, /* clocks */
	{0x19, 0x19, 1},
	{0x1f, 0x1f, 3},
	{0x80000000, 0x80000008, 1},
};

unsigned cpuid_collect(struct cpuid_leaf *out)
{
	unsigned n = 0;

	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		uint32_t max = __get_cpuid_max(spans[i].first & 0x80000000, NULL);

		for (uint32_t leaf = spans[i].first; leaf <= spans[i].last && leaf <= max; leaf++)
			for (uint32_t sub = 0; sub < spans[i].subleaves && n < CPUID_LEAVES;
				sub++) {
				struct cpuid_leaf *l = &out[n++];

				l->leaf = leaf;
				l->subleaf = sub;
				__cpuid_count(leaf, sub, l->eax, l->ebx, l->ecx, l->edx);
			}
	}
	return n;
}
