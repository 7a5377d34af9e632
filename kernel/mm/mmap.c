/* SPDX-License-Identifier: Apache-2.0 */
/* mmap(2), munmap(2), msync(2), and the places where exec puts an image and a stack. */
#include "mm_impl.h"
#include "file.h"
#include "klog.h"
#include "linux_errno.h"
#include "linux_mm.h"

#define LEN_MAX PLAIN_END

static uint64_t find_place(struct mm *mm, uint64_t len, bool file)
{
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
		pages_release(mm, v->start, v->end);
		vma_remove(mm, v);
	}
}

static int place_fixed(struct mm *mm, uint64_t addr, uint64_t len, unsigned flags)
{
	if (addr < LOW_BASE)
		return -EPERM; /* below vm.mmap_min_addr */
	if (len > LEN_MAX || addr + len < addr)
		return -ENOMEM;
	if (flags & MAP_FIXED_NOREPLACE)
		return vma_any(mm, addr, addr + len)   ? -EEXIST
		       : va_owns(mm, addr, addr + len) ? 0
						       : va_take_fixed(mm, addr, addr + len);
	if (!va_owns(mm, addr, addr + len))
		return va_take_fixed(mm, addr, addr + len);
	return unmap(mm, addr, addr + len);
}

static bool hint_usable(struct mm *mm, uint64_t addr, uint64_t len)
{
	return addr >= LOW_BASE && addr % PAGE_SIZE == 0 && addr + len > addr &&
	       va_owns(mm, addr, addr + len) && !vma_any(mm, addr, addr + len);
}

static long map_locked(struct mm *mm, uint64_t addr, uint64_t len, unsigned prot, unsigned flags,
	struct file *file, uint64_t off)
{
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		int r = place_fixed(mm, addr, len, flags);

		if (r < 0)
			return r;
	} else if (!hint_usable(mm, addr, len)) {
		addr = find_place(mm, len, file != NULL);
		if (addr == 0)
			return -ENOMEM;
	}
	unsigned f = prot & (VMA_R | VMA_W | VMA_X);

	if (flags & MAP_SHARED)
		f |= VMA_SHARED;
	struct vma *v = vma_new(addr, addr + len, f, file, off);

	if (v == NULL)
		return -ENOMEM;
	vma_insert(mm, v);
	return (long)addr;
}

long mm_mmap(struct mm *mm, uint64_t addr, uint64_t len, unsigned prot, unsigned flags,
	struct file *file, uint64_t off)
{
	if (len == 0 || off % PAGE_SIZE != 0)
		return -EINVAL;
	if (len > LEN_MAX)
		return -ENOMEM;
	if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) && addr % PAGE_SIZE != 0)
		return -EINVAL;
	mm_lock(mm);
	long r = map_locked(mm, page_down(addr), page_up(len), prot, flags, file, off);

	if (r >= 0 && (flags & MAP_POPULATE)) {
		int err;

		(void)mm_pin(mm, uaddr((uint64_t)r), len, false,
			&err); /* a failure shows on first use */
	}
	mm_unlock(mm);
	return r;
}

int mm_munmap(struct mm *mm, uint64_t addr, uint64_t len)
{
	if (addr % PAGE_SIZE != 0 || len == 0 || len > LEN_MAX || addr + page_up(len) < addr)
		return -EINVAL;
	mm_lock(mm);
	int r = unmap(mm, addr, addr + page_up(len));

	mm_unlock(mm);
	return r;
}

int mm_msync(struct mm *mm, uint64_t addr, uint64_t len)
{
	uint64_t end = addr + page_up(len), at = addr;
	int r = 0;

	if (addr % PAGE_SIZE != 0 || end < addr)
		return -EINVAL;
	mm_lock(mm);
	for (; r == 0 && at < end;) {
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
	if (len == 0 || len > LEN_MAX)
		return -ENOMEM;
	if (fixed == 0)
		at = va_find_hole(mm, mm->base + ZONE_FILE, mm->base + ZONE_BRK, len, FILE_GAP);
	else if (va_take_fixed(mm, page_down(fixed), page_up(fixed + len)) < 0)
		at = 0;
	if (at == 0 && fixed != 0)
		klog("no room at %#lx: another process has a program linked for that address",
			(unsigned long)fixed);
	return at != 0 ? (long)at : -ENOMEM;
}

long mm_map_stack(struct mm *mm, uint64_t limit)
{
	uint64_t top = mm->limit - FILE_GAP,
		 room = mm->limit - mm->base - ZONE_STACK - 2 * FILE_GAP;
	uint64_t len = page_up(limit < room ? limit : room);
	struct vma *v = vma_new(top - len, top, VMA_R | VMA_W | VMA_STACK, NULL, 0);

	if (v == NULL)
		return -ENOMEM;
	vma_insert(mm, v);
	mm->stack_top = top;
	return (long)top;
}
