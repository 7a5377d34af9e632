# SPDX-License-Identifier: Apache-2.0
# The block-local facts behind V3 (e), (f) and V7.
#: mov expect: accept
    movl %ebx,%ebx
    movq 8(%r14,%rbx),%rax
#: mov-uses-many expect: accept
    movl %ebx,%ebx
    movq 8(%r14,%rbx),%rax
    movq %rax,0x7fffffff(%r14,%rbx)
    vmovaps -0x80000000(%r14,%rbx),%zmm30
#: unknown expect: reject V3 at 0x4
    movq 8(%r14,%rbx),%rax
#: mov64 expect: reject V3 at 0x7
    movq %rbx,%rbx
    movq 8(%r14,%rbx),%rax
#: mov16 expect: reject V3 at 0x7
    movw %bx,%bx
    movq 8(%r14,%rbx),%rax
#: overwritten expect: reject V3 at 0xa
    movl %ebx,%ebx
    addq $1,%rbx
    movq 8(%r14,%rbx),%rax
#: overwritten-8bit expect: reject V3 at 0x8
    movl %ebx,%ebx
    movb $1,%bl
    movq 8(%r14,%rbx),%rax
#: overwritten-high expect: reject V3 at 0x8
    movl %ebx,%ebx
    movb $1,%bh
    movq 8(%r14,%rbx),%rax
#: other-register expect: reject V3 at 0x6
    movl %ebx,%ebx
    movq 8(%r14,%rcx),%rax
#: extended-register expect: reject V3 at 0x6
    movl %ebx,%ebx
    movq 8(%r14,%r11),%rax
#: loaded-over-itself expect: reject V3 at 0xb
    movl %ebx,%ebx
    movq 8(%r14,%rbx),%rbx
    movq 8(%r14,%rbx),%rax
#: loaded-32 expect: accept
    movl %ebx,%ebx
    movl 8(%r14,%rbx),%ebx
    movq 8(%r14,%rbx),%rax
#: implicit-mul expect: reject V3 at 0x9
    movl %edx,%edx
    mulq %rcx
    movb (%r14,%rdx),%al
#: implicit-cqo expect: reject V3 at 0x8
    movl %edx,%edx
    cqto
    movb (%r14,%rdx),%al
#: implicit-cltq expect: reject V3 at 0x8
    movl %eax,%eax
    cltq
    movb (%r14,%rax),%al
#: implicit-cmpxchg expect: reject V3 at 0xa
    movl %eax,%eax
    cmpxchgq %rcx,%rdx
    movb (%r14,%rax),%al
#: implicit-loop expect: reject V3 at 0x8
    movl %ecx,%ecx
1:  loop 1b
    movb (%r14,%rcx),%al
#: implicit-string expect: reject V3 at 0xe
    movl %ecx,%ecx
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    rep stosb
    movb (%r14,%rdi),%al
#: implicit-pcmpestri expect: reject V3 at 0xc
    movl %ecx,%ecx
    pcmpestri $1,%xmm0,%xmm1
    movb (%r14,%rcx),%al
#: implicit-vpcmpistri expect: reject V3 at 0xc
    movl %ecx,%ecx
    vpcmpistri $1,%xmm0,%xmm1
    movb (%r14,%rcx),%al
#: implicit-rdrand expect: reject V3 at 0xa
    movl %eax,%eax
    rdrand %rax
    movb (%r14,%rax),%al
#: implicit-xgetbv expect: reject V3 at 0x9
    movl %edx,%edx
    xgetbv
    movb (%r14,%rdx),%al
#: implicit-fnstsw expect: reject V3 at 0x8
    movl %eax,%eax
    fnstsw %ax
    movb (%r14,%rax),%al
#: implicit-lahf expect: reject V3 at 0x7
    movl %eax,%eax
    lahf
    movb (%r14,%rax),%al
#: second-xchg expect: reject V3 at 0x9
    movl %ebx,%ebx
    xchgq %rcx,%rbx
    movb (%r14,%rbx),%al
#: second-xadd expect: reject V3 at 0xa
    movl %ebx,%ebx
    xaddq %rbx,%rcx
    movb (%r14,%rbx),%al
#: second-mulx expect: reject V3 at 0xb
    movl %ebx,%ebx
    mulxq %rcx,%rbx,%rsi
    movb (%r14,%rbx),%al
#: vvvv-blsr expect: reject V3 at 0xb
    movl %ebx,%ebx
    blsrq %rcx,%rbx
    movb (%r14,%rbx),%al
#: vmovq expect: reject V3 at 0xb
    movl %ebx,%ebx
    vmovq %xmm0,%rbx
    movb (%r14,%rbx),%al
#: cvttsd2si expect: reject V3 at 0xb
    movl %ebx,%ebx
    cvttsd2si %xmm0,%rbx
    movb (%r14,%rbx),%al
#: bsf-proves-nothing expect: reject V3 at 0x7
    bsfl %ecx,%ebx
    movb (%r14,%rbx),%al
