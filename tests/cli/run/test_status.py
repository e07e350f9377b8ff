"""wf status: what runs, and what everything else waits for."""
import signal

from pages import Page
from wftest import WfTest, main, task, wait_until


class Status(WfTest):
    def start_one_of_each(self):
        tasks = {"slow": task("sleep 1000"), "flaky": task("exit 3", retries=1, retry={"base": "1h"}), "fast": task("true", {"n": "int"})}
        nodes = {"runs": {"task": "slow"}, "again": {"task": "flaky"}, "asks": {"gate": {"approve": "Ship it?"}},
                 "later": {"task": "fast", "map": {"n": [1, 2, 3]}, "after": ["runs"]}}
        process = self.start("run", self.define(tasks, nodes, failure_policy="finish"), "--name", "a", "--parallelism", "4")
        wait_until(lambda: len(self.peek("SELECT 1 FROM node WHERE cause IS NOT NULL AND state = 'running'")) == 2
                   and self.peek("SELECT 1 FROM attempt WHERE state = 'running'"), "one of each waits")
        return process

    def test_what_goes_on(self):
        process = self.start_one_of_each()
        text = self.wf("status").out
        for line in (r"runs +runs for \d", r"again +waits for another try, \S+ after attempt 1: exited with code 3",
                     r"asks +waits to be approved .*Ship it\?", r"later\[0…2\]  not started yet: it waits for runs"):
            self.assertRegex(text, line)
        told = self.wf("status", "-o", "json").json
        self.assertEqual([(one["node"], one["element"], one["state"], one["attempt"]) for one in told["executions"]],
                         [("runs", None, "running", 1), ("again", None, "waiting", None), ("asks", None, "waiting", None),
                          ("later", 0, "queued", None), ("later", 1, "queued", None), ("later", 2, "queued", None)])
        self.assertEqual({one["run"] for one in told["executions"]}, {told["running"][0]["run"]})
        process.send_signal(signal.SIGTERM)
        self.finish(process)
        self.assertEqual(self.wf("status", "-o", "json").json["executions"], [])

    def test_of_a_driver_that_died(self):
        """What it had under way is told as it stands in the record."""
        process = self.start_one_of_each()
        self.kill_driver(process)
        self.assertIn("its driver is dead", self.wf("status").out)

        self.assertRegex(self.wf("status").out, "runs +for a driver: its own died while it ran")
        ran = [one for one in self.wf("status", "-o", "json").json["executions"] if one["node"] == "runs"]
        self.assertEqual([one["state"] for one in ran], ["waiting"])
        for told in (self.wf("status").out, self.wf("show", "a").out):
            self.assertRegex(told, r"again .*for a driver: its own died; it waits for another try, \S+ after attempt 1: exited with code 3")
            self.assertRegex(told, r"asks .*for a driver: its own died; it waits to be approved")
        self.assertRegex(self.wf("show", "a").out, r"\nruns +waiting +1 ")
        counts = self.wf("show", "a", "-o", "json").json["counts"]
        self.assertEqual((counts["running"], counts["waiting"]), (0, 3))

    def resume_behind_another(self):
        """A run that died over its task, is resumed, and waits for its turn: another has that."""
        path = self.define({"t": task("sleep 1000", outputs={"y": "int"}, cache=False)}, {"t": {"task": "t"}}, concurrency={"limit": 1, "policy": "wait"})
        runs = "SELECT 1 FROM attempt t JOIN run r ON t.run = r.id WHERE r.name = ? AND t.state = 'running'"
        first = self.start("run", path, "--name", "one")
        wait_until(lambda: self.peek(runs, "one"), "it runs")
        self.kill_driver(first)
        second = self.start("run", path, "--name", "two")
        wait_until(lambda: self.peek(runs, "two"), "the other runs")
        resumed = self.start("resume", "one")
        wait_until(lambda: self.query("SELECT 1 FROM pool_claim WHERE held = 0"), "it waits for its turn")
        return resumed, second

    def test_what_a_dead_driver_left_in_a_run_that_waits_for_its_turn(self):
        resumed, second = self.resume_behind_another()
        told = self.wf("status", "-o", "json").json
        ours = {one["name"]: one for one in told["running"]}["one"]
        self.assertEqual((ours["counts"]["running"], ours["counts"]["waiting"]), (0, 1))
        self.assertEqual([(one["node"], one["state"]) for one in told["executions"] if one["run"] == ours["run"]], [("t", "waiting"), (None, "queued")])
        self.assertRegex(self.wf("status").out, r"queued .* 1 waiting .*\n +t +for the turn of the run: its driver died while it ran\n +the run +waits for run ")
        self.assertRegex(self.wf("show", "one").out, r"\nt +waiting +1 +\S+ +- +for the turn of the run: its driver died while it ran\n")
        self.assertRegex(self.wf("explain", "one").out, r"\nt +waiting .*; its driver died while it ran\n")
        self.assertEqual(Page(self.wf("report", "one").out).data["executions"][0]["state"], "lost")
        self.wf("abort", "one")
        self.assertEqual(self.finish(resumed).code, 6)
        said = self.wf("explain", "one").out
        self.assertIn("begun before the run was resumed", said)
        self.assertNotIn("done before", said)
        second.send_signal(signal.SIGTERM)
        self.finish(second)

    def abort_slowly(self):
        """A run whose task takes its time to end."""
        script = "trap '' TERM; until test -e %s; do sleep 0.01; done" % self.path("gate")
        path = self.define({"t": task(script), "u": task("true")}, {"n": {"task": "t"}, "m": {"task": "u", "after": ["n"]}})
        process = self.start("run", path, "--name", "a")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE state = 'running'"), "its task runs")
        self.wf("abort", "a", "--cause", "too slow")
        return process

    def check_aborting(self, state, go_on):
        asked = r"aborted by \S+: too slow"
        told = self.wf("status").out
        self.assertRegex(told, r"^aborting  \w+  probe@.*\n +%s\n" % asked)
        self.assertRegex(told, r"\n +m +not started, and never will be: the run is being aborted\n")
        shown = self.wf("show", "a").out
        self.assertRegex(shown, r"^run \S+  %s\n(.*\n)+  because   %s\n" % (state, asked))
        for text in (told, shown, self.wf("explain", "a").out):
            self.assertEqual("wf abort" in text, go_on, text)
            self.assertNotIn("wf resume", text)
        self.assertRegex(self.wf("explain", "a").out, r"^run .*  aborting  .*  " + asked)
        self.assertIn(state, self.wf("ls").out)
        page = Page(self.wf("report", "a").out).data
        self.assertEqual(page["state"], "aborting")
        self.assertRegex(page["cause"], asked)
        for run in (self.wf("status", "-o", "json").json["running"][0], self.wf("show", "a", "-o", "json").json, self.wf("explain", "a", "-o", "json").json):
            self.assertEqual(run["state"], "running")
            self.assertRegex(run["abort_asked"], asked)

    def test_an_abort_under_way(self):
        process = self.abort_slowly()
        self.check_aborting("aborting", go_on=False)
        self.write("gate", "")
        self.assertEqual(self.finish(process).code, 6)
        self.assertIsNone(self.wf("show", "a", "-o", "json").json["abort_asked"])

    def test_an_abort_whose_driver_died_over_it(self):
        process = self.abort_slowly()
        self.kill_driver(process)
        self.check_aborting("aborting, driver dead", go_on=True)
        self.wf("abort", "a")
        self.assertEqual(self.wf("show", "a", "-o", "json").json["state"], "aborted")

    def test_what_waits_for_room(self):
        """For what attempts of the run itself have, and for what other runs have."""
        hold = task("sleep 1000", {"n": "int?"}, resources={"memory": "60M"})
        first = self.start("run", self.define({"t": hold}, {"m": {"task": "t", "map": {"n": [1, 2]}}}, file="one.yaml"), "--name", "one",
                           "--resources", "memory=100M", "--parallelism", "4")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt") and self.peek("SELECT 1 FROM event WHERE type = 'node.waiting'"), "an element waits")
        second = self.start("run", self.define({"t": dict(hold, script="sleep 2000")}, {"k": {"task": "t"}}, file="two.yaml"), "--name", "two", "--resources", "memory=100M")
        wait_until(lambda: len(self.peek("SELECT 1 FROM event WHERE type = 'node.waiting'")) == 2, "the other run waits")
        self.assertRegex(self.wf("status").out, r"m\[1\] +not started yet: it waits for room: 57\.2 MiB memory, which other attempts of the run have")
        self.assertRegex(self.wf("explain", "two", "k").out, "it waits for room: 57.2 MiB memory, which other runs have")
        self.assertIn("it waits for room", self.wf("show", "two").out)
        room = self.wf("explain", "two", "-o", "json").json["executions"][0]["room"]
        self.assertEqual((room["of"], room["requests"]["memory_bytes"]), ("others", 60000000))
        self.wf("event", "verify")
        for process in (second, first):
            process.send_signal(signal.SIGTERM)
            self.finish(process)

    def begin_again_behind(self, *arguments, **more):
        """A node that has failed once, whose back-off is over, and that lacks what another one has."""
        failing = "test -e %s && sleep 1000; touch %s; exit 3" % (self.path("tried"), self.path("tried"))
        tasks = {"t": task(failing, retries=1, retry={"base": "1ms"}, **more), "hang": task("sleep 1000", **more)}
        process = self.start("run", self.define(tasks, {"a": {"task": "t"}, "b": {"task": "hang"}}), "--name", "one", *arguments)
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE delay_ns IS NOT NULL") and
                   self.peek("SELECT 1 FROM attempt WHERE node = 'b' AND state = 'running'"), "one waits for the other")
        return process

    def check_waits_for(self, lacking):
        told = [one for one in self.wf("status", "-o", "json").json["executions"] if one["node"] == "a"]
        self.assertEqual([(one["state"], one["waits_for"]) for one in told], [("waiting", lacking)])
        self.assertRegex(self.wf("show", "one").out, r"\na +waiting +1 +\S+ +- +%s\n" % lacking)
        self.assertRegex(self.wf("explain", "one").out, r"\na +waiting .*; %s\n" % lacking)
        for text in (self.wf("status").out, self.wf("show", "one").out, self.wf("explain", "one", "a").out):
            self.assertNotIn("another try", text)

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        self.finish(process)

    def test_a_slot_is_lacking_after_the_back_off(self):
        process = self.begin_again_behind("--parallelism", "1")
        self.check_waits_for("it waits for its turn")
        self.end(process)

    def test_tokens_are_lacking_after_the_back_off(self):
        self.wf("pool", "set", "db", "1")
        process = self.begin_again_behind("--parallelism", "4", pools=["db"])
        wait_until(lambda: self.peek("SELECT 1 FROM pool_claim WHERE node = 'a' AND held = 0"), "it stands in line")
        run = self.wf("show", "one", "-o", "json").json["run"]
        self.check_waits_for("it waits for run %s b to give back tokens of pool db" % run[-12:])
        self.kill_driver(process)
        self.assertRegex(self.wf("status").out, r"\n +a +for a driver: its own died\n +b +for a driver: its own died while it ran\n")
        self.wf("pool", "set", "db", "0")
        resumed = self.start("resume", "one")
        wait_until(lambda: len(self.query("SELECT 1 FROM pool_claim WHERE held = 0")) == 1, "it stands in line")
        told = self.wf("status").out
        self.assertRegex(told, r"\n +a +it waits for 1 of pool db, which has too few\n")
        self.assertRegex(told, r"\n +b +it waits for \S.*; its driver died while it ran\n")
        self.assertEqual(told.count("\n"), 3, told)
        self.end(resumed)

    def test_room_is_lacking_after_the_back_off(self):
        process = self.begin_again_behind("--parallelism", "4", "--resources", "memory=100M", resources={"memory": "60M"})
        waits = "SELECT count(*) FROM event WHERE type = 'node.waiting' AND json_extract(data, '$.node') = 'a'"
        wait_until(lambda: self.peek(waits) == [(1,)], "it says so")
        self.check_waits_for("it waits for room: 57.2 MiB memory, which other attempts of the run have")
        self.end(process)

    def test_how_many_more_there_are(self):
        path = self.define({"t": task("exit 1")}, {"n": {"task": "t"}})
        for _ in range(7):
            self.run_file(path, code=1)
        told = self.wf("status", "-o", "json").json
        self.assertEqual((len(told["failed_lately"]), told["more_failed_lately"], told["more_running"]), (5, 2, 0))
        self.assertTrue(self.wf("status").out.endswith("\nand 2 more: wf ls --state failed\n"))


if __name__ == "__main__":
    main()
