/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int exit_probe(rdi, rsi, rdx, rsp, r8, r9, run): the vDSO's exit handler. Before any C runs it
 * stores what the enclave left in the registers that the vDSO has not used itself. AEX leaves RFLAGS.AC
 * as the enclave had it, and the vDSO passes it on: cleared here, for C expects it clear.
 */
	.text
	.globl	exit_probe
	.type	exit_probe, @function
exit_probe:
	pushfq
	andl	$~0x40000, (%rsp)
	popfq
	leaq	exit_seen(%rip), %rax
	movq	%rdi, (%rax)
	movq	%rsi, 8(%rax)
	movq	%rdx, 16(%rax)
	movq	%r8, 24(%rax)
	movq	%r9, 32(%rax)
	movq	%r10, 40(%rax)
	movq	%r11, 48(%rax)
	movq	%r12, 56(%rax)
	movq	%r13, 64(%rax)
	movq	%r14, 72(%rax)
	movq	%r15, 80(%rax)
	leaq	128(%rax), %rcx
	movl	$-1, %eax
	movl	$-1, %edx
	xsave64	(%rcx)
	movq	8(%rsp), %rdi
	subq	$8, %rsp
	call	world_on_exit
	addq	$8, %rsp
	ret
	.size	exit_probe, . - exit_probe

	.section .note.GNU-stack, "", @progbits
