#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sum up meson's test logs: tools/test-summary.py LOGDIR. Last line: "N passed, N failed".

A meson test counts as the tests it reports itself: the totals of cmocka or of Python's unittest, or
a line of the form "N passed, N failed[, N skipped]"; otherwise as one. A test program that fails without naming a
failed test (a crash, a leak, a timeout) counts as one failure more.
"""
import json
import os
import re
import sys

CMOCKA = {
    "passed": re.compile(r"\[  PASSED  \] (\d+) test"),
    "failed": re.compile(r"\[  FAILED  \] (\d+) test"),
    "skipped": re.compile(r"\[  SKIPPED \] (\d+) test"),
}
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n\n?(?:OK|FAILED)(?: \((.*)\))?$", re.M)
OWN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


def inner(text):
    """Counts that a test program reports about itself, or None."""
    own = OWN.findall(text)
    if own:
        return dict(zip(("passed", "failed", "skipped"), (int(n or 0) for n in own[-1])))
    m = UNITTEST.search(text)
    if m:
        n = dict(re.findall(r"(\w+)=(\d+)", m.group(2) or ""))
        failed = int(n.get("failures", 0)) + int(n.get("errors", 0))
        skipped = int(n.get("skipped", 0))
        return {"passed": int(m.group(1)) - failed - skipped, "failed": failed, "skipped": skipped}
    found = {k: [int(n) for n in r.findall(text)] for k, r in CMOCKA.items()}
    if any(found.values()):
        return {k: sum(v) for k, v in found.items()}
    return None


def count(test):
    ok = test["result"] in ("OK", "EXPECTEDFAIL")
    if test["result"] == "SKIP":
        return {"passed": 0, "failed": 0, "skipped": 1}
    c = inner(test.get("stdout", "") + test.get("stderr", ""))
    if c is None:
        return {"passed": int(ok), "failed": int(not ok), "skipped": 0}
    if not ok and c["failed"] == 0:
        c["failed"] = 1
    return c


def main():
    total = {"passed": 0, "failed": 0, "skipped": 0}
    log = os.path.join(sys.argv[1], "testlog.json")
    if not os.path.exists(log):
        print("no test ran\n0 passed, 1 failed")
        return 1
    with open(log, encoding="utf-8") as f:
        for line in f:
            test = json.loads(line)
            c = count(test)
            for k in total:
                total[k] += c[k]
            if c["failed"]:
                print(f"failed: {test['name']} ({test['result']})")
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"{total['passed']} passed, {total['failed']} failed{skipped}")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
