/* SPDX-License-Identifier: Apache-2.0 */
/* longjmp: see setjmp.s. */
	.text
	.global _longjmp
	.global longjmp
	.type _longjmp,@function
	.type longjmp,@function
_longjmp:
longjmp:
	mov %esi,%eax
	test %eax,%eax
	jnz 1f
	inc %eax
1:	mov (%rdi),%rbx
	mov 8(%rdi),%rbp
	mov 16(%rdi),%r12
	mov 24(%rdi),%r13
	mov 40(%rdi),%r15
	mov 48(%rdi),%rsp
	jmp *56(%rdi)
	.section .note.GNU-stack,"",@progbits
