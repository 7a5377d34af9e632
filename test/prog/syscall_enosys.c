/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that no kernel has give ENOSYS, however large; the upper half of eax does not count. */
#include "t.h"

int main(void)
{
	static const long nrs[] = {600, 1000, 9999, 0x7fffffff, -1, -2, 1L << 31};

	for (size_t i = 0; i < T_COUNT(nrs); i++) {
		printf("%ld: ", nrs[i]);
		SHOW_AS("syscall", syscall(nrs[i], 1, 2, 3, 4, 5, 6));
	}
	YES(syscall(SYS_getpid | 1L << 32) == getpid());
	return 0;
}
