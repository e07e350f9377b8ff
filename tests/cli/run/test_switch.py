"""Nodes that choose among cases: which is run, what they give, what it means for reuse, resume and lineage."""

from wftest import WfTest, main, task, wait_until

SMALL = task("echo small $n > $y", {"n": "int"}, {"y": "string"})
LARGE = task("echo large $n > $y; echo 1 > $extra", {"n": "int"}, {"y": "string", "extra": "int"})
SHOW = task('echo "[${text-nothing}]" > $out', {"text": "string?"}, {"out": "string"})


class Switch(WfTest):
    def pick(self, *cases, **more):
        return self.define({"small": SMALL, "large": LARGE, "show": SHOW},
                           {"pick": {"switch": list(cases)}, "show": {"task": "show", "with": {"text": "$pick.y"}}},
                           {"n": "int"}, {"y": "$pick.y", "shown": "$show.out"}, **more)

    def three(self):
        return self.pick({"when": "inputs.n < 10", "task": "small", "with": {"n": "$inputs.n"}},
                         {"when": "inputs.n < 100", "task": "large", "with": {"n": "$inputs.n"}},
                         {"fail": "too large"})

    def test_the_first_that_fits(self):
        path = self.three()
        for n, y in ((3, "small 3"), (30, "large 30")):
            done = self.run_file(path, "--name", "n%d" % n, n=n).json
            self.assertEqual(done["outputs"], {"y": y, "shown": "[%s]" % y})
        self.assertEqual(self.query("SELECT node, chosen FROM choice ORDER BY run"), [("pick", 0), ("pick", 1)])
        done = self.run_file(path, n=300, code=1).json
        self.assertEqual((done["cause"]["code"], done["cause"]["node"]), ("WF-E3215", "pick"))
        self.assertIn("too large", done["cause"]["message"])
        self.wf("event", "verify")
        self.wf("store", "check", "--contents")

    def test_reuse_knows_no_cases(self):
        self.run_file(self.three(), n=3)
        other = self.pick({"when": "inputs.n > 50", "task": "large", "with": {"n": "$inputs.n"}},
                          {"task": "small", "with": {"n": "$inputs.n"}})
        self.assertEqual(self.run_file(other, n=3).json["counts"]["reused"], 2)

    def test_what_not_all_cases_give_may_be_null(self):
        path = self.define({"small": SMALL, "large": LARGE, "show": SHOW},
                           {"pick": {"switch": [{"when": "inputs.n < 10", "task": "small", "with": {"n": "$inputs.n"}},
                                                {"task": "large", "with": {"n": "$inputs.n"}}]}},
                           {"n": "int"}, {"extra": "$pick.extra"})
        self.assertEqual([self.run_file(path, n=n).json["outputs"]["extra"] for n in (3, 30)], [None, 1])

    def test_workflows_as_cases(self):
        self.define({"small": SMALL}, {"s": {"task": "small", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$s.y"},
                    name="inner", file="inner.yaml")
        path = self.pick({"when": "inputs.n < 10", "workflow": "inner.yaml", "with": {"n": "$inputs.n"}},
                         {"task": "large", "with": {"n": "$inputs.n"}})
        self.assertEqual(self.run_file(path, "--name", "a", n=3).json["outputs"]["y"], "small 3")
        self.assertIn("pick.s", self.wf("lineage", "show", "a", "--up", "--all").out)

    def test_lineage_has_the_chosen_case_only(self):
        path = self.define({"small": SMALL, "count": task("echo $n > $y", {"n": "int"}, {"y": "int"})},
                           {"a": {"task": "count", "with": {"n": 1}}, "b": {"task": "count", "with": {"n": 2}},
                            "test": {"task": "count", "with": {"n": 3}},
                            "pick": {"switch": [{"when": "test.y > 5", "task": "small", "with": {"n": "$a.y"}},
                                                {"task": "small", "with": {"n": "$b.y"}}]}}, outputs={"y": "$pick.y"})
        self.run_file(path, "--name", "r")
        up = self.wf("lineage", "show", "wf:default/development/r/pick/y", "--up").out
        self.assertRegex(up, r"(?m)\bb\b")
        self.assertRegex(up, r"(?m)\btest\b")  # its condition looked at it
        self.assertNotRegex(up, r"(?m)\ba\b\.y|\ba/y")
        self.assertIn("pick", self.wf("lineage", "impact", "r/b/y").out)
        self.assertNotIn("pick", self.wf("lineage", "impact", "r/a/y").out)

    def test_what_the_chosen_case_gave(self):
        fan = task("echo '{wf: v1, name: e, outputs: {y: 7}}' > $definition", {}, {"y": "int"}, dynamic=True)
        two = task("echo 1 > $y; echo 2 > $p", {}, {"y": "int", "p": "int"})
        cases = [{"when": "inputs.n == 1", "task": "two"}, {"when": "inputs.n == 2", "task": "fan"}, {"task": "plain"}]
        path = self.define({"fan": fan, "two": two, "plain": task("echo 5 > $y", {}, {"y": "int"})}, {"pick": {"switch": cases}}, {"n": "int"},
                           {"y": "$pick.y", "p": "$pick.p"}, file="s.yaml")
        for n in (1, 2, 3):
            self.run_file(path, "--name", "n%d" % n, n=n)
        get = lambda what, code=0: self.wf("artifact", "get", what, code=code)
        self.assertEqual([get("n1/pick/p").out, get("n3/pick/p").out], ["2\n", "null\n"])
        self.assertIn("outputs: {y: 7}", get("n2/pick/definition").out)
        self.assertIn("definition", get("n2/pick/y", code=3).err)

    def test_a_skipped_switch(self):
        path = self.define({"small": SMALL, "show": SHOW},
                           {"pick": {"when": "inputs.n > 0", "switch": [{"when": "1 > 2", "task": "small", "with": {"n": 0}},
                                                              {"task": "small", "with": {"n": 1}}]}},
                           {"n": "int"}, {"y": "$pick.y"}, file="s.yaml")
        self.assertEqual(self.run_file(path, n=0).json["outputs"], {"y": None})

    def test_explained(self):
        self.run_file(self.three(), "--name", "a", n=3)
        self.run_file(self.three(), "--name", "b", n=4)
        found = {one["node"]: one for one in self.wf("explain", "b", "-o", "json").json["executions"]}
        self.assertEqual((found["pick"]["task"], found["pick"]["why"]), ("small", "key_changed"))

    def test_a_resume_keeps_the_choice(self):
        gate = "until test -e %s; do sleep 0.01; done" % self.path("gate")
        path = self.define({"wait": task("%s; echo $n > $y" % gate, {"n": "int"}, {"y": "int"})},
                           {"pick": {"switch": [{"when": "inputs.n < 10", "task": "wait", "with": {"n": "$inputs.n"}}, {"fail": "no"}]}},
                           {"n": "int"}, {"y": "$pick.y"})
        process = self.start("run", path, "--name", "night", "-i", "n=1")
        wait_until(lambda: self.peek("SELECT state FROM node") == [("running",)], "it runs")
        self.kill_driver(process)
        self.write("gate", "")
        self.assertEqual(self.wf("resume", "night", "-o", "json").json["outputs"], {"y": 1})
        self.wf("event", "verify")


class Hooks(WfTest):
    NOTE = task('echo "${code-none}|${node-none}" > $y', {"code": "string?", "node": "string?"}, {"y": "string"})
    TOLD = {"task": "note", "with": {"code": "$error.code", "node": "$error.node"}}

    def states(self, run):
        return dict(self.query("SELECT node, state FROM execution WHERE run = (SELECT id FROM run WHERE name = ?)", run))

    def test_after_success_and_failure(self):
        for name, script, code in (("good", "true", 0), ("bad", "exit 3", 1)):
            path = self.define({"t": task(script), "note": self.NOTE}, {"t": {"task": "t"}, "u": {"task": "t", "after": ["t"]}},
                               on_failure=self.TOLD, on_exit=self.TOLD)
            self.run_file(path, "--name", name, "--refresh", code=code)
        self.assertEqual(self.states("good"), {"t": "succeeded", "u": "succeeded", "on_failure": "skipped", "on_exit": "succeeded"})
        self.assertEqual(self.wf("artifact", "get", "good/on_exit/y").out, "none|none\n")
        self.assertEqual(self.states("bad"), {"t": "failed", "on_failure": "succeeded", "on_exit": "succeeded"})
        for hook in ("on_failure", "on_exit"):
            self.assertEqual(self.wf("artifact", "get", "bad/%s/y" % hook).out, "WF-E3201|t\n")

    def test_one_that_is_reused(self):
        path = self.define({"t": task("true"), "note": self.NOTE}, {"t": {"task": "t"}}, on_exit=self.TOLD)
        self.run_file(path, "--name", "a")
        self.define({"t": task("true"), "note": self.NOTE}, {"t": {"task": "t"}}, on_exit={"task": "note", "with": {"node": "$error.node"}})
        self.run_file(path, "--name", "b")
        one, = self.wf("explain", "b", "on_exit", "-o", "json").json["executions"]
        self.assertEqual((one["state"], one["why"]), ("reused", "reused"))
        self.assertIn("error.code", self.wf("explain", "b", "on_exit").out)  # how the definitions differ

    def test_a_failure_that_is_nested(self):
        self.define({"t": task("exit 3")}, {"deep": {"task": "t"}}, name="inner", file="inner.yaml")
        path = self.define({"note": self.NOTE}, {"sub": {"workflow": "inner.yaml"}}, on_failure=self.TOLD)
        self.run_file(path, "--name", "bad", code=1)
        self.assertEqual(self.wf("artifact", "get", "bad/on_failure/y").out, "WF-E3201|sub.deep\n")

    def test_a_driver_that_dies_in_it(self):
        """The resume runs it again, tells it the same, and ends as the run would have."""
        waits = task('test -e %s || sleep 1000; echo "$code|$node" > $y' % self.path("go"), self.NOTE["inputs"], {"y": "string"})
        path = self.define({"t": task("exit 3"), "note": waits}, {"t": {"task": "t"}}, on_failure=self.TOLD)
        process = self.start("run", path, "--name", "bad")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE node = 'on_failure' AND state = 'running'"), "the hook runs")
        self.kill_driver(process)
        self.write("go", "")
        done = self.wf("resume", "bad", "-o", "json", code=1).json
        self.assertEqual((done["cause"]["node"], [one["node"] for one in done["failures"]]), ("t", ["t"]))
        self.assertEqual(self.wf("artifact", "get", "bad/on_failure/y").out, "WF-E3201|t\n")
        self.assertEqual(self.query("SELECT state FROM attempt WHERE node = 't'"), [("failed",)])

    def test_its_own_failure_hides_nothing(self):
        path = self.define({"t": task("exit 3"), "broken": task("exit 9")}, {"t": {"task": "t"}}, on_failure={"task": "broken"},
                           on_exit={"task": "broken"})
        done = self.run_file(path, "--name", "bad", code=1).json
        self.assertEqual((done["cause"]["node"], [one["node"] for one in done["failures"]]), ("t", ["t", "on_failure", "on_exit"]))
        path = self.define({"t": task("true"), "broken": task("exit 9")}, {"t": {"task": "t"}}, on_exit={"task": "broken"})
        self.assertEqual(self.run_file(path, code=1).json["cause"]["node"], "on_exit")

    def test_mistakes(self):
        for more, code in (({"on_exit": {}}, "WF-E1353"), ({"on_exit": {"task": "nope"}}, "WF-E1307"),
                           ({"on_exit": {"task": "note", "with": {"code": "$error.reason"}}}, "WF-E1302"),
                           ({"on_exit": {"task": "note", "when": "true"}}, "WF-E1004")):
            path = self.define({"t": task("true"), "note": self.NOTE}, {"t": {"task": "t"}}, **more)
            self.assertIn(code, self.wf("lint", path, code=2).out)
        for nodes, code in (({"on_exit": {"task": "t"}}, "WF-E1105"),
                            ({"t": {"task": "t"}, "u": {"task": "note", "with": {"code": "$error.code"}}}, "WF-E1363")):
            path = self.define({"t": task("true"), "note": self.NOTE}, nodes)
            self.assertIn(code, self.wf("lint", path, code=2).out)

    def test_part_of_the_version(self):
        digest = lambda **more: self.wf("digest", self.define({"t": task("true"), "note": self.NOTE}, {"t": {"task": "t"}},
                                                                **more)).out
        self.assertEqual(len({digest(), digest(on_exit=self.TOLD), digest(on_failure=self.TOLD)}), 3)


if __name__ == "__main__":
    main()
