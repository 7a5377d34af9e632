#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The escape corpus, generated part: prints cases for ../verify/run.py; with --seeds, one text that is
accepted and has every instruction form with every legal operand form, for the fuzzer and the oracle.

Each case is one way out of the window: one instruction form of the accepted list with one operand that
would reach outside it, or with one destination that would break r14 or rsp. `holes.s` has the
hand-written ones, `elf.py` the program files.
"""

import sys

# Every kind of instruction with a memory operand, @ for the operand.
TOUCH = """
movb $1,@|movw $1,@|movl $1,@|movq $1,@|movb %al,@|movl %eax,@|movq %rax,@|movb @,%al|movl @,%eax|movq @,%rax|movzbl @,%eax|movsbl @,%eax|movslq @,%rax
addl %eax,@|addl @,%eax|lock addl $1,@|orq %rax,@|adcb $1,@|sbbl @,%eax|andw $1,@|subq @,%rax|xorl $1,@|cmpl $1,@|cmpb @,%al|testl $1,@|testq %rax,@
incl @|decq @|notl @|negb @|mull @|imulq @|imull @,%eax|imull $5,@,%eax|divl @|idivq @|shll $3,@|shrq %cl,@|rolb @|rcrl $2,@|shldl $3,%eax,@|shrdq %cl,%rax,@
xchgl %eax,@|xaddl %eax,@|cmpxchgq %rcx,@|cmpxchg8b @|lock cmpxchg16b @|btl $3,@|btsq $3,@|sete @|cmovel @,%eax|bsfl @,%eax|popcntl @,%eax|tzcntq @,%rax|movbel @,%eax|movbeq %rax,@|crc32l @,%eax|adcxl @,%eax
pushq @|popq @|movntil %eax,@|prefetcht0 @|prefetchw @|ldmxcsr @|stmxcsr @
flds @|fldl @|fldt @|fsts @|fstpl @|fstpt @|fildl @|fistpq @|fisttpl @|faddl @|fiadds @|fldenv @|fnstenv @|fldcw @|fnstcw @|fnstsw @|frstor @|fnsave @|fbld @|fbstp @
movups @,%xmm0|movups %xmm0,@|movapd %xmm0,@|movss @,%xmm0|movsd %xmm0,@|movlps %xmm0,@|movhpd @,%xmm0|movd @,%xmm0|movq %xmm0,@|movdqa @,%xmm0|movdqu %xmm0,@|movntps %xmm0,@|movntdq %xmm0,@|movntdqa @,%xmm0|lddqu @,%xmm0|movntq %mm0,@|movq @,%mm0|paddb @,%mm0
addps @,%xmm0|cvtsi2sdl @,%xmm0|cvttss2si @,%eax|cmpsd $1,@,%xmm0|pshufd $1,@,%xmm0|pinsrw $1,@,%xmm0|pextrb $1,%xmm0,@|pextrq $1,%xmm0,@|extractps $1,%xmm0,@|pinsrd $1,@,%xmm0|aesenc @,%xmm0|pclmulqdq $0,@,%xmm0|sha1msg1 @,%xmm0|gf2p8mulb @,%xmm0|pcmpestri $1,@,%xmm0|pmovzxbw @,%xmm0|palignr $1,@,%mm0
vmovups @,%ymm0|vmovups %ymm0,@|vmovd %xmm0,@|vmovntdq %ymm0,@|vaddps @,%ymm1,%ymm0|vbroadcastss @,%ymm0|vmaskmovps %ymm0,%ymm1,@|vpmaskmovd @,%ymm1,%ymm0|vpextrw $1,%xmm0,@|vextractf128 $1,%ymm0,@|vcvtph2ps @,%ymm0|vfmadd231pd @,%ymm1,%ymm0|vldmxcsr @|vstmxcsr @|vpcmpistri $1,@,%xmm0
andnl @,%eax,%ebx|bextrl %eax,@,%ebx|blsrl @,%ebx|bzhil %eax,@,%ebx|mulxl @,%eax,%ebx|pdepl @,%eax,%ebx|pextl @,%eax,%ebx|rorxl $3,@,%ebx|sarxl %eax,@,%ebx|kmovw @,%k1|kmovq %k1,@
vmovdqu32 @,%zmm0|vmovdqu64 %zmm0,@|vmovdqu8 %zmm0,@{%k1}|vaddpd @,%zmm1,%zmm0|vaddps @{1to16},%zmm1,%zmm0|vpcompressd %zmm0,@|vpexpandq @,%zmm0|vpmovdb %zmm0,@|vextracti32x4 $1,%zmm0,@|vpternlogd $1,@,%zmm1,%zmm0|vpcmpud $1,@,%zmm1,%k1|vfpclassps $1,@{1to16},%k1|vmovsh @,%xmm0|vaddph @,%zmm1,%zmm0|vpmovm_
""".replace("\n", "|").split("|")

# Every kind of instruction with a general register as destination, @q @d @w @b for its names.
WRITE = """
movq %rax,@q|movq (%rsp),@q|movabsq $0x123456789abc,@q|movw $1,@w|movb $1,@b|leaq 8(%rax),@q|leal (%rax),@d|movzbl %al,@d|movzwq %ax,@q|movsbq %al,@q|movslq %eax,@q
addq %rax,@q|addq (%rsp),@q|orl %eax,@d|adcq $1,@q|sbbq %rax,@q|andb $1,@b|subw %ax,@w|xorl @d,@d|incq @q|decl @d|notq @q|negl @d|imulq %rax,@q|imulq $3,%rax,@q|shlq $3,@q|shrq %cl,@q|sarl @d|rolq @q|rcrq $3,@q
shldq $3,%rax,@q|shrdq %cl,%rax,@q|xchgq %rbx,@q|xchgq @q,%rbx|xchgq %rax,@q|xaddq %rax,@q|xaddq @q,%rax|cmpxchgq %rbx,@q|btsq $3,@q|btrq %rax,@q|btcl $3,@d|sete @b|cmovneq %rax,@q|cmovel %eax,@d
bsfq %rax,@q|bsrq %rax,@q|popcntq %rax,@q|lzcntq %rax,@q|tzcntl %eax,@d|bswap @q|crc32q %rax,@q|crc32b %al,@d|movbeq (%rsp),@q|adcxq %rax,@q|adoxl %eax,@d|rdrand @q|rdseed @d|popq @q
movd %xmm0,@d|movq %xmm0,@q|movd %mm0,@d|cvtss2si %xmm0,@q|cvttsd2si %xmm0,@d|movmskps %xmm0,@d|movmskpd %xmm0,@d|pmovmskb %xmm0,@d|pmovmskb %mm0,@d|pextrw $1,%xmm0,@d|pextrw $1,%mm0,@d|pextrb $1,%xmm0,@d|pextrd $1,%xmm0,@d|pextrq $1,%xmm0,@q|extractps $1,%xmm0,@d
vmovd %xmm0,@d|vmovq %xmm0,@q|vcvtss2si %xmm0,@q|vcvttsd2si %xmm0,@d|vmovmskps %ymm0,@d|vmovmskpd %ymm0,@d|vpmovmskb %ymm0,@d|vpextrw $1,%xmm0,@d|vpextrb $1,%xmm0,@d|vpextrd $1,%xmm0,@d|vpextrq $1,%xmm0,@q|vextractps $1,%xmm0,@d
andnq %rax,%rbx,@q|bextrq %rax,%rbx,@q|blsiq %rax,@q|blsmskl %eax,@d|blsrq %rax,@q|bzhiq %rax,%rbx,@q|mulxq %rax,%rbx,@q|mulxq %rax,@q,%rbx|pdepq %rax,%rbx,@q|pextl %eax,%ebx,@d|rorxq $3,%rax,@q|sarxq %rax,%rbx,@q|shlxq %rax,%rbx,@q|shrxl %eax,%ebx,@d
kmovb %k1,@d|kmovw %k1,@d|kmovd %k1,@d|kmovq %k1,@q|{evex} vmovd %xmm0,@d|{evex} vmovq %xmm0,@q|{evex} vpextrd $1,%xmm0,@d|{evex} vpextrw $1,%xmm0,@d|vcvtss2usi %xmm0,@q|vcvttsd2usi %xmm0,@d|vcvtsh2si %xmm0,@d|vmovw %xmm0,@d
""".replace("\n", "|").split("|")

NAMES = {"r14": ("%r14", "%r14d", "%r14w", "%r14b"), "rsp": ("%rsp", "%esp", "%sp", "%spl")}
OPERANDS = [("wild", "(%rax)", "V3"), ("wild-gs64", "%gs:8(%rax,%rcx)", "V3"),
            ("unproven", "(%r14,%rax)", "V3"), ("fs", "%fs:0x30", "V3")]


def names(entries):
    return [e.strip() for e in entries if e.strip() and not e.strip().endswith("_")]


def slug(text):
    return "".join(c if c.isalnum() else "-" for c in text).strip("-")


SEED_OPERANDS = [("", "%gs:8(%eax,%ecx,4)"), ("", "%gs:0x40000100"), ("", "16(%rsp)"), ("", "0x100(%r14)"),
                 ("movl %eax,%r11d", "-8(%r14,%r11)"), ("movzbl %cl,%r9d", "64(%r14,%r9,8)")]

SEED_CONTROL = """
1:  endbr64
    pushq %rbx
    subq $24,%rsp
    movl %ebx,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 9f
    call *%r11
