"""wf graph: the same graph in every form, from a file and from a registered version."""
import re

from wftest import WfTest, example_definitions, main, task

PIPE = {
    "make": task("echo", {"n": "int"}, {"left": "file", "right": "file"}),
    "work": task("echo", {"k": "int", "left": "file"}, {"score": "float"}),
    "join": task("echo", {"scores": "list<float>", "right": "file", "note": "string"}, {"page": "file"}),
}
NODES = {
    "join": {"task": "join", "with": {"scores": "$work.score", "right": "$start.right", "note": "$(inputs.title)!"}},
    "work": {"task": "work", "map": {"k": "$inputs.ks"}, "with": {"left": "$start.left"}},
    "start": {"task": "make", "with": {"n": 1}},
}
INPUTS = {"ks": "list<int>", "title": {"type": "string", "default": "t"}}
OUTPUTS = {"page": "$join.page", "scores": "$work.score"}


class Graph(WfTest):
    def setUp(self):
        super().setUp()
        self.path_of_pipe = self.define(PIPE, NODES, INPUTS, OUTPUTS, name="pipe", file="pipe.yaml")

    def drawn(self, *arguments, form="json"):
        return self.wf("graph", *(arguments or ["pipe.yaml"]), "-o", form)

    def test_vertices_and_edges(self):
        graph = self.drawn().json
        self.assertEqual([one["id"] for one in graph["vertices"]],
                         ["inputs.ks", "inputs.title", "start", "work", "join", "outputs.page", "outputs.scores"])
        kinds = {one["id"]: one for one in graph["vertices"]}
        self.assertEqual((kinds["start"]["task"], kinds["work"]["each"], kinds["inputs.title"]["default"]), ("make", ["k"], "t"))
        self.assertEqual(kinds["outputs.scores"]["type"], "list<float>")
        edges = {(one["from"], one["to"], one["kind"], one["output"], one["input"]) for one in graph["edges"]}
        self.assertEqual(edges, {
            ("inputs.ks", "work", "each", "ks", "k"), ("start", "work", "data", "left", "left"),
            ("start", "join", "data", "right", "right"), ("work", "join", "data", "score", "scores"),
            ("inputs.title", "join", "data", "title", "note"), ("join", "outputs.page", "data", "page", "page"),
            ("work", "outputs.scores", "data", "score", "scores")})

    def test_a_registered_version_is_drawn_like_its_file(self):
        self.wf("register", "pipe.yaml")
        stored, file = self.drawn("pipe@latest").json, self.drawn().json
        self.assertEqual(stored["version"], file["version"])
        for part in ("vertices", "edges"):
            self.assertEqual(sorted(map(str, stored[part])), sorted(map(str, file[part])))

    def test_the_tree_shows_each_node_once(self):
        tree = self.drawn(form="tree").out
        self.assertEqual(len(re.findall(r"^\W*start\b", tree, re.M)), 1)
        self.assertEqual(len(re.findall(r"\bjoin\b.*\(see above\)", tree)), 1)
        for words in ("for each k", "task make", "score as scores", "output page  file  ← page"):
            self.assertIn(words, tree)

    def test_what_several_parts_of_a_node_take_is_named_once(self):
        """Each case takes the input, and so do two of the conditions."""
        case = {"task": "t", "with": {"of": "$first.share"}}
        self.define({"t": task("echo", {"of": "float"}, {"share": "float"})},
                    {"first": {"task": "t", "with": {"of": 1.0}},
                     "pick": {"switch": [{"when": "first.share > 0.5", **case}, {"when": "first.share > 0.2", **case}, case]}})
        self.assertRegex(self.drawn("probe.yaml", form="tree").out, r"pick .*  ← share as of, when share\n")
        edges = [(one["kind"], one["output"]) for one in self.drawn("probe.yaml").json["edges"] if one["to"] == "pick"]
        self.assertEqual(sorted(edges), [("data", "share"), ("when", "share")])

    def test_every_form_has_every_arrow(self):
        graph = self.drawn().json
        pairs = {(one["from"], one["to"]) for one in graph["edges"]}
        self.assertEqual(len(re.findall(r"^  n\d+ -> n\d+ ", self.drawn(form="dot").out, re.M)), len(pairs))
        self.assertEqual(self.drawn(form="mermaid").out.count("-->"), len(pairs))

    def test_an_order_without_data(self):
        nodes = {"last": {"task": "t", "after": ["first"], "run_if": "all_done"}, "first": {"task": "t"}}
        path = self.define({"t": task("true")}, nodes)
        graph = self.drawn(path).json
        self.assertEqual([(one["id"], one["run_if"]) for one in graph["vertices"]], [("first", None), ("last", "all_done")])
        self.assertEqual(graph["edges"], [{"from": "first", "to": "last", "kind": "after", "output": None, "input": None}])
        self.assertIn("last  task t, run if all_done  ← after", self.drawn(path, form="tree").out)
        self.assertIn("style=dashed", self.drawn(path, form="dot").out)
        self.assertIn('class="line dashed"', self.drawn(path, form="svg").out)

    def test_only_nodes(self):
        graph = self.drawn("pipe.yaml", "--only-nodes").json
        self.assertEqual({one["kind"] for one in graph["vertices"]}, {"task"})
        self.assertEqual(len(graph["edges"]), 3)

    def test_descriptions_are_text(self):
        hostile = 'x"]\\ </style><script>alert(1)</script> \x1b[31m\u202e & ]]>'
        path = self.define(dict(PIPE, make=dict(PIPE["make"], description=hostile)), NODES, INPUTS, OUTPUTS)
        for form in ("tree", "dot", "mermaid", "svg"):
            out = self.drawn(path, form=form).out
            for evil in ("\x1b", "\u202e", "<script", "]]>"):
                self.assertNotIn(evil, out)

    def test_what_cannot_be_drawn(self):
        self.assertIn("pipe@latest", self.wf("graph", "pipe", code=2).err)
        self.assertIn("nothing was drawn", self.wf("graph", self.write("bad.yaml", "wf: v1\nnodes: 3\n"), code=2).err)
        self.wf("graph", "absent.yaml", code=3)
        self.wf("graph", "pipe@v9", code=3)
        self.assertFalse(self.wf("graph", "pipe.yaml", "-o", "png", code=2).out)

    def test_nothing_but_literals(self):
        path = self.define({"t": task("true")}, {"t": {"task": "t"}})
        for form in ("tree", "json", "dot", "mermaid", "svg"):
            self.assertIn("t", self.drawn(path, form=form).out)

    def test_a_long_chain_stays_narrow_and_small(self):
        """What is deep continues at the margin; nothing grows faster than the definition."""
        count = 10000
        step = task("true", {"x": "int?"}, {"x_out": "int"})
        nodes = {"n%d" % i: {"task": "s", "with": {"x": "$n%d.x_out" % (i - 1)} if i else {}} for i in range(count)}
        path = self.define({"s": step}, nodes)
        tree = self.drawn(path, form="tree").out
        self.assertEqual(sum("(continued below)" not in line for line in tree.splitlines()[2:]), count)
        self.assertLess(max(map(len, tree.splitlines())), 120)
        for form in ("dot", "mermaid", "svg"):
            self.assertLess(len(self.drawn(path, form=form).out), count * 1000)

    def test_every_example_can_be_drawn(self):
        for path in example_definitions():
            self.assertTrue(self.drawn(path).json["edges"])


if __name__ == "__main__":
    main()
