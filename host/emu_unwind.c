/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loading half of ERESUME: SSA[CSSA-1] into the thread's frame. The SSA is the enclave's memory
 * and another of its threads may be writing it, so it is copied first, then checked. Compiled
 * without vector registers, which on this path already are the enclave's concern.
 */
#include "emu.h"

#define GP 13

/* CF PF AF ZF SF DF OF NT RF AC ID */
#define RFLAGS_RESUME 0x00254cd5ULL
#define RFLAGS_FIXED  0x202ULL /* IF and the bit that is always set */
#define MXCSR_LEGAL   0x0000ffffU

static bool canonical(uint64_t a)
{
	return (uint64_t)((int64_t)(a << 16) >> 16) == a;
}

static void copy(void *dst, const void *src, size_t len)
{
	__asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(len) : : "memory");
}

/* XRSTOR's #GP conditions, standard format. */
static bool xsave_valid(const uint8_t *x, uint64_t xfrm)
{
	const uint64_t *header = (const void *)(x + SGX_XSAVE_XSTATE_BV);
	uint32_t mxcsr = *(const uint32_t *)(const void *)(x + 24);

	if ((header[0] & ~xfrm) != 0 || (mxcsr & ~MXCSR_LEGAL) != 0)
		return false;
	for (int i = 1; i < 8; i++)
		if (header[i] != 0)
			return false;
	return true;
}

int emu_unwind(struct emu_thread *t, struct emu_tcs *tcs)
{
	const struct sgx_secs *secs = &tcs->encl->sh->secs;
	const uint8_t *ssa = emu_ssa_frame(tcs, tcs->tcs->cssa - 1);
	struct emu_frame *f = &t->frame;
	struct sgx_gprsgx s;

	copy(&s, ssa + SGX_SSA_GPR_OFF(secs->ssa_frame_size), sizeof(s));
	copy(t->xsave, ssa, tcs->encl->xsave_bytes);
	if (!xsave_valid(t->xsave, secs->attributes.xfrm))
		return GP;
	if (s.rip - secs->base >= secs->size || !canonical(s.fsbase) || !canonical(s.gsbase))
		return GP;
	f->rip = s.rip;
	f->rflags = RFLAGS_FIXED | (s.rflags & RFLAGS_RESUME);
	f->rsp = s.rsp;
	f->rax = s.rax;
	f->rbx = s.rbx;
	f->rcx = s.rcx;
	f->rdx = s.rdx;
	f->rsi = s.rsi;
	f->rdi = s.rdi;
	f->rbp = s.rbp;
	f->r8 = s.r8;
	f->r9 = s.r9;
	f->r10 = s.r10;
	f->r11 = s.r11;
	f->r12 = s.r12;
	f->r13 = s.r13;
	f->r14 = s.r14;
	f->r15 = s.r15;
	f->fsbase = s.fsbase;
	f->gsbase = s.gsbase;
	f->xrstor = secs->attributes.xfrm;
	tcs->tcs->cssa--;
	return 0;
}
