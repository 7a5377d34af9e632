/* SPDX-License-Identifier: Apache-2.0 */
/* The opcode tables of doc/sfi.md V2 as arrays. What is not in a row is zero: not allowed. */
#include "opcode.h"

#define OP(map, prefix, first, last, attr) [MAP_##map][prefix][first... last] = (attr),
const uint32_t legacy_rows[NMAPS][NPREFIXES][256] = {
#include "legacy.def"
};
#undef OP

#define ARITH (RM | A_DRM | A_LOCK | A_ANCHOR)
#define ALU_GROUP(extra)                                                                           \
	{                                                                                          \
		[0] = ARITH | (extra), [1] = ARITH | (extra), [2] = ARITH | (extra),               \
		[3] = ARITH | (extra), [4] = ARITH | A_SMALL | (extra), [5] = ARITH | (extra),     \
		[6] = ARITH | (extra), [7] = RM | A_ANCHOR | ((extra) & ~A_ZX),                    \
	}
/* rol ror rcl rcr shl shr - sar; a rotate through carry proves nothing, nor does a count in %cl;
 * only a shift right by an immediate may prove SM: by one it leaves 31 bits */
#define SHIFT_GROUP(extra, zx, small)                                                              \
	{                                                                                          \
		[0] = RM | A_DRM | (zx) | (extra), [1] = RM | A_DRM | (zx) | (extra),              \
		[2] = RM | A_DRM | (extra), [3] = RM | A_DRM | (extra),                            \
		[4] = RM | A_DRM | (zx) | (extra), [5] = RM | A_DRM | (zx) | (small) | (extra),    \
		[7] = RM | A_DRM | (zx) | (extra),                                                 \
	}
#define MULDIV (RM | A_RAX | A_RDX | A_ANCHOR)

const uint32_t group_rows[NGROUPS][8] = {
	[G_ALU8] = ALU_GROUP(A_BYTE | A_IMM8),
	[G_ALUZ] = ALU_GROUP(A_OPSZ | A_IMMZ | A_ZX),
	[G_ALU83] = ALU_GROUP(A_OPSZ | A_IMM8 | A_ZX),
	[G_POP] = {[0] = K_POP | A_MODRM | A_NOREG | A_NOW},
	[G_SHIFT8_IMM] = SHIFT_GROUP(A_BYTE | A_IMM8, 0, 0),
	[G_SHIFT_IMM] = SHIFT_GROUP(A_OPSZ | A_IMM8, A_ZX, A_SMALL),
	[G_SHIFT8_1] = SHIFT_GROUP(A_BYTE, 0, 0),
	[G_SHIFT_1] = SHIFT_GROUP(A_OPSZ, A_ZX, 0),
	[G_SHIFT8_CL] = SHIFT_GROUP(A_BYTE, 0, 0),
	[G_SHIFT_CL] = SHIFT_GROUP(A_OPSZ, 0, 0),
	[G_UNARY8] = {[0] = RM | A_BYTE | A_IMM8 | A_ANCHOR, /* test */
		[2] = ARITH | A_BYTE,
		[3] = ARITH | A_BYTE,
		[4 ... 7] = (MULDIV & ~A_RDX) | A_BYTE},
	[G_UNARY] = {[0] = RM | A_OPSZ | A_IMMZ | A_ANCHOR,
		[2] = ARITH | A_OPSZ | A_ZX,
		[3] = ARITH | A_OPSZ | A_ZX,
		[4 ... 7] = MULDIV | A_OPSZ},
	[G_INCDEC8] = {[0 ... 1] = ARITH | A_BYTE},
	[G_FF] = {[0 ... 1] = ARITH | A_OPSZ | A_ZX,
		[2] = K_INDIRECT | A_MODRM,
		[4] = K_INDIRECT | A_MODRM,
		[6] = K_PUSH | A_MODRM | A_NOW},
	[G_MOV8] = {[0] = RM | A_BYTE | A_DRM | A_IMM8 | A_ANCHOR},
	[G_MOV] = {[0] = RM | A_OPSZ | A_DRM | A_IMMZ | A_ZX | A_SMALL | A_ANCHOR},
	[G_BT] = {[4] = RM | A_OPSZ | A_IMM8, [5 ... 7] = RM | A_OPSZ | A_IMM8 | A_DRM | A_LOCK},
	[G_C7] = {[1] = RM | A_NOREG | A_LOCK | A_RAX | A_RDX, /* cmpxchg8b, cmpxchg16b */
		[6 ... 7] = RM | A_NOMEM | A_DRM | A_OPSZ},    /* rdrand, rdseed */
	[G_VSHIFTW] = {[2] = RM | A_NOMEM | A_IMM8,
		[4] = RM | A_NOMEM | A_IMM8,
		[6] = RM | A_NOMEM | A_IMM8},
	[G_VSHIFTD] = {[2] = RM | A_NOMEM | A_IMM8,
		[4] = RM | A_NOMEM | A_IMM8,
		[6] = RM | A_NOMEM | A_IMM8},
	[G_VSHIFTQ] = {[2] = RM | A_NOMEM | A_IMM8, [6] = RM | A_NOMEM | A_IMM8},
	[G_VSHIFTQ66] = {[2 ... 3] = RM | A_NOMEM | A_IMM8, [6 ... 7] = RM | A_NOMEM | A_IMM8},
	[G_AE] = {[2 ... 3] = RM | A_NOREG | A_NOW,       /* ldmxcsr, stmxcsr */
		[5] = RM | A_NOMEM | A_NOW | EXACT(0xe8), /* lfence, mfence, sfence */
		[6] = RM | A_NOMEM | A_NOW | EXACT(0xf0),
		[7] = RM | A_NOMEM | A_NOW | EXACT(0xf8)},
	[G_PREFETCH] = {[0 ... 3] = RM | A_NOREG | A_NOW},
	[G_PREFETCHW] = {[1] = RM | A_NOREG | A_NOW},
	[G_NOP] = {[0] = K_NOP | A_MODRM | A_NOW | A_OPSZ},
};

