/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memcpy by 16 bytes. musl's own moves single bytes by movsb, each of which the SFI policy would
 * turn into eight instructions. The tail is read before anything is written, so a forward overlap
 * is copied right, which memmove relies on.
 */
	.text
	.global memcpy
	.global __memcpy_fwd
	.hidden __memcpy_fwd
	.type memcpy,@function
memcpy:
__memcpy_fwd:
	mov %rdi,%rax
	cmp $16,%rdx
	jb 2f
	cmp $512,%rdx
	ja 3f
	movups -16(%rsi,%rdx),%xmm1
	lea -16(%rdi,%rdx),%r8
	sub %rdi,%rsi
1:	movups (%rsi,%rdi),%xmm0
	movups %xmm0,(%rdi)
	add $16,%rdi
	cmp %r8,%rdi
	jb 1b
	movups %xmm1,(%r8)
	ret
2:	cmp $8,%edx
	jae 4f
	cmp $4,%edx
	jae 5f
	test %edx,%edx
	jz 6f
	mov %rdx,%r9
	shr $1,%r9		/* first, middle and last byte of one to three */
	movzbl (%rsi),%ecx
	movzbl -1(%rsi,%rdx),%r8d
	movzbl (%rsi,%r9),%esi
	mov %sil,(%rdi,%r9)
	mov %r8b,-1(%rdi,%rdx)
	mov %cl,(%rdi)
	ret
3:	mov %rdx,%rcx
	rep movsb
	ret
4:	mov (%rsi),%rcx
	mov -8(%rsi,%rdx),%r8
	mov %rcx,(%rdi)
	mov %r8,-8(%rdi,%rdx)
	ret
5:	mov (%rsi),%ecx
	mov -4(%rsi,%rdx),%r8d
	mov %ecx,(%rdi)
	mov %r8d,-4(%rdi,%rdx)
6:	ret
	.section .note.GNU-stack,"",@progbits
