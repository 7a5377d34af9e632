#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The escape corpus, program files: a well-formed one, and one broken property at a time."""
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

LABEL = bytes.fromhex("f30f1efa")
TEXT, RODATA, DATA = 0x10000000, 0x40000000, 0x40002000
LOAD, INTERP, NOTE, TLS, STACK, TEXTREL = 1, 3, 4, 7, 0x6474E551, 0x60534649
X, W, R = 1, 2, 4


def uleb(n):
    out = bytearray()
    while True:
        out.append(n & 0x7F | (0x80 if n > 0x7F else 0))
        n >>= 7
        if not n:
            return bytes(out)


class Image:
    """Everything a case may change, then bytes(): headers at 0, text at 0x1000, data from 0x2000."""

    def __init__(self):
        self.ident = bytearray(b"\x7fELF\2\1\1" + bytes(9))
        self.head = {"type": 2, "machine": 62, "version": 1, "entry": TEXT, "phoff": 64, "shoff": 0,
                     "flags": 0, "ehsize": 64, "phentsize": 56, "phnum": None, "shentsize": 0,
                     "shnum": 0, "shstrndx": 0}
        self.text = LABEL + b"\xb8" + struct.pack("<I", TEXT) + b"\x0f\x0b" + b"\xcc" * 21
        #             type  flags offset vaddr filesz memsz align
        self.ph = {
            "text": [LOAD, R | X, 0x1000, TEXT, None, None, 4096],
            "rodata": [LOAD, R, 0x2000, RODATA, 0x800, 0x800, 4096],
            "data": [LOAD, R | W, 0x3000, DATA, 0x1000, 0x9000, 4096],
            "tls": [TLS, R, 0x3000, DATA, 0x10, 0x40, 16],
            "stack": [STACK, R | W, 0, 0, 0, 0, 16],
            "rel": [TEXTREL, R, 0x4000, 0, None, 0, 1],
        }
        self.places = [TEXT + 5, RODATA + 8, DATA]
        self.rel = None  # the table's bytes, if not made from places
        self.rel_head = {"magic": b"SFIR", "version": 1, "count": None, "bytes": None}
        self.cut = None

    def table(self):
        stream, last = b"", 0
        for p in self.places:
            stream += uleb(p - last)
            last = p
        stream = stream if self.rel is None else self.rel
        h = self.rel_head
        count = len(self.places) if h["count"] is None else h["count"]
        size = len(stream) if h["bytes"] is None else h["bytes"]
        return h["magic"] + struct.pack("<III", h["version"], count, size) + stream

    def __bytes__(self):
        table = self.table()
        out = bytearray(0x4000 + len(table))
        h = dict(self.head)
        if h["phnum"] is None:
            h["phnum"] = len(self.ph)
        out[0:64] = bytes(self.ident) + struct.pack("<HHIQQQIHHHHHH", *h.values())
        for i, p in enumerate(self.ph.values()):
            q = [len(self.text) if p[0] == LOAD and v is None else v for v in p]
            q = [len(table) if v is None else v for v in q]
            t, flags, offset, vaddr, filesz, memsz, align = q
            packed = struct.pack("<IIQQQQQQ", t, flags, offset, vaddr, vaddr, filesz, memsz, align)
            out[64 + 56 * i:64 + 56 * (i + 1)] = packed
        out[0x1000:0x1000 + len(self.text)] = self.text
        out[0x4000:] = table
        return bytes(out[:self.cut])


CASES = []


def case(rule, name):
    def add(change):
        CASES.append((name, rule, change))
        return change
    return add


def header(rule, name, **fields):
    CASES.append((name, rule, lambda m: m.head.update(fields)))


def phdr(rule, name, which, index, value):
    def change(m):
        m.ph[which][index] = value
    CASES.append((name, rule, change))


TYPE, FLAGS, OFFSET, VADDR, FILESZ, MEMSZ, ALIGN = range(7)
BIG = (1 << 64) - 1

