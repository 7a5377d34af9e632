/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One AT&T instruction taken apart: prefixes, mnemonic, operands. Text is kept as slices of the
 * input wherever the rewriter has no need to understand it.
 */
#ifndef INSN_H
#define INSN_H

#include "lex.h"

enum { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI };
enum { REG_NONE = -1, REG_RIP = 16, REG_VECTOR = 17, REG_OTHER = 18 };

enum operand_kind {
	OPND_REG, /* any register, also vector, mask, segment */
	OPND_IMM, /* $expression */
	OPND_MEM, /* memory, or a direct branch target */
};

struct operand {
	uint8_t kind;   /* enum operand_kind */
	bool star;      /* *operand of an indirect branch */
	bool high_byte; /* ah, ch, dh, bh */
	int8_t reg;     /* OPND_REG: 0-15 or a REG_ class */
	uint8_t size;   /* OPND_REG: bytes of a general register, else 0 */
	char seg;       /* OPND_MEM: 0, 'f' or 'g' (others are flat in long mode) */
	int8_t base;    /* OPND_MEM: 0-15, REG_RIP or REG_NONE */
	int8_t index;   /* OPND_MEM: 0-15, REG_VECTOR or REG_NONE */
	bool address32; /* OPND_MEM: written with 32-bit registers */
	bool numeric;   /* disp, or the immediate, is a plain number, in `value` */
	int64_t value;
	struct slice disp;       /* OPND_MEM: displacement; OPND_IMM: text after '$' */
	struct slice scale;      /* OPND_MEM: as written, may be empty */
	struct slice index_text; /* OPND_MEM: the index register as written */
	struct slice tail;       /* {%k1}{z} and {1to16} decorations */
	struct slice text;       /* the operand as written, without '*' and tail */
};

#define INSN_OPS 5

struct insn {
	struct slice prefix; /* lock, rep, {evex} ... as written, may be empty */
	bool lock, rep, repne, notrack;
	char name[24]; /* mnemonic in lower case */
	uint8_t nops;
	struct operand op[INSN_OPS];
	const struct stmt *stmt;
};

/* Parses an STMT_INSN. Returns 0, or -EINVAL with *why set to a constant string. */
int insn_parse(struct insn *in, const struct stmt *st, const char **why);

/* Last operand, the destination of most instructions; NULL when there is none. */
struct operand *insn_last(struct insn *in);
/* The operand that is a memory access by its form, or NULL. A branch target is not one. */
struct operand *insn_mem(struct insn *in);

/* True when name is stem or stem plus one of the operand size letters b, w, l, q. */
bool name_is(const char *name, const char *stem);
/* True when name begins with stem. */
bool name_begins(const char *name, const char *stem);

bool insn_is_direct_branch(const struct insn *in); /* jmp, jcc, loop, call to a label */
bool insn_ends_flow(const struct insn *in);        /* nothing falls through it */

/* Name of general register `reg` at `size` bytes (4 or 8), without '%'. */
const char *reg_name(int reg, int size);

/* Registers an instruction writes, as bit masks by number. */
struct effects {
	uint16_t killed;   /* value changes */
	uint16_t extended; /* subset of killed: now zero-extended from 32 bits */
	uint16_t small;    /* subset of extended: now below 2^29 */
};
struct effects insn_effects(const struct insn *in);

#endif
