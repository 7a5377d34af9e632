/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory operands (doc/sfi.md V3). Which form is chosen where there is a choice:
 *   static data and known zero-extended registers   sym(%r14), d(%r14,%reg)     free
 *   a base used again soon, and stores              movl %base,%r11d; d(%r14,%r11)
 *   a second such base                              movl %base,%base; d(%r14,%base)
 *   anything else                                   %gs:d(%base32,%index32,s)
 * A non-zero gs base costs two cycles of load latency and every second store slot on current
 * cores; the copy through r11 costs one instruction, which later accesses share.
 */
#include "rewrite.h"
#include "policy.h"

#include <string.h>
#include <strings.h>

#define BIT(r) (1u << (r))

static bool has_high_byte(const struct insn *in)
{
	for (int i = 0; i < in->nops; i++)
		if (in->op[i].high_byte)
			return true;
	return false;
}

static bool is_store(const struct insn *in, const struct operand *op)
{
	static const char *const readers[] = {
		"cmp", "test", "push", "bt", "mul", "div", "imul", "idiv", "call", "jmp"};
	const char *n = in->name;

	if (op != &in->op[in->nops - 1])
		return false;
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++)
		if (name_is(n, readers[i]))
			return false;
	if (n[0] == 'f') /* x87: only fst, fstp, fist, fistp, fnst... write memory */
		return name_begins(n, "fst") || name_begins(n, "fist") || name_begins(n, "fnst");
	return !name_begins(n, "prefetch");
}

/* The register that alone makes up the address, or REG_NONE. */
static int only_register(const struct operand *op)
{
	if (op->seg || op->base == REG_RIP)
		return REG_NONE;
	if (op->base >= 0 && op->index == REG_NONE)
		return op->base;
	bool unscaled = !op->scale.n || slice_is(op->scale, "1");
	return op->base == REG_NONE && op->index >= 0 && op->index < 16 && unscaled ? op->index
										    : REG_NONE;
}

/*
 * Can the displacement stay beside a register that is cut to 32 bits first? Not if their sum may
 * wrap, as in table(%rax) with a negative rax. A small one is safe: the first and last 64 KiB of
 * the window hold nothing, so an address that is valid minus a small displacement is in range.
 * The thread pointer is itself a valid offset.
 */
static bool disp_stays(const struct operand *op)
{
	if (op->numeric)
		return op->value > -EDGE && op->value < EDGE;
	return memchr(op->disp.s, '@', op->disp.n) != NULL;
}

/* How many memory operands from here on use `reg` alone before it or r11 changes. */
static unsigned later_uses(const struct rewrite *rw, int reg)
{
	unsigned uses = 0;

	for (size_t i = rw->at + 1; i < rw->nitems && i < rw->at + 40; i++) {
		struct item *it = &rw->item[i];

		if (!it->is_insn)
			continue;
		if (name_begins(it->insn.name, "call") || name_is(it->insn.name, "ret"))
			break;
		struct operand *op = insn_mem(&it->insn);
		if (op && !op->star && only_register(op) == reg && disp_stays(op) &&
			strncmp(it->insn.name, "lea", 3))
			uses++;
		if (it->effects.killed & (BIT(reg) | BIT(REG_SCRATCH)))
			break;
	}
	return uses;
}

/* Does the instruction load the next address of a chain: a register that is part of this one? */
static bool chases(const struct insn *in, const struct operand *op)
{
	const struct operand *last = &in->op[in->nops - 1];

	return last != op && last->kind == OPND_REG && last->size >= 4 &&
	       (last->reg == op->base || last->reg == op->index);
}

/* Whether to spend an instruction on copying `reg` to r11. */
static bool worth_copy(
	const struct rewrite *rw, const struct insn *in, const struct operand *op, int reg)
{
	if (rw->guard != GUARD_AUTO)
		return rw->guard == GUARD_REGISTER;
	if (is_store(in, op) || chases(in, op))
		return true;
	unsigned here = later_uses(rw, reg);
	if (rw->copied != REG_NONE && later_uses(rw, rw->copied) > here)
		return false;
	return here >= 1;
}

/*
 * Whether to cut `reg` itself to 32 bits rather than a copy, which leaves r11 to another register
 * that is used again. The access that follows proves that it loses nothing by that.
 */
static bool worth_in_place(
	const struct rewrite *rw, const struct insn *in, const struct operand *op, int reg)
{
	if (rw->guard != GUARD_AUTO || !op->numeric || name_begins(in->name, "prefetch") ||
		strstr(in->name, "maskmov") || in->rep)
		return false;
	for (int i = 0; i < in->nops; i++)
		if (in->op[i].tail.n || (in->op[i].kind == OPND_REG && in->op[i].reg == reg))
			return false;
	return rw->copied != REG_NONE && later_uses(rw, rw->copied) && later_uses(rw, reg);
}

