/* SPDX-License-Identifier: Apache-2.0 */
/* EENTER, EEXIT, AEX, ERESUME: what every register holds on both sides, and every refusal. */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "encl.h"

#define UD 6
#define GP 13
#define PF 14

#define ERR_EPCM_W (SGX_PF_SGX | SGX_PF_P | SGX_PF_W | SGX_PF_U)

static struct encl e;
static _Alignas(4096) uint8_t frame[4096]; /* an SSA frame, copied out by the enclave */
static const struct sgx_gprsgx *const gpr = (const void *)(frame + SGX_SSA_GPR_OFF(1));
static const struct sgx_exinfo *const exinfo = (const void *)(frame + SGX_SSA_EXINFO_OFF(1));

static int setup(void **state)
{
	assert_int_equal(dev_emu.thread_init(), 0);
	encl_build(&e, &(struct encl_opts){.miscselect = SGX_MISC_EXINFO});
	return 0;
}

static int teardown(void **state)
{
	encl_destroy(&e);
	dev_emu.thread_exit();
	return 0;
}

static uint64_t code(const uint8_t *label)
{
	return e.base + ENCL_CODE + (uint64_t)(label - encl_start);
}

static void test_round_trip(void **state)
{
	uint64_t host = 0;

	encl_call(&e, OP_nop, 0, 0);
	encl_call(&e, OP_store, e.base + ENCL_DATA, 0x1122334455667788);
	assert_int_equal(encl_call(&e, OP_load, e.base + ENCL_DATA, 0), 0x1122334455667788);
	encl_call(&e, OP_store, (uint64_t)&host, 42);
	assert_int_equal(host, 42);
	encl_call(&e, OP_rex_exit, 0, 0);
}

static void test_fs_gs(void **state)
{
	uint64_t fs, gs;
	struct encl_regs r = {.rdi = OP_fsgs};
	struct sgx_enclave_run run;

	__asm__("rdfsbase %0" : "=r"(fs));
	__asm__("rdgsbase %0" : "=r"(gs));
	assert_int_equal(encl_enter(&e, 1, SGX_EENTER, &r, &run), SGX_EEXIT);
	assert_int_equal(r.rdi, e.base + ENCL_GS(1));
	assert_int_equal(r.rsi, e.base + ENCL_GS(1));
	__asm__("rdfsbase %0" : "=r"(r.rdi));
	__asm__("rdgsbase %0" : "=r"(r.rsi));
	assert_int_equal(r.rdi, fs);
	assert_int_equal(r.rsi, gs);
}

/* ---- one row per exception ------------------------------------------------------------------ */
static const struct {
	const char *what;
	enum encl_op op;
	unsigned vector, error;
	uint32_t exitinfo;
	uint64_t skip; /* to the instruction after */
} vector_rows[] = {
	{"UD2", OP_ud2, 6, 0, 0x80000306, 2},
	{"SYSCALL", OP_syscall, 6, 0, 0x80000306, 2},
	{"INT 80H", OP_int80, 6, 0, 0x80000306, 2},
	{"INT3", OP_int3, 6, 0, 0x80000306, 1},
	{"INT 99H", OP_int99, 6, 0, 0x80000306, 2},
	{"CPUID", OP_cpuid, 6, 0, 0x80000306, 2},
	{"IN", OP_inb, 6, 0, 0x80000306, 1},
	{"RDPMC", OP_rdpmc, 6, 0, 0x80000306, 2},
	{"F2 ENCLU", OP_lock_enclu, 6, 0, 0x80000306, 4},
	{"HLT", OP_hlt, 13, 0, 0x8000030d, 1},
	{"non-canonical access", OP_noncanonical, 13, 0, 0x8000030d, 3},
	{"EEXIT to a non-canonical address", OP_bad_exit, 13, 0, 0x8000030d, 3},
	{"divide by zero", OP_div0, 0, 0, 0x80000300, 2},
	{"x87 divide by zero", OP_x87, 16, 0, 0x80000310, 0},
	{"SSE divide by zero", OP_sse, 19, 0, 0x80000313, 4},
	{"misaligned, AC set", OP_align, 17, 0, 0x80000311, 5},
};

