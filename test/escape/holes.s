# SPDX-License-Identifier: Apache-2.0
# Holes found in other verifiers, and their kin.
#: bit-string-rsp expect: reject V2 at 0x4
    btsq %rax,8(%rsp)
#: bit-string-r14 expect: reject V2 at 0x4
    btrl %eax,(%r14)
#: bit-string-gs expect: reject V2 at 0x4
    btcq %rax,%gs:(%eax)
#: bit-string-word expect: reject V2 at 0x4
    btw %ax,(%rsp)
#: addr32-stos-in-template expect: reject V1 at 0xa
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    addr32 rep stosb
#: addr32-movs-in-template expect: reject V1 at 0x10
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    movl %esi,%esi
    leaq (%r14,%rsi),%rsi
    addr32 rep movsb
#: fs-movs-in-template expect: reject V1 at 0x10
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    movl %esi,%esi
    leaq (%r14,%rsi),%rsi
    BYTES 0x64,0xa4
#: gs-movs-in-template expect: reject V1 at 0x10
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    movl %esi,%esi
    leaq (%r14,%rsi),%rsi
    BYTES 0x65,0xa4
#: repne-stos-in-template expect: reject V1 at 0xa
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    BYTES 0xf2,0xaa
#: rex-x-stos-in-template expect: reject V6 at 0xa
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    BYTES 0x42,0xaa
#: template-registers-swapped expect: reject V6 at 0x10
    movl %esi,%esi
    leaq (%r14,%rsi),%rsi
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    movsb
#: template-rdi-based-on-r15 expect: reject V6 at 0xa
    movl %edi,%edi
    leaq (%r15,%rdi),%rdi
    stosb
#: template-lea-scaled expect: reject V6 at 0xa
    movl %edi,%edi
    leaq (%r14,%rdi,2),%rdi
    stosb
#: template-movl-other expect: reject V6 at 0xa
    movl %esi,%edi
    leaq (%r14,%rdi),%rdi
    stosb
#: write-rsp-from-wild-memory expect: reject V3 at 0x4
    movl (%rax),%esp
    addq %r14,%rsp
#: write-rsp-add-wild-memory expect: reject V3 at 0x4
    addl (%rax),%esp
    addq %r14,%rsp
#: write-rsp-sub-wild-memory expect: reject V3 at 0x4
    subl (%rax),%esp
    addq %r14,%rsp
#: write-rsp-and-fs expect: reject V3 at 0x4
    andl %fs:0,%esp
    addq %r14,%rsp
#: write-rsp-from-fs expect: reject V3 at 0x4
    movl %fs:0x10,%esp
    addq %r14,%rsp
#: indirect-through-fs-index expect: reject V3 at 0x4
    movq %fs:(%r14,%rax),%r11
#: gate-indexed expect: reject V3 at 0x4
    call *%fs:0x10(%r14)
    endbr64
#: gate-addr32 expect: reject V1 at 0x4
    BYTES 0x64,0x67,0xff,0x14,0x25,0x10,0,0,0
    endbr64
#: gate-short-displacement expect: reject V3 at 0x4
    BYTES 0x64,0xff,0x55,0x10
    endbr64
#: gate-rex expect: reject V3 at 0x4
    BYTES 0x64,0x48,0xff,0x14,0x25,0x10,0,0,0
    endbr64
#: gate-data16 expect: reject V1 at 0x4
    BYTES 0x66,0x64,0xff,0x14,0x25,0x10,0,0,0
    endbr64
#: gate-far expect: reject V2 at 0x4
    BYTES 0x64,0xff,0x1c,0x25,0x10,0,0,0
    endbr64
#: gate-jmp-far expect: reject V2 at 0x4
    BYTES 0x64,0xff,0x2c,0x25,0x10,0,0,0
#: indirect-data16 expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 8f
    BYTES 0x66,0x41,0xff,0xe3
#: indirect-notrack expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 8f
    BYTES 0x3e,0x41,0xff,0xe3
#: indirect-nop-before-jmp expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 8f
    nop
    jmp *%r11
#: indirect-other-target expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 8f
    jmp *%r10
#: indirect-through-checked-memory expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 8f
    jmp *(%r11)
#: indirect-far-checked expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 8f
    BYTES 0x41,0xff,0x2b
#: indirect-check-displaced expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,4(%r11)
    jne 8f
    jmp *%r11
#: indirect-check-gs expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,%gs:(%r11)
    jne 8f
    jmp *%r11
#: indirect-check-cmpw expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpw $0x0ff3,(%r11)
    jne 8f
    jmp *%r11
