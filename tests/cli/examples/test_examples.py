"""Every example runs as it stands, gives the same bytes again, and leads back to its inputs."""
import glob
import json
import os
import unittest

import yaml

from examples import ATTENDED, INPUTS, SECRETS, USES, example, examples
from wftest import SOURCE, WfTest, wait_until


class Examples(WfTest):
    def run_example(self, name, *arguments):
        """On this machine: those with images give the same there."""
        return self.run_file(example(name), "--backend", "local", *arguments, env=SECRETS, **INPUTS.get(name, {})).json

    def prepare(self, name):
        """A store of its own for an example, with what that needs; other examples may use the same results."""
        self.store = self.path(name + "-store")
        for used in USES.get(name, []):
            self.wf("register", example(used), "--label", "v1")

    def test_each_runs_is_reused_and_repeats_its_bytes(self):
        alone = [name for name in examples() if name not in ATTENDED]
        self.assertGreaterEqual(len(alone), 2)
        for name in alone:
            with self.subTest(name):
                self.prepare(name)
                first = self.run_example(name, "--out", self.path(name))
                self.assertEqual(first["this_time"]["reused"], 0)
                again = self.run_example(name, "--out", self.path(name))
                self.assertEqual(again["this_time"]["ran"], 0)
                fresh = self.run_example(name, "--refresh")
                self.assertEqual(fresh["this_time"]["reused"], 0)
                self.assertEqual(fresh["outputs"], first["outputs"])

    def test_results_lead_back_to_the_outermost_inputs(self):
        self.run_example("iris", "--out", self.path("out"))
        os.rename(self.path("out/report.html"), self.path("renamed.html"))
        tree = self.wf("lineage", "show", self.path("renamed.html")).out
        for expected in ("report.page", "split.train", "input table", "iris.yaml", "sources best.py"):
            self.assertIn(expected, tree)

    def test_locks_are_up_to_date(self):
        locked = [name for name in examples() if os.path.exists(example(name, "wf.lock"))]
        self.assertEqual(locked, sorted(USES))
        for name in locked:
            with self.subTest(name):
                self.prepare(name)
                self.wf("lock", "--check", example(name))

    def test_recheck_reuses_what_iris_has_done(self):
        self.prepare("recheck")
        chosen = self.wf("run", "iris@v1", "-o", "json").json
        done = self.run_example("recheck", "--out", self.path("out"))
        self.assertEqual(done["this_time"]["reused"], chosen["this_time"]["ran"])
        self.assertEqual(done["outputs"]["k"], chosen["outputs"]["k"])
        header, *rows = [line.split("\t") for line in self.lines("out/grid.tsv")]
        self.assertEqual(header, ["k", "euclidean", "manhattan"])
        self.assertEqual([row[0] for row in rows if row[-1] == "chosen"], [str(done["outputs"]["k"])])
        best = {row[0]: max(map(float, row[1:3])) for row in rows}
        self.assertAlmostEqual(done["outputs"]["lack"], max(best.values()) - best[str(done["outputs"]["k"])])


    def test_each_construct_is_in_an_example(self):
        """Each key of the schema of definitions, but for those that an example cannot have as it stands."""
        of_a_machine = {"gpu", "level", "read", "network", "image"}  # a processor, paths, an engine
        # What makes less of a result count: then a second run would not be the first one again.
        against_repetition = {"allow_empty", "ignore", "parts", "fail", "stub"}
        with open(os.path.join(SOURCE, "schemas/workflow.v1.json"), encoding="utf-8") as file:
            schema = json.load(file)
        keys = set()

        def collect(part):
            if isinstance(part, dict):
                if part.get("additionalProperties") is False:
                    keys.update(part.get("properties", {}))
                for below in part.values():
                    collect(below)
            elif isinstance(part, list):
                for below in part:
                    collect(below)

        def words(part):
            if isinstance(part, dict):
                return set(part) | {word for below in part.values() for word in words(below)}
            return {word for below in part for word in words(below)} if isinstance(part, list) else set()

        collect(schema)
        used = set()
        for path in glob.glob(os.path.join(SOURCE, "examples/*/*.yaml")):
            with open(path, encoding="utf-8") as file:
                used |= words(yaml.load(file, yaml.BaseLoader))
        self.assertGreater(len(keys), 50)
        self.assertEqual(sorted(keys - used - of_a_machine - against_repetition), [])

    def test_the_plan_with_a_fixed_rate(self):
        self.wf("register", example("archive"), "--label", "v1")
        self.wf("launchplan", "create", example("archive", "hourly.yaml"), "--activate")
        self.assertEqual(self.run_file("plan:hourly").json["this_time"]["failed"], 0)


