/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is committed. The host manages page tables and the EPC and may lie about both, so the
 * enclave keeps its own record of every page it has accepted, and of the permissions it proved by
 * EACCEPT: a page is never accepted twice, and a permission is never assumed. The record is a radix
 * tree over the whole linear address space, one byte a page.
 */
#include "mm_impl.h"
#include "host.h"
#include "klog.h"
#include "kmem.h"
#include "linux_errno.h"
#include "plat.h"
#include "sgx.h"

_Static_assert(PLAT_R == VMA_R && PLAT_W == VMA_W && PLAT_X == VMA_X, "one set of permission bits");

#define LEAF_PAGES 512u
#define PAGE_STATE 0x0fu
#define PAGE_DIRTY 0x10u
#define MID_LEAVES 4096u /* a mid node covers 8 GiB */
#define TOP_NODES  (ELRANGE_SIZE / ((uint64_t)MID_LEAVES * LEAF_PAGES * PAGE_SIZE))

struct leaf {
	uint8_t state[LEAF_PAGES];
	unsigned used; /* states that are not 0 */
};

struct mid {
	struct leaf *leaf[MID_LEAVES];
	uint64_t present[MID_LEAVES / 64]; /* which leaves there are */
	unsigned used;
};

static struct mid *top[TOP_NODES];

static uint64_t leaf_number(uint64_t va)
{
	return va / PAGE_SIZE / LEAF_PAGES;
}

static struct leaf *find_leaf(uint64_t va)
{
	uint64_t n = leaf_number(va);
	struct mid *m = n / MID_LEAVES < TOP_NODES ? top[n / MID_LEAVES] : NULL;

	return m != NULL ? m->leaf[n % MID_LEAVES] : NULL;
}

static struct leaf *make_leaf(uint64_t va)
{
	uint64_t n = leaf_number(va);
	struct mid **m = &top[n / MID_LEAVES];

	if (*m == NULL && (*m = kzalloc(sizeof(**m))) == NULL)
		return NULL;
	struct leaf **l = &(*m)->leaf[n % MID_LEAVES];

	if (*l == NULL) {
		*l = kzalloc(sizeof(**l));
		if (*l != NULL) {
			(*m)->used++;
			(*m)->present[n % MID_LEAVES / 64] |= 1ull << n % 64;
		}
	}
	if (*l == NULL && (*m)->used == 0) {
		kfree(*m);
		*m = NULL;
		return NULL;
	}
	return *l;
}

static void drop_leaf_if_empty(uint64_t va)
{
	uint64_t n = leaf_number(va);
	struct mid *m = top[n / MID_LEAVES];
	struct leaf *l = m != NULL ? m->leaf[n % MID_LEAVES] : NULL;

	if (l == NULL || l->used > 0)
		return;
	kfree(l);
	m->leaf[n % MID_LEAVES] = NULL;
	m->present[n % MID_LEAVES / 64] &= ~(1ull << n % 64);
	if (--m->used == 0) {
		kfree(m);
		top[n / MID_LEAVES] = NULL;
	}
}

unsigned page_state(uint64_t va)
{
	struct leaf *l = find_leaf(va);

	return l != NULL ? l->state[va / PAGE_SIZE % LEAF_PAGES] & PAGE_STATE : 0;
}

bool page_take_dirty(uint64_t va)
{
	struct leaf *l = find_leaf(va);
	uint8_t *s = l != NULL ? &l->state[va / PAGE_SIZE % LEAF_PAGES] : NULL;

	if (s == NULL || !(*s & PAGE_DIRTY))
		return false;
	*s &= PAGE_STATE;
	return true;
}

void page_mark_dirty(uint64_t va)
{
	find_leaf(va)->state[va / PAGE_SIZE % LEAF_PAGES] |= PAGE_DIRTY;
}

static void set_state(struct leaf *l, uint64_t va, unsigned state)
{
	uint8_t *s = &l->state[va / PAGE_SIZE % LEAF_PAGES];

	l->used += (state != 0) - (*s != 0);
	*s = (uint8_t)state;
}

unsigned page_prot(unsigned f)
{
	return f & (VMA_R | VMA_W | VMA_X) ? (f & (VMA_W | VMA_X)) | VMA_R : 0;
}

/* Makes the records of [va, va + n pages) exist. */
static int prepare(uint64_t va, size_t n)
{
	for (uint64_t a = va; a < va + n * PAGE_SIZE;
		a = (leaf_number(a) + 1) * LEAF_PAGES * PAGE_SIZE)
		if (make_leaf(a) == NULL)
			return -ENOMEM;
	return 0;
}

static void forget_prepared(uint64_t va, size_t n)
{
	for (uint64_t a = va; a < va + n * PAGE_SIZE;
		a = (leaf_number(a) + 1) * LEAF_PAGES * PAGE_SIZE)
		drop_leaf_if_empty(a);
}

int page_commit_zero(struct mm *mm, uint64_t va, size_t n)
{
	size_t done = 0;

	if (mem_charge(n) < 0)
		return -ENOMEM;
	int r = prepare(va, n);

	if (r == 0)
		r = plat_pages_commit(va, n, &done);
	for (size_t i = 0; i < done; i++)
		set_state(find_leaf(va + i * PAGE_SIZE), va + i * PAGE_SIZE,
			PAGE_COMMITTED | VMA_R | VMA_W);
	mm->committed += done;
	mem_uncharge(n - done);
	if (r < 0)
		forget_prepared(va, n);
	return r;
}

