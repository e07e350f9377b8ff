"""Tasks that fail: what the user is told, what happens to the siblings, what is left in the store."""
import hashlib
import os
import re
import subprocess

from wftest import WfTest, clean_environment, document, main, task


class Message(WfTest):
    def test_everything_to_look_into_it(self):
        path = self.one_task("echo \"to stdout\"; echo first >&2; echo \"n is $n\" >&2; exit 3", {"n": "int"}, {"x": "int"})
        done = self.wf("run", path, "-i", "n=7", code=1)
        self.assertRegex(done.err, r"wf: error: t: exited with code 3 \[WF-E3201\]")
        self.assertIn("    n is 7\n", done.err)
        folder = re.search(r"folder: +(\S+)", done.err).group(1)
        self.assertTrue(os.path.isdir(folder))
        self.assertRegex(done.err, r"logs: +wf logs [0-9a-f-]{36} t\n")
        self.assertIn("failed", done.out)

    def test_the_command_by_hand_works(self):
        self.write("lib.sh", "echo from source >&2\n")
        path = self.one_task(". ./lib.sh; echo \"it's $s\" >&2; cat $f >&2; exit 9", {"s": "string", "f": "file"}, {"x": "int"},
                             sources=["lib.sh"], env={"QUOTE": "a'b \"c\""})
        failure = self.run_file(path, code=1, s="x'; $(touch pwned) \n \"y\"", f=self.write("f", "file\n")).json["failures"][0]
        again = subprocess.run(["bash", "-c", failure["command"]], env=clean_environment(), capture_output=True, text=True)
        self.assertEqual((again.returncode, again.stderr), (9, self.read(failure["stderr"])))
        self.assertFalse(os.path.exists(os.path.join(failure["folder"], "pwned")))

    def test_signals(self):
        cause = self.run_file(self.one_task("kill -SEGV $$", outputs={"x": "int"}), code=1).json["cause"]
        self.assertEqual((cause["code"], cause["message"], cause["node"]), ("WF-E3202", "killed by signal 11 (SIGSEGV)", "t"))

    def test_what_cannot_be_started(self):
        self.write("plain.sh", "echo no exec bit\n")
        for command, why in ((["no-such-program-anywhere"], "no-such-program"), (["./plain.sh"], "ermission denied"), (["/"], "")):
            cause = self.run_file(self.one_task(command, outputs={"x": "int?"}, sources=["plain.sh"]), code=1).json["cause"]
            self.assertEqual(cause["code"], "WF-E3203", cause)
            self.assertIn(why, cause["message"])

    def test_control_characters_and_endless_output_do_no_harm(self):
        path = self.one_task("printf '\\033]52;c;x\\007\\377\\n' >&2; head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1", outputs={"x": "int"})
        done = self.wf("run", path, code=1)
        self.assertNotIn("\033", done.err)
        self.assertLess(len(done.err), 20000)
        tail = self.run_file(path, code=1).json["failures"][0]["stderr_tail"]
        self.assertLessEqual(sum(map(len, tail)), 5000)

    def test_a_task_that_replaces_its_logs(self):
        path = self.one_task("rm ../stderr ../stdout; mkfifo ../stderr; ln -s /dev/zero ../stdout; exit 1", outputs={"x": "int"})
        self.assertEqual(self.run_file(path, code=1).json["cause"]["code"], "WF-E3201")

    def test_logs_are_kept_apart_and_for_good(self):
        path = self.one_task("echo out; echo err >&2; echo 1 > $x", outputs={"x": "int"})
        self.run_file(path)
        (out, err), = self.query("SELECT o.data, e.data FROM attempt a JOIN blob o ON o.digest = a.stdout "
                                 "JOIN blob e ON e.digest = a.stderr")
        self.assertEqual((out, err), (b"out\n", b"err\n"))


