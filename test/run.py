#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the programs of test/prog/ natively and in an enclave; both must say the same.

Each program is built in several variants: `glibc` (dynamic PIE), `static` (static PIE), `musl`
(dynamic PIE), `fixed` (static, at fixed addresses: one such process at a time) and `sip`
(cloister-cc of the SIP sysroot; skipped where there is none). The first comment of the form

    /* run: VARIANT... [args=WORDS] [stdin=TEXT] [timeout=SECONDS] [cc=FLAGS] */

says which (`plain` is the first three; the default is plain and sip; `nosip`: all but sip) and how;
values may be quoted. What a SIP is compared with is the same source, linked statically with musl. A
program runs in an empty directory of its own that the enclave may write to. Compared are standard
output and exit status. The last line printed is the sum: "N passed, N failed, N skipped".
"""
import argparse
import concurrent.futures
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import sipcc

TIMEOUT = 60
PLAIN = ["glibc", "static", "musl"]
CC = {
    "glibc": ["gcc", "-fPIE", "-pie"],
    "static": ["gcc", "-static-pie", "-fPIE"],
    "musl": ["musl-gcc", "-fPIE", "-pie"],
    "fixed": ["gcc", "-static", "-no-pie"],
    "reference": ["musl-gcc", "-static", "-no-pie"],  # of sip; not a variant
}
RUN_LINE = re.compile(r"/\*\s*run:\s*(.*?)\s*\*/", re.S)


class Prog:
    """One source file and what its run: comment asks for."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.args, self.cc, self.stdin, self.timeout = [], [], b"", TIMEOUT
        self.variants = []
        with open(path, encoding="utf-8") as f:
            m = RUN_LINE.search(f.read())
        for word in shlex.split(m.group(1)) if m else []:
            key, eq, value = word.partition("=")
            if not eq:
                self.variants += PLAIN if key == "plain" else [key]
            elif key == "args":
                self.args = shlex.split(value)
            elif key == "cc":
                self.cc = shlex.split(value)
            elif key == "stdin":
                self.stdin = value.encode().decode("unicode_escape").encode()
            elif key == "timeout":
                self.timeout = int(value)
            else:
                sys.exit(f"{path}: run: {word}: not understood")
        named = list(dict.fromkeys(self.variants))
        self.variants = [v for v in named if v != "nosip"] or PLAIN + ["sip"] * ("nosip" not in named)
        unknown = set(self.variants) - set(CC) - {"sip"} | set(self.variants) & {"reference"}
        if unknown:
            sys.exit(f"{path}: run: no variant {', '.join(sorted(unknown))}")


def run(cmd, cwd, stdin, timeout):
    """(stdout, exit status as a shell has it, stderr); status None: timed out."""
    with subprocess.Popen(cmd, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, start_new_session=True) as p:
        try:
            out, err = p.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            out, err = p.communicate()
            return out, None, err
    return out, p.returncode if p.returncode >= 0 else 128 - p.returncode, err


class Runner:
    def __init__(self, opts, work):
        self.opts, self.work = opts, work
        self.cloister = os.path.abspath(opts.cloister)
        self.sipcc = opts.sipcc and os.path.abspath(opts.sipcc)

    def compiler(self, variant):
        if variant == "sip":
            return [self.sipcc] if self.sipcc and os.access(self.sipcc, os.X_OK) else None
        return CC[variant] if shutil.which(CC[variant][0]) else None

    def build(self, prog, variant):
        """Path of the executable; None: no such compiler here. Raises CalledProcessError."""
        cc = self.compiler(variant)
        if cc is None:
            return None
        exe = os.path.join(self.work, f"{prog.name}.{variant}")
        subprocess.run([*cc, "-std=gnu11", "-O1", "-g", "-pthread", prog.path, "-o", exe,
                        *prog.cc], check=True, capture_output=True, text=True)
        return exe

    def in_fresh_dir(self, cmd, prog, bind):
        with tempfile.TemporaryDirectory(dir=self.work) as cwd:
            if bind:
                cmd = cmd[:2] + ["--bind", f"{cwd}:{cwd}:rw", "--cwd", cwd] + cmd[2:]
            return run(cmd, cwd, prog.stdin, prog.timeout)

    def inside(self, exe, prog, variant):
        iso = "mixed" if variant == "sip" else "plain"  # it may run the machine's own tools
        cmd = [self.cloister, "run", "--isolation", iso, "--", exe, *prog.args]
        return self.in_fresh_dir(cmd, prog, True)

    def case(self, prog, variant):
        """(result, text)"""
        try:
            exe = self.build(prog, variant)
            if exe is None:
                return "skip", f"no compiler for {variant}"
            native = self.build(prog, "reference") if variant == "sip" else exe
        except subprocess.CalledProcessError as e:
            return "FAIL", "does not compile:\n" + e.stderr
        want = self.in_fresh_dir([native, *prog.args], prog, False)
        if want[1] is None or want[1] == 77:
            return ("FAIL", "hangs natively") if want[1] is None else ("skip", "skipped natively")
        start = time.monotonic()
        got = self.inside(exe, prog, variant)
        if got[:2] == want[:2]:
            return "ok", f"{time.monotonic() - start:.2f} s"
        return "FAIL", difference(want, got)


