/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints verifier/vector.def: one row per VEX and EVEX opcode that doc/sfi.md V2 admits, found by
 * probing Zydis with every field combination that matters. The rows are checked in and reviewed;
 * a test compares them with this program's output, and enumerate.c compares what the verifier
 * makes of them with two other decoders. Not part of any trusted code.
 */
#include <Zydis/Zydis.h>
#include <stdio.h>
#include <string.h>

enum { FREG = 3, FMEM = 0, FVSIB = 4 };

struct probe {
	int evex, map, pp, op, ext, form, w, l, b, z, aaa, vvvv;
};

static ZydisDecoder dec;
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
		c[n++] = (unsigned char)(0xe0 | p->map);
		c[n++] = (unsigned char)(p->w << 7 | (~p->vvvv & 15) << 3 | p->l << 2 | p->pp);
	} else {
		c[n++] = 0x62;
		c[n++] = (unsigned char)(0xf0 | p->map);
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

struct row {
	unsigned wlm, wlr, ext;
	int imm, dreg, drm, dv, novv, vsib, killc, bm, br, z, k, mustk, bad, zx;
	char name[40];
};

static void note(struct row *r, const struct probe *p)
{
	if (r->name[0] == 0)
		snprintf(r->name, sizeof r->name, "%s", ZydisMnemonicGetString(in.mnemonic));
	if (in.raw.imm[0].size)
		r->imm = 1;
	for (int i = 0; i < in.operand_count; i++) {
		const ZydisDecodedOperand *o = &ops[i];
		int hidden = o->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN ||
			     o->visibility == ZYDIS_OPERAND_VISIBILITY_IMPLICIT;
		if (o->type == ZYDIS_OPERAND_TYPE_MEMORY && hidden)
			r->bad = 1;
		if (o->type == ZYDIS_OPERAND_TYPE_MEMORY && o->mem.type == ZYDIS_MEMOP_TYPE_VSIB)
			r->vsib = 1;
		if (o->type != ZYDIS_OPERAND_TYPE_REGISTER || !is_gpr(o->reg.value) ||
			!(o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
			continue;
		if (hidden) {
			if (o->reg.value == ZYDIS_REGISTER_ECX ||
				o->reg.value == ZYDIS_REGISTER_RCX)
				r->killc = 1;
			else
				r->bad = 1;
		} else if (o->encoding == ZYDIS_OPERAND_ENCODING_MODRM_REG) {
			r->dreg = 1;
		} else if (o->encoding == ZYDIS_OPERAND_ENCODING_MODRM_RM) {
			r->drm = 1;
		} else if (o->encoding == ZYDIS_OPERAND_ENCODING_NDSNDD) {
			r->dv = 1;
		} else {
			r->bad = 1;
		}
	}
	(void)p;
}

static void probe_opcode(struct row *r, struct probe p)
{
	int any_v5 = 0, any_vf = 0;
	r->mustk = 1;
	for (p.ext = 0; p.ext < 8; p.ext++)
		for (int f = 0; f < 3; f++)
			for (p.w = 0; p.w < 2; p.w++)
				for (p.l = 0; p.l < (p.evex ? 3 : 2); p.l++)
					for (int m = 0; m < (p.evex ? 16 : 2); m++) {
						p.form = f == 0 ? FREG : f == 1 ? FMEM : FVSIB;
						p.vvvv = m & 1 ? 5 : 0;
						p.b = m >> 1 & 1, p.z = m >> 2 & 1;
						p.aaa = m >> 3 & 1 ? 3 : 0;
						if (!decode(&p) || (p.z && !p.aaa))
							continue;
						note(r, &p);
						if (p.form == FVSIB && !r->vsib)
							continue;
						r->ext |= 1u << p.ext;
						any_v5 |= m & 1;
						any_vf |= !(m & 1);
						if (!p.b)
							*(p.form == FREG ? &r->wlr : &r->wlm) |=
								1u << (p.w * 3 + p.l);
						else if (p.form == FREG)
							r->br = 1, r->wlr |= 1u << (p.w * 3 + p.l);
						else
							r->bm = 1;
						r->z |= p.z;
						r->k |= p.aaa != 0;
						if (!p.aaa)
							r->mustk = 0;
					}
	r->novv = any_vf && !any_v5;
}

static void zx(struct row *r, const struct probe *p)
{
	static const char *const names[] = {"andn", "bextr", "blsi", "blsmsk", "blsr", "bzhi",
		"pdep", "pext", "rorx", "sarx", "shlx", "shrx", "vmovd", "vpmovmskb", "vmovmskps",
		"vmovmskpd"};
	if (p->evex || !(r->dreg || r->drm || r->dv))
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		r->zx |= strcmp(r->name, names[i]) == 0;
}

static void print_row(const struct row *r, const struct probe *p)
{
	static const char *const pps[] = {"NP", "66", "F3", "F2"};
	char attr[160] = "";
	const struct {
		int on;
		const char *s;
	} flags[] = {{r->imm, "V_IMM8"}, {r->dreg, "V_DREG"}, {r->drm, "V_DRM"}, {r->dv, "V_DVVVV"},
		{r->novv, "V_NOVV"}, {r->vsib, "V_VSIB"}, {r->killc, "V_RCX"}, {r->zx, "V_ZX"},
		{r->bm, "V_BCST"}, {r->br, "V_ROUND"}, {r->z, "V_ZERO"}, {r->k, "V_MASK"},
		{r->k && r->mustk, "V_MUSTMASK"}};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (flags[i].on) {
			if (attr[0])
				strcat(attr, "|");
			strcat(attr, flags[i].s);
		}
	printf("%s(%d, %s, %02X, 0x%02x, 0x%02x, 0x%02x, %s, %s)\n", p->evex ? "EVEX" : "VEX",
		p->map, pps[p->pp], p->op, r->wlm, r->wlr, r->ext, attr[0] ? attr : "0", r->name);
}

int main(void)
{
	ZydisDecoderInit(&dec, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	puts("/* SPDX-License-Identifier: Apache-2.0 */");
	puts("/*\n * The VEX and EVEX opcodes of doc/sfi.md V2: ENC(map, prefix, opcode, W*3+L mask with a\n"
	     " * memory operand, the same with a register, ModRM.reg mask, attributes, name).\n"
	     " * Printed by test/verify/vector_rows.c, then reviewed; a test keeps both equal.\n */");
	struct probe p = {0};
	for (p.evex = 0; p.evex < 2; p.evex++)
		for (p.map = 1; p.map < (p.evex ? 7 : 4); p.map++)
			for (p.pp = 0; p.pp < 4; p.pp++)
				for (p.op = 0; p.op < 256; p.op++) {
					struct row r = {0};
					if (p.map == 4)
						continue;
					probe_opcode(&r, p);
					zx(&r, &p);
					if ((r.wlm | r.wlr) && !r.bad)
						print_row(&r, &p);
				}
	return 0;
}
