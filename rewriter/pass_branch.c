/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control flow (doc/sfi.md V5, V8): every indirect branch goes through r11 and checks that its
 * target is a label; every call is followed by one. `ret` gives up the return predictor; a checked
 * `ret` would race with another thread's store to the stack.
 */
#include "rewrite.h"
#include "policy.h"

#include <string.h>

/* The template. r11 holds the target; extended: its upper half is known to be zero. */
static void checked_branch(struct rewrite *rw, const char *branch, bool extended)
{
	struct slice trap = rw_trap(rw);

	if (!extended)
		rw_line(rw, "movl\t%%r11d, %%r11d");
	rw_line(rw, "btsq\t$%d, %%r11", TEXT_BIT);
	rw_line(rw, "cmpl\t" LABEL_WORD ", (%%r11)");
	rw_line(rw, "jne\t%.*s", (int)trap.n, trap.s);
	rw_line(rw, "%s\t*%%r11", branch);
}

static int rewrite_return(struct rewrite *rw, struct insn *in)
{
	rw_line(rw, "popq\t%%r11");
	if (in->nops == 1 && in->op[0].numeric && in->op[0].value) {
		rw_line(rw, "leaq\t%d(%%rsp), %%rsp", (int)in->op[0].value);
	}
	checked_branch(rw, "jmp", false);
	rw_flow_end(rw);
	return PASS_DONE;
}

/* Brings the target of `jmp *x` or `call *x` into r11. */
static int load_target(struct rewrite *rw, struct insn *in)
{
	struct operand *op = &in->op[0];

	if (op->kind == OPND_REG && op->size == 8) {
		if (op->reg == REG_RSP || op->reg == REG_DATA) {
			rw_error(rw, in->stmt, "not a code address");
			return -1;
		}
		rw_line(rw, "movl\t%%%s, %%r11d", reg_name(op->reg, 4));
		return 0;
	}
	if (op->kind != OPND_MEM || op->seg) {
		rw_error(rw, in->stmt, "not a form of indirect branch that is supported");
		return -1;
	}
	rw_confine(rw, in, op);
	rw_line(rw, "movl\t%.*s, %%r11d", (int)op->text.n, op->text.s);
	return 0;
}

/* True for the gate of the policy, which hand-written code may name itself. */
static bool is_gate(const struct insn *in)
{
	const struct operand *op = &in->op[0];

	return name_is(in->name, "call") && op->kind == OPND_MEM && op->seg == 'f' && op->numeric &&
	       op->value == 0x10 && op->base == REG_NONE && op->index == REG_NONE;
}

/* *f@GOTPCREL(%rip) is f itself in a static program: makes the branch direct. */
static bool through_got(struct insn *in)
{
	struct operand *op = &in->op[0];
	const char *at =
		op->kind == OPND_MEM && op->disp.n ? memchr(op->disp.s, '@', op->disp.n) : NULL;

	if (!at || op->base != REG_RIP || strncmp(at, "@GOTPCREL", 9))
		return false;
	op->star = false;
	op->text = (struct slice){op->disp.s, (uint32_t)(at - op->disp.s)};
	return true;
}

static int rewrite_indirect(struct rewrite *rw, struct insn *in)
{
	bool call = name_is(in->name, "call");

	if (is_gate(in)) {
		rw_line(rw, "call\t*%%fs:0x10");
		rw_label(rw);
		return PASS_DONE;
	}
	if (load_target(rw, in))
		return PASS_DONE;
	checked_branch(rw, call ? "call" : "jmp", true);
	if (call)
		rw_label(rw);
	else
		rw_flow_end(rw);
	return PASS_DONE;
}

/* sym@PLT is sym in a static program; the suffix would only ask the linker for a stub. */
static void drop_plt(struct operand *op)
{
	const char *at = op->text.n ? memchr(op->text.s, '@', op->text.n) : NULL;

	if (at && !strncmp(at, "@PLT", 4))
		op->text.n = (uint32_t)(at - op->text.s);
}

int pass_branch(struct rewrite *rw, struct insn *in)
{
	if (name_is(in->name, "ret"))
		return rewrite_return(rw, in);
	bool call = name_is(in->name, "call");
	if (!call && in->name[0] != 'j' && !name_begins(in->name, "loop"))
		return PASS_NEXT;
	in->prefix.n = 0; /* notrack, bnd, rep: hints of schemes that do not apply */
	if (in->nops == 1 && (in->op[0].star || in->op[0].kind == OPND_REG) && !through_got(in))
		return rewrite_indirect(rw, in);
	if (!insn_is_direct_branch(in)) {
		rw_error(rw, in->stmt, "not a form of branch that is supported");
		return PASS_DONE;
	}
	drop_plt(&in->op[0]);
	rw_insn(rw, in);
	if (call)
		rw_label(rw);
	else if (name_is(in->name, "jmp"))
		rw_flow_end(rw);
	else if (name_begins(in->name, "loop"))
		rw_forget(rw, 1u << REG_RCX);
	return PASS_DONE;
}
