# SPDX-License-Identifier: Apache-2.0
# V1 and V2: prefixes and the list.
#: nops expect: accept
    nop
    xchgw %ax,%ax
    pause
    nopl (%rax)
    nopw 8(%rax,%rax,1)
    BYTES 0x66,0x2e,0x0f,0x1f,0x84,0,0,0,0,0
    BYTES 0x66,0x66,0x2e,0x0f,0x1f,0x84,0,0,0,0,0
    BYTES 0x66,0x66,0x66,0x66,0x66,0x66,0x2e,0x0f,0x1f,0x84,0,0,0,0,0
    .p2align 6
    nop %eax
#: nop-too-long expect: reject V1 at 0x4
    BYTES 0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x2e,0x0f,0x1f,0x84,0,0,0,0,0
#: nop-cs-twice expect: reject V1 at 0x4
    BYTES 0x2e,0x2e,0x0f,0x1f,0x00
#: nop-gs expect: reject V1 at 0x4
    BYTES 0x65,0x0f,0x1f,0x00
#: nop-other-reg expect: reject V2 at 0x4
    BYTES 0x0f,0x1f,0x08
#: nop-f3 expect: reject V2 at 0x4
    BYTES 0xf3,0x0f,0x1f,0x00
#: endbr32 expect: reject V2 at 0x4
    endbr32
#: rdssp expect: reject V1 at 0x4
    rdsspq %rax
#: hint-nop expect: reject V2 at 0x4
    BYTES 0x0f,0x1e,0xfa
#: label-66 expect: reject V1 at 0x4
    BYTES 0x66,0xf3,0x0f,0x1e,0xfa
#: label-rex expect: reject V1 at 0x4
    BYTES 0xf3,0x48,0x0f,0x1e,0xfa
#: 66-twice expect: reject V1 at 0x4
    BYTES 0x66,0x66,0x89,0xc0
#: 67-twice expect: reject V1 at 0x4
    BYTES 0x65,0x67,0x67,0x89,0x00
#: gs-fs expect: reject V1 at 0x4
    BYTES 0x65,0x64,0x67,0x89,0x00
#: rep-repne expect: reject V1 at 0x4
    BYTES 0xf3,0xf2,0x0f,0x10,0xc0
#: rex-rex expect: reject V2 at 0x4
    BYTES 0x48,0x48,0x89,0xc0
#: rex-then-prefix expect: reject V2 at 0x4
    BYTES 0x48,0x66,0x89,0xc0
#: es expect: reject V1 at 0x4
    BYTES 0x26,0x89,0xc0
#: ds expect: reject V1 at 0x4
    BYTES 0x3e,0x89,0xc0
#: cs expect: reject V1 at 0x4
    BYTES 0x2e,0x89,0xc0
#: notrack expect: reject V1 at 0x4
    notrack jmp *%rax
#: lock-register expect: reject V1 at 0x4
    BYTES 0xf0,0x01,0xc0
#: lock-mov expect: reject V1 at 0x4
    BYTES 0xf0,0x89,0x04,0x24
#: lock-cmp expect: reject V1 at 0x4
    BYTES 0xf0,0x39,0x04,0x24
#: lock-add-load expect: reject V1 at 0x4
    BYTES 0xf0,0x03,0x04,0x24
#: lock-movs expect: reject V1 at 0x4
    BYTES 0xf0,0x0f,0x10,0x04,0x24
#: lock-all expect: accept
    .irp op,addl,orl,adcl,sbbl,andl,subl,xorl,xaddl,cmpxchgl,xchgl
    lock \op %eax,(%rsp)
    .endr
    .irp op,incb,decw,negq,notl,cmpxchg8b,cmpxchg16b
    lock \op (%rsp)
    .endr
    .irp op,btsl,btrl,btcl,addb,orw,sbbq
    lock \op $1,(%rsp)
    .endr
#: rep-add expect: reject V1 at 0x4
    BYTES 0xf3,0x01,0xc0
#: 66-with-rexw expect: reject V1 at 0x4
    BYTES 0x66,0x48,0x89,0xc0
