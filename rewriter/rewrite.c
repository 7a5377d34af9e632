/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk over a file: cut it into chunks of straight-line code, send each instruction through
 * the passes, put a label where an indirect branch may land, and keep track of which registers
 * are known to be zero-extended. Facts hold from an instruction to the next label that anything
 * refers to; they survive a conditional branch that is not taken.
 */
#include "rewrite.h"
#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int (*const passes[])(struct rewrite *, struct insn *) = {
	pass_sys,
	pass_branch,
	pass_string,
	pass_stack,
	pass_mem,
};

void rw_error(struct rewrite *rw, const struct stmt *st, const char *why)
{
	struct slice file = rw->src.files[st->file];

	fprintf(stderr, "%.*s:%u: error: %s: %.*s\n", (int)file.n, file.s, st->line, why,
		(int)st->n, st->s);
	rw->errors++;
}

void rw_forget(struct rewrite *rw, uint16_t mask)
{
	rw->extended &= (uint16_t)~mask;
	rw->small &= (uint16_t)~mask;
	if (mask & (1u << REG_SCRATCH) || (rw->copied >= 0 && mask & (1u << rw->copied)))
		rw->copied = REG_NONE;
}

void rw_extended(struct rewrite *rw, int reg)
{
	rw_forget(rw, (uint16_t)(1u << reg));
	rw->extended |= (uint16_t)(1u << reg);
}

/* Control may come from elsewhere: nothing is known. */
static void rw_join(struct rewrite *rw)
{
	rw_forget(rw, UINT16_MAX);
	rw->margin = 0;
}

void rw_label(struct rewrite *rw)
{
	rw_join(rw);
	if (rw->label_done)
		return;
	rw_line(rw, "endbr64");
	rw->label_done = true;
}

/* A short branch reaches 127 bytes; this many instructions mostly fit. */
#define NEAR_INSNS 18

struct slice rw_trap(struct rewrite *rw)
{
	if (rw->trap_placed && rw->out.insns - rw->trap_at < NEAR_INSNS)
		return rw_text(rw, ".Lcloister_trap%u", rw->trap - 1);
	rw->trap_wanted = true;
	return rw_text(rw, ".Lcloister_trap%u", rw->trap);
}

void rw_flow_end(struct rewrite *rw)
{
	if (rw->trap_wanted) {
		rw_line(rw, ".Lcloister_trap%u: ud2", rw->trap++);
		rw->trap_wanted = false;
		rw->trap_placed = true;
		rw->trap_at = rw->out.insns;
	}
	rw->flow_ended = true;
	rw_join(rw);
}

static bool is_numeric(struct slice name)
{
	return name.n && name.s[0] >= '0' && name.s[0] <= '9';
}

/* A label that something refers to: what is known before it need not hold after it. */
static bool joins(const struct rewrite *rw, const struct stmt *st)
{
	struct slice name = {st->s, st->n};

	return is_numeric(name) || !(name.n > 2 && name.s[0] == '.' && name.s[1] == 'L') ||
	       symbols_flags(&rw->syms, name);
}

static bool needs_endbr(const struct rewrite *rw, const struct stmt *st)
{
	return symbols_flags(&rw->syms, (struct slice){st->s, st->n}) & SYM_ADDRESS;
}

/* True when the item after `at` in the source is an endbr64 or a label that gets one. */
static bool endbr_follows(const struct rewrite *rw, const struct stmt *st)
{
	const struct stmt *end = rw->src.stmt + rw->src.count;

	for (st++; st < end; st++) {
		if (st->kind == STMT_INSN)
			return slice_is((struct slice){st->s, st->n}, "endbr64");
		if (st->kind == STMT_LABEL && needs_endbr(rw, st))
			return true;
		if (directive_is_data(st) || directive_is(st, ".section") ||
			directive_is(st, ".text"))
			return false;
	}
	return false;
}

static void emit_label(struct rewrite *rw, const struct stmt *st)
{
	out_text(&rw->out, st->s, st->n);
	out_text(&rw->out, ":\n", 2);
	if (!rw->sec.now.text)
		return;
	if (joins(rw, st))
		rw_join(rw);
	rw->label_done = false;
	if (needs_endbr(rw, st) && !endbr_follows(rw, st))
		rw_label(rw);
}

static void emit_plain(struct rewrite *rw, const struct stmt *st)
{
	out_char(&rw->out, '\t');
	out_text(&rw->out, st->s, st->n);
	out_char(&rw->out, '\n');
}

