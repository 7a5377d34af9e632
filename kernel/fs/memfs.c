/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in enclave memory: /tmp, /dev/shm, /run, memfd_create(2), and the nodes of /dev. The
 * entries of the tree are the directory (as in Linux's ramfs): a name exists if its entry does.
 * Never sleeps but for the copy to or from a program.
 */
#include "vfs.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "layout.h"
#include "pagetree.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"

#define MEMFS_SIZE_MAX PAGETREE_MAX
#define LINK_MAX       65000u

struct memnode {
	struct pagetree pages; /* regular files */
	char *target;          /* symlinks; owned */
};

static struct memnode *node(struct inode *i)
{
	return i->priv;
}

static void memfs_evict(struct inode *i)
{
	struct memnode *m = node(i);

	if (m == NULL || i->ops != &memfs_inode_ops) /* /dev has nodes of another kind */
		return;
	pagetree_cut(&m->pages, 0);
	kfree(m->target);
	kfree(m);
}

static int memfs_statfs(struct super *sb, struct linux_statfs *st)
{
	size_t room = mempages_limit() - mempages_in_use();
	size_t left = mem_pages_limit() - mem_pages_used();

	st->type = TMPFS_MAGIC;
	st->bsize = st->frsize = PAGE_SIZE;
	st->blocks = mempages_limit();
	st->bfree = st->bavail = room < left ? room : left;
	st->files = st->ffree = st->bfree;
	st->namelen = NAME_MAX;
	return 0;
}

static const struct super_ops memfs_super_ops = {.statfs = memfs_statfs, .evict = memfs_evict};

static int memfs_lookup(struct dentry *dir, struct dentry *d)
{
	return 0; /* it would have been found in the tree */
}

static struct inode *new_node(struct super *sb, const struct mkargs *a)
{
	struct inode *i = inode_new(sb, &memfs_inode_ops, a->mode);
	struct proc *p = proc_self();

	if (i == NULL)
		return NULL;
	i->priv = kzalloc(sizeof(struct memnode));
	if (i->priv == NULL)
		goto fail;
	if (S_ISLNK(a->mode)) {
		node(i)->target = kstrdup(a->target);
		if (node(i)->target == NULL)
			goto fail;
		i->st.size = strlen(a->target);
	}
	i->st.rdev = a->rdev;
	i->st.uid = p == NULL ? 0 : p->euid;
	i->st.gid = p == NULL ? 0 : p->egid;
	if (S_ISDIR(a->mode))
		i->st.nlink = 2;
	return i;
fail:
	inode_put(i);
	return NULL;
}

static int memfs_make(struct dentry *dir, struct dentry *d, const struct mkargs *a)
{
	struct dentry *other = d_lookup(dir, d->name, d->len);
	struct inode *i;

	if (other != NULL) { /* made by another thread since the lookup */
		dput(other);
		return -EEXIST;
	}
	i = new_node(dir->sb, a);
	if (i == NULL)
		return -ENOMEM;
	if (dir->inode->st.mode & S_ISGID) {
		i->st.gid = dir->inode->st.gid;
		if (S_ISDIR(a->mode))
			i->st.mode |= S_ISGID;
	}
	d->inode = i;
	if (S_ISDIR(a->mode))
		dir->inode->st.nlink++;
	inode_touch(dir->inode, SETATTR_MTIME);
	d_pin(d);
	return 0;
}

static int memfs_link(struct dentry *old, struct dentry *dir, struct dentry *d)
{
	struct inode *i = old->inode;
	struct dentry *other = d_lookup(dir, d->name, d->len);

	if (other != NULL) {
		dput(other);
		return -EEXIST;
	}
	if (i->st.nlink >= LINK_MAX)
		return -EMLINK;
	d->inode = inode_get(i);
	i->st.nlink++;
	i->st.ctime = (int64_t)time_real();
	inode_touch(dir->inode, SETATTR_MTIME);
	d_pin(d);
	return 0;
}

static void drop_link(struct dentry *dir, struct inode *i)
{
	if (S_ISDIR(i->st.mode)) {
		i->st.nlink = 0;
		dir->inode->st.nlink--;
	} else {
		i->st.nlink--;
	}
	i->st.ctime = (int64_t)time_real();
}

static int memfs_unlink(struct dentry *dir, struct dentry *d)
{
	if (!(d->flags & D_HASHED))
		return -ENOENT; /* another thread was faster */
	if (S_ISDIR(d->inode->st.mode) && !list_empty(&d->children))
		return -ENOTEMPTY;
	drop_link(dir, d->inode);
	inode_touch(dir->inode, SETATTR_MTIME);
	return 0;
}

static void moved_dir(struct dentry *d, struct dentry *from, struct dentry *to)
{
	if (S_ISDIR(d->inode->st.mode) && from != to) {
		from->inode->st.nlink--;
		to->inode->st.nlink++;
	}
}

static int memfs_rename(struct dentry *odir, struct dentry *od, struct dentry *ndir,
	struct dentry *nd, unsigned flags)
{
	struct inode *victim = nd->inode;
	int err;

	if (!(od->flags & D_HASHED) || (victim != NULL && !(nd->flags & D_HASHED)))
		return -ENOENT;
	if (flags & RENAME_EXCHANGE) {
		d_exchange(od, nd);
		moved_dir(od, odir, ndir);
		moved_dir(nd, ndir, odir);
	} else {
		struct dentry *other = victim == NULL ? d_lookup(ndir, nd->name, nd->len) : NULL;

		if (other != NULL) {
			dput(other);
			return -EEXIST;
		}
		if (victim != NULL && S_ISDIR(victim->st.mode) && !list_empty(&nd->children))
			return -ENOTEMPTY;
		err = d_move(od, ndir, nd->name, nd->len);
		if (err < 0)
			return err;
		moved_dir(od, odir, ndir);
		if (victim != NULL)
			drop_link(ndir, victim);
		d_delete(nd);
	}
	inode_touch(odir->inode, SETATTR_MTIME);
	inode_touch(ndir->inode, SETATTR_MTIME);
	od->inode->st.ctime = (int64_t)time_real();
	return 0;
}

static long memfs_readlink(struct dentry *d, char *buf, size_t cap)
{
	size_t n;

	if (!S_ISLNK(d->inode->st.mode))
		return -EINVAL;
	n = strnlen(node(d->inode)->target, cap);
	memcpy(buf, node(d->inode)->target, n);
	return (long)n;
}

static int memfs_getattr(struct dentry *d, struct file *f, struct stat_info *st)
{
	*st = d->inode->st;
	if (S_ISREG(st->mode) && node(d->inode) != NULL)
		st->blocks = node(d->inode)->pages.npages * (PAGE_SIZE / 512);
	return 0;
}

static int resize(struct inode *i, uint64_t size)
{
	uint64_t first_gone = (size + PAGE_SIZE - 1) / PAGE_SIZE;

	if (size > MEMFS_SIZE_MAX)
		return -EFBIG;
	if ((size < i->st.size && (i->seals & F_SEAL_SHRINK)) ||
		(size > i->st.size && (i->seals & F_SEAL_GROW)))
		return -EPERM;
	if (size < i->st.size) {
		struct mempage *p = pagetree_get(&node(i)->pages, size / PAGE_SIZE);

		if (p != NULL && size % PAGE_SIZE != 0) /* what grows back later reads as zeros */
			memset(p->data + size % PAGE_SIZE, 0, PAGE_SIZE - size % PAGE_SIZE);
		mempage_put(p);
		pagetree_cut(&node(i)->pages, first_gone);
	}
	i->st.size = size;
	inode_touch(i, SETATTR_MTIME);
	return 0;
}

static int memfs_setattr(struct dentry *d, struct file *f, const struct setattr *a)
{
	int err = a->valid & SETATTR_SIZE ? resize(d->inode, a->size) : 0;

	return err < 0 ? err : inode_setattr_memory(d, f, a);
}

static long memfs_read(struct file *f, struct uio *u)
{
	struct inode *i = f->inode;
	long done = 0;

	while (u->resid > 0) {
		uint64_t pos = u->off + (uint64_t)done;
		size_t in = pos % PAGE_SIZE, n = PAGE_SIZE - in;
		struct mempage *p;
		long k;

		if (pos >= i->st.size)
			break;
		if (n > i->st.size - pos)
			n = i->st.size - pos;
		p = pagetree_get(&node(i)->pages, pos / PAGE_SIZE);
		k = p == NULL ? uio_zero(u, n) : uio_put(u, p->data + in, n);
		mempage_put(p);
		if (k <= 0)
			return done > 0 ? done : k;
		done += k;
	}
	if (!(f->flags & O_NOATIME) && done > 0)
		inode_touch(i, SETATTR_ATIME);
	return done;
}

static long write_page(struct inode *i, struct uio *u, uint64_t pos)
{
	size_t in = pos % PAGE_SIZE, n = PAGE_SIZE - in;
	struct mempage *p;
	long k;

	if (pos >= MEMFS_SIZE_MAX)
		return -EFBIG;
	p = pagetree_make(&node(i)->pages, pos / PAGE_SIZE);
	if (p == NULL)
		return -ENOSPC;
	k = uio_get(u, p->data + in,
		n); /* may sleep: the file may be cut meanwhile, not the page freed */
	mempage_put(p);
	if (k > 0 && pos + (uint64_t)k > i->st.size)
		i->st.size = pos + (uint64_t)k;
	return k;
}

static long memfs_write(struct file *f, struct uio *u)
{
	struct inode *i = f->inode;
	long done = 0;

	if ((f->flags & O_APPEND) || (u->flags & RWF_APPEND))
		u->off = i->st.size;
	if (i->seals & F_SEAL_WRITE)
		return -EPERM;
	if ((i->seals & F_SEAL_GROW) && u->off + u->resid > i->st.size) {
		if (u->off >= i->st.size)
			return -EPERM;
		u->resid = i->st.size - u->off;
	}
	while (u->resid > 0) {
		long k = write_page(i, u, u->off + (uint64_t)done);

		if (k <= 0) {
			if (done == 0)
				return k;
			break;
		}
		done += k;
	}
	if (done > 0)
		inode_touch(i, SETATTR_MTIME);
	return done;
}

/* Positions are cookies: entries are in the order of their making, so a listing goes on behind the
 * last one it showed, whatever was removed meanwhile. */
static int memfs_readdir(struct file *f, struct dirsink *s)
{
	if (!dir_emit_dots(f, s))
		return 0;
	list_for_each(l, &f->dentry->children)
	{
		struct dentry *d = container_of(l, struct dentry, sibling);

		if (d->inode == NULL || d->cookie < f->pos)
			continue;
		if (!s->emit(s, d->name, d->len, d->inode->st.ino, d->cookie + 1,
			    MODE_TO_DT(d->inode->st.mode)))
			break;
		f->pos = d->cookie + 1;
	}
	return 0;
}

static int memfs_sync(struct file *f, bool datasync)
{
	return 0;
}

static const struct file_ops memfs_file_ops = {
	.read = memfs_read,
	.write = memfs_write,
	.sync = memfs_sync,
};
static const struct file_ops memfs_dir_ops = {.readdir = memfs_readdir, .sync = memfs_sync};

static int memfs_open(struct dentry *d, struct file *f)
{
	switch (d->inode->st.mode & S_IFMT) {
	case S_IFREG:
		f->ops = &memfs_file_ops;
		return 0;
	case S_IFDIR:
		f->ops = &memfs_dir_ops;
		return 0;
	case S_IFCHR:
		return devfs_open_device(d, f);
	case S_IFIFO:
		return fifo_open(d, f);
	default:
		return -ENXIO;
	}
}

const struct inode_ops memfs_inode_ops = {
	.lookup = memfs_lookup,
	.make = memfs_make,
	.link = memfs_link,
	.unlink = memfs_unlink,
	.rename = memfs_rename,
	.readlink = memfs_readlink,
	.getattr = memfs_getattr,
	.setattr = memfs_setattr,
	.open = memfs_open,
};

struct super *memfs_new(const char *source, uint32_t root_mode)
{
	struct mkargs a = {.mode = S_IFDIR | root_mode};
	struct super *sb = super_new("tmpfs", source, &memfs_super_ops, SB_MEMORY);

	if (sb == NULL)
		return NULL;
	sb->root = dentry_new(sb, NULL, "/", 1);
	if (sb->root != NULL)
		sb->root->inode = new_node(sb, &a);
	if (sb->root == NULL || sb->root->inode == NULL) {
		super_free(sb);
		return NULL;
	}
	return sb;
}

/* A file without a name: memfd_create(2) and open(2) with O_TMPFILE. */
int memfs_anon_file(
	struct super *sb, const char *name, uint32_t mode, unsigned flags, struct file **out)
{
	struct mkargs a = {.mode = S_IFREG | mode};
	struct dentry *d = dentry_new(sb, NULL, name, strlen(name));
	int err;

	if (d == NULL)
		return -ENOMEM;
	d->inode = new_node(sb, &a);
	if (d->inode == NULL) {
		dput(d);
		return -ENOMEM;
	}
	d->inode->st.nlink = 0;
	d->flags |= D_DELETED;
	err = vfs_open_dentry(d, flags, out);
	dput(d);
	return err;
}
