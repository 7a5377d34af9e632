/* SPDX-License-Identifier: Apache-2.0 */
/* run: nosip */
/* cpuid: vendor and features are those that the program may use; all leaves answer; rdtsc advances.
 */
#include "t.h"
#include <cpuid.h>

int main(void)
{
	unsigned a, b, c, d, max, a2, b2, c2, d2;
	char vendor[13] = "";
	uint64_t before, after;
	int backwards = 0;

	__cpuid(0, max, b, c, d);
	memcpy(vendor, &b, 4), memcpy(vendor + 4, &d, 4), memcpy(vendor + 8, &c, 4);
	printf("vendor %s\n", vendor);
	YES(max >= 7);
	__cpuid(1, a, b, c, d);
	printf("fpu %d tsc %d cx8 %d cmov %d sse2 %d ssse3 %d\n", !!(d & 1), !!(d & 1 << 4),
		!!(d & 1 << 8), !!(d & 1 << 15), !!(d & 1 << 26), !!(c & 1 << 9));
	YES((c >> 26 & 1) && (c >> 27 & 1)); /* xsave and its use by the system */
	__cpuid_count(7, 0, a, b, c, d);
	__cpuid_count(7, 0, a2, b2, c2, d2);
	YES(b == b2 && c == c2);
	__cpuid_count(0xd, 0, a, b, c, d);
	YES((a & 3) == 3 && b >= 576);
	__cpuid(0x80000000, max, b, c, d);
	YES(max >= 0x80000008);
	__cpuid(0x80000001, a, b, c, d);
	YES(d >> 29 & 1);
	for (int i = 0; i < 100; i++) {
		before = __builtin_ia32_rdtsc();
		__cpuid(0, a, b, c, d);
		after = __builtin_ia32_rdtsc();
		backwards += after <= before;
	}
	printf("backwards %d\n", backwards);
	return 0;
}
