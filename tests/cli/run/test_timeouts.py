"""How long attempts, executions, workflows and runs may take."""
import json
import os
import signal
import time

from attempts import QUICK, AttemptsTest
from wftest import WfTest, main, task, wait_until


def status_of(pid, what):
    with open("/proc/%s/status" % pid) as file:
        return dict(line.split(":\t", 1) for line in file)[what].strip()


class Timeouts(AttemptsTest):
    def test_one_attempt(self):
        slow = task("echo . >> %s; test $(wc -l < %s) -gt 1 || sleep 60; echo 7 > $y" % (self.path("count"), self.path("count")),
                    outputs={"y": "int"}, retries=1, timeout="2s", retry=QUICK)
        path = self.one(slow)
        done = self.run_file(path, "--name", "a").json
        self.assertEqual((done["outputs"], self.tries()), ({"y": 7}, 2))
        first = self.attempts()[0]
        self.assertEqual((first["cause"]["code"], first["cause"]["message"], first["charged"]),
                         ("WF-E3219", "the attempt took longer than its timeout, 2s", "user"))

    def test_all_of_it_is_killed(self):
        slow = task("(setsid sleep 1000 &) ; sleep 1000", timeout="50ms")
        done = self.run_file(self.one(slow, outputs=False), "--name", "a", code=1).json
        self.assertEqual(done["cause"]["code"], "WF-E3219")
        self.assert_no_process()
        self.assertEqual(self.ledger(), [(1, "failed", "user", None)])

    def test_what_ends_well_after_it_was_told_is_late_all_the_same(self):
        slow = task("trap 'echo 7 > $y; echo told > %s; exit 0' TERM; sleep 1000 & wait" % self.path("mark"), outputs={"y": "int"}, timeout="2s")
        self.assertEqual(self.run_file(self.one(slow), "--name", "a", code=1).json["cause"]["code"], "WF-E3219")
        self.assertEqual((self.attempts()[0]["exit_code"], self.read("mark")), (0, "told\n"))

    def test_what_ended_in_time_is_not_late_when_wf_looks_late(self):
        """The driver is stopped meanwhile, as Ctrl-Z does it; it finds the end and the time together."""
        slow = task("echo $$ > %s; until test -e %s; do sleep 0.01; done; echo 7 > $y" % (self.path("pid"), self.path("go")),
                    outputs={"y": "int"}, timeout="3s")
        process = self.start("run", self.one(slow), "-o", "json")
        begun = time.monotonic()
        wait_until(lambda: os.path.exists(self.path("pid")) and self.read("pid").endswith("\n"), "it runs")
        pid = self.read("pid").strip()
        os.kill(int(status_of(pid, "PPid")), signal.SIGSTOP)
        self.write("go", "")
        wait_until(lambda: status_of(pid, "State").startswith("Z"), "it has ended")
        wait_until(lambda: time.monotonic() - begun > 4, "its time is over")
        os.kill(int(status_of(pid, "PPid")), signal.SIGCONT)
        self.assertEqual(self.finish(process).json["outputs"], {"y": 7})

    def test_the_time_counts_from_the_start_of_the_process(self):
        """What cannot be started is not late, whatever it is given."""
        path = self.define({"t": {"command": ["no-such-program"], "timeout": "1ns"}}, {"n": {"task": "t"}})
        self.assertEqual(self.run_file(path, code=1).json["cause"]["code"], "WF-E3203")

    def test_stubs_take_no_time(self):
        self.wf("run", self.one(task("sleep 100", outputs={"y": "int"}, timeout="1ns")), "--stub")

    def test_the_node_has_its_own(self):
        slow = task("sleep 0.2", timeout="10ms")
        self.run_file(self.one(slow, {"timeout": "1h"}, outputs=False))

    def test_all_attempts_together(self):
        """What would be tried for ever is not, and the last attempt is told why."""
        slow = task("echo . >> %s; test $(wc -l < %s) -gt 2 || exit 1; sleep 100" % (self.path("count"), self.path("count")),
                    retries=9, retry=QUICK, timeout={"total": "5s"})
        done = self.run_file(self.one(slow, outputs=False), "--name", "a", code=1).json
        self.assertEqual((done["cause"]["code"], done["cause"]["message"]),
                         ("WF-E3220", "its attempts took longer than their total timeout, 5s"))
        self.assertEqual([one[3] for one in self.ledger()], ["user", "user", None])

    def test_no_wait_that_ends_too_late(self):
        """It fails at once, by its own failure."""
        path = self.one(self.flaky(1, retries=1, retry={"base": "5m", "jitter": 0}, timeout={"total": "1m"}))
        self.assertEqual(self.run_file(path, code=1).json["cause"]["message"],
                         "exited with code 3; not tried again: after a wait of 5m00s its total timeout, 1m, would be over")

    def test_the_shorter_of_both(self):
        slow = task("sleep 100", retries=1, retry=QUICK, timeout={"attempt": "20ms", "total": "1h"})
        done = self.run_file(self.one(slow, outputs=False), "--name", "a", code=1).json
        self.assertEqual((done["cause"]["code"], len(self.ledger())), ("WF-E3219", 2))

    def test_earlier_attempts_count_after_a_resume(self):
        """A driver that died does not make the time longer."""
        path = self.one(self.flaky(9, "sleep 0.1; exit 3", retries=9, retry={"base": "30s", "jitter": 0}, timeout={"total": "40s"}))
        process = self.start("run", path, "--name", "a")
        self.wait_for_a_retry()
        self.kill_driver(process)
        self.tamper("UPDATE attempt SET duration_ns = 20000000000")
        self.wf("resume", "a", code=1)
        self.assertEqual(self.tries(), 2)

    def test_a_wait_that_ended_with_its_driver_is_not_charged(self):
        """The next driver does not wait; so there is time for another wait."""
        path = self.one(self.flaky(9, retries=9, retry={"base": "40m", "factor": 1, "jitter": 0}, timeout={"total": "1h"}))
        self.kill_driver_between(self.start("run", path, "--name", "a"), 1)
        self.kill_driver_between(self.start("resume", "a"), 2)
        self.assertRegex(self.wf("explain", "a", "n", "--attempts").out,
                         r"\n    tried again \S+ later by the next driver, at the cost of a user retry\nn  attempt 2 (.*\n)+    to be tried again 40m00s later")

    def kill_driver_between(self, process, tries):
        wait_until(lambda: self.peek("SELECT count(*) FROM attempt WHERE delay_ns IS NOT NULL") == [(tries,)], "it waits to try again")
        self.kill_driver(process)

    def left_in_a_workflow(self):
        self.define({"t": task("test -e %s || sleep 1000" % self.path("go"))}, {"t": {"task": "t"}}, name="late", file="late.yaml")
        process = self.start("run", self.define({}, {"k": {"workflow": "late.yaml", "timeout": "1h"}}), "--name", "a")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE state = 'running'"), "it runs")
        self.kill_driver(process)
        self.write("go", "")
        self.tamper("UPDATE frame SET started_us = started_us - 7200000000")

    def test_a_workflow_goes_on_after_a_resume(self):
        """With what it took while its driver lived; and without the time in which there was none."""
        self.left_in_a_workflow()
        self.tamper("UPDATE event SET at_us = at_us - 7200000000 WHERE type = 'run.started'")
        self.assertEqual(self.wf("resume", "a", "-o", "json", code=1).json["cause"]["message"], "took longer than its timeout, 1h")

    def test_a_workflow_is_not_charged_for_what_nobody_drove(self):
        self.left_in_a_workflow()
        self.tamper("UPDATE event SET at_us = at_us - 7200000000 WHERE stream LIKE 'run:%'")
        self.wf("resume", "a")

    def test_the_time_in_the_queue(self):
        """What has no slot in time fails; what has begun does not."""
        go = self.fifo("go")
        tasks = {"first": task("read line < " + go), "late": task("true", {"n": "int"}, timeout={"queue": "50ms"})}
        nodes = {"a": {"task": "first"}, "b": {"task": "late", "map": {"n": [1, 2]}}}
        process = self.start("run", self.define(tasks, nodes, failure_policy="finish"), "--name", "a", "--parallelism", "1", "-o", "json")
        wait_until(lambda: len(self.peek("SELECT 1 FROM node WHERE state = 'failed'")) == 2, "both are late")
        self.write_line(go)
        done = self.finish(process)
        self.assertEqual(done.code, 1)
        self.assertEqual([(one["node"], one["element"], one["cause"]["code"]) for one in done.json["failures"]],
                         [("b", 0, "WF-E3221"), ("b", 1, "WF-E3221")])
        self.assertEqual(self.query("SELECT node, state FROM node ORDER BY node, element"),
                         [("a", "succeeded"), ("b", "failed"), ("b", "failed")])

    def write_line(self, fifo):
        with open(fifo, "w", encoding="utf-8") as pipe:
            pipe.write("go\n")

    def test_a_run(self):
        """Exit status 7; what is to run after failures still runs."""
        tasks = {"slow": task("sleep 1000"), "fast": task("true"), "after": task("touch " + self.path("cleaned"))}
        nodes = {"slow": {"task": "slow"}, "next": {"task": "fast", "after": ["slow"]},
                 "clean": {"task": "after", "after": ["slow"], "run_if": "all_done"}}
        for options, more in (((), {"timeout": "200ms"}), (("--timeout", "200ms"), {"timeout": "1h"}), (("--timeout", "200ms"), {})):
            with self.subTest(options=options, more=more):
                path = self.define(tasks, nodes, on_exit={"task": "after"}, **more)
                done = self.run_file(path, "--refresh", *options, code=7).json
                self.assertEqual((done["state"], done["cause"]["code"], done["cause"]["message"], done["cause"]["node"]),
                                 ("failed", "WF-E3222", "the run took longer than its timeout, 200ms", None))
                states = {one["node"]: one["state"] for one in self.wf("show", done["run"], "-o", "json").json["executions"]}
                self.assertEqual(states, {"slow": "aborted", "clean": "succeeded", "on_exit": "succeeded"})
                self.assert_no_process()
                self.assertIn("the run took longer", self.wf("explain", done["run"], "slow").out)
        told = self.wf("run", path, "--timeout", "200ms", "--refresh", code=7).err
        self.assertIn("wf: error: the run took longer than its timeout, 200ms [WF-E3222]", told)

    def test_a_run_that_had_expired_when_its_driver_died(self):
        """What the dead driver had decided holds."""
        tasks = {"slow": task("test -e %s || sleep 1000" % self.path("go")), "after": task("test -e %s || sleep 1000" % self.path("go"))}
        path = self.define(tasks, {"a": {"task": "slow"}}, timeout="300ms", on_exit={"task": "after"})
        process = self.start("run", path, "--name", "a")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE node = 'on_exit'"), "the hook runs")
        self.kill_driver(process)
        self.write("go", "")
        done = self.wf("resume", "a", "-o", "json", code=7).json
        self.assertEqual(done["cause"]["code"], "WF-E3222")
        self.assertEqual(self.query("SELECT node, state FROM node ORDER BY node"), [("a", "aborted"), ("on_exit", "succeeded")])
        self.wf("event", "verify")

    def test_a_workflow_that_had_expired_when_the_driver_died(self):
        self.define({"t": task("test -e %s || sleep 1000" % self.path("go"))}, {"k": {"task": "t"}}, name="inner", file="inner.yaml", timeout="300ms")
        tasks = {"after": task("test -e %s || sleep 1000" % self.path("go"))}
        path = self.define(tasks, {"a": {"workflow": "inner.yaml"}, "b": {"task": "after", "after": ["a"], "run_if": "any_failed"}})
        process = self.start("run", path, "--name", "a")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE node = 'b'"), "what runs after the failure runs")
        self.kill_driver(process)
        self.write("go", "")
        done = self.wf("resume", "a", "-o", "json", code=1).json
        self.assertEqual((done["cause"]["node"], done["cause"]["message"]), ("a", "took longer than its timeout, 300ms"))
        self.assertEqual(self.query("SELECT node, state FROM node ORDER BY node"), [("a", "failed"), ("a.k", "aborted"), ("b", "succeeded")])
        self.wf("store", "check", "--contents")

    def test_what_is_run_at_its_end_is_not_lost_with_the_driver(self):
        """On each level that had expired, and in each kind of it."""
        note = task("test -e %s || sleep 1000; echo $n >> %s" % (self.path("go"), self.path("notes")), {"n": "string"}, cache=False)
        slow = {"t": task("sleep 1000", cache=False), "note": note}
        hooks = {"on_failure": {"task": "note", "with": {"n": "on_failure"}}, "on_exit": {"task": "note", "with": {"n": "on_exit"}}}
        inner = {"k": {"task": "t"}, "any": {"task": "note", "with": {"n": "any_failed"}, "after": ["k"], "run_if": "all_done"}}
        self.define(slow, inner, name="inner", file="inner.yaml", **hooks)
        emits = task("cat > $definition <<'E'\n%s\nE" % json.dumps(
            {"wf": "v1", "name": "emitted", "tasks": slow, "nodes": inner, "timeout": "200ms", **hooks}), {}, {}, dynamic=True)
        late = {"workflow": "inner.yaml", "timeout": "200ms"}
        for kind, tasks, nodes, code in (("node", {}, {"s": late}, 1),
                                         ("element", {"l": task("echo '[1]' > $x", {}, {"x": "list<int>"})},
                                          {"s": dict(late, map={"n": [1]}, each={"min_success": 0})}, 0),
                                         ("emitted", {"e": emits}, {"s": {"task": "e"}}, 1)):
            with self.subTest(kind):
                self.define(slow, inner, {"n": "int?"}, name="inner", file="inner.yaml", **hooks)
                path = self.define(tasks, nodes)
                process = self.start("run", path, "--name", kind)
                wait_until(lambda: self.peek("SELECT 1 FROM attempt a JOIN run r ON r.id = a.run WHERE r.name = ? AND a.node LIKE '%.any'",
                                             kind), "what runs after the failure runs")
                self.kill_driver(process)
                self.write("go", "")
                done = self.wf("resume", kind, "-o", "json", code=code).json
                self.assertEqual(self.lines("notes"), ["any_failed", "on_failure", "on_exit"])
                self.assertEqual(len(done["failures"]), 1)
                self.assertEqual(done["failures"][0]["cause"]["code"], "WF-E3222")
                for name in ("notes", "go"):
                    os.remove(self.path(name))
                self.wf("event", "verify")
                self.wf("store", "check", "--contents")

    def test_the_deadline_of_a_run_that_is_failing_already(self):
        """What runs after the failure takes it beyond that."""
        tasks = {"f": task("exit 3"), "af": task("sleep 1; echo 1 > %s" % self.path("mark"))}
        path = self.define(tasks, {"f": {"task": "f"}, "af": {"task": "af", "after": ["f"], "run_if": "any_failed"}}, timeout="500ms")
        done = self.run_file(path, code=7).json
        self.assertEqual((done["cause"]["code"], self.read("mark")), ("WF-E3222", "1\n"))
        self.assertEqual([one["node"] for one in done["failures"]], ["f"])

    def test_a_workflow_that_a_node_runs(self):
        """It fails as any node does, element by element."""
        inner = task("test $n = 1 || sleep 1000; echo $n > $y", {"n": "int"}, {"y": "int"})
        own = {"timeout": "300ms"}
        for outer, node in ((own, {}), ({}, own)):
            with self.subTest(node):
                self.define({"t": inner}, {"k": {"task": "t", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$k.y"}, name="inner",
                            file="inner.yaml", **outer)
                path = self.define({}, {"d": dict({"workflow": "inner.yaml", "map": {"n": [1, 2]}, "each": {"min_success": 1}}, **node)},
                                   {}, {"y": "$d.y"})
                done = self.run_file(path, "--refresh").json
                self.assertEqual(done["outputs"], {"y": [1, None]})
                causes = [json.loads(cause) for cause, in self.query("SELECT cause FROM node WHERE node = 'd[1].k'")]
                self.assertEqual(causes[-1]["message"], "d[1] took longer than its timeout, 300ms")
                self.assertEqual([(one["node"], one["element"], one["cause"]["message"]) for one in done["failures"]],
                                 [("d", 1, "took longer than its timeout, 300ms")])
                self.assertIn("took longer than its timeout", self.wf("explain", done["run"], "d[1]").out)

    EMITS = ("cat <<END > $definition\n{wf: v1, name: e, timeout: 300ms, tasks: {t: {outputs: {y: int}, script: "
             "'test $n = 1 -o -e %s || sleep 1000; echo 1 > \\$y'}}, nodes: {k: {task: t}}, outputs: {y: \\$k.y}}\nEND\n")

    def test_a_workflow_that_was_emitted(self):
        """The task that emitted it has not failed; where elements may fail the others go on."""
        fan = task(self.EMITS % self.path("go"), {"n": "int"}, {"y": "int"}, dynamic=True)
        path = self.define({"fan": fan}, {"d": {"task": "fan", "map": {"n": [1, 2]}, "each": {"min_success": 1}}}, {}, {"y": "$d.y"})
        done = self.run_file(path).json
        self.assertEqual(done["outputs"], {"y": [1, None]})
        what = "what d[1] emitted took longer than its timeout, 300ms"
        self.assertEqual([(one["node"], one["cause"]["code"], one["cause"]["message"]) for one in done["failures"]], [("d[1].outputs", "WF-E3222", what)])
        self.assertEqual(self.query("SELECT node, element, state FROM node WHERE state != 'succeeded' ORDER BY node"),
                         [("d[1].k", -1, "aborted"), ("d[1].outputs", -1, "failed")])
        self.assertIn(what, self.wf("explain", done["run"], "d[1].k").out)
        self.assertEqual(self.wf("show", done["run"], "-o", "json").json["counts"]["failed"], 1)

    def test_one_that_was_emitted_had_expired_when_the_driver_died(self):
        after = task("test -e %s || sleep 1000" % self.path("go"))
        fan = task(self.EMITS % self.path("go"), {"n": "int"}, {"y": "int"}, dynamic=True)
        path = self.define({"fan": fan, "after": after},
                           {"d": {"task": "fan", "with": {"n": 2}}, "b": {"task": "after", "after": ["d"], "run_if": "any_failed"}})
        process = self.start("run", path, "--name", "a")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE node = 'b'"), "what runs after the failure runs")
        self.kill_driver(process)
        self.write("go", "")
        done = self.wf("resume", "a", "-o", "json", code=1).json
        self.assertEqual((done["cause"]["node"], done["cause"]["code"]), ("d.outputs", "WF-E3222"))
        states = [("b", "succeeded"), ("d", "succeeded"), ("d.k", "aborted"), ("d.outputs", "failed")]
        self.assertEqual(self.query("SELECT node, state FROM node ORDER BY node"), states)
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")
        self.assertEqual(self.wf("recover", "a", "-o", "json").json["state"], "succeeded")

    def test_the_time_of_what_was_stopped_goes_with_it(self):
        """It ends nothing else, wherever in memory that comes to stand."""
        self.define({"t": task("sleep 1000", timeout={"total": "1s"})}, {"k": {"task": "t"}}, name="late", file="late.yaml", timeout="100ms")
        self.define({"t": task("sleep 1.5; echo $n > $y", {"n": "int"}, {"y": "int"})}, {"k": {"task": "t", "with": {"n": "$inputs.n"}}},
                    {"n": "int"}, name="good", file="good.yaml")
        nodes = {"a": {"workflow": "late.yaml"},
                 "b": {"workflow": "good.yaml", "map": {"n": list(range(8))}, "after": ["a"], "run_if": "all_done"}}
        done = self.run_file(self.define({}, nodes, failure_policy="finish"), "--parallelism", "8", code=1).json
        self.assertEqual([one["node"] for one in done["failures"]], ["a"])
        self.assertEqual(self.query("SELECT count(*) FROM node WHERE state = 'succeeded'"), [(8,)])

    def test_a_run_that_ends_in_time_ends_then(self):
        """Nothing waits for a timeout."""
        done = self.run_file(self.one(self.flaky(0, timeout={"total": "1h", "queue": "1h"}), timeout="1h")).json
        self.assertEqual(done["state"], "succeeded")


class Mistakes(WfTest):
    def test_in_the_definition(self):
        for timeout, code in (("0s", "WF-E1367"), ("-3s", "WF-E1367"), ([], "WF-E1108"), ({"attempt": "2h", "total": "1h"}, "WF-E1367"),
                              ({"total": "0s"}, "WF-E1367"), ({"lifetime": "1h"}, "WF-E1004")):
            with self.subTest(timeout):
                path = self.define({"t": task("true", timeout=timeout)}, {"n": {"task": "t"}})
                self.assertIn(code, self.wf("lint", path, code=2).out)
        path = self.define({"t": task("true")}, {"n": {"task": "t"}}, timeout={"total": "1h"})
        self.assertIn("WF-E1108", self.wf("lint", path, code=2).out)

    def test_on_the_command_line(self):
        path = self.define({"t": task("true")}, {"n": {"task": "t"}})
        for text in ("0s", "-1h", "soon", "3", "1ns"):
            self.assertIn("--timeout", self.wf("run", path, "--timeout", text, code=2).err)


if __name__ == "__main__":
    main()
