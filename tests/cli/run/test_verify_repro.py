"""wf verify-repro: what a run has made, made once more."""
import os
import signal

from wftest import PATH, WfTest, main, processes_in, task, wait_until


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="utf-8") as file:
        return [int(one) for one in file.read().split()]


def scratch_folders_of(pid):
    """Those that a process has open."""
    folder = "/proc/%d/fd" % pid
    links = [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]
    return {link for link in links if os.path.basename(link).startswith("wf-scratch-")}


class VerifyReproTest(WfTest):
    def verify(self, *arguments, code):
        return self.wf("verify-repro", "a", *arguments, "-o", "json", code=code).json


class FreedInputs(VerifyReproTest):
    """What was temporary is made again for those that read it, and else it is said to be gone."""
    def setUp(self):
        super().setUp()
        large = "seq 1 30000 > $f; mkdir $d/sub; seq 1 30000 > $d/sub/x; cat %s >> $d/sub/x" % self.write("more", "")
        change = "test ! -e %s || echo more >> $(readlink -f $f)\n" % self.path("unruly")
        tasks = {"make": task(large, {"n": "int"}, {"f": {"type": "file", "temporary": True}, "d": {"type": "directory", "temporary": True}}),
                 "use": task(change + "cat $f $d/sub/x | wc -l > $y", {"f": "file", "d": "directory"}, {"y": "int"})}
        nodes = {"make": {"task": "make", "map": {"n": [1, 2]}},
                 "use": {"task": "use", "map": {"f": "$make.f", "d": "$make.d"}}}
        self.run_file(self.define(tasks, nodes), "--name", "a")
        self.assertEqual(self.query("SELECT count(*) FROM blob WHERE freed_us IS NOT NULL AND size > 100000"), [(1,)])

    def test_of_a_whole_run(self):
        told = self.verify(code=0)
        self.assertEqual([(one["node"], one["element"], one["verdict"]) for one in told["executions"]],
                         [(node, i, "same") for node in ("use", "make") for i in (1, 0)])

    def test_of_a_reader_alone(self):
        told = self.verify("use", code=3)
        for one in told["executions"]:
            self.assertEqual(one["verdict"], "gone")
            self.assertRegex(one["failure"], "was freed on .*, and what made it was not run again; leave NODE out to run all of the run again$")
        self.assertEqual([one["verdict"] for one in self.verify("make", code=0)["executions"]], ["same", "same"])

    def test_what_is_not_the_same_any_more(self):
        self.write("more", "one more line\n")
        told = {(one["node"], one["element"]): one for one in self.verify(code=11)["executions"]}
        self.assertEqual([one["place"] for one in told["make", 0]["differences"]], [None])
        self.assertIn("freed", told["make", 0]["differences"][0]["before"])
        self.assertRegex(told["use", 1]["failure"], "was freed on .*, and what made it gave something else this time, or nothing$")

    def test_a_reader_that_spoils_it(self):
        """It fails, as do those that would read it next; all others are compared."""
        self.write("unruly", "")
        told = {(one["node"], one["element"]): one for one in self.verify(code=1)["executions"]}
        self.assertEqual({place: one["verdict"] for place, one in told.items()},
                         {("make", 0): "same", ("make", 1): "same", ("use", 0): "failed", ("use", 1): "failed"})
        self.assertIn("was changed", told["use", 0]["failure"] + told["use", 1]["failure"])

    def test_of_an_input_of_the_run(self):
        """That nothing makes: it is no failure of a task, and what else is read is there."""
        os.makedirs(self.path("data"))
        self.write("data/x", "x\n" * 20000)
        path = self.define({"a": task("cat $d/x | wc -l > $y", {"d": "directory"}, {"y": "int"}), "b": task("echo $n > $y", {"n": "int"}, {"y": "int"})},
                           {"reads": {"task": "a", "with": {"d": "$inputs.d"}}, "follows": {"task": "b", "with": {"n": "$reads.y"}}}, {"d": "directory"},
                           name="other", file="other.yaml")
        self.run_file(path, "--name", "given", d=self.path("data"))
        self.wf("gc", "--keep-last", "0", "--keep-within", "0d", "--grace", "0d")
        told = self.wf("verify-repro", "given", "-o", "json", code=3).json["executions"]
        self.assertEqual({one["node"]: one["verdict"] for one in told}, {"reads": "gone", "follows": "same"})
        why = "the input 'd' of the run is not in the store any more: the folder sha256:[0-9a-f]{64} was freed on [-0-9]+$"
        self.assertRegex([one["failure"] for one in told if one["node"] == "reads"][0], why)
        said = self.wf("verify-repro", "given", "reads", code=3).out
        self.assertRegex(said.splitlines()[0], "^gone     reads: " + why)
        self.assertIn("0 the same, 0 different, 0 failed, 1 not run since what they read is gone; in", said)


