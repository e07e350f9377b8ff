"""What is taken from a task, and what is refused; what `wf run` writes and prints of it."""
import hashlib
import json
import os

from wftest import WfTest, call, main, task


class Taken(WfTest):
    def outputs(self, script, outputs, **more):
        return self.run_file(self.one_task(script, outputs=outputs, **more)).json["outputs"]

    def test_trailing_newlines(self):
        seen = self.outputs("""
            printf 'a\\n' > $one; printf 'a\\n\\n' > $two; printf ' a' > $bare; : > $empty; printf 'x\\n' > $kind
            printf ' 7 \\n\\n' > $n; printf '\\t2.0\\n' > $f; printf ' true\\n' > $b; printf '5m\\n' > $d""",
                            {"one": "string", "two": "string", "bare": "string", "empty": "string", "kind": "enum<x|y>",
                             "n": "int", "f": "float", "b": "bool", "d": "duration"})
        self.assertEqual(seen, {"one": "a", "two": "a\n", "bare": " a", "empty": "", "kind": "x", "n": 7, "f": 2.0,
                                "b": True, "d": "5m"})

    def test_optional_outputs(self):
        self.assertEqual(self.outputs("true", {"x": "int?", "f": "file?", "d": "string?"}), {"x": None, "f": None, "d": None})

    def test_natural_order_of_a_collection(self):
        names = ["part10", "part2", "part1", "part02", "a", "Z"]
        seen = self.outputs("; ".join("printf %s %s > $parts/%s" % ("%s", name, name) for name in names),
                            {"parts": "list<file>", "note": "string?"})
        self.assertEqual(len(seen["parts"]), 6)
        path = self.one_task("; ".join("echo %s > $parts/%s" % (name, name) for name in names), outputs={"parts": "list<file>"})
        self.run_file(path, "--out", self.path("out"))
        listed = json.loads(self.read("out/outputs.json"))["parts"]
        self.assertEqual([self.read("out/" + name).strip() for name in listed], ["Z", "a", "part1", "part02", "part2", "part10"])

    def test_files_named_inside_json(self):
        seen = self.outputs("echo 1 > x; echo 2 > out/y; echo '[[\"x\"], [\"out/y\"]]' > $groups", {"groups": "list<list<file>>"})
        self.assertEqual([len(group) for group in seen["groups"]], [1, 1])

    def test_a_file_of_the_bytes_of_a_folder(self):
        content = b"hi\n"
        self.write("folder/x", content)
        manifest = b"wf-tree-1\nf " + hashlib.sha256(content).hexdigest().encode() + b" x\0"
        path = self.one_task("test -f $f; test -d $d; echo 1 > $o", inputs={"f": "file", "d": "directory"}, outputs={"o": "int"})
        self.run_file(path, f=self.write("file", manifest), d=self.path("folder"))

    def test_names_of_a_map_of_files(self):
        path = self.one_task("for k in .env env x 'x]' a.b '[a'; do printf %s \"$k\" > \"$m/$k\"; done", outputs={"m": "map<file>"})
        self.run_file(path, "--out", self.path("out"))
        listed = json.loads(self.read("out/outputs.json"))["m"]
        self.assertEqual({key: self.read("out/" + name) for key, name in listed.items()}, {key: key for key in listed})
        self.assertEqual(listed[".env"], "m/.env")

    def test_keys_that_are_no_file_names(self):
        path = self.define({"t": task("true")}, {"t": {"task": "t"}}, {"m": "map<file>"}, {"m": "$inputs.m"})
        keys = ["..", ".", "", "../../x", "a/b", "a_b", "/"]
        given = {key: self.write("given%d" % i, key) for i, key in enumerate(keys)}
        self.run_file(path, "--out", self.path("out/deep"), m=given)
        listed = json.loads(self.read("out/deep/outputs.json"))["m"]
        self.assertEqual({key: self.read("out/deep/" + name) for key, name in listed.items()}, {key: key for key in keys})
        self.assertEqual(sorted(os.listdir(self.path("out/deep"))), ["m", "outputs.json"])
        self.assertEqual(len(os.listdir(self.path("out/deep/m"))), len(keys))

    def test_read_only_leftovers_and_a_removed_folder_harm_nobody(self):
        for script in ("mkdir -p $HOME/a/b; touch $HOME/a/b/c; chmod -R 0500 $HOME/a; echo 1 > $x",
                       "rm -rf $TMPDIR; echo 1 > $x", "echo 1 > $x; chmod 000 in .wf-script",
                       "echo 1 > $x; ln -s /nowhere dangling; mkfifo pipe"):
            self.assertEqual(self.outputs(script, {"x": "int"}), {"x": 1}, script)

    def test_a_task_that_removes_its_own_folder(self):
        path = self.one_task("cd /; rm -rf \"$WF_WORK/..\"", outputs={"x": "int?"}, cache=False)
        done = self.run_file(path, code=None)
        self.assertIn(done.code, (0, 1), "a matter of this run alone: %r" % done)

    def test_nothing_is_left_of_a_run_that_succeeded(self):
        path = self.one_task("cp $f $g", {"f": "file"}, {"g": "file"})
        for _ in range(2):
            self.run_file(path, f=self.write("f", "x" * 100000))
        self.assertEqual(os.listdir(self.path("store/runs")), [])
        self.assertEqual(os.listdir(self.path("store/tmp")), [])


