"""`wf explain`: the words for each way in which a node execution can come about, or not."""
import json
import os

from wftest import DEADLINE, WfTest, call, main, task, wait_until


class Explain(WfTest):
    def told(self, *arguments):
        executions = self.wf("explain", *arguments, "-o", "json").json["executions"]
        return {one["node"] if one["element"] is None else "%s[%d]" % (one["node"], one["element"]): one for one in executions}

    def whys(self, *arguments):
        return {name: one["why"] for name, one in self.told(*arguments).items()}

    def text(self, *arguments):
        return self.wf("explain", *arguments).out

    def chain(self, script="cat $k > $y", first="echo $n > $k", **more):
        """first -> every (mapped over ks) -> last."""
        return self.define(
            {"first": task(first, {"n": "int"}, {"k": "file"}), "every": task(script, {"k": "file", "i": "int"}, {"y": "file"}, **more),
             "last": task("ls $all > $z", {"all": "list<file>"}, {"z": "string"})},
            {"first": {"task": "first", "with": {"n": "$inputs.n"}},
             "every": {"task": "every", "map": {"i": "$inputs.is"}, "with": {"k": "$first.k"}},
             "last": {"task": "last", "with": {"all": "$every.y"}}},
            {"n": {"type": "int", "default": 1}, "is": {"type": "list<int>", "default": [1, 2, 3]}})