#: shift-cl-proves-nothing expect: reject V3 at 0x6
    shll %cl,%ebx
    movb (%r14,%rbx),%al
#: shift-0-proves-nothing expect: reject V3 at 0x7
    BYTES 0xc1,0xe3,0x20
    movb (%r14,%rbx),%al
#: cmpxchg-proves-nothing expect: reject V3 at 0x7
    cmpxchgl %ecx,%ebx
    movb (%r14,%rbx),%al
#: pop-proves-nothing expect: reject V3 at 0x5
    popq %rbx
    movb (%r14,%rbx),%al
#: setcc-proves-nothing expect: reject V3 at 0x7
    sete %bl
    movb (%r14,%rbx),%al
#: provers expect: accept
    .macro PROVES insn:vararg
    movq %rsp,%rbx
    \insn
    movb (%r14,%rbx),%al
    .endm
    PROVES movl %ecx,%ebx
    PROVES movl $5,%ebx
    PROVES leal (%rcx,%rdx,8),%ebx
    PROVES leal (%ecx,%edx,8),%ebx
    PROVES movzbl %cl,%ebx
    PROVES movzwl %cx,%ebx
    PROVES movzbq %cl,%rbx
    PROVES addl %ecx,%ebx
    PROVES adcl $5,%ebx
    PROVES sbbl %gs:(%ecx),%ebx
    PROVES andl $-16,%ebx
    PROVES orl $1000,%ebx
    PROVES subl %ecx,%ebx
    PROVES xorl %ebx,%ebx
    PROVES incl %ebx
    PROVES decl %ebx
    PROVES notl %ebx
    PROVES negl %ebx
    PROVES imull %ecx,%ebx
    PROVES imull $5,%ecx,%ebx
    PROVES imull $500,%ecx,%ebx
    PROVES shll $1,%ebx
    PROVES shrl $31,%ebx
    PROVES sarl $2,%ebx
    PROVES roll $2,%ebx
    PROVES rorl $2,%ebx
    PROVES cmovel %ecx,%ebx
    PROVES popcntl %ecx,%ebx
    PROVES lzcntl %ecx,%ebx
    PROVES tzcntl %ecx,%ebx
    PROVES bswap %ebx
    PROVES movd %xmm0,%ebx
    PROVES vmovd %xmm0,%ebx
    PROVES pmovmskb %xmm0,%ebx
    PROVES vpmovmskb %ymm0,%ebx
    PROVES movmskps %xmm0,%ebx
    PROVES vmovmskpd %xmm0,%ebx
    PROVES andnl %ecx,%edx,%ebx
    PROVES bextrl %ecx,%edx,%ebx
    PROVES blsil %ecx,%ebx
    PROVES blsmskl %ecx,%ebx
    PROVES blsrl %ecx,%ebx
    PROVES bzhil %ecx,%edx,%ebx
    PROVES pdepl %ecx,%edx,%ebx
    PROVES pextl %ecx,%edx,%ebx
    PROVES rorxl $5,%ecx,%ebx
    PROVES sarxl %ecx,%edx,%ebx
    PROVES shlxl %ecx,%edx,%ebx
    PROVES shrxl %ecx,%edx,%ebx
#: xchg-not-prover expect: reject V3 at 0x6
    xchgl %ecx,%ebx
    movb (%r14,%rbx),%al
#: label-forgets expect: reject V3 at 0xa
    movl %ebx,%ebx
    endbr64
    movb (%r14,%rbx),%al
#: call-forgets expect: reject V3 at 0xf
    movl %ebx,%ebx
    call 8f
    endbr64
    movb (%r14,%rbx),%al
#: gate-forgets expect: reject V3 at 0x12
    movl %ebx,%ebx
    GATE
    movb (%r14,%rbx),%al
#: jmp-forgets expect: reject V3 at 0x8
    movl %ebx,%ebx
    jmp 8f
    movb (%r14,%rbx),%al
#: trap-forgets expect: reject V3 at 0x7
    movl %ebx,%ebx
    int3
    movb (%r14,%rbx),%al
#: jcc-keeps expect: accept
    movl %ebx,%ebx
    jne 8f
    movb (%r14,%rbx),%al
#: jump-to-proof expect: accept
1:  movl %ebx,%ebx
    movb (%r14,%rbx),%al
    jmp 1b
#: jump-past-proof-back expect: reject V7 at 0xa
    movl %ebx,%ebx
1:  movb (%r14,%rbx),%al
    jmp 1b
#: jump-past-proof-forward expect: reject V7 at 0x4
    jmp 1f
    movl %ebx,%ebx
    nop
1:  nop
    movb (%r14,%rbx),%al
#: jump-after-last-use expect: accept
    movl %ebx,%ebx
    movb (%r14,%rbx),%al
1:  nop
    jmp 1b
#: jump-past-first-of-two expect: reject V7 at 0x12
    movl %ebx,%ebx
    movl %ecx,%ecx
1:  movb (%r14,%rcx),%al
    movl %ecx,%ecx
    movb (%r14,%rbx),%al
    jmp 1b
