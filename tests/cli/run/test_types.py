"""Records, unions, datasets, constraints and access paths, by tasks that run."""
import json

from wftest import WfTest, main, task

PERSON = {"record": {"name": "string", "age": "int?", "tags": "list<string>"}}
CSV = "dataset<csv,{id:int,name:string}>"


def told(done):
    """What a command says of its mistake, as it is before it becomes JSON."""
    return json.loads(done.err)["error"]["message"]


class Records(WfTest):
    def test_a_record_is_a_json_file_with_all_fields(self):
        path = self.one_task("cat $p > $copy", {"p": PERSON}, {"copy": PERSON})
        done = self.run_file(path, p='{"tags": ["a"], "name": "Ann"}')
        self.assertEqual(done.json["outputs"]["copy"], {"age": None, "name": "Ann", "tags": ["a"]})
        given = self.write("in.json", json.dumps({"p": {"name": "Bo", "age": 3, "tags": []}}))
        self.assertEqual(self.run_file(path, "--inputs", given).json["outputs"]["copy"]["age"], 3)

    def test_what_is_no_record_is_refused_with_its_path(self):
        path = self.one_task("cat $p > $copy", {"p": PERSON}, {"copy": PERSON})
        for given, said in (('{"name": "x"}', "the field 'tags' is missing"), ('{"name": 1, "tags": []}', "p.name: expected string, got 1"),
                            ('{"name": "x", "tags": [1]}', "p.tags[0]: expected string"), ("[]", "got []"),
                            ('{"name": "x", "tags": [], "\\u001b[31m": 1}', 'there is no field "\\u001b[31m"'),
                            ('{"name": "x", "nmae": 1, "tags": []}', "did you mean 'name'?")):
            done = self.run_file(path, code=2, p=given)
            self.assertIn(said, told(done))
            self.assertNotIn("\x1b", done.err)

    def test_an_output_that_is_none_fails(self):
        path = self.one_task("echo '{\"name\": \"x\", \"tags\": [\"a\", 2]}' > $o", outputs={"o": PERSON})
        cause = self.run_file(path, code=1).json["cause"]
        self.assertEqual(cause["code"], "WF-E3204")
        self.assertIn("is invalid at .tags[1]: expected string, got 2", cause["message"])

    def test_files_inside_a_record(self):
        kind = {"record": {"f": "file", "note": "string"}}
        path = self.one_task("""
            cat "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["f"])' $r)" > made
            echo '{"f": "made", "note": "n"}' > $o""", {"r": kind}, {"o": kind})
        given = self.write("in.json", json.dumps({"r": {"f": self.write("a", "bytes"), "note": ""}}))
        done = self.run_file(path, "--inputs", given, "--out", self.path("out"))
        self.assertEqual(self.read("out/" + json.loads(self.read("out/outputs.json"))["o"]["f"]), "bytes")

    def test_a_huge_record(self):
        fields = {"f%d" % i: "int" for i in range(2000)}
        path = self.one_task("cat $r > $o", {"r": {"record": fields}}, {"o": {"record": fields}})
        given = self.write("in.json", json.dumps({"r": {name: 1 for name in fields}}))
        self.assertEqual(len(self.run_file(path, "--inputs", given).json["outputs"]["o"]), 2000)