static void test_vectors(void **state)
{
	for (size_t i = 0; i < sizeof(vector_rows) / sizeof(vector_rows[0]); i++) {
		struct encl_regs r = {.rdi = vector_rows[i].op};
		struct sgx_enclave_run run;
		uint64_t exitinfo;

		if (encl_enter(&e, 0, SGX_EENTER, &r, &run) != SGX_ERESUME ||
			run.exception_vector != vector_rows[i].vector ||
			run.exception_error_code != vector_rows[i].error || run.exception_addr != 0)
			fail_msg("%s: function %u, vector %u, error %#x", vector_rows[i].what,
				run.function, run.exception_vector, run.exception_error_code);
		if (vector_rows[i].skip == 0) { /* #MF comes late: clear the unmasked exception */
			encl_nested(&e, NOP_poke, 0, 0x037f);
		} else {
			encl_nested(&e, NOP_nop, 0, 0);
		}
		exitinfo = encl_nested(&e, NOP_skip, vector_rows[i].skip, 0);
		if (exitinfo != vector_rows[i].exitinfo)
			fail_msg("%s: EXITINFO %#x", vector_rows[i].what, (unsigned)exitinfo);
		if (vector_rows[i].op == OP_sse || vector_rows[i].op == OP_align)
			encl_nested(&e, NOP_poke, SGX_SSA_GPR_OFF(1) + SGX_GPR_RFLAGS, 0x202);
		encl_resume(&e);
	}
}

/* ---- page faults ---------------------------------------------------------------------------- */
static const struct {
	const char *what;
	enum encl_op op;
	uint64_t off, value;
	unsigned error;
} fault_rows[] = {
	{"write to a read-only page: the mapping", OP_store, ENCL_RO, 1, 0x7},
	{"write to code", OP_store, ENCL_CODE, 1, 0x7},
	{"read of a TCS", OP_load, ENCL_TCS(2), 0, 0x8005},
	{"write to a TCS", OP_store, ENCL_TCS(2), 0, 0x8007},
	{"read of an absent page", OP_load, ENCL_DYN, 0, 0x8005},
	{"write to a pending page", OP_store, ENCL_DYN, 1, 0x8007},
	{"read in no mapping", OP_load, ENCL_DYN - 4096, 0, 0x4},
	{"write in no mapping", OP_store, ENCL_DYN - 4096, 1, 0x6},
	{"fetch from data", OP_jump, ENCL_DATA, 0, 0x15},
	{"fetch from a pending page", OP_jump, ENCL_DYN, 0, 0x8015},
};

static void test_page_faults(void **state)
{
	for (size_t i = 0; i < sizeof(fault_rows) / sizeof(fault_rows[0]); i++) {
		uint64_t addr = e.base + fault_rows[i].off + 8 * (fault_rows[i].op != OP_jump);
		struct encl_regs r = {
			.rdi = fault_rows[i].op, .rsi = addr, .rdx = fault_rows[i].value};
		struct sgx_enclave_run run;

		if (encl_enter(&e, 0, SGX_EENTER, &r, &run) != SGX_ERESUME ||
			run.exception_vector != PF ||
			run.exception_error_code != fault_rows[i].error ||
			run.exception_addr != (addr & ~0xfffULL))
			fail_msg("%s: function %u, vector %u, error %#x, address %#lx",
				fault_rows[i].what, run.function, run.exception_vector,
				run.exception_error_code, run.exception_addr - e.base);
		encl_nested(&e, NOP_dump, (uint64_t)frame, 3);
		assert_int_equal(gpr->exitinfo, 0x8000030e);
		assert_int_equal(exinfo->maddr, addr);
		assert_int_equal(exinfo->errcd, fault_rows[i].error);
		/* Back to `leave`, whatever RIP was. */
		encl_nested(&e, NOP_poke, SGX_SSA_GPR_OFF(1) + SGX_GPR_RIP, code(encl_leave));
		(void)encl_resume(&e);
	}
}

