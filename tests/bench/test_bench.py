"""The tools that measure answers: the store they make is one that wf reads, and every question is answered."""
import os
import subprocess

from wftest import PATH, SOURCE, WF, WfTest, main

BENCH = os.path.join(SOURCE, "tests/bench")


class Bench(WfTest):
    def tool(self, name, *arguments):
        done = subprocess.run(["/usr/bin/python3", os.path.join(BENCH, name), *arguments], env={"PATH": PATH, "WF_BIN": WF},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_a_small_store_is_made_and_asked(self):
        made = self.tool("make_store", self.path("made"), "--executions", "200", "--runs", "5", "--mesh", "4x3", "--links", "6", "--map", "5")
        self.assertIn("15 runs, 278 executions that ran, 556 artifact data", made)
        self.store = self.path("made/.wf")
        self.assertIn("no problem found", self.wf("store", "check", "--contents").out)
        runs = self.wf("ls", "-o", "json").json["runs"]
        self.assertEqual(len(runs), 15)
        states = {one["state"] for one in self.wf("show", runs[0]["run"], "-o", "json").json["executions"]}
        self.assertLessEqual(states, {"succeeded", "reused"})
        answers = self.tool("answers", self.store, "--subjects", "2", "--rounds", "1", "--closures", "2")
        for what in ("wf ls", "wf catalog dataset list", "wf lineage show, one hop, p50", "wf lineage impact, whole closure, p99",
                     "closure up a mesh of nodes, p99", "closure down a map, each element, p50", "-o html"):
            self.assertIn(what, answers)


if __name__ == "__main__":
    main()
