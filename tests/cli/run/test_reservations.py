"""Runs that need the same result at the same time make it once."""
import json
import os
import signal
import uuid

from wftest import WfTest, main, task, wait_until


class Reservations(WfTest):
    def setUp(self):
        super().setUp()
        self.ready = self.fifo("ready")
        self.gate = self.path("gate")
        self.path_ = self.one_task("echo up > %s; until test -e %s; do sleep 0.01; done; echo $n > $x" % (self.ready, self.gate),
                                   {"n": "int"}, {"x": "int"}, defaults={"n": 7})

    def start_run(self, name, *arguments):
        return self.start("run", self.path_, "--name", name, "-o", "json", *arguments)

    def start_owner(self):
        process = self.start_run("owner")
        self.hear(self.ready)
        return process

    def start_waiter(self):
        """A run that has said that it waits, and what it said."""
        process = self.start_run("waiter")
        return process, self.hear_waiting(process)

    def open_gate(self):
        self.write(self.gate, "")

    def attempts(self):
        return self.query("SELECT count(*) FROM attempt")[0][0]

    def id_of(self, name):
        return str(uuid.UUID(bytes=self.query("SELECT id FROM run WHERE name = ?", name)[0][0]))

    def test_the_second_takes_the_result_of_the_first(self):
        owner = self.start_owner()
        waiter, said = self.start_waiter()
        self.assertRegex(said, r"^  waits        \w+  for run %s \(process \d+\), which is making the same result$" % self.id_of("owner"))
        waits = self.wf("explain", "waiter").out
        self.assertIn("waits for run %s, which is making the same result" % self.id_of("owner")[-12:], waits)
        self.open_gate()
        first, second = self.finish(owner), self.finish(waiter)
        self.assertIn("it waited for run", self.wf("explain", "waiter").out)
        self.assertEqual((first.code, second.code), (0, 0), second)
        self.assertEqual((first.json["this_time"]["ran"], second.json["this_time"]["reused"]), (1, 1))
        self.assertEqual((first.json["outputs"], second.json["outputs"]), ({"x": 7}, {"x": 7}))
        self.assertEqual(self.attempts(), 1)
        self.assertEqual(self.query("SELECT count(*) FROM artifact"), [(1,)])

    def test_death_passes_it_on(self):
        owner = self.start_owner()
        waiter, _ = self.start_waiter()
        owner.kill()
        self.hear(self.ready)
        self.open_gate()
        self.assertEqual(self.finish(waiter).json["this_time"]["ran"], 1)

    def test_failure_passes_it_on(self):
        owner = self.start_owner()
        waiter, _ = self.start_waiter()
        self.wf("abort", "owner")
        self.assertEqual(self.finish(owner).code, 6)
        self.hear(self.ready)
        self.open_gate()
        self.assertEqual(self.finish(waiter).json["this_time"]["ran"], 1)

    def wait_for_holder(self, name, holder):
        """Until the last that is recorded of what a run waits for is another run."""
        last = "SELECT json_extract(data, '$.run') FROM event WHERE stream = ? AND type = 'node.waiting' ORDER BY seq DESC LIMIT 1"
        wait_until(lambda: self.query(last, "run:" + self.id_of(name)) == [(self.id_of(holder),)], name + " waits for " + holder)

    def take_over_from_the_owner(self, end):
        """Of two that wait the second makes it once the owner has come to an end, the first finds that done."""
        owner = self.start_owner()
        first, _ = self.start_waiter()
        second = self.start_run("second")
        self.hear_waiting(second)
        driver = self.query("SELECT pid FROM driver d JOIN run r ON d.run = r.id WHERE r.name = 'waiter'")[0][0]
        os.kill(driver, signal.SIGSTOP)
        end(owner)
        self.hear(self.ready)
        os.kill(driver, signal.SIGCONT)
        self.wait_for_holder("waiter", "second")
        return first, second

    def check_who_is_named(self, first, second):
        maker = "run %s, which %s making the same result"
        waits = "it waits for " + maker % (self.id_of("second")[-12:], "is")
        for told in (self.wf("status").out, self.wf("show", "waiter").out, self.wf("explain", "waiter").out):
            self.assertIn(waits, told)
            self.assertNotIn("for run " + self.id_of("owner")[-12:], told)
        self.open_gate()
        self.assertEqual([self.finish(one).code for one in (first, second)], [0, 0])
        self.assertIn("it waited for " + maker % (self.id_of("second")[-12:], "was"), self.wf("explain", "waiter").out)
        self.assertEqual(self.query("SELECT count(*) FROM attempt WHERE state = 'succeeded'"), [(1,)])

    def test_who_makes_it_after_an_abort_is_named(self):
        self.check_who_is_named(*self.take_over_from_the_owner(lambda owner: self.wf("abort", "owner")))

    def test_who_makes_it_after_a_death_is_named(self):
        self.check_who_is_named(*self.take_over_from_the_owner(lambda owner: owner.kill()))

    def test_an_equal_element_that_makes_it_is_named(self):
        """Two elements wait for another run; when that ends the first makes it, and the second waits for that."""
        owner = self.start_owner()
        body = json.loads(self.read("probe.yaml"))
        body["nodes"]["t"] = {"task": "t", "map": {"n": [7, 7]}}
        body.pop("outputs")
        both = self.start("run", self.write("both.yaml", json.dumps(body)), "--name", "both", "--parallelism", "2")
        self.hear_waiting(both)
        wait_until(lambda: len(self.query("SELECT 1 FROM event WHERE type = 'node.waiting'")) == 2, "both elements wait")
        self.wf("abort", "owner")
        self.hear(self.ready)
        self.wait_for_holder("both", "both")
        wait_until(lambda: self.query("SELECT 1 FROM attempt t JOIN run r ON t.run = r.id WHERE r.name = 'both'"), "the first makes it")
        self.assertRegex(self.wf("explain", "both").out, r"t\[1\] +- +not started yet: it waits for another execution of the run, which is making")
        self.open_gate()
        self.finish(owner)
        self.assertEqual(self.finish(both).code, 0)

    def test_nobody_waits_for_a_stopped_driver_past_its_lease(self):
        """It goes on later and adopts what the other published; both runs name one artifact."""
        owner = self.start_owner()
        owner_driver = self.query("SELECT pid FROM driver")[0][0]
        os.kill(owner_driver, signal.SIGSTOP)
        self.addCleanup(lambda: owner.poll() is None and os.kill(owner_driver, signal.SIGCONT))
        self.tamper("UPDATE run SET lease_ns = 0 WHERE state = 'running'")
        waiter = self.start_run("waiter")
        self.hear(self.ready)
        self.open_gate()
        second = self.finish(waiter)
        self.assertEqual((second.code, second.json["this_time"]["ran"]), (0, 1), second)
        os.kill(owner_driver, signal.SIGCONT)
        first = self.finish(owner)
        self.assertEqual((first.code, first.json["this_time"]["reused"]), (0, 1), first)
        self.assertEqual(self.query("SELECT count(*) FROM artifact"), [(1,)])
        self.wf("store", "check", "--contents")

    def test_a_waiter_can_be_interrupted(self):
        owner = self.start_owner()
        waiter, _ = self.start_waiter()
        waiter.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(waiter).code, 130)
        self.open_gate()
        self.assertEqual(self.finish(owner).code, 0)

    def test_a_refresh_waits_for_nobody(self):
        owner = self.start_owner()
        refresh = self.start_run("refresh", "--refresh")
        self.hear(self.ready)
        self.open_gate()
        self.assertEqual((self.finish(owner).code, self.finish(refresh).json["this_time"]["ran"]), (0, 1))

    def test_other_domains_do_not_meet(self):
        owner = self.start_owner()
        other = self.start_run("other", "-d", "staging")
        self.hear(self.ready)
        self.open_gate()
        self.assertEqual((self.finish(owner).code, self.finish(other).json["this_time"]["ran"]), (0, 1))


