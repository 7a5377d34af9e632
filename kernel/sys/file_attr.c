/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of attributes: chmod(2), chown(2), utimensat(2), truncate(2), fallocate(2). */
#include "syscall.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_time.h"
#include "mem.h"
#include "pathname.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

#define FALLOC_CHUNK 4096u

/* ---- the object a call means: by path, or the file behind a descriptor ---- */

struct target {
	struct dentry *d; /* ref */
	struct file *f;   /* ref or NULL */
};

static void target_put(struct target *t)
{
	dput(t->d);
	file_put(t->f);
}

static int target_fd(struct target *t, int fd)
{
	t->f = fd_get(fd);
	t->d = NULL;
	if (t->f == NULL)
		return -EBADF;
	if (t->f->dentry == NULL || (t->f->mode & FM_PATH)) {
		int err = t->f->mode & FM_PATH ? -EBADF : -EINVAL;

		file_put(t->f);
		return err;
	}
	t->d = dget(t->f->dentry);
	return 0;
}

static int target_path(struct target *t, int dirfd, uaddr_t upath, unsigned flags)
{
	unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct pathname p;
	int err = pathname_get(&p, upath);

	t->f = NULL;
	if (err < 0)
		return err;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	err = path_lookup(dirfd, p.s, lookup, &t->d);
	pathname_put(&p);
	return err;
}

static long apply(struct target *t, const struct setattr *s)
{
	long err = t->d->inode->sb->flags & SB_RDONLY ? -EROFS : vfs_setattr(t->d, t->f, s);

	target_put(t);
	return err;
}

/* ---- chmod(2) ---- */

static long set_mode(struct target *t, unsigned mode)
{
	struct setattr s = {.valid = SETATTR_MODE, .mode = mode & 07777};

	if (S_ISLNK(t->d->inode->st.mode)) {
		target_put(t);
		return -EOPNOTSUPP;
	}
	if (!inode_owner_ok(t->d->inode) && !(t->d->inode->sb->flags & SB_RDONLY)) {
		target_put(t);
		return -EPERM;
	}
	return apply(t, &s);
}

long sys_chmod(const struct sysargs *a)
{
	struct target t;
	int err = target_path(&t, AT_FDCWD, arg_addr(a, 0), 0);

	return err < 0 ? err : set_mode(&t, (unsigned)a->v[1]);
}

long sys_fchmod(const struct sysargs *a)
{
	struct target t;
	int err = target_fd(&t, (int)a->v[0]);

	return err < 0 ? err : set_mode(&t, (unsigned)a->v[1]);
}

long sys_fchmodat(const struct sysargs *a)
{
	struct target t;
	int err = target_path(&t, (int)a->v[0], arg_addr(a, 1), 0);

	return err < 0 ? err : set_mode(&t, (unsigned)a->v[2]);
}

/* ---- chown(2) ---- */

static long set_owner(struct target *t, uint32_t uid, uint32_t gid)
{
	struct stat_info *st = &t->d->inode->st;
	struct setattr s = {.uid = uid, .gid = gid};

	s.valid |= uid != UINT32_MAX ? SETATTR_UID : 0;
	s.valid |= gid != UINT32_MAX ? SETATTR_GID : 0;
	if (!(t->d->inode->sb->flags & SB_RDONLY) && !proc_privileged() &&
		((s.valid & SETATTR_UID && uid != st->uid) || !inode_owner_ok(t->d->inode) ||
			(s.valid & SETATTR_GID && gid != st->gid && gid != proc_self()->egid))) {
		target_put(t);
		return -EPERM;
	}
	/* chown(2): the change takes the set-id bits away from a program. */
	if (S_ISREG(st->mode) && (st->mode & (S_ISUID | S_ISGID)) && s.valid != 0) {
		s.valid |= SETATTR_MODE;
		s.mode = st->mode & 01777;
	}
	return apply(t, &s);
}

