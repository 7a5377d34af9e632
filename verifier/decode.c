/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder: prefixes, opcode, operands and the registers written, from the tables in tables.c.
 * It knows the accepted set only; rule V1 (prefixes) and rule V2 (the list) are decided here. What
 * an instruction may do with its operands is decided in rules.c.
 */
#include "insn.h"

#define MAX_LENGTH 15
/*
 * How far decoding may look ahead: MAX_LENGTH prefixes and then the longest rest of an instruction.
 * Where the text has less, a zero-padded copy is decoded instead, so that no byte needs a check.
 */
#define LOOK_AHEAD 48

/* The legacy prefixes, and what each excludes: itself and the others of its group. */
struct prefix {
	uint16_t bit, group;
};

static inline struct prefix prefix_of(uint8_t b, uint16_t seen)
{
	switch (b) {
	case 0xf0:
		return (struct prefix){P_LOCK, P_LOCK | P_F2 | P_F3};
	case 0xf2:
		return (struct prefix){P_F2, P_LOCK | P_F2 | P_F3};
	case 0xf3:
		return (struct prefix){P_F3, P_LOCK | P_F2 | P_F3};
	case 0x64:
		return (struct prefix){P_FS, P_FS | P_GS};
	case 0x65:
		return (struct prefix){P_GS, P_FS | P_GS};
	case 0x67:
		return (struct prefix){P_67, P_67};
	case 0x66:
		return (struct prefix){seen & P_66 ? P_66S : P_66, 0};
	case 0x2e:
		return (struct prefix){P_2E, P_2E};
	case 0x26:
	case 0x36:
	case 0x3e:
		return (struct prefix){0, 0xffff};
	default:
		return (struct prefix){0, 0};
	}
}

/* How an instruction can begin, other than with its opcode. */
enum first { OPCODE, REX, PREFIX };
#define REX8(b)                                                                                    \
	[b] = REX, [b + 1] = REX, [b + 2] = REX, [b + 3] = REX, [b + 4] = REX, [b + 5] = REX,      \
	[b + 6] = REX, [b + 7] = REX
static const uint8_t first_byte[256] = {REX8(0x40), REX8(0x48), [0x26] = PREFIX, [0x2e] = PREFIX,
	[0x36] = PREFIX, [0x3e] = PREFIX, [0x64] = PREFIX, [0x65] = PREFIX, [0x66] = PREFIX,
	[0x67] = PREFIX, [0xf0] = PREFIX, [0xf2] = PREFIX, [0xf3] = PREFIX};

/* Collects legacy prefixes: *n of them. Out of line: most instructions have none. */
static __attribute__((noinline)) enum verify_cause prefixes(
	struct insn *in, const uint8_t *p, uint32_t *n)
{
	for (*n = 0; first_byte[p[*n]] == PREFIX; ++*n) {
		struct prefix x = prefix_of(p[*n], in->prefixes);
		if (x.bit == 0 || in->prefixes & x.group)
			return V1_PREFIX;
		if (*n == MAX_LENGTH - 1)
			return V1_LENGTH;
		in->prefixes |= x.bit;
	}
	return VERIFY_OK;
}

/* ModRM, SIB and the displacement's place. */
static inline void modrm(struct insn *in, const uint8_t *p, uint32_t *at)
{
	uint32_t m = p[*at], mod = m >> 6, low = m & 7;
	in->modrm = (uint8_t)m;
	++*at;
	if (mod == 3)
		return;
	in->has_mem = true;
	if (low == 4) {
		in->sib = p[(*at)++];
		low = in->sib & 7;
	}
	in->disp_at = (uint8_t)*at;
	in->disp_size = mod == 1 ? 1 : mod == 2 || low == 5 ? 4 : 0;
	*at += in->disp_size;
}

static inline void immediate(struct insn *in, uint32_t *at, uint32_t attr)
{
	bool narrow = in->prefixes & P_66 && attr & A_OPSZ;
	in->imm_at = (uint8_t)*at;
	in->imm_size = attr & A_IMM8 ? 1 : narrow ? 2 : attr & A_IMMV && in->rex & REX_W ? 8 : 4;
	*at += in->imm_size;
}

/* SM: see "Facts" in doc/sfi.md. attr has A_SMALL, and proves_zx is already right. */
static bool proves_small(const struct insn *in)
{
	if (in->map == MAP_0F) /* movzx */
		return true;
	if (in->opcode == 0xc1) /* shr */
		return (insn_imm(in) & 31) >= 3;
	return in->imm_size == 4 || in->imm_size == 1 ? (uint32_t)insn_imm(in) < 1u << 29
						      : false; /* and, mov */
}