for byte, value in [(0, 0), (1, 0x65), (4, 1), (5, 2), (6, 0)]:
    CASES.append((f"ident-{byte}", "F1", lambda m, b=byte, v=value: m.ident.__setitem__(b, v)))
header("F1", "shared-object", type=3)
header("F1", "relocatable", type=1)
header("F1", "core-file", type=4)
header("F1", "other-machine", machine=3)
header("F1", "other-version", version=2)
header("F1", "ehsize", ehsize=52)
header("F1", "phentsize-small", phentsize=32)
header("F1", "phentsize-big", phentsize=64)
header("F1", "phentsize-zero", phentsize=0)
header("F1", "no-program-headers", phnum=0)
header("F1", "too-many-program-headers", phnum=17)
header("F1", "phnum-65535", phnum=0xFFFF)
header("F1", "phoff-outside", phoff=0x100000)
header("F1", "phoff-wraps", phoff=BIG - 55)
header("F1", "phoff-in-header", phoff=8)
header("F1", "phoff-last-entry-cut", phoff=0x4000 + 16)
header("F5", "entry-in-data", entry=RODATA)
header("F5", "entry-zero", entry=0)
header("F5", "entry-64-bit-alias", entry=TEXT + (1 << 32))
header("F5", "entry-text-window", entry=TEXT + (1 << 45))
header("F5", "entry-after-text", entry=TEXT + 32)
header("F5", "entry-label-cut-by-end", entry=TEXT + 29)
header("F5", "entry-not-a-label", entry=TEXT + 4)
header("F5", "entry-inside-label", entry=TEXT + 1)
for t, name in [(INTERP, "interp"), (2, "dynamic"), (5, "shlib"), (0x6474E554, "unknown-gnu"),
                (0x70000001, "processor"), (0x60000001, "os"), (0xFFFFFFFF, "all-ones")]:
    phdr("F2", f"type-{name}", "stack", TYPE, t)
phdr("F2", "executable-stack", "stack", FLAGS, R | W | X)
CASES.append(("two-tls", "F2", lambda m: m.ph.update(tls2=list(m.ph["tls"]))))
CASES.append(("two-textrel", "F2", lambda m: m.ph.update(rel2=list(m.ph["rel"]))))
phdr("F3", "data-executable", "data", FLAGS, R | W | X)
phdr("F3", "rodata-executable", "rodata", FLAGS, R | X)
phdr("F3", "text-writable", "text", FLAGS, R | W | X)
phdr("F3", "text-write-execute-only", "text", FLAGS, W | X)
phdr("F3", "text-not-readable", "text", FLAGS, X)
phdr("F3", "text-not-executable-is-data", "text", FLAGS, R)
CASES.append(("no-text", "F3", lambda m: m.ph.pop("text")))


@case("F3", "two-texts")
def _(m):
    m.ph = {"text": m.ph["text"], "text2": [LOAD, R | X, 0x1000, TEXT + 0x1000, 32, 32, 4096], **m.ph}


@case("F3", "text-with-bss")
def _(m):
    m.ph["text"][FILESZ:MEMSZ + 1] = [32, 64]


@case("F3", "text-unaligned")
def _(m):
    m.ph["text"][OFFSET], m.ph["text"][VADDR] = 0x1010, TEXT + 0x10


@case("F3", "text-empty")
def _(m):
    m.ph["text"][FILESZ:MEMSZ + 1] = [0, 0]


