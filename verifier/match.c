/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matches the templates. A template is a list of parts, a part a list of alternatives, an
 * alternative plain bytes, the last `any` of which may have any value. No prefix, no padding, no
 * other spelling.
 */
#include "idiom.h"

struct alt {
	uint8_t length, any;
	uint8_t bytes[8];
};

struct part {
	const struct alt *alts;
	uint8_t count;
};

#define PART(a)                                                                                    \
	{                                                                                          \
		(a), sizeof(a) / sizeof *(a)                                                       \
	}
#define MAX_PARTS 5

static const struct alt zero_extend_r11[] = {{3, 0, {0x45, 0x89, 0xdb}}};
static const struct alt to_text[] = {{5, 0, {0x49, 0x0f, 0xba, 0xeb, 0x2d}}};
static const struct alt check_label[] = {{7, 0, {0x41, 0x81, 0x3b, 0xf3, 0x0f, 0x1e, 0xfa}}};
static const struct alt jne[] = {{2, 1, {0x75}}, {6, 4, {0x0f, 0x85}}};
static const struct alt transfer[] = {{3, 0, {0x41, 0xff, 0xe3}}, {3, 0, {0x41, 0xff, 0xd3}}};
static const struct alt zero_extend_edi[] = {{2, 0, {0x89, 0xff}}};
static const struct alt base_rdi[] = {{4, 0, {0x49, 0x8d, 0x3c, 0x3e}}};
static const struct alt zero_extend_esi[] = {{2, 0, {0x89, 0xf6}}};
static const struct alt base_rsi[] = {{4, 0, {0x49, 0x8d, 0x34, 0x36}}};
#define STRING_OP(op)                                                                              \
	{                                                                                          \
		{1, 0, {op}}, {1, 0, {(op) + 1}}, {2, 0, {0x66, (op) + 1}},                        \
			{2, 0, {0x48, (op) + 1}}, {2, 0, {0xf3, op}}, {2, 0, {0xf3, (op) + 1}},    \
			{3, 0, {0xf3, 0x66, (op) + 1}}, {3, 0, {0x66, 0xf3, (op) + 1}},            \
			{3, 0, {0xf3, 0x48, (op) + 1}},                                            \
	}
static const struct alt stos[] = STRING_OP(0xaa);
static const struct alt movs[] = STRING_OP(0xa4);
static const struct alt gate[] = {{8, 0, {0x64, 0xff, 0x14, 0x25, 0x10, 0, 0, 0}}};
static const struct alt rsp_tail[] = {{3, 0, {0x4c, 0x01, 0xf4}}, {4, 0, {0x4a, 0x8d, 0x24, 0x34}}};

static const struct part idioms[NIDIOMS][MAX_PARTS] = {
	[I_INDIRECT] = {PART(zero_extend_r11), PART(to_text), PART(check_label), PART(jne),
		PART(transfer)},
	[I_INDIRECT_ZX] = {PART(to_text), PART(check_label), PART(jne), PART(transfer)},
	[I_STOS] = {PART(zero_extend_edi), PART(base_rdi), PART(stos)},
	[I_MOVS] = {PART(zero_extend_edi), PART(base_rdi), PART(zero_extend_esi), PART(base_rsi),
		PART(movs)},
	[I_GATE] = {PART(gate)},
};

/* The first eight of n bytes, the first of them lowest; missing ones are 0. */
static inline uint64_t first_bytes(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	if (n >= sizeof v)
		__builtin_memcpy(&v, p, sizeof v);
	else
		for (size_t i = 0; i < n; i++)
			v |= (uint64_t)p[i] << 8 * i;
	return v;
}

/* The first alternative that matches at p, or NULL. */
static const struct alt *match_part(const struct part *part, const uint8_t *p, size_t avail)
{
	uint64_t head = first_bytes(p, avail);
	for (uint8_t i = 0; i < part->count; i++) {
		const struct alt *a = &part->alts[i];
		uint32_t fixed = a->length - a->any;
		if (avail >= a->length &&
			((head ^ first_bytes(a->bytes, 8)) << (64 - 8 * fixed)) == 0)
			return a;
	}
	return NULL;
}

static int64_t signed_field(const uint8_t *p, uint8_t size)
{
	if (size == 1)
		return (int8_t)p[0];
	return (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
			 (uint32_t)p[3] << 24);
}

static struct idiom_match match(enum idiom id, const uint8_t *p, size_t avail)
{
	struct idiom_match m = {I_NONE, 0, 0, 0};
	size_t at = 0;
	for (int i = 0; i < MAX_PARTS && idioms[id][i].count; i++) {
		const struct alt *a = match_part(&idioms[id][i], p + at, avail - at);
		if (a == NULL)
			return m;
		at += a->length;
		if (a->any)
			m.jne_disp = (int64_t)at + signed_field(p + at - a->any, a->any);
		m.is_call = a == &transfer[1];
	}
	m.idiom = id;
	m.length = (uint32_t)at;
	return m;
}

struct idiom_match idiom_at(const uint8_t *p, size_t avail)
{
	struct idiom_match m = {I_NONE, 0, 0, 0};
	switch (p[0]) {
	case 0x45:
		return match(I_INDIRECT, p, avail);
	case 0x49:
		return match(I_INDIRECT_ZX, p, avail);
	case 0x64:
		return match(I_GATE, p, avail);
	case 0x89:
		m = match(I_MOVS, p, avail);
		return m.idiom == I_NONE ? match(I_STOS, p, avail) : m;
	default:
		return m;
	}
}

uint32_t idiom_label_offset(enum idiom i)
{
	uint32_t head = i == I_INDIRECT ? zero_extend_r11[0].length : 0;
	return head + to_text[0].length + check_label[0].length - 4;
}

size_t idiom_rsp_tail(const uint8_t *p, size_t avail)
{
	static const struct part tail = PART(rsp_tail);
	const struct alt *a = match_part(&tail, p, avail);
	return a ? a->length : 0;
}
