/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a file: stat(2), statx(2), statfs(2), access(2), getdents64(2), and xattr(7). */
#include "syscall.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_time.h"
#include "mem.h"
#include "pathname.h"
#include "proc.h"
#include "uaccess.h"
#include "vfs.h"

#define GETDENTS_MAX 0x10000u /* bytes per call: more is cut, as getdents64(2) allows */

static void split_ns(int64_t ns, int64_t *sec, int64_t *nsec)
{
	*sec = ns / NSEC_PER_SEC;
	*nsec = ns % NSEC_PER_SEC;
	if (*nsec < 0) {
		*nsec += NSEC_PER_SEC;
		*sec -= 1;
	}
}

static long put_stat(uaddr_t out, const struct stat_info *s)
{
	struct linux_stat st;

	memset(&st, 0, sizeof(st));
	st.dev = s->dev;
	st.ino = s->ino;
	st.nlink = s->nlink;
	st.mode = s->mode;
	st.uid = s->uid;
	st.gid = s->gid;
	st.rdev = s->rdev;
	st.size = (int64_t)s->size;
	st.blksize = (int64_t)s->blksize;
	st.blocks = (int64_t)s->blocks;
	split_ns(s->atime, &st.atime, &st.atime_nsec);
	split_ns(s->mtime, &st.mtime, &st.mtime_nsec);
	split_ns(s->ctime, &st.ctime, &st.ctime_nsec);
	return put_user(out, &st);
}

static long stat_fd(int fd, struct stat_info *s)
{
	struct file *f = fd_get(fd);
	long err = f == NULL ? -EBADF : vfs_file_stat(f, s);

	file_put(f);
	return err;
}

/* path: relative to dirfd; "" with AT_EMPTY_PATH is dirfd itself. */
static long stat_at(int dirfd, uaddr_t upath, unsigned flags, struct stat_info *s)
{
	unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct pathname p;
	struct dentry *d;
	int err;

	if ((flags & AT_EMPTY_PATH) && upath.v == 0) /* since Linux 6.11 */
		return dirfd == AT_FDCWD ? vfs_getattr(fs_current()->cwd, NULL, s)
					 : stat_fd(dirfd, s);
	err = pathname_get(&p, upath);
	if (err < 0)
		return err;
	if (p.s[0] == 0 && (flags & AT_EMPTY_PATH) && dirfd != AT_FDCWD) {
		pathname_put(&p);
		return stat_fd(dirfd, s);
	}
	err = path_lookup(dirfd, p.s, lookup | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &d);
	pathname_put(&p);
	if (err < 0)
		return err;
	err = vfs_getattr(d, NULL, s);
	dput(d);
	return err;
}

static long do_stat(int dirfd, uaddr_t path, unsigned flags, uaddr_t out)
{
	struct stat_info s;
	long err = stat_at(dirfd, path, flags, &s);

	return err < 0 ? err : put_stat(out, &s);
}

long sys_stat(const struct sysargs *a)
{
	return do_stat(AT_FDCWD, arg_addr(a, 0), 0, arg_addr(a, 1));
}

long sys_lstat(const struct sysargs *a)
{
	return do_stat(AT_FDCWD, arg_addr(a, 0), AT_SYMLINK_NOFOLLOW, arg_addr(a, 1));
}

long sys_fstat(const struct sysargs *a)
{
	struct stat_info s;
	long err = stat_fd((int)a->v[0], &s);

	return err < 0 ? err : put_stat(arg_addr(a, 1), &s);
}

long sys_newfstatat(const struct sysargs *a)
{
	unsigned flags = (unsigned)a->v[3];

	if ((flags & ~(unsigned)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)) != 0)
		return -EINVAL;
	return do_stat((int)a->v[0], arg_addr(a, 1), flags, arg_addr(a, 2));
}

static struct linux_statx_timestamp timestamp(int64_t ns)
{
	struct linux_statx_timestamp t = {0};
	int64_t nsec;

	split_ns(ns, &t.sec, &nsec);
	t.nsec = (uint32_t)nsec;
	return t;
}

