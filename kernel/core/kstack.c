/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel stacks: slots of KSTACK_STRIDE in their own region, the lower half of each never
 * committed, so that an overflow faults. A freed stack stays committed for the next thread.
 */
#include "kmem.h"
#include "layout.h"
#include "mem.h"
#include "plat.h"
#include "sched.h"

static uint64_t next_slot = KSTACK_BASE;
static uint8_t *free_stacks; /* linked through their first word */

uint8_t *kstack_alloc(void)
{
	const size_t npages = KSTACK_SIZE / PAGE_SIZE;
	uint8_t *s = free_stacks;
	size_t done;

	if (s != NULL) {
		free_stacks = *(uint8_t **)s;
		return s;
	}
	if (next_slot >= KSTACK_END || mem_charge(npages) < 0)
		return NULL;
	uint64_t va = next_slot + (KSTACK_STRIDE - KSTACK_SIZE);

	if (plat_pages_commit(va, npages, &done) < 0) {
		mem_uncharge(npages);
		return NULL;
	}
	next_slot += KSTACK_STRIDE;
	return (uint8_t *)va;
}

void kstack_free(uint8_t *stack)
{
	memset(stack, 0, KSTACK_SIZE);
	*(uint8_t **)stack = free_stacks;
	free_stacks = stack;
}
