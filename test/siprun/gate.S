/* SPDX-License-Identifier: Apache-2.0 */
/* The gate between a SIP program and siprun; the host's syscall wrapper for clone. */
#include <sys/syscall.h>

#include "siprun.h"

	.text

/* call *%fs:0x10 arrives here with the system call ABI; rcx and r11 are free. */
	.globl sip_gate
sip_gate:
	popq	%rcx
	movq	%rsp, %fs:BLOCK_USER_RSP
	movq	%fs:BLOCK_STACK, %rsp
	subq	$16, %rsp
	pushq	%fs:BLOCK_USER_RSP
	pushq	%rcx
	pushq	%rax
	pushq	%rbx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%rbp
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	movq	%rsp, %rdi
	movq	%rsp, %rbx
	andq	$-16, %rsp
	call	sip_syscall
	movq	%rbx, %rsp

/* Back to the program with the registers at rsp. */
leave:
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rbp
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rbx
	popq	%rax
	popq	%rcx
	popq	%rsp
	movl	%ecx, %ecx
	btsq	$45, %rcx
	cmpl	$0xfa1e0ff3, (%rcx)
	jne	1f
	jmp	*%rcx
1:	ud2

/* sip_enter(block, entry address, rsp) */
	.globl sip_enter
sip_enter:
	wrfsbase %rdi
	movq	$1, %rax
	shlq	$45, %rax
	movq	$16, %r14
	shlq	$40, %r14
	addq	%rax, %r14
	wrgsbase %r14
	movq	%rdx, %rsp
	movq	%rsi, %r11
	xorl	%eax, %eax
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	jmp	*%r11

/* long sip_clone(flags, child regs, ptid, ctid, block) */
	.globl sip_clone
sip_clone:
	movq	%rcx, %r10
	movq	%r8, %r9
	xorl	%r8d, %r8d
	movl	$SYS_clone, %eax
	syscall
	testq	%rax, %rax
	jz	1f
	ret
1:	wrfsbase %r9
	jmp	leave

	.section .note.GNU-stack,"",@progbits
