"""wf register: versions by content, registrations beside them, labels that never move."""
import os
import subprocess
import unittest

from registry_case import RegistryCase


class Register(RegistryCase):
    def test_formatting_is_no_new_version_and_no_moved_label(self):
        first, = self.register(self.definition(), "--label", "v1")
        self.assertEqual(first["result"], "new version")
        with open(self.path("w.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.write("w.yaml", "# a comment\n\n" + text)
        again, = self.register("w.yaml", "--label", "v1")
        self.assertEqual((again["version"], again["result"]), (first["version"], "new registration"))
        same, = self.register("w.yaml", "--label", "v1")
        self.assertEqual(same["result"], "unchanged")
        self.assertEqual(len(self.query("SELECT * FROM version")), 1)

    def test_going_back_to_an_older_text_adds_a_registration(self):
        self.register(self.definition(message="a"))
        self.register(self.definition(message="b"))
        back, = self.register(self.definition(message="a"))
        self.assertEqual((back["result"], back["registration"]), ("new registration", 3))
        self.assertEqual(self.json("version", "show", "w@latest")["version"], back["version"])

    def test_a_label_that_would_move_shows_what_differs_and_changes_nothing(self):
        self.register(self.definition(message="old"), "--label", "v1")
        before = self.state()
        self.definition(message="new")
        message = self.wf("register", "w.yaml", "--label", "v1", code=4)
        self.assertIn("WF-E2007", message)
        self.assertIn("~ tasks.say.script", message)
        self.assertIn("(line 6)", message)
        self.assertEqual(self.state(), before)

    def test_two_labels_one_body(self):
        one, = self.register(self.definition(), "--label", "v1")
        two, = self.register("w.yaml", "--label", "v2")
        self.assertEqual((one["version"], two["result"]), (two["version"], "unchanged"))
        labels = self.json("label", "list", "w")["labels"]
        self.assertEqual([label["label"] for label in labels], ["v1", "v2"])
        self.assertEqual(len(self.query("SELECT * FROM version")), 1)

    def test_several_files_are_all_or_nothing(self):
        self.register(self.definition("b", "old"), "--label", "v1")
        self.definition("a")
        self.definition("b", "new")
        before = self.state()
        self.wf("register", "a.yaml", "b.yaml", "--label", "v1", code=4)
        self.write("b.yaml", "wf: v1\nname: b\nnonsense: 1\n")
        self.assertIn("b.yaml:3:", self.wf("register", "a.yaml", "b.yaml", code=2))
        self.assertEqual(self.state(), before)

    def test_a_folder_stands_for_its_definitions(self):
        self.definition("a", file="d/a.yaml")
        self.definition("b", file="d/b.yml")
        self.write("d/c.yaml", "not: ours\n")
        self.write("d/d.txt", "wf: v1\n")
        self.assertEqual([r["workflow"] for r in self.register("d")], ["a", "b"])
        os.mkdir(self.path("empty"))
        self.assertIn("holds no definition", self.wf("register", "empty", code=3))

    def test_a_dry_run_writes_nothing_and_says_what_would_be(self):
        self.register(self.definition(message="old"), "--label", "v1")
        before = self.state()
        self.definition(message="new")
        self.assertEqual(self.register("w.yaml", "--dry-run")[0]["result"], "new version")
        self.wf("register", "w.yaml", "--dry-run", "--label", "v1", code=4)
        self.assertEqual(self.state(), before)

    def test_label_grammar(self):
        self.definition()
        for label in ["latest", "sha256:00", "a b", "-x", "ü", "x" * 129, "a/b", "a:b"]:
            self.assertIn("WF-E2008", self.wf("register", "w.yaml", f"--label={label}", code=2), label)
        for label in ["v1.2.0", "1+x_y-z", "x" * 128]:
            self.register("w.yaml", "--label", label)

    def test_a_label_cannot_hide_a_version(self):
        version = self.register(self.definition())[0]["version"][7:]
        before = self.state()
        self.assertIn("WF-E2011", self.wf("register", "w.yaml", "--label", version[:8].upper(), code=4))
        self.assertEqual(self.state(), before)
        self.register("w.yaml", "--label", version[:7])  # too short to be read as a digest
        other = "0" * 8 if not version.startswith("0" * 8) else "1" * 8
        self.register("w.yaml", "--label", other)
        self.assertEqual(self.json("version", "show", f"w@{other}")["version"][7:], version)

    def test_a_source_that_changes_makes_a_version_of_the_same_text(self):
        self.write("say.sh", "echo 1\n")
        self.write("s.yaml", "wf: v1\nname: s\ntasks:\n  t: {sources: [say.sh], command: [sh, say.sh]}\n"
                             "nodes:\n  t: {task: t}\n")
        one, = self.register("s.yaml")
        self.write("say.sh", "echo 2\n")
        two, = self.register("s.yaml")
        self.assertNotEqual(one["version"], two["version"])
        self.assertEqual(two["result"], "new version")
        self.assertEqual(self.check("--contents"), [])


class Git(RegistryCase):
    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments], cwd=self.folder,
                       env=self.env, check=True, stdout=subprocess.DEVNULL)

    def newest(self):
        return self.json("version", "list", "w")["registrations"][0]["git"]

    def test_outside_of_git(self):
        self.register(self.definition())
        self.assertIsNone(self.newest())

    def test_states_of_a_repository(self):
        self.git("init", "-q", "-b", "main")
        self.definition(file="sub/w.yaml")
        self.register("sub/w.yaml")
        self.assertEqual(self.newest(), {"branch": "main", "commit": None, "dirty": True,
                                         "path": "sub/w.yaml", "remote": None})
        self.git("add", "sub")
        self.git("commit", "-q", "-m", "one")
        self.git("remote", "add", "origin", "https://user:secret@example.org/r.git")
        self.assertEqual(self.register("sub/w.yaml")[0]["result"], "new registration")
        state = self.newest()
        self.assertEqual((state["dirty"], state["remote"]), (False, "https://example.org/r.git"))
        self.assertRegex(state["commit"], "^[0-9a-f]{40}$")
        self.assertEqual(self.register("sub/w.yaml")[0]["result"], "unchanged")
        self.git("checkout", "-q", "--detach")
        self.write("untracked", "x")
        self.register("sub/w.yaml")
        self.assertEqual((self.newest()["branch"], self.newest()["dirty"]), (None, True))
        for table in self.state().values():
            self.assertNotIn("secret", str(table))

    def test_a_repository_of_someone_else(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        self.git("init", "-q", "-b", "main")
        self.definition()
        for root, _, files in os.walk(self.path(".git")):
            for name in [root] + [os.path.join(root, file) for file in files]:
                os.chown(name, 12345, 12345)
        self.register("w.yaml")
        self.assertEqual(self.newest()["branch"], "main")

    def test_a_broken_repository_is_recorded_as_unknown_with_a_warning(self):
        os.mkdir(self.path(".git"))
        process = self.start("register", self.definition())
        _, err = process.communicate()
        self.assertEqual(process.returncode, 0)
        self.assertIn("recorded as unknown", err)
        self.assertIn("unknown", self.newest())


if __name__ == "__main__":
    unittest.main()
