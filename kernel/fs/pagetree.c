/* SPDX-License-Identifier: Apache-2.0 */
/* Radix tree of counted pages; see pagetree.h. Grows at the top, 512 ways per node. */
#include "pagetree.h"
#include "kmem.h"
#include "mem.h"

static size_t in_use; /* pages of all trees */

size_t mempages_limit(void)
{
	return mem_pages_limit() / 2;
}

size_t mempages_in_use(void)
{
	return in_use;
}

static uint64_t span(unsigned levels)
{
	return 1ull << (9 * levels);
}

static struct mempage *page_new(void)
{
	struct mempage *p = in_use < mempages_limit() ? kmalloc(sizeof(*p)) : NULL;

	if (p == NULL)
		return NULL;
	p->refs = 1;
	p->data = kpages(1);
	if (p->data == NULL) {
		kfree(p);
		return NULL;
	}
	in_use++;
	return p;
}

void mempage_put(struct mempage *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	in_use--;
	kpages_free(p->data, 1);
	kfree(p);
}

struct mempage *pagetree_get(struct pagetree *t, uint64_t index)
{
	void *n = t->root;
	struct mempage *p;

	if (index >= span(t->levels))
		return NULL;
	for (unsigned l = t->levels; l > 0 && n != NULL; l--)
		n = ((void **)n)[(index >> (9 * (l - 1))) % PAGETREE_FANOUT];
	p = n;
	if (p != NULL)
		p->refs++;
	return p;
}

/* One more level, until index fits. */
static int grow(struct pagetree *t, uint64_t index)
{
	while (index >= span(t->levels)) {
		void **n;

		if (t->levels == PAGETREE_LEVELS)
			return -1;
		n = t->root == NULL ? NULL : kpages(1);
		if (t->root != NULL && n == NULL)
			return -1;
		if (n != NULL)
			n[0] = t->root;
		t->root = n;
		t->levels++;
	}
	return 0;
}

struct mempage *pagetree_make(struct pagetree *t, uint64_t index)
{
	void **slot = &t->root;
	struct mempage *p;

	if (grow(t, index) < 0)
		return NULL;
	for (unsigned l = t->levels; l > 0; l--) {
		if (*slot == NULL)
			*slot = kpages(
				1); /* an empty node that stays on failure goes with the tree */
		if (*slot == NULL)
			return NULL;
		slot = (void **)*slot + (index >> (9 * (l - 1))) % PAGETREE_FANOUT;
	}
	if (*slot == NULL) {
		*slot = page_new();
		if (*slot == NULL)
			return NULL;
		t->npages++;
	}
	p = *slot;
	p->refs++;
	return p;
}

/* Frees what lies at or after index in the subtree n, whose first index is 0. Depth:
 * PAGETREE_LEVELS. */
static void *cut(struct pagetree *t, void *n, unsigned levels, uint64_t index)
{
	uint64_t sub;

	if (n == NULL)
		return NULL;
	if (levels == 0) {
		if (index > 0)
			return n;
		mempage_put(n);
		t->npages--;
		return NULL;
	}
	sub = span(levels - 1);
	for (uint64_t k = index / sub; k < PAGETREE_FANOUT; k++) {
		void **slot = (void **)n + k;

		*slot = cut(t, *slot, levels - 1, index > k * sub ? index - k * sub : 0);
	}
	if (index > 0)
		return n;
	kpages_free(n, 1);
	return NULL;
}

void pagetree_cut(struct pagetree *t, uint64_t index)
{
	if (index >= span(t->levels))
		return;
	t->root = cut(t, t->root, t->levels, index);
	if (t->root == NULL)
		t->levels = 0;
}