class Shared(WfTest):
    def test_equal_elements_are_made_once(self):
        path = self.one_task("echo $((2 * n)) > $y", {"n": "int"}, {"y": "int"}, map_over=["n"])
        done = self.run_file(path, "--parallelism", "4", n=[4] * 20 + [5] * 20)
        self.assertEqual(done.json["outputs"]["y"], [8] * 20 + [10] * 20)
        self.assertEqual(self.query("SELECT count(*) FROM attempt"), [(2,)])

    def test_two_runs_share_the_work(self):
        path = self.one_task("echo $((2 * n)) > $y", {"n": "int"}, {"y": "int"}, map_over=["n"], defaults={"n": list(range(60))})
        both = [self.start("run", path, "-o", "json") for _ in range(2)]
        for done in [self.finish(one) for one in both]:
            self.assertEqual((done.code, done.json["outputs"]["y"]), (0, [2 * n for n in range(60)]), done)
        self.assertEqual(self.query("SELECT count(*) FROM attempt WHERE state = 'succeeded'"), [(60,)])

    def test_equal_elements_fail_each_by_itself(self):
        path = self.define({"t": task("echo up >> %s; exit 1" % self.path("log"), {"n": "int"}, {"y": "int"})},
                           {"t": {"task": "t", "map": {"n": "$inputs.n"}}}, {"n": "list<int>"}, failure_policy="finish")
        found = self.run_file(path, "--parallelism", "4", code=1, n=[4] * 30 + [5] * 30).json
        self.assertEqual((found["this_time"]["failed"], len(self.lines("log"))), (60, 60))

    def test_the_next_takes_over_and_all_others_reuse(self):
        path = self.define({"t": task("mkdir %s 2> /dev/null && exit 1; echo $n > $y" % self.path("once"), {"n": "int"}, {"y": "int"})},
                           {"t": {"task": "t", "map": {"n": "$inputs.n"}, "each": {"min_success": 1}}}, {"n": "list<int>"})
        found = self.run_file(path, "--parallelism", "4", n=[4] * 20).json["this_time"]
        self.assertEqual([found[word] for word in ("failed", "ran", "reused")], [1, 1, 18])

    def test_one_that_is_called_off_passes_its_turn_on(self):
        """Of what waits for one result the next in line has no slot, and is then dropped with its workflow."""
        for fifo in ["gate", *("%s%d" % (word, k) for word in ("up", "go") for k in (1, 2, 3))]:
            self.fifo(fifo)
        first = "mkdir %s 2> /dev/null && { cat %s; exit 1; }; echo $n > $y" % (self.path("once"), self.path("gate"))
        self.define({"p": task(first, {"n": "int"}, {"y": "int"}),
                     "q": task("echo up > %s$k; cat %s$k; test $k != 1" % (self.path("up"), self.path("go")), {"k": "int"})},
                    {"p": {"task": "p", "with": {"n": 1}, "when": "inputs.k != 3"},
                     "q": {"task": "q", "with": {"k": "$inputs.k"}, "when": "inputs.k > 0"}},
                    {"k": "int"}, name="inner", file="inner.yaml")
        path = self.define({}, {"m": {"workflow": "inner.yaml", "map": {"k": [0, 1, 2, 3]}}}, failure_policy="finish")
        process = self.start("run", path, "--parallelism", "3", "-o", "json")
        for k in (1, 2):
            self.hear(self.path("up%d" % k))
        self.write("gate", "")
        self.hear(self.path("up3"))
        self.write("go1", "")
        wait_until(lambda: self.query("SELECT 1 FROM execution WHERE node = 'm[1].q' AND state = 'failed'"), "m[1] has failed")
        for k in (2, 3):
            self.write("go%d" % k, "")
        done = self.finish(process)
        self.assertEqual(done.code, 1, done)
        states = dict(self.query("SELECT node, state FROM execution WHERE node LIKE '%.p'"))
        self.assertEqual(states, {"m[0].p": "failed", "m[2].p": "succeeded", "m[3].p": "skipped"})


if __name__ == "__main__":
    main()
