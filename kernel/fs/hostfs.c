/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory of the host: `/`, read-only, and what --bind names. The host's names, attributes and
 * bytes are its word: bounds are checked, nothing else is believed.
 *
 * Inodes are found by the host's (device, inode); a host path is made from the entries of the tree
 * when a call needs one, so a rename moves everything below. Every component is walked inside: the
 * host is never asked to follow a symlink, and what is mounted inside covers the host's.
 *
 * Freshness. A name and the attributes behind it are believed for HOSTFS_TTL_ROOT_NS (the read-only
 * root) or HOSTFS_TTL_BIND_NS (binds) after the host gave them; then it is asked again. Changes
 * made inside are seen at once. Does no caching of file contents.
 */
#include "vfs.h"
#include "host.h"
#include "hostio.h"
#include "hostfs.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"

static const struct inode_ops hostfs_inode_ops;

struct hostnode *hostnode_of(struct inode *i)
{
	return i->priv;
}

static struct hostsb *hostsb_of(struct super *sb)
{
	return sb->priv;
}

/* ---- host paths ---- */

void hostpath_free(struct hostpath *p)
{
	if (p->s != p->small)
		kfree(p->s);
	p->s = NULL;
}

int hostpath_make(struct hostpath *p, struct dentry *d)
{
	struct hostsb *h = hostsb_of(d->sb);
	size_t len = h->prefix_len, pos;

	for (struct dentry *e = d; e->parent != NULL; e = e->parent)
		len += e->len + 1;
	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	p->s = len + 2 <= sizeof(p->small) ? p->small : kmalloc(len + 2);
	if (p->s == NULL)
		return -ENOMEM;
	pos = len;
	p->s[len] = 0;
	for (struct dentry *e = d; e->parent != NULL; e = e->parent) {
		pos -= e->len;
		memcpy(p->s + pos, e->name, e->len);
		p->s[--pos] = '/';
	}
	memcpy(p->s, h->prefix, h->prefix_len);
	if (len == 0)
		memcpy(p->s, "/", 2);
	return 0;
}

/* ---- inodes ---- */

static bool stat_sane(const struct hc_stat *s)
{
	switch (s->mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return s->size <= INT64_MAX && s->blocks <= INT64_MAX && s->mode <= UINT16_MAX;
	default:
		return false;
	}
}

static void take_stat(struct inode *i, const struct hc_stat *s)
{
	struct hostnode *n = hostnode_of(i);

	if (n->target != NULL && i->st.ctime != s->ctime_ns) {
		kfree(n->target);
		n->target = NULL;
	}
	i->st = (struct stat_info){
		.dev = s->dev,
		.ino = s->ino,
		.mode = (uint32_t)s->mode,
		.nlink = (uint32_t)s->nlink,
		.uid = (uint32_t)s->uid,
		.gid = (uint32_t)s->gid,
		.rdev = s->rdev,
		.size = s->size,
		.blksize = s->blksize >= 512 && s->blksize <= 1u << 20 ? s->blksize : 4096,
		.blocks = s->blocks,
		.atime = s->atime_ns,
		.mtime = s->mtime_ns,
		.ctime = s->ctime_ns,
		.btime = s->btime_ns,
	};
	n->fresh_until = time_mono() + hostsb_of(i->sb)->ttl;
}

static struct inode **node_slot(struct hostsb *h, uint64_t dev, uint64_t ino)
{
	uint64_t x = (ino ^ dev << 32) * 0x9e3779b97f4a7c15ull;

	return &h->bucket[x >> (64 - HOSTFS_HASH_BITS)];
}

static void node_unhash(struct inode *i)
{
	struct hostnode *n = hostnode_of(i);
	struct inode **pp = node_slot(hostsb_of(i->sb), n->dev, n->ino);

	while (*pp != NULL && *pp != i)
		pp = &hostnode_of(*pp)->hash_next;
	if (*pp == i)
		*pp = n->hash_next;
}

