/* SPDX-License-Identifier: Apache-2.0 */
/*
 * This process's mappings of an enclave. The kernel only ever sees MAP_SHARED pieces of the memfd
 * at file offset = address - base, so neighbours with equal protection merge into one kernel VMA.
 * What mmap() and mprotect() asked for is kept here; a page's real protection is what both that and
 * its EPCM entry allow, and is remembered in e->now to save calls.
 *
 * map_lock guards vmas and now; emu_map_sync() may be called from the trap handler.
 */
#define _GNU_SOURCE
#include "dev_sys.h"
#include "emu.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

#define PERSONALITY_QUERY 0xffffffff

int emu_map_effective(int vma_prot, uint16_t entry)
{
	int prot;

	if (!emu_epcm_allows(entry, 0))
		return PROT_NONE;
	prot = ((entry & SGX_SECINFO_R) ? PROT_READ : 0) |
	       ((entry & SGX_SECINFO_W) ? PROT_WRITE : 0) |
	       ((entry & SGX_SECINFO_X) ? PROT_EXEC : 0);
	return prot & vma_prot;
}

/* Index of the first mapping that ends above addr. */
static size_t vma_find(const struct emu_encl *e, uint64_t addr)
{
	size_t lo = 0, hi = e->nvmas;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (e->vmas[mid].end > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static int vma_insert(struct emu_encl *e, size_t i, uint64_t start, uint64_t end, int prot)
{
	if (e->nvmas == EMU_VMAS_MAX)
		return -ENOMEM;
	memmove(&e->vmas[i + 1], &e->vmas[i], (e->nvmas - i) * sizeof(e->vmas[0]));
	e->vmas[i] = (struct emu_vma){start, end, prot};
	e->nvmas++;
	return 0;
}

static void vma_delete(struct emu_encl *e, size_t i)
{
	e->nvmas--;
	memmove(&e->vmas[i], &e->vmas[i + 1], (e->nvmas - i) * sizeof(e->vmas[0]));
}

/* Make addr a boundary between mappings. */
static int vma_split(struct emu_encl *e, uint64_t addr)
{
	size_t i = vma_find(e, addr);
	int ret;

	if (i == e->nvmas || e->vmas[i].start >= addr)
		return 0;
	ret = vma_insert(e, i, e->vmas[i].start, addr, e->vmas[i].prot);
	if (ret == 0)
		e->vmas[i + 1].start = addr;
	return ret;
}

static void vma_merge(struct emu_encl *e, uint64_t start, uint64_t end)
{
	size_t i = vma_find(e, start > 0 ? start - 1 : 0);

	while (i + 1 < e->nvmas && e->vmas[i].start <= end) {
		struct emu_vma *a = &e->vmas[i], *b = a + 1;
		if (a->end == b->start && a->prot == b->prot) {
			a->end = b->end;
			vma_delete(e, i + 1);
		} else {
			i++;
		}
	}
}

static int vma_clear(struct emu_encl *e, uint64_t start, uint64_t end)
{
	int ret = vma_split(e, start);

	if (ret == 0)
		ret = vma_split(e, end);
	if (ret < 0)
		return ret;
	for (size_t i = vma_find(e, start); i < e->nvmas && e->vmas[i].end <= end;)
		vma_delete(e, i);
	return 0;
}

static bool in_elrange(const struct emu_encl *e, uint64_t start, uint64_t end)
{
	return e->size != 0 && start >= e->base && end <= e->base + e->size && start <= end;
}

static uint8_t *now_at(struct emu_encl *e, uint64_t va)
{
	return &e->now[(va - e->base) >> SGX_PAGE_SHIFT];
}

/* The kernel mapping of the range is gone or fresh: no page of it has any access. */
static void now_reset(struct emu_encl *e, uint64_t start, uint64_t end)
{
	if (!in_elrange(e, start, end))
		return;
	for (uint64_t va = emu_epcm_next(e, start, end); va < end;
		va = emu_epcm_next(e, va + SGX_PAGE_SIZE, end))
		*now_at(e, va) = PROT_NONE;
}

/* One run of pages that want the same protection. */
static int apply(struct emu_encl *e, uint64_t start, uint64_t end, int prot)
{
	if ((e->pkey >= 0 ? emu_pkey_mprotect(e->pkey, start, end - start, prot)
			  : dev_sys.mprotect((void *)start, end - start, prot)) < 0)
		return -errno;
	memset(now_at(e, start), prot, (end - start) >> SGX_PAGE_SHIFT);
	return 0;
}

static int sync_vma(struct emu_encl *e, uint64_t start, uint64_t end, int vma_prot)
{
	uint64_t run = start, run_end = start;
	int run_prot = -1;

	for (uint64_t va = emu_epcm_next(e, start, end); va < end;
		va = emu_epcm_next(e, va + SGX_PAGE_SIZE, end)) {
		int want = emu_map_effective(vma_prot, emu_epcm_get(e, va));
		if (run_prot >= 0 && (va != run_end || want != run_prot)) {
			int ret = apply(e, run, run_end, run_prot);
			if (ret < 0)
				return ret;
			run_prot = -1;
		}
		if (run_prot < 0) {
			if (*now_at(e, va) == want)
				continue;
			run = va;
			run_prot = want;
		}
		run_end = va + SGX_PAGE_SIZE;
	}
	return run_prot < 0 ? 0 : apply(e, run, run_end, run_prot);
}

static int sync_locked(struct emu_encl *e, uint64_t start, uint64_t end)
{
	if (!in_elrange(e, start, end))
		return 0;
	for (size_t i = vma_find(e, start); i < e->nvmas && e->vmas[i].start < end; i++) {
		const struct emu_vma *v = &e->vmas[i];
		int ret = sync_vma(e, v->start > start ? v->start : start,
			v->end < end ? v->end : end, v->prot);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int emu_map_sync(struct emu_encl *e, uint64_t start, uint64_t end)
{
	int ret;

	emu_lock(&e->map_lock);
	ret = sync_locked(e, start, end);
	emu_unlock(&e->map_lock);
	return ret;
}

int emu_map_prot(struct emu_encl *e, uint64_t va)
{
	int prot = -1;
	size_t i;

	emu_lock(&e->map_lock);
	i = vma_find(e, va);
	if (i < e->nvmas && e->vmas[i].start <= va)
		prot = e->vmas[i].prot;
	emu_unlock(&e->map_lock);
	return prot;
}

bool emu_map_overlaps(struct emu_encl *e, uint64_t start, uint64_t end)
{
	bool found;
	size_t i;

	emu_lock(&e->map_lock);
	i = vma_find(e, start);
	found = i < e->nvmas && e->vmas[i].start < end;
	emu_unlock(&e->map_lock);
	return found;
}

/* sgx_encl_may_map(): existing pages bound the protection, absent ones do not. */
int emu_map_check_max(struct emu_encl *e, uint64_t start, uint64_t end, int prot)
{
	int rwx = ((prot & PROT_READ) ? 1 : 0) | ((prot & PROT_WRITE) ? 2 : 0) |
		  ((prot & PROT_EXEC) ? 4 : 0);

	if (personality(PERSONALITY_QUERY) & READ_IMPLIES_EXEC)
		return -EACCES;
	if (e->size == 0)
		return 0;
	if (e->sh->initialised && !in_elrange(e, start, end))
		return -EACCES;
	if (start < e->base)
		start = e->base;
	if (end > e->base + e->size)
		end = e->base + e->size;
	if (start >= end)
		return 0;
	for (uint64_t va = emu_epcm_next(e, start, end); va < end;
		va = emu_epcm_next(e, va + SGX_PAGE_SIZE, end))
		if (rwx & ~EMU_MAX_OF(emu_epcm_get(e, va)))
			return -EACCES;
	return 0;
}

int emu_map_add(struct emu_encl *e, uint64_t addr, uint64_t len, int prot, int flags)
{
	uint64_t end = addr + len;
	off_t off = in_elrange(e, addr, end) ? (off_t)(addr - e->base) : 0;
	int ret = emu_map_check_max(e, addr, end, prot);

	if (ret < 0)
		return ret;
	emu_lock(&e->map_lock);
	if (dev_sys.mmap((void *)addr, len, PROT_NONE, MAP_SHARED | MAP_NORESERVE | flags,
		    e->mem_fd, off) == MAP_FAILED)
		ret = -errno;
	else
		ret = vma_clear(e, addr, end);
	if (ret == 0) {
		madvise((void *)addr, len, MADV_DONTDUMP);
		now_reset(e, addr, end);
		ret = vma_insert(e, vma_find(e, addr), addr, end, prot);
	}
	if (ret == 0) {
		ret = sync_locked(e, addr, end);
		vma_merge(e, addr, end);
	}
	emu_unlock(&e->map_lock);
	return ret;
}

int emu_map_protect(struct emu_encl *e, uint64_t addr, uint64_t len, int prot)
{
	uint64_t end = addr + len;
	int ret = emu_map_check_max(e, addr, end, prot);

	if (ret < 0)
		return ret;
	emu_lock(&e->map_lock);
	ret = vma_split(e, addr);
	if (ret == 0)
		ret = vma_split(e, end);
	if (ret == 0) {
		uint64_t at = addr;
		size_t i;
		for (i = vma_find(e, addr); i < e->nvmas && e->vmas[i].start < end; i++) {
			if (e->vmas[i].start != at)
				break;
			e->vmas[i].prot = prot;
			at = e->vmas[i].end;
		}
		ret = sync_locked(e, addr, at);
		if (ret == 0 && at != end)
			ret = -ENOMEM; /* a hole, as mprotect(2) */
		vma_merge(e, addr, end);
	}
	emu_unlock(&e->map_lock);
	return ret;
}

int emu_map_remove(struct emu_encl *e, uint64_t addr, uint64_t len)
{
	int ret;

	emu_lock(&e->map_lock);
	ret = vma_clear(e, addr, addr + len);
	if (ret == 0 && dev_sys.munmap((void *)addr, len) < 0)
		ret = -errno;
	if (ret == 0)
		now_reset(e, addr, addr + len);
	emu_unlock(&e->map_lock);
	return ret;
}

int emu_map_rebase(struct emu_encl *e)
{
	int ret = 0;

	emu_lock(&e->map_lock);
	for (size_t i = 0; i < e->nvmas && ret == 0; i++) {
		struct emu_vma *v = &e->vmas[i];
		uint64_t start = v->start > e->base ? v->start : e->base;
		uint64_t end = v->end < e->base + e->size ? v->end : e->base + e->size;
		if (start < end && dev_sys.mmap((void *)start, end - start, PROT_NONE,
					   MAP_SHARED | MAP_NORESERVE | MAP_FIXED, e->mem_fd,
					   (off_t)(start - e->base)) == MAP_FAILED)
			ret = -errno;
	}
	emu_unlock(&e->map_lock);
	return ret;
}
