# SPDX-License-Identifier: Apache-2.0
"""Where the tests find cloister-cc: $CLOISTER_SIPCC, or the sysroot in the build directory, which is
made on demand (sysroot/build.sh) and kept."""
import fcntl
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def find(build):
    """Its path, or None with a word on standard error."""
    cc = os.environ.get("CLOISTER_SIPCC")
    if cc:
        return os.path.abspath(cc)
    build = os.path.abspath(build)
    cc = os.path.join(build, "sysroot/bin/cloister-cc")
    with open(os.path.join(build, ".sysroot.lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = os.path.join(build, "sysroot/lib/libgcc.a")  # the last thing that is made
        if not os.path.exists(done):
            subprocess.run([os.path.join(ROOT, "sysroot/build.sh"), os.path.join(build, "sysroot"),
                            build], stdout=sys.stderr, check=False)
        if not os.path.exists(done):
            print("no SIP sysroot, and it could not be built", file=sys.stderr)
            return None
    return cc
