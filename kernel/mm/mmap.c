/* SPDX-License-Identifier: Apache-2.0 */
/* mmap(2), munmap(2), msync(2), and the places where exec puts an image and a stack. */
#include "mm_impl.h"
#include "file.h"
#include "klog.h"
#include "linux_errno.h"
#include "linux_mm.h"

static uint64_t find_place_sip(struct mm *mm, uint64_t len)
{
	uint64_t at = va_find_hole(mm, mm->base + SIP_MMAP, mm->base + SIP_STACK_ZONE, len, 0);

	return at != 0 ? at : va_find_hole(mm, mm->base + SIP_LOW, mm->base + SIP_TEXT, len, 0);
}

static uint64_t find_place(struct mm *mm, uint64_t len, bool file)
{
	if (mm->kind == MM_SIP)
		return find_place_sip(mm, len);
	uint64_t at =
		file ? va_find_hole(mm, mm->base + ZONE_FILE, mm->base + ZONE_BRK, len, FILE_GAP)
		     : va_find_hole(mm, mm->base + ZONE_ANON, mm->base + ZONE_STACK, len, 0);

	if (at != 0)
		return at;
	list_for_each(pos, &mm->extents)
	{
		struct extent *e = container_of(pos, struct extent, link);

		if (e->start == mm->base || e->end <= LOW_END)
			continue;
		at = va_find_hole(mm, e->start, e->end, len, 0);
		if (at != 0)
			return at;
	}
	uint64_t want = len < ARENA_LEN ? ARENA_LEN : len;

	if (va_take(mm, want, &at) < 0)
		return 0;
	return at;
}

/* Drops everything in [start, end), which are page aligned. */
static int unmap(struct mm *mm, uint64_t start, uint64_t end)
{
	int r = vma_split_range(mm, start, end);

	if (r < 0)
		return r;
	for (;;) {
		struct vma *v = vma_first(mm, start);

		if (v == NULL || v->start >= end)
			return 0;
		(void)vma_writeback(v, v->start, v->end); /* munmap reports no write errors */
		mm_patch_forget(mm, v->start, v->end);
		window_image_changes(mm, v->start, v->flags);
		pages_release(mm, v->start, v->end);
		vma_remove(mm, v);
	}
}

bool mm_owns(struct mm *mm, uint64_t start, uint64_t end)
{
	return mm->kind == MM_SIP ? window_allows(mm, start, end) : va_owns(mm, start, end);
}

/* Makes [start, end) the mm's own and empty. */
static int place_fixed(struct mm *mm, uint64_t start, uint64_t end, unsigned flags)
{
	if (start - (mm->kind == MM_SIP ? mm->base : 0) < LOW_BASE)
		return -EPERM; /* below vm.mmap_min_addr */
	if ((flags & MAP_FIXED_NOREPLACE) && vma_any(mm, start, end))
		return -EEXIST;
	if (mm_owns(mm, start, end))
		return unmap(mm, start, end);
	return mm->kind == MM_SIP ? -ENOMEM : va_take_fixed(mm, start, end);
}

static bool hint_usable(struct mm *mm, uint64_t addr, uint64_t len)
{
	return addr >= LOW_BASE && addr + len > addr && mm_owns(mm, addr, addr + len) &&
	       !vma_any(mm, addr, addr + len);
}

static long map_locked(struct mm *mm, uint64_t addr, uint64_t len, unsigned prot, unsigned flags,
	struct file *file, uint64_t off)
{
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		int r = place_fixed(mm, addr, addr + len, flags);

		if (r < 0)
			return r;
	} else if (!hint_usable(mm, addr, len)) {
		addr = find_place(mm, len, file != NULL);
		if (addr == 0)
			return -ENOMEM;
	}
	if (mm->nvmas >= VMAS_MAX)
		return -ENOMEM;
	unsigned f = prot & (VMA_R | VMA_W | VMA_X);

	if (flags & MAP_SHARED)
		f |= VMA_SHARED;
	struct vma *v = vma_new(addr, addr + len, f, file, off);

	if (v == NULL)
		return -ENOMEM;
	int r = window_settle(mm, v, addr, addr + len);

	if (r < 0) {
		vma_free(v);
		return r;
	}
	vma_insert(mm, v);
	return (long)mm_user(mm, addr).v;
}

long mm_mmap(struct mm *mm, uint64_t addr, uint64_t len, unsigned prot, unsigned flags,
	struct file *file, uint64_t off)
{
	uint64_t start, end;
	bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);

	if (len == 0 || off % PAGE_SIZE != 0)
		return -EINVAL;
	if (mm->kind == MM_SIP && (prot & VMA_X))
		return -EACCES; /* only verified text is ever executable */
	int r = mm_range(mm, fixed ? addr : page_down(addr), len, &start, &end);

	if (r < 0)
		return r;
	mm_lock(mm);
	long at = map_locked(mm, start, end - start, prot, flags, file, off);

	if (at >= 0 && (flags & MAP_POPULATE)) {
		int err;

		(void)mm_pin(mm, uaddr((uint64_t)at), len, false,
			&err); /* a failure shows on first use */
	}
	mm_unlock(mm);
	return at;
}

int mm_munmap(struct mm *mm, uint64_t addr, uint64_t len)
{
	uint64_t start, end;

	if (len == 0 || mm_range(mm, addr, len, &start, &end) < 0)
		return -EINVAL;
	mm_lock(mm);
	int r = unmap(mm, start, end);

	mm_unlock(mm);
	return r;
}

int mm_msync(struct mm *mm, uint64_t addr, uint64_t len)
{
	uint64_t at, end;
	int r = mm_range(mm, addr, len, &at, &end);

	if (r < 0)
		return r;
	mm_lock(mm);
	while (r == 0 && at < end) {
		struct vma *v = mm_find(mm, at);

		if (v == NULL) {
			r = -ENOMEM;
			break;
		}
		uint64_t stop = v->end < end ? v->end : end;

		r = vma_writeback(v, at, stop);
		at = stop;
	}
	mm_unlock(mm);
	return r;
}

long mm_reserve_image(struct mm *mm, uint64_t fixed, uint64_t len)
{
	uint64_t at = fixed;

	len = page_up(len);
	if (len == 0 || len > PLAIN_END)
		return -ENOMEM;
	if (fixed == 0)
		at = va_find_hole(mm, mm->base + ZONE_FILE, mm->base + ZONE_BRK, len, FILE_GAP);
	else if (va_take_fixed(mm, page_down(fixed), page_up(fixed + len)) < 0)
		at = 0;
	return at != 0 ? (long)at : -ENOMEM;
}

long mm_map_stack(struct mm *mm, uint64_t limit)
{
	bool sip = mm->kind == MM_SIP;
	uint64_t top = sip ? mm->base + SIP_STACK_TOP : mm->limit - FILE_GAP;
	uint64_t room = top - mm->base - (sip ? SIP_STACK_ZONE : ZONE_STACK + FILE_GAP);
	uint64_t len = page_up(limit < room ? limit : room);
	struct vma *v = vma_new(top - len, top, VMA_R | VMA_W | VMA_STACK, NULL, 0);

	if (v == NULL)
		return -ENOMEM;
	vma_insert(mm, v);
	mm->stack_top = mm_user(mm, top).v;
	return (long)mm->stack_top;
}
