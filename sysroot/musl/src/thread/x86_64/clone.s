/* SPDX-License-Identifier: Apache-2.0 */
/* int __clone(fn, stack, flags, arg, ptid, tls, ctid); r11 belongs to the SFI policy. */
	.text
	.global __clone
	.hidden __clone
	.type __clone,@function
__clone:
	mov %rdi,%r10		/* fn */
	mov %rdx,%rdi		/* flags */
	mov %r8,%rdx		/* ptid */
	mov %r9,%r8		/* tls */
	mov %r10,%r9		/* fn outlives the system call in r9 */
	mov 8(%rsp),%r10	/* ctid */
	and $-16,%rsi
	sub $8,%rsi
	mov %rcx,(%rsi)
	mov $56,%eax		/* SYS_clone */
	syscall
	test %eax,%eax
	jnz 1f
	xor %ebp,%ebp
	pop %rdi
	call *%r9
	mov %eax,%edi
	mov $60,%eax		/* SYS_exit */
	syscall
	hlt
1:	ret
	.section .note.GNU-stack,"",@progbits
