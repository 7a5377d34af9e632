/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder: prefixes, opcode, operands and the registers written, from the tables in tables.c.
 * It knows the accepted set only; rule V1 (prefixes) and rule V2 (the list) are decided here. What
 * an instruction may do with its operands is decided in rules.c.
 */
#include "insn.h"

#define MAX_LENGTH 15

struct cursor {
	const uint8_t *p;
	uint32_t at, end; /* end <= MAX_LENGTH: running over it is V1_LENGTH */
	bool overrun;
};

static uint8_t next(struct cursor *c)
{
	if (c->at >= c->end) {
		c->overrun = true;
		return 0;
	}
	return c->p[c->at++];
}

static uint32_t next32(struct cursor *c)
{
	uint32_t v = next(c);
	v |= (uint32_t)next(c) << 8;
	v |= (uint32_t)next(c) << 16;
	return v | (uint32_t)next(c) << 24;
}

/* Collects legacy prefixes and REX; the next byte is then the opcode's first. */
static enum verify_cause prefixes(struct insn *in, struct cursor *c)
{
	for (;;) {
		uint16_t group, bit;
		uint8_t b = next(c);
		switch (b) {
		case 0xf0:
			group = P_LOCK | P_F2 | P_F3, bit = P_LOCK;
			break;
		case 0xf2:
			group = P_LOCK | P_F2 | P_F3, bit = P_F2;
			break;
		case 0xf3:
			group = P_LOCK | P_F2 | P_F3, bit = P_F3;
			break;
		case 0x64:
			group = P_FS | P_GS, bit = P_FS;
			break;
		case 0x65:
			group = P_FS | P_GS, bit = P_GS;
			break;
		case 0x67:
			group = P_67, bit = P_67;
			break;
		case 0x66:
			group = 0, bit = in->prefixes & P_66 ? P_66S : P_66;
			break;
		case 0x26:
		case 0x36:
		case 0x3e:
			return V1_PREFIX;
		case 0x2e:
			group = P_2E, bit = P_2E;
			break;
		default:
			if ((b & 0xf0) == 0x40) {
				in->rex = b;
				b = next(c);
			}
			in->opcode = b;
			return c->overrun ? V1_LENGTH : VERIFY_OK;
		}
		if (in->prefixes & group)
			return V1_PREFIX;
		in->prefixes |= bit;
	}
}

static void modrm(struct insn *in, struct cursor *c)
{
	in->modrm = next(c);
	uint8_t mod = in->modrm >> 6;
	in->has_mem = mod != 3;
	if (!in->has_mem)
		return;
	if (insn_has_sib(in))
		in->sib = next(c);
	if (mod == 1)
		in->disp = (int8_t)next(c);
	else if (mod == 2 || (mod == 0 && insn_base(in) < 0))
		in->disp = (int32_t)next32(c);
	in->mem_end = (uint8_t)c->at;
}

static void immediate(struct insn *in, struct cursor *c, uint32_t attr)
{
	bool wide = in->rex & REX_W;
	if (attr & A_IMM8) {
		in->imm = (int8_t)next(c);
	} else if (attr & (A_IMMZ | A_IMMV)) {
		if (in->prefixes & P_66 && attr & A_OPSZ) {
			uint32_t low = next(c);
			in->imm = (int16_t)(low | (uint32_t)next(c) << 8);
			return;
		}
		in->imm = (int32_t)next32(c);
		if (attr & A_IMMV && wide)
			(void)next32(c);
	}
}

/* The register that number names as a destination: without REX, 8-bit 4-7 are %ah-%bh. */
static uint16_t destination(const struct insn *in, int number, uint32_t attr)
{
	if (attr & A_BYTE && !in->rex && number >= 4 && number < 8)
		number -= 4;
	return BIT(number);
}

/* SM: see "Facts" in doc/sfi.md; attr has A_SMALL, and proves_zx is already right. */
static bool immediate_is_small(const struct insn *in)
{
	if (in->map == MAP_0F) /* movzx */
		return true;
	if (in->opcode == 0xc1) /* shr */
		return (in->imm & 31) >= 3;
	return (uint32_t)in->imm < 1u << 29; /* and, mov */
}

