/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path walk: path_resolution(7), symlink(7), openat2(2). One loop over the components of one
 * string; a symlink replaces the string by its target and the rest. The walker holds one reference,
 * on the place where it is. Kernel lock held; sleeps when a file system does.
 */
#include "vfs.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"

/* The string under walk: a symlink's target and what followed the link. */
#define WALK_MAX (2 * PATH_MAX)

struct walk {
	struct dentry *cur;   /* ref */
	struct dentry *root;  /* borrowed from start or the fsctx, see keep */
	struct dentry *start; /* ref */
	unsigned flags;       /* LOOKUP_* */
	unsigned links;
	char *buf;     /* owned: the string after the first symlink */
	const char *p; /* what is left to walk */
};

int read_link(struct dentry *d, char **buf)
{
	long n;

	if (d->inode->ops->readlink == NULL)
		return -EINVAL;
	*buf = kmalloc(PATH_MAX);
	if (*buf == NULL)
		return -ENOMEM;
	n = d->inode->ops->readlink(d, *buf, PATH_MAX - 1);
	if (n <= 0) {
		kfree(*buf);
		*buf = NULL;
		return n < 0 ? (int)n : -ENOENT;
	}
	(*buf)[n] = 0;
	return 0;
}

static int check_fresh(struct dentry *d)
{
	if (d->mounted != NULL || d->sb->ops->revalidate == NULL)
		return 1;
	return d->sb->ops->revalidate(d);
}

/* Asks the file system for a name that is not in the tree (any more). */
static int lookup_slow(struct dentry *dir, const char *name, size_t len, struct dentry **out)
{
	struct dentry *d, *other;
	int err;

	d = dentry_new(dir->sb, dir, name, len);
	if (d == NULL)
		return -ENOMEM;
	err = dir->inode->ops->lookup(dir, d);
	if (err < 0) {
		dput(d);
		return err;
	}
	if (dir->sb->flags & (SB_NOCACHE | SB_MEMORY)) {
		*out = d;
		return 0;
	}
	other = d_lookup(dir, name, len); /* somebody else may have asked meanwhile */
	if (other != NULL) {
		dput(d);
		d = other;
	} else {
		d_add(d);
	}
	*out = d;
	return 0;
}

int lookup_one(struct dentry *dir, const char *name, size_t len, struct dentry **out)
{
	struct dentry *d;
	int fresh;

	if (dir->inode == NULL || dir->inode->ops->lookup == NULL)
		return -ENOTDIR;
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	d = d_lookup(dir, name, len);
	if (d == NULL)
		return lookup_slow(dir, name, len, out);
	fresh = check_fresh(d);
	if (fresh > 0) {
		*out = d;
		return 0;
	}
	if (fresh == 0)
		d_drop(d);
	dput(d);
	return fresh < 0 ? fresh : lookup_slow(dir, name, len, out);
}

static void walk_to(struct walk *w, struct dentry *d) /* takes d */
{
	struct dentry *old = w->cur;

	w->cur = d;
	dput(old);
}

static int start_at(int dirfd, const char *path, unsigned flags, struct dentry **out)
{
	struct file *f;

	if (path[0] == '/' && !(flags & LOOKUP_IN_ROOT)) {
		*out = dget(fs_current()->root);
		return 0;
	}
	if (dirfd == AT_FDCWD) {
		*out = dget(fs_current()->cwd);
		return 0;
	}
	f = fd_get(dirfd);
	if (f == NULL)
		return -EBADF;
	if (f->dentry == NULL) {
		file_put(f);
		return path[0] == 0 ? -EINVAL : -ENOTDIR;
	}
	*out = dget(f->dentry);
	file_put(f);
	return 0;
}

