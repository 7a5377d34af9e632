/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protection keys: where the CPU has them, enclave memory gets a key that the untrusted side may
 * not use, so that a host bug that touches it faults (stricter than hardware, where it would read
 * ones). PKRU is opened on the way in (emu_enter.S) and closed in the signal frame on the way out.
 *
 * An enclave whose XFRM has PKRU owns that register, and is left without a key. The decisions are
 * unit-tested; the path as a whole has not met a CPU with protection keys.
 */
#define _GNU_SOURCE
#include "emu.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DISABLE_ACCESS 1 /* PKEY_DISABLE_ACCESS */
#define XSTATE_PKRU    9

static int pkey = -1;

void emu_pkey_init(void)
{
	const char *s = getenv("CLOISTER_EMU_PKEY");

	if (s != NULL && *s == '0')
		return;
	pkey = (int)syscall(SYS_pkey_alloc, 0, DISABLE_ACCESS);
}

int emu_pkey_for(int key, uint64_t xfrm)
{
	return (xfrm & SGX_XFRM_PKRU) ? -1 : key;
}

uint32_t emu_pkru_open(uint32_t pkru, int key)
{
	return pkru & ~(3U << 2 * key);
}

uint32_t emu_pkru_close(uint32_t pkru, int key)
{
	return emu_pkru_open(pkru, key) | DISABLE_ACCESS << 2 * key;
}

int emu_pkey_of(const struct emu_encl *e)
{
	return emu_pkey_for(pkey, e->sh->secs.attributes.xfrm);
}

/* Not dev_sys.mprotect: a plain mprotect() would keep, but never give, the key. */
int emu_pkey_mprotect(int key, uint64_t addr, uint64_t len, int prot)
{
	return (int)syscall(SYS_pkey_mprotect, addr, len, prot, key);
}

/* The XSAVE area of a signal frame that returns to the host. */
void emu_pkey_close_frame(int key, uint8_t *fp)
{
	uint64_t bv;
	uint32_t pkru = 0;

	if (key < 0)
		return;
	memcpy(&bv, fp + SGX_XSAVE_XSTATE_BV, sizeof(bv));
	if (bv >> XSTATE_PKRU & 1)
		memcpy(&pkru, fp + emu_caps.xsave_off[XSTATE_PKRU], sizeof(pkru));
	pkru = emu_pkru_close(pkru, key);
	bv |= 1ULL << XSTATE_PKRU;
	memcpy(fp + emu_caps.xsave_off[XSTATE_PKRU], &pkru, sizeof(pkru));
	memcpy(fp + SGX_XSAVE_XSTATE_BV, &bv, sizeof(bv));
}
