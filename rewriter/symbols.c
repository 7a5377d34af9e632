/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Symbol use and section tracking. Over-approximates: a word that only looks like a symbol costs
 * at most a needless label.
 */
#include "symbols.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash(struct slice name)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (uint32_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.s[i]) * 16777619u;
	return h;
}

static struct symbol *probe(const struct symbols *syms, struct slice name)
{
	size_t i = hash(name) & (syms->room - 1);

	while (syms->slot[i].name.s &&
		(syms->slot[i].name.n != name.n || memcmp(syms->slot[i].name.s, name.s, name.n)))
		i = (i + 1) & (syms->room - 1);
	return &syms->slot[i];
}

static int grow(struct symbols *syms)
{
	struct symbols bigger = {.room = syms->room ? syms->room * 2 : 1024, .used = syms->used};

	bigger.slot = calloc(bigger.room, sizeof(*bigger.slot));
	if (!bigger.slot)
		return -ENOMEM;
	for (size_t i = 0; i < syms->room; i++)
		if (syms->slot[i].name.s)
			*probe(&bigger, syms->slot[i].name) = syms->slot[i];
	free(syms->slot);
	syms->slot = bigger.slot;
	syms->room = bigger.room;
	return 0;
}

static int mark(struct symbols *syms, struct slice name, unsigned flags)
{
	if (syms->used * 2 >= syms->room) {
		int rc = grow(syms);

		if (rc)
			return rc;
	}
	struct symbol *sym = probe(syms, name);
	if (!sym->name.s) {
		sym->name = name;
		syms->used++;
	}
	sym->flags |= flags;
	return 0;
}

unsigned symbols_flags(const struct symbols *syms, struct slice name)
{
	return syms->room ? probe(syms, name)->flags : 0;
}

void symbols_free(struct symbols *syms)
{
	free(syms->slot);
	memset(syms, 0, sizeof(*syms));
}

bool directive_is(const struct stmt *st, const char *name)
{
	return st->kind == STMT_DIRECTIVE && slice_is((struct slice){st->s, st->name_len}, name);
}

static bool directive_in(const struct stmt *st, const char *const *list)
{
	for (; *list; list++)
		if (directive_is(st, *list))
			return true;
	return false;
}

bool directive_is_data(const struct stmt *st)
{
	static const char *const data[] = {".byte", ".2byte", ".4byte", ".8byte", ".word", ".short",
		".value", ".hword", ".long", ".int", ".quad", ".octa", ".ascii", ".asciz",
		".string", ".float", ".single", ".double", ".incbin", ".uleb128", ".sleb128", NULL};

	return directive_in(st, data);
}

/* Directives that store or alias the value of a symbol. */
static bool takes_address(const struct stmt *st)
{
	static const char *const data[] = {".quad", ".8byte", ".long", ".4byte", ".int", ".set",
		".equ", ".equiv", ".dc.a", ".dc.l", ".value", ".short", ".2byte", ".word", ".byte",
		NULL};

	return directive_in(st, data);
}

static struct slice operands(const struct stmt *st)
{
	return slice_trim((struct slice){st->s + st->name_len, st->n - st->name_len});
}

static struct section classify(struct slice args)
{
	uint32_t n = 0;
	struct section sec = {0};

	while (n < args.n && args.s[n] != ',')
		n++;
	struct slice name = slice_trim((struct slice){args.s, n});
	if (name.n > 1 && name.s[0] == '"')
		name.s++, name.n -= 2;
	const struct {
		const char *stem;
		bool text;
	} known[] = {{".text", true}, {".debug", false}, {".eh_frame", false}, {".gnu.lto", false},
		{".comment", false}, {".note", false}, {".stab", false}, {".gnu.debuglto", false}};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t len = strlen(known[i].stem);
		if (name.n >= len && memcmp(name.s, known[i].stem, len) == 0) {
			sec.text = known[i].text;
			sec.debug = !sec.text;
		}
	}
	sec.text |= slice_is(name, ".init") || slice_is(name, ".fini");
	const char *flags = n < args.n ? memchr(args.s + n, '"', args.n - n) : NULL;
	for (flags = flags ? flags + 1 : args.s + args.n; flags < args.s + args.n && *flags != '"';
		flags++)
		sec.text |= *flags == 'x';
	return sec;
}

