/* SPDX-License-Identifier: Apache-2.0 */
/* What the .S files share: numbers of the headers that only C can include, and two macros. */
#ifndef CLOISTER_ENCLAVE_ASM_H
#define CLOISTER_ENCLAVE_ASM_H

#include "die.h"
#include "layout.h"
#include "sgx_asm.h"
#include "sipblock.h"
#include "uregs.h"
#include "vcpu.h"

/* enum exit_reason, log2 of layout.h sizes; offsets.c proves them */
#define ASM_EXIT_RESUME   1
#define ASM_EXIT_IDLE     2
#define ASM_EXIT_DEAD     5
#define VCPU_STRIDE_SHIFT 16
#define ELRANGE_SHIFT     46
#define TEXT_SHIFT        45

#define ENDBR_LABEL 0xfa1e0ff3 /* the bytes of endbr64: a SIP's branch target */
#define FALSE_LABEL 0x3b8141   /* the three bytes before it where it is a template's immediate */

/* clang-format off */
#ifdef __ASSEMBLER__
#define EXIT_RESUME ASM_EXIT_RESUME
#define EXIT_IDLE   ASM_EXIT_IDLE
#define EXIT_DEAD   ASM_EXIT_DEAD

#define FUNC(name)              \
	.globl name;            \
	.hidden name;           \
	.type name, @function;  \
	.balign 16;             \
	name:
#define END(name) .size name, . - name

	.section .note.GNU-stack, "", @progbits
#endif
/* clang-format on */

#endif
