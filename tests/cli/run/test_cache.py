"""What is reused, what is not, and what a cached result must never do."""
import glob
import os

from wftest import WfTest, main


class CacheTest(WfTest):
    def runs(self, path, *arguments, **inputs):
        """How many executions really ran."""
        ran, reused = self.executions(path, *arguments, **inputs)
        self.assertEqual(ran + reused, 1)
        return ran

    def file(self, **changes):
        """The base definition with changes: each call writes the same file anew."""
        body = {"script": "echo $n > $y; cat tool > $z", "inputs": {"n": "int", "m": "int"}, "outputs": {"y": "int", "z": "string"},
                "sources": ["tool"]}
        body.update(changes)
        return self.one_task(defaults={"n": 1, "m": 2}, **body)

    def setUp(self):
        super().setUp()
        self.write("tool", "one\n")
        self.assertEqual(self.runs(self.file()), 1)


class Key(CacheTest):
    def test_the_same_again_hits(self):
        self.assertEqual(self.runs(self.file()), 0)

    def test_each_meaning_counts(self):
        changes = [{"script": "echo $n > $y; cat tool > $z; true"}, {"shell": ["bash", "-eu"]}, {"env": {"A": "1"}},
                   {"env": {"A": "2"}}, {"cache": {"version": "v2"}},
                   {"outputs": {"y": "int", "z": "string", "w": "int?"}}, {"outputs": {"y": "float", "z": "string"}},
                   {"inputs": {"n": "int", "m": "float"}}, {"inputs": {"n": "int", "m": "int", "o": "int?"}}]
        for change in changes:
            self.assertEqual((change, self.runs(self.file(**change))), (change, 1))
            self.assertEqual((change, self.runs(self.file(**change))), (change, 0))

    def test_each_source_byte_path_and_exec_bit_counts(self):
        self.write("tool", "two\n")
        self.assertEqual(self.runs(self.file()), 1)
        os.chmod(self.path("tool"), 0o755)
        self.assertEqual(self.runs(self.file()), 1)
        self.write("extra", "")
        self.assertEqual(self.runs(self.file(sources=["tool", "extra"])), 1)
        self.assertEqual(self.runs(self.file(sources={"tool": "tool", "other": "extra"})), 1)

    def test_the_name_a_task_sees_of_a_file_counts(self):
        """convert picture.png picture.jpg writes what the name says: the name is part of the command."""
        def named(input_name, output_name):
            return self.define(
                {"t": {"inputs": {"f": {"type": "file", "name": input_name}}, "outputs": {"g": {"type": "file", "name": output_name}},
                       "script": "echo $f $g > $g"}},
                {"t": {"task": "t", "with": {"f": "$inputs.f"}}}, {"f": "file"}, {"g": "$t.g"})
        file = self.write("f", "x")
        self.assertEqual(self.runs(named("a.csv", "b.png"), f=file), 1)
        self.assertEqual(self.runs(named("a.csv", "b.jpg"), f=file), 1)
        self.assertEqual(self.runs(named("a.tsv", "b.png"), f=file), 1)
        self.assertEqual(self.runs(named("a.csv", "b.png"), f=file), 0)

    def test_descriptions_and_formatting_do_not_count(self):
        text = self.read("probe.yaml")
        self.write("probe.yaml", "# a comment\n" + text.replace('"name": "probe"', '"name": "probe", "description": "words"'))
        self.assertEqual(self.runs(self.path("probe.yaml")), 0)
        self.assertEqual(self.runs(self.file(description="what it does")), 0)

    def test_names_of_nodes_and_workflows_do_not_count(self):
        text = self.read("probe.yaml")
        self.write("other.yaml", text.replace('"name": "probe"', '"name": "other"').replace('"t": {\n   "task"', '"u": {\n   "task"')
                   .replace("$t.", "$u."))
        self.assertEqual(self.runs(self.path("other.yaml")), 0)

    def test_values_count_by_what_they_are(self):
        self.assertEqual(self.runs(self.file(), n=1), 0)
        self.assertEqual(self.runs(self.file(), n=2), 1)
        floats = self.one_task("echo 1 > $y", {"f": "float"}, {"y": "int"}, defaults={"f": 1000})
        self.assertEqual([self.runs(floats, f=text) for text in ("1e3", "1000.0", "1000", "-0.0", "0.0", "0.1", "0.10")],
                         [1, 0, 0, 1, 0, 1, 0])
        times = self.one_task("echo 1 > $y", {"d": "datetime", "l": "duration"}, {"y": "int"})
        self.assertEqual([self.runs(times, d=d, l=l) for d, l in (
            ("2024-01-01T00:00:00Z", "60s"), ("2024-01-01T01:00:00.000+01:00", "1m"), ("2024-01-01T00:00:01Z", "1m"))], [1, 0, 1])

    def test_omitted_null_and_default_are_one(self):
        optional = self.one_task("echo 1 > $y", {"s": "string?"}, {"y": "int"})
        given = self.write("null.yaml", "s: null\n")
        self.assertEqual((self.runs(optional), self.runs(optional, "--inputs", given)), (1, 0))

    def test_files_count_by_content(self):
        path = self.one_task("wc -c < $f > $y", {"f": "file"}, {"y": "int"})
        self.assertEqual(self.runs(path, f=self.write("a", "xx")), 1)
        self.assertEqual(self.runs(path, f=self.write("elsewhere/b", "xx")), 0)
        stamp = os.stat(self.path("a"))
        self.write("a", "yy")
        os.utime(self.path("a"), ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        self.assertEqual(self.runs(path, f=self.path("a")), 1)

    def test_folders_count_by_all_that_is_in_them(self):
        path = self.one_task("ls -R $d > $y", {"d": "directory"}, {"y": "string"})
        self.write("d/a", "1")
        self.assertEqual([self.runs(path, d=self.path("d")) for _ in range(2)], [1, 0])
        os.makedirs(self.path("d/empty"))
        self.assertEqual(self.runs(path, d=self.path("d")), 1)
        os.chmod(self.path("d/a"), 0o755)
        self.assertEqual(self.runs(path, d=self.path("d")), 1)
        os.utime(self.path("d/a"), (1, 1))
        self.assertEqual(self.runs(path, d=self.path("d")), 0)


class Options(CacheTest):
    def test_cache_false(self):
        self.assertEqual([self.runs(self.file(cache=False)) for _ in range(2)], [1, 1])
        self.assertEqual(self.runs(self.file()), 0)

    def test_ignored_parts_and_inputs(self):
        ignoring = {"ignore": {"inputs": ["m"], "parts": ["command", "sources", "env"]}}
        self.assertEqual(self.runs(self.file(cache=ignoring)), 1)
        self.write("tool", "changed\n")
        changed = {"cache": ignoring, "script": "echo 5 > $y; echo $m > $z", "env": {"A": "1"}}
        self.assertEqual(self.runs(self.file(**changed), m=77), 0)
        self.assertEqual(self.run_file(self.file(**changed), m=78, n=5).json["outputs"]["z"], "78", "ignored, and still passed")

    def test_no_outputs(self):
        path = self.one_task("echo ran >> %s" % self.path("notes"))
        self.assertEqual([self.runs(path) for _ in range(2)], [1, 1])
        path = self.one_task("echo ran >> %s" % self.path("notes"), cache={"allow_empty": True})
        self.assertEqual([self.runs(path) for _ in range(2)], [1, 0])

    def test_refresh_replaces_and_older_runs_keep_theirs(self):
        path = self.one_task("date +%N > $y; echo x >> $HOME/x", outputs={"y": "string"}, file="now.yaml")
        first = self.run_file(path, "--name", "first").json["outputs"]
        second = self.run_file(path, "--refresh").json["outputs"]
        self.assertNotEqual(first, second)
        self.assertEqual(self.run_file(path).json["outputs"], second)
        self.assertEqual(self.run_file(path, "--name", "first").json["outputs"], first)

    def test_domains_do_not_share(self):
        self.assertEqual(self.runs(self.file(), "-d", "staging"), 1)
        self.assertEqual(self.runs(self.file(), "-d", "staging"), 0)

    def test_secrets_of_the_environment_do_not_matter_but_a_declared_one_does(self):
        path = self.file(env={"A": "$inputs.n"})
        self.assertEqual(self.runs(path), 1)
        self.run_file(path, env={"A": "other"})
        self.assertEqual(self.runs(path), 0)


class Damage(CacheTest):
    def setUp(self):
        super().setUp()
        self.large = self.one_task("yes $n | head -c 100000 > $y", {"n": "int"}, {"y": "file"}, defaults={"n": 5}, file="large.yaml")
        self.assertEqual(self.runs(self.large), 1)
        self.blob, = [path for path in glob.glob(self.store + "/objects/**", recursive=True)
                      if os.path.isfile(path) and os.path.getsize(path) == 100000]

    def spoil(self):
        stamp = os.stat(self.blob)
        os.chmod(self.blob, 0o600)
        with open(self.blob, "r+b") as file:
            file.write(b"X")
        os.utime(self.blob, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        os.chmod(self.blob, 0o444)

    def test_a_copy_without_times_is_as_good(self):
        """As cp -r makes it, or a power cut leaves it: the bytes decide, and each blob gets its time again."""
        for stamp, mode in ((1234567890, 0o444), (1, 0o644)):
            os.chmod(self.blob, mode)
            os.utime(self.blob, (stamp, stamp))
            self.wf("store", "check", "--contents")
            self.assertEqual(self.runs(self.large), 0)
            self.assertEqual((os.stat(self.blob).st_mtime, os.stat(self.blob).st_mode & 0o777), (1, 0o444))
        with open(self.blob, "rb+") as file:
            file.write(b"X")
        self.assertIn("damaged", self.wf("store", "check", code=9).out)
        self.assertEqual(self.runs(self.large), 1)
        self.assert_whole()

    def assert_whole(self):
        self.run_file(self.large, "--out", self.path("out"))
        self.assertEqual(self.read("out/y"), "5\n" * 50000)

    def test_decay_that_nothing_shows_does_not_spread(self):
        self.spoil()
        done = self.run_file(self.large, "--out", self.path("out"), code=9)
        self.assertIn("WF-E4112", done.err)
        self.assertFalse(os.path.exists(self.path("out/y")))
        user = self.two_nodes()
        done = self.run_file(user, code=1)
        self.assertIn("damaged", done.json["failures"][0]["cause"]["message"])
        self.run_file(user, "--verify")
        self.assert_whole()

    def two_nodes(self):
        """The task whose output was spoiled, and one that reads it."""
        return self.write("reader.yaml", """wf: v1
name: reader
tasks:
  t: {inputs: {n: int}, outputs: {y: file}, script: 'yes $n | head -c 100000 > $y'}
  read: {inputs: {y: file}, outputs: {lines: int}, script: 'wc -l < $y > $lines'}
nodes:
  make: {task: t, with: {n: 5}}
  read: {task: read, with: {y: $make.y}}
outputs: {lines: $read.lines}
""")

    def test_a_missing_blob_is_a_miss(self):
        os.remove(self.blob)
        self.assertEqual(self.runs(self.large), 1)
        self.assert_whole()

    def test_a_truncated_blob_is_a_miss(self):
        os.chmod(self.blob, 0o600)
        os.truncate(self.blob, 10)
        self.assertEqual(self.runs(self.large), 1)
        self.assert_whole()

    def test_a_spoiled_blob_is_a_miss_under_verify(self):
        self.spoil()
        self.assertEqual(self.runs(self.large, "--verify"), 1)
        self.assert_whole()


if __name__ == "__main__":
    main()
