#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cloister verify: verdict, rule, place and symbol, for people and as JSON; exit statuses."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "escape"))
import elf  # noqa: E402

CLOISTER = sys.argv[1]


def run(*args):
    p = subprocess.run([CLOISTER, "verify", *map(str, args)], capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr


def main():
    with tempfile.TemporaryDirectory() as d:
        good, bad, header = Path(d) / "good", Path(d) / "bad", Path(d) / "header"
        image = elf.Image()
        good.write_bytes(bytes(image))
        image.text = elf.LABEL + b"\x0f\x05" + b"\xcc" * 26
        bad.write_bytes(bytes(image))
        image.head["type"] = 3
        header.write_bytes(bytes(image))

        status, out, _ = run(good)
        assert status == 0 and "accepted" in out, out
        status, out, _ = run("--json", good)
        assert status == 0 and json.loads(out)["accepted"] is True, out
        status, out, _ = run(bad)
        assert status == 1 and "V2" in out and "0x10000004" in out and "0f 05" in out, out
        status, out, _ = run("--json", bad)
        got = json.loads(out)
        assert status == 1 and got["rule"] == "V2" and got["offset"] == 4, out
        assert got["address"] == 0x10000004 and got["bytes"].startswith("0f 05"), out
        status, out, _ = run("--json", header)
        assert status == 1 and json.loads(out)["rule"] == "F1", out
        status, out, err = run(Path(d) / "none")
        assert status == 125 and "none" in err and out == "", err
        status, _, err = run()
        assert status == 125 and err, err
    return 0


sys.exit(main())