static int walk_start(struct walk *w, int dirfd, const char *path, unsigned flags)
{
	int err;

	memset(w, 0, sizeof(*w));
	if (path[0] == 0 && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	if (fs_current()->root == NULL)
		return -ENOENT;
	if (path[0] == '/' && (flags & LOOKUP_BENEATH))
		return -EXDEV;
	err = start_at(dirfd, path, flags, &w->start);
	if (err < 0)
		return err;
	w->flags = flags;
	w->p = path;
	w->root = flags & LOOKUP_IN_ROOT ? w->start : fs_current()->root;
	dget(w->root); /* a chroot of another thread must not take it away */
	w->cur = path[0] == 0 ? dget(w->start) : d_cross(dget(w->start));
	return 0;
}

static void walk_end(struct walk *w)
{
	dput(w->cur);
	dput(w->root);
	dput(w->start);
	kfree(w->buf);
	w->cur = NULL;
}

/* Continue with the target of the symlink d (borrowed), found in w->cur, then with rest. */
static int walk_link(struct walk *w, struct dentry *d, const char *rest)
{
	char *target, *str;
	size_t n, m = strlen(rest);
	int err;

	if (w->flags & LOOKUP_NO_LINKS)
		return -ELOOP;
	if (++w->links > SYMLINKS_MAX)
		return -ELOOP;
	if (d->inode->ops->jump != NULL) {
		struct dentry *to;

		if (w->flags & (LOOKUP_NO_MAGIC | LOOKUP_BENEATH | LOOKUP_IN_ROOT))
			return w->flags & LOOKUP_NO_MAGIC ? -ELOOP : -EXDEV;
		err = d->inode->ops->jump(d, &to);
		if (err == 0) {
			walk_to(w, to);
			w->p = rest;
		}
		if (err != -ENOSYS) /* this one is text after all */
			return err;
	}
	err = read_link(d, &target);
	if (err < 0)
		return err;
	n = strlen(target);
	str = n + m + 2 > WALK_MAX ? NULL : kmalloc(n + m + 2);
	if (str == NULL) {
		kfree(target);
		return n + m + 2 > WALK_MAX ? -ENAMETOOLONG : -ENOMEM;
	}
	memcpy(str, target, n);
	memcpy(str + n, rest, m + 1);
	kfree(target);
	kfree(w->buf); /* rest lay in it */
	w->buf = str;
	w->p = str;
	if (str[0] == '/') {
		if (w->flags & LOOKUP_BENEATH)
			return -EXDEV;
		walk_to(w, d_cross(dget(w->root)));
	}
	return 0;
}

static int walk_dotdot(struct walk *w)
{
	struct dentry *up;

	if ((w->flags & LOOKUP_BENEATH) && w->cur == w->start)
		return -EXDEV;
	up = d_parent(w->cur, w->root);
	if ((w->flags & LOOKUP_NO_XDEV) && up->sb != w->cur->sb) {
		dput(up);
		return -EXDEV;
	}
	walk_to(w, up);
	return 0;
}

/* One component that is a name. last: nothing but slashes follows. */
static int walk_name(struct walk *w, const char *name, size_t len, bool last)
{
	const char *rest = name + len;
	struct dentry *d;
	int err = lookup_one(w->cur, name, len, &d);

	if (err < 0)
		return err;
	if (d->inode == NULL) {
		dput(d);
		return -ENOENT;
	}
	if (d->mounted != NULL && (w->flags & LOOKUP_NO_XDEV)) {
		dput(d);
		return -EXDEV;
	}
	d = d_cross(d);
	/* A trailing slash asks for the directory that the link names. */
	if (S_ISLNK(d->inode->st.mode) && (!last || *rest == '/' || (w->flags & LOOKUP_FOLLOW))) {
		err = walk_link(w, d, rest);
		dput(d);
		return err;
	}
	walk_to(w, d);
	w->p = rest;
	return 0;
}

static bool is_dots(const char *s, size_t len)
{
	return s[0] == '.' && (len == 1 || (len == 2 && s[1] == '.'));
}

/* O_CREAT: a symlink in the last place is followed, so that what it names can be made. 1: it was
 * one. */
static int walk_last_link(struct walk *w, const char *name, size_t len)
{
	struct dentry *d;
	int err;

	if (!(w->flags & LOOKUP_FOLLOW) || is_dots(name, len) || name[len] == '/')
		return 0;
	err = lookup_one(w->cur, name, len, &d);
	if (err < 0)
		return err;
	if (d->inode != NULL && d->mounted == NULL && S_ISLNK(d->inode->st.mode)) {
		err = walk_link(w, d, name + len);
		err = err < 0 ? err : 1;
	}
	dput(d);
	return err;
}

/* Walks w->p; with last, stops before the last component and puts it there. */
static int walk_path(struct walk *w, struct lastname *last)
{
	while (true) {
		const char *name, *after;
		size_t len = 0;
		int err;

		while (*w->p == '/')
			w->p++;
		name = w->p;
		while (name[len] != 0 && name[len] != '/')
			len++;
		for (after = name + len; *after == '/'; after++)
			;
		if (len == 0)
			break;
		if (!S_ISDIR(w->cur->inode->st.mode))
			return -ENOTDIR;
		err = inode_permission(w->cur->inode, X_OK);
		if (err < 0)
			return err;
		if (last != NULL && *after == 0) {
			err = walk_last_link(w, name, len);
			if (err < 0)
				return err;
			if (err > 0)
				continue;
			if (len > NAME_MAX)
				return -ENAMETOOLONG;
			memcpy(last->name, name, len);
			last->name[len] = 0;
			last->len = len;
			last->dot = is_dots(name, len);
			last->slash = name[len] == '/';
			return 0;
		}
		if (is_dots(name, len)) {
			err = len == 2 ? walk_dotdot(w) : 0;
			w->p = name + len;
		} else {
			err = walk_name(w, name, len, *after == 0);
		}
		if (err < 0)
			return err;
		if (*w->p == '/' && !S_ISDIR(w->cur->inode->st.mode))
			return -ENOTDIR;
	}
	if (last != NULL) { /* "/", or a link to it */
		memset(last, 0, sizeof(*last));
		last->dot = true;
	}
	return 0;
}

int path_lookup(int dirfd, const char *path, unsigned flags, struct dentry **out)
{
	struct walk w;
	int err = walk_start(&w, dirfd, path, flags);

	if (err < 0)
		return err;
	err = walk_path(&w, NULL);
	if (err == 0 && (flags & LOOKUP_DIRECTORY) && !S_ISDIR(w.cur->inode->st.mode))
		err = -ENOTDIR;
	if (err == 0)
		*out = dget(w.cur);
	walk_end(&w);
	return err;
}

int path_parent(
	int dirfd, const char *path, unsigned flags, struct dentry **dir, struct lastname *last)
{
	struct walk w;
	int err = walk_start(&w, dirfd, path, flags);

	if (err < 0)
		return err;
	err = walk_path(&w, last);
	if (err == 0)
		*dir = dget(w.cur);
	walk_end(&w);
	return err;
}
