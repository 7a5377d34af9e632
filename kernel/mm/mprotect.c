/* SPDX-License-Identifier: Apache-2.0 */
/* mprotect(2) and madvise(2). */
#include "mm_impl.h"
#include "linux_errno.h"
#include "linux_mm.h"
#include "mem.h"

#define PROT_BITS (VMA_R | VMA_W | VMA_X)

/* Is every byte of [start, end) mapped? */
static bool covered(struct mm *mm, uint64_t start, uint64_t end)
{
	while (start < end) {
		struct vma *v = mm_find(mm, start);

		if (v == NULL || (v->flags & VMA_KERNEL))
			return false;
		start = v->end;
	}
	return true;
}

static int protect_locked(struct mm *mm, uint64_t start, uint64_t end, unsigned prot)
{
	if (!covered(mm, start, end))
		return -ENOMEM;
	int r = vma_split_range(mm, start, end);

	if (r < 0)
		return r;
	if (prot & VMA_W)
		mm_patch_restore(mm, start, end);
	for (struct vma *v = vma_first(mm, start); v != NULL && v->start < end;
		v = vma_next(mm, v)) {
		v->flags = (v->flags & ~PROT_BITS) | (prot & PROT_BITS);
		r = pages_protect(mm, v->start, v->end, page_prot(prot));
		if (r < 0)
			return r;
	}
	return 0;
}

int mm_mprotect(struct mm *mm, uint64_t addr, uint64_t len, unsigned prot)
{
	uint64_t start, end;

	if (prot & ~(PROT_BITS | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	if (mm->kind == MM_SIP && (prot & VMA_X))
		return -EACCES;
	int r = mm_range(mm, addr, len, &start, &end);

	if (r < 0 || start == end)
		return r;
	mm_lock(mm);
	if (mm->kind == MM_SIP && start < mm->base + mm->brk_start)
		mm->image_changed = true;
	r = protect_locked(mm, start, end, prot);
	mm_unlock(mm);
	return r;
}

/* Anonymous memory reads as zero afterwards, a private file page as the file. */
static void discard(struct mm *mm, struct vma *v, uint64_t start, uint64_t end)
{
	if (!(v->flags & VMA_SHARED))
		pages_release(mm, start, end);
}

int mm_madvise(struct mm *mm, uint64_t addr, uint64_t len, int advice)
{
	uint64_t start, end;
	int r = 0;

	if (mm_range(mm, addr, len, &start, &end) < 0)
		return -EINVAL;
	if (advice < 0 || advice > MADV_POPULATE_WRITE)
		return -EINVAL;
	if (advice != MADV_DONTNEED)
		return 0; /* hints; MADV_FREE may keep the contents */
	mm_lock(mm);
	for (uint64_t at = start; at < end;) {
		struct vma *v = vma_first(mm, at);

		if (v == NULL || v->start >= end) {
			r = -ENOMEM;
			break;
		}
		if (v->start > at) {
			r = -ENOMEM; /* holes are reported, the rest is done */
			at = v->start;
		}
		uint64_t stop = v->end < end ? v->end : end;

		window_image_changes(mm, at, v->flags);
		discard(mm, v, at, stop);
		at = stop;
	}
	mm_unlock(mm);
	return r;
}
