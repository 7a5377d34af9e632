/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpuid for user code: the instruction is illegal in an enclave, so it traps and is answered here
 * from the leaves the loader recorded. They are the host's word: programs use them to choose code
 * paths, nothing in the kernel trusts them. What the enclave cannot do is masked: vector state
 * outside XFRM, FSGSBASE (gs is the kernel's under a plain program), and what always traps inside.
 */
#include "enclave.h"
#include "layout.h"
#include "linux_errno.h"
#include "plat.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"

#define XFEATURE_AVX    (1ull << 2)
#define XFEATURE_AVX512 (7ull << 5)
#define XFEATURE_PKRU   (1ull << 9)
#define XFEATURE_AMX    (3ull << 17)

/* leaf 1 */
#define ECX_MONITOR (1u << 3)
#define ECX_VMX_SMX (3u << 5)
#define ECX_FMA     (1u << 12)
#define ECX_AVX     (1u << 28)
#define ECX_F16C    (1u << 29)
/* leaf 7 */
#define EBX_FSGSBASE (1u << 0)
#define EBX_SGX      (1u << 2)
#define EBX_AVX2     (1u << 5)
#define EBX_RTM_HLE  (1u << 11 | 1u << 4)
#define EBX_AVX512   (1u << 16 | 1u << 17 | 1u << 21 | 3u << 26 | 1u << 28 | 3u << 30)
#define ECX_AVX512   (1u << 1 | 1u << 6 | 1u << 11 | 1u << 12 | 1u << 14)
#define ECX_PKU      (3u << 3)
#define ECX_VAES     (3u << 9)
#define ECX_RDPID    (1u << 22)
#define ECX_SGX_LC   (1u << 30)
#define EDX_AVX512   (3u << 2 | 1u << 8 | 1u << 23)
#define EDX_AMX      (1u << 22 | 3u << 24)

static struct cpuid_leaf find(uint32_t leaf, uint32_t subleaf)
{
	const struct boot_block *b = plat_boot();
	struct cpuid_leaf none = {.leaf = leaf, .subleaf = subleaf};

	for (uint64_t i = 0; i < b->ncpuid && i < CPUID_LEAVES; i++)
		if (b->cpuid[i].leaf == leaf && b->cpuid[i].subleaf == subleaf)
			return b->cpuid[i];
	return none;
}

/* Leaves that ignore ecx are recorded once, with subleaf 0. */
static bool has_subleaves(uint32_t leaf)
{
	switch (leaf) {
	case 0x4:
	case 0x7:
	case 0xb:
	case 0xd:
	case 0xf:
	case 0x10:
	case 0x12:
	case 0x14:
	case 0x17:
	case 0x18:
	case 0x1d:
	case 0x1f:
	case 0x24:
		return true;
	default:
		return false;
	}
}

static void mask_leaf1(struct cpuid_leaf *l, uint64_t xfrm)
{
	l->ecx &= ~(ECX_MONITOR | ECX_VMX_SMX);
	if (!(xfrm & XFEATURE_AVX))
		l->ecx &= ~(ECX_FMA | ECX_AVX | ECX_F16C);
	/* initial APIC id and logical processors: this enclave's vCPUs */
	l->ebx = (l->ebx & 0xffff) | sched_vcpus() << 16 | plat_vcpu() << 24;
}

static void mask_leaf7(struct cpuid_leaf *l, uint64_t xfrm)
{
	if (l->subleaf != 0)
		return;
	l->ebx &= ~(EBX_FSGSBASE | EBX_SGX | EBX_RTM_HLE);
	l->ecx &= ~(ECX_SGX_LC | ECX_RDPID | ECX_PKU);
	if (!(xfrm & XFEATURE_AVX)) {
		l->ebx &= ~EBX_AVX2;
		l->ecx &= ~ECX_VAES;
	}
	if ((xfrm & XFEATURE_AVX512) != XFEATURE_AVX512) {
		l->ebx &= ~EBX_AVX512;
		l->ecx &= ~ECX_AVX512;
		l->edx &= ~EDX_AVX512;
	}
	if ((xfrm & XFEATURE_AMX) != XFEATURE_AMX)
		l->edx &= ~EDX_AMX;
}

/* XSAVE: only the features of XFRM, and the sizes that go with them. */
static void mask_leafd(struct cpuid_leaf *l, uint64_t xfrm)
{
	if (l->subleaf == 0) {
		l->eax = (uint32_t)xfrm;
		l->edx = (uint32_t)(xfrm >> 32);
		l->ebx = l->ecx = (uint32_t)plat_xsave_size();
	} else if (l->subleaf == 1) {
		l->eax &= 0x7; /* XSAVEOPT, XSAVEC, XGETBV1; no supervisor state */
		l->ebx = l->ecx = l->edx = 0;
	} else if (l->subleaf >= 64 || !(xfrm >> l->subleaf & 1)) {
		l->eax = l->ebx = l->ecx = l->edx = 0;
	}
}

/* One package of sched_vcpus() cores without hyper-threads. */
static void topology(struct cpuid_leaf *l)
{
	unsigned n = sched_vcpus(), bits = 0;

	while (1u << bits < n)
		bits++;
	l->edx = plat_vcpu();
	l->eax = l->subleaf == 1 ? bits : 0;
	l->ebx = l->subleaf == 0 ? 1 : l->subleaf == 1 ? n : 0;
	l->ecx = l->subleaf | (l->subleaf < 2 ? (l->subleaf + 1) << 8 : 0);
}

static struct cpuid_leaf answer(uint32_t leaf, uint32_t subleaf)
{
	uint32_t max = find(leaf & 0x80000000u, 0).eax;
	struct cpuid_leaf l;
	uint64_t xfrm = plat_xfrm();

	if (leaf > max || (leaf & 0x7fff0000u) != 0)
		return (struct cpuid_leaf){.leaf = leaf, .subleaf = subleaf};
	l = find(leaf, has_subleaves(leaf) ? subleaf : 0);
	switch (leaf) {
	case 0x1:
		mask_leaf1(&l, xfrm);
		break;
	case 0x7:
		mask_leaf7(&l, xfrm);
		break;
	case 0xb:
	case 0x1f:
		topology(&l);
		break;
	case 0xd:
		mask_leafd(&l, xfrm);
		break;
	case 0x12: /* SGX: not for programs inside */
	case 0x14: /* processor trace */
		l.eax = l.ebx = l.ecx = l.edx = 0;
		break;
	default:
		break;
	}
	return l;
}

bool cpuid_trap(struct uregs *u)
{
	uint8_t insn[2];

	if (copy_from_user(insn, uaddr(u->rip), sizeof insn) < 0 || insn[0] != 0x0f ||
		insn[1] != 0xa2)
		return false;
	const struct cpuid_leaf l = answer((uint32_t)u->rax, (uint32_t)u->rcx);
	u->rax = l.eax;
	u->rbx = l.ebx;
	u->rcx = l.ecx;
	u->rdx = l.edx;
	u->rip += sizeof insn;
	u->full = 1;
	return true;
}
