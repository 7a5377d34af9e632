/* SPDX-License-Identifier: Apache-2.0 */
/* The hostile host of emu_test.h: stepping, injected exits, poisoned registers. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include <cmocka.h>

#include "emu.h"
#include "emu_test.h"
#include "encl.h"

#define RFLAGS_DF 0x400
#define RFLAGS_AC 0x40000
#define RFLAGS_TF 0x100

static struct encl e;
static struct emu_test_hook hook;

static struct {
	enum emu_step act;
	uint64_t at;      /* act at this step; 0: at every step */
	uint64_t outside; /* steps whose RIP was not in the enclave */
	uint64_t last_rip, same_rip;
} plan;

static enum emu_step step(void *arg, const ucontext_t *uc, uint64_t n)
{
	uint64_t rip = (uint64_t)uc->uc_mcontext.gregs[REG_RIP];

	if (rip - e.base >= e.size)
		plan.outside++;
	if (rip == plan.last_rip)
		plan.same_rip++;
	plan.last_rip = rip;
	return plan.at == 0 || n == plan.at ? plan.act : EMU_STEP_GO;
}

static void start(enum emu_step act, uint64_t at)
{
	memset(&plan, 0, sizeof(plan));
	memset(&hook, 0, sizeof(hook));
	plan.act = act;
	plan.at = at;
	hook.step = step;
	emu_test_set(&hook);
}

static int setup(void **state)
{
	assert_int_equal(dev_emu.thread_init(), 0);
	encl_build(&e, &(struct encl_opts){.miscselect = SGX_MISC_EXINFO});
	return 0;
}

static int teardown(void **state)
{
	emu_test_set(NULL);
	encl_destroy(&e);
	dev_emu.thread_exit();
	return 0;
}

static int end_test(void **state)
{
	emu_test_set(NULL);
	return 0;
}

/* OP_nop from the second instruction to the EEXIT, one by one, none skipped, none twice. */
static void test_step_all(void **state)
{
	start(EMU_STEP_GO, 0);
	encl_call(&e, OP_nop, 0, 0);
	assert_int_equal(plan.outside, 0);
	assert_int_equal(plan.same_rip, 0);
	assert_int_equal(hook.steps, 16);
	assert_int_equal(hook.aex, 0);
	/* ENCLU executed by the emulator is a step like any other. */
	encl_call(&e, OP_store, e.base + ENCL_DATA,
		SGX_SECINFO_REG | SGX_SECINFO_R | SGX_SECINFO_W | SGX_SECINFO_PENDING);
	start(EMU_STEP_GO, 0);
	(void)encl_leaf(&e, SGX_EACCEPT, e.base + ENCL_DATA, e.base + ENCL_DYN, 0, NULL);
	assert_int_equal(hook.steps, 16 + 10);
	assert_int_equal(plan.same_rip, 0);
}

static void test_stop(void **state)
{
	start(EMU_STEP_STOP, 3);
	encl_call(&e, OP_nop, 0, 0);
	assert_int_equal(hook.steps, 3);
}

/* AEX and ERESUME before every instruction: nothing is lost. */
static void test_resume_everywhere(void **state)
{
	start(EMU_STEP_RESUME, 0);
	encl_call(&e, OP_store, e.base + ENCL_DATA + 8, 0x1234567);
	assert_int_equal(encl_call(&e, OP_load, e.base + ENCL_DATA + 8, 0), 0x1234567);
	assert_true(hook.aex > 30);
	assert_int_equal(hook.aex, hook.steps);
	emu_test_set(NULL);
	assert_int_equal(encl_call(&e, OP_load, e.base + ENCL_DATA + 8, 0), 0x1234567);
}

/* EENTER with CSSA = 1 at each instruction in turn; then the interrupted call goes on. */
static void test_reenter(void **state)
{
	uint64_t n;

	for (n = 1;; n++) {
		uint64_t rdi;

		start(EMU_STEP_REENTER, n);
		rdi = encl_call(&e, OP_load, e.base + ENCL_DATA + 8, 0);
		emu_test_set(NULL);
		if (hook.aex == 0) {
			assert_int_equal(rdi, 0x1234567);
			break;
		}
		assert_int_equal(hook.aex, 1);
		assert_int_equal(rdi, 0); /* of the nested entry: an AEX clears RDI */
		assert_int_equal(encl_resume(&e), 0x1234567);
	}
	assert_true(n > 15);
}

/* An exception that never was: the host says so, the enclave's EXITINFO does not. */
static void test_forged(void **state)
{
	struct encl_regs r = {.rdi = OP_load, .rsi = e.base + ENCL_DATA + 8};
	struct sgx_enclave_run run;

	start(EMU_STEP_REPORT, 5);
	hook.vector = 14;
	hook.error = 0x8007;
	hook.addr = 0x123000;
	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_ERESUME);
	emu_test_set(NULL);
	assert_int_equal(run.exception_vector, 14);
	assert_int_equal(run.exception_error_code, 0x8007);
	assert_int_equal(run.exception_addr, 0x123000);
	assert_int_equal(encl_nested(&e, NOP_skip, 0, 0), 0); /* EXITINFO: nothing */
	assert_int_equal(encl_resume(&e), 0x1234567);
}