static void test_fault_outside(void **state)
{
	encl_expect_fault(&e, OP_load, 0x8123456789a0 & 0x7fffffffffff, 0, PF, 0x4,
		0x8123456789a0 & 0x7ffffffff000);
	encl_nested(&e, NOP_skip, 3, 0);
	encl_resume(&e);
}

/* ---- AEX: the whole state ------------------------------------------------------------------- */
static void check_pattern_frame(uint64_t rip, uint32_t exitinfo, uint64_t rf)
{
	static const uint64_t ones[2] = {~0ULL, ~0ULL};
	const uint64_t *want = &gpr->rax;

	assert_int_equal(want[0], 0xa1); /* RAX */
	assert_int_equal(gpr->rbx, 0xa2);
	assert_int_equal(gpr->rcx, 0xa3);
	assert_int_equal(gpr->rdx, 0xa4);
	assert_int_equal(gpr->rsi, 0xa5);
	assert_int_equal(gpr->rdi, 0xa6);
	assert_int_equal(gpr->rbp, 0xa7);
	assert_int_equal(gpr->r8, 0xa8);
	assert_int_equal(gpr->r9, 0xa9);
	assert_int_equal(gpr->r10, 0xaa);
	assert_int_equal(gpr->r11, 0xab);
	assert_int_equal(gpr->r12, 0xac);
	assert_int_equal(gpr->r13, 0xad);
	assert_int_equal(gpr->r14, 0xae);
	assert_int_equal(gpr->rip, rip);
	assert_int_equal(gpr->rflags & 0x100, 0);
	assert_int_equal(gpr->rflags & 0x10000, rf);
	assert_int_equal(gpr->fsbase, e.base + ENCL_GS(0));
	assert_int_equal(gpr->gsbase, e.base + ENCL_GS(0));
	assert_int_equal(gpr->exitinfo, exitinfo);
	assert_int_equal(gpr->aexnotify, 0);
	assert_int_equal(gpr->rsp, e.base + ENCL_GS(0) + 4096 - 8);
	/* XSAVE image: FCW, tag, MXCSR, pi, XMM0, XSTATE_BV, and zeros where they belong. */
	assert_int_equal(*(const uint16_t *)frame, 0x027f);
	assert_int_equal(frame[4], 0x80);
	assert_int_equal(*(const uint32_t *)(frame + 24), 0x1f80);
	assert_memory_equal(frame + 32, "\x35\xc2\x68\x21\xa2\xda\x0f\xc9\x00\x40", 10);
	assert_memory_equal(frame + 160, ones, 16);
	assert_int_equal(*(const uint64_t *)(frame + 512), 3);
	for (int i = 464; i < 512; i++)
		assert_int_equal(frame[i], 0);
	for (int i = 520; i < 576; i++)
		assert_int_equal(frame[i], 0);
}

static void test_aex_frame(void **state)
{
	encl_expect_fault(&e, OP_pattern, 0, 0, UD, 0, 0);
	encl_nested(&e, NOP_dump, (uint64_t)frame, 2);
	check_pattern_frame(code(encl_pattern_stop), 0x80000306, 0x10000);
	assert_int_not_equal(gpr->ursp, 0);
	assert_int_equal(encl_resume(&e), 0); /* every register was as the enclave left it */
}

/* Without EXINFO the enclave cannot tell a page fault from an interrupt. */
static void test_no_exinfo(void **state)
{
	struct encl plain, saved = e;

	encl_build(&plain, &(struct encl_opts){0});
	e = plain;
	encl_expect_fault(&e, OP_store, e.base + ENCL_RO, 0, PF, 7, e.base + ENCL_RO);
	assert_int_equal(encl_nested(&e, NOP_skip, 3, 0), 0);
	encl_resume(&e);
	encl_expect_fault(&e, OP_hlt, 0, 0, GP, 0, 0);
	assert_int_equal(encl_nested(&e, NOP_skip, 1, 0), 0);
	encl_resume(&e);
	encl_destroy(&e);
	e = saved;
}

