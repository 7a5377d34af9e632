/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that name a file: open(2), mkdir(2), unlink(2), rename(2), link(2), readlink(2), chdir(2)
 * ... */
#include "syscall.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "pathname.h"
#include "proc.h"
#include "uaccess.h"
#include "vfs.h"

static long do_open(int dirfd, uaddr_t upath, unsigned flags, unsigned mode, unsigned lookup)
{
	struct pathname p;
	struct fdtable *t;
	struct file *f = NULL;
	int err = pathname_get(&p, upath), fd;

	if (err < 0)
		return err;
	fd = fd_reserve(&t);
	err = fd < 0 ? fd : vfs_open(dirfd, p.s, flags & OPEN_FLAGS_ALL, mode, lookup, &f);
	pathname_put(&p);
	if (fd >= 0)
		fd_settle(t, fd, err < 0 ? NULL : f, flags & O_CLOEXEC);
	return err < 0 ? err : fd;
}

long sys_open(const struct sysargs *a)
{
	return do_open(AT_FDCWD, arg_addr(a, 0), (unsigned)a->v[1], (unsigned)a->v[2], 0);
}

long sys_creat(const struct sysargs *a)
{
	return do_open(
		AT_FDCWD, arg_addr(a, 0), O_CREAT | O_WRONLY | O_TRUNC, (unsigned)a->v[1], 0);
}

long sys_openat(const struct sysargs *a)
{
	return do_open((int)a->v[0], arg_addr(a, 1), (unsigned)a->v[2], (unsigned)a->v[3], 0);
}

/* openat2(2): unknown bits are errors, and a larger struct must have zeros where we know nothing.
 */