#: indirect-check-testl expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    testl $0xfa1e0ff3,(%r11)
    jne 8f
    jmp *%r11
#: indirect-64-bit-extension expect: reject V5 at 0x7
    movq %r11,%r11
    CHECK 8f
    jmp *%r11
#: indirect-fact-lost-in-between expect: reject V5 at 0xc
    movl %eax,%r11d
    btsq $46,%r11
    CHECK 8f
    jmp *%r11
#: indirect-fact-jumped-over expect: reject V7 at 0x4
    jne 1f
    movl %eax,%r11d
1:  nop
    CHECK 8f
    jmp *%r11
#: jump-into-imm-endbr expect: reject V7 at 0x4
    jmp 1f+10
1:  IJMP
#: jump-into-cmpl expect: reject V7 at 0x4
    jmp 1f+8
1:  IJMP
#: jump-into-jne expect: reject V7 at 0x4
    jmp 1f+15
1:  IJMP
#: call-into-template expect: reject V7 at 0x4
    call 1f+3
    endbr64
1:  IJMP
#: jump-into-gate expect: reject V7 at 0x4
    jmp 1f+1
1:  GATE
#: jump-into-prefix expect: reject V7 at 0x4
    jmp 1f+1
1:  movl %gs:(%eax),%eax
#: jump-past-prefixes expect: reject V7 at 0x4
    jmp 1f+2
1:  movl %gs:(%eax),%eax
#: jump-into-immediate-syscall expect: reject V7 at 0x4
    jmp 1f+1
1:  movl $0x0000050f,%eax
#: jump-into-displacement-wrgsbase expect: reject V7 at 0x4
    jmp 1f+3
1:  leaq 0x1f0(%rax),%rax
#: jump-past-proof-by-loop expect: reject V7 at 0xa
    movl %ebx,%ebx
1:  movb (%r14,%rbx),%al
    loop 1b
#: jump-past-proof-by-call expect: reject V7 at 0xc
    movl %ebx,%ebx
1:  movb (%r14,%rbx),%al
    jmp 8f
    call 1b
    endbr64
#: jump-past-proof-by-jne-of-template expect: reject V7 at 0xa
    movl %ebx,%ebx
1:  movb (%r14,%rbx),%al
    IJMP 1b
#: proof-16-bit-pop expect: reject V1 at 0x6
    movl %ebx,%ebx
    popw %bx
    movb (%r14,%rbx),%al
#: proof-then-xchg-nop expect: reject V3 at 0x8
    movl %eax,%eax
    xchgq %rax,%r8
    movb (%r14,%rax),%al
#: proof-of-other-half expect: reject V3 at 0x6
    movl %ebx,%ecx
    movb (%r14,%rbx),%al
#: proof-in-r8-used-rax expect: reject V3 at 0x7
    movl %r8d,%r8d
    movb (%r14,%rax),%al
#: proof-in-rax-used-r8 expect: reject V3 at 0x6
    movl %eax,%eax
    movb (%r14,%r8),%al
#: proof-by-vmovq expect: reject V3 at 0x9
    vmovq %xmm0,%rax
    movb (%r14,%rax),%al
#: proof-by-kmovq expect: reject V3 at 0x9
    kmovq %k1,%rax
    movb (%r14,%rax),%al
#: proof-by-cvt64 expect: reject V3 at 0x9
    cvttss2si %xmm0,%rax
    movb (%r14,%rax),%al
#: proof-by-bzhi64 expect: reject V3 at 0x9
    bzhiq %rax,%rbx,%rax
    movb (%r14,%rax),%al
#: proof-by-movslq expect: reject V3 at 0x7
    movslq %eax,%rax
    movb (%r14,%rax),%al
#: proof-by-conditional-rep expect: reject V3 at 0xd
    movl %edi,%edi
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    stosb
    movb (%r14,%rdi),%al
#: proof-small-then-scale-after-load expect: reject V3 at 0xa
    movzbl %al,%eax
    movl (%rsp),%eax
    movq (%r14,%rax,8),%rax
#: proof-small-signed-eax-imm expect: reject V3 at 0x9
    andl $0x80000000,%eax
    movq (%r14,%rax,8),%rax
#: proof-small-by-add-eax-imm expect: reject V3 at 0x9
    addl $0x100,%eax
    movq (%r14,%rax,8),%rax
#: proof-small-by-xor-eax-imm expect: reject V3 at 0x9
    xorl $0x100,%eax
    movq (%r14,%rax,8),%rax
#: proof-small-by-sub-eax-imm expect: reject V3 at 0x9
    subl $0x100,%eax
    movq (%r14,%rax,8),%rax
