"""Settings: which layer counts, what files may say, and how they are changed."""
import fcntl
import json
import os
import subprocess
import unittest

from wftest import DEADLINE, WF, WfTest, call, clean_environment, wait_until


class ConfigCase(WfTest):
    def setUp(self):
        super().setUp()
        self.env = {"HOME": self.folder, "WF_SYSTEM_CONFIG": self.path("system.yaml")}
        self.user = ".config/wf/config.yaml"
        self.project = "work/.wf/config.yaml"
        os.makedirs(self.path("work"))
        self.config("init", cwd="work")

    def config(self, *arguments, code=0, cwd="work", **env):
        done = call([WF, *arguments], env={**self.env, **env}, cwd=self.path(cwd))
        self.assertEqual(done.code, code, done)
        self.assertNotIn("unexpected:", done.err)
        return done

    def got(self, key, *arguments, **more):
        found = self.config("config", "get", key, "-o", "json", *arguments, **more).json
        return found["value"], found["origin"]


class Layers(ConfigCase):
    def test_each_layer_beats_those_below(self):
        self.assertEqual(self.got("project"), ("default", "default"))
        for name, value in (("system.yaml", "ours"), (self.user, "mine"), (self.project, "here")):
            path = self.write(name, "# why\nproject: %s\n" % value)
            self.assertEqual(self.got("project"), (value, path + ":2"))
        self.assertEqual(self.got("project", WF_PROJECT="env"), ("env", "WF_PROJECT"))
        self.assertEqual(self.got("project", "-p", "flag", WF_PROJECT="env"), ("flag", "-p/--project"))
        rows = self.config("config", "explain", "project", "-o", "json", WF_PROJECT="env").json["layers"]
        self.assertEqual([row["value"] for row in rows], [None, "env", "here", "mine", "ours", "default"])
        self.assertEqual([row["layer"] for row in rows if row["in_force"]], ["environment"])
        self.assertRegex(self.config("config", "explain", "project", WF_PROJECT="env").out, r"\n-> +environment +env +WF_PROJECT\n")

    def test_values_take_effect(self):
        self.config("project", "create", "vision")
        self.write(self.project, "project: vision\ndomain: staging\nrun: {parallelism: 3, verify: true}\n")
        self.write("work/w.yaml", "wf: v1\nname: w\ntasks: {t: {command: [\"true\"]}}\nnodes: {t: {task: t}}\n")
        run = self.config("run", "w.yaml", "-o", "json").json
        self.assertEqual((run["project"], run["domain"]), ("vision", "staging"))
        settings = self.config("show", run["run"], "-o", "json").json["settings"]
        self.assertEqual((settings["parallelism"], settings["verify"]), (3, "contents"))
        other = self.config("run", "w.yaml", "-o", "json", "--parallelism", "2", WF_RUN_VERIFY="false").json["run"]
        settings = self.config("show", other, "-o", "json").json["settings"]
        self.assertEqual(settings["parallelism"], 2)
        self.assertNotEqual(settings.get("verify"), "contents")

    def test_the_store(self):
        self.assertEqual(self.got("store"), (self.path("work/.wf"), "found .wf here or above"))
        self.write(self.user, "store: elsewhere\n")
        self.assertEqual(self.got("store")[0], self.path("work/.wf"))
        self.assertEqual(self.got("store", cwd="."),
                         (self.path(".config/wf/elsewhere"), self.path(self.user) + ":1"))
        self.assertIn("config.yaml:1", self.config("store", "path", cwd=".").err)
        self.write(self.project, "store: ../shared\n")
        self.assertEqual(self.config("store", "path").out, self.path("work/shared\n"))
        self.config("config", "set", "store", "far")
        self.assertEqual(self.read(self.project), "store: %s\n" % self.path("work/far"))

    def test_mistakes_are_shown_where_they_are(self):
        path = self.write(self.project, "projct: x\nrun:\n  parallelism: many\n  verify: [1]\nrun.verify: true\n")
        for command in (["config", "list"], ["ls"], ["config", "set", "project", "x"]):
            said = self.config(*command, code=2).err
            self.assertIn(path + ":1:1: error: there is no setting 'projct' [WF-E1004]\n  projct: x\n  ^^^^^^\n", said)
            self.assertIn("did you mean 'project'?", said)
            self.assertIn(path + ":3:16: error: 'many' is no value of 'run.parallelism'", said)
            self.assertIn(path + ":4:11: error: a list stands here", said)
            self.assertIn("write run: {verify: …}", said)
            self.assertIn("[WF-E5008]", said)
        self.config("--version")
        self.config("lint", "--help")
        for value in ("project: [", "- 1", "project: null", "store: s3://b/x", "project: x\nproject: y"):
            self.write(self.project, value + "\n")
            self.assertIn(path + ":", self.config("config", "list", code=2).err)

    def test_what_is_refused(self):
        said = self.config("config", "get", "run.paralelism", code=2).err
        self.assertIn("did you mean 'run.parallelism'?", said)
        self.assertIn("WF_RUN_PARALLELISM is '0'", self.config("config", "list", code=2, WF_RUN_PARALLELISM="0").err)
        for key, value in (("project", "Bad Name"), ("run.parallelism", "0"), ("run.verify", "yes"), ("store", "s3://b")):
            self.config("config", "set", key, value, code=2)
        self.config("config", "set", "project", "x", "--layer", "nobody", code=2)
        self.config("config", "unset", "project", code=3)
        self.assertFalse(os.path.exists(self.path(self.project)))
        os.mkfifo(self.path(self.project))
        self.assertIn("no regular file", self.config("config", "list", code=2).err)

    def test_empty_files(self):
        for text in ("", "# nothing\n", "---\n", "run:\n", "\ufeff# bom\nproject: x\n"):
            self.write(self.project, text)
            self.config("config", "list")
            self.config("config", "set", "run.parallelism", "7")
            self.assertEqual(self.got("run.parallelism")[0], "7", text)

    def test_a_project_file_of_someone_else_is_passed_over(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        os.chown(self.write(self.project, "project: theirs\n"), 12345, 12345)
        self.assertEqual(self.got("project")[0], "default")
        self.assertIn("belongs to uid 12345", self.config("config", "explain", "project").out)
        self.config("config", "set", "project", "x", code=2)

    def test_without_home_and_without_wf(self):
        os.rename(self.path("work/.wf"), self.path("work/away"))
        found = call([WF, "config", "list", "-o", "json"], env={**self.env, "HOME": ""}, cwd=self.path("work"))
        self.assertEqual(len(found.json["settings"]), 10)
        self.config("config", "set", "project", "mine")
        self.assertEqual(self.read(self.user), "project: mine\n")
        self.config("config", "set", "project", "x", "--layer", "project", code=3)


class Edit(ConfigCase):
    CASES = [
        ("# head\nproject: a # why\n# tail\n", "project", "b", "# head\nproject: b # why\n# tail\n"),
        ("project: 'a' # x\n", "project", "b", "project: b # x\n"),
        ("domain: d", "project", "b", "domain: d\nproject: b\n"),
        ("run:\n    verify: true # v\n# end\n", "run.parallelism", "4",
         "run:\n    verify: true # v\n    parallelism: 4\n# end\n"),
        ("run: # later\ndomain: d\n", "run.parallelism", "4", "run: # later\n  parallelism: 4\ndomain: d\n"),
        ("run: {verify: true} # v\n", "run.parallelism", "4", "run: {parallelism: 4, verify: true} # v\n"),
        ("{domain: d}\n", "run.parallelism", "4", "{run: {parallelism: 4}, domain: d}\n"),
        ("", "run.verify", "true", "run:\n  verify: true\n"),
        ("domain: d\r\nproject: a\r\n", "project", "b", "domain: d\r\nproject: b\r\n"),
    ]

    def test_set_keeps_all_other_lines(self):
        for before, key, value, after in self.CASES:
            with self.subTest(before):
                self.write(self.project, before)
                self.config("config", "set", key, value)
                self.assertEqual(self.read(self.project), after)
                self.assertEqual(self.got(key)[0], value)

    def test_unset(self):
        for before, key, after in (
                ("# head\nproject: a # why\ndomain: d\n", "project", "# head\ndomain: d\n"),
                ("run:\n  verify: true\n  parallelism: 3\n", "run.verify", "run:\n  parallelism: 3\n"),
                ("run:\n  # why\n  verify: true\n", "run.verify", "  # why\n"),
                ("run: {verify: true}\n# end\n", "run.verify", "# end\n"),
                ("project: a", "project", "")):
            with self.subTest(before):
                self.write(self.project, before)
                self.config("config", "unset", key)
                self.assertEqual(self.read(self.project), after)

    def test_two_unset_the_same(self):
        """Whoever waits for the file finds what the other has left of it."""
        path = self.write(self.project, "project: a\n")
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        second = subprocess.Popen([WF, "config", "unset", "project"], env=clean_environment(self.env),
                                  cwd=self.path("work"), stderr=subprocess.PIPE, encoding="utf-8")
        wait_until(lambda: "-> FLOCK  ADVISORY  WRITE %d " % second.pid in self.read("/proc/locks"), "it waits")
        os.truncate(path, 0)
        os.close(folder)
        said = second.communicate(timeout=DEADLINE)[1]
        self.assertEqual(second.returncode, 3, said)
        self.assertIn("'project' is not set in '%s' [WF-E5011]" % path, said)

    def test_what_cannot_be_changed_by_line_stays(self):
        for before, words in (("run: {verify: true, parallelism: 2}\n", ["unset", "run.verify"]),
                              ("project: &a x\ndomain: *a\n", ["set", "domain", "y"]),
                              ("project:\n  x\n", ["unset", "project"])):
            self.write(self.project, before)
            said = self.config("config", *words, code=2).err
            self.assertIn("change it in an editor", said)
            self.assertEqual(self.read(self.project), before)

    def test_what_is_written_in_quotes_and_escapes_is_changed(self):
        self.write(self.project, "project: \"a\\x62\" # why\n")
        self.config("config", "set", "project", "y")
        self.assertEqual(self.read(self.project), "project: y # why\n")

    def test_odd_values_and_links(self):
        self.write("dotfiles/wf.yaml", "project: a\n", mode=0o600)
        os.makedirs(self.path(".config/wf"))
        os.symlink(self.path("dotfiles/wf.yaml"), self.path(self.user))
        self.config("config", "set", "store", "/tmp/a b: #c\n\"é", "--layer", "user")
        self.assertTrue(os.path.islink(self.path(self.user)))
        self.assertEqual(os.stat(self.path("dotfiles/wf.yaml")).st_mode & 0o777, 0o600)
        self.assertEqual(self.got("store", cwd=".")[0], "/tmp/a b: #c\n\"é")
        os.unlink(self.path("dotfiles/wf.yaml"))
        os.rmdir(self.path("dotfiles"))
        self.config("config", "unset", "project", "--layer", "user", code=3)
        self.config("config", "set", "project", "b", "--layer", "user")
        self.assertEqual(self.read("dotfiles/wf.yaml"), "project: b\n")
        self.config("config", "set", "domain", "null")
        self.assertEqual(json.loads(self.config("config", "get", "domain", "-o", "json").out)["value"], "null")


if __name__ == "__main__":
    unittest.main()