static void effects(struct insn *in, uint32_t attr)
{
	uint16_t explicit = 0;
	bool in_reg = attr & A_MODRM && !in->has_mem;
	if (attr & A_DREG)
		explicit |= destination(in, insn_reg(in), attr);
	if (attr & A_DRM && in_reg)
		explicit |= destination(in, insn_rm(in), attr);
	if (attr & A_DOP)
		explicit |= destination(in, (in->opcode & 7) | (in->rex & REX_B ? 8 : 0), attr);
	in->writes = explicit;
	if (attr & A_RAX)
		in->writes |= BIT(R_AX);
	if (attr & A_RCX)
		in->writes |= BIT(R_CX);
	if (attr & A_RDX)
		in->writes |= BIT(R_DX);
	in->anchors = attr & A_ANCHOR && in->has_mem;

	bool whole = !(in->rex & REX_W) && !(in->prefixes & P_66 && attr & A_OPSZ);
	bool movzx = in->map == MAP_0F && attr & A_SMALL;
	bool shift_by_0 = in->map == MAP_ONE && in->opcode == 0xc1 && (in->imm & 31) == 0;
	if (!(attr & A_ZX) || shift_by_0)
		return;
	if (whole || (movzx && !(in->prefixes & P_66)))
		in->proves_zx = in->writes;
	if (in->proves_zx && attr & A_SMALL && immediate_is_small(in))
		in->proves_sm = in->writes;
}

/* Prefix rules of V1 for a legacy instruction whose row is attr; pp is its mandatory prefix. */
static bool prefixes_fit(const struct insn *in, uint32_t attr, int pp)
{
	uint16_t p = in->prefixes;
	if (A_KIND(attr) == K_NOP)
		return !(p & ~(P_66 | P_66S | P_2E)) && !in->rex;
	if (A_KIND(attr) == K_LABEL)
		return p == P_F3 && !in->rex;
	if (p & (P_66S | P_2E))
		return false;
	if (p & P_66 && pp != P66 && (!(attr & A_OPSZ) || in->rex & REX_W))
		return false;
	if (p & (P_F2 | P_F3) && (pp < PF3 || (in->map == MAP_ONE && in->opcode == 0x90 && in->rex)))
		return false;
	if (p & P_LOCK && !(attr & A_LOCK && in->has_mem && (in->modrm >> 6) != 3))
		return false;
	if (in->rex & REX_W && attr & (A_NOW | A_BYTE))
		return false;
	if (in->rex && attr & A_NOW && !(attr & (A_MODRM | A_DOP)) && A_KIND(attr) != K_PUSH)
		return false; /* no operand that it could select */
	if (p & (P_67 | P_GS | P_FS) && !in->has_mem)
		return false;
	if (A_KIND(attr) == K_LEA)
		return !(p & (P_GS | P_FS));
	return !(p & P_67) || p & P_GS;
}

/* 90 is nop, and with F3 pause; only with REX.B it is an exchange. */
static uint32_t refine_90(const struct insn *in, uint32_t attr)
{
	if (in->map != MAP_ONE || in->opcode != 0x90 || in->rex & REX_B)
		return attr;
	return K_PLAIN | A_NOW | (in->prefixes & P_F3 ? 0 : A_OPSZ);
}

static uint32_t legacy_row(const struct insn *in, int *pp)
{
	*pp = in->prefixes & P_F3   ? PF3
	      : in->prefixes & P_F2 ? PF2
	      : in->prefixes & P_66 ? P66
				    : NP;
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
	bool ok = in->has_mem ? row->mem >> (in->modrm >> 3 & 7) & 1
			      : row->reg >> (in->modrm & 63) & 1;
	if (in->opcode == 0xdf && in->modrm == 0xe0)
		in->writes = BIT(R_AX); /* fnstsw %ax */
	return ok ? VERIFY_OK : V2_DENIED;
}

static enum verify_cause legacy(struct insn *in, struct cursor *c)
{
	if (in->opcode == 0x0f) {
		in->map = MAP_0F;
		in->opcode = next(c);
		if (in->opcode == 0x38 || in->opcode == 0x3a) {
			in->map = in->opcode == 0x38 ? MAP_38 : MAP_3A;
			in->opcode = next(c);
		}
	}
	int pp;
	uint32_t attr = legacy_row(in, &pp);
	if (attr & A_MODRM)
		modrm(in, c);
	if (A_KIND(attr) == K_GROUP)
		attr = group_rows[A_INDEX(attr)][in->modrm >> 3 & 7];
	attr = refine_90(in, attr);
	in->kind = (uint8_t)A_KIND(attr);
	if (in->kind == K_DENIED)
		return c->overrun ? V1_LENGTH : V2_DENIED;
	immediate(in, c, attr);
	if (c->overrun)
		return V1_LENGTH;
	if (!prefixes_fit(in, attr, pp))
		return V1_PREFIX;
	if (attr & A_EXACT && in->modrm != A_INDEX(attr))
		return V2_DENIED;
	if (attr & (in->has_mem ? A_NOMEM : A_NOREG))
		return V2_FORM;
	effects(in, attr);
	if (in->kind == K_X87) {
		in->kind = K_PLAIN;
		return x87(in);
	}
	return VERIFY_OK;
}