static void test_aex_at_entry(void **state)
{
	memset(&hook, 0, sizeof(hook));
	hook.aex_at_entry = true;
	emu_test_set(&hook);
	assert_int_equal(encl_call(&e, OP_load, e.base + ENCL_DATA + 8, 0), 0);
	assert_int_equal(hook.aex, 1);
	emu_test_set(NULL);
	assert_int_equal(encl_resume(&e), 0x1234567);
}

static void test_poison_gprs(void **state)
{
	struct encl_regs r = {.rdi = OP_gprs};
	struct sgx_enclave_run run;
	uint64_t seen[8];

	memset(&hook, 0, sizeof(hook));
	hook.poison = true;
	hook.gpr_mask = 0xff40; /* r8..r15 and rsi */
	hook.gpr[6] = (uint64_t)seen;
	for (int i = 8; i < 16; i++)
		hook.gpr[i] = 0xdead0000 + (uint64_t)i;
	emu_test_set(&hook);
	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	for (int i = 0; i < 8; i++)
		assert_int_equal(seen[i], 0xdead0008 + (uint64_t)i);
}

static void test_poison_flags(void **state)
{
	struct encl_regs r = {.rdi = OP_fsgs};
	struct sgx_enclave_run run;

	memset(&hook, 0, sizeof(hook));
	hook.poison = true;
	hook.rflags_set = RFLAGS_DF | RFLAGS_AC | RFLAGS_TF;
	emu_test_set(&hook);
	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	/* EENTER clears TF, and nothing else. */
	assert_int_equal(r.rdx & (RFLAGS_DF | RFLAGS_AC | RFLAGS_TF), RFLAGS_DF | RFLAGS_AC);
}

static void test_poison_xstate(void **state)
{
	static _Alignas(64) uint8_t x[EMU_XSAVE_SIZE];
	struct encl_regs r = {.rdi = OP_xstate};
	struct sgx_enclave_run run;

	memset(&hook, 0, sizeof(hook));
	memcpy(x, "\x7b\x0c", 2);          /* FCW */
	memcpy(x + 24, "\x00\x40\0\0", 4); /* MXCSR: all unmasked, round up */
	memcpy(x + 160 + 7 * 16, "poison!", 8);
	x[512] = 3;
	hook.poison = true;
	hook.xsave = x;
	hook.xrstor = 3;
	emu_test_set(&hook);
	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	assert_int_equal(r.rdi, 0x4000);
	assert_int_equal(r.rsi, 0x0c7b);
	assert_memory_equal(&r.rdx, "poison!", 8);
}

/* Without a hook the enclave sees the host's very registers. */
static void test_unpoisoned_xstate(void **state)
{
	struct encl_regs r = {.rdi = OP_xstate};
	struct sgx_enclave_run run;

	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	assert_int_equal(r.rdi & 0xffc0, 0x1f80);
	assert_int_equal(r.rsi, 0x037f);
}

/* What protection keys would do; this is all of it that runs where the CPU has none. */
static void test_pkey_decisions(void **state)
{
	uint8_t frame[EMU_XSAVE_SIZE] = {0}, zero[EMU_XSAVE_SIZE] = {0};

	assert_int_equal(emu_pkey_for(5, SGX_XFRM_LEGACY), 5);
	assert_int_equal(emu_pkey_for(5, SGX_XFRM_LEGACY | SGX_XFRM_PKRU), -1);
	assert_int_equal(emu_pkey_for(-1, SGX_XFRM_LEGACY), -1);
	assert_int_equal(emu_pkru_open(0x55555554, 1), 0x55555550);
	assert_int_equal(emu_pkru_open(0xffffffff, 15), 0x3fffffff);
	assert_int_equal(emu_pkru_close(0, 3), 0x40);
	assert_int_equal(emu_pkru_close(0xc0, 3), 0x40);
	assert_int_equal(emu_pkru_close(emu_pkru_open(0x55555554, 9), 9), 0x55555554);
	emu_pkey_close_frame(-1, frame);
	assert_memory_equal(frame, zero, sizeof(frame));
	if (emu_caps.xsave_off[9] == 0)
		return; /* no place for PKRU in this CPU's frames */
	emu_pkey_close_frame(2, frame);
	assert_int_equal(frame[513], 2);
	assert_int_equal(frame[emu_caps.xsave_off[9]], 0x10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_step_all, end_test),
		cmocka_unit_test_teardown(test_stop, end_test),
		cmocka_unit_test_teardown(test_resume_everywhere, end_test),
		cmocka_unit_test_teardown(test_reenter, end_test),
		cmocka_unit_test_teardown(test_forged, end_test),
		cmocka_unit_test_teardown(test_aex_at_entry, end_test),
		cmocka_unit_test_teardown(test_poison_gprs, end_test),
		cmocka_unit_test_teardown(test_poison_flags, end_test),
		cmocka_unit_test_teardown(test_poison_xstate, end_test),
		cmocka_unit_test_teardown(test_unpoisoned_xstate, end_test),
		cmocka_unit_test(test_pkey_decisions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
