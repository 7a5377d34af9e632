/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile host for tests of enclave entry code: registers of the attacker's choosing at EENTER,
 * and single-stepping with an AEX injected before any instruction. Internal to the emulator: the
 * loader has no way to reach it. One hook per process; not for concurrent threads.
 *
 * Stepping uses RFLAGS.TF, so an enclave PUSHF sees TF set; instructions the emulator executes
 * (ENCLU) count as one step. The callback runs in a signal handler on the alternate stack, with the
 * host's FS base, and must be async-signal-safe.
 */
#ifndef HOST_EMU_TEST_H
#define HOST_EMU_TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

struct emu_thread;
struct emu_tcs;

enum emu_step {
	EMU_STEP_GO,      /* execute the instruction */
	EMU_STEP_RESUME,  /* AEX, then ERESUME: as a host interrupt */
	EMU_STEP_REENTER, /* AEX, then EENTER on the same TCS with CSSA one higher */
	EMU_STEP_REPORT,  /* AEX, then the vDSO reports the exception in struct emu_test_hook */
	EMU_STEP_STOP,    /* execute, and step no more until the next EENTER or ERESUME */
};

struct emu_test_hook {
	/* Called with the enclave's registers before each instruction but the first after EENTER or
	 * ERESUME (TF traps only after that one). n counts from 1 since emu_test_set(). NULL: no
	 * stepping. */
	enum emu_step (*step)(void *arg, const ucontext_t *uc, uint64_t n);
	void *arg;
	/* For EMU_STEP_REPORT. */
	uint16_t vector, error;
	uint64_t addr;

	/* At the next EENTERs, until cleared. General registers but RAX, RBX, RCX, RSP, RBP. */
	bool poison;
	uint64_t gpr[16];  /* in the order of the encoding: RAX RCX RDX RBX RSP RBP RSI RDI R8.. */
	uint16_t gpr_mask; /* bit n: load gpr[n] */
	uint64_t rflags_set; /* e.g. DF 0x400, AC 0x40000 */
	uint64_t xrstor;     /* XFRM mask to load from xsave; 0: none */
	const void *xsave;   /* standard format, 64-byte aligned, of the host's XSAVE size */
	/* The missing first boundary: each EENTER with CSSA = 0 is followed, before its first
	 * instruction, by an AEX and an EENTER with CSSA = 1. */
	bool aex_at_entry;
	uint64_t aex, steps; /* out: what happened so far */
};

/* Install; NULL removes. The hook must outlive its use. */
void emu_test_set(struct emu_test_hook *hook);

/* The emulator's side: after the checks of EENTER or ERESUME; and at each trap while stepping. */
struct emu_ctx;
extern struct emu_test_hook *emu_test_hook;
void emu_test_entered(struct emu_thread *t, uint32_t leaf);
/* The AEX of aex_at_entry: t->frame goes to SSA[CSSA], and is left as after an AEX, RAX = EENTER.
 */
void emu_test_aex(struct emu_thread *t, struct emu_tcs *tcs);
void emu_test_stepped(struct emu_ctx *c);

#endif
