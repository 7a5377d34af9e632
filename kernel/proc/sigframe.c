/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signal frame of x86-64 Linux (arch/x86/kernel/signal_64.c): ucontext and siginfo below an
 * XSAVE image, the red zone skipped. What a program hands back through rt_sigreturn is sanitised so
 * that neither XRSTOR nor the return to user mode can fault in the kernel.
 */
#include "kernel.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "mem.h"
#include "plat.h"
#include "sgx.h"
#include "signal.h"
#include "sip.h"
#include "sipframe.h"
#include "task.h"
#include "uaccess.h"

#define RED_ZONE           128
#define USER_CS            0x33
#define USER_SS            0x2b
#define EFLAGS_DF          0x400u
#define EFLAGS_TF          0x100u
#define EFLAGS_RF          0x10000u
#define EFLAGS_USER        0x40cd5u /* AC OF DF SF ZF AF PF CF: what a program may choose */
#define XFEATURE_FP_SSE    3u
#define MXCSR_MASK_OFF     28
#define MXCSR_MASK_DEFAULT 0xffbfu

size_t sigframe_size(void)
{
	size_t n = sizeof(struct linux_rt_sigframe) + 16 + 8 + plat_xsave_size() + 4 + 63;

	return (n + 15) & ~(size_t)15;
}

bool sigframe_on_altstack(const struct thread *t, uint64_t sp)
{
	const struct linux_stack *a = &t->tp->altstack;

	if (a->flags & SS_AUTODISARM)
		return false;
	if (t->proc->sip)
		sp = (uint32_t)sp;
	return sp > a->sp && sp - a->sp <= a->size;
}

/* May a handler or its restorer be there? */
static bool user_rip_ok(uint64_t rip)
{
	if (proc_self()->sip)
		return sip_is_label((uint32_t)rip);
	return rip < ELRANGE_SIZE && kernel_is_user_rip(rip);
}

/* ---- push ---- */

static int push_fpstate(uint64_t at)
{
	size_t size = plat_xsave_size();
	uint8_t *b = kzalloc(size + 64);
	uint32_t magic2 = FP_XSTATE_MAGIC2;
	uint64_t bv;

	if (b == NULL)
		return -ENOMEM;
	plat_xsave(b);
	struct linux_fpx_sw sw = {
		.magic1 = FP_XSTATE_MAGIC1,
		.extended_size = (uint32_t)size + 4,
		.xfeatures = plat_xfrm(),
		.xstate_size = (uint32_t)size,
	};
	memcpy(b + FPX_SW_OFF, &sw, sizeof sw);
	/* Legacy state is always said to be there, for handlers that change it (Linux does this
	 * too). */
	memcpy(&bv, b + XSTATE_BV_OFF, 8);
	bv |= XFEATURE_FP_SSE;
	memcpy(b + XSTATE_BV_OFF, &bv, 8);
	memcpy(b + size, &magic2, 4);
	int r = copy_to_user(uaddr(at), b, size + 4);
	kfree(b);
	return r;
}

/* u as its program may see it: addresses of its window, also those in the middle of a string
 * instruction, are offsets. So a frame is the same in a forked child. */
static struct uregs as_seen(const struct uregs *u)
{
	struct uregs v = *u;

	if (proc_self()->sip) {
		v.rsp = (uint32_t)v.rsp;
		v.rip = (uint32_t)v.rip;
		v.r14 = 0;
		v.rdi = sipframe_offset(v.rdi);
		v.rsi = sipframe_offset(v.rsi);
	}
	return v;
}

static int sip_restore(struct uregs *u, uint64_t frame)
{
	const struct uregs *saved = sipframe_recall(frame);
	uint64_t base = thread_self()->window;

	if (saved != NULL) {
		struct uregs seen = as_seen(saved);

		if (memcmp(&seen, u, UREGS_RFLAGS) == 0 && seen.rip == u->rip &&
			((seen.rflags ^ u->rflags) & EFLAGS_USER) == 0) {
			*u = *saved;
			u->orig_rax = UINT64_MAX;
			u->full = 1;
			return 0;
		}
	}
	if (!sip_is_label((uint32_t)u->rip))
		return -EFAULT;
	u->rip = TEXT_BASE + (uint32_t)u->rip;
	u->rsp = base + (uint32_t)u->rsp;
	u->r14 = base;
	return 0;
}

