/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few things that core asks of the parts above it. mm.h and proc.h include this and say what each
 * does; core sees nothing else of them.
 */
#ifndef CLOISTER_UPCALLS_H
#define CLOISTER_UPCALLS_H

#include <stdbool.h>
#include <stdint.h>
#include "addr.h"

struct mm;
struct thread;
struct trap;
struct uregs;

/* mm/ */
struct mm *mm_current(void);
int mm_fault(struct mm *mm, uint64_t va, bool write, bool exec);
uint64_t mm_pin(struct mm *mm, uaddr_t a, uint64_t len, bool write, int *err);

/* proc/ */
bool signal_pending(struct thread *t);
void signal_deliver(struct uregs *u);
void signal_trap(const struct trap *t, int mm_result);
bool syspatch_trap(struct uregs *u);
bool cpuid_trap(struct uregs *u);
int proc_self_pid(void); /* 0 for a kernel thread */
void proc_boot(void);

/* Results of an interrupted system call that never reach the user (proc.h). */
#define ERESTART_FIRST 512
#define ERESTART_LAST  516

#endif
