/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open(2) and the calls that make a name: mkdir, mknod, symlink. First what exists is looked up and
 * checked, then one change is made. Kernel lock held; may sleep.
 */
#include "vfs.h"
#include "fsnotify.h"
#include "fmt.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"

/* How often a name that appears and vanishes under O_CREAT is tried again before EAGAIN. */
#define CREATE_RETRIES 8

#define PATH_USUAL 256 /* most paths fit: no allocation but the copy's own */

static int set_path(struct file *f, struct dentry *d)
{
	char usual[PATH_USUAL], *buf = usual;
	long n = d_path(d, NULL, usual, sizeof(usual));

	if (n == -ENAMETOOLONG) {
		buf = kmalloc(PATH_MAX);
		if (buf == NULL)
			return -ENOMEM;
		if (d_path(d, NULL, buf, PATH_MAX) == -ENAMETOOLONG)
			buf[0] = 0;
	}
	f->path = kstrdup(buf);
	if (buf != usual)
		kfree(buf);
	return f->path == NULL ? -ENOMEM : 0;
}

static int open_inode(struct dentry *d, struct file *f)
{
	struct inode *i = d->inode;

	if (f->mode & FM_PATH) {
		static const struct file_ops path_ops = {.read = NULL};

		f->ops = &path_ops;
		return 0;
	}
	if (S_ISCHR(i->st.mode) && i->ops->open == NULL)
		return devfs_open_device(d, f);
	if (S_ISFIFO(i->st.mode) && i->ops->open == NULL)
		return fifo_open(d, f);
	return i->ops->open != NULL ? i->ops->open(d, f) : -ENXIO;
}

static int open_dentry(struct dentry *d, unsigned flags, unsigned mode, struct file **out)
{
	struct file *f = file_new(NULL, flags, NULL);
	int err;

	if (f == NULL)
		return -ENOMEM;
	f->mode |= mode;
	f->dentry = dget(d);
	f->inode = inode_get(d->inode);
	err = set_path(f, d);
	if (err == 0)
		err = open_inode(d, f);
	if (err < 0) {
		f->ops = NULL; /* nothing to release */
		file_put(f);
		return err;
	}
	if (!(f->mode & FM_PATH))
		fsnotify(d, IN_OPEN);
	*out = f;
	return 0;
}

int vfs_open_dentry(struct dentry *d, unsigned flags, struct file **out)
{
	return open_dentry(d, flags, 0, out);
}

static int truncate_inode(struct dentry *d, struct file *f, uint64_t size)
{
	struct setattr a = {.valid = SETATTR_SIZE, .size = size};

	return vfs_setattr(d, f, &a);
}

int vfs_truncate(struct dentry *d, struct file *f, uint64_t size)
{
	if (S_ISDIR(d->inode->st.mode))
		return -EISDIR;
	if (!S_ISREG(d->inode->st.mode))
		return -EINVAL;
	if (size > INT64_MAX)
		return -EINVAL;
	return truncate_inode(d, f, size);
}

/* The checks of open(2) on an existing object. */
static int may_open(struct dentry *d, unsigned flags)
{
	uint32_t mode = d->inode->st.mode;
	unsigned acc = flags & O_ACCMODE, want = 0;
	int err;

	if (S_ISLNK(mode))
		return flags & O_PATH ? 0 : -ELOOP;
	if ((flags & O_DIRECTORY) && !S_ISDIR(mode))
		return -ENOTDIR;
	if (flags & O_PATH)
		return 0;
	if (S_ISDIR(mode) && (acc != O_RDONLY || (flags & O_CREAT)))
		return -EISDIR;
	if (S_ISSOCK(mode))
		return -ENXIO;
	want |= acc != O_WRONLY ? R_OK : 0;
	want |= acc != O_RDONLY || (flags & O_TRUNC) ? W_OK : 0;
	err = inode_permission(d->inode, want);
	if (err == 0 && (flags & O_NOATIME) && !inode_owner_ok(d->inode))
		err = -EPERM;
	return err;
}

static int open_existing(struct dentry *d, unsigned flags, struct file **out)
{
	int err = may_open(d, flags);

	if (err == 0)
		err = vfs_open_dentry(d, flags, out);
	if (err == 0 && (flags & O_TRUNC) && !(flags & O_PATH) && S_ISREG(d->inode->st.mode)) {
		err = truncate_inode(d, *out, 0);
		if (err < 0)
			file_put(*out);
	}
	return err;
}

/* May a name be made in (or taken out of) this directory? */
static int may_change_dir(struct dentry *dir)
{
	if (dir->inode->sb->flags & SB_RDONLY)
		return -EROFS;
	if (dir->flags & D_DELETED)
		return -ENOENT;
	return inode_permission(dir->inode, W_OK | X_OK);
}

static int make_entry(struct dentry *dir, struct dentry *d, const struct mkargs *a)
{
	int err = may_change_dir(dir);

	if (err < 0)
		return err;
	if (dir->inode->ops->make == NULL)
		return -EPERM;
	err = dir->inode->ops->make(dir, d, a);
	if (err == 0) {
		d_add(d);
		fsnotify_name(dir, d->name, d->inode, IN_CREATE, 0);
	}
	return err;
}

