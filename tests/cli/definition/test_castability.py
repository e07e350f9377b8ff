"""What may be given where something else is expected, for all pairs of types: as Flyte has it, but for named differences."""
import os

import yaml

from wftest import SOURCE, WfTest, main, task

TABLE = os.path.join(SOURCE, "tests/cli/definition/castability.yaml")
CSV = task("printf 'id,name\\n1,x\\n' > $t", {}, {"t": "dataset"})


def is_none(type_):
    return type_ == {"simple": "NONE"}


def struct_castable(up, down):
    """Dataclasses: without a schema on either side anything goes, else the same fields or more."""
    if "fields" not in up or "fields" not in down:
        return True
    return all(up["fields"].get(name) == type_ for name, type_ in down["fields"].items())


def dataset_castable(up, down):
    if is_none(up):
        return True
    if "dataset" not in up or (up["dataset"] and down["dataset"] and up["dataset"] != down["dataset"]):
        return False
    if not up["columns"] or not down["columns"]:
        return True
    return all(name in up["columns"] and castable(up["columns"][name], type_) for name, type_ in down["columns"].items())


def union_castable(up, down):
    if "union" in up:
        return all(any(castable(one, other) for other in down["union"]) for one in up["union"])
    return sum(castable(up, other) for other in down["union"]) == 1


def castable(up, down):
    """AreTypesCastable(upstream, downstream)."""
    for kind in ("list", "map"):
        if kind in down:
            return kind in up and (is_none(up[kind]) or castable(up[kind], down[kind]))
    if "blob" in down:
        return "blob" in up and (not up["blob"] or not down["blob"] or up["blob"] == down["blob"])
    if "dataset" in down:
        return dataset_castable(up, down)
    if "union" in down:
        return union_castable(up, down)
    if "enum" in up and down == {"simple": "STRING"} or "enum" in down and up == {"simple": "STRING"}:
        return True
    if up.get("simple") == down.get("simple") == "STRUCT":
        return struct_castable(up, down)
    return up == down


class Castability(WfTest):
    maxDiff = None

    def allowed(self, types):
        """Pairs that a definition may have."""
        tasks = {"t%d" % to: task("true", {"x": type_}) for to, type_ in enumerate(types)}
        nodes = {"n%d_%d" % (of, to): {"task": "t%d" % to, "with": {"x": "$inputs.i%d" % of}}
                 for of in range(len(types)) for to in range(len(types))}
        path = self.define(tasks, nodes, {"i%d" % of: type_ for of, type_ in enumerate(types)})
        text = self.read("probe.yaml").splitlines()
        refused = set()
        for one in self.wf("lint", path, "-o", "json", code=2).json["diagnostics"]:
            self.assertEqual(one["code"], "WF-E1311", one)
            refused.add(self.pair_at(text, one["place"]))
        self.assertEqual(len(refused), len(self.wf("lint", path, "-o", "json", code=2).json["diagnostics"]))
        return {(of, to) for of in types for to in types} - {(types[of], types[to]) for of, to in refused}

    @staticmethod
    def pair_at(text, place):
        """The node whose binding stands there: 'n3_4' is the last name before it."""
        before = "\n".join(text[:place["line"] - 1] + [text[place["line"] - 1][:place["column"]]])
        name = before[before.rindex('"n') if '"n' in before else before.rindex("n"):].split('"')[1]
        return tuple(int(number) for number in name[1:].split("_"))

    def test_all_pairs(self):
        with open(TABLE, encoding="utf-8") as file:
            table = yaml.safe_load(file)
        types = list(table["types"])
        flyte = {(of, to) for of in types for to in types if castable(table["types"][of], table["types"][to])}
        wf = self.allowed(types)
        unused = []
        expected = set(flyte)
        for row in table["differences"]:
            self.assertEqual(sorted(row), ["from", "to", "wf", "why"])
            pairs = {(of, to) for to in row["to"] for of in (types if row["from"] == "any" else row["from"])}
            if row["from"] == "any":  # what holds content is no json
                pairs = {(of, to) for of, to in pairs if (of, to) not in flyte and not any(word in of for word in ("file", "directory", "dataset"))}
            wrong = pairs & flyte if row["wf"] == "allowed" else pairs - flyte
            self.assertEqual(wrong, set(), "no difference: " + row["why"])
            unused += [] if pairs else [row]
            expected = expected | pairs if row["wf"] == "allowed" else expected - pairs
        self.assertEqual(unused, [])
        self.assertEqual(sorted(wf - expected), [], "wf allows what Flyte does not")
        self.assertEqual(sorted(expected - wf), [], "wf refuses what Flyte allows")