for which in ("text", "rodata", "data"):
    phdr("F3", f"{which}-offset-outside", which, OFFSET, 0x100000)
    phdr("F3", f"{which}-offset-wraps", which, OFFSET, BIG & ~0xFFF)
    phdr("F3", f"{which}-filesz-outside", which, FILESZ, 0x100000)
    phdr("F3", f"{which}-filesz-wraps", which, FILESZ, BIG)
    phdr("F3", f"{which}-filesz-above-memsz", which, MEMSZ, 1)
    phdr("F3", f"{which}-memsz-wraps", which, MEMSZ, BIG - 0x1000)
    phdr("F3", f"{which}-memsz-zero", which, MEMSZ, 0)
    phdr("F3", f"{which}-incongruent", which, OFFSET, 0x1008)
    phdr("F3", f"{which}-at-zero", which, VADDR, 0)
    phdr("F3", f"{which}-above-4g", which, VADDR, 1 << 32)
    phdr("F3", f"{which}-in-text-window", which, VADDR, 1 << 45)
    phdr("F3", f"{which}-in-other-window", which, VADDR, (1 << 45) + (1 << 44))
    phdr("F3", f"{which}-negative", which, VADDR, BIG & ~0xFFF)
    phdr("F3", f"{which}-below-text-range", which, VADDR, 0x0FFFF000)
phdr("F3", "text-in-data-range", "text", VADDR, 0x50000000)
phdr("F3", "text-at-low-address", "text", VADDR, 0x400000)
phdr("F3", "data-in-text-range", "rodata", VADDR, 0x20000000)
phdr("F3", "data-in-upper-edge", "data", VADDR, 0xFFFF0000)
phdr("F3", "data-into-upper-edge", "data", MEMSZ, 0xBFFEE001)
phdr("F3", "data-over-upper-edge", "data", MEMSZ, 0xC0000000)
phdr("F3", "overlap", "data", VADDR, RODATA)
phdr("F3", "overlap-page", "rodata", MEMSZ, 0x2001)
phdr("F3", "overlap-by-bss", "rodata", MEMSZ, 0x10000)


@case("F3", "out-of-order")
def _(m):
    m.ph["rodata"], m.ph["data"] = m.ph["data"], m.ph["rodata"]


@case("F3", "same-page-end-and-start")
def _(m):
    m.ph["data"][OFFSET], m.ph["data"][VADDR], m.ph["data"][FILESZ] = 0x2800, RODATA + 0x800, 0x100


@case("F6", "text-too-large")
def _(m):
    m.ph["text"][FILESZ:MEMSZ + 1] = [(256 << 20) + 1] * 2
    m.huge = True


phdr("F3", "tls-outside", "tls", VADDR, 0x50000000)
phdr("F3", "tls-in-text", "tls", VADDR, TEXT)
phdr("F3", "tls-in-bss", "tls", VADDR, DATA + 0x1000)
phdr("F3", "tls-straddles", "tls", FILESZ, 0x2000)
phdr("F3", "tls-filesz-above-memsz", "tls", MEMSZ, 8)
phdr("F3", "tls-huge", "tls", MEMSZ, 1 << 31)
phdr("F3", "tls-memsz-wraps", "tls", MEMSZ, BIG)
phdr("F3", "tls-align-big", "tls", ALIGN, 8192)
phdr("F3", "tls-align-odd", "tls", ALIGN, 24)
phdr("F3", "tls-vaddr-64-bit", "tls", VADDR, DATA + (1 << 32))
phdr("F4", "rel-offset-outside", "rel", OFFSET, 0x100000)
phdr("F4", "rel-offset-wraps", "rel", OFFSET, BIG)
phdr("F4", "rel-size-outside", "rel", FILESZ, 0x1000)
phdr("F4", "rel-size-wraps", "rel", FILESZ, BIG)
phdr("F4", "rel-empty", "rel", FILESZ, 0)
phdr("F4", "rel-header-cut", "rel", FILESZ, 15)
phdr("F4", "rel-size-disagrees", "rel", FILESZ, 17)
for field, value in [("magic", b"SFIX"), ("version", 0), ("version", 2), ("count", 0), ("count", 2),
                     ("count", 4), ("count", 0xFFFFFFFF), ("bytes", 0), ("bytes", 0xFFFFFFFF)]:
    CASES.append((f"rel-{field}-{value}".replace("'", ""), "F4",
                  lambda m, f=field, v=value: m.rel_head.__setitem__(f, v)))


def stream(rule, name, data, count=1):
    def change(m):
        m.rel, m.rel_head["count"] = data, count
    CASES.append((f"rel-{name}", rule, change))


