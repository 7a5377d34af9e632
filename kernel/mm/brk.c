/* SPDX-License-Identifier: Apache-2.0 */
/* brk(2). The heap of a plain process has a zone of its own, so that it can grow whatever is
 * mapped. */
#include "mm_impl.h"

#define HEAP_FLAGS (VMA_R | VMA_W | VMA_HEAP)

int mm_set_brk_start(struct mm *mm, uint64_t start)
{
	if (mm->kind == MM_PLAIN) {
		start = mm->base + ZONE_BRK;
		mm->brk_max = mm->base + ZONE_ANON;
	} else {
		mm->brk_max = SIP_MMAP;
	}
	mm->brk_start = mm->brk = start;
	return 0;
}

static bool grow(struct mm *mm, uint64_t from, uint64_t to)
{
	uint64_t a = mm_linear(mm, uaddr(from)), b = mm_linear(mm, uaddr(to));

	if (vma_any(mm, a, b))
		return false;
	struct vma *v = vma_new(a, b, HEAP_FLAGS, NULL, 0);

	if (v == NULL)
		return false;
	vma_insert(mm, v);
	return true;
}

uint64_t mm_brk(struct mm *mm, uint64_t brk)
{
	mm_lock(mm);
	uint64_t old = page_up(mm->brk), new = page_up(brk);
	bool ok = brk >= mm->brk_start && brk <= mm->brk_max;

	if (ok && new > old)
		ok = grow(mm, old, new);
	else if (ok && new < old)
		ok = mm_munmap(mm, new, old - new) == 0;
	if (ok)
		mm->brk = brk;
	mm_unlock(mm);
	return mm->brk;
}