#: 66-jmp expect: reject V1 at 0x4
    BYTES 0x66,0xe9,0,0,0,0
#: 66-jcc expect: reject V1 at 0x4
    BYTES 0x66,0x0f,0x84,0,0,0,0
#: 66-call expect: reject V1 at 0x4
    BYTES 0x66,0xe8,0,0,0,0
#: rexw-jmp expect: reject V1 at 0x4
    BYTES 0x48,0xe9,0,0,0,0
#: bnd-jmp expect: reject V1 at 0x4
    BYTES 0xf2,0xe9,0,0,0,0
#: hint-jcc expect: reject V1 at 0x4
    BYTES 0x2e,0x74,0x00
#: 67-loop expect: reject V1 at 0x4
    BYTES 0x67,0xe2,0x00
#: 67-register expect: reject V1 at 0x4
    BYTES 0x67,0x89,0xc0
#: gs-register expect: reject V1 at 0x4
    BYTES 0x65,0x89,0xc0
#: vex-66 expect: reject V1 at 0x4
    BYTES 0x66,0xc5,0xf8,0x58,0xc0
#: vex-f3 expect: reject V1 at 0x4
    BYTES 0xf3,0xc5,0xf8,0x58,0xc0
#: vex-rex expect: reject V1 at 0x4
    BYTES 0x48,0xc5,0xf8,0x58,0xc0
#: vex-67 expect: reject V1 at 0x4
    BYTES 0x67,0xc5,0xf8,0x58,0x00
#: vex-map-0 expect: reject V2 at 0x4
    BYTES 0xc4,0xe0,0x78,0x58,0xc0
#: vex-map-7 expect: reject V2 at 0x4
    BYTES 0xc4,0xe7,0x78,0x58,0xc0
#: vex-vvvv expect: reject V2 at 0x8
    BYTES 0xc5,0x78,0x28,0xc0
    BYTES 0xc5,0xf0,0x28,0xc0
#: evex-reserved-bit expect: reject V2 at 0x4
    BYTES 0x62,0xf9,0x7c,0x48,0x58,0xc0
#: evex-fixed-bit expect: reject V2 at 0x4
    BYTES 0x62,0xf1,0x78,0x48,0x58,0xc0
#: evex-map-4 expect: reject V2 at 0x4
    BYTES 0x62,0xf4,0x7c,0x08,0x01,0xc0
#: evex-ll-3 expect: reject V2 at 0x4
    BYTES 0x62,0xf1,0x7c,0x68,0x58,0x00
#: rex2 expect: reject V2 at 0x4
    BYTES 0xd5,0x00,0x01,0xc0
#: xop expect: reject V2 at 0x4
    BYTES 0x8f,0xe8,0x78,0xc0,0xc0,0x01
#: cut-off!raw expect: reject V1 at 0x4
    endbr64
    BYTES 0x48,0xb8,0,0
#: cut-off-prefix!raw expect: reject V1 at 0x4
    endbr64
    BYTES 0x66
#: cut-off-evex!raw expect: reject V1 at 0x4
    endbr64
    BYTES 0x62,0xf1,0x7c
#: only-prefixes expect: reject V1 at 0x4
    .fill 20,1,0x66
#: prefixes-any-order expect: accept
    BYTES 0x66,0x67,0x65,0x89,0x00
    BYTES 0x65,0x67,0x66,0x89,0x00
    BYTES 0xf0,0x67,0x65,0x48,0x01,0x00
    BYTES 0x67,0xf3,0x65,0x0f,0x10,0x00
#: pause-rex expect: reject V1 at 0x4
    BYTES 0xf3,0x41,0x90
#: xchg-r8-rax expect: accept
    xchgq %rax,%r8
#: xchg-r14-rax expect: reject V4 at 0x4
    BYTES 0x49,0x96
