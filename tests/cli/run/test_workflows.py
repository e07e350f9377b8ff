"""Nodes that run workflows: their inputs and outputs, failures and skips through levels, caching, resume, lineage."""
import json
import os

from wftest import WfTest, document, main, task, wait_until

DOUBLE = task("echo $((2 * n)) > $y", {"n": "int"}, {"y": "int"})
SUM = task("s=0; for x in $(tr -c '0-9' ' ' < $ns); do s=$((s + x)); done; echo $s > $y",
           {"ns": "list<int>"}, {"y": "int"})


class Workflows(WfTest):
    def child(self, tasks, nodes, inputs=None, outputs=None, name="inner", file="inner.yaml", **more):
        return self.define(tasks, nodes, inputs, outputs, name=name, file=file, **more)

    def rows(self, run, table="execution"):
        return self.query("SELECT node, element, state FROM %s WHERE run = (SELECT id FROM run WHERE name = ?) "
                          "ORDER BY node, element" % table, run)

    def frames(self, run):
        return self.query("SELECT parent, node, element, state FROM frame WHERE run = (SELECT id FROM run WHERE name = ?) "
                          "ORDER BY parent, node, element", run)

    def chain(self, **node):
        """A workflow of two steps, run by the node `sub` of another."""
        self.child({"double": DOUBLE}, {"one": {"task": "double", "with": {"n": "$inputs.n"}},
                                        "two": {"task": "double", "with": {"n": "$one.y"}}},
                   {"n": {"type": "int", "default": 5}}, {"y": "$two.y", "given": "$inputs.n"})
        return self.define({"double": DOUBLE},
                           {"sub": dict({"workflow": "inner.yaml"}, **node),
                            "last": {"task": "double", "map" if "map" in node else "with": {"n": "$sub.y"}}},
                           {"ns": {"type": "list<int>", "default": [1, 2, 3]}}, {"y": "$last.y", "given": "$sub.given"})

    def test_inputs_and_outputs(self):
        done = self.run_file(self.chain(**{"with": {"n": 3}}), "--name", "a").json
        self.assertEqual(done["outputs"], {"y": 24, "given": 3})
        self.assertEqual(self.rows("a"), [("last", -1, "succeeded"), ("sub.one", -1, "succeeded"),
                                          ("sub.two", -1, "succeeded")])
        self.assertEqual(self.frames("a"), [("", "sub", -1, "succeeded")])
        self.assertEqual(self.run_file(self.chain(), "--name", "default").json["outputs"], {"y": 40, "given": 5})
        self.wf("event", "verify")
        self.wf("store", "check", "--contents")

    def test_a_map_of_workflows(self):
        done = self.run_file(self.chain(map={"n": "$inputs.ns"}), "--name", "a").json
        self.assertEqual(done["outputs"], {"y": [8, 16, 24], "given": [1, 2, 3]})
        self.assertEqual([row[:2] for row in self.rows("a")],
                         [("last", 0), ("last", 1), ("last", 2)]
                         + [("sub[%d].%s" % (i, n), -1) for i in range(3) for n in ("one", "two")])
        # Steps are reused one by one, whatever level they stand on.
        done = self.run_file(self.chain(map={"n": "$inputs.ns"}), "-i", "ns=[3,1,4]", "--name", "b").json
        self.assertEqual(done["outputs"]["y"], [24, 8, 32])
        self.assertEqual(done["counts"]["reused"], 8)  # all but the last: 16 was not doubled before
        self.assertEqual(self.run_file(self.chain(map={"n": []})).json["outputs"], {"y": [], "given": []})

    def test_the_cache_key_knows_no_levels(self):
        inner = self.child({"double": DOUBLE}, {"one": {"task": "double", "with": {"n": 7}}}, outputs={"y": "$one.y"})
        self.run_file(inner)
        path = self.define({}, {"sub": {"workflow": "inner.yaml"}}, outputs={"y": "$sub.y"})
        self.assertEqual(self.run_file(path, "--name", "b").json["counts"]["reused"], 1)
        # One dataset holds what a task makes, alone or used.
        self.run_file(path, "--refresh")
        self.assertEqual(self.query("SELECT DISTINCT workflow, task FROM artifact"), [("inner", "double")])

    def test_three_levels(self):
        self.child({"double": DOUBLE}, {"d": {"task": "double", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$d.y"},
                   name="low", file="lib/low.yaml")
        self.child({"sum": SUM}, {"low": {"workflow": "low.yaml", "map": {"n": "$inputs.ns"}},
                                  "sum": {"task": "sum", "with": {"ns": "$low.y"}}}, {"ns": "list<int>"}, {"y": "$sum.y"},
                   name="middle", file="lib/middle.yaml")
        path = self.define({}, {"top": {"workflow": "lib/middle.yaml", "map": {"ns": [[1, 2], [], [3]]}}},
                           outputs={"ys": "$top.y"})
        self.assertEqual(self.run_file(path, "--name", "a").json["outputs"], {"ys": [6, 0, 6]})
        self.assertIn(("top[0]", "low", 1, "succeeded"), self.frames("a"))
        explained = {one["node"]: one["why"] for one in self.wf("explain", "a", "-o", "json").json["executions"]}
        self.assertEqual(explained["top[0].low[1].d"], "first_time")
        shown = self.wf("lineage", "show", "wf:default/development/a/outputs/ys", "--up", "--all").out
        for step in ("top[0].sum", "top[0].low[0].d", "top[2].low[0].d"):
            self.assertIn(step, shown)
        impact = self.wf("lineage", "impact", "a/top[0].low[1].d/y").out
        self.assertIn("top[0].sum", impact)
        self.assertNotIn("top[2].sum", impact)

    def test_a_failure_inside(self):
        self.child({"fail": task("exit 3", {"n": "int"}, {"y": "int"}), "double": DOUBLE, "note": task("true", {}, {})},
                   {"bad": {"task": "fail", "with": {"n": "$inputs.n"}},
                    "next": {"task": "double", "with": {"n": "$bad.y"}},
                    "clean": {"task": "note", "after": ["bad"], "run_if": "all_done"}},
                   {"n": "int"}, {"y": "$next.y"})
        path = self.define({"double": DOUBLE, "note": task("true", {}, {})},
                           {"sub": {"workflow": "inner.yaml", "with": {"n": 1}},
                            "last": {"task": "double", "with": {"n": "$sub.y"}},
                            "told": {"task": "note", "after": ["sub"], "run_if": "any_failed"}})
        done = self.run_file(path, "--name", "a", code=1).json
        self.assertEqual((done["cause"]["code"], done["cause"]["node"]), ("WF-E3201", "sub.bad"))
        self.assertEqual([one["node"] for one in done["failures"]], ["sub.bad"])
        self.assertEqual(self.rows("a"), [("sub.bad", -1, "failed"), ("sub.clean", -1, "succeeded"),
                                          ("told", -1, "succeeded")])
        self.assertEqual(self.frames("a"), [("", "sub", -1, "failed")])
        self.assertIn("sub.next", self.wf("explain", "a").out)
        self.wf("event", "verify")

    def test_elements_may_fail(self):
        self.child({"pick": task("test $n -ne 2 && echo $n > $y", {"n": "int"}, {"y": "int"})},
                   {"p": {"task": "pick", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$p.y"})
        path = self.define({}, {"sub": {"workflow": "inner.yaml", "map": {"n": [1, 2, 3]}, "each": {"min_success": 2}}},
                           outputs={"ys": "$sub.y"})
        done = self.run_file(path, "--name", "a").json
        self.assertEqual((done["state"], done["outputs"]["ys"]), ("succeeded", [1, None, 3]))
        self.assertEqual([row[3] for row in self.frames("a")], ["succeeded", "failed", "succeeded"])

    def test_failure_policy_counts_on_its_own_level(self):
        tasks = {"fail": task("exit 3", {}, {"y": "int"}), "slow": task("echo 1 > $y", {}, {"y": "int"})}
        for policy, ran in (("finish", True), ("fail_fast", False)):
            self.child(tasks, {"a": {"task": "fail"}, "b": {"task": "slow"}}, failure_policy=policy)
            path = self.define({}, {"sub": {"workflow": "inner.yaml"}})
            self.run_file(path, "--name", policy, "--parallelism", "1", "--refresh", code=1)
            self.assertEqual(("sub.b", -1, "succeeded") in self.rows(policy), ran)

    def test_the_last_inside_may_be_skipped(self):
        self.child({"double": DOUBLE}, {"one": {"task": "double", "with": {"n": "$inputs.n"}},
                                        "big": {"task": "double", "when": "one.y > 4", "with": {"n": "$one.y"}},
                                        "more": {"task": "double", "with": {"n": "$big.y"}}}, {"n": "int"}, {"y": "$more.y"})
        path = self.define({}, {"sub": {"workflow": "inner.yaml", "map": {"n": [1, 2, 3]}}}, outputs={"y": "$sub.y"})
        self.assertEqual(self.run_file(path).json["outputs"], {"y": [None, None, 24]})

    def test_skipped_as_a_whole(self):
        self.child({"double": DOUBLE}, {"one": {"task": "double", "with": {"n": 1}}}, outputs={"y": "$one.y"})
        path = self.define({"double": DOUBLE}, {"sub": {"workflow": "inner.yaml", "when": "inputs.go"},
                                                "last": {"task": "double", "with": {"n": "$sub.y"}}},
                           {"go": "bool"}, {"y": "$last.y"})
        done = self.run_file(path, "-i", "go=false", "--name", "a").json
        self.assertEqual(done["outputs"], {"y": None})
        self.assertEqual(self.rows("a"), [("last", -1, "skipped"), ("sub", -1, "skipped")])
        self.assertEqual(self.frames("a"), [])
        self.assertEqual(self.run_file(path, "-i", "go=true").json["outputs"], {"y": 4})

    def test_what_its_condition_was_made_of(self):
        """All that is in it has run because of it."""
        self.child({"double": DOUBLE}, {"one": {"task": "double", "with": {"n": 1}}}, outputs={"y": "$one.y"})
        path = self.define({"double": DOUBLE}, {"ask": {"task": "double", "with": {"n": 4}},
                                                "sub": {"workflow": "inner.yaml", "when": "ask.y > 1"}}, outputs={"y": "$sub.y"})
        self.run_file(path, "--name", "a")
        nodes = lambda *asked: {one.get("node") for one in self.wf("lineage", *asked, "-o", "json").json["nodes"]}
        self.assertIn("ask", nodes("show", "a/sub.one/y"))
        self.assertIn("sub.one", nodes("impact", "a/ask/y"))

    def test_enough_of_them(self):
        """What failed inside is no failure of the run, nor does anything wait for it."""
        self.child({"some": task("test $n != 2; echo $n > $y", {"n": "int"}, {"y": "int"})},
                   {"one": {"task": "some", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$one.y"})
        tasks = {"sum": task("exit 1", {"ns": "list<int?>"}, {"y": "int"})}
        nodes = {"sub": {"workflow": "inner.yaml", "map": {"n": [1, 2, 3]}, "each": {"min_success": 2}},
                 "last": {"task": "sum", "with": {"ns": "$sub.y"}}, "never": {"task": "sum", "with": {"ns": "$sub.y"}, "after": ["last"]}}
        path = self.define(tasks, nodes)
        self.run_file(path, "--name", "a", "--junit", self.path("report.xml"), code=1)
        self.assertEqual(self.read("report.xml").count("<failure"), 1)
        found = {one["node"]: one for one in self.wf("explain", "a", "-o", "json").json["executions"]}
        self.assertEqual(found["never"]["waits_for"], ["last"])

    def test_what_was_not_begun_in_one_that_failed(self):
        """Of elements that may fail: what they are in has ended, and not the run."""
        self.child({"some": task("test $n != 0", {"n": "int"}), "t": task("true")},
                   {"a": {"task": "some", "with": {"n": "$inputs.n"}}, "b": {"task": "t", "after": ["a"]}, "c": {"task": "t", "after": ["b"]}},
                   {"n": "int"})
        path = self.define({}, {"w": {"workflow": "inner.yaml", "map": {"n": [0, 1]}, "each": {"min_success": 1}}})
        self.run_file(path, "--name", "a", "--parallelism", 1)
        out = self.wf("explain", "a").out
        self.assertRegex(out, r"(?m)^w\[0\]\.b +- +never started: it needs w\[0\]\.a, which did not end well: w\[0\]\.a: exited with code 1$")
        self.assertRegex(out, r"(?m)^w\[0\]\.c +- +never started: it needs w\[0\]\.b, which did not end well: w\[0\]\.a: exited with code 1$")

    def test_a_list_that_is_not_whole_yet(self):
        """Enough have succeeded; more may yet."""
        slow = task("test $n = 1 || until test -e %s; do sleep 0.01; done; echo $n > $y" % self.path("gate"), {"n": "int"}, {"y": "int"})
        path = self.define({"slow": slow}, {"t": {"task": "slow", "map": {"n": [1, 2]}, "each": {"min_success": 1}}}, {}, {"y": "$t.y"})
        process = self.start("run", path, "--name", "night", "--parallelism", "2")
        wait_until(lambda: self.peek("SELECT 1 FROM execution WHERE state = 'succeeded'"), "the first is done")
        self.assertRegex(self.wf("artifact", "get", "night/t/y", code=3).err, "it is running|not all of its elements")
        self.write("gate", "")
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(json.loads(self.wf("artifact", "get", "night/t/y").out), [1, 2])

    def test_an_empty_list_from_inside(self):
        self.child({}, {}, {"l": {"type": "list<int>", "default": []}}, {"l": "$inputs.l"})
        path = self.define({"double": DOUBLE}, {"sub": {"workflow": "inner.yaml"}, "m": {"task": "double", "map": {"n": "$sub.l"}}})
        self.run_file(path, "--name", "a")
        self.assertRegex(self.wf("explain", "a").out, r"(?m)^m +- +nothing to do")

    def test_a_list_inside_is_referred_to(self):
        """Of those that may be left out as well, and where the results were made by an earlier run."""
        self.child({"some": task("test $n != 2; echo $n > $y", {"n": "int"}, {"y": "int"})},
                   {"part": {"task": "some", "map": {"n": "$inputs.ns"}, "each": {"min_success": 2}}}, {"ns": "list<int>"}, {"ys": "$part.y"})
        path = self.define({}, {"sub": {"workflow": "inner.yaml", "with": {"ns": [1, 2, 3]}}}, outputs={"ys": "$sub.ys"})
        for name in ("a", "b"):
            self.run_file(path, "--name", name)
            self.assertEqual(json.loads(self.wf("artifact", "get", name + "/sub.part/y").out), [1, None, 3])

    def test_a_driver_that_dies(self):
        gate = "until test -e %s; do sleep 0.01; done" % self.path("gate")
        self.child({"double": DOUBLE, "wait": task("%s; echo $n > $y" % gate, {"n": "int"}, {"y": "int"})},
                   {"one": {"task": "double", "with": {"n": "$inputs.n"}},
                    "two": {"task": "wait", "with": {"n": "$one.y"}}}, {"n": "int"}, {"y": "$two.y"})
        path = self.define({"double": DOUBLE}, {"sub": {"workflow": "inner.yaml", "map": {"n": [1, 2]}},
                                                "last": {"task": "double", "map": {"n": "$sub.y"}}}, outputs={"y": "$last.y"})
        process = self.start("run", path, "--name", "night", "--parallelism", "4")
        wait_until(lambda: self.peek("SELECT count(*) FROM node WHERE state = 'running'") == [(2,)], "both wait")
        self.kill_driver(process)
        self.write("gate", "")
        done = self.wf("resume", "night", "-o", "json")
        self.assertEqual((done.code, done.json["outputs"]), (0, {"y": [4, 8]}))
        self.assertEqual(self.query("SELECT count(*) FROM attempt WHERE node LIKE '%.one'"), [(2,)])
        self.wf("event", "verify")
        self.wf("store", "check", "--contents")

    def test_values_that_do_not_fit(self):
        self.child({"double": DOUBLE}, {"one": {"task": "double", "with": {"n": "$inputs.n"}}},
                   {"n": {"type": "int", "max": 10}}, {"y": "$one.y"})
        path = self.define({}, {"sub": {"workflow": "inner.yaml", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$sub.y"})
        done = self.run_file(path, "-i", "n=11", "--name", "a", code=1).json
        self.assertEqual((done["cause"]["node"], done["cause"]["code"]), ("sub", "WF-E3214"))
        self.assertEqual(self.rows("a"), [("sub", -1, "failed")])

    def test_a_workflow_without_nodes(self):
        self.child({}, {}, {"n": "int"}, {"y": "$inputs.n"})
        path = self.define({}, {"sub": {"workflow": "inner.yaml", "map": {"n": [1, 2]}}}, outputs={"y": "$sub.y"})
        self.assertEqual(self.run_file(path).json["outputs"], {"y": [1, 2]})

    def test_results_inside_are_referred_to(self):
        self.run_file(self.chain(map={"n": "$inputs.ns"}), "--name", "a")
        self.assertEqual(self.wf("artifact", "get", "a/sub[1].two/y").out.strip(), "8")
        probe = self.define({"double": DOUBLE}, {"d": {"task": "double", "with": {"n": "$inputs.n"}}}, {"n": "int"},
                            {"y": "$d.y"}, file="other.yaml", name="other")
        reference = "wf:default/development/a/sub[1].two/y"
        self.assertEqual(self.run_file(probe, "-i", "n=" + reference).json["outputs"], {"y": 16})
        self.assertIn("sub[1].two", self.wf("artifact", "get", "a/sub[1]/y", code=3).err)


class Definitions(WfTest):
    def lint(self, code=2):
        return self.wf("lint", self.path("probe.yaml"), "-o", "json", code=code).json["diagnostics"]

    def codes(self):
        return [one["code"] for one in self.lint()]

    def test_mistakes(self):
        self.define({"double": DOUBLE}, {"d": {"task": "double", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$d.y"},
                    name="inner", file="inner.yaml")
        for nodes, code in (({"sub": {"workflow": "inner.yaml"}}, "WF-E1308"),
                            ({"sub": {"workflow": "inner.yaml", "with": {"m": 1, "n": 1}}}, "WF-E1310"),
                            ({"sub": {"workflow": "inner.yaml", "with": {"n": "x"}}}, "WF-E1108"),
                            ({"sub": {"workflow": "inner.yaml", "with": {"n": 1}},
                              "more": {"workflow": "inner.yaml", "with": {"n": "$sub.z"}}}, "WF-E1302"),
                            ({"sub": {"workflow": "none.yaml"}}, "WF-E1401"),
                            ({"sub": {"workflow": "../../none.yaml"}}, "WF-E1402"),
                            ({"sub": {"workflow": "/etc/none.yaml"}}, "WF-E1402"),
                            ({"sub": {"workflow": "probe.yaml"}}, "WF-E1355"),
                            ({"sub": {"workflow": "inner@v1"}}, "WF-E1357"),
                            ({"sub": {"workflow": "inner@latest"}}, "WF-E1359"),
                            *(({"sub": {"workflow": text}}, "WF-E1359")
                              for text in ("inner@", "Inner@v1", "inner@v:1", "inner@v1@v2", "a/inner@v1", "a/b/c/inner@v1")),
                            *(({"sub": {"task": text}}, "WF-E1359") for text in ("#double@v1", "inner#T@v1", "inner#@v1")),
                            ({"sub": {"with": {"n": 1}}}, "WF-E1353"),
                            ({"sub": {"workflow": "inner.yaml", "task": "t", "with": {"n": 1}}}, "WF-E1354")):
            self.define({"t": task("true", {}, {})} if code == "WF-E1354" else {}, nodes)
            self.assertIn(code, self.codes(), nodes)
        os.symlink(self.path("inner.yaml"), self.path("link.yaml"))
        self.define({}, {"sub": {"workflow": "link.yaml", "with": {"n": 1}}})
        self.assertEqual(self.codes(), ["WF-E1403"])

    def test_mistakes_inside_are_shown_where_they_are(self):
        self.write("lib/inner.yaml", "wf: v1\nname: inner\nnodes: {n: {task: nope}}\n")
        self.define({}, {"a": {"workflow": "lib/inner.yaml"}, "b": {"workflow": "lib/inner.yaml"}})
        found = self.lint()
        self.assertEqual([(one["code"], os.path.relpath(one["place"]["file"], self.folder), one["place"]["line"]) for one in found],
                         [("WF-E1307", "lib/inner.yaml", 3)])

    def test_circles(self):
        self.define({}, {"n": {"workflow": "b.yaml"}}, name="a", file="a.yaml")
        self.define({}, {"n": {"workflow": "a.yaml"}}, name="b", file="b.yaml")
        out = self.wf("lint", self.path("a.yaml"), code=2).out
        self.assertIn("a.yaml -> b.yaml -> a.yaml", out)

    def test_levels_are_bounded(self):
        for level in range(40):
            self.define({}, {"n": {"workflow": "%d.yaml" % (level + 1)}}, name="w", file="%d.yaml" % level)
        out = self.wf("lint", self.path("0.yaml"), code=2).out
        self.assertIn("nested more than 32 deep [WF-E1356]", out)

    def test_only_what_runs_is_identity(self):
        inner = document("inner", {"double": DOUBLE}, {"d": {"task": "double", "with": {"n": "$inputs.n"}}}, {"n": "int"},
                         {"y": "$d.y"})
        digest = lambda: self.wf("digest", self.path("probe.yaml")).out.split()[0]
        self.write("inner.yaml", inner)
        self.define({}, {"sub": {"workflow": "inner.yaml", "with": {"n": 1}}})
        first = digest()
        self.write("elsewhere.yaml", "# the same\n" + inner)
        self.define({}, {"sub": {"workflow": "elsewhere.yaml", "with": {"n": 1}}})
        self.assertEqual(digest(), first)
        self.write("elsewhere.yaml", inner.replace("2 * n", "3 * n"))
        self.assertNotEqual(digest(), first)


class Lock(WfTest):
    def setUp(self):
        super().setUp()
        self.define({"double": DOUBLE}, {"d": {"task": "double", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$d.y"},
                    name="inner", file="inner.yaml")
        self.wf("register", self.path("inner.yaml"), "--label", "v1")
        self.probe = self.define({}, {"sub": {"workflow": "inner@v1", "with": {"n": 4}}}, outputs={"y": "$sub.y"})

    def test_pinned_and_run(self):
        self.assertIn("wf lock", self.wf("run", self.probe, code=2).err)
        self.assertEqual(self.wf("lock", "--check", self.probe, "-o", "json", code=11).json["references"][0]["result"], "new")
        self.assertFalse(os.path.exists(self.path("wf.lock")))
        self.wf("lock", self.probe)
        self.wf("lock", "--check", self.probe)
        self.assertEqual(self.run_file(self.probe).json["outputs"], {"y": 8})
        by_file = self.define({}, {"sub": {"workflow": "inner.yaml", "with": {"n": 4}}}, outputs={"y": "$sub.y"},
                              file="by_file.yaml")
        self.assertEqual(*(self.wf("digest", path).out for path in (self.probe, by_file)))

    def test_every_form_of_a_reference(self):
        digest = self.wf("digest", self.path("inner.yaml")).out.split()[0].split(":")[-1]
        for form in ("inner@sha256:" + digest, "inner@" + digest, "inner@sha256:" + digest[:8], "inner@" + digest[:8].upper(),
                     "default/development/inner@v1"):
            probe = self.define({}, {"sub": {"workflow": form, "with": {"n": 4}}}, outputs={"y": "$sub.y"})
            self.wf("lock", probe)
            self.assertEqual(self.run_file(probe).json["outputs"], {"y": 8}, form)
        for form, why in (("inner@", "nothing follows"), ("@v1", "name is missing"), ("a/inner@v1", "a project and a domain"),
                          ("/development/inner@v1", "absolute path"), ("default//inner@v1", "a project and a domain"), ("Inner@v1", "'Inner' is no name"),
                          ("inner@sha256:12", "neither a label nor a digest"), ("a:inner@v1", "launch plan")):
            probe = self.define({}, {"sub": {"workflow": form}})
            self.assertIn(why, self.wf("lint", probe, code=2).out, form)

    def test_the_store_must_have_it(self):
        self.wf("lock", self.probe)
        self.wf("digest", self.probe)
        self.store = self.path("elsewhere")
        self.assertIn("WF-E2018", self.wf("register", self.probe, code=3).err)

    def test_a_damaged_lock(self):
        self.wf("lock", self.probe)
        text = self.read("wf.lock")
        self.write("wf.lock", text.replace('"int"', '"bool"'))
        self.assertIn("WF-E1108", self.wf("lint", self.probe, code=2).out)
        self.write("wf.lock", text.replace('"type": "int"', '"type": "int?"', 1))
        self.assertIn("WF-E2019", self.wf("register", self.probe, code=4).err)
        for arguments, code in ((["--check"], 11), ([], 0), (["--check"], 0)):
            [found] = self.wf("lock", *arguments, self.probe, "-o", "json", code=code).json["references"]
            self.assertEqual(found["result"], "unchanged" if (arguments, code) == (["--check"], 0) else "changed")
        self.write("wf.lock", json.dumps(json.loads(text)))  # laid out in another way, which says the same
        self.wf("lock", "--check", self.probe)
        for broken in ("", "{}", '{"lock":"v1","versions":[]}', '{"lock":"v1"}', "<<<<<<< ours\n" + text, '{"lock":"v1","versions":{"inner@v1":3}}'):
            self.write("wf.lock", broken)
            self.assertIn("WF-E1358", self.wf("lint", self.probe, code=2).out)
        self.wf("lock", self.probe)
        self.assertEqual(self.read("wf.lock"), text)

    def test_an_entry_of_something_else(self):
        """A lock changed by hand: what it says of a reference is about that reference."""
        self.define({"double": DOUBLE, "triple": task("echo $((3 * n)) > $y", {"n": "int"}, {"y": "int"})},
                    {"d": {"task": "double", "with": {"n": 1}}, "t": {"task": "triple", "with": {"n": 1}}}, name="inner", file="inner.yaml")
        self.wf("register", self.path("inner.yaml"), "--label", "two")
        self.define({}, {"d": {"task": "inner#double@two", "with": {"n": 4}}}, outputs={"y": "$d.y"})
        self.wf("lock", self.probe)
        text = self.read("wf.lock")
        for old, new in (('"task": "double"', '"task": "triple"'), ('"name": "inner"', '"name": "outer"')):
            self.write("wf.lock", text.replace(old, new))
            self.assertIn("is of another workflow or task", self.wf("lint", self.probe, code=2).out)
            self.assertEqual(self.wf("lock", "--check", self.probe, "-o", "json", code=11).json["references"][0]["result"], "changed")
        self.wf("lock", self.probe)
        self.assertEqual(self.read("wf.lock"), text)

    def test_latest_is_not_pinned(self):
        self.define({}, {"sub": {"workflow": "inner@latest", "with": {"n": 4}}})
        self.assertIn("cannot be pinned", self.wf("lock", "--check", self.probe, code=2).err)

    def test_what_is_not_there(self):
        self.define({}, {"sub": {"workflow": "inner@v2", "with": {"n": 4}}})
        self.assertIn("no version 'v2'", self.wf("lock", self.probe, code=3).err)
        self.define({}, {"sub": {"task": "inner#triple@v1", "with": {"n": 4}}})
        self.assertIn("its tasks are double", self.wf("lock", self.probe, code=3).err)

    def one_task_of_it(self, **more):
        return self.define({}, {"d": {"task": "inner#double@v1", **(more or {"with": {"n": 4}})}}, outputs={"y": "$d.y"})

    def test_one_task_of_it(self):
        """What it makes is what it makes anywhere, and belongs to the workflow that it is a task of."""
        path = self.one_task_of_it()
        self.assertIn("WF-E1357", self.wf("lint", path, code=2).out)
        self.wf("lock", path)
        self.assertEqual(self.run_file(path, "--name", "a").json["outputs"], {"y": 8})
        self.assertEqual(self.query("SELECT workflow, task FROM artifact"), [("inner", "double")])
        self.assertEqual(self.query("SELECT node, state FROM execution"), [("d", "succeeded")])
        self.assertEqual(self.wf("run", "inner@v1", "-i", "n=4", "-o", "json").json["this_time"]["reused"], 1)
        self.assertIn("d ", self.wf("explain", "a").out)
        self.assertIn("inner", self.wf("artifact", "show", "a/d/y").out)
        self.assertIn("inner#double@", self.wf("graph", path).out)
        self.assertEqual([one["workflow"] for one in self.wf("version", "show", "probe@latest", "--resolved", "-o", "json").json["uses"]],
                         ["inner"])
        self.wf("run", path, "--stub")
        self.wf("store", "check", "--contents")

    def test_a_task_of_it_is_mapped_and_chosen(self):
        path = self.one_task_of_it(map={"n": [1, 2]})
        self.wf("lock", path)
        self.assertEqual(self.run_file(path).json["outputs"], {"y": [2, 4]})
        path = self.define({}, {"d": {"switch": [{"when": "inputs.n > 1", "task": "inner#double@v1", "with": {"n": "$inputs.n"}},
                                                 {"fail": "too small"}]}}, {"n": "int"}, {"y": "$d.y"})
        self.assertEqual(self.run_file(path, n=3).json["outputs"], {"y": 6})

    def test_only_what_it_is_counts(self):
        """The label is only a name for it, and the version is what makes it another."""
        path = self.one_task_of_it()
        self.wf("lock", path)
        digest = self.wf("digest", path).out.split()[0]
        self.wf("register", self.path("inner.yaml"), "--label", "stable")
        self.write("probe.yaml", self.read("probe.yaml").replace("@v1", "@stable"))
        self.wf("lock", path)
        self.assertEqual(self.wf("digest", path).out.split()[0], digest)

    def test_a_workflow_is_no_task(self):
        for node, said in (({"workflow": "inner#double@v1"}, "names a task, and no workflow"),
                           ({"task": "inner@v1"}, "names a workflow, and no task")):
            self.define({}, {"d": {**node, "with": {"n": 4}}})
            found = self.wf("lint", self.probe, code=2).out
            self.assertIn("WF-E1359", found)
            self.assertIn(said, found)


class AfterAKill(WfTest):
    def test_a_workflow_that_had_succeeded_is_not_taken_for_one_that_never_began(self):
        """What runs after a failure sees what it gave; what was skipped stays skipped."""
        go = self.path("go")
        self.define({"t": task("echo 7 > $y", outputs={"y": "int"})}, {"k": {"task": "t"}}, {}, {"y": "$k.y"}, name="inner", file="inner.yaml")
        tasks = {"bad": task("exit 3"), "tidy": task("echo $y >> %s; test -e %s || sleep 1000" % (self.path("seen"), go), {"y": "int?"}), "none": task("true")}
        nodes = {"sub": {"workflow": "inner.yaml"}, "bad": {"task": "bad", "after": ["sub"]},
                 "not": {"task": "none", "after": ["sub"], "run_if": "any_failed"},
                 "tidy": {"task": "tidy", "with": {"y": "$sub.y"}, "after": ["bad"], "run_if": "all_done"}}
        process = self.start("run", self.define(tasks, nodes), "--name", "a")
        wait_until(lambda: os.path.exists(self.path("seen")), "it tidies up")
        self.kill_driver(process)
        self.write("go", "")
        self.wf("resume", "a", code=1)
        self.assertEqual(self.read("seen"), "7\n7\n")
        self.assertEqual(dict(self.query("SELECT node, state FROM node")),
                         {"sub.k": "succeeded", "bad": "failed", "not": "skipped", "tidy": "succeeded"})


if __name__ == "__main__":
    main()
