/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints verifier/vector.def: one row per VEX and EVEX opcode that doc/sfi.md V2 admits, found by
 * probing Zydis and LLVM with every field combination that matters; both must take it. The rows are
 * checked in and reviewed; a test compares them with this program's output, and enumerate.c
 * compares what the verifier makes of them with two other decoders. Not part of any trusted code.
 */
#include <Zydis/Zydis.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { FREG = 3, FMEM = 0, FVSIB = 4 };

struct probe {
	int evex, map, pp, op, ext, form, w, l, b, z, aaa, vvvv;
	int r, rh, x, rb; /* extension bits of the register fields */
};

static ZydisDecoder dec;
static LLVMDisasmContextRef llvm;
static ZydisDecodedInstruction in;
static ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];

static const char *const allowed_ext[] = {"AVX", "AVX2", "AVX2GATHER", "AVX512EVEX", "AVX512VEX",
	"AVXAES", "BMI1", "BMI2", "F16C", "FMA", "AVX_VNNI", "VAES", "VPCLMULQDQ", "GFNI",
	"PCLMULQDQ"};
static const char *const denied_sets[] = {
	"AVX512PF", "AVX512ER", "AVX512_4FMAPS", "AVX512_4VNNIW", "AVX512_VP2INTERSECT", "KNC"};

static int decode(const struct probe *p)
{
	unsigned char c[16] = {0};
	int n = 0;
	if (!p->evex) {
		c[n++] = 0xc4;
		c[n++] = (unsigned char)((0xe0 ^ p->r << 7 ^ p->rb << 5) | p->map);
		c[n++] = (unsigned char)(p->w << 7 | (~p->vvvv & 15) << 3 | p->l << 2 | p->pp);
	} else {
		c[n++] = 0x62;
		c[n++] = (unsigned char)((0xf0 ^ p->r << 7 ^ p->x << 6 ^ p->rb << 5 ^ p->rh << 4) |
					 p->map);
		c[n++] = (unsigned char)(p->w << 7 | (~p->vvvv & 15) << 3 | 4 | p->pp);
		c[n++] = (unsigned char)(p->z << 7 | p->l << 5 | p->b << 4 | 8 | p->aaa);
	}
	c[n++] = (unsigned char)p->op;
	if (p->form == FREG) {
		c[n++] = (unsigned char)(0xc0 | p->ext << 3 | 3);
	} else if (p->form == FMEM) {
		c[n++] = (unsigned char)(p->ext << 3 | 1);
	} else {
		c[n++] = (unsigned char)(p->ext << 3 | 4);
		c[n++] = 0x29; /* (%rcx,%xmm5) */
	}
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&dec, c, sizeof c, &in, ops)))
		return 0;
	char text[128];
	if (LLVMDisasmInstruction(llvm, c, sizeof c, 0, text, sizeof text) != in.length)
		return 0;
	const char *ext = ZydisISAExtGetString(in.meta.isa_ext);
	const char *set = ZydisISASetGetString(in.meta.isa_set);
	for (size_t i = 0; i < sizeof denied_sets / sizeof *denied_sets; i++)
		if (strncmp(set, denied_sets[i], strlen(denied_sets[i])) == 0)
			return 0;
	for (size_t i = 0; i < sizeof allowed_ext / sizeof *allowed_ext; i++)
		if (strcmp(ext, allowed_ext[i]) == 0)
			return 1;
	return 0;
}

static int is_gpr(ZydisRegister r)
{
	ZydisRegisterClass k = ZydisRegisterGetClass(r);
	return k == ZYDIS_REGCLASS_GPR8 || k == ZYDIS_REGCLASS_GPR16 || k == ZYDIS_REGCLASS_GPR32 ||
	       k == ZYDIS_REGCLASS_GPR64;
}

/* What is learnt of one opcode with one kind of operand. */
struct form {
	unsigned wl, ext, b_by_w;
	int imm, dreg, drm, dv, novv, vlow, vsib, killc, b, z, k, mustk, nor, norh, nox, norb, zx;
};

