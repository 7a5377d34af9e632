/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between user code and kernel inside the enclave: the system call gates, the way back, stage 2 of
 * exceptions, and the switch between kernel stacks.
 *
 * User code runs at the kernel's own privilege; nothing here traps. An AEX between a gate and the
 * final jump has RIP in the kernel, so stage 1 never takes the half-switched registers for a user's:
 * that is why scratch words of the vCPU block are safe and why no window needs emulating (rule R5).
 */
#include "enclave_asm.h"

	.text

/* The rest of struct uregs, below orig_rax and full; \rip and \rsp are where the user's are. */
	.macro SAVE_USER rip, rsp
	pushq	\rip
	pushfq
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%r11
	pushq	%r10
	pushq	%r9
	pushq	%r8
	pushq	%rdi
	pushq	%rsi
	pushq	%rbp
	pushq	\rsp
	pushq	%rbx
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	.endm

/* All but rax, rcx, r11 and rsp, from struct uregs at rsp. Flags stay. */
	.macro LOAD_USER
	movq	UREGS_RDX(%rsp), %rdx
	movq	UREGS_RBX(%rsp), %rbx
	movq	UREGS_RBP(%rsp), %rbp
	movq	UREGS_RSI(%rsp), %rsi
	movq	UREGS_RDI(%rsp), %rdi
	movq	UREGS_R8(%rsp), %r8
	movq	UREGS_R9(%rsp), %r9
	movq	UREGS_R10(%rsp), %r10
	movq	UREGS_R12(%rsp), %r12
	movq	UREGS_R13(%rsp), %r13
	movq	UREGS_R14(%rsp), %r14
	movq	UREGS_R15(%rsp), %r15
	.endm

/*
 * Reached by jmp from a patched `syscall` of a plain program, with that instruction's contract:
 * RCX = where to go on; RAX, RDI, RSI, RDX, R10, R8, R9 the call; all but RAX, RCX, R11 preserved.
 * The user's stack and red zone are not touched.
 */
FUNC(plain_syscall_entry)
	movq	%rsp, %gs:VCPU_USER_RSP
	movq	%gs:VCPU_KSTACK, %rsp
	pushq	$0
	pushq	%rax
	SAVE_USER %rcx, %gs:VCPU_USER_RSP
syscall_common:
	testl	$(RFLAGS_AC | RFLAGS_DF), UREGS_RFLAGS(%rsp)
	jnz	2f
1:	movq	%rsp, %rdi
	call	kernel_syscall
	cmpq	$0, UREGS_FULL(%rsp)
	jne	resume_exact
	/* Short way: OF by an addition and the rest by sahf, for popfq costs more than all of this. */
	movl	UREGS_RFLAGS(%rsp), %ecx
	movb	%cl, %ah
	shrl	$11, %ecx
	andb	$1, %cl
	movb	%cl, %al
	LOAD_USER
	addb	$0x7f, %al
	sahf
	movq	UREGS_RFLAGS(%rsp), %r11	/* as syscall leaves it; never a word of the kernel's */
	movq	UREGS_RIP(%rsp), %rcx
	movq	UREGS_RAX(%rsp), %rax
	movq	UREGS_RSP(%rsp), %rsp
	jmp	*%rcx
2:	pushq	$RFLAGS_FIXED		/* rare: clean flags now, the user's again by the exact way */
	popfq
	movq	$1, UREGS_FULL(%rsp)
	jmp	1b
END(plain_syscall_entry)

/*
 * Reached by `call *%fs:0x10` of a SIP. The return address lies in the SIP's memory, where another
 * of its threads may change or unmap it: it is read once, forced into the text window, and must be a
 * true label (doc/sfi.md, K6; the bytes before the first label of all texts cannot be read, and no
 * gate call is there). A fault up to sip_gate_user_end is the SIP's own (exception.c).
 */
