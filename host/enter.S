/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int vcpu_enter(enter, boot, run): call a function with the ABI of __vdso_sgx_enter_enclave, which
 * takes `run` on the stack and gives back neither RBX nor R12-R15. See vcpu.c for the prototype.
 */
#include "sgx_asm.h"

	.text
	.globl	vcpu_enter
	.hidden	vcpu_enter
	.type	vcpu_enter, @function
vcpu_enter:
	push	%rbp
	mov	%rsp, %rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdx		/* seventh argument; the stack is 16-aligned here */
	mov	%rdi, %rax
	mov	%rsi, %rdi
	xor	%esi, %esi
	xor	%edx, %edx
	mov	$SGX_EENTER, %ecx
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	call	*%rax
	lea	-40(%rbp), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret
	.size	vcpu_enter, . - vcpu_enter
	.section .note.GNU-stack, "", @progbits
