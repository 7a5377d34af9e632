#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden cases of the rewriter: golden.py REWRITER FILE.in...

A case that is not an error must also assemble."""
import re, subprocess, sys, tempfile


def cases(path):
    """Yields (line, input, expected); cases end at the first blank line after '>>>'."""
    source, want, start, seen = [], None, 1, False
    for number, line in enumerate(open(path).read().split("\n") + [""], 1):
        if line.startswith("#") and want is None:
            continue
        if line == ">>>":
            want = []
        elif line == "" and want is not None:
            yield start, source, want
            source, want = [], None
        elif line == "":
            continue
        elif want is None:
            start = start if source else number
            source.append(line)
        else:
            want.append(line)


def squeeze(lines):
    return [re.sub(r"\s+", " ", line).strip() for line in lines if line.strip()]


def main():
    rewriter, failures, count = sys.argv[1], 0, 0
    for path in sys.argv[2:]:
        for line, source, want in cases(path):
            count += 1
            with tempfile.NamedTemporaryFile("w", suffix=".s") as f:
                f.write("\n".join(source) + "\n")
                f.flush()
                run = subprocess.run([rewriter, f.name], capture_output=True, text=True)
            got, why = squeeze(run.stdout.split("\n")), ""
            if want[0].startswith("error: "):
                if run.returncode == 0 or f": {want[0]}: " not in run.stderr:
                    why = f"wanted {want[0]}, got status {run.returncode}: {run.stderr or run.stdout}"
            elif run.returncode or got != squeeze(want):
                why = f"status {run.returncode} {run.stderr}\n  got:\n\t" + "\n\t".join(got)
            else:
                assembled = subprocess.run(["as", "-o", "/dev/null", "-"], input=run.stdout, capture_output=True, text=True)
                if assembled.returncode:
                    why = assembled.stderr
            if why:
                failures += 1
                print(f"{path}:{line}: {why}")
    print(f"{count} cases, {failures} failures")
    return 1 if failures or not count else 0


sys.exit(main())
