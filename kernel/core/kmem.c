/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel heap. Two layers: runs of pages with boundary descriptors and coalescing; on top slabs
 * of equal objects. Pages are committed when a run is first handed out and stay so: a free run is
 * found again by the next allocation. Objects and pages are wiped when freed.
 *
 * Descriptors live in their own array, away from the memory that they describe, so that an overflow
 * of an object does not reach them.
 */
#include "kmem.h"
#include "klog.h"
#include "layout.h"
#include "list.h"
#include "mem.h"
#include "plat.h"

#define HEAP_PAGES  (1u << 20) /* 4 GiB */
#define GROW_PAGES  64u
#define DESC_BASE   KHEAP_BASE
#define HEAP_BASE   (KHEAP_BASE + 0x100000000ull)
#define LARGE_RUNS  32u /* free lists for runs of 1..31 pages, then one for longer ones */
#define SLAB_HEADER 64u
#define SMALL_MAX   2048u

enum { PG_NONE, PG_FREE, PG_RUN, PG_SLAB };

struct pgdesc { /* valid for the first and last page of a run, for every page of a slab */
	uint32_t kind;
	uint32_t count; /* pages in the run; slab: distance from its first page */
};

struct free_run { /* in the first page of a free run */
	struct list link;
};

struct slab {             /* at the start of its pages */
	struct list link; /* class's list when it has room */
	uint8_t *free;    /* linked through the first word */
	uint32_t used, total;
	uint32_t class;
};

static const uint16_t class_size[] = {
	16, 32, 64, 128, 192, 256, 384, 512, 768, 1024, 1536, SMALL_MAX};
#define CLASSES (sizeof(class_size) / sizeof(class_size[0]))

static struct pgdesc *const desc = (struct pgdesc *)DESC_BASE;
static struct list free_runs[LARGE_RUNS];
static struct list partial[CLASSES];
static size_t heap_end; /* pages of the heap that exist */
static size_t desc_end; /* pages of descriptors committed */
static size_t in_use;
static bool ready;

static void init(void)
{
	for (unsigned i = 0; i < LARGE_RUNS; i++)
		list_init(&free_runs[i]);
	for (unsigned i = 0; i < CLASSES; i++)
		list_init(&partial[i]);
	ready = true;
}

static void *page_addr(size_t i)
{
	return (void *)(HEAP_BASE + i * PAGE_SIZE);
}

static size_t page_index(const void *p)
{
	return ((uint64_t)p - HEAP_BASE) / PAGE_SIZE;
}

static int commit(uint64_t va, size_t n)
{
	size_t done;

	if (mem_charge(n) < 0)
		return -1;
	if (plat_pages_commit(va, n, &done) < 0) {
		mem_uncharge(n);
		return -1;
	}
	return 0;
}

static unsigned run_list(size_t n)
{
	return n < LARGE_RUNS ? (unsigned)n : 0;
}

static void mark(size_t first, size_t n, unsigned kind)
{
	desc[first] = desc[first + n - 1] = (struct pgdesc){.kind = kind, .count = (uint32_t)n};
}

static void insert_free(size_t first, size_t n)
{
	struct free_run *r = page_addr(first);

	mark(first, n, PG_FREE);
	list_push_front(&free_runs[run_list(n)], &r->link);
}

static void remove_free(size_t first)
{
	struct free_run *r = page_addr(first);

	list_del(&r->link);
	memset(r, 0, sizeof(*r)); /* free pages are all zero but for this */
}

/* More heap at its end, at least n pages. */
static bool grow(size_t n)
{
	size_t add = n > GROW_PAGES ? n : GROW_PAGES;

	if (add > HEAP_PAGES - heap_end)
		return false;
	while (desc_end * (PAGE_SIZE / sizeof(struct pgdesc)) < heap_end + add + 1) {
		if (commit(DESC_BASE + desc_end * PAGE_SIZE, 1) < 0)
			return false;
		desc_end++;
	}
	if (commit((uint64_t)page_addr(heap_end), add) < 0) {
		add = n;
		if (commit((uint64_t)page_addr(heap_end), add) < 0)
			return false;
	}
	size_t first = heap_end;

	heap_end += add;
	if (first > 0 && desc[first - 1].kind == PG_FREE) {
		size_t before = desc[first - 1].count;

		remove_free(first - before);
		first -= before;
		add += before;
	}
	insert_free(first, add);
	return true;
}

static bool find_run(size_t n, size_t *first)
{
	for (size_t l = n; l < LARGE_RUNS; l++)
		if (!list_empty(&free_runs[l])) {
			*first = page_index(free_runs[l].next);
			return true;
		}
	list_for_each(pos, &free_runs[0])
	{
		*first = page_index(pos);
		if (desc[*first].count >= n)
			return true;
	}
	return false;
}

static void *run_alloc(size_t n, unsigned kind)
{
	size_t first;

	if (!ready)
		init();
	if (n == 0 || n > HEAP_PAGES)
		return NULL;
	while (!find_run(n, &first))
		if (!grow(n))
			return NULL;
	size_t have = desc[first].count;

	remove_free(first);
	if (have > n)
		insert_free(first + n, have - n);
	mark(first, n, kind);
	return page_addr(first);
}

