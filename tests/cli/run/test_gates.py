"""Gates: nodes that wait for somebody or for a time, who answered, timeouts, and drivers that die meanwhile."""
import json
import signal

from wftest import WfTest, main, task, wait_until

SHOW = task("echo $n > $y", {"n": "int"}, {"y": "int"})


class Gates(WfTest):
    def test_a_failure_before_anybody_could_answer(self):
        """The gate is on its way into the store when the run fails: nobody waits for it."""
        path = self.define({"bad": task("exit 3")}, {"g": {"gate": {"approve": "ok"}}, "a": {"task": "bad"}})
        self.run_file(path, code=1)
        self.assertEqual(self.query("SELECT DISTINCT state FROM node WHERE node = 'g'"), [("aborted",)])

    def test_the_cause_is_told_once(self):
        path = self.define({"show": SHOW}, {"ok": {"gate": {"approve": "sure?", "timeout": "10ms"}}})
        self.wf("run", path, "--name", "night", code=1)
        self.assertRegex(self.wf("explain", "night").out, r"(?m)^ok +failed +nobody answered in time$")

    def gates(self):
        return self.peek("SELECT node, kind, answer, answered_by FROM gate ORDER BY node")

    def begin(self, nodes, *arguments, inputs=None, outputs=None, count=1):
        path = self.define({"show": SHOW}, nodes, inputs, outputs)
        process = self.start("run", path, "--name", "night", "-o", "json", *arguments)
        wait_until(lambda: len(self.gates()) == count, "it waits")
        return process

    def node(self, name):
        return [one for one in self.wf("show", "night", "-o", "json").json["executions"] if one["node"] == name][0]

    def test_approved(self):
        process = self.begin({"ok": {"gate": {"approve": "publish $(inputs.n) of them?"}},
                              "show": {"task": "show", "after": ["ok"], "with": {"n": "$inputs.n"}}}, "-i", "n=3",
                             inputs={"n": "int"}, outputs={"y": "$show.y"})
        self.assertEqual(self.gates()[0][:3], ("ok", "approve", None))
        self.assertIn("): publish 3 of them?", self.node("ok")["cause"]["message"])
        said = self.wf("signal", "night", "ok", "--note", "looks good", "-o", "json").json
        self.assertEqual((said["answer"], said["note"]), ("approved", "looks good"))
        done = self.finish(process)
        self.assertEqual((done.code, done.json["outputs"]), (0, {"y": 3}))
        self.assertIn("approved by %s: looks good" % said["answered_by"], self.wf("explain", "night").out)
        self.assertIn("WF-E3008", self.wf("signal", "night", "ok", code=4).err)
        self.wf("event", "verify")
        self.wf("store", "check", "--contents")

    def test_a_value(self):
        process = self.begin({"ask": {"gate": {"signal": "int"}}, "show": {"task": "show", "with": {"n": "$ask.value"}}},
                             outputs={"y": "$show.y"})
        for arguments, text in (((), "give it with --value"), (("--value", "many"), "'ask' is not given 'many'"), (("--value", "7", "--reject"), "no value")):
            self.assertIn(text, self.wf("signal", "night", "ask", *arguments, code=2).err)
        self.assertIn("ask of run", self.wf("signal", "night", "ask", "--value", "7").out)
        self.assertEqual(self.finish(process).json["outputs"], {"y": 7})
        self.assertIn("given 7 by ", self.wf("explain", "night").out)
        nodes = lambda *asked: [one.get("node") for one in self.wf("lineage", *asked, "-o", "json").json["nodes"]]
        self.assertIn("ask", nodes("show", "wf:default/development/night/show/y", "--up"))
        self.assertIn("show", nodes("impact", "night/ask"))
        self.assertEqual(self.wf("artifact", "get", "night/ask/value").out, "7\n")

    def test_one_of_several_types(self):
        """JSON tells a number from the text of one."""
        for value, given in (("5", 5), ('"5"', "5"), ("five", "five")):
            process = self.start("run", self.define({}, {"ask": {"gate": {"signal": "int|string"}}}, {"v": "int|string"},
                                                    {"v": "$ask.value", "i": "$inputs.v"}),
                                 "-i", "v=" + value, "-o", "json")
            run = self.hear_waiting(process).split("(wf signal ")[1].split()[0]
            self.assertIn("expected int|string, got true", self.wf("signal", run, "ask", "--value", "true", code=2).err)
            self.assertIn(" given %s by " % json.dumps(given), self.wf("signal", run, "ask", "--value", value).out)
            self.assertEqual(json.loads(self.finish(process).out)["outputs"], {"v": given, "i": given})
            shown = self.wf("show", run).out
            for pattern in (r"(?m)^v +%s +given", r"(?m)^v +%s$", r"given %s by "):
                self.assertRegex(shown, pattern % json.dumps(given))

    def test_other_answers_are_another_history(self):
        for name, value in (("one", "7"), ("two", "8")):
            process = self.start("run", self.define({}, {"ask": {"gate": {"signal": "int"}}}, {}, {"n": "$ask.value"}), "--name", name)
            self.hear_waiting(process)
            self.wf("signal", name, "ask", "--value", value)
            self.assertEqual(self.finish(process).code, 0)
        first = self.wf("lineage", "diff", "one", "two", "-o", "json", code=11).json["first_divergence"]
        self.assertEqual((first["node"], list(first["outputs"])), ("ask", ["value"]))
        self.wf("lineage", "diff", "one", "one")

    def test_it_is_told_of_when_it_can_be_answered(self):
        """The line says how, and what it says works at once."""
        process = self.start("run", self.define({}, {"ok": {"gate": {"approve": "go?"}}}), "--name", "night")
        said = self.hear_waiting(process)
        self.assertRegex(said, r"^  waits        ok  waits to be approved \(wf signal [0-9a-f]{12} ok\): go\?$")
        self.wf(*said.split("(wf ")[1].split(")")[0].split())
        self.assertEqual(self.finish(process).code, 0)

    def test_rejected(self):
        process = self.begin({"ok": {"gate": {"approve": "go?"}}, "show": {"task": "show", "after": ["ok"], "with": {"n": 1}}})
        self.wf("signal", "night", "ok", "--reject", "--note", "not today")
        done = self.finish(process)
        self.assertEqual((done.code, done.json["cause"]["code"], done.json["cause"]["node"]), (1, "WF-E3216", "ok"))
        self.assertIn("not today", done.json["cause"]["message"])
        self.assertEqual(self.node("ok")["state"], "failed")
        self.wf("event", "verify")

    def test_a_timeout(self):
        path = self.define({}, {"ok": {"gate": {"approve": "go?", "timeout": "10ms"}}})
        done = self.run_file(path, code=1).json
        self.assertEqual(done["cause"]["code"], "WF-E3217")

    def test_sleep(self):
        path = self.define({}, {"nap": {"gate": {"sleep": "$inputs.wait"}}}, {"wait": "duration"})
        self.run_file(path, "--name", "night", "-i", "wait=5ms")
        self.assertEqual(self.node("nap")["state"], "succeeded")
        self.assertIn("has slept", self.wf("explain", "night").out)

    def test_a_sleep_that_times_out(self):
        """As the others do, when it is to be longer than its timeout, whatever driver looks."""
        path = self.define({}, {"nap": {"gate": {"sleep": "$inputs.wait", "timeout": "10ms"}}}, {"wait": "duration"})
        done = self.run_file(path, "--name", "long", "-i", "wait=1h", code=1).json
        self.assertEqual((done["cause"]["code"], done["cause"]["message"]),
                         ("WF-E3217", "it was to sleep for 1h, and its timeout is 10ms"))
        fates = lambda wait: [one["fate"] for one in self.wf("run", path, "-i", "wait=" + wait, "-n", "-o", "json").json["executions"]]
        self.assertEqual((fates("1h"), fates("10ms")), (["fail"], ["wait"]))
        self.run_file(path, "--name", "night", "-i", "wait=10ms")
        self.assertEqual(self.node("nap")["state"], "succeeded")
        self.assertEqual(self.wf("run", path, "--stub", "-i", "wait=1h", "-o", "json").json["state"], "succeeded")

    def test_a_sleep_that_times_out_without_a_driver(self):
        process = self.begin({"nap": {"gate": {"sleep": "$inputs.wait", "timeout": "1h"}}}, "-i", "wait=2h", inputs={"wait": "duration"})
        self.kill_driver(process)
        self.tamper("UPDATE gate SET due_us = opened_us + 1")
        self.assertEqual(self.wf("resume", "night", "-o", "json", code=1).json["cause"]["code"], "WF-E3217")

    def test_only_once_and_only_where_it_waits(self):
        process = self.begin({"ok": {"gate": {"approve": "go?"}}, "nap": {"gate": {"sleep": "1h"}},
                              "later": {"gate": {"approve": "and on?"}, "after": ["ok"]}}, count=2)
        self.assertIn("it waits at ok", self.wf("signal", "night", "later", code=3).err)
        self.assertIn("sleeps", self.wf("signal", "night", "nap", code=3).err)
        self.wf("signal", "night", "ok", "--value", "1", code=2)
        self.wf("signal", "night", "ok")
        self.assertIn("approved by", self.wf("signal", "night", "ok", code=4).err)
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).code, 130)
        self.assertEqual({one["state"] for one in self.wf("show", "night", "-o", "json").json["executions"]
                          if one["node"] in ("nap", "later")}, {"aborted"})

    def test_a_driver_that_dies(self):
        process = self.begin({"first": {"gate": {"signal": "int"}},
                              "second": {"gate": {"approve": "$(first.value) it is?"}},
                              "show": {"task": "show", "after": ["second"], "with": {"n": "$first.value"}}}, outputs={"y": "$show.y"})
        self.wf("signal", "night", "first", "--value", "5")
        wait_until(lambda: len(self.gates()) == 2, "it waits again")
        self.kill_driver(process)
        self.assertIn("wf resume", self.wf("signal", "night", "second").out)
        self.assertEqual(self.wf("resume", "night", "-o", "json").json["outputs"], {"y": 5})
        self.assertEqual([one[2] for one in self.gates()], ["given", "approved"])
        self.assertEqual(self.query("SELECT started_us FROM node WHERE node = 'second'"),
                         self.query("SELECT opened_us FROM gate WHERE node = 'second'"))
        self.wf("event", "verify")

    def test_answered_without_a_driver(self):
        process = self.begin({"ok": {"gate": {"approve": "go?"}}})
        self.kill_driver(process)
        self.wf("signal", "night", "ok")
        for told in (self.wf("status").out, self.wf("show", "night").out):
            self.assertRegex(told, r"ok .*for a driver: its own died; it was approved by \S+\n")
        self.assertRegex(self.wf("explain", "night").out, r"ok +waiting +was approved by ")
        self.assertNotIn("wf signal", self.wf("resume", "night").err)

    def test_time_goes_on_without_a_driver(self):
        """How long it waits is counted from when it opened, whoever drives the run."""
        process = self.begin({"ok": {"gate": {"approve": "go?", "timeout": "1h"}}})
        self.kill_driver(process)
        self.tamper("UPDATE gate SET due_us = opened_us + 1")
        self.assertEqual(self.wf("resume", "night", "-o", "json", code=1).json["cause"]["message"], "nobody answered in time")

    def test_inside_a_workflow(self):
        self.define({}, {"ok": {"gate": {"approve": "$(inputs.n)?"}}}, {"n": "int"}, name="inner", file="inner.yaml")
        process = self.begin({"sub": {"workflow": "inner.yaml", "map": {"n": [1, 2]}}}, "--parallelism", "2", count=2)
        for i in (0, 1):
            self.wf("signal", "night", "sub[%d].ok" % i)
        self.assertEqual(self.finish(process).code, 0)

    def test_stubs_wait_for_nobody(self):
        path = self.define({"show": SHOW}, {"ask": {"gate": {"signal": "int"}}, "ok": {"gate": {"approve": "go?"}, "after": ["ask"]},
                                            "nap": {"gate": {"sleep": "1h"}},
                                            "show": {"task": "show", "after": ["ok", "nap"], "with": {"n": "$ask.value"}}},
                           outputs={"y": "$show.y"}, tests={"one": {"expect": {"outputs": {"y": 1}}}})
        self.assertEqual(self.wf("run", path, "--stub", "-o", "json").json["state"], "succeeded")
        self.assertIn("1 passed, 0 failed", self.wf("test", path).out)

    def test_mistakes(self):
        for gate, code in (({}, "WF-E1364"), ({"approve": "a", "sleep": "1s"}, "WF-E1364"), ({"signal": "file"}, "WF-E1364"),
                           ({"sleep": "1s", "timeout": "0s"}, "WF-E1364"), ({"sleep": "soon"}, "WF-E1108"),
                           ({"signal": "integer"}, "WF-E1106"), ({"approve": "x", "timeout": "0s"}, "WF-E1364"),
                           ({"approve": "$inputs.z"}, "WF-E1302"), ({"wait": "1s"}, "WF-E1004")):
            self.assertIn(code, self.wf("lint", self.define({}, {"g": {"gate": gate}}), code=2).out, gate)
        path = self.define({}, {"g": {"gate": {"sleep": "1s"}, "with": {"x": 1}}})
        self.assertIn("WF-E1362", self.wf("lint", path, code=2).out)


if __name__ == "__main__":
    main()
