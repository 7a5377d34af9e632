/* SPDX-License-Identifier: Apache-2.0 */
/* The predicates of V3 and V4 (doc/sfi.md). No state: verify.c owns the facts and the margin. */
#include "rules.h"
#include "sfi.h"

static const struct {
	const char *id, *text;
} why[VERIFY_NCAUSES] = {
	[VERIFY_OK] = {"", "accepted"},
#define RULE(cause, id, sentence) [cause] = {id, sentence},
#include "rules.def"
#undef RULE
};

const char *verify_rule_id(enum verify_cause c)
{
	return c < VERIFY_NCAUSES ? why[c].id : "?";
}

const char *verify_rule_text(enum verify_cause c)
{
	return c < VERIFY_NCAUSES ? why[c].text : "?";
}

static bool plain_disp32(const struct insn *in)
{
	return in->modrm >> 6 == 0 && (in->modrm & 7) == 4 && in->sib == 0x25 && !(in->rex & REX_X);
}

/* (g): the thread's two words. */
static enum verify_cause rule_fs(const struct insn *in)
{
	bool op = in->opcode == 0x8b || in->opcode == 0x2b || in->opcode == 0x33 ||
		  in->opcode == 0x3b;
	bool word = insn_disp(in) == SFI_FS_THREAD_POINTER || insn_disp(in) == SFI_FS_CANARY;
	if (in->encoding != E_LEGACY || in->map != MAP_ONE || !op || in->prefixes != P_FS ||
		!(in->rex & REX_W) || !plain_disp32(in) || !word)
		return V3_FS;
	return VERIFY_OK;
}

enum verify_cause rule_memory(const struct insn *in, const struct facts *f, int *uses)
{
	*uses = -1;
	if (!in->has_mem || in->kind == K_LEA || in->kind == K_NOP)
		return VERIFY_OK;
	if (in->prefixes & P_FS)
		return rule_fs(in);
	if (in->prefixes & P_GS) {
		if (in->prefixes & P_67) /* (a) */
			return insn_base(in) == -2 ? V3_OPERAND : VERIFY_OK;
		return plain_disp32(in) && !in->vsib ? VERIFY_OK : V3_OPERAND; /* (b) */
	}
	if (in->vsib)
		return V3_VSIB;
	int base = insn_base(in), index = insn_index(in);
	if (base == R_SP)
		return index == -1 ? VERIFY_OK : V3_OPERAND; /* (c) */
	if (base != R_14)
		return V3_OPERAND;
	if (index == -1)
		return VERIFY_OK;                             /* (d) */
	uint16_t known = insn_scale(in) == 1 ? f->zx : f->sm; /* (e), (f) */
	*uses = index;
	return known >> index & 1 ? VERIFY_OK : V3_FACT;
}

bool rule_rsp_adjust(const struct insn *in, int64_t *by)
{
	if (in->encoding != E_LEGACY || in->map != MAP_ONE || in->prefixes ||
		in->rex != (0x40 | REX_W))
		return false;
	uint8_t op = in->modrm >> 3 & 7;
	if ((in->opcode == 0x81 || in->opcode == 0x83) && !in->has_mem && insn_rm(in) == R_SP) {
		*by = op == 5 ? -(int64_t)insn_imm(in) : insn_imm(in);
		return op == 0 || op == 5;
	}
	*by = insn_disp(in);
	return in->kind == K_LEA && insn_reg(in) == R_SP && in->has_mem && insn_base(in) == R_SP &&
	       insn_index(in) == -1;
}

bool rule_rsp_write(const struct insn *in)
{
	if (in->encoding != E_LEGACY || in->map != MAP_ONE || in->writes != BIT(R_SP) ||
		in->proves_zx != BIT(R_SP) || in->prefixes & P_LOCK)
		return false;
	uint8_t op = in->modrm >> 3 & 7;
	switch (in->opcode) {
	case 0x8b: /* mov, from a register or confined memory */
	case 0x8d: /* lea */
	case 0xbc: /* mov $imm */
		return true;
	case 0x81: /* add, or, and, sub $imm */
	case 0x83:
		return op == 0 || op == 1 || op == 4 || op == 5;
	case 0x01: /* add, or, and, sub, mov between registers */
	case 0x03:
	case 0x09:
	case 0x0b:
	case 0x21:
	case 0x23:
	case 0x29:
	case 0x2b:
	case 0x89:
		return !in->has_mem;
	default:
		return false;
	}
}

int64_t rule_anchor(const struct insn *in)
{
	if (in->kind == K_PUSH || in->kind == K_POP)
		return SFI_EDGE;
	if (!in->anchors || in->prefixes & (P_GS | P_FS) || insn_base(in) != R_SP ||
		insn_index(in) != -1)
		return -1;
	int64_t d = insn_disp(in) < 0 ? -(int64_t)insn_disp(in) : insn_disp(in);
	return d <= SFI_RSP_ANCHOR ? SFI_EDGE - d : -1;
}
