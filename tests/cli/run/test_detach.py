"""Runs in the background: the caller knows them at once, and nothing of the caller's end reaches them."""
import json
import os
import pty
import signal
import subprocess

from wftest import DEADLINE, WfTest, clean_environment, main, processes_in, wait_until


class Detach(WfTest):
    def gated(self, script="echo up >&2; cat {gate} > $x", **more):
        return self.one_task(script.format(gate=self.fifo("gate")), outputs={"x": "int"}, cache=False, **more)

    def let(self, text="1"):
        with open(self.path("gate"), "w", encoding="utf-8") as gate:
            gate.write(text)

    def driver(self, run):
        return self.wf("show", run, "-o", "json").json["driver"]

    def log_of(self, run):
        with open(self.wf("show", run, "-o", "json").json["driver_log"], encoding="utf-8") as log:
            return log.read()

    def gone(self, pid):
        wait_until(lambda: not os.path.exists("/proc/%d" % pid), "the driver has ended")

    def test_it_is_known_at_once(self):
        done = self.wf("run", self.gated(), "--name", "one", "--detach")
        run = done.out.strip()
        self.assertEqual(self.wf("show", "one", "-o", "json").json["run"], run)
        self.assertIn("wf wait " + run[-12:], done.err)
        self.assertEqual(self.driver("one")["state"], "alive")
        self.assertEqual(self.wf("wait", run, "--timeout", "1ms", code=10).code, 10)
        self.let()
        self.wf("wait", run)
        self.gone(self.driver("one")["pid"])
        self.assertIn("  done         t", self.log_of("one"))
        self.assertRegex(self.log_of("one"), "succeeded in .*: 1 ran")
        self.assertIn("  log       %s/runs/%s/driver.log\n" % (self.store, run), self.wf("show", "one").out)
        self.assertEqual(os.listdir(self.store + "/runs/" + run), ["driver.log"])
        self.wf("gc")
        self.assertIn("1 ran", self.log_of("one"))
        self.wf("gc", "--keep-last", "0", "--keep-within", "0d", "--grace", "0d")
        self.assertFalse(os.path.exists(self.store + "/runs/" + run))
        self.wf("store", "check", "--contents")

    def test_for_scripts(self):
        done = self.wf("run", self.gated(), "--detach", "-o", "json")
        self.assertEqual((done.json["name"], done.err), (None, ""))
        self.let()
        self.wf("wait", done.json["run"])
        self.gone(self.driver(done.json["run"])["pid"])
        with open(done.json["log"], encoding="utf-8") as log:
            said = log.read()
        self.assertEqual(json.loads(said[said.index("{"):])["outputs"], {"x": 1})

    def test_it_survives_its_terminal(self):
        """Nothing of the terminal stays open in it, and it hears no hang-up."""
        leader, follower = pty.openpty()
        process = subprocess.Popen(self.arguments("run", self.gated(), "--name", "one", "--detach"), cwd=self.folder,
                                   env=clean_environment(), stdin=follower, stdout=follower, stderr=follower, start_new_session=True)
        os.close(follower)
        self.assertEqual(process.wait(timeout=DEADLINE), 0)
        pid = self.driver("one")["pid"]
        wait_until(lambda: self.peek("SELECT 1 FROM attempt"), "the task has its own command line")
        mine = [other for other, command in processes_in(self.folder) if "--detach" in command]
        self.assertEqual(len(mine), 2)  # the driver and its keeper
        self.assertIn(pid, mine)
        for other in mine:
            opened = [os.readlink("/proc/%d/fd/%s" % (other, number)) for number in os.listdir("/proc/%d/fd" % other)]
            self.assertEqual([path for path in opened if "/pts/" in path or "/ptmx" in path], [])
            self.assertNotEqual(os.getsid(other), process.pid)  # the caller's
        os.close(leader)
        for other in mine:
            os.kill(other, signal.SIGHUP)
        self.assertEqual(self.driver("one")["state"], "alive")
        self.let()
        self.wf("wait", "one")

    def test_who_reads_the_output_is_not_held_up(self):
        """As in $(wf run … --detach): the pipe is closed when the command has returned."""
        done = subprocess.run(self.arguments("run", self.gated(), "--detach"), cwd=self.folder, env=clean_environment(),
                              capture_output=True, encoding="utf-8", timeout=DEADLINE, check=True)
        self.assertEqual(self.wf("wait", done.stdout.strip(), "--timeout", "1ms", code=10).err.count("not ended"), 1)
        self.let()
        self.wf("wait", done.stdout.strip())

    def test_abort(self):
        run = self.wf("run", self.gated(), "--name", "one", "--detach").out.strip()
        pid = self.driver("one")["pid"]
        self.assertRegex(self.wf("abort", run, "--reason", "wrong data").out, "is being aborted by process %d on host " % pid)
        self.wf("wait", run, code=6)
        cause = self.wf("show", "one", "-o", "json").json["cause"]["message"]
        self.assertRegex(cause, r"^aborted by \S+@\S+: wrong data$")
        self.assertIn("had ended already: aborted", self.wf("abort", run, "--cause", "another").err)
        self.assertEqual(self.wf("show", "one", "-o", "json").json["cause"]["message"], cause)
        self.gone(pid)

    def test_the_first_cause_of_an_abort_counts(self):
        """Also where the driver died before it heard of it."""
        self.wf("run", self.gated(), "--name", "one", "--detach")
        pid = self.driver("one")["pid"]
        os.kill(pid, signal.SIGSTOP)
        self.wf("abort", "one", "--reason", "first")
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.driver("one")["state"] == "dead", "its driver is dead")
        self.wf("abort", "one", "--reason", "second")
        self.assertRegex(self.wf("show", "one", "-o", "json").json["cause"]["message"], ": first$")

    def test_what_goes_wrong_before_is_for_the_caller(self):
        self.assertIn("no-such.yaml", self.wf("run", "./no-such.yaml", "--detach", code=3).err)
        path = self.one_task("echo $n > $y", {"n": "int"}, {"y": "int"})
        self.assertIn("WF-E3001", self.wf("run", path, "--detach", code=2).err)
        self.assertIn("WF-E6002", self.wf("resume", "nobody", "--detach", code=3).err)
        for more in (["--stub"], ["--dry-run"], ["--annotations", "github"]):
            self.assertIn("WF-E5001", self.wf("run", path, "-i", "n=1", "--detach", *more, code=2).err)
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(0,)])

    def test_one_that_has_ended_is_reported(self):
        path = self.one_task("echo $n > $y", {"n": "int"}, {"y": "int"})
        self.run_file(path, "--name", "one", n=4)
        done = self.wf("run", path, "-i", "n=4", "--name", "one", "--detach", "-o", "json")
        self.assertEqual(done.json["outputs"], {"y": 4})

    def test_resume_recover_and_rerun(self):
        path = self.gated()
        process = self.start("run", path, "--name", "one")
        wait_until(lambda: self.peek("SELECT 1 FROM node WHERE state = 'running'"), "it runs")
        self.kill_driver(process)
        self.assertEqual(self.wf("resume", "one", "--detach").out.strip(), self.wf("show", "one", "-o", "json").json["run"])
        self.assertIn("WF-E3006", self.wf("resume", "one", "--detach", code=4).err)
        self.let("no number")
        self.wf("wait", "one", code=1)
        self.wf("recover", "one", "--name", "two", "--detach")
        self.let("2")
        self.wf("wait", "two")
        self.wf("rerun", "one", "--name", "three", "--detach", "--out", self.path("out"))
        self.let("3")
        self.wf("wait", "three")
        self.assertEqual(json.loads(self.read("out/outputs.json")), {"x": 3})

    def test_a_caller_without_standard_streams(self):
        command = 'exec "$@" <&- >&- 2>&-'
        subprocess.run(["sh", "-c", command, "sh", *self.arguments("run", self.gated(), "--name", "one", "--detach")], cwd=self.folder,
                       env=clean_environment(), timeout=DEADLINE, check=False)
        self.assertEqual(self.driver("one")["state"], "alive")
        self.let()
        self.wf("wait", "one")
        self.assertIn("succeeded in", self.log_of("one"))
        self.wf("store", "check", "--contents")

    def test_a_signal_before_there_is_an_answer(self):
        """Nothing is left behind that the caller does not know of."""
        path = self.one_task("echo 1 > $x", outputs={"x": "int"})
        self.wf("run", path)
        os.mkfifo(self.path("inputs.json"))
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.start("run", path, "--inputs", "inputs.json", "--detach")
            wait_until(lambda: len(processes_in(self.folder)) == 3, "caller, keeper and driver are there")
            process.send_signal(number)
            self.assertEqual(process.wait(timeout=DEADLINE), code)
            wait_until(lambda: not processes_in(self.folder), "all have ended")
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(1,)])

    def test_a_driver_that_is_killed(self):
        run = self.wf("run", self.gated(), "--detach").out.strip()
        os.kill(self.driver(run)["pid"], signal.SIGKILL)
        log = "is in %s/runs/%s/driver.log" % (self.store, run)
        self.assertIn(log, self.wf("wait", run, code=12).err)
        self.assert_no_process()
        self.assertIn(log, self.wf("status").out)
        resumed = self.start("resume", run)
        self.let()
        self.assertEqual(self.finish(resumed).code, 0)


if __name__ == "__main__":
    main()
