"""What comes of results that were reused, and bytes that come from more than one place."""
import os
import shutil

from lab import Lab
from wftest import task


class Reuse(Lab):
    """`two` makes a.f again, with equal bytes, and reuses what `one` has made of it."""

    def setUp(self):
        super().setUp()
        self.pipe = self.define(
            {"a": task("echo data > $f", {"k": "int"}, {"f": "file"}), "b": task("wc -c < $f > $g", {"f": "file"}, {"g": "file"})},
            {"a": {"task": "a", "with": {"k": "$inputs.k"}}, "b": {"task": "b", "with": {"f": "$a.f"}}},
            {"k": "int"}, {"g": "$b.g"}, file="pipe.yaml")
        self.next = self.define({"c": task("cat $g $g > $h", {"g": "file"}, {"h": "file"})}, {"c": {"task": "c", "with": {"g": "$inputs.g"}}},
                                {"g": "file"}, {"h": "$c.h"}, name="next", file="next.yaml")
        self.wf("run", self.pipe, "-i", "k=1", "--name", "one")
        self.wf("run", self.pipe, "-i", "k=2", "--name", "two", "--out", "two")
        self.wf("run", self.next, "-i", "g=wf:default/development/two/outputs/g", "--name", "q1")

    def chain(self, one, other):
        answer = self.json("lineage", "path", one, other)
        titles = {node["id"]: node["title"] for node in answer["nodes"]}
        return [titles[key] for key in answer["path"]["chain"]]

    def runs_below(self, subject):
        graph = self.json("lineage", "impact", subject)
        return {self.names[node["run"]] for node in graph["nodes"] if node["kind"] in ("output", "execution")}

    @property
    def names(self):
        return {run["run"]: run["name"] for run in self.json("ls")["runs"]}

    def test_a_path_leads_through_what_the_run_gave_its_own_node(self):
        self.assertEqual(self.chain("wf:default/development/two/outputs/g", "two/a"), ["output g", "b", "a.f", "a"])
        self.assertEqual(self.chain("q1", "two/a")[-4:], ["output g", "b", "a.f", "a"])
        self.assertEqual(self.chain("two/b/g", "two/a"), ["b", "a.f", "a"])

    def test_it_leads_to_what_made_the_result_too(self):
        self.assertEqual(self.chain("q1", "one/a")[-4:], ["b.g", "b", "a.f", "a"])

    def test_what_depends_on_it_is_all_there(self):
        self.wf("run", self.next, "-i", "g=two/g", "--name", "q2")
        self.assertEqual(self.runs_below("two/a"), {"two", "q1", "q2"})
        self.assertEqual(self.runs_below("one/a"), {"one", "two", "q1", "q2"})

    def test_a_reuse_of_the_same_is_told_once(self):
        self.wf("run", self.pipe, "-i", "k=1", "--name", "three")
        text = self.wf("lineage", "impact", "one/a")
        self.assertEqual(text.count("output g"), 3, text)

    def test_a_taken_result_is_called_what_it_is(self):
        flag = self.path("flag")
        path = self.define({"a": task("echo 1 > $x", {}, {"x": "int"}, cache=False),
                            "b": task("test -e %s; echo $x > $y" % flag, {"x": "int"}, {"y": "int"})},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.x"}}}, outputs={"y": "$b.y"}, name="half", file="half.yaml")
        self.wf("run", path, "--name", "half", code=1)
        self.write("flag", "")
        run = self.json("recover", "half")["run"]
        text = self.wf("lineage", "show", run)
        self.assertIn("recovered: ran", text)
        self.assertNotIn("reused", text)


class Bytes(Lab):
    def maker(self, text, name):
        path = self.define({"m": task("echo %s > $o" % text, {}, {"o": "file"})}, {"m": {"task": "m"}}, outputs={"o": "$m.o"},
                           name="maker", file="maker.yaml")
        self.wf("run", path, "--name", name, "--out", name + "-out")

    def reader(self, type_, script, name, given):
        path = self.define({"u": task(script, {"d": type_}, {"n": "int"})}, {"u": {"task": "u", "with": {"d": "$inputs.d"}}},
                           {"d": type_}, {"n": "$u.n"}, name="reader", file="reader.yaml")
        self.wf("run", path, "-i", "d=" + given, "--name", name)

    def assert_path(self, one, other):
        self.json("lineage", "path", one, other)

    def test_who_was_given_them_before_does_not_hide_who_made_them(self):
        self.write("ref.txt", "hello\n")
        self.reader("file", "wc -c < $d > $n", "uses", "ref.txt")
        self.maker("hello", "makes")
        shown = self.wf("lineage", "show", "makes-out/o")
        self.assertIn("m.o", shown)
        self.assertIn("input d", shown)
        self.assert_path("makes-out/o", "makes")

    def test_a_folder_has_what_its_files_have(self):
        self.maker("hello", "makes")
        os.mkdir(self.path("fold"))
        shutil.copy(self.path("makes-out/o"), self.path("fold/x"))
        self.write("fold/own", "")
        self.reader("directory", "ls $d | wc -l > $n", "reads", "fold")
        self.assert_path("reads", "makes")
        self.assert_path("reads", "fold/x")
        self.assertIn("at /x", self.wf("lineage", "show", "reads"))

    def test_a_source_can_have_been_made(self):
        self.maker("echo 7", "makes")
        shutil.copy(self.path("makes-out/o"), self.path("count.sh"))
        path = self.define({"u": task("sh count.sh > $n", {}, {"n": "int"}, sources=["count.sh"])}, {"u": {"task": "u"}},
                           outputs={"n": "$u.n"}, name="user", file="user.yaml")
        self.wf("run", path, "--name", "uses")
        self.assert_path("uses", "makes")
        self.assert_path("uses/u", "makes/m")
        self.assertIn("output n", self.wf("lineage", "impact", "makes"))
        self.assertIn("m.o", self.wf("lineage", "show", "uses"))


class Whole(Lab):
    def test_a_run_is_shown_with_what_no_output_needs(self):
        self.write("f.txt", "f\n")
        nodes = {"calc": {"task": "calc"}, "publish": {"task": "publish", "with": {"f": "$inputs.f"}},
                 "never": {"task": "calc", "when": "false"}}
        path = self.define({"calc": task("echo 1 > $n", {}, {"n": "int"}), "publish": task("cat $f", {"f": "file"})}, nodes,
                           {"f": "file"}, {"n": "$calc.n"})
        self.wf("run", path, "-i", "f=f.txt", "--name", "t1")
        graph = self.json("lineage", "show", "t1")
        ran = [node["node"] for node in graph["nodes"] if node["kind"] == "execution"]
        self.assertEqual(sorted(ran), ["calc", "publish"])
        self.json("lineage", "path", "t1", "f.txt")


if __name__ == "__main__":
    from wftest import main
    main()