struct row {
	struct form form[2]; /* memory, register */
	int bad, evex;
	char name[40];
};

static void note(struct row *row, struct form *r)
{
	if (row->name[0] == 0)
		snprintf(row->name, sizeof row->name, "%s", ZydisMnemonicGetString(in.mnemonic));
	if (in.raw.imm[0].size)
		r->imm = 1;
	for (int i = 0; i < in.operand_count; i++) {
		const ZydisDecodedOperand *o = &ops[i];
		int hidden = o->visibility != ZYDIS_OPERAND_VISIBILITY_EXPLICIT;
		if (o->type == ZYDIS_OPERAND_TYPE_MEMORY && hidden)
			row->bad = 1;
		if (o->type == ZYDIS_OPERAND_TYPE_MEMORY && o->mem.type == ZYDIS_MEMOP_TYPE_VSIB)
			r->vsib = 1;
		/* Zydis ignores extension bits of a mask register in rm, binutils does not */
		if (o->type == ZYDIS_OPERAND_TYPE_REGISTER &&
			o->encoding == ZYDIS_OPERAND_ENCODING_MODRM_RM &&
			ZydisRegisterGetClass(o->reg.value) == ZYDIS_REGCLASS_MASK)
			r->norb = 1, r->nox = row->evex;
		if (o->type != ZYDIS_OPERAND_TYPE_REGISTER || !is_gpr(o->reg.value) ||
			!(o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
			continue;
		if (hidden &&
			(o->reg.value == ZYDIS_REGISTER_ECX || o->reg.value == ZYDIS_REGISTER_RCX))
			r->killc = 1;
		else if (!hidden && o->encoding == ZYDIS_OPERAND_ENCODING_MODRM_REG)
			r->dreg = 1;
		else if (!hidden && o->encoding == ZYDIS_OPERAND_ENCODING_MODRM_RM)
			r->drm = 1;
		else if (!hidden && o->encoding == ZYDIS_OPERAND_ENCODING_NDSNDD)
			r->dv = 1;
		else
			row->bad = 1;
	}
}

/* One accepted combination: which of the neighbouring ones are refused? */
static void neighbours(struct form *r, const struct probe *p)
{
	struct probe q = *p;
	q.vvvv = 5, r->novv |= !decode(&q);
	q.vvvv = 13, r->vlow |= !decode(&q);
	q = *p, q.r = 1, r->nor |= !decode(&q);
	q = *p, q.rb = 1, r->norb |= p->form == FREG && !decode(&q);
	if (!p->evex)
		return;
	q = *p, q.rh = 1, r->norh |= !decode(&q);
	q = *p, q.x = 1, r->nox |= p->form == FREG && !decode(&q);
	q = *p, q.b = 1;
	if (decode(&q))
		r->b = 1, r->b_by_w |= 1u << p->w;
	q = *p, q.aaa = 3, r->k |= decode(&q);
	q.z = 1, r->z |= decode(&q);
}

static void probe_form(struct row *row, struct probe p, int form, int only)
{
	struct form *r = &row->form[form == FREG];
	p.form = form;
	for (p.ext = only < 0 ? 0 : only; p.ext <= (only < 0 ? 7 : only); p.ext++)
		for (p.w = 0; p.w < 2; p.w++)
			for (p.l = 0; p.l < (p.evex ? 3 : 2); p.l++) {
				/* gathers and scatters need a mask, a few roundings need b */
				p.aaa = 0;
				bool plain = decode(&p);
				p.aaa = p.evex && !plain ? 3 : 0;
				if (!decode(&p))
					continue;
				note(row, r);
				if (r->vsib != (form == FVSIB)) {
					r->vsib = 0;
					continue;
				}
				r->mustk |= !plain;
				r->ext |= 1u << p.ext;
				r->wl |= 1u << (p.w * 3 + p.l);
				neighbours(r, &p);
			}
}

static void zx(struct row *row, const struct probe *p)
{
	static const char *const names[] = {"andn", "bextr", "blsi", "blsmsk", "blsr", "bzhi",
		"pdep", "pext", "rorx", "sarx", "shlx", "shrx", "vmovd", "vpmovmskb", "vmovmskps",
		"vmovmskpd"};
	for (int f = 0; f < 2 && !p->evex; f++)
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			if (strcmp(row->name, names[i]) == 0)
				row->form[f].zx =
					row->form[f].dreg || row->form[f].drm || row->form[f].dv;
}

static void print_form(const struct form *r)
{
	const struct {
		int on;
		const char *s;
	} flags[] = {{r->imm, "IMM8"}, {r->dreg, "DREG"}, {r->drm, "DRM"}, {r->dv, "DVVVV"},
		{r->novv, "NOVV"}, {r->vlow && !r->novv, "VLOW"}, {r->vsib, "VSIB"},
		{r->killc, "RCX"}, {r->zx, "ZX"}, {r->b, "B"}, {r->z, "ZERO"},
		{r->k || r->mustk, "MASK"}, {r->mustk, "MUSTMASK"}, {r->nor, "NOR"},
		{r->norh, "NORH"}, {r->nox, "NOX"}, {r->norb, "NOB"},
		{r->b_by_w == 2 && r->wl & 7, "BW"}};
	if (r->wl == 0) {
		printf(", 0");
		return;
	}
	printf(", V_WL(0x%02x) | V_EXT(0x%02x)", r->wl, r->ext);
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (flags[i].on)
			printf(" | V_%s", flags[i].s);
}

static void print_row(const struct row *r, const struct probe *p, int ext)
{
	static const char *const pps[] = {"NP", "66", "F3", "F2"};
	if (ext < 0)
		printf("%s(%d, %s, %02X", p->evex ? "EVEX" : "VEX", p->map, pps[p->pp], p->op);
	else
		printf("EVEX_EXT(%02X, %d", p->op, ext);
	print_form(&r->form[0]);
	print_form(&r->form[1]);
	printf(") /* %s */\n", r->name);
}

/* One opcode, or with ext >= 0 one ModRM.reg value of it. */
static void opcode(struct probe p, int ext)
{
	struct row r = {.evex = p.evex};
	probe_form(&r, p, FVSIB, ext);
	if (!r.form[0].wl)
		probe_form(&r, p, FMEM, ext);
	probe_form(&r, p, FREG, ext);
	zx(&r, &p);
	if ((r.form[0].wl | r.form[1].wl) && !r.bad)
		print_row(&r, &p, ext);
}

int main(void)
{
	ZydisDecoderInit(&dec, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	LLVMInitializeX86TargetInfo();
	LLVMInitializeX86TargetMC();
	LLVMInitializeX86Disassembler();
	llvm = LLVMCreateDisasm("x86_64-linux-gnu", NULL, 0, NULL, NULL);
	puts("/* SPDX-License-Identifier: Apache-2.0 */");
	puts("/*\n * The VEX and EVEX opcodes of doc/sfi.md V2: ENC(map, prefix, opcode, what holds with a memory\n"
	     " * operand, what with registers). EVEX 66 0F 72 and 73 have a row for each ModRM.reg. Printed by\n"
	     " * test/verify/vector_rows.c, then reviewed; a test keeps both equal.\n */");
	struct probe p = {0};
	for (p.evex = 0; p.evex < 2; p.evex++)
		for (p.map = 1; p.map < (p.evex ? 7 : 4); p.map++)
			for (p.pp = 0; p.pp < 4; p.pp++)
				for (p.op = 0; p.op < 256; p.op++) {
					bool by_ext = p.evex && p.map == 1 && p.pp == 1 &&
						      (p.op == 0x72 || p.op == 0x73);
					if (p.map == 4)
						continue;
					for (int ext = 0; by_ext && ext < 8; ext++)
						opcode(p, ext);
					if (!by_ext)
						opcode(p, -1);
				}
	return 0;
}