int page_commit_copy(struct mm *mm, uint64_t va, const void *src, unsigned prot)
{
	if (mem_charge(1) < 0)
		return -ENOMEM;
	int r = prepare(va, 1);

	if (r == 0)
		r = plat_page_copy(va, src, prot);
	if (r < 0) {
		mem_uncharge(1);
		forget_prepared(va, 1);
		return r;
	}
	set_state(find_leaf(va), va, PAGE_COMMITTED | prot);
	mm->committed++;
	return 0;
}

/* End of the run of pages in [va, end) that have the same state as va's. */
static uint64_t run_end(uint64_t va, uint64_t end)
{
	unsigned state = page_state(va);
	uint64_t a = va + PAGE_SIZE;

	if (state == 0 && find_leaf(va) == NULL) { /* skip what has no record at all */
		a = (leaf_number(va) + 1) * LEAF_PAGES * PAGE_SIZE;
		while (a < end && find_leaf(a) == NULL)
			a += LEAF_PAGES * PAGE_SIZE;
		return a < end ? a : end;
	}
	while (a < end && page_state(a) == state)
		a += PAGE_SIZE;
	return a;
}

/* The first leaf of m at or after index i, or MID_LEAVES. */
static uint64_t next_leaf(const struct mid *m, uint64_t i)
{
	for (uint64_t w = i / 64; w < MID_LEAVES / 64; w++) {
		uint64_t bits = m->present[w] & (w == i / 64 ? ~0ull << i % 64 : ~0ull);

		if (bits != 0)
			return w * 64 + (uint64_t)__builtin_ctzll(bits);
	}
	return MID_LEAVES;
}

/* The first committed page of l at or after index i, or LEAF_PAGES. */
static uint64_t next_state(const struct leaf *l, uint64_t i)
{
	for (; i < LEAF_PAGES && i % 8 != 0; i++)
		if (l->state[i] != 0)
			return i;
	for (; i < LEAF_PAGES; i += 8) {
		uint64_t eight = *(const uint64_t *)&l->state[i];

		if (eight != 0)
			return i + (uint64_t)__builtin_ctzll(eight) / 8;
	}
	return LEAF_PAGES;
}

uint64_t page_next(uint64_t va, uint64_t end)
{
	while (va < end) {
		uint64_t n = leaf_number(va), page = va / PAGE_SIZE % LEAF_PAGES;
		const struct mid *m = n / MID_LEAVES < TOP_NODES ? top[n / MID_LEAVES] : NULL;
		uint64_t i = m != NULL ? next_leaf(m, n % MID_LEAVES) : MID_LEAVES;

		if (i != n % MID_LEAVES)
			page = 0;
		n = n / MID_LEAVES * MID_LEAVES + i;
		if (i < MID_LEAVES)
			page = next_state(m->leaf[i], page);
		va = (n * LEAF_PAGES + (i < MID_LEAVES ? page : 0)) * PAGE_SIZE;
		if (i < MID_LEAVES && page < LEAF_PAGES)
			return va < end ? va : end;
	}
	return end;
}

static void set_range(uint64_t start, uint64_t end, unsigned state)
{
	for (uint64_t a = start; a < end; a += PAGE_SIZE)
		set_state(find_leaf(a), a, state);
}

static int protect_run(uint64_t start, uint64_t end, unsigned old, unsigned prot)
{
	size_t n = (end - start) / PAGE_SIZE;

	if ((prot & ~old) != 0)
		plat_pages_extend(start, n, old | prot);
	if ((old & ~prot) != 0) {
		int r = host_sgx_restrict(start, end - start, prot);

		if (r == 0)
			r = plat_pages_accept_restrict(start, n, prot);
		if (r < 0)
			kpanic("the host did not restrict pages at %#lx", (unsigned long)start);
	}
	return 0;
}

int pages_protect(struct mm *mm, uint64_t start, uint64_t end, unsigned prot)
{
	(void)mm;
	for (uint64_t a = start, next; a < end; a = next) {
		unsigned state = page_state(a);

		next = run_end(a, end);
		if (state == 0 || state == (PAGE_COMMITTED | prot))
			continue;
		protect_run(a, next, state & ~PAGE_COMMITTED, prot);
		set_range(a, next, PAGE_COMMITTED | prot);
	}
	return 0;
}

static void release_run(struct mm *mm, uint64_t start, uint64_t end)
{
	size_t n = (end - start) / PAGE_SIZE;

	if (host_sgx_modify(start, end - start, SGX_PT_TRIM) < 0 ||
		plat_pages_accept_trim(start, n) < 0 || host_sgx_remove(start, end - start) < 0)
		kpanic("the host did not take pages back at %#lx", (unsigned long)start);
	set_range(start, end, 0);
	for (uint64_t a = start; a < end; a = (leaf_number(a) + 1) * LEAF_PAGES * PAGE_SIZE)
		drop_leaf_if_empty(a);
	mm->committed -= n;
	mem_uncharge(n);
}

void pages_release(struct mm *mm, uint64_t start, uint64_t end)
{
	for (uint64_t a = start, next; a < end; a = next) {
		bool committed = page_state(a) != 0;

		next = a + PAGE_SIZE;
		if (!committed) {
			next = run_end(a, end);
			continue;
		}
		while (next < end && page_state(next) != 0)
			next += PAGE_SIZE;
		release_run(mm, a, next);
	}
}
