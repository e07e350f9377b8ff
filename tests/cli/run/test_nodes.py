"""When nodes run: what they wait for, how those have to end, and how many elements of a map have to succeed."""
import math
import os
from fractions import Fraction

from wftest import WfTest, main, task

MAKE = task("echo $n > $y", {"n": "int"}, {"y": "int"})
FAIL = task("exit 3", outputs={"y": "int"})
NOTE = task("echo ran > $y", {"a": "int?", "b": "int?"}, {"y": "string"})


class Nodes(WfTest):
    def states(self, run):
        """The states of the nodes as recorded; of a mapped one a list."""
        found = {}
        for node, element, state in self.query(
                "SELECT e.node, e.element, e.state FROM execution e JOIN run r ON r.id = e.run WHERE r.name = ? "
                "ORDER BY e.node, e.element", run):
            if element < 0:
                found[node] = state
            else:
                found.setdefault(node, []).append(state)
        return found

    def whys(self, run):
        return {one["node"]: one["why"] for one in self.wf("explain", run, "-o", "json").json["executions"]}


class RunIf(Nodes):
    def diamond(self, first, run_if, policy="fail_fast", **last):
        return self.define({"make": MAKE, "fail": FAIL, "note": NOTE},
                           {"a": {"task": first}, "b": {"task": "make", "with": {"n": 1}},
                            "c": {"task": "note", "with": {"a": "$a.y", "b": "$b.y"}, "run_if": run_if},
                            "d": dict({"task": "note", "with": {"a": 1}, "after": ["c"]}, **last)},
                           outputs={"d": "$d.y"}, failure_policy=policy)

    def test_after_success(self):
        ok = task("echo 1 > $y", outputs={"y": "int"})
        for run_if, states in (("all_success", ("succeeded", "succeeded")), ("all_done", ("succeeded", "succeeded")),
                               ("any_failed", ("skipped", "skipped"))):
            path = self.define({"ok": ok, "note": NOTE},
                               {"a": {"task": "ok"}, "c": {"task": "note", "with": {"a": "$a.y"}, "run_if": run_if},
                                "d": {"task": "note", "after": ["c"]}},
                               outputs={"d": "$d.y"})
            done = self.run_file(path, "--name", run_if, "--refresh").json
            self.assertEqual(self.states(run_if), {"a": "succeeded", "c": states[0], "d": states[1]})
            self.assertEqual(done["outputs"]["d"], None if "skipped" in states else "ran")
        self.assertEqual(self.whys("any_failed"), {"a": "refreshed", "c": "skipped", "d": "skipped"})
        out = self.wf("explain", "any_failed").out
        self.assertRegex(out, r"(?m)^c +skipped +nothing before it failed$")
        self.assertRegex(out, r"(?m)^d +skipped +c was skipped$")
        self.assertEqual(self.wf("show", "any_failed", "-o", "json").json["counts"]["skipped"], 2)
        self.wf("event", "verify")

    def test_after_failure(self):
        for policy in ("fail_fast", "finish"):
            for run_if in ("all_success", "all_done", "any_failed"):
                name = "%s-%s" % (policy, run_if)
                path = self.diamond("fail", run_if, policy)
                cause = self.run_file(path, "--name", name, "--parallelism", "1", "--refresh", code=1).json["cause"]
                self.assertEqual((cause["code"], cause["node"]), ("WF-E3201", "a"))
                states = self.states(name)
                self.assertEqual(states["a"], "failed")
                self.assertEqual(states.get("b"), None if policy == "fail_fast" else "succeeded")
                self.assertEqual(states.get("c"), None if run_if == "all_success" else "succeeded")
                # What only needs those that ran is itself held up when the run fails fast.
                ran = policy == "finish" and run_if != "all_success"
                self.assertEqual(states.get("d"), "succeeded" if ran else None)

    def test_what_is_skipped_is_null(self):
        path = self.define({"note": NOTE, "ok": task("echo 1 > $y", outputs={"y": "int"}),
                            "see": task("test -z \"${a+x}\" && echo null > $y", {"a": "string?"}, {"y": "string"})},
                           {"a": {"task": "ok"}, "b": {"task": "note", "with": {"a": "$a.y"}, "run_if": "any_failed"},
                            "c": {"task": "see", "with": {"a": "$b.y"}, "run_if": "all_done"}}, outputs={"c": "$c.y", "b": "$b.y"})
        self.assertEqual(self.run_file(path).json["outputs"], {"b": None, "c": "null"})

    def test_types(self):
        """Whoever may run without the value takes T?; whoever is skipped with it takes T."""
        taking = task("true", {"n": "int"})
        for node, message in (({"run_if": "all_done"}, "'a.y' is int?, but input 'n' of task 'take' takes int"), ({}, None)):
            path = self.define({"take": taking, "ok": task("echo 1 > $y", outputs={"y": "int"})},
                               {"a": {"task": "ok"}, "b": dict({"task": "take", "with": {"n": "$a.y"}}, **node)})
            done = self.wf("lint", path, code=2 if message else 0)
            self.assertIn(message or "", done.err + done.out)

    def test_after_unknown_and_cycles(self):
        for after, code in (["c"], "WF-E1302"), (["b"], "WF-E1314"), (["a"], "WF-E1314"):
            path = self.define({"t": task("true")}, {"a": {"task": "t", "after": after}, "b": {"task": "t", "after": ["a"]}})
            self.assertIn(code, self.wf("lint", path, code=2).out)

    def test_a_killed_driver_forgets_nothing(self):
        """The failure was committed, the cleanup had begun: the next driver runs the cleanup, and nothing else."""
        ready, gate = self.fifo("ready"), self.fifo("gate")
        path = self.define({"fail": FAIL, "note": NOTE, "hold": task("echo up > %s; cat %s; echo 1 > $y" % (ready, gate), {"a": "int?"}, {"y": "int"})},
                           {"a": {"task": "fail"}, "c": {"task": "hold", "with": {"a": "$a.y"}, "run_if": "any_failed"},
                            "d": {"task": "note", "after": ["c"], "run_if": "all_done"}, "e": {"task": "note", "after": ["c"]}})
        process = self.start("run", path, "--name", "one")
        self.hear(ready)
        self.kill_driver(process)
        resumed = self.start("resume", "one")
        self.hear(ready)
        self.write("gate", "")
        self.assertEqual(self.finish(resumed).code, 1)
        self.assertEqual(self.states("one"), {"a": "failed", "c": "succeeded", "d": "succeeded"})
        self.assertEqual(self.query("SELECT count(*) FROM attempt WHERE node = 'a'"), [(1,)])
        self.wf("store", "check")


