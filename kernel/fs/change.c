/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of the tree: unlink(2), rmdir(2), rename(2), link(2). All checks first, then one
 * operation of the file system, then the entries follow. Kernel lock held; may sleep.
 */
#include "vfs.h"
#include "fsnotify.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"

/* A name in its directory, found. */
struct place {
	struct dentry *dir, *d; /* refs */
	struct lastname last;
};

static void place_put(struct place *p)
{
	if (p == NULL)
		return;
	dput(p->d);
	dput(p->dir);
	kfree(p);
}

/* What "." and ".." and "/" give as a last component; rmdir(2) tells them apart. */
static int dot_errno(const struct lastname *last, int dot)
{
	if (dot != -EINVAL)
		return dot;
	return last->len == 0 ? -EBUSY : last->len == 2 ? -ENOTEMPTY : -EINVAL;
}

/* dot: the errno for "." and ".."; -EINVAL: as rmdir(2) */
static int place_find(int dirfd, const char *path, int dot, struct place **out)
{
	struct place *p = kzalloc(sizeof(*p));
	int err;

	if (p == NULL)
		return -ENOMEM;
	err = path_parent(dirfd, path, 0, &p->dir, &p->last);
	if (err == 0 && p->last.dot)
		err = dot_errno(&p->last, dot);
	if (err == 0 && (p->dir->inode->sb->flags & SB_RDONLY))
		err = -EROFS;
	if (err == 0)
		err = lookup_one(p->dir, p->last.name, p->last.len, &p->d);
	if (err < 0) {
		place_put(p);
		return err;
	}
	*out = p;
	return 0;
}

/* May the caller take this name away? The sticky bit: only an owner may. */
static int may_remove(struct place *p)
{
	struct stat_info *dst = &p->dir->inode->st;
	int err = inode_permission(p->dir->inode, W_OK | X_OK);

	if (err < 0)
		return err;
	if ((dst->mode & S_ISVTX) && !inode_owner_ok(p->dir->inode) && !inode_owner_ok(p->d->inode))
		return -EPERM;
	return 0;
}

static void tell_unlinked(const struct place *p, bool dir)
{
	struct inode *i = p->d->inode;

	if (!dir)
		fsnotify_self(i, IN_ATTRIB);
	if (dir || i->st.nlink == 0)
		fsnotify_gone(i);
	fsnotify_name(p->dir, p->last.name, i, IN_DELETE, 0);
}

int vfs_unlink_at(int dirfd, const char *path, bool dir)
{
	struct place *p;
	int err = place_find(dirfd, path, dir ? -EINVAL : -EISDIR, &p);

	if (err < 0)
		return err;
	if (p->d->inode == NULL)
		err = -ENOENT;
	else if (p->d->mounted != NULL)
		err = -EBUSY;
	else
		err = may_remove(p);
	if (err == 0) {
		bool is_dir = S_ISDIR(p->d->inode->st.mode);

		if (dir != is_dir)
			err = dir ? -ENOTDIR : -EISDIR;
		else if (!dir && p->last.slash)
			err = -ENOTDIR;
		else if (p->dir->inode->ops->unlink == NULL)
			err = -EPERM;
		else
			err = p->dir->inode->ops->unlink(p->dir, p->d);
	}
	if (err == 0) {
		d_delete(p->d);
		tell_unlinked(p, dir);
	}
	place_put(p);
	return err;
}

/* rename(2): the type rules of replacing new by old. */
static int may_replace(struct place *o, struct place *n)
{
	bool od = S_ISDIR(o->d->inode->st.mode), nd = S_ISDIR(n->d->inode->st.mode);

	if (n->d->mounted != NULL)
		return -EBUSY;
	if (od && !nd)
		return -ENOTDIR;
	if (!od && nd)
		return -EISDIR;
	return may_remove(n);
}

static int may_rename(struct place *o, struct place *n, unsigned flags)
{
	int err;

	if (o->d->inode == NULL)
		return -ENOENT;
	if (o->dir->sb != n->dir->sb)
		return -EXDEV;
	if ((flags & RENAME_NOREPLACE) && n->d->inode != NULL)
		return -EEXIST;
	if ((flags & RENAME_EXCHANGE) && n->d->inode == NULL)
		return -ENOENT;
	if (!S_ISDIR(o->d->inode->st.mode) &&
		(o->last.slash || (n->last.slash && !(flags & RENAME_EXCHANGE))))
		return -ENOTDIR;
	if (o->d->mounted != NULL)
		return -EBUSY;
	if (d_is_ancestor(o->d, n->dir)) /* into itself */
		return -EINVAL;
	if (d_is_ancestor(n->d, o->dir))
		return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	if (n->dir->flags & D_DELETED)
		return -ENOENT;
	err = may_remove(o);
	if (err < 0)
		return err;
	err = inode_permission(n->dir->inode, W_OK | X_OK);
	if (err < 0 || n->d->inode == NULL)
		return err;
	return flags & RENAME_EXCHANGE ? may_remove(n) : may_replace(o, n);
}

