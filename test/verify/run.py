#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the verifier on assembler cases.

A case file holds many cases, each after a line

    #: NAME expect: accept
    #: NAME expect: reject V5 at 0x4

The runner puts `endbr64` (so the first instruction is at 0x4) before a case and `8: ud2` after it, unless
NAME ends in `!raw`. `IJMP`, `ICALL`, `GATE` are the templates, with trap 8f. A case is one text section.
The offset may be left out in `reject` only where the rule has none. Every case is one property.
"""
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

PRELUDE = """
.macro CHECK trap
    btsq $45,%r11
    cmpl $0xfa1e0ff3,(%r11)
    jne \\trap
.endm
.macro IJMP trap=8f
    movl %r11d,%r11d
    CHECK \\trap
    jmp *%r11
.endm
.macro ICALL trap=8f
    movl %r11d,%r11d
    CHECK \\trap
    call *%r11
    endbr64
.endm
.macro GATE
    call *%fs:0x10
    endbr64
.endm
.macro BYTES b:vararg
    .byte \\b
.endm
"""
HEAD = re.compile(r"^#: (\S+) expect: (accept|reject (\w+)(?: at (0x[0-9a-f]+))?)\s*$")


def parse(path):
    cases = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("#:"):
            m = HEAD.match(line)
            if not m:
                sys.exit(f"{path}:{number}: malformed case header")
            cases.append({"name": f"{path.stem}/{m[1]}", "line": number, "body": [],
                          "want": m[2].split()[0], "rule": m[3], "at": m[4]})
        elif cases:
            cases[-1]["body"].append(line)
    return cases


def sections(blob):
    """Section name -> bytes, of an ELF64 object; relocations into a case are an error of the case."""
    shoff, = struct.unpack_from("<Q", blob, 40)
    entsize, count, names = struct.unpack_from("<HHH", blob, 58)
    heads = [struct.unpack_from("<IIQQQQIIQQ", blob, shoff + i * entsize) for i in range(count)]
    strings = heads[names][4]
    out = {}
    for h in heads:
        end = blob.index(b"\0", strings + h[0])
        out[blob[strings + h[0]:end].decode()] = blob[h[4]:h[4] + h[5]]
    return out


def assemble(path, cases, tmp):
    text = [PRELUDE]
    for i, c in enumerate(cases):
        raw = c["name"].endswith("!raw")
        text.append(f'.section .case{i},"ax",@progbits')
        text.append(f"# {path.name}:{c['line']}" if raw else "endbr64")
        text.extend(c["body"])
        text.append("" if raw else "8: ud2")
    src, obj = tmp / "cases.s", tmp / "cases.o"
    src.write_text("\n".join(text) + "\n")
    subprocess.run(["as", "-o", obj, src], check=True)
    found = sections(obj.read_bytes())
    for i, c in enumerate(cases):
        if f".rela.case{i}" in found:
            sys.exit(f"{c['name']}: needs a relocation")
        c["file"] = tmp / f"{i}.bin"
        c["file"].write_bytes(found[f".case{i}"])


def judge(case, answer):
    if answer[0] != case["want"]:
        return False
    if case["want"] == "accept":
        return True
    return answer[1] == case["rule"] and case["at"] in (None, answer[3])


def main():
    vcheck, *files = sys.argv[1:]
    failed = total = 0
    rules = {}
    for path in map(Path, files):
        cases = parse(path)
        with tempfile.TemporaryDirectory() as d:
            assemble(path, cases, Path(d))
            run = subprocess.run([vcheck, "text", *[c["file"] for c in cases]], capture_output=True,
                                 text=True, check=True)
        for case, line in zip(cases, run.stdout.splitlines(), strict=True):
            total += 1
            key = case["rule"] or "accept"
            rules[key] = rules.get(key, 0) + 1
            if not judge(case, line.split()):
                failed += 1
                print(f"{case['name']}: want {case['want']} {case['rule'] or ''} {case['at'] or ''}, "
                      f"got {line}")
    print(f"{total} cases, {failed} failed:", ", ".join(f"{k} {v}" for k, v in sorted(rules.items())))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
