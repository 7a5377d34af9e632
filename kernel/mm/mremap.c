/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mremap(2). An EPC page cannot change its linear address, so moving is copying: only what is
 * committed is copied.
 */
#include "mm_impl.h"
#include "linux_errno.h"
#include "linux_mm.h"
#include "mem.h"

/* Copies the committed pages of [from, from + len) to the same place in the new area. */
static int copy_pages(struct mm *mm, struct vma *to, uint64_t from, uint64_t len)
{
	for (uint64_t d = 0; d < len; d += PAGE_SIZE) {
		if (page_state(from + d) == 0)
			continue;
		if (!(page_state(from + d) & VMA_R))
			return -EFAULT; /* contents behind PROT_NONE cannot be read to be moved */
		int r = page_commit_copy(
			mm, to->start + d, (const void *)(from + d), page_prot(to->flags));

		if (r < 0)
			return r;
	}
	return 0;
}

/* addr is linear; new_addr and the result are the user's. */
static long move(struct mm *mm, struct vma *v, uint64_t addr, uint64_t old_len, uint64_t new_len,
	unsigned flags, uint64_t new_addr)
{
	unsigned mapflags = (v->flags & VMA_SHARED ? MAP_SHARED : MAP_PRIVATE) |
			    (flags & MREMAP_FIXED ? MAP_FIXED : 0);
	uint64_t off = v->off + (addr - v->start), copy = old_len < new_len ? old_len : new_len;
	long to = mm_mmap(
		mm, new_addr, new_len, v->flags & (VMA_R | VMA_W | VMA_X), mapflags, v->file, off);

	if (to < 0)
		return to;
	uint64_t at = mm_linear(mm, uaddr((uint64_t)to));
	struct vma whole = *mm_find(mm, at); /* it may have merged with a neighbour */

	whole.start = at;
	int r = copy_pages(mm, &whole, addr, copy);

	if (r < 0) {
		(void)mm_munmap(mm, (uint64_t)to, new_len);
		return r;
	}
	if (!(flags & MREMAP_DONTUNMAP))
		r = mm_munmap(mm, mm_user(mm, addr).v, old_len);
	return r < 0 ? r : to;
}

static long remap_locked(struct mm *mm, uint64_t addr, uint64_t old_len, uint64_t new_len,
	unsigned flags, uint64_t new_addr)
{
	struct vma *v = mm_find(mm, addr);
	uaddr_t user = mm_user(mm, addr);

	if (v == NULL || addr + old_len > v->end || (v->flags & VMA_KERNEL))
		return -EFAULT;
	if (flags & MREMAP_FIXED)
		return move(mm, v, addr, old_len, new_len, flags, new_addr);
	if (new_len <= old_len) {
		int r = new_len < old_len ? mm_munmap(mm, user.v + new_len, old_len - new_len) : 0;

		return r < 0 ? r : (long)user.v;
	}
	uint64_t end = addr + old_len, more = addr + new_len;

	if (end == v->end && mm_owns(mm, addr, more) && !vma_any(mm, end, more)) {
		struct vma *tail = vma_new(end, more, v->flags, v->file, v->off + (end - v->start));

		if (tail == NULL)
			return -ENOMEM;
		int r = window_settle(mm, tail, end, more);

		if (r < 0) {
			vma_free(tail);
			return r;
		}
		vma_insert(mm, tail);
		return (long)user.v;
	}
	return flags & MREMAP_MAYMOVE ? move(mm, v, addr, old_len, new_len, flags, 0) : -ENOMEM;
}

long mm_mremap(struct mm *mm, uint64_t addr, uint64_t old_len, uint64_t new_len, unsigned flags,
	uint64_t new_addr)
{
	bool fixed = flags & MREMAP_FIXED;
	uint64_t start, end, to, to_end;

	if (new_len == 0 || (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) ||
		(fixed && !(flags & MREMAP_MAYMOVE)))
		return -EINVAL;
	if (mm_range(mm, addr, old_len, &start, &end) < 0 ||
		mm_range(mm, fixed ? new_addr : 0, new_len, &to, &to_end) < 0)
		return -EINVAL;
	if (fixed && to < end && start < to_end)
		return -EINVAL; /* may not overlap */
	mm_lock(mm);
	long r = remap_locked(mm, start, end - start, page_up(new_len), flags, new_addr);

	mm_unlock(mm);
	return r;
}