class Refused(WfTest):
    def refused(self, script, type_, code="WF-E3204", **more):
        path = self.one_task(script, outputs={"x": type_}, **more)
        cause = self.run_file(path, code=1).json["cause"]
        self.assertEqual(cause["code"], code, cause)
        self.assertEqual(self.query("SELECT 1 FROM cache_entry"), [])
        return cause["message"]

    def test_missing(self):
        for type_ in ("int", "file", "json", "list<int>"):
            self.assertIn("out/x", self.refused("true", type_))
        self.refused("rmdir $x", "directory")

    def test_the_wrong_kind_of_file(self):
        self.refused("ln -s /etc/passwd $x", "file")
        self.refused("ln -s /etc/passwd $x", "string")
        self.refused("mkdir $x", "file")
        self.refused("mkfifo $x", "file")
        self.refused("mkfifo $x", "int")
        self.refused("mkfifo $x", "json")
        self.refused("rmdir $x; echo > $x", "directory")
        self.refused("rmdir $x; ln -s /etc $x", "directory")
        self.refused("rmdir $x; ln -s /etc $x", "list<file>")
        self.refused("ln -s /etc/passwd $x/a", "list<file>")
        self.refused("mkdir $x/a", "list<file>")
        self.refused("touch $x/a", "map<directory>")

    def test_nothing_is_taken_from_behind_a_link(self):
        """It may be more than the task itself could read."""
        secret = self.write("elsewhere/x", "precious")
        self.write("elsewhere/out/x", "precious")
        self.write("elsewhere/_report/page.html", "precious")
        elsewhere = os.path.dirname(secret)
        for level in ("none", "paths", "full"):
            for script in ("rm -r out; ln -s %s out" % elsewhere, "mv $WF_WORK ../was; ln -s %s $WF_WORK" % elsewhere,
                           "cd ..; mv work was; ln -s %s work" % elsewhere):
                for kind in ("file", "string"):
                    self.assertIn("it was replaced", self.refused(script, kind, sandbox=level))
            link = "ln -s %s d; " % elsewhere
            self.assertIn("leads through a link", self.refused(link + "echo '[[\"d/x\"]]' > $x", "list<list<file>>", sandbox=level))
            message = self.refused("echo no > $x; ln -s %s $WF_OUTPUTS/_ERROR" % secret, "int", code="WF-E3210", sandbox=level)
            self.assertNotIn("precious", message)
        self.run_file(self.one_task("ln -s %s/_report out/_report; echo 1 > $x" % elsewhere, outputs={"x": "int"}))
        self.assertEqual(self.query("SELECT 1 FROM attempt_report"), [])
        self.assertEqual(self.query("SELECT 1 FROM blob WHERE size = 8"), [])

    def test_a_folder_that_the_task_has_closed(self):
        """It fails, and nothing else: neither its siblings nor the driver."""
        closed = task("echo 1 > $x; chmod 000 $TMPDIR .. .", outputs={"x": "int"})
        path = self.define({"closed": closed, "other": task("echo 2 > $x", outputs={"x": "int"})},
                           {"closed": {"task": "closed"}, "other": {"task": "other"}}, failure_policy="finish")
        powerless = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
        done = call([*powerless, *self.arguments("run", path, "-o", "json")], cwd=self.folder)
        self.assertEqual(done.code, 1, done)
        self.assertEqual((done.json["this_time"]["failed"], done.json["this_time"]["ran"]), (1, 1))
        self.assertIn("Permission denied", done.json["cause"]["message"])

    def test_special_files_in_a_folder(self):
        """Told by the output's name and the place in the working folder."""
        message = self.refused("mkfifo $x/pipe", "directory")
        self.assertEqual(message, "the output 'x' (directory) cannot be kept: 'out/x/pipe' is no regular file")

    def test_a_tree_deeper_than_a_path_is_long(self):
        name = "d" * 50
        self.refused("cd $x; for i in $(seq 300); do mkdir %s; cd -P %s; done; cd $WF_WORK" % (name, name), "directory")
        self.addCleanup(os.system, "rm -rf %s/store/runs" % self.folder)

    def test_a_workflow_output_that_cannot_be_put_together(self):
        path = self.define({"t": task("true", outputs={"s": "string?"})}, {"t": {"task": "t"}}, outputs={"x": "v$(t.s)"})
        cause = self.run_file(path, code=1).json["cause"]
        self.assertEqual((cause["code"], cause["node"]), ("WF-E3207", "outputs"))
        self.assertEqual(self.query("SELECT state FROM run"), [("failed",)])

    def test_values_of_other_types(self):
        for type_, text in (("int", "1.5"), ("int", ""), ("int", "9223372036854775808"), ("int", "0x10"), ("float", "abc"),
                            ("bool", "yes"), ("enum<a|b>", "c"), ("datetime", "2024-01-01"), ("json", "{"), ("json", ""),
                            ("list<int>", '["a"]'), ("list<int>", "[1.5]"), ("map<int>", "[1]"), ("string", "\udcff")):
            script = self.write("text", text.encode("utf-8", "surrogateescape"))
            self.refused("cp '%s' $x" % script, type_)

    def test_json_that_names_what_it_may_not(self):
        for named in ("/etc/passwd", "../../../../../etc/passwd", "in", "nothing", ""):
            self.refused("echo '[[\"%s\"]]' > $x" % named, "list<list<file>>")

    def test_a_reported_error(self):
        message = self.refused("echo 5 > $x; echo no such customer > $WF_OUTPUTS/_ERROR", "int", code="WF-E3210")
        self.assertIn("no such customer", message)

    def test_a_hostile_reported_error(self):
        for script, why in (("mkdir $WF_OUTPUTS/_ERROR", "_ERROR, which is no file"), (": > $WF_OUTPUTS/_ERROR", "_ERROR, which is empty")):
            self.assertTrue(self.refused(script, "int", code="WF-E3210").endswith(why))
        for script in ("mkfifo $WF_OUTPUTS/_ERROR", "mkdir $WF_OUTPUTS/_ERROR", "ln -s /dev/zero $WF_OUTPUTS/_ERROR",
                       "printf '\\377\\033[31m' > $WF_OUTPUTS/_ERROR", "truncate -s 9G $WF_OUTPUTS/_ERROR",
                       "yes ü | tr -d '\\n' | head -c 4999 > $WF_OUTPUTS/_ERROR"):
            self.refused("echo 5 > $x; " + script, "int", code="WF-E3210")


