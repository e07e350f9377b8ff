"""kill -9 of keeper, driver or both at random moments of a run whose tasks leave daemons behind; then resume.

WF_DEATHS sets how many of each kind (default 12), WF_SEED the first seed.
"""
import os
import random
import signal
import time

from wftest import WfTest, main, wait_until

DEATHS = int(os.environ.get("WF_DEATHS", "12"))
SEED = int(os.environ.get("WF_SEED", "1"))
ELEMENTS = list(range(9))
LONGEST = 0.25  # seconds: about as long as the run takes undisturbed


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


class Deaths(WfTest):
    def definition(self):
        daemons = "setsid sleep 300 &\n(setsid sh -c 'env -i sleep 300 & exec sleep 300' &)\n"
        notes = self.path("notes")
        tasks = {
            "square": {"inputs": {"n": "int"}, "outputs": {"y": "int", "f": {"type": "file", "temporary": True}},
                     "script": daemons + "echo $WF_ATTEMPT >> %s\nyes $n | head -c 70000 > $f || true\nsleep 0.02\necho $((n * n)) > $y\n" % notes},
            "sum": {"inputs": {"ys": "list<int>", "fs": "list<file>"}, "outputs": {"t": "int", "all": "file"},
                    "script": daemons + "echo $WF_ATTEMPT >> %s\ncat $fs/* > $all\nsleep 0.02\ntr ',' '\\n' < $ys | wc -l > $t\n" % notes},
        }
        nodes = {"square": {"task": "square", "map": {"n": "$inputs.n"}}, "sum": {"task": "sum", "with": {"ys": "$square.y", "fs": "$square.f"}}}
        return self.define(tasks, nodes, {"n": {"type": "list<int>", "default": ELEMENTS}}, {"t": "$sum.t", "all": "$sum.all"})

    def die(self, rng, victims):
        """Starts the run, kills the victims at some moment, and waits until the command is gone."""
        process = self.start("run", self.file, "--name", "a", "--parallelism", "3", "-q")
        time.sleep(rng.uniform(0, LONGEST))  # a random moment, not a synchronisation
        try:
            pids = {"keeper": [process.pid], "driver": children_of(process.pid)[:1]}
        except OSError:
            return  # it had ended
        for victim in victims:
            for pid in pids[victim]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        process.communicate(timeout=60)

    def committed(self):
        return {name for name, in self.peek("SELECT name FROM attempt WHERE state = 'succeeded'")}

    def finish_it(self):
        """By resume, or by the same name where no run was made yet; the dying driver may need a moment."""
        def tried():
            self.done = self.wf("run", self.file, "--name", "a", "-o", "json", code=None)
            return self.done.code != 4
        wait_until(tried, "the dead driver's run can be taken over")
        self.assertEqual(self.done.code, 0, self.done)
        return self.done.json["outputs"]

    def check(self, victims):
        self.file = self.definition()
        expected = self.wf("run", self.file, "-o", "json", "-d", "staging").json["outputs"]
        self.assertEqual(expected["t"], len(ELEMENTS))
        for index in range(DEATHS):
            with self.subTest(seed=SEED + index):
                rng = random.Random(SEED + index)
                os.rename(self.store, self.path("store-%d" % index))
                if os.path.exists(self.path("notes")):
                    os.remove(self.path("notes"))
                for _ in range(rng.choice((1, 1, 1, 3))):  # sometimes the second and third driver die as well
                    self.die(rng, victims)
                before, started = self.committed(), len(self.lines("notes"))
                self.assertEqual(self.finish_it(), expected)
                self.assertEqual([name for name in self.lines("notes")[started:] if name in before], [])
                self.assertEqual(self.query("SELECT count(*) FROM attempt WHERE state = 'succeeded'"), [(len(ELEMENTS) + 1,)])
                self.assertEqual(self.query("SELECT 1 FROM execution WHERE state <> 'succeeded'"), [])
                self.assertEqual(os.listdir(self.store + "/tmp"), [])
                self.assert_no_process()
                self.check_what_is_left()

    def check_what_is_left(self):
        """A file that was freed and not removed goes with a collection, and of the temporary ones none stays."""
        self.wf("gc", "--grace", "0d")
        self.wf("store", "check", "--contents")
        self.assertEqual(len([name for _, _, names in os.walk(self.store + "/objects") for name in names]), 1)
        self.assertEqual(self.query("SELECT count(*) FROM blob WHERE place = 'file'"), [(1,)])

    def test_the_keeper(self):
        self.check(["keeper"])

    def test_the_driver(self):
        self.check(["driver"])

    def test_both_driver_first(self):
        self.check(["driver", "keeper"])

    def test_both_keeper_first(self):
        self.check(["keeper", "driver"])

    def test_an_interrupted_resume_leaves_nothing_running_in_the_record(self):
        self.file = self.definition()
        for index in range(DEATHS):
            with self.subTest(seed=SEED + index):
                rng = random.Random(SEED + index)
                self.die(rng, ["driver", "keeper"])
                process = self.start("run", self.file, "--name", "a", "-q")
                time.sleep(rng.uniform(0, LONGEST / 3))
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)
                if self.peek("SELECT 1 FROM run"):
                    ended = "(SELECT id FROM run WHERE state <> 'running')"
                    self.assertEqual(self.query("SELECT 1 FROM node WHERE state = 'running' AND run IN " + ended), [])
                    self.assertEqual(self.query("SELECT 1 FROM attempt WHERE state = 'running' AND run IN " + ended), [])
                    self.wf("abort", "a", code=None)
                self.assert_no_process()
                if os.path.exists(self.store):
                    os.rename(self.store, self.path("old-%d" % index))


if __name__ == "__main__":
    main()