#define SPAN(first, last) ((~0ull >> (63 - ((last)-0xc0))) & (~0ull << ((first)-0xc0)))
const struct x87_row x87_rows[8] = {
	[0] = {0xff, SPAN(0xc0, 0xff)},
	[1] = {0xfd, SPAN(0xc0, 0xd0) | SPAN(0xe0, 0xe1) | SPAN(0xe4, 0xe5) | SPAN(0xe8, 0xee) |
			     SPAN(0xf0, 0xff)},
	[2] = {0xff, SPAN(0xc0, 0xdf) | SPAN(0xe9, 0xe9)},
	[3] = {0xaf, SPAN(0xc0, 0xdf) | SPAN(0xe2, 0xe3) | SPAN(0xe8, 0xf7)},
	[4] = {0xff, SPAN(0xc0, 0xcf) | SPAN(0xe0, 0xff)},
	[5] = {0xdf, SPAN(0xc0, 0xc7) | SPAN(0xd0, 0xef)},
	[6] = {0xff, SPAN(0xc0, 0xcf) | SPAN(0xd9, 0xd9) | SPAN(0xe0, 0xff)},
	[7] = {0xff, SPAN(0xe0, 0xe0) | SPAN(0xe8, 0xf7)},
};

/* The prefix column of vector.def spells 66, F3 and F2 as it is written in the SDM. */
#define PP_NP                      NP
#define PP_66                      P66
#define PP_F3                      PF3
#define PP_F2                      PF2
#define VEX(map, pp, op, mem, reg) [(map)-1][PP_##pp][0x##op] = {{mem, reg}},
#define EVEX(map, pp, op, mem, reg)
#define EVEX_EXT(op, ext, mem, reg)
const struct vector_row vex_rows[3][NPREFIXES][256] = {
#include "vector.def"
};
#undef VEX
#undef EVEX
#define VEX(map, pp, op, mem, reg)
#define EVEX(map, pp, op, mem, reg) [(map)-1][PP_##pp][0x##op] = {{mem, reg}},
const struct vector_row evex_rows[6][NPREFIXES][256] = {
#include "vector.def"
};
#undef EVEX
#undef EVEX_EXT
#define EVEX(map, pp, op, mem, reg)
#define EVEX_EXT(op, ext, mem, reg) [0x##op & 1][ext] = {{mem, reg}},
const struct vector_row evex_ext_rows[2][8] = {
#include "vector.def"
};
