"""wf verify-repro: what a run has made, made once more."""
import os

from wftest import WfTest, main, task


class VerifyRepro(WfTest):
    def verify(self, *arguments, code):
        return self.wf("verify-repro", "a", *arguments, "-o", "json", code=code).json

    def test_all_the_same(self):
        """A map, files, folders, and nothing is recorded of it."""
        tasks = {"make": task("mkdir $d/sub; echo $n > $d/sub/x; echo $n > $f", {"n": "int"}, {"d": "directory", "f": "file"}),
                 "count": task("cat in/fs/* | wc -l > $y", {"fs": "list<file>"}, {"y": "int"})}
        nodes = {"make": {"task": "make", "map": {"n": [1, 2, 3]}}, "count": {"task": "count", "with": {"fs": "$make.f"}}}
        self.run_file(self.define(tasks, nodes), "--name", "a")
        rows = self.query("SELECT (SELECT count(*) FROM attempt), (SELECT count(*) FROM event), (SELECT count(*) FROM blob)")
        told = self.verify(code=0)
        self.assertEqual([(one["node"], one["element"], one["verdict"]) for one in told["executions"]],
                         [("make", 2, "same"), ("make", 1, "same"), ("make", 0, "same"), ("count", None, "same")])
        self.assertEqual(self.query("SELECT (SELECT count(*) FROM attempt), (SELECT count(*) FROM event), (SELECT count(*) FROM blob)"), rows)
        self.assertIn("4 the same, 0 different, 0 failed", self.wf("verify-repro", "a").out)
        self.assertEqual(len(self.verify("make", code=0)["executions"]), 3)
        self.assertEqual(len(self.verify("make[1]", code=0)["executions"]), 1)

    def place(self, script, outputs):
        self.run_file(self.define({"t": task(script, outputs=outputs)}, {"n": {"task": "t"}}), "--name", "a", "--refresh")
        found, = self.verify(code=11)["executions"]
        difference, = found["differences"]
        return difference["place"]

    def test_where_it_differs(self):
        """A clock, the folder, and chance, each in its place."""
        self.assertEqual(self.place("printf 'first\\nat %s' $(date +%N) > $f", {"f": "file"})[:6], "byte 1")

    def test_the_folder(self):
        self.assertEqual(self.place("echo same > $d/a; pwd > $d/b", {"d": "directory"}).split(",")[0], "b")

    def test_chance(self):
        self.assertIsNone(self.place("od -An -N6 -tu8 /dev/urandom > $y", {"y": "int"}))

    def test_the_host_name(self):
        self.run_file(self.define({"t": task("uname -n > $y", outputs={"y": "string"})}, {"n": {"task": "t"}}), "--name", "a")
        told = self.wf("verify-repro", "a", "-o", "json", code=None)
        self.assertEqual((told.json["other_host_name"], told.code), (True, 11) if told.json["other_host_name"] else (False, 0))
        if os.geteuid() == 0:
            self.assertEqual(told.json["executions"][0]["differences"][0]["now"], '"wf-verify-repro"')

    def test_what_fails_this_time(self):
        self.run_file(self.define({"t": task("test ! -e %s" % self.path("gone"))}, {"n": {"task": "t"}}), "--name", "a")
        self.write("gone", "")
        found, = self.verify(code=1)["executions"]
        self.assertEqual((found["verdict"], found["failure"]), ("failed", "exited with code 1"))

    def test_nothing_to_repeat(self):
        self.run_file(self.define({"t": task("exit 3")}, {"n": {"task": "t"}}), "--name", "a", code=1)
        self.assertEqual(self.verify(code=0)["executions"], [])
        self.assertIn("has no result of 'n'", self.wf("verify-repro", "a", "n", code=3).err)


if __name__ == "__main__":
    main()
