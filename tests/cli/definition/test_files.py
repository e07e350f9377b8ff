"""Definitions come from pipes as well, a file that is missing silences no other, and no name forges a line."""
import os
import subprocess

from wftest import WfTest, clean_environment, main, task

COUNT = task("echo $n > $y", {"n": "int"}, {"y": "int"})


class Files(WfTest):
    def piped(self, *arguments, code=0):
        text = "wf: v1\nname: x\nnodes: {a: {task: q}}\n"
        done = subprocess.run(self.arguments(*arguments), input=text, capture_output=True, encoding="utf-8", cwd=self.folder,
                              env=clean_environment())
        self.assertEqual(done.returncode, code, done)
        self.assertNotIn("WF-E4999", done.stderr)
        return done

    def test_a_definition_from_a_pipe(self):
        self.assertIn("/dev/stdin:3:", self.piped("lint", "/dev/stdin", code=2).stdout)
        for form in ("json", "sarif"):
            self.assertIn("WF-E1307", self.piped("lint", "/dev/stdin", "-o", form, code=2).stdout)
        self.piped("run", "/dev/stdin", code=2)

    def test_a_run_of_a_pipe(self):
        text = self.read(os.path.basename(self.define({"t": COUNT}, {"a": {"task": "t", "with": {"n": 1}}}, None, {"y": "$a.y"},
                                                      tests={"x": {"expect": {"outputs": {"y": 1}}}})))
        for words in (("run",), ("register",), ("test",), ("digest",), ("graph",)):
            done = subprocess.run(self.arguments(*words, "/dev/stdin"), input=text, capture_output=True, encoding="utf-8",
                                  cwd=self.folder, env=clean_environment())
            self.assertEqual(done.returncode, 0, (words, done))

    def test_a_file_that_is_missing_is_told_in_every_form(self):
        told = self.wf("lint", "-o", "sarif", "none.yaml", code=3).json["runs"][0]["results"]
        self.assertEqual([one["ruleId"] for one in told], ["WF-E4002"])
        self.assertIn("none.yaml: error: cannot open", self.wf("lint", "none.yaml", code=3).out)

    def test_a_file_that_is_missing_silences_no_other(self):
        self.write("bad.yaml", "wf: v1\nname: x\nnodes: {a: {task: q}}\n")
        text = self.wf("lint", "gone.yaml", "bad.yaml", code=3).out
        self.assertIn("WF-E4002", text)
        self.assertIn("WF-E1307", text)
        for form in ("json", "sarif"):
            text = self.wf("lint", "bad.yaml", "gone.yaml", "-o", form, code=3).out
            self.assertIn("WF-E4002", text)
            self.assertIn("WF-E1307", text)

    def test_names_of_columns_forge_no_line(self):
        self.write("nl.csv", '"id\nwf: error: forged",name\n1,2\n')
        path = self.define({"t": task("true", {"d": "dataset<csv, {key: int}>"})}, {"a": {"task": "t", "with": {"d": "$inputs.d"}}},
                           {"d": "dataset<csv, {key: int, name: string}>"})
        done = self.wf("run", path, "-i", "d=nl.csv", code=2)
        self.assertNotIn("\nwf: error: forged", done.err)
        self.write("twice.csv", '"i\nd","i\nd"\n')
        self.assertIn("'i\\x0ad' twice", self.wf("run", path, "-i", "d=twice.csv", code=2).err)

    def test_what_lies_above_a_folder_outside_of_git(self):
        """Nothing is told of a repository where there is none."""
        self.write("leaf.yaml", "wf: v1\nname: leaf\n")
        os.mkdir(self.path("sub"))
        path = self.define({}, {"a": {"workflow": "../leaf.yaml"}}, file="sub/w.yaml")
        text = self.wf("lint", path, code=2).out
        self.assertIn("'../leaf.yaml' leaves the definition's folder, which is in no git repository [WF-E1402]", text)
        os.mkdir(self.path("sub/.git"))
        self.assertIn("'../leaf.yaml' leaves the repository [WF-E1402]", self.wf("lint", path, code=2).out)
        os.rename(self.path("sub/.git"), self.path(".git"))
        self.assertNotIn("WF-E1402", self.wf("lint", path).out)

    def test_a_lock_that_is_none(self):
        self.write("wf.lock", "garbage")
        self.wf("register", self.define({"t": COUNT}, {"a": {"task": "t", "with": {"n": 1}}}, name="prep"), "--label", "v1")
        main_file = self.define({}, {"p": {"workflow": "prep@v1"}}, name="main", file="main.yaml")
        self.assertIn("is no lock", self.wf("lock", "--check", main_file, code=11).err)

    def test_pipes_where_files_belong(self):
        """They may never end; only one that the command line names is read."""
        os.mkfifo(self.path("pipe.yaml"))
        self.write("x.txt", "x")
        sourced = {"t": dict(task("true"), sources=["x.txt"])}
        uses = (({}, {"p": {"workflow": "pipe.yaml"}}, None, None), (sourced, {"p": {"task": "t"}}, None, ".wfignore"),
                ({}, {"p": {"workflow": "other@v1"}}, None, "wf.lock"),
                ({"t": task("true", {"f": "file"})}, {"p": {"task": "t", "with": {"f": "$inputs.f"}}},
                 {"f": {"type": "file", "default": "pipe.yaml"}}, None))
        for tasks, nodes, inputs, name in uses:
            path = self.define(tasks, nodes, inputs)
            if name:
                os.rename(self.path("pipe.yaml"), self.path(name))
            for command in ("lint", "digest"):
                done = self.wf(command, path, code=2)
                self.assertRegex(done.out + done.err, r"%s' is no regular file" % (name or "pipe.yaml"))
            if name:
                os.rename(self.path(name), self.path("pipe.yaml"))


if __name__ == "__main__":
    main()
