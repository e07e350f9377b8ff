"""wf lineage show and impact: from bytes on a disk back to what they came from, and on to what came of them."""
import os
import shutil
import unittest

from lab import FORMS, Lab


def nodes_of(graph, kind):
    return [node for node in graph["nodes"] if node["kind"] == kind]


def names(graph, kind, key="name"):
    return sorted(node[key] for node in nodes_of(graph, kind))


class Show(Lab):
    def test_a_file_leads_to_the_outermost_inputs(self):
        run = self.run_pipe("--out", "results")
        graph = self.json("lineage", "show", self.output("report"))
        self.assertFalse(graph["truncated"])
        self.assertEqual(names(graph, "execution", "node"), ["report", "score", "split"])
        self.assertEqual(names(graph, "input"), ["ks", "table"])
        self.assertEqual([node["run"] for node in nodes_of(graph, "run")], [run])
        self.assertEqual(len(nodes_of(graph, "version")), 1)
        self.assertEqual(len(nodes_of(graph, "registration")), 1)
        score = next(node for node in nodes_of(graph, "execution") if node["node"] == "score")
        self.assertEqual(score["elements"], [0, 1, 2])
        self.assertEqual(score["executor"], "local")
        self.assertTrue(score["host"])
        matched = [edge for edge in graph["edges"] if edge["certainty"] == "matched"]
        self.assertEqual([edge["from"] for edge in matched], graph["roots"])

    def output(self, name):
        """The file of an output below results/, whatever its ending is."""
        found = [entry for entry in os.listdir(self.path("results")) if entry.split(".")[0] == name]
        self.assertEqual(len(found), 1, os.listdir(self.path("results")))
        return os.path.join("results", found[0])

    def test_elements_are_counted_by_how_they_ended(self):
        self.write("some.yaml", "wf: v1\nname: some\ninputs: {k: list<int>}\n"
                                "tasks: {t: {inputs: {k: int}, outputs: {y: int}, script: test $k != 3; echo $k > $y}}\n"
                                "nodes: {t: {task: t, map: {k: $inputs.k}, each: {min_success: 1}}}\n")
        self.wf("run", "some.yaml", "-i", "k=[1,2,3]", "--name", "first")
        self.assertIn("t[0…2]  3 elements: 2 ran, 1 failed, 20", self.wf("lineage", "show", "first/t"))
        self.wf("run", "some.yaml", "-i", "k=[1,3,5]", "--name", "second")
        self.assertIn("t[0…2]  3 elements: 1 ran, 1 reused, 1 failed, 20", self.wf("lineage", "show", "second/t"))

    def test_the_tree_tells_it_in_order(self):
        self.run_pipe("--out", "results")
        text = self.wf("lineage", "show", self.output("report"))
        places = [text.index(word) for word in
                  ("report.report", "score[0…2].page", "split.head", "input table", "\nrun ", "\nversion pipe@")]
        self.assertEqual(places, sorted(places), text)
        self.assertIn("(see above)", text)
        self.assertIn("the version's default", text)

    def test_a_renamed_copy_leads_to_the_same_place(self):
        self.run_pipe("--out", "results")
        os.mkdir(self.path("elsewhere"))
        shutil.copy(self.path(self.output("report")), self.path("elsewhere/renamed"))
        one = self.json("lineage", "show", self.output("report"))
        other = self.json("lineage", "show", "elsewhere/renamed")
        self.assertEqual(one["nodes"][1:], other["nodes"][1:])

    def test_a_reuse_leads_to_the_original_producer(self):
        first = self.run_pipe()
        second = self.run_pipe("--out", "results")
        self.assertNotEqual(first, second)
        graph = self.json("lineage", "show", self.output("report"))
        self.assertEqual({node["run"] for node in nodes_of(graph, "execution")}, {first})
        graph = self.json("lineage", "show", second)
        self.assertEqual({node["run"] for node in nodes_of(graph, "execution")}, {first})
        self.assertIn("output, reused", [edge["relation"] for edge in graph["edges"]])
        self.assertIn("reused", self.wf("lineage", "show", second))

    def test_some_elements_reused_are_told_apart(self):
        first = self.run_pipe()
        second = self.run_pipe("-i", "ks=[3, 1, 7]")
        graph = self.json("lineage", "show", second)
        scores = [(node["run"], node["elements"]) for node in nodes_of(graph, "execution") if node["node"] == "score"]
        self.assertEqual(sorted(scores), sorted([(first, [0, 2]), (second, [2])]))

    def test_one_element_leads_to_its_item(self):
        run = self.run_pipe()
        graph = self.json("lineage", "show", f"{run}/score[1]")
        edge = next(edge for edge in graph["edges"] if edge["input"] == "k")
        self.assertEqual((edge["certainty"], edge["item"]), ("derived", "[1]"))

    def test_all_shows_each_element(self):
        run = self.run_pipe()
        graph = self.json("lineage", "show", run, "--elements")
        scores = [node["elements"] for node in nodes_of(graph, "execution") if node["node"] == "score"]
        self.assertEqual(sorted(scores), [[0], [1], [2]])

    def test_a_bounded_answer_says_so(self):
        run = self.run_pipe()
        graph = self.json("lineage", "show", run, "--depth", "1")
        self.assertTrue(graph["truncated"])
        self.assertEqual(graph["bounds"], ["depth"])
        self.assertEqual(names(graph, "execution", "node"), ["report", "score"])
        for form in FORMS:
            self.assertIn("truncated", self.wf("lineage", "show", run, "--depth", "1", "-o", form), form)
        graph = self.json("lineage", "show", run, "--depth", "2")
        self.assertFalse(graph["truncated"])
        self.assertEqual(names(graph, "execution", "node"), ["report", "score", "split"])
        for form in set(FORMS) - {"json", "yaml", "html"}:
            self.assertNotIn("truncated", self.wf("lineage", "show", run, "--depth", "2", "-o", form), form)

    def test_a_limit_is_kept_to(self):
        run = self.run_pipe()
        for limit in (1, 3, 10):
            graph = self.json("lineage", "show", run, "--all", "--limit", limit)
            self.assertEqual((len(graph["nodes"]), graph["bounds"]), (limit, ["limit"]))
        whole = self.json("lineage", "show", run, "--all", "--limit", "0")
        self.assertFalse(whole["truncated"])
        self.assertEqual(self.json("lineage", "show", run, "--all", "--limit", len(whole["nodes"])), whole)

    def test_a_file_inside_an_output_folder(self):
        self.run_pipe("--out", "results")
        shutil.copy(self.path("results/folder/inside.txt"), self.path("copy.txt"))
        graph = self.json("lineage", "show", "copy.txt")
        edge = next(edge for edge in graph["edges"] if edge["certainty"] == "matched")
        self.assertEqual(edge["item"], "inside.txt")
        self.assertIn("report.folder/inside.txt  7 B 7b2441693c86", self.wf("lineage", "show", "copy.txt"))
        self.assertEqual(self.json("lineage", "show", "results/folder")["nodes"][0]["kind"], "folder")

    def test_runs_are_joined_by_reference(self):
        run = self.run_pipe("--out", "results")
        self.wf("run", "next.yaml", "-i", f"text=wf:default/development/{run}/report/report")
        asserted = self.json("ls", "-n", "1")["runs"][0]["run"]
        graph = self.json("lineage", "show", asserted)
        self.assertIn(("given as", "asserted"), [(e["relation"], e["certainty"]) for e in graph["edges"]])
        self.assertEqual(len(nodes_of(graph, "run")), 2)


    def test_runs_are_joined_by_bytes(self):
        """Not asserted by anybody, and shown as such."""
        shutil.copy(self.path("table.txt"), self.path("copy.txt"))
        with open(self.path("copy.txt"), "a", encoding="utf-8") as file:
            file.write("e 5\n")
        self.run_pipe("-i", "table=copy.txt", "--out", "second")
        report = next(entry for entry in os.listdir(self.path("second")) if entry.split(".")[0] == "report")
        self.wf("run", "next.yaml", "-i", f"text=second/{report}")
        matched = self.json("ls", "-n", "1")["runs"][0]["run"]
        graph = self.json("lineage", "show", matched)
        self.assertIn(("same bytes as", "matched"), [(e["relation"], e["certainty"]) for e in graph["edges"]])
        self.assertIn("(by equal bytes)", self.wf("lineage", "show", matched))

    def test_both_ways(self):
        run = self.run_pipe()
        graph = self.json("lineage", "show", f"{run}/score[0]", "--up", "--down", "--depth", "1")
        self.assertEqual(self.json("lineage", "show", f"{run}/score[0]", "--all", "--depth", "1"), graph)
        self.assertEqual(names(graph, "execution", "node"), ["report", "score", "split"])
        text = self.wf("lineage", "show", f"{run}/score[0]", "--all", "--depth", "1")
        before, after = text.split("what depends on it")
        self.assertIn("split", before)
        self.assertIn("report", after)
        graph = self.json("lineage", "show", f"{run}/score[0]", "--down", "--depth", "1")
        self.assertEqual(names(graph, "execution", "node"), ["report", "score"])

    def test_versions_and_digests(self):
        run = self.run_pipe()
        version = self.json("show", run)["version"]
        graph = self.json("lineage", "show", version)
        self.assertEqual(nodes_of(graph, "version")[0]["version"], version)
        self.assertEqual(self.json("lineage", "show", "pipe@latest")["roots"], graph["roots"])
        table = self.json("show", run)["inputs"]["table"]
        self.assertEqual(names(self.json("lineage", "show", table), "input"), ["table"])