/*
 * Whether to spend an instruction on the sum of several parts. Not for loads: a lea with a scaled
 * index takes the two cycles that the gs base would.
 */
static bool worth_sum(const struct rewrite *rw, const struct insn *in, const struct operand *op)
{
	return rw->guard == GUARD_REGISTER || (rw->guard == GUARD_AUTO && is_store(in, op));
}

static void set_r14_form(struct rewrite *rw, struct operand *op, int reg, struct slice scale)
{
	if (!op->disp.n)
		op->disp = (struct slice){"", 0};
	if (reg == REG_NONE)
		op->text = rw_text(rw, "%.*s(%%r14)", (int)op->disp.n, op->disp.s);
	else
		op->text = rw_text(rw, "%.*s(%%r14,%%%s%s%.*s)", (int)op->disp.n, op->disp.s,
			reg_name(reg, 8), scale.n ? "," : "", (int)scale.n, scale.s);
	op->base = REG_DATA;
	op->index = (int8_t)reg;
}

/* Thread-local offsets are signed relocations, which a 32-bit address cannot carry: the sum is
 * made in r11. */
static bool thread_local_form(struct rewrite *rw, const struct insn *in, struct operand *op)
{
	if (!op->disp.n || !memchr(op->disp.s, '@', op->disp.n))
		return false;
	if ((rw->scratch_used && op->base != REG_SCRATCH) || has_high_byte(in)) {
		rw_error(rw, in->stmt, "no register is left for this thread-local operand");
		return true;
	}
	rw_line(rw, "leaq\t%.*s, %%r11", (int)op->text.n, op->text.s);
	rw_line(rw, "movl\t%%r11d, %%r11d");
	rw_extended(rw, REG_SCRATCH);
	rw->scratch_used = true;
	op->disp.n = 0;
	set_r14_form(rw, op, REG_SCRATCH, (struct slice){"", 0});
	return true;
}

static void set_gs_form(struct rewrite *rw, const struct insn *in, struct operand *op)
{
	if (thread_local_form(rw, in, op))
		return;

	const char *base = op->base >= 0 && op->base < 16 ? reg_name(op->base, 4) : NULL;
	struct slice index = op->index_text;

	if (op->index >= 0 && op->index < 16)
		index = rw_text(rw, "%%%s", reg_name(op->index, 4));
	op->text = rw_text(rw, "%%gs:%.*s(%s%s%s%.*s%s%.*s)", (int)op->disp.n, op->disp.s,
		base ? "%" : "", base ? base : "", index.n ? "," : "", (int)index.n, index.s,
		op->scale.n ? "," : "", (int)op->scale.n, op->scale.s);
	op->seg = 'g';
}

/* Static data, which no register takes part in. */
static void confine_static(struct rewrite *rw, const struct insn *in, struct operand *op)
{
	uint32_t at = 0;

	while (at < op->disp.n && op->disp.s[at] != '@')
		at++;
	if (at < op->disp.n && at + 9 <= op->disp.n && !memcmp(op->disp.s + at, "@GOTPCREL", 9)) {
		rw_error(rw, in->stmt, "this use of the GOT is not supported");
		return;
	}
	if (!op->disp.n)
		op->disp = (struct slice){"0", 1};
	if (has_high_byte(in))
		op->text = rw_text(rw, "%%gs:%.*s", (int)op->disp.n, op->disp.s);
	else
		set_r14_form(rw, op, REG_NONE, (struct slice){"", 0});
}

/* A form that costs nothing, where facts about the registers allow one. */
static bool free_form(struct rewrite *rw, struct operand *op)
{
	static const struct slice none = {"", 0};
	int reg = only_register(op);

	if (reg >= 0 && reg != REG_RSP && (rw->extended & BIT(reg))) {
		set_r14_form(rw, op, reg, none);
		return true;
	}
	if (op->base == REG_NONE && op->index >= 0 && op->index < 16 &&
		rw->small & BIT(op->index)) {
		set_r14_form(rw, op, op->index, op->scale);
		return true;
	}
	return false;
}

/* The address, or its register, in r11. */
static bool scratch_form(struct rewrite *rw, const struct insn *in, struct operand *op)
{
	static const struct slice none = {"", 0};
	int reg = only_register(op);

	if (rw->scratch_used || op->base == REG_SCRATCH || op->index == REG_SCRATCH ||
		op->index == REG_VECTOR || op->address32)
		return false;
	if (reg >= 0 && reg != REG_RSP && disp_stays(op)) {
		if (rw->copied != reg) {
			if (worth_in_place(rw, in, op, reg)) {
				rw_line(rw, "movl\t%%%s, %%%s", reg_name(reg, 4), reg_name(reg, 4));
				rw_extended(rw, reg);
				set_r14_form(rw, op, reg, none);
				return true;
			}
			if (!worth_copy(rw, in, op, reg))
				return false;
			rw_line(rw, "movl\t%%%s, %%r11d", reg_name(reg, 4));
			rw_extended(rw, REG_SCRATCH);
			rw->copied = (int8_t)reg;
		}
		set_r14_form(rw, op, REG_SCRATCH, none);
		return true;
	}
	if (memchr(op->disp.s, '@', op->disp.n) || !worth_sum(rw, in, op))
		return false;
	rw_line(rw, "leal\t%.*s, %%r11d", (int)op->text.n, op->text.s);
	rw_extended(rw, REG_SCRATCH);
	op->disp.n = 0;
	set_r14_form(rw, op, REG_SCRATCH, none);
	return true;
}

