/* SPDX-License-Identifier: Apache-2.0 */
/* Root directory, working directory and umask of a process; shared by CLONE_FS. Kernel lock held.
 */
#include "vfs.h"
#include "kmem.h"
#include "proc.h"
#include "thread.h"

#define UMASK_DEFAULT 022u

static struct fsctx boot_ctx = {.refs = 1}; /* of kernel threads: the real root */

struct fsctx *fsctx_new(void)
{
	struct fsctx *c = kzalloc(sizeof(*c));
	struct dentry *root = root_dentry();

	if (c == NULL)
		return NULL;
	c->refs = 1;
	c->umask = UMASK_DEFAULT;
	if (root != NULL) {
		c->root = dget(root);
		c->cwd = dget(root);
	}
	return c;
}

struct fsctx *fsctx_clone(struct fsctx *c)
{
	struct fsctx *n = kzalloc(sizeof(*n));

	if (n == NULL)
		return NULL;
	n->refs = 1;
	n->umask = c->umask;
	n->root = c->root == NULL ? NULL : dget(c->root);
	n->cwd = c->cwd == NULL ? NULL : dget(c->cwd);
	return n;
}

struct fsctx *fsctx_get(struct fsctx *c)
{
	c->refs++;
	return c;
}

void fsctx_put(struct fsctx *c)
{
	if (c == NULL || --c->refs > 0)
		return;
	dput(c->root);
	dput(c->cwd);
	kfree(c);
}

static void replace(struct dentry **slot, struct dentry *d)
{
	struct dentry *old = *slot;

	*slot = dget(d);
	dput(old);
}

void fs_set_cwd(struct fsctx *c, struct dentry *d)
{
	replace(&c->cwd, d);
}

void fs_set_root(struct fsctx *c, struct dentry *d)
{
	replace(&c->root, d);
}

int fsctx_set_cwd(struct fsctx *c, const char *path)
{
	struct dentry *d;
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d);

	if (err < 0)
		return err;
	fs_set_cwd(c, d);
	dput(d);
	return 0;
}

void fsctx_set_umask(struct fsctx *c, unsigned mask)
{
	c->umask = mask & 0777;
}

struct fsctx *fs_current(void)
{
	struct proc *p = proc_self();

	if (p != NULL && p->fs != NULL && p->fs->root != NULL)
		return p->fs;
	if (boot_ctx.root == NULL && root_dentry() != NULL) {
		boot_ctx.root = dget(root_dentry());
		boot_ctx.cwd = dget(root_dentry());
	}
	return &boot_ctx;
}
