"""Infinities and NaN, which JSON has no numbers for: whatever shows a value that the store holds knows them."""
import json

from wftest import WfTest, main, task, wait_until

NOT_FINITE = ("inf", "-inf", "nan")
INSIDE = {"record": {"n": "int", "rate": "float", "wait": "duration"}}


class NotFinite(WfTest):
    def answered(self, name, type_, value):
        """The run `name` of one gate that is given the value."""
        path = self.define({}, {"f": {"gate": {"signal": type_}}}, outputs={"f": "$f.value"})
        process = self.start("run", path, "--name", name, "-o", "json")
        wait_until(lambda: self.peek("SELECT 1 FROM gate g JOIN run r ON r.id = g.run WHERE r.name = '%s'" % name), "it waits")
        said = self.wf("signal", name, "f", "--value=" + value, "-o", "json").json
        return said, json.loads(self.finish(process).out)

    def test_gates_are_given_them(self):
        for i, type_ in enumerate(("float", "float|bool", "float?")):
            for value in NOT_FINITE:
                name = "g%d%s" % (i, value)
                said, done = self.answered(name, type_, value)
                self.assertEqual((said["value"], done["state"], done["outputs"]), (value, "succeeded", {"f": value}))
                for command in ("show", "explain"):
                    self.assertIn("given %s by" % value, self.wf(command, name).out)
                self.assertEqual(self.wf("artifact", "get", name + "/f/value").out, value + "\n")
                self.assertEqual(self.wf("recover", name, "-o", "json").json["outputs"], {"f": value})
        self.wf("store", "check", "--contents")

    def test_what_is_inside_is_shown_as_everywhere(self):
        said, done = self.answered("g", INSIDE, '{"n": 1, "rate": "inf", "wait": "5m"}')
        wanted = {"n": 1, "rate": "inf", "wait": "5m"}
        self.assertEqual((said["value"], done["outputs"]), (wanted, {"f": wanted}))
        self.assertIn('given {"n":1,"rate":"inf","wait":"5m"} by', self.wf("show", "g").out)

    def test_tests_give_them_to_gates(self):
        self.wf("test", self.define(
            {}, {"f": {"gate": {"signal": "float"}}}, outputs={"f": "$f.value"},
            tests={value: {"signals": {"f": {"value": value}}, "expect": {"outputs": {"f": value}}} for value in ("inf", "nan")}))

    def run_with(self, name, value, *arguments):
        path = self.define(
            {"t": task("echo $x > $y; cp $l $z; printf '{\"n\": 1, \"rate\": \"%s\", \"wait\": \"5m\"}' $x > $r",
                       {"x": "float", "l": "list<float>"}, {"y": "float", "z": "list<float>", "r": INSIDE})},
            {"a": {"task": "t", "with": {"x": "$inputs.x", "l": "$inputs.l"}}}, {"x": "float", "l": "list<float>"},
            {"y": "$a.y", "z": "$a.z", "r": "$a.r"})
        return self.wf("run", path, "--name", name, "-i", "x=" + value, "-i", 'l=["%s",1.5]' % value, "-o", "json").json

    def test_all_that_shows_runs_and_results(self):
        for value in NOT_FINITE:
            with self.subTest(value):
                name = "r" + value
                record = {"n": 1, "rate": value, "wait": "5m"}
                self.assertEqual(self.run_with(name, value)["outputs"], {"y": value, "z": [value, 1.5], "r": record})
                self.run_with(name, value)  # the same run: NaN is NaN
                texts = (value, '["%s",1.5]' % value, '{"n":1,"rate":"%s","wait":"5m"}' % value)
                asked = (("show", name), ("lineage", "show", name), ("lineage", "impact", name + "/a"),
                         ("artifact", "list"), ("catalog", "artifact", "list"))
                for words in asked:
                    out = self.wf(*words).out
                    for text in texts:
                        self.assertIn(text, out, words)
                    self.assertNotIn("$f", out + self.wf(*words, "-o", "json").out, words)
                reference = "wf:default/development/%s/a/y" % name
                for words in (("lineage", "path", name, reference), ("lineage", "show", reference), ("report", name),
                              ("artifact", "show", name + "/a"), ("lineage", "diff", name, name), ("explain", name),
                              ("rerun", name, "-i", "x=" + reference)):
                    self.wf(*words)
        self.assertIn("inf -> nan", self.wf("lineage", "diff", "rinf", "rnan", code=11).out)


class Literals(WfTest):
    def test_one_of_several_types(self):
        path = self.write("u.yaml", """
wf: v1
name: u
inputs:
  p: {type: "float|bool", default: .nan}
  q: {type: "list<float>|bool", default: [-.inf, 1]}
nodes: {}
outputs: {p: $inputs.p, q: $inputs.q}
""")
        self.assertEqual(self.run_file(path).json["outputs"], {"p": "nan", "q": ["-inf", 1.0]})

    def test_where_no_float_is_wanted(self):
        for type_, value, text in (("int|bool", ".nan", "expected bool|int, got nan"), ("int", "-.inf", "expected int, got -inf"),
                                   ("list<json>|bool", "[.inf]", "got"), ("json", ".inf", "json values have no infinities")):
            path = self.write("n.yaml", "{wf: v1, name: n, nodes: {}, inputs: {p: {type: '%s', default: %s}}}" % (type_, value))
            out = self.wf("lint", path, code=2).out
            self.assertIn(text, out)
            self.assertIn("WF-E1108", out)

    def test_a_gate_whose_type_is_none_has_one_error(self):
        path = self.define({}, {"f": {"gate": {"signal": "flaot"}}}, tests={"t": {"signals": {"f": {"value": 1}}}})
        self.assertIn("1 error", self.wf("lint", path, code=2).out)


if __name__ == "__main__":
    main()
