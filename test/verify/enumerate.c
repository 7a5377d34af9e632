/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enumerates encodings, asks the verifier's decoder about each, and compares what it says of those
 * it accepts with three other decoders: Zydis (length, memory operand, registers written, hidden
 * operands), LLVM and binutils (length, memory operand as text). Prints the accepted set as a table
 * with --table.
 *
 *   enumerate [--parts N] [--stride N] [--table]
 *     --parts N   only each N-th of the combinations of prefixes and extension bits (default 1)
 *     --stride N  compare only each N-th of the accepted encodings (default 1)
 *
 * The space: all sets of at most one prefix per group x REX x legacy opcode maps x ModRM, all SIB
 * classes; VEX (both lengths) with all R X B W L pp and representative vvvv; EVEX with all R X B R'
 * W L'L b z, representative vvvv V' aaa, for each opcode that has a row. Displacements and
 * immediates are fixed bytes.
 */
#define PACKAGE "cloister"
#include <Zydis/Zydis.h>
#include <dis-asm.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "insn.h"

static uint64_t tried, accepted, compared, stride = 1, parts = 1, wrong;
static ZydisDecoder zydis;
static LLVMDisasmContextRef llvm;
static struct disassemble_info opcodes;
static disassembler_ftype opcodes_print;
static char text[512];
static uint8_t code[32];
static uint64_t seen[ZYDIS_MNEMONIC_MAX_VALUE + 1];

/* Whether the next outer combination belongs to the part that was asked for. */
static bool mine(void)
{
	static uint64_t n;
	return n++ % parts == 0;
}

static int put(void *stream, const char *format, ...)
{
	va_list a;
	va_start(a, format);
	size_t n = strlen(text);
	int r = vsnprintf(text + n, sizeof text - n, format, a);
	va_end(a);
	(void)stream;
	return r;
}

static int put_styled(void *stream, enum disassembler_style style, const char *format, ...)
{
	va_list a;
	va_start(a, format);
	size_t n = strlen(text);
	int r = vsnprintf(text + n, sizeof text - n, format, a);
	va_end(a);
	(void)stream, (void)style;
	return r;
}

static void report(const struct insn *in, const char *what)
{
	if (++wrong > 200)
		return;
	printf("%s:", what);
	for (int i = 0; i < in->length; i++)
		printf(" %02x", code[i]);
	printf("   [%s]\n", text);
}

