"""What a workflow failed over first: what is run at its end is told so, whoever drives the run, and whoever repeats it."""
import json

from wftest import WfTest, main, task, wait_until

TOLD = {"m": "$error.message", "n": "$error.node"}


class FirstFailure(WfTest):
    def telling(self):
        """A task that writes down what it was told."""
        return task('echo "$n: $m" > $o; cat $o >> %s' % self.path("told"), {"m": "string?", "n": "string?"}, {"o": "string"}, cache=False)

    def hooks(self):
        return {"on_failure": {"task": "tell", "with": TOLD}, "on_exit": {"task": "tell", "with": TOLD}}

    def both(self, path, told):
        """A run that fails, and is repeated as it was."""
        self.run_file(path, "--name", "a", code=1)
        self.assertEqual(self.lines("told"), told)
        repeated = self.wf("verify-repro", "a", "-o", "json", code=None).json["executions"]
        self.assertEqual({one["node"]: one["verdict"] for one in repeated if one["node"].endswith(("on_failure", "on_exit"))},
                         {node: "same" for node in self.hooks_of("a")})
        for node in self.hooks_of("a"):
            self.assertIn("n=", self.wf("debug", "a", node, "--folder", self.path("debug-" + node)).out)

    def hooks_of(self, run):
        rows = self.query("SELECT n.node FROM node n JOIN run r ON r.id = n.run WHERE r.name = ?", run)
        return sorted(node for node, in rows if node.endswith(("on_failure", "on_exit")))

    def test_of_a_workflow_inside(self):
        self.define({"bad": task("exit 4", {}, {"o": "int"})}, {"a": {"task": "bad"}}, {}, {"o": "$a.o"}, name="inner", file="inner.yaml")
        path = self.define({"tell": self.telling()}, {"s": {"workflow": "inner.yaml"}}, {}, {"o": "$s.o"}, **self.hooks())
        self.both(path, ["s.a: exited with code 4"] * 2)

    def test_of_several(self):
        bad = {name: task("while ! [ -e %s ]; do sleep 0.01; done; touch %s; exit %d" % (self.path(after), self.path(name), code))
               for name, after, code in (("a", "b", 5), ("b", "go", 1))}
        self.write("go", "")
        path = self.define({"tell": self.telling(), **bad}, {"a": {"task": "a"}, "b": {"task": "b"}}, failure_policy="finish", **self.hooks())
        self.both(path, ["b: exited with code 1"] * 2)

    def test_over_its_outputs(self):
        outputs = {"o": "$inputs.l[3]"}
        inputs = {"l": {"type": "list<int>", "default": [1]}}
        path = self.define({"tell": self.telling(), "t": task("true")}, {"a": {"task": "t"}}, inputs, outputs, **self.hooks())
        self.run_file(path, "--name", "a", code=1)
        self.assertEqual([line.split(":")[0] for line in self.lines("told")], ["outputs"] * 2)
        repeated = self.wf("verify-repro", "a", "-o", "json", code=None).json["executions"]
        self.assertEqual([one["verdict"] for one in repeated if one["node"] != "a"], ["same", "same"])

    def test_over_its_outputs_and_then_over_its_time(self):
        """While its hooks run: it has failed once."""
        slow = task("sleep 0.6; echo 1 > $o", {}, {"o": "int"}, cache=False)
        self.define({"slow": slow, "t": task("true")}, {"a": {"task": "t"}}, {"l": {"type": "list<int>", "default": [1]}},
                    {"o": "$inputs.l[3]"}, name="inner", file="inner.yaml", timeout="300ms", on_failure={"task": "slow"})
        done = self.run_file(self.define({}, {"s": {"workflow": "inner.yaml"}}), "--name", "a", code=1).json
        self.assertEqual([(one["node"], one["cause"]["code"]) for one in done["failures"]], [("s", "WF-E3213")])
        self.assertEqual(self.query("SELECT state FROM node WHERE node = 's.on_failure'"), [("succeeded",)])

    def test_after_its_end_had_begun(self):
        """What is run at its end was told that nothing had failed."""
        slow = task('sleep 0.6; echo "${m-}" > $o', {"m": "string?"}, {"o": "string"})
        path = self.define({"slow": slow, "t": task("true")}, {"a": {"task": "t"}}, timeout="300ms",
                           on_exit={"task": "slow", "with": {"m": "$error.message"}})
        self.run_file(path, "--name", "a", code=7)
        repeated = self.wf("verify-repro", "a", "on_exit", "-o", "json").json["executions"]
        self.assertEqual([one["verdict"] for one in repeated], ["same"])

    def test_of_a_run_that_took_too_long(self):
        path = self.define({"tell": self.telling(), "slow": task("sleep 1000")}, {"a": {"task": "slow"}}, timeout="300ms", **self.hooks())
        self.run_file(path, "--name", "a", code=7)
        repeated = self.wf("verify-repro", "a", "on_failure", "-o", "json").json["executions"]
        self.assertEqual([one["verdict"] for one in repeated], ["same"])

    def test_for_a_driver_that_takes_the_run_over(self):
        def waiting(before, code):
            return task("while ! [ -e %s ]; do sleep 0.01; done; exit %d" % (self.path(before), code))

        tasks = {"tell": self.telling(), "a": waiting("a", 5), "b": waiting("b", 1), "slow": waiting("end", 0)}
        self.define(tasks, {name: {"task": name} for name in ("a", "b", "slow")}, name="inner", file="inner.yaml", failure_policy="finish",
                    **self.hooks())
        path = self.define({"tell": self.telling()}, {"s": {"workflow": "inner.yaml"}},
                           **self.hooks())
        process = self.start("run", path, "--name", "one")
        for name in ("b", "a"):
            self.write(name, "")
            wait_until(lambda node="s." + name: self.peek("SELECT 1 FROM node WHERE node = ? AND state = 'failed'", node), name + " has failed")
        wait_until(lambda: self.peek("SELECT 1 FROM frame_failure WHERE frame = 's'"), "that is recorded")
        self.kill_driver(process)
        self.write("end", "")
        done = self.wf("resume", "one", "-o", "json", code=1).json
        self.assertEqual(self.lines("told"), ["s.b: exited with code 1"] * 4)
        self.assertEqual((done["cause"]["node"], done["cause"]["message"]), ("s.b", "exited with code 1"))
        self.assertEqual(json.loads(self.query("SELECT cause FROM run")[0][0])["node"], "s.b")


if __name__ == "__main__":
    main()
