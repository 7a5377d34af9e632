#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs through cloister-cc: prog.py SYSROOT SIPRUN FILE.c...

Each is built natively and as a SIP at several levels; every SIP must verify, run with its text moved, and
print what the native one prints. Skipped (77) where there is no sysroot."""
import os, subprocess, sys, tempfile

LEVELS = ["-O0", "-O1", "-O2 -g", "-O3", "-Os", "-O3 -march=native", "-O2 -fno-omit-frame-pointer -fstack-protector-all"]


def run(cmd):
    return subprocess.run(cmd, capture_output=True, timeout=120)


def main():
    sysroot, siprun, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    cc = os.path.join(sysroot, "bin", "cloister-cc")
    if not os.path.exists(cc):
        print(f"no sysroot at {sysroot}: run sysroot/build.sh")
        return 77
    failures = 0
    with tempfile.TemporaryDirectory() as tmp:
        for path in files:
            for level in LEVELS:
                native, sip = os.path.join(tmp, "native"), os.path.join(tmp, "sip")
                common = level.split() + ["-std=gnu11", "-ffp-contract=off", path]
                builds = [run(["gcc", *common, "-o", native, "-lm", "-pthread"]), run([cc, *common, "-o", sip, "-lm", "-pthread"])]
                bad = b"".join(b.stderr for b in builds if b.returncode)
                if not bad:
                    want, got = run([native]), run([siprun, "--verify", "--slide=77", sip])
                    if (want.returncode, want.stdout) != (got.returncode, got.stdout):
                        bad = b"output differs: status %d, %d\n" % (want.returncode, got.returncode) + got.stderr
                        for a, b in zip(want.stdout.split(b"\n"), got.stdout.split(b"\n")):
                            if a != b:
                                bad += b"native %s\nsip    %s\n" % (a, b)
                                break
                if bad:
                    failures += 1
                    print(f"{os.path.basename(path)} {level}: {bad.decode(errors='replace')[:600]}", flush=True)
    print(f"{len(files) * len(LEVELS)} builds, {failures} failures")
    return 1 if failures else 0


sys.exit(main())
