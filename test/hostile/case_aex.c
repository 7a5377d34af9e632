/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interruptions: an AEX wherever one can happen, and every way for the host to go on after it. The
 * programs of user.S compare all of their state throughout.
 */
#include "world.h"

#include <string.h>
#include <sys/mman.h>

#include "cases.h"
#include "hostile.h"

#define SEEN_SIZE    0x10000
#define NESTED_TIMES 3

enum mode {
	RESUME,       /* AEX, ERESUME */
	REENTER,      /* AEX, EENTER: a tick */
	NESTED_AEX,   /* ... and stage 1 interrupted at each of its instructions */
	NESTED_ENTRY, /* ... and entered once more while it runs */
	REPORT,       /* AEX, and the loader is told of an exception that never was */
};

static struct emu_test_hook hook;
static uint64_t eexit, entry_begin, entry_end, gate_begin, gate_end;
static uint8_t seen_kernel[SEEN_SIZE], seen_user[SEEN_SIZE], seen_sip[SEEN_SIZE];
static enum mode mode;
static bool in_stage1;
static uint64_t injected, boundary_injected;

static bool in(uint64_t rip, uint64_t begin, uint64_t end)
{
	return rip >= begin && rip < end;
}

static bool first_time(uint8_t *seen, uint64_t off)
{
	return off < SEEN_SIZE && seen[off]++ == 0;
}

/*
 * At the boundary and in the gates: always, or, where an interruption is itself interrupted some
 * hundred times, the first few. Elsewhere: the first time at each instruction.
 */
static bool wanted(uint64_t rip)
{
	if (in(rip, entry_begin, entry_end) || in(rip, gate_begin, gate_end)) {
		if ((mode == NESTED_AEX || mode == NESTED_ENTRY) && rip - KERNEL_BASE < SEEN_SIZE &&
			seen_kernel[rip - KERNEL_BASE]++ >= NESTED_TIMES)
			return false;
		boundary_injected++;
		return true;
	}
	return first_time(seen_kernel, rip - KERNEL_BASE) || first_time(seen_user, rip - U_TEXT) ||
	       first_time(seen_sip, rip - TEXT_BASE - S_OFFSET);
}

static enum emu_step inside_stage1(void)
{
	if (mode == NESTED_AEX)
		return EMU_STEP_RESUME;
	if (mode == NESTED_ENTRY)
		return EMU_STEP_REENTER;
	return injected % 16 == 0 ? EMU_STEP_GO : EMU_STEP_STOP; /* stepping is slow */
}

static enum emu_step step(void *arg, const ucontext_t *uc, uint64_t n)
{
	uint64_t rip = (uint64_t)uc->uc_mcontext.gregs[REG_RIP];

	if (rip == eexit)
		world_check_eexit(uc);
	if (mode == RESUME) {
		injected++;
		return EMU_STEP_RESUME;
	}
	if (in_stage1)
		return inside_stage1();
	if (!wanted(rip))
		return EMU_STEP_GO;
	injected++;
	in_stage1 = true;
	if (mode != REPORT)
		return EMU_STEP_REENTER;
	hook.vector = (uint16_t)(injected % 32);
	hook.error = (uint16_t)injected;
	hook.addr = injected % 3 == 0 ? U_LAZY : KERNEL_BASE;
	return EMU_STEP_REPORT;
}

static int policy(struct world *w, const struct world_event *e)
{
	if (e->leaf == SGX_EEXIT && e->reason == EXIT_RESUME)
		in_stage1 = false;
	if (e->leaf == SGX_ERESUME) /* a true exception, or one the host invents */
		in_stage1 = true;
	if (e->leaf == SGX_EENTER) { /* #GP: no SSA frame left */
		REQUIRE(mode == NESTED_ENTRY && e->vector == 13);
		return SGX_ERESUME;
	}
	return honest(w, e);
}

