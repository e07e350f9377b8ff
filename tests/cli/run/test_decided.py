"""What has been decided stands: for what comes after it, for a resume, and for what is put back or told to stop."""
import os
import signal

from wftest import WfTest, main, task, wait_until

TRUE = task("true")
FAIL = task("exit 1")


class Decided(WfTest):
    def states(self, run="night"):
        return {(node, element): state for node, element, state in
                self.peek("SELECT node, element, state FROM execution WHERE run = (SELECT id FROM run WHERE name = ?)", run)}

    def gate(self):
        return "until test -e %s; do sleep 0.01; done" % self.path("gate")

    def begin(self, path, *arguments, until):
        process = self.start("run", path, "--name", "night", "--parallelism", "8", *arguments)
        wait_until(lambda: self.begun() and until(self.states()), "it got there")
        return process

    def begun(self):
        return self.peek("SELECT 1 FROM run WHERE name = 'night'") == [(1,)]

    def resume(self, code=0):
        self.write("gate", "")
        done = self.wf("resume", "night", "-o", "json", code=code).json
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")
        return done

    def test_what_was_not_begun_for_a_failure_is_not_begun_by_a_resume(self):
        path = self.define({"fail": FAIL, "note": TRUE, "wait": task(self.gate())},
                           {"bad": {"task": "fail"}, "cleanup": {"task": "note", "after": ["bad"], "run_if": "all_done"},
                            "later": {"task": "note", "after": ["cleanup"], "when": "1 > 2"},
                            "notify": {"task": "note", "after": ["later"], "run_if": "any_failed"},
                            "report": {"task": "wait", "after": ["notify"], "run_if": "all_done"}})
        self.kill_driver(self.begin(path, until=lambda states: states.get(("report", -1)) == "running"))
        self.resume(code=1)
        self.assertEqual({node: state for (node, _), state in self.states().items()},
                         {"bad": "failed", "cleanup": "succeeded", "notify": "succeeded", "report": "succeeded"})

    def test_a_failed_map_gives_nothing(self):
        path = self.define({"pick": task("test $n -ne 2 && echo $n > $y", {"n": "int"}, {"y": "int"}),
                            "read": task("echo ${ys-none} > $y", {"ys": "list<int>?"}, {"y": "string"})},
                           {"pick": {"task": "pick", "map": {"n": [1, 2, 3]}},
                            "read": {"task": "read", "with": {"ys": "$pick.y"}, "run_if": "all_done"},
                            "seen": {"task": "read", "when": "pick.y == null", "run_if": "all_done"}}, failure_policy="finish")
        self.run_file(path, "--name", "night", code=1)
        self.assertEqual(self.wf("artifact", "get", "night/read/y").out.strip(), "none")
        self.assertEqual(self.states()["seen", -1], "reused")

    def test_what_ran_when_enough_had_succeeded_is_ended_by_a_resume(self):
        others = "until test -e %s -a -e %s; do sleep 0.01; done" % (self.path("1"), self.path("2"))
        stubborn = "trap '' TERM; touch %s/$n; %s" % (self.folder, self.gate())
        path = self.define({"t": task("if test $n = 0; then %s; else %s; fi; echo $n > $y" % (others, stubborn),
                                      {"n": "int"}, {"y": "int"})},
                           {"t": {"task": "t", "map": {"n": [0, 1, 2]}, "each": {"min_success": 1, "stop_early": True}}})
        self.kill_driver(self.begin(path, until=lambda states: sorted(states.values()) == ["running", "running", "succeeded"]))
        self.assertEqual(self.resume()["state"], "succeeded")
        self.assertEqual(self.states(), {("t", 0): "succeeded", ("t", 1): "aborted", ("t", 2): "aborted"})
        self.assertEqual(self.query("SELECT count(*) FROM attempt"), [(3,)])

    def test_a_resume_begins_nothing_of_a_map_that_has_failed(self):
        ready = "until test -e %s; do sleep 0.01; done" % self.path("ready")
        stubborn = "trap '' TERM; touch %s; %s; echo 1 > $y" % (self.path("ready"), self.gate())
        path = self.define({"t": task("case $n in 0|1) %s; exit 1;; *) %s;; esac" % (ready, stubborn), {"n": "int"}, {"y": "int"})},
                           {"t": {"task": "t", "map": {"n": [2, 0, 1]}, "each": {"min_success": 2}}})
        self.kill_driver(self.begin(path, until=lambda states: sorted(states.values()) == ["failed", "failed", "running"]))
        self.assertEqual(self.resume(code=1)["state"], "failed")
        self.assertEqual(self.query("SELECT count(*) FROM attempt"), [(3,)])

    def test_enough_holds_back_what_was_put_back(self):
        path = self.define({"t": task("echo $n > $y", {"n": "int"}, {"y": "int"})},
                           {"t": {"task": "t", "map": {"n": "$inputs.ns"}, "each": {"min_success": 4, "stop_early": True}}},
                           {"ns": "list<int>"}, {"y": "$t.y"})
        self.run_file(path, "--parallelism", "1", ns=[0, 1, 2, 3, 4])
        done = self.run_file(path, "--parallelism", "1", ns=[0, 1, 2, 3, 99, 100]).json
        self.assertEqual((done["counts"]["reused"], done["counts"]["ran"]), (4, 0))

    def test_one_that_stops_when_it_is_told_to_is_aborted(self):
        ready = self.path("ready")
        path = self.define({"fail": task("until test -e %s; do sleep 0.01; done; exit 1" % ready, {}, {"y": "int"}),
                            "polite": task("trap 'exit 0' TERM; touch %s; sleep 60 & wait" % ready, {}, {"y": "int"})},
                           {"a": {"task": "fail"}, "b": {"task": "polite"}})
        done = self.run_file(path, "--name", "night", "--parallelism", "2", code=1).json
        self.assertEqual([one["node"] for one in done["failures"]], ["a"])
        self.assertEqual(self.states(), {("a", -1): "failed", ("b", -1): "aborted"})

    def test_an_interrupt_is_orderly_after_a_failure(self):
        path = self.define({"fail": FAIL, "long": task("trap 'echo told > %s; exit 0' TERM; touch %s; sleep 60 & wait" % (self.path("told"), self.path("ready")))},
                           {"bad": {"task": "fail"}, "long": {"task": "long"}}, failure_policy="finish")
        process = self.begin(path, until=lambda states: states == {("bad", -1): "failed", ("long", -1): "running"} and os.path.exists(self.path("ready")))
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).code, 130)
        self.assertEqual(self.read("told"), "told\n")
        self.assertEqual(self.wf("show", "night", "-o", "json").json["state"], "aborted")

    def test_why_a_node_for_failures_is_skipped(self):
        path = self.define({"note": TRUE}, {"a": {"task": "note", "when": "1 > 2"},
                                            "b": {"task": "note", "after": ["a"], "run_if": "any_failed"}})
        self.run_file(path, "--name", "night")
        self.assertRegex(self.wf("explain", "night").out, r"(?m)^b +skipped +nothing before it failed$")


if __name__ == "__main__":
    main()