stream("F4", "number-cut", uleb(TEXT + 5)[:-1])
stream("F4", "number-six-bytes", b"\x85\x80\x80\x80\x80\x01")
stream("F4", "number-33-bits", b"\x80\x80\x80\x80\x10")
stream("F4", "number-padded", uleb(TEXT + 5)[:-1] + bytes([uleb(TEXT + 5)[-1] | 0x80, 0]))
stream("F4", "trailing-byte", uleb(TEXT + 5) + b"\x04")
stream("F4", "delta-zero", uleb(TEXT + 5) + b"\x00", 2)
stream("F4", "delta-overlaps", uleb(TEXT + 5) + b"\x03", 2)
stream("F4", "empty-with-count", b"", 1)
stream("F4", "place-zero", b"\x00")
stream("F4", "place-wraps", uleb(0xFFFFFFFF) + uleb(TEXT + 6), 2)
for place, name in [(TEXT - 4, "before-text"), (TEXT + 32, "after-text"), (TEXT + 29, "over-text-end"),
                    (TEXT - 1, "over-text-start"), (RODATA + 0x7FD, "over-rodata-end"),
                    (RODATA + 0x800, "in-gap"), (DATA + 0x1000, "in-bss"), (DATA + 0xFFD, "over-bss"),
                    (0x400000, "in-nothing"), (0xFFFFFFFF, "at-the-top")]:
    stream("F4", f"place-{name}", uleb(place))
for size in (0, 1, 16, 63, 64, 119, 0x1000, 0x1010, 0x2400, 0x3fff):
    rule = "F1" if size < 64 + 6 * 56 else "F3"
    CASES.append((f"file-cut-at-{size}", rule, lambda m, n=size: setattr(m, "cut", n)))
CASES.append(("file-cut-in-table", "F4", lambda m: setattr(m, "cut", 0x4010)))


def text(rule, name, code):
    CASES.append((f"text-{name}", rule, lambda m: setattr(m, "text", code)))


text("V2", "syscall", LABEL + b"\x0f\x05" + b"\xcc" * 26)
text("V8", "open-end", LABEL + b"\x90" * 5 + b"\xb8" + struct.pack("<I", TEXT))
text("V1", "insn-cut-by-segment", LABEL + b"\xb8\0\0\0\0\x0f\x0b" + b"\x48\xb8\0\0")

for value in (2, 3, 4, 5, 7, 8):
    CASES.append((f"control-other-data-{value}", None,
                  lambda m, v=value: m.ph["data"].__setitem__(MEMSZ, 0x1000 * v)))
CASES.append(("control-no-textrel", None, lambda m: m.ph.pop("rel")))
CASES.append(("control-no-tls", None, lambda m: m.ph.pop("tls")))
CASES.append(("control-tbss-only", None, lambda m: m.ph["tls"].__setitem__(FILESZ, 0)))
CASES.append(("control-note", None, lambda m: m.ph.update(n=[NOTE, R, 0x2000, RODATA, 8, 8, 4])))
CASES.append(("control-null", None, lambda m: m.ph.update(n=[0, 0, 0, 0, 0, 0, 0])))
CASES.append(("control-text-high", None, None))


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as d:
        files = []
        for i, (name, _, change) in enumerate(CASES):
            m = Image()
            if change:
                change(m)
            path = Path(d) / f"{i}.elf"
            data = bytes(m)
            if getattr(m, "huge", False):
                with path.open("wb") as f:
                    f.write(data)
                    f.truncate(0x1000 + (256 << 20) + 4096)
            else:
                path.write_bytes(data)
            files.append(path)
        run = subprocess.run([sys.argv[1], "elf", *files], capture_output=True, text=True, check=True)
    for (name, rule, _), line in zip(CASES, run.stdout.splitlines(), strict=True):
        got = line.split()
        if (got[0] == "accept") != (rule is None) or (rule and got[1] != rule):
            failed += 1
            print(f"{name}: want {rule or 'accept'}, got {line}")
    print(f"{len(CASES)} program files, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