FUNC(sip_syscall_entry)
sip_gate_user_begin:
	movq	(%rsp), %rcx
	movl	%ecx, %ecx
	btsq	$TEXT_SHIFT, %rcx
	cmpl	$ENDBR_LABEL, (%rcx)
	jne	2f
	movl	-4(%rcx), %r11d
	shrl	$8, %r11d
	cmpl	$FALSE_LABEL, %r11d
	jne	1f
2:	ud2
sip_gate_user_end:
1:	addq	$8, %rsp
	movq	%rsp, %fs:SIP_USER_RSP
	movq	%fs:SIP_KSTACK, %rsp
	pushq	$0
	pushq	%rax
	SAVE_USER %rcx, %fs:SIP_USER_RSP
	jmp	syscall_common
END(sip_syscall_entry)

/* ERESUME comes here after stage 1: RDI = RBX = uregs, RSI = trap, RSP below both, gs and fs the user's. */
FUNC(stage2)
	call	kernel_trap
	movq	%rbx, %rsp
	jmp	resume_exact
END(stage2)

/* _Noreturn void plat_user_resume(struct uregs *u) */
FUNC(plat_user_resume)
	movq	%rdi, %rsp
/* RSP = struct uregs on the current kernel stack. Every register and flag exactly. */
resume_exact:
	movq	%rsp, %rcx
	andq	$-KSTACK_SIZE, %rcx
	movq	KSTACK_VCPU(%rcx), %rcx
	movq	UREGS_RIP(%rsp), %rax
	movq	UREGS_RFLAGS(%rsp), %r11
	andl	$RFLAGS_USER, %r11d
	orl	$RFLAGS_FIXED, %r11d
	movq	VCPU_SIP(%rcx), %rdx
	testq	%rdx, %rdx
	jnz	1f
	movq	%rax, VCPU_RESUME_RIP(%rcx)
	pushq	%r11
	popfq
	LOAD_USER
	movq	UREGS_RAX(%rsp), %rax
	movq	UREGS_RCX(%rsp), %rcx
	movq	UREGS_R11(%rsp), %r11
	movq	UREGS_RSP(%rsp), %rsp
resume_jump_plain:
	jmp	*%gs:VCPU_RESUME_RIP
1:	movq	%rax, SIP_RESUME_RIP(%rdx)
	pushq	%r11
	popfq
	LOAD_USER
	movq	UREGS_RAX(%rsp), %rax
	movq	UREGS_RCX(%rsp), %rcx
	movq	UREGS_R11(%rsp), %r11
	movq	UREGS_RSP(%rsp), %rsp
resume_jump_sip:
	jmp	*%fs:SIP_RESUME_RIP
END(plat_user_resume)

/*
 * void plat_switch(uint64_t *save_rsp, uint64_t load_rsp)
 * The new stack inherits the vCPU block of the old one (vcpu_self); slot stacks lie next to theirs.
 */
FUNC(plat_switch)
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	%rsp, %rcx
	call	block_of_stack
	movq	%rsi, %rsp
	movabsq	$KSTACK_BASE, %rax
	cmpq	%rax, %rsi
	jb	1f
	andq	$-KSTACK_SIZE, %rsi
	movq	%rcx, KSTACK_VCPU(%rsi)
1:	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
END(plat_switch)

/* RCX = a stack address -> its vCPU block. RAX lost. */
FUNC(block_of_stack)
	movabsq	$KSTACK_BASE, %rax
	cmpq	%rax, %rcx
	jb	1f
	andq	$-KSTACK_SIZE, %rcx
	movq	KSTACK_VCPU(%rcx), %rcx
	ret
1:	andq	$-VCPU_STRIDE, %rcx
	addq	$VCPU_BLOCK_OFF, %rcx
	ret
END(block_of_stack)

/* First frame of a new context (plat_ctx_new): R12 = fn, R13 = arg. */
FUNC(ctx_start)
	movq	%r13, %rdi
	xorl	%ebp, %ebp
	call	*%r12
	ud2
END(ctx_start)

	.globl	resume_jump_plain, resume_jump_sip, sip_gate_user_begin, sip_gate_user_end
	.hidden	resume_jump_plain, resume_jump_sip, sip_gate_user_begin, sip_gate_user_end