class Factors(WfTest):
    def test_a_factor_ends_the_search(self):
        self.assertIn("wf pool set searches", self.run_file(example("factors"), code=3).err)
        self.wf("pool", "set", "searches", "1")
        done = self.run_file(example("factors"), "--name", "cole").json
        self.assertEqual(done["outputs"], {"product": "147573952589676412927 = 193707721 x 761838257287"})
        searches = [one["state"] for one in self.wf("show", "cole", "-o", "json").json["executions"] if one["node"] == "search"]
        self.assertEqual(searches[:2], ["failed", "succeeded"])
        self.assertNotIn("succeeded", searches[2:])
        self.assertEqual(self.run_file(example("factors"), "--refresh").json["outputs"], done["outputs"])

    def test_its_own_tests_pass(self):
        self.assertIn("2 passed, 0 failed", self.wf("test", example("factors")).out)


class Nile(WfTest):
    def begin(self, what, *arguments):
        return self.start("run", what, "--name", "bulletin", "-i", "embargo=1ms", "-o", "json", *arguments)

    def answer(self, process, node, *arguments, code=0):
        """Waits for the gate to open, and answers; the line that told of it, and what the answer met with."""
        line = self.hear_waiting(process)
        self.assertIn(" %s " % node, line)
        wait_until(lambda: self.query("SELECT 1 FROM gate WHERE node = ? AND answer IS NULL", node), node + " is open")
        return line, self.wf("signal", "bulletin", node, *arguments, code=code)

    def test_a_bulletin_that_is_approved(self):
        process = self.begin(example("nile"), "--out", self.path("out"))
        refused = self.answer(process, "cause", "--value", "damm", code=2)[1].err
        self.assertIn("did you mean 'dam'?", refused)
        self.wf("signal", "bulletin", "cause", "--value", "dam")
        asked = self.answer(process, "approve", "--note", "agrees with Cobb")[0]
        self.assertIn("carries 850.0 since 1899, and carried 1097.8 before, because of: dam?", asked)
        done = self.finish(process)
        self.assertEqual((done.code, done.json["outputs"]["year"]), (0, 1899), done)
        self.assertEqual(self.lines("out/bulletin.txt"), ["The Nile at Aswan", "before 1899: 1097.8 x 10^8 m3 a year",
                                                          "since 1899:  850.0 x 10^8 m3 a year", "because of:  dam"])
        self.assertIn("agrees with Cobb", self.wf("explain", "bulletin").out)
        found = self.wf("artifact", "find", "first=1871", "last=1970", "-o", "json").json["artifacts"]
        self.assertEqual([one["task"] for one in found], ["find"])

    def test_a_bulletin_that_is_not(self):
        process = self.begin(example("nile"), "-i", "first=1900")
        self.answer(process, "cause", "--value", "unknown")
        self.answer(process, "approve", "--reject", "--note", "two years are no change")
        self.assertEqual(self.finish(process).code, 1)
        notice = self.wf("artifact", "get", "bulletin/on_failure/notice").out
        self.assertRegex(notice, "^no bulletin; approve: rejected by .*: two years are no change\n$")

    def test_by_its_plan(self):
        self.wf("register", example("nile"), "--label", "v1")
        self.wf("launchplan", "create", example("nile", "yearly.yaml"), "--activate")
        plan = self.wf("launchplan", "show", "yearly", "--after", "2026-11-01T00:00:00Z", "-o", "json").json
        self.assertIn("2027-01-15T07:00:00Z", str(plan))
        self.assertIn("fixed", self.wf("run", "plan:yearly", "-i", "first=1900", code=2).err)
        process = self.begin("plan:yearly", "-i", "day=2027-01-15T07:00:00Z", "--out", self.path("out"))
        self.answer(process, "cause", "--value", "dam")
        self.answer(process, "approve")
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.lines("out/bulletin.txt")[0], "The Nile at Aswan, 2027-01-15T07:00:00Z")
        run = self.wf("show", "bulletin", "-o", "json").json
        self.assertEqual((run["plan"]["name"], run["settings"]["labels"]), ("yearly", {"river": "nile"}))
        self.assertEqual({name: given["how"] for name, given in run["given"].items()},
                         {"day": "value", "embargo": "value", "first": "plan", "last": "plan", "table": "default"})

    def test_its_own_tests_pass(self):
        self.assertIn("4 passed, 0 failed", self.wf("test", example("nile")).out)


if __name__ == "__main__":
    unittest.main()
