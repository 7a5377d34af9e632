/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processor can do, and what it says it can. Where the CPU can trap CPUID, host code also
 * sees the emulated SGX (leaves 7 and 12H); elsewhere CPUID in the enclave is not caught.
 */
#define _GNU_SOURCE
#include "emu.h"

#include <asm/prctl.h>
#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LEAF_FEATURES 7
#define LEAF_XSAVE    0xd
#define EPC_BASE      0x70000000ULL /* a physical address nobody looks at */

struct emu_caps emu_caps;

static int cpuid_enable(int on)
{
	return syscall(SYS_arch_prctl, ARCH_SET_CPUID, on) < 0 ? -errno : 0;
}

static uint64_t xgetbv(void)
{
	uint32_t lo, hi;

	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (uint64_t)hi << 32 | lo;
}

uint32_t emu_xsave_bytes(uint64_t xfrm)
{
	uint32_t size = SGX_XSAVE_LEGACY_SIZE + SGX_XSAVE_HEADER_SIZE;

	for (unsigned i = 2; i < 63; i++)
		if ((xfrm >> i & 1) && emu_caps.xsave_off[i] + emu_caps.xsave_len[i] > size)
			size = emu_caps.xsave_off[i] + emu_caps.xsave_len[i];
	return size;
}

static uint64_t epc_bytes(void)
{
	const char *s = getenv("CLOISTER_EMU_EPC_MIB");
	uint64_t mib = s != NULL ? strtoull(s, NULL, 0) : 0;

	if (mib == 0)
		mib = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) >> 21;
	return mib << 20;
}

/* Once, before any thread traps CPUID. -ENODEV: no XSAVE. */
int emu_cpuid_init(void)
{
	uint32_t a, b, c, d;

	__cpuid(1, a, b, c, d);
	if (!(c & (1U << 27))) /* OSXSAVE */
		return -ENODEV;
	emu_caps.xcr0 = xgetbv();
	__cpuid_count(LEAF_XSAVE, 0, a, b, c, d);
	emu_caps.xsave_size = b;
	for (unsigned i = 2; i < 63; i++)
		if (emu_caps.xcr0 >> i & 1) {
			__cpuid_count(LEAF_XSAVE, i, a, b, c, d);
			emu_caps.xsave_len[i] = a;
			emu_caps.xsave_off[i] = b;
		}
	emu_caps.epc_bytes = epc_bytes();
	emu_caps.cpuid_fault = cpuid_enable(0) == 0;
	if (emu_caps.cpuid_fault)
		(void)cpuid_enable(1);
	return 0;
}

static void sgx_leaf(uint32_t sub, uint32_t r[4])
{
	uint64_t xfrm = EMU_XFRM_LEGAL & emu_caps.xcr0, size = emu_caps.epc_bytes;

	r[0] = r[1] = r[2] = r[3] = 0;
	switch (sub) {
	case 0:
		r[0] = SGX_CPUID_EAX_SGX1 | SGX_CPUID_EAX_SGX2;
		r[1] = SGX_MISC_EXINFO;
		r[3] = EMU_SIZE_LOG2_MAX << 8 | 31;
		break;
	case 1:
		r[0] = (uint32_t)EMU_ATTR_LEGAL;
		r[2] = (uint32_t)xfrm;
		r[3] = (uint32_t)(xfrm >> 32);
		break;
	case SGX_CPUID_EPC_LEAF:
		r[0] = (uint32_t)EPC_BASE | SGX_CPUID_EPC_VALID;
		r[1] = (uint32_t)(EPC_BASE >> 32);
		r[2] = ((uint32_t)size & 0xfffff000) | SGX_CPUID_EPC_VALID;
		r[3] = (uint32_t)(size >> 32) & 0xfffff;
		break;
	default:
		break;
	}
}

/*
 * CPUID by host code, trapped: execute it with the trap off, then add SGX. Returns false if the
 * instruction at RIP is not CPUID. Async-signal-safe.
 */
bool emu_cpuid_emulate(greg_t *g)
{
	const uint8_t *insn = (const uint8_t *)g[REG_RIP];
	uint32_t leaf = (uint32_t)g[REG_RAX], sub = (uint32_t)g[REG_RCX], r[4];

	if (!emu_caps.cpuid_fault || insn[0] != 0x0f || insn[1] != 0xa2)
		return false;
	(void)cpuid_enable(1);
	__cpuid_count(leaf, sub, r[0], r[1], r[2], r[3]);
	(void)cpuid_enable(0);
	if (leaf == 0 && r[0] < SGX_CPUID)
		r[0] = SGX_CPUID;
	if (leaf == LEAF_FEATURES && sub == 0) {
		r[1] |= SGX_CPUID_7_EBX_SGX;
		r[2] |= SGX_CPUID_7_ECX_SGX_LC;
	}
	if (leaf == SGX_CPUID)
		sgx_leaf(sub, r);
	g[REG_RAX] = r[0];
	g[REG_RBX] = r[1];
	g[REG_RCX] = r[2];
	g[REG_RDX] = r[3];
	g[REG_RIP] += 2;
	return true;
}

int emu_cpuid_trap(bool on)
{
	return emu_caps.cpuid_fault ? cpuid_enable(!on) : -ENODEV;
}