/* The last component under O_CREAT; the walk has followed a symlink there. */
static int open_create(struct dentry *dir, const struct lastname *last, unsigned flags,
	unsigned mode, struct file **out)
{
	struct mkargs a = {.mode = S_IFREG | (mode & 07777 & ~fs_current()->umask)};
	struct dentry *d;
	int err;

	if (last->dot)
		return flags & O_EXCL ? -EEXIST : open_existing(dir, flags, out);
	if (last->slash)
		return -EISDIR;
	for (unsigned tries = 0; tries < CREATE_RETRIES; tries++) {
		err = lookup_one(dir, last->name, last->len, &d);
		if (err < 0)
			return err;
		if (d->inode != NULL) {
			d = d_cross(d);
			err = flags & O_EXCL ? -EEXIST : open_existing(d, flags, out);
			dput(d);
			return err;
		}
		err = make_entry(dir, d, &a);
		if (err == 0) /* just made: the mode does not bind its maker */
			err = vfs_open_dentry(d, flags, out);
		dput(d);
		if (err != -EEXIST || (flags & O_EXCL))
			return err;
	}
	return -EAGAIN;
}

/* open(2), openat2(2): the rules for flags that contradict each other. */
static int check_flags(unsigned *flags, unsigned mode)
{
	if (*flags & O_PATH) {
		*flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
		return 0;
	}
	if ((*flags & O_TMPFILE) == O_TMPFILE)
		return (*flags & O_ACCMODE) == O_RDONLY || (*flags & O_CREAT) ? -EINVAL : 0;
	if ((*flags & (O_DIRECTORY | O_CREAT)) == (O_DIRECTORY | O_CREAT))
		return -EINVAL;
	return 0;
}

int vfs_open(int dirfd, const char *path, unsigned flags, unsigned mode, unsigned lookup,
	struct file **out)
{
	struct lastname *last;
	struct dentry *d;
	int err = check_flags(&flags, mode);

	if (err < 0)
		return err;
	if ((flags & O_TMPFILE) == O_TMPFILE) {
		err = path_lookup(dirfd, path, lookup | LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d);
		if (err < 0)
			return err;
		err = vfs_tmpfile(d, flags, mode & 07777 & ~fs_current()->umask, out);
		dput(d);
		return err;
	}
	if (!(flags & O_CREAT)) {
		lookup |= flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
		lookup |= flags & O_DIRECTORY ? LOOKUP_DIRECTORY : 0;
		err = path_lookup(dirfd, path, lookup, &d);
		if (err < 0)
			return err;
		err = open_existing(d, flags, out);
		dput(d);
		return err;
	}
	last = kmalloc(sizeof(*last));
	if (last == NULL)
		return -ENOMEM;
	if (!(flags & (O_EXCL | O_NOFOLLOW)))
		lookup |= LOOKUP_FOLLOW;
	err = path_parent(dirfd, path, lookup, &d, last);
	if (err == 0) {
		err = open_create(d, last, flags, mode, out);
		dput(d);
	}
	kfree(last);
	return err;
}

int vfs_tmpfile(struct dentry *dir, unsigned flags, unsigned mode, struct file **out)
{
	char name[24];
	int err = may_change_dir(dir);

	if (err < 0)
		return err;
	if (dir->inode->ops != &memfs_inode_ops)
		return -EOPNOTSUPP;
	snprintf(name, sizeof(name), "#%llu", (unsigned long long)dir->sb->next_ino + 1);
	return memfs_anon_file(dir->sb, name, mode, flags, out);
}

int vfs_create_at(int dirfd, const char *path, const struct mkargs *a, bool dir)
{
	struct lastname *last = kmalloc(sizeof(*last));
	struct dentry *parent, *d;
	int err;

	if (last == NULL)
		return -ENOMEM;
	err = path_parent(dirfd, path, 0, &parent, last);
	if (err < 0) {
		kfree(last);
		return err;
	}
	if (last->dot) {
		err = -EEXIST;
	} else {
		err = lookup_one(parent, last->name, last->len, &d);
	}
	if (err == 0) {
		if (d->inode != NULL)
			err = -EEXIST;
		else if (last->slash && !dir)
			err = -ENOENT;
		else
			err = make_entry(parent, d, a);
		dput(d);
	}
	dput(parent);
	kfree(last);
	return err;
}

int vfs_open_exec(int dirfd, const char *path, int flags, struct file **out)
{
	unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct dentry *d;
	struct inode *i;
	int err;

	lookup |= flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0;
	err = path_lookup(dirfd, path, lookup, &d);
	if (err < 0)
		return err;
	i = d->inode;
	if (S_ISLNK(i->st.mode))
		err = -ELOOP;
	else if (!S_ISREG(i->st.mode) || (i->sb->flags & SB_NOEXEC))
		err = -EACCES;
	else
		err = inode_permission(i, X_OK);
	if (err == 0)
		err = open_dentry(d, O_RDONLY, FM_LAZY, out);
	dput(d);
	return err;
}
