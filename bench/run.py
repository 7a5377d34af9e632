#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Benchmarks, natively and in an enclave: bench/run.py BUILD [NAME...].

Writes BUILD/bench.json, a list of {name, unit, cloister, native, ratio}: medians of interleaved runs,
ratio = cloister / native of a time, so less is better. Every bench/*.c is a benchmark: its first
comment "/* bench: NAME UNIT [cc=FLAGS] */" names it, and it prints one number. What is not one
program that measures itself is a function here.
"""
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = 7
HEAD = re.compile(r"/\*\s*bench:\s*(\w+)\s+(\S+)(?:\s+cc=(.*?))?\s*\*/")


def output(cmd):
    return float(subprocess.run(cmd, check=True, stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.DEVNULL).stdout)


def wall_ms(cmd):
    start = time.perf_counter()
    subprocess.run(cmd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


class Bench:
    def __init__(self, build):
        self.cloister = [os.path.join(build, "cloister"), "run", "--"]
        self.results = []

    def measure(self, name, unit, how, cmd):
        """how(command) gives one value; both sides once for warming up, then in turns."""
        native, inside = [], []
        how(cmd), how(self.cloister + cmd)
        for _ in range(RUNS):
            native.append(how(cmd))
            inside.append(how(self.cloister + cmd))
        n, c = statistics.median(native), statistics.median(inside)
        self.results.append({"name": name, "unit": unit, "cloister": round(c, 3),
                             "native": round(n, 3), "ratio": round(c / n, 3)})
        print(f"{name:24} {c:12.3f} {n:12.3f} {unit:4} {c / n:8.3f}", flush=True)

    def program(self, path, work):
        with open(path, encoding="utf-8") as f:
            m = HEAD.search(f.read())
        exe = os.path.join(work, m.group(1))
        subprocess.run(["gcc", "-O2", "-pthread", path, "-o", exe, *shlex.split(m.group(3) or "")],
                       check=True)
        self.measure(m.group(1), m.group(2), output, [exe])


def main():
    build, names = os.path.abspath(sys.argv[1]), sys.argv[2:]
    bench = Bench(build)
    print(f"{'':24} {'cloister':>12} {'native':>12} {'':4} {'ratio':>8}")
    if not names or "startup_true_ms" in names:
        bench.measure("startup_true_ms", "ms", wall_ms, ["/bin/true"])
    # Not below /tmp, which inside the enclave is a file system of its own.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as work:
        for f in sorted(os.listdir(HERE)):
            if f.endswith(".c"):
                with open(os.path.join(HERE, f), encoding="utf-8") as src:
                    head = HEAD.search(src.read())
                if head and (not names or head.group(1) in names):
                    bench.program(os.path.join(HERE, f), work)
    with open(os.path.join(build, "bench.json"), "w", encoding="utf-8") as f:
        json.dump(bench.results, f, indent=1)
        f.write("\n")
    if not os.path.exists("/dev/sgx_enclave"):
        print("The enclave was EMULATED: these are figures of the emulator, not of SGX.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
