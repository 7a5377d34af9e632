/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A test enclave: one small operation per EENTER, chosen by RDI. It does no register hygiene at all; the
 * tests look at what the emulator does to every register. Position independent; encl.h has the map.
 *
 * EENTER: RDI operation, RSI RDX R8 R9 arguments. EEXIT: RDI RSI RDX results, RBP and RSP as at entry.
 * With CSSA > 0 the operation is looked up in the second table.
 * The page at GS: 0 return address, 8 RSP, 16 RBP (24 32 40 for CSSA > 0), stack from the end down.
 */
#include "sgx_asm.h"
#include "encl_asm.h"

	.section .rodata.encl, "a"
	.globl encl_start, encl_end, encl_entry
	.p2align 12
encl_start:
encl_entry:
	test	%rax, %rax
	jnz	nested
	mov	%rcx, %gs:0
	mov	%rsp, %gs:8
	mov	%rbp, %gs:16
	rdgsbase %rsp
	add	$4096, %rsp
	lea	ops(%rip), %rax
	movslq	(%rax, %rdi, 4), %rcx
	add	%rcx, %rax
	call	*%rax
	.globl encl_leave
encl_leave:
	mov	%gs:8, %rsp
	mov	%gs:16, %rbp
	mov	%gs:0, %rbx
	mov	$SGX_EEXIT, %eax
	enclu
	ud2

nested:
	mov	%rcx, %gs:24
	mov	%rsp, %gs:32
	mov	%rbp, %gs:40
	mov	%rax, %r10	/* CSSA */
	rdgsbase %rsp
	add	$2048, %rsp
	cmp	$4, %rdi	/* after a user handler RDI is anything: do nothing then */
	ja	1f
	lea	nested_ops(%rip), %rax
	movslq	(%rax, %rdi, 4), %rcx
	add	%rcx, %rax
	call	*%rax
1:	mov	%gs:32, %rsp
	mov	%gs:40, %rbp
	mov	%gs:24, %rbx
	mov	$SGX_EEXIT, %eax
	enclu
	ud2

	.p2align 2
#define OP(nr, name) .long op_##name - ops;
ops:
	ENCL_OPS(OP)
#define NESTED(nr, name) .long nop_##name - nested_ops;
nested_ops:
	ENCL_NESTED_OPS(NESTED)

op_nop:
	ret
op_load:			/* rdi = *(u64 *)rsi */
	mov	(%rsi), %rdi
	ret
op_store:			/* *(u64 *)rsi = rdx */
	mov	%rdx, (%rsi)
	ret
op_enclu:			/* rax rsi, rbx rdx, rcx r8, rdx r9 -> rdi rax, rsi flags */
	mov	%rsi, %rax
	mov	%rdx, %rbx
	mov	%r8, %rcx
	mov	%r9, %rdx
	push	$0x8d7		/* CF PF AF ZF SF OF */
	popfq
	enclu
	pushfq
	pop	%rsi
	mov	%rax, %rdi
	ret
op_accept_many:			/* EACCEPT rdx pages from r8 with SECINFO rsi; rdi = first bad code */
	mov	%rdx, %r9
	mov	%rsi, %rbx
	mov	%r8, %rcx
	xor	%edi, %edi
1:	mov	$SGX_EACCEPT, %eax
	enclu
	test	%rax, %rax
	jnz	2f
	add	$4096, %rcx
	dec	%r9
	jnz	1b
2:	mov	%rax, %rdi
	ret
op_jump:			/* execute at rsi */
	jmp	*%rsi
op_ud2:
	ud2
	ret
op_syscall:
	mov	$39, %eax	/* getpid */
	syscall
	ret
op_int80:
	mov	$20, %eax
	int	$0x80
	ret
op_int3:
	int3
	ret
op_int99:
	int	$0x99
	ret
op_cpuid:
	xor	%eax, %eax
	cpuid
	ret
op_inb:
	xor	%edx, %edx
	in	%dx, %al
	ret
op_rdpmc:
	rdpmc
	ret
op_hlt:
	hlt
	ret
op_noncanonical:
	movabs	$0x8000000000000000, %rax
	mov	(%rax), %rax
	ret
op_div0:
	xor	%ecx, %ecx
	mov	$1, %eax
	xor	%edx, %edx
	div	%ecx
	ret
op_x87:				/* unmasked zero divide */
	fninit
	push	$0x037b
	fldcw	(%rsp)
	fld1
	fldz
	fdivrp
	fwait
	pop	%rax
	ret
op_sse:				/* unmasked zero divide */
	push	$0x1d80
	ldmxcsr	(%rsp)
	pop	%rax
	mov	$1, %eax
	cvtsi2sd %eax, %xmm0
	xorpd	%xmm1, %xmm1
	divsd	%xmm1, %xmm0
	ret
op_align:			/* AC set, misaligned load */
	pushfq
	orq	$0x40000, (%rsp)
	popfq
	mov	1(%rsp), %rax
	ret
op_lock_enclu:
	xor	%eax, %eax
	.byte	0xf2, 0x0f, 0x01, 0xd7
	ret
op_rex_exit:			/* REX before ENCLU is ignored */
	mov	%gs:8, %rsp
	mov	%gs:16, %rbp
	mov	%gs:0, %rbx
	mov	$SGX_EEXIT, %eax
	.byte	0x48, 0x0f, 0x01, 0xd7
	ud2
op_fsgs:			/* rdi fs, rsi gs, rdx flags */
	rdfsbase %rdi
	rdgsbase %rsi
	pushfq
	pop	%rdx
	ret
op_spin:			/* *(u64 *)rsi = 1, then until *(u64 *)rdx != 0 */
	movq	$1, (%rsi)