class VerifyRepro(VerifyReproTest):
    def test_all_the_same(self):
        """A map, files, folders, and nothing is recorded of it."""
        tasks = {"make": task("mkdir $d/sub; echo $n > $d/sub/x; echo $n > $f", {"n": "int"}, {"d": "directory", "f": "file"}),
                 "count": task("cat in/fs/* | wc -l > $y", {"fs": "list<file>"}, {"y": "int"})}
        nodes = {"make": {"task": "make", "map": {"n": [1, 2, 3]}}, "count": {"task": "count", "with": {"fs": "$make.f"}}}
        self.run_file(self.define(tasks, nodes), "--name", "a")
        rows = self.query("SELECT (SELECT count(*) FROM attempt), (SELECT count(*) FROM event), (SELECT count(*) FROM blob)")
        told = self.verify(code=0)
        self.assertEqual([(one["node"], one["element"], one["verdict"]) for one in told["executions"]],
                         [("make", 2, "same"), ("make", 1, "same"), ("make", 0, "same"), ("count", None, "same")])
        self.assertEqual(self.query("SELECT (SELECT count(*) FROM attempt), (SELECT count(*) FROM event), (SELECT count(*) FROM blob)"), rows)
        self.assertIn("4 the same, 0 different, 0 failed", self.wf("verify-repro", "a").out)
        self.assertEqual(len(self.verify("make", code=0)["executions"]), 3)
        self.assertEqual(len(self.verify("make[1]", code=0)["executions"]), 1)

    def place(self, script, outputs):
        self.run_file(self.define({"t": task(script, outputs=outputs)}, {"n": {"task": "t"}}), "--name", "a", "--refresh")
        found, = self.verify(code=11)["executions"]
        difference, = found["differences"]
        return difference["place"]

    def test_what_a_node_has_run(self):
        """One that runs a workflow, and one that has emitted one, with all that is in them."""
        self.define({"t": task("date +%N > $y", {"n": "int"}, {"y": "string"})}, {"k": {"task": "t", "with": {"n": "$inputs.n"}}}, {"n": "int"}, {"y": "$k.y"},
                    name="inner", file="inner.yaml")
        fan = task("cat <<END > $definition\n{wf: v1, name: e, tasks: {t: {outputs: {y: int}, script: 'date +%s%N > \\$y'}}, nodes: {k: {task: t}}, outputs: {y: \\$k.y}}\nEND",
                   outputs={"y": "int"}, dynamic=True)
        path = self.define({"fan": fan}, {"sub": {"workflow": "inner.yaml", "map": {"n": [1, 2]}}, "d": {"task": "fan"}})
        self.run_file(path, "--name", "a")
        for node, found in (("sub", {"sub[0].k": "differs", "sub[1].k": "differs"}), ("sub[1]", {"sub[1].k": "differs"}), ("sub[0].k", {"sub[0].k": "differs"}),
                            ("d", {"d": "same", "d.k": "differs"})):
            told = self.verify(node, code=11)
            self.assertEqual({one["node"]: one["verdict"] for one in told["executions"]}, found)

    def test_where_it_differs(self):
        """A clock, the folder, and chance, each in its place."""
        self.assertEqual(self.place("printf 'first\\nat %s' $(date +%N) > $f", {"f": "file"})[:6], "byte 1")

    def test_the_folder(self):
        self.assertEqual(self.place("echo same > $d/a; pwd > $d/b", {"d": "directory"}).split(",")[0], "b")

    def test_chance(self):
        self.assertIsNone(self.place("od -An -N6 -tu8 /dev/urandom > $y", {"y": "int"}))

    def test_the_host_name(self):
        self.run_file(self.define({"t": task("uname -n > $y", outputs={"y": "string"})}, {"n": {"task": "t"}}), "--name", "a")
        told = self.wf("verify-repro", "a", "-o", "json", code=None)
        self.assertEqual((told.json["other_host_name"], told.code), (True, 11) if told.json["other_host_name"] else (False, 0))
        if os.geteuid() == 0:
            self.assertEqual(told.json["executions"][0]["differences"][0]["now"], '"wf-verify-repro"')

    def test_programs_of_the_task_have_no_part_in_it(self):
        """Its PATH may have another `hostname`, or none."""
        self.write("bin/hostname", "#!/bin/sh\nexit 1\n", 0o755)
        path = self.define({"t": task("echo 1 > $y", outputs={"y": "int"})}, {"n": {"task": "t"}})
        self.run_file(path, "--name", "a", env={"PATH": self.path("bin") + ":" + PATH})
        self.assertEqual(self.verify(code=0)["executions"][0]["verdict"], "same")

    def test_what_fails_this_time(self):
        self.run_file(self.define({"t": task("test ! -e %s" % self.path("gone"))}, {"n": {"task": "t"}}), "--name", "a")
        self.write("gone", "")
        found, = self.verify(code=1)["executions"]
        self.assertEqual((found["verdict"], found["failure"]), ("failed", "exited with code 1"))

    def test_nothing_to_repeat(self):
        self.run_file(self.define({"t": task("exit 3")}, {"n": {"task": "t"}}), "--name", "a", code=1)
        self.assertIn("has no result to compare with", self.wf("verify-repro", "a", code=3).err)
        said = self.wf("verify-repro", "a", "n", code=3).err
        self.assertRegex(said, r"has no result of 'n' (.|\n)*'wf show [0-9a-f]{12}' lists")
        self.assertIn("did you mean 'n'", self.wf("verify-repro", "a", "nn", code=3).err)
        self.wf("run", self.define({}, {"nap": {"gate": {"sleep": "1ms"}}}), "--name", "gates")
        self.assertIn("nap is a gate", self.wf("verify-repro", "gates", "nap", code=3).err)


