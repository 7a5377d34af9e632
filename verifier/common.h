/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A short way to decode the most common instructions, from the same rows as decode.c: no legacy
 * prefix, an opcode of one or two bytes, and operands that are registers or memory at %rsp or %r14.
 * What is not certainly one of those is left to insn_decode(), which says the same of all that are:
 * test/verify/common.c tries every one.
 */
#ifndef COMMON_H
#define COMMON_H

#include "insn.h"

/* As the fields of struct insn. */
struct common {
	enum kind kind;
	uint32_t opcode, length;
	uint32_t writes, proves_zx, proves_sm;
	int32_t disp, imm;
	bool has_mem, anchors;
	int base, index; /* of a memory operand: R_SP or R_14; -1 for none */
	bool scaled;
};

/* How many bytes must be readable: a REX, two of opcode, ModRM, SIB, a displacement and four more.
 */
#define COMMON_LOOK_AHEAD 16

/* The sign-extended bytes at p, none to four; reads four. */
static inline int32_t common_field(const uint8_t *p, uint32_t size)
{
	int32_t v;
	__builtin_memcpy(&v, p, sizeof v);
	return size == 0 ? 0 : size == 1 ? (int8_t)v : v;
}

/* ModRM m with memory, *p behind it. False if its base is neither %rsp, without index, nor %r14. */
static inline bool common_memory(struct common *in, uint32_t m, uint32_t rex, const uint8_t **p)
{
	uint32_t size = m >> 6 == 2 ? 4 : m >> 6, base = m & 7, index = R_SP;
	if (base == 4) {
		uint32_t sib = *(*p)++;
		base = sib & 7;
		index = (sib >> 3 & 7) | (rex & REX_X) * 4;
		in->scaled = sib >> 6;
	}
	in->has_mem = true;
	in->base = (int)(base | (rex & REX_B) * 8);
	in->index = index == R_SP ? -1 : (int)index;
	in->disp = common_field(*p, size);
	*p += size;
	return in->base == R_14 || (in->base == R_SP && in->index == -1);
}

static inline void common_writes(struct common *in, uint32_t attr, uint32_t m, uint32_t rex)
{
	uint32_t high = (rex & REX_B) * 8, wide = rex / REX_W & 1;
	uint32_t writes = (attr / A_DREG & 1) << ((m >> 3 & 7) + (rex & REX_R) * 2);
	writes |= (attr / A_DRM & !in->has_mem) << ((m & 7) + high);
	writes |= (attr / A_DOP & 1) << ((in->opcode & 7) + high);
	if (attr & A_BYTE) /* without REX: %ah-%bh are parts of 0-3 */
		writes = (writes | writes >> 4) & 15;
	in->writes = writes | (attr / A_RAX & 7);
	in->proves_zx = in->writes & -(attr / A_ZX & ~wide & 1);
	if (attr & A_SMALL && (uint32_t)in->imm < 1u << 29)
		in->proves_sm = in->proves_zx;
}

/*
 * Decodes at p, with COMMON_LOOK_AHEAD readable bytes. False: ask insn_decode(). What the length
 * depends on is asked by branches: a CPU that predicts them starts on the next instruction before
 * it knows the length of this one. All else is arithmetic where programs have no pattern.
 */
static inline __attribute__((always_inline)) bool common_decode(struct common *in, const uint8_t *p)
{
	const uint8_t *start = p;
	uint32_t rex = 0, m = 0xc0, map = MAP_ONE;
	if (unlikely((*p & 0xf0) == 0x40))
		rex = *p++;
	if (unlikely(*p == 0x0f)) {
		map = MAP_0F;
		p++;
	}
	in->opcode = *p++;
	uint32_t attr = legacy_rows[map][NP][in->opcode];
	if (attr & A_MODRM)
		m = *p++;
	if (A_KIND(attr) == K_GROUP)
		attr = group_rows[A_INDEX(attr)][m >> 3 & 7];
	in->kind = A_KIND(attr);
	uint32_t wide = -(rex / REX_W & 1);
	uint32_t refused = A_EXACT | (rex ? A_NOW | A_BYTE : 0) | (wide & A_IMMV);
	uint32_t special = (in->opcode == 0xc1) | (map & wide & attr / A_SMALL); /* by 0; movzx */
	if (unlikely((in->kind <= K_UNCOMMON) | ((attr & refused) != 0) | (special & 1)))
		return false;
	in->has_mem = in->scaled = false;
	in->base = in->index = -1;
	in->disp = 0;
	if (m < 0xc0) {
		if ((in->kind != K_PLAIN && in->kind != K_LEA) || attr & A_NOMEM ||
			!common_memory(in, m, rex, &p))
			return false;
	} else if (attr & A_NOREG) {
		return false;
	}
	uint32_t imm_size = 0;
	if (unlikely(attr & (A_IMM8 | A_IMMZ | A_IMMV)))
		imm_size = attr & A_IMM8 ? 1 : 4;
	in->imm = common_field(p, imm_size);
	in->length = (uint32_t)(p - start) + imm_size;
	in->anchors = attr / A_ANCHOR & in->has_mem;
	in->writes = in->proves_zx = in->proves_sm = 0;
	if (attr & A_WRITES)
		common_writes(in, attr, m, rex);
	return true;
}

#endif
