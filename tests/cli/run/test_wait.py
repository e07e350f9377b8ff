"""Waiting for runs: how they ended, one that nobody drives, and for how long."""
import os
import signal

from wftest import WfTest, main, wait_until


class Wait(WfTest):
    def begin(self, name, script="cat {gate} > $x"):
        """A run that goes on until its pipe is written to."""
        path = self.one_task(script.format(gate=self.fifo("gate-" + name)), outputs={"x": "int"}, file=name + ".yaml", cache=False)
        process = self.start("run", path, "--name", name)
        wait_until(lambda: self.peek("SELECT 1 FROM run r JOIN node n ON n.run = r.id WHERE r.name = ? AND n.state = 'running'", name), name + " runs")
        return process

    def let(self, name, text="1"):
        with open(self.path("gate-" + name), "w", encoding="utf-8") as gate:
            gate.write(text)

    def watching(self, *arguments):
        """A `wf wait` that waits: it watches the store, and sleeps."""
        process = self.start("wait", *arguments)
        wait_until(lambda: "anon_inode:inotify" in self.opened_by(process) and self.state_of(process) == "S", "it waits")
        return process

    @staticmethod
    def opened_by(process):
        folder = "/proc/%d/fd/" % process.pid
        return [os.readlink(folder + name) for name in os.listdir(folder) if os.path.lexists(folder + name)]

    @staticmethod
    def state_of(process):
        with open("/proc/%d/stat" % process.pid, encoding="utf-8") as stat:
            return stat.read().rpartition(")")[2].split()[0]

    def test_how_a_run_ended(self):
        for name, text, code, state in (("good", "1", 0, "succeeded"), ("bad", "no number", 1, "failed")):
            run = self.begin(name)
            waiting = self.watching(name)
            self.let(name, text)
            self.assertEqual((self.finish(run).code, self.finish(waiting).code), (code, code))
            done = self.wf("wait", name, "-o", "json", code=code)  # and afterwards at once
            self.assertEqual([one["state"] for one in done.json["runs"]], [state])
        run = self.begin("stopped")
        waiting = self.watching("stopped")
        self.wf("abort", "stopped", "--reason", "wrong data")
        self.finish(run)
        done = self.finish(waiting)
        self.assertEqual(done.code, 6)
        self.assertRegex(done.out, r"aborted: 1 aborted; aborted by \S+@\S+: wrong data\n")
        self.assertEqual(self.wf("wait", "good", "bad", "stopped", "good", code=6).out.count("\n"), 3)
        self.assertEqual(self.wf("wait", "good", "bad", code=1).err, "")

    def test_several(self):
        runs = [self.begin(name) for name in ("a", "b")]
        waiting = self.watching("a", "b", "-o", "json")
        self.let("a")
        self.assertEqual(self.finish(runs[0]).code, 0)
        self.assertIsNone(waiting.poll())
        self.let("b")
        self.assertEqual(self.finish(runs[1]).code, 0)
        done = self.finish(waiting)
        self.assertEqual((done.code, [one["name"] for one in done.json["runs"]]), (0, ["a", "b"]))

    def test_for_how_long(self):
        run = self.begin("a")
        done = self.wf("wait", "a", "--timeout", "10ms", code=10)
        self.assertIn("WF-E5013", done.err)
        self.assertIn("running", done.out)
        self.assertEqual(self.wf("wait", "a", "--timeout", "0s", "-o", "json", code=10).json["runs"][0]["state"], "running")
        self.let("a")
        self.finish(run)
        self.wf("wait", "a", "--timeout", "1h")
        self.assertIn("is no time to wait for", self.wf("wait", "a", "--timeout", "soon", code=2).err)
        self.assertIn("WF-E6002", self.wf("wait", "a", "nobody", code=3).err)

    def test_until_its_driver_has_written_its_files(self):
        """Here it cannot end before somebody reads what it writes."""
        path = self.one_task("echo 1 > $x", outputs={"x": "int"})
        fifo = self.fifo("junit")
        self.wf("run", path, "--name", "one", "--detach", "--junit", fifo)
        wait_until(lambda: self.peek("SELECT 1 FROM run WHERE state = 'succeeded'"), "it has ended")
        self.wf("wait", "one", "--timeout", "1ms", code=10)
        waiting = self.watching("one")
        with open(fifo, encoding="utf-8") as file:
            self.assertIn("<testsuite", file.read())
        self.assertEqual(self.finish(waiting).code, 0)

    def test_nobody_drives_it(self):
        run = self.begin("a")
        waiting = self.watching("a")
        self.kill_driver(run)
        done = self.finish(waiting)
        self.assertEqual(done.code, 12)
        self.assertIn("WF-E5012", done.err)
        self.assertRegex(done.err, "go on with 'wf resume [0-9a-f]{12}'")
        self.assertEqual(self.wf("wait", "a", code=12).out.count("driver dead"), 1)

    def test_one_that_is_resumed_meanwhile(self):
        run, other = self.begin("a"), self.begin("b")
        waiting = self.watching("a", "b")
        run.send_signal(signal.SIGKILL)
        run.wait()
        wait_until(lambda: self.wf("show", "a", "-o", "json").json["driver"]["state"] == "dead", "its driver is dead")
        resumed = self.start("resume", "a")
        wait_until(lambda: self.query("SELECT fence FROM run WHERE name = 'a'") == [(2,)], "it is resumed")
        self.let("a")
        self.let("b")
        self.assertEqual((self.finish(resumed).code, self.finish(other).code, self.finish(waiting).code), (0, 0, 0))


if __name__ == "__main__":
    main()
