"""wf run --dry-run: what it says and why, that it writes nothing, and what it can be asked of."""
import hashlib
import json
import os

from wftest import WfTest, main, task

DOUBLE = task("echo $((2 * n)) > $y", {"n": "int"}, {"y": "int"})
SIZE = task("wc -c < $f > $y", {"f": "file"}, {"y": "int"})


class DryRun(WfTest):
    def predict(self, path, *arguments):
        return self.wf("run", path, "-n", "-o", "json", *arguments).json

    def fates(self, path, *arguments):
        """{"node" or "node[element]": (fate, why, until)}"""
        return {one["node"] if one["element"] is None else "%s[%d]" % (one["node"], one["element"]):
                (one["fate"], one["why"], one["until"]) for one in self.predict(path, *arguments)["executions"]}

    def files(self):
        """Every file of the store, by what is in it."""
        found = {}
        for folder, _, names in os.walk(self.store):
            for name in names:
                path = os.path.join(folder, name)
                if not name.endswith(("-shm", "-wal")):
                    with open(path, "rb") as file:
                        found[path] = hashlib.sha256(file.read()).hexdigest()
        return found

    def chain(self, **node):
        return self.define({"double": DOUBLE},
                           {"one": {"task": "double", "with": {"n": "$inputs.n"}},
                            "two": {"task": "double", "with": {"n": "$one.y"}, **node}},
                           {"n": {"type": "int", "default": 5}}, {"y": "$two.y"})

    def test_without_a_store_all_would_run(self):
        self.assertEqual(self.fates(self.chain()), {"one": ("run", "first_time", []), "two": ("unknown", "input", ["one"])})
        self.assertFalse(os.path.exists(self.store))

    def test_what_was_made_is_reused(self):
        self.run_file(self.chain())
        self.assertEqual(self.fates(self.chain()), {"one": ("reuse", "reused", []), "two": ("reuse", "reused", [])})
        found = self.predict(self.chain(), "-i", "n=6")["executions"][0]
        self.assertEqual((found["fate"], found["why"]), ("run", "key_changed"))
        self.assertEqual(found["differences"], [{"change": "changed", "part": "inputs", "item": "n", "before": 5, "after": 6}])
        self.assertIn("inputs.n 5 -> 6", self.wf("run", self.chain(), "-n", "-i", "n=6").out)
        self.assertEqual(self.fates(self.chain(), "--refresh")["one"], ("run", "refreshed", []))

    def test_nothing_is_written(self):
        large = self.write("large.bin", b"x" * 100_000)
        path = self.define({"size": SIZE}, {"a": {"task": "size", "with": {"f": "$inputs.f"}}}, {"f": "file"})
        self.run_file(path, f=large)
        self.write("large.bin", b"y" * 200_000)
        self.write("other.yaml", self.read("probe.yaml").replace('"probe"', '"other"'))
        before = self.files()
        rows = self.query("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM blob), (SELECT count(*) FROM registration)")
        self.assertEqual(self.fates(self.path("other.yaml"), "-i", "f=large.bin")["a"][0], "run")
        self.assertEqual(self.files(), before)
        self.assertEqual(self.query("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM blob), "
                                    "(SELECT count(*) FROM registration)"), rows)
        # What is only hashed is the same as what is read in.
        self.assertEqual(self.run_file(self.path("other.yaml"), f="large.bin").json["this_time"]["ran"], 1)
        self.assertEqual(self.fates(self.path("other.yaml"), "-i", "f=large.bin")["a"][0], "reuse")

    def test_folders_are_hashed_as_they_are_stored(self):
        self.write("d/a/b.txt", "b")
        os.symlink("a", self.path("d/link"))
        path = self.define({"ls": task("ls $d > $y", {"d": "directory"}, {"y": "file"})},
                           {"a": {"task": "ls", "with": {"d": "$inputs.d"}}}, {"d": "directory"})
        self.run_file(path, d="d")
        self.assertEqual(self.fates(path, "-i", "d=d")["a"][0], "reuse")

    def test_a_map_is_told_by_element(self):
        path = self.define({"double": DOUBLE}, {"one": {"task": "double", "map": {"n": "$inputs.ns"}},
                                                "two": {"task": "double", "map": {"n": "$one.y"}}}, {"ns": "list<int>"})
        self.run_file(path, ns=[1, 5, 7])
        found = self.fates(path, "-i", "ns=[1,6,7]")
        self.assertEqual({name: found[name][0] for name in ("one[0]", "one[1]", "one[2]", "two[0]", "two[2]")},
                         {"one[0]": "reuse", "one[1]": "run", "one[2]": "reuse", "two[0]": "reuse", "two[2]": "reuse"})
        self.assertEqual(found["two[1]"], ("unknown", "input", ["one[1]"]))
        out = self.wf("run", path, "-n", "-i", "ns=[1,6,7]").out
        self.assertIn("1 would run, 4 would be reused, 1 unknown; nothing was run or written", out)

    def test_the_length_of_a_map(self):
        path = self.define({"list": task("echo '[1, 2]' > $ns", {}, {"ns": "list<int>"}), "double": DOUBLE},
                           {"list": {"task": "list"}, "each_one": {"task": "double", "map": {"n": "$list.ns"}}})
        self.assertEqual(self.fates(path)["each_one"], ("unknown", "length", ["list"]))
        self.run_file(path)
        self.assertEqual(self.fates(path)["each_one[1]"][0], "reuse")

    def test_conditions(self):
        path = self.chain(when="one.y > 10")
        self.assertEqual(self.fates(path)["two"], ("unknown", "condition", ["one"]))
        self.run_file(path)
        found = self.predict(path)["executions"][1]
        self.assertEqual((found["fate"], found["cause"]["code"]), ("skip", "WF-E3303"))
        self.assertIn("its condition is false: one.y > 10, where one.y is 10", self.wf("run", path, "-n").out)

    def test_cases(self):
        self.run_file(self.chain())
        path = self.define({"double": DOUBLE},
                           {"one": {"task": "double", "with": {"n": "$inputs.n"}},
                            "pick": {"switch": [{"when": "one.y > 10", "task": "double", "with": {"n": 3}},
                                                {"task": "double", "with": {"n": "$one.y"}}]}},
                           {"n": {"type": "int", "default": 5}})
        self.assertEqual(self.fates(path)["pick"], ("reuse", "reused", []))
        self.assertEqual(self.fates(path, "-i", "n=8")["pick"], ("unknown", "choice", ["one"]))
        self.run_file(path, n=8)
        self.assertEqual(self.executions(path, n=8), (0, 2))

    def test_which_of_two_failures_is_first(self):
        """A map fails as its lists are put together, before anything is begun; a plain node when its turn comes."""
        small = task("echo $n > $y", {"n": {"type": "int", "max": 2}, "m": "int"}, {"y": "int"})
        plain = {"task": "small", "with": {"n": "$inputs.n", "m": 0}}
        mapped = {"task": "small", "map": {"n": "$inputs.ns", "m": "$inputs.ms"}}
        inputs = {"n": {"type": "int", "default": 3}, "ns": {"type": "list<int>", "default": [1, 2]},
                  "ms": {"type": "list<int>", "default": [1]}}
        path = self.define({"small": small}, {"a": plain, "b": mapped}, inputs)
        self.assertEqual(self.fates(path), {"a": ("unknown", "failure", ["b"]), "b": ("fail", "wrong_inputs", [])})
        self.assertEqual(self.run_file(path, code=1).json["cause"]["node"], "b")
        path = self.define({"small": small}, {"a": mapped, "b": plain}, inputs)
        self.assertEqual([one[0] for one in self.fates(path).values()], ["fail", "unknown"])
        self.assertEqual(self.run_file(path, code=1).json["cause"]["node"], "a")

    def test_elements_that_are_not_allowed(self):
        """Each fails alone, when its turn comes."""
        small = task("echo $n > $y", {"n": {"type": "int", "max": 2}}, {"y": "int"})
        inputs = {"ns": {"type": "list<int>", "default": [1, 50, 2]}}
        mapped = {"task": "small", "map": {"n": "$inputs.ns"}}
        path = self.define({"small": small}, {"a": dict(mapped, each={"min_success": 2})}, inputs, {"y": "$a.y"})
        self.assertEqual([one[0] for one in self.fates(path).values()], ["run", "fail", "run"])
        self.assertEqual(self.run_file(path).json["outputs"], {"y": [1, None, 2]})
        self.assertEqual([one[0] for one in self.fates(path).values()], ["reuse", "fail", "reuse"])
        path = self.define({"small": small}, {"a": mapped, "b": mapped}, inputs)
        self.assertEqual([(place, one[0]) for place, one in self.fates(path).items()],
                         [("a[0]", "unknown"), ("a[1]", "fail"), ("a[2]", "unknown"),
                          ("b[0]", "unknown"), ("b[1]", "unknown"), ("b[2]", "unknown")])
        cause = self.run_file(path, code=1).json["cause"]
        self.assertEqual((cause["code"], cause["node"], cause["element"]), ("WF-E3214", "a", 1))

    def begun_in_vain(self, code, tasks, nodes, inputs=None, arguments=(), run=1, **more):
        """What is foretold to fail, and does so with that code."""
        path = self.define(tasks, nodes, inputs, failure_policy="finish", **more)
        found = self.predict(path, *arguments)["executions"]
        failing = [(one["node"], one["element"]) for one in found if one["fate"] == "fail"]
        self.assertEqual([one["cause"]["code"] for one in found if one["fate"] == "fail"], [code] * len(failing), found)
        self.wf("run", path, *arguments, "--name", code, "-q", code=run)
        failed = self.query("SELECT node, element, cause FROM execution WHERE state = 'failed' AND "
                            "run = (SELECT id FROM run WHERE name = ?)", code)
        self.assertEqual([(node, None if element < 0 else element) for node, element, _ in failed], failing)
        told = [one["cause"]["message"] for one in found if one["fate"] == "fail"]
        self.assertEqual([json.loads(cause)["message"] for _, _, cause in failed], told)
        self.assertTrue(failing)
        return failing

    def test_tables_that_do_not_fit(self):
        self.write("a.csv", "id\n1\n")
        self.write("b.csv", "zz\n1\n")
        tasks = {"c": task("cp $f $d", {"f": "file"}, {"d": "dataset"}),
                 "t": task("wc -l < $d > $y", {"d": "dataset<csv, {id: int}>"}, {"y": "int"})}
        nodes = {"c": {"task": "c", "map": {"f": "$inputs.l"}},
                 "t": {"task": "t", "map": {"d": "$c.d"}, "each": {"min_success": 1}}}
        inputs = {"l": {"type": "list<file>", "default": ["a.csv", "b.csv"]}}
        self.run_file(self.define(tasks, nodes, inputs, failure_policy="finish"))
        self.assertEqual(self.begun_in_vain("WF-E3214", tasks, nodes, inputs, run=0), [("t", 1)])

    def test_a_table_that_is_not_in_the_store(self):
        self.write("b.csv", "zz\n1\n")
        tasks = {"t": task("wc -l < $d > $y", {"d": "dataset<csv, {id: int}>"}, {"y": "int"})}
        self.begun_in_vain("WF-E3214", tasks, {"t": {"task": "t", "with": {"d": "$inputs.d"}}}, {"d": "dataset"},
                           ["-i", "d=b.csv"])

    def test_a_default_table_that_is_not_in_the_store(self):
        self.write("b.csv", "zz\n1\n")
        tasks = {"t": task("wc -l < $d > $y", {"d": "dataset<csv, {id: int}>"}, {"y": "int"})}
        inner = self.define(tasks, {"t": {"task": "t", "with": {"d": "$inputs.d"}}},
                            {"d": {"type": "dataset", "default": "b.csv"}}, name="inner", file="inner.yaml")
        outer = self.define({}, {"n": {"workflow": "inner.yaml"}})
        for path, node in ((inner, "t"), (outer, "n.t")):
            found = self.wf("run", path, "-n", "-o", "json").json["executions"]
            self.assertEqual([(one["node"], one["fate"]) for one in found], [(node, "fail")])

    def test_values_that_no_task_can_be_given(self):
        self.write("x.txt", "x")
        named = {"t": task("ls $m > $y", {"m": "map<file>"}, {"y": "string"})}
        self.begun_in_vain("WF-E3207", named, {"t": {"task": "t", "with": {"m": "$inputs.m"}}},
                           {"m": {"type": "map<file>", "default": {"a/b": "x.txt"}}})

    def test_texts_that_are_too_long(self):
        long_ = {"t": task("echo ${#s} > $y", {"s": "string"}, {"y": "int"})}
        self.write("in.json", json.dumps({"s": "x" * 70_000}))
        self.begun_in_vain("WF-E3207", long_, {"t": {"task": "t", "with": {"s": "$inputs.s"}}}, {"s": "string"},
                           ["--inputs", "in.json"])

    def test_arguments_that_cannot_be(self):
        first = {"t": task(["echo", "$inputs.l.3"], {"l": "list<int>"}, cache={"allow_empty": True})}
        self.begun_in_vain("WF-E3213", first, {"t": {"task": "t", "with": {"l": [1, 2]}}})

    def test_more_than_the_machine_has(self):
        self.begun_in_vain("WF-E3223", {"t": task("echo 1 > $y", {}, {"y": "int"}, resources={"cpu": 10_000})},
                           {"t": {"task": "t"}})

    def test_secrets_that_nothing_gives(self):
        self.begun_in_vain("WF-E3203", {"t": task("echo 1 > $y", {}, {"y": "int"}, secrets={"TOK": "nosecret"})},
                           {"t": {"task": "t"}})

    def test_pools(self):
        path = self.define({"t": task("echo 1 > $y", {}, {"y": "int"}, pools=["small"])}, {"t": {"task": "t"}})
        self.assertIn("WF-E3018", self.wf("run", path, "-n", code=3).err)
        self.wf("pool", "set", "small", "1")
        self.begun_in_vain("WF-E3225", {"t": task("echo 1 > $y", {}, {"y": "int"}, pools={"small": 2})}, {"t": {"task": "t"}})

    def test_gates_and_hooks(self):
        path = self.define({"double": DOUBLE, "other": task("echo $((3 * n)) > $y", {"n": "int"}, {"y": "int"})},
                           {"ok": {"gate": {"signal": "int"}},
                            "next": {"task": "double", "with": {"n": "$ok.value"}},
                            "behind": {"task": "other", "with": {"n": 2}, "after": ["ok"]}},
                           on_failure={"task": "other", "with": {"n": 3}}, on_exit={"task": "other", "with": {"n": 4}})
        self.assertEqual(self.fates(path), {
            "ok": ("wait", "gate", []), "next": ("unknown", "input", ["ok"]), "behind": ("run", "first_time", []),
            "on_failure": ("unknown", "condition", ["behind", "next", "ok"]), "on_exit": ("run", "first_time", [])})
        self.assertIn("it waits for somebody", self.wf("run", path, "-n").out)

    def test_what_always_runs(self):
        path = self.define({"free": task("echo 1 > $y", {}, {"y": "int"}, cache=False), "tell": task(":"), "double": DOUBLE},
                           {"free": {"task": "free"}, "tell": {"task": "tell"},
                            "after": {"task": "double", "with": {"n": "$free.y"}}})
        self.run_file(path)
        self.assertEqual(self.fates(path), {"free": ("run", "cache_off", []), "tell": ("run", "no_outputs", []),
                                            "after": ("unknown", "input", ["free"])})

    def test_one_key_twice(self):
        path = self.define({"double": DOUBLE}, {name: {"task": "double", "with": {"n": 4}} for name in ("a", "b")})
        found = {one["node"]: (one["fate"], one["from"]) for one in self.predict(path)["executions"]}
        self.assertEqual(found, {"a": ("run", None), "b": ("reuse", "a")})
        self.assertEqual(self.executions(path), (1, 1))

    def test_nodes_are_taken_by_their_names(self):
        """In a file that is not registered yet, too, whatever their order in it."""
        path = self.define({"double": DOUBLE}, {name: {"task": "double", "with": {"n": 4}} for name in ("b", "a")})
        found = {one["node"]: (one["fate"], one["from"]) for one in self.predict(path)["executions"]}
        self.assertEqual(found, {"a": ("run", None), "b": ("reuse", "a")})
        self.run_file(path, "--name", "night")
        self.assertEqual(self.query("SELECT node FROM execution WHERE lookup = 'miss'"), [("a",)])

    def test_another_may_make_it_first(self):
        """`late` has a key of its own, unless `guess` comes to the same one before."""
        self.define({"double": DOUBLE}, {"first": {"task": "double", "with": {"n": 1}}})
        self.run_file(self.path("probe.yaml"))
        path = self.define({"double": DOUBLE, "free": task("echo 1 > $y", {}, {"y": "int"}, cache=False)},
                           {"first": {"task": "double", "with": {"n": 1}}, "free": {"task": "free"},
                            "guess": {"task": "double", "with": {"n": "$free.y"}},
                            "late": {"task": "double", "with": {"n": "$first.y"}}})
        self.assertEqual(self.fates(path)["late"], ("unknown", "same_result", ["guess"]))

    def test_bytes_that_are_gone(self):
        path = self.define({"make": task("head -c 50000 /dev/zero > $f", {}, {"f": "file"}), "size": SIZE},
                           {"make": {"task": "make"}, "size": {"task": "size", "with": {"f": "$make.f"}}})
        self.run_file(path)
        for name in self.files():
            if "/objects/" in name:
                os.chmod(os.path.dirname(name), 0o755)
                os.remove(name)
        self.assertEqual(self.fates(path), {"make": ("run", "output_gone", []), "size": ("unknown", "input", ["make"])})
        self.assertIn("output gone", self.wf("run", path, "-n").out)

    def too_few(self, **more):
        """`b` cannot have as many elements as have to succeed."""
        return self.define({"double": DOUBLE, "tell": task(":")},
                           {"a": {"task": "tell"}, "c": {"task": "tell", "after": ["b"]},
                            "b": {"task": "double", "map": {"n": "$inputs.ns"}, "each": {"min_success": 3}}},
                           {"ns": {"type": "list<int>", "default": [1, 2]}}, **more)

    def test_inputs_that_do_not_fit(self):
        found = self.fates(self.too_few(failure_policy="finish"))
        self.assertEqual([found[node][:2] for node in "abc"],
                         [("run", "no_outputs"), ("fail", "wrong_inputs"), ("never", "needs_failing")])
        self.run_file(self.path("probe.yaml"), code=1)

    def test_a_run_that_fails_fast(self):
        found = self.fates(self.too_few())
        self.assertEqual((found["a"], found["b"][0]), (("unknown", "failure", ["b"]), "fail"))

    def test_workflows_that_nodes_run(self):
        self.define({"double": DOUBLE}, {"x": {"task": "double", "with": {"n": "$inputs.n"}},
                                         "y": {"task": "double", "with": {"n": 3}}},
                    {"n": "int"}, {"y": "$x.y"}, name="inner", file="inner.yaml")
        path = self.define({"double": DOUBLE},
                           {"a": {"task": "double", "with": {"n": "$inputs.n"}},
                            "sub": {"workflow": "inner.yaml", "with": {"n": "$a.y"}},
                            "b": {"task": "double", "with": {"n": "$sub.y"}}}, {"n": "int"})
        self.run_file(path, n=1)
        self.assertEqual(self.fates(path, "-i", "n=7"), {
            "a": ("run", "key_changed", []), "sub.x": ("unknown", "input", ["a"]), "sub.y": ("reuse", "reused", []),
            "b": ("unknown", "input", ["a"])})

    def test_versions_and_plans(self):
        path = self.chain()
        self.wf("register", path)
        self.assertEqual(self.fates("probe@latest")["one"][0], "run")
        self.wf("launchplan", "create", "often", "--workflow", "probe@latest", "-i", "n=8", "--activate")
        self.run_file("plan:often")
        self.assertEqual(self.fates("plan:often")["two"][0], "reuse")
        self.assertTrue(self.predict("plan:often")["plan"].startswith("often@"))

    def test_what_cannot_be_foretold(self):
        self.write("bad.yaml", "wf: v1\nname: bad\nnodes: {a: {task: none}}\n")
        self.assertIn("nothing can be foretold", self.wf("run", "bad.yaml", "-n", code=2).err)
        self.wf("run", self.chain(), "-n", "-i", "m=1", code=2)
        self.wf("run", "probe@v1", "-n", code=3)
        self.wf("run", self.chain(), "-n", "--out", "results", code=2)
        self.wf("run", self.chain(), "-n", "-p", "none", code=3)
        self.run_file(self.chain(), "--name", "taken")
        self.wf("run", self.chain(), "-n", "--name", "taken", code=4)
        self.assertEqual(self.fates(self.chain(), "--name", "free")["one"][0], "reuse")


if __name__ == "__main__":
    main()
