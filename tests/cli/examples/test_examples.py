"""Every example runs as it stands, gives the same bytes again, and leads back to its inputs."""
import functools
import glob
import hashlib
import http.server
import json
import os
import re
import threading
import unittest

import yaml

from examples import ATTENDED, INPUTS, SECRETS, USES, example, examples
from wftest import SOURCE, WfTest, keys_of, wait_until


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

    def test_their_own_tests_pass(self):
        tested = {}
        for name in examples():
            with open(example(name), encoding="utf-8") as file:
                tested[name] = len(yaml.safe_load(file).get("tests", {}))
        self.assertGreaterEqual(sum(tested.values()), 10)
        for name in (name for name, count in tested.items() if count):
            with self.subTest(name):
                self.assertIn("%d passed, 0 failed" % tested[name], self.wf("test", example(name)).out)

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
        """Each key of the schema of definitions, but for what hardly any machine has."""
        of_a_machine = {"gpu"}

        def words(part):
            if isinstance(part, dict):
                return set(part) | {word for below in part.values() for word in words(below)}
            return {word for below in part for word in words(below)} if isinstance(part, list) else set()

        keys = keys_of(self.wf("schema").json)
        used = set()
        for path in glob.glob(os.path.join(SOURCE, "examples/*/*.yaml")):
            with open(path, encoding="utf-8") as file:
                used |= words(yaml.load(file, yaml.BaseLoader))
        self.assertGreater(len(keys), 50)
        self.assertEqual(sorted(keys - used), sorted(of_a_machine))

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

class Leaps(WfTest):
    """One that fetches a file, and one whose result is refused."""
    IN_TIME = {"first": "2026-12-01T00:00:00Z", "last": "2026-12-01T00:00:01Z"}

    def serve(self, folder):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietFiles, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return "http://127.0.0.1:%d" % server.server_address[1]

    def newer(self, expires):
        """The list as the IERS would write it with another end, and its SHA-1."""
        with open(example("leaps", "data/leap-seconds.list"), encoding="utf-8") as file:
            text = file.read().replace("3991593600", expires)
        numbers = re.findall(r"^(?:#[$@])?\s*(\d+)(?:\s+(\d+))?", text, re.MULTILINE)
        digest = hashlib.sha1("".join(map("".join, numbers)).encode()).hexdigest()
        return re.sub(r"#h.*", "#h\t" + " ".join(digest[at:at + 8] for at in range(0, 40, 8)), text)

    def test_a_list_from_the_network_that_holds_longer(self):
        self.assertIn("no list of leap seconds holds", self.run_file(example("leaps"), code=1, **self.IN_TIME).out)
        self.write("www/newer.list", self.newer("4007491200"))
        address = self.serve(self.path("www"))
        done = self.run_file(example("leaps"), newer=address + "/newer.list", **self.IN_TIME)
        self.assertEqual(done.json["outputs"]["expires"], "2026-12-29T00:00:00Z")
        again = self.run_file(example("leaps"), newer=address + "/newer.list", **self.IN_TIME)
        self.assertEqual(again.json["this_time"]["ran"], 1, "what may have changed there is fetched each time, and nothing else run")

    def test_a_list_that_is_damaged(self):
        damaged = self.write("damaged.list", self.newer("4007491200").replace("#h\t", "#h\t0"))
        self.assertIn("the list is damaged", self.run_file(example("leaps"), list=damaged, code=1).out)


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Not into what the test prints."""


if __name__ == "__main__":
    unittest.main()
