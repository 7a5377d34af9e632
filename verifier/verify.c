/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the text: decode, judge, remember where a direct branch may land and where one
 * wants to; then compare the two bitmaps and look for label bytes in wrong places. Rule by rule:
 * doc/sfi.md.
 *
 * Two bitmaps of one bit per byte of text live in the caller's scratch memory. `starts` has a bit
 * for each legal direct target: a start that is neither inside a template nor between a fact and
 * its use. `targets` has one for each target. Bits between a fact and its use are cleared at most
 * once for each register, so the whole is linear.
 */
#include "common.h"
#include "idiom.h"
#include "rules.h"
#include "sfi.h"
#include "verify.h"

/* Exempts a variable from -ftrivial-auto-var-init, which costs a quarter of the speed here. */
#define UNSET __attribute__((uninitialized))
#define NREGS 16
#define INT3  0xcc

struct sweep {
	const uint8_t *text;
	uint32_t size, at;
	uint64_t *starts, *targets;
	struct facts facts;
	uint32_t proved[NREGS + 1]; /* where the fact was established */
	uint32_t marked[NREGS + 1]; /* starts in (proved, marked] are no targets already */
	/* The stack margin m, <= 0 if a jump came in at the worst place since the anchor, or exact.
	 */
	int64_t sure, likely;
	uint32_t anchor, anchor_marked, adjusted; /* as proved and marked; the last add/sub */
	bool after_call;                          /* the next instruction must be a label */
	bool open;                                /* control can reach `at` by falling through */
	struct verify_report *r;
};

static uint32_t max32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint64_t load64(const uint8_t *p)
{
	uint64_t v;
	__builtin_memcpy(&v, p, sizeof v);
	return v;
}

static uint32_t load32(const uint8_t *p)
{
	uint32_t v;
	__builtin_memcpy(&v, p, sizeof v);
	return v;
}

/* Starts in (after, upto] stop being legal targets. */
static void exclude(struct sweep *s, uint32_t after, uint32_t upto)
{
	if (after >= upto)
		return;
	uint32_t first = after + 1, w = first / 64, last = upto / 64;
	uint64_t head = ~0ull << first % 64, tail = ~0ull >> (63 - upto % 64);
	if (w == last) {
		s->starts[w] &= ~(head & tail);
		return;
	}
	s->starts[w++] &= ~head;
	while (w < last)
		s->starts[w++] = 0;
	s->starts[last] &= ~tail;
}

static void use_fact(struct sweep *s, int reg)
{
	exclude(s, max32(s->proved[reg], s->marked[reg]), s->at);
	s->marked[reg] = s->at;
}

static void forget(struct sweep *s, uint16_t regs)
{
	s->facts.zx &= (uint16_t)~regs;
	s->facts.sm &= (uint16_t)~regs;
}

/* An instruction proves a fact of at most one register. Slot NREGS takes what proves nothing. */
static inline void learn(struct sweep *s, uint32_t writes, uint32_t proves_zx, uint32_t proves_sm)
{
	s->facts.zx = (uint16_t)((s->facts.zx & ~writes) | proves_zx);
	s->facts.sm = (uint16_t)((s->facts.sm & ~writes) | proves_sm);
	int r = __builtin_ctz(proves_zx | 1u << NREGS);
	s->proved[r] = s->marked[r] = s->at;
}

/*
 * A block begins after an unconditional transfer or trap: it is entered by branches only. So it
 * does after a call, whose push has anchored the stack: what follows is a label, entered by a
 * return.
 */
static void block_begin(struct sweep *s)
{
	forget(s, 0xffff);
	s->sure = s->likely = 0;
	s->open = false;
}

static void anchor(struct sweep *s, int64_t margin)
{
	s->sure = 0;
	s->likely = margin;
	s->anchor = s->anchor_marked = s->at;
}

static enum verify_cause adjust_rsp(struct sweep *s, int64_t by)
{
	int64_t distance = by < 0 ? -by : by;
	s->sure -= distance;
	s->likely -= distance;
	s->adjusted = s->at;
	return s->sure < -SFI_RSP_DRIFT ? V4_DRIFT : VERIFY_OK;
}

/* Control may leave the block here: rsp must be known to be inside. */
static enum verify_cause margin_at_branch(struct sweep *s)
{
	if (s->sure >= 0)
		return VERIFY_OK;
	if (s->likely < 0)
		return V4_BRANCH;
	exclude(s, max32(s->anchor, s->anchor_marked), s->adjusted);
	s->anchor_marked = max32(s->anchor_marked, s->adjusted);
	return VERIFY_OK;
}

static enum verify_cause note_target(struct sweep *s, int64_t target)
{
	if (target < 0 || target >= s->size)
		return V7_RANGE;
	s->targets[target / 64] |= 1ull << target % 64;
	return VERIFY_OK;
}

