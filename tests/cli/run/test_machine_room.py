"""Runs of one store that go on at the same time have the machine together."""
import os
import subprocess

from wftest import WfTest, call, clean_environment, main, task, wait_until


class MachineRoom(WfTest):
    def holding(self, name, needs, script=""):
        """A workflow of one task that notes its name when it has begun, and waits for the file NAME.go."""
        text = "echo %s >> %s; %s\nuntil test -e %s; do sleep 0.01; done" % (name, self.path("notes"), script, self.path(name + ".go"))
        return self.define({"t": task(text, resources=needs)}, {"n": {"task": "t"}}, name=name, file=name + ".yaml")

    def begin(self, name, needs, there, script="", waits=False):
        process = self.start("run", self.holding(name, needs, script), "--name", name, "--resources", there)
        if waits:
            self.assertIn("room that other runs have", self.hear_waiting(process))
        else:
            wait_until(lambda: name in self.lines("notes"), "%s has begun" % name)
        return process

    def end(self, name, process):
        self.write(name + ".go", "")
        self.assertEqual(self.finish(process).code, 0)

    def test_together_no_more_than_there_is(self):
        first = self.begin("one", {"memory": "60M"}, "memory=100M")
        second = self.begin("two", {"memory": "60M"}, "memory=100M", waits=True)
        small = self.begin("small", {"memory": "30M", "cpu": "0.01"}, "memory=100M", waits=True)
        self.assertEqual(self.lines("notes"), ["one"], "nor does one that came later take what is lacking")
        self.end("one", first)
        wait_until(lambda: set(self.lines("notes")) == {"one", "two", "small"}, "the others have begun")
        self.end("two", second)
        self.end("small", small)

    def test_what_needs_something_else_goes_on(self):
        first = self.begin("one", {"memory": "60M"}, "memory=100M")
        second = self.begin("two", {"memory": "60M"}, "memory=100M", waits=True)
        other = self.begin("other", {"cpu": "0.01"}, "memory=100M")
        self.run_file(self.one_task("true"))
        self.end("other", other)
        self.end("one", first)
        self.end("two", second)

    def test_each_has_its_own_graphics_processors(self):
        tell = "echo $CUDA_VISIBLE_DEVICES >> %s" % self.path("gpus")
        runs = [(name, self.begin(name, {"gpu": 1}, "gpu=2", tell)) for name in ("one", "two")]
        third = self.begin("three", {"gpu": 2}, "gpu=2", tell, waits=True)
        for name, process in runs:
            self.end(name, process)
        self.end("three", third)
        gpus = self.lines("gpus")
        self.assertEqual((sorted(gpus[:2]), gpus[2]), (["0", "1"], "0,1"))

    def test_a_dead_driver_has_nothing(self):
        first = self.begin("one", {"memory": "60M"}, "memory=100M")
        second = self.begin("two", {"memory": "60M"}, "memory=100M", waits=True)
        first.kill()
        self.end("two", second)

    def test_the_large_one_gets_its_turn(self):
        """While others go on to ask for little."""
        script = "echo many$i >> %s; until test -e %s$i.go; do sleep 0.01; done" % (self.path("notes"), self.path("many"))
        many = self.define({"t": task(script, {"i": "int"}, resources={"memory": "50M"})},
                           {"n": {"task": "t", "map": {"i": [0, 1, 2, 3]}}}, name="many", file="many.yaml")
        first = self.start("run", many, "--resources", "memory=100M", "--parallelism", "4")
        wait_until(lambda: len(self.lines("notes")) == 2, "two of them run")
        large = self.begin("large", {"memory": "100M"}, "memory=100M", waits=True)
        for i in range(4):
            self.write("many%d.go" % i, "")
        wait_until(lambda: "large" in self.lines("notes"), "it has its turn")
        self.assertEqual((set(self.lines("notes")[:2]), self.lines("notes")[2:]), ({"many0", "many1"}, ["large"]))
        self.end("large", large)
        self.assertEqual(self.finish(first).code, 0)
        self.assertEqual(len(self.lines("notes")), 5)

    def test_two_that_want_different_amounts(self):
        """Both nodes of each run wait at times; whatever comes first, all come."""
        tasks = {"x": task("true", resources={"memory": "60M"}), "y": task(": y", resources={"memory": "70M"})}
        path = self.define(tasks, {"a": {"task": "x"}, "b": {"task": "y"}})
        runs = [self.start("run", path, "--resources", "memory=100M", "--refresh", "--parallelism", "4") for _ in range(6)]
        self.assertEqual([self.finish(one).code for one in runs], [0] * 6)

    def test_what_has_no_slot_keeps_nothing_from_others(self):
        first = self.begin("one", {"memory": "60M"}, "memory=100M")
        tasks = {"big": task("true", resources={"memory": "60M"}),
                 "long": task("echo long >> %s; until test -e %s; do sleep 0.01; done" % (self.path("notes"), self.path("long.go")))}
        path = self.define(tasks, {"a": {"task": "big"}, "b": {"task": "long"}}, file="slot.yaml")
        second = self.start("run", path, "--resources", "memory=100M", "--parallelism", "1")
        wait_until(lambda: "long" in self.lines("notes"), "its slot is taken")
        self.end("one", first)
        self.end("three", self.begin("three", {"memory": "60M"}, "memory=100M"))
        self.write("long.go", "")
        self.assertEqual(self.finish(second).code, 0)

    def test_an_attempt_that_runs_a_workflow_gives_it_its_own_room(self):
        inner = self.define({"t": task("echo inner >> %s" % self.path("notes"), resources={"memory": "60M"})}, {"n": {"task": "t"}}, file="inner.yaml")
        script = "env -u WF_STORE %s" % " ".join(self.arguments("run", inner, "-q", "--resources", "memory=100M"))
        path = self.define({"t": task(script, resources={"memory": "90M"})}, {"n": {"task": "t"}}, file="outer.yaml")
        self.run_file(path, "--resources", "memory=100M")
        self.assertEqual(self.lines("notes"), ["inner"])

    def test_processors_are_told_apart_by_their_names(self):
        tell = "echo $CUDA_VISIBLE_DEVICES >> %s" % self.path("gpus")
        runs = []
        for name, visible in (("one", "2,3"), ("two", "3,2")):
            path = self.holding(name, {"gpu": 1}, tell)
            runs.append((name, self.start("run", path, env={"CUDA_VISIBLE_DEVICES": visible})))
            wait_until(lambda: name in self.lines("notes"), "it has begun")
        for name, process in runs:
            self.end(name, process)
        self.assertEqual(sorted(self.lines("gpus")), ["2", "3"])

    def test_without_notices_it_looks_from_time_to_time(self):
        """As where others have used up the notices that a user can have."""
        first = self.begin("one", {"memory": "60M"}, "memory=100M")
        words = ["unshare", "--user", "--map-root-user", "sh", "-c", "echo 0 > /proc/sys/user/max_inotify_instances && exec \"$@\"", "sh"]
        if call([*words, "true"]).code != 0:
            self.skipTest("no user namespace with limits of its own can be made here")
        path = self.holding("two", {"memory": "60M"})
        second = subprocess.Popen([*words, *self.arguments("run", path, "--resources", "memory=100M")], stderr=subprocess.PIPE,
                                  stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, encoding="utf-8", env=clean_environment(), cwd=self.folder)
        self.addCleanup(self._end, second)
        self.hear_waiting(second)
        self.end("one", first)
        self.end("two", second)

    def test_who_waits_no_more_hinders_nobody(self):
        first = self.begin("one", {"memory": "60M"}, "memory=100M")
        second = self.begin("two", {"memory": "60M"}, "memory=100M", waits=True)
        self.wf("abort", "two")
        self.assertEqual(self.finish(second).code, 6)
        self.end("small", self.begin("small", {"memory": "30M"}, "memory=100M"))
        self.end("one", first)

    def test_what_an_earlier_boot_left_says_nothing(self):
        self.wf("ls", code=None)
        self.run_file(self.one_task("true"))
        self.write("store/room", b"x" * 5000)
        self.end("one", self.begin("one", {"memory": "60M"}, "memory=100M"))
        self.assertNotEqual(os.path.getsize(self.path("store/room")), 5000)


if __name__ == "__main__":
    main()
