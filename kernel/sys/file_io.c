/* SPDX-License-Identifier: Apache-2.0 */
/* read(2), write(2) and their relatives; lseek(2), sync. Thin: decode, call, return. */
#include "syscall.h"
#include "kmem.h"
#include "linux_errno.h"
#include "proc.h"
#include "uaccess.h"
#include "vfs.h"

#define RWF_KNOWN (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)

typedef long rw_fn(struct file *f, struct uio *u);

/* What a call asks for beyond its buffer. */
struct rw_how {
	bool positional;
	uint64_t off;
	unsigned flags;
};

static long rw_uio(struct file *f, struct uio *u, const struct rw_how *how, rw_fn *fn)
{
	u->positional = how->positional;
	u->off = how->off;
	u->flags = how->flags;
	return fn(f, u);
}

static long rw_buf(const struct sysargs *a, struct rw_how how, rw_fn *fn)
{
	struct file *f = fd_get((int)a->v[0]);
	struct uio u;
	long n;

	if (f == NULL)
		return -EBADF;
	n = uio_user(&u, arg_addr(a, 1), a->v[2]);
	if (n == 0) {
		n = rw_uio(f, &u, &how, fn);
		uio_done(&u);
	}
	file_put(f);
	return n;
}

static long rw_vec(const struct sysargs *a, struct rw_how how, rw_fn *fn)
{
	struct file *f = fd_get((int)a->v[0]);
	struct uio u;
	long n;

	if (f == NULL)
		return -EBADF;
	n = uio_user_iov(&u, arg_addr(a, 1), a->v[2]);
	if (n == 0) {
		n = rw_uio(f, &u, &how, fn);
		uio_done(&u);
	}
	file_put(f);
	return n;
}

long sys_read(const struct sysargs *a)
{
	return rw_buf(a, (struct rw_how){.positional = false}, vfs_read);
}

long sys_write(const struct sysargs *a)
{
	return rw_buf(a, (struct rw_how){.positional = false}, vfs_write);
}

long sys_pread64(const struct sysargs *a)
{
	return rw_buf(a, (struct rw_how){.positional = true, .off = a->v[3]}, vfs_read);
}

long sys_pwrite64(const struct sysargs *a)
{
	return rw_buf(a, (struct rw_how){.positional = true, .off = a->v[3]}, vfs_write);
}

long sys_readv(const struct sysargs *a)
{
	return rw_vec(a, (struct rw_how){.positional = false}, vfs_read);
}

long sys_writev(const struct sysargs *a)
{
	return rw_vec(a, (struct rw_how){.positional = false}, vfs_write);
}

long sys_preadv(const struct sysargs *a)
{
	return rw_vec(a, (struct rw_how){.positional = true, .off = a->v[3]}, vfs_read);
}

long sys_pwritev(const struct sysargs *a)
{
	return rw_vec(a, (struct rw_how){.positional = true, .off = a->v[3]}, vfs_write);
}

/* preadv2, pwritev2: offset -1 means the file's own position. */
static long rw_vec2(const struct sysargs *a, rw_fn *fn)
{
	struct rw_how how = {
		.positional = a->v[3] != UINT64_MAX, .off = a->v[3], .flags = (unsigned)a->v[5]};

	if ((how.flags & ~(unsigned)RWF_KNOWN) != 0)
		return -EOPNOTSUPP;
	return rw_vec(a, how, fn);
}

long sys_preadv2(const struct sysargs *a)
{
	return rw_vec2(a, vfs_read);
}

long sys_pwritev2(const struct sysargs *a)
{
	return rw_vec2(a, vfs_write);
}

long sys_lseek(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);
	long n;

	if (f == NULL)
		return -EBADF;
	n = vfs_seek(f, (int64_t)a->v[1], (int)a->v[2]);
	file_put(f);
	return n;
}

static long do_sync(int fd, bool datasync)
{
	struct file *f = fd_get(fd);
	long n;

	if (f == NULL)
		return -EBADF;
	if (f->mode & FM_PATH)
		n = -EBADF;
	else
		n = f->ops->sync != NULL ? f->ops->sync(f, datasync) : -EINVAL;
	file_put(f);
	return n;
}

long sys_fsync(const struct sysargs *a)
{
	return do_sync((int)a->v[0], false);
}

long sys_fdatasync(const struct sysargs *a)
{
	return do_sync((int)a->v[0], true);
}

/* Nothing is written late: the host has, or memory is, the whole truth. */
long sys_sync(const struct sysargs *a)
{
	return 0;
}

static long check_fd(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);
	long n = f == NULL || (f->mode & FM_PATH) ? -EBADF : f->mode & FM_STREAM ? -ESPIPE : 0;

	file_put(f);
	return n;
}

long sys_syncfs(const struct sysargs *a)
{
	long n = check_fd(a);

	return n == -ESPIPE ? 0 : n;
}

long sys_sync_file_range(const struct sysargs *a)
{
	return check_fd(a);
}

long sys_fadvise64(const struct sysargs *a)
{
	long n = check_fd(a);

	return n == 0 && (a->v[3] > 5 || (int64_t)a->v[2] < 0) ? -EINVAL : n;
}

long sys_readahead(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);
	long n = 0;

	if (f == NULL || !file_readable(f))
		n = -EBADF;
	else if (f->inode == NULL || !S_ISREG(f->inode->st.mode))
		n = -EINVAL;
	file_put(f);
	return n;
}

long sys_ftruncate(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);
	long n;

	if (f == NULL)
		return -EBADF;
	if (f->mode & FM_PATH)
		n = -EBADF;
	else if (!file_writable(f) || f->dentry == NULL)
		n = -EINVAL;
	else if ((int64_t)a->v[1] < 0)
		n = -EINVAL;
	else
		n = vfs_truncate(f->dentry, f, a->v[1]);
	file_put(f);
	return n;
}
