"""A store in which much has happened, made once, and every command's words to look at it."""
import os
import shutil
import tempfile

from wftest import DEADLINE, WfTest, task

STEPS = ({"split": task("echo split >&2; head -n 1 $table > $head", {"table": "file"}, {"head": "file"}),
          "score": task("echo $k > $y", {"k": "int", "head": "file"}, {"y": "int"}),
          "sum": task("cat $ys > $report", {"ys": "list<int>"}, {"report": "file"})},
         {"split": {"task": "split", "with": {"table": "$inputs.table"}},
          "score": {"task": "score", "map": {"k": "$inputs.ks"}, "with": {"head": "$split.head"}},
          "sum": {"task": "sum", "with": {"ys": "$score.y"}}},
         {"table": {"type": "file", "default": "table.txt"}, "ks": {"type": "list<int>", "default": [1, 2, 3]},
          "wait": {"type": "duration", "default": "90s"}},
         {"report": "$sum.report", "ys": "$score.y"})


class Rich(WfTest):
    """Each test sees the same store; what changes it is done in `make`."""

    @classmethod
    def setUpClass(cls):
        cls.shared = os.path.realpath(tempfile.mkdtemp(prefix="wf-output-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, True)

    def setUp(self):
        self.folder = self.shared
        self.store = os.path.join(self.folder, "store")

    def make(self):
        """Runs that succeed, reuse, fail, are killed and taken over; two projects, labels, a default file."""
        self.write("table.txt", "a 1\nb 2\n")
        self.write("other.txt", "c 3\n")
        self.define(*STEPS, name="steps", file="steps.yaml")
        self.define({**STEPS[0], "sum": task("sort -r $ys > $report", {"ys": "list<int>"}, {"report": "file"})},
                    *STEPS[1:], name="steps", file="later.yaml")
        self.define({}, {"steps": {"workflow": "steps@v1"}}, name="uses", file="uses.yaml")
        self.one_task("echo doomed >&2; exit 3", {"k": "int"}, {"x": "int"}, map_over=["k"], file="broken.yaml")
        self.write("bad.yaml", "wf: v1\nname: Bad\n")
        self.write("warned.yaml", self.read("broken.yaml").replace("exit 3", "exit 3 | true"))

    def kill_a_driver(self, name):
        """A run that has lost its driver; it can finish when NAME.gate is there, and tells so to the pipe it returns."""
        ready, gate = self.fifo(name + ".ready"), self.path(name + ".gate")
        path = self.one_task("echo up > %s; until test -e %s; do sleep 0.01; done; echo 1 > $x" % (ready, gate),
                             outputs={"x": "int"}, file=name + ".yaml")
        driver = self.start("run", path, "--name", name)
        self.hear(ready)
        driver.kill()
        driver.wait(DEADLINE)
        self.assert_no_process()
        return ready
