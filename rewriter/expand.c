/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .macro, .rept, .irp and .irpc as in the gas manual: positional and named arguments, defaults,
 * :req and :vararg, \@ and \(). Conditionals pass through to the assembler; .exitm, .altmacro and a
 * repetition count that is not a number are refused.
 */
#include "expand.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ARGS  16
#define MAX_DEPTH 40

struct macro {
	struct macro *next;
	struct slice name, body;
	struct slice param[MAX_ARGS], preset[MAX_ARGS];
	unsigned nparams;
	bool vararg; /* the last parameter takes the rest */
	char *text;  /* owns what the slices point into */
};

struct expander {
	struct out *out;
	const char *name;
	struct macro *macros;
	unsigned serial; /* \@ */
	unsigned depth;
};

static int expand(struct expander *ex, char *text, size_t len);

static int refuse(const struct expander *ex, const struct stmt *st, const char *why)
{
	fprintf(stderr, "%s:%u: error: %s: %.*s\n", ex->name, st->line, why, (int)st->n, st->s);
	return -EINVAL;
}

bool expand_needed(const char *text, size_t len)
{
	static const char *const words[] = {".macro", ".rept", ".irp"};
	const char *end = text + len;

	for (const char *p = text; p && (p = memchr(p, '.', (size_t)(end - p))); p++)
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
			size_t n = strlen(words[i]);

			if ((size_t)(end - p) >= n && !memcmp(p, words[i], n))
				return true;
		}
	return false;
}

static struct slice word_of(const struct stmt *st)
{
	return (struct slice){st->s, st->name_len};
}

static bool opens(const struct stmt *st)
{
	struct slice w = word_of(st);

	return st->kind == STMT_DIRECTIVE && (slice_is(w, ".macro") || slice_is(w, ".rept") ||
						     slice_is(w, ".irp") || slice_is(w, ".irpc"));
}

static bool closes(const struct stmt *st)
{
	struct slice w = word_of(st);

	return st->kind == STMT_DIRECTIVE && (slice_is(w, ".endm") || slice_is(w, ".endr"));
}

/* The next argument of a list separated by commas or blanks; quotes are taken off. */
static bool next_arg(struct slice *rest, struct slice *arg)
{
	uint32_t n = 0;
	int depth = 0;

	*rest = slice_trim(*rest);
	if (!rest->n)
		return false;
	if (rest->s[0] == '"') {
		for (n = 1; n < rest->n && rest->s[n] != '"'; n++)
			;
		*arg = (struct slice){rest->s + 1, n - 1};
		n += n < rest->n;
	} else {
		while (n < rest->n) {
			char c = rest->s[n];

			depth += c == '(';
			depth -= c == ')';
			if (!depth && (c == ',' || isspace((unsigned char)c)))
				break;
			n++;
		}
		*arg = (struct slice){rest->s, n};
	}
	*rest = slice_trim((struct slice){rest->s + n, rest->n - n});
	if (rest->n && rest->s[0] == ',')
		*rest = (struct slice){rest->s + 1, rest->n - 1};
	return true;
}

static struct slice arguments(const struct stmt *st)
{
	return slice_trim((struct slice){st->s + st->name_len, st->n - st->name_len});
}

static int find_param(const struct macro *m, struct slice name)
{
	for (unsigned i = 0; i < m->nparams; i++)
		if (m->param[i].n == name.n && !memcmp(m->param[i].s, name.s, name.n))
			return (int)i;
	return -1;
}

/* The body with each \param replaced; parameters are matched at their full length. */
static void substitute(
	struct expander *ex, struct out *to, const struct macro *m, const struct slice *value)
{
	const char *p = m->body.s, *end = p + m->body.n;

	while (p < end) {
		const char *back = memchr(p, '\\', (size_t)(end - p));

		if (!back)
			back = end;
		out_text(to, p, (size_t)(back - p));
		if (back == end)
			break;
		p = back + 1;
		if (p < end && *p == '@') {
			char digits[16];
			int n = snprintf(digits, sizeof(digits), "%u", ex->serial);

			out_text(to, digits, (size_t)n);
			p++;
			continue;
		}
		if (p + 1 < end && p[0] == '(' && p[1] == ')') {
			p += 2;
			continue;
		}
		struct slice word = {p, 0};
		while (p + word.n < end && (isalnum((unsigned char)p[word.n]) || p[word.n] == '_'))
			word.n++;
		int i = word.n ? find_param(m, word) : -1;
		if (i < 0)
			out_char(to, '\\');
		else
			out_text(to, value[i].s, value[i].n), p += word.n;
	}
}

static int expand_body(struct expander *ex, const struct macro *m, const struct slice *value)
{
	struct out text = {0};

	if (++ex->depth > MAX_DEPTH) {
		fprintf(stderr, "%s: error: macro %.*s nests too deep\n", ex->name, (int)m->name.n,
			m->name.s);
		return -EINVAL;
	}
	substitute(ex, &text, m, value);
	out_char(&text, '\n');
	int rc = text.failed ? -ENOMEM : expand(ex, text.buf, text.len);
	out_free(&text);
	ex->depth--;
	return rc;
}

