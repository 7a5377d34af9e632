/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Committing pages: on a program's fault, and before the kernel copies. A page of a file or one
 * that is not plain read-write comes with contents and permissions in one step (EACCEPTCOPY), so
 * that no page is ever writable that should not be; anonymous memory is committed zeroed.
 */
#include "mm_impl.h"
#include "file.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "plat.h"

#define AROUND     4u /* pages committed by one fault at most: each costs more than the fault */
#define AROUND_LEN (AROUND * (uint64_t)PAGE_SIZE)

static const uint8_t zero_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

/* The absent pages around va that one fault commits: [*from, *to) with va inside. */
static void window(const struct vma *v, uint64_t va, uint64_t limit, uint64_t *from, uint64_t *to)
{
	uint64_t lo = va & ~(AROUND_LEN - 1), hi = lo + AROUND_LEN;

	if (v->file == NULL)
		lo = va; /* anonymous memory is touched upwards */
	if (v->flags & VMA_STACK) {
		lo = va & ~(AROUND_LEN - 1);
		hi = va + PAGE_SIZE;
	}
	if (hi < limit)
		hi = limit < va + AROUND_LEN ? limit : va + AROUND_LEN;
	*from = lo > v->start ? lo : v->start;
	*to = hi < v->end ? hi : v->end;
	if (*from > va)
		*from = va;
}

static int fill_anonymous(struct mm *mm, struct vma *v, uint64_t from, uint64_t to)
{
	unsigned prot = page_prot(v->flags);

	for (uint64_t a = from, run; a < to; a = run) {
		run = a + PAGE_SIZE;
		if (page_state(a) != 0)
			continue;
		int r;

		if (prot & VMA_W) {
			while (run < to && page_state(run) == 0)
				run += PAGE_SIZE;
			r = page_commit_zero(mm, a, (run - a) / PAGE_SIZE);
			if (r == 0 && (prot & VMA_X))
				r = pages_protect(mm, a, run, prot);
		} else {
			r = page_commit_copy(mm, a, zero_page, prot);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int fill_file(struct mm *mm, struct vma *v, uint64_t va, uint64_t from, uint64_t to)
{
	uint64_t off = v->off + (from - v->start), want = to - from;
	uint8_t *buf = kpages(AROUND);
	int r = 0;

	if (buf == NULL)
		return -ENOMEM;
	long n = file_pread(v->file, off, buf, want);

	if (n < 0 ||
		(uint64_t)n <= va - from) /* va's page lies wholly beyond the end of the file */
		r = -ENXIO;
	for (uint64_t a = from; r == 0 && a < to && a - from < (uint64_t)n; a += PAGE_SIZE) {
		if (page_state(a) != 0)
			continue;
		if (v->flags & VMA_X)
			mm_text_filled(mm, v, a, buf + (a - from));
		r = page_commit_copy(mm, a, buf + (a - from), page_prot(v->flags));
	}
	kpages_free(buf, AROUND);
	return r;
}

int fault_fill(struct mm *mm, struct vma *v, uint64_t va, uint64_t limit)
{
	uint64_t from, to;

	va = page_down(va);
	window(v, va, limit, &from, &to);
	int r = v->file != NULL ? fill_file(mm, v, va, from, to) : fill_anonymous(mm, v, from, to);

	/* Short of memory for the neighbours is not short of memory for the page itself. */
	return r == -ENOMEM && page_state(va) != 0 ? 0 : r;
}

static bool allows(const struct vma *v, bool write, bool exec)
{
	if (exec)
		return v->flags & VMA_X;
	return write ? v->flags & VMA_W : v->flags & (VMA_R | VMA_W | VMA_X);
}

static int fault_locked(struct mm *mm, uint64_t va, bool write, bool exec)
{
	struct vma *v = mm_find(mm, va);

	if (v == NULL)
		return -EFAULT;
	if (!allows(v, write, exec))
		return -EACCES;
	if (page_state(page_down(va)) == 0)
		return fault_fill(mm, v, va, 0);
	return 0; /* another vCPU was here first */
}

int mm_fault(struct mm *mm, uint64_t va, bool write, bool exec)
{
	if (mm == NULL)
		return -EFAULT;
	mm_lock(mm);
	int r = fault_locked(mm, va, write, exec);

	mm_unlock(mm);
	return r;
}

/* Is [a, end) readable (writable) without filling anything? The common case, without the lock; who
 * holds it may be waiting for the host to take a page that is still in our books. */
static bool present(struct mm *mm, uint64_t a, uint64_t end, bool write)
{
	struct vma *v = mm_locked_by_other(mm) ? NULL : mm_find(mm, a);

	if (v == NULL || end > v->end || !allows(v, write, false))
		return false;
	for (uint64_t p = page_down(a); p < end; p += PAGE_SIZE)
		if (page_state(p) == 0)
			return false;
	return true;
}

uint64_t mm_pin(struct mm *mm, uaddr_t ua, uint64_t len, bool write, int *err)
{
	uint64_t a = mm_linear(mm, ua), end = a + len;
	int r = 0;

	if (end < a || (mm->kind == MM_SIP && end > mm->limit)) {
		*err = -EFAULT;
		return 0;
	}
	if (present(mm, a, end, write))
		return a;
	mm_lock(mm);
	for (uint64_t p = a; r == 0 && p < end; p = page_down(p) + PAGE_SIZE) {
		struct vma *v = mm_find(mm, p);

		if (v == NULL || !allows(v, write, false))
			r = -EFAULT;
		else if (page_state(page_down(p)) == 0)
			r = fault_fill(mm, v, p, page_up(end));
	}
	mm_unlock(mm);
	if (r < 0) {
		*err = r == -ENOMEM ? -ENOMEM : -EFAULT;
		return 0;
	}
	return a;
}

int vma_writeback(struct vma *v, uint64_t start, uint64_t end)
{
	if (v->file == NULL || (v->flags & (VMA_SHARED | VMA_W)) != (VMA_SHARED | VMA_W))
		return 0;
	uint64_t size = file_size(v->file);

	for (uint64_t a = start; a < end; a += PAGE_SIZE) {
		uint64_t off = v->off + (a - v->start);

		if (page_state(a) == 0 || off >= size)
			continue;
		long n = file_pwrite(v->file, off, (const void *)a,
			size - off < PAGE_SIZE ? size - off : PAGE_SIZE);

		if (n < 0)
			return (int)n;
	}
	return 0;
}
