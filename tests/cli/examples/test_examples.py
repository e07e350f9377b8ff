"""Every example runs as it stands, gives the same bytes again, and leads back to its inputs."""
import os
import unittest

from wftest import SOURCE, WfTest

# What an example needs beside its definition.
INPUTS = {name: {"texts": "/usr/share/common-licenses"} for name in ("licenses", "words")}


def examples():
    folder = os.path.join(SOURCE, "examples")
    return sorted(name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name, name + ".yaml")))


class Examples(WfTest):
    def run_example(self, name, *arguments):
        path = os.path.join(SOURCE, "examples", name, name + ".yaml")
        return self.run_file(path, *arguments, **INPUTS.get(name, {})).json

    def test_each_runs_is_reused_and_repeats_its_bytes(self):
        self.assertGreaterEqual(len(examples()), 2)
        for name in examples():
            with self.subTest(name):
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


if __name__ == "__main__":
    unittest.main()