2:  endbr64
    leaq 24(%rsp),%rsp
    popq %r11
    movl %r11d,%r11d
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne 9f
    jmp *%r11
9:  ud2
    call 1b
    endbr64
    call *%fs:0x10
    endbr64
    movq %fs:0,%rax
    xorq %fs:0x28,%rdx
    movl %ebp,%esp
    addq %r14,%rsp
    andl $-64,%esp
    leaq (%rsp,%r14),%rsp
    movl %gs:(%ebx),%esp
    addq %r14,%rsp
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    stosq
    movl %edi,%edi
    movl %edi,%edi
    leaq (%r14,%rdi),%rdi
    movl %esi,%esi
    leaq (%r14,%rsi),%rsi
    movsl
    testb %al,%al
    je 3f
    jmp 4f
3:  loop 3b
4:  jrcxz 3b
"""


def seeds():
    print("    endbr64")
    for i, insn in enumerate(names(TOUCH)):
        for before, operand in SEED_OPERANDS:
            # an 8-bit or pushed operand form may not exist with every register; the assembler tells
            print(f"    {before}\n    {insn.replace('@', operand)}")
        if i % 8 == 0:
            print(SEED_CONTROL)
        print("    endbr64")
    for i, insn in enumerate(names(WRITE)):
        for q, d, w, b in [("%rbx", "%ebx", "%bx", "%bl"), ("%r9", "%r9d", "%r9w", "%r9b")]:
            body = insn.replace("@q", q).replace("@d", d).replace("@w", w).replace("@b", b)
            print(f"    {body}\n    movl {d},{d}\n    movb (%r14,{q}),%al")
    print("    ud2")


def main():
    if sys.argv[1:] == ["--seeds"]:
        return seeds()
    print("# generated by tables.py")
    for i, insn in enumerate(names(TOUCH)):
        # each instruction through one of the ways, all ways equally often; the first through all
        for k, (name, operand, rule) in enumerate(OPERANDS):
            if i and (i + k) % 2:
                continue
            print(f"#: {name}-{slug(insn)} expect: reject {rule} at 0x4")
            print("    " + insn.replace("@", operand))
    for register, (q, d, w, b) in NAMES.items():
        for insn in names(WRITE):
            body = insn.replace("@q", q).replace("@d", d).replace("@w", w).replace("@b", b)
            print(f"#: {register}-{slug(insn)} expect: reject V4 at 0x4")
            print("    " + body)


if __name__ == "__main__":
    main()
