/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proc/ needs of executable memory: writing two bytes into a plain program's text and pages
 * for its trampolines (syspatch.c); verified text of SIPs (sip.c).
 */
#include "mm_impl.h"
#include "linux_errno.h"
#include "mem.h"

int mm_poke_text(struct mm *mm, uint64_t va, const void *bytes, size_t len)
{
	uint64_t page = page_down(va);

	if (page_down(va + len - 1) != page)
		return -EINVAL;
	mm_lock(mm);
	unsigned state = page_state(page);
	int r = state == 0 ? -EFAULT : 0;

	if (r == 0 && !(state & VMA_W))
		r = pages_protect(mm, page, page + PAGE_SIZE, VMA_R | VMA_W | VMA_X);
	if (r == 0) {
		if (len == 2 &&
			va % 8 != 7) { /* one store: another vCPU sees all of it or nothing */
			uint16_t word;

			memcpy(&word, bytes, sizeof(word));
			__asm__ volatile("movw %1, %0"
					 : "=m"(*(uint16_t *)va)
					 : "r"(word)
					 : "memory");
		} else {
			memcpy((void *)va, bytes, len);
		}
		if (!(state & VMA_W))
			r = pages_protect(mm, page, page + PAGE_SIZE, state & (VMA_R | VMA_X));
	}
	mm_unlock(mm);
	return r;
}

static int map_trampoline(struct mm *mm, uint64_t va)
{
	struct vma *v = mm_find(mm, va);

	if (v != NULL)
		return v->flags & VMA_KERNEL ? -EEXIST : -ENOMEM;
	if (!va_owns(mm, va, va + PAGE_SIZE) && va_take_fixed(mm, va, va + PAGE_SIZE) < 0)
		return -ENOMEM;
	v = vma_new(va, va + PAGE_SIZE, VMA_R | VMA_W | VMA_X | VMA_KERNEL, NULL, 0);
	if (v == NULL)
		return -ENOMEM;
	int r = page_commit_zero(mm, va, 1);

	if (r == 0)
		r = pages_protect(mm, va, va + PAGE_SIZE, VMA_R | VMA_W | VMA_X);
	if (r < 0) {
		vma_free(v);
		return r;
	}
	vma_insert(mm, v);
	return 0;
}

int mm_map_trampoline(struct mm *mm, uint64_t va)
{
	mm_lock(mm);
	int r = map_trampoline(mm, page_down(va));

	mm_unlock(mm);
	return r;
}

static struct mm text_mm; /* only to count by: the text window belongs to no process */

int mm_text_commit(uint64_t va, const uint8_t *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = page_commit_copy(
			&text_mm, va + i * PAGE_SIZE, text + i * PAGE_SIZE, VMA_R | VMA_X);

		if (r < 0) {
			mm_text_release(va, i);
			return r;
		}
	}
	return 0;
}

void mm_text_release(uint64_t va, size_t n)
{
	pages_release(&text_mm, va, va + n * PAGE_SIZE);
}