static void save_registers(struct linux_sigcontext *c, const struct uregs *u)
{
	const struct tproc *tp = tproc_self();

	*c = (struct linux_sigcontext){
		.r8 = u->r8,
		.r9 = u->r9,
		.r10 = u->r10,
		.r11 = u->r11,
		.r12 = u->r12,
		.r13 = u->r13,
		.r14 = u->r14,
		.r15 = u->r15,
		.rdi = u->rdi,
		.rsi = u->rsi,
		.rbp = u->rbp,
		.rbx = u->rbx,
		.rdx = u->rdx,
		.rax = u->rax,
		.rcx = u->rcx,
		.rsp = u->rsp,
		.rip = u->rip,
		.rflags = u->rflags,
		.cs = USER_CS,
		.ss = USER_SS,
		.err = tp->trap_err,
		.trapno = tp->trap_no,
		.cr2 = tp->trap_addr,
	};
}

/* Where the frame goes: *fp for the XSAVE image; the frame itself below. -EFAULT: no room on the
 * alternate stack. */
static int place(
	const struct uregs *u, const struct linux_sigaction *act, uint64_t *frame, uint64_t *fp)
{
	const struct thread *t = thread_self();
	const struct linux_stack *alt = &t->tp->altstack;
	uint64_t sp = u->rsp - RED_ZONE;
	bool nested = sigframe_on_altstack(t, u->rsp), entering = false;

	if ((act->flags & SA_ONSTACK) && !nested && alt->size != 0 && !(alt->flags & SS_DISABLE)) {
		sp = alt->sp + alt->size;
		entering = true;
	}
	*fp = (sp - (plat_xsave_size() + 4)) & ~63ull;
	*frame = ((*fp - sizeof(struct linux_rt_sigframe)) & ~15ull) - 8;
	if ((nested || entering) && (*frame <= alt->sp || *frame > alt->sp + alt->size))
		return -EFAULT;
	return 0;
}

int sigframe_push(struct uregs *u, const struct linux_sigaction *act,
	const struct linux_siginfo *si, uint64_t mask)
{
	struct tproc *tp = tproc_self();
	struct linux_rt_sigframe f;
	const struct uregs seen = as_seen(u);
	bool sip = proc_self()->sip;
	uint64_t frame, fp;

	if (!(act->flags & SA_RESTORER) || !user_rip_ok(act->handler) ||
		(sip && !user_rip_ok(act->restorer)))
		return -EFAULT;
	int r = place(&seen, act, &frame, &fp);
	if (r == 0)
		r = push_fpstate(fp);
	if (r < 0)
		return r;
	memset(&f, 0, sizeof f);
	f.pretcode = act->restorer;
	f.uc.flags = UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	f.uc.stack = tp->altstack;
	f.uc.sigmask = mask;
	save_registers(&f.uc.mc, &seen);
	f.uc.mc.oldmask = mask;
	f.uc.mc.fpstate = fp;
	f.info = *si;
	r = copy_to_user(uaddr(frame), &f, sizeof f);
	if (r == 0 && sip)
		r = sipframe_remember((uint32_t)frame, u);
	if (r < 0)
		return r;
	if (tp->altstack.flags & SS_AUTODISARM)
		tp->altstack = (struct linux_stack){.flags = SS_DISABLE};
	plat_xinit(); /* a handler begins like a function: x87 empty, default control words */
	u->rip = sip ? TEXT_BASE + (uint32_t)act->handler : act->handler;
	u->rsp = sip ? thread_self()->window + (uint32_t)frame : frame;
	u->rdi = (uint64_t)si->signo;
	u->rsi = frame + offsetof(struct linux_rt_sigframe, info);
	u->rdx = frame + offsetof(struct linux_rt_sigframe, uc);
	u->rax = 0;
	u->rflags &= ~(uint64_t)(EFLAGS_DF | EFLAGS_TF | EFLAGS_RF);
	u->orig_rax = UINT64_MAX;
	u->full = 1;
	return 0;
}

/* ---- pop ---- */

/* Makes the image in b (size bytes, at least the legacy area from the user) one that XRSTOR
 * accepts: SDM vol. 1, 13.8. */