/* The inode of what the host describes: +1 ref. */
static int node_get(struct super *sb, const struct hc_stat *s, struct inode **out)
{
	struct inode **slot = node_slot(hostsb_of(sb), s->dev, s->ino), *i;

	if (!stat_sane(s))
		return -EPROTO;
	for (i = *slot; i != NULL; i = hostnode_of(i)->hash_next)
		if (i->st.dev == s->dev && i->st.ino == s->ino &&
			(i->st.mode & S_IFMT) == (s->mode & S_IFMT)) {
			take_stat(i, s);
			*out = inode_get(i);
			return 0;
		}
	i = inode_new(sb, &hostfs_inode_ops, (uint32_t)s->mode);
	if (i == NULL)
		return -ENOMEM;
	i->priv = kzalloc(sizeof(struct hostnode));
	if (i->priv == NULL) {
		inode_put(i);
		return -ENOMEM;
	}
	take_stat(i, s);
	hostnode_of(i)->dev = s->dev;
	hostnode_of(i)->ino = s->ino;
	hostnode_of(i)->hash_next = *slot;
	*slot = i;
	*out = i;
	return 0;
}

static void hostfs_evict(struct inode *i)
{
	struct hostnode *n = i->priv;

	if (n == NULL || i->ops != &hostfs_inode_ops)
		return;
	node_unhash(i);
	kfree(n->target);
	kfree(n);
}

void hostnode_stale(struct inode *i)
{
	hostnode_of(i)->fresh_until = 0;
}

/* ---- names ---- */

/* Asks the host what d's path is. 0 with *out a reference or NULL (no such name). */
static int ask(struct dentry *d, struct inode **out)
{
	struct hostpath p;
	struct hc_stat s;
	int err = hostpath_make(&p, d);

	*out = NULL;
	if (err < 0)
		return err;
	err = host_stat(p.s, d->parent == NULL, &s);
	hostpath_free(&p);
	if (err == -ENOENT || err == -ENOTDIR)
		return 0;
	return err < 0 ? err : node_get(d->sb, &s, out);
}

static int hostfs_lookup(struct dentry *dir, struct dentry *d)
{
	int err = ask(d, &d->inode);

	d->fresh_until = time_mono() + hostsb_of(d->sb)->ttl;
	return err;
}

static int hostfs_revalidate(struct dentry *d)
{
	struct inode *i;
	int err;

	if (time_mono() < d->fresh_until)
		return 1;
	err = ask(d, &i);
	if (err < 0)
		return err;
	if (i == d->inode) {
		d->fresh_until = time_mono() + hostsb_of(d->sb)->ttl;
		inode_put(i);
		return 1;
	}
	inode_put(i);
	return d->flags & D_PINNED ? 1
				   : 0; /* something inside is mounted here or below: it stays */
}

/* After a successful change: d now names what the host says. */
static int settle(struct dentry *dir, struct dentry *d)
{
	struct inode *i;
	int err;

	hostnode_stale(dir->inode);
	err = ask(d, &i);
	if (err < 0)
		return err;
	if (i == NULL)
		return -ENOENT; /* taken away again from outside */
	inode_put(d->inode);
	d->inode = i;
	d->fresh_until = time_mono() + hostsb_of(d->sb)->ttl;
	return 0;
}

static int make_file(const char *path, unsigned mode)
{
	long fd = host_open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, mode);

	if (fd < 0)
		return (int)fd;
	host_close((int)fd);
	return 0;
}

static int hostfs_make(struct dentry *dir, struct dentry *d, const struct mkargs *a)
{
	struct hostpath p;
	int err = hostpath_make(&p, d);

	if (err < 0)
		return err;
	switch (a->mode & S_IFMT) {
	case S_IFREG:
		err = make_file(p.s, a->mode & 07777);
		break;
	case S_IFDIR:
		err = host_mkdir(p.s, a->mode & 07777);
		break;
	case S_IFLNK:
		err = host_symlink(a->target, p.s);
		break;
	default: /* mknod(2): the file system does not support the type */
		err = -EPERM;
		break;
	}
	hostpath_free(&p);
	if (err == 0)
		err = settle(dir, d);
	if (err == 0 &&
		!(d->flags & D_HASHED)) { /* an old entry that says the name does not exist */
		struct dentry *old = d_lookup(dir, d->name, d->len);

		if (old != NULL)
			d_drop(old);
		dput(old);
	}
	return err;
}

