/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry points of the kernel, called by the platform. All of them run on a kernel stack with the
 * enclave's own flags (DF = AC = 0).
 */
#ifndef CLOISTER_KERNEL_H
#define CLOISTER_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include "uregs.h"

/* First entry, boot vCPU, on its idle stack: never returns. */
_Noreturn void kernel_boot(void);
/* First entry of any other vCPU, on its idle stack: never returns. */
_Noreturn void kernel_vcpu_main(unsigned vcpu);

/* A system call from user code; u (top of this kernel stack) holds its registers, u->orig_rax the
 * number. On return the platform resumes u: through the short path if u->full is 0. */
void kernel_syscall(struct uregs *u);

struct trap {
	unsigned vector;   /* 0..31, or TRAP_TICK */
	uint32_t error;    /* #PF, #GP */
	uint64_t addr;     /* #PF: the address */
};
#define TRAP_TICK 256u

/* Stage 2 of an exception of user code, on its kernel stack; u->full is set. */
void kernel_trap(struct uregs *u, const struct trap *t);

/* Stage 1 asks, on the exception stack, without any lock: a tick came while this vCPU was in the
 * kernel or idle. Sets a flag, no more. */
void kernel_tick_pending(unsigned vcpu);

/* Is this the address of user code, as far as the kernel's own image is concerned? */
static inline bool kernel_is_user_rip(uint64_t rip)
{
	return rip < 0x10000000000ull || rip >= 0x20000000000ull;
}

#endif
