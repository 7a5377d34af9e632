/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assembler text as a list of statements. A statement borrows its text from the input buffer; a
 * `#` or C comment never reaches a statement, and `;` and newline both end one.
 */
#ifndef LEX_H
#define LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const char *s;
	uint32_t n;
};

enum stmt_kind { STMT_LABEL, STMT_DIRECTIVE, STMT_ASSIGN, STMT_INSN };

struct stmt {
	const char *s; /* label: its name without the colon; otherwise the whole statement */
	uint32_t n;
	uint32_t line;    /* line of the source file named by the enclosing line marker */
	uint16_t file;    /* index in source.files */
	uint8_t kind;     /* enum stmt_kind */
	uint8_t name_len; /* directive or instruction: length of its first word */
};

struct source {
	struct stmt *stmt;
	size_t count, room;
	struct slice *files;
	size_t nfiles;
};

/* Splits text[0..len); text stays owned by the caller, outlives src, and has its C comments
 * blanked in place. Returns 0 or -ENOMEM. */
int lex_split(struct source *src, const char *name, char *text, size_t len);
void lex_free(struct source *src);

bool slice_is(struct slice a, const char *b);
struct slice slice_trim(struct slice a);
/* True for a character that may occur inside a symbol. */
bool lex_symbol_char(char c);

#endif
