# SPDX-License-Identifier: Apache-2.0
# V4 and the stack margin.
#: push-pop expect: accept
    pushq %rbx
    pushq $5
    pushq $0x12345
    pushq %gs:(%eax)
    pushq %r14
    pushfq
    popq %rbx
    popq %r15
    popq 8(%r14)
    popq 8(%rsp)
#: pop-rsp expect: reject V4 at 0x4
    popq %rsp
#: pop-r14 expect: reject V4 at 0x4
    popq %r14
#: pop16 expect: reject V1 at 0x4
    popw %ax
#: push16 expect: reject V1 at 0x4
    pushw %ax
#: popf expect: reject V2 at 0x4
    popfq
#: templates expect: accept
    .macro RSP insn:vararg
    \insn
    addq %r14,%rsp
    \insn
    leaq (%rsp,%r14),%rsp
    .endm
    RSP movl %ebp,%esp
    RSP movl $0x12345678,%esp
    RSP movl %gs:8(%eax),%esp
    RSP movl 8(%rsp),%esp
    RSP movl 8(%r14),%esp
    RSP leal 8(%rbp),%esp
    RSP leal -8(%esp,%eax,4),%esp
    RSP addl %eax,%esp
    RSP subl %eax,%esp
    RSP andl $-64,%esp
    RSP orl %eax,%esp
    RSP addl $0x12345678,%esp
    RSP subl $0x12345678,%esp
#: template-fact expect: accept
    movl %ebx,%ebx
    movl (%r14,%rbx),%esp
    addq %r14,%rsp
#: template-memory expect: reject V3 at 0x4
    movl (%rax),%esp
    addq %r14,%rsp
#: template-memory-add expect: reject V4 at 0x4
    addl 8(%rsp),%esp
    addq %r14,%rsp
#: template-fs expect: reject V3 at 0x4
    movl %fs:0,%esp
    addq %r14,%rsp
#: template-no-tail expect: reject V4 at 0x4
    movl %ebp,%esp
#: template-other-tail expect: reject V4 at 0x4
    movl %ebp,%esp
    addq %r15,%rsp
#: template-tail-between expect: reject V4 at 0x4
    movl %ebp,%esp
    nop
    addq %r14,%rsp
#: template-64 expect: reject V4 at 0x4
    movq %rbp,%rsp
    addq %r14,%rsp
#: template-16 expect: reject V4 at 0x4
    movw %bp,%sp
    addq %r14,%rsp
#: template-8 expect: reject V4 at 0x4
    movb %bpl,%spl
    addq %r14,%rsp
#: template-xor expect: reject V4 at 0x4
    xorl %eax,%esp
    addq %r14,%rsp
#: template-cmov expect: reject V4 at 0x4
    cmovel %eax,%esp
    addq %r14,%rsp
#: template-xchg expect: reject V4 at 0x4
    xchgl %eax,%esp
    addq %r14,%rsp
#: template-imul expect: reject V4 at 0x4
    imull %eax,%esp
    addq %r14,%rsp
#: template-lea-rip expect: accept
    leal 8f(%rip),%esp
    addq %r14,%rsp
#: tail-alone expect: reject V4 at 0x4
    addq %r14,%rsp
#: tail-lea-alone expect: reject V4 at 0x4
    leaq (%rsp,%r14),%rsp
#: jump-into-template expect: reject V7 at 0x4
    jmp 1f
    movl %ebp,%esp
1:  addq %r14,%rsp
#: leave expect: reject V2 at 0x4
    leave
#: enter expect: reject V2 at 0x4
    enter $8,$0
#: add-register expect: reject V4 at 0x4
    addq %rax,%rsp
#: sub-memory expect: reject V4 at 0x4
    subq 8(%rsp),%rsp
#: and-imm expect: reject V4 at 0x4
    andq $-16,%rsp
#: add-imm-accessed expect: accept
    subq $24,%rsp
    movq %rax,8(%rsp)
    jne 8f
#: add-imm-at-branch expect: reject V4 at 0x8
    subq $24,%rsp
    jne 8f
#: add-imm-at-jmp expect: reject V4 at 0x8
    addq $24,%rsp
    jmp 8f
#: lea-at-jmp expect: reject V4 at 0x9
    leaq 24(%rsp),%rsp
    jmp 8f
#: add-imm-at-template expect: reject V4 at 0x8
    addq $24,%rsp
    IJMP
#: add-imm-at-call-template expect: reject V4 at 0x8
    subq $24,%rsp
    ICALL
#: add-imm-at-call expect: accept
    subq $24,%rsp
    call 8f
    endbr64
    subq $24,%rsp
    GATE
#: add-imm-trap expect: accept
    subq $24,%rsp
    ud2
#: add-imm-through-label expect: reject V4 at 0xc
    subq $24,%rsp
    endbr64
    jne 8f
#: credit expect: accept
    pushq %rbx
    subq $24,%rsp
    jne 8f
    leaq 24(%rsp),%rsp
    jmp 8f
#: credit-by-access expect: accept
    movq 8(%rsp),%rax
    addq $24,%rsp
    jmp 8f