class Words(Explain):
    def test_first_time_then_reused(self):
        path = self.chain()
        self.run_file(path, "--name", "one")
        self.assertEqual(set(self.whys("one").values()), {"first_time"})
        self.assertRegex(self.text("one"), r"(?m)^every\[0…2\] +succeeded +first time: the cache had no result of probe's task every$")
        self.run_file(path, "--name", "two")
        told = self.told("two")
        self.assertEqual({one["why"] for one in told.values()}, {"reused"})
        self.assertEqual(told["every[1]"]["earlier"]["element"], 1)
        tail = self.told("one")["first"]["cache_key"]
        self.assertEqual(told["first"]["cache_key"], tail)
        self.assertRegex(self.text("two"), r"(?m)^every\[0…2\] +reused +same key as in run [0-9a-f]{12}$")

    def test_elements_that_changed_stand_apart(self):
        path = self.chain()
        self.run_file(path, "--name", "one")
        self.run_file(path, "--name", "two", **{"is": [1, 5, 3]})
        self.assertEqual(self.whys("two"), {"first": "reused", "every[0]": "reused", "every[1]": "key_changed", "every[2]": "reused",
                                            "last": "reused"})
        out = self.text("two")
        self.assertRegex(out, r"(?m)^every\[0,2\] +reused")
        self.assertRegex(out, r"(?m)^every\[1\] +succeeded +since run [0-9a-f]{12}: inputs.i 2 -> 5$")
        out = self.text("two", "every[1]")
        self.assertIn("before  2  (input is, its default)", out)
        self.assertIn("after   5  (input is, given as value)", out)

    def test_tried_before_without_a_result(self):
        path = self.chain("test $i != 2 && echo > $y")
        self.run_file(path, "--name", "one", code=1)
        self.run_file(path, "--name", "two", code=1)
        told = self.told("two")
        self.assertEqual((told["first"]["why"], told["every[1]"]["why"]), ("reused", "tried_before"))
        self.assertEqual((told["every[1]"]["tried"]["state"], told["every[1]"]["differences"]), ("failed", []))
        self.assertRegex(self.text("two"), r"every\[1\] +failed +again: the same key failed in run [0-9a-f]{12};")
        self.assertIn("again: the same key failed in run", self.wf("run", "-n", path).out)

    def test_switch_that_takes_another_case(self):
        path = self.define({name: task("echo %s > $y" % name, outputs={"y": "string"}) for name in ("left", "right")},
                           {"s": {"switch": [{"when": "inputs.n == 1", "task": "left"}, {"task": "right"}]}}, {"n": "int"})
        self.run_file(path, "--name", "one", n=1)
        self.run_file(path, "--name", "two", n=2)
        self.assertRegex(self.text("two"), r"since run [0-9a-f]{12}, which ran task left: script changed$")

    def test_the_version_of_the_cache_is_named_as_such(self):
        for name in ("one", "two"):
            self.run_file(self.one_task("echo 1 > $y", {}, {"y": "int"}, cache={"version": name}), "--name", name)
        self.assertRegex(self.text("two"), r'cache version "one" -> "two"')
        self.assertRegex(self.text("two", "t"), r"(?m)^    cache version$")
        self.assertEqual([part["part"] for part in self.told("two")["t"]["differences"]], ["version"])

    def test_each_place_of_a_value_with_where_it_came_from(self):
        tasks = {"one": task("echo $n > $o", {"n": "int"}, {"o": "int"}),
                 "join": task("cat $parts > $all", {"parts": "list<int>"}, {"all": "string"})}
        nodes = {name: {"task": "one", "with": {"n": "$inputs." + name}} for name in "abc"}
        nodes["join"] = {"task": "join", "with": {"parts": ["$a.o", "$b.o", 7, "$c.o"]}}
        path = self.define(tasks, nodes, {name: "int" for name in "abc"})
        self.run_file(path, "--name", "one", a=1, b=2, c=3)
        self.run_file(path, "--name", "two", a=4, b=2, c=6)
        page = self.text("two", "join")
        self.assertIn("    inputs.parts[0]\n      before  1  (a.o)\n      after   4  (a.o)\n"
                      "    inputs.parts[3]\n      before  3  (c.o)\n      after   6  (c.o)\n", page)
        self.assertNotIn("b.o", page)
        detail, = self.told("two", "join")["join"]["detail"]["differences"]
        self.assertEqual([(one["node"], one["place"]) for one in detail["after_from"]], [("a", "[0]"), ("b", "[1]"), ("c", "[3]")])

    def test_values_are_looked_into(self):
        path = self.one_task("cat $f/* > $y", {"f": "list<file>", "m": "map<duration>"}, {"y": "file"})
        one, two, three = (self.write(name, name) for name in ("a", "b", "c"))
        self.run_file(path, "--name", "one", f=[one, two], m={"a": "1m", "b": "1h"})
        self.run_file(path, "--name", "two", f=[one, three], m={"a": "2m", "b": "2h"})
        self.assertIn('inputs.f[1] changed; inputs.m.a "1m" -> "2m", and 1 more\n', self.text("two"))
        self.assertRegex(self.text("two", "t"), r"inputs\.f\[1\]\n +before  sha256:[0-9a-f]{64}  \(input f, ")
        f, m = self.told("two", "t")["t"]["differences"]
        self.assertEqual(m["after"], {"a": "2m", "b": "2h"})
        self.assertTrue(all(digest.startswith("sha256:") for digest in f["before"] + f["after"]))
        self.assertRegex(self.wf("lineage", "diff", "one", "two", code=11).out, r"(?s)inputs\n  f\[1\]  sha256:.*  m\.a  \"1m\" -> \"2m\", and 1 other")

    def test_inputs_that_count_again(self):
        def define(cache):
            return self.one_task("echo > $y", {"n": "int"}, {"y": "file"}, cache=cache)
        self.run_file(define({"ignore": {"inputs": ["n"]}}), "--name", "one", n=1)
        self.run_file(define({}), "--name", "two", n=1)
        self.assertIn("inputs.n no longer ignored", self.text("two"))
        self.assertIn("      before  ignored by the task\n      after   1", self.text("two", "t"))
        self.assertEqual([one["change"] for one in self.told("two", "t")["t"]["differences"]], ["no_longer_ignored"])

    def test_cache_off_for_both_reasons(self):
        path = self.define({"off": task("echo 1 > $x", outputs={"x": "int"}, cache=False), "no": task("true")},
                           {"off": {"task": "off"}, "no": {"task": "no"}})
        self.run_file(path, "--name", "one")
        self.assertEqual(self.whys("one"), {"off": "cache_off", "no": "no_outputs"})
        self.assertIn("cache off: the task says 'cache: false'", self.text("one"))
        self.assertIn("cache off: the task has no outputs", self.text("one"))

    def test_refreshed_and_gone(self):
        path = self.one_task("yes | head -c 100000 > $y", outputs={"y": "file"})
        first = self.run_file(path).json["run"]
        self.run_file(path, "--refresh", "--name", "fresh")
        one = self.told("fresh")["t"]
        self.assertEqual((one["why"], one["earlier"]["run"]), ("refreshed", first))
        for folder, _, names in os.walk(self.store + "/objects"):
            for name in names:
                if os.path.getsize(os.path.join(folder, name)) == 100000:
                    os.remove(os.path.join(folder, name))
        self.run_file(path, "--name", "again")
        self.assertEqual(self.whys("again"), {"t": "output_gone"})
        self.assertIn("output gone: the bytes of the result of run", self.text("again"))

    def test_a_failure_is_explained_like_a_success(self):
        """No result is kept of it, and still its key is known part by part."""
        self.run_file(self.chain(), "--name", "one")
        self.run_file(self.chain("cat $k > $y; false"), "--name", "two", "--parallelism", "1", code=1)
        told = self.told("two")
        one = told["every[0]"]
        self.assertEqual((one["why"], one["state"], [d["item"] for d in one["differences"]]), ("key_changed", "failed", ["script"]))
        self.assertEqual({told["every[1]"]["why"], told["every[2]"]["why"], told["last"]["why"]}, {"never_started"})
        self.assertEqual(told["last"]["waits_for"], ["every"])
        out = self.text("two")
        self.assertIn("failed: exited with code 1", out)
        self.assertIn("never started: it needs every, which did not end well", out)
        self.assertIn("never started: the run ended before: every[0]: exited with code 1", out)
        out = self.text("two", "every[0]")
        self.assertIn("-cat $k > $y\n      \\ No newline at end of file\n      +cat $k > $y; false", out)
        self.assertEqual(self.query("SELECT count(*) FROM node WHERE parts IS NOT NULL"), [(1,)])
        self.wf("store", "check", "--contents")

    def test_a_failure_before_any_attempt(self):
        path = self.define({"t": task("echo 1 > $x", {"a": "int", "b": "int"}, {"x": "int"})},
                           {"t": {"task": "t", "map": {"a": "$inputs.a", "b": "$inputs.b"}}}, {"a": "list<int>", "b": "list<int>"})
        self.run_file(path, "--name", "one", code=1, a=[1], b=[1, 2])
        self.assertEqual(self.whys("one"), {"t": "not_asked"})
        self.assertIn("it failed before anything could be looked up; failed: the lists mapped over differ", self.text("one"))

    def test_an_empty_map(self):
        self.run_file(self.chain(), "--name", "one", **{"is": []})
        self.assertEqual(self.whys("one"), {"first": "first_time", "every": "empty_map", "last": "first_time"})

    def test_the_same_key_within_one_run(self):
        path = self.define({"t": task("echo $n > $x", {"n": "int"}, {"x": "int"})},
                           {"a": {"task": "t", "with": {"n": 1}}, "b": {"task": "t", "with": {"n": "$a.x"}}})
        self.run_file(path, "--name", "one")
        self.assertEqual(self.whys("one"), {"a": "first_time", "b": "reused"})
        self.assertRegex(self.text("one"), r"(?m)^b +reused +same key as a of this run$")
        self.assertIn('~ node: "a" -> "b"', self.text("one", "b"))

    def test_a_result_that_was_taken_away_by_hand(self):
        path = self.one_task("echo $n > $y", {"n": "int"}, {"y": "int"}, defaults={"n": 1})
        self.run_file(path)
        self.run_file(path, "--name", "two", n=2)
        self.tamper("DELETE FROM cache_entry WHERE inputs = '{\"n\":2}'")
        one = self.told("two")["t"]
        self.assertEqual((one["why"], one["differences"]), ("key_changed", []))
        self.assertIn("what it was made of is not kept", self.text("two"))


