"""References to versions, and the lists that show them."""
import unittest

from registry_case import RegistryCase


class Resolve(RegistryCase):
    def setUp(self):
        super().setUp()
        self.old = self.register(self.definition(message="old"), "--label", "v1")[0]["version"]
        self.new = self.register(self.definition(message="new"))[0]["version"]

    def version(self, reference):
        return self.json("version", "show", reference)["version"]

    def test_every_form(self):
        self.assertEqual(self.version("w@v1"), self.old)
        self.assertEqual(self.version("w@latest"), self.new)
        self.assertEqual(self.version("w@" + self.new), self.new)
        self.assertEqual(self.version("w@" + self.new[7:15]), self.new)
        self.assertEqual(self.version("w@" + self.old[7:19].upper()), self.old)
        self.assertEqual(self.version("default/development/w@v1"), self.old)

    def test_latest_is_the_newest_registration_whatever_the_clock_says(self):
        self.tamper("UPDATE registration SET registered_us = 9999999999999999 WHERE seq = 1")
        newest = self.register(self.definition(message="newest"))[0]["version"]
        self.assertEqual(self.version("w@latest"), newest)
        again = self.register(self.definition(message="old"))[0]["version"]
        self.assertEqual((self.version("w@latest"), again), (self.old, self.old))

    def test_latest_of_an_older_store_whose_clock_was_set_back(self):
        times = "SELECT registered_us FROM registration ORDER BY seq"
        before = self.query(times)
        older = ("ALTER TABLE attempt DROP COLUMN sandbox; ALTER TABLE attempt DROP COLUMN observed; ALTER TABLE attempt DROP COLUMN "
                 "memory_events; ALTER TABLE attempt DROP COLUMN log_times; ALTER TABLE attempt DROP COLUMN image; DROP INDEX "
                 "registration_by_time; DROP INDEX launch_plan_registration_by_time; DROP INDEX frame_by_version; DROP TABLE frame_failure; PRAGMA user_version = 2;").split(";")
        for statement in older:
            self.tamper(statement)
        self.wf("init")
        self.assertEqual((self.query(times), self.version("w@latest")), (before, self.new))
        for statement in [*older, "UPDATE registration SET registered_us = 9999999999999999 WHERE seq = 1"]:
            self.tamper(statement)
        self.wf("init")
        self.assertEqual(self.query(times), [(9999999999999999,), (10000000000000000,)])
        self.assertEqual(self.version("w@latest"), self.new)

    def test_what_is_unknown_lists_what_is_near(self):
        cases = {"u@v1": "wf workflow list", "w@v2": "did you mean 'v1'", "w@" + self.old[7:14]: "at least 8",
                 "w@" + "0" * 64: "WF-E2004", "w@sha256:" + "0" * 64: "WF-E2004",
                 "defualt/development/w@v1": "did you mean 'default'",
                 "default/developmnt/w@v1": "did you mean 'development'"}
        for reference, hint in cases.items():
            self.assertIn(hint, self.wf("version", "show", reference, code=3), reference)
        self.assertIn("registered in default/development",
                      self.wf("version", "show", "w@v1", "-d", "staging", code=3))

    def test_what_is_malformed(self):
        for reference in ["w", "w@", "@v1", "a/w@v1", "a/b/c/w@v1", "w#t@v1", "plan:w@v1"]:
            self.assertIn("WF-E2006", self.wf("version", "show", reference, code=2), reference)

    def test_an_ambiguous_prefix_lists_its_candidates(self):
        prefix = self.new[7:23]
        twin = prefix + "0" * 48
        self.tamper("INSERT INTO registration SELECT project, domain, name, 3, randomblob(16), "
                  f"x'{twin}', source, source_path, descriptions, git, NULL, registered_us, registered_by "
                  "FROM registration WHERE seq = 2")
        message = self.wf("version", "show", "w@" + prefix, code=2)
        self.assertIn("w@" + twin, message)
        self.assertIn("w@" + self.new[7:], message)

    def test_diff(self):
        same = self.json("version", "diff", "w@v1", "w@v1")
        self.assertEqual(same["changes"], [])
        changes = self.json("version", "diff", "w@v1", "w@latest", code=11)["changes"]
        self.assertEqual([(c["change"], c["path"], c["after_line"]) for c in changes],
                         [("changed", "tasks.say.script", 6)])

    def test_lists(self):
        workflow, = self.json("workflow", "list")["workflows"]
        self.assertEqual((workflow["workflow"], workflow["version"], workflow["versions"]), ("w", self.new, 2))
        shown = self.json("workflow", "show", "w@v1")
        self.assertEqual((shown["version"], shown["outputs"]), (self.old, {"text": {"type": "string"}}))
        registrations = self.json("version", "list", "w")["registrations"]
        self.assertEqual([r["registration"] for r in registrations], [2, 1])
        self.assertEqual(registrations[1]["labels"], ["v1"])
        self.assertIn("WF-E2003", self.wf("label", "list", "u", code=3))

    def test_projects_and_domains(self):
        self.wf("project", "create", "vision", "--description", "line 3")
        self.assertIn("WF-E2010", self.wf("project", "create", "vision", code=4))
        self.assertIn("WF-E2009", self.wf("domain", "create", "Bad_Name", code=2))
        self.assertEqual([d["domain"] for d in self.json("domain", "list")["domains"]],
                         ["development", "production", "staging"])
        self.register("w.yaml", "-p", "vision", "-d", "staging")
        self.assertEqual(self.json("project", "show", "vision")["workflows"], 1)
        self.assertIn("did you mean 'vision'", self.wf("project", "show", "visoin", code=3))
        self.assertEqual(self.version("vision/staging/w@latest"), self.new)


if __name__ == "__main__":
    unittest.main()
