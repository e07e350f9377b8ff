"""wf report: what the page, the trace and the table tell of a run, whatever became of it."""
import csv
import io
import json

from pages import Page
from wftest import WfTest, main, task, wait_until

COLUMNS = ("node element attempt state category start end duration_us wait_us cpu_us max_rss_bytes exit signal key "
           "reused_from").split()
STEP = {"s": task("echo $((x + 1)) > $y", {"x": "int"}, {"y": "int"})}


def chain(length):
    return {"n%d" % i: {"task": "s", "with": {"x": "$n%d.y" % (i - 1) if i else 0}} for i in range(length)}


class Report(WfTest):
    def data(self, run, *arguments):
        return Page(self.wf("report", run, *arguments).out).data

    def rows(self, run):
        table = self.wf("report", run, "-o", "tsv").out
        self.assertEqual(table.splitlines()[0].split("\t"), COLUMNS)
        return list(csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE))

    def path_of(self, data):
        """The critical path by the names of its executions."""
        executions = [data["executions"][i] for i in data["critical_path"]]
        self.assertTrue(all(one["critical"] for one in executions))
        self.assertEqual(sum("critical" in one for one in data["executions"]), len(executions))
        return [one["node"] + ("[%d]" % one["element"] if "element" in one else "") for one in executions]

    def wait_for_attempt(self, node):
        """That it has begun is written a moment later."""
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE node = ?", node), "the attempt is in the store")

    def run_named(self, path, *arguments, code=0, **inputs):
        return self.run_file(path, "--name", "it", *arguments, code=code, **inputs)