class Unions(WfTest):
    def test_values_keep_their_member(self):
        path = self.one_task("printf %s \"$u\" > $o", {"u": "duration|int|string"}, {"o": "bool|float"})
        for given in ("1.5", "true"):
            self.assertEqual(self.run_file(path, u="x" + given, code=1).json["cause"]["code"], "WF-E3204")
        path = self.one_task("printf %s \"$u\" > $o", {"u": "int|bool"}, {"o": "int|bool"})
        self.assertEqual(self.run_file(path, u="5").json["outputs"]["o"], 5)
        self.assertEqual(self.run_file(path, u="true").json["outputs"]["o"], True)

    def test_ambiguity_names_the_members(self):
        path = self.one_task("echo", {"u": "int|float"}, {})
        self.assertIn('1 could be float or int: exactly one member of float|int must accept it', told(self.run_file(path, code=2, u="1")))
        self.run_file(path, u="1.5")
        path = self.one_task("printf 1 > $o", outputs={"o": "int|string"})
        self.assertIn("could be int or string", self.run_file(path, code=1).json["cause"]["message"])

    def test_the_text_of_an_input_is_what_it_is_in_a_file(self):
        """What is JSON is never text, whoever refuses it; only what is none is."""
        for kind, given in (("duration|string", '"5m"'), ("datetime|string", '"2026-01-31T10:20:30Z"'), ("enum<a|b>|string", '"a"'),
                            ("float|string", '"nan"'), ("int|string", "true"), ("int|string", "9223372036854775808"),
                            ("list<string>|string", "5"), ("list<file>|string", "5")):
            with self.subTest(kind=kind, given=given):
                path = self.define({"t": task("true")}, {"n": {"task": "t"}}, {"u": kind}, {"o": "$inputs.u"})
                self.run_file(path, code=2, u=given)
                self.run_file(path, "--inputs", self.write("in.json", '{"u": %s}' % given), code=2)
                self.wf("register", path)
                self.wf("launchplan", "create", "p", "--workflow", "probe@latest", "--fixed", "u=" + given, code=2)
        for kind in ("int|string", "list<string>|string", "list<file>|string"):
            path = self.define({"t": task("true")}, {"n": {"task": "t"}}, {"u": kind}, {"o": "$inputs.u"})
            for given, read in (("hello", "hello"), ('"5"', "5"), ('"null"', "null")):
                self.assertEqual(self.run_file(path, u=given).json["outputs"], {"o": read})

    def test_members_that_look_alike_are_told_apart_to_the_end(self):
        tasks = {"a": {"outputs": {"o": "duration"}, "script": "echo 5m > $o"},
                 "b": {"inputs": {"u": "duration|int"}, "outputs": {"o": "duration|int", "seen": "string"},
                       "script": 'printf %s "$u" > $seen; printf %s "$u" > $o'}}
        path = self.define(tasks, {"a": {"task": "a"}, "b": {"task": "b", "with": {"u": "$a.o"}}, "c": {"task": "b", "with": {"u": 300}}},
                           outputs={"d": "$b.o", "i": "$c.o", "seen": "$b.seen"})
        done = self.run_file(path).json["outputs"]
        self.assertEqual((done["d"], done["i"], done["seen"]), ("5m", 300, "5m"))
        self.assertEqual(self.executions(path), (0, 3))


    def test_a_path_needs_no_quotes(self):
        path = self.one_task("cat $u > $o", {"u": "file|int|null"}, {"o": "json"})
        self.assertEqual(self.run_file(path, u="5").json["outputs"]["o"], 5)
        given = self.write("a b.json", "[]")
        done = self.run_file(path, u=given).json["outputs"]["o"]
        self.assertTrue(done.endswith("4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"), done)
        said = told(self.run_file(path, code=2, u="a,json"))
        self.assertIn('expected file|int, got "a,json"; there is no file', said)


