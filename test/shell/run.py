#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shells as SIPs: run.py BUILD. tools/demo/shell.sh in one enclave where only SIPs run, by every shell
among BUILD/ports/bin, must print what the machine's own shell and tools print."""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "test"))
import sipcc  # noqa: E402

TEXT = "/usr/share/common-licenses/GPL-3"
SHELLS = [("busybox", ["sh"]), ("dash", []), ("bash", [])]
ROUNDS = 5


def build_ports(build, names):
    """The directory of the programs; missing ones are made and kept. None: they could not be."""
    ports = os.path.join(build, "ports")
    missing = [n for n in names if not os.path.exists(os.path.join(ports, "bin", n))]
    cc = sipcc.find(build)
    if missing and cc is not None:
        subprocess.run([os.path.join(ROOT, "ports/build.sh"), os.path.dirname(os.path.dirname(cc)),
                        ports, *missing], stdout=sys.stderr, check=False)
    if all(os.path.exists(os.path.join(ports, "bin", n)) for n in names):
        return os.path.join(ports, "bin")
    return None


def run(prefix, shell, bb, work, name):
    out = os.path.join(work, name)
    os.makedirs(out, exist_ok=True)
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "BB": bb, "SH": " ".join(shell)}
    p = subprocess.run([*prefix(out), *shell, os.path.join(ROOT, "tools/demo/shell.sh"), TEXT, out],
                       env=env, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300,
                       check=False)
    files = {f: open(os.path.join(out, f), "rb").read() for f in sorted(os.listdir(out))}
    return p.returncode, p.stdout, files, p.stderr


def main():
    build = os.path.abspath(sys.argv[1])
    ports = os.environ.get("CLOISTER_PORTS") or build_ports(build, ["busybox", "dash"])
    if ports is None:
        print("the ports could not be built")
        return 77

    def inside(out):
        return [os.path.join(build, "cloister"), "run", "--isolation", "sip", "--bind",
                f"{out}:{out}:rw", "--env", "BB", "--env", "SH", "--env", "LC_ALL", "--env", "PATH",
                "--"]

    failed = 0
    # Not below /tmp, which inside the enclave is a file system of its own.
    with tempfile.TemporaryDirectory(prefix="shell-", dir=build) as work:
        want = run(lambda out: [], ["/bin/sh"], "", work, "out")
        for name, args in SHELLS:
            exe = os.path.join(ports, name)
            if not os.path.exists(exe):
                continue
            for _ in range(ROUNDS):
                got = run(inside, [exe, *args], os.path.join(ports, "busybox"), work, "out")
                if got[:3] != want[:3]:
                    break
            ok = got[:3] == want[:3]
            failed += not ok
            print(f"{'ok  ' if ok else 'FAIL'}  {name}")
            if not ok:
                a, b = want[1].decode().splitlines(), got[1].decode().splitlines()
                print(f"status {got[0]}, natively {want[0]}", "natively:", *a, "inside:", *b,
                      got[3].decode()[-2000:], sep="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
