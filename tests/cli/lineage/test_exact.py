"""'Came from' is told of exactly the items, elements and files that something was made of, and of no others."""
import os

from wftest import WfTest, main, task

COPY = task('cat "$f" "$f" > "$o"', {"f": "file"}, {"o": "file"})
STEP = task("echo $((i + 1)) > $v", {"i": "int"}, {"v": "int"})
ADD = task("echo $((i + j)) > $v", {"i": "int", "j": "int"}, {"v": "int"})


class Exact(WfTest):
    def define_fixture(self):
        """Two files in one input, of which b takes the first and each element of m one; a file that only a runs."""
        for name in ("x", "y", "tool"):
            self.write(name, "the bytes of %s\n" % name)
        self.define({"a": {**task('echo a > "$o"', {}, {"o": "file"}), "sources": ["tool"]}, "b": COPY},
                    {"a": {"task": "a"}, "b": {"task": "b", "with": {"f": "$inputs.l.0"}},
                     "m": {"task": "b", "map": {"f": "$inputs.l"}}},
                    {"l": {"type": "list<file>", "default": ["x", "y"]}}, {"b": "$b.o"}, name="p", file="p.yaml")

    def path_code(self, one, other):
        return self.wf("lineage", "path", one, other, code=None).code

    def reached(self, verb, reference, kind="execution"):
        graph = self.wf("lineage", verb, reference, "--elements", "-o", "json").json
        return {one["title"] for one in graph["nodes"] if one["kind"] == kind}

    def test_two_things_of_one_run_have_no_path(self):
        self.define_fixture()
        self.wf("run", "p.yaml", "--name", "p1")
        for one, other in (("x", "y"), ("x", "tool"), ("p1/a", "x"), ("p1/b", "tool"), ("p1/b", "y"), ("p1/m[0]", "y"),
                           ("p1/m[1]", "x"), ("x", "p1/a"), ("p1/b", "p1/a")):
            self.assertEqual(self.path_code(one, other), 3, (one, other))
        for one, other in (("p1/b", "x"), ("p1/m[1]", "y"), ("p1/a", "tool"), ("p1/a", "p@latest"), ("p1", "x"), ("p1/m", "y"),
                           ("p1/b", "wf:default/development/p1/inputs/l")):
            self.assertEqual(self.path_code(one, other), 0, (one, other))
        self.assertTrue(self.wf("lineage", "path", "x", "p1").out.startswith("p1 came from x"))

    def test_only_what_took_an_item_depends_on_it(self):
        self.define_fixture()
        self.wf("run", "p.yaml", "--name", "p1")
        self.assertEqual(self.reached("impact", "y"), {"m[1]"})
        self.assertEqual(self.reached("impact", "x"), {"b", "m[0]"})
        self.assertEqual(self.reached("show", "p1/b", "input"), {"input l[0]"})
        edges = self.wf("lineage", "show", "p1/b", "-o", "json").json["edges"]
        self.assertIn("[0]", [edge["item"] for edge in edges if edge["relation"] == "input"])

    def test_a_source_leads_to_what_ran_with_it(self):
        self.define_fixture()
        self.wf("run", "p.yaml", "--name", "p1")
        self.assertEqual(self.reached("impact", "tool"), {"a"})
        self.assertEqual(self.reached("show", "p1/a", "source"), {"source tool"})

    def test_a_version_leads_to_the_runs_it_was_nested_in(self):
        self.define({"t": STEP}, {"w": {"task": "t", "with": {"i": "$inputs.k"}}}, {"k": "int"}, {"v": "$w.v"}, name="in", file="in.yaml")
        self.define({}, {"q": {"workflow": "in.yaml", "map": {"k": "$inputs.ks"}}}, {"ks": "list<int>"}, {"v": "$q.v"}, name="out",
                    file="out.yaml")
        self.wf("register", "in.yaml", "--label", "v1")
        self.wf("run", "out.yaml", "-i", "ks=[1,2]", "--name", "o1")
        self.assertEqual(self.reached("impact", "in@v1"), {"q[0].w", "q[1].w"})
        self.assertEqual(self.path_code("o1/q[0].w", "in@v1"), 0)

    def test_an_element_of_what_a_workflow_gives(self):
        self.define({"step": STEP}, {"m": {"task": "step", "map": {"i": "$inputs.ns"}}}, {"ns": "list<int>"}, {"vs": "$m.v"},
                    name="inner", file="inner.yaml")
        self.define({"step": STEP}, {"a": {"task": "step", "with": {"i": 1}}, "b": {"task": "step", "with": {"i": 5}},
                                     "sub": {"workflow": "inner.yaml", "with": {"ns": ["$a.v", "$b.v"]}},
                                     "d": {"task": "step", "with": {"i": "$sub.vs.1"}}}, None, {"d": "$d.v", "one": "$sub.vs.0"})
        self.wf("run", "probe.yaml", "--name", "r")
        self.assertEqual(self.reached("show", "r/d"), {"d", "sub.m[1]", "b"})
        self.assertEqual((self.path_code("r/d", "r/a"), self.path_code("r/d", "r/b")), (3, 0))
        self.assertEqual(self.path_code("wf:default/development/r/outputs/one", "r/b"), 3)

    def test_across_runs(self):
        self.define({"step": STEP}, {"mp": {"task": "step", "map": {"i": [1, 2, 3]}}}, name="first", file="first.yaml")
        self.wf("run", "first.yaml", "--name", "one")
        self.define({"step": task("echo other $i > $v", {"i": "int"}, {"v": "string"})},
                    {"n": {"task": "step", "with": {"i": "$inputs.a.0"}}}, {"a": "list<int>"})
        self.wf("run", "probe.yaml", "--name", "two", "-i", "a=wf:default/development/one/mp/v")
        self.assertEqual([self.path_code("two/n", "one/mp[%d]" % element) for element in range(3)], [0, 3, 3])
        self.assertEqual(self.reached("impact", "one/mp[2]"), {"mp[2]"})

    def test_each_with_each(self):
        self.define({"step": STEP, "add": ADD},
                    {"a": {"task": "step", "map": {"i": [1, 2]}}, "b": {"task": "step", "map": {"i": [7, 8, 9]}},
                     "p": {"task": "add", "map": {"i": "$a.v", "j": "$b.v"}, "each": {"combine": "product"}}})
        self.wf("run", "probe.yaml", "--name", "r")
        for element in range(6):
            self.assertEqual(self.reached("show", "r/p[%d]" % element), {"p[%d]" % element, "a[%d]" % (element // 3), "b[%d]" % (element % 3)})
        self.assertEqual(self.reached("impact", "r/b[2]"), {"b[2]", "p[2]", "p[5]"})

    def test_deeper_than_one_index(self):
        self.define({"step": STEP},
                    {"n": {"task": "step", "with": {"i": "$inputs.r.ks.1"}}, "m": {"task": "step", "map": {"i": "$inputs.r.ks"}},
                     "e": {"task": "step", "with": {"i": "$(inputs.r.ks[0] + 1)"}}},
                    {"r": {"type": {"record": {"ks": "list<int>", "s": "string"}}}})
        self.wf("run", "probe.yaml", "--name", "r", "-i", 'r={"ks":[1,7],"s":"t"}')
        self.assertEqual(self.reached("show", "r/n", "input"), {"input r.ks[1]"})
        self.assertEqual(self.reached("show", "r/m[0]", "input"), {"input r.ks[0]"})
        self.assertEqual(self.reached("show", "r/e", "input"), {"input r.ks[0]"})

    def test_two_files_of_one_folder(self):
        self.define({"make": task("echo 1 > $d/one; echo 2 > $d/two", {}, {"d": "directory"})}, {"n": {"task": "make"}}, None, {"d": "$n.d"})
        self.wf("run", "probe.yaml", "--name", "r", "--out", "here")
        folder = next(root for root, _, files in os.walk(self.path("here")) if "two" in files)
        one, two = os.path.join(folder, "one"), os.path.join(folder, "two")
        self.assertEqual((self.path_code(one, two), self.path_code(one, "r/n"), self.path_code(one, folder)), (3, 0, 0))


class Compared(WfTest):
    """wf lineage diff compares the nodes that it is asked about, and says when it cannot."""

    def setUp(self):
        super().setUp()
        self.define({"t": task("echo $k > $v", {"k": "int"}, {"v": "int"})}, {"w": {"task": "t", "with": {"k": "$inputs.k"}}}, {"k": "int"},
                    {"v": "$w.v"}, name="in", file="in.yaml")
        self.define({}, {"q": {"workflow": "in.yaml", "map": {"k": "$inputs.ks"}}}, {"ks": "list<int>"}, {"v": "$q.v"}, name="out",
                    file="out.yaml")
        for name, ks in (("o1", "[1,2,1]"), ("o2", "[1,9,1]")):
            self.wf("run", "out.yaml", "-i", "ks=" + ks, "--name", name)

    def diff_code(self, one, other):
        return self.wf("lineage", "diff", one, other, code=None).code

    def test_what_is_not_there(self):
        for one, other in (("o1/typo", "o2/typo"), ("o1/q[7]", "o2/q[7]"), ("o1/q.w", "o2/q.w"), ("o1/q[0].typo", "o2/q[0].typo")):
            self.assertEqual(self.diff_code(one, other), 3, (one, other))

    def test_a_node_that_runs_a_workflow(self):
        self.assertEqual([self.diff_code("o1/q[%d]" % i, "o2/q[%d]" % i) for i in range(3)], [0, 11, 0])
        self.assertEqual(self.diff_code("o1/q", "o2/q"), 11)
        self.assertIn("1 of 3 differs", self.wf("lineage", "diff", "o1/q", "o2/q", code=11).out)

    def test_two_places_of_one_run(self):
        self.assertEqual(self.diff_code("o1/q[0].w", "o1/q[1].w"), 11)
        self.assertEqual(self.diff_code("o1/q[0]", "o1/q[1]"), 11)
        self.assertEqual(self.diff_code("o1/q[0].w", "o1/q[2].w"), 0)
        self.define({"one": task("echo 1 > $v", outputs={"v": "int"}), "two": task("echo 2 > $v", outputs={"v": "int"})},
                    {"a": {"task": "one"}, "b": {"task": "two"}, "c": {"task": "two"}})
        self.wf("run", "probe.yaml", "--name", "r")
        self.assertEqual((self.diff_code("r/a", "r/b"), self.diff_code("r/b", "r/c"), self.diff_code("r/a", "r/a")), (11, 0, 0))

    def test_what_has_not_ended(self):
        ready = [self.fifo(name) for name in ("one.ready", "two.ready")]
        self.define({"first": task("echo 1 > $x", outputs={"x": "int"}),
                     "wait": task("test -e %s.seen && echo up > %s || { touch %s.seen; echo up > %s; }; exec sleep 1000" % (
                         self.path("s"), ready[1], self.path("s"), ready[0]), {"x": "int"}, {"y": "int"}, cache=False)},
                    {"first": {"task": "first"}, "wait": {"task": "wait", "with": {"x": "$first.x"}}})
        for name, pipe in zip(("s1", "s2"), ready):
            self.start("run", "probe.yaml", "--name", name)
            self.hear(pipe)
        self.assertEqual(self.wf("lineage", "diff", "s1", "s2", code=10).out, "")
        self.assertIn("WF-E6108", self.wf("lineage", "diff", "s1/wait", "s2/wait", code=10).err)
        for run in ("s1", "s2"):
            self.wf("abort", run, code=None)

    def test_a_run_without_a_driver_says_so(self):
        ready = self.fifo("ready")
        self.define({"first": task("echo 1 > $x", outputs={"x": "int"}),
                     "wait": task("echo up > %s; exec sleep 1000" % ready, {"x": "int"}, {"y": "int"}),
                     "after": task("cat $y > $z", {"y": "int"}, {"z": "int"})},
                    {"first": {"task": "first"}, "wait": {"task": "wait", "with": {"x": "$first.x"}},
                     "after": {"task": "after", "with": {"y": "$wait.y"}}})
        driver = self.start("run", "probe.yaml", "--name", "lost")
        self.hear(ready)
        self.assertFalse(self.wf("explain", "lost", "-o", "json").json["driver_dead"])
        driver.kill()
        driver.wait()
        self.assert_no_process()
        self.assertTrue(self.wf("explain", "lost", "-o", "json").json["driver_dead"])
        explained = self.wf("explain", "lost").out
        self.assertIn("not started yet: the run's driver is dead; go on with: wf resume", explained)
        for command in (("explain", "lost"), ("lineage", "show", "lost/first")):
            self.assertIn("driver dead: wf resume", self.wf(*command).out, command)

    def test_an_element_of_a_workflow_is_explained(self):
        whole = self.wf("explain", "o1", "-o", "json").json["executions"]
        part = self.wf("explain", "o1", "q[1]", "-o", "json").json["executions"]
        told = [(one["node"], one["state"], one["ran"]) for one in whole if one["node"] == "q[1].w"]
        self.assertEqual([(one["node"], one["state"], one["ran"]) for one in part], told)
        self.assertEqual(told[0][1:], ("succeeded", True))
        self.assertIn("it has 3, counted from 0", self.wf("explain", "o1", "q[5]", code=3).err)


if __name__ == "__main__":
    main()