static int hostfs_link(struct dentry *old, struct dentry *dir, struct dentry *d)
{
	struct hostpath from, to;
	int err = hostpath_make(&from, old);

	if (err < 0)
		return err;
	err = hostpath_make(&to, d);
	if (err == 0) {
		err = host_link(from.s, to.s);
		hostpath_free(&to);
	}
	hostpath_free(&from);
	hostnode_stale(old->inode);
	return err < 0 ? err : settle(dir, d);
}

static int hostfs_unlink(struct dentry *dir, struct dentry *d)
{
	struct hostpath p;
	int err = hostpath_make(&p, d);

	if (err < 0)
		return err;
	err = host_unlink(p.s, S_ISDIR(d->inode->st.mode));
	hostpath_free(&p);
	hostnode_stale(dir->inode);
	hostnode_stale(d->inode);
	return err;
}

static int hostfs_rename(struct dentry *odir, struct dentry *od, struct dentry *ndir,
	struct dentry *nd, unsigned flags)
{
	struct hostpath from, to;
	int err = hostpath_make(&from, od);

	if (err < 0)
		return err;
	err = hostpath_make(&to, nd);
	if (err == 0) {
		err = host_rename(from.s, to.s, flags);
		hostpath_free(&to);
	}
	hostpath_free(&from);
	hostnode_stale(odir->inode);
	hostnode_stale(ndir->inode);
	hostnode_stale(od->inode);
	if (nd->inode != NULL)
		hostnode_stale(nd->inode);
	return err;
}

static long hostfs_readlink(struct dentry *d, char *buf, size_t cap)
{
	struct hostnode *n = hostnode_of(d->inode);
	struct hostpath p;
	long len;

	if (!S_ISLNK(d->inode->st.mode))
		return -EINVAL;
	if (n->target == NULL) {
		char *t = kmalloc(PATH_MAX);

		len = t == NULL ? -ENOMEM : hostpath_make(&p, d);
		if (len == 0) {
			len = host_readlink(p.s, t, PATH_MAX - 1);
			hostpath_free(&p);
		}
		if (len >= 0) {
			t[len] = 0;
			if (n->target == NULL) /* another thread may have been faster */
				n->target = kstrdup(t);
			if (n->target == NULL)
				len = -ENOMEM;
		}
		kfree(t);
		if (len < 0)
			return len;
	}
	len = (long)strnlen(n->target, cap);
	memcpy(buf, n->target, (size_t)len);
	return len;
}

static int hostfs_getattr(struct dentry *d, struct file *f, struct stat_info *st)
{
	struct inode *i = d->inode;
	int hfd = f == NULL ? -1 : hostfile_fd(f);
	struct hostpath p;
	struct hc_stat s;
	int err;

	if (time_mono() >= hostnode_of(i)->fresh_until) {
		if (hfd >= 0) {
			err = host_fstat(hfd, &s);
		} else {
			err = hostpath_make(&p, d);
			if (err < 0)
				return err;
			err = host_stat(p.s, d->parent == NULL, &s);
			hostpath_free(&p);
		}
		if (err < 0)
			return err;
		if (!stat_sane(&s))
			return -EPROTO;
		if (s.dev == i->st.dev && s.ino == i->st.ino &&
			(s.mode & S_IFMT) == (i->st.mode & S_IFMT))
			take_stat(i, &s);
	}
	*st = i->st;
	return 0;
}

static int set_size(struct file *f, const char *path, uint64_t size)
{
	long fd;
	int err;

	/* open(O_RDONLY | O_TRUNC) truncates too, but not through its own descriptor */
	if (f != NULL && hostfile_fd(f) >= 0 && (f->mode & FM_WRITE))
		return host_ftruncate(hostfile_fd(f), size);
	fd = host_open(path, O_WRONLY | O_NOFOLLOW, 0);
	if (fd < 0)
		return (int)fd;
	err = host_ftruncate((int)fd, size);
	host_close((int)fd);
	return err;
}

