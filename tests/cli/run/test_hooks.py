"""What is run at the end of a workflow is told why it ended so: by what stopped it from outside, or over its outputs."""
import os

from wftest import WfTest, document, main, task, wait_until

NOTE = task('echo "${code-}|${node-}|${message-}" > $y', {"code": "string?", "node": "string?", "message": "string?"}, {"y": "string"})
TOLD = {"task": "note", "with": {name: "$error." + name for name in ("code", "node", "message")}}
TEXT = {"task": "note", "with": {"message": "$(error.node): $(error.message)"}}


class HookCase(WfTest):
    def environment(self, node):
        """That of the execution, put together again."""
        shown = self.wf("debug", "night", node, "-o", "json").json["environment"]
        return dict(one.split("=", 1) for one in shown)


class StoppedFromOutside(HookCase):
    def slow(self):
        """It says that it runs, and waits until it is stopped; with n=1 it ends when another says so."""
        begun = self.path("begun")
        return task("test $n = 1 || { touch %s; sleep 1000; }; until test -e %s; do sleep 0.01; done; echo $n > $y" % (begun, begun),
                    {"n": "int"}, {"y": "int"})

    def sub(self):
        self.define({"slow": self.slow(), "note": NOTE}, {"a": {"task": "slow", "with": {"n": "$inputs.n"}}},
                    {"n": {"type": "int", "default": 0}}, {"y": "$a.y"}, name="sub", file="sub.yaml",
                    on_failure=TEXT, on_exit=TOLD)

    def after_it_begun(self, script):
        return task("until test -e %s; do sleep 0.01; done; %s" % (self.path("begun"), script))

    def told(self, path, *arguments, hook="s", code=1):
        """What its hooks were told."""
        done = self.run_file(path, "--name", "night", *arguments, code=code).json
        states = {one["node"]: one["state"] for one in self.wf("show", "night", "-o", "json").json["executions"]}
        self.assertEqual((states[hook + ".on_failure"], states[hook + ".on_exit"]), ("succeeded", "succeeded"))
        get = lambda name: self.wf("artifact", "get", "night/%s.%s/y" % (hook, name)).out.rstrip("\n")
        again = self.environment(hook + ".on_exit")
        self.assertEqual("%(code)s|%(node)s|%(message)s" % again, get("on_exit"))
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")
        return done, get("on_failure"), get("on_exit")

    def test_a_sibling_that_fails(self):
        self.sub()
        path = self.define({"f": self.after_it_begun("exit 3")}, {"s": {"workflow": "sub.yaml"}, "f": {"task": "f"}})
        done, failed, ended = self.told(path)
        self.assertEqual([one["node"] for one in done["failures"]], ["f"])
        self.assertRegex(failed, r"^\|\|f: exited with code 3")
        self.assertRegex(ended, r"^WF-E3201\|f\|")

    def test_one_further_out(self):
        self.sub()
        self.define({}, {"s": {"workflow": "sub.yaml"}}, name="middle", file="middle.yaml")
        path = self.define({"f": self.after_it_begun("exit 3")}, {"m": {"workflow": "middle.yaml"}, "f": {"task": "f"}})
        self.assertRegex(self.told(path, hook="m.s")[2], r"^WF-E3201\|f\|")

    def test_the_time_of_the_run(self):
        self.sub()
        path = self.define({}, {"s": {"workflow": "sub.yaml"}}, timeout="1s")
        self.assertRegex(self.told(path, code=7)[2], r"^WF-E3222\|\|the run took longer than its timeout, 1s$")

    def test_enough_elements(self):
        self.sub()
        path = self.define({}, {"s": {"workflow": "sub.yaml", "map": {"n": "$inputs.l"},
                                      "each": {"min_success": 1, "stop_early": True}}}, {"l": "list<int>"})
        self.assertEqual(self.told(path, "-i", "l=[0,1]", hook="s[0]", code=0)[1:],
                         ("||s: enough elements have succeeded", "WF-E3212|s|enough elements have succeeded"))

    def test_what_was_emitted(self):
        text = document("emitted", {}, {"a": {"task": "slow", "with": {"n": 0}}}, outputs={"y": "$a.y"}, on_failure=TEXT, on_exit=TOLD)
        path = self.define({"f": self.after_it_begun("exit 3"), "note": NOTE, "slow": self.slow(),
                            "gen": task("cat <<'END' > $definition\n%s\nEND\n" % text, outputs={"y": "int"}, dynamic=True)},
                           {"s": {"task": "gen"}, "f": {"task": "f"}})
        self.assertRegex(self.told(path)[2], r"^WF-E3201\|f\|")