/* The entries follow what the file system has done. Out of memory: the cache forgets both names,
 * or, for a tree in memory, the file system has made sure that it cannot happen (memfs_rename). */
static void move_entries(struct place *o, struct place *n, unsigned flags)
{
	if (o->dir->sb->flags & SB_MEMORY)
		return; /* done by the file system itself */
	if (flags & RENAME_EXCHANGE) {
		d_drop(n->d);
		d_drop(o->d);
		return;
	}
	d_delete(n->d);
	if (d_move(o->d, n->dir, n->last.name, n->last.len) < 0)
		d_drop(o->d);
}

/* moved and target as they were before; target may be NULL. */
static void tell_moved(const struct place *from, const struct place *to, struct inode *moved,
	struct inode *target, bool exchanged)
{
	static uint32_t cookie;

	cookie++;
	fsnotify_name(from->dir, from->last.name, moved, IN_MOVED_FROM, cookie);
	fsnotify_name(to->dir, to->last.name, moved, IN_MOVED_TO, cookie);
	if (target != NULL && !exchanged)
		fsnotify_self(target, IN_ATTRIB);
	fsnotify_self(moved, IN_MOVE_SELF);
	if (target != NULL && !exchanged && (S_ISDIR(target->st.mode) || target->st.nlink == 0))
		fsnotify_gone(target);
}

int vfs_rename_at(int odfd, const char *opath, int ndfd, const char *npath, unsigned flags)
{
	struct place *o, *n;
	int err;

	if ((flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE)) != 0)
		return -EINVAL;
	if (flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	err = place_find(odfd, opath, -EBUSY, &o);
	if (err < 0)
		return err;
	err = place_find(ndfd, npath, flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY, &n);
	if (err < 0) {
		place_put(o);
		return err;
	}
	err = may_rename(o, n, flags);
	/* Two names of one file: rename(2) does nothing and succeeds. */
	if (err == 0 && o->d->inode != n->d->inode) {
		struct inode *moved = inode_get(o->d->inode);
		struct inode *target = n->d->inode != NULL ? inode_get(n->d->inode) : NULL;

		if (o->dir->inode->ops->rename == NULL)
			err = -EPERM;
		else
			err = o->dir->inode->ops->rename(o->dir, o->d, n->dir, n->d, flags);
		if (err == 0) {
			bool exchange = (flags & RENAME_EXCHANGE) != 0;

			move_entries(o, n, flags);
			tell_moved(o, n, moved, target, exchange);
			if (exchange)
				tell_moved(n, o, target, moved, true);
		}
		inode_put(target);
		inode_put(moved);
	}
	place_put(n);
	place_put(o);
	return err;
}

int vfs_link_at(int odfd, const char *opath, unsigned oflags, int ndfd, const char *npath)
{
	unsigned lookup = oflags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0;
	struct dentry *old;
	struct place *n;
	int err;

	lookup |= oflags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0;
	err = path_lookup(odfd, opath, lookup, &old);
	if (err < 0)
		return err;
	err = place_find(ndfd, npath, -EEXIST, &n);
	if (err < 0) {
		dput(old);
		return err;
	}
	if (n->d->inode != NULL)
		err = -EEXIST;
	else if (n->last.slash)
		err = -ENOENT;
	else if (old->sb != n->dir->sb)
		err = -EXDEV;
	else if (S_ISDIR(old->inode->st.mode))
		err = -EPERM;
	else if (n->dir->flags & D_DELETED)
		err = -ENOENT;
	else
		err = inode_permission(n->dir->inode, W_OK | X_OK);
	if (err == 0)
		err = n->dir->inode->ops->link == NULL
			      ? -EPERM
			      : n->dir->inode->ops->link(old, n->dir, n->d);
	if (err == 0) {
		d_add(n->d);
		fsnotify_self(n->d->inode, IN_ATTRIB);
		fsnotify_name(n->dir, n->last.name, n->d->inode, IN_CREATE, 0);
	}
	place_put(n);
	dput(old);
	return err;
}