/* Wide registers through AEX and ERESUME, with every XFRM the machine has. */
static void test_wide_state(void **state)
{
	struct encl saved = e;

	if (!__builtin_cpu_supports("avx512f"))
		skip();
	encl_build(&e, &(struct encl_opts){.xfrm = 0xe7, .miscselect = SGX_MISC_EXINFO});
	encl_expect_fault(&e, OP_pattern, 0, 0, UD, 0, 0);
	encl_nested(&e, NOP_dump, (uint64_t)frame, 2);
	assert_int_equal(*(const uint64_t *)(frame + 512) & ~0xe7ULL, 0);
	assert_int_equal(*(const uint64_t *)(frame + 512) & 3, 3);
	assert_int_equal(encl_resume(&e), 0);
	encl_destroy(&e);
	e = saved;
}

/* ---- interrupts ------------------------------------------------------------------------------ */
static struct {
	volatile uint64_t ready, stop;
	volatile int ticks, reenter, stop_after;
	uint64_t rip, rax, rbx, rcx, rdx, r15, rsp;
	uint64_t fsbase;
} tick;

static void on_tick(int sig, siginfo_t *si, void *ucv)
{
	greg_t *g = ((ucontext_t *)ucv)->uc_mcontext.gregs;

	/* RIP = RCX alone would also be a thread that just made a system call. */
	if (g[REG_RIP] != g[REG_RCX] || g[REG_RAX] != SGX_ERESUME ||
		(uint64_t)g[REG_RBX] != e.base + ENCL_TCS(0))
		return;
	tick.rip = (uint64_t)g[REG_RIP];
	tick.rax = (uint64_t)g[REG_RAX];
	tick.rbx = (uint64_t)g[REG_RBX];
	tick.rcx = (uint64_t)g[REG_RCX];
	tick.rdx = (uint64_t)g[REG_RDX];
	tick.r15 = (uint64_t)g[REG_R15];
	__asm__("rdfsbase %0" : "=r"(tick.fsbase));
	if (++tick.ticks == tick.stop_after)
		tick.stop = 1;
	if (tick.reenter)
		g[REG_RAX] = SGX_EENTER;
}

static void start_ticks(int reenter, int stop_after)
{
	memset((void *)&tick, 0, sizeof(tick));
	tick.reenter = reenter;
	tick.stop_after = stop_after;
}

static void *kicker(void *arg)
{
	pthread_t target = *(pthread_t *)arg;

	while (tick.stop == 0) {
		usleep(1000);
		pthread_kill(target, SIGUSR1);
	}
	return NULL;
}

static void test_interrupt(void **state)
{
	pthread_t self = pthread_self(), t;
	struct encl_regs r = {
		.rdi = OP_pattern_spin, .rsi = (uint64_t)&tick.ready, .rdx = (uint64_t)&tick.stop};
	struct sgx_enclave_run run;
	uint64_t fs;

	__asm__("rdfsbase %0" : "=r"(fs));
	start_ticks(0, 5);
	assert_int_equal(dev_emu.sigaction(SIGUSR1, on_tick), 0);
	pthread_create(&t, NULL, kicker, &self);
	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	pthread_join(t, NULL);
	assert_int_equal(r.rdi, 0);
	assert_true(tick.ticks >= 5);
	assert_int_equal(tick.rax, SGX_ERESUME);
	assert_int_equal(tick.rbx, e.base + ENCL_TCS(0));
	assert_int_equal(tick.rip, tick.rcx);
	assert_int_equal(tick.rdx, 0);
	assert_int_equal(tick.r15, 0);
	assert_int_equal(tick.fsbase, fs);
}

