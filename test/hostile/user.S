/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain program that notices everything: after each way into the kernel and back it compares every
 * register, the flags, the vector and x87 state and its red zone with what they were. Copied to
 * U_TEXT by the test kernel. The host may interrupt it anywhere.
 */
#include "hostile.h"
#include "layout.h"

#define MXCSR_USER 0x5fa0 /* truncate, all masked, precision sticky */
#define FCW_USER   0x027f

	.section .rodata.user, "a", @progbits
	.globl user_begin, user_end
	.hidden user_begin, user_end
	.balign 4096
user_begin:
	jmp	start

/* Exit with the number of this line if the last comparison was unequal. */
#define EXPECT(cc)                                                                                 \
	j##cc 99f;                                                                                 \
	movl $__LINE__, %edi;                                                                      \
	jmp fail;                                                                                  \
	99:

/* A system call through a patched site: jmp with RCX = the next instruction. */
	.macro GATE nr
	movl	$\nr, %eax
	leaq	.Lback\@(%rip), %rcx
	jmp	*gate(%rip)
.Lback\@:
	.endm

fail:
	GATE	T_EXIT
	ud2

	.balign 8
gate:	.quad	0		/* filled in by the test kernel: see user_gate */
	.globl	user_gate
	.hidden	user_gate
	.set	user_gate, gate
mxcsr_user: .long MXCSR_USER
fcw_user: .long	FCW_USER
pattern:
	.set	i, 0
	.rept	64
	.byte	(i * 37) & 0xff
	.set	i, i + 1
	.endr

/* Everything but rax, rcx, r11 (scratch) and rsp gets a value of its own. */
set_state:
	movabsq	$0x1b1b1b1b1b1b1b1b, %rbx
	movabsq	$0x1d1d1d1d1d1d1d1d, %rdx
	movabsq	$0x15151515151515a5, %rbp
	movabsq	$0x1616161616161616, %rsi
	movabsq	$0x1717171717171717, %rdi
	movabsq	$0x0808080808080808, %r8
	movabsq	$0x0909090909090909, %r9
	movabsq	$0x1010101010101010, %r10
	movabsq	$0x1212121212121212, %r12
	movabsq	$0x1313131313131313, %r13
	movabsq	$0x1414141414141414, %r14
	movabsq	$0x5151515151515151, %r15
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqu	pattern+\n(%rip), %xmm\n
	.endr
	ldmxcsr	mxcsr_user(%rip)
	fninit
	fldcw	fcw_user(%rip)
	fldpi
	.irp	off, 8, 16, 64, 120, 128	/* below this function's return address */
	movq	$\off, -\off(%rsp)
	.endr
	ret

	.macro SAME reg, value
	movabsq	$\value, %r11
	cmpq	%r11, \reg
	EXPECT(e)
	.endm

/* Compare with set_state. rax, rcx, r11 and flags are the caller's to look at before. */
check_state:
	SAME	%rbx, 0x1b1b1b1b1b1b1b1b
	SAME	%rdx, 0x1d1d1d1d1d1d1d1d
	SAME	%rbp, 0x15151515151515a5
	SAME	%rsi, 0x1616161616161616
	SAME	%rdi, 0x1717171717171717
	SAME	%r8, 0x0808080808080808
	SAME	%r9, 0x0909090909090909
	SAME	%r10, 0x1010101010101010
	SAME	%r12, 0x1212121212121212
	SAME	%r13, 0x1313131313131313
	SAME	%r14, 0x1414141414141414
	SAME	%r15, 0x5151515151515151
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
	movdqu	pattern+\n(%rip), %xmm15
	pcmpeqb	%xmm\n, %xmm15
	pmovmskb %xmm15, %r11d
	cmpl	$0xffff, %r11d
	EXPECT(e)
	.endr
	leaq	-256(%rsp), %rsp
	stmxcsr	(%rsp)
	cmpl	$MXCSR_USER, (%rsp)
	EXPECT(e)
	fnstcw	(%rsp)
	cmpw	$FCW_USER, (%rsp)
	EXPECT(e)
	fldpi
	fcomip	%st(1), %st
	EXPECT(e)
	fstp	%st(0)
	leaq	256(%rsp), %rsp
	.irp	off, 8, 16, 64, 120, 128
	cmpq	$\off, -\off(%rsp)
	EXPECT(e)
	.endr
	ret

/* set_state and check_state are reached by call, so their red zone is 8 lower than the gate's. */
	.macro STATE_SET
	call	set_state
	subq	$8, %rsp
	.endm
	.macro STATE_CHECK
	addq	$8, %rsp
	call	check_state
	.endm

	.macro GATE_KEEPS nr
	STATE_SET
	GATE	\nr
	STATE_CHECK
	.endm

start:
	movq	$0, %r12
	GATE	T_FLAGS
	cmpq	$1, %rax
	EXPECT(e)

	/* arguments and result */
	movl	$1, %edi
	movl	$10, %esi
	movl	$100, %edx
	movl	$1000, %r10d
	movl	$10000, %r8d
	movl	$100000, %r9d
	GATE	T_NOP
	cmpq	$111111, %rax
	EXPECT(e)

	GATE_KEEPS T_FLAGS
	GATE_KEEPS T_DOORBELL
	GATE_KEEPS T_KICK
	GATE_KEEPS T_IDLE
	GATE_KEEPS T_SWITCH
	GATE_KEEPS T_LOG

	/* the flags across the short way: CF PF AF ZF SF OF in two opposite settings */
	.irp	flags, 0x8d5, 0x002, 0x801, 0x090
	pushq	$\flags
	popfq
	GATE	T_NOP
	pushfq
	popq	%rdx
	andl	$0xcd5, %edx
	cmpl	$(\flags & 0xcd5), %edx
	EXPECT(e)
	.endr

	/* DF and AC: the kernel must not see them, and we must again */
	pushq	$0x40402
	popfq
	GATE	T_FLAGS
	pushfq
	popq	%rdx
	pushq	$2
	popfq
	andl	$0x40400, %edx
	cmpl	$0x40400, %edx
	EXPECT(e)
	cmpq	$1, %rax
	EXPECT(e)

	/* a trapped syscall: same contract, and RCX = next, R11 = flags as on Linux */
	STATE_SET
	stc
	movl	$T_FLAGS, %eax
	syscall
