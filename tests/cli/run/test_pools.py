"""Pools: tokens that attempts of all runs share, first come, first served; and how many runs of a workflow go on at once."""
import json
import os
import signal

from wftest import WfTest, document, main, task, wait_until


class Pools(WfTest):
    def gated(self, name, pools=("db",), **more):
        """A task that runs until its pipe is written to."""
        return task("echo %s >> %s; cat %s > $y" % (name, self.path("ran"), self.fifo("gate-" + name)), {}, {"y": "int"}, pools=pools, cache=False, **more)

    def single(self, name, pools=("db",), **more):
        return self.define({"t": self.gated(name, pools, **more)}, {"t": {"task": "t"}}, name=name, file=name + ".yaml")

    def begin(self, path, name, waits=False):
        process = self.start("run", path, "--name", name)
        if waits:
            self.hear_waiting(process)
        else:
            wait_until(lambda: name in self.ran(), name + " runs")
        return process

    def ran(self):
        return self.lines("ran") if os.path.exists(self.path("ran")) else []

    def let(self, name, text="1"):
        with open(self.path("gate-" + name), "w", encoding="utf-8") as gate:
            gate.write(text)

    def pool(self, name="db"):
        return self.wf("pool", "show", name, "-o", "json").json

    def taken(self, name="db"):
        pool = self.pool(name)
        return pool["taken"], pool["waiting"]

    def test_runs_share_it_in_the_order_in_which_they_ask(self):
        self.wf("pool", "set", "db", "1")
        one = self.begin(self.single("one"), "one")
        two = self.begin(self.single("two"), "two", waits=True)
        three = self.begin(self.single("three"), "three", waits=True)
        self.assertEqual(self.taken(), (1, 2))
        self.assertEqual([claim["state"] for claim in self.pool()["claims"]], ["held", "waiting", "waiting"])
        self.assertEqual(self.ran(), ["one"])
        self.let("one")
        self.assertEqual(self.finish(one).code, 0)
        wait_until(lambda: "two" in self.ran(), "the next one runs")
        self.assertEqual((self.ran(), self.taken()), (["one", "two"], (1, 1)))
        self.let("two")
        self.let("three")
        self.assertEqual((self.finish(two).code, self.finish(three).code), (0, 0))
        self.assertEqual(self.taken(), (0, 0))
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")

    def test_what_waits_is_told(self):
        self.wf("pool", "set", "db", "1", "--description", "the warehouse")
        one = self.begin(self.single("one"), "one")
        two = self.start("run", self.single("two"), "--name", "two")
        self.assertRegex(self.hear_waiting(two), r"^  waits +t  for 1 of pool db$")
        run = self.wf("show", "one", "-o", "json").json["run"]
        self.assertIn("t  waits for run %s t to give back tokens of pool db" % run[-12:], self.wf("status").out)
        self.assertRegex(self.wf("pool", "list").out, r"(?m)^db +1 +1 +1 +the warehouse$")
        self.assertRegex(self.wf("pool", "show", "db").out, r"(?m)^held +1  run %s  t  since " % run[-12:])
        self.assertIn("WF-E3019", self.wf("pool", "delete", "db", code=4).err)
        for name in ("one", "two"):
            self.let(name)
        self.finish(one), self.finish(two)
        self.wf("pool", "delete", "db")
        self.assertIn("WF-E3018", self.wf("pool", "show", "db", code=3).err)
        self.assertIn("from 0 to 9223372036854775807", self.wf("pool", "set", "db", "99999999999999999999", code=2).err)

    def test_a_small_need_does_not_overtake_a_large_one(self):
        self.wf("pool", "set", "db", "3")
        one = self.begin(self.single("one", {"db": 2}), "one")
        large = self.begin(self.single("large", {"db": 3}), "large", waits=True)
        small = self.begin(self.single("small", {"db": 1}), "small", waits=True)
        self.let("one")
        wait_until(lambda: "large" in self.ran(), "the large one runs")
        self.assertEqual(self.ran(), ["one", "large"])
        self.let("large")
        self.let("small")
        self.assertEqual([self.finish(process).code for process in (one, large, small)], [0, 0, 0])

    def test_several_pools_are_taken_together(self):
        """The two would wait for each other if each took its first pool and waited for the second."""
        for pool in ("a", "b"):
            self.wf("pool", "set", pool, "1")
        tasks = {name: task("echo 1 > $y", {"i": "int"}, {"y": "int"}, pools=pools, cache=False) for name, pools in (("x", ["a", "b"]), ("z", ["b", "a"]))}
        path = self.define(tasks, {name: {"task": name, "map": {"i": list(range(20))}} for name in tasks})
        runs = [self.start("run", path, "--name", "run%d" % n, "--parallelism", "8") for n in range(3)]
        self.assertEqual([self.finish(process).code for process in runs], [0, 0, 0])
        self.assertEqual((self.taken("a"), self.taken("b")), ((0, 0), (0, 0)))

    def test_never_more_than_there_are(self):
        """Each adds itself to a folder while it runs, and counts what is in it."""
        self.wf("pool", "set", "db", "3")
        busy = self.path("busy")
        os.mkdir(busy)
        script = "touch %s/$$; ls %s | wc -l > $y; rm %s/$$" % (busy, busy, busy)
        path = self.define({"t": task(script, {"i": "int"}, {"y": "int"}, pools=["db"], cache=False)},
                           {"t": {"task": "t", "map": {"i": list(range(60))}}}, outputs={"ys": "$t.y"})
        runs = [self.start("run", path, "--name", "run%d" % n, "--parallelism", "8", "-o", "json") for n in range(2)]
        counts = [count for process in runs for count in json.loads(self.finish(process).out)["outputs"]["ys"]]
        self.assertEqual(len(counts), 120)
        self.assertLessEqual(max(counts), 3)

    def test_a_dead_driver_gives_back(self):
        self.wf("pool", "set", "db", "1")
        one = self.begin(self.single("one"), "one")
        two = self.begin(self.single("two"), "two", waits=True)
        one.kill()
        wait_until(lambda: "two" in self.ran(), "the other runs")
        resumed = self.start("resume", "one")
        self.hear_waiting(resumed)
        self.let("two")
        self.assertEqual(self.finish(two).code, 0)
        wait_until(lambda: self.ran().count("one") == 2, "it goes on")
        self.let("one")
        self.assertEqual(self.finish(resumed).code, 0)

    def test_a_pool_that_a_dead_driver_had(self):
        """It is nobody's, and can be deleted; the run goes on when there is one again, and until then it is as it was."""
        self.wf("pool", "set", "db", "1")
        one = self.begin(self.single("one"), "one")
        self.kill_driver(one)
        self.assertNotRegex(self.wf("status").out, "[0-9] running")
        pool = self.pool()
        self.assertEqual((pool["taken"], pool["claims"]), (0, []))
        self.assertEqual(self.wf("pool", "list", "-o", "json").json["pools"][0]["taken"], 0)
        self.wf("pool", "delete", "db")
        for refused in (["resume", "one"], ["run", self.path("one.yaml"), "--name", "one"], ["rerun", "one"]):
            self.assertIn("there is no pool 'db'", self.wf(*refused, code=3).err)
        self.assertEqual(self.wf("show", "one", "-o", "json").json["state"], "running")
        self.wf("pool", "set", "db", "1")
        resumed = self.start("resume", "one")
        wait_until(lambda: self.ran() == ["one", "one"], "it goes on")
        self.let("one")
        self.assertEqual(self.finish(resumed).code, 0)

    def test_every_command_says_what_it_waits_for(self):
        self.wf("pool", "set", "db", "0")
        tasks = {"t": task("true", {"n": "int"}, pools=["db"], cache=False), "free": task("echo 1 > $y; cat %s" % self.fifo("gate-free"), {}, {"y": "int"}),
                 "twin": task("cat %s > $y" % self.fifo("gate-twin"), {"n": "int"}, {"y": "int"}), "say": task("true")}
        nodes = {"t": {"task": "t", "map": {"n": [1, 2]}}, "twins": {"task": "twin", "map": {"n": [1, 1]}}}
        path = self.define(tasks, nodes, on_exit={"task": "say"})
        process = self.start("run", path, "--name", "one", "--parallelism", "4")
        wait_until(lambda: self.pool()["waiting"] == 1 and self.peek("SELECT 1 FROM event WHERE type LIKE '%waiting'"), "all of it waits")
        lacking = "waits for 1 of pool db, which has too few"
        twin = "not started yet: it waits for another execution of the run, which is making the same result"
        told = {(one["node"], one["element"]): one["waits_for"] for one in self.wf("status", "-o", "json").json["executions"]}
        self.assertEqual((told["t", 0], told["t", 1]), (lacking, "not started yet: it " + lacking))
        self.assertIn(twin, told.values())
        self.assertEqual(told["on_exit", None], "not started yet: it waits for all other nodes to end")
        for command in ("show", "explain", "status"):
            out = " ".join(self.wf(command, *([] if command == "status" else ["one"])).out.split())
            for words in (lacking, twin, "it waits for all other nodes to end"):
                self.assertIn(words, out, command)
            self.assertNotIn("its turn", out)
        self.wf("pool", "set", "db", "1")
        self.let("twin")
        self.assertEqual(self.finish(process).code, 0)

    def test_what_it_waited_for_is_said_when_it_is_too_late(self):
        """The verdict over the time in the queue names it: tokens, room, a slot, a turn, or the same result."""
        self.wf("pool", "set", "db", "0")
        hold = task("cat %s" % self.fifo("gate-hold"), {}, {}, resources={"memory": "60M"})
        made = task("cat %s > $y" % self.fifo("gate-made"), {"n": "int"}, {"y": "int"})
        late = {"timeout": {"queue": "50ms"}}
        tasks = {"hold": hold, "made": made, "pooled": task("true", pools=["db"], **late), "roomy": task("true", resources={"memory": "60M"}, **late),
                 "free": task("true", {"n": "int"}, **late)}
        nodes = {"hold": {"task": "hold"}, "made": {"task": "made", "map": {"n": [1, 1]}, "timeout": {"queue": "50ms"}},
                 "pooled": {"task": "pooled", "run_if": "all_done"}, "roomy": {"task": "roomy"}}
        process = self.start("run", self.define(tasks, nodes, failure_policy="finish"), "--resources", "memory=100M", "--parallelism", "8", "-o", "json")
        wait_until(lambda: len(self.peek("SELECT 1 FROM node WHERE state = 'failed'")) == 3, "three are late")
        self.let("hold")
        self.let("made")
        causes = {one["node"]: one["cause"]["message"].partition("at last for ")[2] for one in json.loads(self.finish(process).out)["failures"]}
        self.assertEqual(causes, {"pooled": "1 of pool db", "roomy": "room that other attempts of the run have", "made": "its result, which another execution is making"})

    def test_one_that_waits_can_be_aborted(self):
        self.wf("pool", "set", "db", "1")
        one = self.begin(self.single("one"), "one")
        two = self.begin(self.single("two"), "two", waits=True)
        three = self.begin(self.single("three"), "three", waits=True)
        two.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(two).code, 130)
        self.assertEqual(self.taken(), (1, 1))
        self.wf("abort", "three")
        self.assertEqual(self.finish(three).code, 6)
        self.let("one")
        self.assertEqual((self.finish(one).code, self.taken()), (0, (0, 0)))

    def test_the_emitted_needs_what_its_siblings_wait_for(self):
        """Who has tokens, but not the turn of its node, gives them back."""
        self.wf("pool", "set", "db", "1")
        self.write("emit.yaml", document("emitted", {}, {"one": {"task": "query"}}, outputs={"y": "$one.y"}))
        tasks = {"fan": task("cp %s $definition" % self.path("emit.yaml"), {"n": "int"}, {"y": "int"}, dynamic=True, pools=["db"]),
                 "query": task("echo 1 > $y", {}, {"y": "int"}, pools=["db"])}
        path = self.define(tasks, {"fan": {"task": "fan", "map": {"n": [1, 2, 3]}, "each": {"parallelism": 1}}, "q": {"task": "query"}}, outputs={"y": "$fan.y"})
        self.assertEqual(self.run_file(path).json["outputs"], {"y": [1, 1, 1]})

    def test_who_waits_for_a_result_has_nothing(self):
        """The maker of it fails, and another element of the node has what the first needs then."""
        self.wf("pool", "set", "db", "1")
        gate, mark = self.fifo("gate"), self.path("mark")
        script = 'if [ $i = 0 ] && [ ! -e %s ]; then touch %s; cat %s; exit 3; fi; echo 1 > $y' % (mark, mark, gate)
        tasks = {"t": task(script, {"i": "int"}, {"y": "int"}, pools=["db"])}
        path = self.define(tasks, {"other": {"task": "t", "with": {"i": 0}, "pools": []},
                                   "mine": {"task": "t", "map": {"i": [0, 1, 2]}, "each": {"parallelism": 1}}}, failure_policy="finish")
        process = self.start("run", path, "--name", "one", "--parallelism", "4")
        wait_until(lambda: os.path.exists(mark), "the maker runs")
        with open(gate, "w", encoding="utf-8"):
            pass
        self.assertEqual(self.finish(process).code, 1)
        self.assertEqual({(one["node"], one["state"]) for one in self.wf("show", "one", "-o", "json").json["executions"]},
                         {("other", "failed"), ("mine", "succeeded")})

    def test_tokens_of_a_dead_driver_reach_who_slept_meanwhile(self):
        self.wf("pool", "set", "db", "1")
        one = self.begin(self.single("one"), "one")
        two = self.begin(self.single("two"), "two", waits=True)
        sleeper = self.wf("show", "two", "-o", "json").json["driver"]["pid"]
        os.kill(sleeper, signal.SIGSTOP)
        one.kill()
        wait_until(lambda: self.wf("show", "one", "-o", "json").json["driver"]["state"] == "dead", "its driver is dead")
        self.wf("abort", "one")
        os.kill(sleeper, signal.SIGCONT)
        wait_until(lambda: "two" in self.ran(), "the other runs")
        self.let("two")
        self.assertEqual(self.finish(two).code, 0)

    def test_the_largest_pool(self):
        most = 2 ** 63 - 1
        self.wf("pool", "set", "db", str(most))
        one = self.begin(self.single("one", {"db": most}), "one")
        two = self.begin(self.single("two", {"db": most}), "two", waits=True)
        self.assertEqual(self.taken(), (most, 1))
        self.let("one")
        self.let("two")
        self.assertEqual((self.finish(one).code, self.finish(two).code), (0, 0))

    def test_the_pool_that_lacks_tokens_is_named(self):
        self.wf("pool", "set", "a", "5")
        self.wf("pool", "set", "b", "0")
        one = self.begin(self.single("one", ["a", "b"]), "one", waits=True)
        self.assertIn("waits for 1 of pool b, which has too few", self.wf("status").out)
        self.wf("abort", "one")
        self.assertEqual(self.finish(one).code, 6)

    def test_another_attempt_asks_again(self):
        self.wf("pool", "set", "db", "1")
        self.write("bad", "")
        script = "echo t >> %s; if [ -e %s ]; then rm %s; exit 1; fi; echo 1 > $y" % (self.path("ran"), self.path("bad"), self.path("bad"))
        path = self.one_task(script, outputs={"y": "int"}, pools=["db"], retries=1, retry={"base": "1ms"})
        self.run_file(path)
        self.assertEqual((self.ran(), self.taken()), (["t", "t"], (0, 0)))

    def test_what_is_reused_takes_nothing(self):
        self.wf("pool", "set", "db", "1")
        path = self.one_task("echo 1 > $y", outputs={"y": "int"}, pools={"db": 1})
        self.run_file(path)
        self.wf("pool", "set", "db", "0")
        self.assertEqual(self.run_file(path).json["this_time"]["reused"], 1)

    def test_a_pool_without_tokens_holds_up(self):
        self.wf("pool", "set", "db", "0")
        one = self.begin(self.single("one"), "one", waits=True)
        self.assertIn("waits for 1 of pool db, which has too few", self.wf("status").out)
        self.wf("pool", "set", "db", "1")
        wait_until(lambda: "one" in self.ran(), "it runs")
        self.let("one")
        self.assertEqual(self.finish(one).code, 0)

    def test_what_can_never_be_had(self):
        path = self.single("one", {"db": 3})
        done = self.wf("run", path, code=3)
        self.assertIn("there is no pool 'db'", done.err)
        self.assertIn("wf pool set db SIZE", done.err)
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(0,)])
        self.wf("pool", "set", "db", "2")
        self.assertIn("needs 3 of pool db, which has 2", self.wf("run", path, code=1).err)
        self.wf("pool", "set", "db", "0")
        waiting = self.begin(path, "two", waits=True)
        self.wf("pool", "set", "db", "2")  # not enough now, and known to be so
        self.assertIn("WF-E3225", self.finish(waiting).err)
        self.assertEqual(self.taken(), (0, 0))

    def test_a_node_says_it_instead(self):
        self.wf("pool", "set", "db", "0")
        path = self.define({"t": task("echo 1 > $y", {}, {"y": "int"}, pools=["db"], cache=False)}, {"t": {"task": "t", "pools": []}})
        self.run_file(path)

    def test_nothing_of_it_is_in_the_key(self):
        self.wf("pool", "set", "db", "1")
        self.run_file(self.one_task("echo 1 > $y", outputs={"y": "int"}))
        self.assertEqual(self.executions(self.one_task("echo 1 > $y", outputs={"y": "int"}, pools=["db"])), (0, 1))

    def test_stubs_and_tests_need_none(self):
        path = self.one_task("echo 1 > $y", outputs={"y": "int"}, pools=["db"], file="t.yaml")
        self.wf("run", path, "--stub")

    def test_bad_pools(self):
        for pools in (["Bad"], {"db": 0}, "db", ["db", "db"], {"db": "many"}):
            path = self.one_task("true", pools=pools)
            self.assertRegex(self.wf("lint", path, code=2).err + self.wf("lint", path, code=2).out, "WF-E1371|WF-E1102|WF-E1101")
        for words, code in ((["Bad", "1"], "WF-E3017"), (["db", "-1"], "WF-E5001"), (["db", "many"], "WF-E5001")):
            self.assertIn(code, self.wf("pool", "set", *words, code=2).err)


