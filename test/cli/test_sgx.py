#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cloister measure, sign, sigstruct: output, files, exit status and messages.

The enclave file is made here from the format's description and measured by a third
implementation (hashlib over a byte stream); signatures are checked and made with openssl(1).
"""
import hashlib
import json
import os
import pathlib
import re
import stat
import struct
import subprocess
import tempfile
import unittest

CLOISTER = os.environ["CLOISTER"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = pathlib.Path(os.environ.get("CLOISTER_VECTORS") or ROOT / "../shared/vectors")

SIZE = 1 << 46
TEXT, DATA, SLOTS, STRIDE = 0x10000, 0x11000, 0x100000, 0x10000
TCS_COUNT, NSSA, FRAME, BLOCK, VCPU_PAGES = 2, 2, 3, 0x7000, 9
PT_LOAD, PT_NOTE = 1, 4
R, W, X = 4, 2, 1


def phdr(kind, flags, offset, addr, filesz, memsz, align):
    return struct.pack("<IIQQQQQQ", kind, flags, offset, addr, addr, filesz, memsz, align)


def enclave_file():
    desc = struct.pack(
        "<IIQQQIIQQQIIQQQQQ", 1, FRAME, SIZE, SLOTS, STRIDE, TCS_COUNT, NSSA, TEXT, BLOCK, 0x1000,
        VCPU_PAGES, 1, 4, 0xe7, 3, 0, 0)
    note = struct.pack("<III", 9, len(desc), 1) + b"Cloister\0\0\0\0" + desc
    text = bytes(i * 5 % 251 for i in range(4096))
    data = b"data" * 10
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, TEXT, 64, 0, 0, 64, 56, 3, 0,
                       0, 0)
    head += phdr(PT_LOAD, R | X, 4096, TEXT, 4096, 4096, 4096)
    head += phdr(PT_LOAD, R | W, 8192, DATA, len(data), 8192, 4096)
    head += phdr(PT_NOTE, R, 64 + 3 * 56, 0, len(note), len(note), 4)
    return (head + note).ljust(4096, b"\0") + text + data


def sgxs(image):
    """The measured stream of enclave_file()."""
    out = [struct.pack("<8sIQQ36x", b"ECREATE", FRAME, SIZE, 0)]

    def page(offset, flags, content=b""):
        content = content.ljust(4096, b"\0")
        out.append(struct.pack("<8sQQ40x", b"EADD", offset, flags))
        for i in range(0, 4096, 256):
            out.append(struct.pack("<8sQ48x", b"EEXTEND", offset + i))
            out.append(content[i:i + 256])

    page(TEXT, 0x205, image[4096:8192])
    page(DATA, 0x203, image[8192:8232])
    page(DATA + 4096, 0x203)
    for tcs in range(SLOTS, SLOTS + TCS_COUNT * STRIDE, STRIDE):
        page(tcs, 0x100, struct.pack("<QQQIIQQQQII", 0, 0, tcs + 0x1000, 0, NSSA, TEXT, 0,
                                     tcs + BLOCK, tcs + BLOCK, 0xffffffff, 0xffffffff))
        for i in range(NSSA * FRAME):
            page(tcs + 0x1000 + i * 4096, 0x203)
        for i in range(VCPU_PAGES):
            page(tcs + BLOCK + i * 4096, 0x203)
    return b"".join(out)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tmp = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.tmp.name)
        cls.enclave = cls.dir / "t.enclave"
        cls.enclave.write_bytes(enclave_file())
        cls.key = cls.dir / "key.pem"
        subprocess.run([CLOISTER, "sign", "--gen-key", cls.key], check=True)
        cls.pub = cls.dir / "key.pub"
        subprocess.run(["openssl", "pkey", "-in", cls.key, "-pubout", "-out", cls.pub], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.tmp.cleanup()

    def run_cloister(self, *args, **env):
        return subprocess.run([CLOISTER, *args], capture_output=True, text=True, timeout=60,
                              env={**os.environ, **env})

    def good(self, *args, **env):
        p = self.run_cloister(*args, **env)
        self.assertEqual((p.returncode, p.stderr), (0, ""), args)
        return p.stdout

    def bad(self, *args, says, status=125, lines=1, **env):
        """Fails with one clear line that contains every string of `says`."""
        p = self.run_cloister(*args, **env)
        self.assertEqual(p.returncode, status, p.stderr)
        self.assertEqual(p.stdout, "")
        self.assertEqual(len(p.stderr.splitlines()), lines, p.stderr)
        for text in says:
            self.assertIn(str(text), p.stderr)

    def sigstruct(self, path):
        return json.loads(self.good("sigstruct", "--json", path))


class Command(Case):
    def test_version_and_help(self):
        self.assertRegex(self.good("--version"), r"^cloister \d+\.\d+\.\d+\n$")
        overview = self.good("help")
        self.assertEqual(overview, self.good("--help"))
        for verb in ("measure", "sign", "sigstruct"):
            self.assertIn(f"  {verb} ", overview)
            self.assertIn(f"Usage: cloister {verb}", self.good("help", verb))
            self.assertEqual(self.good("help", verb), self.good(verb, "--help"))

    def test_manual_pages_name_the_same_options(self):
        for verb in ("measure", "sign", "sigstruct"):
            page = (ROOT / f"doc/man/cloister-{verb}.1.scd").read_text()
            options = set(re.findall(r"^\*(--[a-z-]+)\*", page, re.M))
            self.assertEqual(options, set(re.findall(r"^  (--[a-z-]+)", self.good("help", verb), re.M)))

    def test_wrong_usage(self):
        self.bad("frobnicate", says=["cloister: frobnicate: no such command"])
        self.bad("help", "frobnicate", says=["frobnicate: no such command"])
        self.assertEqual(self.run_cloister().returncode, 125)
        for verb in ("measure", "sign", "sigstruct"):
            self.bad(verb, "--frob", says=[f"cloister {verb}: ", "--frob"], lines=2)
        self.bad("measure", says=["one enclave file"])
        self.bad("measure", self.enclave, self.enclave, says=["one enclave file"])
        self.bad("sigstruct", says=["one signature file"])

    def test_full_standard_output(self):
        with open("/dev/full", "w") as full:
            p = subprocess.run([CLOISTER, "measure", self.enclave], stdout=full,
                               stderr=subprocess.PIPE, text=True)
        self.assertEqual(p.returncode, 125)
        self.assertEqual(p.stderr, "cloister: cannot write to standard output\n")


class Measure(Case):
    def test_measure(self):
        want = hashlib.sha256(sgxs(enclave_file())).hexdigest()
        self.assertEqual(self.good("measure", self.enclave), want + "\n")

    def test_stream(self):
        out = self.dir / "t.sgxs"
        self.good("measure", "--sgxs", out, self.enclave)
        self.assertEqual(out.read_bytes(), sgxs(enclave_file()))

    def test_json(self):
        self.assertEqual(json.loads(self.good("measure", "--json", self.enclave)), {
            "mrenclave": hashlib.sha256(sgxs(enclave_file())).hexdigest(),
            "size": SIZE, "pages": 3 + 2 * 16, "tcs": 2, "nssa": 2, "ssa_frame_size": 3,
            "attributes": 4, "xfrm": 0xe7, "xfrm_required": 3, "miscselect": 1})

    def test_one_byte_more_or_less(self):
        was = self.good("measure", self.enclave)
        image = bytearray(enclave_file())
        image[4096 + 17] ^= 1
        other = self.dir / "other.enclave"
        other.write_bytes(image)
        self.assertNotEqual(self.good("measure", other), was)
        other.write_bytes(enclave_file() + b"not part of any segment")
        self.assertEqual(self.good("measure", other), was)

    def test_bad_files(self):
        path = self.dir / "bad.enclave"
        self.bad("measure", path, says=[path, "No such file"])
        self.bad("measure", self.dir, says=[self.dir, "not a regular file"])
        self.bad("measure", "/dev/null", says=["/dev/null", "not a regular file"])
        path.write_bytes(b"")
        self.bad("measure", path, says=[path, "not an ELF file"])
        path.write_text("#!/bin/sh\n")
        self.bad("measure", path, says=[path, "not an ELF file"])
        path.write_bytes(enclave_file()[:40])
        self.bad("measure", path, says=[path, "ends before"])
        path.write_bytes(enclave_file()[:5000])
        self.bad("measure", path, says=[path, "outside the file"])
        path.write_bytes(enclave_file().replace(b"Cloister", b"Cloisters"[:8].upper()))
        self.bad("measure", path, says=[path, "no Cloister note"])
        self.bad("measure", "/bin/true", says=["/bin/true", "ET_EXEC"])
        fifo = self.dir / "fifo"
        os.mkfifo(fifo)
        self.bad("measure", fifo, says=[fifo, "not a regular file"])

    def test_stream_that_cannot_be_written(self):
        self.bad("measure", "--sgxs", self.dir / "no/x", self.enclave, says=["no/x", "No such file"])
        self.bad("measure", "--sgxs", "/dev/full", self.enclave, says=["/dev/full", "No space"])


class Sign(Case):
    def sign(self, *args, **env):
        out = self.dir / "out.sig"
        self.good("sign", "--key", self.key, "--out", out, *args, self.enclave, **env)
        return self.sigstruct(out)

    def test_production_is_the_default(self):
        s = self.sign("--date", "20260102")
        self.assertEqual(s, self.sign("--date", "20260102", "--production"))
        self.assertEqual(s["mrenclave"], self.good("measure", self.enclave).strip())
        self.assertEqual(s["date"], "0x20260102")
        self.assertEqual((s["isvprodid"], s["isvsvn"]), (0, 0))
        self.assertEqual(s["vendor"], "0x00000000")
        self.assertEqual(s["attributes"], "0x0000000000000004")
        self.assertEqual(s["attributes_mask"], "0xffffffffffffffff")
        self.assertEqual(s["xfrm"], "0x0000000000000003")
        self.assertEqual(s["xfrm_mask"], "0xffffffffffffff1b")  # AVX and AVX-512 are free
        self.assertEqual((s["miscselect"], s["miscmask"]), ("0x00000001", "0xffffffff"))
        self.assertTrue(s["format_ok"] and s["signature_ok"] and s["q1_ok"] and s["q2_ok"])

    def test_debug_frees_the_debug_bit(self):
        s = self.sign("--debug")
        self.assertEqual(s["attributes"], "0x0000000000000004")
        self.assertEqual(s["attributes_mask"], "0xfffffffffffffffd")

    def test_options(self):
        s = self.sign("--isvprodid", "65535", "--isvsvn", "0x10")
        self.assertEqual((s["isvprodid"], s["isvsvn"]), (65535, 16))
        self.assertEqual(self.sign(SOURCE_DATE_EPOCH="86400")["date"], "0x19700102")

    def test_mrsigner_is_the_hash_of_the_modulus(self):
        text = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"], check=True,
                              capture_output=True, text=True).stdout
        modulus = bytes.fromhex(text.strip().split("=")[1])
        self.assertEqual(len(modulus), 384)
        s = self.sign()
        self.assertEqual(s["modulus"], modulus[::-1].hex())
        self.assertEqual(s["mrsigner"], hashlib.sha256(modulus[::-1]).hexdigest())

    def test_default_output_and_size(self):
        self.good("sign", "--key", self.key, self.enclave)
        self.assertEqual(len(pathlib.Path(str(self.enclave) + ".sig").read_bytes()), 1808)

    def test_two_steps_equal_one(self):
        data, raw, two = self.dir / "data", self.dir / "raw", self.dir / "two.sig"
        common = ["--date", "20260102", "--isvsvn", "5"]
        self.good("sign", "--gendata", data, *common, self.enclave)
        self.assertEqual(len(data.read_bytes()), 256)
        subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key, "-out", raw, data],
                       check=True)
        self.good("sign", "--catsig", raw, "--pubkey", self.pub, *common, "--out", two, self.enclave)
        one = self.dir / "one.sig"
        self.good("sign", "--key", self.key, *common, "--out", one, self.enclave)
        self.assertEqual(one.read_bytes(), two.read_bytes())
        self.bad("sign", "--catsig", raw, "--pubkey", self.pub, "--date", "20260103", "--out", two,
                 self.enclave, says=[raw, "is not a signature of this enclave", self.pub])
        raw.write_bytes(raw.read_bytes()[:-1])
        self.bad("sign", "--catsig", raw, "--pubkey", self.pub, *common, self.enclave,
                 says=[raw, "shorter than 384 bytes"])

    def test_generated_key(self):
        self.assertEqual(stat.S_IMODE(self.key.stat().st_mode), 0o600)
        text = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-text"], check=True,
                              capture_output=True, text=True).stdout
        self.assertIn("3072 bit", text)
        self.assertIn("publicExponent: 3 ", text)
        was = self.key.read_bytes()
        self.bad("sign", "--gen-key", self.key, says=[self.key, "File exists"])
        self.assertEqual(self.key.read_bytes(), was)

    def test_wrong_usage(self):
        self.bad("sign", self.enclave, says=["exactly one of --key"])
        self.bad("sign", "--key", self.key, says=["one enclave file"])
        self.bad("sign", "--key", self.key, "--gendata", "x", self.enclave, says=["exactly one of"])
        self.bad("sign", "--catsig", "x", self.enclave, says=["--pubkey"])
        self.bad("sign", "--gendata", "x", self.enclave, says=["--date"])
        self.bad("sign", "--gen-key", "x", self.enclave, says=["no enclave file"])
        for number in ("65536", "-1", "", "1x"):
            self.bad("sign", "--key", self.key, "--isvsvn", number, self.enclave,
                     says=["--isvsvn", "0 to 65535"])
        for date in ("20260230", "2026010", "today", "202601011", " 2026010", "0x202601"):
            self.bad("sign", "--key", self.key, "--date", date, self.enclave,
                     says=["--date " + date, "YYYYMMDD"])
        self.bad("sign", "--key", self.key, self.enclave, says=["SOURCE_DATE_EPOCH"],
                 SOURCE_DATE_EPOCH="soon")

    def test_wrong_keys(self):
        small, locked = self.dir / "small.pem", self.dir / "locked.pem"
        subprocess.run(["openssl", "genrsa", "-out", small, "2048"], check=True,
                       stderr=subprocess.DEVNULL)
        subprocess.run(["openssl", "pkey", "-in", self.key, "-aes128", "-passout", "pass:x", "-out",
                        locked], check=True)
        self.bad("sign", "--key", small, self.enclave, says=[small, "not a private RSA-3072 key"])
        self.bad("sign", "--key", self.pub, self.enclave, says=[self.pub, "not a private"])
        self.bad("sign", "--key", locked, self.enclave, says=[locked, "passphrase"])
        self.bad("sign", "--key", self.dir / "none", self.enclave, says=["none", "No such file"])
        self.bad("sign", "--key", self.key, self.dir / "none", says=["none", "No such file"])
        self.bad("sign", "--key", self.key, "--out", "/dev/full", self.enclave,
                 says=["/dev/full", "No space"])


class Sigstruct(Case):
    def test_every_flipped_field_is_seen(self):
        good = self.dir / "good.sig"
        self.good("sign", "--key", self.key, "--out", good, self.enclave)
        spoiled = self.dir / "spoiled.sig"
        # offset -> which of the verdicts turn false
        for offset, wrong in {
                0: {"format_ok", "signature_ok"}, 20: {"signature_ok"}, 50: {"format_ok", "signature_ok"},
                512: {"format_ok"}, 600: {"signature_ok", "q1_ok", "q2_ok"}, 960: {"signature_ok"},
                1030: {"format_ok"}, 1040: {"q1_ok"}, 1424: {"q2_ok"}}.items():
            raw = bytearray(good.read_bytes())
            raw[offset] ^= 1
            spoiled.write_bytes(raw)
            p = self.run_cloister("sigstruct", "--json", spoiled)
            self.assertEqual(p.returncode, 1, offset)
            s = json.loads(p.stdout)
            self.assertEqual({k for k, v in s.items() if v is False}, wrong, offset)
            p = self.run_cloister("sigstruct", spoiled)
            self.assertEqual(p.returncode, 1)
            self.assertEqual(p.stdout.count("WRONG"), len(wrong))

    def test_fields_cover_the_file(self):
        good = self.dir / "good.sig"
        self.good("sign", "--key", self.key, "--out", good, self.enclave)
        raw = good.read_bytes()
        s = self.sigstruct(good)
        rebuilt = b""
        for name, value in s.items():
            if name in ("isvprodid", "isvsvn"):
                rebuilt += value.to_bytes(2, "little")
            elif name == "exponent":
                rebuilt += value.to_bytes(4, "little")
            elif name == "mrsigner":
                break
            elif value.startswith("0x"):
                rebuilt += bytes.fromhex(value[2:])[::-1]
            else:
                rebuilt += bytes.fromhex(value)
        self.assertEqual(rebuilt, raw)

    def test_wrong_files(self):
        path = self.dir / "short.sig"
        self.bad("sigstruct", path, says=[path, "No such file"])
        path.write_bytes(bytes(1807))
        self.bad("sigstruct", path, says=[path, "shorter than 1808"])
        path.write_bytes(bytes(1809))
        self.bad("sigstruct", path, says=[path, "longer than 1808"])
        self.bad("sigstruct", self.dir, says=[self.dir, "directory"])

    @unittest.skipUnless(VECTORS.is_dir(), "no test vectors")
    def test_real_ones(self):
        s = self.sigstruct(VECTORS / "intel-signed/pce.sigstruct")
        self.assertEqual(s["mrsigner"],
                         "c54a62f2be9ef76efb1f3930ad81ea7f60defc1f5f25e09b7c067a815ae0c6cb")
        self.assertEqual((s["isvprodid"], s["isvsvn"], s["date"]), (1, 16, "0x20240811"))
        s = self.sigstruct(VECTORS / "intel-signed/le_prod_css.bin")
        self.assertEqual(s["attributes"], "0x0000000000000024")
        self.assertEqual(s["swdefined"], "0x00000010")


if __name__ == "__main__":
    unittest.main()
