/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the file system layer: superblocks, inodes, directory entries.
 *
 *   super   one mounted file system; stays for the life of the enclave; mounted at one place
 *   inode   one object; attributes in st (authoritative in memory, a cache for hostfs)
 *   dentry  one name in one directory: the tree that path walks use. A child holds a reference on
 * its parent. In memory file systems the tree IS the directory (entries are pinned); elsewhere it
 * is a bounded cache that super_ops.revalidate keeps honest.
 *
 * Everything is guarded by the kernel lock. inode_ops and super_ops may sleep (hostfs asks the
 * host); whoever calls one holds references on what it passes and looks again at what it knew
 * before. A dentry passed to make, link or rename may by then have been entered under the same name
 * by another thread: the file system detects it (EEXIST) as it is the one to know.
 */
#ifndef CLOISTER_VFS_H
#define CLOISTER_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "file.h"
#include "linux_fs.h"
#include "list.h"
#include "waitq.h"

struct super;
struct inode;
struct dentry;
struct pipe;

struct stat_info {
	uint64_t dev, ino;
	uint32_t mode, nlink, uid, gid;
	uint64_t rdev, size, blksize, blocks;
	int64_t atime, mtime, ctime, btime; /* ns since the epoch */
};

#define SETATTR_MODE  1u
#define SETATTR_UID   2u
#define SETATTR_GID   4u
#define SETATTR_SIZE  8u
#define SETATTR_ATIME 16u
#define SETATTR_MTIME 32u
struct setattr {
	unsigned valid;
	uint32_t mode, uid, gid;
	uint64_t size;
	int64_t atime, mtime;
};

struct mkargs {
	uint32_t mode;      /* type and permissions, umask applied */
	uint64_t rdev;      /* S_IFCHR, S_IFBLK */
	const char *target; /* S_IFLNK */
};

struct inode_ops {
	/* Sets d->inode (a reference) if the name exists, leaves it NULL if not. NULL slot:
	 * -ENOTDIR. */
	int (*lookup)(struct dentry *dir, struct dentry *d);
	/* Creates what a says under d's name; sets d->inode. NULL slots of make, link, unlink,
	 * rename: -EPERM. */
	int (*make)(struct dentry *dir, struct dentry *d, const struct mkargs *a);
	int (*link)(struct dentry *old, struct dentry *dir, struct dentry *d);
	int (*unlink)(
		struct dentry *dir, struct dentry *d); /* a directory must be empty: -ENOTEMPTY */
	int (*rename)(struct dentry *odir, struct dentry *od, struct dentry *ndir,
		struct dentry *nd, unsigned flags);
	/* Length of the target, at most cap bytes, no NUL. NULL slot: -EINVAL. */
	long (*readlink)(struct dentry *d, char *buf, size_t cap);
	/* A link that is an object rather than text (/proc/PID/exe). 0 with a reference. NULL slot:
	 * follow the text. */
	int (*jump)(struct dentry *d, struct dentry **out);
	/* f may be NULL. NULL slots: copy inode->st; -EPERM. */
	int (*getattr)(struct dentry *d, struct file *f, struct stat_info *st);
	int (*setattr)(struct dentry *d, struct file *f, const struct setattr *a);
	/* Sets f->ops and f->priv. NULL slot: -ENXIO. */
	int (*open)(struct dentry *d, struct file *f);
};

struct inode {
	int refs;
	struct super *sb;
	const struct inode_ops *ops;
	struct stat_info st; /* dev, ino and the type bits of mode never change */
	struct pipe *pipe;   /* FIFO: while somebody has it open */
	struct list locks;   /* POSIX and OFD record locks, struct flk (flock.c) */
	struct list flocks;  /* flock(2) */
	struct waitq lock_wait;
	uint64_t next_cookie; /* directories in memory: see dentry.cookie */
	unsigned seals;       /* F_ADD_SEALS */
	void *priv;
};

#define D_HASHED  1u /* in the tree: found by d_lookup */
#define D_PINNED  2u /* holds a reference of its own: the entry is the truth, not a cache */
#define D_DELETED 4u /* its name was removed */

#define DNAME_INLINE 40

struct dentry {
	int refs;
	unsigned flags;
	struct super *sb;
	struct dentry *parent; /* ref; NULL for a root and for a nameless file */
	struct inode *inode;   /* ref; NULL: the name does not exist */
	struct super *mounted; /* covers this entry, or NULL */
	struct list children;  /* hashed entries, oldest first */
	struct list sibling;
	struct list lru; /* unused cached entries */
	struct dentry *hash_next;
	uint64_t fresh_until; /* ns monotonic: revalidate need not ask before */
	uint64_t cookie;      /* position in a directory in memory */
	uint32_t hash;
	uint32_t len;
	char *name; /* NUL-terminated; inl or kmalloc'ed */
	char inl[DNAME_INLINE];
};