/*
 * The registers written. Without REX, 8-bit destinations 4-7 are %ah-%bh, which are parts of 0-3.
 * The attribute bits A_RAX, A_RCX, A_RDX stand in the order of the registers' numbers.
 */
static inline uint16_t written(const struct insn *in, uint32_t attr)
{
	uint32_t writes = 0;
	if (attr & A_DREG)
		writes |= 1u << insn_reg(in);
	if (attr & A_DRM && !in->has_mem)
		writes |= 1u << insn_rm(in);
	if (attr & A_DOP)
		writes |= 1u << ((in->opcode & 7) | (in->rex & REX_B ? 8 : 0));
	if (attr & A_BYTE && !in->rex)
		writes = (writes | writes >> 4) & 15;
	return (uint16_t)(writes | (attr / A_RAX & 7));
}

static inline void effects(struct insn *in, uint32_t attr)
{
	in->writes = written(in, attr);
	in->anchors = attr & A_ANCHOR && in->has_mem;
	if (!(attr & A_ZX))
		return;
	bool narrow = in->prefixes & P_66 && attr & A_OPSZ;
	bool movzx = in->map == MAP_0F && attr & A_SMALL; /* whole also with REX.W */
	if (narrow || (in->rex & REX_W && !movzx))
		return;
	if (in->opcode == 0xc1 && in->map == MAP_ONE && insn_imm(in) % 32 == 0)
		return; /* a shift by 0 */
	in->proves_zx = in->writes;
	if (attr & A_SMALL && proves_small(in))
		in->proves_sm = in->writes;
}

/* Prefix rules of V1 for a legacy instruction whose row is attr; pp is its mandatory prefix. */
static inline bool prefixes_fit(const struct insn *in, uint32_t attr, int pp)
{
	uint16_t p = in->prefixes;
	if (attr & A_NOW && in->rex) { /* REX.W is refused, and REX where it selects nothing */
		if (in->rex & REX_W || (!(attr & (A_MODRM | A_DOP)) && A_KIND(attr) != K_PUSH))
			return false;
	}
	if (in->rex & REX_W && attr & A_BYTE)
		return false;
	if (p == 0)
		return A_KIND(attr) != K_NOP || !in->rex;
	if (A_KIND(attr) == K_NOP)
		return !(p & ~(P_66 | P_66S | P_2E)) && !in->rex;
	if (A_KIND(attr) == K_LABEL)
		return p == P_F3 && !in->rex;
	if (p & (P_66S | P_2E))
		return false;
	if (p & P_66 && pp != P66 && (!(attr & A_OPSZ) || in->rex & REX_W))
		return false;
	if (p & (P_F2 | P_F3) &&
		(pp < PF3 || (in->map == MAP_ONE && in->opcode == 0x90 && in->rex)))
		return false;
	if (p & P_LOCK && !(attr & A_LOCK && in->has_mem && (in->modrm >> 6) != 3))
		return false;
	if (p & (P_67 | P_GS | P_FS) && !in->has_mem)
		return false;
	if (A_KIND(attr) == K_LEA)
		return !(p & (P_GS | P_FS));
	return !(p & P_67) || p & P_GS;
}

/* 90 is nop, and with F3 pause; only with REX.B it is an exchange. */
static uint32_t refine_90(const struct insn *in)
{
	if (in->rex & REX_B)
		return K_PLAIN | A_OPSZ | A_DOP | A_RAX;
	return K_PLAIN | A_NOW | (in->prefixes & P_F3 ? 0 : A_OPSZ);
}

static inline uint32_t legacy_row(const struct insn *in, int *pp)
{
	uint16_t p = in->prefixes;
	*pp = NP;
	if (!(p & (P_66 | P_F2 | P_F3)))
		return legacy_rows[in->map][NP][in->opcode];
	*pp = p & P_F3 ? PF3 : p & P_F2 ? PF2 : P66;
	uint32_t attr = legacy_rows[in->map][*pp][in->opcode];
	if (attr == 0 && (*pp == P66 || in->map == MAP_ONE)) {
		attr = legacy_rows[in->map][NP]
				  [in->opcode]; /* not a mandatory prefix: V1 judges it */
		*pp = NP;
	}
	return attr;
}

static enum verify_cause x87(struct insn *in)
{
	const struct x87_row *row = &x87_rows[in->opcode & 7];
	in->kind = K_PLAIN;
	bool ok = in->has_mem ? row->mem >> (in->modrm >> 3 & 7) & 1
			      : row->reg >> (in->modrm & 63) & 1;
	if (in->opcode == 0xdf && in->modrm == 0xe0)
		in->writes = BIT(R_AX); /* fnstsw %ax */
	return ok ? VERIFY_OK : V2_DENIED;
}

