/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stack pointer (doc/sfi.md V4). rsp is the one register that holds a real address: reading it
 * as a value gives the offset, its low half; writing it goes through the template, except that
 * a constant may be added as long as the stack is touched before control leaves the block.
 */
#include "rewrite.h"
#include "policy.h"

#include <string.h>

#define LEAVES_FLAGS "leaq\t(%%rsp,%%r14), %%rsp"

static bool is_rsp(const struct operand *op)
{
	return op && op->kind == OPND_REG && op->reg == REG_RSP;
}

/* Does the instruction move rsp by a constant? */
static bool constant_move(const struct insn *in, int64_t *by)
{
	const struct operand *src = &in->op[0];

	if (in->nops != 2 || !is_rsp(&in->op[1]) || in->op[1].size != 8)
		return false;
	if (name_is(in->name, "lea") && src->base == REG_RSP && src->index == REG_NONE &&
		src->numeric) {
		*by = src->value;
		return true;
	}
	*by = name_is(in->name, "sub") ? -src->value : src->value;
	return src->kind == OPND_IMM && src->numeric &&
	       (name_is(in->name, "add") || name_is(in->name, "sub"));
}

/* Completing the instruction proves where rsp points: push, pop and plain accesses through it.
 * A subset of what doc/sfi.md admits. */
static bool anchors(struct insn *in)
{
	static const char *const plain[] = {"mov", "add", "sub", "and", "or", "xor", "cmp", "test",
		"movups", "movaps", "movupd", "movapd", "movdqu", "movdqa", "movss", "movsd"};

	if (name_is(in->name, "push") || name_is(in->name, "pop"))
		return true;
	const struct operand *op = insn_mem(in);
	if (!op || op->base != REG_RSP || op->index != REG_NONE || op->seg || !op->numeric ||
		op->value > RSP_TOUCH_MAX || op->value < -RSP_TOUCH_MAX)
		return false;
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (name_is(in->name, plain[i]))
			return true;
	return false;
}

/* Looks ahead from the item after a constant move: is the stack touched before anything that
 * demands a settled rsp? `margin` is how far inside its window rsp is known to be. */
static bool settles(const struct rewrite *rw, int64_t margin)
{
	int64_t by;

	for (size_t i = rw->at + 1; i < rw->nitems; i++) {
		struct item *it = &rw->item[i];
		struct insn *in = &it->insn;

		if (!it->is_insn)
			continue;
		bool call = name_is(in->name, "call") && insn_is_direct_branch(in);
		if (call || name_is(in->name, "ret") || !strcmp(in->name, "syscall") || anchors(in))
			return true; /* a push or pop comes before control leaves */
		if (constant_move(in, &by)) {
			margin -= by < 0 ? -by : by;
			if (margin < -(int64_t)RSP_DRIFT_MAX)
				return false;
			continue;
		}
		if (is_rsp(insn_last(in)) || !strcmp(in->name, "leave"))
			return true; /* a template follows */
		bool leaves = in->name[0] == 'j' || name_is(in->name, "call") ||
			      name_begins(in->name, "loop") || insn_ends_flow(in);
		if (leaves && margin < 0)
			return false;
		if (insn_ends_flow(in))
			return true;
	}
	return margin >= 0 && !rw->label_next;
}

/* The template, given an instruction that leaves the wanted offset in esp. */
static int rebase(struct rewrite *rw, bool flags_dead)
{
	if (flags_dead)
		rw_line(rw, "addq\t%%r14, %%rsp");
	else
		rw_line(rw, LEAVES_FLAGS);
	rw->margin = 0;
	return PASS_DONE;
}

static int move_by_constant(struct rewrite *rw, struct insn *in, int64_t by)
{
	int64_t size = by < 0 ? -by : by;
	bool lea = name_is(in->name, "lea");

	if (size <= RSP_DRIFT_MAX && settles(rw, rw->margin - size)) {
		rw->margin -= size;
		return PASS_NEXT;
	}
	if (by == -8) { /* a push moves and touches at once */
		rw_line(rw, "pushq\t%%rax");
		rw->margin = RSP_MARGIN;
		return PASS_DONE;
	}
	if (by == 8 && !lea) {
		rw_line(rw, "popq\t%%r11");
		rw_forget(rw, 1u << REG_SCRATCH);
		rw->margin = RSP_MARGIN;
		return PASS_DONE;
	}
	if (lea)
		rw_line(rw, "leal\t%lld(%%rsp), %%esp", (long long)by);
	else
		rw_line(rw, "%s\t$%lld, %%esp", by < 0 ? "subl" : "addl", (long long)size);
	return rebase(rw, !lea);
}

