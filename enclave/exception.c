/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 1 of exceptions: decide what the AEX recorded in SSA[0] is, on the exception stack, without
 * locks and without a word to or from the host (doc/adr/0012-exceptions.md). The result is always a
 * changed or unchanged SSA[0] for ERESUME, or the end of the enclave.
 *
 * SSA[0] is written by the CPU alone, but its registers are whatever was interrupted: no RSP, no
 * pointer in it is followed. Another EENTER in place of the ERESUME finds RIP in the kernel and
 * EXITINFO cleared, which is a tick: stage 1 may run any number of times.
 */
#include "kernel.h"
#include "plat.h"

#include "die.h"
#include "sgx.h"
#include "sipblock.h"
#include "vcpu.h"

_Static_assert(sizeof(struct trap) == 16, "stage2: rsp stays 16-aligned");

#define EACCEPT_RETRIES                                                                            \
	16 /* two vCPUs that commit one page at once fault each other a few times                  \
	    */

#define VEC_UD 6
#define VEC_GP 13
#define VEC_PF 14
#define VEC_AC 17

/* Vectors that EXITINFO may report: DE DB BP BR UD GP PF MF AC XM. SDM vol. 3D, "EXITINFO". */
#define VECTORS_KNOWN                                                                              \
	(1u << 0 | 1u << 1 | 1u << 3 | 1u << 5 | 1u << 6 | 1u << 13 | 1u << 14 | 1u << 16 |        \
		1u << 17 | 1u << 19)

struct event {
	bool valid; /* an exception; otherwise an interrupt, of which nothing is known */
	unsigned vector;
	uint32_t error;
	uint64_t addr;
};

/* False: not what a CPU with EXINFO enabled writes. */
static bool event_read(const struct sgx_gprsgx *g, struct event *e)
{
	const struct sgx_exinfo *x = (const struct sgx_exinfo *)((const char *)g - SGX_EXINFO_SIZE);
	unsigned type = (g->exitinfo & SGX_EXITINFO_TYPE_MASK) >> SGX_EXITINFO_TYPE_SHIFT;

	*e = (struct event){.valid = (g->exitinfo & SGX_EXITINFO_VALID) != 0};
	if (!e->valid)
		return true;
	e->vector = g->exitinfo & SGX_EXITINFO_VECTOR_MASK;
	if (e->vector > 31 || !(VECTORS_KNOWN >> e->vector & 1))
		return false;
	if (type != SGX_EXITINFO_TYPE_HW && type != SGX_EXITINFO_TYPE_SW)
		return false;
	if (e->vector == VEC_PF || e->vector == VEC_GP) {
		e->error = x->errcd;
		e->addr = e->vector == VEC_PF ? x->maddr : 0;
	}
	return true;
}

static bool kstack_sane(uint64_t top)
{
	return top > KSTACK_BASE && top <= KSTACK_END && top % KSTACK_SIZE == 0;
}

/*
 * Is this the user's own fault although RIP is in the kernel? The final jump of the exact way with
 * a RIP that is not canonical (the registers are the user's already), and the first instructions of
 * a SIP's gate, which read the SIP's memory. Gives the RIP to report.
 */
static bool user_fault_at(const struct vcpu *v, const struct event *e, uint64_t *rip)
{
	if (!e->valid)
		return false;
	if (e->vector == VEC_GP &&
		(*rip == (uint64_t)resume_jump_plain || *rip == (uint64_t)resume_jump_sip)) {
		*rip = v->sip != NULL ? v->sip->resume_rip : v->resume_rip;
		return true;
	}
	if (v->sip == NULL || *rip < (uint64_t)sip_gate_user_begin ||
		*rip >= (uint64_t)sip_gate_user_end)
		return false;
	*rip = TEXT_BASE; /* never mapped: going on there faults again */
	return true;
}

/* The user's registers go to its thread; ERESUME goes to stage2 on the kernel stack. */
static uint64_t divert_user(
	struct vcpu *v, struct sgx_gprsgx *g, const struct event *e, uint64_t rip)
{
	struct uregs *u;
	struct trap *t;

	if (v->thread == NULL || !kstack_sane(v->kstack_top))
		return DIE_SSA;
	u = (struct uregs *)(v->kstack_top - sizeof *u);
	t = (struct trap *)((uint64_t)u - sizeof *t);
	for (unsigned i = 0; i <= UREGS_RIP / 8; i++)
		((uint64_t *)u)[i] = ((const uint64_t *)g)[i];
	u->rflags &= RFLAGS_USER;
	u->rip = rip;
	u->orig_rax = UINT64_MAX;
	u->full = 1;
	*t = (struct trap){
		.vector = e->valid ? e->vector : TRAP_TICK, .error = e->error, .addr = e->addr};
	for (unsigned i = 0; i < UREGS_RFLAGS / 8; i++)
		((uint64_t *)g)[i] = 0;
	g->rip = (uint64_t)stage2;
	g->rsp = (uint64_t)t;
	g->rflags = RFLAGS_FIXED;
	g->rdi = g->rbx = (uint64_t)u;
	g->rsi = (uint64_t)t;
	if (v->sip == NULL)
		g->gsbase = (uint64_t)v;
	*(struct vcpu **)((v->kstack_top - KSTACK_SIZE) + KSTACK_VCPU) = v;
	return 0;
}

/* An exception of the enclave's own code: three kinds have an answer. */
static uint64_t kernel_fault(struct vcpu *v, struct sgx_gprsgx *g, const struct event *e)
{
	if (e->vector == VEC_AC && (g->rflags & RFLAGS_AC)) {
		g->rflags &= ~(uint64_t)RFLAGS_AC;
		return 0;
	}
	if (e->vector == VEC_PF && (g->rip == (uint64_t)enclu_eaccept_insn ||
					   g->rip == (uint64_t)enclu_eacceptcopy_insn)) {
		if (++v->retries > EACCEPT_RETRIES)
			g->rip = (uint64_t)enclu_faulted;
		return 0;
	}
	return DIE_FAULT | (uint64_t)e->vector << 8 | (g->rip - KERNEL_BASE) << 16;
}

static uint64_t judge(struct vcpu *v, struct sgx_gprsgx *g)
{
	struct event e;
	uint64_t rip = g->rip;

	if (!event_read(g, &e))
		return DIE_SSA;
	g->exitinfo = 0;
	if (user_fault_at(v, &e, &rip) || kernel_is_user_rip(rip))
		return divert_user(v, g, &e, rip);
	if (e.valid)
		return kernel_fault(v, g, &e);
	kernel_tick_pending((unsigned)v->index);
	return 0;
}

uint64_t exception_stage1(struct vcpu *v)
{
	struct sgx_gprsgx *g = vcpu_ssa0_gpr(v);
	uint64_t die = judge(v, g);

	if (die != 0)
		g->rip = (uint64_t)dead_end; /* the host may ERESUME all the same */
	return die;
}
