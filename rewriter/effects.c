/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an instruction does to the general registers, as far as guards depend on it. Errs to the
 * safe side for known instructions; an unknown implicit write costs a failed verification, not
 * safety. Source: SDM volume 2, the operand tables of each instruction.
 */
#include "insn.h"

#include <string.h>

#define BIT(r) ((uint16_t)(1u << (r)))
#define A      BIT(REG_RAX)
#define B      BIT(REG_RBX)
#define C      BIT(REG_RCX)
#define D      BIT(REG_RDX)
#define SI     BIT(REG_RSI)
#define DI     BIT(REG_RDI)
#define BP     BIT(REG_RBP)

/* Registers written without being named. Matched with an optional size suffix. */
static const struct {
	const char *name;
	uint16_t regs;
	uint8_t only_ops; /* applies to this many operands; 0: any */
} implicit[] = {
	{"mul", A | D, 1},
	{"imul", A | D, 1},
	{"div", A | D, 1},
	{"idiv", A | D, 1},
	{"cqo", D, 0},
	{"cqto", D, 0},
	{"cltd", D, 0},
	{"cdq", D, 0},
	{"cwtd", D, 0},
	{"cwd", D, 0},
	{"cltq", A, 0},
	{"cdqe", A, 0},
	{"cwtl", A, 0},
	{"cwde", A, 0},
	{"cbtw", A, 0},
	{"cbw", A, 0},
	{"cmpxchg", A, 0},
	{"cmpxchg8b", A | D, 0},
	{"cmpxchg16b", A | D, 0},
	{"cpuid", A | B | C | D, 0},
	{"rdtsc", A | D, 0},
	{"rdtscp", A | C | D, 0},
	{"xgetbv", A | D, 0},
	{"lahf", A, 0},
	{"loop", C, 0},
	{"loope", C, 0},
	{"loopne", C, 0},
	{"leave", BP, 0},
	{"movs", SI | DI | C, 0},
	{"stos", DI | C, 0},
	{"lods", A | SI | C, 0},
	{"scas", DI | C, 0},
	{"cmps", SI | DI | C, 0},
	{"xlat", A, 0},
	{"pcmpestri", C, 0},
	{"pcmpistri", C, 0},
	{"vpcmpestri", C, 0},
	{"vpcmpistri", C, 0},
	{"syscall", A | C | BIT(11), 0},
};

/* Instructions whose last operand is only read. */
static const char *const readers[] = {"cmp", "test", "push", "bt", "call", "jmp", "nop"};

/* Instructions that zero-extend a 32-bit register written as their last operand (doc/sfi.md,
 * Facts). */
static const char *const extenders[] = {"mov", "lea", "add", "or", "adc", "and", "sbb", "sub",
	"xor", "not", "neg", "inc", "dec", "popcnt", "lzcnt", "tzcnt", "bswap"};
static const char *const shifts[] = {"shl", "sal", "shr", "sar", "rol", "ror"};

static bool in_list(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (name[0] == list[i][0] && name_is(name, list[i]))
			return true;
	return false;
}

#define IN_LIST(name, list) in_list(name, list, sizeof(list) / sizeof(*(list)))

static bool shift_by_constant(const struct insn *in)
{
	return IN_LIST(in->name, shifts) &&
	       (in->nops == 1 ||
		       (in->op[0].kind == OPND_IMM && in->op[0].numeric && in->op[0].value % 32));
}

static bool extends(const struct insn *in)
{
	const char *n = in->name;

	if (in->op[0].kind == OPND_REG && in->op[0].reg == REG_OTHER)
		return false; /* segment and mask registers have forms of their own */
	if (IN_LIST(n, extenders) || shift_by_constant(in))
		return true;
	return name_begins(n, "movz") || name_begins(n, "cmov") ||
	       (name_is(n, "imul") && in->nops >= 2) || !strcmp(n, "movd") || !strcmp(n, "vmovd");
}

/* The value written is below 2^29. */
static bool shrinks(const struct insn *in, int size)
{
	const struct operand *src = &in->op[0];
	bool constant = in->nops == 2 && src->kind == OPND_IMM && src->numeric;
	bool in_range = constant && src->value >= 0 && src->value < 1 << 29;

	if (name_begins(in->name, "movz"))
		return size >= 4;
	if (size != 4 || !in_range)
		return false;
	return name_is(in->name, "and") || name_is(in->name, "mov") ||
	       (name_is(in->name, "shr") && src->value % 32 >= 3);
}

/* String forms of these names take no explicit register operand. */
static bool names_registers(const struct insn *in)
{
	for (int i = 0; i < in->nops; i++)
		if (in->op[i].kind == OPND_REG)
			return true;
	return false;
}

static uint16_t implicit_writes(const struct insn *in)
{
	for (size_t i = 0; i < sizeof(implicit) / sizeof(*implicit); i++) {
		if (in->name[0] != implicit[i].name[0] || !name_is(in->name, implicit[i].name))
			continue;
		if (implicit[i].only_ops && implicit[i].only_ops != in->nops)
			continue;
		if (!strcmp(implicit[i].name, "movs") && names_registers(in))
			continue; /* movsd, movsb with registers are other instructions */
		return implicit[i].regs;
	}
	return 0;
}

struct effects insn_effects(const struct insn *in)
{
	struct effects e = {.killed = implicit_writes(in)};
	bool both = name_is(in->name, "xchg") || name_is(in->name, "xadd") ||
		    name_begins(in->name, "mulx");

	for (int i = 0; i < in->nops; i++) {
		const struct operand *op = &in->op[i];
		bool last = i == in->nops - 1;

		if (op->kind != OPND_REG || op->reg < 0 || op->reg > 15)
			continue;
		if (!last && !(both && i >= in->nops - 2))
			continue;
		if (last && IN_LIST(in->name, readers))
			continue;
		e.killed |= BIT(op->reg);
		if (last && shrinks(in, op->size))
			e.small |= BIT(op->reg);
		if (last && ((op->size == 4 && extends(in)) || shrinks(in, op->size)))
			e.extended |= BIT(op->reg);
	}
	return e;
}
