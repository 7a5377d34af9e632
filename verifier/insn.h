/* SPDX-License-Identifier: Apache-2.0 */
/* One decoded instruction: everything that the rules of doc/sfi.md ask about. */
#ifndef INSN_H
#define INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "opcode.h"
#include "verify.h"

enum {
	R_AX,
	R_CX,
	R_DX,
	R_BX,
	R_SP,
	R_BP,
	R_SI,
	R_DI,
	R_8,
	R_9,
	R_10,
	R_11,
	R_12,
	R_13,
	R_14,
	R_15
};
#define BIT(r) ((uint16_t)(1u << (r)))

/* Legacy prefixes seen. */
#define P_LOCK 0x01
#define P_F2   0x02
#define P_F3   0x04
#define P_66   0x08
#define P_67   0x10
#define P_FS   0x20
#define P_GS   0x40
#define P_66S  0x80  /* more than one 66 */
#define P_2E   0x100 /* like P_66S, only on the multi-byte nop */

#define REX_W 8
#define REX_R 4
#define REX_X 2
#define REX_B 1

/* For the layout of code: x is rarely true. */
#define unlikely(x) __builtin_expect(!!(x), 0)

enum encoding { E_LEGACY, E_VEX, E_EVEX };

struct insn {
	uint16_t prefixes;
	uint8_t length;
	uint8_t kind; /* enum kind */
	uint8_t encoding;
	uint8_t map; /* enum map for E_LEGACY */
	uint8_t opcode;
	uint8_t rex; /* W, R, X, B, wherever they were encoded; 0x40 if a REX prefix was there */
	uint8_t modrm, sib;
	bool has_mem;                                 /* ModRM names memory */
	bool vsib;                                    /* its index is a vector register */
	bool anchors;                                 /* certainly accesses its memory operand */
	uint8_t disp_at, disp_size, imm_at, imm_size; /* where they are, for the few who ask */
	const uint8_t *bytes;
	uint16_t writes;               /* general registers written, push/pop/call's rsp aside */
	uint16_t proves_zx, proves_sm; /* of those, the ones whose new value is < 2^32, < 2^29 */
};

/*
 * Decodes the instruction at p and returns its length. *cause is VERIFY_OK, or the V1 or V2 cause
 * for which it is refused, and then the length and *in are unspecified. Never reads beyond p +
 * avail.
 */
uint32_t insn_decode(struct insn *in, const uint8_t *p, size_t avail, enum verify_cause *cause);

/* The displacement, and the immediate (of a 64-bit one the low half), sign-extended. */
static inline int32_t insn_field(const uint8_t *p, uint32_t size)
{
	int32_t v = 0;
	if (size == 1)
		return (int8_t)*p;
	if (size == 2)
		return (int16_t)(p[0] | p[1] << 8);
	if (size)
		__builtin_memcpy(&v, p, sizeof v);
	return v;
}

static inline int32_t insn_disp(const struct insn *in)
{
	return insn_field(in->bytes + in->disp_at, in->disp_size);
}

static inline int32_t insn_imm(const struct insn *in)
{
	return insn_field(in->bytes + in->imm_at, in->imm_size);
}

/* Base and index of a memory operand; -1 for none, -2 for rip. */
static inline int insn_reg(const struct insn *in)
{
	return (in->modrm >> 3 & 7) | (in->rex & REX_R ? 8 : 0);
}

static inline int insn_rm(const struct insn *in)
{
	return (in->modrm & 7) | (in->rex & REX_B ? 8 : 0);
}

static inline bool insn_has_sib(const struct insn *in)
{
	return (in->modrm & 7) == 4;
}

static inline int insn_base(const struct insn *in)
{
	uint8_t low = insn_has_sib(in) ? in->sib & 7 : in->modrm & 7;
	if (low == 5 && in->modrm >> 6 == 0)
		return insn_has_sib(in) ? -1 : -2;
	return low | (in->rex & REX_B ? 8 : 0);
}

static inline int insn_index(const struct insn *in)
{
	if (!insn_has_sib(in))
		return -1;
	int index = (in->sib >> 3 & 7) | (in->rex & REX_X ? 8 : 0);
	return index == R_SP && !in->vsib ? -1 : index;
}

static inline int insn_scale(const struct insn *in)
{
	return insn_has_sib(in) ? 1 << (in->sib >> 6) : 1;
}

#endif