def difference(want, got):
    lines = []
    if got[1] != want[1]:
        lines.append(f"exit status {'timed out' if got[1] is None else got[1]}, natively {want[1]}")
    if got[0] != want[0]:
        a, b = want[0].splitlines(), got[0].splitlines()
        i = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        lines.append(f"stdout differs in line {i + 1}:")
        lines.append(f"  native   {a[i][:200] if i < len(a) else '(end)'}")
        lines.append(f"  enclave  {b[i][:200] if i < len(b) else '(end)'}")
    lines += ["stderr: " + s for s in got[2].decode(errors="replace").splitlines()[-10:]]
    return "\n".join(lines)


def default_signals():
    """What we were started with (nohup, a shell's background job) is not the programs' business."""
    for sig in signal.valid_signals():
        if sig < signal.SIGRTMIN and signal.getsignal(sig) == signal.SIG_IGN:
            signal.signal(sig, signal.SIG_DFL)


def main():
    default_signals()
    here = os.path.dirname(os.path.abspath(__file__))
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--cloister", default=os.path.join(here, "../build/cloister"))
    p.add_argument("--sipcc", help="cloister-cc, for the sip variant (default: as sipcc.py finds it)")
    p.add_argument("--jobs", "-j", type=int, default=2)
    p.add_argument("--variant", action="append", help="only these")
    p.add_argument("--keep", metavar="DIR", help="leave the executables there")
    p.add_argument("names", nargs="*", help="programs, without .c (default: all)")
    opts = p.parse_args()
    if opts.sipcc is None and (not opts.variant or "sip" in opts.variant):
        opts.sipcc = sipcc.find(os.path.dirname(os.path.abspath(opts.cloister)))

    if not os.access(opts.cloister, os.X_OK):
        sys.exit(f"{opts.cloister}: not built (make)")
    sources = sorted(f for f in os.listdir(os.path.join(here, "prog")) if f.endswith(".c"))
    progs = [Prog(os.path.join(here, "prog", f)) for f in sources]
    if opts.names:
        missing = set(opts.names) - {x.name for x in progs}
        if missing:
            sys.exit(f"no program {', '.join(sorted(missing))}")
        progs = [x for x in progs if x.name in opts.names]

    count = {"ok": 0, "FAIL": 0, "skip": 0}
    # Not below /tmp, which inside the enclave is a file system of its own.
    base = os.path.dirname(os.path.abspath(opts.cloister))
    with tempfile.TemporaryDirectory(prefix="prog-", dir=base) as tmp:
        if opts.keep:
            os.makedirs(opts.keep, exist_ok=True)
        runner = Runner(opts, os.path.abspath(opts.keep) if opts.keep else tmp)
        jobs = [(x, v) for x in progs for v in x.variants if not opts.variant or v in opts.variant]
        with concurrent.futures.ThreadPoolExecutor(opts.jobs) as pool:
            results = pool.map(lambda job: runner.case(*job), jobs)
            for (prog, variant), (result, text) in zip(jobs, results):
                count[result] += 1
                text = text.replace("\n", "\n      ")
                print(f"{result:4}  {prog.name} ({variant}): {text}", flush=True)
    print(f"{count['ok']} passed, {count['FAIL']} failed, {count['skip']} skipped")
    return 1 if count["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