class Constraints(Explain):
    def test_a_result_that_is_not_allowed_any_more(self):
        for name, most in (("one", 5), ("two", 2)):
            self.define({"t": task("echo 3 > $c", outputs={"c": {"type": "int", "max": most}})}, {"a": {"task": "t"}})
            self.wf("run", "probe.yaml", "--name", name, code=0 if name == "one" else 1)
        self.assertEqual(self.whys("two"), {"a": "output_broken"})
        self.assertIn("constraints changed: ", self.text("two"))
        self.assertEqual(self.query("SELECT lookup FROM node ORDER BY started_us"), [("miss",), ("broken",)])


class Meanwhile(Explain):
    def waiting(self, **more):
        self.ready = self.fifo("ready")
        script = "echo up > %s; until test -e %s; do sleep 0.01; done; date +%%N > $x" % (self.ready, self.path("go"))
        return self.define({"t": task(script, {"n": "int"}, {"x": "string"}), "u": task("echo $x > $y", {"x": "string"}, {"y": "string"})},
                           {"a": {"task": "t", "with": {"n": 1}}, "b": {"task": "u", "with": {"x": "$a.x"}}}, **more)

    def test_a_run_that_goes_on(self):
        process = self.start("run", self.waiting(), "--name", "one")
        self.hear(self.ready)
        wait_until(lambda: self.query("SELECT 1 FROM node"), "the attempt is in the store")
        told = self.told("one")
        self.assertEqual((told["a"]["why"], told["a"]["state"]), ("first_time", "running"))
        self.assertEqual((told["b"]["why"], told["b"]["waits_for"]), ("waiting", ["a"]))
        self.assertIn("not started yet: it waits for a", self.text("one"))
        self.write("go", "")
        self.assertEqual(self.finish(process).code, 0)

    def test_a_run_that_waits_for_another(self):
        path = self.waiting()
        first = self.start("run", path, "--name", "one")
        self.hear(self.ready)
        second = self.start("run", path, "--name", "two")
        self.hear_waiting(second)
        self.assertEqual(self.whys("two"), {"a": "waiting", "b": "waiting"})
        self.assertRegex(self.text("two"), r"it waits for run \w+, which is making the same result")
        self.write("go", "")
        for process in (first, second):
            self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.whys("two")["a"], "reused")

    def test_a_lost_race(self):
        """The second does not wait, since the lease of the first is over."""
        path = self.waiting()
        processes = []
        for name in ("one", "two"):
            processes.append(self.start("run", path, "--name", name))
            self.hear(self.ready)
            wait_until(lambda: self.query("SELECT 1 FROM node n JOIN run r ON r.id = n.run WHERE r.name = ?", name),
                       "the attempt is in the store")
            self.tamper("UPDATE run SET lease_ns = 1")
        self.write("go", "")
        for process in processes:
            self.assertEqual(self.finish(process).code, 0)
        by_why = {self.told(name)["a"]["why"]: self.told(name)["a"] for name in ("one", "two")}
        self.assertEqual(set(by_why), {"first_time", "lost_race"})
        lost = by_why["lost_race"]
        self.assertTrue(lost["ran"])
        self.assertEqual(lost["cache_key"], by_why["first_time"]["cache_key"])

    def test_a_resumed_run(self):
        script = "echo up > %s; cat %s" % (self.fifo("ready"), self.fifo("gate"))
        path = self.define({"t": task("echo 1 > $x", outputs={"x": "int"}), "u": task(script, {"x": "int"}, {"y": "int?"})},
                           {"a": {"task": "t"}, "b": {"task": "u", "with": {"x": "$a.x"}}})
        process = self.start("run", path, "--name", "one")
        self.hear(self.path("ready"))
        self.kill_driver(process)
        resumed = self.start("resume", "one")
        self.hear(self.path("ready"))
        self.write("gate", "")
        self.assertEqual(self.finish(resumed).code, 0)
        told = self.told("one")
        self.assertEqual((told["a"]["driver"], told["b"]["driver"]), (1, 2))
        self.assertRegex(self.text("one"), r"(?m)^a .*; done before the run was resumed$")

    def test_what_a_resumed_run_reused(self):
        """Its first driver began to make it, and died; another run has made it since."""
        script = "echo up > %s; cat %s; echo 1 > $y" % (self.fifo("ready"), self.fifo("gate"))
        path = self.define({"t": task(script, outputs={"y": "int"})}, {"a": {"task": "t"}})
        process = self.start("run", path, "--name", "one")
        self.hear(self.path("ready"))
        self.kill_driver(process)
        other = self.start("run", path, "--name", "two")
        self.hear(self.path("ready"))
        self.write("gate", "")
        self.assertEqual(self.finish(other).code, 0)
        self.wf("resume", "one")
        told = self.told("one")["a"]
        self.assertEqual((told["why"], told["state"], told["driver"]), ("reused", "reused", None))
        self.assertRegex(self.text("one"), r"(?m)^a +reused +same key as in run \w+$")


