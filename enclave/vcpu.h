/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vCPU block: the page that the TCS gives as gs base. It is private to the logical processor
 * that entered through that TCS, so no lock guards it. entry.S and gate.S use the numbers;
 * offsets.c proves them.
 *
 * While a plain program runs, gs base is this block. While a SIP runs, gs base is its window: the
 * kernel finds the block through its stack (vcpu_self), never through gs.
 */
#ifndef CLOISTER_VCPU_H
#define CLOISTER_VCPU_H

#include "layout.h"
#include "sgx_asm.h"

#define VCPU_SELF       0
#define VCPU_INDEX      8
#define VCPU_STATE      16
#define VCPU_USER_RSP   24
#define VCPU_KSTACK     32
#define VCPU_RESUME_RIP 40
#define VCPU_THREAD     48
#define VCPU_SIP        56
#define VCPU_HOST_RSP   64
#define VCPU_HOST_RBP   72
#define VCPU_HOST_RET   80
#define VCPU_EXIT_RSP   88
#define VCPU_EXIT_FS    96
#define VCPU_EXIT_GS    104
#define VCPU_RETRIES    112
#define VCPU_XSAVE      1024
#define VCPU_XSAVE_SIZE 3072 /* x87 .. AVX-512 and PKRU need 2696; AMX is refused at boot */

/* State: what an EENTER with CSSA = 0 means. */
#define VCPU_FRESH 0 /* never entered, or sent away because the boot vCPU was not done */
#define VCPU_IN    1 /* inside; such an EENTER cannot happen */
#define VCPU_OUT   2 /* left by EEXIT: continue after it */

/* From the block: the other parts of the slot. */
#define VCPU_SSA0_GPR (VCPU_SSA_OFF - VCPU_BLOCK_OFF + SGX_SSA_GPR_OFF(SSA_FRAME_PAGES))
#define VCPU_EXC_TOP  (VCPU_IDLE_STACK - VCPU_BLOCK_OFF)
#define VCPU_IDLE_TOP (VCPU_STRIDE - VCPU_BLOCK_OFF)

/* Second word of every kernel stack: the vCPU block it runs on (plat_switch writes it). */
#define KSTACK_VCPU 8

/* RFLAGS that user code may choose: CF PF AF ZF SF DF OF AC ID. */
#define RFLAGS_USER  0x240cd5
#define RFLAGS_FIXED 0x2
#define RFLAGS_DF    0x400
#define RFLAGS_AC    0x40000

/* What enclu_eaccept() and enclu_eacceptcopy() return after too many #PFs. */
#define ENCLU_FAULTED 0x7fffffff

#ifndef __ASSEMBLER__
#include <stdint.h>

#include "sgx.h"

struct thread;
struct sip_block;

struct vcpu {
	struct vcpu *self;
	uint64_t index;
	uint64_t state;        /* VCPU_* */
	uint64_t user_rsp;     /* the gate's scratch word */
	uint64_t kstack_top;   /* of the current thread; 0: none */
	uint64_t resume_rip;   /* operand of the last instruction before user code */
	struct thread *thread; /* borrowed; NULL: idle */
	struct sip_block *sip; /* of the current thread; NULL: it is a plain program */
	uint64_t host_rsp;     /* the host's, from the entry under way */
	uint64_t host_rbp;
	uint64_t host_ret; /* where EEXIT goes */
	uint64_t exit_rsp; /* the enclave's own across EEXIT */
	uint64_t exit_fs;
	uint64_t exit_gs;
	uint64_t retries; /* #PFs of the EACCEPT under way */
	uint8_t pad[VCPU_XSAVE - VCPU_RETRIES - 8];
	uint8_t xsave[VCPU_XSAVE_SIZE]; /* the user's vector state across a doorbell */
};
_Static_assert(sizeof(struct vcpu) == PAGE_SIZE, "the vCPU block is one page");

/* The block of the vCPU we run on, from rsp: kernel stacks carry it, slot stacks lie next to it. */
static inline struct vcpu *vcpu_self(void)
{
	uint64_t sp;

	__asm__ volatile("mov %%rsp, %0" : "=r"(sp));
	if (sp >= VCPU_BASE && sp < VCPU_BASE + VCPU_MAX * VCPU_STRIDE)
		return (struct vcpu *)((sp & ~(uint64_t)(VCPU_STRIDE - 1)) + VCPU_BLOCK_OFF);
	return *(struct vcpu *const *)((sp & ~(uint64_t)(KSTACK_SIZE - 1)) + KSTACK_VCPU);
}

static inline struct sgx_gprsgx *vcpu_ssa0_gpr(struct vcpu *v)
{
	return (struct sgx_gprsgx *)((uint64_t)v + VCPU_SSA0_GPR);
}

/* entry.S: leave with EEXIT; returns when the host enters again. */
void vcpu_exit(struct vcpu *v, uint64_t reason, uint64_t rsi, uint64_t rdx);
/* entry.S: nonzero once any vCPU died; no entry gets in after that. */
extern uint32_t enclave_dead;
/* start.c: nonzero once the boot vCPU has checked the boot block. */
extern uint32_t enclave_booted;
/* entry.S: the components that entry and exit initialise; all ones until the REPORT told XFRM. */
extern uint64_t enclave_xfrm;

void dead_end(void);

/* C sides of the assembly. */
_Noreturn void start_vcpu(struct vcpu *v, uint64_t boot_block);
uint64_t exception_stage1(struct vcpu *v); /* 0: EXIT_RESUME, else RDX of EXIT_DEAD */

/* gate.S: places that exception.c knows. */
void stage2(void);
extern const char resume_jump_plain[], resume_jump_sip[];
extern const char sip_gate_user_begin[], sip_gate_user_end[];
/* enclu.S */
extern const char enclu_eaccept_insn[], enclu_eacceptcopy_insn[], enclu_faulted[];
#endif

#endif
