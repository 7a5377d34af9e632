/* SPDX-License-Identifier: Apache-2.0 */
/* Path arguments of system calls; see pathname.h. */
#include "pathname.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_fs.h"
#include "uaccess.h"

int pathname_get(struct pathname *p, uaddr_t a)
{
	long n = strncpy_from_user(p->small, a, sizeof(p->small));

	p->s = p->small;
	if (n != -ENAMETOOLONG)
		return n < 0 ? (int)n : 0;
	p->s = kmalloc(PATH_MAX);
	if (p->s == NULL)
		return -ENOMEM;
	n = strncpy_from_user(p->s, a, PATH_MAX);
	if (n < 0)
		pathname_put(p);
	return n < 0 ? (int)n : 0;
}

void pathname_put(struct pathname *p)
{
	if (p->s != p->small)
		kfree(p->s);
	p->s = p->small;
}