class Written(WfTest):
    def two(self):
        return self.one_task("echo same > $a; echo same > $b; echo 3 > $n; echo same > $many/0; cp $many/0 $many/1; mkdir $d/e; echo > $d/e/f",
                             outputs={"a": {"type": "file", "name": "a.txt"}, "b": "file", "n": "int", "many": "list<file>",
                                      "d": "directory"})

    def test_each_output_has_its_own_file_even_if_equal(self):
        self.run_file(self.two(), "--out", self.path("out"))
        self.assertEqual(json.loads(self.read("out/outputs.json")),
                         {"a": "a.txt", "b": "b", "n": 3, "many": ["many/0", "many/1"], "d": "d"})
        self.assertEqual([self.read("out/" + name) for name in ("a.txt", "b", "many/0", "many/1", "d/e/f")], ["same\n"] * 4 + ["\n"])

    def test_a_differing_file_stays_and_an_identical_one_too(self):
        path = self.two()
        self.run_file(path, "--out", self.path("out"))
        before = os.stat(self.path("out/a.txt"))
        self.run_file(path, "--out", self.path("out"))
        self.assertEqual(os.stat(self.path("out/a.txt")).st_ino, before.st_ino)
        self.write("out/b", "mine\n")
        os.remove(self.path("out/a.txt"))
        done = self.run_file(path, "--out", self.path("out"), code=4)
        self.assertIn("'b'" if "'b'" in done.err else "b", done.err)
        self.assertEqual(self.read("out/b"), "mine\n")
        self.assertFalse(os.path.exists(self.path("out/a.txt")), "nothing is written beside a refusal")
        self.run_file(path, "--out", self.path("out"), "--force")
        self.assertEqual(self.read("out/b"), "same\n")

    def test_foreign_files_stay_and_a_folder_in_the_way_counts_as_different(self):
        self.write("out/notes", "mine\n")
        os.makedirs(self.path("out/a.txt"))
        self.run_file(self.two(), "--out", self.path("out"), code=4)
        self.run_file(self.two(), "--out", self.path("out"), "--force")
        self.assertEqual((self.read("out/notes"), self.read("out/a.txt")), ("mine\n", "same\n"))

    def test_out_is_a_file(self):
        self.write("out", "x")
        done = self.run_file(self.two(), "--out", self.path("out"), code=None)
        self.assertGreater(done.code, 0)
        self.assertIn("WF-E", done.err)
        self.assertEqual(self.read("out"), "x")

    def test_the_object_that_json_ends_with(self):
        found = self.run_file(self.two()).json
        self.assertEqual(found["this_time"], {"ran": 1, "reused": 0, "done_before": 0, "recovered": 0, "failed": 0, "aborted": 0, "skipped": 0})
        self.assertEqual((found["state"], found["failures"], found["cause"]), ("succeeded", [], None))
        self.assertRegex(found["version"], "^sha256:[0-9a-f]{64}$")
        self.assertRegex(found["outputs"]["a"], "^sha256:[0-9a-f]{64}$")

    def test_no_outputs_at_all(self):
        found = self.run_file(self.one_task("true"), "--out", self.path("out")).json
        self.assertEqual(found["outputs"], {})
        self.assertEqual(json.loads(self.read("out/outputs.json")), {})


if __name__ == "__main__":
    main()
