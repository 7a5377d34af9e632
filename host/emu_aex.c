/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asynchronous enclave exit, and its reverse. The interrupted state is in the signal frame, whose
 * FPU part the kernel wrote with XSAVE in standard format: it is copied to SSA[CSSA] component by
 * component as XFRM says, and the frame is left holding the synthetic state of the SDM's AEX
 * tables.
 */
#define _GNU_SOURCE
#include "emu.h"

#include <string.h>

#define DE 0
#define DB 1
#define BP 3
#define BR 5
#define UD 6
#define GP 13
#define PF 14
#define MF 16
#define AC 17
#define XM 19

#define XSAVE_HEADER   512
#define XSAVE_EXTENDED 576
#define SW_RESERVED    464 /* of the legacy area: software's, here the kernel's magic */
#define SW_XFEATURES   472

#define MXCSR_AEX 0x1fb0
#define MXCSR_XM  0x1f01
#define FCW_AEX   0x037f
#define FCW_MF    0x037e
#define FSW_MF    0x8081

#define RFLAGS_TF 0x00000100ULL
#define RFLAGS_RF 0x00010000ULL
/* CF PF AF ZF SF OF RF: cleared in the synthetic state */
#define RFLAGS_SYNTHETIC 0x000108d5ULL

uint8_t *emu_ssa_frame(struct emu_tcs *tcs, uint32_t n)
{
	return tcs->ssa + ((size_t)n * tcs->encl->sh->secs.ssa_frame_size << SGX_PAGE_SHIFT);
}

static uint64_t get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void put64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* The XSAVE image of an interrupted enclave: components of XFRM, INIT ones zero or their constant.
 */
static void save_xstate(uint8_t *ssa, const uint8_t *fp, uint64_t xfrm)
{
	bool extended = get64(fp + SW_RESERVED) % (1ULL << 32) == FP_XSTATE_MAGIC1;
	uint64_t bv = extended ? get64(fp + XSAVE_HEADER) : SGX_XFRM_LEGACY;

	bv &= xfrm;
	memset(ssa, 0, XSAVE_EXTENDED);
	if (bv & SGX_XFRM_X87) {
		memcpy(ssa, fp, 24);
		memcpy(ssa + 32, fp + 32, 128);
	} else {
		put16(ssa, FCW_AEX);
	}
	memcpy(ssa + 24, fp + 24, 8); /* MXCSR and its mask are saved whatever XSTATE_BV says */
	if (bv & SGX_XFRM_SSE)
		memcpy(ssa + 160, fp + 160, 256);
	for (unsigned i = 2; i < 63; i++) {
		if (!(xfrm >> i & 1))
			continue;
		if (bv >> i & 1)
			memcpy(ssa + emu_caps.xsave_off[i], fp + emu_caps.xsave_off[i],
				emu_caps.xsave_len[i]);
		else
			memset(ssa + emu_caps.xsave_off[i], 0, emu_caps.xsave_len[i]);
	}
	put64(ssa + XSAVE_HEADER, bv);
}

/* Leave the frame's components of XFRM in the state that AEX gives them. */
static void init_xstate(uint8_t *fp, uint64_t xfrm, int vector)
{
	uint64_t bv = get64(fp + XSAVE_HEADER) & ~xfrm;

	memset(fp, 0, 24);
	memset(fp + 32, 0, 416 - 32);
	put16(fp, vector == MF ? FCW_MF : FCW_AEX);
	if (vector == MF) {
		put16(fp + 2, FSW_MF);
		bv |= SGX_XFRM_X87;
	}
	put32(fp + 24, vector == XM ? MXCSR_XM : MXCSR_AEX);
	put64(fp + XSAVE_HEADER, bv | SGX_XFRM_SSE); /* SSE: so that MXCSR is loaded for certain */
}

static void save_gpr(struct sgx_gprsgx *s, const greg_t *g, const struct emu_fsgs *fg)
{
	s->rax = (uint64_t)g[REG_RAX];
	s->rcx = (uint64_t)g[REG_RCX];
	s->rdx = (uint64_t)g[REG_RDX];
	s->rbx = (uint64_t)g[REG_RBX];
	s->rsp = (uint64_t)g[REG_RSP];
	s->rbp = (uint64_t)g[REG_RBP];
	s->rsi = (uint64_t)g[REG_RSI];
	s->rdi = (uint64_t)g[REG_RDI];
	s->r8 = (uint64_t)g[REG_R8];
	s->r9 = (uint64_t)g[REG_R9];
	s->r10 = (uint64_t)g[REG_R10];
	s->r11 = (uint64_t)g[REG_R11];
	s->r12 = (uint64_t)g[REG_R12];
	s->r13 = (uint64_t)g[REG_R13];
	s->r14 = (uint64_t)g[REG_R14];
	s->r15 = (uint64_t)g[REG_R15];
	s->rip = (uint64_t)g[REG_RIP];
	s->rflags = (uint64_t)g[REG_EFL] & ~RFLAGS_TF;
	s->fsbase = fg->fs;
	s->gsbase = fg->gs;
}