/* The kinds that need a second look before their row is final. */
static uint32_t refine(const struct insn *in, uint32_t attr)
{
	if (A_KIND(attr) == K_GROUP)
		return group_rows[A_INDEX(attr)][in->modrm >> 3 & 7];
	return A_KIND(attr) == K_XCHG90 ? refine_90(in) : attr;
}

static inline bool operand_fits(const struct insn *in, uint32_t attr)
{
	return !(attr & (in->has_mem ? A_NOMEM : A_NOREG));
}

/* What VEX and EVEX prefixes say besides the shared fields of struct insn. */
struct vector {
	const struct vector_row *row;
	int vvvv; /* not inverted */
	int l;
	bool v_high, r_high, b, z; /* EVEX.V', R', b, z, not inverted where they are */
	int aaa;
};

static enum verify_cause vex_prefix(
	struct insn *in, const uint8_t *p, uint32_t *at, struct vector *v)
{
	unsigned map = 1;
	uint8_t last = p[(*at)++];
	if (in->opcode == 0xc4) {
		map = last & 31;
		in->rex = (uint8_t)(~last >> 5 & 7);
		last = p[(*at)++];
		in->rex |= (uint8_t)(last >> 4 & REX_W);
	} else {
		in->rex = (uint8_t)(~last >> 5 & REX_R);
	}
	in->encoding = E_VEX;
	in->opcode = p[(*at)++];
	v->vvvv = ~last >> 3 & 15;
	v->l = last >> 2 & 1;
	if (map < 1 || map > 3)
		return V2_DENIED;
	v->row = &vex_rows[map - 1][last & 3][in->opcode];
	return VERIFY_OK;
}

static enum verify_cause evex_prefix(
	struct insn *in, const uint8_t *p, uint32_t *at, struct vector *v)
{
	uint8_t p0 = p[*at], p1 = p[*at + 1], p2 = p[*at + 2];
	*at += 3;
	unsigned map = p0 & 7;
	in->encoding = E_EVEX;
	in->opcode = p[(*at)++];
	in->rex = (uint8_t)((~p0 >> 5 & 7) | (p1 >> 4 & REX_W));
	v->r_high = !(p0 & 0x10);
	v->vvvv = ~p1 >> 3 & 15;
	v->z = p2 >> 7;
	v->l = p2 >> 5 & 3;
	v->b = p2 >> 4 & 1;
	v->v_high = !(p2 & 8);
	v->aaa = p2 & 7;
	if (p0 & 8 || !(p1 & 4) || map < 1 || map > 6)
		return V2_DENIED; /* reserved bits; on later CPUs they name other registers */
	v->row = &evex_rows[map - 1][p1 & 3][in->opcode];
	if (map == 1 && (p1 & 3) == P66 && (in->opcode == 0x72 || in->opcode == 0x73))
		v->row = &evex_ext_rows[in->opcode & 1][p[*at] >> 3 & 7]; /* ModRM is next */
	return VERIFY_OK;
}

/* The field values that the row allows; everything else would be #UD or another instruction. */
static bool vector_form(const struct insn *in, const struct vector *v, uint32_t attr)
{
	if (attr & V_NOVV ? v->vvvv != 0 || (v->v_high && !in->vsib) : attr & V_VLOW && v->vvvv > 7)
		return false;
	if (!(attr >> (24 + (in->modrm >> 3 & 7)) & 1))
		return false;
	if (in->vsib && !insn_has_sib(in))
		return false;
	if ((attr & V_NOR && in->rex & REX_R) || (attr & V_NORH && v->r_high) ||
		(attr & V_NOX && in->rex & REX_X) || (attr & V_NOB && in->rex & REX_B))
		return false;
	if (v->b && (!(attr & V_B) || (attr & V_BW && !(in->rex & REX_W))))
		return false;
	if (v->z && (!(attr & V_ZERO) || v->aaa == 0))
		return false;
	if (v->aaa ? !(attr & V_MASK) : attr & V_MUSTMASK)
		return false;
	unsigned w = in->rex & REX_W ? 3 : 0;
	if (v->b && !in->has_mem) /* L'L is the rounding mode */
		return attr >> w & 7;
	return v->l < 3 && attr >> (w + (unsigned)v->l) & 1;
}

