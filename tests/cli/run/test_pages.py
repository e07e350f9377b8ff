"""What is shown of a run names what it speaks of."""
import unittest

from wftest import WfTest


class Failures(WfTest):
    def setUp(self):
        super().setUp()
        path = self.one_task("test $x -lt 2", {"x": "int"}, {}, map_over=["x"])
        self.wf("run", path, "-i", "x=[1, 2]", "--name", "odd", "--parallelism", "1", code=1)

    def test_the_node_is_named_wherever_the_run_is(self):
        for command in [("show", "odd"), ("status",)]:
            self.assertIn("t[1]: exited with code 1", self.wf(*command).out)
        self.assertIn("named odd", self.wf("status").out)

    def test_the_same_name_again_says_how_it_ended(self):
        done = self.wf("run", "probe.yaml", "-i", "x=[1, 2]", "--name", "odd", code=1)
        self.assertIn("had ended before: t[1]: exited with code 1", done.err)
        self.assertIn("1 done before, 1 failed", done.out)

    def test_logs_of_what_never_ran(self):
        self.assertIn("made no attempt", self.wf("logs", "odd", "t[7]", code=3).err)


if __name__ == "__main__":
    unittest.main()
