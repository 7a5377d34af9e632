/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data windows of the SIPs: 4 GiB each, with guards that are never mapped (doc/sfi.md, K1).
 *
 * Committing a page costs an EACCEPT, so a window is handed on warm. When its program ends,
 * writable pages stay committed, up to WARM_PAGES, marked dirty; the read-only pages of the image
 * stay as they are for the next process that runs the same program, if that one left its image
 * alone. Everything else goes back to the host. Before the next process runs, every dirty page was
 * overwritten whole or wiped: what one program wrote never reaches another. A warm page is zero and
 * writable until an area comes to lie on it, which then makes it what the area says
 * (window_settle).
 */
#include "mm_impl.h"
#include "file.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "sip.h"

#define WARM_PAGES   1024u /* per window */
#define WINDOWS      ((WINDOW_END - WINDOW_BASE) / WINDOW_STRIDE)
#define PAGE_WARM    (PAGE_COMMITTED | VMA_R | VMA_W)
#define WARM_WINDOWS 64u /* before a free window of another program is taken over */

struct window {
	struct list link; /* free windows, last used first */
	uint64_t base;
	uint64_t key;     /* whose read-only pages are here; 0: nobody's */
	size_t committed; /* pages, while free */
};

static struct list free_windows;
static unsigned nwindows, nfree;

static struct window *window_of(struct list *l)
{
	return container_of(l, struct window, link);
}

static uint64_t window_end(const struct window *w)
{
	return w->base + WINDOW_SIZE;
}

bool window_allows(const struct mm *mm, uint64_t start, uint64_t end)
{
	uint64_t a = start - mm->base, b = end - mm->base;

	if (start < mm->base || a >= b || b > SIP_STACK_TOP)
		return false;
	return (a >= SIP_LOW && b <= SIP_TEXT) || a >= SIP_DATA;
}

static struct window *window_fresh(void)
{
	struct window *w = nwindows < WINDOWS ? kzalloc(sizeof(*w)) : NULL;

	if (w == NULL)
		return NULL;
	w->base = WINDOW_BASE + nwindows++ * WINDOW_STRIDE;
	list_init(&w->link);
	return w;
}

/* A free window: one that ran this program last; else one that holds no program's pages; else a new
 * one; else whatever is there. */
static struct window *window_take(uint64_t key)
{
	struct window *bare = NULL, *any = NULL;

	if (free_windows.next == NULL)
		list_init(&free_windows);
	list_for_each(pos, &free_windows)
	{
		struct window *w = window_of(pos);

		if (key != 0 && w->key == key)
			return w;
		if (bare == NULL && w->key == 0)
			bare = w;
		any = w; /* the least recently used one, in the end */
	}
	if (bare != NULL)
		return bare;
	if (any == NULL || nfree < WARM_WINDOWS) {
		struct window *w = window_fresh();

		if (w != NULL)
			return w;
	}
	return any;
}

/* Gives back every committed page of [start, end) that is not plain read-write. */
static void drop_constants(struct mm *mm, uint64_t start, uint64_t end)
{
	for (uint64_t a = page_next(start, end); a < end; a = page_next(a + PAGE_SIZE, end)) {
		uint64_t stop = a;

		while (stop < end && page_state(stop) != 0 && !(page_state(stop) & VMA_W))
			stop += PAGE_SIZE;
		if (stop > a) {
			pages_release(mm, a, stop);
			a = stop - PAGE_SIZE;
		}
	}
}

int mm_new_sip(uint64_t key, struct mm **out, bool *same)
{
	struct mm *mm = mm_alloc(MM_SIP);
	struct window *w = mm != NULL ? window_take(key) : NULL;

	if (w == NULL) {
		if (mm != NULL)
			mm_free(mm);
		return mm != NULL ? -EAGAIN : -ENOMEM;
	}
	if (!list_empty(&w->link)) {
		list_del(&w->link);
		nfree--;
	}
	mm->window = w;
	mm->base = w->base;
	mm->limit = window_end(w);
	mm->committed = w->committed;
	*same = key != 0 && w->key == key;
	if (!*same && w->key != 0)
		drop_constants(mm, w->base, window_end(w));
	w->key = key;
	*out = mm;
	return 0;
}

