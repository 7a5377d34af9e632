#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The demonstration's job: words.py TEXT OUTDIR. Counts the words of a text with pipelines of
coreutils, then again by initial letter with GNU make. Ordinary Python for any Linux."""
import os
import string
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def pipeline(commands, stdin):
    """Run commands as a shell pipeline would; the last one's output as text."""
    procs = []
    for cmd in commands:
        p = subprocess.Popen(cmd, stdin=stdin, stdout=subprocess.PIPE)
        stdin.close()
        stdin = p.stdout
        procs.append(p)
    out = stdin.read().decode()
    for p, cmd in zip(procs, commands):
        if p.wait() not in (0, -13):  # SIGPIPE: a reader that had enough
            sys.exit(f"{cmd[0]}: exit status {p.returncode}")
    return out


def main():
    text, out = sys.argv[1:]
    words = os.path.join(out, "words")
    with open(words, "w", encoding="ascii") as f:
        f.write(pipeline([["tr", "-cs", "A-Za-z", "\n"], ["tr", "A-Z", "a-z"], ["sort"]],
                         open(text, "rb")))
    count = [["sort"], ["uniq", "-c"], ["sort", "-k1,1nr", "-k2"]]
    print(pipeline([*count, ["head", "-n", "10"]], open(words, "rb")), end="")
    for letter in string.ascii_lowercase:
        initial = os.path.join(out, f"{letter}.words")
        with open(words, encoding="ascii") as src, open(initial, "w", encoding="ascii") as dst:
            dst.writelines(w for w in src if w.startswith(letter))
        top = pipeline([*count, ["head", "-n", "1"]], open(initial, "rb"))
        with open(os.path.join(out, f"{letter}.top"), "w", encoding="ascii") as f:
            f.write(top)
    sys.stdout.flush()
    make = ["make", "-s", "-j2", "-f", os.path.join(HERE, "words.mk"), "-C", out]
    if subprocess.call(make) != 0:
        sys.exit("make failed")
    # Process ids are given in sequence: in an enclave, whose first process this is, the next one
    # is the number of processes there have been.
    last = subprocess.Popen(["/bin/true"])
    last.wait()
    print(last.pid, file=sys.stderr)


if __name__ == "__main__":
    main()
