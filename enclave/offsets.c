/* SPDX-License-Identifier: Apache-2.0 */
/* Proof of every number that the .S files use. No code. */
#include <stddef.h>

#include "enclave.h"
#include "enclave_asm.h"
#include "sfi.h"

#define AT(type, field, off) _Static_assert(offsetof(type, field) == (off), #type "." #field)

AT(struct vcpu, self, VCPU_SELF);
AT(struct vcpu, index, VCPU_INDEX);
AT(struct vcpu, state, VCPU_STATE);
AT(struct vcpu, user_rsp, VCPU_USER_RSP);
AT(struct vcpu, kstack_top, VCPU_KSTACK);
AT(struct vcpu, resume_rip, VCPU_RESUME_RIP);
AT(struct vcpu, thread, VCPU_THREAD);
AT(struct vcpu, sip, VCPU_SIP);
AT(struct vcpu, host_rsp, VCPU_HOST_RSP);
AT(struct vcpu, host_rbp, VCPU_HOST_RBP);
AT(struct vcpu, host_ret, VCPU_HOST_RET);
AT(struct vcpu, exit_rsp, VCPU_EXIT_RSP);
AT(struct vcpu, exit_fs, VCPU_EXIT_FS);
AT(struct vcpu, exit_gs, VCPU_EXIT_GS);
AT(struct vcpu, retries, VCPU_RETRIES);
AT(struct vcpu, xsave, VCPU_XSAVE);
_Static_assert(VCPU_XSAVE % 64 == 0, "XSAVE area");

AT(struct sip_block, tp, SIP_TP);
AT(struct sip_block, gate, SIP_GATE);
AT(struct sip_block, canary, SIP_CANARY);
AT(struct sip_block, kstack_top, SIP_KSTACK);
AT(struct sip_block, user_rsp, SIP_USER_RSP);
AT(struct sip_block, resume_rip, SIP_RESUME_RIP);

AT(struct uregs, rax, UREGS_RAX);
AT(struct uregs, rcx, UREGS_RCX);
AT(struct uregs, rdx, UREGS_RDX);
AT(struct uregs, rbx, UREGS_RBX);
AT(struct uregs, rsp, UREGS_RSP);
AT(struct uregs, rbp, UREGS_RBP);
AT(struct uregs, rsi, UREGS_RSI);
AT(struct uregs, rdi, UREGS_RDI);
AT(struct uregs, r8, UREGS_R8);
AT(struct uregs, r9, UREGS_R9);
AT(struct uregs, r10, UREGS_R10);
AT(struct uregs, r11, UREGS_R11);
AT(struct uregs, r12, UREGS_R12);
AT(struct uregs, r13, UREGS_R13);
AT(struct uregs, r14, UREGS_R14);
AT(struct uregs, r15, UREGS_R15);
AT(struct uregs, rflags, UREGS_RFLAGS);
AT(struct uregs, rip, UREGS_RIP);
AT(struct uregs, orig_rax, UREGS_ORIG);
AT(struct uregs, full, UREGS_FULL);

/* exception.c copies GPRSGX into uregs in one go: same order up to rip */
AT(struct sgx_gprsgx, rax, UREGS_RAX);
AT(struct sgx_gprsgx, rsp, UREGS_RSP);
AT(struct sgx_gprsgx, rdi, UREGS_RDI);
AT(struct sgx_gprsgx, r15, UREGS_R15);
AT(struct sgx_gprsgx, rflags, UREGS_RFLAGS);
AT(struct sgx_gprsgx, rip, UREGS_RIP);

_Static_assert(ENDBR_LABEL == SFI_LABEL && FALSE_LABEL == SFI_FALSE_LABEL, "gate.S");
_Static_assert(EXIT_RESUME == ASM_EXIT_RESUME, "entry.S");
_Static_assert(EXIT_IDLE == ASM_EXIT_IDLE, "entry.S");
_Static_assert(EXIT_DEAD == ASM_EXIT_DEAD, "entry.S");
_Static_assert(1ull << VCPU_STRIDE_SHIFT == VCPU_STRIDE, "entry.S");
_Static_assert(1ull << ELRANGE_SHIFT == ELRANGE_SIZE, "entry.S");
_Static_assert(1ull << TEXT_SHIFT == TEXT_BASE, "gate.S");
_Static_assert((KSTACK_SIZE & (KSTACK_SIZE - 1)) == 0 && KSTACK_STRIDE % KSTACK_SIZE == 0 &&
		       KSTACK_BASE % KSTACK_STRIDE == 0,
	"kernel stacks are aligned to their size");
_Static_assert(VCPU_BASE + VCPU_MAX * VCPU_STRIDE <= KSTACK_BASE, "gate.S: block_of_stack");

_Static_assert((DIE_STACK & 0xff) == DEAD_PANIC && (DIE_RETURN & 0xff) == DEAD_PANIC, "die.h");
_Static_assert((DIE_ENTRY & 0xff) == DEAD_ENTRY && (DIE_DEAD & 0xff) == DEAD_ENTRY &&
		       (DIE_VCPU & 0xff) == DEAD_ENTRY,
	"die.h");
_Static_assert((DIE_FAULT & 0xff) == DEAD_EXCEPTION && (DIE_EARLY & 0xff) == DEAD_EXCEPTION &&
		       (DIE_SSA & 0xff) == DEAD_EXCEPTION,
	"die.h");
_Static_assert((DIE_BOOT & 0xff) == DEAD_BOOT && (DIE_CONFIG & 0xff) == DEAD_BOOT &&
		       (DIE_REPORT & 0xff) == DEAD_BOOT,
	"die.h");
_Static_assert((DIE_RANDOM & 0xff) == DEAD_RANDOM && (DIE_EDMM & 0xff) == DEAD_HOST, "die.h");