long sys_openat2(const struct sysargs *a)
{
	static const struct {
		unsigned resolve, lookup;
	} map[] = {
		{RESOLVE_NO_XDEV, LOOKUP_NO_XDEV},
		{RESOLVE_NO_MAGICLINKS, LOOKUP_NO_MAGIC},
		{RESOLVE_NO_SYMLINKS, LOOKUP_NO_LINKS},
		{RESOLVE_BENEATH, LOOKUP_BENEATH},
		{RESOLVE_IN_ROOT, LOOKUP_IN_ROOT},
	};
	struct linux_open_how how;
	uint64_t rest = 0;
	unsigned lookup = 0;
	int err;

	if (a->v[3] < sizeof(how))
		return -EINVAL;
	if (a->v[3] > 4096)
		return -E2BIG;
	err = get_user(&how, arg_addr(a, 2));
	for (uint64_t off = sizeof(how); err == 0 && off < a->v[3]; off += 8) {
		uint64_t n = a->v[3] - off < 8 ? a->v[3] - off : 8;

		err = copy_from_user(&rest, uaddr_add(arg_addr(a, 2), off), n);
		if (err == 0 && rest != 0)
			return -E2BIG;
	}
	if (err < 0)
		return err;
	if ((how.flags & ~(uint64_t)OPEN_FLAGS_ALL) != 0 || (how.resolve & ~0x3full) != 0 ||
		(how.mode & ~07777ull) != 0)
		return -EINVAL;
	if (how.mode != 0 && !(how.flags & (O_CREAT | O_TMPFILE)))
		return -EINVAL;
	if ((how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) ==
		(RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		return -EINVAL;
	if (how.resolve & RESOLVE_CACHED)
		return -EAGAIN;
	for (unsigned k = 0; k < sizeof(map) / sizeof(map[0]); k++)
		lookup |= how.resolve & map[k].resolve ? map[k].lookup : 0;
	return do_open(
		(int)a->v[0], arg_addr(a, 1), (unsigned)how.flags, (unsigned)how.mode, lookup);
}

static long do_create(int dirfd, uaddr_t upath, const struct mkargs *m, bool dir)
{
	struct pathname p;
	int err = pathname_get(&p, upath);

	if (err < 0)
		return err;
	err = vfs_create_at(dirfd, p.s, m, dir);
	pathname_put(&p);
	return err;
}

static long do_mkdir(int dirfd, uaddr_t path, unsigned mode)
{
	struct mkargs m = {.mode = S_IFDIR | (mode & 01777 & ~fs_current()->umask)};

	return do_create(dirfd, path, &m, true);
}

long sys_mkdir(const struct sysargs *a)
{
	return do_mkdir(AT_FDCWD, arg_addr(a, 0), (unsigned)a->v[1]);
}

long sys_mkdirat(const struct sysargs *a)
{
	return do_mkdir((int)a->v[0], arg_addr(a, 1), (unsigned)a->v[2]);
}

static long do_mknod(int dirfd, uaddr_t path, unsigned mode, uint64_t dev)
{
	struct mkargs m = {.mode = mode & (S_IFMT | 07777), .rdev = dev};

	switch (mode & S_IFMT) {
	case 0:
		m.mode |= S_IFREG;
		break;
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	case S_IFCHR:
	case S_IFBLK:
		if (!proc_privileged())
			return -EPERM;
		break;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
	m.mode &= ~fs_current()->umask;
	return do_create(dirfd, path, &m, false);
}

long sys_mknod(const struct sysargs *a)
{
	return do_mknod(AT_FDCWD, arg_addr(a, 0), (unsigned)a->v[1], a->v[2]);
}

long sys_mknodat(const struct sysargs *a)
{
	return do_mknod((int)a->v[0], arg_addr(a, 1), (unsigned)a->v[2], a->v[3]);
}

static long do_symlink(uaddr_t target, int dirfd, uaddr_t path)
{
	struct pathname t;
	struct mkargs m = {.mode = S_IFLNK | 0777};
	long err = pathname_get(&t, target);

	if (err < 0)
		return err;
	m.target = t.s;
	err = t.s[0] == 0 ? -ENOENT : do_create(dirfd, path, &m, false);
	pathname_put(&t);
	return err;
}

long sys_symlink(const struct sysargs *a)
{
	return do_symlink(arg_addr(a, 0), AT_FDCWD, arg_addr(a, 1));
}

long sys_symlinkat(const struct sysargs *a)
{
	return do_symlink(arg_addr(a, 0), (int)a->v[1], arg_addr(a, 2));
}

static long do_unlink(int dirfd, uaddr_t upath, bool dir)
{
	struct pathname p;
	int err = pathname_get(&p, upath);

	if (err < 0)
		return err;
	err = vfs_unlink_at(dirfd, p.s, dir);
	pathname_put(&p);
	return err;
}

long sys_unlink(const struct sysargs *a)
{
	return do_unlink(AT_FDCWD, arg_addr(a, 0), false);
}

long sys_rmdir(const struct sysargs *a)
{
	return do_unlink(AT_FDCWD, arg_addr(a, 0), true);
}

long sys_unlinkat(const struct sysargs *a)
{
	if ((a->v[2] & ~(uint64_t)AT_REMOVEDIR) != 0)
		return -EINVAL;
	return do_unlink((int)a->v[0], arg_addr(a, 1), a->v[2] & AT_REMOVEDIR);
}

/* Two paths at once. */
struct pathpair {
	struct pathname a, b;
};

static int pair_get(struct pathpair *p, uaddr_t a, uaddr_t b)
{
	int err = pathname_get(&p->a, a);

	if (err < 0)
		return err;
	err = pathname_get(&p->b, b);
	if (err < 0)
		pathname_put(&p->a);
	return err;
}

static void pair_put(struct pathpair *p)
{
	pathname_put(&p->a);
	pathname_put(&p->b);
}

static long do_rename(int ofd, uaddr_t o, int nfd, uaddr_t n, uint64_t flags)
{
	struct pathpair p;
	int err = pair_get(&p, o, n);

	if (err < 0)
		return err;
	err = vfs_rename_at(ofd, p.a.s, nfd, p.b.s, (unsigned)flags);
	pair_put(&p);
	return err;
}

long sys_rename(const struct sysargs *a)
{
	return do_rename(AT_FDCWD, arg_addr(a, 0), AT_FDCWD, arg_addr(a, 1), 0);
}

long sys_renameat(const struct sysargs *a)
{
	return do_rename((int)a->v[0], arg_addr(a, 1), (int)a->v[2], arg_addr(a, 3), 0);
}

long sys_renameat2(const struct sysargs *a)
{
	return do_rename((int)a->v[0], arg_addr(a, 1), (int)a->v[2], arg_addr(a, 3), a->v[4]);
}

static long do_link(int ofd, uaddr_t o, int nfd, uaddr_t n, unsigned flags)
{
	struct pathpair p;
	int err;

	if ((flags & ~(unsigned)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0)
		return -EINVAL;
	err = pair_get(&p, o, n);
	if (err < 0)
		return err;
	err = vfs_link_at(ofd, p.a.s, flags, nfd, p.b.s);
	pair_put(&p);
	return err;
}

long sys_link(const struct sysargs *a)
{
	return do_link(AT_FDCWD, arg_addr(a, 0), AT_FDCWD, arg_addr(a, 1), 0);
}

long sys_linkat(const struct sysargs *a)
{
	return do_link(
		(int)a->v[0], arg_addr(a, 1), (int)a->v[2], arg_addr(a, 3), (unsigned)a->v[4]);
}

static long do_readlink(int dirfd, uaddr_t upath, uaddr_t out, int64_t cap)
{
	struct pathname p;
	struct dentry *d;
	char *buf;
	long n;
	int err;

	if (cap <= 0)
		return -EINVAL;
	err = pathname_get(&p, upath);
	if (err < 0)
		return err;
	/* An empty path names the link that dirfd was opened on with O_PATH. */
	err = path_lookup(dirfd, p.s, dirfd == AT_FDCWD ? 0 : LOOKUP_EMPTY, &d);
	pathname_put(&p);
	if (err < 0)
		return err;
	if (!S_ISLNK(d->inode->st.mode)) {
		dput(d);
		return -EINVAL;
	}
	err = read_link(d, &buf);
	dput(d);
	if (err < 0)
		return err;
	n = (long)strlen(buf);
	n = n < cap ? n : cap;
	err = copy_to_user(out, buf, (size_t)n);
	kfree(buf);
	return err < 0 ? err : n;
}

long sys_readlink(const struct sysargs *a)
{
	return do_readlink(AT_FDCWD, arg_addr(a, 0), arg_addr(a, 1), (int)a->v[2]);
}

long sys_readlinkat(const struct sysargs *a)
{
	return do_readlink((int)a->v[0], arg_addr(a, 1), arg_addr(a, 2), (int)a->v[3]);
}

typedef void set_dir_fn(struct fsctx *c, struct dentry *d);

static long enter_dir(struct dentry *d, set_dir_fn *set)
{
	int err = S_ISDIR(d->inode->st.mode) ? inode_permission(d->inode, X_OK) : -ENOTDIR;

	if (err == 0)
		set(fs_current(), d);
	return err;
}

static long enter_path(uaddr_t upath, set_dir_fn *set)
{
	struct pathname p;
	struct dentry *d;
	long err = pathname_get(&p, upath);

	if (err < 0)
		return err;
	err = path_lookup(AT_FDCWD, p.s, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d);
	pathname_put(&p);
	if (err < 0)
		return err;
	err = enter_dir(d, set);
	dput(d);
	return err;
}

long sys_chdir(const struct sysargs *a)
{
	return enter_path(arg_addr(a, 0), fs_set_cwd);
}

long sys_fchdir(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);
	long err;

	if (f == NULL)
		return -EBADF;
	err = f->dentry == NULL ? -ENOTDIR : enter_dir(f->dentry, fs_set_cwd);
	file_put(f);
	return err;
}

long sys_chroot(const struct sysargs *a)
{
	return proc_privileged() ? enter_path(arg_addr(a, 0), fs_set_root) : -EPERM;
}

long sys_getcwd(const struct sysargs *a)
{
	char *buf = kmalloc(PATH_MAX);
	long n;
	int err;

	if (buf == NULL)
		return -ENOMEM;
	n = d_path(fs_current()->cwd, fs_current()->root, buf, PATH_MAX);
	if (n == -EXDEV) /* "(unreachable)" is shown, not an error */
		n = (long)strlen(buf);
	if (n >= 0 && (uint64_t)n + 1 > a->v[1])
		n = -ERANGE;
	if (n >= 0) {
		err = copy_to_user(arg_addr(a, 0), buf, (size_t)n + 1);
		n = err < 0 ? err : n + 1;
	}
	kfree(buf);
	return n;
}

long sys_umask(const struct sysargs *a)
{
	unsigned old = fs_current()->umask;

	fsctx_set_umask(fs_current(), (unsigned)a->v[0]);
	return old;
}
