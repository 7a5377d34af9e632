/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See emu_test.h. emu_test_entered() runs on the way into the enclave and is compiled without
 * vector registers like the rest of that path; stepping itself is in the SIGTRAP handler.
 */
#define _GNU_SOURCE
#include "emu_test.h"
#include "emu.h"

#define RFLAGS_TF 0x100ULL

struct emu_test_hook *emu_test_hook;

void emu_test_set(struct emu_test_hook *hook)
{
	if (hook != NULL)
		hook->aex = hook->steps = 0;
	__atomic_store_n(&emu_test_hook, hook, __ATOMIC_SEQ_CST);
}

static void poison(struct emu_thread *t, const struct emu_test_hook *h)
{
	struct emu_frame *f = &t->frame;
	uint64_t *const reg[16] = {NULL, NULL, &f->rdx, NULL, NULL, NULL, &f->rsi, &f->rdi, &f->r8,
		&f->r9, &f->r10, &f->r11, &f->r12, &f->r13, &f->r14, &f->r15};

	for (int i = 0; i < 16; i++)
		if (reg[i] != NULL && (h->gpr_mask >> i & 1))
			*reg[i] = h->gpr[i];
	f->rflags |= h->rflags_set & ~RFLAGS_TF;
	if (h->xrstor != 0 && h->xsave != NULL) {
		const void *src = h->xsave;
		void *dst = t->xsave;
		uint64_t len =
			emu_caps.xsave_size < EMU_XSAVE_SIZE ? emu_caps.xsave_size : EMU_XSAVE_SIZE;
		__asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(len) : : "memory");
		f->xrstor = h->xrstor & emu_caps.xcr0;
	}
}

void emu_test_entered(struct emu_thread *t, uint32_t leaf)
{
	const struct emu_test_hook *h = emu_test_hook;

	if (h->poison && leaf == SGX_EENTER)
		poison(t, h);
	t->stepping = h->step != NULL;
	if (t->stepping)
		t->frame.rflags |= RFLAGS_TF;
}

static void copy(void *dst, const void *src, uint64_t len)
{
	__asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(len) : : "memory");
}

/* What the vector registers hold now is what the enclave would have found. */
static void save_xstate(struct emu_thread *t, struct emu_tcs *tcs, uint8_t *ssa)
{
	uint64_t xfrm = tcs->encl->sh->secs.attributes.xfrm;
	uint64_t *header = (void *)(t->xsave + SGX_XSAVE_XSTATE_BV);

	for (int i = 0; i < 8; i++)
		header[i] = 0;
	if (t->frame.xrstor == 0)
		__asm__ volatile("xsave64 (%0)"
				 :
				 : "r"(t->xsave), "a"((uint32_t)xfrm), "d"((uint32_t)(xfrm >> 32))
				 : "memory");
	header[0] &= xfrm;
	copy(ssa, t->xsave, tcs->encl->xsave_bytes);
}

void emu_test_aex(struct emu_thread *t, struct emu_tcs *tcs)
{
	uint32_t pages = tcs->encl->sh->secs.ssa_frame_size;
	uint8_t *ssa = emu_ssa_frame(tcs, tcs->tcs->cssa);
	struct sgx_gprsgx *s = (void *)(ssa + SGX_SSA_GPR_OFF(pages));
	struct emu_frame *f = &t->frame;
	const struct sgx_gprsgx saved = {.rax = f->rax,
		.rcx = f->rcx,
		.rdx = f->rdx,
		.rbx = f->rbx,
		.rsp = f->rsp,
		.rbp = f->rbp,
		.rsi = f->rsi,
		.rdi = f->rdi,
		.r8 = f->r8,
		.r9 = f->r9,
		.r10 = f->r10,
		.r11 = f->r11,
		.r12 = f->r12,
		.r13 = f->r13,
		.r14 = f->r14,
		.r15 = f->r15,
		.rflags = f->rflags,
		.rip = f->rip,
		.ursp = s->ursp,
		.urbp = s->urbp,
		.fsbase = f->fsbase,
		.gsbase = f->gsbase};

	save_xstate(t, tcs, ssa);
	copy(s, &saved, sizeof(saved));
	f->rdx = f->rsi = f->rdi = 0;
	f->r8 = f->r9 = f->r10 = f->r11 = f->r12 = f->r13 = f->r14 = f->r15 = 0;
	f->rax = SGX_EENTER;
	f->rcx = tcs->tcs->aep;
	f->xrstor = 0;
	tcs->tcs->cssa++;
	emu_test_hook->aex++;
}

void emu_test_stepped(struct emu_ctx *c)
{
	struct emu_test_hook *h = emu_test_hook;
	enum emu_step what = EMU_STEP_STOP;

	if (h != NULL && h->step != NULL)
		what = h->step(h->arg, c->uc, ++h->steps);
	switch (what) {
	case EMU_STEP_GO:
		c->g[REG_EFL] |= RFLAGS_TF;
		return;
	case EMU_STEP_STOP:
		c->t->stepping = false;
		c->g[REG_EFL] &= ~(greg_t)RFLAGS_TF;
		return;
	case EMU_STEP_RESUME:
	case EMU_STEP_REENTER:
	case EMU_STEP_REPORT:
		break;
	}
	h->aex++;
	emu_aex(c, EMU_VECTOR_NONE, 0, 0);
	if (what == EMU_STEP_REENTER)
		c->g[REG_RAX] = SGX_EENTER;
	if (what == EMU_STEP_REPORT) {
		c->g[REG_RIP] = (greg_t)emu_fault_point;
		c->g[REG_RDI] = h->vector;
		c->g[REG_RSI] = h->error;
		c->g[REG_RDX] = (greg_t)h->addr;
	}
}
