"""An engine that shares no folder with this machine: what a task is given is sent there, and what it made comes back."""
import json
import os
import socket

from container_engine import TOOLS, EngineTest
from wftest import main, wait_until


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


PORT = free_port()


class Far(EngineTest):
    flags = ("--host", "tcp://127.0.0.1:%d" % PORT)

    def setUp(self):
        super().setUp()
        self.host = "tcp://127.0.0.1:%d" % PORT

    def test_files_there_and_back(self):
        self.write("d/one", "1\n")
        self.write("d/sub/two", "2\n")
        path = self.one_task("cat $f > $x; cp -r $d/* $o; ln -s one $o/link; chmod +x $o/one; for p in $l/*; do cat $p; done > $y; "
                             "echo 1 >> $WF_CHECKPOINT/n; wc -l < $WF_CHECKPOINT/n > $n; echo said; echo also >&2",
                             {"f": "file", "d": "directory", "l": "list<file>"},
                             {"x": "file", "o": "directory", "y": "string", "n": "int"}, image=TOOLS, checkpoint=True)
        given = {"f": self.write("f.txt", "content\n"), "d": self.path("d"),
                 "l": [self.write("a", "a"), self.write("b", "b")]}
        done = self.run_file(path, "--out", self.path("out"), "--name", "far", **given).json
        self.assertEqual((done["outputs"]["y"], done["outputs"]["n"]), ("ab", 1))
        self.assertEqual(self.read("out/x"), "content\n")
        self.assertEqual(os.readlink(self.path("out/o/link")), "one")
        self.assertTrue(os.access(self.path("out/o/one"), os.X_OK))
        self.assertEqual(self.wf("logs", "far", "t", "--stream", "out").out, "said\n")
        local = self.run_file(path, "--backend", "local", "--refresh", **given).json
        self.assertEqual(local["outputs"], done["outputs"])
        self.assert_no_container()
        self.assertEqual(self.engine.call("GET", "/volumes")[1]["Volumes"] or [], [])

    def test_a_container_is_taken_over(self):
        """Its folder is where that of its own attempt stood; that of the next one has another name."""
        for ended in (False, True):
            with self.subTest(ended=ended):
                self.store = self.path("store-%s" % ended)
                path = self.one_task("sleep 2; echo once >> $x; wc -l < $x > $n", {}, {"x": "file", "n": "int"}, image=TOOLS, retries=0)
                process = self.start("run", path, "--name", "far")
                running = lambda state: any(one["State"] == state for one in self.engine.containers())
                wait_until(lambda: running("running"), "it runs")
                self.kill(process)
                process.wait()
                if ended:
                    wait_until(lambda: running("exited"), "it has ended")
                done = self.wf("resume", "far", "-o", "json").json
                self.assertEqual(done["outputs"]["n"], 1)
                self.assertEqual([row[4] for row in self.attempts()], ["lost", "succeeded"])
                self.assert_no_container()

    def test_logs_while_it_runs_and_after(self):
        path = self.one_task("echo first; printf 'no line'; printf 'a\\000\\377' >&2; trap 'echo; echo last; exit 0' USR1; "
                             "while :; do sleep 0.05; done", image=TOOLS)
        process = self.start("run", path, "--name", "far")
        shown = lambda stream: self.wf("logs", "far", "t", "--stream", stream).out
        wait_until(lambda: self.peek("SELECT 1 FROM attempt") and shown("out") == "first\nno line", "it says what it has written")
        wait_until(lambda: shown("err"), "it says that, too")
        (container,) = self.engine.containers()
        self.engine.call("POST", "/containers/%s/kill?signal=USR1" % container["Id"])
        self.finish(process)
        self.assertEqual(shown("out"), "first\nno line\nlast\n")

    def test_many_lines_are_followed(self):
        path = self.one_task("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; head -c 3000000 /dev/zero >&2", image=TOOLS)
        process = self.start("run", path, "--name", "far")
        wait_until(lambda: self.peek("SELECT 1 FROM run"), "there is a run")
        followed = self.wf("logs", "far", "--follow", "--stream", "out", "-o", "jsonl").out
        self.finish(process)
        self.assertEqual([json.loads(line)["line"] for line in followed.splitlines()], ["line %d" % i for i in range(3000)])
        self.assertEqual(self.query("SELECT b.size FROM attempt a JOIN blob b ON b.digest = a.stderr"), [(3000000,)])

    def test_the_end_of_a_task(self):
        path = self.one_task("echo told >&2; exit 37", image=TOOLS, retries=0)
        self.assertEqual(self.failure(path, "ends")["message"], "exited with code 37")
        self.assert_no_container()

    def test_what_is_not_sent(self):
        path = self.one_task("true", image=TOOLS, secrets={"key": "door"})
        said = self.run_file(path, "--name", "secret", code=1, env={"WF_SECRET_DOOR": "value-of-a-test"}).json["failures"][0]["cause"]
        self.assertIn("secrets, which are not sent", said["message"])


if __name__ == "__main__":
    main()