void sections_init(struct sections *s)
{
	memset(s, 0, sizeof(*s));
	s->now.text = s->previous.text = true;
}

static void enter(struct sections *s, struct section sec)
{
	s->previous = s->now;
	s->now = sec;
}

bool sections_step(struct sections *s, const struct stmt *st)
{
	if (st->kind != STMT_DIRECTIVE)
		return false;
	if (directive_is(st, ".text")) {
		enter(s, (struct section){.text = true});
	} else if (directive_is(st, ".data") || directive_is(st, ".bss")) {
		enter(s, (struct section){0});
	} else if (directive_is(st, ".section")) {
		enter(s, classify(operands(st)));
	} else if (directive_is(st, ".pushsection")) {
		if (s->depth < SECTION_DEPTH)
			s->stack[s->depth++] = s->now;
		enter(s, classify(operands(st)));
	} else if (directive_is(st, ".popsection")) {
		if (s->depth)
			enter(s, s->stack[--s->depth]);
	} else if (directive_is(st, ".previous")) {
		enter(s, s->previous);
	} else {
		return false;
	}
	return true;
}

/* A local label reference such as 1f or 12b; sets its digits. */
static bool numeric_label(struct slice word, struct slice *digits)
{
	*digits = (struct slice){word.s, word.n - 1};
	for (uint32_t i = 0; i < digits->n; i++)
		if (!isdigit((unsigned char)word.s[i]))
			return false;
	return word.n >= 2 && (word.s[word.n - 1] == 'f' || word.s[word.n - 1] == 'b');
}

/* Marks every symbol in an operand list. */
static int mark_all(struct symbols *syms, struct slice t, unsigned flags)
{
	for (uint32_t i = 0; i < t.n;) {
		char c = t.s[i];
		uint32_t from = i;

		if (c == '"') {
			for (i++; i < t.n && t.s[i] != '"'; i++)
				;
			i++;
			continue;
		}
		if (c == '%' || !lex_symbol_char(c)) {
			i++;
			while (c == '%' && i < t.n && lex_symbol_char(t.s[i]))
				i++;
			continue;
		}
		from += c == '$';
		for (i++; i < t.n && lex_symbol_char(t.s[i]); i++)
			;
		struct slice word = {t.s + from, i - from};
		struct slice digits;
		if (!word.n)
			continue;
		if (isdigit((unsigned char)word.s[0])) {
			if (!numeric_label(word, &digits))
				continue;
			word = digits;
		}
		int rc = mark(syms, word, flags);
		if (rc)
			return rc;
	}
	return 0;
}

static bool below_rsp(struct slice t)
{
	for (uint32_t i = 0; i + 5 < t.n; i++)
		if (t.s[i] == '(' && t.s[i + 1] == '%' && memcmp(t.s + i + 2, "rsp", 3) == 0) {
			uint32_t j = i;

			while (j && (isalnum((unsigned char)t.s[j - 1])))
				j--;
			if (j && t.s[j - 1] == '-')
				return true;
		}
	return false;
}

static int scan_insn(struct symbols *syms, const struct stmt *st)
{
	struct slice ops = operands(st);
	bool branch = st->s[0] == 'j' || (st->n > 4 && !memcmp(st->s, "call", 4)) ||
		      (st->n > 4 && !memcmp(st->s, "loop", 4)) ||
		      (st->n > 6 && !memcmp(st->s, "xbegin", 6));

	syms->red_zone |= below_rsp(ops);
	if (!ops.n)
		return 0;
	return mark_all(syms, ops, branch && ops.s[0] != '*' ? SYM_BRANCH : SYM_ADDRESS);
}

int symbols_scan(struct symbols *syms, const struct source *src)
{
	struct sections sec;
	int rc = 0;

	memset(syms, 0, sizeof(*syms));
	sections_init(&sec);
	for (size_t i = 0; i < src->count && !rc; i++) {
		const struct stmt *st = &src->stmt[i];

		if (sections_step(&sec, st) || sec.now.debug)
			continue;
		if (st->kind == STMT_INSN)
			rc = scan_insn(syms, st);
		else if (directive_is(st, ".globl") || directive_is(st, ".global") ||
			 directive_is(st, ".weak") || st->kind == STMT_ASSIGN || takes_address(st))
			rc = mark_all(syms, operands(st), SYM_ADDRESS);
	}
	return rc;
}
