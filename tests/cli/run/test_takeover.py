"""What a resume makes of a run whose driver died between a failure and the end of the run."""
import os
import signal

from wftest import WfTest, main, task, wait_until


class Takeover(WfTest):
    def states(self):
        if not os.path.exists(self.path("store/wf.db")):
            return {}
        try:
            return dict(self.query("SELECT node, state FROM node"))
        except Exception:  # the schema is being made
            return {}

    def start_two(self, first):
        """A run of `first` and of a task that does not end when asked to; the pipe that it waits at."""
        gate = self.fifo("gate")
        stubborn = "trap '' TERM; cat %s; echo 1 > $x" % gate
        path = self.define({"a": task(first, outputs={"x": "int"}), "b": task(stubborn, outputs={"x": "int"})},
                           {"a": {"task": "a"}, "b": {"task": "b"}})
        return self.start("run", path, "--name", "night", "--parallelism", "2")

    def kill(self, process):
        process.kill()
        process.wait()
        self.assert_no_process()

    def test_a_failure_that_was_committed_stands(self):
        process = self.start_two("exit 3")
        wait_until(lambda: self.states().get("a") == "failed", "the task has failed")
        self.kill(process)
        done = self.wf("resume", "night", "-o", "json", code=1)
        self.assertEqual((done.json["state"], done.json["cause"]["message"]), ("failed", "exited with code 3"))
        self.assertEqual([failure["node"] for failure in done.json["failures"]], ["a"])
        self.assertEqual(self.query("SELECT count(*) FROM attempt WHERE state = 'running'"), [(0,)])
        self.wf("store", "check", "--contents")

    def test_what_was_aborted_is_made_up_for(self):
        process = self.start_two("trap 'exit 9' TERM; sleep 60 & wait; echo 1 > $x")
        wait_until(lambda: self.states() == {"a": "running", "b": "running"}, "both run")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: self.states().get("a") == "aborted", "one has ended")
        self.kill(process)
        resumed = self.start("resume", "night", "-o", "json")
        wait_until(lambda: self.states() == {"a": "running", "b": "running"}, "both run again")
        resumed.send_signal(signal.SIGINT)
        resumed.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(resumed).code, 130)
        self.wf("store", "check", "--contents")


if __name__ == "__main__":
    main()
