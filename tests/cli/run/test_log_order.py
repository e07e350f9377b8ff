"""wf logs: the order in which lines were written, and when."""
import json
import os
import signal
import unittest

from wftest import WfTest, task, wait_until

ROUNDS = 40


class LogOrder(WfTest):
    def in_turn(self, lines=1, first=":"):
        """Begins a run of two tasks that write so many lines each in turn, once they are let; what they will write then."""
        to_b, to_a, self.go, self.written = (self.fifo(name) for name in ("to_b", "to_a", "go", "written"))
        begun = [self.fifo(who + "-begun") for who in "ab"]
        says = "; ".join('echo "$who $i.%d" >&%d' % (j, 1 + j % 2) for j in range(lines))
        both = "who=%%s; %s; echo > %%s; exec 3<> %s 4<> %s; %%s; i=0; while [ $i -lt %d ]; do %%s; i=$((i + 1)); done" % (
            first, to_b, to_a, ROUNDS)
        a = both % ("a", begun[0], "read x < " + self.go, says + "; echo >&3; read x <&4")
        b = both % ("b", begun[1], ":", "read x <&3; " + says + "; echo >&4") + "; echo > " + self.written
        self.end = self.path("end")
        a, b = (text + "; until test -e %s; do sleep 0.01; done" % self.end for text in (a, b))
        self.define({"a": task(a), "b": task(b)}, {"a": {"task": "a"}, "b": {"task": "b"}})
        self.run_of_both = self.start("run", "probe.yaml", "--name", "n", "--parallelism", "2")
        for one in begun:
            self.hear(one)
        wait_until(lambda: self.query("SELECT count(*) FROM attempt") == [(2,)], "both are in the store")
        return ["%s | %s %d.%d" % (who, who, i, j) for i in range(ROUNDS) for who in "ab" for j in range(lines)]

    def let(self, *observers):
        """All is written while nobody looks: what is looked at in the very moment of a write has no sure order."""
        (driver,), = self.query("SELECT pid FROM driver")
        for pid in (driver, *observers):
            os.kill(pid, signal.SIGSTOP)
        with open(self.go, "w", encoding="utf-8") as pipe:
            pipe.write("\n")
        self.hear(self.written)
        for pid in (driver, *observers):
            os.kill(pid, signal.SIGCONT)

    def run_alone(self, script, elements=(0,)):
        """A run of one task, which writes while nobody looks; of each element in turn."""
        begun, self.go, self.written = (self.fifo(name) for name in ("begun", "go", "written"))
        self.one_task("echo > %s; read x < %s; %s; echo > %s" % (begun, self.go, script, self.written),
                      inputs={"k": "int"}, map_over=["k"])
        given = "k=[%s]" % ",".join(map(str, elements))
        run = self.start("run", "probe.yaml", "-i", given, "--name", "n", "--parallelism", "1")
        for _ in elements:
            self.hear(begun)
            self.let()
        self.assertEqual(self.finish(run).code, 0)

    def end_both(self):
        self.write("end", "")
        self.assertEqual(self.finish(self.run_of_both).code, 0)

    def interleaved(self, *arguments):
        return self.wf("logs", "n", "--interleave", *arguments).out.splitlines()

    def objects(self, *arguments):
        return [json.loads(line) for line in self.interleaved("-o", "jsonl", *arguments)]

    def test_tasks_that_write_in_turn(self):
        for lines in (1, 3):
            with self.subTest(lines=lines):
                wanted = self.in_turn(lines)
                self.let()
                self.end_both()
                self.assertEqual(self.interleaved(), wanted)
                times = [one["time"] for one in self.objects()]
                self.assertEqual(times, sorted(times))
                shown = self.interleaved("--timestamps")
                self.assertEqual(shown, [" ".join(pair) for pair in zip(times, wanted)])
                self.tearDown()
                self.doCleanups()
                self.setUp()

    def test_both_streams_of_an_attempt(self):
        self.run_alone("for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done")
        self.assertEqual(self.interleaved(), ["t[0] | %s %d" % (s, i) for i in range(1, 6) for s in ("out", "err")])
        self.assertEqual(self.interleaved("--stream", "err"), ["t[0] | err %d" % i for i in range(1, 6)])

    def test_a_folder_that_is_used_again(self):
        self.run_alone("echo out $k; echo err $k >&2; echo more $k", range(1, 7))
        wanted = ["t[%d] | %s %d" % (i, word, i + 1) for i in range(6) for word in ("out", "err", "more")]
        self.assertEqual(self.interleaved(), wanted)

    def test_a_line_has_the_time_of_its_end(self):
        go, went = self.fifo("go"), self.fifo("went")
        self.define({"a": task("printf begun; echo > %s; read x < %s; echo ' and ended'" % (go, went)),
                     "b": task("read x < %s; echo between; echo > %s" % (go, went))},
                    {"a": {"task": "a"}, "b": {"task": "b"}})
        self.wf("run", "probe.yaml", "--name", "n", "--parallelism", "2")
        self.assertEqual(self.interleaved(), ["b | between", "a | begun and ended"])

    def test_since_cuts_at_lines(self):
        self.in_turn()
        self.let()
        self.end_both()
        lines = self.objects()
        since = lines[31]["time"]
        self.assertEqual(self.objects("--since", since), lines[31:])
        of_a = "".join(one["line"] + "\n" for one in lines[31:] if one["node"] == "a")
        self.assertEqual(self.wf("logs", "n", "a", "--since", since).out, of_a)
        whole = self.wf("logs", "n", "a", "--since", since, "-o", "json").json["logs"][0]
        self.assertEqual(whole["stdout"], of_a)
        self.assertEqual(whole["written"][-1]["bytes"], sum(len(l["line"]) + 1 for l in lines if l["node"] == "a"))
        self.assertEqual(self.wf("logs", "n", "--since", "2999-01-01T00:00:00Z").out, "")

    def test_since_within_a_line(self):
        go, went = self.fifo("go"), self.fifo("went")
        self.define({"a": task("echo old; printf begun; echo > %s; read x < %s; echo ' and ended'; echo new"
                               % (go, went)),
                     "b": task("read x < %s; echo between; echo > %s" % (go, went))},
                    {"a": {"task": "a"}, "b": {"task": "b"}})
        self.wf("run", "probe.yaml", "--name", "n", "--parallelism", "2")
        since = next(one["time"] for one in self.objects() if one["line"] == "between")
        self.assertEqual(self.wf("logs", "n", "a", "--since", since).out, "begun and ended\nnew\n")

    def test_follow(self):
        wanted = self.in_turn(first="echo $who first")
        follower = self.start("logs", "n", "--follow", "--timestamps")
        first = sorted(follower.stdout.readline().split(" ", 1)[1] for _ in "ab")
        self.assertEqual(first, ["a | a first\n", "b | b first\n"])
        self.let(follower.pid)
        self.assertEqual([follower.stdout.readline().rstrip("\n").split(" ", 1)[1] for _ in wanted], wanted)
        self.end_both()
        done = self.finish(follower)
        self.assertEqual((done.code, done.out), (0, ""), done)

    def test_a_driver_that_dies(self):
        """What is known of attempts that run for a while outlives the driver."""
        to_a, heard = self.fifo("to_a"), self.fifo("heard")
        self.one_task("exec 3<> %s 4<> %s; while read x <&3; do echo out $x; echo err $x >&2; echo >&4; done"
                      % (to_a, heard))
        run = self.start("run", "probe.yaml", "--name", "n")
        said = []
        with open(to_a, "r+b", buffering=0) as pipe, open(heard, "r+b", buffering=0) as answers:

            def times_are_kept():
                said.append(len(said))
                pipe.write(b"%d\n" % said[-1])
                answers.read(1)
                return any("times" in names for _, _, names in os.walk(os.path.join(self.store, "runs")))

            wait_until(times_are_kept, "the attempt has run for a while")
        wanted = ["t | %s %d" % (stream, i) for i in said for stream in ("out", "err")]
        self.assertEqual(sorted(self.interleaved()), sorted(wanted))
        kept = len(self.wf("logs", "n", "-o", "json").json["logs"][0]["written"])
        self.assertGreater(kept, 1)
        known = self.interleaved()[:kept]
        self.kill_driver(run)
        self.assertEqual(self.interleaved()[:kept], known)
        self.assertEqual(self.finish(self.start("abort", "n")).code, 0)
        self.assertEqual(self.interleaved()[:kept], known)

    def test_runs_of_before(self):
        """Without times a log has that of its end, and times that are none are none."""
        self.in_turn()
        self.let()
        self.end_both()
        for times in ("NULL", "x'ff'", "x'" + "ff" * 40 + "'", "x'" + "feffffff0f01" * 3 + "'", "x'0000'"):
            self.tamper("UPDATE attempt SET log_times = %s" % times)
            self.assertEqual([one for one in self.interleaved() if one.startswith("a")],
                             ["a | a %d.0" % i for i in range(ROUNDS)])

    def test_a_task_that_empties_its_log(self):
        self.one_task("echo gone; echo err >&2; : > /dev/stdout; echo err >&2; echo kept")
        self.wf("run", "probe.yaml", "--name", "n")
        self.assertEqual(sorted(self.interleaved()), ["t | err", "t | err", "t | kept"])
        self.assertEqual(self.interleaved()[-1], "t | kept")


if __name__ == "__main__":
    unittest.main()
