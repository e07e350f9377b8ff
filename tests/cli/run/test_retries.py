"""Attempts that are followed by another: budgets, back-off, the ledger, and drivers that die meanwhile."""
import json
import signal

from attempts import QUICK, AttemptsTest
from wftest import WfTest, main, task, wait_until

class Retries(AttemptsTest):
    def test_as_often_as_it_takes(self):
        done = self.run_file(self.one(self.flaky(2, retries=4)), "--name", "a").json
        self.assertEqual((done["outputs"], done["failures"], self.tries()), ({"y": 7}, [], 3))
        self.assertEqual(self.ledger(), [(1, "failed", "user", "user"), (2, "failed", "user", "user"), (3, "succeeded", None, None)])
        text = self.wf("explain", "a", "n", "--attempts").out
        self.assertRegex(text, r"(?m)^n  attempt 1  failed \(user\) after \S+: exited with code 3\n    exit 3, CPU .*\n    \| oops\n"
                               r"    tried again 1ms later, at the cost of a user retry\nn  attempt 2 ")
        self.assertEqual(self.query("SELECT state, cause FROM node"), [("succeeded", None)])
        self.assertEqual(len(self.query("SELECT 1 FROM event WHERE type = 'node.retried'")), 2)
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")

    def test_the_budget_is_spent(self):
        done = self.run_file(self.one(self.flaky(9, retries=2)), "--name", "a", code=1).json
        self.assertEqual((done["cause"]["message"], self.tries()), ("exited with code 3", 3))
        self.assertEqual([one[3] for one in self.ledger()], ["user", "user", None])
        self.assertEqual(self.query("SELECT state FROM node"), [("failed",)])
        self.assertEqual([(one["node"], one["attempts"]) for one in done["failures"]], [("n", 3)])

    def test_none_is_the_default_and_0_means_0(self):
        for name, own, node in (("a", {}, {}), ("b", {"retries": 5}, {"retries": 0})):
            self.write("count", "")
            self.run_file(self.one(self.flaky(1, **own), node), "--name", name, code=1)
            self.assertEqual(self.tries(), 1)

    def test_the_node_has_the_last_word(self):
        """Member by member: what it leaves open is as the task says."""
        self.run_file(self.one(self.flaky(2, retries=1, retry=dict(QUICK, on_exit=[3])), {"retries": 2}))
        self.write("count", "")
        self.run_file(self.one(self.flaky(2, retries=5, retry=dict(QUICK, on_exit=[3])), {"retry": {"on_exit": [4]}}), "--refresh", code=1)
        self.assertEqual(self.tries(), 1)

    def test_which_ends_are_followed_by_another_try(self):
        again = ["exit 1", "exit 75", "kill -KILL $$", "kill -SEGV $$", ": > $y; exit 0", "echo x > $y; exit 0", "exit 0",
                 "echo 5 > $y; echo no customer > $WF_OUTPUTS/_ERROR; exit 0"]
        never = ["exit 126", "exit 127", "not-a-command-at-all"]
        for how in again + never:
            with self.subTest(how):
                self.write("count", "")
                code = 0 if how in again else 1
                self.run_file(self.one(self.flaky(1, how, retries=1)), "--refresh", code=code)
                self.assertEqual(self.tries(), 2 - code)

    def test_only_after_these_exit_codes(self):
        for how, codes, tries in (("exit 75", [75], 2), ("exit 3", [75], 1), ("exit 127", [127], 2), ("kill -KILL $$", [137], 2),
                                  ("kill -KILL $$", [1], 1), ("exit 0", [75], 2)):
            with self.subTest(how):
                self.write("count", "")
                path = self.one(self.flaky(1, how, retries=1, retry=dict(QUICK, on_exit=codes)))
                self.run_file(path, "--refresh", code=2 - tries)
                self.assertEqual(self.tries(), tries)

    def test_what_cannot_be_executed(self):
        path = self.define({"t": {"command": ["no-such-program"], "retries": 3, "retry": QUICK}}, {"n": {"task": "t"}})
        self.run_file(path, "--name", "a", code=1)
        self.assertEqual(self.ledger(), [(1, "failed", "user", None)])

    def test_the_wait_grows_and_has_a_cap(self):
        retry = {"base": "2ms", "factor": 3, "cap": "10ms", "jitter": 0}
        self.run_file(self.one(self.flaky(4, retries=4, retry=retry)), "--name", "a")
        self.assertEqual(self.query("SELECT delay_ns FROM attempt ORDER BY attempt"),
                         [(2_000_000,), (6_000_000,), (10_000_000,), (10_000_000,), (None,)])
        self.write("count", "")
        path = self.one(self.flaky(4, retries=4, retry=dict(retry, jitter=0.5)))
        self.run_file(path, "--name", "b", "--refresh")
        waits = [one["delay_us"] for one in self.attempts("b")][:4]
        for wait, longest in zip(waits, (2000, 6000, 10000, 10000)):
            self.assertTrue(longest / 2 <= wait <= longest, waits)
        self.assertNotIn(waits[2] - waits[3], (0,))

    def test_each_element_has_its_own(self):
        """And the outputs of an attempt that failed are seen by nobody."""
        script = "echo $n >> %s; test $(grep -c $n %s) -ge $n || { echo 99 > $y; exit 1; }; echo $n > $y" % (self.path("count"), self.path("count"))
        flaky = task(script, {"n": "int"}, {"y": "int"}, retries=2, retry=QUICK)
        path = self.define({"t": flaky}, {"n": {"task": "t", "map": {"n": [1, 2, 3]}}}, {}, {"y": "$n.y"})
        self.assertEqual(self.run_file(path, "--name", "a").json["outputs"], {"y": [1, 2, 3]})
        self.assertEqual(self.query("SELECT element, count(*) FROM attempt GROUP BY element"), [(0, 1), (1, 2), (2, 3)])
        self.assertEqual(self.run_file(path, "--name", "b").json["this_time"]["reused"], 3)

    def test_outputs_are_of_one_attempt(self):
        """What the first wrote before it failed is not there for the second."""
        once = task("echo . >> %s; test $(wc -l < %s) -gt 1 || { echo 99 > $y; exit 3; }" % (self.path("count"), self.path("count")),
                    outputs={"y": "int"}, retries=1, retry=QUICK)
        self.run_file(self.one(once), "--name", "a", code=1)
        self.assertEqual([one["cause"]["code"] for one in self.attempts()], ["WF-E3201", "WF-E3204"])
        self.assertEqual(self.query("SELECT 1 FROM cache_entry"), [])

    def test_inside_of_a_workflow(self):
        self.define({"t": self.flaky(2, retries=2)}, {"n": {"task": "t"}}, {}, {"y": "$n.y"}, name="inner", file="inner.yaml")
        path = self.define({}, {"sub": {"workflow": "inner.yaml"}}, {}, {"y": "$sub.y"})
        self.assertEqual(self.run_file(path, "--name", "a").json["outputs"], {"y": 7})
        self.assertEqual(len(self.ledger(node="sub.n")), 3)
        self.assertEqual(self.wf("explain", "a", "sub", "--attempts").out.count("sub.n  attempt"), 3)
        self.run_file(path, "--name", "b")
        self.assertRegex(self.wf("explain", "b", "sub", "--attempts").out, r"^sub\.n  no attempt: same key as in run \w+\n$")

    def test_the_version_and_not_the_key(self):
        path = self.one(self.flaky(0))
        digest = self.wf("digest", path).out
        self.run_file(path, "--name", "a")
        path = self.one(self.flaky(0, retries=2, timeout="1h"), {"retries": 3, "timeout": "2h"})
        self.assertNotEqual(self.wf("digest", path).out, digest)
        self.assertEqual(self.run_file(path, "--name", "b").json["this_time"]["reused"], 1)
        shown = self.wf("explain", "b", "n").out
        self.assertIn("retries", shown)

    def test_a_failure_elsewhere_ends_the_waiting(self):
        """What waits to be tried again is not begun any more, and says why."""
        bad = task("until test -e %s; do sleep 0.01; done; exit 1" % self.path("go"))
        path = self.define({"t": self.flaky(9, retries=1, retry={"base": "1h"}), "bad": bad}, {"n": {"task": "t"}, "bad": {"task": "bad"}})
        process = self.start("run", path, "--name", "a", "--parallelism", "2", "-o", "json")
        self.wait_for_a_retry()
        self.write("go", "")
        done = self.finish(process)
        self.assertEqual((done.code, done.json["cause"]["node"]), (1, "bad"))
        self.assertEqual(done.json["this_time"]["aborted"], 1)
        self.assert_aborted_while_it_waited("n", "sibling bad failed")
        text = self.wf("explain", "a", "n", "--attempts").out
        self.assertRegex(text, r"\n    to be tried again \S+ later, at the cost of a user retry\n    aborted meanwhile: sibling bad failed\n$")

    def assert_aborted_while_it_waited(self, node, why, element=-1):
        (state, cause), = self.query("SELECT state, cause FROM node WHERE node = ? AND element = ?", node, element)
        self.assertEqual((state, json.loads(cause)["message"]), ("aborted", why))
        self.assertEqual(self.query("SELECT state FROM attempt WHERE node = ? AND element = ?", node, element), [("failed",)])
        told = [json.loads(data) for data, in self.query("SELECT data FROM event WHERE type = 'node.aborted'")]
        self.assertEqual([(one["node"], one.get("element", -1)) for one in told], [(node, element)])

    def waiting(self):
        """A run that waits for an hour before it tries again."""
        path = self.one(self.flaky(1, retries=1, retry={"base": "1h"}))
        process = self.start("run", path, "--name", "a", "-o", "json")
        self.wait_for_a_retry()
        return process

    def test_aborted_while_it_waits(self):
        process = self.waiting()
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).code, 130)
        self.assert_aborted_while_it_waited("n", "interrupted (SIGINT)")
        self.wf("event", "verify")

    def test_it_says_what_it_waits_for(self):
        process = self.waiting()
        for command in (("show", "a"), ("explain", "a", "n")):
            self.assertRegex(self.wf(*command).out, r"waits for another try, \S+ after attempt 1: exited with code 3")
        self.assertRegex(self.wf("explain", "a", "n", "--attempts").out, r"\n    to be tried again \S+ later, at the cost of a user retry\n$")
        process.send_signal(signal.SIGTERM)
        self.finish(process)

    def test_aborted_from_elsewhere_while_it_waits(self):
        """And once more, which changes nothing."""
        process = self.waiting()
        self.wf("abort", "a", "--cause", "enough")
        self.assertEqual(self.finish(process).code, 6)
        before = self.query("SELECT count(*) FROM event")
        self.wf("abort", "a")
        self.assertEqual(self.query("SELECT count(*) FROM event"), before)
        self.assertEqual((self.query("SELECT state FROM node"), self.tries()), ([("aborted",)], 1))

    def test_a_driver_that_dies_while_it_waits(self):
        """The resume goes on at once, and counts what was spent."""
        process = self.waiting()
        self.kill_driver(process)
        done = self.wf("resume", "a", "-o", "json").json
        self.assertEqual((done["outputs"], self.tries()), ({"y": 7}, 2))
        self.assertEqual(self.ledger(), [(1, "failed", "user", "user"), (2, "succeeded", None, None)])
        self.wf("store", "check", "--contents")

    def test_what_it_waited_to_try_is_there_meanwhile(self):
        """It is reused, and an abort later on does not speak of it."""
        tasks = {"t": self.flaky(1, retries=1, retry={"base": "300ms", "jitter": 0}), "hang": task("sleep 1000")}
        path = self.define(tasks, {"a": {"task": "t"}, "b": {"task": "t"}, "last": {"task": "hang", "after": ["a", "b"]}})
        process = self.start("run", path, "--name", "a", "--parallelism", "1")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE node = 'last'"), "all else is done")
        process.send_signal(signal.SIGTERM)
        self.finish(process)
        self.assertEqual(self.tries(), 2)
        told = [json.loads(data)["node"] for data, in self.query("SELECT data FROM event WHERE type = 'node.aborted'")]
        self.assertEqual(told, ["last"])
        self.wf("event", "verify")

    def test_what_a_lost_attempt_wrote_is_kept(self):
        script = "echo half way >&2; test -e %s || sleep 1000; echo 7 > $y" % self.path("go")
        process = self.start("run", self.one(task(script, outputs={"y": "int"})), "--name", "a")
        wait_until(lambda: self.wf("logs", "a", code=None).out.endswith("half way\n"), "it is half way")
        self.kill_driver(process)
        self.write("go", "")
        self.wf("resume", "a")
        self.assertEqual(self.wf("logs", "a", "n", "--attempt", "1", "--stream", "err").out, "half way\n")
        self.assertEqual([one[1] for one in self.ledger()], ["lost", "succeeded"])

    def test_a_resume_has_no_more_than_was_left(self):
        path = self.one(self.flaky(9, retries=1, retry={"base": "1h"}))
        process = self.start("run", path, "--name", "a")
        self.wait_for_a_retry()
        self.kill_driver(process)
        self.wf("resume", "a", code=1)
        self.assertEqual(self.ledger(), [(1, "failed", "user", "user"), (2, "failed", "user", None)])

    def test_enough_others_end_the_waiting(self):
        script = "test $n != 1 || exit 1; until test -e %s; do sleep 0.01; done; echo $n > $y" % self.path("go")
        slow = task(script, {"n": "int"}, {"y": "int"}, retries=1, retry={"base": "1h"})
        path = self.define({"t": slow}, {"n": {"task": "t", "map": {"n": [1, 2]}, "each": {"min_success": 1, "stop_early": True}}},
                           {}, {"y": "$n.y"})
        process = self.start("run", path, "--name", "a", "--parallelism", "2", "-o", "json")
        self.wait_for_a_retry()
        self.write("go", "")
        self.assertEqual(self.finish(process).json["outputs"], {"y": [None, 2]})
        self.assert_aborted_while_it_waited("n", "enough elements have succeeded", 0)

    def test_it_takes_no_slot_while_it_waits(self):
        """What comes next makes what the second attempt needs."""
        go = self.path("go")
        path = self.define({"needs": task("test -e " + go, retries=1, retry={"base": "20ms"}), "makes": task("touch " + go)},
                           {"a_needs": {"task": "needs"}, "b_makes": {"task": "makes"}})
        self.run_file(path, "--parallelism", "1")
        self.assertEqual(self.query("SELECT node, count(*) FROM attempt GROUP BY node"), [("a_needs", 2), ("b_makes", 1)])

    def test_without_a_wait(self):
        """However often nothing is doubled."""
        self.run_file(self.one(self.flaky(3, retries=3, retry={"base": "0s"})), "--name", "a")
        self.assertEqual(self.query("SELECT DISTINCT delay_ns FROM attempt WHERE state = 'failed'"), [(0,)])

    def test_inside_of_elements(self):
        """Each is found by its path, all by that of the node they are of."""
        inner = task("echo $n >> %s; test $(grep -c $n %s) -ge $n || exit 1" % (self.path("count"), self.path("count")), {"n": "int"},
                     retries=1, retry=QUICK)
        self.define({"t": inner}, {"k": {"task": "t", "with": {"n": "$inputs.n"}}}, {"n": "int"}, name="inner", file="inner.yaml")
        path = self.define({}, {"d": {"workflow": "inner.yaml", "map": {"n": [1, 2]}}})
        self.run_file(path, "--name", "a")
        for wanted, attempts in (("d", 3), ("d[0]", 1), ("d[0].k", 1), ("d[1]", 2), ("d[1].k", 2)):
            with self.subTest(wanted):
                self.assertEqual(self.wf("explain", "a", wanted, "--attempts").out.count("].k  attempt "), attempts)
        self.wf("explain", "a", "d[7]", code=3)

    def test_nor_the_turn_of_another_element(self):
        """The second one makes what the first one's second attempt needs."""
        go = self.path("go")
        both = task("test $n = 2 || test -e %s || exit 1; touch %s; echo $n > $y" % (go, go), {"n": "int"}, {"y": "int"},
                    retries=1, retry={"base": "20ms"})
        path = self.define({"t": both}, {"n": {"task": "t", "map": {"n": [1, 2]}, "each": {"parallelism": 1}}}, {}, {"y": "$n.y"})
        self.assertEqual(self.run_file(path, "--name", "a").json["outputs"], {"y": [1, 2]})
        self.assertEqual(self.query("SELECT element, count(*) FROM attempt GROUP BY element"), [(0, 2), (1, 1)])