#: proof-small-movabs expect: reject V3 at 0xe
    movabsq $0x100000001,%rax
    movb (%r14,%rax),%al
#: proof-small-mov-sign expect: reject V3 at 0xb
    movq $-1,%rax
    movb (%r14,%rax),%al
#: rsp-credit-through-branch-target expect: reject V7 at 0x4
    jne 1f
    pushq %rbx
1:  nop
    subq $24,%rsp
    jmp 8f
#: rsp-credit-from-masked-store expect: reject V4 at 0xf
    vmovups %zmm0,(%rsp){%k1}
    subq $0x10,%rsp
    jne 8f
#: rsp-credit-from-maskmov expect: reject V4 at 0xe
    vmaskmovps %ymm0,%ymm1,(%rsp)
    subq $0x10,%rsp
    jne 8f
#: rsp-credit-from-rep-0 expect: reject V4 at 0x12
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    rep stosb
    nop
    nop
    subq $0x10,%rsp
    jne 8f
#: rsp-credit-spent-twice expect: reject V4 at 0x13
    pushq %rbx
    subq $0xa000,%rsp
    subq $0xa000,%rsp
    jne 8f
#: rsp-drift-in-cycle expect: reject V4 at 0x8
1:  addq $0x40,%rsp
    loop 1b
#: rsp-lea-with-index expect: reject V4 at 0x4
    leaq (%rsp,%rax),%rsp
#: rsp-lea-from-rbp expect: reject V4 at 0x4
    leaq -8(%rbp),%rsp
#: rsp-lea-r12 expect: reject V4 at 0x4
    leaq 8(%r12),%rsp
#: rsp-lea-addr32 expect: reject V4 at 0x4
    leaq 8(%esp),%rsp
#: rsp-sub-32-alone expect: reject V4 at 0x4
    subl $8,%esp
#: rsp-sub-16 expect: reject V4 at 0x4
    subw $8,%sp
#: rsp-adc-imm expect: reject V4 at 0x4
    adcq $8,%rsp
#: rsp-xor-imm expect: reject V4 at 0x4
    xorq $8,%rsp
#: rsp-write-tail-cut!raw expect: reject V4 at 0x4
    endbr64
    movl %eax,%esp
    BYTES 0x4c,0x01
#: segment-es-stos expect: reject V1 at 0x4
    BYTES 0x26,0xaa
#: segment-ss-mov expect: reject V1 at 0x4
    BYTES 0x36,0x89,0x00
#: segment-fs-then-gs expect: reject V1 at 0x4
    BYTES 0x64,0x65,0x67,0x89,0x00
#: segment-gs-then-gs expect: reject V1 at 0x4
    BYTES 0x65,0x65,0x67,0x89,0x00
#: rex-before-gs expect: reject V2 at 0x4
    BYTES 0x41,0x65,0x67,0x89,0x00
#: rex-before-67 expect: reject V2 at 0x4
    BYTES 0x65,0x41,0x67,0x89,0x00
#: vex-gs-inside-out expect: reject V1 at 0x4
    BYTES 0x65,0x48,0xc5,0xf8,0x10,0x00
#: vex-lds expect: reject V2 at 0x4
    BYTES 0xc5,0x00
#: evex-bound expect: reject V2 at 0x4
    BYTES 0x62,0x00,0x00,0x00
#: evex-vsib-no-sib expect: reject V2 at 0x4
    BYTES 0x65,0x67,0x62,0xf2,0x7d,0x49,0x92,0x00
#: gather-wild expect: reject V3 at 0x4
    vgatherdps (%rax,%zmm1,4),%zmm2{%k1}
#: gather-gs-64 expect: reject V3 at 0x4
    vgatherqpd %gs:(%rax,%zmm1,8),%zmm2{%k1}
#: scatter-wild expect: reject V3 at 0x4
    vpscatterqq %zmm2,(%r14,%zmm1,8){%k1}
#: scatter-rsp expect: reject V3 at 0x4
    vscatterdpd %zmm2,(%rsp,%ymm1,8){%k1}
#: gather-prefetch expect: reject V2 at 0x4
    BYTES 0x65,0x67,0x62,0xf2,0x7d,0x49,0xc6,0x0c,0x08
#: enclu-in-nop-operand expect: reject V7 at 0x4
    jmp 1f+4
1:  BYTES 0x0f,0x1f,0x84,0x00,0x0f,0x01,0xd7,0x00
#: wrpkru-in-immediate expect: reject V7 at 0x4
    jmp 1f+1
1:  movl $0x00ef010f,%eax
#: xrstor-pkru expect: reject V2 at 0x4
    xrstor (%r14)