class Told(Report):
    def test_a_run_that_succeeded(self):
        done = self.run_named(self.define(STEP, chain(4), outputs={"y": "$n3.y"}), "--label", "why=try")
        data = self.data("it")
        self.assertEqual((data["state"], data["goes_on"], data["cause"]), ("succeeded", False, None))
        about = dict(data["about"])
        self.assertEqual((about["run"], about["name"], about["setting labels"]), (done.json["run"], "it", "why=try"))
        self.assertEqual(self.path_of(data), ["n0", "n1", "n2", "n3"])
        for one in data["executions"]:
            self.assertLessEqual(one["ready"], one["start"])
            self.assertLessEqual(one["start"], one["tries"][0]["end"])
            self.assertLessEqual(one["end"], data["until"])
        self.assertEqual([one["value"] for one in data["outputs"]], ["4"])
        reference = data["outputs"][0]["reference"]
        self.assertEqual(self.wf("artifact", "get", reference).out, "4\n")

    def test_a_path_over_what_never_began(self):
        path = self.define({"slow": task("sleep 0.2; echo 1 > $y", {}, {"y": "int"}, cache=False),
                            "bad": task("exit 1", {}, {"y": "int"}), "mid": task("true", {"y": "int"}), "last": task("true")},
                           {"slow": {"task": "slow"}, "bad": {"task": "bad"},
                            "mid": {"task": "mid", "with": {"y": "$bad.y"}, "after": ["slow"]},
                            "last": {"task": "last", "after": ["mid"], "run_if": "all_done"}}, failure_policy="finish")
        self.run_named(path, code=1)
        self.assertEqual(self.path_of(self.data("it")), ["slow", "last"])

    def test_the_same_bytes_each_time(self):
        self.run_named(self.define(STEP, chain(3)))
        for form in ("html", "trace", "tsv"):
            self.assertEqual(self.wf("report", "it", "-o", form).out, self.wf("report", "it", "-o", form).out)

    def test_into_a_file(self):
        self.run_named(self.define(STEP, chain(1)))
        self.assertEqual(self.wf("report", "it", "--out", self.path("it.html")).out, "")
        self.assertEqual(self.read("it.html"), self.wf("report", "it").out)
        missing = self.path("none/it.html")
        self.assertIn("cannot write '%s': " % missing, self.wf("report", "it", "--out", missing, code=3).err)

    def test_no_such_run(self):
        self.wf("init")
        done = self.wf("report", "nightly", code=3)
        self.assertEqual(done.err, self.wf("show", "nightly", code=3).err)

    def test_failures(self):
        tasks = {"bad": task("echo what went wrong >&2; exit 3", outputs={"y": "int"}, retries=1), **STEP}
        nodes = {"bad": {"task": "bad"}, "next": {"task": "s", "with": {"x": "$bad.y"}}}
        tasks["bad"]["retry"] = {"base": "1ms", "jitter": 0}
        self.run_named(self.define(tasks, nodes), code=1)
        data = self.data("it")
        self.assertEqual(data["state"], "failed")
        self.assertIn("bad", data["cause"])
        failure, = data["failures"]
        failed = data["executions"][failure["execution"]]
        self.assertEqual([one["exit"] for one in failed["tries"]], [3, 3])
        self.assertEqual(failure["tail"], ["what went wrong"])
        for command in failure["commands"] + data["commands"]:
            self.wf(*[word.strip("'") for word in command.split()[1:]])
        self.assertEqual(self.path_of(data), ["bad"])
        self.assertEqual([(row["attempt"], row["state"], row["category"], row["exit"]) for row in self.rows("it")],
                         [("1", "failed", "user", "3"), ("2", "failed", "user", "3")])

    def test_what_was_reused(self):
        path = self.one_task("echo $n > $m", {"n": "int"}, {"m": "int"}, map_over=["n"])
        first = self.run_file(path, n=[1, 2]).json["run"]
        self.run_named(path, n=[2, 3])
        data = self.data("it")
        self.assertEqual([one.get("made_by") for one in data["executions"]], [first + "/t[1]", None])
        rows = self.rows("it")
        self.assertEqual([(row["element"], row["attempt"], row["state"], row["reused_from"]) for row in rows],
                         [("0", "", "reused", first + "/t[1]"), ("1", "1", "succeeded", "")])
        self.assertEqual([len(row["key"]) for row in rows], [64, 64])

    def test_a_run_that_goes_on(self):
        ready, go = self.fifo("ready"), self.fifo("go")
        tasks = {**STEP, "hold": task("echo x > %s; read line < %s; echo 1 > $y" % (ready, go), {"x": "int"}, {"y": "int"})}
        nodes = {**chain(1), "hold": {"task": "hold", "with": {"x": "$n0.y"}}}
        process = self.start("run", self.define(tasks, nodes), "--name", "it")
        self.hear(ready)
        self.wait_for_attempt("hold")
        data = self.data("it")
        self.assertEqual((data["state"], data["goes_on"]), ("running", True))
        self.assertEqual(data["executions"][-1]["state"], "running")
        self.assertEqual(self.path_of(data), ["n0", "hold"])
        self.assertEqual(self.rows("it")[-1]["end"], "")
        self.assertEqual(self.wf("report", "it").out, self.wf("report", "it").out)
        with open(go, "w", encoding="utf-8") as pipe:
            pipe.write("on\n")
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.data("it")["state"], "succeeded")

    def test_a_run_that_was_taken_over(self):
        ready = self.fifo("ready")
        flag = self.path("flag")
        script = "if [ -e %s ]; then echo 1 > $y; else touch %s; echo x > %s; sleep 1000; fi" % (flag, flag, ready)
        tasks = {**STEP, "hold": task(script, {"x": "int"}, {"y": "int"})}
        process = self.start("run", self.define(tasks, {**chain(1), "hold": {"task": "hold", "with": {"x": "$n0.y"}}}), "--name", "it")
        self.hear(ready)
        self.wait_for_attempt("hold")
        self.kill_driver(process)
        self.wf("resume", "it")
        data = self.data("it")
        self.assertEqual(len(data["claims"]), 2)
        self.assertIn("taken over", dict(data["about"]))
        held = data["executions"][-1]
        self.assertEqual([one["state"] for one in held["tries"]], ["lost", "succeeded"])
        trace = self.wf("report", "it", "-o", "trace").json["traceEvents"]
        self.assertEqual({one["pid"] for one in trace if one["name"] == "hold"}, {1, 2})

    def test_an_aborted_run(self):
        ready = self.fifo("ready")
        process = self.start("run", self.define({"hold": task("echo x > %s; sleep 1000" % ready)}, {"hold": {"task": "hold"}}),
                             "--name", "it")
        self.hear(ready)
        self.wf("abort", "it")
        self.assertEqual(self.finish(process).code, 6)
        data = self.data("it")
        self.assertEqual((data["state"], data["executions"][0]["state"], data["failures"]), ("aborted", "aborted", []))