long sys_statx(const struct sysargs *a)
{
	unsigned flags = (unsigned)a->v[2];
	struct linux_statx x;
	struct stat_info s;
	long err;

	if ((flags & ~(unsigned)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
				 AT_STATX_SYNC_TYPE)) != 0 ||
		(flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
		(a->v[3] & STATX__RESERVED) != 0)
		return -EINVAL;
	err = stat_at((int)a->v[0], arg_addr(a, 1), flags, &s);
	if (err < 0)
		return err;
	memset(&x, 0, sizeof(x));
	x.mask = STATX_BASIC_STATS | (s.btime != 0 ? STATX_BTIME : 0);
	x.blksize = (uint32_t)s.blksize;
	x.nlink = s.nlink;
	x.uid = s.uid;
	x.gid = s.gid;
	x.mode = (uint16_t)s.mode;
	x.ino = s.ino;
	x.size = s.size;
	x.blocks = s.blocks;
	x.atime = timestamp(s.atime);
	x.btime = timestamp(s.btime);
	x.ctime = timestamp(s.ctime);
	x.mtime = timestamp(s.mtime);
	x.rdev_major = DEV_MAJOR(s.rdev);
	x.rdev_minor = DEV_MINOR(s.rdev);
	x.dev_major = DEV_MAJOR(s.dev);
	x.dev_minor = DEV_MINOR(s.dev);
	return put_user(arg_addr(a, 4), &x);
}

static long put_statfs(uaddr_t out, struct super *sb)
{
	struct linux_statfs st;
	int err = 0;

	memset(&st, 0, sizeof(st));
	st.bsize = st.frsize = 4096;
	st.namelen = NAME_MAX;
	if (sb->ops->statfs != NULL)
		err = sb->ops->statfs(sb, &st);
	st.flags = ST_VALID | (sb->flags & SB_RDONLY ? ST_RDONLY : 0);
	st.fsid[0] = (int32_t)sb->dev;
	return err < 0 ? err : put_user(out, &st);
}

long sys_statfs(const struct sysargs *a)
{
	struct pathname p;
	struct dentry *d;
	long err = pathname_get(&p, arg_addr(a, 0));

	if (err < 0)
		return err;
	err = path_lookup(AT_FDCWD, p.s, LOOKUP_FOLLOW, &d);
	pathname_put(&p);
	if (err < 0)
		return err;
	err = put_statfs(arg_addr(a, 1), d->sb);
	dput(d);
	return err;
}

long sys_fstatfs(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);
	long err;

	if (f == NULL)
		return -EBADF;
	err = f->dentry == NULL ? -ENOSYS : put_statfs(arg_addr(a, 1), f->dentry->sb);
	file_put(f);
	return err;
}

