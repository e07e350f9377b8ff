"""Asking for runs: inputs, names, references to other runs' results, settings."""
import json
import os
import sqlite3
import threading

from wftest import WfTest, main, task


class Inputs(WfTest):
    def test_everything_wrong_is_said_at_once_and_nothing_starts(self):
        path = self.one_task("echo ran >> %s" % self.path("notes"), {"count": "int", "rate": "float", "kind": "enum<a|b>", "f": "file"},
                             {"x": "int?"})
        done = self.run_file(path, code=2, cuont=3, rate="much", kind="c", f=self.path("nothing"))
        for part in ("cuont", "did you mean", "count", "rate", "kind", "nothing"):
            self.assertIn(part, done.err)
        self.assertEqual(self.lines("notes"), [])
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(0,)])

    def test_what_no_store_can_keep_is_named_with_its_input(self):
        path = self.one_task("true", {"f": "file", "d": "directory"}, {"y": "int?"})
        os.makedirs(self.path("folder"))
        os.mkfifo(self.path("folder/pipe"))
        done = self.run_file(path, code=2, f=self.path("folder/pipe"), d=self.path("folder"))
        for part in ("-i f:", "-i d:", "pipe", "WF-E3001"):
            self.assertIn(part, done.err)
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(0,)])

    def test_texts_that_are_no_values(self):
        for type_, texts in {"int": ("1.0", "", "0x10", "1e3", "9223372036854775808", "1 "), "float": ("", "1,5"),
                             "bool": ("yes", "True", "1"), "datetime": ("2024-01-01T00:00:00", "now", "2024-02-30T00:00:00Z"),
                             "duration": ("5", "-"), "list<int>": ("1,2", "[1.5]", "[", "{}", "[null]"), "enum<a|b>": ("A", ""),
                             "map<int>": ("[]", '{"a": 1, "a": 2}'), "file": ("", "/", "https://example.org/x"), "directory": ("/etc/passwd",)}.items():
            path = self.one_task("true", {"x": type_}, {"y": "int?"})
            for text in texts:
                done = self.wf("run", path, "-i", "x=" + text, code=None)
                self.assertIn(done.code, (2, 3), (type_, text, done))
                self.assertIn("WF-E", done.err)

    def test_what_is_no_json_is_told_what_was_expected(self):
        path = self.one_task("true", {"ks": "list<int>", "n": "int"}, {"y": "int?"})
        refused = self.wf("run", path, "-i", "ks=seven", "-i", "n=1", code=2).err
        self.assertIn('expected list<int>, got "seven"; write JSON: [1, 2] for a list', refused)
        self.assertIn("expected list<int> as JSON: ", self.wf("run", path, "-i", "ks=[1, 2", "-i", "n=1", code=2).err)

    def test_an_input_is_given_once(self):
        path = self.one_task("true", {"n": "int"}, {"y": "int?"})
        refused = self.wf("run", path, "-i", "n=1", "-i", "n=2", code=2).err
        self.assertIn("-i: the input 'n' is given twice", refused)
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(0,)])

    def test_a_string_is_taken_as_it_is(self):
        path = self.one_task("printf %s \"$x\" > $y", {"x": "string"}, {"y": "string"}, map_over=[])
        for text in ("https://example.org", "[1]", "a=b=c", " ", "null", "@x", "sha256:abc", "$inputs.x", "\n\n"):
            self.assertEqual(self.run_file(path, x=text).json["outputs"]["y"], text[:-1] if text.endswith("\n") else text)

    def test_keys_that_spell_two_places_alike(self):
        path = self.define({"t": task("true")}, {"t": {"task": "t"}}, {"m": "map<map<file>>"}, {"m": "$inputs.m"})
        file = self.write("f", "same")
        self.run_file(path, m={"a": {"b.c": file}, "a.b": {"c": file}})
        self.wf("store", "check", "--contents")

    def test_bytes_that_are_no_text(self):
        path = self.one_task("true", {"x": "string"}, {"y": "int?"})
        done = self.wf("run", path, "-i", os.fsdecode(b"x=\xff"), code=2)
        self.assertIn("UTF-8", done.err)

    def test_an_inputs_file_and_what_wins_over_it(self):
        path = self.one_task("echo $a $b $l > $y", {"a": "int", "b": "string", "l": "list<int>"}, {"y": "string"}, defaults={"b": "default"})
        given = self.write("inputs.yaml", "a: 1\nl: [1, 2]  # a comment\n")
        self.assertEqual(self.run_file(path, "--inputs", given).json["outputs"]["y"], "1 default in/l")
        self.assertEqual(self.run_file(path, "--inputs", given, a=2, b="x").json["outputs"]["y"], "2 x in/l")
        for text, part in (("a: 1\na: 2\nl: []\n", "a"), ("a: [\n", "inputs.yaml"), ("- 1\n", "inputs.yaml"), ("zz: 1\na: 1\nl: []\n", "zz")):
            self.assertIn(part, self.run_file(path, "--inputs", self.write("inputs.yaml", text), code=2).err)
        self.assertGreater(self.run_file(path, "--inputs", self.path("none"), code=None).code, 1)

    def test_files_that_are_none(self):
        path = self.one_task("true", {"f": "file"}, {"y": "int?"})
        pipe = self.fifo("pipe")
        for special in (pipe, "/dev/zero", "/dev/null"):
            done = self.run_file(path, code=None, f=special)
            self.assertGreater(done.code, 0, done)
            self.assertIn("WF-E", done.err)

    def test_parallelism(self):
        path = self.one_task("true", outputs={"y": "int?"})
        for text in ("0", "-1", "x", "1.5"):
            self.wf("run", path, "--parallelism", text, code=2)
        notes = self.path("notes")
        path = self.one_task("echo + >> %s; echo - >> %s" % (notes, notes), {"n": "int"}, {"y": "int?"}, map_over=["n"])
        self.run_file(path, "--parallelism", "1", n=list(range(10)))
        self.assertEqual(self.lines("notes"), ["+", "-"] * 10)

    def test_as_many_at_once_as_asked_for(self):
        """Each of three tasks waits for the two others: only together can they end."""
        meet = "touch here.$n; for m in 1 2 3; do while test ! -e %s/$m; do touch %s/$n; done; done; echo 1 > $y"
        os.mkdir(self.path("met"))
        path = self.one_task(meet % (self.path("met"), self.path("met")), {"n": "int"}, {"y": "int"}, map_over=["n"])
        self.run_file(path, "--parallelism", "3", n=[1, 2, 3])


