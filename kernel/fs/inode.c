/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inodes: life, attributes, permission by credentials (path_resolution(7)). Kernel lock held.
 * Does no caching of its own: a file system that wants one inode per object finds it itself.
 */
#include "vfs.h"
#include "fsnotify.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"

struct inode *inode_new(struct super *sb, const struct inode_ops *ops, uint32_t mode)
{
	struct inode *i = kzalloc(sizeof(*i));

	if (i == NULL)
		return NULL;
	i->refs = 1;
	i->sb = sb;
	i->ops = ops;
	list_init(&i->locks);
	list_init(&i->flocks);
	waitq_init(&i->lock_wait);
	i->next_cookie = 2; /* after "." and ".." */
	i->st.dev = sb->dev;
	i->st.ino = ++sb->next_ino;
	i->st.mode = mode;
	i->st.nlink = 1;
	i->st.blksize = 4096;
	i->st.atime = i->st.mtime = i->st.ctime = i->st.btime = (int64_t)time_real();
	return i;
}

struct inode *inode_get(struct inode *i)
{
	i->refs++;
	return i;
}

void inode_put(struct inode *i)
{
	if (i == NULL || --i->refs > 0)
		return;
	if (i->sb->ops->evict != NULL)
		i->sb->ops->evict(i);
	kfree(i);
}

static bool in_group(const struct proc *p, uint32_t fsgid, uint32_t gid)
{
	if (fsgid == gid)
		return true;
	for (unsigned k = 0; k < p->ngroups; k++)
		if (p->groups[k] == gid)
			return true;
	return false;
}

/* The rule of path_resolution(7): the first of owner, group, other that matches decides; uid 0
 * needs an x bit of somebody to execute a file and nothing otherwise. */
int inode_permission_as(struct inode *i, unsigned mask, uint32_t uid, uint32_t gid)
{
	const struct stat_info *st = &i->st;
	struct proc *p = proc_self();
	unsigned bits = st->mode & 7;

	if ((mask & W_OK) && (i->sb->flags & SB_RDONLY) &&
		(S_ISREG(st->mode) || S_ISDIR(st->mode) || S_ISLNK(st->mode)))
		return -EROFS;
	if (uid == 0) {
		if ((mask & X_OK) && !S_ISDIR(st->mode) && (st->mode & 0111) == 0)
			return -EACCES;
		return 0;
	}
	if (st->uid == uid)
		bits = (st->mode >> 6) & 7;
	else if (p != NULL ? in_group(p, gid, st->gid) : gid == st->gid)
		bits = (st->mode >> 3) & 7;
	return (mask & ~bits & 7) == 0 ? 0 : -EACCES;
}

int inode_permission(struct inode *i, unsigned mask)
{
	struct proc *p = proc_self();

	return inode_permission_as(i, mask, p == NULL ? 0 : p->euid, p == NULL ? 0 : p->egid);
}

bool inode_owner_ok(const struct inode *i)
{
	struct proc *p = proc_self();

	return p == NULL || p->euid == 0 || p->euid == i->st.uid;
}

int vfs_getattr(struct dentry *d, struct file *f, struct stat_info *st)
{
	struct inode *i = d->inode;

	if (i->ops->getattr != NULL)
		return i->ops->getattr(d, f, st);
	*st = i->st;
	return 0;
}

/* As inotify(7) calls a change of attributes. */
static uint32_t changed(unsigned valid)
{
	const unsigned times = SETATTR_ATIME | SETATTR_MTIME;
	uint32_t what = valid & (SETATTR_MODE | SETATTR_UID | SETATTR_GID) ? IN_ATTRIB : 0;

	what |= valid & SETATTR_SIZE ? IN_MODIFY : 0;
	if ((valid & times) == times)
		return what | IN_ATTRIB;
	what |= valid & SETATTR_ATIME ? IN_ACCESS : 0;
	return what | (valid & SETATTR_MTIME ? IN_MODIFY : 0);
}

int vfs_setattr(struct dentry *d, struct file *f, const struct setattr *a)
{
	struct inode *i = d->inode;

	if (i->sb->flags & SB_RDONLY)
		return -EROFS;
	int err = i->ops->setattr != NULL ? i->ops->setattr(d, f, a) : -EPERM;
	if (err == 0)
		fsnotify(d, changed(a->valid));
	return err;
}

int inode_setattr_memory(struct dentry *d, struct file *f, const struct setattr *a)
{
	struct stat_info *st = &d->inode->st;

	if (a->valid & SETATTR_MODE)
		st->mode = (st->mode & S_IFMT) | (a->mode & 07777);
	if (a->valid & SETATTR_UID)
		st->uid = a->uid;
	if (a->valid & SETATTR_GID)
		st->gid = a->gid;
	if (a->valid & SETATTR_ATIME)
		st->atime = a->atime;
	if (a->valid & SETATTR_MTIME)
		st->mtime = a->mtime;
	st->ctime = (int64_t)time_real();
	return 0;
}

void inode_touch(struct inode *i, unsigned what)
{
	int64_t now = (int64_t)time_real();

	if (what & SETATTR_ATIME)
		i->st.atime = now;
	if (what & SETATTR_MTIME)
		i->st.mtime = i->st.ctime = now;
}
