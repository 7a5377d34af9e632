/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From user code into the kernel and back: system calls, exceptions, ticks. The way out is the same
 * for all: reschedule if due, then signals, then the lock goes.
 */
#include "kernel.h"
#include "klock.h"
#include "linux_errno.h"
#include "strace.h"
#include "syscall.h"
#include "thread.h"
#include "upcalls.h"

#define VECTOR_UD 6
#define VECTOR_SS 12
#define VECTOR_PF 14
#define PF_WRITE  2u
#define PF_INSTR  16u

uint64_t kernel_epoch = 1;

static void leave(struct uregs *u)
{
	sched_check();
	if (signal_pending(thread_self()) ||
		(u->orig_rax != UINT64_MAX && (int64_t)u->rax <= -ERESTART_FIRST &&
			(int64_t)u->rax >= -ERESTART_LAST))
		signal_deliver(u);
	thread_self()->epoch = kernel_epoch; /* u is what it goes on with */
}

static long dispatch(struct uregs *u, const struct sysent *e)
{
	const struct sysargs a = {
		.v = {u->rdi, u->rsi, u->rdx, u->r10, u->r8, u->r9},
		.u = u,
	};

	return e->fn(&a);
}

/* The number is eax: Linux does not look at the upper half of rax. */
static const struct sysent *lookup(uint64_t rax)
{
	uint32_t nr = (uint32_t)rax;

	return nr < systab_count && systab[nr].fn != NULL ? &systab[nr] : NULL;
}

static void syscall_locked(struct uregs *u)
{
	const struct sysent *e = lookup(u->orig_rax);

	if (strace_on)
		strace_enter(u, e);
	long r = e != NULL ? dispatch(u, e) : -ENOSYS;

	if (e == NULL || u->orig_rax != UINT64_MAX) /* rt_sigreturn and execve set all themselves */
		u->rax = (uint64_t)r;
	if (strace_on)
		strace_exit(u, e, r);
}

void kernel_syscall(struct uregs *u)
{
	const struct sysent *e = lookup(u->orig_rax);

	if (e != NULL && (e->flags & NOLOCK) && !strace_on) {
		u->rax = (uint64_t)dispatch(u, e);
		return;
	}
	klock();
	syscall_locked(u);
	leave(u);
	kunlock();
}

#define CANONICAL_BITS  47
#define STUCK_TICKS     16u
#define STUCK_WITHIN_NS 200000u

static bool canonical(uint64_t a)
{
	return (uint64_t)((int64_t)(a << (64 - CANONICAL_BITS - 1)) >> (64 - CANONICAL_BITS - 1)) ==
	       a;
}

/*
 * #SS is not among the exceptions that SGX reports (SDM vol. 3D, EXITINFO): it looks like an
 * interrupt, and resuming faults again at once. Told from real interrupts by a stack register that
 * is no address, and by how fast the same registers come back.
 */
static bool stack_fault(const struct uregs *u)
{
	struct thread *t = thread_self();
	uint64_t regs = u->rip, now = time_mono();

	if (canonical(u->rsp) && canonical(u->rbp))
		return false;
	for (const uint64_t *r = &u->rax; r <= &u->r15; r++)
		regs = (regs ^ *r) * 0x100000001b3ull;
	t->stuck.n =
		regs == t->stuck.regs && now - t->stuck.when < STUCK_WITHIN_NS ? t->stuck.n + 1 : 0;
	t->stuck.regs = regs;
	t->stuck.when = now;
	return t->stuck.n >= STUCK_TICKS;
}

static void exception(struct uregs *u, const struct trap *t)
{
	int r = -EFAULT;

	if (t->vector == TRAP_TICK) {
		thread_self()->need_resched = true;
		if (stack_fault(u))
			signal_trap(&(struct trap){.vector = VECTOR_SS}, 0);
		return;
	}
	if (t->vector == VECTOR_PF) {
		r = mm_fault(mm_current(), t->addr, t->error & PF_WRITE, t->error & PF_INSTR);
		if (r == 0)
			return;
	} else if (t->vector == VECTOR_UD) {
		if (syspatch_trap(u)) {
			u->orig_rax = u->rax;
			syscall_locked(u);
			return;
		}
		if (cpuid_trap(u))
			return;
	}
	signal_trap(t, r);
}

void kernel_trap(struct uregs *u, const struct trap *t)
{
	u->orig_rax = UINT64_MAX;
	klock();
	exception(u, t);
	leave(u);
	kunlock();
}
