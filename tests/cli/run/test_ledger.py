"""What `wf explain RUN NODE --attempts` says, for each way in which an execution can end: ledger/KIND.txt has its text.

WF_ACCEPT=1 writes what happened into the texts that differ, and makes those that are missing.
"""
import os
import signal

from attempts import QUICK, AttemptsTest
from transcripts import masked
from wftest import main, task, wait_until

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ledger")
ACCEPT = os.environ.get("WF_ACCEPT") == "1"
MASKS = [(r"\bafter [0-9.]+(µs|ms|s)\b", "after TIME"), (r"\bCPU [0-9.]+(µs|ms|s)\b", "CPU TIME"),
         (r", peak memory [0-9.]+ [KM]iB", ""), (r"\bmet \d+ times?", "met N times"), (r"\brun [0-9a-f]{12}\b", "run ID"),
         (r"\blandlock \d+", "landlock N"), (r"this machine has .* for attempts", "this machine has THAT for attempts")]
GREEDY = ["python3", "-c", "print(len(bytearray(200 << 20)))"]


class Ledger(AttemptsTest):
    maxDiff = None

    def expect(self, kind, run="a", node="n"):
        """That the ledger of a node is as the file KIND.txt has it."""
        told = self.wf("explain", run, node, "--attempts").out.replace(self.folder, "FOLDER")
        path = os.path.join(HERE, kind + ".txt")
        kept = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                kept = file.read()
        if ACCEPT and masked(told, *MASKS) != masked(kept, *MASKS):
            with open(path, "w", encoding="utf-8") as file:
                file.write(told)
        elif masked(told, *MASKS) != masked(kept, *MASKS):
            self.assertEqual(masked(told, *MASKS), masked(kept, *MASKS), "WF_ACCEPT=1 writes %s.txt" % kind)

    def ends(self, kind, script, code=1, node=None, **more):
        """A run of one task, which ends so."""
        self.run_file(self.one(task(script, **more), node, outputs=bool(more.get("outputs"))), "--name", "a", code=code)
        self.expect(kind)

    def interrupted(self, path, *arguments, how):
        """A run whose one attempt has begun when `how` is done to it."""
        process = self.start("run", path, "--name", "a", *arguments)
        wait_until(lambda: os.path.exists(self.path("up")) and self.peek("SELECT 1 FROM attempt"), "the task runs, and that is recorded")
        how(process)
        return self.finish(process)

    def hanging(self, **more):
        return self.one(task("echo begun >&2; touch %s; sleep 1000" % self.path("up"), **more), outputs=False)

    # ---- what the task does

    def test_an_exit_code(self):
        self.ends("exit_code", "echo no such customer >&2; exit 3")

    def test_tried_again(self):
        self.run_file(self.one(self.flaky(1, retries=2)), "--name", "a")
        self.expect("tried_again")

    def test_the_budget_is_spent(self):
        self.run_file(self.one(self.flaky(9, retries=2, retry=dict(QUICK, factor=3))), "--name", "a", code=1)
        self.expect("budget_spent")

    def test_an_exit_code_that_is_final(self):
        self.ends("final_exit_code", "exit 4", retries=3, retry=dict(QUICK, on_exit=[75]))

    def test_nothing_to_execute(self):
        self.ends("not_found", "no-such-tool --version", retries=3, retry=QUICK)

    def test_no_such_program(self):
        self.ends("no_program", ["no-such-program"], retries=3, retry=QUICK)

    def test_a_fault(self):
        self.ends("segmentation_fault", "kill -SEGV $$")

    def test_killed_from_outside(self):
        self.ends("killed", "kill -KILL $$")

    def test_interrupted(self):
        script = "echo . >> %s; test $(wc -l < %s) -gt 1 || kill -TERM $$" % (self.path("count"), self.path("count"))
        self.ends("interrupted", script, code=0, interruptible=True, retry=QUICK)

    def test_out_of_memory(self):
        """With more memory for the second attempt."""
        path = self.one({"command": GREEDY, "retries": 1, "retry": dict(QUICK, escalate={"memory": 1.5}),
                         "resources": {"memory": "32Mi", "limits": {"memory": "64Mi"}}}, outputs=False)
        self.run_file(path, "--name", "a", code=1)
        if self.attempts()[0]["resources"]["kept_by"]["memory"] != "cgroup":
            self.skipTest("no control groups can be made here: nobody counts what they kill")
        self.expect("out_of_memory")

    def test_a_file_that_is_too_large(self):
        self.ends("file_too_large", ["head", "-c", "2000000", "/dev/zero"], resources={"cpu": 1, "limits": {"scratch": "1M"}})

    # ---- what it makes

    def test_no_output(self):
        self.ends("no_output", "true", outputs={"y": "int"})

    def test_an_output_of_another_type(self):
        self.ends("wrong_type", "echo seven > $y", outputs={"y": "int"})

    def test_an_output_that_breaks_a_constraint(self):
        self.ends("constraint", "echo 11 > $y", outputs={"y": {"type": "int", "max": 10}})

    def test_what_it_says_itself(self):
        self.ends("own_error", "echo 5 > $y; echo no such customer > $WF_OUTPUTS/_ERROR", outputs={"y": "int"})

    def test_a_changed_input(self):
        path = self.define({"t": task("chmod u+w $f; echo more >> $f", {"f": "file"})}, {"n": {"task": "t", "with": {"f": "$inputs.f"}}},
                           {"f": "file"})
        self.run_file(path, "--name", "a", code=1, f=self.write("f", "some\n"))
        self.expect("changed_input")

    def test_the_value_of_a_secret_in_an_output(self):
        path = self.one(task('printf %s "$TOKEN" > $y', outputs={"y": "string"}, secrets={"TOKEN": "token"}))
        self.run_file(path, "--name", "a", code=1, env={"WF_SECRET_TOKEN": "sesame-sesame"})
        self.expect("secret_in_output")

    def test_no_secret(self):
        self.ends("no_secret", "true", secrets={"TOKEN": "token"}, retry=QUICK)

    def test_a_secret_that_cannot_be_had_now(self):
        """The fault is not the task's, however often it comes: it stays that of the machine."""
        home = {"HOME": self.folder}
        self.wf("secret", "set", "token", "command:echo the vault is sealed >&2; exit 1", "--layer", "user", env=home)
        path = self.one(task("true", secrets={"TOKEN": "token"}, retries=5, retry=dict(QUICK, system=1)), outputs=False)
        self.run_file(path, "--name", "a", code=1, env=home)
        self.expect("machine_fault")

    def test_what_is_not_declared(self):
        self.ends("undeclared", "cat %s" % self.write("elsewhere", "private\n"), sandbox="paths")

    # ---- its time

    def test_the_timeout_of_an_attempt(self):
        self.ends("attempt_timeout", "echo begun >&2; sleep 1000", timeout="200ms")

    def test_the_timeout_of_all_attempts(self):
        self.ends("total_timeout", "echo . >> %s; test $(wc -l < %s) -gt 1 || exit 3; sleep 1000" % (self.path("count"), self.path("count")),
                  retries=5, retry=QUICK, timeout={"total": "3s"})

    def test_the_timeout_in_the_queue(self):
        go = self.fifo("go")
        path = self.define({"first": task("read line < " + go), "late": task("true", timeout={"queue": "50ms"})},
                           {"a": {"task": "first"}, "n": {"task": "late"}}, failure_policy="finish")
        process = self.start("run", path, "--name", "a", "--parallelism", "1")
        wait_until(lambda: self.peek("SELECT 1 FROM node WHERE state = 'failed'"), "it is late")
        with open(go, "w", encoding="utf-8") as pipe:
            pipe.write("go\n")
        self.finish(process)
        self.expect("queue_timeout")

    def test_the_timeout_of_the_run(self):
        self.run_file(self.one(task("sleep 1000"), outputs=False), "--name", "a", "--timeout", "200ms", code=7)
        self.expect("run_timeout")

    # ---- who ends it

    def test_an_abort(self):
        self.interrupted(self.hanging(), how=lambda _: self.wf("abort", "a", "--cause", "wrong day"))
        self.expect("aborted")

    def test_ctrl_c(self):
        self.interrupted(self.hanging(), how=lambda process: process.send_signal(signal.SIGINT))
        self.expect("interrupt")

    def test_a_sibling(self):
        tasks = {"slow": task("touch %s; sleep 1000" % self.path("up")), "bad": task("until test -e %s; do sleep 0.01; done; exit 3" % self.path("up"))}
        self.run_file(self.define(tasks, {"n": {"task": "slow"}, "bad": {"task": "bad"}}), "--name", "a", "--parallelism", "2", code=1)
        self.expect("sibling_failed")

    def test_a_driver_that_dies(self):
        path = self.one(task("test -e %s && exit 0; echo half way >&2; touch %s; sleep 1000" % (self.path("go"), self.path("up"))), outputs=False)
        self.interrupted(path, how=self.kill_driver)
        self.write("go", "")
        self.wf("resume", "a")
        self.expect("lost")

    # ---- what is never tried

    def test_more_than_there_is(self):
        self.ends("too_large", "true", resources={"cpu": 100000})

    def test_what_it_needs_failed(self):
        path = self.define({"bad": task("exit 3", outputs={"y": "int"}), "t": task("true", {"y": "int"})},
                           {"bad": {"task": "bad"}, "n": {"task": "t", "with": {"y": "$bad.y"}}})
        self.run_file(path, "--name", "a", code=1)
        self.expect("never_started")

    def test_a_condition(self):
        self.run_file(self.one(task("true"), {"when": "1 > 2"}, outputs=False), "--name", "a")
        self.expect("skipped")

    def test_nobody_answers(self):
        self.run_file(self.define({}, {"n": {"gate": {"approve": "go?", "timeout": "10ms"}}}), "--name", "a", code=1)
        self.expect("gate_timeout")

    def test_each_text_is_of_a_test(self):
        with open(__file__, encoding="utf-8") as file:
            source = file.read()
        for name in os.listdir(HERE):
            self.assertIn('"%s"' % name[:-len(".txt")], source)


if __name__ == "__main__":
    main()
