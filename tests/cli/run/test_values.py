"""How values reach a task: as arguments, variables, files, folders, collections and JSON."""
import json
import os

from wftest import WfTest, main

HOSTILE = ["\"; rm -rf ~ #", "$(touch pwned)", "`touch pwned`", "a\nb", "'", "\\", "-rf", "--", " ", "", "*",
           "\t\x1b[31m", "ünï\U0001f600", "${HOME}", "%s%n", "a=b", "$x"]
ARGUMENTS = "import json, sys; json.dump(sys.argv[1:], open('out/seen', 'w'))"


class Arguments(WfTest):
    def argv(self, words, inputs, given, **more):
        path = self.one_task(["python3", "-c", ARGUMENTS, *words], inputs, {"seen": "json"}, **more)
        return self.run_file(path, **given).json["outputs"]["seen"]

    def test_scalars(self):
        inputs = {"i": "int", "f": "float", "b": "bool", "s": "string", "d": "datetime", "l": "duration", "e": "enum<a|b>"}
        given = {"i": "-9223372036854775808", "f": "1e3", "b": "true", "s": "x y", "d": "2024-01-01T01:00:00+01:00",
                 "l": "300s", "e": "b"}
        self.assertEqual(self.argv(["$inputs." + name for name in inputs], inputs, given),
                         ["-9223372036854775808", "1000.0", "true", "x y", "2024-01-01T00:00:00Z", "5m", "b"])

    def test_lists_become_one_argument_each(self):
        given = {"words": HOSTILE, "none": [], "files": [self.write("a", "1"), self.write("b", "2")]}
        inputs = {"words": "list<string>", "none": "list<int>", "files": "list<file>", "gone": "string?"}
        seen = self.argv(["<", "$inputs.words", "$inputs.none", "$inputs.gone", "$inputs.files", ">"], inputs, given)
        self.assertEqual(seen, ["<", *HOSTILE, "in/files/0", "in/files/1", ">"])

    def test_interpolation_and_literals(self):
        seen = self.argv(["--n=$(inputs.n)", "$$HOME", "a$b", "$$(x)", "1.10", "no", "012", "$outputs.seen", "$(inputs.n)$(inputs.n)"],
                         {"n": "int"}, {"n": 4})
        self.assertEqual(seen, ["--n=4", "$HOME", "a$b", "$(x)", "1.10", "no", "012", "out/seen", "44"])

    def test_hostile_strings_are_only_data(self):
        path = self.one_task("printf %s \"$s\" > $copy; test ! -e pwned; env -0 > environment",
                             {"s": "string"}, {"copy": "file"}, map_over=["s"])
        done = self.run_file(path, "--out", self.path("out"), s=HOSTILE)
        self.assertEqual([self.read("out/" + name) for name in done.json["outputs"] and self.listed()], HOSTILE)

    def listed(self):
        return json.loads(self.read("out/outputs.json"))["copy"]

    def test_64_kib_is_the_limit_of_a_variable(self):
        path = self.one_task("printf %s \"$s\" | wc -c > $n", {"s": "string"}, {"n": "int"}, cache=False)
        spec = lambda size: self.write("inputs.json", json.dumps({"s": "x" * size}))
        self.assertEqual(self.run_file(path, "--inputs", spec(65536)).json["outputs"]["n"], 65536)
        done = self.run_file(path, "--inputs", spec(65537), code=1)
        self.assertIn("declare it as json or file", done.json["cause"]["message"] + done.err + done.out)
        self.assertEqual(done.json["failures"][0]["node"], "t")

    def test_an_argument_too_long_for_the_system_fails_the_task_not_wf(self):
        path = self.one_task(["echo", "$inputs.words"], {"words": "list<string>"}, {"x": "string?"}, cache=False)
        given = self.write("inputs.json", json.dumps({"words": ["x" * 200000]}))
        done = self.run_file(path, "--inputs", given, code=1)
        self.assertRegex(done.json["cause"]["message"], "(?i)too long")

    def test_nul_never_truncates(self):
        """A NUL ends a C string: an argument that has one must not arrive shortened."""
        path = self.one_task(["python3", "-c", ARGUMENTS, "$inputs.words"], {"words": "list<string>"}, {"seen": "json"})
        given = self.write("inputs.json", '{"words": ["a\\u0000b"]}')
        done = self.run_file(path, "--inputs", given, code=None)
        self.assertIn(done.code, (1, 2), done)
        path = self.one_task("printf 'a\\0b' > $s", outputs={"s": "string"})
        self.assertEqual(self.run_file(path, code=1).json["cause"]["code"], "WF-E3204")