#: base expect: accept
    adcb $1,%al
    addl $0x12345,%eax
    movslq %eax,%rbx
    movabsq $0x123456789abcdef,%rax
    movw $0x1234,%ax
    cmpw $0x1234,%bx
    testw $0x1234,%ax
    imulw $0x1234,%ax,%bx
    cwtl
    cqto
    std
    cld
    clc
    stc
    cmc
    sahf
    lahf
    fwait
    fldcw (%rsp)
    fnstcw (%rsp)
    fldenv (%rsp)
    fnstenv (%rsp)
    fninit
    fnclex
    fldt (%rsp)
    fstpt (%rsp)
    fucomip %st(1),%st
    fcmove %st(1),%st
    emms
    crc32b %al,%ebx
    crc32w %ax,%ebx
    popcntw %ax,%bx
    movbew (%rsp),%ax
    aesenc %xmm0,%xmm1
    pclmulqdq $0,%xmm0,%xmm1
    sha256rnds2 %xmm0,%xmm1
    gf2p8mulb %xmm0,%xmm1
    rdrand %eax
    rdseed %rax
    mfence
    lfence
    sfence
    xgetbv
    prefetchw (%rsp)
    int3
    vzeroupper
    vzeroall
    vaesenc %zmm0,%zmm1,%zmm2
    vpermb %zmm0,%zmm1,%zmm2{%k1}{z}
    vaddph %zmm0,%zmm1,%zmm2
    vdpbf16ps %zmm0,%zmm1,%zmm2
    vpdpbusd %ymm0,%ymm1,%ymm2
    {vex} vpdpbusd %ymm0,%ymm1,%ymm2
    vaddps {rn-sae},%zmm0,%zmm1,%zmm2
    vaddps (%rsp){1to16},%zmm1,%zmm2
#: denied-syscall expect: reject V2 at 0x4
    syscall
#: denied-sysenter expect: reject V2 at 0x4
    sysenter
#: denied-sysretq expect: reject V2 at 0x4
    sysretq
#: denied-int-0x80 expect: reject V2 at 0x4
    int $0x80
#: denied-int-4 expect: reject V2 at 0x4
    int $4
#: denied-iretq expect: reject V2 at 0x4
    iretq
#: denied-lretq expect: reject V2 at 0x4
    lretq
#: denied-rdfsbase-rax expect: reject V2 at 0x4
    rdfsbase %rax
#: denied-rdgsbase-rax expect: reject V2 at 0x4
    rdgsbase %rax
#: denied-wrfsbase-rax expect: reject V2 at 0x4
    wrfsbase %rax
#: denied-wrgsbase-rax expect: reject V2 at 0x4
    wrgsbase %rax
#: denied-wrgsbase-eax expect: reject V2 at 0x4
    wrgsbase %eax
#: denied-swapgs expect: reject V2 at 0x4
    swapgs
#: denied-cpuid expect: reject V2 at 0x4
    cpuid
#: denied-rdtsc expect: reject V2 at 0x4
    rdtsc
#: denied-rdtscp expect: reject V2 at 0x4
    rdtscp
#: denied-rdpmc expect: reject V2 at 0x4
    rdpmc
#: denied-rdpid-rax expect: reject V2 at 0x4
    rdpid %rax
#: denied-xsetbv expect: reject V2 at 0x4
    xsetbv
#: denied-rdpkru expect: reject V2 at 0x4
    rdpkru
#: denied-wrpkru expect: reject V2 at 0x4
    wrpkru
#: denied-enclu expect: reject V2 at 0x4
    enclu
#: denied-encls expect: reject V2 at 0x4
    encls
#: denied-enclv expect: reject V2 at 0x4
    enclv
#: denied-vmcall expect: reject V2 at 0x4
    vmcall
#: denied-vmfunc expect: reject V2 at 0x4
    vmfunc
#: denied-xbegin-8f expect: reject V2 at 0x4
    xbegin 8f
#: denied-xend expect: reject V2 at 0x4
    xend
#: denied-xabort-1 expect: reject V2 at 0x4
    xabort $1
#: denied-xtest expect: reject V2 at 0x4
    xtest
#: denied-cli expect: reject V2 at 0x4
    cli
#: denied-sti expect: reject V2 at 0x4
    sti
#: denied-in-1-al expect: reject V2 at 0x4
    in $1,%al
#: denied-out-al-[dx] expect: reject V2 at 0x4
    out %al,(%dx)
#: denied-insb expect: reject V2 at 0x4
    insb