static void interrupt_everywhere(enum mode m)
{
	fresh();
	mode = m;
	eexit = world_symbol("eexit_insn");
	entry_begin = world_symbol("enclave_entry");
	entry_end = world_symbol("entry_text_end");
	gate_begin = world_symbol("plain_syscall_entry");
	gate_end = world_symbol("ctx_start");
	world.policy = policy;
	hook.step = step;
	emu_test_set(&hook);
	run_to_the_end();
	REQUIRE(injected > 1000);
	REQUIRE(m == RESUME || boundary_injected > 500);
	printf("     %lu interruptions, %lu of them in entry, exit and gates\n", injected,
		boundary_injected);
}

void case_aex_resume_at_every_instruction(void)
{
	interrupt_everywhere(RESUME);
}

void case_aex_reenter_at_every_instruction(void)
{
	interrupt_everywhere(REENTER);
}

void case_aex_inside_stage1(void)
{
	interrupt_everywhere(NESTED_AEX);
}

void case_eenter_inside_stage1(void)
{
	interrupt_everywhere(NESTED_ENTRY);
}

void case_forged_exceptions(void)
{
	interrupt_everywhere(REPORT);
}

/* EENTER, EENTER, EENTER instead of the ERESUME that stage 1 asked for. */
static int again(struct world *w, const struct world_event *e)
{
	static unsigned times;

	if (e->leaf == SGX_EEXIT && e->reason == EXIT_RESUME && ++times % 4 != 0)
		return SGX_EENTER;
	return policy(w, e);
}

void case_stage1_again_and_again(void)
{
	fresh();
	mode = REENTER;
	entry_begin = world_symbol("enclave_entry");
	entry_end = world_symbol("entry_text_end");
	world.policy = again;
	hook.step = step;
	emu_test_set(&hook);
	run_to_the_end();
}

/* ---- true exceptions where there must be none ---- */

#define STACK_PAGES KSTACK_BASE + KSTACK_SIZE, KSTACK_SIZE

static void set_stack_prot(int prot)
{
	REQUIRE(world.h.dev->mprotect(STACK_PAGES, prot) == 0);
}

static enum emu_step take_stack_in_kernel(void *arg, const ucontext_t *uc, uint64_t n)
{
	uint64_t *kernel = arg;

	if (world.logs == 0 || (uint64_t)uc->uc_mcontext.gregs[REG_RIP] != *kernel)
		return EMU_STEP_GO;
	set_stack_prot(PROT_NONE);
	return EMU_STEP_STOP;
}

/*
 * The host takes a page that the kernel is using. Giving it back later and going on does not help,
 * by EENTER nor by ERESUME: the interrupted context is condemned.
 */
void case_real_fault_in_kernel(void)
{
	static uint64_t kernel;

	fresh();
	kernel = world_symbol("kernel_syscall");
	hook.step = take_stack_in_kernel;
	hook.arg = &kernel;
	emu_test_set(&hook);
	world_enter(0);
	REQUIRE(world_ended(125, DEAD_EXCEPTION));
	REQUIRE((world.last.a1 & 0xffff) == (DEAD_EXCEPTION | 14 << 8));
	emu_test_set(NULL);
	set_stack_prot(PROT_READ | PROT_WRITE | PROT_EXEC);
	for (int i = 0; i < 3; i++) {
		world_enter(0);
		REQUIRE(world_ended(125, DEAD_EXCEPTION));
	}
}

static int take_stack_outside(struct world *w, const struct world_event *e)
{
	if (e->leaf == SGX_EEXIT && e->reason == EXIT_DOORBELL)
		set_stack_prot(PROT_NONE);
	return honest(w, e);
}

/* The same while the vCPU is on its way in: there is no stack to handle anything on. */
void case_real_fault_entering(void)
{
	fresh();
	world.policy = take_stack_outside;
	world_enter(0);
	REQUIRE(world_ended(125, DEAD_EXCEPTION));
	REQUIRE(world.last.a1 == (DEAD_EXCEPTION | 1 << 8)); /* DIE_EARLY */
}

/* EACCEPT of a page that the host will not back: some retries, then an error, never a loop. */
void case_eaccept_never_backed(void)
{
	fresh();
	REQUIRE(world.h.dev->mprotect(KSTACK_BASE, KSTACK_STRIDE, 0) == 0);
	world_enter(0);
	REQUIRE(world_ended(202, DEAD_PANIC));
	REQUIRE(world.exits > 4 && world.exits < 100);
}