/* access(2) asks for the real ids, AT_EACCESS for the effective ones. */
static long do_access(int dirfd, uaddr_t upath, unsigned mode, unsigned flags)
{
	unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct proc *me = proc_self();
	struct pathname p;
	struct dentry *d;
	long err;

	if ((mode & ~7u) != 0 ||
		(flags & ~(unsigned)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return -EINVAL;
	err = pathname_get(&p, upath);
	if (err < 0)
		return err;
	err = path_lookup(dirfd, p.s, lookup | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &d);
	pathname_put(&p);
	if (err < 0)
		return err;
	if (mode != 0)
		err = flags & AT_EACCESS ? inode_permission(d->inode, mode)
					 : inode_permission_as(d->inode, mode, me->uid, me->gid);
	dput(d);
	return err;
}

long sys_access(const struct sysargs *a)
{
	return do_access(AT_FDCWD, arg_addr(a, 0), (unsigned)a->v[1], 0);
}

long sys_faccessat(const struct sysargs *a)
{
	return do_access((int)a->v[0], arg_addr(a, 1), (unsigned)a->v[2], 0);
}

long sys_faccessat2(const struct sysargs *a)
{
	return do_access((int)a->v[0], arg_addr(a, 1), (unsigned)a->v[2], (unsigned)a->v[3]);
}

/* ---- directories ---- */

/* Entries are gathered in kernel memory: the file system never waits on the program's pages. */
struct getdents {
	struct dirsink sink; /* first */
	char *buf;
	size_t cap, used;
	bool old;   /* getdents(2): no type field, type in the last byte */
	bool small; /* not even one entry fits */
};

static bool emit_dirent(struct dirsink *s, const char *name, size_t len, uint64_t ino,
	uint64_t next, unsigned dtype)
{
	struct getdents *g = container_of(s, struct getdents, sink);
	size_t head = g->old ? DIRENT64_NAME_OFF - 1 : DIRENT64_NAME_OFF;
	size_t rec = (head + len + 1 + (g->old ? 1 : 0) + 7) & ~(size_t)7;
	uint16_t reclen = (uint16_t)rec;
	char *e = g->buf + g->used;

	if (len > NAME_MAX)
		return true; /* no such name can be used: leave it out */
	if (rec > g->cap - g->used) {
		g->small = g->used == 0;
		return false;
	}
	memset(e, 0, rec);
	memcpy(e, &ino, 8);
	memcpy(e + 8, &next, 8);
	memcpy(e + 16, &reclen, 2);
	memcpy(e + head, name, len);
	e[g->old ? rec - 1 : 18] = (char)dtype;
	g->used += rec;
	return true;
}

static long do_getdents(const struct sysargs *a, bool old)
{
	struct file *f = fd_get((int)a->v[0]);
	struct getdents g = {.sink = {emit_dirent}, .old = old};
	long err;

	if (f == NULL)
		return -EBADF;
	g.cap = a->v[2] < GETDENTS_MAX ? (size_t)(unsigned)a->v[2] : GETDENTS_MAX;
	if (!file_readable(f))
		err = -EBADF;
	else if (f->ops->readdir == NULL)
		err = -ENOTDIR;
	else if (f->dentry != NULL && (f->dentry->flags & D_DELETED))
		err = -ENOENT;
	else
		err = (g.buf = kmalloc(g.cap + 1)) == NULL ? -ENOMEM : 0;
	if (err == 0) {
		slock_take(&f->pos_lock);
		uint64_t pos = f->pos;

		err = f->ops->readdir(f, &g.sink);
		if (g.used > 0)
			err = copy_to_user(arg_addr(a, 1), g.buf, g.used);
		if (err < 0)
			f->pos = pos; /* nobody has seen these entries */
		slock_drop(&f->pos_lock);
		if (err == 0 && g.used == 0 && g.small)
			err = -EINVAL;
	}
	kfree(g.buf);
	file_put(f);
	return err < 0 ? err : (long)g.used;
}

long sys_getdents(const struct sysargs *a)
{
	return do_getdents(a, true);
}

long sys_getdents64(const struct sysargs *a)
{
	return do_getdents(a, false);
}

/* ---- xattr(7): no file system here has extended attributes ---- */

static long xattr_path(const struct sysargs *a, bool follow, long result)
{
	struct pathname p;
	struct dentry *d;
	long err = pathname_get(&p, arg_addr(a, 0));

	if (err < 0)
		return err;
	err = path_lookup(AT_FDCWD, p.s, follow ? LOOKUP_FOLLOW : 0, &d);
	pathname_put(&p);
	if (err < 0)
		return err;
	dput(d);
	return result;
}

static long xattr_fd(const struct sysargs *a, long result)
{
	struct file *f = fd_get((int)a->v[0]);

	if (f == NULL)
		return -EBADF;
	file_put(f);
	return result;
}

long sys_setxattr(const struct sysargs *a)
{
	return xattr_path(a, true, -EOPNOTSUPP);
}

long sys_lsetxattr(const struct sysargs *a)
{
	return xattr_path(a, false, -EOPNOTSUPP);
}

long sys_fsetxattr(const struct sysargs *a)
{
	return xattr_fd(a, -EOPNOTSUPP);
}

long sys_getxattr(const struct sysargs *a)
{
	return xattr_path(a, true, -EOPNOTSUPP);
}

long sys_lgetxattr(const struct sysargs *a)
{
	return xattr_path(a, false, -EOPNOTSUPP);
}

long sys_fgetxattr(const struct sysargs *a)
{
	return xattr_fd(a, -EOPNOTSUPP);
}

long sys_listxattr(const struct sysargs *a)
{
	return xattr_path(a, true, 0);
}

long sys_llistxattr(const struct sysargs *a)
{
	return xattr_path(a, false, 0);
}

long sys_flistxattr(const struct sysargs *a)
{
	return xattr_fd(a, 0);
}

long sys_removexattr(const struct sysargs *a)
{
	return xattr_path(a, true, -EOPNOTSUPP);
}

long sys_lremovexattr(const struct sysargs *a)
{
	return xattr_path(a, false, -EOPNOTSUPP);
}

long sys_fremovexattr(const struct sysargs *a)
{
	return xattr_fd(a, -EOPNOTSUPP);
}
