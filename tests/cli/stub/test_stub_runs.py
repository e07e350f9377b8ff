"""Stub runs: every output made up by its type and checked as if a task had written it; nothing is run or kept."""
import os

from wftest import SOURCE, WF, WfTest, call, main, task

# Types with what is made up for them, as wf prints it; None for contents.
TYPES = {
    "int": 1, "float": 1.0, "bool": True, "string": "stub", "datetime": "2000-01-01T00:00:00Z", "duration": "1s",
    "enum<b|a>": "a", "json": {"stub": True}, "int?": 1, "list<int>": [1, 1], "map<string>": {"a": "stub", "b": "stub"},
    "list<list<bool>>": [[True, True], [True, True]], "int|string": "stub", "int|enum<all|none>": "all", "string|file": "stub", "datetime|string|file": "stub", "list<int|string>": ["stub", "stub"],
    "file": None, "directory": None, "list<file>": None, "map<directory>": None, "file?": None, "dataset<parquet>": None,
    "dataset<csv, {day: datetime, n: int?}>": None,
}
RECORD = {"record": {"n": "int", "pages": "list<file>", "at": "datetime?", "in_it": {"record": {"folder": "directory"}}}}
LIMITS = [
    ({"type": "int", "min": 5}, 5), ({"type": "int", "max": -3}, -3), ({"type": "int", "min": 0, "max": 9}, 1),
    ({"type": "float", "min": 2.5, "max": 3.0}, 2.5), ({"type": "datetime", "min": "2026-01-01T00:00:00Z"}, "2026-01-01T00:00:00Z"),
    ({"type": "duration", "max": "10ms"}, "10ms"), ({"type": "string", "one_of": ["red", "green"]}, "green"),
    ({"type": "int", "one_of": [7, 8], "min": 8}, 8), ({"type": "string?", "one_of": ["x"]}, "x"),
]
PATTERNS = ["[a-z]+", "v\\d+\\.\\d+", "(north|south)-[0-9]{4}", "[^a]x?y*", "[A-Z]{2,3}", "\\w+@\\w+\\.(com|org)", "(?:ab){3}", "a|b", ".{5}",
            "(?i)abc", "(?P<name>x)y", "[[:digit:]]+z", "\\$\\(x\\)", "^ab$", "[\\]\\-]q", "\\S\\s\\D", "x+?", "stub|other", "[]a]b",
            "\\p{Greek}+", "[α-ω]{3}", "\\PL+", "[^\\x00-\\x7f]+ü", "\\x41\\x{1f431}\\Qa.b\\E", "[[:^alpha:]]{2}", "\\pN\\P{Latin}"]


