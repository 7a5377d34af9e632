/* SPDX-License-Identifier: Apache-2.0 */
/* Generated files and directories made of tables; see synfs.h. */
#include "synfs.h"
#include "fmt.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "thread.h"
#include "uaccess.h"

#define TEXT_FIRST 512u
#define LINE_MAX   512u

/* ---- text ---- */

void text_add(struct text *t, const void *s, size_t n)
{
	if (t->err == 0 && t->len + n + 1 > t->cap) {
		size_t cap = t->cap == 0 ? TEXT_FIRST : t->cap;
		char *p;

		while (cap < t->len + n + 1)
			cap *= 2;
		p = cap > TEXT_MAX ? NULL : krealloc(t->s, cap);
		if (p == NULL) {
			t->err = -ENOMEM;
		} else {
			t->s = p;
			t->cap = cap;
		}
	}
	if (t->err < 0)
		return;
	memcpy(t->s + t->len, s, n);
	t->len += n;
	t->s[t->len] = 0;
}

void text_printf(struct text *t, const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	text_add(t, line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

/* ---- files ---- */

struct synfile { /* inode.priv */
	struct subject subject;
	text_fn *text;
	const char *fixed;         /* the text, where text is NULL */
	const struct synrow *rows; /* directories of tables */
	char *prefix;              /* of a directory's rows; a symlink's target; owned */
};

/* file.priv: the text that was made at the last read from the start. */
static int make_text(struct file *f)
{
	const struct synfile *sf = f->inode->priv;
	struct text *old = f->priv, *t = kzalloc(sizeof(*t));
	int err;

	if (t == NULL)
		return -ENOMEM;
	if (sf->text == NULL)
		text_add(t, sf->fixed, strlen(sf->fixed));
	err = sf->text == NULL ? 0 : sf->text(t, &sf->subject);
	if (err == 0)
		err = t->err;
	if (err < 0) {
		kfree(t->s);
		kfree(t);
		return err;
	}
	if (old != NULL)
		kfree(old->s);
	kfree(old);
	f->priv = t;
	return 0;
}

static long syn_read(struct file *f, struct uio *u)
{
	struct text *t;
	char *copy;
	size_t n;
	long k;

	if (f->priv == NULL || u->off == 0) {
		int err = make_text(f);

		if (err < 0)
			return err;
	}
	t = f->priv;
	if (u->off >= t->len)
		return 0;
	n = t->len - u->off < u->resid ? t->len - u->off : (size_t)u->resid;
	copy = kmalloc(n); /* another reader may replace the text while this one waits for a page */
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, t->s + u->off, n);
	k = uio_put(u, copy, n);
	kfree(copy);
	return k;
}

static void syn_release(struct file *f)
{
	struct text *t = f->priv;

	if (t != NULL)
		kfree(t->s);
	kfree(t);
}

static long syn_write(struct file *f, struct uio *u)
{
	return -EACCES;
}

static const struct file_ops syn_file_ops = {
	.read = syn_read,
	.write = syn_write,
	.release = syn_release,
};

static int syn_open(struct dentry *d, struct file *f)
{
	f->ops = &syn_file_ops;
	return 0;
}

static const struct inode_ops syn_inode_ops = {.open = syn_open};

struct inode *syn_node(
	struct super *sb, const struct inode_ops *ops, uint32_t mode, const struct subject *s)
{
	struct inode *i = inode_new(sb, ops, mode);
	struct synfile *sf;

	if (i == NULL)
		return NULL;
	sf = kzalloc(sizeof(*sf));
	if (sf == NULL) {
		inode_put(i);
		return NULL;
	}
	if (s != NULL)
		sf->subject = *s;
	i->priv = sf;
	i->st.blksize = 1024;
	if (S_ISDIR(mode))
		i->st.nlink = 2;
	return i;
}

struct inode *syn_file(struct super *sb, uint32_t mode, text_fn *text, const struct subject *s)
{
	struct inode *i = syn_node(sb, &syn_inode_ops, S_IFREG | mode, s);

	if (i != NULL)
		((struct synfile *)i->priv)->text = text;
	return i;
}

static long syn_readlink(struct dentry *d, char *buf, size_t cap)
{
	const struct synfile *sf = d->inode->priv;
	size_t n = strnlen(sf->prefix, cap);

	memcpy(buf, sf->prefix, n);
	return (long)n;
}

static const struct inode_ops syn_link_ops = {.readlink = syn_readlink};

struct inode *syn_link(struct super *sb, const char *target)
{
	struct inode *i = syn_node(sb, &syn_link_ops, S_IFLNK | 0777, NULL);
	struct synfile *sf;

	if (i == NULL)
		return NULL;
	sf = i->priv;
	sf->prefix = kstrdup(target);
	if (sf->prefix == NULL) {
		inode_put(i);
		return NULL;
	}
	return i;
}

const struct subject *syn_subject(const struct inode *i)
{
	return &((const struct synfile *)i->priv)->subject;
}

void syn_evict(struct inode *i)
{
	struct synfile *sf = i->priv;

	if (sf != NULL)
		kfree(sf->prefix);
	kfree(sf);
}

/* ---- directories made of paths ---- */

/* The first component of what follows prefix in path, if path lies below it. */
static const char *below(const char *path, const char *prefix, size_t *len)
{
	size_t n = strlen(prefix);
	const char *rest = path, *slash;

	if (n > 0) {
		if (strncmp(path, prefix, n) != 0 || path[n] != '/')
			return NULL;
		rest = path + n + 1;
	}
	slash = strchr(rest, '/');
	*len = slash == NULL ? strlen(rest) : (size_t)(slash - rest);
	return rest;
}

static const struct inode_ops syn_dir_ops;

static struct inode *dir_inode(struct super *sb, const struct synrow *rows, const char *prefix,
	const char *name, size_t len)
{
	struct inode *i = syn_node(sb, &syn_dir_ops, S_IFDIR | 0555, NULL);
	size_t n = strlen(prefix);
	struct synfile *sf;

	if (i == NULL)
		return NULL;
	sf = i->priv;
	sf->rows = rows;
	sf->prefix = kzalloc(n + len + 2);
	if (sf->prefix == NULL) {
		inode_put(i);
		return NULL;
	}
	memcpy(sf->prefix, prefix, n);
	if (n > 0)
		sf->prefix[n++] = '/';
	memcpy(sf->prefix + n, name, len);
	return i;
}

static struct inode *row_inode(struct super *sb, const struct synrow *r)
{
	struct inode *i = syn_file(sb, r->mode, r->text, NULL);

	if (i != NULL)
		((struct synfile *)i->priv)->fixed = r->fixed;
	return i;
}

int syn_lookup(struct super *sb, const struct synrow *rows, const char *prefix, struct dentry *d)
{
	for (const struct synrow *r = rows; r->path != NULL; r++) {
		size_t len;
		const char *name = below(r->path, prefix, &len);

		if (name == NULL || len != d->len || memcmp(name, d->name, len) != 0)
			continue;
		if (name[len] == 0)
			d->inode = row_inode(sb, r);
		else
			d->inode = dir_inode(sb, rows, prefix, name, len);
		return d->inode == NULL ? -ENOMEM : 0;
	}
	return 0;
}

/* Was this component shown for an earlier row? */
static bool shown(const struct synrow *rows, const struct synrow *upto, const char *prefix,
	const char *name, size_t len)
{
	for (const struct synrow *r = rows; r < upto; r++) {
		size_t n;
		const char *s = below(r->path, prefix, &n);

		if (s != NULL && n == len && memcmp(s, name, len) == 0)
			return true;
	}
	return false;
}

/* Positions 2.. are row numbers. */
void syn_readdir(const struct synrow *rows, const char *prefix, struct file *f, struct dirsink *s)
{
	const struct synrow *r = rows;

	for (uint64_t pos = 2; r->path != NULL; r++, pos++) {
		size_t len;
		const char *name = below(r->path, prefix, &len);

		if (pos < f->pos)
			continue;
		if (name != NULL && !shown(rows, r, prefix, name, len) &&
			!s->emit(s, name, len, pos, pos + 1, name[len] == 0 ? DT_REG : DT_DIR))
			return;
		f->pos = pos + 1;
	}
}

static int syn_dir_lookup(struct dentry *dir, struct dentry *d)
{
	const struct synfile *sf = dir->inode->priv;

	return syn_lookup(dir->sb, sf->rows, sf->prefix, d);
}

static int syn_dir_readdir(struct file *f, struct dirsink *s)
{
	const struct synfile *sf = f->inode->priv;

	if (dir_emit_dots(f, s))
		syn_readdir(sf->rows, sf->prefix, f, s);
	return 0;
}

static const struct file_ops syn_dir_file_ops = {.readdir = syn_dir_readdir};

static int syn_dir_open(struct dentry *d, struct file *f)
{
	f->ops = &syn_dir_file_ops;
	return 0;
}

static const struct inode_ops syn_dir_ops = {.lookup = syn_dir_lookup, .open = syn_dir_open};

/* A whole file system of one table. */
struct super *syn_super(const char *type, const struct synrow *rows, const struct super_ops *ops)
{
	struct super *sb = super_new(type, type, ops, SB_NOEXEC | SB_NODEV);

	if (sb == NULL)
		return NULL;
	sb->root = dentry_new(sb, NULL, "/", 1);
	if (sb->root != NULL)
		sb->root->inode = dir_inode(sb, rows, "", "", 0);
	if (sb->root == NULL || sb->root->inode == NULL) {
		super_free(sb);
		return NULL;
	}
	return sb;
}