static void vet_fpstate(uint8_t *b, size_t size, uint64_t features)
{
	static uint32_t mxcsr_mask;
	uint32_t mxcsr;
	uint64_t bv;

	if (mxcsr_mask == 0) {
		uint8_t *area = thread_self()->xstate; /* unused while the thread runs */
		plat_xsave(area);
		memcpy(&mxcsr_mask, area + MXCSR_MASK_OFF, 4);
		if (mxcsr_mask == 0)
			mxcsr_mask = MXCSR_MASK_DEFAULT;
	}
	memcpy(&mxcsr, b + FPX_MXCSR_OFF, 4);
	mxcsr &= mxcsr_mask;
	memcpy(b + FPX_MXCSR_OFF, &mxcsr, 4);
	memcpy(&bv, b + XSTATE_BV_OFF, 8);
	/* protection keys are the kernel's (doc/sfi.md, iii) */
	bv &= features & plat_xfrm() & ~SGX_XFRM_PKRU;
	memset(b + XSTATE_BV_OFF, 0, XSAVE_HDR_END - XSTATE_BV_OFF);
	memcpy(b + XSTATE_BV_OFF, &bv, 8);
	(void)size;
}

/* How much of the image at `at` is the extended format: its features, or 0 for the legacy area
 * alone. */
static uint64_t extended_features(uint64_t at, size_t size)
{
	struct linux_fpx_sw sw;
	uint32_t magic2;

	if (get_user(&sw, uaddr(at + FPX_SW_OFF)) < 0 || sw.magic1 != FP_XSTATE_MAGIC1)
		return 0;
	if (sw.xstate_size != size || sw.extended_size < sw.xstate_size + 4)
		return 0;
	if (get_user(&magic2, uaddr(at + sw.xstate_size)) < 0 || magic2 != FP_XSTATE_MAGIC2)
		return 0;
	return sw.xfeatures;
}

static int pop_fpstate(uint64_t at)
{
	size_t size = plat_xsave_size();

	if (at == 0) {
		plat_xinit();
		return 0;
	}
	uint64_t features = extended_features(at, size);
	uint8_t *b = kzalloc(size + 64);
	if (b == NULL)
		return -ENOMEM;
	int r = copy_from_user(b, uaddr(at), features != 0 ? size : FPX_LEGACY_SIZE);
	if (r == 0) {
		if (features == 0) {
			uint64_t bv = features = XFEATURE_FP_SSE;
			memcpy(b + XSTATE_BV_OFF, &bv, 8);
		}
		vet_fpstate(b, size, features);
		plat_xrstor(b);
	}
	kfree(b);
	return r;
}

static void load_registers(struct uregs *u, const struct linux_sigcontext *c)
{
	*u = (struct uregs){
		.r8 = c->r8,
		.r9 = c->r9,
		.r10 = c->r10,
		.r11 = c->r11,
		.r12 = c->r12,
		.r13 = c->r13,
		.r14 = c->r14,
		.r15 = c->r15,
		.rdi = c->rdi,
		.rsi = c->rsi,
		.rbp = c->rbp,
		.rbx = c->rbx,
		.rdx = c->rdx,
		.rax = c->rax,
		.rcx = c->rcx,
		.rsp = c->rsp,
		.rip = c->rip,
		.rflags = (u->rflags & ~(uint64_t)EFLAGS_USER) | (c->rflags & EFLAGS_USER),
		.orig_rax = UINT64_MAX,
		.full = 1,
	};
}

static void restore_altstack(struct tproc *tp, const struct linux_stack *a)
{
	uint32_t mode = a->flags & ~SS_AUTODISARM;

	if (mode == SS_DISABLE)
		tp->altstack = (struct linux_stack){.flags = a->flags};
	else if ((mode == 0 || mode == SS_ONSTACK) && a->size >= MINSIGSTKSZ)
		tp->altstack = (struct linux_stack){
			.sp = a->sp, .size = a->size, .flags = a->flags & SS_AUTODISARM};
}

long sigframe_pop(struct uregs *u)
{
	struct thread *t = thread_self();
	struct linux_ucontext uc;

	/* the handler's ret has popped pretcode */
	int r = get_user(&uc, uaddr(u->rsp));
	uint64_t frame = (uint32_t)u->rsp - sizeof(uint64_t);
	struct uregs new = *u;

	if (r == 0) {
		load_registers(&new, &uc.mc);
		r = t->proc->sip ? sip_restore(&new, frame) : user_rip_ok(uc.mc.rip) ? 0 : -EFAULT;
	}
	if (r == 0)
		r = pop_fpstate(uc.mc.fpstate);
	u->orig_rax = UINT64_MAX;
	if (r < 0) {
		signal_fault(SIGSEGV, SI_KERNEL, 0);
		return 0;
	}
	signal_set_mask(t, uc.sigmask);
	*u = new;
	restore_altstack(t->tp, &uc.stack);
	return (long)u->rax;
}