class Names(WfTest):
    def setUp(self):
        super().setUp()
        self.file = self.one_task("echo $n >> %s; echo $n > $y; test ! -e %s" % (self.path("notes"), self.path("broken")),
                                  {"n": "int"}, {"y": "int"}, defaults={"n": 1}, cache=False)

    def test_succeeded_is_not_run_again_but_written_again(self):
        first = self.run_file(self.file, "--name", "a").json
        again = self.run_file(self.file, "--name", "a", "--out", self.path("out")).json
        self.assertEqual((again["run"], again["outputs"]), (first["run"], first["outputs"]))
        self.assertEqual((self.lines("notes"), json.loads(self.read("out/outputs.json"))), (["1"], {"y": 1}))

    def test_other_inputs_or_another_version_are_a_conflict(self):
        self.run_file(self.file, "--name", "a")
        self.assertIn("'a'", self.run_file(self.file, "--name", "a", code=4, n=2).err)
        self.file = self.one_task("echo other > $y", outputs={"y": "string"})
        self.run_file(self.file, "--name", "a", code=4)
        self.assertEqual(self.lines("notes"), ["1"])

    def test_failed_stays_failed_with_its_result_and_code(self):
        self.write("broken", "")
        first = self.run_file(self.file, "--name", "a", code=1).json
        os.remove(self.path("broken"))
        again = self.run_file(self.file, "--name", "a", code=1)
        self.assertEqual((again.json["run"], again.json["cause"]), (first["run"], first["cause"]))
        self.assertIn("hint", again.err)
        self.assertEqual(self.lines("notes"), ["1"])

    def test_running_elsewhere_is_a_conflict_that_names_the_owner(self):
        ready, go = self.fifo("ready"), self.fifo("go")
        path = self.one_task("echo up > %s; cat %s; echo 1 > $y" % (ready, go), outputs={"y": "int"})
        process = self.start("run", path, "--name", "a", "-o", "json")
        self.hear(ready)
        done = self.run_file(path, "--name", "a", code=4)
        self.assertRegex(done.err, r"driven by process \d+")
        self.wf("resume", "a", code=4)
        with open(go, "w", encoding="utf-8"):
            pass
        self.assertEqual(self.finish(process).code, 0)

    def test_names_that_are_none(self):
        for name in ("", "a/b", "-x", "x" * 129, "a b", "01a20011-5db4-7000-b243-acf9a007f71b"):
            if name:
                self.wf("run", self.file, "--name=" + name, code=2)

    def test_names_belong_to_a_domain(self):
        first = self.run_file(self.file, "--name", "a").json["run"]
        self.assertNotEqual(self.run_file(self.file, "--name", "a", "-d", "staging").json["run"], first)

    def test_resume_of_what_has_ended(self):
        self.run_file(self.file, "--name", "a")
        self.assertEqual(self.wf("resume", "a", "-o", "json").json["outputs"], {"y": 1})
        self.wf("resume", "nobody", code=3)

    def test_a_bare_name_is_refused_with_both_ways(self):
        done = self.wf("run", "probe", code=2)
        self.assertIn("probe@latest", done.err)


