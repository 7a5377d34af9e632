/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's general registers while its thread is in the kernel: the top of its kernel stack.
 * Assembly uses the UREGS_* offsets; enclave/offsets.c proves them.
 */
#ifndef CLOISTER_UREGS_H
#define CLOISTER_UREGS_H

#define UREGS_RAX     0
#define UREGS_RCX     8
#define UREGS_RDX     16
#define UREGS_RBX     24
#define UREGS_RSP     32
#define UREGS_RBP     40
#define UREGS_RSI     48
#define UREGS_RDI     56
#define UREGS_R8      64
#define UREGS_R9      72
#define UREGS_R10     80
#define UREGS_R11     88
#define UREGS_R12     96
#define UREGS_R13     104
#define UREGS_R14     112
#define UREGS_R15     120
#define UREGS_RFLAGS  128
#define UREGS_RIP     136
#define UREGS_ORIG    144
#define UREGS_FULL    152
#define UREGS_SIZE    160

#ifndef __ASSEMBLER__
#include <stdint.h>

struct uregs { /* order of GPRSGX, so that stage 1 copies it in one go */
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rflags, rip;
	uint64_t orig_rax; /* syscall number, or UINT64_MAX when not in a syscall */
	uint64_t full;     /* nonzero: every register must be restored exactly (rcx, r11 too) */
};
_Static_assert(sizeof(struct uregs) == UREGS_SIZE, "uregs");
#endif

#endif