static int call(struct expander *ex, const struct macro *m, const struct stmt *st)
{
	struct slice value[MAX_ARGS], rest = arguments(st), arg;
	unsigned n = 0;

	memcpy(value, m->preset, sizeof(value));
	while (n < m->nparams || !m->nparams) {
		if (m->vararg && n == m->nparams - 1) {
			value[n] = slice_trim(rest);
			break;
		}
		if (!next_arg(&rest, &arg))
			break;
		const char *eq = memchr(arg.s, '=', arg.n);
		int named = eq ? find_param(m, (struct slice){arg.s, (uint32_t)(eq - arg.s)}) : -1;
		if (named >= 0)
			value[named] = (struct slice){eq + 1, (uint32_t)(arg.s + arg.n - eq - 1)};
		else if (n < m->nparams)
			value[n++] = arg;
		else
			return refuse(ex, st, "too many arguments of a macro");
	}
	char marker[64];
	int len = snprintf(marker, sizeof(marker), "# %u \"", st->line);
	out_text(ex->out, marker, (size_t)len);
	out_text(ex->out, ex->name, strlen(ex->name));
	out_text(ex->out, "\"\n", 2);
	int rc = expand_body(ex, m, value);
	ex->serial++;
	return rc;
}

/* .macro name p, q=default, r:req, s:vararg */
static int define(struct expander *ex, const struct stmt *st, struct slice body)
{
	struct macro *m = calloc(1, sizeof(*m));
	char *copy = malloc(st->n + body.n + 2);
	struct slice arg;

	if (!m || !copy) {
		free(m);
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, st->s, st->n);
	memcpy(copy + st->n, body.s, body.n);
	m->text = copy;
	m->body = (struct slice){copy + st->n, body.n};
	struct slice rest = {copy + st->name_len, st->n - st->name_len};
	m->next = ex->macros;
	ex->macros = m;
	if (!next_arg(&rest, &m->name))
		return refuse(ex, st, "a macro needs a name");
	while (next_arg(&rest, &arg)) {
		if (m->nparams == MAX_ARGS)
			return refuse(ex, st, "too many parameters of a macro");
		const char *eq = memchr(arg.s, '=', arg.n), *colon = memchr(arg.s, ':', arg.n);
		const char *stop = eq ? eq : colon ? colon : arg.s + arg.n;
		m->vararg = colon && arg.s + arg.n - colon == 7 && !memcmp(colon, ":vararg", 7);
		m->preset[m->nparams] =
			eq ? (struct slice){eq + 1, (uint32_t)(arg.s + arg.n - eq - 1)}
			   : (struct slice){"", 0};
		m->param[m->nparams++] = (struct slice){arg.s, (uint32_t)(stop - arg.s)};
	}
	return 0;
}

/* .rept, .irp, .irpc */
static int repeat(struct expander *ex, const struct stmt *st, struct slice body)
{
	struct macro m = {.name = word_of(st), .body = body};
	struct slice rest = arguments(st), value[MAX_ARGS] = {{"", 0}};
	int rc = 0;

	if (slice_is(m.name, ".rept")) {
		char *end;
		unsigned long count = strtoul(rest.s, &end, 0);

		if (end == rest.s || end != rest.s + rest.n)
			return refuse(ex, st, "the count of .rept must be a number");
		while (count-- && !rc)
			rc = expand_body(ex, &m, value);
		return rc;
	}
	m.nparams = 1;
	if (!next_arg(&rest, &m.param[0]))
		return refuse(ex, st, "a repetition needs a symbol");
	if (slice_is(m.name, ".irpc")) {
		rest = slice_trim(rest);
		for (uint32_t i = 0; i < rest.n && !rc; i++) {
			value[0] = (struct slice){rest.s + i, 1};
			rc = expand_body(ex, &m, value);
		}
		return rc;
	}
	while (!rc && next_arg(&rest, &value[0]))
		rc = expand_body(ex, &m, value);
	return rc;
}

static const struct macro *find_macro(const struct expander *ex, struct slice name)
{
	for (const struct macro *m = ex->macros; m; m = m->next)
		if (m->name.n == name.n && !memcmp(m->name.s, name.s, name.n))
			return m;
	return NULL;
}

static int plain(struct expander *ex, const struct stmt *st)
{
	struct slice w = word_of(st);

	if (slice_is(w, ".exitm") || slice_is(w, ".altmacro") || slice_is(w, ".include"))
		return refuse(ex, st, "not supported; expand it beforehand");
	out_text(ex->out, st->s, st->n);
	out_text(ex->out, st->kind == STMT_LABEL ? ":\n" : "\n", st->kind == STMT_LABEL ? 2 : 1);
	return 0;
}

static int expand(struct expander *ex, char *text, size_t len)
{
	struct source src;
	int rc = lex_split(&src, ex->name, text, len);

	for (size_t i = 0; i < src.count && !rc; i++) {
		const struct stmt *st = &src.stmt[i];
		const struct macro *m = st->kind == STMT_LABEL ? NULL : find_macro(ex, word_of(st));

		if (m) {
			rc = call(ex, m, st);
			continue;
		}
		if (!opens(st)) {
			rc = plain(ex, st);
			continue;
		}
		int depth = 1;
		size_t end = i + 1;
		for (; end < src.count; end++) {
			depth += opens(&src.stmt[end]);
			depth -= closes(&src.stmt[end]);
			if (!depth)
				break;
		}
		if (end == src.count) {
			rc = refuse(ex, st, "its end is missing");
			break;
		}
		const char *from = st->s + st->n;
		struct slice body = {from, (uint32_t)(src.stmt[end].s - from)};
		rc = slice_is(word_of(st), ".macro") ? define(ex, st, body) : repeat(ex, st, body);
		i = end;
	}
	lex_free(&src);
	return rc;
}

int expand_text(struct out *out, const char *name, char *text, size_t len)
{
	struct expander ex = {.out = out, .name = name};
	int rc = expand(&ex, text, len);

	while (ex.macros) {
		struct macro *m = ex.macros;

		ex.macros = m->next;
		free(m->text);
		free(m);
	}
	return rc ? rc : out->failed ? -ENOMEM : 0;
}
