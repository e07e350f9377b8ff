"""Every template of wf init is checked, runs as it stands, and overwrites nothing."""
import glob
import os

from wftest import SOURCE, WF, WfTest, call, main

FOLDER = os.path.join(SOURCE, "cli/templates")


def content(path):
    with open(path, "rb") as file:
        return file.read()


class Templates(WfTest):
    def names(self):
        return [one["name"] for one in self.wf("init", "--template", "list", "-o", "json").json["templates"]]

    def test_all_of_the_folder_are_there(self):
        self.assertEqual(self.names(), sorted(os.listdir(FOLDER)))
        self.assertFalse(os.path.exists(self.store))
        offered = call([WF, "__complete", "--", "init", "--template", ""]).out.split()
        self.assertEqual(offered, self.names() + ["list"])
        self.assertEqual(call([WF, "__complete", "--", "init", ""]).out.split(), [":folders"])

    def test_each_runs_by_the_command_it_names(self):
        for name in self.names():
            with self.subTest(name):
                made = call([WF, "init", "new " + name, "--template", name, "-o", "json"], cwd=self.folder)
                self.assertEqual(made.code, 0, made)
                home = self.path("new " + name)
                paths = [one["path"] for one in made.json["files"]]
                for path in paths:
                    self.assertEqual(content(self.path(path)), content(os.path.join(FOLDER, name, os.path.relpath(self.path(path), home))))
                definition = glob.glob(home + "/*.yaml")
                self.assertEqual(len(definition), 1)
                lint = call([WF, "lint", *definition, "-o", "json"])
                self.assertEqual((lint.code, lint.json["diagnostics"]), (0, []))
                env = {"PATH": os.path.dirname(WF) + ":/usr/bin:/bin"}
                done = call(["sh", "-c", made.json["next"] + " -o json"], cwd=self.folder, env=env)
                self.assertEqual(done.code, 0, done)
                self.assertTrue(done.json["outputs"])
                again = call(["sh", "-c", made.json["next"] + " -o json"], cwd=self.folder, env=env)
                self.assertEqual(again.json["this_time"]["ran"], 0)

    def test_their_own_tests_pass(self):
        for name in self.names():
            with self.subTest(name):
                self.wf("init", name, "--template", name)
                definition, = glob.glob(self.path(name) + "/*.yaml")
                self.assertRegex(self.wf("test", definition).out, r"\n[1-9]\d* passed, 0 failed\n$")

    def test_what_they_find(self):
        self.wf("init", "--template", "map-reduce")
        outputs = self.wf("run", "words.yaml", "-o", "json").json["outputs"]
        self.assertEqual(outputs["frequent"][0], {"word": "the", "count": 17})
        self.wf("init", "--template", "data-pipeline")
        self.wf("run", "sales.yaml", "--out", "out")
        self.assertIn("| north | 295.40 |", content(self.path("out/report.md")).decode())

    def test_nothing_is_overwritten(self):
        self.wf("init", "--template", "map-reduce")
        self.assertIn("there already: words.yaml", self.wf("init", "--template", "map-reduce").out)
        self.write("count.py", "mine")
        os.remove(self.path("add.py"))
        refused = self.wf("init", "--template", "map-reduce", code=4)
        self.assertIn("'count.py' is there already", refused.err)
        self.assertEqual(content(self.path("count.py")), b"mine")
        self.assertFalse(os.path.exists(self.path("add.py")))

    def test_nothing_is_written_where_a_folder_cannot_be(self):
        self.write("data", "mine")
        self.assertIn("'data' is there already", self.wf("init", "--template", "data-pipeline", code=4).err)
        self.assertEqual(os.listdir(self.folder), ["data"])

    def test_a_folder_that_is_a_link_is_not_written_through(self):
        os.mkdir(self.path("elsewhere"))
        os.symlink(self.path("elsewhere"), self.path("data"))
        self.assertIn("'data' is there already", self.wf("init", "--template", "data-pipeline", code=4).err)
        self.assertEqual((os.listdir(self.path("elsewhere")), sorted(os.listdir(self.folder))), ([], ["data", "elsewhere"]))

    def test_the_next_command_uses_the_store_that_was_made(self):
        made = call([WF, "init", "./a/", "--template", "minimal", "--store", "s", "-o", "json"], cwd=self.folder).json
        self.assertEqual(made["next"], "cd a && wf run hello.yaml --store " + self.path("s"))
        self.assertEqual(made["files"][0]["path"], "a/hello.yaml")
        made = call([WF, "init", "b", "--template", "minimal", "-o", "json"], cwd=self.folder, env={"WF_STORE": self.path("s")}).json
        self.assertEqual(made["next"], "cd b && wf run hello.yaml")

    def test_a_link_is_not_followed(self):
        os.symlink(self.path("elsewhere"), self.path("hello.yaml"))
        self.wf("init", "--template", "minimal", code=4)
        self.assertFalse(os.path.exists(self.path("elsewhere")))

    def test_a_folder_is_made_with_a_store_in_it(self):
        done = call([WF, "init", "a/b", "-o", "json"], cwd=self.folder).json
        self.assertEqual((done["store"], done["template"], done["files"]), (self.path("a/b/.wf"), None, []))
        self.assertTrue(os.path.exists(self.path("a/b/.wf/wf.db")))

    def test_names_are_checked(self):
        self.assertIn("did you mean 'minimal'", self.wf("init", "--template", "minmal", code=2).err)
        self.assertFalse(os.path.exists(self.store))


if __name__ == "__main__":
    main()
