"""wf run --dry-run: what is sure to fail, which of several failures is first, and what the run itself gives."""
import os
import signal

from wftest import WfTest, main, task

DOUBLE = task("echo $((2 * n)) > $y", {"n": "int"}, {"y": "int"})
SMALL = task("echo $n > $y", {"n": {"type": "int", "max": 3}}, {"y": "int"})
LISTED = task("echo '[1, 2]' > $y", {}, {"y": "list<int>"})


class SureFailures(WfTest):
    def predict(self, path, *arguments):
        return self.wf("run", path, "-n", "-o", "json", *arguments).json["executions"]

    def fates(self, path, *arguments):
        return {one["node"]: one["fate"] for one in self.predict(path, *arguments)}

    def agree(self, path, *arguments):
        """What is told as the failure is what the run fails with; its fates."""
        found = self.predict(path, *arguments)
        failing = {(one["node"], one["cause"]["code"], one["cause"]["message"]) for one in found if one["fate"] == "fail"}
        for _ in range(3):
            cause = self.run_file(path, *arguments, code=1).json["cause"]
            self.assertIn((cause["node"], cause["code"], cause["message"]), failing)
        return {one["node"]: one["fate"] for one in found}

    # ---- what the run gives

    def test_an_output_that_is_not_there(self):
        path = self.define({}, {}, {"j": {"type": "json", "default": {"a": 1}}}, {"y": "$inputs.j.b"})
        self.assertEqual(self.agree(path), {"outputs": "fail"})
        text = self.wf("run", path, "-n").out
        self.assertIn("'inputs.j.b' is not there", text)
        self.assertIn("1 would fail", text)

    def test_an_output_of_what_is_reused(self):
        path = self.define({"l": LISTED}, {"a": {"task": "l"}}, {}, {"q": "$a.y.5"})
        self.assertEqual(self.fates(path), {"a": "run"})
        self.run_file(path, code=1)
        self.assertEqual(self.agree(path), {"a": "reuse", "outputs": "fail"})

    def test_outputs_of_a_run_that_fails_before(self):
        path = self.define({"s": SMALL}, {"a": {"task": "s", "with": {"n": "$inputs.n"}}},
                           {"n": {"type": "int", "default": 9}, "j": {"type": "json", "default": {}}}, {"y": "$inputs.j.b"})
        self.assertEqual(self.agree(path), {"a": "fail"})

    # ---- which of several is first

    def test_elements_that_fail_inside(self):
        """One behind the other it is the first one; side by side each may be, whatever it does before."""
        self.define({"t": task("echo 1 > $o", {"n": "int"}, {"o": "int"}, cache=False)},
                    {"y": {"task": "t", "with": {"n": "$inputs.n"}},
                     "x": {"task": "t", "with": {"n": "$(10 / (inputs.n - inputs.n))"}, "after": ["y"]}}, {"n": "int"},
                    name="inner", file="inner.yaml")
        for each, wanted in (({"parallelism": 1}, ["run", "fail"]), ({}, ["unknown", "unknown"])):
            path = self.define({}, {"d": {"workflow": "inner.yaml", "map": {"n": [6, 1, 5]}, **({"each": each} if each else {})}})
            found = self.fates(path)
            self.assertEqual([found["d[%d].%s" % (i, name)] for i in range(3) for name in "yx"], wanted + 4 * ["unknown"])

    def test_an_element_that_fails_whatever_else_runs_in_it(self):
        self.define({"s": SMALL, "o": task("echo 4 > $y", {}, {"y": "int"})},
                    {"o": {"task": "o"}, "t": {"task": "s", "with": {"n": "$inputs.k"}}}, {"k": "int"}, {"y": "$t.y"},
                    name="inner", file="inner.yaml")
        count = task("echo 1 > $y", {"v": "list<int?>?"}, {"y": "int"})
        path = self.define({"c": count}, {"m": {"workflow": "inner.yaml", "map": {"k": [1, 9, 3]}, "each": {"min_success": 2}},
                                          "c": {"task": "c", "with": {"v": "$m.y"}},
                                          "f": {"task": "c", "run_if": "any_failed", "with": {"v": "$m.y"}}},
                           failure_policy="finish")
        self.run_file(path)
        found = self.fates(path)
        self.assertEqual([found[node] for node in ("m[1].t", "c", "f")], ["fail", "reuse", "skip"])

    def test_two_that_cannot_begin(self):
        tasks = {"e": task("true", {"s": "string?"}, env={"B": "$(inputs.s)"}),
                 "c": task(["echo", "a$(inputs.s)"], {"s": "string?"})}
        path = self.define(tasks, {"b": {"task": "e"}, "d": {"task": "c"}})
        self.assertEqual(self.agree(path), {"b": "fail", "d": "unknown"})

    def test_two_after_a_result(self):
        three = {"b": {"task": "s", "with": {"n": "$a.y"}}, "c": {"task": "s", "with": {"n": "$a.y"}}}
        path = self.define({"d": DOUBLE, "s": SMALL}, {"a": {"task": "d", "with": {"n": 50}}, **three})
        self.run_file(path, code=1)
        self.assertEqual(self.agree(path), {"a": "reuse", "b": "fail", "c": "unknown"})

    def test_a_list_is_put_together_before_a_value(self):
        two = task("true", {"n": {"type": "int", "max": 2}, "m": "int"})
        inputs = {"n": {"type": "int", "default": 3}, "ns": {"type": "list<int>", "default": [1, 2]},
                  "ms": {"type": "list<int>", "default": [1]}}
        nodes = {"a": {"task": "t", "with": {"n": "$inputs.n", "m": 0}},
                 "b": {"task": "t", "map": {"n": "$inputs.ns", "m": "$inputs.ms"}}}
        self.assertEqual(self.agree(self.define({"t": two}, nodes, inputs)), {"a": "unknown", "b": "fail"})

    def test_within_another_workflow_the_last_is_first(self):
        two = task("true", {"n": "int", "m": "int"})
        inputs = {"ns": {"type": "list<int>", "default": [1, 2]}, "ms": {"type": "list<int>", "default": [1]}}
        mapped = {"task": "t", "map": {"n": "$inputs.ns", "m": "$inputs.ms"}}
        self.define({"t": two}, {"a": mapped, "b": mapped}, inputs, name="inner", file="inner.yaml")
        path = self.define({}, {"sub": {"workflow": "inner.yaml"}})
        self.assertEqual(self.agree(path), {"sub.a": "unknown", "sub.b": "fail"})

    def test_a_workflow_that_fails_later_hides_no_value(self):
        """`s` fails only when something in it has run; `t` as soon as it is its turn."""
        inner = {"x": {"task": "d", "with": {"n": 1}}, "y": {"task": "s", "with": {"n": "$inputs.n"}, "after": ["x"]}}
        self.define({"d": DOUBLE, "s": SMALL}, inner, {"n": "int"}, name="inner", file="inner.yaml")
        path = self.define({"s": SMALL}, {"s": {"workflow": "inner.yaml", "with": {"n": 9}}, "t": {"task": "s", "with": {"n": "$inputs.n"}}},
                           {"n": {"type": "int", "default": 9}})
        found = self.fates(path)
        self.assertEqual((found["s.y"], found["t"]), ("unknown", "unknown"))
        self.assertEqual(self.run_file(path, code=1).json["cause"]["node"], "t")

    def test_what_may_come_second_says_why_it_would_fail(self):
        inner = {"x": {"task": "d", "with": {"n": 1}}, "y": {"task": "s", "with": {"n": "$inputs.n"}, "after": ["x"]}}
        self.define({"d": DOUBLE, "s": SMALL}, inner, {"n": "int"}, name="inner", file="inner.yaml")
        path = self.define({"s": SMALL}, {"s": {"workflow": "inner.yaml", "with": {"n": 9}}, "t": {"task": "s", "with": {"n": "$inputs.n"}}},
                           {"n": {"type": "int", "default": 9}})
        self.assertIn("that may fail first; else this fails: the input 'n' is not allowed", self.wf("run", path, "-n").out)

    # ---- what a task needs of the machine, and of its command

    def test_a_command_that_is_empty(self):
        tasks = {"t": task([{"if": "inputs.b", "args": ["true"]}], {"b": "bool"}, cache={"allow_empty": True})}
        path = self.define(tasks, {"n": {"task": "t", "with": {"b": "$inputs.b"}}}, {"b": "bool"})
        self.assertEqual(self.fates(path, "-i", "b=true"), {"n": "run"})
        self.assertEqual(self.fates(path, "-i", "b=false"), {"n": "fail"})
        self.assertEqual(self.run_file(path, code=1, b="false").json["cause"]["code"], "WF-E3203")

    def test_what_a_sandbox_names_and_is_not_there(self):
        nowhere = self.path("nowhere/a")
        path = self.define({"t": task("true", sandbox={"level": "paths", "write": [nowhere]})}, {"n": {"task": "t"}})
        found = self.predict(path)[0]
        self.assertEqual((found["fate"], found["cause"]["code"]), ("fail", "WF-E3203"))
        self.assertIn(nowhere, found["cause"]["message"])

    # ---- how large a run may be

    def test_a_node_with_too_many_elements(self):
        three = task("true", {"a": "int", "b": "int", "c": "int"})
        lists = {name: "$inputs.l" for name in "abc"}
        path = self.define({"t": three}, {"n": {"task": "t", "map": lists, "each": {"combine": "product"}}}, {"l": "list<int>"})
        long_ = "l=%s" % list(range(101))
        found = self.predict(path, "-i", long_)
        self.assertEqual([(one["fate"], one["cause"]["code"]) for one in found], [("fail", "WF-E3233")])
        self.assertEqual(self.run_file(path, "-i", long_, code=1).json["cause"]["code"], "WF-E3233")

    def test_a_run_with_too_many_executions(self):
        """The bound counts all nodes, and holds wherever they are."""
        lists = {name: "$inputs.l" for name in "ab"}
        mapped = {"task": "t", "map": lists, "each": {"combine": "product"}}
        nodes = {"n%d" % i: mapped for i in range(3)}
        tasks = {"t": task("true", {"a": "int", "b": "int"}), "tell": task("true")}
        path = self.define(tasks, nodes, {"l": "list<int>"}, failure_policy="finish", on_exit={"task": "tell"})
        done = self.run_file(path, "-i", "l=%s" % list(range(1000)), code=1).json
        self.assertEqual((done["cause"]["code"], done["cause"]["node"], done["this_time"]["ran"]), ("WF-E3233", "n2", 1), done)

    def grow(self, levels, **node):
        for level in range(levels):
            runs = {"workflow": "%d.yaml" % (level + 1), **node}
            self.define({}, {"a": runs, "b": runs}, {}, name="w", file="%d.yaml" % level)
        return self.define({"t": task("true")}, {"n": {"task": "t"}}, {}, name="w", file="%d.yaml" % levels)

    def test_workflows_that_run_others_twice(self):
        self.grow(25)
        text = self.wf("lint", "0.yaml", code=2).out
        self.assertEqual(text.count("WF-E1376"), 1, text)

    def test_what_is_skipped_along_does_not_count(self):
        tens = {name: list(range(10)) for name in "abcdef"}
        wide = {"task": "t", "after": ["gate"], "map": tens, "each": {"combine": "product"}}
        path = self.define({"t": task("true", {name: "int" for name in tens}), "g": task("true")},
                           {"gate": {"task": "g", "when": "inputs.big"}, "m1": wide, "m2": wide,
                            "m3": {**wide, "after": ["m2"]}}, {"big": {"type": "bool", "default": False}})
        self.wf("lint", path)
        self.assertEqual(self.run_file(path).json["this_time"]["skipped"], 4)
        self.define({"t": task("true", {name: "int" for name in tens})}, {"m%d" % i: {**wide, "after": []} for i in range(3)})
        self.assertEqual(self.wf("lint", path, code=2).out.count("WF-E1376"), 1)

    def test_a_signal_ends_it_where_there_is_no_store(self):
        """It waits for an input that nobody writes: the signal comes after the empty store was made."""
        fifo = self.fifo("late")
        path = self.define({"d": DOUBLE}, {"a": {"task": "d", "with": {"n": 1}}})
        scratch = self.path("scratch")
        os.mkdir(scratch)
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start("run", path, "-n", "--inputs", "late", env={"TMPDIR": scratch})
            with open(fifo, "w") as writer:  # it has the file open, and waits
                process.send_signal(number)
                self.assertEqual(process.wait(30), -number)
            self.assertEqual(os.listdir(scratch), [])


if __name__ == "__main__":
    main()