/* The heap begins where the program file ends. */
static uint64_t image_end(const struct mm *mm)
{
	return mm->base + page_up(mm->brk_start);
}

void window_release(struct mm *mm)
{
	struct window *w = mm->window;
	uint64_t end = window_end(w);
	size_t kept = 0;

	if (mm->image_changed)
		w->key = 0;
	if (w->key == 0) {
		drop_constants(mm, w->base, end);
	} else { /* a program's own read-only pages are not its image's */
		drop_constants(mm, w->base, w->base + SIP_DATA);
		drop_constants(mm, image_end(mm), end);
	}
	for (uint64_t a = page_next(w->base, end); a < end; a = page_next(a + PAGE_SIZE, end)) {
		if (!(page_state(a) & VMA_W))
			continue; /* a constant of the image */
		if (kept++ >= WARM_PAGES) {
			pages_release(mm, a, end);
			break;
		}
		page_mark_dirty(a);
	}
	w->committed = mm->committed;
	mm->committed = 0;
	list_push_front(&free_windows, &w->link);
	nfree++;
}

void window_image_changes(struct mm *mm, uint64_t start, unsigned flags)
{
	if (mm->kind == MM_SIP && !(flags & VMA_W) && start < image_end(mm))
		mm->image_changed = true;
}

int window_settle(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end)
{
	if (mm->kind != MM_SIP)
		return 0;
	window_image_changes(mm, start, v->flags);
	if (v->file == NULL)
		return pages_protect(mm, start, end, page_prot(v->flags));
	pages_release(mm, start, end);
	return 0;
}

void mm_window_ready(struct mm *mm)
{
	for (uint64_t a = page_next(mm->base, mm->limit); a < mm->limit;
		a = page_next(a + PAGE_SIZE, mm->limit))
		if (page_take_dirty(a))
			memset((void *)a, 0, PAGE_SIZE);
}

/* Puts data into the page at va, whatever it was; the rest of the page is zero. */
static int load_page(struct mm *mm, uint64_t va, unsigned prot, const void *data, size_t len)
{
	unsigned state = page_state(va);

	if (state != 0 && !(prot & VMA_W) && !(state & VMA_W))
		return 0; /* a warm constant of this very image */
	if (state == 0 && len == PAGE_SIZE && (uint64_t)data % PAGE_SIZE == 0)
		return page_commit_copy(mm, va, data, page_prot(prot));
	int r = state == 0 ? page_commit_zero(mm, va, 1) : 0;

	if (r == 0 && !(page_state(va) & VMA_W))
		r = pages_protect(mm, va, va + PAGE_SIZE, VMA_R | VMA_W);
	if (r < 0)
		return r;
	memcpy((void *)va, data, len);
	if (page_take_dirty(va)) /* else the rest is zero already */
		memset((uint8_t *)va + len, 0, PAGE_SIZE - len);
	return pages_protect(mm, va, va + PAGE_SIZE, page_prot(prot));
}

int mm_load_sip(
	struct mm *mm, uint64_t addr, uint64_t memsz, unsigned prot, const void *data, uint64_t len)
{
	uint64_t start, end;
	int r = mm_range(mm, addr, memsz, &start, &end);

	if (r < 0 || !window_allows(mm, start, end))
		return -ENOMEM;
	struct vma *v = vma_new(start, end, prot, NULL, 0);

	if (v == NULL)
		return -ENOMEM;
	mm_lock(mm);
	vma_insert(mm, v);
	for (uint64_t d = 0; r == 0 && d < len; d += PAGE_SIZE)
		r = load_page(mm, start + d, prot, (const uint8_t *)data + d,
			len - d < PAGE_SIZE ? len - d : PAGE_SIZE);
	mm_unlock(mm);
	return r;
}

/* ---- fork ---- */