#: credit-sse expect: accept
    movaps %xmm0,16(%rsp)
    addq $24,%rsp
    jmp 8f
#: credit-exact expect: accept
    pushq %rbx
    subq $0x10000,%rsp
    jne 8f
#: credit-too-much expect: reject V4 at 0xc
    pushq %rbx
    subq $0x10001,%rsp
    jne 8f
#: credit-less-for-far-access expect: reject V4 at 0x13
    movq 0x100(%rsp),%rbx
    subq $0xff80,%rsp
    jne 8f
#: credit-none-beyond-anchor expect: reject V4 at 0x10
    movq 0x8001(%rsp),%rbx
    subq $24,%rsp
    jne 8f
#: credit-none-by-lea expect: reject V4 at 0xd
    leaq 8(%rsp),%rbx
    subq $24,%rsp
    jne 8f
#: credit-none-by-avx expect: reject V4 at 0xe
    vmovups 8(%rsp),%xmm0
    subq $24,%rsp
    jne 8f
#: credit-none-by-gs expect: reject V4 at 0xe
    movl %gs:8(%esp),%ebx
    subq $24,%rsp
    jne 8f
#: credit-none-by-nop expect: reject V4 at 0xd
    BYTES 0x0f,0x1f,0x44,0x24,0x08
    subq $24,%rsp
    jne 8f
#: credit-none-by-prefetch expect: reject V4 at 0xc
    prefetcht0 (%rsp)
    subq $24,%rsp
    jne 8f
#: credit-none-by-shift-cl expect: reject V4 at 0xe
    shlq %cl,8(%rsp)
    nop
    subq $24,%rsp
    jne 8f
#: credit-none-by-cmov expect: reject V4 at 0xd
    cmovel 8(%rsp),%eax
    subq $24,%rsp
    jne 8f
#: credit-none-by-x87 expect: reject V4 at 0xc
    fldl 8(%rsp)
    subq $24,%rsp
    jne 8f
#: credit-jump-past-anchor expect: reject V7 at 0xa
    pushq %rbx
1:  nop
    subq $24,%rsp
    jne 1b
#: credit-jump-to-anchor expect: accept
1:  pushq %rbx
    subq $24,%rsp
    jne 1b
#: credit-jump-after-sub expect: accept
    pushq %rbx
    subq $24,%rsp
1:  nop
    jne 1b
#: credit-lost-at-label expect: reject V4 at 0xd
    pushq %rbx
    endbr64
    subq $24,%rsp
    jne 8f
#: credit-lost-after-template expect: reject V4 at 0xe
    pushq %rbx
    movl %ebp,%esp
    addq %r14,%rsp
    subq $24,%rsp
    jne 8f
#: credit-lost-after-jmp expect: reject V4 at 0xb
    pushq %rbx
    jmp 8f
    subq $24,%rsp
    jne 8f
#: loop-of-subs expect: reject V4 at 0x8
1:  subq $0x10,%rsp
    jne 1b
#: drift-limit expect: accept
    subq $0x1000000,%rsp
    pushq %rax
#: drift-too-far expect: reject V4 at 0x4
    subq $0x1000001,%rsp
    pushq %rax
#: drift-sums expect: reject V4 at 0xb
    subq $0x800000,%rsp
    subq $0x800001,%rsp
    pushq %rax
#: drift-both-ways-sums expect: reject V4 at 0xb
    subq $0x800000,%rsp
    addq $0x800001,%rsp
    pushq %rax
#: drift-int-min expect: reject V4 at 0x4
    addq $-0x80000000,%rsp
    pushq %rax
#: read-rsp expect: accept
    movq %rsp,%rbp
    movl %esp,%eax
    leaq 8(%rsp,%rax),%rbx
    addq %rsp,%rax
    cmpq %rsp,%rax
    testq %rsp,%rsp
    vmovq %rsp,%xmm0
    pushq %rsp
#: write-r14-mov expect: reject V4 at 0x4
    movq %rax,%r14
#: write-r14-8bit expect: reject V4 at 0x4
    movb $0,%r14b
#: write-r14-xor-self expect: reject V4 at 0x4
    xorl %r14d,%r14d
#: write-r14-lea expect: reject V4 at 0x4
    leaq (%r14),%r14
#: write-r14-mov-self expect: reject V4 at 0x4
    movq %r14,%r14
#: write-r14-imm expect: reject V4 at 0x4
    movl $5,%r14d
#: write-r14-inc expect: reject V4 at 0x4
    incq %r14
#: write-r14-bswap expect: reject V4 at 0x4
    bswap %r14
#: write-r14-setcc expect: reject V4 at 0x4
    sete %r14b
#: write-r14-cmov expect: reject V4 at 0x4
    cmoveq %rax,%r14
#: write-r14-bts expect: reject V4 at 0x4
    btsq $3,%r14
#: write-r14-btc-reg expect: reject V4 at 0x4
    btcq %rax,%r14
#: write-r14-shld expect: reject V4 at 0x4
    shldq $3,%rax,%r14
#: write-r14-movd expect: reject V4 at 0x4
    movd %xmm0,%r14d
