/* SPDX-License-Identifier: Apache-2.0 */
/* A program that ends by a signal: the status outside is that of a process killed by it. */
#include "t.h"

int main(void)
{
	printf("before\n");
	raise(SIGTERM);
	printf("never\n");
	return 0;
}
