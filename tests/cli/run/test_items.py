"""Items of a command that are there under a condition, or once for each element."""
import json

from wftest import WfTest, main

ARGUMENTS = "import json, sys; json.dump(sys.argv[1:], open('out/seen', 'w'))"
ROW = {"record": {"name": "string", "on": "bool", "n": "int?", "tags": "list<string>", "wait": "duration"}}


def item(key, value, *args):
    return {key: value, "args": list(args)}


class Items(WfTest):
    def argv(self, words, inputs=None, code=0, **given):
        path = self.one_task(["python3", "-c", ARGUMENTS, *words], inputs, {"seen": "json"})
        file = self.write("inputs.json", json.dumps(given))
        done = self.run_file(path, "--inputs", file, code=code).json
        return done["outputs"]["seen"] if code == 0 else done["cause"]

    def lint(self, words, inputs):
        path = self.one_task(["x", *words], inputs, {"o": "file"})
        return [(fault["code"], fault["message"]) for fault in self.wf("lint", path, "-o", "json", code=2).json["diagnostics"]]

    def test_a_condition(self):
        words = ["<", item("if", "inputs.n > 3", "--big", "$inputs.n", "n=$(inputs.n)"), item("if", "inputs.s == null", "--none"), ">"]
        inputs = {"n": "int", "s": "string?"}
        self.assertEqual(self.argv(words, inputs, n=4, s="x"), ["<", "--big", "4", "n=4", ">"])
        self.assertEqual(self.argv(words, inputs, n=3, s="x"), ["<", ">"])
        self.assertEqual(self.argv(words, inputs, n=3), ["<", "--none", ">"])
        self.assertEqual(self.argv([item("if", " inputs.j.on ", "$inputs.l")], {"j": "json", "l": "list<int>"}, j={"on": True}, l=[1, 2]), ["1", "2"])

    def test_each_element_of_a_list(self):
        words = ["<", item("each", "$inputs.l", "--one", "$each", "[$(each)]", "$(each * 2)"), ">"]
        self.assertEqual(self.argv(words, {"l": "list<int>"}, l=[1, 20]), ["<", "--one", "1", "[1]", "2", "--one", "20", "[20]", "40", ">"])
        self.assertEqual(self.argv(words, {"l": "list<int>"}, l=[]), ["<", ">"])
        words = ["<", item("each", "$inputs.l", "-", "$each"), ">"]
        self.assertEqual(self.argv(words, {"l": "list<int?>?"}), ["<", ">"])
        self.assertEqual(self.argv(words, {"l": "list<int?>?"}, l=[1, None]), ["<", "-", "1", "-", ">"])
        hostile = ["$(touch x)", "", "a b", "--", "$each", "\n"]
        self.assertEqual(self.argv([item("each", "$inputs.l", "$each")], {"l": "list<string>"}, l=hostile), hostile)

    def test_fields_and_lists_of_an_element(self):
        words = [item("each", "$inputs.rows", "$each.name", item("if", "each.on", "on=$(each.wait)"), "$each.n", item("each", "$each.tags", "-t", "$each"), "$each.tags[0]")]
        rows = [{"name": "a", "on": True, "n": 1, "tags": ["x", "y"], "wait": "90s"}, {"name": "b", "on": False, "tags": ["z"], "wait": "0s"}]
        self.assertEqual(self.argv(words, {"rows": {"type": "list<{record: {name: string, on: bool, n: int?, tags: list<string>, wait: duration}}>"}}, rows=rows),
                         ["a", "on=1m30s", "1", "-t", "x", "-t", "y", "x", "b", "-t", "z", "z"])
        words = [item("if", "inputs.r.on", item("each", "$inputs.r.tags", "$(inputs.r.name)$(each)"))]
        self.assertEqual(self.argv(words, {"r": ROW}, r=rows[0]), ["ax", "ay"])
        self.assertEqual(self.argv([item("each", "$inputs.l", "<", "$each", ">")], {"l": "list<list<int>>"}, l=[[1, 2], []]), ["<", "1", "2", ">", "<", ">"])

    def test_entries_of_a_map(self):
        words = [item("each", "$inputs.m", "$each.key", "$(each.key)=$(each.value)", "$(each.value + 1)")]
        self.assertEqual(self.argv(words, {"m": "map<int>"}, m={"b": 2, "a.x": 1}), ["a.x", "a.x=1", "2", "b", "b=2", "3"])

    def test_json_has_what_it_has_this_time(self):
        words = [item("each", "$inputs.j", "$each")]
        self.assertEqual(self.argv(words, {"j": "json"}, j=[1, "a", None, True]), ["1", "a", "true"])
        words = [item("each", "$inputs.j.m", "$each.key", "$(each.value)")]
        self.assertEqual(self.argv(words, {"j": "json"}, j={"m": {"k": 1}}), ["k", "1"])
        cause = self.argv(words, {"j": "json"}, j={"m": "text"}, code=1)
        self.assertEqual(cause["code"], "WF-E3213")
        self.assertIn("""'inputs.j.m' is "text" this time, and has no elements""", cause["message"])
        cause = self.argv([item("each", "$inputs.j", "$each")], {"j": "json"}, j=[[1, [2]]], code=1)
        self.assertIn("'each' is a list this time, and no text", cause["message"])

    def test_files_are_paths(self):
        self.write("f/a", "1")
        given = {"files": [self.path("f/a"), self.write("f/b", "2")], "by": {"k": self.path("f/a")}, "r": {"l": [self.path("f/b")]}}
        inputs = {"files": "list<file>", "by": "map<file>", "r": {"record": {"l": "list<file>"}}}
        words = [item("each", "$inputs.files", "$each", "f=$(each)"), item("each", "$inputs.by", "$each.key", "$each.value"), "$inputs.files"]
        self.assertEqual(self.argv(words, inputs, **given), ["in/files/0", "f=in/files/0", "in/files/1", "f=in/files/1", "k", "in/by/k", "in/files/0", "in/files/1"])
        path = self.one_task(["sh", "-c", 'cat "$@" > $o', "sh", item("each", "$inputs.r.l", "$each"), item("each", "$inputs.by", "$each.value")], inputs, {"o": "string"})
        file = self.write("inputs.json", json.dumps(given))
        self.assertEqual(self.run_file(path, "--inputs", file).json["outputs"]["o"], "21")

    def test_mistakes(self):
        inputs = {"n": "int", "l": "list<int>", "r": ROW, "m": "map<int>", "lr": "list<{record: {a: int}}>"}
        for words, code, said in (
                ([item("if", "inputs.n", "a")], "WF-E1311", "expected bool, the expression gives int"),
                ([item("if", "inputs.x", "a")], "WF-E1302", "task 't' has no 'inputs.x'"),
                ([item("if", "$inputs.n", "a")], "WF-E1601", None),
                ([item("each", "$inputs.n", "a")], "WF-E1211", "'inputs.n' is int, which has no elements"),
                ([item("each", "$inputs.r", "a")], "WF-E1211", None),
                ([item("each", "$outputs.o", "a")], "WF-E1211", "'$outputs.o' is no reference to a list or a map"),
                ([item("each", "inputs.l", "a")], "WF-E1211", "'inputs.l' is no reference to a list or a map"),
                ([item("each", "$inputs.z", "$each.k")], "WF-E1302", "task 't' has no 'inputs.z'"),
                ([item("each", "$each", "a")], "WF-E1302", "task 't' has no 'each'"),
                (["$each"], "WF-E1302", "task 't' has no 'each'"),
                (["$(each.k + 1)"], "WF-E1302", "task 't' has no 'each.k'"),
                ([item("each", "$inputs.l", "$each.k")], "WF-E1317", "'each' is int, and there is nothing inside"),
                ([item("each", "$inputs.l", "$(each.k + 1)")], "WF-E1606", "a value of type int has no field 'k'"),
                ([item("each", "$inputs.lr", "$each")], "WF-E1306", "'each' is {record:{a:int}}, which has neither a text nor a path of its own"),
                ([item("each", "$inputs.lr", "$each.b")], "WF-E1317", "'each' has no field 'b'"),
                ([item("each", "$inputs.m", "$each")], "WF-E1306", None),
                ([item("each", "$inputs.r.tags", "x$(inputs.l)")], "WF-E1306", None),
                ([item("if", "true")], "WF-E1204", "'args' is empty: there is nothing to add"),
                ([{"if": "true"}], "WF-E1101", None),
                ([{"if": "true", "args": ["a"], "else": ["b"]}], "WF-E1004", "a conditional argument has no key 'else'"),
                ([{"if": "true", "each": "$inputs.l", "args": ["a"]}], "WF-E1204", None)):
            found = self.lint(words, inputs)
            self.assertEqual([one[0] for one in found], [code], (words, found))
            self.assertTrue(said is None or found[0][1] == said, found)

    def test_args_stand_in_each_other_16_deep(self):
        nested = "x"
        for _ in range(16):
            nested = item("if", "true", nested)
        self.assertEqual(self.argv([nested]), ["x"])
        self.assertEqual(self.lint([item("if", "true", nested)], {}), [("WF-E1204", "more than 16 'args' stand in each other")])

    def test_more_than_any_system_takes_fails_the_task_not_wf(self):
        words = [item("each", "$inputs.l", item("each", "$inputs.l", item("each", "$inputs.l", "$each")))]
        cause = self.argv(words, {"l": "list<int>"}, l=list(range(1000)), code=1)
        self.assertEqual((cause["code"], "more than 6 MiB" in cause["message"]), ("WF-E3207", True), cause)

    def test_they_are_in_the_key_and_in_the_version(self):
        def define(*words):
            return self.one_task(["sh", "-c", "echo $# > $n", "sh", *words], {"l": "list<int>"}, {"n": "int"})
        base = define(item("each", "$inputs.l", "$each"), item("if", "size(inputs.l) > 1", "-x"))
        self.assertEqual(self.executions(base, l="[1]"), (1, 0))
        self.assertEqual(self.executions(base, l="[1]"), (0, 1))
        for words in ([item("each", "$inputs.l", "$each"), item("if", "size(inputs.l) > 2", "-x")], [item("each", "$inputs.l", "$(each)"), item("if", "size(inputs.l) > 1", "-x")]):
            path = define(*words)
            self.assertEqual(self.executions(path, l="[1]"), (1, 0))
            self.assertEqual(self.executions(path, l="[1]"), (0, 1))
        self.wf("store", "check", "--contents")

    def test_what_changed_is_shown_line_by_line(self):
        def define(flag):
            words = [item("each", "$inputs.l", item("if", "each > 1", flag, "v$(each + 1)"))]
            return self.one_task(["sh", "-c", "echo > $n", "sh", *words], {"l": "list<int>"}, {"n": "string"})
        self.run_file(define("-a"), l=[1])
        run = self.run_file(define("-b"), l=[1]).json["run"]
        told = self.wf("explain", run, "t").out
        for line in ("each $inputs.l", "    if each > 1", "-    -a", "+    -b", "    v$(each + 1)"):
            self.assertIn(line, told)
        versions = [self.wf("digest", define(flag)).out.split()[0] for flag in ("-a", "-b")]
        told = self.wf("version", "diff", *("probe@" + version for version in versions), code=None).out
        self.assertIn("tasks.t.command[4].args[0].args[0]", told)


if __name__ == "__main__":
    main()