#: xrstor64-rsp expect: reject V1 at 0x4
    xrstor64 (%rsp)
#: syscall-after-label expect: reject V2 at 0x8
    endbr64
    syscall
#: wrgsbase-r14 expect: reject V2 at 0x4
    wrgsbase %r14
#: wrfsbase-32 expect: reject V2 at 0x4
    wrfsbase %eax
#: mov-to-gs expect: reject V2 at 0x4
    movl %eax,%gs
#: mov-to-ss expect: reject V2 at 0x4
    movl %eax,%ss
#: pop-fs expect: reject V2 at 0x4
    popq %fs
#: lgs-from-window expect: reject V2 at 0x4
    lgs (%r14),%eax
#: iret expect: reject V2 at 0x4
    iretq
#: far-return expect: reject V2 at 0x4
    lretq
#: far-call-memory expect: reject V2 at 0x4
    lcall *(%r14)
#: far-jmp-memory-rex expect: reject V2 at 0x4
    rex.w ljmp *(%r14)
#: ret-imm expect: reject V2 at 0x4
    ret $16
#: enter-moves-rbp-rsp expect: reject V2 at 0x4
    enter $0x1000,$3
#: leave-takes-rbp expect: reject V2 at 0x4
    leave
#: popf-trap-flag expect: reject V2 at 0x4
    popfq
#: xlat-rbx expect: reject V2 at 0x4
    xlatb
#: xlat-gs expect: reject V2 at 0x4
    BYTES 0x65,0x67,0xd7
#: maskmov-rdi expect: reject V2 at 0x4
    maskmovdqu %xmm1,%xmm0
#: maskmovq-rdi expect: reject V2 at 0x4
    maskmovq %mm1,%mm0
#: vmaskmovdqu-rdi expect: reject V2 at 0x4
    vmaskmovdqu %xmm1,%xmm0
#: movdir64b-es expect: reject V2 at 0x4
    movdir64b (%r14),%rax
#: enqcmd-es expect: reject V2 at 0x4
    enqcmd (%r14),%rax
#: lods-rsi expect: reject V2 at 0x4
    lodsq
#: scas-rdi expect: reject V2 at 0x4
    scasb
#: cmps-both expect: reject V2 at 0x4
    rep cmpsb
#: ins-rdi expect: reject V2 at 0x4
    insb
#: outs-rsi expect: reject V2 at 0x4
    outsb
#: moffs-store expect: reject V2 at 0x4
    movabsq %rax,0x1122334455667788
#: moffs-load-gs expect: reject V2 at 0x4
    BYTES 0x65,0xa1,0,0,0,0,0,0,0,0
#: monitor-rax expect: reject V2 at 0x4
    monitor
#: clzero-rax expect: reject V2 at 0x4
    clzero
#: tile-load expect: reject V2 at 0x4
    tileloadd (%r14,%rax,1),%tmm0
#: bndmov expect: reject V2 at 0x4
    bndmov (%r14),%bnd0
#: xbegin-abort-target expect: reject V2 at 0x4
    xbegin 8f
#: rdssp-writes-r14 expect: reject V1 at 0x4
    rdsspq %r14
#: apx-rex2 expect: reject V2 at 0x4
    BYTES 0xd5,0x18,0x89,0xc0
#: apx-evex-map4 expect: reject V2 at 0x4
    BYTES 0x62,0xf4,0xfc,0x18,0x01,0xc3
#: apx-evex-b4 expect: reject V2 at 0x4
    BYTES 0x62,0xf9,0x7c,0x48,0x10,0x00
#: apx-evex-x4 expect: reject V2 at 0x4
    BYTES 0x62,0xf1,0x78,0x48,0x10,0x00
#: apx-jmpabs expect: reject V2 at 0x4
    BYTES 0xd5,0x00,0xa1,0,0,0,0,0,0,0,0
#: label-bytes-in-string-template-tail expect: reject V9 at 0x6
    movabsq $0xfa1e0ff3,%rax
#: label-bytes-in-rel32-data expect: reject V9 at 0x8
    leaq -0x5e1f00d(,%rax,1),%rax
#: label-bytes-in-push expect: reject V9 at 0x5
    pushq $-0x5e1f00d
#: label-false-after-cmpl-alias expect: reject V9 at 0xa
    movl $0x3b814100,%r8d
    endbr64
#: return-label-missing-at-end!raw expect: reject V8
    endbr64
1:  call 1b
#: fall-into-padding!raw expect: reject V8
    endbr64
    nop
    nop
#: fall-off-after-jcc!raw expect: reject V8
1:  endbr64
    jmp 1b
    jne 1b
