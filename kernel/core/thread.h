/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel threads and the scheduler. Every user thread is one kernel thread with its own kernel stack;
 * vCPUs run them M:N.
 *
 * The kernel lock. All kernel state is guarded by one lock (doc/adr/0010). It is held by whoever runs
 * kernel C code, from kernel_syscall/kernel_trap to the return to user mode; thread_sleep and
 * thread_yield hand it over to the next thread. Only rows marked NOLOCK in abi/syscall.def run
 * without it. So between a test of a condition and thread_sleep nothing can happen: no lost wake-up.
 */
#ifndef CLOISTER_THREAD_H
#define CLOISTER_THREAD_H

#include <stdbool.h>
#include <stdint.h>
#include "list.h"
#include "self.h"
#include "uregs.h"

struct proc;
struct mm;
struct sip_block;

/* One-shot kernel timers: fn runs under the kernel lock, on any thread's stack, must not sleep. */
struct ktimer {
	struct list link; /* self-linked when idle; initialise with list_init */
	uint64_t when;    /* ns monotonic */
	void (*fn)(struct ktimer *);
};
void ktimer_set(struct ktimer *t, uint64_t when);
void ktimer_cancel(struct ktimer *t);

enum tstate { T_RUNNABLE, T_RUNNING, T_SLEEPING, T_DEAD };

#define NO_DEADLINE UINT64_MAX

struct thread {
	struct list run_link;  /* run queue, when T_RUNNABLE */
	enum tstate state;
	bool interruptible;    /* T_SLEEPING: thread_interrupt may wake it */
	bool woken;            /* thread_wake came since the last thread_sleep returned */
	bool need_resched;     /* a tick came while it ran in the kernel */
	bool user;             /* has user state: xstate, fsbase, uregs */
	int vcpu;              /* where it runs or ran last */
	uint64_t rsp;          /* saved by plat_switch */
	uint8_t *kstack;       /* KSTACK_SIZE bytes, lowest word = this thread; owned */
	void *xstate;          /* vector state while not running; 64-aligned; owned */
	uint64_t fsbase;       /* user fs base while not running */
	struct sip_block *sip; /* a SIP's thread: its fs block (sipblock.h), owned by proc/; else NULL */
	uint64_t window;       /* a SIP's thread: base of its data window = gs base */
	struct ktimer timer;   /* T_SLEEPING with a deadline */
	bool timed_out;        /* that timer fired */
	uint64_t cpu_ns;       /* run time */
	uint64_t started_ns;   /* when it was put on its vCPU */
	int nice;
	struct uregs *uregs;   /* top of kstack */
	uint64_t epoch;        /* kernel_epoch when it last left the kernel with uregs, 0: not yet */

	struct { /* ticks that found the same registers, one right after the other (trap.c) */
		uint64_t regs, when;
		unsigned n;
	} stuck;

	/* filled and used by proc/ (proc.h) */
	struct proc *proc;     /* ref; NULL for kernel threads */
	struct mm *mm;         /* borrowed from proc; NULL for kernel threads */
	struct list proc_link; /* proc->threads */
	int tid;
	struct tproc *tp;      /* per-thread state of proc/: signals, clear_child_tid, robust list; owned by proc/ */
};

/* A new thread, not runnable yet, with kernel stack and (user) xstate; NULL: no memory. */
struct thread *thread_new(bool user);
/* First run of a user thread: resumes t->uregs (full). Of a kernel thread: fn(arg), then exits. */
void thread_start_user(struct thread *t);
void thread_start_kernel(struct thread *t, void (*fn)(void *), void *arg);
/* Frees a thread that never started or is T_DEAD and off its stack. */
void thread_free(struct thread *t);
/* Ends the calling thread; its struct is freed by the scheduler once off its stack. */
_Noreturn void thread_exit_self(void);

/* Sleep until thread_wake, the deadline (ns of time_mono(), or NO_DEADLINE), or, if interruptible, a
 * signal. 0 woken (also if thread_wake came since the last thread_sleep returned: check the condition
 * in a loop), -ETIMEDOUT, -EINTR (also at once when signal_pending(self)). */
int thread_sleep(uint64_t deadline, bool interruptible);
void thread_wake(struct thread *t);      /* no effect on a runnable one but to set t->woken */
void thread_interrupt(struct thread *t); /* wakes an interruptible sleep with -EINTR; kicks a running one */
void thread_yield(void);
unsigned sched_running_count(void);      /* threads runnable or running */
unsigned sched_vcpus(void);
/* Called by kernel_syscall/kernel_trap on the way out. */
void sched_check(void);

/* Counted up by whoever must know which threads have been in the kernel since. */
extern uint64_t kernel_epoch;

/* Threads of the whole system, for /proc and limits. */
unsigned thread_count(void);

/* ---- time (core/time.c), from the TSC and the host's published clock, checked monotonic ---- */
uint64_t time_mono(void); /* ns */
uint64_t time_real(void); /* ns since the epoch */

#endif
