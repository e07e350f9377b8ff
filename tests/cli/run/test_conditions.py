"""`when` and `$(…)`: expressions over the values of a run."""
from wftest import WfTest, main, task

BEST = task("echo $n > $accuracy; echo fast > $mode", {"n": "float"}, {"accuracy": "float", "mode": "enum<fast|slow>"})
SHOW = task(["sh", "-c", "cat > $0 <<E\n$1\nE", "$outputs.y", "$inputs.a"], {"a": "string"}, {"y": "string"})


class When(WfTest):
    def gated(self, when, **more):
        return self.define({"best": BEST, "show": SHOW},
                           {"best": {"task": "best", "with": {"n": "$inputs.n"}},
                            "publish": dict({"task": "show", "with": {"a": "published"}, "when": when}, **more),
                            "tell": {"task": "show", "with": {"a": "$publish.y"}},
                            "end": {"task": "show", "with": {"a": "end"}, "after": ["tell"], "run_if": "all_done"}},
                           {"n": {"type": "float", "default": 0.5}}, {"y": "$publish.y", "end": "$end.y"})

    def states(self, run):
        return dict(self.query("SELECT e.node, e.state FROM execution e JOIN run r ON r.id = e.run WHERE r.name = ?", run))

    def test_true_and_false(self):
        path = self.gated("best.accuracy >= 0.9 && best.mode == 'fast'")
        done = self.run_file(path, "--name", "yes", n=0.95).json
        self.assertEqual(done["outputs"], {"end": "end", "y": "published"})
        done = self.run_file(path, "--name", "no", n=0.5).json
        self.assertEqual((done["state"], done["outputs"]), ("succeeded", {"end": "end", "y": None}))
        self.assertEqual(self.states("no"), {"best": "succeeded", "publish": "skipped", "tell": "skipped", "end": "reused"})
        out = self.wf("explain", "no").out
        self.assertRegex(out, r"(?m)^publish +skipped +its condition is false: best.accuracy >= 0.9 && best.mode == 'fast', "
                              r"where best.accuracy is 0.5, best.mode is \"fast\"$")
        self.assertRegex(out, r"(?m)^tell +skipped +publish was skipped$")
        self.wf("event", "verify")

    def test_a_condition_over_inputs_alone(self):
        path = self.gated("inputs.n > 1.0")
        self.assertEqual(self.run_file(path, n=2).json["outputs"]["y"], "published")

    def test_what_was_compared_with_null_is_a_value(self):
        given = {"a": "inputs.n != null ? inputs.n : 3", "b": "inputs.n == null ? 4 : inputs.n", "c": "has(inputs.n) ? inputs.n : 5"}
        tasks = {"t": task("echo $n > $y", {"n": "int"}, {"y": "int"})}
        path = self.define(tasks, {name: {"task": "t", "with": {"n": "$(%s)" % text}} for name, text in given.items()},
                           {"n": "int?"}, {name: "$%s.y" % name for name in given})
        self.assertEqual(self.run_file(path).json["outputs"], {"a": 3, "b": 4, "c": 5})
        self.assertEqual(self.run_file(path, n=7).json["outputs"], {"a": 7, "b": 7, "c": 7})

    def test_an_expression_that_fails(self):
        path = self.gated("1 / int(best.accuracy) > 0")
        cause = self.run_file(path, code=1).json["cause"]
        self.assertEqual((cause["code"], cause["node"]), ("WF-E1609", "publish"))
        self.assertIn("division by zero", cause["message"].lower())
        # What decides makes the error of the other side unseen.
        path = self.gated("1 / int(best.accuracy) > 0 || best.mode == 'fast'")
        self.assertEqual(self.run_file(path).json["outputs"]["y"], "published")

    def test_mistakes(self):
        for when, code, text in (("best.accuracy", "WF-E1311", "expected bool"), ("best.acuracy > 0.5", "WF-E1302", "best.accuracy"),
                                 ("$best.accuracy > 0.5", "WF-E16", "$"), ("best.accuracy >", "WF-E1601", ""),
                                 ("best.mode == 'quick'", "WF-E1607", "fast"), ("nothing.x == 1", "WF-E1302", "nothing"),
                                 ("publish.y == ''", "WF-E1314", "publish -> publish")):
            out = self.wf("lint", self.gated(when), code=2).out
            self.assertIn(code, out, when)
            self.assertIn(text, out, when)

    def test_the_condition_is_in_the_version_and_not_in_the_key(self):
        self.assertNotEqual(self.wf("digest", self.gated("inputs.n > 0.1")).out.split()[0], self.wf("digest", self.gated("inputs.n > 0.2")).out.split()[0])
        self.run_file(self.gated("inputs.n > 0.1"))
        self.assertEqual(self.run_file(self.gated("inputs.n > 0.2")).json["this_time"]["ran"], 0)