static int copy_areas(struct mm *from, struct mm *to)
{
	list_for_each(pos, &from->vmas)
	{
		const struct vma *v = container_of(pos, struct vma, link);
		struct vma *c = vma_new(v->start - from->base + to->base,
			v->end - from->base + to->base, v->flags, v->file, v->off);

		if (c == NULL)
			return -ENOMEM;
		vma_insert(to, c);
	}
	return 0;
}

/* dst becomes a copy of src, which can be read; prot is what both shall allow. */
static int copy_readable(struct mm *to, uint64_t src, uint64_t dst, unsigned prot)
{
	unsigned state = page_state(dst);

	if (state == 0)
		return page_commit_copy(to, dst, (const void *)src, prot);
	if (!(prot & VMA_W) && !(state & VMA_W) && state == page_state(src))
		return 0; /* the same constant of the same image */
	int r = state & VMA_W ? 0 : pages_protect(to, dst, dst + PAGE_SIZE, VMA_R | VMA_W);

	if (r < 0)
		return r;
	(void)page_take_dirty(dst);
	memcpy((void *)dst, (const void *)src, PAGE_SIZE);
	return pages_protect(to, dst, dst + PAGE_SIZE, prot);
}

static int copy_page(struct mm *from, struct mm *to, uint64_t src, uint64_t dst)
{
	unsigned prot = page_state(src) & (VMA_R | VMA_W | VMA_X);

	if (prot & VMA_R)
		return copy_readable(to, src, dst, prot);
	/* PROT_NONE hides contents that the child must find when it lifts that. */
	int r = pages_protect(from, src, src + PAGE_SIZE, VMA_R);

	if (r == 0)
		r = copy_readable(to, src, dst, 0);
	if (r == 0)
		r = pages_protect(from, src, src + PAGE_SIZE, 0);
	return r;
}

/* The common case at once: pages that are read-write here and, still committed, there. Returns how
 * many bytes from src on it did. */
static uint64_t copy_warm(uint64_t src, uint64_t dst, uint64_t len)
{
	uint64_t n = 0;

	for (; n < len && page_state(src + n) == PAGE_WARM && page_state(dst + n) == PAGE_WARM;
		n += PAGE_SIZE)
		(void)page_take_dirty(dst + n);
	if (n > 0)
		memcpy((void *)dst, (const void *)src, n);
	return n;
}

static int copy_pages(struct mm *from, struct mm *to)
{
	list_for_each(pos, &from->vmas)
	{
		const struct vma *v = container_of(pos, struct vma, link);

		for (uint64_t a = page_next(v->start, v->end); a < v->end;
			a = page_next(a, v->end)) {
			uint64_t dst = a - from->base + to->base, n = copy_warm(a, dst, v->end - a);

			if (n == 0) {
				int r = copy_page(from, to, a, dst);

				if (r < 0)
					return r;
				n = PAGE_SIZE;
			}
			a += n;
		}
	}
	return 0;
}

int mm_fork_sip(struct mm *parent, struct mm **out)
{
	struct mm *mm;
	bool same;
	int r = mm_new_sip(parent->image_changed ? 0 : parent->window->key, &mm, &same);

	if (r < 0)
		return r;
	mm_lock(parent);
	mm->brk_start = parent->brk_start;
	mm->brk = parent->brk;
	mm->brk_max = parent->brk_max;
	mm->stack_top = parent->stack_top;
	mm->arg_start = parent->arg_start;
	mm->arg_end = parent->arg_end;
	mm->env_start = parent->env_start;
	mm->env_end = parent->env_end;
	mm->exe = parent->exe != NULL ? file_get(parent->exe) : NULL;
	mm->image_changed = parent->image_changed;
	mm->image = sip_image_ref(parent->image);
	r = copy_areas(parent, mm);
	if (r == 0)
		r = copy_pages(parent, mm);
	mm_unlock(parent);
	if (r < 0) {
		mm_put(mm);
		return r;
	}
	mm_window_ready(mm);
	*out = mm;
	return 0;
}