void rw_confine(struct rewrite *rw, const struct insn *in, struct operand *op)
{
	if (op->base == REG_RIP || (op->base == REG_NONE && op->index == REG_NONE)) {
		confine_static(rw, in, op);
		return;
	}
	if (op->base == REG_DATA)
		return; /* already in a form of the policy: the verifier judges it */
	if (op->base == REG_RSP && op->index == REG_NONE && !op->address32 && op->numeric &&
		op->value <= RSP_DISP_MAX && op->value >= -RSP_DISP_MAX)
		return;
	if (!has_high_byte(in) && (free_form(rw, op) || scratch_form(rw, in, op)))
		return;
	set_gs_form(rw, in, op);
}

/* lea computes; only rip and rsp in it would let a real address out. */
static int rewrite_lea(struct rewrite *rw, struct insn *in)
{
	struct operand *src = &in->op[0], *dst = insn_last(in);

	if (in->nops != 2 || dst->kind != OPND_REG || dst->reg < 0 || dst->reg > 15) {
		rw_error(rw, in->stmt, "lea needs a general register");
		return PASS_DONE;
	}
	if (src->base == REG_RIP || (src->base == REG_NONE && src->index == REG_NONE)) {
		rw_line(rw, "movl\t$%.*s, %%%s", (int)src->disp.n, src->disp.s,
			reg_name(dst->reg, 4));
		rw_extended(rw, dst->reg);
		return PASS_DONE;
	}
	if (src->base == REG_RSP && dst->size == 8 && dst->reg != REG_RSP) {
		strcpy(in->name, "leal");
		rw_set_reg(dst, dst->reg, 4);
	}
	return PASS_NEXT;
}

/* foo@GOTPCREL(%rip) and foo@gottpoff(%rip): a static program has no GOT, the linker knows the
 * value. */
static bool rewrite_got(struct rewrite *rw, struct insn *in, struct operand *op)
{
	const char *at = op->disp.n ? memchr(op->disp.s, '@', op->disp.n) : NULL;
	struct operand *dst = insn_last(in);

	if (!at || op->base != REG_RIP || op != &in->op[0] || in->nops != 2 ||
		dst->kind != OPND_REG || dst->size != 8)
		return false;
	bool tls = !strncasecmp(at, "@gottpoff", 9);
	if (!tls && strncmp(at, "@GOTPCREL", 9))
		return false;
	int n = (int)(at - op->disp.s);
	if (name_is(in->name, "mov") && !tls) {
		rw_line(rw, "movl\t$%.*s, %%%s", n, op->disp.s, reg_name(dst->reg, 4));
		rw_extended(rw, dst->reg);
		return true;
	}
	if (!tls && name_begins(in->name, "cmov")) {
		rw_line(rw, "movl\t$%.*s, %%r11d", n, op->disp.s);
		rw_extended(rw, REG_SCRATCH);
		rw_set_reg(op, REG_SCRATCH, 8);
		rw_insn(rw, in);
		rw_forget(rw, (uint16_t)BIT(dst->reg));
		return true;
	}
	if (!name_is(in->name, "mov") && !name_is(in->name, "cmp") && !name_is(in->name, "add") &&
		!name_is(in->name, "sub"))
		return false;
	rw_line(rw, "%s\t$%.*s%s, %.*s", in->name, n, op->disp.s, tls ? "@tpoff" : "",
		(int)dst->text.n, dst->text.s);
	rw_forget(rw, (uint16_t)BIT(dst->reg));
	return true;
}

static bool touches_nothing(const struct insn *in)
{
	return name_is(in->name, "nop");
}

int pass_mem(struct rewrite *rw, struct insn *in)
{
	struct operand *op = insn_mem(in);

	if (!op || touches_nothing(in))
		return PASS_NEXT;
	if (name_is(in->name, "lea"))
		return rewrite_lea(rw, in);
	if (rewrite_got(rw, in, op))
		return PASS_DONE;
	bool bit_string = name_is(in->name, "bt") || name_is(in->name, "bts") ||
			  name_is(in->name, "btr") || name_is(in->name, "btc");
	if (bit_string && in->nops == 2 && in->op[0].kind == OPND_REG) {
		rw_error(rw, in->stmt,
			"a bit string in memory with a register index reaches anywhere");
		return PASS_DONE;
	}
	rw_confine(rw, in, op);
	return PASS_NEXT;
}