/* The pages are zero already. */
static void run_free(size_t first, size_t n)
{
	if (first + n < heap_end && desc[first + n].kind == PG_FREE) {
		size_t after = desc[first + n].count;

		remove_free(first + n);
		n += after;
	}
	if (first > 0 && desc[first - 1].kind == PG_FREE) {
		size_t before = desc[first - 1].count;

		first -= before;
		remove_free(first);
		n += before;
	}
	insert_free(first, n);
}

/* ---- slabs ---- */

static size_t slab_pages(unsigned class)
{
	return class_size[class] > 512 ? 4 : 1;
}

static struct slab *slab_new(unsigned class)
{
	size_t n = slab_pages(class), size = class_size[class];
	struct slab *s = run_alloc(n, PG_SLAB);

	if (s == NULL)
		return NULL;
	size_t first = page_index(s);

	for (size_t i = 0; i < n; i++)
		desc[first + i] = (struct pgdesc){.kind = PG_SLAB, .count = (uint32_t)i};
	s->class = class;
	for (size_t off = SLAB_HEADER; off + size <= n * PAGE_SIZE; off += size) {
		uint8_t *obj = (uint8_t *)s + off;

		*(uint8_t **)obj = s->free;
		s->free = obj;
		s->total++;
	}
	list_push_front(&partial[class], &s->link);
	return s;
}

static void slab_release(struct slab *s)
{
	size_t n = slab_pages(s->class);

	list_del(&s->link);
	memset(s, 0, n * PAGE_SIZE);
	mark(page_index(s), n, PG_RUN);
	run_free(page_index(s), n);
}

static void *slab_alloc(unsigned class)
{
	struct slab *s;

	if (!ready)
		init();
	if (list_empty(&partial[class])) {
		s = slab_new(class);
		if (s == NULL)
			return NULL;
	} else {
		s = container_of(partial[class].next, struct slab, link);
	}
	uint8_t *obj = s->free;

	s->free = *(uint8_t **)obj;
	*(uint8_t **)obj = NULL; /* all of it is zero now */
	if (++s->used == s->total)
		list_del(&s->link);
	in_use += class_size[class];
	return obj;
}

static void slab_free(struct slab *s, uint8_t *obj)
{
	size_t size = class_size[s->class];

	KASSERT(s->used > 0 && ((size_t)(obj - (uint8_t *)s) - SLAB_HEADER) % size == 0);
	memset(obj, 0, size);
	*(uint8_t **)obj = s->free;
	s->free = obj;
	in_use -= size;
	if (s->used-- == s->total)
		list_push_back(&partial[s->class], &s->link);
	if (s->used == 0 && partial[s->class].next->next != &partial[s->class])
		slab_release(s); /* one with room stays */
}

static struct slab *slab_of(const void *p)
{
	size_t i = page_index(p);

	return desc[i].kind == PG_SLAB ? page_addr(i - desc[i].count) : NULL;
}

static unsigned class_of(size_t n)
{
	unsigned c = 0;

	while (class_size[c] < n)
		c++;
	return c;
}

/* ---- the interface ---- */

void *kzalloc(size_t n)
{
	if (n <= SMALL_MAX)
		return slab_alloc(class_of(n));
	return n > (size_t)HEAP_PAGES * PAGE_SIZE ? NULL : kpages((n + PAGE_SIZE - 1) / PAGE_SIZE);
}

void *kmalloc(size_t n)
{
	return kzalloc(n);
}

static size_t size_of(const void *p)
{
	struct slab *s = slab_of(p);

	return s != NULL ? class_size[s->class] : (size_t)desc[page_index(p)].count * PAGE_SIZE;
}

void kfree(void *p)
{
	if (p == NULL)
		return;
	KASSERT((uint64_t)p >= HEAP_BASE && page_index(p) < heap_end);
	struct slab *s = slab_of(p);

	if (s != NULL)
		slab_free(s, p);
	else
		kpages_free(p, desc[page_index(p)].count);
}

void *krealloc(void *p, size_t n)
{
	if (p == NULL)
		return kmalloc(n);
	size_t old = size_of(p);

	if (n <= old && n > old / 2)
		return p;
	void *q = kmalloc(n);

	if (q == NULL)
		return NULL;
	memcpy(q, p, n < old ? n : old);
	kfree(p);
	return q;
}

void *kpages(size_t npages)
{
	void *p = run_alloc(npages, PG_RUN);

	if (p != NULL)
		in_use += npages * PAGE_SIZE;
	return p;
}

void kpages_free(void *p, size_t npages)
{
	if (p == NULL)
		return;
	size_t first = page_index(p);

	KASSERT(desc[first].kind == PG_RUN && desc[first].count == npages);
	memset(p, 0, npages * PAGE_SIZE);
	in_use -= npages * PAGE_SIZE;
	run_free(first, npages);
}

size_t kmem_in_use(void)
{
	return in_use;
}
