/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares common_decode() with insn_decode() on every encoding it could accept: each REX prefix
 * and none, opcodes of one and two bytes, each ModRM and SIB, and displacements and immediates on
 * both sides of every bound that matters. Each byte may also begin an instruction with a legacy
 * prefix.
 */
#include <stdio.h>
#include <string.h>
#include "common.h"

static unsigned long tried, accepted;

/* Displacement or immediate bytes; what lies behind a shorter one is the same number's rest. */
static const uint32_t fills[] = {0, 0x1fffffff, 0x20000000, 0x80000080, 0xffffffff};

static bool same_operand(const struct common *a, const struct insn *b)
{
	if (a->has_mem != b->has_mem || a->anchors != b->anchors)
		return false;
	if (!a->has_mem)
		return true;
	return a->base == insn_base(b) && a->index == insn_index(b) && !b->vsib &&
	       a->scaled == (insn_scale(b) != 1) && a->disp == insn_disp(b);
}

static bool same(const struct common *a, const struct insn *b)
{
	return a->kind == (enum kind)b->kind && a->opcode == b->opcode && a->length == b->length &&
	       a->writes == b->writes && a->proves_zx == b->proves_zx &&
	       a->proves_sm == b->proves_sm && a->imm == insn_imm(b) && b->prefixes == 0 &&
	       b->encoding == E_LEGACY && same_operand(a, b);
}

static int compare(const uint8_t *code)
{
	struct common a;
	struct insn b;
	enum verify_cause cause;
	tried++;
	if (!common_decode(&a, code))
		return 0;
	accepted++;
	insn_decode(&b, code, 64, &cause);
	if (cause == VERIFY_OK && a.length <= 15 && same(&a, &b))
		return 0;
	printf("differs:");
	for (int i = 0; i < COMMON_LOOK_AHEAD; i++)
		printf(" %02x", code[i]);
	printf(": %s\n", cause ? "refused" : "other");
	return 1;
}

/* code has everything up to the opcode, whose ModRM would be at `at`. */
static int operands(uint8_t *code, size_t at)
{
	int failed = 0;
	for (unsigned m = 0; m < 256; m++) {
		unsigned sibs = m < 0xc0 && (m & 7) == 4 ? 256 : 1;
		code[at] = (uint8_t)m;
		for (unsigned sib = 0; sib < sibs; sib++) {
			for (size_t f = 0; f < sizeof fills / sizeof *fills; f++) {
				for (size_t i = at + 1; i + 4 <= 32; i += 4)
					memcpy(code + i, &fills[f], 4);
				if (sibs > 1) {
					code[at + 1] = (uint8_t)sib;
					for (size_t i = at + 2; i + 4 <= 32; i += 4)
						memcpy(code + i, &fills[f], 4);
				}
				failed |= compare(code);
			}
		}
		if (failed)
			return 1;
	}
	return 0;
}

int main(void)
{
	uint8_t code[64] = {0};
	for (unsigned rex = 0x3f; rex < 0x50; rex++) {
		for (unsigned op = 0; op < 512; op++) {
			size_t at = 0;
			if (rex >= 0x40)
				code[at++] = (uint8_t)rex;
			if (op > 0xff)
				code[at++] = 0x0f;
			code[at++] = (uint8_t)op;
			if (operands(code, at))
				return 1;
		}
	}
	printf("%lu encodings tried, %lu decoded the short way\n", tried, accepted);
	return accepted < 1000000;
}