static enum verify_cause label(struct sweep *s)
{
	const uint8_t *p = s->text + s->at;
	if (s->at >= 3 && (p[-3] | p[-2] << 8 | p[-1] << 16) == SFI_FALSE_LABEL)
		return V9_FALSE;
	forget(s, 0xffff);
	/* Falling in is like branching in: rsp known to be inside is m = 0; a drift goes on. */
	if (margin_at_branch(s) == VERIFY_OK)
		s->sure = 0;
	s->likely = s->sure;
	s->r->labels++;
	return VERIFY_OK;
}

/*
 * Effects of one instruction on control flow and the margin: its kind, one-byte opcode, the place a
 * branch would go to, and what it proves of the stack (rule_anchor()).
 */
static inline enum verify_cause step_kind(
	struct sweep *s, enum kind kind, uint32_t opcode, int64_t target, int64_t margin)
{
	enum verify_cause c = VERIFY_OK;
	switch (kind) {
	case K_BRANCH:
	case K_JMP:
		c = margin_at_branch(s);
		if (c == VERIFY_OK)
			c = note_target(s, target);
		if (kind == K_JMP)
			block_begin(s);
		return c;
	case K_CALL:
		block_begin(s);
		s->after_call = true;
		return note_target(s, target);
	case K_TRAP:
		if (opcode == INT3) /* a debugger or SIGTRAP handler may go on behind it */
			c = margin_at_branch(s);
		block_begin(s);
		return c;
	case K_LABEL:
		return label(s);
	case K_INDIRECT:
		return V5_INDIRECT;
	case K_STRING:
		return V6_STRING;
	case K_PLAIN:
	case K_PUSH:
	case K_POP:
		if (margin >= 0)
			anchor(s, margin);
		return VERIFY_OK;
	case K_LEA:
	case K_NOP:
		return VERIFY_OK;
	case K_DENIED:
	case K_GROUP:
	case K_X87:
	case K_XCHG90:
		break;
	}
	return V2_DENIED;
}

/* V4: nothing writes r14; rsp the constant forms or the template, whose tail is consumed. */
static enum verify_cause step_reserved(struct sweep *s, const struct insn *in, uint32_t *length)
{
	int64_t by;
	if (in->writes & BIT(R_14))
		return V4_BASE;
	if (rule_rsp_adjust(in, &by))
		return adjust_rsp(s, by);
	uint32_t next = s->at + in->length;
	size_t tail = rule_rsp_write(in) ? idiom_rsp_tail(s->text + next, s->size - next) : 0;
	if (tail == 0)
		return V4_RSP;
	*length += (uint32_t)tail;
	s->sure = s->likely = 0;
	return VERIFY_OK;
}

/* Returns the length of what it has judged: an instruction, or a write of rsp with its tail. */
static uint32_t step_insn(struct sweep *s, enum verify_cause *c)
{
	struct insn in UNSET; /* insn_decode() sets all of it */
	int uses = -1;
	uint32_t length = insn_decode(&in, s->text + s->at, s->size - s->at, c);
	if (*c != VERIFY_OK)
		return 0;
	if (s->after_call && in.kind != K_LABEL) {
		*c = V8_RETURN;
		return 0;
	}
	s->after_call = false;
	if (in.has_mem)
		*c = rule_memory(&in, &s->facts, &uses);
	if (*c != VERIFY_OK)
		return 0;
	if (uses >= 0)
		use_fact(s, uses);
	s->open = true;
	if (in.writes & (BIT(R_SP) | BIT(R_14)))
		*c = step_reserved(s, &in, &length);
	else if (in.kind != K_PLAIN || in.anchors)
		*c = step_kind(s, (enum kind)in.kind, in.opcode,
			(int64_t)s->at + length + insn_imm(&in), rule_anchor(&in));
	learn(s, in.writes, in.proves_zx, in.proves_sm);
	return length;
}

/* V3 for the operands of common.h, forms (c) to (f); *uses as in rule_memory(). */
static inline bool common_confined(const struct common *in, const struct facts *f, int *uses)
{
	*uses = -1;
	if (in->index == -1 || in->kind == K_LEA)
		return true;
	*uses = in->index;
	return (in->scaled ? f->sm : f->zx) >> in->index & 1;
}

/* rule_anchor(). */
static inline int64_t common_anchor(const struct common *in)
{
	if (in->kind == K_PUSH || in->kind == K_POP)
		return SFI_EDGE;
	if (!in->anchors || in->base != R_SP)
		return -1;
	int64_t d = in->disp < 0 ? -(int64_t)in->disp : in->disp;
	return d <= SFI_RSP_ANCHOR ? SFI_EDGE - d : -1;
}

