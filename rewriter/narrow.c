/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pointers made in 32 bits where they are made. A register that is dereferenced with a small
 * displacement holds a number below 2^32, or the access would have no address in the window. If
 * control cannot leave between the instruction that made the number and the access, that
 * instruction may as well make it in 32 bits: the verifier then knows that it is zero-extended, and
 * the access costs nothing (doc/sfi.md, Facts and V3 e).
 *
 * Looks at one chunk; what branches into or out of the stretch ends it.
 */
#include "rewrite.h"
#include "policy.h"

#include <stdio.h>
#include <string.h>

#define BIT(r) (1u << (r))

/* Instructions that neither read the flags nor leave the stretch; what writes them is in sets. */
static const char *const keeps_flags[] = {"mov", "lea", "push", "pop", "nop", "not", "inc", "dec",
	"shl", "shr", "sar", "sal", "imul", "cltq", "cltd", "cqto", "endbr64"};
static const char *const sets_flags[] = {"add", "sub", "cmp", "test", "and", "or", "xor", "neg"};

static bool in_list(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (name_is(name, list[i]))
			return true;
	return false;
}

#define IN_LIST(name, list) in_list(name, list, sizeof(list) / sizeof(*(list)))

/* Are the flags that item i leaves behind overwritten before anything may read them? */
static bool flags_dead(const struct rewrite *rw, size_t i)
{
	while (++i < rw->nitems) {
		const struct item *it = &rw->item[i];

		if (!it->is_insn)
			continue;
		if (IN_LIST(it->insn.name, sets_flags))
			return true;
		if (!IN_LIST(it->insn.name, keeps_flags) && !name_begins(it->insn.name, "movz") &&
			!name_begins(it->insn.name, "movs"))
			return false;
	}
	return false;
}

static bool general(const struct operand *op)
{
	return op->kind == OPND_REG && op->size == 8 && op->reg >= 0 && op->reg < 16 &&
	       op->reg != REG_RSP;
}

/* Can item i make the low half of its destination alone, with the same effects otherwise? */
static bool narrowable(const struct rewrite *rw, size_t i)
{
	const struct insn *in = &rw->item[i].insn;
	const struct operand *src = &in->op[0];

	if (in->nops != 2 || !general(&in->op[1]) || in->op[1].reg == REG_DATA || in->prefix.n)
		return false;
	if (src->kind == OPND_MEM && (src->seg || memchr(src->text.s, '@', src->text.n)))
		return false;
	if (name_is(in->name, "lea"))
		return src->base != REG_RIP && (src->base >= 0 || src->index >= 0);
	if (name_is(in->name, "mov"))
		return src->kind == OPND_MEM || general(src);
	if (!name_is(in->name, "add") && !name_is(in->name, "sub"))
		return false;
	bool fits = src->kind == OPND_IMM ? src->numeric : src->kind == OPND_MEM || general(src);
	return fits && flags_dead(rw, i);
}

static void narrow(struct item *it)
{
	static const char *const wide[] = {"lea", "mov", "add", "sub"};
	struct insn *in = &it->insn;

	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (name_is(in->name, wide[i])) {
			snprintf(in->name, sizeof(in->name), "%sl", wide[i]);
			break;
		}
	if (in->op[0].kind == OPND_REG)
		rw_set_reg(&in->op[0], in->op[0].reg, 4);
	rw_set_reg(&in->op[1], in->op[1].reg, 4);
	it->effects = insn_effects(in);
}

/* The register whose value the instruction proves to be an address by accessing it, or
 * REG_NONE. What may access nothing proves nothing. */
static int dereferences(struct insn *in)
{
	struct operand *op = insn_mem(in);

	if (!op || op->seg || op->address32 || !op->numeric || in->rep || in->repne ||
		(op->disp.n && (op->value <= -EDGE || op->value >= EDGE)))
		return REG_NONE;
	if (name_is(in->name, "lea") || name_is(in->name, "nop") ||
		name_begins(in->name, "prefetch") || strstr(in->name, "maskmov"))
		return REG_NONE;
	for (int i = 0; i < in->nops; i++)
		if (in->op[i].tail.n || (in->op[i].kind == OPND_MEM && &in->op[i] != op))
			return REG_NONE;
	bool alone = op->base >= 0 && op->base < 16 && op->index == REG_NONE;
	return alone && op->base != REG_RSP ? op->base : REG_NONE;
}

static bool leaves(const struct insn *in)
{
	const char *n = in->name;

	return n[0] == 'j' || name_is(n, "call") || name_begins(n, "loop") || name_is(n, "ret") ||
	       name_begins(n, "sys") || name_begins(n, "int") || insn_ends_flow(in);
}

/* Line numbers, padding and labels that nothing refers to (all but a chunk's first) say nothing
 * about control; anything else might. */
static bool harmless(const struct stmt *st)
{
	return st->kind == STMT_LABEL ||
	       (directive_is(st, ".loc") || directive_is(st, ".p2align") ||
		       (st->n > 5 && !memcmp(st->s, ".cfi_", 5)));
}

void rw_narrow(struct rewrite *rw)
{
	size_t made[16] = {0}; /* 1 + the item that made the register's value and may be narrowed */

	for (size_t i = 0; i < rw->nitems; i++) {
		struct item *it = &rw->item[i];

		if (!it->is_insn) {
			if (!harmless(it->stmt))
				memset(made, 0, sizeof(made));
			continue;
		}
		int reg = dereferences(&it->insn);
		if (reg != REG_NONE && made[reg]) {
			narrow(&rw->item[made[reg] - 1]);
			made[reg] = 0;
		}
		if (leaves(&it->insn))
			memset(made, 0, sizeof(made));
		bool may = narrowable(rw, i);
		for (int r = 0; r < 16; r++)
			if (it->effects.killed & BIT(r))
				made[r] = may ? i + 1 : 0;
	}
}