class Contents(WfTest):
    def test_files_keep_their_bytes_and_get_the_declared_name(self):
        content = bytes(range(256)) * 300
        path = self.define(
            {"t": {"inputs": {"model": {"type": "file", "name": "model.onnx"}}, "command": ["cp", "$inputs.model", "$outputs.copy"],
                   "outputs": {"copy": {"type": "file", "name": "copy.bin"}, "seen": "string?"}}},
            {"t": {"task": "t", "with": {"model": "$inputs.model"}}}, {"model": "file"}, {"copy": "$t.copy"})
        self.run_file(path, "--out", self.path("out"), model=self.write("x", content))
        with open(self.path("out/copy.bin"), "rb") as file:
            self.assertEqual(file.read(), content)

    def test_inputs_are_read_only(self):
        folder = os.path.dirname(self.write("d/sub/a", "1"))
        path = self.one_task("stat -L -c %a $f $d $d/sub $d/sub/a | tr '\\n' ' ' > $modes", {"f": "file", "d": "directory"},
                             {"modes": "string"})
        modes = self.run_file(path, f=self.write("f", "x", 0o755), d=os.path.dirname(folder)).json["outputs"]["modes"]
        self.assertEqual(modes, "444 555 555 444 ")

    def test_a_folder_arrives_whole(self):
        self.write("d/a b", "1")
        self.write("d/.hidden", "")
        self.write("d/run", "#!/bin/sh\n", 0o755)
        os.makedirs(self.path("d/empty"))
        os.symlink("a b", self.path("d/link"))
        path = self.one_task("cd $d; find . -printf '%P|%y|%l\\n' | sort > $WF_OUTPUTS/seen; test -x run; test ! -d empty/x",
                             {"d": "directory"}, {"seen": "string"})
        seen = self.run_file(path, d=self.path("d")).json["outputs"]["seen"].splitlines()
        self.assertEqual(seen, sorted([".hidden|f|", "a b|f|", "empty|d|", "link|l|a b", "run|f|", "|d|"]))

    def test_collections_of_files(self):
        files = [self.write("f%d" % i, "%d\n" % i) for i in range(11)]
        path = self.one_task("ls $many | tr '\\n' ' ' > $names; cat $many/* > $all; cat $named/train.csv >> $all",
                             {"many": "list<file>", "named": "map<file>"}, {"names": "string", "all": "string"})
        outputs = self.run_file(path, many=files, named={"train.csv": files[3]}).json["outputs"]
        self.assertEqual(outputs["names"], " ".join("%02d" % i for i in range(11)) + " ")
        self.assertEqual(outputs["all"].split(), [*map(str, range(11)), "3"])

    def test_keys_that_are_no_file_names_are_refused(self):
        path = self.one_task("true", {"named": "map<file>"}, {"x": "string?"})
        file = self.write("f", "x")
        for key in ("..", ".", "a/b", "", "x" * 201, "a\nb"):
            done = self.run_file(path, named={key: file}, code=None)
            self.assertIn(done.code, (1, 2), done)

    def test_compounds_are_json(self):
        path = self.one_task("cp $c $copy; cat $j > $k", {"c": "map<list<float>>", "j": "json"},
                             {"copy": "map<list<float>>", "k": "json"})
        value = {"c": {"b": [1.5, 2], "a": []}, "j": {"n": None, "i": 1, "f": 1.0, "s": "\u2028\"", "l": [[], {}]}}
        outputs = self.run_file(path, **value).json["outputs"]
        self.assertEqual(outputs, {"copy": {"a": [], "b": [1.5, 2.0]}, "k": value["j"]})
        self.assertIs(type(outputs["k"]["i"]), int)
        self.assertIs(type(outputs["k"]["f"]), float)

    def test_null_is_unset(self):
        path = self.one_task('echo "${s-unset}" "${f-unset}" "${l-unset}" > $seen',
                             {"s": "string?", "f": "file?", "l": "list<int>?"}, {"seen": "string"})
        self.assertEqual(self.run_file(path).json["outputs"]["seen"], "unset unset unset")
        self.assertEqual(self.run_file(path, s="", l=[]).json["outputs"]["seen"], " unset in/l")


class Sources(WfTest):
    def test_scripts_sources_and_shells(self):
        self.write("tool/run", "#!/bin/sh\necho from $0\n", 0o755)
        self.write("tool/data/x.txt", "data\n")
        self.write("tool/__pycache__/x.pyc", "no")
        path = self.one_task("import os, subprocess\n"
                             "out = subprocess.check_output(['tool/run'], text=True)\n"
                             "out += open('tool/data/x.txt').read() + str(os.path.exists('tool/__pycache__'))\n"
                             "open(os.environ['seen'], 'w').write(out)\n",
                             outputs={"seen": "string"}, sources=["tool"], shell=["python3"])
        self.assertEqual(self.run_file(path).json["outputs"]["seen"], "from tool/run\ndata\nFalse")

    def test_a_task_may_write_into_its_sources_and_harms_nobody(self):
        self.write("a.sh", "echo one\n")
        path = self.one_task(". ./a.sh > $x; echo 'echo two' > a.sh", {"n": "int"}, {"x": "string"}, sources=["a.sh"],
                             map_over=["n"])
        self.assertEqual(self.run_file(path, n=[1, 2, 3]).json["outputs"]["x"], ["one"] * 3)

    def test_sh_is_strict(self):
        for script, code in (("false; echo x", 1), ("echo $undefined", 2)):
            done = self.run_file(self.one_task(script, outputs={"x": "string?"}), code=1)
            self.assertIn("exited with code %d" % code, done.json["cause"]["message"])


if __name__ == "__main__":
    main()