class CriticalPath(Report):
    def test_the_slower_branch(self):
        """Two branches meet; which one ends last is decided by hand."""
        gate = self.fifo("gate")
        tasks = {**STEP, "slow": task("read line < %s; echo 1 > $y" % gate, {"x": "int"}, {"y": "int"}),
                 "fast": task("echo 1 > $y; echo go > %s" % gate, {"x": "int"}, {"y": "int"}),
                 "join": task("true", {"a": "int", "b": "int"})}
        nodes = {**chain(1), "slow": {"task": "slow", "with": {"x": "$n0.y"}}, "fast": {"task": "fast", "with": {"x": "$n0.y"}},
                 "later": {"task": "s", "with": {"x": "$fast.y"}},
                 "join": {"task": "join", "with": {"a": "$slow.y", "b": "$n0.y"}}}
        self.run_named(self.define(tasks, nodes), "--parallelism", "2")
        path = self.path_of(self.data("it"))
        self.assertEqual(path[0], "n0")
        self.assertIn(path[1:], (["slow", "join"], ["fast", "later"]))

    def test_elements_and_hooks(self):
        tasks = {"list": task("echo '[1,2,3]' > $n", outputs={"n": "list<int>"}), "one": task("echo $x > $y", {"x": "int"}, {"y": "int"}),
                 "end": task("true")}
        nodes = {"list": {"task": "list"}, "one": {"task": "one", "map": {"x": "$list.n"}}}
        self.run_named(self.define(tasks, nodes, on_exit={"task": "end"}), "--parallelism", "1")
        self.assertEqual(self.path_of(self.data("it")), ["list", "one[2]", "on_exit"])

    def test_inside_workflows(self):
        self.define(STEP, {"a": {"task": "s", "with": {"x": "$inputs.x"}}, "b": {"task": "s", "with": {"x": "$a.y"}}},
                    {"x": "int"}, {"y": "$b.y"}, name="inner", file="inner.yaml")
        nodes = {**chain(1), "sub": {"workflow": "inner.yaml", "map": {"x": ["$n0.y", 5]}},
                 "last": {"task": "sum", "with": {"all": "$sub.y"}}}
        tasks = {**STEP, "sum": task("true", {"all": "list<int>"})}
        self.run_named(self.define(tasks, nodes), "--parallelism", "1")
        data = self.data("it")
        path = self.path_of(data)
        self.assertEqual((path[0], path[-1]), ("n0", "last"))
        self.assertIn(path[1:-1], (["sub[0].a", "sub[0].b"], ["sub[1].a", "sub[1].b"]))
        self.assertEqual({one["path"] for one in data["frames"]}, {"sub[0]", "sub[1]"})
        self.assertEqual([(one["frame"], one["nodes"]) for one in data["graphs"]],
                         [("", ["n0", "sub", "last"]), ("sub[…]", ["a", "b"])])

    def test_a_definition_that_a_task_emits(self):
        emitted = {"wf": "v1", "name": "emitted", "tasks": STEP, "nodes": {"x": {"task": "s", "with": {"x": 1}}}, "outputs": {"y": "$x.y"}}
        tasks = {"plan": {"dynamic": True, "outputs": {"y": "int"}, "script": "cat > $definition <<'END'\n%s\nEND" % json.dumps(emitted)}, **STEP}
        self.run_named(self.define(tasks, {"plan": {"task": "plan"}, "after": {"task": "s", "with": {"x": "$plan.y"}}}))
        self.assertEqual(self.path_of(self.data("it")), ["plan", "plan.x", "after"])

    def test_switches_and_gates(self):
        nodes = {"pick": {"switch": [{"when": "inputs.quick", "task": "s", "with": {"x": 1}}, {"task": "s", "with": {"x": 2}}]},
                 "rest": {"gate": {"sleep": "1ms"}, "after": ["pick"]},
                 "last": {"task": "s", "with": {"x": "$pick.y"}, "after": ["rest"]}}
        self.run_named(self.define(STEP, nodes, {"quick": "bool"}), quick="true")
        data = self.data("it")
        self.assertEqual(self.path_of(data), ["pick", "rest", "last"])
        self.assertIn("sleep", data["executions"][1]["gate"])

    def test_what_was_there_already(self):
        """It took nobody's time, even if it was recorded after others had run."""
        path = self.one_task("echo $n > $y", {"n": "int"}, {"y": "int"}, map_over=["n"])
        self.run_file(path, n=[1])
        self.run_named(path, n=[1, 2, 1])
        self.tamper("UPDATE reuse_pack SET reused_us = (SELECT max(ended_us) - 1 FROM run)")
        self.assertEqual(self.path_of(self.data("it")), ["t[1]"])

    def test_who_was_skipped(self):
        nodes = {**chain(1), "no": {"task": "s", "with": {"x": "$n0.y"}, "when": "n0.y > 5"}}
        self.run_named(self.define(STEP, nodes))
        data = self.data("it")
        self.assertEqual(self.path_of(data), ["n0"])
        self.assertEqual(data["executions"][1]["state"], "skipped")


