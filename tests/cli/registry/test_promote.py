"""Promotion: the same version in another place, with its texts, and the record of where it came from."""
import os
import subprocess
import unittest

from registry_case import RegistryCase


class Promote(RegistryCase):
    def setUp(self):
        super().setUp()
        self.version = self.register(self.definition(), "--label", "v1")[0]["version"]

    def there(self, domain="production", **more):
        return self.json("version", "list", "w", "-d", domain)["registrations"]

    def test_digest_text_and_record_stay(self):
        done = self.json("promote", "w@v1", "--from", "development", "--to", "production", "--label", "v1.0")
        self.assertEqual((done["version"], done["result"], done["labels"]), (self.version, "new registration", ["v1.0"]))
        here, there = self.json("version", "list", "w")["registrations"][0], self.there()[0]
        self.assertEqual([there[key] for key in ("version", "source", "git", "path")], [here[key] for key in ("version", "source", "git", "path")])
        self.assertEqual(there["promoted_from"], {"project": "default", "domain": "development", "registration": 1})
        self.assertIsNone(here["promoted_from"])
        self.assertIn("promoted:   from default/development (registration 1)", self.wf("version", "show", "w@v1.0", "-d", "production"))
        self.assertEqual(self.query("SELECT count(*) FROM version"), [(1,)])
        origin = self.query("SELECT id FROM registration WHERE domain = 'development'")[0][0].hex()
        event = self.json("event", "list", "--type", "registration.added")["events"][-1]
        self.assertEqual(event["data"]["from"].replace("-", ""), origin)
        self.assertEqual(self.json("event", "verify")["findings"] + self.check("--contents"), [])

    def test_no_file_is_needed(self):
        os.remove(self.path("w.yaml"))
        self.wf("promote", "w@latest", "--to", "production")
        self.assertEqual(self.json("run", "w@latest", "-d", "production")["state"], "succeeded")

    def test_again_changes_nothing(self):
        self.wf("promote", "w@v1", "--to", "production", "--keep-labels")
        before = self.state()
        self.assertEqual(self.json("promote", "w@v1", "--to", "production", "--keep-labels")["result"], "unchanged")
        self.assertEqual(self.register("w.yaml", "-d", "production")[0]["result"], "unchanged")
        self.assertEqual(self.state(), before)

    def test_a_label_that_is_new_there_is_said(self):
        self.wf("promote", "w@v1", "--to", "production")
        promote = lambda *more: self.json("promote", "w@v1", "--to", "production", *more)["result"]
        self.assertEqual(promote("--label", "one", "--dry-run"), "new label")
        self.assertEqual(promote("--label", "one"), "new label")
        self.assertEqual(promote("--label", "one"), "unchanged")
        self.assertEqual(promote("--label", "two", "--keep-labels"), "new labels")

    def test_what_was_registered_there_is_promoted_all_the_same(self):
        self.register("w.yaml", "-d", "production")
        self.assertEqual(self.json("promote", "w@v1", "--to", "production")["result"], "new registration")
        self.assertEqual([entry["promoted_from"] is None for entry in self.there()], [False, True])

    def test_labels_follow_when_they_are_asked_to(self):
        self.register("w.yaml", "--label", "good")
        self.assertEqual(self.json("promote", "w@v1", "--to", "staging")["labels"], [])
        self.assertEqual(self.json("label", "list", "-d", "staging")["labels"], [])
        self.assertEqual(self.json("promote", "w@v1", "--to", "staging", "--keep-labels", "-l", "now")["labels"], ["good", "now", "v1"])
        self.assertEqual({entry["label"] for entry in self.json("label", "list", "-d", "staging")["labels"]}, {"good", "now", "v1"})

    def test_a_conflict_leaves_the_store_untouched(self):
        self.register(self.definition(message="other"), "--label", "v1", "-d", "production")
        before = self.state()
        for arguments in (["--label", "v1"], ["--keep-labels"], ["--keep-labels", "--label", "new"]):
            self.assertIn("cannot move", self.wf("promote", "w@v1", "--to", "production", *arguments, code=4))
            self.assertIn("cannot move", self.wf("promote", "w@v1", "--to", "production", *arguments, "--dry-run", code=4))
        self.assertEqual(self.state(), before)

    def test_a_dry_run_writes_nothing(self):
        before = self.state()
        done = self.json("promote", "w@v1", "--to", "production", "--keep-labels", "-n")
        self.assertEqual((done["dry_run"], done["result"], done["labels"]), (True, "new registration", ["v1"]))
        self.assertEqual(self.state(), before)

    def test_to_another_project(self):
        self.wf("project", "create", "vision")
        self.wf("promote", "w@v1", "--to", "vision/staging")
        self.wf("promote", "w@latest", "-p", "vision", "--from", "staging", "--to", "production")
        self.assertEqual(self.json("version", "list", "w", "-p", "vision", "-d", "production")["registrations"][0]["promoted_from"],
                         {"project": "vision", "domain": "staging", "registration": 1})

    def test_mistakes(self):
        for arguments, code, text in ((["w@v1"], 2, "where is it to go?"), (["w@v1", "--to", "development"], 2, "is in default/development already"),
                                      (["w@v1", "--to", "prod"], 3, "there is no domain 'prod'"), (["w@v2", "--to", "production"], 3, "no version 'v2'"),
                                      (["w", "--to", "production"], 2, "no reference to a version"), (["w@v1", "--to", "a/b/c"], 2, "write DOMAIN or PROJECT/DOMAIN"),
                                      (["w@v1", "--to", "production", "--label", "latest"], 2, "is reserved"),
                                      (["w@v1", "--to", "production", "--label", self.version[7:19]], 4, "would hide")):
            self.assertIn(text, self.wf("promote", *arguments, code=code), arguments)

    def test_git_state_travels(self):
        run = lambda line: subprocess.run(line, shell=True, cwd=self.folder, check=True)
        run("git init -q -b main && git add w.yaml && git -c user.name=a -c user.email=a@b commit -qm a")
        self.register("w.yaml")
        self.wf("promote", "w@v1", "--to", "production")
        self.assertEqual(self.there()[0]["git"], self.json("version", "list", "w")["registrations"][0]["git"])

    def test_20_at_once(self):
        processes = [self.start("promote", "w@v1", "--to", "production", "--keep-labels") for _ in range(20)]
        for process in processes:
            out, err = process.communicate()
            self.assertEqual(process.returncode, 0, out + err)
        self.assertEqual(len(self.there()), 1)


if __name__ == "__main__":
    unittest.main()
