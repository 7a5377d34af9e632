# SPDX-License-Identifier: Apache-2.0
# V3: memory operands.
#: gs expect: accept
    movl %gs:(%eax),%ebx
    movq %rax,%gs:-0x80000000(%r13d,%r12d,8)
    movb %gs:0x7fffffff(%esp),%ah
    addl $5,%gs:(%ebp)
    lock addl $5,%gs:(%r14d)
    vaddps %gs:(%eax,%ecx,4),%zmm1,%zmm2
    vmovaps %zmm1,%gs:64(%eax)
    fldl %gs:(%eax)
    movss %gs:(%eax),%xmm0
    vgatherdps %xmm0,%gs:(%eax,%xmm1,4),%xmm2
    vpgatherqq %ymm0,%gs:8(%eax,%ymm1,8),%ymm2
    vpgatherdd %gs:(%eax,%zmm31,4),%zmm2{%k1}
    vscatterqpd %zmm2,%gs:(%r9d,%zmm17,8){%k1}
    cmpxchg16b %gs:(%edi)
    ldmxcsr %gs:(%edi)
    prefetcht0 %gs:(%edi)
#: gs-absolute expect: accept
    movl %gs:0x40000000,%eax
    movb %ah,%gs:-5
#: gs-absolute-addr32 expect: accept
    BYTES 0x65,0x67,0x8b,0x04,0x25,0,0,0,0x40
#: gs-64bit-base expect: reject V3 at 0x4
    movl %gs:(%rax),%ebx
#: gs-64bit-index expect: reject V3 at 0x4
    movl %gs:0x100(,%rax,8),%ebx
#: gs-64bit-r12-index expect: reject V3 at 0x4
    BYTES 0x65,0x42,0x8b,0x04,0x25,0,0,0,0x40
#: gs-rip expect: reject V3 at 0x4
    movl %gs:8f(%rip),%ebx
#: gs-eip expect: reject V3 at 0x4
    BYTES 0x65,0x67,0x8b,0x05,0,0,0,0
#: gs-vsib-64 expect: reject V3 at 0x4
    vgatherdps %xmm0,%gs:(%rax,%xmm1,4),%xmm2
#: gs-vsib-absolute-64 expect: reject V3 at 0x4
    vgatherdps %xmm0,%gs:0x40000000(,%xmm4,1),%xmm2
#: plain expect: reject V3 at 0x4
    movl (%rax),%ebx
#: plain-32 expect: reject V1 at 0x4
    movl (%eax),%ebx
#: rip expect: reject V3 at 0x4
    movl 8f(%rip),%ebx
#: absolute expect: reject V3 at 0x4
    movl 0x40000000,%ebx
#: moffs expect: reject V2 at 0x4
    movabsl 0x1234567812345678,%eax
#: moffs-gs expect: reject V2 at 0x4
    addr32 movl %gs:0x40000000,%eax
#: rsp expect: accept
    movl 8(%rsp),%eax
    movl %eax,-0x80000000(%rsp)
    vmovups 0x7fffffc0(%rsp),%zmm1
    lock incl (%rsp)
#: rsp-index expect: reject V3 at 0x4
    movl 8(%rsp,%rax),%eax
#: rsp-known-index expect: reject V3 at 0x6
    movl %eax,%eax
    movl 8(%rsp,%rax),%eax
#: rsp-r12-base expect: reject V3 at 0x4
    movl 8(%r12),%eax
#: rsp-r12-index expect: reject V3 at 0x4
    movl 8(%rsp,%r12),%eax
#: rsp-vsib expect: reject V3 at 0x4
    vgatherdps %xmm0,(%rsp,%xmm4,1),%xmm2
#: r14 expect: accept
    movl (%r14),%eax
    movl %eax,0x7fffffff(%r14)
    movl -0x80000000(%r14),%eax
    BYTES 0x41,0x8b,0x04,0x26
    vmovdqu64 %zmm20,0x40(%r14)
#: r14-rsi-without-rex expect: reject V3 at 0x4
    movl 8(%rsi),%eax
#: r14-vsib expect: reject V3 at 0x4
    vgatherdps %xmm0,(%r14,%xmm1,1),%xmm2
#: r14-vsib-xmm4 expect: reject V3 at 0x4
    vgatherdps %xmm0,(%r14,%xmm4,1),%xmm2
#: r14-as-index expect: reject V3 at 0x6
    movl %eax,%eax
    movl (%rax,%r14),%eax
#: r14-32 expect: reject V1 at 0x4
    movl (%r14d),%eax
#: r14-fs expect: reject V3 at 0x4
    movl %fs:(%r14),%eax
#: r14-ds expect: reject V1 at 0x4
    BYTES 0x3e,0x41,0x8b,0x06
#: thread-words expect: accept
    movq %fs:0,%rax
    movq %fs:0,%r11
    movq %fs:0x28,%rdx
    subq %fs:0x28,%rdx
    xorq %fs:0x28,%rdx
    cmpq %fs:0x28,%rdx
#: fs-32 expect: reject V3 at 0x4
    movl %fs:0,%eax
#: fs-store expect: reject V3 at 0x4
    movq %rax,%fs:0
#: fs-other expect: reject V3 at 0x4
    movq %fs:8,%rax
#: fs-gate-word expect: reject V3 at 0x4
    movq %fs:0x10,%rax
#: fs-base expect: reject V3 at 0x4
    movq %fs:0(%rax),%rax
#: fs-index expect: reject V3 at 0x4
    movq %fs:0(,%r12,1),%rax
#: fs-67 expect: reject V1 at 0x4
    BYTES 0x64,0x67,0x48,0x8b,0x04,0x25,0,0,0,0
#: fs-add expect: reject V3 at 0x4
    addq %fs:0,%rax
#: fs-cmp-memory-first expect: reject V3 at 0x4
    cmpq %rax,%fs:0
#: fs-sse expect: reject V3 at 0x4
    movsd %fs:0,%xmm0
#: fs-vex expect: reject V3 at 0x4
    vmovsd %fs:0,%xmm0
#: fs-push expect: reject V3 at 0x4
    pushq %fs:0
#: fs-to-rsp expect: reject V4 at 0x4
    movq %fs:0,%rsp
#: fs-to-r14 expect: reject V4 at 0x4
    movq %fs:0,%r14
#: lea expect: accept
    leaq (%rax,%rbx,8),%rcx
    leal 8f(%rip),%ecx
    leaq 8f(%rip),%rcx
    leal (%eax,%ebx,8),%ecx
    leaq (%eax),%rcx
    leaw (%rax),%cx
    leaq 0x12345678,%rcx
#: lea-segment expect: reject V1 at 0x4
    BYTES 0x65,0x48,0x8d,0x00
#: lea-register expect: reject V2 at 0x4
    BYTES 0x48,0x8d,0xc0
#: push-memory expect: reject V3 at 0x4
    pushq (%rax)
#: pop-memory expect: reject V3 at 0x4
    popq (%rax)
#: bts-register-memory expect: reject V2 at 0x4
    btsq %rax,8(%rsp)
#: bt-register-memory expect: reject V2 at 0x4
    btl %eax,%gs:(%ecx)
#: btr-register-memory-r14 expect: reject V2 at 0x4
    btrq %rax,(%r14)
#: btc-register-memory-lock expect: reject V1 at 0x4
    lock btcq %rax,8(%rsp)
#: bts-immediate expect: accept
    btsq $5,8(%rsp)
    btl $5,%gs:(%eax)
    btsq %rax,%rcx
    btcl %eax,%ecx
    lock btrq $5,(%r14)
