/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ENCLU leaves that the enclave uses, one function and one instruction each, the leaf number
 * fixed just before it. EEXIT is in entry.S. There is no other ENCLU in the enclave (a test counts).
 * Source: SDM volume 3D, "SGX Instructions".
 */
#include "enclave_asm.h"

	.text

	.macro LEAF nr, label
	pushq	%rbx
	movq	%rdi, %rbx
	movq	%rsi, %rcx
	movl	$\nr, %eax
\label:
	enclu
	popq	%rbx
	.endm

/* uint64_t enclu_eaccept(const struct sgx_secinfo *s, uint64_t page): 0, SGX error, ENCLU_FAULTED */
FUNC(enclu_eaccept)
	LEAF	SGX_EACCEPT, enclu_eaccept_insn
	ret
END(enclu_eaccept)

/* uint64_t enclu_eacceptcopy(const struct sgx_secinfo *s, uint64_t page, const void *src) */
FUNC(enclu_eacceptcopy)
	LEAF	SGX_EACCEPTCOPY, enclu_eacceptcopy_insn
	ret
END(enclu_eacceptcopy)

/* Where stage 1 sends an EACCEPT or EACCEPTCOPY that keeps faulting. */
FUNC(enclu_faulted)
	movl	$ENCLU_FAULTED, %eax
	popq	%rbx
	ret
END(enclu_faulted)

/* void enclu_emodpe(const struct sgx_secinfo *s, uint64_t page) */
FUNC(enclu_emodpe)
	LEAF	SGX_EMODPE, enclu_emodpe_insn
	ret
END(enclu_emodpe)

/* void enclu_ereport(const struct sgx_targetinfo *t, const void *data, struct sgx_report *out) */
FUNC(enclu_ereport)
	LEAF	SGX_EREPORT, enclu_ereport_insn
	ret
END(enclu_ereport)

/* uint64_t enclu_egetkey(const struct sgx_keyrequest *r, uint8_t key[16]): 0 or SGX error */
FUNC(enclu_egetkey)
	LEAF	SGX_EGETKEY, enclu_egetkey_insn
	ret
END(enclu_egetkey)

	.globl	enclu_eaccept_insn, enclu_eacceptcopy_insn
	.hidden	enclu_eaccept_insn, enclu_eacceptcopy_insn