/* As step_insn(), for what common.h decodes; 0 leaves the instruction to step_insn(), untouched. */
static inline uint32_t step_common(struct sweep *s, const uint8_t *p, enum verify_cause *c)
{
	struct common in UNSET; /* common_decode() sets all of it, or returns false */
	int uses;
	if (!common_decode(&in, p) || in.writes & (BIT(R_SP) | BIT(R_14)) ||
		!common_confined(&in, &s->facts, &uses))
		return 0;
	if (uses >= 0)
		use_fact(s, uses);
	s->open = true;
	if (in.kind != K_PLAIN || in.anchors)
		*c = step_kind(s, in.kind, in.opcode, (int64_t)s->at + in.length + in.imm,
			common_anchor(&in));
	if (in.writes)
		learn(s, in.writes, in.proves_zx, in.proves_sm);
	return in.length;
}

/* What follows a call: a label, decoded by its bytes, the only ones of it. */
static uint32_t step_return(struct sweep *s, enum verify_cause *c)
{
	if (s->size - s->at < SFI_LABEL_SIZE || load32(s->text + s->at) != SFI_LABEL)
		return step_insn(s, c);
	s->after_call = false;
	s->open = true;
	*c = label(s);
	return SFI_LABEL_SIZE;
}

static enum verify_cause step_indirect(struct sweep *s, const struct idiom_match *m)
{
	enum verify_cause c = margin_at_branch(s);
	if (c == VERIFY_OK && m->idiom == I_INDIRECT_ZX) {
		if (!(s->facts.zx & BIT(R_11)))
			return V5_INDIRECT;
		use_fact(s, R_11);
	}
	if (c == VERIFY_OK)
		c = note_target(s, s->at + m->jne_disp);
	s->r->branches++;
	s->after_call = m->is_call;
	block_begin(s);
	return c;
}

static enum verify_cause step_idiom(struct sweep *s, const struct idiom_match *m)
{
	if (s->after_call)
		return V8_RETURN;
	if (m->idiom == I_INDIRECT || m->idiom == I_INDIRECT_ZX)
		return step_indirect(s, m);
	if (m->idiom == I_GATE) {
		block_begin(s);
		s->after_call = true;
		return VERIFY_OK;
	}
	forget(s, BIT(R_DI) | BIT(R_SI) | BIT(R_CX));
	s->open = true;
	return VERIFY_OK;
}

static enum verify_cause sweep(struct sweep *s)
{
	uint32_t length = 0, size = s->size, insns = 0;
	enum verify_cause c = VERIFY_OK;
	for (uint32_t at = 0; at < size && c == VERIFY_OK; at += length) {
		const uint8_t *p = s->text + at;
		struct idiom_match m = {I_NONE, 0, 0, 0};
		s->at = at;
		s->starts[at / 64] |= 1ull << at % 64;
		if (idiom_possible(p, size - at))
			m = idiom_at(p, size - at);
		if (m.idiom != I_NONE) {
			length = m.length;
			c = step_idiom(s, &m);
		} else if (s->after_call) {
			length = step_return(s, &c);
		} else {
			length = size - at >= COMMON_LOOK_AHEAD ? step_common(s, p, &c) : 0;
			if (length == 0)
				length = step_insn(s, &c);
		}
		insns++;
	}
	s->r->insns = insns - (c != VERIFY_OK);
	if (c != VERIFY_OK)
		return c;
	s->at = size;
	if (s->after_call)
		return V8_RETURN;
	return s->open ? V8_END : VERIFY_OK;
}

/* Sets s->at to the first branch to target. The text is known to decode. */
static void find_branch(struct sweep *s, int64_t target)
{
	struct insn in;
	uint32_t length;
	enum verify_cause c;
	for (s->at = 0; s->at < s->size; s->at += length) {
		struct idiom_match m = idiom_at(s->text + s->at, s->size - s->at);
		length = m.length;
		if (m.idiom == I_INDIRECT || m.idiom == I_INDIRECT_ZX) {
			if (s->at + m.jne_disp == target)
				return;
		} else if (m.idiom == I_NONE) {
			length = insn_decode(&in, s->text + s->at, s->size - s->at, &c);
			if (c != VERIFY_OK)
				return;
			bool direct = in.kind == K_JMP || in.kind == K_BRANCH || in.kind == K_CALL;
			if (direct && (int64_t)s->at + length + insn_imm(&in) == target)
				return;
		}
	}
}

/* V7: every target is a legal start. */
static enum verify_cause check_targets(struct sweep *s)
{
	for (uint32_t w = 0; w <= (s->size - 1) / 64; w++) {
		uint64_t bad = s->targets[w] & ~s->starts[w];
		if (bad) {
			find_branch(s, (int64_t)w * 64 + __builtin_ctzll(bad));
			return V7_TARGET;
		}
	}
	return VERIFY_OK;
}

