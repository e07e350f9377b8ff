"""wf ls, show, logs and status over runs that succeeded and failed."""
import subprocess
import unittest

from lab import Lab


class Runs(Lab):
    def test_ls(self):
        self.assertEqual(self.json("ls"), {"runs": [], "next": None})
        first = self.run_pipe()
        second = self.run_pipe("--name", "again")
        self.wf("run", "broken.yaml", code=1)
        runs = self.json("ls")["runs"]
        self.assertEqual([run["run"] for run in runs][1:], [second, first])
        self.assertEqual([run["state"] for run in runs], ["failed", "succeeded", "succeeded"])
        self.assertEqual(runs[1]["counts"]["reused"], 5)
        self.assertEqual(runs[2]["counts"]["ran"], 5)
        self.assertEqual(len(self.json("ls", "--state", "failed")["runs"]), 1)
        self.assertEqual(len(self.json("ls", "-n", "2")["runs"]), 2)
        self.assertEqual(len(self.json("ls", "pipe")["runs"]), 2)
        table = self.wf("ls")
        self.assertIn("5 reused", table)
        self.assertIn(second[-12:], table)
        self.assertIn("again", table)
        self.assertIn("did you mean", self.said("ls", "-p", "defalt", code=3))

    def test_a_run_is_found_by_all_its_names(self):
        run = self.run_pipe("--name", "nightly")
        for name in (run, run[:23], run.replace("-", "")[:16], run[-12:], "nightly"):
            self.assertEqual(self.json("show", name)["run"], run)
        self.assertIn("did you mean 'nightly'?", self.said("show", "nightli", code=3))
        self.assertIn("-d development", self.said("show", run, "-d", "staging", code=3))

    def test_an_ambiguous_prefix_is_listed(self):
        first, second = self.run_pipe(), self.run_pipe()
        error = self.said("show", first[:8], code=2)
        self.assertIn(first, error)
        self.assertIn(second, error)

    def test_show(self):
        run = self.run_pipe("-i", "ks=[4, 5]")
        shown = self.json("show", run)
        self.assertEqual({name: given["how"] for name, given in shown["given"].items()}, {"ks": "value", "table": "default"})
        self.assertEqual(list(shown["outputs"]), ["folder", "report", "scores"])
        self.assertEqual(len(shown["executions"]), 4)
        self.assertEqual(len(shown["attempts"]), 4)
        text = self.wf("show", run)
        for word in (run, "score[0…1]", "2 succeeded", "the version's default", "[40,50]"):
            self.assertIn(word, text)
        self.assertIn("score[1]", self.wf("show", run, "--all"))

    def test_show_a_failure(self):
        self.wf("run", "broken.yaml", code=1)
        run = self.json("ls", "-n", "1")["runs"][0]["run"]
        text = self.wf("show", run)
        self.assertIn("| it \\x1b[31mhurts", text)
        self.assertNotIn("\x1b", text)
        self.assertIn("wf logs", text)

    def test_logs(self):
        self.wf("run", "broken.yaml", code=1)
        run = self.json("ls", "-n", "1")["runs"][0]["run"]
        raw = subprocess.run(self.arguments("logs", run), capture_output=True, check=True).stdout
        self.assertEqual(raw, b"on the way\nit \x1b[31mhurts\n")
        self.assertEqual(self.wf("logs", run, "fail", "--stream", "out"), "on the way\n")
        run = self.run_pipe()
        self.assertEqual(self.wf("logs", run, "score[1]"), "scoring 2\n")
        text = self.wf("logs", run)
        self.assertIn("==> split stderr <==\nsplitting\n", text)
        self.assertIn("==> score[2] stdout <==\nscoring 3\n", text)
        self.assertEqual(len(self.json("logs", run)["logs"]), 5)
        self.assertIn("made no attempt", self.said("logs", run, "nope", code=3))

    def test_status(self):
        self.assertEqual(self.json("status"), {"running": [], "executions": [], "failed_lately": [], "more_running": 0, "more_failed_lately": 0})
        self.wf("run", "broken.yaml", code=1)
        self.assertEqual(len(self.json("status")["failed_lately"]), 1)
        self.assertIn("nothing runs", self.wf("status"))


class Artifacts(Lab):
    def test_list_and_show(self):
        run = self.run_pipe()
        listed = self.json("artifact", "list", "--run", run)["artifacts"]
        self.assertEqual(len(listed), 5)
        self.assertEqual(len(self.json("artifact", "list", "--task", "score")["artifacts"]), 3)
        shown = self.json("artifact", "show", f"{run}/split")
        self.assertEqual(list(shown["data"]), ["head", "tail"])
        self.assertEqual(len(shown["tags"]), 1)
        self.assertTrue(shown["tags"][0].startswith("cached-"))
        for name in (shown["artifact"], shown["artifact"][-12:], f"wf:default/development/{run}/split/head"):
            self.assertEqual(self.json("artifact", "show", name)["artifact"], shown["artifact"])

    def test_get(self):
        run = self.run_pipe()
        self.assertEqual(self.wf("artifact", "get", f"{run}/score[2]/score"), "30\n")
        self.assertEqual(self.wf("artifact", "get", f"{run}/split/head"), "a 1\nb 2\n")
        self.wf("artifact", "get", f"{run}/split/head", "head.txt")
        self.wf("artifact", "get", f"{run}/split/head", "head.txt")
        self.write("head.txt", "mine\n")
        self.assertIn("--force", self.said("artifact", "get", f"{run}/split/head", "head.txt", code=4))
        self.assertEqual(self.read("head.txt"), "mine\n")
        self.wf("artifact", "get", f"{run}/split/head", "head.txt", "--force")
        self.assertEqual(self.read("head.txt"), "a 1\nb 2\n")
        self.wf("artifact", "get", f"{run}/report/folder", "folder")
        self.assertEqual(self.read("folder/inside.txt"), "inside\n")
        self.assertIn("which one?", self.said("artifact", "get", f"{run}/split", code=3))

    def test_verify(self):
        run = self.run_pipe()
        self.assertEqual(self.json("artifact", "verify")["damaged"], [])
        digest = self.json("artifact", "show", f"{run}/split")["data"]["head"]["value"].split(":")[1]
        self.tamper(f"UPDATE blob SET data = x'00' WHERE digest = x'{digest}'")
        damaged = self.json("artifact", "verify", code=9)["damaged"]
        self.assertEqual([(row["run"], row["node"], row["data"]) for row in damaged], [(run, "split", "head")])
        self.assertEqual(damaged[0]["state"], "damaged")


if __name__ == "__main__":
    unittest.main()