#: denied-outsl expect: reject V2 at 0x4
    outsl
#: denied-movw-ax-ds expect: reject V2 at 0x4
    movw %ax,%ds
#: denied-movw-ds-ax expect: reject V2 at 0x4
    movw %ds,%ax
#: denied-movw-ax-fs expect: reject V2 at 0x4
    movw %ax,%fs
#: denied-pushq-fs expect: reject V2 at 0x4
    pushq %fs
#: denied-pushq-gs expect: reject V2 at 0x4
    pushq %gs
#: denied-popq-fs expect: reject V2 at 0x4
    popq %fs
#: denied-popq-gs expect: reject V2 at 0x4
    popq %gs
#: denied-mov-rax-cr3 expect: reject V2 at 0x4
    mov %rax,%cr3
#: denied-mov-cr0-rax expect: reject V2 at 0x4
    mov %cr0,%rax
#: denied-mov-rax-db7 expect: reject V2 at 0x4
    mov %rax,%db7
#: denied-lfs-[rsp]-eax expect: reject V2 at 0x4
    lfs (%rsp),%eax
#: denied-lgs-[rsp]-rax expect: reject V2 at 0x4
    lgs (%rsp),%eax
#: denied-lss-[rsp]-eax expect: reject V2 at 0x4
    lss (%rsp),%eax
#: denied-lgdt-[rsp] expect: reject V2 at 0x4
    lgdt (%rsp)
#: denied-sidt-[rsp] expect: reject V2 at 0x4
    sidt (%rsp)
#: denied-sgdt-[rsp] expect: reject V2 at 0x4
    sgdt (%rsp)
#: denied-str-ax expect: reject V2 at 0x4
    str %ax
#: denied-sldt-ax expect: reject V2 at 0x4
    sldt %ax
#: denied-smsw-ax expect: reject V2 at 0x4
    smsw %eax
#: denied-lmsw-ax expect: reject V2 at 0x4
    lmsw %ax
#: denied-lsl-ax-ax expect: reject V2 at 0x4
    lsl %ax,%ax
#: denied-lar-ax-ax expect: reject V2 at 0x4
    lar %ax,%ax
#: denied-verr-ax expect: reject V2 at 0x4
    verr %ax
#: denied-xsave-[rsp] expect: reject V2 at 0x4
    xsave (%rsp)
#: denied-xrstor-[rsp] expect: reject V2 at 0x4
    xrstor (%rsp)
#: denied-xsavec-[rsp] expect: reject V2 at 0x4
    xsavec (%rsp)
#: denied-xsaveopt-[rsp] expect: reject V2 at 0x4
    xsaveopt (%rsp)
#: denied-xsaves-[rsp] expect: reject V2 at 0x4
    xsaves (%rsp)
#: denied-xrstors-[rsp] expect: reject V2 at 0x4
    xrstors (%rsp)
#: denied-fxsave-[rsp] expect: reject V2 at 0x4
    fxsave (%rsp)
#: denied-fxrstor-[rsp] expect: reject V2 at 0x4
    fxrstor (%rsp)
#: denied-clflush-[rsp] expect: reject V2 at 0x4
    clflush (%rsp)
#: denied-clflushopt-[rsp] expect: reject V1 at 0x4
    clflushopt (%rsp)
#: denied-clwb-[rsp] expect: reject V1 at 0x4
    clwb (%rsp)
#: denied-cldemote-[rsp] expect: reject V2 at 0x4
    cldemote (%rsp)
#: denied-clzero expect: reject V2 at 0x4
    clzero
#: denied-invd expect: reject V2 at 0x4
    invd
#: denied-wbinvd expect: reject V2 at 0x4
    wbinvd
#: denied-invlpg-[rsp] expect: reject V2 at 0x4
    invlpg (%rsp)
#: denied-monitor expect: reject V2 at 0x4
    monitor
#: denied-mwait expect: reject V2 at 0x4
    mwait
#: denied-umonitor-rax expect: reject V2 at 0x4
    umonitor %rax
#: denied-umwait-eax expect: reject V2 at 0x4
    umwait %eax
#: denied-tpause-eax expect: reject V1 at 0x4
    tpause %eax
