/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostcalls that name host files. A name is looked up below the bind it falls in, the longest that
 * matches, and never leaves it (RESOLVE_IN_ROOT): what was not bound does not exist, and what was
 * not bound rw cannot be changed, whatever becomes of the enclave. The enclave resolves symbolic
 * links itself; a link met here resolves inside its bind.
 *
 * Two ways to a file: where() gives a directory fd and a name for calls that make or remove names,
 * node() an O_PATH fd of the thing itself. Below the root bind, where a name can lead nowhere else,
 * where() is enough for everything and saves two system calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host.h"
#include "hc.h"

enum access { LOOK, CHANGE };

int hc_path(struct host *h, uint64_t off, uint64_t len, char path[HC_PATH_MAX + 1])
{
	const char *src = hc_span(h, off, len);
	size_t skip = 0;

	if (src == NULL)
		return -EFAULT;
	if (len > HC_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(path, src, len);
	path[len] = '\0';
	if (strlen(path) != len)
		return -EINVAL;
	if (len == 0)
		return -ENOENT;
	skip = strspn(path, "/");
	memmove(path, path + skip, len - skip + 1);
	return 0;
}

static int open_in(int dirfd, const char *path, uint64_t flags, uint64_t mode)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC, .mode = mode, .resolve = RESOLVE_IN_ROOT};
	long fd;

	do
		fd = syscall(SYS_openat2, dirfd, *path ? path : ".", &how, sizeof how);
	while (fd < 0 && errno == EAGAIN && !(flags & O_NONBLOCK)); /* a rename raced with ".." */
	return fd < 0 ? -errno : (int)fd;
}

static bool dotdot(const char *path)
{
	for (const char *p = path; *p; p += strcspn(p, "/"), p += strspn(p, "/"))
		if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
			return true;
	return false;
}

/* The bind path lies in, and in *rest the name below it. NULL with *err set: -ENOENT, -EROFS. */
static const struct bind *bind_of(
	struct host *h, const char *path, enum access a, const char **rest, int *err)
{
	const struct bind *best = NULL;

	*err = -ENOENT;
	for (size_t i = 0; i < h->nbinds; i++) {
		const struct bind *b = &h->binds[i];
		bool in = b->src_len == 0 ||
			  (strncmp(path, b->src, b->src_len) == 0 &&
				  (path[b->src_len] == '/' || path[b->src_len] == '\0'));

		if (in && (best == NULL || b->src_len >= best->src_len))
			best = b;
	}
	if (best == NULL || (dotdot(path) && best->src_len != 0))
		return NULL;
	*err = -EROFS;
	if (a == CHANGE && (!best->rw || dotdot(path)))
		return NULL;
	*rest = path + best->src_len;
	*rest += strspn(*rest, "/");
	return best;
}

/* ---- a directory and a name in it ---- */

struct place {
	int dirfd;
	const char *name;
	int owned; /* to close, or -1 */
	bool free; /* below the root bind: any name is as good as any other */
	char path[HC_PATH_MAX + 1];
};

static void leave(struct place *p)
{
	if (p->owned >= 0)
		close(p->owned);
}

static int where(struct host *h, uint64_t off, uint64_t len, enum access a, struct place *p)
{
	const char *rest;
	int err = hc_path(h, off, len, p->path);
	const struct bind *b = err ? NULL : bind_of(h, p->path, a, &rest, &err);
	char *slash;

	p->owned = -1;
	if (b == NULL)
		return err;
	p->free = b->src_len == 0;
	p->dirfd = b->dirfd;
	p->name = *rest ? rest : ".";
	slash = strrchr(rest, '/');
	if (p->free || slash == NULL)
		return 0;
	*slash = '\0';
	p->dirfd = p->owned = open_in(b->dirfd, rest, O_PATH | O_DIRECTORY, 0);
	p->name = slash + 1;
	return p->owned < 0 ? p->owned : 0;
}

/* ---- the thing itself ---- */

/* O_PATH fd of a bound file or of something in a bound directory, or -errno. */
static int node(struct host *h, uint64_t off, uint64_t len, enum access a, bool follow)
{
	char path[HC_PATH_MAX + 1];
	const char *rest;
	int err = hc_path(h, off, len, path);
	const struct bind *b = err ? NULL : bind_of(h, path, a, &rest, &err);

	if (b == NULL)
		return err;
	if (*rest == '\0')
		return fcntl(b->dirfd, F_DUPFD_CLOEXEC, 3);
	return open_in(b->dirfd, rest, O_PATH | (follow ? 0 : O_NOFOLLOW), 0);
}

