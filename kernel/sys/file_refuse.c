/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are understood and always refused, with the errno that Linux gives where it refuses.
 */
#include "syscall.h"
#include "linux_errno.h"

/* The tree is fixed at boot. */
long sys_mount(const struct sysargs *a)
{
	return -EPERM;
}

long sys_umount2(const struct sysargs *a)
{
	return -EPERM;
}

long sys_pivot_root(const struct sysargs *a)
{
	return -EPERM;
}