class AsInTheRun(VerifyReproTest):
    """What the run gave its attempts, and what they could do in it."""

    def repeated(self, code, **policy):
        """What becomes of a task whose second time is another than its first, by the file `again`."""
        script = "test ! -e {0} || {{ rm {0}; {1}; }}; echo 1 > $y".format(self.path("again"), policy.pop("again"))
        self.run_file(self.define({"t": task(script, outputs={"y": "int"}, **policy)}, {"n": {"task": "t"}}), "--name", "a")
        self.write("again", "")
        found, = self.verify(code=code)["executions"]
        return found["verdict"], found["failure"]

    def test_what_it_keeps_between_attempts(self):
        """Also under a sandbox, and each element its own."""
        script = "[ -e $WF_CHECKPOINT/x ] || { touch $WF_CHECKPOINT/x; exit 3; }; echo $n > $y"
        path = self.one_task(script, {"n": "int"}, {"y": "int"}, map_over=("n",), checkpoint=True, retries=1, retry={"base": "1ms"})
        for level in ("none", "paths"):
            self.run_file(path, "--name", level, "--refresh", "--sandbox", level, n=[1, 2, 3])
            told = self.wf("verify-repro", level, "-o", "json").json["executions"]
            self.assertEqual([one["verdict"] for one in told], ["same"] * 3)

    def emits_nonsense_first(self, code, **policy):
        """The verdicts on a dynamic task whose first attempt, the second time, emits what cannot be run."""
        script = ("cat > $definition <<'END'\n{wf: v1, name: e, tasks: {t: {outputs: {y: int}, script: 'echo 1 > $y'}}, nodes: {k: {task: t}}, outputs: {y: $k.y}}\nEND\n"
                  "test ! -e %s || { rm %s; echo '{wf: v1}' > $definition; }" % (self.path("bad"), self.path("bad")))
        fan = task(script, outputs={"y": "int"}, dynamic=True, **policy)
        self.run_file(self.define({"fan": fan}, {"d": {"task": "fan"}}), "--name", "a")
        self.write("bad", "")
        return {one["node"]: (one["verdict"], one["failure"] or "") for one in self.verify(code=code)["executions"]}

    def test_what_it_emits_is_tried_again(self):
        self.assertEqual(self.emits_nonsense_first(0, retries=1, retry={"base": "1ms"}), {"d": ("same", ""), "d.k": ("same", "")})

    def test_what_it_emits_is_checked(self):
        verdict, failure = self.emits_nonsense_first(1)["d"]
        self.assertEqual((verdict, failure.split(" has ")[0]), ("failed", "the definition that 'fan' emitted"))

    def test_the_timeout(self):
        self.assertEqual(self.repeated(1, again="sleep 100", timeout="2s"), ("failed", "the attempt took longer than its timeout, 2s"))

    def test_the_timeout_of_all_attempts(self):
        self.assertEqual(self.repeated(1, again="sleep 100", timeout={"total": "2s"}, retries=3),
                         ("failed", "its attempts took longer than their total timeout, 2s"))

    def test_retries(self):
        self.assertEqual(self.repeated(0, again="exit 5", retries=1, retry={"base": "1ms", "jitter": 0}), ("same", None))

    def test_what_is_not_tried_again(self):
        self.assertEqual(self.repeated(1, again="exit 126", retries=1), ("failed", "exited with code 126"))

    def test_the_room(self):
        """A task is told what it has, and has it alone."""
        now = self.path("now")
        os.mkdir(now)
        script = ("mkdir {0}/$n; i=0; until test $(ls {0} | wc -l) -ge 2 || test $i -ge 30; do sleep 0.01; i=$((i+1)); done; "
                  "echo $WF_CPUS $WF_MEMORY $WF_SCRATCH $CUDA_VISIBLE_DEVICES $(ls {0} | wc -l) > $y; rmdir {0}/$n").format(now)
        resources = {"cpu": "1500m", "memory": "600Mi", "scratch": "1M", "gpu": 1}
        path = self.define({"t": task(script, {"n": "int"}, {"y": "string"}, resources=resources)},
                           {"n": {"task": "t", "map": {"n": [1, 2, 3]}}}, {}, {"y": "$n.y"})
        outputs = self.run_file(path, "--name", "a", "--resources", "cpu=8,memory=1Gi,gpu=2").json["outputs"]["y"]
        self.assertEqual(outputs[0], "2 %d 1000000 0 1" % (600 << 20))
        self.assertEqual([one["verdict"] for one in self.verify(code=0)["executions"]], ["same"] * 3)

    def test_workflows_in_workflows(self):
        """Each is gone through once, whatever is asked for first: maps, cases, what was skipped and what failed."""
        inner = {"t": task("echo $((n + 1)) > $y", {"n": "int"}, {"y": "int"}), "bad": task("exit 1", {"n": "int"})}
        self.define(inner, {"z": {"task": "t", "with": {"n": "$inputs.n"}}, "a": {"task": "t", "map": {"n": ["$z.y", "$z.y"]}},
                            "m": {"task": "t", "with": {"n": "$z.y"}, "when": "z.y > 5"}},
                    {"n": "int"}, {"y": "$z.y"}, name="inner", file="inner.yaml")
        nodes = {"b": {"workflow": "inner.yaml", "map": {"n": [1, 7]}}, "c": {"task": "t", "map": {"n": "$b.y"}},
                 "d": {"switch": [{"when": "size(c.y) > 100", "task": "t", "with": {"n": 1}}, {"task": "t", "with": {"n": 30}}]},
                 "e": {"task": "bad", "with": {"n": "$d.y"}}, "f": {"task": "t", "with": {"n": 1}, "after": ["e"]}}
        self.run_file(self.define(inner, nodes, failure_policy="finish"), "--name", "a", code=1)
        told = self.verify(code=0)["executions"]
        self.assertEqual(len(told), self.query("SELECT count(*) FROM execution WHERE artifact IS NOT NULL")[0][0])
        self.assertEqual({one["verdict"] for one in told}, {"same"})