/* 80 in the bytes of v that are the byte b, 0 in all others. */
static inline uint64_t bytes_equal(uint64_t v, uint8_t b)
{
	const uint64_t ones = 0x0101010101010101, low7 = 0x7f * ones;
	v ^= b * ones;
	return ~(((v & low7) + low7) | v | low7);
}

/* 80 in the bytes for those of the eight offsets from p on that may be of a label's bytes; p
 * has 11. */
static inline uint64_t label_in_8(const uint8_t *p)
{
	return bytes_equal(load64(p + 3), SFI_LABEL >> 24) &
	       bytes_equal(load64(p), SFI_LABEL & 0xff);
}

/* The first offset >= x with the bytes of a label, or size. */
static uint32_t next_label_bytes(const struct sweep *s, uint32_t x)
{
	for (; (size_t)x + 7 + SFI_LABEL_SIZE <= s->size; x += 8) {
		uint64_t maybe = label_in_8(s->text + x);
		for (; unlikely(maybe); maybe &= maybe - 1) {
			uint32_t found = x + (uint32_t)__builtin_ctzll(maybe) / 8;
			if (load32(s->text + found) == SFI_LABEL)
				return found;
		}
	}
	for (; (size_t)x + SFI_LABEL_SIZE <= s->size; x++)
		if (load32(s->text + x) == SFI_LABEL)
			return x;
	return s->size;
}

/* Sets s->at to the first label bytes that are neither a label nor a template's immediate. */
static void find_label_bytes(struct sweep *s)
{
	struct insn in;
	enum verify_cause c;
	uint32_t length, expect, found = 0;
	for (uint32_t at = 0; at < s->size; at += length) {
		struct idiom_match m = idiom_at(s->text + at, s->size - at);
		length = m.length;
		expect = s->size;
		if (m.idiom == I_INDIRECT || m.idiom == I_INDIRECT_ZX) {
			expect = at + idiom_label_offset(m.idiom);
		} else if (m.idiom == I_NONE) {
			length = insn_decode(&in, s->text + at, s->size - at, &c);
			if (c != VERIFY_OK)
				break;
			expect = in.kind == K_LABEL ? at : s->size;
		}
		if (expect == s->size)
			continue;
		s->at = next_label_bytes(s, found);
		if (s->at != expect)
			return;
		found = expect + 1;
	}
	s->at = next_label_bytes(s, found);
}

/*
 * V9. Each label and each indirect branch accounts for one occurrence of the bytes; so if there are
 * as many as both together, there are no others.
 */
static enum verify_cause check_labels(struct sweep *s)
{
	uint32_t count = 0;
	for (uint32_t x = next_label_bytes(s, 0); x < s->size; x = next_label_bytes(s, x + 1))
		count++;
	if (count == s->r->labels + s->r->branches)
		return VERIFY_OK;
	find_label_bytes(s);
	return V9_BYTES;
}

int verify_is_label(const uint8_t *text, size_t size, uint64_t offset)
{
	if (offset > size || size - offset < SFI_LABEL_SIZE || load32(text + offset) != SFI_LABEL)
		return 0;
	return offset < 3 || (load32(text + offset - 3) & 0xffffff) != SFI_FALSE_LABEL;
}

size_t verify_scratch_size(size_t text_size)
{
	return (text_size / 64 + 1) * 2 * sizeof(uint64_t);
}

static enum verify_cause check(struct sweep *s, uint32_t entry)
{
	enum verify_cause c = sweep(s);
	if (c == VERIFY_OK)
		c = check_targets(s);
	if (c == VERIFY_OK)
		c = check_labels(s);
	if (c == VERIFY_OK && !verify_is_label(s->text, s->size, entry)) {
		s->at = entry;
		c = F5_ENTRY;
	}
	return c;
}

enum verify_cause verify_text(const uint8_t *text, size_t size, uint32_t entry, void *scratch,
	size_t scratch_size, struct verify_report *r)
{
	*r = (struct verify_report){0};
	if (size == 0 || size > SFI_TEXT_SIZE_MAX)
		return r->cause = F6_SIZE;
	if (scratch_size < verify_scratch_size(size))
		return r->cause = V_SCRATCH;
	uint32_t words = (uint32_t)(size / 64 + 1);
	struct sweep s = {.text = text, .size = (uint32_t)size, .r = r, .open = true};
	s.starts = scratch;
	s.targets = s.starts + words;
	for (uint32_t w = 0; w < 2 * words; w++)
		s.starts[w] = 0;
	r->cause = check(&s, entry);
	r->offset = s.at;
	return r->cause;
}