#: write-r14-pextrw expect: reject V4 at 0x4
    pextrw $1,%xmm0,%r14d
#: write-r14-pextrb expect: reject V4 at 0x4
    pextrb $1,%xmm0,%r14d
#: write-r14-pmovmskb expect: reject V4 at 0x4
    pmovmskb %xmm0,%r14d
#: write-r14-movmskps expect: reject V4 at 0x4
    movmskps %xmm0,%r14d
#: write-r14-cvt expect: reject V4 at 0x4
    cvttsd2si %xmm0,%r14
#: write-r14-crc32 expect: reject V4 at 0x4
    crc32q %rax,%r14
#: write-r14-popcnt expect: reject V4 at 0x4
    popcntq %rax,%r14
#: write-r14-rdrand expect: reject V4 at 0x4
    rdrand %r14
#: write-r14-movbe expect: reject V4 at 0x4
    movbe %gs:(%eax),%r14
#: write-r14-adox expect: reject V4 at 0x4
    adoxq %rax,%r14
#: write-r14-xchg-first expect: reject V4 at 0x4
    xchgq %r14,%rax
#: write-r14-xchg-second expect: reject V4 at 0x4
    xchgq %rbx,%r14
#: write-r14-xchg-third expect: reject V4 at 0x4
    xchgq %r14,%rbx
#: write-r14-xchg-memory expect: reject V4 at 0x4
    xchgq %r14,(%rsp)
#: write-r14-xadd expect: reject V4 at 0x4
    xaddq %r14,(%rsp)
#: write-r14-xadd-rm expect: reject V4 at 0x4
    xaddq %rax,%r14
#: write-r14-cmpxchg expect: reject V4 at 0x4
    cmpxchgq %rax,%r14
#: write-r14-mulx-first expect: reject V4 at 0x4
    mulxq %rax,%rbx,%r14
#: write-r14-mulx-second expect: reject V4 at 0x4
    mulxq %rax,%r14,%rbx
#: write-r14-andn expect: reject V4 at 0x4
    andnq %rax,%rbx,%r14
#: write-r14-blsr expect: reject V4 at 0x4
    blsrq %rax,%r14
#: write-r14-rorx expect: reject V4 at 0x4
    rorxq $3,%rax,%r14
#: write-r14-vmovd expect: reject V4 at 0x4
    vmovd %xmm0,%r14d
#: write-r14-vmovq-evex expect: reject V4 at 0x4
    {evex} vmovq %xmm0,%r14
#: write-r14-vpextrd expect: reject V4 at 0x4
    vpextrd $1,%xmm0,%r14d
#: write-r14-kmov expect: reject V4 at 0x4
    kmovq %k1,%r14
#: write-r14-vcvt2usi expect: reject V4 at 0x4
    vcvttsd2usi %xmm0,%r14
#: write-rsp-kmov expect: reject V4 at 0x4
    kmovd %k1,%esp
    addq %r14,%rsp
#: write-rsp-mulx expect: reject V4 at 0x4
    mulxq %rax,%rsp,%rbx
#: write-rsp-vpextrd expect: reject V4 at 0x4
    vpextrd $1,%xmm0,%esp
    addq %r14,%rsp
#: write-ah-is-not-rsp expect: accept
    movb $1,%ah
    xorb %al,%ah
    sete %ah
#: write-spl expect: reject V4 at 0x4
    movb $1,%spl
#: read-r14 expect: accept
    movq %r14,%rax
    addq %r14,%rbx
    movq %r14,(%rsp)
    cmpq %r14,%rax
    pushq %r14
#: xmm14-is-not-r14 expect: accept
    movaps %xmm0,%xmm14
    vaddps %ymm14,%ymm14,%ymm14
    vaddps %zmm30,%zmm14,%zmm4
    paddd %xmm4,%xmm4
    kmovw %eax,%k4
    vcvtsi2sdq %r14,%xmm14,%xmm14
#: call-anchors expect: accept
    subq $24,%rsp
    call 8f
    endbr64
    jne 8f
#: gate-anchors expect: accept
    subq $24,%rsp
    GATE
    jne 8f
#: call-proves-no-credit expect: reject V4 at 0x11
    call 8f
    endbr64
    subq $24,%rsp
    jne 8f
#: drift-over-int3 expect: reject V4 at 0xb
    subq $0x1000000,%rsp
    int3
    subq $0x1000000,%rsp
    int3
#: credit-over-int3 expect: accept
    pushq %rbx
    subq $24,%rsp
    int3
#: drift-at-ud2-and-hlt expect: accept
    subq $24,%rsp
    ud2
    subq $24,%rsp
    hlt
#: credit-spent-before-label expect: accept
    pushq %rbx
    subq $24,%rsp
    endbr64
    jne 8f
#: credit-spent-before-label-jumped-over expect: reject V7 at 0xe
    pushq %rbx
1:  nop
    subq $24,%rsp
    endbr64
    jne 1b
#: credit-gone-after-label expect: reject V4 at 0x11
    pushq %rbx
    subq $24,%rsp
    endbr64
    subq $24,%rsp
    jne 8f