class Json(WfTest):
    def test_a_reference_gives_json_what_a_task_would_read(self):
        """A duration bound to json is not its nanoseconds, by a reference or by an expression."""
        tasks = {"t": {"inputs": {"j": "json"}, "outputs": {"o": "json"}, "script": "cat $j > $o"}}
        for kind, given, seen in (("duration", "90s", "1m30s"), ("list<duration|int>", '["1m", 3]', ["1m", 3]), ("float", "1.5", 1.5),
                                  ({"record": {"d": "duration"}}, '{"d": "1s"}', {"d": "1s"})):
            for bound in ("$inputs.x", "$(dyn(inputs.x))"):
                path = self.define(tasks, {"t": {"task": "t", "with": {"j": bound}}}, {"x": kind}, {"o": "$t.o"})
                self.assertEqual(self.run_file(path, x=given).json["outputs"]["o"], seen, (kind, bound))
        for bound in ("$inputs.x", "$(dyn(inputs.x))"):
            path = self.define(tasks, {"t": {"task": "t", "with": {"j": bound}}}, {"x": "float"})
            self.assertIn("json values have no infinities", self.run_file(path, x="inf", code=1).json["cause"]["message"])

    def test_defaults_are_shown_as_people_write_them(self):
        inputs = {"f": {"type": "float", "default": "inf"}, "r": {"type": {"record": {"d": "duration"}}, "default": {"d": "3s"}}}
        self.wf("register", self.one_task("true", inputs))
        told = self.wf("workflow", "show", "probe").out
        self.assertIn("f: float = inf\n", told)
        self.assertIn('r: {record:{d:duration}} = {"d":"3s"}\n', told)

    def test_fields_of_records_are_typed_in_expressions(self):
        tasks = {"t": {"inputs": {"r": {"record": {"d": "duration", "n": "int?"}}}, "outputs": {"o": "string"},
                       "command": ["sh", "-c", 'printf %s "$1" > $o', "sh", "$(inputs.r.d) $(inputs.r.n == null)"]}}
        path = self.define(tasks, {"t": {"task": "t", "when": 'inputs.r.d > duration("1m")', "with": {"r": "$inputs.r"}}},
                           {"r": {"record": {"d": "duration", "n": "int?"}}}, {"o": "$t.o"})
        self.assertEqual(self.run_file(path, r='{"d": "90s"}').json["outputs"]["o"], "1m30s true")


class Datasets(WfTest):
    def test_a_csv_header_is_checked_where_wf_first_sees_it(self):
        path = self.one_task("cp $t $o", {"t": CSV}, {"o": CSV})
        good = self.write("good.csv", '\ufeffname,"id"\r\nAnn,1\r\n')
        self.run_file(path, "--out", self.path("out"), t=good)
        for content, said in (("id\n", "its header lacks 'name'"), ("id,name,x y\n", "its header has 'x y' besides"),
                              ("", "it is empty"), ("id,id,name\n", "has the column 'id' twice"), ('"id', "a quote is open"),
                              ("ID,name", "lacks 'id', and it has 'ID' besides")):
            self.assertIn(said, self.run_file(path, code=2, t=self.write("bad.csv", content)).err)
        path = self.one_task("echo id,nmae > $o", outputs={"o": CSV})
        self.assertIn("its header lacks 'name', and it has 'nmae' besides", self.run_file(path, code=1).json["cause"]["message"])

    def test_parquet_by_its_ends(self):
        path = self.one_task("printf %s $s > $o", {"s": "string"}, {"o": {"type": "dataset", "format": "parquet"}})
        self.run_file(path, s="PAR1....PAR1")
        self.assertIn("no Parquet file", self.run_file(path, code=1, s="PAR1....").json["cause"]["message"])

    def test_lists_of_datasets(self):
        path = self.one_task("cp $l/* $o", {"l": "list<dataset<csv>>"}, {"o": {"type": "list<dataset>", "format": "csv", "columns": {"a": "int"}}})
        files = [self.write("1.csv", "a\n1\n"), self.write("2.csv", "a\n2\n")]
        self.assertEqual(len(self.run_file(path, l=files).json["outputs"]["o"]), 2)
        self.assertEqual(self.run_file(path, l=[self.write("3.csv", "b\n")], code=1).json["cause"]["code"], "WF-E3204")

    def test_a_digest_is_checked_too(self):
        path = self.one_task("cp $f $o", {"f": "file"}, {"o": "file"})
        digest = self.run_file(path, f=self.write("x.csv", "a,b\n")).json["outputs"]["o"]
        path = self.one_task("cat $t", {"t": CSV})
        self.assertIn("lacks 'id', 'name'", self.run_file(path, code=2, t=digest).err)


