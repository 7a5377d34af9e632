/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out of the kernel: pending signals take effect, interrupted calls are restarted, dying
 * threads end, stopped ones wait. Also exceptions of user code, which become signals here.
 */
#include "kernel.h"
#include "klog.h"
#include "linux_errno.h"
#include "mem.h"
#include "plat.h"
#include "signal.h"
#include "sip.h"
#include "task.h"
#include "uaccess.h"

#define NR_RESTART_SYSCALL 219
#define PF_WRITE           2u

/* ---- restarting system calls ---- */

static void restart(struct uregs *u, uint64_t nr)
{
	if (proc_self()->sip && !sip_after_gate((uint32_t)u->rip)) {
		u->rax = (uint64_t)-EINTR; /* it said it came from elsewhere: there is no call to
					      repeat */
		return;
	}
	u->rax = nr;
	u->rip -= proc_syscall_len(proc_self());
	u->orig_rax = UINT64_MAX;
}

/* The call that was interrupted, now that a handler (act), or nothing (NULL), follows. */
static void finish_syscall(struct uregs *u, const struct linux_sigaction *act)
{
	if (u->orig_rax == UINT64_MAX)
		return;
	switch (-(int64_t)u->rax) {
	case ERESTARTNOINTR:
		restart(u, u->orig_rax);
		break;
	case ERESTARTSYS:
		if (act == NULL || (act->flags & SA_RESTART))
			restart(u, u->orig_rax);
		else
			u->rax = (uint64_t)-EINTR;
		break;
	case ERESTARTNOHAND:
		if (act == NULL)
			restart(u, u->orig_rax);
		else
			u->rax = (uint64_t)-EINTR;
		break;
	case ERESTART_RESTARTBLOCK:
		if (act == NULL)
			restart(u, NR_RESTART_SYSCALL);
		else
			u->rax = (uint64_t)-EINTR;
		break;
	default:
		break;
	}
	u->orig_rax = UINT64_MAX;
}

/* ---- stopping ---- */

static bool orphaned_group(const struct proc *me)
{
	list_for_each(l, &proc_list)
	{
		const struct proc *p = container_of(l, struct proc, all_link);
		if (p->pgid == me->pgid && p->parent != NULL && p->parent->pgid != p->pgid &&
			p->parent->sid == p->sid)
			return false;
	}
	return true;
}

static void begin_stop(struct proc *p, int sig)
{
	if (sig != SIGSTOP && orphaned_group(p))
		return;
	p->state = P_STOPPED;
	p->stop_sig = sig;
	p->cont_report = false;
	list_for_each(l, &p->threads)
	{
		struct thread *t = container_of(l, struct thread, proc_link);
		if (t != thread_self())
			thread_interrupt(t);
	}
}

static void stop_here(struct proc *p)
{
	p->nstopped++;
	if (p->nstopped == p->nthreads) {
		p->stop_report = true;
		proc_notify_parent(p, CLD_STOPPED);
	}
	while (p->state == P_STOPPED && !tproc_self()->kill)
		waitq_sleep(&p->cont_wait, NO_DEADLINE, false);
	p->nstopped--;
}

/* ---- delivery ---- */

static void force_segv(int while_delivering)
{
	struct thread *t = thread_self();
	struct linux_siginfo si;

	if (while_delivering == SIGSEGV)
		t->proc->sig->act[SIGSEGV - 1].handler = SIG_DFL;
	siginfo_kernel(&si, SIGSEGV, SI_KERNEL);
	signal_force(t, &si);
}

static void run_handler(struct uregs *u, int sig, const struct linux_siginfo *si)
{
	struct thread *t = thread_self();
	struct tproc *tp = t->tp;
	struct linux_sigaction act = t->proc->sig->act[sig - 1];
	uint64_t mask = tp->restore_mask ? tp->saved_blocked : tp->blocked;

	if (act.flags & SA_RESETHAND)
		t->proc->sig->act[sig - 1].handler = SIG_DFL;
	finish_syscall(u, &act);
	tp->restore_mask = false;
	if (sigframe_push(u, &act, si, mask) < 0) {
		force_segv(sig);
		return;
	}
	signal_set_mask(t, tp->blocked | act.mask | (act.flags & SA_NODEFER ? 0 : SIGMASK(sig)));
}

static void default_action(const struct uregs *u, int sig, const struct linux_siginfo *si)
{
	struct proc *p = proc_self();
	const struct tproc *tp = tproc_self();

	if (SIGMASK(sig) & SIG_IGN_DEFAULT)
		return;
	if (SIGMASK(sig) & SIG_STOPS) {
		begin_stop(p, sig);
		return;
	}
	if (si->code > 0 && (SIGMASK(sig) & SIG_SYNCHRONOUS)) /* an exception, not kill(2) */
		klog("%s[%d]: signal %d, trap %u at %llx ip %llx sp %llx error %llx", tp->comm,
			thread_self()->tid, sig, (unsigned)tp->trap_no,
			(unsigned long long)tp->trap_addr, (unsigned long long)u->rip,
			(unsigned long long)u->rsp, (unsigned long long)tp->trap_err);
	task_exit_group(sig); /* no core is ever written, so bit 7 stays clear */
}

