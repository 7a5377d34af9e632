# SPDX-License-Identifier: Apache-2.0
# Every accepted form of memory operand, by itself, with the caller's wild values in its registers: f(v, i)
# with v in rdi and i in rsi; a read gives what it read. Assembled as it stands, without the rewriter: the
# verifier has to accept each instruction as written.
	.text

	.macro RET
	popq %r11
	movl %r11d, %r11d
	btsq $45, %r11
	cmpl $0xfa1e0ff3, (%r11)
	jne 1f
	jmp *%r11
1:	ud2
	.endm

	.macro PROBE name
	.section .text
	.globl \name
	.type \name, @function
	.balign 16
\name:
	endbr64
	.endm

# (a) gs with 32-bit base and index
PROBE read_gs_base
	movzbl %gs:(%edi), %eax
	RET
PROBE read_gs_index
	movzbl %gs:0x7fffffff(%edi,%esi,8), %eax
	RET
PROBE read_gs_back
	movzbl %gs:-0x80000000(%edi,%esi,1), %eax
	RET
PROBE write_gs_index
	movb $0x5a, %gs:0x7ffffff0(%edi,%esi,4)
	RET
PROBE write_gs_zmm
	vpxor %xmm0, %xmm0, %xmm0
	vmovdqu %ymm0, %gs:(%edi,%esi,8)
	RET
PROBE read_gather
	vmovq %rdi, %xmm1
	vpbroadcastd %xmm1, %xmm1
	kxnorw %k1, %k1, %k1
	vpxor %xmm0, %xmm0, %xmm0
	vpgatherdd %gs:(%esi,%xmm1,8), %xmm0{%k1}
	vmovd %xmm0, %eax
	movzbl %al, %eax
	RET
PROBE read_gather_qword
	vmovq %rdi, %xmm1
	vpbroadcastq %xmm1, %xmm1
	kxnorw %k1, %k1, %k1
	vpxor %xmm0, %xmm0, %xmm0
	vpgatherqq %gs:(%esi,%xmm1,8), %xmm0{%k1}
	vmovq %xmm0, %rax
	movzbl %al, %eax
	RET
PROBE xchg_gs
	movl $0x5a5a5a5a, %eax
	xchgl %eax, %gs:(%edi,%esi,1)
	movzbl %al, %eax
	RET
PROBE cmpxchg16_gs
	lock cmpxchg16b %gs:(%edi)
	movzbl %al, %eax
	RET
PROBE lock_add_gs
	lock addq %rsi, %gs:(%edi,%esi,2)
	RET

# (b) gs with an address
PROBE read_gs_negative
	movzbl %gs:-0x80000000, %eax
	RET
PROBE read_gs_before
	movzbl %gs:-1, %eax
	RET
PROBE write_gs_before
	movq %rdi, %gs:-8
	RET

# (c) rsp with any displacement
PROBE read_rsp_up
	movzbl 0x7fffffff(%rsp), %eax
	RET
PROBE read_rsp_down
	movzbl -0x80000000(%rsp), %eax
	RET
PROBE write_rsp_up
	movq %rdi, 0x7ffffff8(%rsp)
	RET
PROBE write_rsp_drift
	subq $0x7ff000, %rsp
	movq %rdi, -0x80000000(%rsp)
	addq $0x7ff000, %rsp
	RET

# (d) r14 with a displacement, which may name memory before the window
PROBE read_r14_down
	movzbl -0x80000000(%r14), %eax
	RET
PROBE write_r14_down
	movq %rdi, -8(%r14)
	RET

# (e), (f) r14 and an index
PROBE read_r14_index
	movl %edi, %eax
	movzbl 0x7fffffff(%r14,%rax,1), %eax
	RET
PROBE write_r14_index
	movl %edi, %eax
	movq %rsi, -0x80000000(%r14,%rax,1)
	RET
PROBE read_r14_scaled
	movl %edi, %eax
	andl $0x1fffffff, %eax
	movzbl 0x7fffffff(%r14,%rax,8), %eax
	RET
PROBE write_r14_scaled
	movl %edi, %eax
	andl $0x1fffffff, %eax
	movq %rsi, 0x7ffffff8(%r14,%rax,8)
	RET

# (g) the two words of the thread block
PROBE read_fs
	movq %fs:0, %rax
	xorq %fs:0x28, %rax
	movq %fs:0, %rax
	shrq $32, %rax
	RET

# (h) string templates: through the whole window in both directions
PROBE stos_up
	movq %rsi, %rcx
	movl %edi, %edi
	leaq (%r14,%rdi), %rdi
	rep stosq
	RET
PROBE stos_down
	std
	movq %rsi, %rcx
	movl %edi, %edi
	leaq (%r14,%rdi), %rdi
	rep stosb
	cld
	RET
PROBE movs_up
	movq %rsi, %rcx
	movl %edi, %edi
	leaq (%r14,%rdi), %rdi
	movl %esi, %esi
	leaq (%r14,%rsi), %rsi
	rep movsb
	RET
PROBE movs_down
	std
	movq %rdi, %rcx
	movl %edi, %edi
	leaq (%r14,%rdi), %rdi
	movl %esi, %esi
	leaq (%r14,%rsi), %rsi
	rep movsq
	cld
	RET

# rsp from a wild value, then its use
PROBE push_wild
	movl %esp, %ebp
	movl %edi, %esp
	addq %r14, %rsp
	pushq %rsi
	movl %ebp, %esp
	addq %r14, %rsp
	RET
PROBE pop_wild
	movl %esp, %ebp
	movl %edi, %esp
	leaq (%rsp,%r14), %rsp
	popq %rax
	movl %ebp, %esp
	addq %r14, %rsp
	movzbl %al, %eax
	RET
PROBE call_wild
	movl %esp, %ebp
	movl %edi, %esp
	addq %r14, %rsp
	call 1f
	endbr64
1:	endbr64
	movl %ebp, %esp
	addq %r14, %rsp
	xorl %eax, %eax
	RET
PROBE gate_wild_stack
	movl %esp, %ebp
	movl $39, %eax
	movl %edi, %esp
	addq %r14, %rsp
	call *%fs:0x10
	endbr64
	movl %ebp, %esp
	addq %r14, %rsp
	xorl %eax, %eax
	RET
PROBE signal_wild_stack
	movl %edi, %esp
	addq %r14, %rsp
	ud2

# indirect branches to anything
PROBE jump
	movq %rdi, %r11
	movl %r11d, %r11d
	btsq $45, %r11
	cmpl $0xfa1e0ff3, (%r11)
	jne 1f
	jmp *%r11
1:	int3
PROBE call_into
	movl %edi, %r11d
	btsq $45, %r11
	cmpl $0xfa1e0ff3, (%r11)
	jne 1f
	call *%r11
	endbr64
1:	int3

# A thread's return address for the gate race: gate_loop(n) calls the gate n times with its return
# address at a place that others know; false_label is the immediate of the template in `template`.
PROBE gate_loop
	movl %esp, %ebp
	leal -8(%rsp), %eax
	movl %eax, %gs:gate_slot
1:	movl $39, %eax
	call *%fs:0x10
	endbr64
	addl $1, %gs:gate_passes
	decq %rdi
	jne 1b
	RET
	.globl template
template:
	movl %r11d, %r11d
	btsq $45, %r11
	cmpl $0xfa1e0ff3, (%r11)
	jne 1b
	jmp *%r11

	.bss
	.globl gate_slot, gate_passes
gate_slot:
	.long 0
gate_passes:
	.long 0
	.section .note.GNU-stack, "", @progbits