class References(WfTest):
    def setUp(self):
        super().setUp()
        self.make = self.one_task("echo $n > $f; mkdir $d/sub; echo $n > $d/sub/x; echo $n > $v", {"n": "int"},
                                  {"f": "file", "d": "directory", "v": "int"}, map_over=["n"], file="make.yaml")
        self.run_file(self.make, "--name", "made", n=[10, 20])
        self.use = self.one_task("cat $f $d/sub/x > $y; echo $v >> $y", {"f": "file", "d": "directory", "v": "int"}, {"y": "string"}, file="use.yaml")

    def test_a_run_takes_from_another(self):
        base = "wf:default/development/made/t[1]/"
        found = self.run_file(self.use, f=base + "f", d=base + "d", v=base + "v").json
        self.assertEqual(found["outputs"]["y"].split(), ["20", "20", "20"])
        sources = self.query("SELECT name, source_node, source_element, source_output FROM run_input ORDER BY name")
        self.assertIn(("d", "t", 1, "d"), sources)

    def test_whole_lists_and_the_runs_own_outputs(self):
        path = self.one_task("echo $(cat $fs/*) $vs > $y", {"fs": "list<file>", "vs": "list<int>"}, {"y": "string"})
        found = self.run_file(path, fs="wf:default/development/made/outputs/f", vs="wf:default/development/made/inputs/n").json
        self.assertEqual(found["outputs"]["y"], "10 20 in/vs")

    def test_what_is_not_there_or_of_another_type(self):
        base = "wf:default/development/made/"
        for reference, code in ((base + "t[1]/nothing", 3), (base + "t[7]/f", 3), (base + "u/f", 3), ("wf:default/development/none/t/f", 3),
                                ("wf:nonsense", 2), (base + "t[1]/v", 2), (base + "t/f", 2)):
            done = self.run_file(self.use, code=None, f=reference, d=base + "t[0]/d", v="1")
            self.assertEqual((reference, done.code), (reference, code), done)

    def test_digests(self):
        digest = self.run_file(self.make, n=[10]).json["outputs"]["f"][0]
        path = self.one_task("cat $f > $y", {"f": "file"}, {"y": "string"})
        self.assertEqual(self.run_file(path, f=digest).json["outputs"]["y"], "10")
        self.run_file(path, code=2, f="sha256:" + "0" * 64)


class Together(WfTest):
    def test_many_runs_of_one_version_in_one_new_store(self):
        """All succeed, every row is there, and each key has one artifact whatever ran twice."""
        path = self.one_task("echo $((n * n)) > $y", {"n": "int"}, {"y": "int"}, map_over=["n"])
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.run_file(path, code=None, n=list(range(12))))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for done in results:
            self.assertEqual(done.code, 0, done)
            self.assertEqual(done.json["outputs"]["y"], [n * n for n in range(12)])
        self.assertEqual(self.query("SELECT count(*), count(DISTINCT artifact) FROM execution"), [(96, 12)])
        self.assertEqual(self.query("SELECT count(*) FROM cache_entry"), [(12,)])
        self.assertEqual(self.query("SELECT count(*) FROM artifact"), [(12,)])
        self.assertEqual(self.query("SELECT count(*) FROM run WHERE state = 'succeeded'"), [(8,)])
        self.assertEqual(self.query("SELECT count(*) FROM attempt WHERE state = 'running'"), [(0,)])

    def test_one_name_asked_for_by_many(self):
        path = self.one_task("echo ran >> %s; echo 1 > $y" % self.path("notes"), outputs={"y": "int"}, cache=False)
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.run_file(path, "--name", "a", code=None))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({done.code for done in results} - {4}, {0}, results)
        self.assertEqual(self.lines("notes"), ["ran"])


class Damaged(WfTest):
    def test_rows_of_a_run(self):
        path = self.one_task("echo $i > $x", {"i": "int"}, {"x": "int"})
        for change in ("run_input SET type = 'nonsense'", "run_input SET type = 'list<int>'", "run_input SET value = '{'",
                       "run_output SET type = 'list<'", "run_output SET value = '\"x\"'"):
            self.store = self.path("store-" + change.replace(" ", "-").replace("/", ""))
            self.run_file(path, "--name", "night", i=1)
            database = sqlite3.connect(self.store + "/wf.db")
            database.execute("UPDATE " + change)
            database.commit()
            database.close()
            done = self.run_file(path, "--name", "night", i=1, code=9)
            self.assertIn("WF-E4102", done.err)


if __name__ == "__main__":
    main()
