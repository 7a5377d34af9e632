/* SPDX-License-Identifier: Apache-2.0 */
/* A path argument, copied in once: short ones stay on the stack. */
#ifndef CLOISTER_PATHNAME_H
#define CLOISTER_PATHNAME_H

#include "addr.h"

struct pathname {
	char small[160];
	char *s; /* small, or kmalloc'ed */
};

/* 0, or -EFAULT, -ENAMETOOLONG, -ENOMEM: then there is nothing to free. */
int pathname_get(struct pathname *p, uaddr_t a);
void pathname_put(struct pathname *p);

#endif