static void emit_directive(struct rewrite *rw, const struct stmt *st)
{
	if (sections_step(&rw->sec, st))
		rw_forget(rw, UINT16_MAX);
	else if (st->n > 3 && (!memcmp(st->s, ".if", 3) || !memcmp(st->s, ".els", 4) ||
				      !memcmp(st->s, ".end", 4)))
		rw_join(rw); /* only the assembler knows which lines it takes */
	else if (rw->sec.now.text && directive_is_data(st))
		rw_error(rw, st, "data among code cannot be verified; move it to .rodata");
	else if (directive_is(st, ".intel_syntax") || directive_is(st, ".code32"))
		rw_error(rw, st, "only AT&T syntax of 64-bit code is understood");
	emit_plain(rw, st);
}

static void rewrite_item(struct rewrite *rw, struct item *it)
{
	struct insn *in = &it->insn;
	int verdict = PASS_NEXT;

	rw->text_used = 0;
	rw->scratch_used = false;
	for (size_t i = 0; i < sizeof(passes) / sizeof(*passes) && verdict == PASS_NEXT; i++)
		verdict = passes[i](rw, in);
	if (verdict == PASS_NEXT) {
		struct effects e = insn_effects(in);

		rw_insn(rw, in);
		rw_forget(rw, e.killed);
		rw->extended |= e.extended;
		rw->small |= e.small;
		if (insn_ends_flow(in))
			rw_flow_end(rw);
	}
}

/* Puts `lock` or `rep`, written as a statement of its own, in front of the next instruction. */
static void carry_prefix(const struct insn *from, struct insn *to)
{
	if (!to->prefix.n)
		to->prefix = from->prefix;
	to->lock |= from->lock;
	to->rep |= from->rep;
	to->repne |= from->repne;
}

/* Fills the chunk from statement i on; returns the statement after it. */
static size_t fill(struct rewrite *rw, size_t i)
{
	const struct insn *lone = NULL;

	rw->label_next = true; /* unless the chunk ends for a harmless reason */
	for (rw->nitems = 0; i < rw->src.count && rw->nitems < CHUNK_MAX; i++) {
		const struct stmt *st = &rw->src.stmt[i];
		struct item *it = &rw->item[rw->nitems];
		const char *why;

		if (rw->nitems && st->kind == STMT_LABEL && joins(rw, st)) {
			rw->label_next = needs_endbr(rw, st) || endbr_follows(rw, st);
			break;
		}
		it->stmt = st;
		it->is_insn = st->kind == STMT_INSN && rw->sec.now.text;
		rw->nitems++;
		if (st->kind == STMT_DIRECTIVE &&
			(directive_is(st, ".text") || directive_is(st, ".data") ||
				directive_is(st, ".bss") || directive_is(st, ".section") ||
				directive_is(st, ".pushsection") ||
				directive_is(st, ".popsection") || directive_is(st, ".previous")))
			return i + 1; /* the section decides how the rest is read */
		if (!it->is_insn)
			continue;
		if (insn_parse(&it->insn, st, &why)) {
			rw_error(rw, st, why);
			rw->nitems--;
			continue;
		}
		if (lone)
			carry_prefix(lone, &it->insn);
		lone = NULL;
		if (!it->insn.name[0] && it->insn.prefix.n) {
			lone = &it->insn; /* its slot is reused, its prefix text is not */
			static struct insn saved;
			saved = *lone;
			lone = &saved;
			rw->nitems--;
			continue;
		}
		it->effects = insn_effects(&it->insn);
		if (insn_ends_flow(&it->insn))
			return i + 1;
	}
	return i;
}

static void run_chunk(struct rewrite *rw)
{
	if (rw->guard == GUARD_AUTO)
		rw_narrow(rw);
	for (rw->at = 0; rw->at < rw->nitems; rw->at++) {
		struct item *it = &rw->item[rw->at];

		if (it->stmt->kind == STMT_LABEL)
			emit_label(rw, it->stmt);
		else if (it->is_insn)
			rewrite_item(rw, it);
		else if (it->stmt->kind == STMT_DIRECTIVE)
			emit_directive(rw, it->stmt);
		else
			emit_plain(rw, it->stmt);
	}
}

int rewrite_run(struct rewrite *rw)
{
	int rc = symbols_scan(&rw->syms, &rw->src);

	if (rc)
		return rc;
	rw->item = calloc(CHUNK_MAX, sizeof(*rw->item));
	if (!rw->item)
		return -ENOMEM;
	sections_init(&rw->sec);
	rw->copied = REG_NONE;
	for (size_t i = 0; i < rw->src.count;) {
		i = fill(rw, i);
		run_chunk(rw);
	}
	if (rw->trap_wanted) {
		rw_line(rw, ".text");
		rw_flow_end(rw);
	}
	free(rw->item);
	rw->item = NULL;
	if (rw->errors)
		return -EINVAL;
	return rw->out.failed ? -ENOMEM : 0;
}
