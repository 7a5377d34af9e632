/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First instructions of every signal handler. Linux does not switch FS and GS base for a handler: it
 * may start with the enclave's, and no C (thread-local data, stack protector) may run before the
 * host's are back. The thread block is found from the alternate stack recorded in the ucontext,
 * which is ours if aligned as ours are and marked with the magic word; threads without one never
 * enter an enclave. AC may be the enclave's too (the kernel clears only DF, TF, RF).
 */
#include "emu_asm.h"

	.text
	.globl emu_signal_entry
	.hidden emu_signal_entry
	.p2align 4
	.type emu_signal_entry, @function
emu_signal_entry:		/* rdi sig, rsi siginfo, rdx ucontext */
	push	$2
	popfq
	xor	%ecx, %ecx
	xor	%r8d, %r8d
	mov	EMU_UC_SS_SP(%rdx), %rax
	mov	%eax, %r9d
	and	$(EMU_AREA_SIZE - 1), %r9d
	cmp	$EMU_STACK_OFF, %r9d
	jne	.Lplain
	movabs	$EMU_STACK_MAGIC, %r9
	cmp	%r9, (%rax)
	jne	.Lplain
	lea	-EMU_STACK_OFF(%rax), %rcx
	sub	$24, %rsp	/* struct emu_fsgs; RSP becomes a multiple of 16 */
	rdfsbase %rax
	mov	%rax, (%rsp)
	rdgsbase %rax
	mov	%rax, 8(%rsp)
	mov	EMU_T_FRAME + EMU_F_HOSTFS(%rcx), %rax
	wrfsbase %rax
	mov	EMU_T_FRAME + EMU_F_HOSTGS(%rcx), %rax
	wrgsbase %rax
	mov	%rsp, %r8
	call	emu_signal	/* rcx thread, r8 fsgs */
	mov	(%rsp), %rax
	wrfsbase %rax
	mov	8(%rsp), %rax
	wrgsbase %rax
	add	$24, %rsp
	ret			/* rt_sigreturn */
.Lplain:
	sub	$8, %rsp
	call	emu_signal
	add	$8, %rsp
	ret
	.size emu_signal_entry, . - emu_signal_entry

	.section .note.GNU-stack, "", @progbits