class Trace(Report):
    def test_the_format(self):
        path = self.one_task("echo $n > $m", {"n": "int"}, {"m": "int"}, map_over=["n"])
        self.run_file(path, n=[7])
        self.run_named(path, "--parallelism", "2", n=[1, 2, 3, 7])
        trace = self.wf("report", "it", "-o", "trace").json
        events = trace["traceEvents"]
        self.assertEqual(trace["otherData"]["state"], "succeeded")
        for event in events:
            self.assertTrue({"ph", "name", "pid", "tid"} <= set(event), event)
        whole = [one for one in events if one["ph"] == "X"]
        self.assertEqual(sorted(one["name"] for one in whole), ["t[0]", "t[1]", "t[2]"])
        for one in whole:
            self.assertGreaterEqual(min(one["ts"], one["dur"]), 0)
            self.assertEqual(one["args"]["attempt"], 1)
        names = {(one["pid"], one["tid"]): one["args"]["name"] for one in events if one["name"] == "thread_name"}
        self.assertEqual({(one["pid"], one["tid"]) for one in whole}, set(names))
        self.assertLessEqual(len(names), 2)
        self.assertEqual([one["name"] for one in events if one["ph"] == "i"], ["t[3]"])
        self.assert_no_overlap(events)

    def assert_no_overlap(self, events):
        """Each slice has a lane with a name, and shares it with none of its time."""
        names = {(one["pid"], one["tid"]) for one in events if one["name"] == "thread_name"}
        whole = [one for one in events if one["ph"] == "X"]
        self.assertLessEqual({(one["pid"], one["tid"]) for one in whole}, names)
        for lane in names:
            spans = sorted((one["ts"], one["ts"] + one["dur"]) for one in whole if (one["pid"], one["tid"]) == lane)
            self.assertTrue(all(end <= start for (_, end), (start, _) in zip(spans, spans[1:])), spans)

    def test_what_has_no_attempt(self):
        """Gates that are open at the same time lie side by side."""
        nodes = {name: {"gate": {"sleep": "50ms"}} for name in ("one", "other")}
        self.run_named(self.define(STEP, nodes))
        events = self.wf("report", "it", "-o", "trace").json["traceEvents"]
        self.assertEqual(sorted(one["name"] for one in events if one["ph"] == "X"), ["one", "other"])
        self.assert_no_overlap(events)


if __name__ == "__main__":
    main()
