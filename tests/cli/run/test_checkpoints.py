"""Checkpoints: what a task keeps from one attempt to the next, over dead drivers and into recoveries."""
import os
import signal

from wftest import WfTest, call, main, task, wait_until


class Checkpoints(WfTest):
    """The task adds a line in each attempt, and fails as long as `bad` is there."""
    SCRIPT = 'echo x >> $WF_CHECKPOINT/steps; cp $WF_CHECKPOINT/steps {seen}; if [ -e {bad} ]; then exit 3; fi; wc -l < $WF_CHECKPOINT/steps > $y'

    def counting(self, script=None, **more):
        script = (script or self.SCRIPT).format(seen=self.path("seen"), bad=self.path("bad"))
        return self.one_task(script, outputs={"y": "int"}, checkpoint=True, **more)

    def kept(self):
        return [path for path, _, _ in os.walk(self.store + "/runs") if os.path.basename(os.path.dirname(path)) == "checkpoints"]

    def steps(self):
        return len(self.lines("seen"))

    def test_over_attempts(self):
        script = self.SCRIPT.replace("if [ -e {bad} ]", "if [ $(wc -l < $WF_CHECKPOINT/steps) -lt 3 ]")
        path = self.counting(script, retries=5, retry={"base": "1ms"})
        self.assertEqual(self.run_file(path).json["outputs"], {"y": 3})
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.executions(path), (0, 1))

    def test_it_goes_when_the_execution_has_succeeded(self):
        tasks = {"a": task("echo 1 > $WF_CHECKPOINT/x; echo 1 > $y", {}, {"y": "int"}, checkpoint=True), "b": task("exit 3", {"x": "int"})}
        path = self.define(tasks, {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.y"}}})
        self.run_file(path, code=1)
        self.assertEqual(self.kept(), [])

    def test_recoveries_go_on_with_it(self):
        self.write("bad", "")
        path = self.counting()
        self.run_file(path, "--name", "one", code=1)
        self.wf("recover", "one", "--name", "two", code=1)
        self.wf("recover", "two", "--name", "three", code=1)
        self.assertEqual(self.steps(), 3)
        self.wf("recover", "one", "--name", "four", code=1)  # each has its own
        self.assertEqual(self.steps(), 2)
        self.assertEqual(len(self.kept()), 4)
        self.run_file(path, code=1)  # another run begins with nothing
        self.assertEqual(self.steps(), 1)
        os.remove(self.path("bad"))
        self.assertEqual(self.wf("recover", "three", "-o", "json").json["outputs"], {"y": 4})
        self.assertEqual(self.wf("recover", "three", "--rerun", "t", "-o", "json").json["outputs"], {"y": 1})

    def test_what_has_led_to_a_result_is_not_gone_on_with(self):
        """The recovery in between has come to it, and what it made is gone."""
        self.write("bad", "")
        tasks = {"t": task(self.SCRIPT.format(seen=self.path("seen"), bad=self.path("bad")), {}, {"y": {"type": "file", "temporary": True}},
                           checkpoint=True), "u": task("cat $f > $z", {"f": "file"}, {"z": "int"})}
        path = self.define(tasks, {"t": {"task": "t"}, "u": {"task": "u", "with": {"f": "$t.y"}}}, {}, {"z": "$u.z"})
        self.run_file(path, "--name", "one", code=1)
        os.remove(self.path("bad"))
        self.assertEqual(self.wf("recover", "one", "--name", "two", "-o", "json").json["outputs"], {"z": 2})
        self.wf("gc", "--grace", "0s", "--keep-last", "0", "--keep-within", "0s")
        self.assertEqual(self.wf("recover", "two", "--rerun", "u", "-o", "json").json["outputs"], {"z": 1})

    def test_what_is_in_it(self):
        self.write("bad", "")
        script = ("if [ -d $WF_CHECKPOINT/d ]; then test -x $WF_CHECKPOINT/d/run && test \"$(readlink $WF_CHECKPOINT/d/l)\" = run && ls $WF_CHECKPOINT/d | wc -l > $y; exit; fi; "
                  "mkdir $WF_CHECKPOINT/d; cd $WF_CHECKPOINT/d; touch run; chmod 755 run; ln -s run l; mkfifo pipe; exit 3")
        self.run_file(self.counting(script), "--name", "one", code=1)
        self.assertEqual(self.wf("recover", "one", "-o", "json").json["outputs"], {"y": 2})

    def test_it_comes_as_it_was_left(self):
        """Also to a user who may not write to a folder that he made read-only."""
        script = ("cd $WF_CHECKPOINT; if [ -d d ]; then { stat -c '%a %Y %h' d d/x l; stat -c '%s %b' s; } > $OLDPWD/$y; exit; fi; "
                  "mkdir d; echo x > d/x; ln d/x d/z; ln -s d/x l; touch -h -d @1000000000 l d/x; chmod 555 d; touch -d @1000000001 d; "
                  "truncate -s 1G s; exit 3")
        path = self.one_task(script, {}, {"y": "string"}, checkpoint=True)
        self.run_file(path, "--name", "one", code=1)
        powerless = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
        done = call([*powerless, *self.arguments("recover", "one", "-o", "json")], cwd=self.folder)
        self.assertEqual(done.code, 0, done)
        self.assertEqual(done.json["outputs"]["y"],
                         "555 1000000001 2\n644 1000000000 2\n777 1000000000 1\n%d 0" % (1 << 30))

    def test_what_cannot_be_copied_fails_its_node(self):
        path = self.one_task("mkdir -m 0 $WF_CHECKPOINT/d; exit 3", {}, {"y": "string"}, checkpoint=True)
        self.run_file(path, "--name", "one", code=1)
        powerless = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
        done = call([*powerless, *self.arguments("recover", "one", "--name", "two")], cwd=self.folder)
        self.assertEqual(done.code, 1, done)
        self.assertIn("t: the checkpoint of the earlier run cannot be taken over: cannot list", done.err)
        self.assertIn("wf recover RUN --rerun NODE", done.err)
        self.assertEqual(self.wf("show", "two", "-o", "json").json["state"], "failed")

    def test_a_dead_driver(self):
        gate = self.fifo("gate")
        process = self.start("run", self.counting("echo x >> $WF_CHECKPOINT/steps; cat %s; wc -l < $WF_CHECKPOINT/steps > $y" % gate), "--name", "one")
        steps = lambda: sum(len(self.lines(path + "/steps")) for path in self.kept() if os.path.exists(path + "/steps"))
        wait_until(lambda: steps() == 1, "it has written")
        process.send_signal(signal.SIGKILL)
        process.wait()
        resumed = self.start("resume", "one", "-o", "json")
        wait_until(lambda: steps() == 2, "it has written again")
        with open(gate, "w", encoding="utf-8"):
            pass
        self.assertIn('"outputs":{"y":2}', self.finish(resumed).out.replace(" ", "").replace("\n", ""))

    def test_other_inputs_and_elements_have_their_own(self):
        script = "echo $i >> $WF_CHECKPOINT/seen; if [ -e %s ]; then exit 3; fi; cat $WF_CHECKPOINT/seen | tr -d '\\n' > $y" % self.path("bad")
        path = self.one_task(script, {"i": "int"}, {"y": "string"}, map_over=["i"], checkpoint=True)
        self.write("bad", "")
        self.run_file(path, "--name", "one", i=[1, 1, 2], code=1)
        os.remove(self.path("bad"))
        ys = self.wf("recover", "one", "-o", "json").json["outputs"]["y"]
        self.assertIn(ys[2], ("22", "2"))  # whether it had begun before the others failed
        self.assertTrue(all(set(y) == {"1"} for y in ys[:2]), ys)

    def test_looking_into_it(self):
        self.write("bad", "")
        path = self.counting()
        self.run_file(path, "--name", "one", code=1)
        self.wf("debug", "one", "t", "--start", "--folder", self.path("debug"), code=3)
        self.assertEqual(self.steps(), 1)
        os.remove(self.path("bad"))
        self.wf("recover", "one", "--rerun", "t", "--name", "two")
        self.assertIn("1 the same, 0 different", self.wf("verify-repro", "two").out)

    def test_it_is_no_part_of_the_key(self):
        script = "echo 1 > $y"
        self.run_file(self.one_task(script, outputs={"y": "int"}))
        self.assertEqual(self.executions(self.one_task(script, outputs={"y": "int"}, checkpoint=True)), (0, 1))
        self.assertIn("WF-E1102", self.wf("lint", self.one_task(script, outputs={"y": "int"}, checkpoint="often"), code=2).out)


if __name__ == "__main__":
    main()