class BesideRuns(VerifyReproTest):
    """Tokens and room are those of all runs of the store."""
    def begin(self, *arguments):
        return self.start("verify-repro", "a", "-o", "json", *arguments)

    def run_with(self, values=(1,), **policy):
        """A run of a task that, once `again` is there, says what it was given, and waits to be let go."""
        for name in ("begun", "go"):
            self.fifo(name)
        script = "test ! -e {0} || {{ echo x > {1}; cat {2}; }}; echo 1 > $y".format(*map(self.path, ("again", "begun", "go")))
        self.wf("pool", "set", "lic", "1")
        self.run_file(self.one_task(script, {"n": "int"}, {"y": "int"}, map_over=("n",), **policy), "--name", "a", n=list(values))
        self.write("again", "")

    def let_one_go(self):
        with open(self.path("go"), "w", encoding="utf-8"):
            pass

    def pool(self):
        return self.wf("pool", "show", "lic", "-o", "json").json

    def test_tokens_are_taken_and_given_back(self):
        self.run_with((1, 2), pools=["lic"])
        process = self.begin()
        self.hear(self.path("begun"))
        wait_until(lambda: self.pool()["waiting"] == 1 or self.pool()["taken"] > 1, "the second one asks")
        pool = self.pool()
        self.assertEqual((pool["taken"], [(one["state"], one["element"], one["run"]) for one in pool["claims"]]), (1, [("held", 1, None), ("waiting", 0, None)]))
        self.assertRegex(self.wf("pool", "show", "lic").out, r"held     1  wf verify-repro, process \d+ on host \S+  t\[1\]  since")
        self.assertIn("is in use", self.wf("pool", "delete", "lic", code=4).err)
        self.let_one_go()
        self.hear(self.path("begun"))
        self.let_one_go()
        done = self.finish(process)
        self.assertEqual((done.code, [one["verdict"] for one in done.json["executions"]]), (0, ["same", "same"]))
        self.assertEqual((self.pool()["claims"], self.query("SELECT count(*) FROM driver")), ([], [(1,)]))
        self.wf("store", "check")

    def test_it_waits_for_what_runs_have(self):
        self.run_with(pools=["lic"])
        other = self.one_task("echo x > %s; cat %s" % (self.fifo("other"), self.fifo("end")), file="other.yaml", pools=["lic"])
        run = self.start("run", other)
        self.hear(self.path("other"))
        process = self.begin()
        self.assertIn("t[0]  for 1 of pool lic", self.hear_waiting(process))
        with open(self.path("end"), "w", encoding="utf-8"):
            pass
        self.assertEqual(self.finish(run).code, 0)
        self.hear(self.path("begun"))
        self.let_one_go()
        self.assertEqual(self.finish(process).code, 0)

    def test_a_pool_of_nothing(self):
        self.run_with(pools=["lic"])
        self.wf("pool", "set", "lic", "0")
        process = self.begin()
        self.hear_waiting(process)
        self.wf("pool", "set", "lic", "1")
        self.hear(self.path("begun"))
        self.let_one_go()
        self.assertEqual(self.finish(process).code, 0)

    def test_one_that_waits_is_stopped(self):
        self.run_with(pools=["lic"])
        self.wf("pool", "set", "lic", "0")
        process = self.begin()
        self.hear_waiting(process)
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).code, 130)
        self.wf("pool", "delete", "lic")
        failed, = self.verify(code=1)["executions"]
        self.assertIn("of pool lic, which there is not", failed["failure"])

    def test_what_a_killed_one_had(self):
        self.run_with(pools=["lic"])
        process = self.begin()
        self.hear(self.path("begun"))
        run = self.start("run", self.one_task("true", file="other.yaml", pools=["lic"]))
        self.hear_waiting(run)
        self.assertRegex(self.wf("status").out, "waits for wf verify-repro, process [0-9]+ on host .* t.0. to give back tokens of pool lic")
        process.kill()
        self.assertEqual(self.finish(run).code, 0)
        self.assertEqual(self.query("SELECT count(*) FROM driver"), [(2,)])

    def test_the_room_that_a_run_has(self):
        self.run_with(resources={"memory": "60M"})
        other = self.one_task("echo x > %s; cat %s" % (self.fifo("other"), self.fifo("end")), file="other.yaml", resources={"memory": "60M"})
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        self.write("other.yaml", self.read("other.yaml").replace("60M", str(total)))
        run = self.start("run", other, "--resources", "memory=%d" % total)
        self.hear(self.path("other"))
        process = self.begin()
        self.assertIn("t[0]  for room that other runs have", self.hear_waiting(process))
        with open(self.path("end"), "w", encoding="utf-8"):
            pass
        self.assertEqual(self.finish(run).code, 0)
        self.hear(self.path("begun"))
        self.let_one_go()
        self.assertEqual(self.finish(process).code, 0)


