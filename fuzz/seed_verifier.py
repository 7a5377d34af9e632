#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seed_verifier.py KIND OUT [TEXT]: a seed of fuzz_verifier: a text, or a small program file."""
import importlib.util
import sys
from pathlib import Path

kind, out, *rest = sys.argv[1:]
if kind == "text":
    Path(out).write_bytes(b"\1" + Path(rest[0]).read_bytes()[:3000] + b"\x0f\x0b")
else:
    path = Path(__file__).parent.parent / "test/escape/elf.py"
    spec = importlib.util.spec_from_file_location("elf", path)
    elf = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(elf)
    Path(out).write_bytes(b"\0" + bytes(elf.Image()))