static long chown_path(int dirfd, uaddr_t path, uint64_t uid, uint64_t gid, unsigned flags)
{
	struct target t;
	int err;

	if ((flags & ~(unsigned)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return -EINVAL;
	err = target_path(&t, dirfd, path, flags);
	return err < 0 ? err : set_owner(&t, (uint32_t)uid, (uint32_t)gid);
}

long sys_chown(const struct sysargs *a)
{
	return chown_path(AT_FDCWD, arg_addr(a, 0), a->v[1], a->v[2], 0);
}

long sys_lchown(const struct sysargs *a)
{
	return chown_path(AT_FDCWD, arg_addr(a, 0), a->v[1], a->v[2], AT_SYMLINK_NOFOLLOW);
}

long sys_fchownat(const struct sysargs *a)
{
	return chown_path((int)a->v[0], arg_addr(a, 1), a->v[2], a->v[3], (unsigned)a->v[4]);
}

long sys_fchown(const struct sysargs *a)
{
	struct target t;
	int err = target_fd(&t, (int)a->v[0]);

	return err < 0 ? err : set_owner(&t, (uint32_t)a->v[1], (uint32_t)a->v[2]);
}

/* ---- utimensat(2) and its forebears ---- */

static bool ts_valid(const struct linux_timespec *t)
{
	return t->nsec == UTIME_NOW || t->nsec == UTIME_OMIT ||
	       (t->nsec >= 0 && t->nsec < NSEC_PER_SEC);
}

static int64_t ts_ns(const struct linux_timespec *t)
{
	if (t->nsec == UTIME_NOW)
		return (int64_t)time_real();
	if (t->sec > INT64_MAX / NSEC_PER_SEC - 1)
		return INT64_MAX;
	if (t->sec < INT64_MIN / NSEC_PER_SEC + 1)
		return INT64_MIN;
	return t->sec * NSEC_PER_SEC + t->nsec;
}

/* ts: access and modification time. Takes t. */
static long set_times(struct target *t, const struct linux_timespec ts[2])
{
	bool now = ts[0].nsec == UTIME_NOW && ts[1].nsec == UTIME_NOW;
	struct setattr s = {.valid = 0};
	int err = 0;

	if (ts[0].nsec != UTIME_OMIT) {
		s.valid |= SETATTR_ATIME;
		s.atime = ts_ns(&ts[0]);
	}
	if (ts[1].nsec != UTIME_OMIT) {
		s.valid |= SETATTR_MTIME;
		s.mtime = ts_ns(&ts[1]);
	}
	if (s.valid == 0) {
		target_put(t);
		return 0;
	}
	if (!inode_owner_ok(t->d->inode))
		err = now ? inode_permission(t->d->inode, W_OK) : -EPERM;
	if (err < 0) {
		target_put(t);
		return err;
	}
	return apply(t, &s);
}

static const struct linux_timespec both_now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};

long sys_utimensat(const struct sysargs *a)
{
	struct linux_timespec ts[2] = {both_now[0], both_now[1]};
	unsigned flags = (unsigned)a->v[3];
	struct target t;
	int err = 0;

	if (a->v[2] != 0)
		err = copy_from_user(ts, arg_addr(a, 2), sizeof(ts));
	if (err < 0)
		return err;
	if (!ts_valid(&ts[0]) || !ts_valid(&ts[1]) ||
		(flags & ~(unsigned)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return -EINVAL;
	if (a->v[1] == 0) /* futimens(3) */
		err = flags != 0 ? -EINVAL : target_fd(&t, (int)a->v[0]);
	else
		err = target_path(&t, (int)a->v[0], arg_addr(a, 1), flags);
	return err < 0 ? err : set_times(&t, ts);
}

static long utimes_at(int dirfd, uaddr_t path, uaddr_t utv)
{
	struct linux_timespec ts[2] = {both_now[0], both_now[1]};
	struct linux_timeval tv[2];
	struct target t;
	int err = 0;

	if (utv.v != 0) {
		err = copy_from_user(tv, utv, sizeof(tv));
		if (err < 0)
			return err;
		for (unsigned k = 0; k < 2; k++) {
			if (tv[k].usec < 0 || tv[k].usec >= 1000000)
				return -EINVAL;
			ts[k] = (struct linux_timespec){tv[k].sec, tv[k].usec * NSEC_PER_USEC};
		}
	}
	err = target_path(&t, dirfd, path, 0);
	return err < 0 ? err : set_times(&t, ts);
}

long sys_utimes(const struct sysargs *a)
{
	return utimes_at(AT_FDCWD, arg_addr(a, 0), arg_addr(a, 1));
}

long sys_futimesat(const struct sysargs *a)
{
	return utimes_at((int)a->v[0], arg_addr(a, 1), arg_addr(a, 2));
}

long sys_utime(const struct sysargs *a)
{
	struct linux_timespec ts[2] = {both_now[0], both_now[1]};
	int64_t sec[2];
	struct target t;
	int err = 0;

	if (a->v[1] != 0) {
		err = copy_from_user(sec, arg_addr(a, 1), sizeof(sec));
		ts[0] = (struct linux_timespec){sec[0], 0};
		ts[1] = (struct linux_timespec){sec[1], 0};
	}
	if (err == 0)
		err = target_path(&t, AT_FDCWD, arg_addr(a, 0), 0);
	return err < 0 ? err : set_times(&t, ts);
}

/* ---- sizes ---- */

long sys_truncate(const struct sysargs *a)
{
	struct target t;
	int err;

	if ((int64_t)a->v[1] < 0)
		return -EINVAL;
	err = target_path(&t, AT_FDCWD, arg_addr(a, 0), 0);
	if (err < 0)
		return err;
	if (S_ISDIR(t.d->inode->st.mode))
		err = -EISDIR;
	else
		err = inode_permission(t.d->inode, W_OK);
	if (err == 0)
		err = vfs_truncate(t.d, NULL, a->v[1]);
	target_put(&t);
	return err;
}

/* Zeros over [off, end), which lies inside the file: a punched hole reads as that. */
static long zero_range(struct file *f, uint64_t off, uint64_t end)
{
	char *zeros = kzalloc(FALLOC_CHUNK);
	long n = 0;

	if (zeros == NULL)
		return -ENOMEM;
	while (off < end && n >= 0) {
		uint64_t len = end - off < FALLOC_CHUNK ? end - off : FALLOC_CHUNK;

		n = file_pwrite(f, off, zeros, (size_t)len);
		if (n == 0)
			n = -EIO;
		off += n > 0 ? (uint64_t)n : 0;
	}
	kfree(zeros);
	return n < 0 ? n : 0;
}

static long do_fallocate(struct file *f, unsigned mode, uint64_t off, uint64_t len)
{
	uint64_t size = file_size(f), end = off + len;
	long err = 0;

	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		err = off < size ? zero_range(f, off, end < size ? end : size) : 0;
	if (err == 0 && !(mode & FALLOC_FL_KEEP_SIZE) && end > size)
		err = vfs_truncate(f->dentry, f, end);
	return err;
}

long sys_fallocate(const struct sysargs *a)
{
	unsigned mode = (unsigned)a->v[1];
	int64_t off = (int64_t)a->v[2], len = (int64_t)a->v[3], end;
	struct file *f;
	long err;

	if (off < 0 || len <= 0)
		return -EINVAL;
	if ((mode & ~(unsigned)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE |
				FALLOC_FL_ZERO_RANGE)) != 0 ||
		(mode & 3) == FALLOC_FL_PUNCH_HOLE || (mode & 18) == 18)
		return -EOPNOTSUPP;
	if (__builtin_add_overflow(off, len, &end))
		return -EFBIG;
	f = fd_get((int)a->v[0]);
	if (f == NULL || !file_writable(f))
		err = -EBADF;
	else if ((f->mode & FM_STREAM) && f->inode != NULL && S_ISFIFO(f->inode->st.mode))
		err = -ESPIPE;
	else if (f->dentry == NULL || !S_ISREG(f->inode->st.mode))
		err = -ENODEV;
	else
		err = do_fallocate(f, mode, (uint64_t)off, (uint64_t)len);
	file_put(f);
	return err;
}