class Siblings(WfTest):
    def test_they_are_ended_and_told_why(self):
        ready = self.fifo("ready")
        tasks = {"slow": {"outputs": {"x": "int"}, "script": "trap 'echo stopped >> %s; exit 1' TERM\nsleep 300 & echo up > %s; wait\n"
                          % (self.path("notes"), ready)},
                 "bad": {"outputs": {"x": "int"}, "script": "cat %s; exit 4" % ready},
                 "never": {"inputs": {"a": "int", "b": "int"}, "outputs": {"x": "int"}, "script": "echo ran >> %s; echo 1 > $x" % self.path("notes")}}
        nodes = {"slow": {"task": "slow"}, "bad": {"task": "bad"},
                 "never": {"task": "never", "with": {"a": "$slow.x", "b": "$bad.x"}}}
        path = self.define(tasks, nodes, outputs={"x": "$never.x"})
        found = self.run_file(path, "--parallelism", "2", code=1).json
        self.assertEqual((found["state"], found["counts"]["failed"], found["counts"]["aborted"]), ("failed", 1, 1))
        self.assertEqual(self.lines("notes"), ["stopped"])
        rows = dict((node, (state, cause)) for node, state, cause in self.query("SELECT node, state, cause FROM execution"))
        self.assertEqual({node: state for node, (state, _) in rows.items()}, {"slow": "aborted", "bad": "failed"})
        self.assertIn("sibling bad failed", rows["slow"][1])
        self.assertEqual(self.query("SELECT state FROM run"), [("failed",)])
        self.assert_no_process()

    def test_what_succeeded_before_is_reused_what_failed_is_not(self):
        self.write("broken", "")
        tasks = {"good": {"outputs": {"x": "int"}, "script": "echo good >> %s; echo 1 > $x" % self.path("notes")},
                 "bad": {"inputs": {"x": "int"}, "outputs": {"y": "int"},
                         "script": "echo bad >> %s; echo 2 > $y; test ! -e %s" % (self.path("notes"), self.path("broken"))}}
        path = self.define(tasks, {"good": {"task": "good"}, "bad": {"task": "bad", "with": {"x": "$good.x"}}}, outputs={"y": "$bad.y"})
        self.run_file(path, code=1)
        os.remove(self.path("broken"))
        self.assertEqual(self.executions(path), (1, 1))
        self.assertEqual(self.lines("notes"), ["good", "bad", "bad"])

    def test_each_that_never_began_names_its_own_cause(self):
        """Directly or through others, in nested workflows too; everywhere where a run is told of."""
        self.write("inner.yaml", document("inner", {"bad": task("exit 5", outputs={"y": "int"})},
                                          {"ok": {"task": "bad"}, "two": {"task": "bad", "after": ["ok"]}}, {}, {"y": "$two.y"}))
        tasks = {"bad": task("exit $n", {"n": "int"}, {"y": "int"}), "use": task("echo 1 > $z", {"y": "int"}, {"z": "int"})}
        nodes = {"one": {"task": "bad", "with": {"n": 3}}, "two": {"task": "bad", "with": {"n": 4}}, "sub": {"workflow": "inner.yaml"},
                 "a": {"task": "use", "with": {"y": "$one.y"}}, "b": {"task": "use", "with": {"y": "$two.y"}},
                 "c": {"task": "use", "with": {"y": "$b.z"}}, "d": {"task": "use", "with": {"y": "$sub.y"}},
                 "many": {"task": "use", "map": {"y": [1, 2]}, "after": ["c"]}}
        path = self.define(tasks, nodes, failure_policy="finish")
        self.run_file(path, "--name", "r", code=1)
        blamed = {"a": "one", "b": "two", "c": "two", "d": "sub.ok", "many": "two", "sub.two": "sub.ok"}
        explained = {one["node"]: one["cause"]["node"] for one in self.wf("explain", "r", "-o", "json").json["executions"]
                     if one["why"] == "never_started"}
        self.assertEqual(explained, blamed)
        shown = self.wf("show", "r", "-o", "json").json["not_begun"]
        self.assertEqual({one["node"]: one["cause"]["node"] for one in shown}, blamed)
        self.assertEqual([one["element"] for one in shown if one["node"] == "many"], [0, 1])
        text = self.wf("show", "r").out
        self.assertRegex(text, r"(?m)^c +not started .* it needs b, which did not end well: two: exited with code 4$")
        self.assertRegex(text, r"(?m)^many\[0…1\] +not started ")
        self.assertRegex(self.wf("show", "r", "--all").out, r"(?m)^many\[1\] +not started ")
        self.assertIn("which did not end well: two: exited with code 4", self.wf("report", "r", "-o", "html").out)

    def test_what_never_began_in_a_workflow_that_failed_blames_what_failed_there(self):
        self.write("inner.yaml", document("inner", {"bad": task("exit 5", outputs={"y": "int"}), "t": task("true")},
                                          {"b": {"task": "bad"}, "s": {"task": "t", "after": ["b"], "run_if": "all_done"},
                                           "u": {"task": "t", "after": ["s"]}}, failure_policy="fail_fast"))
        path = self.define({"bad": task("exit 3")}, {"a": {"task": "bad"}, "sub": {"workflow": "inner.yaml"}}, failure_policy="finish")
        self.run_file(path, "--name", "r", "--parallelism", "1", code=1)
        for one in self.wf("show", "r", "-o", "json").json["not_begun"]:
            self.assertEqual(one["cause"]["node"], "sub.b", one)

    def blamed_for(self, node, outer, outer_tasks, **more):
        """The node and the words of the cause why this one never began in a run with inner.yaml."""
        path = self.define(outer_tasks, outer, **more)
        self.run_file(path, "--name", "r", "--parallelism", "4", code=1)
        causes = [one["cause"] for one in self.wf("explain", "r", "-o", "json").json["executions"] if one["node"] == node]
        self.assertIn("%s: %s" % (causes[0]["node"], causes[0]["message"]), self.wf("show", "r").out)
        return causes[0]["node"], causes[0]["message"]

    def inner(self, nodes, output, **more):
        slow = "touch %s; sleep 60; echo '[1]' > $o" % self.path("begun")
        tasks = {"slow": task(slow, {}, {"o": "list<int>"}), "fail": task(self.after_slow() + "exit 7"),
                 "list": task("echo '[1]' > $o", {}, {"o": "list<int>"}), "use": task("true", {"o": "list<int>"})}
        used = {node["task"] for node in nodes.values()}
        self.write("inner.yaml", document("inner", {key: tasks[key] for key in used}, nodes, {}, {"o": output}, **more))

    def after_slow(self):
        return "until test -e %s; do sleep 0.01; done; " % self.path("begun")

    def test_who_needs_what_was_stopped_blames_what_that_was_stopped_for(self):
        """And not the failure that decided the run, which has nothing to do with it."""
        self.inner({"s": {"task": "slow"}, "f": {"task": "fail"}}, "$s.o")
        outer = {"c": {"task": "bad"}, "i": {"workflow": "inner.yaml"}, "b": {"task": "use", "with": {"o": "$i.o"}}}
        tasks = {"bad": task("exit 9"), "use": task("true", {"o": "list<int>"})}
        self.assertEqual(self.blamed_for("b", outer, tasks, failure_policy="finish"), ("i.s", "sibling i.f failed"))

    def test_who_needs_a_workflow_that_failed_by_itself_blames_that(self):
        self.inner({"s": {"task": "list"}}, "$s.o[5]")
        outer = {"c": {"task": "bad"}, "i": {"workflow": "inner.yaml"}, "b": {"task": "use", "with": {"o": "$i.o"}}}
        tasks = {"bad": task("exit 9"), "use": task("true", {"o": "int"})}
        node, message = self.blamed_for("b", outer, tasks, failure_policy="finish")
        self.assertEqual(node, "i")
        self.assertIn("5", message)

    def test_what_was_stopped_from_outside_blames_nobody_inside(self):
        self.inner({"s": {"task": "slow"}, "q": {"task": "list"}, "b": {"task": "use", "with": {"o": "$s.o"}}}, "$s.o",
                   failure_policy="finish")
        outer = {"c": {"task": "bad"}, "i": {"workflow": "inner.yaml"}}
        self.assertEqual(self.blamed_for("i.b", outer, {"bad": task(self.after_slow() + "exit 9")}), ("i.s", "sibling c failed"))

    def test_daemons_die_with_their_task(self):
        path = self.one_task("setsid sleep 300 & (setsid sh -c 'sleep 300 & exec sleep 300' &) ; echo 1 > $x", outputs={"x": "int"})
        self.run_file(path)
        self.assert_no_process()

    def test_a_failed_element_names_itself(self):
        path = self.one_task("test $n != 3; echo $n > $x", {"n": "int"}, {"x": "int"}, map_over=["n"])
        found = self.run_file(path, "--parallelism", "1", code=1, n=[1, 3, 5]).json
        self.assertEqual((found["cause"]["node"], found["cause"]["element"]), ("t", 1))
        self.assertEqual((found["failures"][0]["node"], found["failures"][0]["element"]), ("t", 1))
        self.assertEqual(self.query("SELECT element FROM execution ORDER BY element"), [(0,), (1,)], "no row: never started")


