/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How each symbol of a file is used, found in one scan before rewriting: which labels can be
 * reached indirectly and need an endbr64, and which are branch targets and so begin a block.
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include "lex.h"

enum {
	SYM_ADDRESS = 1, /* its address is taken, or it is global: an indirect target */
	SYM_BRANCH = 2,  /* a direct branch names it */
};

struct symbol {
	struct slice name;
	unsigned flags;
};

struct symbols {
	struct symbol *slot; /* open addressing, room a power of two */
	size_t room, used;
	bool red_zone; /* some instruction addresses memory below rsp */
};

/* The section a statement assembles into, followed by both passes over the source. */
#define SECTION_DEPTH 16
struct section {
	bool text;  /* executable */
	bool debug; /* describes code but is no part of the program */
};
struct sections {
	struct section now, previous, stack[SECTION_DEPTH];
	unsigned depth;
};

/* Updates s for a directive; true when it was one that changes the section. */
bool sections_step(struct sections *s, const struct stmt *st);
/* The start of every file is .text. */
void sections_init(struct sections *s);

/* Returns 0 or -ENOMEM. */
int symbols_scan(struct symbols *syms, const struct source *src);
unsigned symbols_flags(const struct symbols *syms, struct slice name);
void symbols_free(struct symbols *syms);

/* True when directive `st` is named `name` (with its dot). */
bool directive_is(const struct stmt *st, const char *name);
/* True for .byte, .long, .string ...: bytes the verifier would have to decode. */
bool directive_is_data(const struct stmt *st);

#endif
