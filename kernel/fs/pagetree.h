/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sparse contents of a file in memory: a radix tree of pages. A page is counted, so that a copy to
 * a program, which may sleep on its page fault, can go on while the file is cut. Kernel lock held.
 */
#ifndef CLOISTER_PAGETREE_H
#define CLOISTER_PAGETREE_H

#include <stddef.h>
#include <stdint.h>

#define PAGETREE_FANOUT 512u
#define PAGETREE_LEVELS 4u
#define PAGETREE_MAX    (1ull << (12 + 9 * PAGETREE_LEVELS)) /* bytes: 256 TiB */

struct mempage {
	int refs;
	uint8_t *data; /* 4096 bytes */
};

struct pagetree {
	void *root; /* levels == 0: struct mempage *; else a node of PAGETREE_FANOUT pointers */
	unsigned levels; /* below root */
	uint64_t npages;
};

/* The page at index: +1 reference, or NULL (a hole). */
struct mempage *pagetree_get(struct pagetree *t, uint64_t index);
/* As above, but makes a zeroed one. NULL: no memory, or the limit. */
struct mempage *pagetree_make(struct pagetree *t, uint64_t index);
void mempage_put(struct mempage *p);
/* Drops every page from index on. */
void pagetree_cut(struct pagetree *t, uint64_t index);

/* Files in memory may have half of the memory, as tmpfs(5): programs go on when they are full. */
size_t mempages_limit(void);
size_t mempages_in_use(void);

#endif