/* EXITINFO and EXINFO: what the enclave may learn about why it was left. */
static void save_reason(
	uint8_t *ssa, uint32_t pages, bool exinfo, int vector, uint32_t error, uint64_t addr)
{
	struct sgx_gprsgx *s = (void *)(ssa + SGX_SSA_GPR_OFF(pages));
	struct sgx_exinfo *x = (void *)(ssa + SGX_SSA_EXINFO_OFF(pages));
	bool always = vector == DE || vector == DB || vector == BP || vector == BR ||
		      vector == UD || vector == MF || vector == AC || vector == XM;
	bool with_exinfo = exinfo && (vector == GP || vector == PF);
	uint32_t type = vector == BP ? SGX_EXITINFO_TYPE_SW : SGX_EXITINFO_TYPE_HW;

	s->exitinfo = 0;
	memset(s->reserved, 0, sizeof(s->reserved));
	if (always || with_exinfo)
		s->exitinfo =
			SGX_EXITINFO_VALID | type << SGX_EXITINFO_TYPE_SHIFT | (uint32_t)vector;
	if (with_exinfo)
		*x = (struct sgx_exinfo){.maddr = vector == PF ? addr : 0, .errcd = error};
}

static void synthesize(struct emu_ctx *c, const struct sgx_gprsgx *s, const struct emu_tcs *tcs)
{
	static const int zero[] = {REG_RDX, REG_RSI, REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11,
		REG_R12, REG_R13, REG_R14, REG_R15};
	greg_t *g = c->g;

	for (size_t i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		g[zero[i]] = 0;
	g[REG_RAX] = SGX_ERESUME;
	g[REG_RBX] = (greg_t)tcs->va;
	g[REG_RCX] = g[REG_RIP] = (greg_t)tcs->tcs->aep;
	g[REG_RSP] = (greg_t)s->ursp;
	g[REG_RBP] = (greg_t)s->urbp;
	g[REG_EFL] = (g[REG_EFL] & ~(greg_t)(RFLAGS_SYNTHETIC | RFLAGS_TF)) | (greg_t)c->t->tf;
	c->fg->fs = c->t->frame.hostfs;
	c->fg->gs = c->t->frame.hostgs;
}

void emu_aex(struct emu_ctx *c, int vector, uint32_t error, uint64_t addr)
{
	struct emu_tcs *tcs = c->t->cur;
	const struct sgx_secs *secs = &c->e->sh->secs;
	uint32_t pages = secs->ssa_frame_size;
	uint8_t *ssa = emu_ssa_frame(tcs, tcs->tcs->cssa);
	struct sgx_gprsgx *s = (void *)(ssa + SGX_SSA_GPR_OFF(pages));
	uint8_t *fp = (uint8_t *)c->uc->uc_mcontext.fpregs;

	save_xstate(ssa, fp, secs->attributes.xfrm);
	save_gpr(s, c->g, c->fg);
	s->rflags = vector >= 0 ? s->rflags | RFLAGS_RF : s->rflags;
	save_reason(ssa, pages, secs->miscselect & SGX_MISC_EXINFO, vector, error, addr);
	init_xstate(fp, secs->attributes.xfrm, vector);
	emu_pkey_close_frame(c->e->pkey, fp);
	synthesize(c, s, tcs);
	tcs->tcs->cssa++;
	c->t->cur = NULL;
	__atomic_store_n(&tcs->tcs->state, 0, __ATOMIC_RELEASE);
}

void emu_raise(struct emu_ctx *c, int vector, uint32_t error, uint64_t addr)
{
	emu_aex(c, vector, error, addr);
	/* What the kernel's vDSO fixup makes of an exception at the AEP. */
	c->g[REG_RIP] = (greg_t)emu_fault_point;
	c->g[REG_RDI] = vector;
	c->g[REG_RSI] = (greg_t)error;
	c->g[REG_RDX] = (greg_t)(vector == PF ? addr & ~(uint64_t)(SGX_PAGE_SIZE - 1) : 0);
}