/* For the calls that Linux gives no fd form of: the name of an O_PATH fd. */
static void fd_name(int fd, char name[32])
{
	snprintf(name, 32, "/proc/self/fd/%d", fd);
}

static int64_t finish(int fd, int64_t n)
{
	int64_t ret = n < 0 ? -errno : n;

	close(fd);
	return ret;
}

int64_t hc_open(struct host *h, const struct hc_msg *m)
{
	const uint64_t allowed = O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_DIRECTORY |
				 O_NOFOLLOW | O_SYNC | O_DSYNC | O_PATH | O_NOATIME | O_LARGEFILE;
	uint64_t flags = (m->a[2] & allowed) | O_NOCTTY | O_NONBLOCK;
	bool change = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
	char path[HC_PATH_MAX + 1];
	const char *rest;
	int fd, err = hc_path(h, m->a[0], m->a[1], path);
	const struct bind *b = err ? NULL : bind_of(h, path, change ? CHANGE : LOOK, &rest, &err);

	if (b == NULL)
		return err;
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW;
	if (*rest == '\0' && b->src_len != 0) { /* the bound file or directory itself */
		char self[32];

		fd_name(b->dirfd, self);
		fd = open(self, (int)(flags & ~(uint64_t)O_NOFOLLOW) | O_CLOEXEC, 0);
		fd = fd < 0 ? -errno : fd;
	} else {
		fd = open_in(b->dirfd, rest, flags, flags & O_CREAT ? m->a[3] & 07777 : 0);
	}
	if (fd >= HC_FD_MAX) {
		close(fd);
		return -EMFILE;
	}
	if (fd >= 0)
		hc_fd_own(h, fd, true);
	return fd;
}

/* ---- looking ---- */

static int64_t ns_of(const struct statx_timestamp *t)
{
	return t->tv_sec * 1000000000ll + t->tv_nsec;
}

static int64_t stat_to(int dirfd, const char *name, int flags, struct hc_stat *out)
{
	struct statx x;
	struct hc_stat s;

	if (statx(dirfd, name, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &x) < 0)
		return -errno;
	s = (struct hc_stat){
		.dev = makedev(x.stx_dev_major, x.stx_dev_minor),
		.ino = x.stx_ino,
		.mode = x.stx_mode,
		.nlink = x.stx_nlink,
		.uid = x.stx_uid,
		.gid = x.stx_gid,
		.rdev = makedev(x.stx_rdev_major, x.stx_rdev_minor),
		.size = x.stx_size,
		.blksize = x.stx_blksize,
		.blocks = x.stx_blocks,
		.atime_ns = ns_of(&x.stx_atime),
		.mtime_ns = ns_of(&x.stx_mtime),
		.ctime_ns = ns_of(&x.stx_ctime),
		.btime_ns = x.stx_mask & STATX_BTIME ? ns_of(&x.stx_btime) : 0,
	};
	memcpy(out, &s, sizeof s);
	return 0;
}

int64_t hc_stat(struct host *h, const struct hc_msg *m)
{
	struct hc_stat *out = hc_span(h, m->a[3], sizeof *out);
	struct place p;
	int64_t ret;
	int fd;

	if (out == NULL)
		return -EFAULT;
	ret = where(h, m->a[0], m->a[1], LOOK, &p);
	if (ret != 0)
		return ret;
	leave(&p);
	if (p.free)
		return stat_to(p.dirfd, p.name, m->a[2] ? 0 : AT_SYMLINK_NOFOLLOW, out);
	fd = node(h, m->a[0], m->a[1], LOOK, m->a[2]);
	if (fd < 0)
		return fd;
	ret = stat_to(fd, "", AT_EMPTY_PATH, out);
	close(fd);
	return ret;
}

int64_t hc_fstat(struct host *h, const struct hc_msg *m)
{
	struct hc_stat *out = hc_span(h, m->a[1], sizeof *out);

	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	return out == NULL ? -EFAULT : stat_to((int)m->a[0], "", AT_EMPTY_PATH, out);
}

int64_t hc_statfs(struct host *h, const struct hc_msg *m)
{
	struct hc_statfs *out = hc_span(h, m->a[2], sizeof *out), s;
	struct statfs f;
	int fd;

	if (out == NULL)
		return -EFAULT;
	fd = node(h, m->a[0], m->a[1], LOOK, true);
	if (fd < 0)
		return fd;
	if (fstatfs(fd, &f) < 0)
		return finish(fd, -1);
	s = (struct hc_statfs){
		.type = (uint64_t)f.f_type,
		.bsize = (uint64_t)f.f_bsize,
		.blocks = f.f_blocks,
		.bfree = f.f_bfree,
		.bavail = f.f_bavail,
		.files = f.f_files,
		.ffree = f.f_ffree,
		.namelen = (uint64_t)f.f_namelen,
		.frsize = (uint64_t)f.f_frsize,
		.flags = (uint64_t)f.f_flags,
	};
	memcpy(out, &s, sizeof s);
	return finish(fd, 0);
}

