"""Lineage item by item: only what a value was made of is upstream of it, and only what was made of it downstream."""
from wftest import WfTest, main, task

STEP = task("echo $((i + 1)) > $v", {"i": "int"}, {"v": "int"})
BOTH = task("echo $((i + j)) > $v", {"i": "int", "j": "int"}, {"v": "int"})
ALL = task("cat $vs > $v", {"vs": "list<int>"}, {"v": "json"})


class Items(WfTest):
    def run_nodes(self, nodes, outputs=None, inputs=None):
        path = self.define({"step": STEP, "both": BOTH, "all": ALL}, nodes, inputs, outputs)
        self.run_file(path, "--name", "ml")

    def reached(self, verb, reference):
        """What the executions of an answer are: {"c[1]", …}."""
        graph = self.wf("lineage", verb, reference, "--elements", "-o", "json").json
        found = set()
        for node in graph["nodes"]:
            if node["kind"] == "execution":
                found |= {"%s[%d]" % (node["node"], element) for element in node["elements"] or []} or {node["node"]}
        return found

    def test_a_list_that_is_put_together(self):
        """An element takes one item of it, and a reference one element."""
        self.run_nodes({"a": {"task": "step", "with": {"i": 1}}, "b": {"task": "step", "with": {"i": 5}},
                        "c": {"task": "step", "map": {"i": ["$a.v", "$b.v"]}}, "d": {"task": "step", "with": {"i": "$c.v.1"}}},
                       {"d": "$d.v", "both": ["$a.v", "$c.v.0"]})
        self.assertEqual(self.reached("show", "ml/c[1]/v"), {"c[1]", "b"})
        self.assertEqual(self.reached("show", "ml/d/v"), {"d", "c[1]", "b"})
        self.assertEqual(self.reached("impact", "ml/a/v") - {"a"}, {"c[0]"})
        self.assertEqual(self.reached("impact", "ml/b/v") - {"b"}, {"c[1]", "d"})
        self.assertIn("output both", self.wf("lineage", "impact", "ml/a/v").out)
        self.assertNotIn("output d", self.wf("lineage", "impact", "ml/a/v").out)

    def test_as_a_whole(self):
        self.run_nodes({"a": {"task": "step", "with": {"i": 1}}, "c": {"task": "step", "map": {"i": ["$a.v", 7]}},
                        "e": {"task": "all", "with": {"vs": "$c.v"}}, "f": {"task": "all", "with": {"vs": ["$c.v.1", "$a.v"]}}})
        self.assertEqual(self.reached("show", "ml/e/v"), {"e", "c[0]", "c[1]", "a"})
        self.assertEqual(self.reached("show", "ml/f/v"), {"f", "c[1]", "a"})

    def test_each_with_each(self):
        self.run_nodes({"a": {"task": "step", "map": {"i": [1, 2]}},
                        "p": {"task": "both", "map": {"i": "$a.v", "j": [10, 20, 30]}, "each": {"combine": "product"}}})
        self.assertEqual({"p[5]", "a[1]"}, self.reached("show", "ml/p[5]/v"))
        self.assertEqual({"p[3]", "p[4]", "p[5]"}, self.reached("impact", "ml/a[1]/v") - {"a[1]"})

    def test_through_a_workflow(self):
        self.define({"step": STEP}, {"m": {"task": "step", "map": {"i": "$inputs.ns"}}}, {"ns": "list<int>"}, {"vs": "$m.v"},
                    name="inner", file="inner.yaml")
        self.run_nodes({"a": {"task": "step", "with": {"i": 1}}, "b": {"task": "step", "with": {"i": 5}},
                        "sub": {"workflow": "inner.yaml", "with": {"ns": ["$a.v", "$b.v"]}},
                        "d": {"task": "all", "with": {"vs": "$sub.vs"}}})
        self.assertEqual(self.reached("show", "ml/sub.m[1]/v"), {"sub.m[1]", "b"})
        self.assertEqual(self.reached("impact", "ml/a/v") - {"a"}, {"sub.m[0]", "d"})


if __name__ == "__main__":
    main()