class Stopped(HookCase):
    def test_one_that_is_aborted_keeps_the_next_from_beginning(self):
        slow = task("touch %s; sleep 1000" % self.path("begun"))
        path = self.define({"bad": task("exit 3"), "slow": slow}, {"b": {"task": "bad"}}, on_failure={"task": "slow"}, on_exit={"task": "slow"})
        process = self.start("run", path, "--name", "night")
        wait_until(lambda: os.path.exists(self.path("begun")), "the hook runs")
        self.wf("abort", "night", "--cause", "no use")
        self.assertEqual(self.finish(process).code, 1)
        told = {one["node"]: one for one in self.wf("explain", "night", "-o", "json").json["executions"]}
        self.assertEqual((told["on_exit"]["why"], told["on_exit"]["cause"]["code"]), ("never_started", "WF-E3209"))
        self.assertIn("no use", told["on_exit"]["cause"]["message"])


class Outputs(HookCase):
    """They are put together before what is run at the end, which is told when that fails."""

    def hooked(self, file="probe.yaml", name="probe"):
        return self.define({"note": NOTE, "t": task("echo 1 > $z", outputs={"z": "int"})}, {"a": {"task": "t"}},
                           {"l": {"type": "list<int>", "default": [1]}}, {"y": "$inputs.l[5]"}, name=name, file=file,
                           on_failure=TEXT, on_exit=TOLD)

    def fates(self, path):
        return {one["node"]: one["fate"] for one in self.wf("run", path, "-n", "-o", "json", code=None).json["executions"]}

    def get(self, hook):
        return self.wf("artifact", "get", "night/%s/y" % hook).out

    def test_of_the_run(self):
        path = self.hooked()
        # Where a node may fail before, that is what it would be told.
        self.assertEqual(self.fates(path), {"a": "run", "outputs": "fail", "on_failure": "unknown", "on_exit": "run"})
        done = self.run_file(path, "--name", "night", code=1).json
        self.assertEqual((done["cause"]["code"], [one["node"] for one in done["failures"]]), ("WF-E3213", ["outputs"]))
        self.assertRegex(self.get("on_failure"), r"^\|\|outputs: .*'inputs.l' has 1 elements")
        self.assertRegex(self.get("on_exit"), r"^WF-E3213\|outputs\|")
        self.assertEqual(self.fates(path), {"a": "reuse", "outputs": "fail", "on_failure": "reuse", "on_exit": "reuse"})
        self.assertEqual(self.environment("on_exit")["node"], "outputs")

    def test_of_a_workflow_that_a_node_runs(self):
        self.hooked("sub.yaml", "sub")
        path = self.define({"note": NOTE}, {"s": {"workflow": "sub.yaml"}}, on_failure=TOLD)
        done = self.run_file(path, "--name", "night", code=1).json
        self.assertEqual([(one["node"], one["cause"]["code"]) for one in done["failures"]], [("s", "WF-E3213")])
        self.assertRegex(self.get("s.on_failure"), r"^\|\|s: .*'inputs.l' has 1 elements")
        self.assertRegex(self.get("on_failure"), r"^WF-E3213\|s\|")
        self.assertEqual(self.fates(path), {"s.a": "reuse", "s.on_failure": "reuse", "s.on_exit": "reuse", "s": "fail", "on_failure": "reuse"})

    def test_a_driver_that_dies_in_a_hook(self):
        sub = self.hooked("sub.yaml", "sub")
        with open(sub) as file:
            text = file.read()
        self.write("sub.yaml", text.replace('echo \\"', 'test -e %s || sleep 1000; echo \\"' % self.path("go")))
        process = self.start("run", self.define({}, {"s": {"workflow": "sub.yaml"}}), "--name", "night")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE node = 's.on_failure' AND state = 'running'"), "the hook runs")
        self.kill_driver(process)
        self.write("go", "")
        done = self.wf("resume", "night", "-o", "json", code=1).json
        self.assertEqual([(one["node"], one["cause"]["code"]) for one in done["failures"]], [("s", "WF-E3213")])
        self.assertRegex(self.get("s.on_exit"), r"^WF-E3213\|s\|")

    def test_its_hook_that_fails_hides_nothing(self):
        path = self.define({"note": task("exit 9"), "t": task("true")}, {"a": {"task": "t"}},
                           {"l": {"type": "list<int>", "default": [1]}}, {"y": "$inputs.l[5]"}, on_failure={"task": "note"})
        done = self.run_file(path, code=1).json
        self.assertEqual((done["cause"]["node"], [one["node"] for one in done["failures"]]), ("outputs", ["outputs", "on_failure"]))

    def test_stubs(self):
        done = self.wf("run", self.hooked(), "--stub", "-o", "json", code=1).json
        self.assertEqual([one["node"] for one in done["failures"]], ["outputs"])


if __name__ == "__main__":
    main()
