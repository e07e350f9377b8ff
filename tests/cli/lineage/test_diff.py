"""wf lineage diff: where two runs part, and why."""
import json
import os
import unittest

from wftest import WfTest, task, wait_until

ENTRY = 'echo "$i" > "$y"; head -n 1 "$f" > "$z"'


class Diff(WfTest):
    def setUp(self):
        super().setUp()
        self.write("f.txt", "one\n")
        self.write("g.txt", "two\n")
        self.define_steps()
        self.start_run("base")

    def define_steps(self, script=ENTRY, file="steps.yaml"):
        """first (mapped) feeds last; aside depends on nothing that varies."""
        return self.define(
            {"first": task(script, {"i": "int", "f": "file"}, {"y": "int", "z": "string"}),
             "last": task('cat "$ys" > "$s"', {"ys": "list<int>", "zs": "list<string>"}, {"s": "string"}),
             "aside": task("echo 1 > $n", outputs={"n": "int"})},
            {"first": {"task": "first", "map": {"i": "$inputs.is"}, "with": {"f": "$inputs.f"}},
             "last": {"task": "last", "with": {"ys": "$first.y", "zs": "$first.z"}},
             "aside": {"task": "aside"}},
            {"is": {"type": "list<int>", "default": [1, 2]}, "f": {"type": "file", "default": "f.txt"}},
            {"s": "$last.s", "n": "$aside.n"}, file=file)

    def start_run(self, name, *arguments, file="steps.yaml", code=0, env=None):
        self.wf("run", file, "--name", name, *arguments, code=code, env=env)

    def difference(self, before, after, *arguments, code=11):
        return self.wf("lineage", "diff", before, after, "-o", "json", *arguments, code=code).json

    def first(self, difference):
        found = difference["first_divergence"]
        return found["node"], [".".join(filter(None, (p["part"], p["item"]))) for p in found["key_parts"]]

    def test_the_same(self):
        self.start_run("again")
        for other in ("base", "again"):
            answer = self.difference("base", other, code=0)
            self.assertEqual((answer["same"], answer["first_divergence"], answer["executions"]), (True, None, []))
            self.assertEqual(answer["executions_compared"], 4)
        self.assertIn("the same: definition, inputs", self.wf("lineage", "diff", "base", "again").out)

    def test_repeated_work_is_no_difference(self):
        self.start_run("again", "--refresh")
        answer = self.difference("base", "again", code=0)
        self.assertEqual([effort["node"] for effort in answer["efforts"]], ["aside", "first", "last"])
        self.assertGreater(answer["efforts"][1]["duration_ratio"], 0)
        self.assertIn("RATIO", self.wf("lineage", "diff", "base", "again").out)

    def test_another_input(self):
        self.start_run("other", "-i", "f=g.txt")
        answer = self.difference("base", "other")
        self.assertEqual(self.first(answer), ("first", ["inputs.f"]))
        self.assertEqual(list(answer["inputs"]), ["f"])
        self.assertEqual(answer["inputs"]["f"]["after"]["given"], "file")
        self.assertEqual((answer["definition"], answer["environment"]), ([], {}))
        self.assertEqual([(e["node"], e["element"], e["upstream_agrees"]) for e in answer["executions"]],
                         [("first", 0, True), ("first", 1, True), ("last", None, False)])
        text = self.wf("lineage", "diff", "base", "other", code=11).out
        places = [text.index(word) for word in ("first divergence: first[0]", "inputs.f", 'output z  "one" -> "two"',
                                                "definition: the same", "g.txt", "environment: the same",
                                                "executions: 3 of 4", "first[0…1]", "resources and durations")]
        self.assertEqual(places, sorted(places), text)
        self.assertNotIn("NON-DETERMINISM", text)

    def test_another_definition(self):
        self.define_steps(ENTRY.replace("head -n 1", "head -n1"), file="changed.yaml")
        self.start_run("other", file="changed.yaml")
        answer = self.difference("base", "other")
        self.assertEqual(self.first(answer), ("first", ["command.script"]))
        self.assertEqual([change["path"] for change in answer["definition"]], ["tasks.first.script"])
        self.assertEqual({e["node"] for e in answer["executions"]}, {"first"})
        self.assertIn("head -n1", self.wf("lineage", "diff", "base", "other", code=11).out)

    def test_another_environment(self):
        self.start_run("other", env={"PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/nowhere"})
        answer = self.difference("base", "other")
        self.assertEqual(list(answer["environment"]), ["path"])
        self.assertEqual(answer["executions"], [])
        self.assertIn("every execution has the same result", self.wf("lineage", "diff", "base", "other", code=11).out)

    def test_another_image_is_another_environment(self):
        """Both run on this machine, and nobody can tell what the tags mean."""
        for name, image in (("one", "probe:1"), ("two", "probe:2")):
            path = self.define({"t": task("echo 1 > $n", outputs={"n": "int"}, image=image), "u": task("echo 2 > $n", outputs={"n": "int"})},
                               {"t": {"task": "t"}, "u": {"task": "u"}}, outputs={"n": "$t.n"}, file=name + ".yaml")
            self.start_run(name, "--backend", "local", file=path)
        answer = self.difference("one", "two")
        self.assertIn("environment.image", self.first(answer)[1])
        self.assertEqual({name: (pair["before"] and pair["before"]["value"], pair["after"] and pair["after"]["value"])
                          for name, pair in answer["environment"].items()},
                         {"image probe:1": ("probe:1", None), "image probe:2": (None, "probe:2")})
        self.assertEqual(self.difference("one/u", "two/u", code=None)["environment"], {})

    def uncached(self, name, *arguments, **more):
        """`pick` runs one of two tasks that are not cached, `use` takes what it gives together with an input."""
        one = {"k": "int"}
        path = self.define(
            {"low": task("echo low > $s", one, {"s": "string"}, cache=False), "high": task("echo high > $s", one, {"s": "string"}, cache=False),
             "use": task("{ echo $s; cat $words; } > $t", {"s": "string", "words": "list<string>"}, {"t": "string"}, cache=False, **more),
             "word": task("echo $i > $w", {"i": "int"}, {"w": "string"})},
            {"pick": {"switch": [{"when": "inputs.k > 5", "task": "high", "with": {"k": "$inputs.k"}},
                                 {"task": "low", "with": {"k": "$inputs.k"}}]},
             "words": {"task": "word", "map": {"i": "$inputs.is"}},
             "use": {"task": "use", "with": {"s": "$pick.s", "words": "$words.w"}}},
            {"k": "int", "is": {"type": "list<int>", "default": [1, 2]}}, {"t": "$use.t"}, file=name + ".yaml")
        self.start_run(name, *arguments, file=path)

    def test_causes_where_there_are_no_keys(self):
        self.uncached("low", "-i", "k=1")
        self.uncached("high", "-i", "k=9")
        answer = self.difference("low", "high")
        first = answer["first_divergence"]
        self.assertEqual((first["node"], first["keys"]), ("pick", "unknown"))
        self.assertEqual([(one["path"], one["before"], one["after"]) for one in first["definition"]], [("task", "low", "high")])
        self.assertEqual((first["inputs"]["k"]["before"]["value"], first["inputs"]["k"]["after"]["value"]), (1, 9))
        use = answer["executions"][-1]
        self.assertEqual((use["node"], list(use["inputs"]), use["definition"]), ("use", ["s"], []))
        text = self.wf("lineage", "diff", "low", "high", code=11).out
        for line in ('~ task: "low" -> "high"', "input k  1 -> 9", 'input s  "low" -> "high"'):
            self.assertIn(line, text)
        self.uncached("more", "-i", "k=1", "-i", "is=[1, 3]")
        use = self.difference("low", "more")["executions"][-1]
        self.assertEqual(use["inputs"]["words"]["after"]["value"], ["1", "3"])
        self.uncached("other", "-i", "k=1", env={"A": "b"})
        self.assertEqual(self.difference("low", "other")["executions"], [])  # the same bytes

    def test_what_a_gate_was_told_is_given(self):
        path = self.define({"t": task("echo $n > $m", {"n": "int"}, {"m": "int"}, cache=False)},
                           {"g": {"gate": {"signal": "int"}}, "t": {"task": "t", "with": {"n": "$g.value"}}}, outputs={"m": "$t.m"})
        for name, value in (("one", 1), ("two", 2)):
            process = self.start("run", path, "--name", name)
            wait_until(lambda: self.peek("SELECT 1 FROM gate WHERE answer IS NULL"), "it waits")
            self.wf("signal", name, "g", "--value", value)
            self.assertEqual(self.finish(process).code, 0)
        last = self.difference("one", "two")["executions"][-1]
        self.assertEqual((last["node"], last["inputs"]["n"]["before"]["value"], last["inputs"]["n"]["after"]["value"]), ("t", 1, 2))

    def test_chance_where_there_are_no_keys(self):
        path = self.one_task('wc -l < "%s" > "$y"; echo . >> "%s"' % ((self.write("count", ""),) * 2), {}, {"y": "int"}, cache=False)
        self.start_run("one", file=path)
        self.start_run("two", file=path)
        self.assertIn("it is not cached, and has no key; no difference is known in what it runs and was given",
                      self.wf("lineage", "diff", "one", "two", code=11).out)

    def test_chance_is_flagged(self):
        self.define_steps('wc -l < "%s" > "$y"; echo . >> "%s"; echo z > "$z"' % ((self.write("count", ""),) * 2))
        self.start_run("one", "--parallelism", 1)
        self.start_run("two", "--refresh", "--parallelism", 1)
        answer = self.difference("one", "two")
        flagged = {(e["node"], e["element"]) for e in answer["executions"] if e["non_deterministic"]}
        self.assertEqual(flagged, {("first", 0), ("first", 1)})
        self.assertEqual(answer["first_divergence"]["keys"], "equal")
        last = answer["executions"][-1]
        self.assertEqual((last["node"], last["keys"], last["non_deterministic"]), ("last", "different", False))
        self.assertIn("NON-DETERMINISM: first[0…1] gave different bytes under equal cache keys",
                      self.wf("lineage", "diff", "one", "two", code=11).out)

    def test_elements_of_one_side_and_a_failure(self):
        self.start_run("more", "-i", "is=[1, 2, 3]")
        added = self.difference("base", "more")["executions"][0]
        self.assertEqual((added["node"], added["element"], added["before"]), ("first", 2, None))
        self.define_steps("exit 3", file="failing.yaml")
        self.start_run("failed", "--parallelism", 1, file="failing.yaml", code=1)
        answer = self.difference("base", "failed")
        self.assertEqual(answer["first_divergence"]["after"], "failed")
        self.assertIn("state  succeeded -> failed", self.wf("lineage", "diff", "base", "failed", code=11).out)
        self.assertIn("last", {e["node"] for e in answer["executions"] if e["after"] is None})

    def test_of_results_the_histories_are_compared(self):
        self.start_run("other", "-i", "f=g.txt", "--out", "results")
        self.assertEqual(self.difference("base/aside", "other/aside", code=0)["inputs"], {})
        answer = self.difference("base/first/y", "other/first/y")
        self.assertEqual({e["node"] for e in answer["executions"]}, {"first"})
        answer = self.difference("base/aside", "wf:default/development/other/outputs/n", code=0)
        self.assertEqual((answer["after"]["node"], answer["executions"]), ("aside", []))

    def test_an_answer_is_bounded(self):
        self.start_run("other", "-i", "f=g.txt")
        answer = self.difference("base", "other", "--limit", "2")
        self.assertEqual((len(answer["executions"]), answer["executions_that_differ"], answer["truncated"]), (2, 3, True))
        self.assertIn("truncated: 2 of 3", self.wf("lineage", "diff", "base", "other", "--limit", "2", code=11).out)
        self.assertFalse(self.difference("base", "other", "--limit", "0")["truncated"])

    def test_failures_are_compared(self):
        code = self.write("code", "3")
        path = self.one_task('exit "$(cat %s)"' % code, {"i": "int"}, {"x": "int"}, defaults={"i": 1})
        self.start_run("three", file=path, code=1)
        self.start_run("again", file=path, code=1)
        self.write("code", "4")
        self.start_run("four", file=path, code=1)
        self.start_run("other", "-i", "i=2", file=path, code=1)
        self.assertEqual(self.difference("three", "again", code=0)["executions"], [])
        failed = self.difference("three", "four")["first_divergence"]
        self.assertEqual((failed["before"], failed["after"], failed["keys"]), ("failed", "failed", "equal"))
        self.assertEqual((failed["before_cause"]["message"], failed["after_cause"]["message"]),
                         ("exited with code 3", "exited with code 4"))
        self.assertIn("cause  exited with code 3 -> exited with code 4", self.wf("lineage", "diff", "three", "four", code=11).out)
        self.assertEqual(self.first(self.difference("four", "other")), ("t", ["inputs.i"]))

    def test_both_are_one_graph(self):
        self.define_steps()
        other = self.define(
            {"first": task(ENTRY, {"i": "int", "f": "file"}, {"y": "int", "z": "string"}),
             "last": task('cat "$ys" > "$s"', {"ys": "list<int>", "zs": "list<string>"}, {"s": "string"}),
             "late": task("echo 2 > $n", outputs={"n": "int"})},
            {"first": {"task": "first", "map": {"i": "$inputs.is"}, "with": {"f": "$inputs.f"}},
             "last": {"task": "last", "with": {"ys": "$first.y", "zs": "$first.z"}},
             "late": {"task": "late"}},
            {"is": {"type": "list<int>", "default": [1, 2]}, "f": {"type": "file", "default": "f.txt"}},
            {"s": "$last.s", "n": "$late.n"}, file="other.yaml")
        self.start_run("other", "-i", "is=[1, 5]", file=other)
        aligned = self.difference("base", "other")["aligned"]
        kinds = {node["title"]: node["kind"] for node in aligned["nodes"]}
        self.assertEqual(kinds, {"first": "different", "last": "different", "aside": "only_before", "late": "only_after",
                                 "input is": "different"})
        self.assertEqual([node["title"] for node in aligned["nodes"] if node["first_divergence"]], ["aside"])
        self.assertEqual({(edge["from"], edge["to"]) for edge in aligned["edges"]},
                         {("node:last", "node:first"), ("node:first", "input:is")})
        tree = self.wf("lineage", "diff", "base", "other", "-o", "tree", code=11).out
        for line in ("! differs: 1 of 2 elements", "- only before, the first divergence", "+ only after", "[1,2] -> [1,5]"):
            self.assertIn(line, tree)
        for form, box in (("dot", "shape=octagon"), ("mermaid", "{{"), ("html", "only_after")):
            self.assertIn(box, self.wf("lineage", "diff", "base", "other", "-o", form, code=11).out)
        lines = [json.loads(line) for line in self.wf("lineage", "diff", "base", "other", "-o", "jsonl", code=11).out.splitlines()]
        self.assertEqual(sum(line["record"] == "node" for line in lines), len(aligned["nodes"]))
        chosen = self.difference("base", "other", "--fields", "how")["aligned"]["nodes"]
        self.assertEqual({frozenset(node) for node in chosen}, {frozenset(("id", "kind", "how"))})

    def test_nodes_that_were_fed_the_other_way_round(self):
        """Neither is at the end of the graph: both are shown."""
        tasks = {"t": task("echo 1 > $y", {"x": "int?"}, {"y": "int"})}
        for name, nodes in {"one": {"a": {"task": "t"}, "b": {"task": "t", "with": {"x": "$a.y"}}},
                            "two": {"a": {"task": "t", "with": {"x": "$b.y"}}, "b": {"task": "t"}}}.items():
            self.start_run(name, file=self.define(tasks, nodes, {}, {}, file=name + ".yaml"))
        tree = self.wf("lineage", "diff", "one", "two", "-o", "tree", code=11).out
        for node in "ab":
            self.assertRegex(tree, r"(?m)^\W*%s\b" % node)

    def test_which_way_a_node_is_compared(self):
        self.start_run("other", "-i", "f=g.txt")
        titles = lambda *way: {node["title"] for node in self.difference("base/last", "other/last", *way)["aligned"]["nodes"]}
        self.assertEqual(titles(), {"first", "last", "input f"})
        self.assertEqual(titles("--down"), {"last"})
        answer = self.difference("base/first", "other/first", "--down")
        self.assertEqual(answer["executions_compared"], 3)
        self.assertIn("first and what came of it", self.wf("lineage", "diff", "base/first", "other/first", "--down", code=11).out)
        self.assertEqual(self.difference("base/first[1]", "other/first[1]", "--down")["executions_compared"], 2)
        self.assertEqual(titles("--all"), {"first", "last", "input f"})

    def test_an_element_has_a_history_of_its_own(self):
        self.start_run("other", "-i", "is=[1, 3]")
        answer = self.difference("base/first[0]", "other/first[0]", code=0)  # it took the same item
        self.assertEqual((answer["executions"], answer["executions_compared"]), ([], 1))
        self.assertEqual((answer["before"]["node"], answer["before"]["element"]), ("first", 0))
        answer = self.difference("base/first[1]", "other/first[1]")
        self.assertEqual([(e["node"], e["element"]) for e in answer["executions"]], [("first", 1)])
        answer = self.difference("base/first[0]", "base/first[1]")
        self.assertEqual([[d["item"] for d in e["key_parts"]] for e in answer["executions"]], [["i"]])
        self.assertIn("first[1] and what it came from", self.wf("lineage", "diff", "base/first[0]", "base/first[1]", code=11).out)
        self.assertEqual(self.difference("base/last", "other/last")["executions_compared"], 3)

    def test_an_element_of_a_chain_of_maps(self):
        path = self.define({"one": task("echo $i > $y", {"i": "int"}, {"y": "int"})},
                           {"a": {"task": "one", "map": {"i": "$inputs.is"}}, "b": {"task": "one", "map": {"i": "$a.y"}}},
                           {"is": "list<int>"}, file="chain.yaml")
        self.start_run("small", "-i", "is=[1, 2, 3]", file=path)
        self.start_run("large", "-i", "is=[1, 5, 6]", file=path)
        self.assertEqual(self.difference("small/b[0]", "large/b[0]", code=0)["executions"], [])
        answer = self.difference("small/b[2]", "large/b[2]")
        self.assertEqual([(e["node"], e["element"]) for e in answer["executions"]], [("a", 2), ("b", 2)])
        self.assertEqual([one["before"]["attempts"] for one in answer["efforts"] if one["before"]], [1])

    def test_chance_is_flagged_beyond_the_limit(self):
        path = self.one_task('wc -l < "%s" > "$y"; echo . >> "%s"' % ((self.write("count", ""),) * 2), {"i": "int"}, {"y": "int"},
                             map_over=["i"], defaults={"i": [1, 2, 3]})
        self.start_run("one", "--parallelism", 1, file=path)
        self.start_run("two", "--refresh", "--parallelism", 1, file=path)
        answer = self.difference("one", "two", "--limit", "1")
        self.assertEqual((len(answer["executions"]), answer["non_deterministic"]), (1, [{"node": "t", "executions": 3}]))
        self.assertIn("NON-DETERMINISM: t[0…2] gave", self.wf("lineage", "diff", "one", "two", "--limit", "1", code=11).out)

    def test_lines(self):
        self.start_run("other", "-i", "f=g.txt")
        whole = self.difference("base", "other", "--limit", "2")
        done = self.wf("lineage", "diff", "base", "other", "--limit", "2", "-o", "jsonl", code=11)
        lines = [json.loads(line) for line in done.out.splitlines()]
        records = [line.pop("record") for line in lines]
        self.assertEqual(records[:2] + records[-1:], ["difference", "input", "truncated"])
        self.assertEqual(lines[0]["executions_that_differ"], 3)
        self.assertEqual([line for line, record in zip(lines, records) if record == "execution"], whole["executions"])
        self.assertEqual(lines[-1], {"executions": 2})

    def test_what_has_no_history(self):
        self.assertIn("version diff", self.wf("lineage", "diff", "base", "probe@latest", code=2).err)
        self.assertIn("no run made", self.wf("lineage", "diff", "base", "f.txt", code=2).err)
        self.assertIn("'nothing'", self.wf("lineage", "diff", "base", "nothing", code=3).err)


if __name__ == "__main__":
    unittest.main()