/* The way the loader delivers ticks: RAX changed to EENTER re-enters with CSSA = 1. */
static void test_interrupt_reenter(void **state)
{
	pthread_t self = pthread_self(), t;
	struct encl_regs r = {
		.rdi = OP_pattern_spin, .rsi = (uint64_t)&tick.ready, .rdx = (uint64_t)&tick.stop};
	struct sgx_enclave_run run;

	start_ticks(1, 1);
	pthread_create(&t, NULL, kicker, &self);
	/* EEXIT of the nested entry (operation 0: RDI is zeroed by the AEX) ends this call. */
	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	pthread_join(t, NULL);
	tick.reenter = 0;
	encl_nested(&e, NOP_dump, (uint64_t)frame, 0);
	check_pattern_frame(gpr->rip, 0, 0);
	assert_in_range(gpr->rip, code(encl_spin_start), code(encl_spin_end));
	assert_int_equal(encl_resume(&e), 0);
}

/* ---- refusals -------------------------------------------------------------------------------- */
static void expect_refused(uint64_t tcs, unsigned leaf, unsigned vector, unsigned error)
{
	struct encl_regs r = {0};
	struct sgx_enclave_run run = {.tcs = tcs};

	assert_int_equal(encl_enter_run(0, &r, leaf, &run), 0);
	assert_int_equal(run.function, leaf);
	assert_int_equal(run.exception_vector, vector);
	assert_int_equal(run.exception_error_code, error);
}

static void test_refusals(void **state)
{
	uint64_t ssa1 = e.base + ENCL_SSA(0) + 4096;

	expect_refused(e.base + 8, SGX_EENTER, GP, 0);
	expect_refused(e.base + ENCL_DATA, SGX_EENTER, PF, 0x8007);
	expect_refused((uint64_t)frame, SGX_EENTER, PF, 0x8007);
	expect_refused(e.base + ENCL_TCS(0), SGX_ERESUME, GP, 0); /* CSSA = 0 */
	/* NSSA = 2: a second nested exception is one too many. */
	encl_expect_fault(&e, OP_ud2, 0, 0, UD, 0, 0);
	encl_expect_fault(&e, (enum encl_op)NOP_ud2, 0, 0, UD, 0, 0);
	expect_refused(e.base + ENCL_TCS(0), SGX_EENTER, GP, 0);
	/* An SSA frame that cannot be written refuses the entry, not the AEX. */
	assert_int_equal(dev_emu.mprotect(ssa1, 4096, PROT_READ), 0);
	expect_refused(e.base + ENCL_TCS(0), SGX_ERESUME, PF, 0x7);
	assert_int_equal(dev_emu.mprotect(ssa1, 4096, PROT_READ | PROT_WRITE), 0);
}

/* After the refusals: unwind both levels; frame 0 stopped at op_ud2, frame 1 at nop_ud2. */
static void test_unwind_two(void **state)
{
	struct encl_regs r = {0};
	struct sgx_enclave_run run;

	/* Frame 1 faults again on its UD2, as nothing moved its RIP. */
	assert_int_equal(encl_enter(&e, 0, SGX_ERESUME, &r, &run), SGX_ERESUME);
	assert_int_equal(run.exception_vector, UD);
	encl_destroy(&e);
	encl_build(&e, &(struct encl_opts){.miscselect = SGX_MISC_EXINFO});
}

/* A corrupted SSA frame is refused by ERESUME, and can be repaired. */
static const struct {
	const char *what;
	uint64_t off, value, good;
} ssa_rows[] = {
	{"XSTATE_BV beyond XFRM", 512, 7, 3},
	{"XCOMP_BV", 520, 1, 0},
	{"reserved header", 568, 1, 0},
	{"MXCSR", 24, 0xffff000000000000 | 0x80001f80, 0x0000ffff00001f80},
	{"RIP outside", SGX_SSA_GPR_OFF(1) + SGX_GPR_RIP, 0x10000, 0},
	{"FSBASE not canonical", SGX_SSA_GPR_OFF(1) + SGX_GPR_FSBASE, 1ULL << 63, 0},
};