static enum verify_cause vector(struct insn *in, const uint8_t *p, uint32_t *at)
{
	struct vector v = {0};
	if (in->prefixes & ~(P_67 | P_GS | P_FS) || in->rex)
		return V1_PREFIX;
	enum verify_cause cause =
		in->opcode == 0x62 ? evex_prefix(in, p, at, &v) : vex_prefix(in, p, at, &v);
	if (cause != VERIFY_OK || (v.row->form[0] | v.row->form[1]) == 0)
		return V2_DENIED;
	in->kind = K_PLAIN;
	if (in->encoding != E_VEX || in->opcode != 0x77) /* vzeroupper has no ModRM */
		modrm(in, p, at);
	uint32_t attr = v.row->form[!in->has_mem];
	in->vsib = attr & V_VSIB;
	*at += attr & V_IMM8 ? 1 : 0;
	if (in->prefixes && (!in->has_mem || in->prefixes == P_67))
		return V1_PREFIX;
	if (!vector_form(in, &v, attr))
		return V2_FORM;
	if (attr & V_DREG)
		in->writes |= BIT(insn_reg(in));
	if (attr & V_DRM && !in->has_mem)
		in->writes |= BIT(insn_rm(in));
	if (attr & V_DVVVV)
		in->writes |= BIT(v.vvvv);
	if (attr & V_ZX && !(in->rex & REX_W))
		in->proves_zx = in->writes;
	if (attr & V_RCX)
		in->writes |= BIT(R_CX);
	return VERIFY_OK;
}

/* The opcode's row is the last word on a legacy instruction; VEX and EVEX leave here. */
static inline __attribute__((always_inline)) enum verify_cause after_prefixes(
	struct insn *in, const uint8_t *p, uint32_t *at)
{
	int pp;
	if (in->opcode == 0x0f) {
		in->map = MAP_0F;
		in->opcode = p[(*at)++];
		if (in->opcode == 0x38 || in->opcode == 0x3a) {
			in->map = in->opcode == 0x38 ? MAP_38 : MAP_3A;
			in->opcode = p[(*at)++];
		}
	}
	uint32_t attr = legacy_row(in, &pp);
	if (attr & A_MODRM)
		modrm(in, p, at);
	if (A_KIND(attr) != K_PLAIN) {
		bool vex = in->opcode == 0xc4 || in->opcode == 0xc5 || in->opcode == 0x62;
		if (vex && in->map == MAP_ONE)
			return vector(in, p, at);
		attr = refine(in, attr);
		if (A_KIND(attr) == K_DENIED)
			return V2_DENIED;
	}
	in->kind = (uint8_t)A_KIND(attr);
	if (attr & (A_IMM8 | A_IMMZ | A_IMMV))
		immediate(in, at, attr);
	if ((in->prefixes | in->rex) && !prefixes_fit(in, attr, pp))
		return V1_PREFIX;
	if (attr & (A_EXACT | A_NOMEM | A_NOREG)) {
		if (attr & A_EXACT && in->modrm != A_INDEX(attr))
			return V2_DENIED;
		if (!operand_fits(in, attr))
			return V2_FORM;
	}
	effects(in, attr);
	return in->kind == K_X87 ? x87(in) : VERIFY_OK;
}

/* p has LOOK_AHEAD readable bytes, avail of them text. */
static inline uint32_t decode(
	struct insn *in, const uint8_t *p, size_t avail, enum verify_cause *cause)
{
	uint32_t at = 0;
	uint8_t first = first_byte[p[0]];
	in->bytes = p;
	if (first == PREFIX) {
		*cause = prefixes(in, p, &at);
		if (*cause != VERIFY_OK)
			return 0;
		first = first_byte[p[at]];
	}
	if (first == REX)
		in->rex = p[at++];
	in->opcode = p[at++];
	*cause = after_prefixes(in, p, &at);
	if (at > avail || at > MAX_LENGTH)
		*cause = V1_LENGTH;
	in->length = (uint8_t)at;
	return at;
}

static __attribute__((noinline)) uint32_t decode_near_end(
	struct insn *in, const uint8_t *p, size_t avail, enum verify_cause *cause)
{
	uint8_t padded[LOOK_AHEAD] = {0};
	for (size_t i = 0; i < avail; i++)
		padded[i] = p[i];
	uint32_t length = decode(in, padded, avail, cause);
	in->bytes = p;
	return length;
}

uint32_t insn_decode(struct insn *in, const uint8_t *p, size_t avail, enum verify_cause *cause)
{
	*in = (struct insn){0};
	return avail < LOOK_AHEAD ? decode_near_end(in, p, avail, cause)
				  : decode(in, p, avail, cause);
}

size_t verify_insn_length(const uint8_t *p, size_t avail)
{
	struct insn in;
	enum verify_cause cause;
	uint32_t length = insn_decode(&in, p, avail, &cause);
	return cause == VERIFY_OK ? length : 0;
}