class RunsOfAWorkflow(WfTest):
    def setUp(self):
        super().setUp()
        self.fifo("gate")

    def gated(self, concurrency):
        body = document("nightly", {"t": task("cat %s > $y" % self.path("gate"), {}, {"y": "int"}, cache=False)}, {"t": {"task": "t"}}, concurrency=concurrency)
        self.write("nightly.yaml", body)
        return self.path("nightly.yaml")

    def let(self, text="1"):
        with open(self.path("gate"), "w", encoding="utf-8") as gate:
            gate.write(text)

    def begin(self, path, name):
        process = self.start("run", path, "--name", name)
        wait_until(lambda: self.peek("SELECT 1 FROM run r JOIN node n ON n.run = r.id WHERE r.name = ? AND n.state = 'running'", name), name + " runs")
        return process

    def state(self, name):
        return self.wf("show", name, "-o", "json").json["state"]

    def test_wait(self):
        path = self.gated(1)
        one = self.begin(path, "one")
        two = self.start("run", path, "--name", "two")
        self.assertRegex(self.hear_waiting(two), r"^  waits +the run  for other runs of nightly$")
        tail = self.wf("show", "one", "-o", "json").json["run"][-12:]
        self.assertIn("the run  waits for run %s to end" % tail, self.wf("status").out)
        self.assertIn(None, [one["node"] for one in self.wf("status", "-o", "json").json["executions"]])
        self.assertEqual(self.query("SELECT count(*) FROM node"), [(1,)])
        self.let()
        self.assertEqual(self.finish(one).code, 0)
        wait_until(lambda: self.peek("SELECT 1 FROM run r JOIN node n ON n.run = r.id WHERE r.name = 'two'"), "the other runs")
        self.let()
        self.assertEqual(self.finish(two).code, 0)
        self.wf("store", "check", "--contents")

    def test_its_time_begins_with_its_turn(self):
        path = self.gated(1)
        one = self.begin(path, "one")
        two = self.start("run", path, "--name", "two", "--timeout", "10m")
        self.hear_waiting(two)
        self.wf("abort", "two")
        self.assertEqual(self.finish(two).code, 6)
        self.let()
        self.assertEqual(self.finish(one).code, 0)

    def test_two_at_once(self):
        path = self.gated({"limit": 2})
        runs = [self.begin(path, name) for name in ("one", "two")]
        three = self.start("run", path, "--name", "three")
        self.hear_waiting(three)
        self.wf("abort", "one")
        self.assertEqual(self.finish(runs[0]).code, 6)
        wait_until(lambda: self.peek("SELECT 1 FROM run r JOIN node n ON n.run = r.id WHERE r.name = 'three'"), "the third runs")
        for process in (runs[1], three):
            self.wf("abort", "two" if process is runs[1] else "three")
            self.assertEqual(self.finish(process).code, 6)

    def test_skip(self):
        path = self.gated({"policy": "skip"})
        one = self.begin(path, "one")
        run = self.wf("show", "one", "-o", "json").json["run"]
        said = "wf: not run: run %s of nightly has not ended, and its definition says to skip this one then\n" % run[-12:]
        for more in ((), ("--detach",)):
            done = self.wf("run", path, *more)
            self.assertEqual((done.out, done.err), ("", said))
        self.assertEqual(self.wf("run", path, "-o", "json").json["others"], [run])
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(1,)])
        self.let()
        self.finish(one)
        again = self.begin(path, "again")
        self.let()
        self.assertEqual(self.finish(again).code, 0)

    def test_fail(self):
        path = self.gated({"policy": "fail"})
        one = self.begin(path, "one")
        self.assertIn("WF-E3016", self.wf("run", path, code=4).err)
        self.assertIn("WF-E3016", self.wf("run", path, "--detach", code=4).err)
        self.kill_driver(one)
        two = self.begin(path, "two")  # nobody drives the other
        resumed = self.start("resume", "one")
        self.hear_waiting(resumed)
        self.let()
        self.assertEqual(self.finish(two).code, 0)
        self.let()
        self.assertEqual(self.finish(resumed).code, 0)

    def test_replace(self):
        path = self.gated({"policy": "replace"})
        one = self.begin(path, "one")
        two = self.start("run", path, "--name", "two")
        self.assertEqual(self.finish(one).code, 6)
        wait_until(lambda: self.peek("SELECT 1 FROM run r JOIN node n ON n.run = r.id WHERE r.name = 'two'"), "the new one runs")
        self.assertRegex(self.wf("show", "one", "-o", "json").json["cause"]["message"], "^replaced by run ")
        self.let()
        self.assertEqual(self.finish(two).code, 0)

    def test_other_workflows_and_nodes_that_run_it_do_not_count(self):
        one = self.begin(self.gated({"policy": "fail"}), "one")
        self.write("inner.yaml", document("inner", {"t": task("echo 1 > $y", {}, {"y": "int"})}, {"t": {"task": "t"}}, concurrency={"policy": "fail"}))
        path = self.define({}, {"a": {"workflow": "inner.yaml"}, "b": {"workflow": "inner.yaml"}})
        self.run_file(path)
        self.let()
        self.finish(one)

    def test_bad_limits(self):
        for concurrency, code in ((0, "WF-E1102"), ("two", "WF-E1102"), ({"limit": 2, "policy": "replace"}, "WF-E1372"), ({"policy": "queue"}, "WF-E1")):
            done = self.wf("lint", self.gated(concurrency), code=2)
            self.assertIn(code, done.err + done.out)


if __name__ == "__main__":
    main()