/* What VEX and EVEX prefixes say besides the shared fields of struct insn. */
struct vector {
	const struct vector_row *row;
	int vvvv; /* not inverted */
	int l;
	bool v_high, r_high, b, z; /* EVEX.V', R', b, z, not inverted where they are */
	int aaa;
};

static enum verify_cause vex_prefix(struct insn *in, struct cursor *c, struct vector *v)
{
	unsigned map = 1;
	uint8_t last = next(c);
	if (in->opcode == 0xc4) {
		map = last & 31;
		in->rex = (uint8_t)(~last >> 5 & 7);
		last = next(c);
		in->rex |= (uint8_t)(last >> 4 & REX_W);
	} else {
		in->rex = (uint8_t)(~last >> 5 & REX_R);
	}
	in->encoding = E_VEX;
	in->opcode = next(c);
	v->vvvv = ~last >> 3 & 15;
	v->l = last >> 2 & 1;
	if (map < 1 || map > 3)
		return V2_DENIED;
	v->row = &vex_rows[map - 1][last & 3][in->opcode];
	return VERIFY_OK;
}

static enum verify_cause evex_prefix(struct insn *in, struct cursor *c, struct vector *v)
{
	uint8_t p0 = next(c), p1 = next(c), p2 = next(c);
	unsigned map = p0 & 7;
	in->encoding = E_EVEX;
	in->opcode = next(c);
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
	return VERIFY_OK;
}

/* The field values that the row allows; everything else would be #UD or another instruction. */
static bool vector_form(const struct insn *in, const struct vector *v)
{
	uint16_t attr = v->row->attr;
	if (attr & V_NOVV && (v->vvvv != 0 || (v->v_high && !in->vsib)))
		return false;
	if (!(v->row->ext >> (in->modrm >> 3 & 7) & 1))
		return false;
	if (in->vsib && !insn_has_sib(in))
		return false;
	if (v->r_high && attr & V_DREG)
		return false;
	if (in->encoding == E_EVEX && in->rex & REX_X && attr & V_DRM && !in->has_mem)
		return false;
	if (v->b && !(attr & (in->has_mem ? V_BCST : V_ROUND)))
		return false;
	if (v->z && (!(attr & V_ZERO) || v->aaa == 0))
		return false;
	if (v->aaa ? !(attr & V_MASK) : attr & V_MUSTMASK)
		return false;
	unsigned w = in->rex & REX_W ? 3 : 0;
	uint8_t wl = in->has_mem ? v->row->wl_mem : v->row->wl_reg;
	if (v->b && !in->has_mem) /* L'L is the rounding mode */
		return wl >> w & 7;
	return v->l < 3 && wl >> (w + (unsigned)v->l) & 1;
}

static enum verify_cause vector(struct insn *in, struct cursor *c)
{
	struct vector v = {0};
	if (in->prefixes & ~(P_67 | P_GS | P_FS) || in->rex)
		return V1_PREFIX;
	enum verify_cause cause =
		in->opcode == 0x62 ? evex_prefix(in, c, &v) : vex_prefix(in, c, &v);
	if (c->overrun)
		return V1_LENGTH;
	if (cause != VERIFY_OK || (v.row->wl_mem | v.row->wl_reg) == 0)
		return V2_DENIED;
	uint16_t attr = v.row->attr;
	in->kind = K_PLAIN;
	in->vsib = attr & V_VSIB;
	if (v.row->wl_mem | v.row->wl_reg && !(in->encoding == E_VEX && in->opcode == 0x77))
		modrm(in, c);
	if (attr & V_IMM8)
		in->imm = (int8_t)next(c);
	if (c->overrun)
		return V1_LENGTH;
	if (in->prefixes && (!in->has_mem || in->prefixes == P_67))
		return V1_PREFIX;
	if (!vector_form(in, &v))
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

enum verify_cause insn_decode(struct insn *in, const uint8_t *p, size_t avail)
{
	struct cursor c = {.p = p, .end = avail < MAX_LENGTH ? (uint32_t)avail : MAX_LENGTH};
	*in = (struct insn){0};
	enum verify_cause cause = prefixes(in, &c);
	if (cause != VERIFY_OK)
		return cause;
	if (in->opcode == 0xc4 || in->opcode == 0xc5 || in->opcode == 0x62)
		cause = vector(in, &c);
	else
		cause = legacy(in, &c);
	in->length = (uint8_t)c.at;
	return cause;
}

size_t verify_insn_length(const uint8_t *p, size_t avail)
{
	struct insn in;
	return insn_decode(&in, p, avail) == VERIFY_OK ? in.length : 0;
}
