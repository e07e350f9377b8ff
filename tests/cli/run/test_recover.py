"""Recoveries: what is taken over from a run that has ended, what is made again, and what is told of it."""
import json
import os

from wftest import WfTest, document, main, task, wait_until


class Recover(WfTest):
    """Tasks write a line to `ran` when they run; those named in `bad` fail as long as that file is there."""

    def step(self, name, inputs=None, value="1", **more):
        script = 'echo %s${i:+-$i} >> %s; if [ -e %s ]; then exit 3; fi; echo %s > $y' % (
            name, self.path("ran"), self.path("bad-" + name), value)
        return task(script, inputs, {"y": "int"}, **more)

    def bad(self, name):
        self.write("bad-" + name, "")

    def mend(self, name):
        os.remove(self.path("bad-" + name))

    def ran(self):
        """What has run since the last time that this was asked."""
        found = sorted(self.lines("ran"))
        self.write("ran", "")
        return found

    def chain(self, **more):
        """a, then b, then c; nothing of it can be cached."""
        off = {"cache": False}
        return self.define({"a": self.step("a", **off), "b": self.step("b", {"x": "int"}, "$((x + 1))", **off),
                            "c": self.step("c", {"x": "int"}, "$((x * 10))", **off)},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.y"}}, "c": {"task": "c", "with": {"x": "$b.y"}}},
                           outputs={"y": "$c.y"}, **more)

    def recover(self, run, *arguments, code=0):
        return self.wf("recover", run, "-o", "json", *arguments, code=code).json

    def states(self, run):
        return {(one["node"] if one["element"] is None else "%s[%d]" % (one["node"], one["element"])): one["state"]
                for one in self.wf("show", run, "-o", "json").json["executions"]}

    def told(self, run):
        return {one["node"]: one for one in self.wf("explain", run, "-o", "json").json["executions"]}

    def check_store(self):
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")

    def failed_chain(self):
        self.bad("c")
        self.run_file(self.chain(), "--name", "one", code=1)
        self.assertEqual(self.ran(), ["a", "b", "c"])
        self.mend("c")

    def test_an_element_that_is_asked_for_and_not_needed(self):
        """Enough others were taken over: it is not run, and that is said."""
        path = self.define({"t": task("test $n != 2; echo $n > $y", {"n": "int"}, {"y": "int"})},
                           {"m": {"task": "t", "map": {"n": [0, 1, 2]}, "each": {"min_success": 2, "stop_early": True, "parallelism": 1}},
                            "last": {"task": "fail", "after": ["m"]}})
        body = json.loads(self.read("probe.yaml"))
        body["tasks"]["fail"] = task("exit 3")
        self.write("probe.yaml", json.dumps(body))
        self.run_file(path, "--name", "one", code=1)
        warning = "--rerun names m[2], which did not run: enough other elements had succeeded, and the node stops early"
        self.assertIn(warning, self.wf("recover", "one", "--rerun", "m[2]", code=1).err)
        for others in (["--rerun", "m"], ["--rerun", "m[1]"], []):
            self.assertNotIn("warning", self.wf("recover", "one", *others, code=1).err)

    def test_only_the_rest_is_run(self):
        self.failed_chain()
        done = self.recover("one", "--name", "two")
        self.assertEqual((done["outputs"], done["state"], self.ran()), ({"y": 20}, "succeeded", ["c"]))
        self.assertEqual({name: done["this_time"][name] for name in ("ran", "recovered", "reused", "failed")},
                         {"ran": 1, "recovered": 2, "reused": 0, "failed": 0})
        one = self.wf("show", "one", "-o", "json").json["run"]
        self.assertEqual(done["parent"], {"run": one, "relation": "recovery", "again": []})
        self.assertEqual(self.states("two"), {"a": "recovered", "b": "recovered", "c": "succeeded"})
        self.check_store()

    def test_it_is_told_everywhere(self):
        self.failed_chain()
        self.recover("one", "--name", "two")
        one = self.wf("show", "one", "-o", "json").json["run"]
        shown = self.wf("show", "two").out
        self.assertIn("recovers  run %s\n" % one[-12:], shown)
        self.assertIn("2 recovered", shown)
        self.assertRegex(self.wf("show", "one").out, r"(?m)^  later +recovered by run \w+, succeeded$")
        self.assertRegex(shown, r"(?m)^a +recovered +.* made by run %s$" % one[-12:])
        told = self.told("two")
        self.assertEqual({name: (one["why"], one["ran"]) for name, one in told.items()},
                         {"a": ("recovered", False), "b": ("recovered", False), "c": ("cache_off", True)})
        self.assertEqual(told["a"]["earlier"]["run"], one)
        self.assertRegex(self.wf("explain", "two").out, r"(?m)^a +recovered +recovered from run %s$" % one[-12:])
        graph = self.wf("lineage", "show", "two", "-o", "json").json
        made = [node for node in graph["nodes"] if node["kind"] == "execution" and node["node"] == "b" and node["run"] == one]
        self.assertEqual([node["state"] for node in made], ["succeeded"])
        run, = [node for node in graph["nodes"] if node["kind"] == "run" and node["name"] == "two"]
        self.assertEqual(run["parent"], {"run": one, "relation": "recovery"})
        types = [event["type"] for event in self.wf("event", "list", "--run", "two", "-o", "json").json["events"]]
        self.assertIn("nodes.recovered", types)
        listed = self.wf("ls", "--parent", "one", "-o", "json").json["runs"]
        self.assertEqual([run["name"] for run in listed], ["two"])
        self.assertIn("recovers run " + one[-12:], self.wf("explain", "two").out)

    def test_elements_of_a_map(self):
        script = 'echo $i >> %s; if [ $i = 2 ] && [ -e %s ]; then exit 3; fi; echo $((i * 2)) > $y' % (self.path("ran"), self.path("bad-2"))
        path = self.define({"t": task(script, {"i": "int"}, {"y": "int"}, cache=False)},
                           {"t": {"task": "t", "map": {"i": "$inputs.l"}}}, {"l": "list<int>"}, {"ys": "$t.y"}, failure_policy="finish")
        self.bad("2")
        self.run_file(path, "--name", "one", code=1, l=[1, 2, 3])
        self.assertEqual(self.ran(), ["1", "2", "3"])
        self.mend("2")
        self.assertEqual(self.recover("one", "--name", "two")["outputs"], {"ys": [2, 4, 6]})
        self.assertEqual(self.ran(), ["2"])
        self.assertEqual(self.states("two"), {"t[0]": "recovered", "t[1]": "succeeded", "t[2]": "recovered"})
        self.recover("two", "--rerun", "t[0]", "--name", "three")
        self.assertEqual((self.ran(), self.states("three")), (["1"], {"t[0]": "succeeded", "t[1]": "recovered", "t[2]": "recovered"}))
        self.check_store()

    def test_inside_of_workflows(self):
        inner = document("inner", {"a": self.step("a", {"i": "int"}, "$i", cache=False),
                                   "b": self.step("b", {"i": "int"}, "$i", cache=False)},
                         {"a": {"task": "a", "with": {"i": "$inputs.i"}}, "b": {"task": "b", "with": {"i": "$a.y"}}}, {"i": "int"}, {"y": "$b.y"})
        self.write("inner.yaml", inner)
        path = self.define({}, {"sub": {"workflow": "inner.yaml", "map": {"i": [1, 2]}}}, outputs={"ys": "$sub.y"}, failure_policy="finish")
        self.bad("b")
        self.run_file(path, "--name", "one", code=1)
        self.assertEqual(self.ran(), ["a-1", "a-2", "b-1", "b-2"])
        self.mend("b")
        self.assertEqual(self.recover("one", "--name", "two")["outputs"], {"ys": [1, 2]})
        self.assertEqual((self.ran(), self.states("two")["sub[1].a"]), (["b-1", "b-2"], "recovered"))
        self.recover("two", "--name", "three", "--rerun", "sub[1]")
        self.assertEqual(self.ran(), ["a-2", "b-2"])
        self.recover("two", "--name", "four", "--rerun", "sub.b")
        self.assertEqual(self.ran(), ["b-1", "b-2"])
        self.check_store()

    def test_workflows_that_are_enough(self):
        """Those that succeeded are taken over first: of the others none is begun when no more are needed."""
        self.write("inner.yaml", document("inner", {"a": task("echo a-$i >> %s; test $i != 1; echo $i > $y" % self.path("ran"), {"i": "int"},
                                                     {"y": "int"}, cache=False)},
                                          {"a": {"task": "a", "with": {"i": "$inputs.i"}}}, {"i": "int"}, {"y": "$a.y"}))
        path = self.define({"last": self.step("last", cache=False)},
                           {"sub": {"workflow": "inner.yaml", "map": {"i": [1, 2, 3]}, "each": {"min_success": 2, "stop_early": True}},
                            "last": {"task": "last", "after": ["sub"]}}, failure_policy="finish")
        self.bad("last")
        self.run_file(path, "--name", "one", "--parallelism", "1", code=1)
        self.assertEqual(self.ran(), ["a-1", "a-2", "a-3", "last"])
        self.mend("last")
        self.recover("one", "--name", "two", "--parallelism", "1")
        self.assertEqual(self.ran(), ["last"])
        self.check_store()

    def test_what_a_dynamic_task_emitted(self):
        emitted = document("emitted", {}, {"one": {"task": "a", "with": {"i": "$inputs.i"}}, "two": {"task": "b", "with": {"i": "$one.y"}}},
                           {"i": "int"}, {"y": "$two.y"})
        script = "echo fan >> %s; cat <<'END' > $definition\n%s\nEND\n" % (self.path("ran"), emitted)
        path = self.define({"fan": task(script, {"i": "int"}, {"y": "int"}, dynamic=True, cache=False),
                            "a": self.step("a", {"i": "int"}, "$i", cache=False), "b": self.step("b", {"i": "int"}, "$i", cache=False)},
                           {"fan": {"task": "fan", "with": {"i": 4}}}, outputs={"y": "$fan.y"})
        self.bad("b")
        self.run_file(path, "--name", "one", code=1)
        self.assertEqual(self.ran(), ["a-4", "b-4", "fan"])
        self.mend("b")
        self.assertEqual(self.recover("one", "--name", "two")["outputs"], {"y": 4})
        self.assertEqual((self.ran(), self.states("two")), (["b-4"], {"fan": "recovered", "fan.one": "recovered", "fan.two": "succeeded"}))
        self.recover("two", "--name", "three", "--rerun", "fan.one")
        self.assertEqual(self.ran(), ["a-4"])  # it gave the same
        self.recover("two", "--name", "four", "--rerun", "fan")
        self.assertEqual(self.ran(), ["a-4", "b-4", "fan"])
        self.check_store()

    def test_branches_are_decided_anew(self):
        """The case that was chosen before is no other one's result, though both are called `pick`."""
        off = {"cache": False}
        self.write("value", "1")
        tasks = {"a": task("echo a >> %s; cat %s > $y" % (self.path("ran"), self.path("value")), {}, {"y": "int"}, **off),
                 "low": self.step("low", {"x": "int"}, "100", **off), "high": self.step("high", {"x": "int"}, "200", **off),
                 "end": self.step("end", {"x": "int"}, "$x", **off)}
        path = self.define(tasks, {"a": {"task": "a"}, "pick": {"switch": [{"when": "a.y < 2", "task": "low", "with": {"x": 7}},
                                                                          {"task": "high", "with": {"x": 7}}]},
                                   "end": {"task": "end", "with": {"x": "$pick.y"}}}, outputs={"y": "$end.y"})
        self.bad("end")
        self.run_file(path, "--name", "one", code=1)
        self.assertEqual(self.ran(), ["a", "end", "low"])
        self.mend("end")
        self.assertEqual(self.recover("one")["outputs"], {"y": 100})
        self.assertEqual(self.ran(), ["end"])
        self.write("value", "5")
        self.assertEqual(self.recover("one", "--rerun", "a", "--name", "other")["outputs"], {"y": 200})
        self.assertEqual(self.ran(), ["a", "end", "high"])
        self.assertEqual(self.told("other")["pick"]["again"], "changed")
        self.check_store()

    def test_skipped_nodes(self):
        off = {"cache": False}
        path = self.define({"a": self.step("a", **off), "b": self.step("b", {"x": "int"}, "1", **off), "c": self.step("c", **off)},
                           {"a": {"task": "a"}, "no": {"when": "a.y > 5", "task": "b", "with": {"x": "$a.y"}}, "c": {"task": "c"}})
        self.bad("c")
        self.run_file(path, "--name", "one", code=1)
        self.mend("c")
        self.ran()
        self.recover("one", "--name", "two")
        self.assertEqual((self.ran(), self.states("two")), (["c"], {"a": "recovered", "no": "skipped", "c": "succeeded"}))

    def test_gates_that_were_passed(self):
        path = self.define({"c": self.step("c", {"x": "int"}, "$x")},
                           {"ask": {"gate": {"signal": "int"}}, "ok": {"gate": {"approve": "sure of $(ask.value)?"}}, "nap": {"gate": {"sleep": "1ms"}},
                            "c": {"task": "c", "with": {"x": "$ask.value"}, "after": ["ok", "nap"]}}, outputs={"y": "$c.y"})
        self.bad("c")
        process = self.start("run", path, "--name", "one")
        self.hear_waiting(process)
        self.wf("signal", "one", "ask", "--value", "7")
        wait_until(lambda: self.peek("SELECT 1 FROM gate WHERE node = 'ok'"), "it asks")
        who = self.wf("signal", "one", "ok", "--note", "fine", "-o", "json").json["answered_by"]
        self.assertEqual(self.finish(process).code, 1)
        self.mend("c")
        self.assertEqual(self.recover("one", "--name", "two")["outputs"], {"y": 7})
        self.assertEqual(self.states("two"), {"ask": "recovered", "ok": "recovered", "nap": "recovered", "c": "succeeded"})
        self.assertRegex(self.wf("explain", "two").out, r"(?m)^ok +recovered +approved by %s: fine, taken over from run " % who)
        self.assertEqual(self.wf("artifact", "get", "two/ask/value").out, "7\n")
        self.recover("two", "--name", "three")  # a recovery of it knows them, too
        self.assertEqual(self.states("three")["ok"], "recovered")
        self.check_store()

    def test_a_question_that_has_changed_is_asked_again(self):
        self.write("value", "1")
        path = self.define({"a": task("cat %s > $y" % self.path("value"), {}, {"y": "int"}, cache=False), "c": self.step("c")},
                           {"a": {"task": "a"}, "ok": {"gate": {"approve": "is $(a.y) fine?"}}, "c": {"task": "c", "after": ["ok"]}})
        self.bad("c")
        process = self.start("run", path, "--name", "one")
        self.hear_waiting(process)
        self.wf("signal", "one", "ok")
        self.assertEqual(self.finish(process).code, 1)
        self.mend("c")
        self.write("value", "2")
        process = self.start("recover", "one", "--rerun", "a", "--name", "two")
        self.assertIn("is 2 fine?", self.hear_waiting(process))
        self.wf("signal", "two", "ok")
        self.assertEqual(self.finish(process).code, 0)

    def train_and_approve(self):
        """a run whose gate was passed, and then failed; what it asks does not say what it is about."""
        path = self.define({"a": self.step("a", cache=False), "c": self.step("c", cache=False)},
                           {"a": {"task": "a"}, "ok": {"gate": {"approve": "deploy?"}, "after": ["a"]}, "c": {"task": "c", "after": ["ok"]}})
        self.bad("c")
        self.answer(self.start("run", path, "--name", "one"), "one", "ok", code=1)
        self.mend("c")
        self.ran()

    def answer(self, process, run, gate, code=0):
        text = self.hear_waiting(process)
        self.wf("signal", run, gate)
        self.assertEqual(self.finish(process).code, code)
        return text

    def test_a_gate_is_about_what_it_waits_for(self):
        self.train_and_approve()
        self.answer(self.start("recover", "one", "--rerun", "a", "--name", "two"), "two", "ok")
        self.assertEqual((self.ran(), self.states("two")), (["a", "c"], {"a": "succeeded", "ok": "succeeded", "c": "succeeded"}))
        self.assertEqual(self.told("two")["ok"]["again"], "changed")
        self.assertRegex(self.wf("explain", "two").out, "(?m)^ok .*not taken over from run .*: what it is about has changed since")
        self.recover("two", "--name", "three")
        self.assertEqual(set(self.states("three").values()), {"recovered"})
        self.answer(self.start("recover", "three", "--rerun", "ok", "--name", "four"), "four", "ok")
        self.assertEqual((self.states("four")["a"], self.told("four")["ok"]["again"]), ("recovered", "asked"))

    def test_a_gate_knows_what_an_earlier_recovery_made(self):
        self.train_and_approve()
        process = self.start("recover", "one", "--rerun", "a", "--name", "two")
        self.hear_waiting(process)
        self.wf("abort", "two")
        self.finish(process)
        self.answer(self.start("recover", "two", "--name", "three"), "three", "ok")
        self.assertEqual((self.ran(), self.states("three")), (["a", "c"], {"a": "recovered", "ok": "succeeded", "c": "succeeded"}))

    def test_a_gate_is_about_what_is_reused_in_place_of_the_former(self):
        self.write("value", "1")
        tasks = {"a": task("cat %s > $y" % self.path("value"), {}, {"y": "int"}, cache=False), "b": self.step("b", {"x": "int"}, "$x"), "c": self.step("c")}
        path = self.define(tasks, {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.y"}},
                                   "ok": {"gate": {"approve": "deploy?"}, "after": ["b"]}, "c": {"task": "c", "after": ["ok"]}})
        self.bad("c")
        self.answer(self.start("run", path, "--name", "one"), "one", "ok", code=1)
        self.write("value", "2")
        self.answer(self.start("run", path, "--name", "other"), "other", "ok", code=1)
        self.answer(self.start("recover", "one", "--rerun", "a", "--name", "two"), "two", "ok", code=1)
        self.assertEqual(self.states("two"), {"a": "succeeded", "b": "reused", "ok": "succeeded", "c": "failed"})

    def test_a_gate_inside_a_workflow_is_about_what_that_waits_for(self):
        self.write("inner.yaml", document("inner", {}, {"ok": {"gate": {"approve": "deploy?"}}}))
        path = self.define({"a": self.step("a"), "c": self.step("c")},
                           {"a": {"task": "a"}, "sub": {"workflow": "inner.yaml", "after": ["a"]}, "c": {"task": "c", "after": ["sub"]}})
        self.bad("c")
        self.answer(self.start("run", path, "--name", "one"), "one", "sub.ok", code=1)
        self.recover("one", "--name", "two", code=1)
        self.assertEqual(self.states("two")["sub.ok"], "recovered")
        self.answer(self.start("recover", "one", "--rerun", "a", "--name", "three"), "three", "sub.ok", code=1)
        self.assertEqual(self.told("three")["sub.ok"]["again"], "changed")

    def test_rerun_and_what_depends_on_it(self):
        self.write("value", "1")
        tasks = {"a": task("echo a >> %s; cat %s > $y" % (self.path("ran"), self.path("value")), {}, {"y": "int"}),
                 "b": self.step("b", {"x": "int"}, "$((x > 3))", cache=False), "c": self.step("c", {"x": "int"}, "$x", cache=False)}
        path = self.define(tasks, {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.y"}}, "c": {"task": "c", "with": {"x": "$b.y"}}})
        self.run_file(path, "--name", "one")
        self.ran()
        self.recover("one", "--rerun", "a", "--name", "same")  # though it is cached
        self.assertEqual((self.ran(), self.states("same")), (["a"], {"a": "succeeded", "b": "recovered", "c": "recovered"}))
        self.assertEqual((self.told("same")["a"]["why"], self.told("same")["a"]["again"]), ("refreshed", "asked"))
        self.assertIn("it was asked to run again", self.wf("explain", "same").out)
        self.write("value", "2")
        self.recover("one", "--rerun", "a", "--name", "other")  # b changes, and gives c the same
        self.assertEqual((self.ran(), self.states("other")), (["a", "b"], {"a": "succeeded", "b": "succeeded", "c": "recovered"}))
        self.assertEqual(self.told("other")["b"]["again"], "changed")
        self.assertIn("no node 'd'", self.wf("recover", "one", "--rerun", "d", code=3).err)
        self.assertRegex(self.wf("recover", "one", "--rerun", "a[7]", code=3).err, r"node 'a' of run \w+ has no element 7")

    def test_of_a_recovered_run(self):
        """Nodes stay recovered, and lead to the run that made them; what an aborted recovery did not come to is found."""
        self.failed_chain()
        one = self.wf("show", "one", "-o", "json").json["run"]
        self.bad("c")
        self.recover("one", "--name", "two", code=1)
        self.assertEqual(self.ran(), ["c"])
        self.mend("c")
        self.recover("two", "--name", "three")
        self.assertEqual((self.ran(), self.states("three")), (["c"], {"a": "recovered", "b": "recovered", "c": "succeeded"}))
        made = {one["node"]: one["producer"] for one in self.wf("show", "three", "-o", "json").json["executions"]}
        self.assertEqual((made["a"]["run"], made["b"]["run"], made["c"]), (one, one, None))
        self.assertRegex(self.wf("explain", "three").out, "a +recovered +recovered from run .*, made by run %s" % one[-12:])
        self.recover("three", "--name", "four")
        self.assertEqual((self.ran(), set(self.states("four").values())), ([], {"recovered"}))
        self.check_store()

    def test_what_a_recovery_did_not_come_to(self):
        self.run_file(self.chain(), "--name", "one")
        self.ran()
        self.bad("a")
        self.recover("one", "--name", "two", "--rerun", "a", code=1)
        self.mend("a")
        self.assertEqual((self.ran(), self.states("two")), (["a"], {"a": "failed"}))
        self.recover("two", "--name", "three")
        self.assertEqual((self.ran(), self.states("three")), (["a"], {"a": "succeeded", "b": "recovered", "c": "recovered"}))

    def test_one_that_fails_again_at_once_keeps_all(self):
        """Even with one slot: what stands is taken over before anything is begun."""
        inner = document("inner", {"a": self.step("a", cache=False)}, {"a": {"task": "a"}}, outputs={"y": "$a.y"})
        self.write("inner.yaml", inner)
        stop = task("if [ -e %s ]; then exit 3; fi; cat %s" % (self.path("bad-c"), self.fifo("gate")))
        path = self.define({"c": stop, "b": self.step("b", cache=False)},
                           {"c": {"task": "c"}, "b": {"task": "b"}, "sub": {"workflow": "inner.yaml"}})
        process = self.start("run", path, "--name", "one", "--parallelism", "3")
        wait_until(lambda: len(self.peek("SELECT 1 FROM execution WHERE state = 'succeeded'")) == 2, "two are done")
        self.wf("abort", "one")
        self.finish(process)
        self.bad("c")
        for before, name in (("one", "two"), ("two", "three")):
            self.recover(before, "--name", name, "--parallelism", "1", code=1)
            self.assertEqual(self.states(name), {"b": "recovered", "sub.a": "recovered", "c": "failed"})
        self.check_store()

    def test_after_an_abort(self):
        gate = self.fifo("gate")
        path = self.define({"a": self.step("a", cache=False), "b": task("cat %s; echo 1 > $y" % gate, {"x": "int"}, {"y": "int"}, cache=False)},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.y"}}}, outputs={"y": "$b.y"})
        process = self.start("run", path, "--name", "one")
        wait_until(lambda: ("b", "running") in self.peek("SELECT node, state FROM execution"), "b runs")
        self.assertIn("WF-E3015", self.wf("recover", "one", code=4).err)
        self.wf("abort", "one", "--reason", "not today")
        self.assertEqual(self.finish(process).code, 6)
        self.ran()
        recovery = self.start("recover", "one", "--name", "two", "-o", "json")
        with open(gate, "w", encoding="utf-8"):
            pass
        done = self.finish(recovery)
        self.assertEqual((done.code, self.ran(), self.states("two")), (0, [], {"a": "recovered", "b": "succeeded"}))

    def test_a_dead_driver_is_for_resume(self):
        path = self.one_task("sleep 60", outputs={"x": "int"})
        process = self.start("run", path, "--name", "one")
        wait_until(lambda: ("t", "running") in self.peek("SELECT node, state FROM execution"), "it runs")
        self.kill_driver(process)
        self.assertIn("wf resume", self.wf("recover", "one", code=4).err)

    def test_bytes_that_are_gone(self):
        """A node whose output is gone is run again, with or without a cache, and says why."""
        for cache in (True, False):
            with self.subTest(cache=cache):
                self.store = self.path("store-%s" % cache)
                big = "echo a >> %s; head -c 100000 /dev/zero > $f" % self.path("ran")
                tasks = {"a": task(big, {}, {"f": "file"}, **({} if cache else {"cache": False})),
                         "b": self.step("b", {"f": "file"}, "1", cache=False), "c": self.step("c", {"x": "int"}, "1", cache=False)}
                path = self.define(tasks, {"a": {"task": "a"}, "b": {"task": "b", "with": {"f": "$a.f"}},
                                           "c": {"task": "c", "with": {"x": "$b.y"}}})
                self.bad("c")
                self.run_file(path, "--name", "one", code=1)
                self.mend("c")
                self.ran()
                digest, = self.query("SELECT lower(hex(digest)) FROM blob WHERE place = 'file'")[0]
                os.remove(os.path.join(self.store, "objects", digest[:2], digest[2:]))
                self.recover("one", "--name", "two")
                self.assertEqual((self.ran(), self.states("two")), (["a", "c"], {"a": "succeeded", "b": "recovered", "c": "succeeded"}))
                self.assertEqual(self.told("two")["a"]["again"], "gone")
                self.assertIn("the bytes of its result are not in the store", self.wf("explain", "two").out)
                self.check_store()

    def test_the_recorded_version_and_inputs_are_run(self):
        path = self.define({"a": task("cat $f > $y", {"f": "file"}, {"y": "int"}, cache=False), "c": self.step("c", {"x": "int"}, "$x")},
                           {"a": {"task": "a", "with": {"f": "$inputs.f"}}, "c": {"task": "c", "with": {"x": "$a.y"}}},
                           {"f": "file"}, {"y": "$c.y"})
        self.write("seven", "7")
        self.bad("c")
        version = self.run_file(path, "--name", "one", "--parallelism", "3", "--label", "k=v", code=1, f=self.path("seven")).json["version"]
        self.mend("c")
        self.write("seven", "8")
        self.write("probe.yaml", "no longer a definition")
        done = self.recover("one", "--name", "two", "--rerun", "a")
        self.assertEqual((done["version"], done["outputs"]), (version, {"y": 7}))
        one, two = (self.wf("show", name, "-o", "json").json for name in ("one", "two"))
        for member in ("settings", "inputs", "given", "registration", "requested"):
            self.assertEqual(one[member], two[member])

    def test_a_node_that_an_earlier_run_knows(self):
        """`c` was done in `one` only; `two` failed before it came there."""
        self.run_file(self.chain(), "--name", "one")
        self.bad("a")
        self.recover("one", "--name", "two", "--rerun", "a", code=1)
        self.mend("a")
        self.ran()
        self.recover("two", "--name", "three", "--rerun", "c")
        self.assertEqual((self.ran(), self.states("three")["c"]), (["a", "c"], "succeeded"))

    def test_names(self):
        self.failed_chain()
        first = self.recover("one", "--name", "two")
        again = self.recover("one", "--name", "two")  # the same run
        self.assertEqual((again["run"], again["this_time"]["ran"]), (first["run"], 0))
        self.assertIn("WF-E3005", self.wf("recover", "one", "--name", "one", code=4).err)
        self.assertIn("WF-E3005", self.wf("recover", "one", "--name", "two", "--rerun", "a", code=4).err)
        self.assertIn("WF-E3009", self.wf("recover", "one", "--name", "-", code=2).err)
        self.assertEqual(self.wf("recover", "nobody", code=3).out, "")

    def test_hooks_are_about_their_own_run(self):
        self.bad("c")
        path = self.chain(on_exit={"task": "end"})
        body = json.loads(self.read("probe.yaml"))
        body["tasks"]["end"] = {"script": "echo end >> %s" % self.path("ran")}
        body["nodes"]["tidy"] = {"task": "end", "after": ["c"], "run_if": "all_done"}
        self.write("inner.yaml", document("inner", {"inner": self.step("inner", cache=False)}, {"inner": {"task": "inner"}}))
        body["nodes"]["sub"] = {"workflow": "inner.yaml", "after": ["c"], "run_if": "all_done"}
        self.write("probe.yaml", json.dumps(body))
        self.run_file(path, "--name", "one", code=1)
        self.mend("c")
        self.assertEqual(self.ran(), ["a", "b", "c", "end", "end", "inner"])
        self.recover("one")
        self.assertEqual(self.ran(), ["c", "end", "end", "inner"])

    def test_killed_in_the_middle(self):
        """A resume of a recovery goes on with it."""
        gate = self.fifo("gate")
        tasks = {"a": self.step("a", cache=False), "b": task("cat %s; echo 1 > $y" % gate, {"x": "int"}, {"y": "int"}, cache=False),
                 "c": self.step("c", {"x": "int"}, "1", cache=False)}
        path = self.define(tasks, {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.y"}}, "c": {"task": "c", "with": {"x": "$b.y"}}})
        first = self.start("run", path, "--name", "one")
        wait_until(lambda: ("b", "running") in self.peek("SELECT node, state FROM execution"), "b runs")
        self.wf("abort", "one")
        self.finish(first)
        self.ran()
        recovery = self.start("recover", "one", "--name", "two")
        wait_until(lambda: self.states("two").get("b") == "running" if self.peek("SELECT 1 FROM run WHERE name = 'two'") else False, "b runs again")
        self.kill_driver(recovery)
        resumed = self.start("resume", "two", "-o", "json")
        with open(gate, "w", encoding="utf-8"):
            pass
        self.assertEqual(self.finish(resumed).code, 0)
        self.assertEqual((self.ran(), self.states("two")), (["c"], {"a": "recovered", "b": "succeeded", "c": "succeeded"}))
        self.check_store()


if __name__ == "__main__":
    main()