#define SB_RDONLY  1u
#define SB_NOCACHE 2u /* entries are never kept: every walk looks again (procfs) */
#define SB_MEMORY  4u /* entries are pinned; a name not in the tree does not exist */
#define SB_NOEXEC  8u
#define SB_NODEV   16u

struct super_ops {
	/* 1: still true; 0: forget it and look again; -errno. NULL: always true. */
	int (*revalidate)(struct dentry *d);
	int (*statfs)(struct super *sb, struct linux_statfs *st);
	void (*evict)(struct inode *i); /* last reference gone: free priv */
};

struct super {
	struct list link; /* mount_list, in order of mounting */
	const struct super_ops *ops;
	const char *type; /* as /proc/mounts shows it */
	char *source;     /* owned */
	unsigned flags;
	uint64_t dev;
	uint64_t next_ino;
	struct dentry *root;    /* ref */
	struct dentry *covered; /* ref; NULL for the root of everything and for hidden ones */
	void *priv;
};
extern struct list mount_list;

/* ---- inode.c ---- */
struct inode *inode_new(
	struct super *sb, const struct inode_ops *ops, uint32_t mode); /* 1 ref, next ino, now */
struct inode *inode_get(struct inode *i);
void inode_put(struct inode *i);
int inode_permission(
	struct inode *i, unsigned mask); /* R_OK|W_OK|X_OK by effective ids; 0 or -EACCES */
int inode_permission_as(struct inode *i, unsigned mask, uint32_t uid, uint32_t gid);
bool inode_owner_ok(const struct inode *i); /* owner or privileged */
int vfs_getattr(struct dentry *d, struct file *f, struct stat_info *st);
int vfs_setattr(
	struct dentry *d, struct file *f, const struct setattr *a); /* no permission checks */
/* The setattr of inodes whose attributes are st and nothing else; sizes are left alone. */
int inode_setattr_memory(struct dentry *d, struct file *f, const struct setattr *a);
void inode_touch(
	struct inode *i, unsigned what); /* what: SETATTR_ATIME, SETATTR_MTIME (ctime follows) */

/* ---- dcache.c ---- */
struct dentry *dentry_new(struct super *sb, struct dentry *parent, const char *name,
	size_t len); /* 1 ref, not hashed */
struct dentry *dget(struct dentry *d);
void dput(struct dentry *d); /* NULL is fine; may sleep */
struct dentry *d_lookup(struct dentry *dir, const char *name, size_t len); /* +1 ref or NULL */
void d_add(struct dentry *d);    /* enter under its parent */
void d_drop(struct dentry *d);   /* out of the tree */
void d_delete(struct dentry *d); /* the name is gone: d_drop, unpin */
void d_pin(struct dentry *d);
int d_move(struct dentry *d, struct dentry *parent, const char *name,
	size_t len);                                 /* 0 or -ENOMEM, nothing done */
void d_exchange(struct dentry *a, struct dentry *b); /* swap two places */
bool d_is_ancestor(const struct dentry *anc, const struct dentry *d); /* or equal; mounts crossed */
/* Absolute path as seen from root (NULL: the real root). Length or -ENAMETOOLONG, -ENOENT (deleted;
 * the buffer then holds the old path with " (deleted)"), -EXDEV (not below root; "(unreachable)" in
 * front). */
long d_path(struct dentry *d, struct dentry *root, char *buf, size_t cap);
unsigned dcache_unused(void);
void dcache_shrink(unsigned keep);

/* ---- mount.c ---- */
struct super *super_new(
	const char *type, const char *source, const struct super_ops *ops, unsigned flags);
void super_free(struct super *sb); /* one that was never mounted */
int mount_root(struct super *sb);
int mount_at(struct super *sb, const char *path); /* makes missing mount points in memory */
struct dentry *root_dentry(void);                 /* borrowed */
struct dentry *d_cross(struct dentry *d); /* down through mounts; consumes and returns a ref */
struct dentry *d_parent(struct dentry *d, struct dentry *root); /* ".."; +1 ref; stays at root */

/* ---- fsctx.c ---- */
struct fsctx {
	int refs;
	struct dentry *root, *cwd; /* refs; NULL before the root is mounted */
	unsigned umask;
};
struct fsctx *fs_current(void);
void fs_set_cwd(struct fsctx *c, struct dentry *d); /* +1 ref on d */
void fs_set_root(struct fsctx *c, struct dentry *d);

/* ---- namei.c ---- */
#define LOOKUP_FOLLOW    1u /* follow a symlink in the last place */
#define LOOKUP_DIRECTORY 2u /* must be a directory */
#define LOOKUP_EMPTY     4u /* "" is the start itself */
#define LOOKUP_NO_XDEV   8u /* RESOLVE_* of openat2(2) */
#define LOOKUP_NO_MAGIC  16u
#define LOOKUP_NO_LINKS  32u
#define LOOKUP_BENEATH   64u
#define LOOKUP_IN_ROOT   128u