class Constraints(WfTest):
    def test_what_a_run_is_given(self):
        inputs = {"n": {"type": "int", "min": 1, "max": 9, "default": 5}, "s": {"type": "string?", "pattern": "[a-z]+"},
                  "c": {"type": "string", "one_of": ["red", "green"], "default": "red"},
                  "p": {"type": "file?", "pattern": "*.png"}}
        path = self.one_task("echo", inputs, {})
        self.run_file(path, n=9, s="abc", c="green", p=self.write("a.png", ""))
        for name, given, said in (("n", 10, "'10' is more than the max 9"), ("n", 0, "'0' is less than the min 1"),
                                  ("s", "ab1", "'ab1' does not match the pattern [a-z]+"), ("s", "a\n", "does not match"),
                                  ("c", "blue", "'blue' is not one of green, red"), ("p", self.write("a.jpg", ""), "'a.jpg' does not match the pattern *.png")):
            self.assertIn(said, self.run_file(path, code=2, **{name: given}).err)

    def test_nan_can_be_one_of_the_values(self):
        path = self.one_task("echo", {"f": {"type": "float", "one_of": ["nan", 1, "nan"], "default": 1}}, {})
        self.run_file(path, f="nan")
        self.assertIn("'2.0' is not one of 1.0, nan", self.run_file(path, code=2, f=2).err)

    def test_what_flows_into_a_task_and_out_of_it(self):
        tasks = {"a": {"inputs": {"n": "int"}, "outputs": {"o": {"type": "int", "max": 7}}, "script": "echo $n > $o"},
                 "b": {"inputs": {"n": {"type": "int", "max": 3}}, "script": "true"}}
        path = self.define(tasks, {"a": {"task": "a", "with": {"n": "$inputs.n"}}, "b": {"task": "b", "with": {"n": "$a.o"}}}, {"n": "int"})
        self.run_file(path, n=3)
        done = self.run_file(path, n=4, code=1).json["cause"]
        self.assertEqual((done["code"], done["node"]), ("WF-E3214", "b"))
        self.assertIn("'4' is more than the max 3", done["message"])
        done = self.run_file(path, n=8, code=1).json["cause"]
        self.assertEqual((done["code"], done["node"]), ("WF-E3204", "a"))

    def test_a_narrower_constraint_is_another_version_and_no_other_key(self):
        def define(most):
            return self.one_task("echo $n > $o", {"n": "int"}, {"o": {"type": "int", "max": most}})
        loose = self.executions(define(9), n=5)
        self.assertEqual(loose, (1, 0))
        self.assertEqual(self.executions(define(8), n=5), (0, 1))
        self.assertEqual(self.run_file(define(4), n=5, code=1).json["cause"]["code"], "WF-E3204")


