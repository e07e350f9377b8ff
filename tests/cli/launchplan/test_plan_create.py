"""Launch plans: registered by content, from a file or from options, active or not, and shown."""
import hashlib
import json
import os

import jsonschema
from plan_case import PlanCase
from wftest import SOURCE, main

FILE = """name: nightly
description: every night
workflow: load@v1
inputs: {k: 3, names: [x, y]}
fixed: {table: table.csv}
labels: {team: vision, tier: 1}
parallelism: 2
schedule: {cron: "0 3 * * mon-FRI", zone: Europe/Berlin, kickoff_input: when}
"""


class Create(PlanCase):
    def test_a_file_and_options_give_the_same_plan(self):
        by_file = self.create(self.plan(FILE))
        by_options = self.create("nightly", "--workflow", "load@" + self.version, "-i", "k=3", "-i", 'names=["x","y"]', "--fixed",
                                 "table=table.csv", "--label", "tier=1", "--label", "team=vision", "--parallelism", "2",
                                 "--cron", "  0 3 * * 1-5 ", "--zone", "Europe/Berlin", "--kickoff-input", "when")
        self.assertEqual(by_file["digest"], by_options["digest"])
        self.assertEqual((by_file["result"], by_options["result"]), ("new plan", "new registration"))

    def test_the_digest_is_that_of_the_canonical_form(self):
        made = self.create(self.plan(FILE))
        shown = self.json("launchplan", "show", "nightly@latest")
        table = hashlib.sha256(b"a\n").hexdigest()
        body = {"launchplan": "v1", "name": "nightly", "workflow": self.version, "inputs": {"k": 3, "names": ["x", "y"]},
                "fixed": {"table": {"$blob": "sha256:" + table}}, "labels": {"team": "vision", "tier": "1"}, "parallelism": 2,
                "schedule": {"cron": "0 3 * * 1-5", "zone": "Europe/Berlin", "kickoff_input": "when"}}
        self.assertEqual(shown["definition"], body)
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        self.assertEqual(made["digest"], "sha256:" + hashlib.sha256(b"wf-launchplan-1\n" + text.encode()).hexdigest())

    def test_a_frozen_digest(self):
        self.write("one.yaml", "wf: v1\nname: one\ninputs: {k: int}\n")
        self.wf("register", "one.yaml", "--label", "v1")
        made = self.create("p", "--workflow", "one@v1", "--fixed", "k=1", "--every", "90m")
        self.assertEqual(made["digest"], "sha256:be8c390ec74e6078e220689124dc012d12e2a98b1e80070c28f0d88fb1db45bc")

    def test_a_description_is_not_identity_but_a_registration(self):
        first = self.nightly()
        second = self.nightly("--description", "for nobody")
        third = self.nightly("--description", "for nobody")
        self.assertEqual([first["digest"], first["digest"]], [second["digest"], third["digest"]])
        self.assertEqual([one["result"] for one in (first, second, third)], ["new plan", "new registration", "unchanged"])
        self.assertEqual(self.json("launchplan", "show", "nightly@latest")["description"], "for nobody")

    def test_a_file_input_is_content(self):
        made = self.nightly("--activate")
        self.write("table.csv", "other\n")
        self.json("run", "plan:nightly", "--out", "results")
        self.assertEqual(self.read("results/out"), "a\n1 \n")
        self.assertNotEqual(self.nightly()["digest"], made["digest"])
        self.assertEqual(self.json("store", "check", "--contents")["findings"], [])

    def test_a_dry_run_writes_nothing(self):
        before = self.tables()
        made = self.create(self.plan(FILE), "--dry-run", "--activate")
        self.assertEqual((made["result"], made["activated"], made["dry_run"]), ("new plan", True, True))
        self.assertEqual(self.tables(), before)

    def test_a_dry_run_keeps_no_bytes_either(self):
        self.write("table.csv", "x" * 100_000)
        objects = lambda: sorted(files for _, _, files in os.walk(os.path.join(self.store, "objects")))
        before = objects()
        digest = "sha256:" + hashlib.sha256(b"x" * 100_000).hexdigest()
        made = self.nightly("--dry-run")
        self.assertEqual(objects(), before)
        self.assertEqual((made["result"], self.nightly()["digest"]), ("new plan", made["digest"]))
        self.assertEqual(self.json("launchplan", "show", "nightly@latest")["inputs"]["table"], digest)

    def test_faults_of_options_point_at_options_that_were_given(self):
        def places(*arguments):
            done = self.wf("launchplan", "create", "n", "--workflow", "load@v1", "--fixed", "table=table.csv", *arguments, code=2)
            return [line.split(":")[0] for line in done.err.splitlines() if ": error: " in line and not line.startswith("wf:")]
        self.assertEqual(places("--zone", "Europe/Berlin"), ["--zone", "--zone"])
        self.assertEqual(places("--kickoff-input", "when"), ["--kickoff-input"])
        self.assertEqual(places("--cron", "@daily", "-i", "k=1", "--fixed", "k=2"), ["-i"])

    def test_nothing_is_written_when_something_is_wrong(self):
        before = self.tables()
        self.errors(FILE.replace("3 * * mon", "33 * * mon"))
        self.wf("launchplan", "create", "nightly", "--workflow", "load@v1", "--fixed", "k=x", code=2)
        self.assertEqual(self.tables(), before)

    def test_options_and_a_file_do_not_mix(self):
        done = self.wf("launchplan", "create", self.plan(FILE), "-i", "k=4", code=2)
        self.assertIn("here are both", done.err)
        self.assertIn("a NAME with --workflow", self.wf("launchplan", "create", "nightly", code=3).err)

    def test_references_to_results_are_no_values(self):
        self.assertIn("cannot be part of a launch plan",
                      self.wf("launchplan", "create", "n", "--workflow", "load@v1", "-i", "table=wf:a/b/c/d/e", code=2).err)

    def test_a_digest_names_a_file_that_the_store_has(self):
        table = "sha256:" + hashlib.sha256(b"a\n").hexdigest()
        text = "name: other\nworkflow: load@v1\ninputs:\n  table: %s\n" % table
        self.assertEqual(self.errors(text), [(5, 10, "WF-E1108", "the store holds no bytes with the digest '%s'" % table)])
        self.nightly()
        self.create(self.plan(text))

    def test_what_is_shown(self):
        self.create(self.plan(FILE), "--activate")
        shown = self.json("launchplan", "show", "nightly", "--after", "2026-11-20T00:00:00Z")
        self.assertEqual(shown["inputs"], {"k": 3, "names": ["x", "y"]})
        self.assertEqual(shown["schedule"], {"cron": "0 3 * * 1-5", "zone": "Europe/Berlin", "every": None, "kickoff_input": "when"})
        self.assertEqual(shown["next"][0], {"local": "2026-11-20T03:00:00+01:00", "zone": "CET", "utc": "2026-11-20T02:00:00Z"})
        self.assertEqual((shown["runs"]["workflow"], shown["runs"]["labels"]), ("load", ["v1"]))
        self.assertEqual(shown["path"], self.path("plan.yaml"))
        listed = self.json("launchplan", "list", "load")["plans"][0]
        self.assertEqual([listed[key] for key in ("active", "schedule", "version")], [shown["digest"], shown["schedule"], self.version])
        self.assertIn("0 3 * * 1-5 Europe/Berlin", self.wf("launchplan", "list").out)
        self.assertEqual(self.json("launchplan", "list", "other")["plans"], [])

    def test_active_and_not(self):
        one, two = self.nightly()["digest"], self.nightly("--label", "a=b")["digest"]
        self.assertIn("no launch plan 'nightly' is active", self.wf("launchplan", "show", "nightly", code=3).err)
        self.assertTrue(self.json("launchplan", "activate", "nightly@latest")["changed"])
        self.assertFalse(self.json("launchplan", "activate", "plan:nightly@" + two[7:15])["changed"])
        self.assertEqual(self.json("launchplan", "activate", "nightly@" + one)["before"], two)
        self.assertEqual(self.json("launchplan", "show", "nightly")["digest"], one)
        self.assertEqual(self.json("launchplan", "deactivate", "nightly")["before"], one)
        self.assertFalse(self.json("launchplan", "deactivate", "nightly")["changed"])
        history = self.json("launchplan", "history", "nightly")["history"]
        self.assertEqual([(step["what"], step["digest"], step["before"]) for step in reversed(history)],
                         [("registered", one, None), ("registered", two, None), ("activated", two, None), ("activated", one, two),
                          ("deactivated", None, one)])
        events = self.json("event", "list", "--type", "plan.")["events"]
        self.assertEqual([event["type"] for event in events],
                         ["plan.registered"] * 2 + ["plan.activated"] * 2 + ["plan.deactivated"])
        self.assertEqual(events[3]["data"]["from"], two[7:])
        self.assertEqual(self.json("event", "verify")["findings"], [])

    def test_diff(self):
        one, two = self.nightly()["digest"], self.nightly("--fixed", "k=2")["digest"]
        done = self.json("launchplan", "diff", "nightly@" + one, "nightly@latest", code=11)
        self.assertEqual((done["after"], [change["path"] for change in done["changes"]]), (two, ["fixed"]))
        self.assertEqual(self.json("launchplan", "diff", "nightly@latest", "nightly@latest")["changes"], [])

    def test_near_names(self):
        self.nightly()
        for arguments in (["launchplan", "show", "nihgtly"], ["launchplan", "history", "nihgtly"], ["run", "plan:nihgtly"],
                          ["launchplan", "activate", "nihgtly@latest"], ["launchplan", "deactivate", "nihgtly"], ["ls", "--plan", "nihgtly"]):
            self.assertIn("did you mean 'nightly'?", self.wf(*arguments, code=3).err, arguments)
        self.assertIn("no version '12345678'", self.wf("run", "plan:nightly@12345678", code=3).err)
        self.assertIn("no reference to a launch plan", self.wf("run", "plan:nightly@", code=2).err)

    def test_the_schema_is_the_file_in_the_tree(self):
        with open(os.path.join(SOURCE, "schemas/launchplan.v1.json"), encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text, self.wf("schema", "launchplan").out)
        validator = jsonschema.Draft202012Validator(json.loads(text))
        plan = {"launchplan": "v1", "name": "p", "description": 5, "workflow": "load@v1", "labels": {"tier": 1}}
        validator.validate(plan)
        self.create(self.write("p.yaml", json.dumps(plan)))

    def test_another_domain(self):
        made = self.create("there", "--workflow", "default/development/load@v1", "-i", "table=table.csv", "-d", "production", "--activate")
        self.assertEqual(self.json("run", "plan:there", "-d", "production")["state"], "succeeded")
        self.assertEqual(self.json("launchplan", "show", "default/production/there")["digest"], made["digest"])


if __name__ == "__main__":
    main()