/* One step; false when nothing is left to do. */
static bool deliver_one(struct uregs *u)
{
	struct thread *t = thread_self();
	struct proc *p = t->proc;
	struct linux_siginfo si;

	if (t->tp->kill)
		task_exit(p->group_exit ? p->group_status : 0);
	if (p->state == P_STOPPED) {
		stop_here(p);
		return true;
	}
	int sig = signal_dequeue(t, ~t->tp->blocked, &si);
	if (sig == 0)
		return false;
	uint64_t handler = p->sig->act[sig - 1].handler;
	if (handler == SIG_DFL)
		default_action(u, sig, &si);
	else if (handler != SIG_IGN)
		run_handler(u, sig, &si);
	return true;
}

void signal_deliver(struct uregs *u)
{
	struct thread *t = thread_self();

	if (t->tp == NULL)
		return;
	do {
		while (deliver_one(u))
			;
		if (t->tp->restore_mask) {
			t->tp->restore_mask = false;
			signal_set_mask(t, t->tp->saved_blocked);
		}
	} while (signal_pending(t));
	finish_syscall(u, NULL);
}

/* ---- exceptions ---- */

void signal_fault(int sig, int code, uint64_t addr)
{
	struct linux_siginfo si;

	siginfo_kernel(&si, sig, code);
	si.u.fault.addr = addr;
	signal_force(thread_self(), &si);
}

/* SDM vol. 1, 8.5 and 11.5: the unmasked exception that is flagged. */
static int fpe_code(uint32_t flags, uint32_t masks)
{
	uint32_t e = flags & ~masks;

	return e & 1          ? FPE_FLTINV
	       : e & 4        ? FPE_FLTDIV
	       : e & 8        ? FPE_FLTOVF
	       : e & (2 | 16) ? FPE_FLTUND
	       : e & 32       ? FPE_FLTRES
			      : 0;
}

static int math_code(bool sse)
{
	struct thread *t = thread_self();
	const uint8_t *area =
		t->xstate; /* free while the thread runs: the live state is in the CPU */
	uint16_t cw, sw;
	uint32_t mxcsr;

	plat_xsave(t->xstate);
	memcpy(&cw, area, 2);
	memcpy(&sw, area + 2, 2);
	memcpy(&mxcsr, area + FPX_MXCSR_OFF, 4);
	return sse ? fpe_code(mxcsr & 0x3f, mxcsr >> 7 & 0x3f) : fpe_code(sw & 0x3fu, cw & 0x3fu);
}

/* An address as the program knows it: a SIP's are offsets. */
static uint64_t as_seen(uint64_t addr)
{
	return proc_self()->sip ? (uint32_t)addr : addr;
}

static void fault_page(const struct trap *t, int r)
{
	uint64_t addr = as_seen(t->addr);

	if (r == -ENOMEM) {
		klog("%s[%d]: out of enclave memory", tproc_self()->comm, thread_self()->tid);
		task_exit_group(SIGKILL);
	}
	if (r == -ENXIO)
		signal_fault(SIGBUS, BUS_ADRERR, addr);
	else
		signal_fault(SIGSEGV, r == -EACCES ? SEGV_ACCERR : SEGV_MAPERR, addr);
}

/* Outside a debug enclave int3 is #UD at the instruction (SDM vol. 3D, "INT3 inside an enclave"):
 * made the trap past it that programs expect. */
static bool was_int3(struct uregs *u)
{
	uint8_t insn;

	if (proc_self()->sip ? !sip_at_int3((uint32_t)u->rip)
			     : get_user(&insn, uaddr(u->rip)) < 0 || insn != 0xcc)
		return false;
	u->rip++;
	return true;
}

void signal_trap(const struct trap *t, int mm_result)
{
	struct tproc *tp = tproc_self();
	uint64_t rip = as_seen(thread_self()->uregs->rip);

	tp->trap_no = t->vector;
	tp->trap_err = t->error;
	tp->trap_addr = t->vector == 14 ? as_seen(t->addr) : 0;
	switch (t->vector) {
	case 0:
		signal_fault(SIGFPE, FPE_INTDIV, rip);
		break;
	case 1:
		signal_fault(SIGTRAP, TRAP_TRACE, rip);
		break;
	case 3:
		signal_fault(SIGTRAP, SI_KERNEL, 0);
		break;
	case 6:
		if (was_int3(thread_self()->uregs)) {
			tp->trap_no = 3;
			signal_fault(SIGTRAP, SI_KERNEL, 0);
		} else {
			signal_fault(SIGILL, ILL_ILLOPN, rip);
		}
		break;
	case 12:
		signal_fault(SIGBUS, SI_KERNEL, 0);
		break;
	case 14:
		fault_page(t, mm_result);
		break;
	case 16:
		signal_fault(SIGFPE, math_code(false), rip);
		break;
	case 17:
		signal_fault(SIGBUS, BUS_ADRALN, 0);
		break;
	case 19:
		signal_fault(SIGFPE, math_code(true), rip);
		break;
	default: /* #BR, #OF, #SS, #GP and what else user code can raise */
		signal_fault(SIGSEGV, SI_KERNEL, 0);
		break;
	}
}
