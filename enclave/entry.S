/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enclave boundary: every EENTER starts at enclave_entry, every EEXIT leaves at leave_enclave.
 *
 * An entry inherits all registers, RFLAGS and the vector state from the host. Until the stack is the
 * enclave's own and the flags are clean: no push, no call, no access but aligned words relative to gs
 * (loaded from the TCS by the CPU) or rip, no string instruction. What an entry means comes from
 * CSSA (RAX, set by the CPU) and from the vCPU's own state alone.
 *
 * An AEX at any of these instructions is safe: with the vCPU not IN, or RIP in the kernel, stage 1
 * (entry_exception, exception.c) touches nothing but its own stack and lets the host ERESUME.
 */
#include "enclave_asm.h"

	.section .text.entry, "ax", @progbits

/* Initialise every vector component that this enclave owns; MXCSR from the image. rax, rdx lost. */
	.macro XINIT image
	movl	enclave_xfrm(%rip), %eax
	movl	enclave_xfrm+4(%rip), %edx
	xrstor64 \image(%rip)
	.endm

/* RAX = CSSA, RBX = TCS, RCX = the instruction after the host's EENTER, RDI = boot block. */
FUNC(enclave_entry)
	cld
	cmpq	$1, %rax
	ja	refuse
	je	entry_exception
	lfence
	movl	$DIE_DEAD, %r9d
	cmpl	$0, enclave_dead(%rip)
	jne	refuse_again
	movq	%gs:VCPU_STATE, %rax
	cmpq	$VCPU_OUT, %rax
	je	entry_continue
	testq	%rax, %rax
	jnz	refuse

	/* VCPU_FRESH: an idle stack, clean flags and vector state, then C. */
	rdgsbase %rbx
	movq	%rbx, %gs:VCPU_SELF
	movq	%rsp, %gs:VCPU_HOST_RSP
	movq	%rbp, %gs:VCPU_HOST_RBP
	movq	%rcx, %gs:VCPU_HOST_RET
	leaq	VCPU_IDLE_TOP(%rbx), %rsp
	pushq	$RFLAGS_FIXED
	popfq
	XINIT	entry_image
	movabsq	$VCPU_BASE, %rax
	movq	%rbx, %rsi
	subq	%rax, %rsi
	shrq	$VCPU_STRIDE_SHIFT, %rsi
	movq	%rsi, %gs:VCPU_INDEX
	jz	1f
	cmpl	$0, enclave_booted(%rip)
	je	3f
	jmp	2f
1:	movl	$1000, %ecx		/* the boot vCPU seeds the stack protector before any C runs */
	.Lrandom:
	rdrand	%rax
	jc	.Lseeded
	pause
	decl	%ecx
	jnz	.Lrandom
	movl	$DIE_RANDOM, %r9d
	movq	%gs:VCPU_HOST_RSP, %rsp
	movq	%gs:VCPU_HOST_RBP, %rbp
	movq	%gs:VCPU_HOST_RET, %rcx
	jmp	refuse_because
.Lseeded:
	movb	$0, %al			/* a zero byte stops a string overrun */
	movq	%rax, __stack_chk_guard(%rip)
2:	lfence
	movq	%rdi, %rsi
	movq	%rbx, %rdi
	xorl	%eax, %eax
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%ebp, %ebp
	movq	$VCPU_IN, %gs:VCPU_STATE
	call	start_vcpu
	ud2
3:	movl	$EXIT_IDLE, %edi	/* not booted yet: come back; still FRESH */
	xorl	%esi, %esi
	xorl	%r9d, %r9d
	movq	%rbx, %r10
	movl	$VCPU_FRESH, %r11d
	jmp	leave_vcpu
END(enclave_entry)

/* VCPU_OUT: return from vcpu_exit(). */
FUNC(entry_continue)
	lfence
	movq	%rsp, %gs:VCPU_HOST_RSP
	movq	%rbp, %gs:VCPU_HOST_RBP
	movq	%rcx, %gs:VCPU_HOST_RET
	movq	%gs:VCPU_EXIT_RSP, %rsp
	pushq	$RFLAGS_FIXED
	popfq
	movq	$VCPU_IN, %gs:VCPU_STATE
	XINIT	entry_image
	lfence
	movq	%gs:VCPU_EXIT_FS, %rax
	movq	%gs:VCPU_EXIT_GS, %rcx
	wrfsbase %rax
	wrgsbase %rcx
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	xorl	%eax, %eax
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d
	ret
