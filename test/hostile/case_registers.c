/* SPDX-License-Identifier: Apache-2.0 */
/* Registers across the boundary, both ways. */
#include "world.h"

#include <string.h>

#include "cases.h"

#define CF 0x1
#define DF 0x400
#define NT 0x4000
#define AC 0x40000
#define ID 0x200000

static struct emu_test_hook hook;
static _Alignas(64) uint8_t image[16384];

void case_boots(void)
{
	fresh();
	run_to_the_end();
}

static void poison_gpr(void)
{
	hook.poison = true;
	hook.gpr_mask = 0xffff & ~(1 << 7); /* all but RDI, the boot block */
	for (int i = 0; i < 16; i++)
		hook.gpr[i] = 0xdead000000000000 | (uint64_t)i << 8 | 0x55;
}

void case_poisoned_registers(void)
{
	fresh();
	world_loops(3);
	poison_gpr();
	emu_test_set(&hook);
	run_to_the_end();
}

void case_poisoned_flags(void)
{
	fresh();
	world_loops(3);
	hook.poison = true;
	hook.rflags_set = DF | AC | NT | ID | CF | 0x8d4;
	emu_test_set(&hook);
	run_to_the_end();
}

/* Unmasked, all exceptions pending, every x87 register in use, every vector register full. */
static void poison_vectors(void)
{
	uint32_t mxcsr = 0x003f;
	uint64_t bv;

	__asm__ volatile("xsave64 %0" : "=m"(image) : "a"(-1), "d"(-1));
	memcpy(&bv, image + SGX_XSAVE_XSTATE_BV, 8);
	bv |= SGX_XFRM_LEGACY | SGX_XFRM_AVX;
	memcpy(image + SGX_XSAVE_XSTATE_BV, &bv, 8);
	memset(image + 32, 0xc3, 416 - 32);
	memset(image + 576, 0xc3, 256);
	memcpy(image, "\x00\x00\x3f\xb8\xff\x00", 6); /* FCW, FSW, FTW */
	memcpy(image + 24, &mxcsr, 4);
	hook.poison = true;
	hook.xsave = image;
	hook.xrstor = SGX_XFRM_LEGACY | SGX_XFRM_AVX;
}

void case_poisoned_vectors(void)
{
	fresh();
	world_loops(3);
	poison_vectors();
	emu_test_set(&hook);
	run_to_the_end();
}

static enum emu_step check_exits(void *arg, const ucontext_t *uc, uint64_t n)
{
	uint64_t *eexit = arg;

	if ((uint64_t)uc->uc_mcontext.gregs[REG_RIP] == *eexit)
		world_check_eexit(uc);
	return EMU_STEP_GO;
}

/* All at once, and every EEXIT looked at, flags included. */
void case_poisoned_all_stepped(void)
{
	static uint64_t eexit;

	fresh();
	eexit = world_symbol("eexit_insn");
	poison_gpr();
	poison_vectors();
	hook.rflags_set = DF | AC | NT | CF | 0x8d4;
	hook.step = check_exits;
	hook.arg = &eexit;
	emu_test_set(&hook);
	run_to_the_end();
}

/* Any enclave file, also the one with the real kernel. The bytes of ENCLU occur in executable pages
 * only as the instructions that we placed (item 8). */
void case_enclu_only_where_known(void)
{
	static const char *const known[] = {"eexit_insn", "enclu_eaccept_insn",
		"enclu_eacceptcopy_insn", "enclu_emodpe_insn", "enclu_ereport_insn",
		"enclu_egetkey_insn"};
	static uint8_t text[1 << 20];
	uint64_t base, len, found = 0;
	FILE *f = fopen(enclave_file, "re");

	world_symbols(symbol_file);
	base = world_symbol("enclave_entry");
	len = world_symbol("text_end") - base;
	REQUIRE(f != NULL && len > 0 && len <= sizeof text);
	REQUIRE(fseek(f, 0x1000, SEEK_SET) == 0 && fread(text, 1, len, f) == len);
	fclose(f);
	for (size_t i = 0; i + 3 <= len; i++) {
		bool ours = false;

		if (memcmp(text + i, "\x0f\x01\xd7", 3) != 0)
			continue;
		for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
			ours |= world_symbol(known[k]) == base + i;
		REQUIRE(ours);
		found++;
	}
	REQUIRE(found == sizeof known / sizeof known[0]);
}
