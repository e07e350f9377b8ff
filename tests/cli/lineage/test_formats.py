"""The formats of a provenance graph: all tell the same graph, and none is fooled by a hostile name."""
import json
import re
import unittest

from lab import Lab

HOSTILE = 'x"]\\"\n</script><img src=x onerror=alert(1)> \u202eevil -->|`#;&{}'


class Formats(Lab):
    def setUp(self):
        super().setUp()
        self.run_id = self.run_pipe()

    def shown(self, form, *arguments):
        return self.wf("lineage", "show", self.run_id, "-o", form, *arguments)

    def test_lines_are_the_nodes_and_edges_of_the_json(self):
        graph = self.json("lineage", "show", self.run_id)
        lines = [json.loads(line) for line in self.shown("jsonl").splitlines()]
        nodes = [line for line in lines if line.pop("record") == "node"]
        self.assertEqual([line["id"] for line in nodes if line.pop("root")], graph["roots"])
        self.assertEqual(nodes, graph["nodes"])
        self.assertEqual(lines[len(nodes):], graph["edges"])

    def test_a_table_has_a_row_for_each_node(self):
        rows = self.shown("table").splitlines()
        self.assertEqual(len(rows) - 1, len(self.json("lineage", "show", self.run_id)["nodes"]))
        row = next(row for row in rows if row.startswith("execution") and " report " in row)
        for word in ("succeeded", "score[0…2].page", "split.tail"):
            self.assertIn(word, row)

    def test_fields(self):
        graph = self.json("lineage", "show", self.run_id, "--fields", "title, started")
        for node in graph["nodes"]:
            self.assertLessEqual(set(node), {"id", "kind", "title", "started"})
        self.assertEqual(self.shown("table", "--fields", "kind,node").splitlines()[0].split(), ["KIND", "NODE"])
        self.assertIn("node split", self.shown("tree", "--fields", "node"))
        for form in ("dot", "mermaid"):
            self.assertIn("state succeeded", self.shown(form, "--fields", "state"))
        error = self.said("lineage", "show", self.run_id, "--fields", "kind,strated", code=2)
        for word in ("'strated'", "did you mean 'started'", "known fields: abort_asked, artifacts, "):
            self.assertIn(word, error)

    def test_a_drawing_has_every_thing_and_its_certainty(self):
        self.wf("run", "next.yaml", "-i", "text=table.txt")
        graph = self.json("lineage", "impact", "table.txt")
        dot = self.wf("lineage", "impact", "table.txt", "-o", "dot")
        mermaid = self.wf("lineage", "impact", "table.txt", "-o", "mermaid")
        self.assertTrue(mermaid.startswith("flowchart LR\n"))
        edges = [edge for edge in graph["edges"] if edge["relation"] != "in run"]
        matched = sum(edge["certainty"] == "matched" for edge in edges)
        self.assertEqual(len(re.findall(r"^ *n\d+ \[", dot, re.M)), len(graph["nodes"]))
        self.assertEqual(len(re.findall(r"^ *n\d+ -> n\d+ ", dot, re.M)), len(edges))
        self.assertEqual(dot.count("style=dashed"), matched)
        self.assertEqual(mermaid.count("-.->"), matched + dot.count("style=dotted"))
        self.assertGreater(matched, 0)

    def test_what_is_deep_stays_narrow(self):
        """Below forty levels a thing that has brothers goes on at the left edge, once."""
        tasks = {"s": {"inputs": {"x": "int?", "z": "int?"}, "outputs": {"y": "int", "w": "int"}, 
                       "script": "echo $((${x:-0} + 1)) > $y; echo $((${z:-0} + 2)) > $w"}}
        nodes = {"n%d" % i: {"task": "s", "with": {"x": "$n%d.y" % (i - 1), "z": "$n%d.w" % (i - 1)} if i else {}} for i in range(120)}
        run = json.loads(self.wf("run", self.define(tasks, nodes, outputs={"y": "$n119.y"}, name="deep", file="deep.yaml"), "-o", "json"))["run"]
        for verb, reference in (("show", run + "/n119"), ("impact", run + "/n0")):
            lines = self.wf("lineage", verb, reference).splitlines()
            self.assertLess(max(map(len, lines)), 250)
            self.assertTrue(any(line.endswith("(see below)") for line in lines))
            self.assertLess(len(lines), 120 * 5)
            for i in range(120):
                self.assertTrue(any("n%d" % i in line for line in lines), i)

    def test_a_hostile_name_is_text_everywhere(self):
        self.wf("init")
        path = self.write(HOSTILE.replace("/", "_") + ".txt", "hostile bytes\n")
        self.wf("run", "next.yaml", "-i", "text=" + path)
        for form in ("tree", "table", "dot", "mermaid"):
            text = self.wf("lineage", "show", "file:" + path, "-o", form)
            self.assertNotIn("\u202e", text)
            self.assertNotIn("x\"]\\\"\n", text)
        dot = self.wf("lineage", "show", "file:" + path, "-o", "dot")
        for line in dot.splitlines():
            self.assertEqual(re.sub(r'"(?:[^"\\]|\\.)*"', "", line).count('"'), 0, line)
        mermaid = self.wf("lineage", "show", "file:" + path, "-o", "mermaid")
        for label in re.findall(r'"(.*?)"', mermaid):
            self.assertRegex(re.sub(r"#\d+;|<br/>", "", label), r"^[^<>&;#`\"\[\]{}|]*$")


if __name__ == "__main__":
    unittest.main()
