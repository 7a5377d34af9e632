#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What SFI costs: native and SIP builds of the same programs, run in turn, ratio of medians.

usage: run.py --native DIR --sip DIR --siprun PATH [--runs N] [--json FILE] [--only NAME,...]

DIR holds the programs that build.sh made; FILE gets rows as in bench.json, of
the first --sip. CPU time (user + system) of each run is what counts.
"""
import argparse, json, math, os, random, statistics, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))


def input_file(directory):
    """Text that compresses like text: words of a fixed pseudo-random sequence."""
    path = os.path.join(directory, "input")
    if not os.path.exists(path):
        rng = random.Random(1)
        vocabulary = ["".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 9))) for _ in range(3000)]
        with open(path, "w") as f:
            for _ in range(1200000):
                f.write(rng.choice(vocabulary[: rng.randint(1, 3000)]) + rng.choice("   \n"))
    return path


def workloads(work):
    data = input_file(work)
    subprocess.run(f"bzip2 -9 -c {data} > {work}/input.bz2; gzip -9 -c {data} > {work}/input.gz", shell=True, check=True)
    kernels = ["gemm", "jacobi-2d", "floyd-warshall", "nussinov", "lu", "seidel-2d", "atax", "fdtd-2d", "cholesky", "trisolv"]
    apps = {
        "core": [["core"]],
        "lua": [["lua", os.path.join(HERE, "work.lua")]],
        "sqlite": [["speedtest1", "--size", "18", ":memory:"]],
        "zlib": [["minigzip", "<", data], ["minigzip", "-d", "<", f"{work}/input.gz"]],
        "bzip2": [["bzip2", "-9", "-c", data], ["bzip2", "-d", "-c", f"{work}/input.bz2"]],
    }
    return {**{k: ("apps", v) for k, v in apps.items()}, **{k: ("kernels", [["kernels", k]]) for k in kernels}}


def cpu_time(prefix, commands):
    total = 0.0
    for cmd in commands:
        stdin = None
        if "<" in cmd:
            stdin = open(cmd[cmd.index("<") + 1])
            cmd = cmd[: cmd.index("<")]
        child = subprocess.Popen(prefix + cmd, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if status:
            sys.exit(f"{' '.join(prefix + cmd)}: status {status}")
        total += usage.ru_utime + usage.ru_stime
    return total


def row(name, unit, sip, native):
    """As bench/run.py keeps them."""
    return {"name": name, "unit": unit, "cloister": round(sip, 3), "native": round(native, 3), "ratio": round(sip / native, 3)}


def geomean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--native", required=True)
    p.add_argument("--sip", action="append", required=True, help="may be given several times to compare")
    p.add_argument("--siprun", required=True)
    p.add_argument("--runs", type=int, default=7)
    p.add_argument("--work", default="/tmp")
    p.add_argument("--json")
    p.add_argument("--only", default="")
    a = p.parse_args()
    variants = [a.native] + a.sip
    results, rows, only = {}, [], [n for n in a.only.split(",") if n]
    for name, (kind, commands) in workloads(a.work).items():
        if only and name not in only and kind not in only:
            continue
        times = {v: [] for v in variants}
        for _ in range(a.runs):
            for v in random.sample(variants, len(variants)):
                bound = [[os.path.join(v, c[0])] + c[1:] for c in commands]
                times[v].append(cpu_time([] if v == a.native else [a.siprun], bound))
        base = statistics.median(times[a.native])
        ratios = [statistics.median(times[v]) / base for v in a.sip]
        best = [min(times[v]) / min(times[a.native]) for v in a.sip]
        results[name] = (kind, ratios)
        rows.append(row(f"sfi_{name}", "s", statistics.median(times[a.sip[0]]), base))
        print(f"{name:16} {base:7.3f} s  " + "  ".join(f"{r:5.3f} (min {b:5.3f})" for r, b in zip(ratios, best)), flush=True)
    for label, wanted in (("sfi_apps", ["apps"]), ("sfi_kernels", ["kernels"]), ("sfi_geomean", ["apps", "kernels"])):
        columns = [geomean([r[i] for k, r in results.values() if k in wanted]) for i in range(len(a.sip))]
        print(f"{label:16} {'':10} " + "  ".join(f"{c:5.3f}" for c in columns))
        if columns and not math.isnan(columns[0]):
            rows.append(row(label, "x", columns[0], 1.0))
    if a.json:
        with open(a.json, "w") as f:
            json.dump(rows, f, indent=1)


main()