#define SYMLINKS_MAX 40

struct lastname {
	char name[NAME_MAX + 1];
	size_t len;
	bool dot;   /* "." or ".." or the root */
	bool slash; /* trailing slash: must be a directory */
};
/* Entry of an existing object; +1 ref. */
int path_lookup(int dirfd, const char *path, unsigned flags, struct dentry **out);
/* The directory of the last component, which is not looked at (LOOKUP_FOLLOW: but a symlink there
 * is followed); +1 ref. After a link to an object, *dir is that object and last->dot is set. */
int path_parent(
	int dirfd, const char *path, unsigned flags, struct dentry **dir, struct lastname *last);
/* One name in a directory (not "." or ".."): +1 ref, maybe without inode. Mounts are not crossed.
 */
int lookup_one(struct dentry *dir, const char *name, size_t len, struct dentry **out);
/* The target of a symlink as a string. *buf is kmalloc'ed, PATH_MAX. */
int read_link(struct dentry *d, char **buf);

/* ---- open.c ---- */
int vfs_open(int dirfd, const char *path, unsigned flags, unsigned mode, unsigned lookup,
	struct file **out);
int vfs_open_dentry(struct dentry *d, unsigned flags, struct file **out); /* no permission checks */
int vfs_tmpfile(struct dentry *dir, unsigned flags, unsigned mode, struct file **out);
int vfs_create_at(
	int dirfd, const char *path, const struct mkargs *a, bool dir); /* mkdir, mknod, symlink */
int vfs_truncate(struct dentry *d, struct file *f, uint64_t size);

/* ---- change.c ---- */
int vfs_unlink_at(int dirfd, const char *path, bool dir);
int vfs_rename_at(int odfd, const char *opath, int ndfd, const char *npath, unsigned flags);
int vfs_link_at(int odfd, const char *opath, unsigned oflags, int ndfd, const char *npath);

/* ---- file.c ---- */
#define FM_NOCTTY    16u /* file.mode: opened with O_NOCTTY */
#define RW_COUNT_MAX 0x7ffff000ull
struct dirsink {
	/* False: full, the entry was not taken. next: the position after this entry. */
	bool (*emit)(struct dirsink *s, const char *name, size_t len, uint64_t ino, uint64_t next,
		unsigned dtype);
};
long vfs_read(struct file *f, struct uio *u); /* checks, position, times */
long vfs_write(struct file *f, struct uio *u);
int64_t vfs_seek(struct file *f, int64_t off, int whence);
int vfs_file_stat(struct file *f, struct stat_info *st);
bool file_readable(const struct file *f);
bool file_writable(const struct file *f);
struct file *file_anon(const struct file_ops *ops, unsigned flags, void *priv, const char *name);
bool dir_emit_dots(struct file *f, struct dirsink *s);
long anon_stat_mode(const struct file *f);

/* ---- flock.c ---- */
struct fdtable;
long flk_fcntl(struct file *f, unsigned cmd, uaddr_t arg);
long flk_flock(struct file *f, unsigned op);
void flk_close(
	struct file *f, struct fdtable *owner); /* a descriptor goes: its owner's POSIX locks too */
void flk_release(struct file *f);               /* the file goes: OFD and flock locks */

/* ---- fdtable.c ---- */
struct fdtable *fdtable_current(void);
struct file *fdtable_lookup(struct fdtable *t, int fd); /* borrowed */
unsigned fdtable_size(struct fdtable *t); /* one more than the highest descriptor that was used */
int fdtable_install(
	struct fdtable *t, struct file *f, bool cloexec, unsigned min); /* as fd_install */
/* open(2) takes its number before it looks for the file. fd_settle fills it, or gives it back (f
 * NULL); the table is the one of fd_reserve, whatever the process has done with it since. */
int fd_reserve(struct fdtable **t);
void fd_settle(struct fdtable *t, int fd, struct file *f, unsigned cloexec);
int fd_close(int fd);
int fd_dup2(int old, int fd, unsigned cloexec); /* the new descriptor or -errno */
int fd_cloexec(int fd, int set);                /* set < 0: ask. 0/1 or -EBADF */
int fd_close_range(unsigned first, unsigned last, unsigned flags);

/* ---- the file systems ---- */
struct super *memfs_new(const char *source, uint32_t root_mode);
int memfs_anon_file(
	struct super *sb, const char *name, uint32_t mode, unsigned flags, struct file **out);
struct super *hostfs_new(const char *host_path, bool writable, int *err);
struct super *devfs_new(void);
struct super *procfs_new(void);
struct super *sysfs_new(void);
int devfs_open_device(struct dentry *d, struct file *f); /* S_IFCHR by rdev */
int fifo_open(struct dentry *d, struct file *f);         /* ipc/pipe.c */
extern const struct inode_ops memfs_inode_ops;

#endif