class CheckedWhenKnown(WfTest):
    """What the definition cannot tell is checked before the task runs."""

    def cause(self, path, **inputs):
        done = self.run_file(path, code=1, **inputs).json
        cause = done["cause"]
        self.assertEqual(self.query("SELECT * FROM attempt WHERE node = 'use' AND run = ?", done["run"]), [])
        return cause["code"], cause["node"], cause["message"]

    def test_texts_for_enums(self):
        use = task("echo $mode", {"mode": "enum<fast|slow>"})
        path = self.define({"use": use}, {"use": {"task": "use", "with": {"mode": "$inputs.s"}}}, {"s": "string"})
        self.run_file(path, s="slow")
        code, node, message = self.cause(path, s="slwo")
        self.assertEqual((code, node), ("WF-E3214", "use"))
        self.assertTrue(message.startswith("the input 'mode' is not allowed: "), message)
        self.assertIn("slwo", message)
        foretold = self.wf("run", path, "-i", "s=slwo", "-n", "-o", "json").json["executions"]
        self.assertEqual([one["fate"] for one in foretold], ["fail"])

    def test_texts_inside_lists_templates_and_expressions(self):
        use = task("echo $mode", {"mode": "enum<fast|slow>"})
        for node in ({"map": {"mode": "$inputs.l"}}, {"with": {"mode": "$(inputs.l[0])"}}, {"with": {"mode": "sl$(inputs.l[0])"}}):
            path = self.define({"use": use}, {"use": {"task": "use", **node}}, {"l": "list<string>"})
            self.assertIn("qick", self.cause(path, l=["qick"])[2])
        path = self.define({"use": use}, {"use": {"task": "use", "map": {"mode": "$inputs.l"}}}, {"l": "list<string>"})
        self.run_file(path, l=["fast", "slow"])
        path = self.define({"use": use}, {"use": {"task": "use", "with": {"mode": '$(true ? "fast" : "quick")'}}})
        self.assertIn("WF-E1311", self.wf("lint", path, code=2).out)

    def test_fields_that_nobody_asked_for_are_left_out(self):
        use = task("cat $r > $out", {"r": {"record": {"a": "int"}}}, {"out": "string"})
        path = self.define({"use": use}, {"use": {"task": "use", "with": {"r": "$inputs.r"}}},
                           {"r": {"type": {"record": {"a": "int", "b": "string"}}}}, {"out": "$use.out"})
        self.assertEqual(self.run_file(path, r={"a": 1, "b": "x"}).json["outputs"], {"out": '{"a":1}'})
        self.assertEqual(self.executions(path, r={"a": 1, "b": "other"}), (0, 1))

    def tables(self, wanted, make=CSV):
        use = task("cat $t", {"t": wanted})
        return self.define({"make": make, "use": use}, {"make": {"task": "make"}, "use": {"task": "use", "with": {"t": "$make.t"}}})

    def test_tables(self):
        for wanted in ("dataset", "dataset<csv>", "dataset<csv,{id:int}>", "dataset<csv,{id:int,name:string}>"):
            self.run_file(self.tables(wanted))
        for wanted, text in (("dataset<parquet>", "no Parquet file"), ("dataset<csv,{id:int,age:int}>", "its header lacks 'age'")):
            code, node, message = self.cause_of_table(wanted)
            self.assertEqual((code, node), ("WF-E3214", "use"))
            self.assertIn("the input 't' is not allowed: ", message)
            self.assertIn(text, message)

    def cause_of_table(self, wanted):
        cause = self.run_file(self.tables(wanted), code=1).json["cause"]
        return cause["code"], cause["node"], cause["message"]

    def test_large_tables_are_looked_into_as_files(self):
        make = task("{ echo id,name; yes 1,x | head -50000; } > $t", {}, {"t": "dataset<csv>"})
        self.run_file(self.tables("dataset<csv,{id:int}>", make))
        path = self.tables("dataset<csv,{age:int}>", make)
        self.assertIn("its header lacks 'age'", self.run_file(path, code=1).json["cause"]["message"])

    def test_tables_of_other_runs(self):
        path = self.define({"make": CSV}, {"make": {"task": "make"}}, {}, {"t": "$make.t"})
        self.run_file(path, "--name", "made")
        use = task("cat $t", {"t": "dataset<csv>"})
        for column, code in (("id", 0), ("age", 2)):
            path = self.define({"use": use}, {"use": {"task": "use", "with": {"t": "$inputs.t"}}},
                               {"t": "dataset<csv,{%s:int}>" % column}, name="other", file="other.yaml")
            done = self.run_file(path, "-i", "t=wf:default/development/made/make/t", code=code)
            if code:
                self.assertIn("its header lacks 'age'", done.err)

    def test_stubs_make_no_tables(self):
        self.assertEqual(self.wf("run", self.tables("dataset<csv,{age:int}>"), "--stub", "-o", "json").json["state"], "succeeded")


if __name__ == "__main__":
    main()