int64_t hc_readlink(struct host *h, const struct hc_msg *m)
{
	char *buf = hc_span(h, m->a[2], m->a[3]);
	struct place p;
	int64_t n;
	int err;

	if (buf == NULL)
		return -EFAULT;
	err = where(h, m->a[0], m->a[1], LOOK, &p);
	if (err)
		return err;
	n = readlinkat(p.dirfd, p.name, buf, m->a[3]);
	n = n < 0 ? -errno : n;
	leave(&p);
	return n;
}

/* ---- changing names ---- */

int64_t hc_mkdir(struct host *h, const struct hc_msg *m)
{
	struct place p;
	int64_t ret = where(h, m->a[0], m->a[1], CHANGE, &p);

	if (ret == 0)
		ret = mkdirat(p.dirfd, p.name, m->a[2] & 07777) < 0 ? -errno : 0;
	leave(&p);
	return ret;
}

int64_t hc_unlink(struct host *h, const struct hc_msg *m)
{
	struct place p;
	int64_t ret = where(h, m->a[0], m->a[1], CHANGE, &p);

	if (ret == 0)
		ret = unlinkat(p.dirfd, p.name, m->a[2] ? AT_REMOVEDIR : 0) < 0 ? -errno : 0;
	leave(&p);
	return ret;
}

/* rename and link: both names in rw binds. */
static int64_t two_places(struct host *h, const struct hc_msg *m, bool rename)
{
	struct place from, to;
	int64_t ret = where(h, m->a[0], m->a[1], CHANGE, &from);

	if (ret != 0)
		return ret;
	ret = where(h, m->a[2], m->a[3], CHANGE, &to);
	if (ret == 0 && rename)
		ret = renameat2(from.dirfd, from.name, to.dirfd, to.name, (unsigned)m->a[4]);
	else if (ret == 0)
		ret = linkat(from.dirfd, from.name, to.dirfd, to.name, 0);
	if (ret == -1)
		ret = -errno;
	leave(&to);
	leave(&from);
	return ret;
}

int64_t hc_rename(struct host *h, const struct hc_msg *m)
{
	return two_places(h, m, true);
}

int64_t hc_link(struct host *h, const struct hc_msg *m)
{
	return two_places(h, m, false);
}

int64_t hc_symlink(struct host *h, const struct hc_msg *m)
{
	char target[HC_PATH_MAX + 1];
	const char *src = hc_span(h, m->a[0], m->a[1]);
	struct place p;
	int64_t ret;

	if (src == NULL)
		return -EFAULT;
	if (m->a[1] > HC_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(target, src, m->a[1]);
	target[m->a[1]] = '\0';
	ret = where(h, m->a[2], m->a[3], CHANGE, &p);
	if (ret == 0)
		ret = symlinkat(target, p.dirfd, p.name) < 0 ? -errno : 0;
	leave(&p);
	return ret;
}

/* ---- changing attributes ---- */

int64_t hc_chmod(struct host *h, const struct hc_msg *m)
{
	char name[32];
	int fd = node(h, m->a[0], m->a[1], CHANGE, true);

	if (fd < 0)
		return fd;
	fd_name(fd, name);
	return finish(fd, chmod(name, m->a[2] & 07777));
}

int64_t hc_chown(struct host *h, const struct hc_msg *m)
{
	int fd = node(h, m->a[0], m->a[1], CHANGE, m->a[4]);

	if (fd < 0)
		return fd;
	return finish(fd, fchownat(fd, "", (uid_t)m->a[2], (gid_t)m->a[3], AT_EMPTY_PATH));
}

static struct timespec time_arg(uint64_t ns)
{
	if (ns == UINT64_MAX)
		return (struct timespec){.tv_nsec = UTIME_OMIT};
	return (struct timespec){
		.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
}

int64_t hc_utimens(struct host *h, const struct hc_msg *m)
{
	struct timespec t[2] = {time_arg(m->a[2]), time_arg(m->a[3])};
	int fd = node(h, m->a[0], m->a[1], CHANGE, m->a[4]);

	if (fd < 0)
		return fd;
	return finish(fd, utimensat(fd, "", t, AT_EMPTY_PATH));
}
