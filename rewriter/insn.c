/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parser for the operands of AT&T syntax (gas manual, i386-Syntax and i386-Memory). It accepts
 * more than the assembler does: what is nonsense here is refused there.
 */
#include "insn.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const reg64[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8",
	"r9", "r10", "r11", "r12", "r13", "r14", "r15"};
static const char *const reg32[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d",
	"r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"};
static const char *const reg16[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
static const char *const reg8[] = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"};
static const char *const reg8h[] = {"ah", "ch", "dh", "bh"};

const char *reg_name(int reg, int size)
{
	return size == 4 ? reg32[reg] : reg64[reg];
}

static int find(struct slice name, const char *const *table, int count)
{
	for (int i = 0; i < count; i++)
		if (slice_is(name, table[i]))
			return i;
	return REG_NONE;
}

/* r8-r15 with their size suffix. */
static bool numbered_register(struct slice name, int *reg, int *size)
{
	uint32_t i = 1;
	int n = 0;

	if (name.n < 2 || name.s[0] != 'r' || !isdigit((unsigned char)name.s[1]))
		return false;
	for (; i < name.n && isdigit((unsigned char)name.s[i]); i++)
		n = n * 10 + name.s[i] - '0';
	if (n < 8 || n > 15 || name.n - i > 1)
		return false;
	char suffix = i < name.n ? name.s[i] : 'q';
	*reg = n;
	*size = suffix == 'q' ? 8 : suffix == 'd' ? 4 : suffix == 'w' ? 2 : 1;
	return strchr("qdwb", suffix) != NULL;
}

/* Names a register (without '%'): number and width, or a class for those the rewriter does not
 * follow. */
static int find_register(struct slice name, int *size, bool *high)
{
	int reg;

	*high = false;
	*size = 8;
	if (numbered_register(name, &reg, size))
		return reg;
	if (name.n == 3 && name.s[0] == 'r' && (reg = find(name, reg64, 8)) >= 0)
		return reg;
	*size = 4;
	if (name.n == 3 && name.s[0] == 'e' && (reg = find(name, reg32, 8)) >= 0)
		return reg;
	*size = 2;
	if (name.n == 2 && (reg = find(name, reg16, 8)) >= 0)
		return reg;
	*size = 1;
	if ((reg = find(name, reg8, 8)) >= 0)
		return reg;
	if ((reg = find(name, reg8h, 4)) >= 0) {
		*high = true;
		return reg;
	}
	*size = 0;
	if (slice_is(name, "rip") || slice_is(name, "eip"))
		return REG_RIP;
	if (name.n >= 4 && name.s[1] == 'm' && name.s[2] == 'm' && strchr("xyz", name.s[0]))
		return REG_VECTOR;
	if (slice_is(name, "riz") || slice_is(name, "eiz"))
		return REG_NONE;
	return REG_OTHER;
}

/* A plain number, optionally signed; anything else is left to the assembler. */
static bool parse_number(struct slice t, int64_t *value)
{
	char buf[32], *end;

	t = slice_trim(t);
	if (!t.n || t.n >= sizeof(buf))
		return false;
	memcpy(buf, t.s, t.n);
	buf[t.n] = 0;
	errno = 0;
	*value = (int64_t)strtoull(buf, &end, 0);
	return !errno && !*end && end != buf;
}

static struct slice cut(struct slice t, uint32_t from, uint32_t to)
{
	return slice_trim((struct slice){t.s + from, to - from});
}

/* %reg inside an address: general, rip or vector. */
static int address_register(struct slice t, struct operand *op)
{
	int size;
	bool high;

	if (!t.n)
		return REG_NONE;
	if (t.s[0] != '%')
		return REG_OTHER;
	int reg = find_register((struct slice){t.s + 1, t.n - 1}, &size, &high);
	if (size == 4 || slice_is(t, "%eip"))
		op->address32 = true;
	return reg;
}

/* The (base,index,scale) part. */
static bool parse_address(struct operand *op, struct slice in)
{
	struct slice part[3] = {{0}};
	uint32_t from = 0, n = 0;

	for (uint32_t i = 0; i <= in.n; i++) {
		if (i < in.n && in.s[i] != ',')
			continue;
		if (n == 3)
			return false;
		part[n++] = cut(in, from, i);
		from = i + 1;
	}
	op->base = (int8_t)address_register(part[0], op);
	op->index = (int8_t)address_register(part[1], op);
	op->index_text = part[1];
	op->scale = part[2];
	return op->base != REG_OTHER && op->index != REG_OTHER && op->base != REG_VECTOR &&
	       op->index != REG_RIP;
}

static bool parse_memory(struct operand *op, struct slice t)
{
	op->kind = OPND_MEM;
	op->base = op->index = REG_NONE;
	op->index_text = op->scale = (struct slice){"", 0};
	if (t.n > 4 && t.s[0] == '%' && t.s[2] == 's' && t.s[3] == ':') {
		if (t.s[1] == 'f' || t.s[1] == 'g')
			op->seg = t.s[1];
		t = cut(t, 4, t.n);
	}
	uint32_t open = t.n;
	if (t.n && t.s[t.n - 1] == ')') { /* a bare (expr) has no '%' inside */
		while (open && t.s[open - 1] != '(')
			open--;
		struct slice inside = cut(t, open, t.n - 1);
		if (inside.n && (inside.s[0] == '%' || inside.s[0] == ',')) {
			if (!parse_address(op, inside))
				return false;
			open--;
		} else {
			open = t.n;
		}
	}
	op->disp = cut(t, 0, open);
	op->numeric = !op->disp.n || parse_number(op->disp, &op->value);
	return true;
}

static bool parse_operand(struct operand *op, struct slice t)
{
	int size;
	bool high;

	memset(op, 0, sizeof(*op));
	op->disp = op->scale = op->index_text = (struct slice){"", 0};
	if (!t.n)
		return false;
	if (t.s[0] == '*') {
		op->star = true;
		t = cut(t, 1, t.n);
	}
	uint32_t brace = 0;
	while (brace < t.n && t.s[brace] != '{')
		brace++;
	op->tail = cut(t, brace, t.n);
	op->text = t = cut(t, 0, brace);
	if (t.n && t.s[0] == '$') {
		op->kind = OPND_IMM;
		op->disp = cut(t, 1, t.n);
		op->numeric = parse_number(op->disp, &op->value);
		return true;
	}
	if (!t.n) { /* {sae} and {rn-sae} stand as operands of their own */
		op->kind = OPND_REG;
		op->reg = REG_OTHER;
		return op->tail.n != 0;
	}
	if (t.s[0] == '%' && !memchr(t.s, ':', t.n)) {
		op->kind = OPND_REG;
		op->reg = (int8_t)find_register(cut(t, 1, t.n), &size, &high);
		op->size = (uint8_t)size;
		op->high_byte = high;
		return true;
	}
	return parse_memory(op, t);
}

static bool parse_operands(struct insn *in, struct slice t)
{
	uint32_t from = 0;
	int depth = 0;

	if (!t.n)
		return true;
	for (uint32_t i = 0; i <= t.n; i++) {
		if (i < t.n) {
			depth += t.s[i] == '(';
			depth -= t.s[i] == ')';
			if (t.s[i] != ',' || depth)
				continue;
		}
		if (in->nops == INSN_OPS || !parse_operand(&in->op[in->nops], cut(t, from, i)))
			return false;
		in->nops++;
		from = i + 1;
	}
	return true;
}

static const char *const prefixes[] = {"lock", "rep", "repe", "repz", "repne", "repnz", "notrack",
	"data16", "addr32", "bnd", "rex64", "ds", "cs", "es", "ss", "rex", "rex.w", "xacquire",
	"xrelease"};

/* Eats one prefix word at *t, if there is one. */
static bool eat_prefix(struct insn *in, struct slice *t, struct slice word)
{
	bool known = word.n && word.s[0] == '{';

	for (size_t i = 0; !known && i < sizeof(prefixes) / sizeof(*prefixes); i++)
		known = slice_is(word, prefixes[i]);
	if (!known)
		return false;
	in->lock |= slice_is(word, "lock");
	in->rep |= slice_is(word, "rep") || slice_is(word, "repe") || slice_is(word, "repz");
	in->repne |= slice_is(word, "repne") || slice_is(word, "repnz");
	in->notrack |= slice_is(word, "notrack");
	if (!in->prefix.s)
		in->prefix.s = word.s;
	in->prefix.n = (uint32_t)(word.s + word.n - in->prefix.s);
	*t = cut(*t, word.n, t->n);
	return true;
}

int insn_parse(struct insn *in, const struct stmt *st, const char **why)
{
	struct slice t = {st->s, st->n};
	struct slice word;

	memset(in, 0, offsetof(struct insn, op));
	in->stmt = st;
	do {
		word = (struct slice){t.s, 0};
		if (t.n && t.s[0] == '{') {
			while (word.n < t.n && t.s[word.n] != '}')
				word.n++;
			word.n += word.n < t.n;
		} else {
			while (word.n < t.n && lex_symbol_char(t.s[word.n]))
				word.n++;
		}
	} while (eat_prefix(in, &t, word));
	if (word.n >= sizeof(in->name)) {
		*why = "no such instruction";
		return -EINVAL;
	}
	for (uint32_t i = 0; i < word.n; i++)
		in->name[i] = (char)tolower((unsigned char)t.s[i]);
	in->name[word.n] = 0;
	if (!parse_operands(in, cut(t, word.n, t.n))) {
		*why = "cannot parse the operands";
		return -EINVAL;
	}
	return 0;
}

struct operand *insn_last(struct insn *in)
{
	return in->nops ? &in->op[in->nops - 1] : NULL;
}

struct operand *insn_mem(struct insn *in)
{
	if (insn_is_direct_branch(in))
		return NULL;
	for (int i = 0; i < in->nops; i++)
		if (in->op[i].kind == OPND_MEM)
			return &in->op[i];
	return NULL;
}

bool name_begins(const char *name, const char *stem)
{
	return strncmp(name, stem, strlen(stem)) == 0;
}

bool name_is(const char *name, const char *stem)
{
	size_t n = strlen(stem);

	if (strncmp(name, stem, n) != 0)
		return false;
	return !name[n] || (strchr("bwlq", name[n]) && !name[n + 1]);
}

static bool is_conditional(const char *name)
{
	return (name[0] == 'j' && !name_is(name, "jmp")) || name_begins(name, "loop") ||
	       strcmp(name, "xbegin") == 0;
}

bool insn_is_direct_branch(const struct insn *in)
{
	if (in->nops != 1 || in->op[0].star || in->op[0].kind != OPND_MEM)
		return false;
	return is_conditional(in->name) || name_is(in->name, "jmp") || name_is(in->name, "call");
}

bool insn_ends_flow(const struct insn *in)
{
	return name_is(in->name, "jmp") || name_is(in->name, "ret") || !strcmp(in->name, "ud2") ||
	       !strcmp(in->name, "hlt");
}