class Inputs(WfTest):
    def test_a_task_that_changes_its_input_fails_and_the_store_does_not(self):
        for change in ("chmod u+w $f; echo more >> $f", "rm -f $(readlink $f)", "chmod 600 $(readlink $f)",
                       "chmod u+w $(readlink $f); sed -i s/a/b/ $(readlink $f)"):
            path = self.one_task(change + "; echo 1 > $x", {"f": "file"}, {"x": "int?"})
            cause = self.run_file(path, code=1, f=self.write("f", "aaaa" * 10000)).json["cause"]
            self.assertEqual(cause["code"], "WF-E3205", (change, cause))
            found = self.run_file(self.one_task("cp $f $g", {"f": "file"}, {"g": "file"}, file="copy.yaml"), f=self.path("f"))
            self.assertEqual(found.json["outputs"]["g"], "sha256:" + self.digest("f"))

    def digest(self, name):
        with open(self.path(name), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    def test_a_change_deep_in_a_folder(self):
        self.write("d/a/b", "x")
        path = self.one_task("chmod u+w $d/a; touch $d/a/new; echo 1 > $x", {"d": "directory"}, {"x": "int"})
        self.assertEqual(self.run_file(path, code=1, d=self.path("d")).json["cause"]["code"], "WF-E3205")


if __name__ == "__main__":
    main()
