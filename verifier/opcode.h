/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one row of the opcode tables says. Zero means "not allowed": everything that no row names is
 * rejected. Source of every row: Intel SDM vol. 2, opcode maps and instruction pages.
 */
#ifndef OPCODE_H
#define OPCODE_H

#include <stdint.h>

enum kind {
	K_DENIED,
	K_X87,    /* D8-DF: x87_rows */
	K_XCHG90, /* 90: nop, pause or an exchange, see decode.c */
	K_GROUP,  /* ModRM.reg selects a row of group_rows[index in bits 24-31] */
	K_PLAIN,  /* all effects are in the row */
	K_JMP,    /* direct, unconditional */
	K_BRANCH, /* direct, conditional */
	K_CALL,   /* direct */
	K_TRAP,   /* never completes */
	K_PUSH,
	K_POP,
	K_LEA,
	K_NOP,      /* 0F 1F /0: its operand is not accessed */
	K_LABEL,    /* endbr64, and nothing else of F3 0F 1E */
	K_STRING,   /* movs, stos: only inside a template */
	K_INDIRECT, /* call *, jmp *: only inside a template */
};
#define K_UNCOMMON K_GROUP /* up to here the row alone does not say what an instruction does */

/* Attributes of legacy rows. "Destination" always means a general register. */
#define A_KIND(a)  ((enum kind)((a)&15u))
#define A_IMM8     (1u << 4)
#define A_IMMZ     (1u << 5) /* 16 bits with 66, else 32 */
#define A_IMMV     (1u << 6) /* 64 bits with REX.W, else as A_IMMZ */
#define A_MODRM    (1u << 7)
#define A_NOMEM    (1u << 8)  /* register operand only */
#define A_NOREG    (1u << 9)  /* memory operand only */
#define A_BYTE     (1u << 10) /* destinations are 8 bits wide: 4-7 without REX mean %ah-%bh */
#define A_OPSZ     (1u << 11) /* 66 selects a 16-bit operand */
#define A_NOW      (1u << 12) /* REX.W is refused */
#define A_LOCK     (1u << 13) /* may be locked when its destination is in memory */
#define A_ZX       (1u << 14) /* a 32-bit destination is written whole, always: proves ZX */
#define A_ANCHOR   (1u << 15) /* certainly accesses its memory operand */
#define A_DREG     (1u << 16) /* destination ModRM.reg */
#define A_DRM      (1u << 17) /* destination ModRM.rm, when a register */
#define A_DOP      (1u << 18) /* destination in the opcode's low bits */
#define A_RAX      (1u << 19) /* implicit destinations */
#define A_RCX      (1u << 20)
#define A_RDX      (1u << 21)
#define A_WRITES   (A_DREG | A_DRM | A_DOP | A_RAX | A_RCX | A_RDX)
#define A_SMALL    (1u << 22) /* with A_ZX: an immediate may prove SM (and, mov, shr, movzx) */
#define A_EXACT    (1u << 23) /* only with the ModRM byte in bits 24-31 */
#define A_INDEX(a) ((a) >> 24)

#define RM           (K_PLAIN | A_MODRM)
#define GROUP(n)     (K_GROUP | A_MODRM | (uint32_t)(n) << 24)
#define EXACT(modrm) (A_EXACT | (uint32_t)(modrm) << 24)

/* Attributes of VEX and EVEX rows, one set for the memory and one for the register form; 0: there
 * is none. */
#define V_WL(mask)  ((uint32_t)(mask)) /* allowed W and L: bit W*3 + L */
#define V_IMM8      (1u << 6)
#define V_DREG      (1u << 7) /* destinations that are general registers: ModRM.reg, rm, vvvv */
#define V_DRM       (1u << 8)
#define V_DVVVV     (1u << 9)
#define V_NOVV      (1u << 10) /* vvvv must be 1111 */
#define V_VLOW      (1u << 11) /* vvvv names one of eight registers */
#define V_VSIB      (1u << 12)
#define V_RCX       (1u << 13) /* writes %ecx */
#define V_ZX        (1u << 14)
#define V_B         (1u << 15) /* EVEX.b allowed: broadcast, or rounding */
#define V_ZERO      (1u << 16) /* EVEX.z allowed */
#define V_MASK      (1u << 17) /* EVEX.aaa may be non-zero */
#define V_MUSTMASK  (1u << 18)
#define V_NOR       (1u << 19) /* extension bits that must be clear: R, R', X, B */
#define V_NORH      (1u << 20)
#define V_NOX       (1u << 21)
#define V_NOB       (1u << 22)
#define V_BW        (1u << 23)               /* EVEX.b only with W */
#define V_EXT(mask) ((uint32_t)(mask) << 24) /* allowed values of ModRM.reg */

enum map { MAP_ONE, MAP_0F, MAP_38, MAP_3A, NMAPS };
enum { NP, P66, PF3, PF2, NPREFIXES };

struct vector_row {
	uint32_t form[2]; /* with a memory operand, with registers only */
};

struct x87_row {
	uint8_t mem;  /* allowed ModRM.reg with a memory operand */
	uint64_t reg; /* allowed ModRM & 63 with registers */
};

enum group {
	G_ALU8,
	G_ALUZ,
	G_ALU83,
	G_POP,
	G_SHIFT8_IMM,
	G_SHIFT_IMM,
	G_SHIFT8_1,
	G_SHIFT_1,
	G_SHIFT8_CL,
	G_SHIFT_CL,
	G_UNARY8,
	G_UNARY,
	G_INCDEC8,
	G_FF,
	G_MOV8,
	G_MOV,
	G_BT,
	G_C7,
	G_VSHIFTW,
	G_VSHIFTD,
	G_VSHIFTQ,
	G_VSHIFTQ66,
	G_AE,
	G_PREFETCH,
	G_PREFETCHW,
	G_NOP,
	NGROUPS
};

extern const uint32_t legacy_rows[NMAPS][NPREFIXES][256];
extern const uint32_t group_rows[NGROUPS][8];
extern const struct x87_row x87_rows[8];
extern const struct vector_row vex_rows[3][NPREFIXES][256];  /* maps 1-3 */
extern const struct vector_row evex_ext_rows[2][8];          /* 66 0F 72 and 73, by ModRM.reg */
extern const struct vector_row evex_rows[6][NPREFIXES][256]; /* maps 1-3, 5, 6; row 3 is empty */

#endif