static void test_bad_ssa(void **state)
{
	encl_expect_fault(&e, OP_pattern, 0, 0, UD, 0, 0);
	encl_nested(&e, NOP_dump, (uint64_t)frame, 2);
	for (size_t i = 0; i < sizeof(ssa_rows) / sizeof(ssa_rows[0]); i++) {
		uint64_t good = *(uint64_t *)(frame + ssa_rows[i].off);

		if (ssa_rows[i].off == SGX_SSA_GPR_OFF(1) + SGX_GPR_RIP)
			good += 2; /* NOP_dump moved it after the copy */
		encl_nested(&e, NOP_poke, ssa_rows[i].off, ssa_rows[i].value);
		expect_refused(e.base + ENCL_TCS(0), SGX_ERESUME, GP, 0);
		encl_nested(&e, NOP_poke, ssa_rows[i].off, good);
	}
	assert_int_equal(encl_resume(&e), 0);
}

static void test_run_checks(void **state)
{
	struct encl_regs r = {0};
	struct sgx_enclave_run run = {.tcs = e.base};

	assert_int_equal(encl_enter_run(0, &r, 1, &run), -22);
	assert_int_equal(encl_enter_run(0, &r, 4, &run), -22);
	for (size_t i = 0; i < sizeof(run.reserved); i += 8) {
		run.reserved[i] = 1;
		assert_int_equal(encl_enter_run(0, &r, SGX_EENTER, &run), -22);
		run.reserved[i] = 0;
	}
	assert_int_equal(encl_enter_run(0, &r, SGX_EENTER, &run), 0);
}

/* ---- user handler ---------------------------------------------------------------------------- */
static int handler_calls;

static int handler(
	long rdi, long rsi, long rdx, long rsp, long r8, long r9, struct sgx_enclave_run *run)
{
	handler_calls++;
	if (run->function == SGX_ERESUME && run->exception_vector == UD)
		return handler_calls < 3 ? SGX_EENTER : -5;
	return run->function == SGX_EEXIT && handler_calls == 2 ? SGX_ERESUME : (int)run->user_data;
}

static void test_user_handler(void **state)
{
	struct encl_regs r = {.rdi = OP_nop};
	static struct sgx_enclave_run run;

	run = (struct sgx_enclave_run){
		.tcs = e.base, .user_handler = (uint64_t)handler, .user_data = (uint64_t)-7};
	handler_calls = 0;
	assert_int_equal(encl_enter_run(0, &r, SGX_EENTER, &run), -7);
	assert_int_equal(handler_calls, 1);
	/* #UD; the handler re-enters (nested nop), resumes into the #UD again, and gives up. */
	handler_calls = 0;
	r.rdi = OP_ud2;
	assert_int_equal(encl_enter_run(0, &r, SGX_EENTER, &run), -5);
	assert_int_equal(handler_calls, 3);
	encl_nested(&e, NOP_skip, 2, 0);
	encl_resume(&e);
}

/* ---- several threads, several processes ------------------------------------------------------ */
struct job {
	int thread;
	uint64_t sum;
};

static void *worker(void *arg)
{
	struct job *j = arg;
	struct sgx_enclave_run run;

	if (dev_emu.thread_init() < 0)
		return NULL;
	for (int i = 0; i < 2000; i++) {
		struct encl_regs r = {.rdi = OP_pattern};
		if (encl_enter(&e, j->thread, SGX_EENTER, &r, &run) != SGX_ERESUME)
			break;
		r = (struct encl_regs){.rdi = NOP_skip, .rsi = 2};
		if (encl_enter(&e, j->thread, SGX_EENTER, &r, &run) != SGX_EEXIT)
			break;
		r = (struct encl_regs){0};
		if (encl_enter(&e, j->thread, SGX_ERESUME, &r, &run) != SGX_EEXIT || r.rdi != 0)
			break;
		j->sum++;
	}
	dev_emu.thread_exit();
	return NULL;
}