END(entry_continue)

/* void vcpu_exit(struct vcpu *v, uint64_t reason, uint64_t rsi, uint64_t rdx) */
FUNC(vcpu_exit)
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, VCPU_EXIT_RSP(%rdi)
	rdfsbase %rax
	movq	%rax, VCPU_EXIT_FS(%rdi)
	rdgsbase %rax
	movq	%rax, VCPU_EXIT_GS(%rdi)
	movq	%rdi, %r10
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %r9
	movl	$VCPU_OUT, %r11d
/* RDI, RSI, R9 = what the host gets in RDI, RSI, RDX; R10 = vCPU block, R11 = its next state */
leave_vcpu:
	movq	VCPU_HOST_RET(%r10), %rbx
	movq	VCPU_HOST_RSP(%r10), %rsp
	movq	VCPU_HOST_RBP(%r10), %rbp
	movq	%r11, VCPU_STATE(%r10)
/* RBX = where to; RSP, RBP the host's already */
leave_enclave:
	movq	%rbx, %rax
	shrq	$ELRANGE_SHIFT, %rax
	jz	.Linside
	XINIT	exit_image
	movq	%r9, %rdx
	movl	$SGX_EEXIT, %eax
	xorl	%ecx, %ecx
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
	.globl	eexit_insn
eexit_insn:
	enclu
.Linside:
	ud2
END(vcpu_exit)

/*
 * CSSA = 1: an AEX left its context in SSA[0]. If the vCPU is not IN, it was on its way in or out,
 * possibly on the host's stack: there is nothing to do but to go on, and an exception is fatal. A dead
 * enclave is not refused here: a tick may come just before the EEXIT that brings the reason out.
 */
FUNC(entry_exception)
	lfence
	cmpq	$VCPU_IN, %gs:VCPU_STATE
	jne	1f
	movq	%rsp, %r12
	movq	%rbp, %r13
	movq	%rcx, %r14
	rdgsbase %rdi
	leaq	VCPU_EXC_TOP(%rdi), %rsp
	pushq	$RFLAGS_FIXED
	popfq
	xorl	%ebp, %ebp
	call	exception_stage1
	movq	%r12, %rsp
	movq	%r13, %rbp
	movq	%r14, %rcx
	movq	%rax, %r9
	testq	%rax, %rax
	jnz	refuse_because
2:	movl	$EXIT_RESUME, %edi
	xorl	%esi, %esi
	xorl	%r9d, %r9d
	movq	%rcx, %rbx
	jmp	leave_enclave
1:	movl	$DIE_EARLY, %r9d
	testl	$SGX_EXITINFO_VALID, %gs:VCPU_SSA0_GPR + SGX_GPR_EXITINFO
	jz	2b
	jmp	refuse_because
END(entry_exception)

/* The only answer to an entry that makes no sense. RSP, RBP are the host's, RCX where it waits. */
FUNC(refuse)
	movl	$DIE_ENTRY, %r9d
refuse_because:
	movl	$1, enclave_dead(%rip)
refuse_again:
	movl	$EXIT_DEAD, %edi
	movl	$DIE_STATUS, %esi
	movq	%rcx, %rbx
	jmp	leave_enclave
END(refuse)

/* Where a vCPU is sent whose SSA[0] must never be resumed (exception.c). */
FUNC(dead_end)
	ud2
END(dead_end)

	.section .data.entry, "aw", @progbits
	.balign 8
	.globl	enclave_xfrm, enclave_dead, __stack_chk_guard
	.hidden	enclave_xfrm, enclave_dead, __stack_chk_guard
enclave_xfrm:
	.quad	-1
__stack_chk_guard:
	.quad	0
enclave_dead:
	.long	0
	.long	0

/* XSAVE images with nothing in them: XRSTOR initialises, and takes MXCSR. */
	.section .rodata.entry, "a", @progbits
	.macro XIMAGE mxcsr
	.balign 64
	.fill	24, 1, 0
	.long	\mxcsr, 0xffff
	.fill	SGX_XSAVE_LEGACY_SIZE + SGX_XSAVE_HEADER_SIZE - 32, 1, 0
	.endm
entry_image:				/* all masked, sticky bits set (MCDT) */
	XIMAGE	0x1fbf
	.globl	exit_image
	.hidden	exit_image
exit_image:
	XIMAGE	0x1f80