class Copies(Lab):
    def test_what_was_given_did_not_come_from_a_later_copy(self):
        os.mkdir(self.path("data"))
        self.write("data/a.txt", "first\n")
        path = self.define({"copy": {"inputs": {"d": "directory"}, "outputs": {"o": "directory"},
                                     "script": 'cp "$d"/* "$o"/'}},
                           {"copy": {"task": "copy", "with": {"d": "$inputs.d"}}},
                           {"d": "directory"}, {"o": "$copy.o"})
        self.wf("run", path, "-i", "d=data")
        for subject in ("data", "data/a.txt"):
            graph = self.json("lineage", "show", subject)
            self.assertEqual((names(graph, "input"), nodes_of(graph, "execution")), (["d"], []))
            impact = self.json("lineage", "impact", subject)
            self.assertEqual(names(impact, "execution", "node"), ["copy"])


class Impact(Lab):
    def test_an_input_file_leads_to_all_that_came_of_it(self):
        run = self.run_pipe()
        self.wf("run", "next.yaml", "-i", f"text=wf:default/development/{run}/outputs/report")
        graph = self.json("lineage", "impact", "table.txt")
        self.assertEqual(names(graph, "execution", "node"), ["count", "report", "score", "split"])
        self.assertEqual(names(graph, "output"), ["folder", "lines", "report", "scores"])
        text = self.wf("lineage", "impact", "table.txt")
        for word in ("input table", "split", "score[0…2]", "report", "output lines"):
            self.assertIn(word, text)

    def test_a_version_leads_to_its_runs(self):
        runs = {self.run_pipe(), self.run_pipe("-i", "ks=[5]")}
        graph = self.json("lineage", "impact", "pipe@latest")
        self.assertEqual({node["run"] for node in nodes_of(graph, "run")}, runs)