class Access(WfTest):
    def test_fields_keys_and_indexes(self):
        tasks = {"make": {"outputs": {"r": {"record": {"p": PERSON, "l": "list<list<int>>", "j": "json"}}},
                          "script": """echo '{"p": {"name": "Ann", "tags": ["x", "y"]}, "l": [[1], [2, 3]], "j": {"a b": [null, {"c": 7}]}}' > $r"""},
                 "take": {"inputs": {"name": "string", "tags": "list<string>", "n": "int", "j": "json", "m": "string"}, "outputs": {"o": "string"},
                          "command": ["sh", "-c", 'echo "$@" > $o', "$inputs.name", "$inputs.name", "$inputs.tags.1", "$inputs.n", "$(inputs.j.c)", "$inputs.m"]}}
        bound = {"name": "$make.r.p.name", "tags": "$make.r.p.tags", "n": "$make.r.l[1].0", "j": '$make.r.j["a b"].1', "m": '<$(inputs.m["k/1"])>'}
        path = self.define(tasks, {"make": {"task": "make"}, "take": {"task": "take", "with": bound}}, {"m": "map<string>"},
                           {"o": "$take.o", "age": "$make.r.p.age", "last": "$make.r.l.1"})
        done = self.run_file(path, m='{"k/1": "v"}').json
        self.assertEqual(done["outputs"], {"age": None, "last": [2, 3], "o": "Ann y 2 7 <v>"})

    def test_what_is_not_there_fails_the_node_with_its_path(self):
        tasks = {"t": {"inputs": {"s": "string"}, "script": "true"}, "u": {"inputs": {"j": "json"}, "command": ["echo", "$inputs.j.a"]}}
        for kind, given, step, said in (("list<string>", '["a"]', ".1", "'inputs.x' has 1 elements, and '1' is no index of one"),
                                        ("map<string>", '{"near": ""}', ".naer", "'inputs.x' has no member \"naer\"; did you mean 'near'?"),
                                        ("map<map<string>>", '{"a\\nb": {}}', '["a\\nb"].c', "has no member \"c\"")):
            path = self.define(tasks, {"t": {"task": "t", "with": {"s": "$inputs.x" + step}}}, {"x": kind})
            cause = self.run_file(path, x=given, code=1).json["cause"]
            self.assertEqual((cause["code"], cause["node"]), ("WF-E3213", "t"))
            self.assertIn(said, cause["message"])
        path = self.define(tasks, {"u": {"task": "u", "with": {"j": "$inputs.x"}}}, {"x": "json"})
        self.run_file(path, x='{"a": 1}')
        for given in ('{"a": [1]}', "{}", "null", "3"):
            self.assertEqual(self.run_file(path, x=given, code=1).json["cause"]["code"], "WF-E3213", given)

    def test_files_inside_are_paths(self):
        kind = {"record": {"f": "file", "l": "list<file>"}}
        path = self.one_task(["sh", "-c", 'cat "$@" > $o', "cat", "$inputs.r.f", "$inputs.r.l", "$inputs.c.1"], {"r": kind, "c": "list<file>"}, {"o": "string"})
        name = lambda content: self.write(content, content)
        given = self.write("in.json", json.dumps({"r": {"f": name("a"), "l": [name("b"), name("c")]}, "c": [name("d"), name("e")]}))
        self.assertEqual(self.run_file(path, "--inputs", given).json["outputs"]["o"], "abce")

    def test_the_key_holds_what_is_taken_and_not_the_rest(self):
        tasks = {"t": {"inputs": {"n": "int"}, "outputs": {"o": "int"}, "script": "echo $n > $o"}}
        path = self.define(tasks, {"t": {"task": "t", "with": {"n": "$inputs.r.n"}}}, {"r": {"record": {"n": "int", "x": "string"}}})
        self.assertEqual(self.executions(path, r='{"n": 1, "x": "a"}'), (1, 0))
        self.assertEqual(self.executions(path, r='{"n": 1, "x": "b"}'), (0, 1))
        self.assertEqual(self.executions(path, r='{"n": 2, "x": "b"}'), (1, 0))

    def test_lineage_of_an_element_is_the_whole_list(self):
        tasks = {"t": {"inputs": {"n": "int"}, "outputs": {"o": "list<int>"}, "script": "echo [$n] > $o"},
                 "u": {"inputs": {"n": "int"}, "outputs": {"o": "int"}, "script": "echo $n > $o"}}
        path = self.define(tasks, {"t": {"task": "t", "map": {"n": "$inputs.l"}}, "u": {"task": "u", "map": {"n": "$t.o.1"}}},
                           {"l": "list<int>"}, {"o": "$u.o"})
        done = self.run_file(path, l="[7, 8, 9]").json
        self.assertEqual(done["outputs"]["o"], [8])
        seen = self.wf("lineage", "show", done["run"] + "/u[0]/o").out
        self.assertIn("8", seen)


if __name__ == "__main__":
    main()
