/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files whose text is made when they are read: /sys and the fixed part of /proc are tables of
 * paths. Directories are the prefixes of the paths; nothing can be changed.
 */
#ifndef CLOISTER_SYNFS_H
#define CLOISTER_SYNFS_H

#include "vfs.h"

/* Text under construction. After a failed allocation err is set and what follows has no effect. */
struct text {
	char *s; /* kmalloc'ed */
	size_t len, cap;
	int err;
};
#define TEXT_MAX 0x4000000u
void text_add(struct text *t, const void *s, size_t n);
void text_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What a file is about; procfs fills it, tables of paths leave it zero. */
struct subject {
	int pid, tid, fd;
};

/* Makes the whole text. 0 or -errno. */
typedef int text_fn(struct text *t, const struct subject *s);

struct synrow {
	const char *path; /* "kernel/mm/x" */
	uint32_t mode;    /* permissions */
	text_fn *text;    /* NULL: */
	const char *fixed;
};

/* The inode of a generated file. NULL: no memory. */
struct inode *syn_file(struct super *sb, uint32_t mode, text_fn *text, const struct subject *s);
const struct subject *syn_subject(const struct inode *i);

/* An inode with operations of the caller's own; -> syn_subject. NULL: no memory. */
struct inode *syn_node(
	struct super *sb, const struct inode_ops *ops, uint32_t mode, const struct subject *s);
/* A symlink with a fixed text. NULL: no memory. */
struct inode *syn_link(struct super *sb, const char *target);

/* The rows below prefix ("": all): for lookups and listings of fixed directories. */
int syn_lookup(struct super *sb, const struct synrow *rows, const char *prefix, struct dentry *d);
void syn_readdir(const struct synrow *rows, const char *prefix, struct file *f, struct dirsink *s);

/* A whole file system of one table; ops->evict is syn_evict. */
struct super *syn_super(const char *type, const struct synrow *rows, const struct super_ops *ops);
void syn_evict(struct inode *i);

#endif