class Refusals(Lab):
    def test_what_is_not_known(self):
        self.run_pipe()
        self.write("other.txt", "nobody made this\n")
        error = self.said("lineage", "show", "other.txt", code=3)
        self.assertIn("sha256:", error)
        self.assertIn("hint:", error)
        self.assertIn("WF-E6101", error)
        self.write("empty.txt", "")
        self.assertIn("empty", self.said("lineage", "show", "empty.txt", code=3))
        self.assertIn("neither a file here nor a run", self.said("lineage", "show", "nothing", code=3))

    def test_a_file_of_many_runs_says_that_there_are_more(self):
        for i in range(21):
            self.wf("run", "next.yaml", "-i", "text=table.txt")
            if i == 19:
                self.assertEqual(self.json("lineage", "show", "table.txt")["bounds"], [])
        self.assertEqual(self.json("lineage", "show", "table.txt")["bounds"], ["matches"])
        self.assertEqual(self.json("lineage", "show", "table.txt", "--elements")["bounds"], [])
        self.assertEqual(self.json("lineage", "impact", "table.txt")["bounds"], [])

    def test_bytes_that_many_made_say_so(self):
        path = self.one_task("echo same > $y", {"k": "int"}, {"y": "file"}, map_over=["k"])
        self.write("copy.txt", "same\n")
        for count, bounds in ((20, []), (21, ["matches"])):
            self.wf("run", path, "-i", "k=%s" % list(range(count)))
            self.assertEqual(self.json("lineage", "show", "copy.txt")["bounds"], bounds)
            self.wf("run", "next.yaml", "-i", "text=copy.txt", "--name", "given%d" % count)
            self.assertEqual(self.json("lineage", "show", "given%d/count" % count)["bounds"], bounds)

    def test_both_questions_can_look_either_way(self):
        run = self.run_pipe()
        for options in (["--up"], ["--down"], ["--all"], ["--up", "--down"]):
            self.assertEqual(self.json("lineage", "show", run, *options), self.json("lineage", "impact", run, *options))
        self.assertEqual(self.json("lineage", "show", run), self.json("lineage", "show", run, "--up"))
        self.assertEqual(self.json("lineage", "impact", run), self.json("lineage", "impact", run, "--down"))

    def test_what_is_something_else_says_so(self):
        self.run_pipe("--out", "results")
        version = self.json("version", "show", "pipe@latest")["version"].split(":")[1][:12]
        self.assertIn(f"wf lineage show pipe@{version}", self.said("lineage", "show", "pipe.yaml", code=3))
        self.assertIn("outputs.json is the list", self.said("lineage", "show", "results/outputs.json", code=3))
        self.assertIn("pipe@latest", self.said("lineage", "show", "pipe", code=3))

    def test_several_readings_are_listed(self):
        self.run_pipe("--name", "nightly")
        shutil.copy(self.path("table.txt"), self.path("nightly"))
        error = self.said("lineage", "show", "nightly", code=2)
        self.assertIn("file:nightly", error)
        self.assertIn("run:", error)
        self.assertEqual(self.json("lineage", "show", "file:nightly")["nodes"][0]["kind"], "file")
        self.assertIn("output:", self.json("lineage", "show", "run:nightly")["roots"][0])

    def test_bytes_known_elsewhere_say_where(self):
        self.wf("run", "pipe.yaml", "-d", "staging")
        error = self.said("lineage", "show", "table.txt", code=3)
        self.assertIn("-p default -d staging", error)


if __name__ == "__main__":
    unittest.main()
