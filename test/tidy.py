#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The conventions of CONTRIBUTING.md as a test: test/tidy.py [BUILD].

Prints one line per finding and the sizes of the trusted code. With a build directory the archives
in it are checked too: what they leave undefined is what they depend on. Exceptions are lists in this
file that may only shrink: one that is no longer needed is a finding itself.
"""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
sys.dont_write_bytecode = True
import gendocs  # noqa: E402

FILE_LINES = 800
FUNCTION_LINES = 70
ASM_LINES = 1000
TCB_LINES = 32000  # doc/adr/0015: 25000 for the first kernel, and room for the whole of Linux IPC
TCB_DIRS = ("abi/", "lib/", "verifier/", "kernel/", "enclave/")
# Never in the enclave: what measures, signs and loads it from outside.
NOT_TCB = ("lib/hosted/", "lib/enclave_image.", "lib/sigstruct.", "abi/sgx_uapi.h")
SOURCE = (".c", ".h", ".S", ".def", ".lds", ".py", ".sh")

# Longer than the limits allow, and by how much. To be split, never extended.
LONG_FILES = {}
LONG_FUNCTIONS = {}

# Files that still call what is banned; what is copied there has a known length.
BANNED_IN = {"host/emu_key.c", "host/preload/vdso_image.c", "rewriter/pass_mem.c",
             "rewriter/pass_stack.c", "cli/cmd_verify.c"}
# Tests and measured programs do what programs do.
BAN_FREE = ("test/", "bench/")

BANNED = {
    r"\b(?:strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|alloca|mktemp|tmpnam)\s*\(":
        "has a safe successor",
    r"\bsetjmp\s*\(|\blongjmp\s*\(": "hides an exit",
    r"\b(?:TODO|FIXME|XXX|HACK)\b": "belongs into an issue",
}
# Paths of one machine, written so that this file does not contain them.
MACHINE_PATH = re.compile("/" + r"(?:work|home)/\w")

findings = []


def finding(path, line, text):
    findings.append(f"{path}:{line}: {text}" if line else f"{path}: {text}")


def tracked():
    try:
        out = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True,
                             text=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):  # an unpacked tarball
        out = [os.path.relpath(os.path.join(d, f), ROOT) for d, _, fs in os.walk(ROOT) for f in fs
               if "/build" not in d and "/.git" not in d]
    return [p for p in out if p and os.path.isfile(os.path.join(ROOT, p))]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def code_lines(text):
    """Lines with code on them: neither blank nor all comment."""
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S)
    return sum(1 for line in text.splitlines() if line.strip() and not
               line.lstrip().startswith("//"))


def in_tcb(path):
    return path.startswith(TCB_DIRS) and not path.startswith(NOT_TCB) and \
        path.endswith((".c", ".h", ".S", ".def", ".lds"))


# ---- one file ----

def check_head(path, lines):
    first = 1 if lines and lines[0].startswith("#!") else 0
    if "SPDX-License-Identifier: Apache-2.0" not in "".join(lines[first:first + 1]):
        finding(path, first + 1, "does not begin with its SPDX line")
    if path.endswith((".c", ".h", ".S")) and not "".join(lines[1:2]).startswith("/*"):
        finding(path, 2, "has no head comment that says what it is")


def check_banned(path, lines):
    before = len(findings)
    for n, line in enumerate(lines, 1):
        for pattern, why in BANNED.items():
            m = re.search(pattern, line)
            if m:
                finding(path, n, f"{m.group(0).rstrip(' (')}: {why}")
    if path in BANNED_IN:
        if len(findings) == before:
            finding(path, 0, "calls nothing banned any more: drop its exception in test/tidy.py")
        else:
            del findings[before:]


def check_preprocessor(path, lines):
    """kernel/ varies by file or table; what is left is include guards and assembler halves."""
    for n, line in enumerate(lines, 1):
        m = re.match(r"#\s*(if|ifdef|ifndef|elif)\b\s*(.*)", line)
        if m and m.group(2) != "__ASSEMBLER__" and \
                not (m.group(1) == "ifndef" and m.group(2).endswith("_H")):
            finding(path, n, f"#{m.group(1)} in kernel/")


def functions(lines):
    """(first line, name, length) of every function body, Linux brace style."""
    start = None
    for n, line in enumerate(lines, 1):
        if line.rstrip() == "{":
            start = n
        elif line.startswith("}") and start:
            head = " ".join(lines[max(0, start - 5):start - 1])
            names = re.findall(r"(\w+)\s*\(", head.rsplit(";", 1)[-1].rsplit("}", 1)[-1])
            yield start, names[0] if names else "?", n - start - 1
            start = None


def check_size(path, lines):
    limit = LONG_FILES.get(path, FILE_LINES)
    if len(lines) > limit:
        finding(path, 0, f"{len(lines)} lines, at most {limit}")
    if path in LONG_FILES and len(lines) <= FILE_LINES:
        finding(path, 0, "is no longer long: drop its exception in test/tidy.py")
    if not path.endswith(".c"):
        return
    for n, name, length in functions(lines):
        limit = LONG_FUNCTIONS.get((path, name), FUNCTION_LINES)
        if length > limit:
            finding(path, n, f"{name}: {length} lines, at most {limit}")
        if (path, name) in LONG_FUNCTIONS and length <= FUNCTION_LINES:
            finding(path, n, f"{name} is no longer long: drop its exception in test/tidy.py")


# ---- tables and generated files ----

def check_rows():
    for row in gendocs.syscall_rows():
        if row[2] not in ("FULL", "PARTIAL", "STUB"):
            finding("abi/syscall.def", 0, f"{row[1]}: no such level: {row[2]}")
        if row[2] in ("PARTIAL", "STUB") and not row[5].strip():
            finding("abi/syscall.def", 0, f"{row[1]}: {row[2]} without a note")


def check_documents():
    for name in gendocs.stale():
        finding(name, 0, "is not current (tools/gendocs.py writes it)")


def check_adrs():
    """Numbered once each, and with the four parts that make a decision."""
    seen = {}
    for name in sorted(os.listdir(os.path.join(ROOT, "doc/adr"))):
        nr = name.split("-")[0]
        if nr in seen:
            finding(f"doc/adr/{name}", 0, f"has the number of {seen[nr]}")
        seen[nr] = name


# ---- archives ----

def symbols(archives, *flags):
    out = subprocess.run(["nm", "--format=just-symbols", *flags, *archives], capture_output=True,
                         text=True).stdout if archives else ""
    return {s for s in out.split() if not s.endswith((":", ".o"))}


RUNTIME = {"memcpy", "memset", "memmove", "memcmp", "__stack_chk_fail", "__stack_chk_guard",
           "_GLOBAL_OFFSET_TABLE_"}
GATES = {"sip_syscall_entry"}  # addresses in enclave/gate.S that the kernel gives to programs


def check_archives(build):
    """What each trusted part leaves undefined must be there in the parts it may know."""
    part = {name: glob.glob(os.path.join(build, pattern)) for name, pattern in (
        ("lib", "lib/liblib_tcb.a"), ("verifier", "verifier/libverifier_tcb.a"),
        ("kernel", "kernel/libkernel_*.a"))}
    known = {"lib": [], "verifier": [], "kernel": ["lib", "verifier"]}
    for name, archives in part.items():
        defined = symbols(archives, "--defined-only") | RUNTIME
        for other in known[name]:
            defined |= symbols(part[other], "--defined-only")
        for s in sorted(symbols(archives, "-u") - defined):
            if not (name == "kernel" and (s.startswith("plat_") or s in GATES)):
                finding(name, 0, f"depends on {s}")
    enclave = os.path.join(build, "enclave/cloister.enclave")
    if os.path.exists(enclave) and symbols([enclave], "-u"):
        finding("enclave/cloister.enclave", 0, "has undefined symbols")


def main():
    files = tracked()
    asm = tcb = rows = 0
    for path in files:
        name = os.path.basename(path)
        text = read(path) if path.endswith(SOURCE + (".md", ".scd", ".build")) or \
            name == "Makefile" else ""
        lines = text.splitlines()
        for n, line in enumerate(lines, 1):
            if MACHINE_PATH.search(line):
                finding(path, n, "names a path of one machine")
        if path.endswith(SOURCE) or name in ("meson.build", "Makefile"):
            check_head(path, lines)
            if not path.endswith(".def"):  # a table is as long as what it lists
                check_size(path, lines)
        if path.endswith((".c", ".h")) and not path.startswith(BAN_FREE):
            check_banned(path, lines)
        if path.startswith("kernel/") and path.endswith((".c", ".h")):
            check_preprocessor(path, lines)
        if in_tcb(path):
            if path.endswith(".def"):
                rows += code_lines(text)
            else:
                tcb += code_lines(text)
            asm += len(lines) if path.endswith(".S") else 0
    if asm > ASM_LINES:
        finding("enclave/", 0, f"{asm} lines of trusted assembly, at most {ASM_LINES}")
    if tcb > TCB_LINES:
        finding("trusted code", 0, f"{tcb} lines of code, at most {TCB_LINES}")
    check_rows()
    check_documents()
    check_adrs()
    if len(sys.argv) > 1:
        check_archives(sys.argv[1])
    for f in findings:
        print(f)
    over = f" ({tcb - TCB_LINES} over)" if tcb > TCB_LINES else ""
    print(f"trusted code: {tcb} lines of code, budget {TCB_LINES}{over}; {asm} lines of assembly, "
          f"budget {ASM_LINES}; {rows} table rows")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