static void init(void)
{
	ZydisDecoderInit(&zydis, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	LLVMInitializeX86TargetInfo();
	LLVMInitializeX86TargetMC();
	LLVMInitializeX86Disassembler();
	llvm = LLVMCreateDisasm("x86_64-linux-gnu", NULL, 0, NULL, NULL);
	init_disassemble_info(&opcodes, stdout, put, put_styled);
	opcodes.arch = bfd_arch_i386;
	opcodes.mach = bfd_mach_x86_64;
	opcodes.buffer = code;
	opcodes.buffer_length = sizeof code;
	disassemble_init_for_target(&opcodes);
	opcodes_print = disassembler(bfd_arch_i386, 0, bfd_mach_x86_64, NULL);
}

static int gpr_number(ZydisRegister r)
{
	ZydisRegisterClass class = ZydisRegisterGetClass(r);
	if (class == ZYDIS_REGCLASS_GPR8) {
		if (r >= ZYDIS_REGISTER_AH && r <= ZYDIS_REGISTER_BH)
			return r - ZYDIS_REGISTER_AH;
		return r >= ZYDIS_REGISTER_SPL ? r - ZYDIS_REGISTER_SPL + 4 : r - ZYDIS_REGISTER_AL;
	}
	if (class == ZYDIS_REGCLASS_GPR16)
		return r - ZYDIS_REGISTER_AX;
	if (class == ZYDIS_REGCLASS_GPR32)
		return r - ZYDIS_REGISTER_EAX;
	if (class == ZYDIS_REGCLASS_GPR64)
		return r - ZYDIS_REGISTER_RAX;
	return -1;
}

static int zydis_base(ZydisRegister r)
{
	if (r == ZYDIS_REGISTER_NONE)
		return -1;
	return r == ZYDIS_REGISTER_RIP || r == ZYDIS_REGISTER_EIP ? -2 : gpr_number(r);
}

/* The memory operand, field by field. */
static const char *compare_memory(const struct insn *in, const ZydisDecodedOperand *o)
{
	int index = in->vsib ? -1 : insn_index(in);
	if (!in->has_mem)
		return "zydis sees memory";
	/* Zydis 4.0.0 adds REX.B to "no base" under 67; there form (a) allows any base anyway. */
	bool excused = in->prefixes & P_67 && insn_base(in) == -1 && in->rex & REX_B;
	if (zydis_base(o->mem.base) != insn_base(in) && !excused)
		return "base";
	if (!in->vsib && zydis_base(o->mem.index) != index)
		return "index";
	if (in->vsib != (o->mem.type == ZYDIS_MEMOP_TYPE_VSIB))
		return "vsib";
	if (index >= 0 && o->mem.scale != insn_scale(in))
		return "scale";
	if (in->encoding != E_EVEX && o->mem.disp.value != insn_disp(in) && !excused)
		return "displacement";
	bool gs = o->mem.segment == ZYDIS_REGISTER_GS, fs = o->mem.segment == ZYDIS_REGISTER_FS;
	if (in->kind != K_LEA && (gs != !!(in->prefixes & P_GS) || fs != !!(in->prefixes & P_FS)))
		return "segment";
	return o->size / 8 > 512 ? "more than 512 bytes" : NULL;
}

static bool moves_rsp(const struct insn *in)
{
	return in->kind == K_PUSH || in->kind == K_POP || in->kind == K_CALL ||
	       in->kind == K_INDIRECT;
}

/* #UD when two registers are the same, which Zydis knows and the verifier does not ask: harmless.
 */
static bool wants_distinct_registers(const struct insn *in)
{
	bool complex_half = in->encoding == E_EVEX && ((in->opcode & 0x7e) == 0x56);
	return in->vsib || complex_half;
}

/* SM from Zydis' view of the instruction, by the list of doc/sfi.md. */
static bool small_by_list(const ZydisDecodedInstruction *zi, const ZydisDecodedOperand *ops)
{
	if (zi->mnemonic == ZYDIS_MNEMONIC_MOVZX)
		return ops[0].size > 16;
	if (ops[0].type != ZYDIS_OPERAND_TYPE_REGISTER || ops[0].size != 32 ||
		ops[1].type != ZYDIS_OPERAND_TYPE_IMMEDIATE)
		return false;
	uint64_t imm = ops[1].imm.value.u;
	if (zi->mnemonic == ZYDIS_MNEMONIC_AND || zi->mnemonic == ZYDIS_MNEMONIC_MOV)
		return (uint32_t)imm < 1u << 29;
	return zi->mnemonic == ZYDIS_MNEMONIC_SHR && (imm & 31) >= 3;
}

static const char *compare_zydis(const struct insn *in)
{
	ZydisDecodedInstruction zi;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&zydis, code, sizeof code, &zi, ops)))
		return wants_distinct_registers(in) ? NULL : "zydis refuses";
	if (zi.length != in->length)
		return "zydis length";
	seen[zi.mnemonic]++;
	int memory = 0;
	uint16_t writes = 0, whole = 0;
	for (int i = 0; i < zi.operand_count; i++) {
		const ZydisDecodedOperand *o = &ops[i];
		bool hidden = o->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN;
		if (o->type == ZYDIS_OPERAND_TYPE_MEMORY) {
			if (in->kind == K_STRING || (hidden && moves_rsp(in)))
				continue;
			const char *why = hidden ? "hidden memory" : compare_memory(in, o);
			if (why)
				return why;
			memory++;
		}
		if (o->type != ZYDIS_OPERAND_TYPE_REGISTER ||
			!(o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
			continue;
		int r = gpr_number(o->reg.value);
		ZydisRegisterClass class = ZydisRegisterGetClass(o->reg.value);
		if (class == ZYDIS_REGCLASS_SEGMENT || class == ZYDIS_REGCLASS_CONTROL ||
			class == ZYDIS_REGCLASS_DEBUG || class == ZYDIS_REGCLASS_BOUND)
			return "privileged register";
		if (r < 0 || (hidden && r == R_SP && moves_rsp(in)))
			continue;
		writes |= BIT(r);
		if (class == ZYDIS_REGCLASS_GPR32)
			whole |= BIT(r);
	}
	if (memory != (in->has_mem && in->kind != K_STRING) && in->kind != K_NOP &&
		in->kind != K_LEA)
		return "number of memory operands";
	if (writes & ~in->writes && in->kind != K_STRING)
		return "a register written that the verifier does not know of";
	if (in->writes & ~writes)
		return "a register not written (harmless)";
	if (in->proves_zx & ~whole && !(in->proves_sm & in->proves_zx))
		return "zero-extension";
	if (in->proves_sm && !small_by_list(&zi, ops))
		return "SM";
	return in->proves_sm & ~in->proves_zx ? "SM without ZX" : NULL;
}

/* The memory operand in AT&T spelling; hex as binutils, decimal as LLVM. */
static void spell(const struct insn *in, char *out, bool hex)
{
	static const char *const names[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
	bool narrow = in->prefixes & P_67;
	char reg[2][8] = {"", ""};
	int r[2] = {insn_base(in), insn_index(in)};
	for (int i = 0; i < 2; i++)
		if (r[i] >= 8)
			sprintf(reg[i], "%%r%d%s", r[i], narrow ? "d" : "");
		else if (r[i] >= 0)
			sprintf(reg[i], "%%%c%s", narrow ? 'e' : 'r', names[r[i]]);
		else if (r[i] == -2)
			strcpy(reg[i], narrow ? "%eip" : "%rip");
	out += sprintf(out, "%s", in->prefixes & P_GS ? "%gs:" : in->prefixes & P_FS ? "%fs:" : "");
	if (r[0] == -1 && r[1] == -1) {
		sprintf(out, hex ? "0x%x" : "%d", insn_disp(in));
		return;
	}
	if (insn_disp(in) || r[0] < 0)
		out += hex ? sprintf(out, "%s0x%x", insn_disp(in) < 0 ? "-" : "",
				     abs(insn_disp(in)))
			   : sprintf(out, "%d", insn_disp(in));
	out += sprintf(out, "(%s", reg[0]);
	if (r[1] >= 0)
		out += sprintf(out, ",%s%s", reg[1], "");
	if (r[1] >= 0 && (hex || insn_scale(in) != 1))
		out += sprintf(out, ",%d", insn_scale(in));
	sprintf(out, ")");
}

/* Both decoders show an absent index as %riz or %eiz, LLVM leaves out a scale of 1. */
static void drop_no_index(void)
{
	char *p = strstr(text, ",%riz");
	if (p == NULL)
		p = strstr(text, ",%eiz");
	if (p == NULL)
		return;
	char *end = p + 5;
	if (*end == ',')
		end += 2;
	memmove(p, end, strlen(end) + 1);
}

/*
 * Two habits of LLVM 14: a leading lock is an instruction of its own; and it does not know 67
 * before a VEX or EVEX instruction whose pp is 66, so that is asked about without it.
 */
static size_t llvm_length(const struct insn *in)
{
	uint8_t copy[sizeof code];
	size_t skip = in->prefixes & P_LOCK && code[0] == 0xf0, at = 0;
	if (in->encoding != E_LEGACY && in->prefixes & P_67) {
		for (size_t i = 0; i < sizeof code; i++)
			if (code[i] != 0x67 || skip)
				copy[at++] = code[i];
			else
				skip = 1;
		return LLVMDisasmInstruction(llvm, copy, at, 0, text, sizeof text) + 1;
	}
	return LLVMDisasmInstruction(llvm, code + skip, sizeof code - skip, 0, text, sizeof text) +
	       skip;
}

static const char *compare_text(const struct insn *in)
{
	char want[96];
	bool check = in->has_mem && !in->vsib && in->encoding != E_EVEX && insn_base(in) != -2;
	text[0] = 0;
	/* binutils shows fwait and the x87 instruction behind it as one */
	if (opcodes_print(0, &opcodes) != in->length && in->opcode != 0x9b)
		return "binutils length";
	if (strstr(text, "(bad)") && !wants_distinct_registers(in))
		return "binutils refuses";
	drop_no_index();
	spell(in, want, true);
	if (check && !strstr(text, want))
		return "binutils operand";
	if (llvm_length(in) != in->length)
		return "LLVM length";
	if (in->encoding != E_LEGACY) /* the 67 may have been dropped: see llvm_length() */
		return NULL;
	drop_no_index();
	spell(in, want, false);
	return check && !strstr(text, want) ? "LLVM operand" : NULL;
}

static void try(void)
{
	struct insn in;
	enum verify_cause cause;
	tried++;
	insn_decode(&in, code, sizeof code, &cause);
	if (cause != VERIFY_OK)
		return;
	if (++accepted % stride)
		return;
	compared++;
	text[0] = 0;
	const char *why = compare_zydis(&in);
	if (why == NULL)
		why = compare_text(&in);
	if (why)
		report(&in, why);
}

/* ModRM and, for each that has one, SIB bytes of every class. */
static void modrms(int at, bool all)
{
	static const uint8_t sibs[] = {
		0x24, 0x25, 0x26, 0x64, 0xa5, 0xe5, 0xee, 0x04, 0x0c, 0xdc, 0x5b, 0x7e};
	static const uint8_t few[] = {0x00, 0x04, 0x05, 0x0d, 0x14, 0x16, 0x26, 0x3f, 0x44, 0x46,
		0x4e, 0x74, 0x84, 0x86, 0x8d, 0xbc, 0xc0, 0xc4, 0xcb, 0xd2, 0xe0, 0xe6, 0xf4, 0xfe};
	static const uint8_t tail[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x08, 0x19, 0x2a};
	for (unsigned m = 0; m < (all ? 256 : sizeof few); m++) {
		uint8_t b = all ? (uint8_t)m : few[m];
		code[at] = b;
		memcpy(code + at + 1, tail, sizeof tail);
		if ((b & 7) != 4 || b >> 6 == 3) {
			try();
			continue;
		}
		memcpy(code + at + 2, tail, sizeof tail);
		for (unsigned s = 0; s < sizeof sibs; s++) {
			code[at + 1] = sibs[s];
			try();
		}
	}
}

static void legacy_opcodes(int at)
{
	for (int op = 0; op < 256; op++) {
		if (op == 0x0f || op == 0x62 || op == 0xc4 || op == 0xc5)
			continue;
		code[at] = (uint8_t)op;
		modrms(at + 1, true);
	}
	code[at] = 0x0f;
	for (int op = 0; op < 256; op++) {
		code[at + 1] = (uint8_t)op;
		if (op != 0x38 && op != 0x3a) {
			modrms(at + 2, true);
			continue;
		}
		for (int op3 = 0; op3 < 256; op3++) {
			code[at + 2] = (uint8_t)op3;
			modrms(at + 3, true);
		}
	}
}

static void legacy(void)
{
	static const uint8_t group1[] = {0, 0xf0, 0xf2, 0xf3}, segs[] = {0, 0x64, 0x65};
	for (int i = 0; i < 4 * 3 * 2 * 2 * 17; i++) {
		if (!mine())
			continue;
		int at = 0, rex = i % 17, k = i / 17;
		if (segs[k % 3])
			code[at++] = segs[k % 3];
		if (k / 3 % 2)
			code[at++] = 0x67;
		if (k / 6 % 2)
			code[at++] = 0x66;
		if (group1[k / 12])
			code[at++] = group1[k / 12];
		if (rex)
			code[at++] = (uint8_t)(0x40 + rex - 1);
		legacy_opcodes(at);
	}
}

static int confined(int i)
{
	int at = 0;
	if (i == 1 || i == 2)
		code[at++] = 0x65;
	if (i == 1)
		code[at++] = 0x67;
	if (i == 3)
		code[at++] = 0x64;
	return at;
}

static void vex(void)
{
	static const uint8_t vvvvs[] = {0, 1, 4, 14, 15};
	for (int prefix = 0; prefix < 4; prefix++) {
		int at = confined(prefix);
		for (int i = 0; i < 2 * 5 * 8; i++) { /* two-byte form: R vvvv L pp */
			if (!mine())
				continue;
			code[at] = 0xc5;
			code[at + 1] =
				(uint8_t)((i & 1) << 7 | (~vvvvs[i / 2 % 5] & 15) << 3 | i / 10);
			for (int op = 0; op < 256; op++) {
				code[at + 2] = (uint8_t)op;
				modrms(at + 3, true);
			}
		}
		for (int i = 0; i < 8 * 3 * 2 * 5 * 8; i++) {
			if (!mine())
				continue;
			code[at] = 0xc4;
			code[at + 1] = (uint8_t)((i & 7) << 5 | (i / 8 % 3 + 1));
			code[at + 2] = (uint8_t)((i / 24 % 2) << 7 |
						 (~vvvvs[i / 48 % 5] & 15) << 3 | i / 240);
			for (int op = 0; op < 256; op++) {
				code[at + 3] = (uint8_t)op;
				modrms(at + 4, i % 8 == 7);
			}
		}
	}
}

static void evex(void)
{
	static const uint8_t vvvvs[] = {0, 4, 14};
	for (int map = 1; map < 7; map++)
		for (int pp = 0; pp < 4; pp++)
			for (int op = 0; op < 256; op++)
				for (int i = 0; i < 3 * 16 * 2 * 3 * 64; i++) {
					if (!mine())
						continue;
					int at = confined(i % 3), k = i / 3;
					code[at] = 0x62;
					code[at + 1] = (uint8_t)((k & 15) << 4 | map), k /= 16;
					code[at + 2] =
						(uint8_t)((k & 1) << 7 |
							  (~vvvvs[k / 2 % 3] & 15) << 3 | 4 | pp);
					k /= 6;
					code[at + 3] = (uint8_t)((k & 15) << 4 | (k & 16) >> 1 |
								 (k & 32 ? 3 : 0));
					code[at + 4] = (uint8_t)op;
					const struct vector_row *row = &evex_rows[map - 1][pp][op];
					if (row->form[0] | row->form[1] || op == 0x72 || op == 0x73)
						modrms(at + 5, false);
				}
}

int main(int argc, char **argv)
{
	bool table = false;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--stride") == 0 && i + 1 < argc)
			stride = strtoull(argv[++i], NULL, 0);
		else if (strcmp(argv[i], "--parts") == 0 && i + 1 < argc)
			parts = strtoull(argv[++i], NULL, 0);
		else if (strcmp(argv[i], "--table") == 0)
			table = true;
	init();
	legacy();
	vex();
	evex();
	for (size_t m = 0; table && m < sizeof seen / sizeof *seen; m++)
		if (seen[m])
			printf("%s\n", ZydisMnemonicGetString((ZydisMnemonic)m));
	fprintf(table ? stderr : stdout,
		"%llu encodings, %llu accepted, %llu compared, %llu wrong\n",
		(unsigned long long)tried, (unsigned long long)accepted,
		(unsigned long long)compared, (unsigned long long)wrong);
	return wrong != 0;
}