1:	pause
	cmpq	$0, (%rdx)
	je	1b
	ret
/* Put known values everywhere, stop at UD2 (skipped by the nested `skip`), compare. */
op_pattern:
	call	set_pattern
	.globl encl_pattern_stop
encl_pattern_stop:
	ud2
	jmp	check_pattern
/* The same, spinning instead: interrupted by a signal; r15 holds the address to watch. */
op_pattern_spin:
	mov	%rsi, %gs:64
	mov	%rdx, %gs:72
	call	set_pattern
	movq	$1, -8(%r15)
	.globl encl_spin_start, encl_spin_end
encl_spin_start:
1:	cmpq	$0, (%r15)
	je	1b
encl_spin_end:
	sub	%r15, %r15
	jmp	check_pattern

set_pattern:
	mov	%rdx, %r15
	pcmpeqd	%xmm0, %xmm0
	movdqa	%xmm0, %xmm15
	psrlq	$4, %xmm15
	push	$0x1f80
	ldmxcsr	(%rsp)
	movq	$0x027f, (%rsp)
	fninit
	fldcw	(%rsp)
	fldpi
	pop	%rax
	mov	$0xa1, %eax
	mov	$0xa2, %ebx
	mov	$0xa3, %ecx
	mov	$0xa4, %edx
	mov	$0xa5, %esi
	mov	$0xa6, %edi
	mov	$0xa7, %ebp
	mov	$0xa8, %r8d
	mov	$0xa9, %r9d
	mov	$0xaa, %r10d
	mov	$0xab, %r11d
	mov	$0xac, %r12d
	mov	$0xad, %r13d
	mov	$0xae, %r14d
	ret

#define SAME(val, reg, bit) cmp $val, reg; je 1f; bts $bit, %r15; 1:
check_pattern:			/* rdi = bit set of what differs */
	mov	$0, %r15d
	SAME(0xa1, %rax, 0)
	SAME(0xa2, %rbx, 1)
	SAME(0xa3, %rcx, 2)
	SAME(0xa4, %rdx, 3)
	SAME(0xa5, %rsi, 4)
	SAME(0xa6, %rdi, 5)
	SAME(0xa7, %rbp, 6)
	SAME(0xa8, %r8, 7)
	SAME(0xa9, %r9, 8)
	SAME(0xaa, %r10, 9)
	SAME(0xab, %r11, 10)
	SAME(0xac, %r12, 11)
	SAME(0xad, %r13, 12)
	SAME(0xae, %r14, 13)
	movq	%xmm0, %rax
	SAME(-1, %rax, 14)
	movq	%xmm15, %rax
	mov	$-1, %rbx
	shr	$4, %rbx
	cmp	%rbx, %rax
	je	1f
	bts	$15, %r15
1:	push	$0
	fnstcw	(%rsp)
	cmpw	$0x027f, (%rsp)
	je	1f
	bts	$16, %r15
1:	fistl	(%rsp)
	cmpl	$3, (%rsp)	/* pi */
	je	1f
	bts	$17, %r15
1:	fninit
	stmxcsr	(%rsp)
	cmpl	$0x1f80, (%rsp)
	je	1f
	bts	$18, %r15
1:	pop	%rax
	mov	%r15, %rdi
	ret
op_xstate:			/* rdi MXCSR, rsi FCW, rdx low 64 bits of xmm7 */
	push	$0
	stmxcsr	(%rsp)
	pop	%rdi
	push	$0
	fnstcw	(%rsp)
	pop	%rsi
	movq	%xmm7, %rdx
	ret
op_gprs:			/* store the GPRs found at entry at rsi (outside): r8.. r15 */
	mov	%r8, (%rsi)
	mov	%r9, 8(%rsi)
	mov	%r10, 16(%rsi)
	mov	%r11, 24(%rsi)
	mov	%r12, 32(%rsi)
	mov	%r13, 40(%rsi)
	mov	%r14, 48(%rsi)
	mov	%r15, 56(%rsi)
	ret
op_getfs_store:			/* set FS base to rsi, loop as op_spin on rdx */
	wrfsbase %rsi
	movq	$1, -8(%rdx)
1:	pause
	cmpq	$0, (%rdx)
	je	1b
	rdfsbase %rdi
	ret
op_bad_exit:			/* EEXIT to a non-canonical address */
	movabs	$0x8000000000000000, %rbx
	mov	$SGX_EEXIT, %eax
	enclu
	ret

/* CSSA > 0. */
nop_nop:
	ret
nop_skip:			/* SSA[cssa-1].RIP += rsi; rdi = EXITINFO */
	call	find_gpr
	add	%rsi, SGX_GPR_RIP(%rax)
	mov	SGX_GPR_EXITINFO(%rax), %edi
	ret
nop_dump:			/* copy frame cssa-1 to rsi, then RIP += rdx */
	call	find_gpr
	mov	%rsi, %rdi
	lea	-(4096 - SGX_GPR_SIZE)(%rax), %rsi
	mov	$512, %ecx
	cld
	rep	movsq
	add	%rdx, SGX_GPR_RIP(%rax)
	ret
nop_poke:			/* *(u64 *)(frame cssa-1 + rsi) = rdx */
	call	find_gpr
	lea	-(4096 - SGX_GPR_SIZE)(%rax), %rax
	mov	%rdx, (%rax, %rsi)
	ret
nop_ud2:
	ud2
	ret

/* rax = GPRSGX of frame r10 - 1; GS is the thread's data page, its SSA frames follow. */
find_gpr:
	rdgsbase %rax
	shl	$12, %r10
	add	%r10, %rax
	add	$(4096 - SGX_GPR_SIZE), %rax
	ret

	.p2align 12
encl_end:
	.section .note.GNU-stack, "", @progbits