#: jump-between-proofs expect: accept
    movl %ebx,%ebx
    movb (%r14,%rbx),%al
1:  movl %ebx,%ebx
    movb (%r14,%rbx),%al
    jmp 1b
#: jump-past-indirect-proof expect: reject V7 at 0x4
    jmp 1f
    movl %eax,%r11d
1:  CHECK 8f
    jmp *%r11
#: far-fact expect: accept
    movl %ebx,%ebx
    .fill 1000,1,0x90
    movb (%r14,%rbx),%al
#: far-fact-jump expect: reject V7 at 0x3ee
    movl %ebx,%ebx
    .fill 500,1,0x90
1:  .fill 500,1,0x90
    jne 1b
    movb (%r14,%rbx),%al
#: small-movzx expect: accept
    movzbl %al,%eax
    movl 0x50000000(%r14,%rax,4),%eax
    movzwl %gs:(%ebx),%ecx
    movq 0x50000000(%r14,%rcx,8),%rcx
    movzbq %cl,%rdx
    movb (%r14,%rdx,2),%al
#: small-and expect: accept
    andl $0x1fffffff,%ebx
    movq (%r14,%rbx,8),%rax
    andl $0x7f,%ecx
    movq (%r14,%rcx,8),%rax
    andl $0xffff,%eax
    movq (%r14,%rax,8),%rax
#: small-shr expect: accept
    shrl $3,%ebx
    movq (%r14,%rbx,8),%rax
    shrl $31,%ecx
    movq (%r14,%rcx,8),%rax
#: small-mov expect: accept
    movl $0x1fffffff,%ebx
    movq (%r14,%rbx,8),%rax
#: small-mov-too-big expect: reject V3 at 0x9
    movl $0x20000000,%ebx
    movq (%r14,%rbx,8),%rax
#: small-and-too-big expect: reject V3 at 0xa
    andl $0x20000000,%ebx
    movq (%r14,%rbx,8),%rax
#: small-and-negative expect: reject V3 at 0x7
    andl $-8,%ebx
    movq (%r14,%rbx,2),%rax
#: small-and64 expect: reject V3 at 0x8
    andq $0x7f,%rbx
    movq (%r14,%rbx,8),%rax
#: small-and16 expect: reject V3 at 0x8
    andw $0x7f,%bx
    movq (%r14,%rbx,8),%rax
#: small-and8 expect: reject V3 at 0x7
    andb $0x7f,%bl
    movq (%r14,%rbx,8),%rax
#: small-shr-2 expect: reject V3 at 0x7
    shrl $2,%ebx
    movq (%r14,%rbx,8),%rax
#: small-shr-34 expect: reject V3 at 0x7
    BYTES 0xc1,0xeb,0x22
    movq (%r14,%rbx,8),%rax
#: small-shr-32 expect: reject V3 at 0x7
    BYTES 0xc1,0xeb,0x20
    movb (%r14,%rbx),%al
#: small-sar expect: reject V3 at 0x7
    sarl $5,%ebx
    movq (%r14,%rbx,8),%rax
#: small-or expect: reject V3 at 0x7
    orl $5,%ebx
    movq (%r14,%rbx,8),%rax
#: small-or-eax expect: reject V3 at 0x9
    orl $0x1fffffff,%eax
    movq (%r14,%rax,8),%rax
#: small-movsx expect: reject V3 at 0x7
    movsbl %bl,%ebx
    movb (%r14,%rbx),%al
#: small-movzx16 expect: reject V3 at 0x8
    movzbw %bl,%bx
    movb (%r14,%rbx),%al
#: small-lost-by-add expect: reject V3 at 0xa
    movzbl %bl,%ebx
    addl $1,%ebx
    movq (%r14,%rbx,8),%rax
#: small-still-zx-after-add expect: accept
    movzbl %bl,%ebx
    addl $1,%ebx
    movq (%r14,%rbx),%rax
#: scale-needs-small expect: reject V3 at 0x6
    movl %ebx,%ebx
    movq (%r14,%rbx,2),%rax
#: r14-twice expect: reject V3 at 0x4
    movq (%r14,%r14),%rax
#: small-shr-by-one expect: reject V3 at 0x6
    shrl $1,%ebx
    movq (%r14,%rbx,8),%rax
#: small-shr-by-one-immediate expect: reject V3 at 0x7
    BYTES 0xc1,0xeb,0x01
    movq (%r14,%rbx,8),%rax
#: small-shr-by-cl expect: reject V3 at 0x6
    shrl %cl,%ebx
    movq (%r14,%rbx,8),%rax
#: small-rotates-and-left-shifts expect: reject V3 at 0x7
    shll $5,%ebx
    movq (%r14,%rbx,8),%rax
#: small-rol expect: reject V3 at 0x7
    roll $5,%ebx
    movq (%r14,%rbx,8),%rax
#: small-ror expect: reject V3 at 0x7
    rorl $5,%ebx
    movq (%r14,%rbx,8),%rax
