/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int encl_enter_raw(regs rdi, leaf esi, run rdx, enter rcx, stack r8): load struct encl_regs, switch to the
 * stack, enter, store. The stack matters: a later ERESUME must come from where the EENTER came from,
 * because an AEX after it goes back to the URSP and URBP of that EENTER.
 * The enclave of these tests clobbers what it likes; the callee-saved registers, MXCSR and the x87
 * control word are put back here.
 */
	.text
	.globl encl_enter_raw
	.type encl_enter_raw, @function
encl_enter_raw:
	push	%rbp
	mov	%rsp, %rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	sub	$16, %rsp
	stmxcsr	(%rsp)
	fnstcw	8(%rsp)
	mov	%rsp, %rax
	mov	%r8, %rsp
	push	%rdi
	push	%rax
	push	%rdx		/* run: the seventh argument */
	mov	%rcx, %rax
	mov	%esi, %ecx
	mov	24(%rdi), %r8
	mov	32(%rdi), %r9
	mov	16(%rdi), %rdx
	mov	8(%rdi), %rsi
	mov	(%rdi), %rdi
	call	*%rax
	push	$2		/* DF, AC and the rest: the enclave's no more */
	popfq
	mov	16(%rsp), %rcx
	mov	%rdi, (%rcx)
	mov	%rsi, 8(%rcx)
	mov	%rdx, 16(%rcx)
	mov	%r8, 24(%rcx)
	mov	%r9, 32(%rcx)
	mov	8(%rsp), %rsp
	fninit
	fldcw	8(%rsp)
	ldmxcsr	(%rsp)
	add	$16, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret
	.size encl_enter_raw, . - encl_enter_raw
	.section .note.GNU-stack, "", @progbits
