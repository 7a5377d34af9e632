/* SPDX-License-Identifier: Apache-2.0 */
/* setjmp: the layout of jmp_buf is musl's; the slot of r14, which never changes, stays empty. */
	.text
	.global __setjmp
	.global _setjmp
	.global setjmp
	.type __setjmp,@function
	.type _setjmp,@function
	.type setjmp,@function
__setjmp:
_setjmp:
setjmp:
	mov %rbx,(%rdi)
	mov %rbp,8(%rdi)
	mov %r12,16(%rdi)
	mov %r13,24(%rdi)
	mov %r15,40(%rdi)
	lea 8(%rsp),%rdx	/* rsp as the caller has it after the return */
	mov %rdx,48(%rdi)
	mov (%rsp),%rdx
	mov %rdx,56(%rdi)
	xor %eax,%eax
	ret
	.section .note.GNU-stack,"",@progbits
