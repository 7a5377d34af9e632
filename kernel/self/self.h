/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running thread, from the kernel stack alone: no segment register is involved, so it works under
 * a SIP's gs and a glibc program's fs. The lowest word of every kernel stack points to its thread.
 * The unit tests have their own self.h.
 */
#ifndef CLOISTER_SELF_H
#define CLOISTER_SELF_H

#include <stdint.h>
#include "layout.h"

struct thread;

static inline struct thread *thread_self(void)
{
	uint64_t sp;

	__asm__("mov %%rsp, %0" : "=r"(sp));
	return *(struct thread *const *)(sp & ~(uint64_t)(KSTACK_SIZE - 1));
}

#endif