static int hostfs_setattr(struct dentry *d, struct file *f, const struct setattr *a)
{
	struct stat_info *st = &d->inode->st;
	struct hostpath p;
	int err = hostpath_make(&p, d);

	if (err < 0)
		return err;
	if (a->valid & SETATTR_SIZE)
		err = set_size(f, p.s, a->size);
	if (err == 0 && (a->valid & (SETATTR_UID | SETATTR_GID)))
		err = host_chown(p.s, a->valid & SETATTR_UID ? a->uid : UINT32_MAX,
			a->valid & SETATTR_GID ? a->gid : UINT32_MAX, false);
	if (err == 0 && (a->valid & SETATTR_MODE)) {
		err = host_chmod(p.s, a->mode & 07777);
		if (err == 0)
			st->mode = (st->mode & S_IFMT) | (a->mode & 07777);
	}
	if (err == 0 && (a->valid & (SETATTR_ATIME | SETATTR_MTIME)))
		err = host_utimens(p.s, a->valid & SETATTR_ATIME ? (uint64_t)a->atime : UINT64_MAX,
			a->valid & SETATTR_MTIME ? (uint64_t)a->mtime : UINT64_MAX, false);
	hostpath_free(&p);
	hostnode_stale(d->inode);
	return err;
}

static int hostfs_statfs(struct super *sb, struct linux_statfs *st)
{
	struct hc_statfs s;
	struct hostpath p;
	int err = hostpath_make(&p, sb->root);

	if (err < 0)
		return err;
	err = host_statfs(p.s, &s);
	hostpath_free(&p);
	if (err < 0)
		return err;
	st->type = (int64_t)s.type;
	st->bsize = (int64_t)s.bsize;
	st->frsize = (int64_t)s.frsize;
	st->blocks = s.blocks;
	st->bfree = s.bfree;
	st->bavail = s.bavail;
	st->files = s.files;
	st->ffree = s.ffree;
	st->namelen = NAME_MAX;
	return 0;
}

static const struct super_ops hostfs_super_ops = {
	.revalidate = hostfs_revalidate,
	.statfs = hostfs_statfs,
	.evict = hostfs_evict,
};

static const struct inode_ops hostfs_inode_ops = {
	.lookup = hostfs_lookup,
	.make = hostfs_make,
	.link = hostfs_link,
	.unlink = hostfs_unlink,
	.rename = hostfs_rename,
	.readlink = hostfs_readlink,
	.getattr = hostfs_getattr,
	.setattr = hostfs_setattr,
	.open = hostfs_open,
};

/* prefix: absolute, without a trailing slash; "" for the host's root. */
struct super *hostfs_new(const char *host_path, bool writable, int *err)
{
	struct super *sb =
		super_new("hostfs", host_path, &hostfs_super_ops, writable ? 0 : SB_RDONLY);
	struct hostsb *h = kzalloc(sizeof(*h));
	size_t len = strlen(host_path);

	*err = -ENOMEM;
	if (sb == NULL || h == NULL)
		goto fail;
	while (len > 0 && host_path[len - 1] == '/')
		len--;
	sb->priv = h;
	h->ttl = len == 0 ? HOSTFS_TTL_ROOT_NS : HOSTFS_TTL_BIND_NS;
	h->prefix = kstrdup(host_path);
	if (h->prefix == NULL)
		goto fail;
	h->prefix[len] = 0;
	h->prefix_len = len;
	sb->root = dentry_new(sb, NULL, "/", 1);
	if (sb->root == NULL)
		goto fail;
	*err = ask(sb->root, &sb->root->inode);
	if (*err == 0 && sb->root->inode == NULL)
		*err = -ENOENT;
	if (*err == 0)
		return sb;
fail:
	super_free(sb);
	if (h != NULL)
		kfree(h->prefix);
	kfree(h);
	return NULL;
}
