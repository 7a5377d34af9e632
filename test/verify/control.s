# SPDX-License-Identifier: Apache-2.0
# V5-V9: branches, templates, labels, ends.
#: indirect-jump expect: accept
    IJMP
#: indirect-call expect: accept
    ICALL
#: indirect-long-jne expect: accept
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 1f
    jmp *%r11
    .fill 200,1,0xcc
1:  ud2
#: indirect-known expect: accept
    movl %eax,%r11d
    CHECK 8f
    jmp *%r11
#: indirect-known-loaded expect: accept
    movl %gs:0x50000000(,%eax,8),%r11d
    CHECK 8f
    jmp *%r11
#: indirect-not-known expect: reject V5 at 0x7
    movq %rax,%r11
    CHECK 8f
    jmp *%r11
#: indirect-forgotten expect: reject V5 at 0x9
    movl %eax,%r11d
    popq %r11
    CHECK 8f
    jmp *%r11
#: return expect: accept
    popq %r11
    IJMP
#: jmp-bare expect: reject V5 at 0x4
    jmp *%r11
#: call-bare expect: reject V5 at 0x4
    call *%rax
    endbr64
#: call-memory expect: reject V5 at 0x4
    call *%gs:(%eax)
    endbr64
#: ret expect: reject V2 at 0x4
    ret
#: check-other-register expect: reject V3 at 0x4
    cmpl $0xfa1e0ff3,(%r10)
    jmp 8f
#: check-other-bit expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $44,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 8f
    jmp *%r11
#: check-without-bts expect: reject V3 at 0x7
    movl %r11d,%r11d
    cmpl $0xfa1e0ff3,(%r11)
    jne 8f
    jmp *%r11
#: check-je expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    je 8f
    jmp *%r11
#: check-other-label expect: reject V3 at 0xc
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff2,(%r11)
    jne 8f
    jmp *%r11
#: jump-to-template expect: accept
    movl $1,%r11d
1:  movl %r11d,%r11d
    CHECK 8f
    jmp *%r11
    jmp 1b
#: jump-into-template-bts expect: reject V7 at 0x4
    jmp 1f
    movl %r11d,%r11d
1:  btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 8f
    jmp *%r11
#: jump-into-template-jmp expect: reject V7 at 0x4
    jmp 1f
    movl %r11d,%r11d
    CHECK 8f
1:  jmp *%r11
#: jne-into-own-template expect: reject V7 at 0x4
    movl %r11d,%r11d
1:  btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 1b
    jmp *%r11
#: jne-out-of-text expect: reject V7 at 0x4
    BYTES 0x45,0x89,0xdb,0x49,0x0f,0xba,0xeb,0x2d,0x41,0x81,0x3b,0xf3,0x0f,0x1e,0xfa,0x75,0x7f,0x41,0xff,0xe3
#: gate expect: accept
    GATE
#: gate-without-label expect: reject V8 at 0xc
    call *%fs:0x10
    nop
#: gate-other-slot expect: reject V3 at 0x4
    call *%fs:0x18
    endbr64
#: gate-jmp expect: reject V3 at 0x4
    jmp *%fs:0x10
#: gate-gs expect: reject V5 at 0x4
    call *%gs:0x10
    endbr64
#: stos expect: accept
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    rep stosq
    movl %edi,%edi
#: stos-all expect: accept
    .irp op,stosb,stosw,stosl,stosq,"rep stosb","rep stosw","rep stosl"
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    \op
    .endr
#: movs-all expect: accept
    .irp op,movsb,movsw,movsl,movsq,"rep movsb","rep movsw","rep movsl","rep movsq"
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    movl %esi,%esi
    leaq (%r14,%rsi),%rsi
    \op
    .endr
#: stos-bare expect: reject V6 at 0x4
    stosb
#: rep-stos-bare expect: reject V6 at 0x4
    rep stosq
#: movs-bare expect: reject V6 at 0x4
    movsb
#: movs-without-rsi expect: reject V6 at 0xa
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    movsb
#: stos-without-mask expect: reject V6 at 0x8
    leaq (%r14,%rdi),%rdi
    stosb
#: stos-two expect: reject V6 at 0xb
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    stosb
    stosb
#: stos-between expect: reject V6 at 0xb
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    nop
    stosb
#: lods expect: reject V2 at 0x4
    lodsb
#: cmps expect: reject V2 at 0x4
    cmpsb
#: scas expect: reject V2 at 0x4
    repne scasb
#: jump-into-stos expect: reject V7 at 0x4
    jmp 1f
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
1:  stosb
#: loop-back expect: accept
1:  nop
    jne 1b
    loop 1b
    jrcxz 1b
    call 2f
    endbr64
    jmp 1b
2:  ud2
#: branch-into-insn expect: reject V7 at 0x9
1:  movl $0x90909090,%eax
    jmp 1b+1
#: branch-before-text expect: reject V7 at 0x4
    jmp .-100
#: branch-to-end!raw expect: reject V7 at 0x4
    endbr64
    jne 1f
    ud2
1:
#: branch-past-end expect: reject V7 at 0x4
    jne .+100
#: branch-far-away expect: reject V7 at 0x4
    BYTES 0xe9,0xff,0xff,0xff,0x7f
#: branch-far-back expect: reject V7 at 0x4
    BYTES 0xe9,0x00,0x00,0x00,0x80
#: call-without-label expect: reject V8 at 0x9
    call 8f
    nop
#: call-then-template expect: reject V8 at 0x9
    call 8f
    IJMP
#: ends-open!raw expect: reject V8
    endbr64
    nop
#: ends-with-jcc!raw expect: reject V8
1:  endbr64
    jne 1b
#: ends-with-call!raw expect: reject V8
1:  endbr64
    call 1b
#: ends-with-label!raw expect: reject V8
    endbr64
#: ends-with-jmp!raw expect: accept
1:  endbr64
    jmp 1b
#: ends-with-int3!raw expect: accept
    endbr64
    int3
#: ends-with-hlt!raw expect: accept
    endbr64
    hlt
#: ends-with-template!raw expect: accept
8:  endbr64
    IJMP 8b
#: label-in-immediate expect: reject V9 at 0x5
    movl $0xfa1e0ff3,%eax
#: label-in-displacement expect: reject V9 at 0x7
    movl -0x5e1f00d(%r14),%eax
#: label-in-movabs expect: reject V9 at 0x9
    movabsq $0x00fa1e0ff3000000,%rax
#: label-across-fields expect: reject V9 at 0x7
    movl $0x00fa1e0f,-13(%rsp)
#: label-from-modrm expect: reject V9 at 0x5
    xorl $0x00fa1e0f,%ebx
#: label-last-bytes-denied expect: reject V2 at 0x9
    addl $0xf3000000,%eax
    BYTES 0x0f,0x1e,0xfa
#: label-in-branch-is-out-of-range expect: reject V7 at 0x4
    BYTES 0xe9,0xf3,0x0f,0x1e,0xfa
#: label-false expect: reject V9 at 0x9
    BYTES 0xb8,0x00,0x41,0x81,0x3b
    endbr64
#: no-entry-label!raw expect: reject F5 at 0x0
    nop
    ud2
