#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks from inside: run.py BUILD [NAME...].

Every .c here is a SIP that attacks another, the kernel or the host, alone in an enclave where only SIPs
run; it says "ok" when nothing got out. The instructions in forms.s do not go through the rewriter.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import sipcc  # noqa: E402

TIMEOUT = 300


def attack(build, cc, name, work):
    forms, exe = os.path.join(work, "forms.o"), os.path.join(work, name)
    subprocess.run(["as", os.path.join(HERE, "forms.s"), "-o", forms], check=True)
    subprocess.run([cc, "-O1", "-g", os.path.join(HERE, name + ".c"), forms, "-o", exe], check=True)
    cloister = os.path.join(build, "cloister")
    p = subprocess.run([cloister, "run", "--isolation", "sip", "--bind", f"{work}:{work}:rw",
                        "--cwd", work, "--", exe], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       text=True, timeout=TIMEOUT, check=False)
    ok = p.returncode == 0 and p.stdout.endswith("ok\n")
    print(f"{'ok  ' if ok else 'FAIL'}  {name}: status {p.returncode}: "
          f"{' '.join(p.stdout.splitlines()[-2:])}")
    if not ok:
        print(p.stdout[-2000:], p.stderr[-2000:], sep="\n")
    return ok


def main():
    build, names = os.path.abspath(sys.argv[1]), sys.argv[2:]
    cc = sipcc.find(build)
    if cc is None:
        return 77
    names = names or sorted(f[:-2] for f in os.listdir(HERE) if f.endswith(".c"))
    # Not below /tmp, which inside the enclave is a file system of its own.
    with tempfile.TemporaryDirectory(prefix="escape-", dir=build) as work:
        results = [attack(build, cc, name, work) for name in names]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