static void test_threads(void **state)
{
	struct job jobs[ENCL_THREADS];
	pthread_t t[ENCL_THREADS];

	for (int i = 0; i < ENCL_THREADS; i++) {
		jobs[i] = (struct job){.thread = i};
		pthread_create(&t[i], NULL, worker, &jobs[i]);
	}
	for (int i = 0; i < ENCL_THREADS; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(jobs[i].sum, 2000);
	}
}

/* Signals as fast as they come, wherever they hit: host code, the way in, the enclave, the way out.
 */
static volatile uint64_t storm_ticks;

static void on_storm(int sig, siginfo_t *si, void *ucv)
{
	storm_ticks++;
}

static void test_storm(void **state)
{
	struct itimerval fast = {{0, 50}, {0, 50}}, off = {{0, 0}, {0, 0}};
	struct job jobs[ENCL_THREADS];
	pthread_t t[ENCL_THREADS];

	storm_ticks = 0;
	assert_int_equal(dev_emu.sigaction(SIGALRM, on_storm), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &fast, NULL), 0);
	for (int i = 0; i < ENCL_THREADS; i++) {
		jobs[i] = (struct job){.thread = i};
		pthread_create(&t[i], NULL, worker, &jobs[i]);
	}
	for (int i = 0; i < ENCL_THREADS; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(jobs[i].sum, 2000);
	}
	for (int i = 0; i < 2000; i++) {
		encl_call(&e, OP_store, e.base + ENCL_DATA, (uint64_t)i);
		assert_int_equal(encl_call(&e, OP_load, e.base + ENCL_DATA, 0), i);
	}
	setitimer(ITIMER_REAL, &off, NULL);
	assert_true(storm_ticks > 10);
}

/* A TCS can be in one place only. */
static void *occupy(void *arg)
{
	struct encl_regs r = {
		.rdi = OP_spin, .rsi = (uint64_t)&tick.ready, .rdx = (uint64_t)&tick.stop};
	struct sgx_enclave_run run;

	(void)dev_emu.thread_init();
	(void)encl_enter(&e, 2, SGX_EENTER, &r, &run);
	dev_emu.thread_exit();
	return NULL;
}

static void test_busy(void **state)
{
	pthread_t t;

	start_ticks(0, 0);
	pthread_create(&t, NULL, occupy, NULL);
	while (tick.ready == 0)
		usleep(100);
	expect_refused(e.base + ENCL_TCS(2), SGX_EENTER, GP, 0);
	tick.stop = 1;
	pthread_join(t, NULL);
}

static void test_fork(void **state)
{
	pid_t pid;
	int status;

	encl_call(&e, OP_store, e.base + ENCL_DATA, 1);
	pid = fork();
	if (pid == 0) {
		/* The same enclave, the same page; system calls are trapped here too. */
		struct encl_regs r = {.rdi = OP_syscall};
		struct sgx_enclave_run run;

		if (encl_call(&e, OP_load, e.base + ENCL_DATA, 0) != 1)
			_exit(1);
		encl_call(&e, OP_store, e.base + ENCL_DATA, 2);
		if (encl_enter(&e, 1, SGX_EENTER, &r, &run) != SGX_ERESUME ||
			run.exception_vector != UD)
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(encl_call(&e, OP_load, e.base + ENCL_DATA, 0), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_fs_gs),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_page_faults),
		cmocka_unit_test(test_fault_outside),
		cmocka_unit_test(test_aex_frame),
		cmocka_unit_test(test_no_exinfo),
		cmocka_unit_test(test_wide_state),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_interrupt_reenter),
		cmocka_unit_test(test_run_checks),
		cmocka_unit_test(test_user_handler),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_bad_ssa),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_unwind_two),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
