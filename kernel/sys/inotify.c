/* SPDX-License-Identifier: Apache-2.0 */
/* inotify_init1(2), inotify_add_watch(2), inotify_rm_watch(2). */
#include "fsnotify.h"
#include "inotify.h"
#include "linux_errno.h"
#include "pathname.h"
#include "syscall.h"
#include "sysfd.h"
#include "vfs.h"

#define MASK_ALL                                                                                   \
	(IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ONLYDIR | IN_DONT_FOLLOW |   \
		IN_EXCL_UNLINK | IN_MASK_ADD | IN_MASK_CREATE | IN_ISDIR | IN_ONESHOT)

static long do_init(unsigned flags)
{
	struct file *f = NULL;

	if (flags & ~(unsigned)(O_NONBLOCK | O_CLOEXEC))
		return -EINVAL;
	int err = inotify_create(flags & O_NONBLOCK, &f);
	return install_new(err, f, flags & O_CLOEXEC);
}

long sys_inotify_init(const struct sysargs *a)
{
	return do_init(0);
}

long sys_inotify_init1(const struct sysargs *a)
{
	return do_init((unsigned)a->v[0]);
}

static long add_watch(struct file *f, uaddr_t upath, uint32_t mask)
{
	unsigned lookup = mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW;
	struct pathname p;
	struct dentry *d;
	int err = pathname_get(&p, upath);

	if (err < 0)
		return err;
	lookup |= mask & IN_ONLYDIR ? LOOKUP_DIRECTORY : 0;
	err = path_lookup(AT_FDCWD, p.s, lookup, &d);
	pathname_put(&p);
	if (err < 0)
		return err;
	err = inode_permission(d->inode, R_OK);
	if (err == 0)
		err = inotify_add(f, d, mask);
	dput(d);
	return err;
}

long sys_inotify_add_watch(const struct sysargs *a)
{
	uint32_t mask = (uint32_t)a->v[2];
	struct file *f;

	if ((mask & MASK_ALL) == 0)
		return -EINVAL;
	f = fd_get((int)a->v[0]);
	if (f == NULL)
		return -EBADF;
	long n = (mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE) ? -EINVAL
		 : !inotify_is(f)                                ? -EINVAL
				  : add_watch(f, arg_addr(a, 1), mask);
	file_put(f);
	return n;
}

long sys_inotify_rm_watch(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);

	if (f == NULL)
		return -EBADF;
	long n = inotify_remove(f, (int)a->v[1]);
	file_put(f);
	return n;
}