class Interpolation(WfTest):
    def evaluated(self, text, kind, inputs, **values):
        path = self.define({"t": task("cat > $y <<E\n$a\nE", {"a": kind}, {"y": "string"})},
                           {"t": {"task": "t", "with": {"a": text}}}, inputs, {"y": "$t.y"})
        return self.run_file(path, **values).json["outputs"]["y"]

    def test_text(self):
        inputs = {"n": "int", "s": "string", "on": "bool"}
        self.assertEqual(self.evaluated("$(inputs.n + 1) of $(size(inputs.s)): $(inputs.on ? 'on' : 'off')", "string", inputs,
                                        n=2, s="fähre", on=True), "3 of 5: on")
        self.assertEqual(self.evaluated("$(inputs.n * 2)", "string", {"n": "int"}, n=4), "8")

    def test_alone_it_is_a_value(self):
        self.assertEqual(self.evaluated("$(inputs.n + 1)", "int", {"n": "int"}, n=2), "3")
        self.assertEqual(self.evaluated("$(double(inputs.n) / 4.0)", "float", {"n": "int"}, n=2), "0.5")
        self.assertEqual(self.evaluated("$(inputs.d + duration('1m') == duration('2m'))",
                                        "bool", {"d": "duration"}, d="60s"), "true")

    def test_lists_for_a_map(self):
        path = self.define({"t": task("echo $n > $y", {"n": "int"}, {"y": "int"})},
                           {"t": {"task": "t", "map": {"n": "$(inputs.ns + [7])"}}}, {"ns": "list<int>"}, {"y": "$t.y", "n": "$(size(t.y))"})
        done = self.run_file(path, "--name", "one", ns=[1, 2]).json
        self.assertEqual(done["outputs"], {"y": [1, 2, 7], "n": 3})
        self.wf("lineage", "show", "one")
        self.wf("explain", "one")

    def test_in_commands_and_variables(self):
        path = self.define({"t": task(["sh", "-c", "echo \"$0 $MORE\" > $y", "$(inputs.n + 1)"], {"n": "int"}, {"y": "string"},
                                      env={"MORE": "x$(inputs.n > 1 ? 'many' : 'one')"})},
                           {"t": {"task": "t", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$t.y"})
        self.assertEqual(self.run_file(path, n=2).json["outputs"]["y"], "3 xmany")

    def test_mistakes(self):
        for text, kind, code in (("$(inputs.n + 'a')", "string", "WF-E1605"), ("$(inputs.n + 1)", "bool", "WF-E1311"),
                                 ("$([inputs.n])x", "string", "WF-E1306"), ("$(inputs.m + 1)", "int", "WF-E1302")):
            path = self.define({"t": task("true", {"a": kind})}, {"t": {"task": "t", "with": {"a": text}}}, {"n": "int"})
            self.assertIn(code, self.wf("lint", path, code=2).out, text)
        path = self.define({"t": task(["echo", "$(outputs.y + 1)"], {"n": "int"})}, {"t": {"task": "t", "with": {"n": 1}}})
        self.assertIn("no 'outputs.y'", self.wf("lint", path, code=2).out)


if __name__ == "__main__":
    main()
