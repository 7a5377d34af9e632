/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulator's __vdso_sgx_enter_enclave. Register for register the kernel's contract: RDI, RSI, RDX,
 * R8, R9 pass through both ways, RAX, RBX, RCX are consumed, the enclave must bring RBP back.
 *
 * emu_aep is where the kernel's one ENCLU is: EENTER and ERESUME start there, and after an AEX a
 * signal return resumes there with RAX = 3 (or 2, if the loader's handler says so), RBX = TCS.
 * From there to emu_window_end the thread is on its private stack in the thread block; a signal in
 * that stretch is one that came just before the EENTER.
 */
#include "emu_asm.h"
#include "sgx_asm.h"

#define F(off) (off)(%rsp) /* a field of struct emu_frame while RSP points at it */
#define RUN    16(%rbp)

	.text
	.globl emu_enter, emu_aep, emu_exit_point, emu_fault_point, emu_window_end
	.hidden emu_enter, emu_aep, emu_exit_point, emu_fault_point, emu_window_end

	.p2align 4
	.type emu_enter, @function
emu_enter:
	push	%rbp
	mov	%rsp, %rbp
	push	%rbx
	mov	%ecx, %eax
.Lagain:
	mov	RUN, %rcx
	lea	-SGX_EENTER(%rax), %ebx
	cmp	$(SGX_ERESUME - SGX_EENTER), %ebx
	ja	.Linvalid
	mov	$SGX_RUN_RESERVED, %ebx
.Lreserved:
	cmpq	$0, (%rcx, %rbx)
	jne	.Linvalid
	add	$8, %ebx
	cmp	$SGX_RUN_SIZE, %ebx
	jne	.Lreserved
	mov	SGX_RUN_TCS(%rcx), %rbx
	lea	emu_aep(%rip), %rcx
	jmp	emu_aep

	/* thread_init() was not called: as if ENCLU were unknown here, #UD. */
.Lno_thread:
	mov	$6, %edi
	xor	%esi, %esi
	xor	%edx, %edx
	jmp	emu_fault_point

emu_aep:
	mov	emu_self@gottpoff(%rip), %rcx
	mov	%fs:(%rcx), %rcx
	jrcxz	.Lno_thread /* leaves RFLAGS, which the enclave inherits, alone */
	mov	%rax, EMU_T_FRAME + EMU_F_RAX(%rcx)
	mov	%rbx, EMU_T_FRAME + EMU_F_RBX(%rcx)
	mov	%rdx, EMU_T_FRAME + EMU_F_RDX(%rcx)
	mov	%rsi, EMU_T_FRAME + EMU_F_RSI(%rcx)
	mov	%rdi, EMU_T_FRAME + EMU_F_RDI(%rcx)
	mov	%rbp, EMU_T_FRAME + EMU_F_RBP(%rcx)
	mov	%rsp, EMU_T_FRAME + EMU_F_RSP(%rcx)
	mov	%r8, EMU_T_FRAME + EMU_F_R8(%rcx)
	mov	%r9, EMU_T_FRAME + EMU_F_R9(%rcx)
	mov	%r10, EMU_T_FRAME + EMU_F_R10(%rcx)
	mov	%r11, EMU_T_FRAME + EMU_F_R11(%rcx)
	mov	%r12, EMU_T_FRAME + EMU_F_R12(%rcx)
	mov	%r13, EMU_T_FRAME + EMU_F_R13(%rcx)
	mov	%r14, EMU_T_FRAME + EMU_F_R14(%rcx)
	mov	%r15, EMU_T_FRAME + EMU_F_R15(%rcx)
	lea	EMU_T_FRAME(%rcx), %rsp
	lea	emu_aep(%rip), %rax
	mov	%rax, F(EMU_F_RCX)
	pushfq
	popq	F(EMU_F_RFLAGS)
	push	$2
	popfq			/* DF = AC = TF = 0 for C */
	mov	%rcx, %rdi
	call	emu_enclu_enter
	test	%eax, %eax
	jnz	.Lfault

	mov	F(EMU_F_FSBASE), %rax
	wrfsbase %rax
	mov	F(EMU_F_GSBASE), %rax
	wrgsbase %rax
	mov	F(EMU_F_XRSTOR), %rax
	test	%rax, %rax
	jz	.Lregs
	mov	%rax, %rdx
	shr	$32, %rdx
	xrstor64 (EMU_T_XSAVE - EMU_T_FRAME)(%rsp)
.Lregs:
	mov	F(EMU_F_PKEY), %rcx
	jrcxz	.Lno_pkey
	lea	-2(%rcx, %rcx), %r8d	/* two bits of PKRU per key: both cleared */
	xor	%ecx, %ecx
	rdpkru
	mov	%r8d, %ecx
	mov	$3, %edx
	shl	%cl, %edx
	not	%edx
	and	%edx, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	wrpkru
.Lno_pkey:
	mov	F(EMU_F_CUR), %rax
	mov	%rax, (EMU_T_CUR - EMU_T_FRAME)(%rsp)
	mov	F(EMU_F_RAX), %rax
	mov	F(EMU_F_RBX), %rbx
	mov	F(EMU_F_RCX), %rcx
	mov	F(EMU_F_RDX), %rdx
	mov	F(EMU_F_RSI), %rsi
	mov	F(EMU_F_RDI), %rdi
	mov	F(EMU_F_RBP), %rbp
	mov	F(EMU_F_R8), %r8
	mov	F(EMU_F_R9), %r9
	mov	F(EMU_F_R10), %r10
	mov	F(EMU_F_R11), %r11
	mov	F(EMU_F_R12), %r12
	mov	F(EMU_F_R13), %r13
	mov	F(EMU_F_R14), %r14
	mov	F(EMU_F_R15), %r15
	iretq

	/* EENTER or ERESUME faulted: what the kernel's fixup does to the registers. */
.Lfault:
	mov	F(EMU_F_RAX), %rax
	mov	F(EMU_F_VECTOR), %rdi
	mov	F(EMU_F_ERROR), %rsi
	mov	F(EMU_F_ADDR), %rdx
	mov	F(EMU_F_RBP), %rbp
	mov	F(EMU_F_RSP), %rsp
	jmp	emu_fault_point
emu_window_end:

	/* RAX leaf, RDI vector, RSI error code, RDX address */
emu_fault_point:
	mov	RUN, %rbx
	mov	%eax, SGX_RUN_FUNCTION(%rbx)
	mov	%di, SGX_RUN_EXCEPTION(%rbx)
	mov	%si, SGX_RUN_EXCEPTION_ERROR(%rbx)
	mov	%rdx, SGX_RUN_EXCEPTION_ADDR(%rbx)
	jmp	.Lhandler

	/* EENTER's return address: where the enclave is to EEXIT to */
emu_exit_point:
	mov	RUN, %rbx
	movl	$SGX_EEXIT, SGX_RUN_FUNCTION(%rbx)
.Lhandler:
	xor	%eax, %eax
	cmpq	$0, SGX_RUN_USER_HANDLER(%rbx)
	je	.Lout
	/* int handler(rdi, rsi, rdx, untrusted rsp, r8, r9, run), run on the stack */
	mov	%rbx, %rax
	mov	%rsp, %rcx
	mov	%rsp, %rbx	/* survives the call */
	and	$-16, %rsp
	push	%rax
	push	%rax
	cld
	call	*SGX_RUN_USER_HANDLER(%rax)
	mov	%rbx, %rsp
	test	%eax, %eax
	jg	.Lagain
.Lout:
	pop	%rbx
	leave
	ret
.Linvalid:
	mov	$-22, %eax /* -EINVAL */
	jmp	.Lout
	.size emu_enter, . - emu_enter

	.section .note.GNU-stack, "", @progbits