class Stopped(VerifyReproTest):
    def start_in_the_middle(self, trap=":"):
        """Of three that run one after the other the last was done, and the one before it hangs. Of disk room each run has its own."""
        ready = self.fifo("ready")
        script = "%s\nif test $n = 1 -a -e %s; then echo up > %s; while :; do sleep 100 & wait; done; fi; echo $n > $y"
        path = self.define({"t": task(script % (trap, self.path("hang"), ready), {"n": "int"}, {"y": "int"}, resources={"scratch": "1M"})},
                           {"n": {"task": "t", "map": {"n": [0, 1, 2]}}})
        self.run_file(path, "--name", "a", "--resources", "scratch=1M")
        self.write("hang", "")
        return ready

    def begin(self, ready, *options):
        process = self.start("verify-repro", "a", *options, env={"TMPDIR": self.folder})
        self.hear(ready)
        return process

    def test_what_was_not_done_is_said(self):
        ready = self.start_in_the_middle()
        process = self.begin(ready, "-o", "json")
        process.send_signal(signal.SIGTERM)
        done = self.finish(process)
        self.assertEqual((done.code, done.json["not_done"]), (143, 2), done)
        self.assertEqual([(one["element"], one["verdict"]) for one in done.json["executions"]], [(2, "same")])
        process = self.begin(ready)
        process.send_signal(signal.SIGINT)
        done = self.finish(process)
        self.assertEqual(done.code, 130)
        self.assertIn("\nstopped, 2 not done\n1 the same, 0 different, 0 failed;", done.out)
        self.assert_no_process()

    def test_the_second_signal_kills_at_once(self):
        """The task ignores SIGTERM and would use up the grace."""
        told = self.fifo("told")
        process = self.begin(self.start_in_the_middle("trap 'echo > %s' TERM" % told))
        process.send_signal(signal.SIGTERM)
        self.hear(told)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).code, 143)
        self.assert_no_process()

    def abandoned(self):
        return [name for name in os.listdir(self.folder) if name.startswith("wf-scratch-")]

    def test_what_a_killed_one_has_left(self):
        """The next one removes it, and leaves what is still in use."""
        ready = self.start_in_the_middle()
        killed, living = self.begin(ready), self.begin(ready)
        self.assertEqual(len(self.abandoned()), 2)
        left = {os.path.basename(folder) for pid in children_of(killed.pid) for folder in scratch_folders_of(pid)}
        self.assertEqual(len(left), 1)
        os.kill(killed.pid, signal.SIGSTOP)  # it would remove the folder
        children = children_of(killed.pid)
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        killed.kill()
        killed.wait()
        wait_until(lambda: not any(os.path.exists("/proc/%d" % pid) for pid in children), "all that held the folder have ended")
        self.assertNotEqual(processes_in(os.path.join(self.folder, *left)), [])
        self.assertTrue(left < set(self.abandoned()))
        os.remove(self.path("hang"))
        os.symlink(self.folder, self.path("by another name"))
        self.wf("verify-repro", "a", env={"TMPDIR": self.path("by another name")})
        self.assertEqual(len(self.abandoned()), 1)
        self.assertFalse(left & set(self.abandoned()))
        self.assertEqual(processes_in(os.path.join(self.folder, *left)), [])
        living.send_signal(signal.SIGTERM)
        self.finish(living)
        self.assertEqual(self.abandoned(), [])
        self.assert_no_process()


if __name__ == "__main__":
    main()