class StubRuns(WfTest):
    maxDiff = None

    def stub(self, path, *arguments, code=0):
        return self.wf("run", path, "--stub", "-o", "json", *arguments, code=code)

    def make(self, types, *arguments):
        """What is made up for outputs of these types, by their places."""
        path = self.one_task("exit 1", {}, {"o%d" % i: one for i, one in enumerate(types)})
        outputs = self.stub(path, "--out", "out", "--force", *arguments).json["outputs"]
        return [outputs["o%d" % i] for i in range(len(types))]

    def test_what_is_bound_to_less_is_made_to_fit(self):
        """A string where words are expected, a dataset where columns are; by itself, in lists and from maps."""
        tasks = {"make": task("exit 1", {}, {"s": "string", "many": "list<string>", "d": "dataset<csv>"}),
                 "one": task("exit 1", {"s": "enum<red|green>", "d": "dataset<csv, {day: datetime}>"}, {"t": "string"}),
                 "many": task("exit 1", {"s": "enum<x|y>"}, {"t": "string"}), "all": task("exit 1", {"ts": "list<enum<on|off>>"}, {"n": "int"})}
        nodes = {"make": {"task": "make"}, "one": {"task": "one", "with": {"s": "$make.s", "d": "$make.d"}},
                 "many": {"task": "many", "map": {"s": "$make.many"}}, "all": {"task": "all", "with": {"ts": "$many.t"}}}
        path = self.define(tasks, nodes, {}, {"s": "$make.s", "n": "$all.n", "ts": "$many.t"})
        outputs = self.stub(path).json["outputs"]
        self.assertIn(outputs["s"], ("red", "green"))
        self.assertEqual((outputs["n"], set(outputs["ts"]) <= {"on", "off"}), (1, True))

    def test_each_type(self):
        made = self.make(list(TYPES))
        self.assertEqual([value for value, expected in zip(made, TYPES.values()) if expected is not None],
                         [value for value in TYPES.values() if value is not None])
        self.assertEqual(self.make(list(TYPES)), made)

    def test_contents(self):
        columns = {"day": "datetime", 'a, "b"': "string", "n": "int?"}
        self.make(["file", {"type": "dataset", "format": "csv", "columns": columns}, "dataset<parquet>", "list<file>", "directory"])
        self.assertEqual((self.read("out/o0"), self.read("out/o2")), ("stub\n", "PAR1PAR1"))
        self.assertEqual(self.read("out/o1"), '"a, ""b""",day,n\nstub,2000-01-01T00:00:00Z,1\n')
        self.assertEqual((len(os.listdir(self.path("out/o3"))), self.read("out/o4/stub")), (2, "stub\n"))

    def test_records_with_files_in_them(self):
        [made] = self.make([{"type": RECORD}])
        self.assertEqual((made["n"], made["at"], len(made["pages"])), (1, "2000-01-01T00:00:00Z", 2))

    def test_limits_hold(self):
        self.assertEqual(self.make([port for port, _ in LIMITS]), [value for _, value in LIMITS])

    def test_patterns_hold(self):
        for value, pattern in zip(self.make([{"type": "string", "pattern": pattern} for pattern in PATTERNS]), PATTERNS):
            self.assertTrue(value or pattern == "", pattern)

    def test_names_of_files_hold(self):
        self.make([{"type": "list<file>", "pattern": "page-*.png"}, {"type": "map<file>", "pattern": "[xy]?.txt"}])
        self.assertEqual(sorted(os.listdir(self.path("out/o1"))), ["x0.txt", "x1.txt"])

    def test_what_cannot_be_made_up_is_named(self):
        path = self.one_task("exit 1", {}, {"good": "int", "word": {"type": "string", "pattern": "x$y"},
                                            "one": {"type": "map<file>", "pattern": "only"}})
        done = self.wf("run", path, "--stub", code=2)
        self.assertIn("the output 'word' (string) of the task 't'", done.err)
        self.assertIn("the output 'one' (map<file>) of the task 't'", done.err)
        self.assertIn("WF-E3103", done.err)
        self.assertNotIn("'good'", done.err)

    def test_conditions_maps_and_checks_are_the_real_ones(self):
        path = self.define(
            {"make": task("exit 1", {}, {"ks": "list<int>", "good": "bool"}), "use": task("exit 1", {"k": "int"}, {"y": "float"})},
            {"make": {"task": "make"}, "all": {"task": "use", "map": {"k": "$make.ks"}},
             "never": {"when": "!make.good", "task": "use", "with": {"k": 1}}},
            {}, {"ys": "$all.y", "no": "$never.y"})
        done = self.stub(path).json
        self.assertEqual(done["outputs"], {"ys": [1.0, 1.0], "no": None})
        self.assertEqual((done["this_time"]["ran"], done["this_time"]["skipped"], done["stub"]), (3, 1, True))
        path = self.define({"make": task("exit 1", {}, {"n": "int"})}, {"make": {"task": "make"}, "bad": {"when": "1 / (make.n - 1) > 0", "task": "make"}})
        failed = self.wf("run", path, "--stub", code=1)
        self.assertIn("division by zero", failed.err)
        self.assertNotIn("wf logs", failed.err)

    def test_nothing_is_kept_and_nothing_reused(self):
        path = self.one_task('echo real > "$x"', {}, {"x": "string"})
        self.assertEqual(self.stub(path).json["outputs"], {"x": "stub"})
        self.assertFalse(os.path.exists(self.store))
        self.assertEqual(self.run_file(path).json["outputs"], {"x": "real"})
        before = self.query("SELECT * FROM event"), self.query("SELECT * FROM blob")
        self.assertEqual(self.stub("probe@latest").json["outputs"], {"x": "stub"})
        self.assertEqual((self.query("SELECT * FROM event"), self.query("SELECT * FROM blob")), before)

    def test_of_what_is_registered(self):
        self.write("big.bin", b"\1" * 200_000)
        self.write("dir/a/b.txt", "b")
        path = self.define({"t": task("exit 1", {"f": "file", "d": "directory", "g": "file"}, {"y": "int"}, sources=["dir"])},
                           {"t": {"task": "t", "with": {name: "$inputs." + name for name in "fdg"}}},
                           {"f": {"type": "file", "default": "big.bin"}, "d": {"type": "directory", "default": "dir"}, "g": "file"},
                           {"y": "$t.y", "f": "$inputs.f", "g": "$inputs.g"}, name="whole")
        self.wf("register", path, "--label", "v1")
        maker = self.run_file(self.one_task('head -c 100000 /dev/zero > "$x"', {}, {"x": "file"}, file="maker.yaml")).json
        for name in ("big.bin", "dir/a/b.txt", "probe.yaml"):
            os.remove(self.path(name))
        reference = "wf:default/development/%s/t/x" % maker["run"]
        for given in (reference, maker["outputs"]["x"]):
            done = self.stub("whole@v1", "-i", "g=" + given, "--out", "out", "--force").json
            self.assertEqual((done["outputs"]["y"], done["outputs"]["g"]), (1, maker["outputs"]["x"]))
            self.assertEqual(len(self.read("out/f")), 200_000)
        self.wf("launchplan", "create", "nightly", "--workflow", "whole@v1", "-i", "g=" + maker["outputs"]["x"], "--activate")
        self.assertEqual(self.stub("plan:nightly").json["outputs"]["g"], maker["outputs"]["x"])
        self.assertIn("no version 'v9'", self.wf("run", "whole@v9", "--stub", code=3).err)

    def test_it_says_so(self):
        path = self.one_task("exit 1", {}, {"x": "string"})
        done = self.wf("run", path, "--stub", "--junit", "junit.xml")
        self.assertIn("no task is run, outputs are made up, nothing is kept", done.err)
        self.assertTrue(done.out.startswith("stub run of probe@"), done.out)
        self.assertIn('<testcase classname="probe.t" name="t"', self.read("junit.xml"))
        self.assertIn("a stub run is not", self.wf("run", path, "--stub", "--name", "n", code=2).err)

    def test_every_example(self):
        for name, inputs in (("iris", []), ("licenses", ["-i", "texts=" + self.folder]), ("readings", []), ("stations", [])):
            self.assertEqual(self.stub(os.path.join(SOURCE, "examples", name, name + ".yaml"), *inputs).json["state"], "succeeded", name)

    def test_nothing_is_left_behind(self):
        os.mkdir(self.path("tmp"))
        path = self.one_task("exit 1", {}, {"x": "string", "word": {"type": "string", "pattern": "x$y"}})
        for code, file in ((2, path), (0, self.one_task("exit 1", {}, {"x": "string"}, file="other.yaml")), (2, self.write("bad.yaml", "wf: v1\n"))):
            call([WF, "run", file, "--stub"], env={"TMPDIR": self.path("tmp")}, cwd=self.folder)
            self.assertEqual(os.listdir(self.path("tmp")), [], code)


if __name__ == "__main__":
    main()
