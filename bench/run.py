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
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "test"))
import sipcc  # noqa: E402

RUNS = 7
# Linux's own headers do not come with musl.
NATIVE_MUSL = ["musl-gcc", "-static", "-no-pie", "-idirafter", "/usr/include", "-idirafter",
               "/usr/include/x86_64-linux-gnu"]
OPERATIONS = [  # name, operation of bench/ops/ops.c, its argument
    ("getppid_sip", "getppid", None),
    ("spawn_small_sip", "spawn", "itself"),
    ("spawn_busybox_sip", "spawn", "busybox"),
    ("fork_128k_sip", "fork", "128"),
    ("fork_1m_sip", "fork", "1024"),
    ("pipe_rtt_sip", "pipe_rtt", None),
    ("pipe_bw64k_sip", "pipe_bw64k", None),
    ("ctx_switch16_sip", "ctx_switch16", None),
    ("futex_pingpong_sip", "futex_pingpong", None),
    ("thread_create_sip", "thread_create", None),
]
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

    def measure(self, name, unit, how, cmd, inner=None):
        """how(command) gives one value; both sides once for warming up, then in turns. inner: what
        the enclave runs instead of cmd, with options of cloister run before the program."""
        native, inside = [], []
        inner = self.cloister[:-1] + inner if inner else self.cloister + cmd
        how(cmd), how(inner)
        for _ in range(RUNS):
            native.append(how(cmd))
            inside.append(how(inner))
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

    def operations(self, build, work, names):
        """bench/ops/ops.c, static with musl natively and as a SIP."""
        rows = [row for row in OPERATIONS if not names or row[0] in names]
        cc = sipcc.find(build) if rows else None
        if cc is None:
            return
        exe = {}
        for side, compiler in ("native", NATIVE_MUSL), ("sip", [cc]):
            exe[side] = os.path.join(work, "ops." + side)
            subprocess.run([*compiler, "-O2", "-pthread", os.path.join(HERE, "ops/ops.c"), "-o",
                            exe[side]], check=True)
        for name, op, arg in rows:
            args = {side: [arg] if arg else [] for side in exe}
            if arg == "itself":
                args = {side: [exe[side]] for side in exe}
            elif arg == "busybox":
                boxes = busyboxes(build, cc)
                if boxes is None:
                    print(f"{name:24} (no busybox)")
                    continue
                args = {side: [boxes[side]] for side in exe}
            self.measure(name, "ns", output, [exe["native"], op, *args["native"]],
                         ["--isolation", "sip", "--", exe["sip"], op, *args["sip"]])


    def verifier(self, build):
        """MB/s at which the verifier checks the text of the port of busybox, on one core, as the
        command line builds it. Nothing native does this work: native and ratio are null, and
        here more is better."""
        cc = sipcc.find(build)
        boxes = busyboxes(build, cc) if cc else None
        speed = os.path.join(build, "test/verify/verify_speed")
        if boxes is None or not os.path.exists(speed):
            print(f"{'verify_mb_s':24} (no busybox or no verify_speed)")
            return
        rates = []
        for _ in range(RUNS):
            line = subprocess.run([speed, boxes["sip"]], check=True, stdout=subprocess.PIPE,
                                  text=True).stdout
            rates.append(float(re.search(r"accepted .* (\d+) MB/s", line).group(1)))
        rate = statistics.median(rates)
        self.results.append({"name": "verify_mb_s", "unit": "MB/s", "cloister": rate,
                             "native": None, "ratio": None})
        print(f"{'verify_mb_s':24} {rate:12.3f} {'-':>12} {'MB/s':4} {'-':>8}", flush=True)


def sfi(build, work, names):
    """What SFI costs, outside the enclave: bench/sfi; its programs are kept in the build."""
    if names and not any(name.startswith("sfi_") for name in names):
        return []
    cc, runner = sipcc.find(build), os.path.join(build, "test/siprun/siprun")
    if cc is None or not os.path.exists(runner):
        print(f"{'sfi':24} (no SIP sysroot or no siprun: skipped)")
        return []
    programs, rows = os.path.join(build, "bench-sfi"), os.path.join(work, "sfi.json")
    sysroot = os.path.dirname(os.path.dirname(cc))
    if subprocess.run([os.path.join(HERE, "sfi/build.sh"), sysroot, programs],
                      stdout=sys.stderr, check=False).returncode:
        print(f"{'sfi':24} (its programs could not be built: skipped)")
        return []
    whole = not names or {"sfi_apps", "sfi_kernels", "sfi_geomean"} & set(names)
    only = "" if whole else ",".join(n[len("sfi_"):] for n in names if n.startswith("sfi_"))
    subprocess.run([os.path.join(HERE, "sfi/run.py"), "--native", programs + "/native", "--sip",
                    programs + "/sip", "--siprun", runner, "--runs", str(RUNS), "--work", work,
                    "--json", rows, "--only", only], stdout=sys.stderr, check=True)
    with open(rows, encoding="utf-8") as f:
        results = json.load(f)
    for r in results:
        print(f"{r['name']:24} {r['cloister']:12.3f} {r['native']:12.3f} {r['unit']:4} "
              f"{r['ratio']:8.3f}", flush=True)
    return results


def busyboxes(build, cc):
    """The port of busybox, and the same recipe with musl's own compiler; kept in the build."""
    outs = {"native": os.path.join(build, "ports-native"), "sip": os.path.join(build, "ports")}
    native_root = os.path.join(build, "sysroot-native")  # for a recipe all of a sysroot
    os.makedirs(os.path.join(native_root, "bin"), exist_ok=True)
    wrapper = os.path.join(native_root, "bin/cloister-cc")
    with open(wrapper, "w", encoding="utf-8") as f:
        f.write(f'#!/bin/sh\nexec {shlex.join(NATIVE_MUSL)} "$@"\n')
    os.chmod(wrapper, 0o755)
    roots = {"native": native_root, "sip": os.path.dirname(os.path.dirname(cc))}
    boxes = {}
    for side, out in outs.items():
        boxes[side] = os.path.join(out, "bin/busybox")
        if not os.path.exists(boxes[side]):
            subprocess.run([os.path.join(HERE, "../ports/build.sh"), roots[side], out, "busybox"],
                           stdout=sys.stderr, check=False)
        if not os.path.exists(boxes[side]):
            return None
    return boxes


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
        bench.operations(build, work, names)
        bench.results += sfi(build, work, names)
        if not names or "verify_mb_s" in names:
            bench.verifier(build)
    with open(os.path.join(build, "bench.json"), "w", encoding="utf-8") as f:
        json.dump(bench.results, f, indent=1)
        f.write("\n")
    if not os.path.exists("/dev/sgx_enclave"):
        print("The enclave was EMULATED: these are figures of the emulator, not of SGX.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
