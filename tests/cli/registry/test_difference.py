"""What version diff shows."""
import unittest

from wftest import WfTest, task


class Difference(WfTest):
    def test_of_a_long_script_the_lines_that_differ(self):
        lines = ["echo %d" % i for i in range(50)]
        for label, last in (("a", "echo old"), ("b", "echo new")):
            path = self.define({"t": task("\n".join(lines + [last, "true\n"]))}, {"t": {"task": "t"}})
            self.wf("register", path, "--label", label)
        out = self.wf("version", "diff", "probe@a", "probe@b", code=11).out
        self.assertIn("    - echo old\n    + echo new\n", out)
        self.assertNotIn("echo 7", out)


if __name__ == "__main__":
    unittest.main()
