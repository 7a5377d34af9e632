/* SPDX-License-Identifier: Apache-2.0 */
/*
 * long __syscall_cp_asm(volatile int *cancel, nr, u, v, w, x, y, z): a cancellation point.
 * Between __cp_begin and __cp_end a pending cancellation diverts the thread to __cp_cancel.
 */
	.text
	.global __cp_begin
	.hidden __cp_begin
	.global __cp_end
	.hidden __cp_end
	.global __cp_cancel
	.hidden __cp_cancel
	.hidden __cancel
	.global __syscall_cp_asm
	.hidden __syscall_cp_asm
	.type __syscall_cp_asm,@function
__syscall_cp_asm:
__cp_begin:
	mov (%rdi),%eax
	test %eax,%eax
	jnz __cp_cancel
	mov %rdi,%r10		/* cancel */
	mov %rsi,%rax
	mov %rdx,%rdi
	mov %rcx,%rsi
	mov %r8,%rdx
	mov %r10,%rcx
	mov %r9,%r10
	mov 8(%rsp),%r8
	mov 16(%rsp),%r9
	mov %rcx,8(%rsp)	/* where __cancel's caller looks for it */
	syscall
__cp_end:
	ret
__cp_cancel:
	jmp __cancel
	.section .note.GNU-stack,"",@progbits
