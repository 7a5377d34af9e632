/* SPDX-License-Identifier: Apache-2.0 */
/*
 * __vdso_sgx_enter_enclave of the preloaded emulator: nobody tells us of new threads, so the first
 * entry of each prepares it. If that fails emu_enter reports #UD, as on a CPU without SGX.
 */
	.text
	.globl preload_enter
	.hidden preload_enter
	.type preload_enter, @function
preload_enter:
	mov	emu_self@gottpoff(%rip), %rax
	cmpq	$0, %fs:(%rax)
	jne	emu_enter
	push	%rdi
	push	%rsi
	push	%rdx
	push	%rcx
	push	%r8
	push	%r9
	sub	$8, %rsp
	call	emu_thread_init
	add	$8, %rsp
	pop	%r9
	pop	%r8
	pop	%rcx
	pop	%rdx
	pop	%rsi
	pop	%rdi
	jmp	emu_enter
	.size preload_enter, . - preload_enter
	.section .note.GNU-stack, "", @progbits