class Forms(Explain):
    def test_forms_agree(self):
        self.run_file(self.chain(), "--name", "one")
        whole = self.wf("explain", "one", "-o", "json").json
        lines = [json.loads(line) for line in self.wf("explain", "one", "-o", "jsonl").out.splitlines()]
        self.assertEqual(lines, whole["executions"])
        self.assertEqual([one["node"] for one in lines], ["first", "every", "every", "every", "last"])
        self.assertIn('"why": "first_time"', self.wf("explain", "one", "-o", "yaml").out)
        self.assertEqual((whole["workflow"], whole["state"], whole["drivers"]), ("probe", "succeeded", 1))
        detail = self.wf("explain", "one", "every[1]", "-o", "json").json["executions"]
        self.assertEqual([(one["element"], one["detail"]["differences"]) for one in detail], [(1, [])])

    def test_what_differs_without_counting(self):
        def define(workflow, description, node, env):
            return self.define({"t": task("echo $n > $y", {"n": "int", "note": "string"}, {"y": "int"}, description=description, env=env,
                                          cache={"ignore": {"inputs": ["note"], "parts": ["env"]}})},
                               {node: {"task": "t", "with": {"n": "$inputs.n", "note": "$inputs.note"}}},
                               {"n": "int", "note": "string"}, name=workflow)
        self.run_file(define("one", "before", "a", {"A": "1"}), n=1, note="x")
        self.run_file(define("two", "after", "b", {"A": "2"}), "--name", "again", n=1, note="y")
        one, = self.wf("explain", "again", "b", "-o", "json").json["executions"]
        changes = {change["path"]: (change["before"], change["after"]) for change in one["detail"]["not_in_key"]}
        self.assertEqual(set(changes), {"workflow", "version", "node", "inputs.note", "description.task", "task.env.A"})
        self.assertEqual([changes[place] for place in ("workflow", "node", "inputs.note", "description.task", "task.env.A")],
                         [("one", "two"), ("a", "b"), ("x", "y"), ("before", "after"), ("1", "2")])
        self.assertEqual((one["detail"]["ignored_inputs"], one["detail"]["ignored_parts"]), (["note"], ["env"]))
        out = self.text("again", "b")
        self.assertIn("  ignored  inputs note; parts env, as the task says\n", out)
        self.assertIn('    ~ inputs.note: "x" -> "y"\n', out)

    def test_unknown_nodes(self):
        self.run_file(self.chain(), "--name", "one")
        for node, message in (("ever", "did you mean 'every'"), ("every[3]", "it has 3, counted from 0"),
                              ("first[0]", "it is not mapped"), ("zzzzzz", "its nodes are first, every, last")):
            done = self.wf("explain", "one", node, code=3)
            self.assertIn(message, done.err)
        self.assertIn("WF-E6004", self.wf("explain", "one", "First!", code=3).err)
        self.assertIn("WF-E6002", self.wf("explain", "two", code=3).err)

    def nested(self, script, ks, **more):
        """A workflow that runs `script` as a and then as b, for each of ks."""
        self.define({"a": task(script, {"k": "string"}, {"y": "string"}, cache=False)},
                    {"a": {"task": "a", "with": {"k": "$inputs.k"}}, "b": {"task": "a", "with": {"k": "$a.y"}}}, {"k": "string"},
                    name="inner", file="inner.yaml", **more)
        return self.define({"z": task("true")}, {"q": {"workflow": "inner.yaml", "map": {"k": ks}, "each": {"parallelism": 1}},
                                                 "z": {"task": "z", "after": ["q"]}}, file="outer.yaml")

    def test_elements_whose_workflow_never_began(self):
        self.run_file(self.nested("exit 1", ["1", "2", "3"]), "--name", "n", code=1)
        self.assertEqual(self.whys("n"), {"q[0].a": "cache_off", "q[0].b": "never_started", "q[1]": "never_started",
                                          "q[2]": "never_started", "z": "never_started"})
        self.assertEqual(self.whys("n", "q[1]"), {"q[1]": "never_started"})
        self.assertIn("q[1…2]  -       never started: the run ended before: q[0].a: exited with code 1", self.text("n"))
        self.assertIn("q[1…2]  not started", self.wf("show", "n").out)
        self.assertIn("has not begun the workflow of 'q[1]'", self.wf("explain", "n", "q[1].a", code=3).err)
        self.assertIn("it has 3, counted from 0", self.wf("explain", "n", "q[7]", code=3).err)

    def test_a_node_in_each_element(self):
        """What is named without elements means all of them, to every command that takes a node."""
        self.run_file(self.nested("echo $k | tee $y", ["1", "2"]), "--name", "n")
        for name, wanted in (("q.a", ["q[0].a", "q[1].a"]), ("q[1]", ["q[1].a", "q[1].b"]), ("q[1].b", ["q[1].b"]),
                             ("q", ["q[0].a", "q[0].b", "q[1].a", "q[1].b"])):
            with self.subTest(name):
                self.assertEqual(sorted(self.whys("n", name)), wanted)
                logs = self.wf("logs", "n", name, "-o", "json").json["logs"]
                self.assertEqual(sorted(one["node"] for one in logs), wanted)
                checked = self.wf("verify-repro", "n", name, "-o", "json").json["executions"]
                self.assertEqual(sorted(one["node"] for one in checked), wanted)

    def test_an_element_in_each_workflow(self):
        self.define({"s": task("echo $k > $y", {"k": "int"}, {"y": "int"})},
                    {"score": {"task": "s", "map": {"k": [1, 2]}}, "one": {"task": "s", "with": {"k": "$inputs.k"}}}, {"k": "int"},
                    name="inner", file="inner.yaml")
        self.run_file(self.define({}, {"sub": {"workflow": "inner.yaml", "map": {"k": [1, 2]}}}), "--name", "n")
        self.assertEqual(list(self.whys("n", "sub.score[0]")), ["sub[0].score[0]", "sub[1].score[0]"])
        for name in ("sub.score[7]", "sub.one[0]", "sub.nope[0]", "sub[9].score", "sub[0].score[2]"):
            self.assertIn("WF-E6004", self.wf("explain", "n", name, code=3).err)

    def test_a_workflow_that_took_too_long(self):
        self.run_file(self.nested("sleep 1000; echo > $y", ["1"], timeout="200ms"), "--name", "n", code=1)
        self.assertEqual(self.whys("n"), {"q[0]": "workflow", "q[0].a": "cache_off", "q[0].b": "never_started", "z": "never_started"})

    def test_sources_and_origins(self):
        self.write("tool", "one\ntwo\nthree\n")
        path = self.one_task("cat tool $f > $y", {"f": "file"}, {"y": "file"}, sources=["tool"])
        self.run_file(path, f=self.write("a", "a"))
        self.write("tool", "one\n2\nthree\n")
        self.run_file(path, "--name", "two", f=self.write("b", "b"))
        out = self.text("two", "t")
        self.assertIn("      @@ -1,3 +1,3 @@\n       one\n      -two\n      +2\n       three\n", out)
        self.assertIn("(input f, given as file, read from %s)" % self.path("a"), out)
        self.assertIn("(input f, given as file, read from %s)" % self.path("b"), out)
        self.run_file(path, "--name", "three", f="wf:default/development/two/t/y")
        one, = self.wf("explain", "three", "t", "-o", "json").json["executions"]
        (origin,) = one["detail"]["differences"][0]["after_from"]
        self.assertEqual(origin["given"], "reference")
        self.assertTrue(origin["reference"].startswith("wf:default/development/"), origin)

    def test_large_and_hostile_values(self):
        path = self.one_task("echo 1 > $y", {"s": "string"}, {"y": "int"}, sources=["bin"])
        self.write("bin", b"\x00\x01")
        self.run_file(path, s="a" * 50000 + "\x1b[31mred")
        self.write("bin", b"\xff\x00")
        self.run_file(path, "--name", "two", s="a" * 50000 + "\u202eblue")
        for out in (self.text("two"), self.text("two", "t")):
            self.assertNotIn("\x1b", out)
            self.assertLess(len(out), 3000)
        self.assertIn("…aaaaaaaaaaaa\\u001b[31mred", self.text("two", "t"))
        self.assertNotIn("@@", self.text("two", "t"))

    def test_the_nearest_of_many(self):
        """Of those that differ in as little, the same element of the newest run; never what came later."""
        path = self.one_task("echo $n > $y", {"n": "int", "m": "int"}, {"y": "int"}, map_over=["n"])
        self.run_file(path, "--name", "old", n=[1, 2, 3], m=1)
        new = self.run_file(path, "--name", "new", n=[4, 5, 6], m=1).json["run"]
        self.run_file(path, "--name", "asked", n=[7, 8, 9], m=1)
        self.run_file(path, "--name", "later", n=[7, 8, 9], m=2)
        for element in range(3):
            earlier = self.told("asked", "t[%d]" % element)["t[%d]" % element]["earlier"]
            self.assertEqual((earlier["run"], earlier["element"]), (new, element))

    def test_a_wide_map_is_a_line(self):
        path = self.one_task("echo 1 > $y", {"n": "int"}, {"y": "int"}, map_over=["n"], file="wide.yaml")
        self.run_file(path, "--name", "one", n=list(range(300)))
        self.run_file(path, "--name", "two", n=list(range(300)))
        self.assertRegex(self.text("one"), r"(?m)^t\[0…299\] +succeeded +first time")
        self.assertRegex(self.text("two"), r"(?m)^t\[0…299\] +reused +same key")

    def test_a_long_chain_of_maps(self):
        """The length of each list is that of the one before: known once, or asked for twice as often at every step."""
        nodes = {"n%d" % i: {"task": "t", "map": {"n": "$n%d.y" % (i - 1) if i else "$inputs.ns"}} for i in range(40)}
        path = self.define({"t": task("echo $n > $y", {"n": "int"}, {"y": "int"})}, nodes, {"ns": "list<int>"})
        self.run_file(path, "--name", "one", ns=[1])
        done = call(self.arguments("explain", "one", "-o", "json"), cwd=self.folder, timeout=DEADLINE)
        self.assertEqual([one["why"] for one in done.json["executions"]], ["first_time"] + 39 * ["reused"])


if __name__ == "__main__":
    main()
