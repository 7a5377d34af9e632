/* SPDX-License-Identifier: Apache-2.0 */
/* Private to core/: the scheduler as boot.c, time.c and hostcall.c see it. */
#ifndef CLOISTER_SCHED_H
#define CLOISTER_SCHED_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

void sched_init(unsigned vcpus);
/* The calling idle stack becomes the idle thread of this vCPU; never returns. */
_Noreturn void sched_idle_loop(unsigned vcpu);
bool sched_others_runnable(void);

/* time.c */
void time_init(void);
void time_resync(void);     /* takes the host's clock page into account; never backwards */
void timers_run(void);      /* fires what is due */
uint64_t timers_next(void); /* ns monotonic or NO_DEADLINE */

/* kstack.c */
uint8_t *kstack_alloc(void); /* KSTACK_SIZE bytes aligned to it, above a guard; NULL: no memory */
void kstack_free(uint8_t *stack);

/* hostcall.c */
void hostcall_init(void);
bool hostcall_unsent(void); /* messages were posted that no exit has shown to the loader yet */
void hostcall_sent(void);   /* the coming exit shows them */
void hostcall_show(void);   /* a doorbell exit; the kernel lock is dropped meanwhile; takes replies */

#endif
