/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of directory entries: a hash table over (parent, name), a list of children per
 * directory, and an LRU list of unused cached entries, bounded by DCACHE_UNUSED_MAX. Pinned entries
 * (in-memory file systems, mount points) are never evicted. Kernel lock held; only dput may sleep,
 * in evict.
 */
#include "vfs.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"

#define DCACHE_HASH_BITS  11
#define DCACHE_BUCKETS    (1u << DCACHE_HASH_BITS)
#define DCACHE_UNUSED_MAX 4096u

static struct dentry *bucket[DCACHE_BUCKETS];
static struct list unused; /* head = least recently used; .next NULL before the first use */
static unsigned nunused;

static uint32_t name_hash(const struct dentry *dir, const char *name, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ull ^ ((uint64_t)(uintptr_t)dir >> 4); /* FNV-1a */

	for (size_t k = 0; k < len; k++)
		h = (h ^ (uint8_t)name[k]) * 0x100000001b3ull;
	return (uint32_t)(h ^ (h >> 32));
}

static struct list *unused_list(void)
{
	if (unused.next == NULL)
		list_init(&unused);
	return &unused;
}

static char *name_store(char *inl, const char *name, size_t len)
{
	char *p = len < DNAME_INLINE ? inl : kmalloc(len + 1);

	if (p == NULL)
		return NULL;
	memcpy(p, name, len);
	p[len] = 0;
	return p;
}

struct dentry *dentry_new(struct super *sb, struct dentry *parent, const char *name, size_t len)
{
	struct dentry *d = kzalloc(sizeof(*d));

	if (d == NULL)
		return NULL;
	d->name = name_store(d->inl, name, len);
	if (d->name == NULL) {
		kfree(d);
		return NULL;
	}
	d->refs = 1;
	d->sb = sb;
	d->parent = parent == NULL ? NULL : dget(parent);
	d->len = (uint32_t)len;
	list_init(&d->children);
	list_init(&d->sibling);
	list_init(&d->lru);
	return d;
}

struct dentry *dget(struct dentry *d)
{
	if (d->refs++ == 0 && !list_empty(&d->lru)) {
		list_del(&d->lru);
		nunused--;
	}
	return d;
}

static void unhash(struct dentry *d)
{
	struct dentry **pp = &bucket[d->hash % DCACHE_BUCKETS];

	if (!(d->flags & D_HASHED))
		return;
	while (*pp != d)
		pp = &(*pp)->hash_next;
	*pp = d->hash_next;
	d->hash_next = NULL;
	list_del(&d->sibling);
	d->flags &= ~D_HASHED;
}

/* Frees an entry without references and then each ancestor that only it kept. */
static void dentry_free(struct dentry *d)
{
	while (d != NULL) {
		struct dentry *parent = d->parent;
		struct inode *i = d->inode;

		unhash(d);
		if (d->name != d->inl)
			kfree(d->name);
		kfree(d);
		inode_put(i);
		if (parent == NULL || --parent->refs > 0)
			return;
		if (parent->flags & D_HASHED) {
			list_push_back(unused_list(), &parent->lru);
			nunused++;
			return;
		}
		d = parent;
	}
}

void dcache_shrink(unsigned keep)
{
	while (nunused > keep) {
		struct dentry *d = container_of(unused_list()->next, struct dentry, lru);

		list_del(&d->lru);
		nunused--;
		dentry_free(d);
	}
}

unsigned dcache_unused(void)
{
	return nunused;
}

void dput(struct dentry *d)
{
	if (d == NULL || --d->refs > 0)
		return;
	if (!(d->flags & D_HASHED)) {
		dentry_free(d);
		return;
	}
	list_push_back(unused_list(), &d->lru);
	nunused++;
	dcache_shrink(DCACHE_UNUSED_MAX);
}

struct dentry *d_lookup(struct dentry *dir, const char *name, size_t len)
{
	uint32_t h = name_hash(dir, name, len);

	for (struct dentry *d = bucket[h % DCACHE_BUCKETS]; d != NULL; d = d->hash_next)
		if (d->hash == h && d->parent == dir && d->len == len &&
			memcmp(d->name, name, len) == 0)
			return dget(d);
	return NULL;
}

void d_add(struct dentry *d)
{
	struct dentry **head;

	if ((d->flags & D_HASHED) || d->parent == NULL)
		return;
	d->hash = name_hash(d->parent, d->name, d->len);
	head = &bucket[d->hash % DCACHE_BUCKETS];
	d->hash_next = *head;
	*head = d;
	list_push_back(&d->parent->children, &d->sibling);
	if (d->parent->inode != NULL)
		d->cookie = d->parent->inode->next_cookie++;
	d->flags = (d->flags | D_HASHED) & ~D_DELETED;
}

