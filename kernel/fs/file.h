/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files and descriptor tables: what the rest of the kernel needs of the file system. Kernel
 * lock held; functions may block unless said otherwise. inode internals are in vfs.h.
 */
#ifndef CLOISTER_FILE_H
#define CLOISTER_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "addr.h"
#include "list.h"
#include "waitq.h"

struct inode;
struct uio;
struct waiter;
struct polltable;
struct stat_info;
struct dirsink;

struct file;
struct file_ops {                                    /* NULL: the errno of vfs.c's table */
	long (*read)(struct file *f, struct uio *u); /* at u->off; the caller moves f->pos */
	long (*write)(struct file *f, struct uio *u);
	int (*readdir)(struct file *f, struct dirsink *s);
	unsigned (*poll)(struct file *f,
		struct polltable *pt); /* POLL* mask; registers waiters via poll_wait */
	long (*ioctl)(struct file *f, unsigned cmd, uaddr_t arg);
	int (*sync)(struct file *f, bool datasync);
	int (*seek)(struct file *f, int64_t off, int whence,
		int64_t *pos);           /* NULL: by f->pos and size */
	void (*release)(struct file *f); /* last reference gone */
};

/* A lock that may be held across a sleep (the kernel lock cannot). Not recursive, not
 * interruptible. */
struct slock {
	bool held;
	struct waitq q;
};
void slock_init(struct slock *l);
void slock_take(struct slock *l);
void slock_drop(struct slock *l);

#define FM_READ   1u /* opened for reading */
#define FM_WRITE  2u
#define FM_STREAM 4u /* has no position: lseek and pread give ESPIPE */
#define FM_LAZY   16u /* opened below on first use: a program whose image is loaded needs no contents */
#define FM_PATH   8u /* O_PATH: a place in the tree, no contents */

struct file {
	int refs;
	const struct file_ops *ops;
	struct inode *inode;   /* ref; NULL for anonymous objects */
	struct dentry *dentry; /* ref; NULL for anonymous objects */
	unsigned flags;        /* O_* as fcntl(F_GETFL) shows */
	unsigned mode;         /* FM_* */
	uint64_t pos;
	struct slock pos_lock; /* orders those who use and move pos */
	void *priv;
	char *path; /* absolute path at open, or a name as "anon_inode:[eventfd]"; owned; may be
		       NULL */
	struct list epitems; /* epoll instances watching it (ipc/epoll.c) */
	int owner;           /* F_SETOWN */
};

struct file *file_new(
	const struct file_ops *ops, unsigned flags, void *priv); /* 1 ref; NULL: no memory */
struct file *file_get(struct file *f);
void file_put(struct file *f);
long file_pread(struct file *f, uint64_t off, void *kbuf,
	size_t len); /* kernel buffer; for exec and mmap */
long file_pwrite(struct file *f, uint64_t off, const void *kbuf, size_t len);
uint64_t file_size(struct file *f);
/* Identity of the contents, for caches: 0, or -ENOENT if the object has none. */
struct file_id {
	uint64_t dev, ino, size;
	int64_t mtime_ns;
};
int file_identity(struct file *f, struct file_id *id);

/* ---- descriptor tables ---- */
struct fdtable;
struct fdtable *fdtable_new(void);                /* empty, 1 ref */
struct fdtable *fdtable_clone(struct fdtable *t); /* fork: copies, same files */
struct fdtable *fdtable_get(struct fdtable *t);
void fdtable_put(struct fdtable *t);
int fdtable_unshare(struct fdtable **t); /* exec: own copy if shared */
void fdtable_close_exec(struct fdtable *t);
struct file *fd_get(int fd); /* of the current process: +1 ref, NULL = EBADF */
int fd_install(struct file *f, unsigned cloexec,
	int min); /* takes f on success; lowest free >= min; -EMFILE */

/* ---- root, working directory, umask ---- */
struct fsctx;
struct fsctx *fsctx_new(void);
struct fsctx *fsctx_clone(struct fsctx *c);
struct fsctx *fsctx_get(struct fsctx *c);
void fsctx_put(struct fsctx *c);
int fsctx_set_cwd(struct fsctx *c, const char *path); /* boot */
void fsctx_set_umask(struct fsctx *c, unsigned mask);

/* ---- for exec ---- */
/* Opens a regular file with execute permission relative to dirfd (AT_FDCWD), following symlinks
 * (unless AT_SYMLINK_NOFOLLOW; AT_EMPTY_PATH allowed). 0 or -errno: -ENOENT, -EACCES, -ENOTDIR,
 * -ELOOP... */
int vfs_open_exec(int dirfd, const char *path, int flags, struct file **out);

/* ---- boot (fs/init.c): mounts / (hostfs read-only), /dev, /proc, /tmp, binds from the
 * configuration; opens 0, 1, 2 into t by CONF_STDIO. 0 or -errno. ---- */
/* *where: the mount that failed */
int fs_boot(struct fdtable *t, struct fsctx *c, const char **where);

#endif
