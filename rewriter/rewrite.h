/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of one rewrite and what the passes may do with it. Every instruction goes through
 * the pass table in main order (sys, branch, string, stack, mem); a pass leaves it alone, changes
 * it for the passes after it, or emits all of it.
 */
#ifndef REWRITE_H
#define REWRITE_H

#include "emit.h"
#include "insn.h"
#include "symbols.h"

/* A piece of straight-line code, as far as it can be looked ahead over. */
#define CHUNK_MAX 512

struct item {
	const struct stmt *stmt;
	struct insn insn;
	struct effects effects;
	bool is_insn;
};

enum guard { GUARD_AUTO, GUARD_GS, GUARD_REGISTER };

struct rewrite {
	struct source src;
	struct symbols syms;
	struct sections sec;
	struct out out;
	enum guard guard; /* how memory operands are confined when there is a choice */
	unsigned errors;

	struct item *item; /* the current chunk */
	size_t nitems, at; /* `at` is the item being rewritten */
	bool label_next;   /* the chunk may run into an endbr64, which forgets the margin */

	uint16_t extended; /* registers known to be zero-extended from 32 bits */
	uint16_t small;    /* ... and known to be below 2^29 */
	int8_t copied;     /* register whose low half r11 holds, or REG_NONE */
	bool scratch_used; /* the current instruction already reads r11 */
	bool flow_ended;   /* the last instruction does not fall through */
	bool label_done;   /* an endbr64 was the last thing emitted */
	unsigned trap;     /* number of the trap label that is yet to be placed */
	bool trap_wanted;  /* ... and something branches to it */
	size_t trap_at;    /* out.insns when the last trap was placed */
	bool trap_placed;
	int64_t margin; /* how far rsp is known to be inside its window; 0 where a block begins */
	char text[256]; /* text of operands the passes made up */
	uint32_t text_used;
};

enum { PASS_NEXT = 0, PASS_DONE = 1 };

/* Each returns PASS_NEXT or PASS_DONE; a refusal is reported through rw_error() and is DONE. */
int pass_sys(struct rewrite *rw, struct insn *in);
int pass_branch(struct rewrite *rw, struct insn *in);
int pass_string(struct rewrite *rw, struct insn *in);
int pass_stack(struct rewrite *rw, struct insn *in);
int pass_mem(struct rewrite *rw, struct insn *in);

/* Rewrites all of rw->src into rw->out. Returns 0, -ENOMEM, or -EINVAL after reporting errors. */
int rewrite_run(struct rewrite *rw);

/* Reports `file:line: error: why: statement` and counts it. */
void rw_error(struct rewrite *rw, const struct stmt *st, const char *why);

/* Emits instruction text the rewriter made up, one per line. */
void rw_line(struct rewrite *rw, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Emits an instruction as parsed, or word for word when nothing changed it. */
void rw_insn(struct rewrite *rw, const struct insn *in);
/* Text for a made-up operand; lives until the instruction is done. */
struct slice rw_text(struct rewrite *rw, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Makes op the register `reg` of `size` bytes. */
void rw_set_reg(struct operand *op, int reg, int size);

/* Emits the landing label of an indirect branch, unless one was just emitted. */
void rw_label(struct rewrite *rw);
/* The label to branch to when a check fails. */
struct slice rw_trap(struct rewrite *rw);
/* To be called after an instruction that does not fall through: places a pending trap there. */
void rw_flow_end(struct rewrite *rw);

/* Forgets what is known about the registers in mask (all: at a join). */
void rw_forget(struct rewrite *rw, uint16_t mask);
/* Records that `reg` was written through its 32-bit name. */
void rw_extended(struct rewrite *rw, int reg);

/* Narrows, in the current chunk, what makes pointers. Before the passes. */
void rw_narrow(struct rewrite *rw);

/* Confines one memory operand, emitting a set-up instruction if need be; `simple` demands a form
 * that needs none. */
void rw_confine(struct rewrite *rw, const struct insn *in, struct operand *op);

#endif