/* Any other instruction whose destination is rsp. */
static int write_rsp(struct rewrite *rw, struct insn *in)
{
	struct operand *src = &in->op[0];
	bool mov = name_is(in->name, "mov"), lea = name_is(in->name, "lea");
	bool alu = name_is(in->name, "add") || name_is(in->name, "sub") ||
		   name_is(in->name, "and") || name_is(in->name, "or");

	if (in->nops != 2 || in->op[1].size < 4 || !(mov || lea || alu)) {
		rw_error(rw, in->stmt, "rsp cannot be written this way");
		return PASS_DONE;
	}
	if (!lea && src->kind == OPND_MEM) {
		rw_confine(rw, in, src);
		rw_line(rw, "movl\t%.*s, %%r11d", (int)src->text.n, src->text.s);
		rw_extended(rw, REG_SCRATCH);
		rw_set_reg(src, REG_SCRATCH, 4);
	}
	if (src->kind == OPND_REG) {
		if (src->reg < 0 || src->reg > 15) {
			rw_error(rw, in->stmt, "rsp cannot be written this way");
			return PASS_DONE;
		}
		rw_set_reg(src, src->reg, 4);
	}
	if (lea && src->base == REG_RIP) {
		rw_line(rw, "movl\t$%.*s, %%esp", (int)src->disp.n, src->disp.s);
		return rebase(rw, false);
	}
	const char *op = mov                  ? "movl"
			 : lea                ? "leal"
			 : in->name[0] == 'o' ? "orl"
					      : rw_text(rw, "%.3sl%c", in->name, 0).s;
	rw_line(rw, "%s\t%.*s, %%esp", op, (int)src->text.n, src->text.s);
	return rebase(rw, alu);
}

static int leave(struct rewrite *rw)
{
	rw_line(rw, "movl\t%%ebp, %%esp");
	(void)rebase(rw, false);
	rw_line(rw, "popq\t%%rbp");
	rw_forget(rw, 1u << REG_RBP);
	rw->margin = RSP_MARGIN;
	return PASS_DONE;
}

static int pop_rsp(struct rewrite *rw)
{
	rw_line(rw, "popq\t%%r11");
	rw_forget(rw, 1u << REG_SCRATCH);
	rw_line(rw, "movl\t%%r11d, %%esp");
	return rebase(rw, false);
}

/* rsp read as a value: its offset is what the program may see. */
static int read_rsp(struct rewrite *rw, struct insn *in)
{
	struct operand *dst = insn_last(in);

	if (name_is(in->name, "mov") && dst->kind == OPND_REG && dst->size == 8) {
		strcpy(in->name, "movl");
		rw_set_reg(&in->op[0], REG_RSP, 4);
		rw_set_reg(dst, dst->reg, 4);
		return PASS_NEXT;
	}
	if (in->op[0].size == 4 && name_is(in->name, "mov"))
		return PASS_NEXT; /* movl %esp,x */
	rw_line(rw, "movl\t%%esp, %%r11d");
	rw_extended(rw, REG_SCRATCH);
	rw->scratch_used = true;
	for (int i = 0; i < in->nops; i++)
		if (is_rsp(&in->op[i]))
			rw_set_reg(&in->op[i], REG_SCRATCH, in->op[i].size);
	return PASS_NEXT;
}

int pass_stack(struct rewrite *rw, struct insn *in)
{
	static const char *const readers[] = {"cmp", "test", "push", "bt"};
	struct operand *last = insn_last(in);
	int64_t by;

	if (!strcmp(in->name, "leave") || !strcmp(in->name, "leaveq"))
		return leave(rw);
	if (anchors(in)) {
		rw->margin = RSP_MARGIN;
		if (name_is(in->name, "pop") && is_rsp(last))
			return pop_rsp(rw);
	}
	if (constant_move(in, &by))
		return move_by_constant(rw, in, by);
	bool reads = false, writes = is_rsp(last);
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++)
		if (writes && name_is(in->name, readers[i]))
			writes = false, reads = true;
	for (int i = 0; i + 1 < in->nops; i++)
		reads |= is_rsp(&in->op[i]);
	if (writes)
		return write_rsp(rw, in);
	return reads ? read_rsp(rw, in) : PASS_NEXT;
}
