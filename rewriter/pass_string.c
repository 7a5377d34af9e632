/* SPDX-License-Identifier: Apache-2.0 */
/*
 * String instructions (doc/sfi.md V6). stos ignores segment overrides and movs has two operands,
 * so their pointers become real addresses for the one instruction and offsets again after it.
 * lods, scas and cmps, which nothing time-critical uses, become loops of ordinary instructions
 * with the same registers, flags and direction.
 */
#include "rewrite.h"

#include <string.h>

enum string_op { STOS, MOVS, LODS, SCAS, CMPS, STRING_OPS };
static const char *const stems[STRING_OPS] = {"stos", "movs", "lods", "scas", "cmps"};

/* Which string instruction, and its element size; -1 for another instruction of that name. */
static int classify(const struct insn *in, char *size)
{
	for (int op = 0; op < STRING_OPS; op++) {
		if (strncmp(in->name, stems[op], 4) != 0)
			continue;
		const char *suffix = in->name + 4;
		for (int i = 0; i < in->nops; i++) {
			const struct operand *o = &in->op[i];
			bool accumulator = o->kind == OPND_REG && o->reg == REG_RAX && o->size;

			if (o->kind == OPND_REG &&
				!(accumulator && (op == STOS || op == LODS || op == SCAS)))
				return -1; /* movsd %xmm, movsb %al,%ecx */
			if (accumulator && !*suffix)
				*size = "?bw?l???q"[o->size];
			if (o->kind == OPND_MEM && o->base != REG_RSI && o->base != REG_RDI)
				return -1;
		}
		if (*suffix && (suffix[1] || !strchr("bwldq", *suffix)))
			return -1;
		if (*suffix)
			*size = *suffix == 'd' ? 'l' : *suffix;
		return strchr("bwlq", *size) ? op : -1;
	}
	return -1;
}

static void template(struct rewrite *rw, const struct insn *in, int op, char size)
{
	rw_line(rw, "movl\t%%edi, %%edi");
	rw_line(rw, "leaq\t(%%r14,%%rdi), %%rdi");
	if (op == MOVS) {
		rw_line(rw, "movl\t%%esi, %%esi");
		rw_line(rw, "leaq\t(%%r14,%%rsi), %%rsi");
	}
	rw_line(rw, "%s%s%c", in->rep || in->repne ? "rep " : "", stems[op], size);
	rw_line(rw, "movl\t%%edi, %%edi");
	if (op == MOVS)
		rw_line(rw, "movl\t%%esi, %%esi");
	rw_forget(rw, 1u << REG_RCX | 1u << REG_RSI); /* the policy forgets rsi even of stos (V6) */
	rw_extended(rw, REG_RDI);
	if (op == MOVS)
		rw_extended(rw, REG_RSI);
}

/* One element of lods, scas or cmps; flags are those of the comparison. The direction flag is
 * taken as clear, as the ABI has it at every function boundary. */
static void element(struct rewrite *rw, int op, char size)
{
	static const char *const reg[] = {"al", "ax", "eax", "rax"};
	static const char *const tmp[] = {"r11b", "r11w", "r11d", "r11"};
	int i = (int)(strchr("bwlq", size) - "bwlq");

	if (op == LODS)
		rw_line(rw, "mov%c\t%%gs:(%%esi), %%%s", size, reg[i]);
	if (op == CMPS)
		rw_line(rw, "mov%c\t%%gs:(%%esi), %%%s", size, tmp[i]);
	if (op == CMPS)
		rw_line(rw, "cmp%c\t%%gs:(%%edi), %%%s", size, tmp[i]);
	if (op == SCAS)
		rw_line(rw, "cmp%c\t%%gs:(%%edi), %%%s", size, reg[i]);
	if (op != LODS)
		rw_line(rw, "leaq\t%d(%%rdi), %%rdi", 1 << i);
	if (op != SCAS)
		rw_line(rw, "leaq\t%d(%%rsi), %%rsi", 1 << i);
}

static void loop(struct rewrite *rw, const struct insn *in, int op, char size)
{
	static unsigned serial;

	if (rw->margin < 0)
		rw_error(rw, in->stmt, "rsp is not settled before a string loop");
	if (!in->rep && !in->repne) {
		element(rw, op, size);
	} else {
		/* rcx = 0 leaves the flags alone, hence jrcxz and lea. */
		rw_line(rw, ".Lcloister_string%u: jrcxz\t.Lcloister_done%u", serial, serial);
		element(rw, op, size);
		rw_line(rw, "leaq\t-1(%%rcx), %%rcx");
		rw_line(rw, "%s\t.Lcloister_string%u",
			op == LODS  ? "jmp"
			: in->repne ? "jne"
				    : "je",
			serial);
		rw_line(rw, ".Lcloister_done%u:", serial);
		serial++;
	}
	rw_forget(rw, UINT16_MAX);
}

int pass_string(struct rewrite *rw, struct insn *in)
{
	char size = '?';
	int op = classify(in, &size);

	if (op < 0)
		return PASS_NEXT;
	if (op == STOS || op == MOVS)
		template(rw, in, op, size);
	else
		loop(rw, in, op, size);
	return PASS_DONE;
}