class Each(Nodes):
    def mapped(self, script, each, outputs=None, inputs=None, **more):
        inputs = inputs or {"n": "int"}
        return self.define({"t": task(script, inputs, {"y": "int"})},
                           {"t": {"task": "t", "map": {name: "$inputs." + name for name in inputs}, "each": each}},
                           {name: "list<%s>" % kind for name, kind in inputs.items()}, {"y": "$t.y"}, **more)

    SOME = "test $n -lt 10 || exit 1; echo $n > $y"

    def test_some_may_fail(self):
        path = self.mapped(self.SOME, {"min_success": 2})
        done = self.run_file(path, "--name", "one", n=[1, 20, 3, 40]).json
        self.assertEqual((done["state"], done["outputs"]["y"]), ("succeeded", [1, None, 3, None]))
        self.assertEqual(self.states("one"), {"t": ["succeeded", "failed", "succeeded", "failed"]})
        self.assertEqual(done["this_time"]["failed"], 2)
        self.assertTrue(all(os.path.isdir(failure["folder"]) for failure in done["failures"]))
        self.assertIn("wf: warning: t[1]: exited with code 1", self.wf("run", path, "-i", "n=[1,20,3]").err)
        cause = self.run_file(path, "--name", "two", n=[1, 20, 30, 40], code=1).json["cause"]
        self.assertEqual(cause["node"], "t")
        self.assertEqual(self.wf("lint", path).code, 0)

    def test_ratios_are_exact(self):
        """As many failures as are allowed, and one more."""
        for tenths in (1, 3, 7, 9):
            ratio = "0.%d" % tenths
            path = self.mapped(self.SOME, {"min_success_ratio": float(ratio)})
            needed = math.ceil(Fraction(tenths, 10) * 10)
            good = [1] * needed + [10] * (10 - needed)
            self.run_file(path, n=good)
            self.run_file(path, n=[10] + good[1:], code=1)

    def test_none_has_to_succeed(self):
        path = self.mapped(self.SOME, {"min_success_ratio": 0})
        self.assertEqual(self.run_file(path, n=[10, 20]).json["outputs"]["y"], [None, None])
        self.assertEqual(self.run_file(path, n=[]).json["outputs"]["y"], [])

    def test_more_than_there_are(self):
        path = self.mapped(self.SOME, {"min_success": 3})
        cause = self.run_file(path, n=[1, 2], code=1).json["cause"]
        self.assertEqual((cause["code"], cause["message"]), ("WF-E3211", "'min_success' asks for 3 of 2 elements"))

    def test_all_are_run_unless_told_to_stop(self):
        path = self.mapped(self.SOME, {"min_success": 1})
        self.run_file(path, "--name", "all", "--parallelism", "1", n=[1, 2, 3])
        self.assertEqual(self.states("all"), {"t": ["succeeded"] * 3})

    def test_what_runs_is_stopped_when_there_is_enough(self):
        ready = self.fifo("ready")
        path = self.mapped("if test $n = 1; then cat %s > /dev/null; else echo up > %s; sleep 600; fi; echo $n > $y" % (ready, ready),
                           {"min_success": 1, "stop_early": True})
        done = self.run_file(path, "--name", "one", "--parallelism", "2", n=[1, 2]).json
        self.assertEqual((done["state"], done["outputs"]["y"]), ("succeeded", [1, None]))
        self.assertEqual(self.states("one"), {"t": ["succeeded", "aborted"]})
        self.assertIn("enough elements have succeeded", self.wf("explain", "one").out)

    def test_nothing_is_begun_while_enough_is_being_committed(self):
        path = self.mapped("test $n != 1 && echo $n > $y", {"min_success": 1, "stop_early": True})
        done = self.run_file(path, "--name", "one", "--parallelism", "1", n=[1, 2, 3, 4]).json
        self.assertEqual(done["outputs"]["y"], [None, 2, None, None])
        self.assertEqual(self.query("SELECT element FROM attempt ORDER BY element"), [(0,), (1,)])

    def test_parallelism_of_a_node(self):
        script = "mkdir %s || exit 1; rmdir %s; echo $n > $y" % (self.path("lock"), self.path("lock"))
        path = self.mapped(script, {"parallelism": 1})
        self.assertEqual(self.run_file(path, "--parallelism", "4", n=list(range(20))).json["outputs"]["y"], list(range(20)))
        path = self.mapped("echo $n > $y", {"parallelism": 3})
        self.run_file(path, "--parallelism", "8", "--name", "wide", n=list(range(100)))
        self.assertEqual(self.run_file(path, "--name", "again", n=list(range(100))).json["this_time"]["reused"], 100)

    def test_product(self):
        path = self.mapped("echo $((10 * a + b)) > $y", {"combine": "product"}, inputs={"b": "int", "a": "int"})
        done = self.run_file(path, a=[1, 2, 3], b=[4, 5]).json
        self.assertEqual(done["outputs"]["y"], [14, 15, 24, 25, 34, 35])
        self.assertEqual(self.run_file(path, a=[1], b=[]).json["outputs"]["y"], [])

    def test_elements_of_a_failing_map_go_on_when_the_policy_says_so(self):
        path = self.mapped(self.SOME, {}, failure_policy="finish")
        self.run_file(path, "--name", "one", "--parallelism", "1", n=[10, 2, 3], code=1)
        self.assertEqual(self.states("one"), {"t": ["failed", "succeeded", "succeeded"]})

    def test_mistakes(self):
        for each, code, text in (({"min_success": 1, "min_success_ratio": 0.5}, "WF-E1352", "side by side"),
                                 ({"min_success_ratio": 1.5}, "WF-E1352", "'1.5' is no part of a whole"),
                                 ({"min_success_ratio": "1e-1"}, "WF-E1352", "no part of a whole"),
                                 ({"stop_early": True}, "WF-E1352", "nothing to stop"),
                                 ({"parallelism": 0}, "WF-E1102", "at least 1"),
                                 ({"combine": "cross"}, "WF-E1102", "one of zip, product"),
                                 ({"min_sucess": 1}, "WF-E1004", "did you mean 'min_success'")):
            out = self.wf("lint", self.mapped("echo 1 > $y", each), code=2).out
            self.assertIn(code, out)
            self.assertIn(text, out)
        path = self.define({"t": task("true")}, {"t": {"task": "t", "each": {"parallelism": 1}}})
        self.assertIn("WF-E1351", self.wf("lint", path, code=2).out)


if __name__ == "__main__":
    main()
