"""wf logs: which attempts and lines, apart or by line, and as they come."""
import json
import os
import signal
import subprocess
import unittest

from wftest import DEADLINE, WfTest, clean_environment, task, wait_until


class Logs(WfTest):
    def mapped(self, script, *arguments, ks="[1,2,3]", code=0):
        self.one_task(script, inputs={"k": "int"}, map_over=["k"])
        self.wf("run", "probe.yaml", "-i", "k=" + ks, "--name", "n", "--parallelism", "1", *arguments, code=code)

    def raw(self, *arguments):
        return subprocess.run(self.arguments("logs", *arguments), stdout=subprocess.PIPE, check=True,
                              env=clean_environment(), cwd=self.folder).stdout

    def test_apart_and_by_line(self):
        self.mapped("echo out $k; printf 'err %s' $k >&2")
        self.assertEqual(self.wf("logs", "n", "t[1]").out, "out 2\nerr 2")
        self.assertEqual(self.wf("logs", "n").out,
                         "\n".join("==> t[%d] stdout <==\nout %d\n\n==> t[%d] stderr <==\nerr %d\n"
                                   % (i, i + 1, i, i + 1) for i in range(3)))
        self.assertEqual(self.wf("logs", "n", "t", "--interleave", "--stream", "out").out,
                         "t[0] | out 1\nt[1] | out 2\nt[2] | out 3\n")
        self.assertEqual(self.wf("logs", "n", "--grep", "^(out|err) [23]$").out,
                         "t[1] | out 2\nt[1] | err 2\nt[2] | out 3\nt[2] | err 3\n")
        lines = [json.loads(line) for line in self.wf("logs", "n", "t[2]", "-o", "jsonl").out.splitlines()]
        self.assertRegex(lines[1].pop("time"), r"^20\d\d-.*\.\d{6}Z$")
        self.assertEqual(lines[1], {"node": "t", "element": 2, "attempt": 1, "stream": "stderr", "line": "err 3"})

    def test_which_attempts(self):
        self.mapped("echo hi")
        self.assertEqual(self.wf("logs", "n", "t[0]", "--attempt", "1").out, "hi\n")
        self.assertEqual(self.wf("logs", "n", "t[0]", "--attempt", "last").out, "hi\n")
        said = self.wf("logs", "n", "t[0]", "--attempt", "2", code=3).err
        self.assertIn("there is no attempt 2", said)
        self.assertIn("the last one has the number 1", said)
        self.assertEqual(self.wf("logs", "n", "t[0]", "--since", "1h").out, "hi\n")
        self.assertEqual(self.wf("logs", "n", "--since", "2999-01-01T00:00:00Z").out, "")

    def test_a_run_that_only_reused(self):
        path = self.one_task("echo hi; echo $k > $y", {"k": "int"}, {"y": "int"}, map_over=["k"])
        self.wf("run", path, "-i", "k=[1,2,3]", "--name", "n")
        first = self.wf("show", "n", "-o", "json").json["run"][-12:]
        again = self.wf("run", "probe.yaml", "-i", "k=[1,2,3]", "-o", "json").json["run"]
        done = self.wf("logs", again)
        self.assertEqual((done.out, done.err), ("", "nothing has run in run %s; the logs of what was reused are in the runs that made it: "
                                                    "wf logs %s\n" % (again[-12:], first)))
        self.assertEqual(self.wf("logs", again, "-o", "json").json["logs"], [])
        self.assertEqual(self.wf("logs", again, "--quiet").err, "")

    def test_what_is_refused(self):
        self.mapped("echo hi")
        for words in (["--attempt", "0"], ["--attempt", "x"], ["--since", "soon"], ["--grep", "(a"],
                      ["--stream", "in"], ["--stream", ""], ["--timestamps", "-o", "json"], ["--follow", "-o", "json"], ["--grep", "a", "-o", "yaml"]):
            self.wf("logs", "n", *words, code=2)
        self.assertIn("no regular expression", self.wf("logs", "n", "--grep", "(a", code=2).err)

    def test_bytes_and_size(self):
        self.one_task(r"""printf 'a\000b\377\n'; head -c 3000000 /dev/zero | tr '\0' x; echo; echo end""")
        self.wf("run", "probe.yaml", "--name", "n")
        self.assertEqual(self.raw("n"), b"a\0b\xff\n" + b"x" * 3000000 + b"\nend\n")
        self.assertEqual(self.raw("n", "--grep", "b"), b"t | a\0b\xff\n")
        lines = [json.loads(line)["line"] for line in self.raw("n", "-o", "jsonl").decode().splitlines()]
        self.assertEqual((lines[0], lines[-1]), ("a\\x00b\\xff", "end"))
        self.assertEqual("".join(lines[1:-1]), "x" * 3000000)
        self.assertEqual(max(map(len, lines)), 65536)

    def test_long_lines(self):
        """A line may be as long as 64 KiB; a longer one is cut between its characters."""
        self.one_task("head -c 65536 /dev/zero | tr '\\0' x; echo; yes é | head -n 40000 | tr -d '\\n'")
        self.wf("run", "probe.yaml", "--name", "n")
        lines = [json.loads(line)["line"] for line in self.raw("n", "-o", "jsonl").decode().splitlines()]
        self.assertEqual(lines[:2], ["x" * 65536, "é" * 32768])
        self.assertEqual("".join(lines[1:]), "é" * 40000)
        self.one_task("printf a; yes é | head -n 40000 | tr -d '\\n'")
        self.wf("run", "probe.yaml", "--name", "odd")
        lines = [json.loads(line)["line"] for line in self.raw("odd", "-o", "jsonl").decode().splitlines()]
        self.assertEqual("".join(lines), "a" + "é" * 40000)

    def test_an_attempt_that_ends_while_another_is_shown(self):
        """More than a pipe holds keeps `wf logs` at the first log until the second has gone into the store."""
        began, gate = self.fifo("began"), self.fifo("gate")
        self.define({"a": task("head -c 1000000 /dev/zero | tr '\\0' x; echo 1 > $x", outputs={"x": "string"}),
                     "b": task("echo late; echo > %s; read x < %s" % (began, gate), inputs={"x": "string"})},
                    {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.x"}}})
        run = self.start("run", "probe.yaml", "--name", "n")
        self.hear(began)
        wait_until(lambda: self.query("SELECT count(*) FROM attempt") == [(2,)], "both are in the store")
        logs = self.start("logs", "n")
        self.assertEqual(logs.stdout.read(1), "=")
        with open(gate, "w", encoding="utf-8") as pipe:
            pipe.write("\n")
        self.assertEqual(self.finish(run).code, 0)
        self.assertTrue(self.finish(logs).out.endswith("\n==> b stdout <==\nlate\n"))

    def test_damage_is_found(self):
        self.one_task("head -c 100000 /dev/zero")
        self.wf("run", "probe.yaml", "--name", "n")
        for folder, _, names in os.walk(os.path.join(self.store, "objects")):
            for name in names:
                path = os.path.join(folder, name)
                os.chmod(path, 0o600)
                with open(path, "r+b") as file:
                    file.write(b"y")
        self.assertIn("WF-E4111", self.wf("logs", "n", code=9).err.replace("WF-E4112", "WF-E4111"))


class Follow(WfTest):
    def test_lines_come_as_they_are_written(self):
        first, go = self.fifo("first"), self.fifo("go")
        self.define({"a": task("echo one; printf par; echo > %s; read x < %s; echo tial; echo bad >&2" % (first, go),
                               outputs={}),
                     "b": task("echo two")},
                    {"a": {"task": "a"}, "b": {"task": "b"}})
        run = self.start("run", "probe.yaml", "--name", "n", "--parallelism", "1")
        self.hear(first)
        follower = self.start("logs", "n", "--follow")
        self.assertEqual(follower.stdout.readline(), "a | one\n")
        with open(go, "w", encoding="utf-8") as pipe:
            pipe.write("\n")
        self.assertEqual(self.finish(run).code, 0)
        done = self.finish(follower)
        self.assertEqual(done.code, 0, done)
        self.assertEqual(sorted(done.out.splitlines()), ["a | bad", "a | partial", "b | two"])
        again = self.wf("logs", "n", "--follow").out.splitlines()
        self.assertEqual(sorted(again), ["a | bad", "a | one", "a | partial", "b | two"])
        self.assertEqual(self.wf("logs", "n", "b", "--follow", "-o", "jsonl").json["line"], "two")
        self.assertIn("'nosuch' made no attempt", self.wf("logs", "n", "nosuch", "--follow", code=3).err)

    def test_a_driver_that_dies(self):
        began = self.fifo("began")
        self.one_task("echo here; echo > %s; exec sleep 1000" % began)
        run = self.start("run", "probe.yaml", "--name", "n")
        self.hear(began)
        follower = self.start("logs", "n", "--follow")
        self.assertEqual(follower.stdout.readline(), "t | here\n")
        pid, = self.query("SELECT pid FROM driver")[0]
        os.kill(pid, signal.SIGKILL)
        self.finish(run)
        done = self.finish(follower)
        self.assertEqual(done.code, 12, done)
        self.assertIn("its driver is dead", done.err)
        self.assertIn("wf resume", done.err)
        self.assertIn("its driver is dead", self.wf("logs", "n", "--follow", code=12).err)
        self.assertEqual(self.wf("logs", "n").out, "here\n")
        self.tamper("UPDATE driver SET host = 'far', boot_id = 'other'")
        done = self.wf("logs", "n", "--follow", code=12)
        self.assertEqual(done.out, "t | here\n")
        self.assertIn("is driven on host far", done.err)

    def test_a_reader_that_goes_away(self):
        began, gate = self.fifo("began"), self.fifo("gate")
        self.one_task("echo here; echo > %s; read x < %s" % (began, gate))
        run = self.start("run", "probe.yaml", "--name", "n")
        self.hear(began)
        follower = self.start("logs", "n", "--follow")
        self.assertEqual(follower.stdout.readline(), "t | here\n")
        follower.stdout.close()
        self.assertEqual(follower.wait(DEADLINE), 0, "it does not wait for the run")
        follower.stdout = None
        with open(gate, "w", encoding="utf-8") as pipe:
            pipe.write("\n")
        self.assertEqual(self.finish(run).code, 0)


if __name__ == "__main__":
    unittest.main()