class Mistakes(WfTest):
    def lint(self, own, node=None):
        path = self.define({"t": task("true", **own)}, {"n": dict({"task": "t"}, **(node or {}))})
        return [one["code"] for one in self.wf("lint", path, "-o", "json", code=2).json["diagnostics"] if one["severity"] == "error"]

    def test_in_the_definition(self):
        for own, code in (({"retries": -1}, "WF-E1102"), ({"retries": "many"}, "WF-E1102"), ({"retry": 3}, "WF-E1102"),
                          ({"retry": {"on_exit": []}}, "WF-E1367"), ({"retry": {"on_exit": [0]}}, "WF-E1102"),
                          ({"retry": {"on_exit": [256]}}, "WF-E1367"), ({"retry": {"factor": 0.5}}, "WF-E1367"),
                          ({"retry": {"jitter": 1.5}}, "WF-E1367"), ({"retry": {"base": "-1s"}}, "WF-E1367"),
                          ({"retry": {"base": "soon"}}, "WF-E1108"), ({"retry": {"backoff": 2}}, "WF-E1004"),
                          ({"timeout": "0s"}, "WF-E1367"), ({"timeout": "-3s"}, "WF-E1367"), ({"timeout": []}, "WF-E1108")):
            with self.subTest(own):
                self.assertEqual(self.lint(own), [code])
                self.assertEqual(self.lint({}, own), [code])

    def test_at_a_node_that_is_not_tried(self):
        self.define({}, {}, name="inner", file="inner.yaml")
        for node in ({"workflow": "inner.yaml", "retries": 1}, {"gate": {"sleep": "1s"}, "timeout": "1s"},
                     {"switch": [{"when": "1 > 2", "task": "t"}, {"task": "t"}], "retry": {"base": "1s"}}):
            path = self.define({"t": task("true")}, {"n": node})
            self.assertIn("WF-E1368", self.wf("lint", path, code=2).out)


if __name__ == "__main__":
    main()