void d_drop(struct dentry *d)
{
	unhash(d);
	if (d->refs == 0 && !list_empty(&d->lru)) {
		list_del(&d->lru);
		nunused--;
		dentry_free(d);
	}
}

void d_pin(struct dentry *d)
{
	if (!(d->flags & D_PINNED)) {
		d->flags |= D_PINNED;
		dget(d);
	}
}

/* The caller holds a reference of its own. */
void d_delete(struct dentry *d)
{
	unhash(d);
	d->flags |= D_DELETED;
	if (d->flags & D_PINNED) {
		d->flags &= ~D_PINNED;
		dput(d);
	}
}

int d_move(struct dentry *d, struct dentry *parent, const char *name, size_t len)
{
	char inl[DNAME_INLINE];
	char *new_name = name_store(inl, name, len);
	struct dentry *old_parent = d->parent;

	if (new_name == NULL)
		return -ENOMEM;
	unhash(d);
	if (d->name != d->inl)
		kfree(d->name);
	if (new_name == inl) {
		memcpy(d->inl, inl, sizeof(inl));
		new_name = d->inl;
	}
	d->name = new_name;
	d->len = (uint32_t)len;
	d->parent = dget(parent);
	d_add(d);
	dput(old_parent);
	return 0;
}

/* No allocation: cannot fail. */
void d_exchange(struct dentry *a, struct dentry *b)
{
	bool a_in = a->name == a->inl, b_in = b->name == b->inl;
	struct dentry *parent = a->parent;
	char *name = a->name, inl[DNAME_INLINE];
	uint32_t len = a->len;

	unhash(a);
	unhash(b);
	memcpy(inl, a->inl, sizeof(inl));
	memcpy(a->inl, b->inl, sizeof(inl));
	memcpy(b->inl, inl, sizeof(inl));
	a->name = b_in ? a->inl : b->name;
	b->name = a_in ? b->inl : name;
	a->len = b->len;
	b->len = len;
	a->parent = b->parent;
	b->parent = parent;
	d_add(a);
	d_add(b);
}

bool d_is_ancestor(const struct dentry *anc, const struct dentry *d)
{
	while (d != NULL && d != anc)
		d = d->parent != NULL ? d->parent : d->sb->covered;
	return d != NULL;
}

/* Puts s in front of what already stands at the end of buf. */
static int prepend(char *buf, size_t *pos, const char *s, size_t len)
{
	if (*pos < len)
		return -ENAMETOOLONG;
	*pos -= len;
	memcpy(buf + *pos, s, len);
	return 0;
}

/* A buffer is filled from its end, then moved to its start. */
long d_path(struct dentry *d, struct dentry *root, char *buf, size_t cap)
{
	static const char deleted[] = " (deleted)", unreachable[] = "(unreachable)";
	size_t pos = cap - 1, end = cap - 1;
	long res = 0;
	int err = 0;

	if (d->parent == NULL && d != d->sb->root && !(d->flags & D_DELETED)) {
		strlcpy(buf, d->name, cap); /* a pipe has a name, but no place */
		return -ENOENT;
	}
	if (d->flags & D_DELETED) {
		res = -ENOENT;
		err = prepend(buf, &pos, deleted, sizeof(deleted) - 1);
		end = pos;
	}
	for (; err == 0 && d != root; d = d->parent) {
		while (d->parent == NULL && d->sb->covered != NULL && d != root)
			d = d->sb->covered;
		if (d == root)
			break;
		if (d->parent == NULL && d == root_dentry()) {
			if (root != NULL)
				res = -EXDEV;
			break;
		}
		err = prepend(buf, &pos, d->name, d->len);
		if (err == 0)
			err = prepend(buf, &pos, "/", 1);
		if (d->parent == NULL)
			break;
	}
	if (err == 0 && pos == end)
		err = prepend(buf, &pos, "/", 1);
	if (err == 0 && res == -EXDEV)
		err = prepend(buf, &pos, unreachable, sizeof(unreachable) - 1);
	if (err < 0)
		return err;
	memmove(buf, buf + pos, cap - 1 - pos);
	buf[cap - 1 - pos] = 0;
	return res < 0 ? res : (long)(cap - 1 - pos);
}
