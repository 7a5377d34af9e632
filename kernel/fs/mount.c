/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounted file systems and the two directions across a mount point. A file system is mounted once,
 * at boot, at one place: so an entry alone names a place, and there is no mount(2).
 */
#include "vfs.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"

#define ANON_DEV_MAJOR 0u

struct list mount_list = {&mount_list, &mount_list};
static struct super *root_sb;
static unsigned next_minor = 64;

struct super *super_new(
	const char *type, const char *source, const struct super_ops *ops, unsigned flags)
{
	struct super *sb = kzalloc(sizeof(*sb));

	if (sb == NULL)
		return NULL;
	sb->source = kstrdup(source);
	if (sb->source == NULL) {
		kfree(sb);
		return NULL;
	}
	sb->ops = ops;
	sb->type = type;
	sb->flags = flags;
	sb->dev = DEV_MAKE(ANON_DEV_MAJOR, next_minor);
	next_minor++;
	list_init(&sb->link);
	return sb;
}

void super_free(struct super *sb)
{
	if (sb == NULL)
		return;
	if (sb->root != NULL)
		d_delete(sb->root);
	dput(sb->root);
	kfree(sb->source);
	kfree(sb);
}

struct dentry *root_dentry(void)
{
	return root_sb == NULL ? NULL : root_sb->root;
}

int mount_root(struct super *sb)
{
	if (root_sb != NULL)
		return -EBUSY;
	root_sb = sb;
	list_push_back(&mount_list, &sb->link);
	return 0;
}

static const struct inode_ops point_ops = {.lookup = NULL};

static int point_lookup(struct dentry *dir, struct dentry *d)
{
	return 0; /* empty but for the entries that are pinned in it */
}

static const struct inode_ops point_dir_ops = {.lookup = point_lookup};

/* A place to mount on that the file system below does not have: an empty directory, or file, that
 * exists in the tree only. */
static int make_point(struct dentry *d, bool dir)
{
	struct inode *i;

	i = inode_new(
		d->sb, dir ? &point_dir_ops : &point_ops, dir ? S_IFDIR | 0755 : S_IFREG | 0644);
	if (i == NULL)
		return -ENOMEM;
	d->inode = i;
	d->fresh_until = UINT64_MAX;
	d_add(d);
	return 0;
}

/* Next component of *p; its length, 0 at the end. */
static size_t component(const char **p)
{
	size_t n = 0;

	while (**p == '/')
		(*p)++;
	while ((*p)[n] != 0 && (*p)[n] != '/')
		n++;
	return n;
}

int mount_at(struct super *sb, const char *path)
{
	struct dentry *d = d_cross(dget(root_dentry())), *next;
	bool dir = S_ISDIR(sb->root->inode->st.mode);
	int err = 0;

	for (size_t n; (n = component(&path)) > 0; path += n) {
		const char *rest = path + n;

		if (n > NAME_MAX)
			err = -ENAMETOOLONG;
		else
			err = lookup_one(d, path, n, &next);
		if (err < 0)
			break;
		dput(d);
		d = next;
		if (d->inode == NULL)
			err = make_point(d, dir || component(&rest) > 0);
		if (err < 0)
			break;
		d_pin(d);
		d = d_cross(d);
	}
	if (err == 0 && S_ISDIR(d->inode->st.mode) != dir)
		err = dir ? -ENOTDIR : -EISDIR;
	if (err == 0 && d->parent == NULL)
		err = -EBUSY; /* over a root: nothing could reach what it covers */
	if (err < 0) {
		dput(d);
		return err;
	}
	d->mounted = sb;
	sb->covered = d; /* the reference moves */
	list_push_back(&mount_list, &sb->link);
	return 0;
}

struct dentry *d_cross(struct dentry *d)
{
	while (d->mounted != NULL) {
		struct dentry *top = dget(d->mounted->root);

		dput(d);
		d = top;
	}
	return d;
}

struct dentry *d_parent(struct dentry *d, struct dentry *root)
{
	while (d != root && d->parent == NULL && d->sb->covered != NULL)
		d = d->sb->covered;
	if (d == root || d->parent == NULL)
		return dget(d);
	return d_cross(dget(d->parent));
}
