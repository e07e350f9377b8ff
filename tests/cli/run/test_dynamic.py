"""Dynamic tasks: what they emit is checked, recorded, run in their place, and replayed."""
import json
import os
import shutil

from wftest import WfTest, document, main, task, wait_until

DOUBLE = task("echo $((2 * n)) > $y", {"n": "int"}, {"y": "int"})


def emit(inputs, outputs, nodes, **more):
    """The text of an emitted definition."""
    return document("emitted", {}, nodes, inputs, outputs, **more)


class Dynamic(WfTest):
    def dynamic(self, text, inputs, outputs, **more):
        """A task that emits `text`."""
        return task("cat <<'END' > $definition\n%s\nEND\n" % text, inputs, outputs, dynamic=True, **more)

    def doubled(self, text=None, file="probe.yaml", nodes=None, **more):
        """A workflow whose node `fan` doubles n by what it emits; `next` doubles what that gave."""
        text = text or emit({"n": "int"}, {"y": "$one.y"}, {"one": {"task": "double", "with": {"n": "$inputs.n"}}})
        fan = self.dynamic(text, {"n": "int"}, {"y": "int"})
        nodes = nodes or {"fan": {"task": "fan", "with": {"n": "$inputs.n"}}, "next": {"task": "double", "with": {"n": "$fan.y"}}}
        return self.define({"fan": fan, "double": DOUBLE}, nodes, {"n": {"type": "int", "default": 3}}, {"y": "$next.y"},
                           file=file, **more)

    def states(self, run):
        return self.query("SELECT node, element, state FROM execution WHERE run = (SELECT id FROM run WHERE name = ?) "
                          "ORDER BY node, element", run)

    def test_what_is_emitted_runs_in_its_place(self):
        path = self.doubled()
        self.assertEqual(self.run_file(path, "--name", "a").json["outputs"], {"y": 12})
        self.assertEqual(self.states("a"), [("fan", -1, "succeeded"), ("fan.one", -1, "succeeded"), ("next", -1, "succeeded")])
        (version, parent, node), = self.query("SELECT version, parent, node FROM frame")
        self.assertEqual((parent, node), ("", "fan"))
        name, body = self.query("SELECT name, body FROM version WHERE digest = ?", version)[0]
        self.assertEqual(name, "emitted")
        self.assertEqual(json.loads(body)["nodes"]["one"]["task"]["name"], "double")
        again = self.run_file(path, "--name", "b").json
        self.assertEqual((again["this_time"]["ran"], again["this_time"]["reused"]), (0, 3))
        self.assertIn('"nodes"', self.wf("artifact", "get", "a/fan/definition").out)
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")

    def test_a_task_is_the_one_of_the_workflow_around(self):
        """The same work in and out of an emitted definition is the same, and belongs to one dataset."""
        path = self.doubled(nodes={"fan": {"task": "fan", "with": {"n": 3}}, "next": {"task": "double", "with": {"n": 3}, "after": ["fan"]}})
        self.run_file(path, "--name", "a")
        self.assertEqual(self.states("a")[2], ("next", -1, "reused"))
        rows = self.query("SELECT workflow, task FROM artifact ORDER BY task")
        self.assertEqual(rows, [("probe", "double"), ("probe", "fan")])

    def test_what_is_told_names_what_it_is_about(self):
        text = document("emitted", {"bad": task("exit 4", {}, {"y": "int"})},
                        {"one": {"task": "bad"}, "two": {"task": "double", "with": {"n": "$one.y"}}}, {"n": "int"}, {"y": "$two.y"})
        path = self.define({"fan": self.dynamic(text, {"n": "int"}, {"y": "int"}), "double": DOUBLE},
                           {"fan": {"task": "fan", "map": {"n": [1]}}}, {}, {"y": "$fan.y"})
        self.run_file(path, "--name", "a", code=1)
        told = self.wf("explain", "a").out
        self.assertRegex(told, r"fan\[0\].two +- +never started: it needs fan\[0\].one, which did not end well: fan\[0\].one: exited with code 4")
        self.run_file(self.doubled(), "--name", "b")
        self.assertRegex(self.wf("explain", "b").out, r"fan.one .*the cache had no result of probe's task double")

    def test_own_tasks_and_maps(self):
        text = document("emitted", {"triple": task("echo $((3 * n)) > $z", {"n": "int"}, {"z": "int"})},
                        {"all": {"task": "triple", "map": {"n": "$inputs.ns"}}}, {"ns": "list<int>"}, {"zs": "$all.zs"}).replace("all.zs", "all.z")
        fan = self.dynamic(text, {"ns": "list<int>"}, {"zs": "list<int>"})
        path = self.define({"fan": fan}, {"fan": {"task": "fan", "map": {"ns": [[1, 2], [], [5]]}}}, outputs={"zs": "$fan.zs"})
        self.assertEqual(self.run_file(path, "--name", "a").json["outputs"], {"zs": [[3, 6], [], [15]]})
        self.assertEqual([state for state in self.states("a") if state[0] != "fan"],
                         [("fan[0].all", 0, "succeeded"), ("fan[0].all", 1, "succeeded"), ("fan[2].all", 0, "succeeded")])

    def test_it_may_emit_itself(self):
        """Halves until nothing is left: as many levels as the number asks for, and no more than may be."""
        script = """
cat > $definition <<END
wf: v1
name: halves
inputs: {n: int}
END
if [ $n -le 1 ]; then
  echo 'outputs: {y: $inputs.n}' >> $definition
else
  cat >> $definition <<'END'
nodes:
  less: {task: halve, with: {n: $inputs.n}}
  deeper: {task: fan, with: {n: $less.y}}
outputs: {y: $deeper.y}
END
fi
"""
        tasks = {"fan": task(script, {"n": "int"}, {"y": "int"}, dynamic=True),
                 "halve": task("echo $((n / 2)) > $y", {"n": "int"}, {"y": "int"})}
        path = self.define(tasks, {"fan": {"task": "fan", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$fan.y"})
        self.assertEqual(self.run_file(path, "--name", "a", n=9).json["outputs"], {"y": 1})
        self.assertIn(("fan.deeper.deeper.less", -1, "succeeded"), self.states("a"))
        tasks["halve"] = task("echo $n > $y", {"n": "int"}, {"y": "int"})
        path = self.define(tasks, {"fan": {"task": "fan", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$fan.y"})
        done = self.run_file(path, n=9, code=1)
        self.assertIn("more than 32 deep", done.json["cause"]["message"])
        foretold = self.wf("run", path, "-i", "n=9", "-n", "-o", "json").json["executions"]
        self.assertEqual([one["node"] for one in foretold if one["fate"] == "fail"], [done.json["cause"]["node"]])

    def test_it_may_not_double_itself_for_ever(self):
        """Every level has two of the next: the first that goes beyond a bound ends the run."""
        twice = "wf: v1\nname: twice\nnodes: {a: {task: fan}, b: {task: fan}}\noutputs: {y: $a.y}\n"
        path = self.define({"fan": self.dynamic(twice, {}, {"y": "int"})}, {"fan": {"task": "fan"}}, {}, {"y": "$fan.y"})
        for name in ("fresh", "reused"):
            self.assertRegex(self.run_file(path, "--name", name, code=1).json["cause"]["message"], "more than (32 deep|100000 nodes)")

    def test_a_map_that_tolerates_failures_does_not_hide_that_it_may_not(self):
        again = ("wf: v1\nname: again\noutputs: {y: $one.y}\n"
                 "nodes: {one: {task: one}, more: {task: fan, map: {n: [1]}, each: {min_success: 0}}}\n")
        path = self.define({"fan": self.dynamic(again, {"n": "int"}, {"y": "int"}), "one": task("echo 1 > $y", {}, {"y": "int"})},
                           {"fan": {"task": "fan", "map": {"n": [1, 2]}, "each": {"min_success": 0}}}, {}, {"y": "$fan.y"})
        done = self.run_file(path, "--name", "a", code=1).json
        self.assertEqual((done["state"], done["cause"]["code"]), ("failed", "WF-E3218"))
        self.assertIn("more than 32 deep", done["cause"]["message"])

    def test_mistakes_in_it(self):
        for text, code in (("wf: v1\nname: x\nnodes: {one: {task: dubble, with: {n: 1}}}\noutputs: {y: $one.y}", "WF-E1307"),
                           ("wf: v1\nname: x\nnodes: {one: {task: double, with: {n: a}}}\noutputs: {y: $one.y}", "WF-E1108"),
                           ("wf: v1\nname: x\nnodes: {one: {task: double, with: {n: 1}}}\noutputs: {z: $one.y}", "WF-E1365"),
                           ("wf: v1\nname: x\ninputs: {m: int}\noutputs: {y: $inputs.m}", "WF-E1365"),
                           ("wf: v1\nname: x\ninputs: {n: string}\nnodes: {one: {task: double, with: {n: 1}}}\noutputs: {y: $one.y}", "WF-E1365"),
                           ("wf: v1\nname: x\nnodes: {one: {workflow: probe.yaml}}\noutputs: {y: $one.y}", "WF-E1366"),
                           ("wf: v1\nname: x\nnodes: {one: {workflow: a@v1}}\noutputs: {y: $one.y}", "WF-E1366"),
                           ("wf: v1\nname: x\ntasks: {t: {sources: [probe.yaml], command: ['true']}}\nnodes: {one: {task: t}}\n", "WF-E1366"),
                           ("wf: v1\nname: x\ninputs: {f: {type: file, default: probe.yaml}}\n", "WF-E1366"),
                           ("wf: [", "WF-E1001"), (" ", "WF-E1018"), ("\\0", "WF-E1102")):
            with self.subTest(text):
                done = self.run_file(self.doubled(text), code=1)
                self.assertEqual(done.json["cause"]["code"], "WF-E3218", done)
                self.assertIn("definition.yaml:", done.json["cause"]["message"])
                self.assertIn(code, done.json["cause"]["message"])
        self.assertEqual(self.query("SELECT 1 FROM cache_entry"), [], "what cannot be run is no result")

    def test_values_that_do_not_fit(self):
        text = emit({"n": {"type": "int", "max": 2}}, {"y": "$one.y"}, {"one": {"task": "double", "with": {"n": "$inputs.n"}}})
        done = self.run_file(self.doubled(text), code=1)
        self.assertEqual((done.json["cause"]["code"], done.json["cause"]["node"]), ("WF-E3214", "fan.inputs"))
        self.assertIn("fan.inputs", self.wf("lineage", "show", done.json["run"], "--all").out)
        self.assertIn("is not allowed", self.wf("explain", done.json["run"], "fan.inputs").out)
        text = emit({"n": "int"}, {"y": "$one.y"}, {"one": {"task": "double", "with": {"n": "$inputs.n"}}})
        path = self.define({"fan": self.dynamic(text, {"n": "int"}, {"y": {"type": "int", "max": 7}}), "double": DOUBLE},
                           {"fan": {"task": "fan", "each": {"min_success": 2}, "map": {"n": [1, 9, 2]}}}, {}, {"y": "$fan.y"})
        self.assertEqual(self.run_file(path, "--name", "a").json["outputs"], {"y": [2, None, 4]})
        self.assertIn(("fan[1].outputs", -1, "failed"), self.states("a"))
        self.assertIn("fan[1].outputs", self.wf("show", "a").out)
        self.assertRegex(self.wf("explain", "a").out, r"(?m)^fan\[1\].outputs +failed +")
        self.run_file(path, "--name", "b", "--junit", self.path("report.xml"))
        self.assertNotIn("<failure", self.read("report.xml"))
        foretold = [(one["node"], one["element"], one["fate"]) for one in self.wf("run", path, "-n", "-o", "json").json["executions"]]
        self.assertIn(("fan[1].outputs", None, "fail"), foretold)
        self.assertIn(("fan", 1, "reuse"), foretold)
        self.wf("store", "check")
        self.wf("event", "verify")

    def test_a_definition_that_is_too_large(self):
        fan = task("truncate -s 17M $definition", {}, {"y": "int"}, dynamic=True)
        path = self.define({"fan": fan}, {"fan": {"task": "fan"}}, {}, {"y": "$fan.y"})
        self.assertIn("WF-E1014", self.run_file(path, code=1).json["cause"]["message"])

    def rot(self):
        """One byte of the definition, in a file of the store, and nothing that is seen without reading it."""
        digest, = [json.loads(value)["$blob"][7:] for value, in self.query("SELECT value FROM artifact_data WHERE name = 'definition'")]
        blob = os.path.join(self.store, "objects", digest[:2], digest[2:])
        before = os.stat(blob)
        os.chmod(blob, 0o644)
        with open(blob, "r+b") as file:
            file.write(b"x")
        os.chmod(blob, before.st_mode)
        os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))

    def test_lists_that_are_given(self):
        """A map over one that stands in the definition is as long as that, in every answer."""
        some = task("test $n != 2; echo $n > $y", {"n": "int"}, {"y": "int"})
        fan = self.dynamic(emit({}, {"ys": [1, 2, 3], "none": []}, {}), {}, {"ys": "list<int>", "none": "list<int>"})
        path = self.define({"fan": fan, "some": some},
                           {"fan": {"task": "fan"}, "some": {"task": "some", "map": {"n": "$fan.ys"}, "each": {"min_success": 1, "stop_early": True, "parallelism": 1}},
                            "none": {"task": "some", "map": {"n": "$fan.none"}}}, {}, {"y": "$some.y"})
        self.run_file(path, "--name", "a")
        self.assertEqual(json.loads(self.wf("artifact", "get", "a/some/y").out), [1, None, None])
        self.assertRegex(self.wf("explain", "a").out, r"(?m)^none +- +nothing to do")

    def test_lists_that_are_defaults(self):
        """The task's own says how long a map over it is, and not the one of what it emits."""
        some = task("echo $n > $y", {"n": "int"}, {"y": "int"})
        text = emit({"ns": {"type": "list<int>", "default": [7]}}, {}, {"some": {"task": "some", "map": {"n": "$inputs.ns"}}})
        fan = self.dynamic(text, {"ns": {"type": "list<int>", "default": []}}, {})
        path = self.define({"fan": fan, "some": some}, {"fan": {"task": "fan"}})
        self.run_file(path, "--name", "a")
        self.assertRegex(self.wf("explain", "a").out, r"(?m)^fan.some +- +nothing to do")
        self.assertEqual(self.states("a"), [("fan", -1, "succeeded")])

    def test_a_value_that_breaks_a_promise(self):
        """The task fails with it, and it is no result."""
        text = emit({}, {"n": 1}, {})
        path = self.define({"fan": self.dynamic(text, {}, {"n": {"type": "int", "min": 3}})}, {"fan": {"task": "fan"}}, {}, {"n": "$fan.n"})
        done = self.run_file(path, code=1).json
        self.assertEqual((done["cause"]["node"], done["cause"]["code"]), ("fan", "WF-E3218"))
        self.assertEqual(self.query("SELECT 1 FROM cache_entry"), [])

    def test_lineage_of_what_it_says_itself(self):
        """Defaults and outputs without references are the definition's; what the node around gives is not."""
        text = emit({"n": "int", "k": {"type": "int", "default": 20}}, {"given": "$inputs.n", "own": "$inputs.k", "sum": "$(10 + 20)"}, {})
        tasks = {"double": DOUBLE, "fan": self.dynamic(text, {"n": "int"}, {"given": "int", "own": "int", "sum": "int"})}
        nodes = {"fan": {"task": "fan", "with": {"n": 40}}}
        nodes.update((name, {"task": "double", "with": {"n": "$fan." + name}}) for name in ("given", "own", "sum"))
        self.run_file(self.define(tasks, nodes), "--name", "a")
        down = {one.get("node") for one in self.wf("lineage", "impact", "a/fan/definition", "-o", "json").json["nodes"]}
        self.assertEqual(down & {"given", "own", "sum"}, {"own", "sum"})
        for name in ("given", "own", "sum"):
            up = {one.get("node") for one in self.wf("lineage", "show", "a/%s/y" % name, "-o", "json").json["nodes"]}
            self.assertEqual("fan" in up, name != "given", name)

    def test_it_reaches_no_file(self):
        """Not by its tests either."""
        self.write("secret", "here")
        text = emit({"n": "int", "f": {"type": "file?"}}, {"y": "$one.y"}, {"one": {"task": "double", "with": {"n": 1}}},
                    tests={"a": {"inputs": {"n": 1, "f": "secret"}}})
        done = self.run_file(self.doubled(text), code=1).json
        self.assertIn("WF-E1366", done["cause"]["message"])

    def test_values_that_need_no_node(self):
        """As when there was nothing to be done."""
        text = emit({}, {"ys": [], "n": 0, "wait": "90s", "none": None}, {})
        promised = {"ys": "list<int>", "n": "float", "wait": "duration", "none": "string?"}
        path = self.define({"fan": self.dynamic(text, {}, promised), "sum": task("cat $ys > $y", {"ys": "list<int>"}, {"y": "json"})},
                           {"fan": {"task": "fan"}, "sum": {"task": "sum", "with": {"ys": "$fan.ys"}}}, {},
                           {"y": "$sum.y", "n": "$fan.n", "wait": "$fan.wait", "none": "$fan.none"})
        for name in ("a", "b"):
            done = self.run_file(path, "--name", name).json
            self.assertEqual(done["outputs"], {"y": [], "n": 0.0, "wait": "1m30s", "none": None})
        nodes = lambda *asked: {one.get("node") for one in self.wf("lineage", *asked, "-o", "json").json["nodes"]}
        self.assertIn("fan", nodes("show", "a/sum/y"))
        self.assertIn("sum", nodes("impact", "a/fan/definition"))
        for outputs, code in (({"ys": [1, "x"]}, "WF-E1108"), ({"ys": 3}, "WF-E1108"), ({"zs": []}, "WF-E1315")):
            path = self.define({"fan": self.dynamic(emit({}, outputs, {}), {}, {"ys": "list<int>"})}, {"fan": {"task": "fan"}})
            self.assertIn(code, self.run_file(path, code=1).json["cause"]["message"])

    def test_a_definition_that_rots(self):
        """It is no hit: the task emits it again."""
        text = emit({"n": "int"}, {"y": "$one.y"}, {"one": {"task": "double", "with": {"n": "$inputs.n"}}}) + "#" * 20000
        path = self.doubled(text)
        self.run_file(path)
        self.rot()
        self.assertEqual(self.run_file(path, "--name", "b").json["outputs"], {"y": 12})
        self.assertEqual(self.states("b")[0], ("fan", -1, "succeeded"))
        found = {one["node"]: one["why"] for one in self.wf("explain", "b", "-o", "json").json["executions"]}
        self.assertEqual(found, {"fan": "output_gone", "fan.one": "reused", "next": "reused"})
        self.wf("store", "check", "--contents")

    def test_a_failure_inside(self):
        text = document("emitted", {"bad": task("exit 4")}, {"one": {"task": "bad"}, "two": {"task": "double", "with": {"n": 1}}},
                        {}, {"y": "$two.y"})
        done = self.run_file(self.doubled(text), "--name", "a", code=1).json
        self.assertEqual((done["cause"]["node"], done["state"]), ("fan.one", "failed"))
        self.assertEqual(self.query("SELECT state FROM frame"), [("failed",)])

    def test_what_was_made_for_another_workflow(self):
        """The script is the same, and the workflow around has not the task any more that it names."""
        path = self.doubled()
        self.run_file(path)
        text = self.read("probe.yaml").replace('"double"', '"twice"')
        self.write("probe.yaml", text)
        done = self.run_file(path, "--name", "b", code=1).json
        self.assertEqual(done["cause"]["code"], "WF-E3218")
        self.assertIn("there is no task 'double'", done["cause"]["message"])
        self.assertEqual(self.states("b"), [("fan", -1, "failed")])

    def test_what_it_promises_is_in_the_key(self):
        path = self.doubled()
        self.run_file(path)
        (body,), = self.query("SELECT p.body FROM cache_entry e JOIN cache_parts p ON p.digest = e.parts WHERE p.body LIKE '%dynamic%'")
        self.assertEqual(json.loads(body)["interface"], {"dynamic": True, "inputs": {"n": "int"}, "outputs": {"y": "int"}})

    def begin_and_die(self, more=""):
        """A run whose driver dies while the last node of what was emitted waits for the gate."""
        gate = "until test -e %s; do sleep 0.01; done" % self.path("gate")
        text = document("emitted", {"wait": task("%s; echo $n > $y" % gate, {"n": "int"}, {"y": "int"})},
                        {"one": {"task": "double", "with": {"n": "$inputs.n"}}, "two": {"task": "wait", "with": {"n": "$one.y"}}},
                        {"n": "int"}, {"y": "$two.y"}) + more
        script = "echo emitted >> %s\ncat <<'END' > $definition\n%s\nEND\n" % (self.path("emissions"), text)
        fan = task(script, {"n": "int"}, {"y": "int"}, dynamic=True, cache=False)
        path = self.define({"fan": fan, "double": DOUBLE}, {"fan": {"task": "fan", "with": {"n": 3}}}, {}, {"y": "$fan.y"})
        process = self.start("run", path, "--name", "night")
        wait_until(lambda: self.peek("SELECT 1 FROM node WHERE node = 'fan.two' AND state = 'running'"), "the last one waits")
        self.kill_driver(process)
        self.write("gate", "")

    def test_a_resumed_run_replays_it(self):
        """Another attempt would emit something else: it is not made, and what was done is not done again."""
        self.begin_and_die()
        done = self.wf("resume", "night", "-o", "json").json
        self.assertEqual(done["outputs"], {"y": 6})
        self.assertEqual(self.lines("emissions"), ["emitted"])
        self.assertEqual(self.query("SELECT count(*) FROM attempt WHERE node = 'fan.one'"), [(1,)])
        self.wf("event", "verify")

    def test_what_rots_meanwhile(self):
        """The record is replayed, and not the file. Where there is no record yet, nothing else is emitted in its place."""
        self.begin_and_die("#" * 20000)
        self.rot()
        shutil.copytree(self.store, self.path("copy"))
        self.assertEqual(self.wf("resume", "night", "-o", "json").json["outputs"], {"y": 6})
        shutil.rmtree(self.store)
        os.rename(self.path("copy"), self.store)
        self.tamper("DELETE FROM frame")  # as if the driver had died a moment earlier
        done = self.wf("resume", "night", "-o", "json", code=1).json
        self.assertRegex(done["cause"]["message"], "definition that 'fan' emitted cannot be read: .*--refresh")
        self.assertEqual(self.lines("emissions"), ["emitted"])

    def test_lineage_leads_through_it(self):
        path = self.doubled()
        self.run_file(path, "--name", "a")
        tree = self.wf("lineage", "show", "a/next/y").out
        for part in ("fan.one", "definition"):
            self.assertIn(part, tree)
        text = emit({"n": "int", "m": {"type": "int", "default": 4}}, {"y": "$inputs.m"}, {})
        self.run_file(self.doubled(text), "--name", "b")
        self.assertIn("fan.definition", self.wf("lineage", "show", "b/next/y").out)
        text = emit({}, {"y": "$one.y"}, {"one": {"task": "double", "with": {"n": 1}}})
        first = self.define({"double": DOUBLE, "fan": self.dynamic(text, {"n": "int"}, {"y": "int"})},
                            {"first": {"task": "double", "with": {"n": 1}}, "fan": {"task": "fan", "with": {"n": "$first.y"}}},
                            {}, {"y": "$fan.y"}, file="first.yaml")
        self.run_file(first, "--name", "c")
        changed = self.wf("lineage", "impact", "c/first/y", "-o", "json").json
        self.assertIn("fan", {vertex.get("node") for vertex in changed["nodes"]})
        edges = self.wf("lineage", "show", "a/fan/definition", "--down=9", "-o", "json").json
        nodes = {vertex.get("node") for vertex in edges["nodes"]}
        self.assertIn("fan.one", nodes)
        self.assertIn("next", nodes)
        self.assertIn("fan.one", self.wf("explain", "a").out)
        self.assertIn("fan.one", self.wf("show", "a").out)
        self.assertIn("definition", self.wf("artifact", "get", "a/fan/y", code=3).err)

    def test_what_it_would_do_is_foretold(self):
        path = self.doubled()
        fates = lambda: {one["node"]: (one["fate"], one["until"]) for one in self.wf("run", path, "-n", "-o", "json").json["executions"]}
        self.assertEqual(fates(), {"fan": ("run", []), "next": ("unknown", ["fan"])})
        self.run_file(path)
        self.assertEqual(fates(), {"fan": ("reuse", []), "fan.one": ("reuse", []), "next": ("reuse", [])})
        self.write("probe.yaml", self.read("probe.yaml").replace("2 * n", "n * 2"))
        self.assertEqual(fates(), {"fan": ("reuse", []), "fan.one": ("run", []), "next": ("unknown", ["fan.one"])})

    def test_as_a_stub(self):
        self.assertEqual(self.wf("run", self.doubled(), "--stub", "-o", "json").json["outputs"], {"y": 1})

    def test_stubs_in_it(self):
        """A test case says what its nodes' tasks give, as for any other node."""
        case = {"stubs": {"double": {"y": 5}}, "expect": {"outputs": {"y": 5}}}
        self.wf("test", self.doubled(tests={"inside": case, "whole": {"stubs": {"fan": {"y": 4}}, "expect": {"outputs": {"y": 8}}}}))

    def test_mistakes_in_the_task(self):
        for tasks, code in (({"fan": task(":", {"definition": "file"}, {"y": "int"}, dynamic=True)}, "WF-E1206"),
                            ({"fan": task(":", {}, {"y": "int"}, dynamic="maybe")}, "WF-E1102"),
                            ({"fan": task(":", {}, {"y": "int"}, dynamic=True, env={"definition": "x"})}, "WF-E1208"),
                            ({"fan": {"command": ["cp", "$outputs.y"], "outputs": {"y": "int"}, "dynamic": True}}, "WF-E1302")):
            self.define(tasks, {"fan": {"task": "fan"}})
            self.assertIn(code, self.wf("lint", self.path("probe.yaml"), code=2).out)
        self.define({"fan": {"command": ["cp", "x", "$outputs.definition"], "outputs": {"y": "int"}, "dynamic": True}}, {"fan": {"task": "fan"}})
        self.wf("lint", self.path("probe.yaml"))

    def test_tasks_for_it_are_not_unused(self):
        self.define({"fan": task(":", {}, {"y": "int"}, dynamic=True), "double": DOUBLE}, {"fan": {"task": "fan"}})
        self.assertNotIn("WF-W", self.wf("lint", self.path("probe.yaml")).out)


if __name__ == "__main__":
    main()
