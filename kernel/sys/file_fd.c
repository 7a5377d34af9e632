/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: dup(2), close(2), fcntl(2), ioctl(2), flock(2), pipe(2), memfd_create(2). */
#include "syscall.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "pipe.h"
#include "proc.h"
#include "sysfd.h"
#include "uaccess.h"
#include "vfs.h"

#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME | O_ASYNC)

long sys_close(const struct sysargs *a)
{
	return fd_close((int)a->v[0]);
}

long sys_close_range(const struct sysargs *a)
{
	return fd_close_range((unsigned)a->v[0], (unsigned)a->v[1], (unsigned)a->v[2]);
}

static long dup_min(int fd, uint64_t min, unsigned cloexec)
{
	struct file *f = fd_get(fd);
	long n;

	if (f == NULL)
		return -EBADF;
	n = min > INT32_MAX ? -EINVAL : fd_install(f, cloexec, (int)min);
	if (n < 0)
		file_put(f);
	return n;
}

long sys_dup(const struct sysargs *a)
{
	return dup_min((int)a->v[0], 0, 0);
}

long sys_dup2(const struct sysargs *a)
{
	int old = (int)a->v[0], new = (int)a->v[1];

	if (old == new)
		return fd_cloexec(old, -1) < 0 ? -EBADF : new;
	return fd_dup2(old, new, 0);
}

long sys_dup3(const struct sysargs *a)
{
	int old = (int)a->v[0], new = (int)a->v[1];
	unsigned flags = (unsigned)a->v[2];

	if (old == new || (flags & ~(unsigned)O_CLOEXEC) != 0)
		return -EINVAL;
	return fd_dup2(old, new, flags & O_CLOEXEC);
}

static long set_flags(struct file *f, unsigned flags)
{
	if (f->mode & FM_PATH)
		return -EBADF;
	f->flags = (f->flags & ~(unsigned)SETFL_MASK) | (flags & SETFL_MASK);
	return 0;
}

static long seals(struct file *f, unsigned cmd, unsigned arg)
{
	struct inode *i = f->inode;

	if (i == NULL || i->ops != &memfs_inode_ops || !S_ISREG(i->st.mode))
		return -EINVAL;
	if (cmd == F_GET_SEALS)
		return i->seals;
	if (!file_writable(f) || (i->seals & F_SEAL_SEAL))
		return -EPERM;
	if (arg > (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE))
		return -EINVAL;
	i->seals |= arg;
	return 0;
}

static long fcntl_file(struct file *f, unsigned cmd, const struct sysargs *a)
{
	switch (cmd) {
	case F_GETFL:
		return (long)(f->flags | (f->mode & FM_PATH ? 0 : O_LARGEFILE));
	case F_SETFL:
		return set_flags(f, (unsigned)a->v[2]);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return flk_fcntl(f, cmd, arg_addr(a, 2));
	case F_SETOWN:
		f->owner = (int)a->v[2];
		return 0;
	case F_GETOWN:
		return f->owner;
	case F_SETSIG:
		return a->v[2] > 64 ? -EINVAL : 0;
	case F_GETSIG:
		return 0;
	case F_GETLEASE:
		return F_UNLCK;
	case F_SETPIPE_SZ:
		return a->v[2] > UINT32_MAX ? -EINVAL : pipe_set_size(f, (unsigned)a->v[2]);
	case F_GETPIPE_SZ:
		return pipe_get_size(f);
	case F_ADD_SEALS:
	case F_GET_SEALS:
		return seals(f, cmd, (unsigned)a->v[2]);
	default:
		return -EINVAL;
	}
}

long sys_fcntl(const struct sysargs *a)
{
	int fd = (int)a->v[0];
	unsigned cmd = (unsigned)a->v[1];
	struct file *f;
	long n;

	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return dup_min(fd, a->v[2], cmd == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return fd_cloexec(fd, -1);
	case F_SETFD:
		n = fd_cloexec(fd, a->v[2] & FD_CLOEXEC);
		return n < 0 ? n : 0;
	default:
		break;
	}
	f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	n = fcntl_file(f, cmd, a);
	file_put(f);
	return n;
}

