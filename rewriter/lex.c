/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of AT&T assembler as GNU as splits them on x86-64 (gas manual, "Syntax" and
 * "i386-Chars"): '#' begins a comment, ';' separates statements, "..." is a string. Macros and
 * conditionals are not expanded here: see expand.c.
 */
#include "lex.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct lexer {
	struct source *src;
	const char *p, *end;
	uint32_t line;
	uint16_t file;
};

bool slice_is(struct slice a, const char *b)
{
	return strlen(b) == a.n && memcmp(a.s, b, a.n) == 0;
}

struct slice slice_trim(struct slice a)
{
	while (a.n && isspace((unsigned char)a.s[0]))
		a.s++, a.n--;
	while (a.n && isspace((unsigned char)a.s[a.n - 1]))
		a.n--;
	return a;
}

bool lex_symbol_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$' || (c & 0x80);
}

static int push(struct lexer *lx, enum stmt_kind kind, struct slice text, uint32_t name_len)
{
	struct source *src = lx->src;

	if (src->count == src->room) {
		size_t room = src->room ? src->room * 2 : 4096;
		struct stmt *grown = realloc(src->stmt, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		src->stmt = grown;
		src->room = room;
	}
	src->stmt[src->count++] = (struct stmt){.s = text.s,
		.n = text.n,
		.line = lx->line,
		.file = lx->file,
		.kind = (uint8_t)kind,
		.name_len = (uint8_t)(name_len > 255 ? 255 : name_len)};
	return 0;
}

/* Returns the index of a file name, adding it when new; 0 when memory is short: the name is
 * only for messages. */
static uint16_t file_index(struct source *src, struct slice name)
{
	for (size_t i = src->nfiles; i-- > 0;)
		if (src->files[i].n == name.n && memcmp(src->files[i].s, name.s, name.n) == 0)
			return (uint16_t)i;
	if (src->nfiles == UINT16_MAX)
		return 0;
	struct slice *grown = realloc(src->files, (src->nfiles + 1) * sizeof(*grown));
	if (!grown)
		return 0;
	src->files = grown;
	src->files[src->nfiles] = name;
	return (uint16_t)src->nfiles++;
}

/* `# 12 "file.c" 1`, as the preprocessor and inline asm leave it. The marker names the line
 * after it. */
static void line_marker(struct lexer *lx, const char *p, const char *eol)
{
	uint32_t line = 0;

	for (p++; p < eol && (*p == ' ' || *p == '\t'); p++)
		;
	if (p == eol || !isdigit((unsigned char)*p))
		return;
	for (; p < eol && isdigit((unsigned char)*p); p++)
		line = line * 10 + (uint32_t)(*p - '0');
	while (p < eol && *p == ' ')
		p++;
	if (p == eol || *p != '"')
		return;
	const char *close = memchr(p + 1, '"', (size_t)(eol - p - 1));
	if (!close)
		return;
	lx->line = line - 1;
	lx->file = file_index(lx->src, (struct slice){p + 1, (uint32_t)(close - p - 1)});
}

/* Adds what stands between two separators: any labels, then at most one statement. */
static int statement(struct lexer *lx, const char *p, const char *end)
{
	for (;;) {
		struct slice rest = slice_trim((struct slice){p, (uint32_t)(end - p)});
		uint32_t word = 0;
		int rc;

		if (!rest.n)
			return 0;
		if (rest.s[0] == '"') {
			const char *q = memchr(rest.s + 1, '"', rest.n - 1);
			word = q ? (uint32_t)(q - rest.s + 1) : rest.n;
		} else if (rest.s[0] == '{') {
			const char *q = memchr(rest.s, '}', rest.n);
			word = q ? (uint32_t)(q - rest.s + 1) : rest.n;
		} else {
			while (word < rest.n && lex_symbol_char(rest.s[word]))
				word++;
		}
		uint32_t after = word;
		while (after < rest.n && isspace((unsigned char)rest.s[after]))
			after++;
		if (after < rest.n && rest.s[after] == ':') {
			rc = push(lx, STMT_LABEL, (struct slice){rest.s, word}, word);
			if (rc)
				return rc;
			p = rest.s + after + 1;
			continue;
		}
		bool assign = after < rest.n && rest.s[after] == '=';
		enum stmt_kind kind = assign             ? STMT_ASSIGN
				      : rest.s[0] == '.' ? STMT_DIRECTIVE
							 : STMT_INSN;
		return push(lx, kind, rest, word);
	}
}

/* Finds the end of the statement at p: a separator or comment outside strings. */
static const char *statement_end(const char *p, const char *end)
{
	for (; p < end; p++) {
		switch (*p) {
		case '\n':
		case ';':
		case '#':
			return p;
		case '"':
			for (p++; p < end && *p != '"' && *p != '\n'; p++)
				if (*p == '\\' && p + 1 < end)
					p++;
			if (p == end || *p == '\n')
				return p;
			break;
		case '\'': /* a character constant: 'x or '\\x */
			if (p + 2 < end && p[1] == '\\')
				p += 2;
			else if (p + 1 < end && p[1] != '\n')
				p++;
			break;
		default:
			break;
		}
	}
	return end;
}

static void blank_c_comments(char *text, size_t len)
{
	char *end = text + len, *p = text;

	while ((p = memchr(p, '/', (size_t)(end - p))) && p + 1 < end) {
		if (p[1] != '*') {
			p++;
			continue;
		}
		char *line = p;
		while (line > text && line[-1] != '\n')
			line--;
		bool quoted = false; /* inside a string on this line? */
		for (; line < p; line++) {
			if (*line == '\\' && quoted)
				line++;
			else if (*line == '"')
				quoted = !quoted;
			else if (*line == '#' && !quoted) {
				quoted = true;
				break;
			}
		}
		if (quoted) {
			p += 2;
			continue;
		}
		for (; p < end && !(p[0] == '*' && p + 1 < end && p[1] == '/'); p++)
			if (*p != '\n')
				*p = ' ';
		if (p < end)
			p[0] = p[1] = ' ';
	}
}

int lex_split(struct source *src, const char *name, char *text, size_t len)
{
	struct lexer lx = {.src = src, .p = text, .end = text + len, .line = 1};

	memset(src, 0, sizeof(*src));
	(void)file_index(src, (struct slice){name, (uint32_t)strlen(name)});
	blank_c_comments(text, len);
	while (lx.p < lx.end) {
		const char *stop = statement_end(lx.p, lx.end);
		int rc = statement(&lx, lx.p, stop);

		if (rc)
			return rc;
		if (stop < lx.end && *stop == '#') {
			const char *eol = memchr(stop, '\n', (size_t)(lx.end - stop));
			if (!eol)
				eol = lx.end;
			if (stop == text || stop[-1] == '\n')
				line_marker(&lx, stop, eol);
			stop = eol;
		}
		if (stop < lx.end && *stop == '\n')
			lx.line++;
		lx.p = stop + (stop < lx.end);
	}
	return 0;
}

void lex_free(struct source *src)
{
	free(src->stmt);
	free(src->files);
	memset(src, 0, sizeof(*src));
}
