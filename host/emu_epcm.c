/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The EPCM: one 16-bit entry per page of ELRANGE in a flat, sparse, shared array (the kernel's page
 * tables are its radix tree), with two levels of counts above it so that a walk skips what is
 * empty.
 *
 * Readers take no lock; entries are single aligned stores. Writers hold emu_shared.lock.
 */
#include "emu.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SPINS 4000 /* before yielding: the holder may have been descheduled */

/* The holder's pid is stored so that a lock left by a killed process can be taken over. */
void emu_lock(uint32_t *lock)
{
	uint32_t self = emu_pid, seen = 0;

	for (unsigned n = 0;; n++) {
		if (__atomic_compare_exchange_n(
			    lock, &seen, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
		if (n % SPINS == SPINS - 1) {
			if (seen != self && kill((pid_t)seen, 0) < 0 && errno == ESRCH &&
				__atomic_compare_exchange_n(lock, &seen, self, false,
					__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
				return;
			sched_yield();
		}
		__builtin_ia32_pause();
		seen = 0;
	}
}

void emu_unlock(uint32_t *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

static size_t round_page(size_t n)
{
	return (n + SGX_PAGE_SIZE - 1) & ~(size_t)(SGX_PAGE_SIZE - 1);
}

size_t emu_epcm_bytes(uint64_t enclave_size, size_t *l1_off, size_t *l2_off, size_t *epcm_off)
{
	uint64_t pages = enclave_size >> SGX_PAGE_SHIFT;

	*l2_off = round_page(sizeof(struct emu_shared));
	*l1_off = *l2_off + round_page((pages / EMU_L2_PAGES + 1) * sizeof(uint32_t));
	*epcm_off = *l1_off + round_page((pages / EMU_L1_PAGES + 1) * sizeof(uint16_t));
	return *epcm_off + round_page(pages * sizeof(uint16_t));
}

static uint64_t page_index(const struct emu_encl *e, uint64_t va)
{
	return (va - e->base) >> SGX_PAGE_SHIFT;
}

uint16_t emu_epcm_get(const struct emu_encl *e, uint64_t va)
{
	uint64_t i = page_index(e, va);

	if (__atomic_load_n(&e->l1[i / EMU_L1_PAGES], __ATOMIC_RELAXED) == 0)
		return 0; /* do not make the kernel allocate what nobody wrote */
	return __atomic_load_n(&e->epcm[i], __ATOMIC_ACQUIRE);
}

void emu_epcm_set_locked(struct emu_encl *e, uint64_t va, uint16_t entry)
{
	uint64_t i = page_index(e, va);
	bool was = e->epcm[i] & EMU_VALID, is = entry & EMU_VALID;

	if (is && !was) {
		__atomic_add_fetch(&e->l2[i / EMU_L2_PAGES], 1, __ATOMIC_RELAXED);
		__atomic_add_fetch(&e->l1[i / EMU_L1_PAGES], 1, __ATOMIC_RELAXED);
		e->sh->pages++;
	}
	__atomic_store_n(&e->epcm[i], entry, __ATOMIC_RELEASE);
	if (was && !is) {
		__atomic_sub_fetch(&e->l1[i / EMU_L1_PAGES], 1, __ATOMIC_RELAXED);
		__atomic_sub_fetch(&e->l2[i / EMU_L2_PAGES], 1, __ATOMIC_RELAXED);
		e->sh->pages--;
	}
}

uint64_t emu_epcm_next(const struct emu_encl *e, uint64_t va, uint64_t end)
{
	uint64_t i = page_index(e, va), n = page_index(e, end);

	while (i < n) {
		if (__atomic_load_n(&e->l2[i / EMU_L2_PAGES], __ATOMIC_RELAXED) == 0)
			i = (i / EMU_L2_PAGES + 1) * EMU_L2_PAGES;
		else if (__atomic_load_n(&e->l1[i / EMU_L1_PAGES], __ATOMIC_RELAXED) == 0)
			i = (i / EMU_L1_PAGES + 1) * EMU_L1_PAGES;
		else if (__atomic_load_n(&e->epcm[i], __ATOMIC_ACQUIRE) & EMU_VALID)
			return e->base + (i << SGX_PAGE_SHIFT);
		else
			i++;
	}
	return end;
}

int emu_epcm_eaug(struct emu_encl *e, uint64_t va)
{
	int ret = -EEXIST;

	va &= ~(uint64_t)(SGX_PAGE_SIZE - 1);
	emu_lock(&e->sh->lock);
	if (!(emu_epcm_get(e, va) & EMU_VALID)) {
		emu_epcm_set_locked(e, va,
			EMU_VALID | EMU_TYPE(SGX_PT_REG) | EMU_MAX(EMU_RWX) | EMU_PENDING |
				SGX_SECINFO_R | SGX_SECINFO_W);
		ret = 0;
	}
	emu_unlock(&e->sh->lock);
	return ret;
}

bool emu_epcm_allows(uint16_t entry, unsigned rwx)
{
	return (entry & EMU_VALID) && EMU_TYPE_OF(entry) == SGX_PT_REG &&
	       !(entry & (EMU_PENDING | EMU_MODIFIED)) && (entry & rwx) == rwx;
}
