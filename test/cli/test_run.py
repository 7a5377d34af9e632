#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cloister run from outside: what passes through, what ends it, and what it says when it cannot.

Uses the enclave file named by $CLOISTER_ENCLAVE, signed here with a key of its own.
"""
import os
import pathlib
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

CLOISTER = os.environ["CLOISTER"]
ENCLAVE = os.environ["CLOISTER_ENCLAVE"]
TIMEOUT = 60
EMULATED = "EMULATED"


class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Beside the build, not in /tmp: inside the enclave that is a file system of its own.
        cls.tmp = tempfile.TemporaryDirectory(dir=os.path.dirname(CLOISTER))
        cls.dir = pathlib.Path(cls.tmp.name)
        cls.key = cls.dir / "key.pem"
        cls.enclave = cls.dir / "test.enclave"
        shutil.copy(ENCLAVE, cls.enclave)
        subprocess.run([CLOISTER, "sign", "--gen-key", cls.key], check=True)
        subprocess.run([CLOISTER, "sign", "--key", cls.key, cls.enclave], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.tmp.cleanup()

    def start(self, *args, enclave=None, **kw):
        cmd = [CLOISTER, "run", "--enclave", str(enclave or self.enclave), *map(str, args)]
        return subprocess.Popen(cmd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **kw)

    def run_in(self, *args, stdin="", **kw):
        """(exit status, stdout, lines of stderr without the loader's note on emulation)"""
        with self.start(*args, **kw) as p:
            try:
                out, err = p.communicate(stdin, timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                p.kill()
                raise
        return p.returncode, out, [s for s in err.splitlines() if EMULATED not in s]

    def refused(self, pattern, *args, status=125, **kw):
        """One line that says why, and the status."""
        got, out, err = self.run_in(*(args or ("--", "/bin/true")), **kw)
        self.assertEqual(got, status, err)
        self.assertEqual(out, "")
        self.assertEqual(len(err), 1, err)
        self.assertRegex(err[0], pattern)

    def copy_with(self, name, damage=None, sig=None):
        """A copy of enclave and signature; damage(bytes) -> bytes changes one of them."""
        path = self.dir / name
        shutil.copy(self.enclave, path)
        shutil.copy(f"{self.enclave}.sig", f"{path}.sig")
        if damage:
            path.write_bytes(damage(path.read_bytes()))
        if sig:
            pathlib.Path(f"{path}.sig").write_bytes(sig(pathlib.Path(f"{path}.sig").read_bytes()))
        return path

    # ---- what passes through ----

    def test_standard_files_and_status(self):
        status, out, err = self.run_in("--", "/bin/cat", stdin="some text\n" * 3000)
        self.assertEqual((status, out, err), (0, "some text\n" * 3000, []))
        self.assertEqual(self.run_in("--", "/bin/false")[0], 1)

    def test_program_is_found_in_path(self):
        self.assertEqual(self.run_in("echo", "a", "--b")[:2], (0, "a --b\n"))

    def test_environment(self):
        env = {"PATH": os.environ["PATH"], "HOME": "/h", "LC_X": "1", "SECRET": "s", "COPY": "c"}
        out = self.run_in("--env", "COPY", "--env", "NEW=1=2", "--env", "HOME=/g", "--env", "GONE",
                          "--", "/usr/bin/env", env=env)[1]
        self.assertEqual(sorted(s for s in out.splitlines() if not s.startswith("PATH=")),
                         ["COPY=c", "HOME=/g", "LC_X=1", "NEW=1=2"])

    def test_working_directory(self):
        self.assertEqual(self.run_in("--cwd", "/usr", "pwd")[1], "/usr\n")
        self.assertEqual(self.run_in("pwd", cwd="/usr/bin")[1], "/usr/bin\n")
        with tempfile.TemporaryDirectory() as invisible:
            self.assertEqual(self.run_in("pwd", cwd=invisible)[1], "/\n")
        self.refused("/nowhere", "--cwd", "/nowhere", "pwd")

    def test_binds(self):
        rw, ro = self.dir / "rw", self.dir / "ro"
        for d in (rw, ro):
            d.mkdir()
            (d / "old").write_text("old\n")
        status, out, err = self.run_in(
            "--bind", f"{rw}:/a:rw", "--bind", f"{ro}:/b", "--", "/bin/cp", "/b/old", "/a/new")
        self.assertEqual((status, err), (0, []))
        self.assertEqual((rw / "new").read_text(), "old\n")
        self.assertNotEqual(
            self.run_in("--bind", f"{ro}:/b", "--", "/bin/cp", "/etc/passwd", "/b/new")[0], 0)
        self.assertNotEqual(self.run_in("--", "/bin/rm", "-f", ro / "old")[0], 0)
        self.assertEqual(sorted(os.listdir(ro)), ["old"])

    def test_binds_of_odd_places(self):
        file = self.dir / "file"
        file.write_text("bound\n")
        for dst in "/etc/passwd", "//etc/./passwd", "/no/such/dir/file/":
            out = self.run_in("--bind", f"{file}:{dst}", "--", "/bin/cat", dst.rstrip("/"))
            self.assertEqual(out, (0, "bound\n", []))
        self.refused(r"\.\.", "--bind", f"{file}:/a/../b", "true")
        self.refused("/etc/passwd: not a directory", "--bind", f"{self.dir}:/etc/passwd", "true")

    def test_sizes_beyond_all_memory(self):
        self.assertEqual(self.run_in("--mem", "9999T", "true"), (0, "", []))

    def test_strace(self):
        err = "\n".join(self.run_in("--strace", "--", "/bin/echo", "x")[2])
        self.assertRegex(err, r'write\(1, "x\\n", 2\) += 2')

    # ---- what ends it ----

    def signalled(self, sig):
        with self.start("--", "/bin/sh", "-c", "echo ready; exec sleep 100") as p:
            self.assertEqual(p.stdout.readline(), "ready\n")
            p.send_signal(sig)
            p.communicate(timeout=TIMEOUT)
        return p.returncode

    def test_signals_reach_the_program(self):
        for sig in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            self.assertEqual(self.signalled(sig), 128 + sig)

    def test_programs_that_cannot_be_run(self):
        text = self.dir / "text"
        text.write_text("not a program\n")
        self.refused("/no/such", "--", "/no/such", status=127)
        self.refused("no-such-command", "--", "no-such-command", status=127)
        self.refused(str(text), "--", text, status=126)
        text.chmod(0o755)
        self.refused(str(text), "--", text, status=126)
        whole = pathlib.Path("/bin/true").read_bytes()
        for n in 4, 63, 64, 100, 1000:
            text.write_bytes(whole[:n])
            self.refused(str(text), "--", text, status=126)

    # ---- when Cloister itself cannot ----

    def test_files_that_are_not_there(self):
        self.refused(r"/nope: No such file", enclave="/nope")
        os.mkfifo(self.dir / "fifo")
        self.refused("fifo: is not a regular file", enclave=self.dir / "fifo")
        path = self.copy_with("unsigned")
        os.unlink(f"{path}.sig")
        self.refused(r"unsigned\.sig: No such file", enclave=path)
        self.refused(r"/no/dir: cannot be bound: No such file", "--bind", "/no/dir:/x", "true")

    def test_signatures_that_do_not_fit(self):
        def flip(i):
            return lambda b: b[:i] + bytes([b[i] ^ 1]) + b[i + 1:]

        self.refused("not a SIGSTRUCT", enclave=self.copy_with("s1", sig=lambda b: b[:-1]))
        self.refused("wrong signature", enclave=self.copy_with("s2", sig=flip(600)))
        self.refused("wrong signature", enclave=self.copy_with("s3", sig=flip(960)))
        self.refused("well-formed", enclave=self.copy_with("s4", sig=flip(0)))
        self.refused("MRENCLAVE", enclave=self.copy_with("e1", damage=flip(0x1800)))

    def test_enclave_files_cut_off_anywhere(self):
        for n in 0, 1, 63, 64, 500, 4096, 0x2000:
            path = self.copy_with("cut", damage=lambda b, n=n: b[:n])
            self.refused(re.escape(str(path)), enclave=path)

    def test_debug_bit(self):
        self.refused("does not allow a debug enclave", "--debug", "true")
        path = self.copy_with("debug")
        subprocess.run([CLOISTER, "sign", "--debug", "--key", self.key, path], check=True)
        self.assertEqual(self.run_in("--debug", "true", enclave=path)[0], 0)

    def test_no_memory(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

        self.refused("memory|mapped", preexec_fn=limit)
        status, _, err = self.run_in("--mem", "32M", "--", "/usr/bin/python3", "-c",
                                     "x = bytearray(1 << 28)")
        self.assertIn(status, (1, 137))
        self.assertTrue(any("MemoryError" in s for s in err) or status == 137, err)

    def test_files_in_memory_leave_room_for_programs(self):
        status, out, err = self.run_in(
            "--mem", "64M", "--", "/bin/sh", "-c",
            "head -c 100000000 /dev/zero >/tmp/big; echo $?; rm /tmp/big; echo ok >/tmp/x; cat /tmp/x")
        self.assertEqual((status, out), (0, "1\nok\n"), err)
        self.assertIn("No space left on device", err[0])

    def test_wrong_usage(self):
        for args in (["--mem", "3"], ["--mem", "x"], ["--vcpus", "0"], ["--isolation", "no"],
                     ["--bind", "/etc"], ["--bind", "/etc:rel"], ["--env", "=x"], ["--cwd", "rel"]):
            self.refused(re.escape(args[0]), *args, "true")
        self.refused("no program", "--vcpus", "1")

    # ---- idle and terminal ----

    def test_an_idle_enclave_uses_no_cpu(self):
        def cpu(seconds):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.assertEqual(self.run_in("sleep", seconds)[0], 0)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        self.assertLess(cpu(4) - cpu(1), 0.03)  # 1 % of the three seconds between

    def test_terminal_is_left_as_found(self):
        try:
            master, slave = pty.openpty()
        except OSError as e:  # a container without /dev/pts
            self.skipTest(str(e))
        before = subprocess.check_output(["stty", "-g"], stdin=slave)
        cmd = [CLOISTER, "run", "--enclave", str(self.enclave), "--", "/bin/sh", "-c",
               "stty raw -echo; echo done; exec sleep 100"]
        with subprocess.Popen(cmd, stdin=slave, stdout=slave, stderr=slave,
                              start_new_session=True) as p:
            seen, end = b"", time.monotonic() + TIMEOUT
            while b"done" not in seen and time.monotonic() < end:
                if select.select([master], [], [], 1)[0]:
                    seen += os.read(master, 1000)
            self.assertIn(b"done", seen)
            self.assertNotEqual(subprocess.check_output(["stty", "-g"], stdin=slave), before)
            p.terminate()
            p.wait(TIMEOUT)
        self.assertEqual(subprocess.check_output(["stty", "-g"], stdin=slave), before)
        os.close(master)
        os.close(slave)


if __name__ == "__main__":
    unittest.main()