static long set_nonblock(struct file *f, uaddr_t arg)
{
	int on, err = get_user(&on, arg);

	if (err < 0)
		return err;
	f->flags = on ? f->flags | O_NONBLOCK : f->flags & ~(unsigned)O_NONBLOCK;
	return 0;
}

static long bytes_left(struct file *f, uaddr_t arg)
{
	uint64_t size = file_size(f);
	int n = (int)(size > f->pos ? size - f->pos : 0);

	return put_user(arg, &n);
}

static long ioctl_file(struct file *f, unsigned cmd, uaddr_t arg)
{
	if (f->mode & FM_PATH)
		return -EBADF;
	if (cmd == FIONBIO)
		return set_nonblock(f, arg);
	if (cmd == FIONREAD && f->inode != NULL && S_ISREG(f->inode->st.mode) &&
		!(f->mode & FM_STREAM))
		return bytes_left(f, arg);
	return f->ops->ioctl != NULL ? f->ops->ioctl(f, cmd, arg) : -ENOTTY;
}

long sys_ioctl(const struct sysargs *a)
{
	unsigned cmd = (unsigned)a->v[1];
	struct file *f;
	long n;

	if (cmd == FIOCLEX || cmd == FIONCLEX) {
		n = fd_cloexec((int)a->v[0], cmd == FIOCLEX);
		return n < 0 ? n : 0;
	}
	f = fd_get((int)a->v[0]);
	if (f == NULL)
		return -EBADF;
	n = ioctl_file(f, cmd, arg_addr(a, 2));
	file_put(f);
	return n;
}

long sys_flock(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);
	long n;

	if (f == NULL)
		return -EBADF;
	n = flk_flock(f, (unsigned)a->v[1]);
	file_put(f);
	return n;
}

static long do_pipe(uaddr_t out, unsigned flags)
{
	struct file *rd, *wr;
	int fds[2], err;

	if ((flags & ~(unsigned)(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) != 0)
		return -EINVAL;
	err = pipe_create(flags, &rd, &wr);
	if (err < 0)
		return err;
	fds[0] = fd_install(rd, flags & O_CLOEXEC, 0);
	if (fds[0] < 0) {
		file_put(rd);
		file_put(wr);
		return fds[0];
	}
	fds[1] = fd_install(wr, flags & O_CLOEXEC, 0);
	if (fds[1] < 0) {
		file_put(wr);
		(void)fd_close(fds[0]); /* was just opened */
		return fds[1];
	}
	err = copy_to_user(out, fds, sizeof(fds));
	if (err < 0) {
		(void)fd_close(fds[0]);
		(void)fd_close(fds[1]);
	}
	return err;
}

long sys_pipe(const struct sysargs *a)
{
	return do_pipe(arg_addr(a, 0), 0);
}

long sys_pipe2(const struct sysargs *a)
{
	return do_pipe(arg_addr(a, 0), (unsigned)a->v[1]);
}

/* memfd_create(2): a file of its own file system, so that it belongs to no mount. */
long sys_memfd_create(const struct sysargs *a)
{
	static struct super *memfd_sb;
	unsigned flags = (unsigned)a->v[1];
	char name[260] = "memfd:"; /* memfd_create(2): at most 249 bytes */
	struct file *f;
	long n;
	int err;

	if ((flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC)) != 0)
		return -EINVAL;
	n = strncpy_from_user(name + 6, arg_addr(a, 0), 250);
	if (n < 0)
		return n == -ENAMETOOLONG ? -EINVAL : n;
	if (memfd_sb == NULL)
		memfd_sb = memfs_new("memfd", 0);
	if (memfd_sb == NULL)
		return -ENOMEM;
	err = memfs_anon_file(memfd_sb, name, flags & MFD_NOEXEC_SEAL ? 0666 : 0777, O_RDWR, &f);
	if (err == 0 && !(flags & MFD_ALLOW_SEALING))
		f->inode->seals = F_SEAL_SEAL;
	return install_new(err, f, flags & MFD_CLOEXEC);
}
