"""What a resume makes of a run whose driver died between a failure and the end of the run."""
import os
import signal
import sqlite3

from wftest import WfTest, main, processes_in, task, wait_until


class Takeover(WfTest):
    def states(self):
        return dict(self.peek("SELECT node, state FROM execution"))

    def start_two(self, first):
        """A run of `first` and of a task that does not end when asked to."""
        gate = self.fifo("gate")
        stubborn = "trap '' TERM; touch %s; cat %s; echo 1 > $x" % (self.path("ready"), gate)
        path = self.define({"a": task(first, outputs={"x": "int"}), "b": task(stubborn, outputs={"x": "int"})},
                           {"a": {"task": "a"}, "b": {"task": "b"}})
        return self.start("run", path, "--name", "night", "--parallelism", "2")

    def test_a_failure_that_was_committed_stands(self):
        process = self.start_two("until test -e %s; do sleep 0.01; done; exit 3" % self.path("ready"))
        wait_until(lambda: self.states().get("a") == "failed", "the task has failed")
        self.kill_driver(process)
        done = self.wf("resume", "night", "-o", "json", code=1)
        self.assertEqual((done.json["state"], done.json["cause"]["message"]), ("failed", "exited with code 3"))
        self.assertEqual([failure["node"] for failure in done.json["failures"]], ["a"])
        self.assertEqual(self.query("SELECT count(*) FROM attempt WHERE state = 'running'"), [(0,)])
        self.wf("store", "check", "--contents")

    def test_a_run_that_was_to_be_aborted_begins_nothing(self):
        path = self.one_task("echo x >> %s; sleep 1000" % self.path("begun"), cache=False)
        process = self.start("run", path, "--name", "a")
        wait_until(lambda: os.path.exists(self.path("begun")), "it runs")
        os.kill(process.pid, signal.SIGSTOP)
        driver = self.query("SELECT pid FROM driver")[0][0]
        os.kill(driver, signal.SIGSTOP)
        self.wf("abort", "a", "--cause", "no use")
        for pid in (driver, process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait()
        wait_until(lambda: driver not in dict(processes_in(self.folder)), "the driver is gone")
        done = self.wf("resume", "a", "-o", "json", code=6).json
        self.assertIn("no use", done["cause"]["message"])
        self.assertEqual(self.lines("begun"), ["x"])
        self.assert_no_process()

    def test_what_was_aborted_is_made_up_for(self):
        process = self.start_two("trap 'exit 9' TERM; sleep 60 & wait; echo 1 > $x")
        wait_until(lambda: os.path.exists(self.path("ready")) and len(self.states()) == 2, "both run")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: self.states().get("a") == "aborted", "one has ended")
        self.kill_driver(process)
        resumed = self.start("resume", "night", "-o", "json")
        wait_until(lambda: self.states() == {"a": "running", "b": "running"}, "both run again")
        resumed.send_signal(signal.SIGINT)
        wait_until(lambda: self.states().get("a") == "aborted", "one has ended again")
        resumed.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(resumed).code, 130)
        self.wf("store", "check", "--contents")

    def update_driver(self, change):
        database = sqlite3.connect(self.store + "/wf.db")
        database.execute("UPDATE driver SET " + change)
        database.commit()
        database.close()

    def left_alone(self, *options):
        """The definition of a run that lost its driver, which goes on by the same name."""
        path = self.define({"t": task("test -e %s || sleep 1000; echo 1 > $x" % self.path("go"), outputs={"x": "int"})}, {"t": {"task": "t"}})
        process = self.start("run", path, "--name", "night", *options)
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE state = 'running'"), "it runs")
        self.kill_driver(process)
        self.write("go", "")
        return path

    def test_options_that_differ_are_refused(self):
        path = self.left_alone("--timeout", "1h", "--label", "who=ada")
        for given, said in ((["--sandbox", "full"], "--sandbox none, and not full"), (["--timeout", "2h"], "--timeout 1h, and not 2h"),
                            (["--parallelism", "77"], r"--parallelism \d+, and not 77"), (["--refresh"], "--refresh no, and not yes"),
                            (["--label", "why=x"], "--label who=ada, and not who=ada,why=x"), (["--verify"], "--verify no, and not yes"),
                            (["--resources", "cpu=0.5,memory=1Ki"], "--resources none, and not cpu=0.5,memory=1024"),
                            (["--weaker-sandbox"], "--weaker-sandbox no, and not yes"),
                            (["--sandbox", "paths", "--backend", "local"], "--backend auto, and not local; --sandbox none, and not paths")):
            refused = self.wf("run", path, "--name", "night", *given, code=4).err
            self.assertRegex(refused, r"the run 'night' exists with other options: %s \[WF-E3005\]" % said)
        self.assertEqual(self.states(), {"t": "running"})
        told = self.wf("run", path, "--name", "night", "--timeout", "60m", "--label", "who=ada", "--sandbox", "none").err
        self.assertRegex(told, r"^going on with run \S+ 'night' of probe@\w+ in default/development, which process \d+ on host \S+ has left\n")
        self.wf("run", path, "--name", "night", "--sandbox", "full", code=4)
        self.wf("run", path, "--name", "night", "--timeout", "1h")

    def test_an_attempt_that_died_with_its_driver(self):
        """That it is lost is known before the next driver records it."""
        self.left_alone()
        self.assertRegex(self.wf("explain", "night", "t", "--attempts").out, "^t  attempt 1  lost: its driver died\n")

    def test_no_time_for_a_run(self):
        self.assertIn("'0s' is no time that a run may take", self.wf("run", self.one_task("true"), "--timeout", "0s", code=2).err)

    def test_of_a_derived_run_too(self):
        self.wf("run", self.define({"t": task("true")}, {"t": {"task": "t"}}), "--name", "one")
        self.wf("rerun", "one", "--name", "two", "--cache", "refresh", "--sandbox", "none")
        self.wf("rerun", "one", "--name", "two")
        for given in (["--cache", "use"], ["--timeout", "1h"]):
            self.assertIn("exists with other options", self.wf("rerun", "one", "--name", "two", *given, code=4).err)

    def test_quiet(self):
        self.assertEqual(self.wf("run", self.left_alone(), "--name", "night", "-q").err, "")

    def test_after_the_machine_was_started_again(self):
        for command, code in (("resume", 130), ("abort", 0)):
            self.store = self.path("store-" + command)
            path = self.one_task("sleep 60", outputs={"x": "int"}, file=command + ".yaml")
            process = self.start("run", path, "--name", "night")
            wait_until(lambda: self.states().get("t") == "running", "it runs")
            self.kill_driver(process)
            self.update_driver("boot_id = 'an earlier one', pid = 1")
            taker = self.start(command, "night")
            if command == "resume":
                wait_until(lambda: self.query("SELECT max(fence) FROM attempt") == [(2,)], "it runs again")
                taker.send_signal(signal.SIGINT)
            self.assertEqual(self.finish(taker).code, code)
            self.assertEqual(self.query("SELECT state FROM run"), [("aborted",)])

    def test_on_another_machine_nobody_is_taken_for_dead(self):
        path = self.one_task("sleep 60", outputs={"x": "int"})
        process = self.start("run", path, "--name", "night")
        wait_until(lambda: self.states().get("t") == "running", "it runs")
        self.kill_driver(process)
        self.update_driver("boot_id = 'another', host = 'far-away'")
        self.wf("resume", "night", code=4)


if __name__ == "__main__":
    main()