#: denied-movdir64b-[rsp]-rax expect: reject V2 at 0x4
    movdir64b (%rsp),%rax
#: denied-movdiri-eax-[rsp] expect: reject V2 at 0x4
    movdiri %eax,(%rsp)
#: denied-enqcmd-[rsp]-rax expect: reject V2 at 0x4
    enqcmd (%rsp),%rax
#: denied-maskmovdqu-xmm0-xmm1 expect: reject V2 at 0x4
    maskmovdqu %xmm0,%xmm1
#: denied-maskmovq-mm0-mm1 expect: reject V2 at 0x4
    maskmovq %mm0,%mm1
#: denied-vmaskmovdqu-xmm0-xmm1 expect: reject V2 at 0x4
    vmaskmovdqu %xmm0,%xmm1
#: denied-xlatb expect: reject V2 at 0x4
    xlatb
#: denied-incsspq-rax expect: reject V2 at 0x4
    incsspq %rax
#: denied-wrssq-rax-[rsp] expect: reject V2 at 0x4
    wrssq %rax,(%rsp)
#: denied-wrussq-rax-[rsp] expect: reject V2 at 0x4
    wrussq %rax,(%rsp)
#: denied-setssbsy expect: reject V2 at 0x4
    setssbsy
#: denied-saveprevssp expect: reject V2 at 0x4
    saveprevssp
#: denied-clrssbsy-[rsp] expect: reject V2 at 0x4
    clrssbsy (%rsp)
#: denied-rstorssp-[rsp] expect: reject V2 at 0x4
    rstorssp (%rsp)
#: denied-ldtilecfg-[rsp] expect: reject V2 at 0x4
    ldtilecfg (%rsp)
#: denied-tilerelease expect: reject V2 at 0x4
    tilerelease
#: denied-tileloadd-[rsp-rax-1]-tmm0 expect: reject V2 at 0x4
    tileloadd (%rsp,%rax,1),%tmm0
#: denied-bndmov-bnd0-bnd1 expect: reject V2 at 0x4
    bndmov %bnd0,%bnd1
#: denied-pconfig expect: reject V2 at 0x4
    pconfig
#: denied-rsm expect: reject V2 at 0x4
    rsm
#: denied-hreset-1-eax expect: reject V2 at 0x4
    hreset $1
#: denied-serialize expect: reject V2 at 0x4
    serialize
#: denied-ptwrite-rax expect: reject V2 at 0x4
    ptwrite %rax
#: denied-ud0-eax-eax expect: reject V2 at 0x4
    ud0 %eax,%eax
#: denied-ud1-eax-eax expect: reject V2 at 0x4
    ud1 %eax,%eax
#: denied-vmread-rax-rbx expect: reject V2 at 0x4
    vmread %rax,%rbx
#: denied-getsec expect: reject V2 at 0x4
    getsec
#: denied-loadiwkey-xmm0-xmm1 expect: reject V2 at 0x4
    loadiwkey %xmm0,%xmm1
#: denied-aesenc128kl-[rsp]-xmm0 expect: reject V2 at 0x4
    aesenc128kl (%rsp),%xmm0
#: denied-uiret expect: reject V2 at 0x4
    uiret
#: denied-senduipi-rax expect: reject V2 at 0x4
    senduipi %rax
#: denied-stui expect: reject V2 at 0x4
    stui
#: denied-clui expect: reject V2 at 0x4
    clui
#: denied-ret-8 expect: reject V2 at 0x4
    ret $8
#: denied-rep-ret expect: reject V2 at 0x4
    rep ret
#: denied-bnd-ret expect: reject V2 at 0x4
    bnd ret
#: denied-ljmpl-[rsp] expect: reject V2 at 0x4
    ljmp *(%rsp)
#: denied-lcalll-[rsp] expect: reject V2 at 0x4
    lcall *(%rsp)
#: denied-ljmpq-[rsp] expect: reject V2 at 0x4
    rex.w ljmp *(%rsp)
#: denied-popfw expect: reject V2 at 0x4
    popfw
#: denied-popfq expect: reject V2 at 0x4
    popfq
