/* SPDX-License-Identifier: Apache-2.0 */
/* What needs both strings and the heap. */
#include "kmem.h"
#include "mem.h"

char *kstrdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *d = kmalloc(n);

	if (d != NULL)
		memcpy(d, s, n);
	return d;
}