1:	EXPECT(c)
	leaq	1b(%rip), %rbx
	cmpq	%rbx, %rcx
	EXPECT(e)
	cmpq	$1, %rax
	EXPECT(e)
	movabsq	$0x1b1b1b1b1b1b1b1b, %rbx
	STATE_CHECK

	/* a page fault is transparent, to rax, rcx, r11 and flags too */
	STATE_SET
	movabsq	$U_LAZY, %r11
	movabsq	$0x7777777777777777, %rcx
	stc
	movq	(%r11), %rax
	EXPECT(c)
	testq	%rax, %rax
	EXPECT(z)
	movabsq	$U_LAZY, %rax
	cmpq	%rax, %r11
	EXPECT(e)
	movabsq	$0x7777777777777777, %rax
	cmpq	%rax, %rcx
	EXPECT(e)
	STATE_CHECK

	/* skipped by the kernel: ud2, cpuid, division by zero, an x87 and an SSE exception */
	STATE_SET
	ud2
	STATE_CHECK
	STATE_SET
	movl	$0x12345678, %eax
	cpuid				/* the kernel counts and skips */
	cmpl	$0x12345678, %eax
	EXPECT(e)
	STATE_CHECK
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	movl	$1, %eax
	divl	%ecx			/* two bytes, as all that are skipped */
	STATE_SET
	int3				/* #UD: not a debug enclave. one byte and a nop */
	nop
	STATE_CHECK

	/* alignment check: the kernel clears AC and lets us go on */
	pushq	$0x40002
	popfq
	movl	pattern+1(%rip), %eax
	pushfq
	popq	%rdx
	pushq	$2
	popfq
	testl	$0x40000, %edx
	EXPECT(z)

	/* a RIP that cannot be: reported as ours, and the kernel sends us on */
	leaq	1f(%rip), %rbx
	GATE	T_BADRIP
	movl	$__LINE__, %edi
	jmp	fail
1:	cmpl	$13, %eax		/* the vector */
	EXPECT(e)

	GATE	T_LOOP
	testl	%eax, %eax
	jnz	start
	GATE	T_SIP			/* goes on there */
	movl	$__LINE__, %edi
	jmp	fail

/*
 * The same for a SIP: gs base is its window, data by 32-bit offsets, the gate through fs. At
 * TEXT_BASE + S_OFFSET lies a second copy of all this; its gate word leads to sip_fail.
 */
	.globl	sip_begin, sip_fail
	.hidden	sip_begin, sip_fail
	.macro SIP_GATE nr
	movl	$\nr, %eax
	callq	*%fs:0x10
	endbr64
	.endm
sip_begin:
	endbr64
	movl	$S_DATA, %r14d
	movq	$0x5a5a, %gs:(%r14d)
	call	set_state
	movl	$S_DATA, %r14d
	movq	%rsp, %rax
	movq	%rax, %gs:8(%r14d)
	movabsq	$0x1414141414141414, %r14
	subq	$144, %rsp	/* a call: the red zone would be hit by it */
	SIP_GATE T_FLAGS
	addq	$144, %rsp
	cmpq	$1, %rax
	EXPECT(e)
	call	check_state
	movl	$S_DATA, %r14d
	cmpq	$0x5a5a, %gs:(%r14d)
	EXPECT(e)
	cmpq	%rsp, %gs:8(%r14d)
	EXPECT(e)
	.irp	nr, T_DOORBELL, T_IDLE, T_SWITCH
	call	set_state
	subq	$144, %rsp	/* a call: the red zone would be hit by it */
	SIP_GATE \nr
	addq	$144, %rsp
	call	check_state
	movl	$S_DATA, %r14d
	cmpq	$0x5a5a, %gs:(%r14d)
	EXPECT(e)
	.endr
	/* a fault, and the exact way back */
	call	set_state
	subq	$8, %rsp
	ud2
	addq	$8, %rsp
	call	check_state
	movl	$S_DATA, %r14d
	cmpq	$0x5a5a, %gs:(%r14d)
	EXPECT(e)
	/* a return address that is no label: our own fault, nothing of the kernel's */
	leaq	1f(%rip), %rbx
	movl	$T_NOP, %eax
	callq	*%fs:0x10
	nop
	nop
	movl	$__LINE__, %edi
	jmp	sip_fail
1:	cmpl	$6, %eax
	EXPECT(e)
	/* a stack that is not there: likewise */
	movq	%rsp, %r13
	leaq	1f(%rip), %rbx
	movl	$T_NOP, %eax
	movabsq	$S_WINDOW + 0x1000, %rsp
	jmpq	*%fs:0x10
1:	cmpl	$14, %eax
	EXPECT(e)
	movl	$T_GOOD, %edi
sip_fail:
	movabsq	$S_WINDOW + S_DATA + 0x800, %rsp
	SIP_GATE T_EXIT
	ud2
user_end:
