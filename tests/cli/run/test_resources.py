"""What attempts need of the machine and may take of it: packing, limits, escalation, and who keeps them."""
import os

from attempts import QUICK, AttemptsTest
from wftest import WfTest, call, main, task, wait_until

MIB = 1 << 20


class Packing(AttemptsTest):
    def overlap(self, resources, *options, count=4, meet=2):
        """The most attempts that ran at the same time, of so many that would all like to; the first `meet` wait for each other."""
        now, met = self.path("now"), self.path("met")
        script = ("mkdir {now}/$n; i=0; until test -e {met} || test $(ls {now} | wc -l) -ge {meet} || test $i -ge 1000; do "
                  "sleep 0.01; i=$((i+1)); done; touch {met}; sleep 0.05; ls {now} | wc -l > $y; rmdir {now}/$n").format(now=now, met=met, meet=meet)
        os.makedirs(now, exist_ok=True)
        if os.path.exists(met):
            os.remove(met)
        path = self.define({"t": task(script, {"n": "int"}, {"y": "int"}, resources=resources)},
                           {"n": {"task": "t", "map": {"n": list(range(count))}}}, {}, {"y": "$n.y"})
        return max(self.run_file(path, "--refresh", "--parallelism", str(count), *options).json["outputs"]["y"])

    def test_no_more_at_once_than_fit(self):
        for resources, options, most in (({"cpu": 2}, "cpu=4", 2), ({"cpu": "500m"}, "cpu=1", 2), ({"memory": "1Gi"}, "memory=2G,cpu=8", 1),
                                         ({"scratch": "1G"}, "scratch=2500M", 2), ({"gpu": 1}, "gpu=2", 2)):
            with self.subTest(resources):
                self.assertEqual(self.overlap(resources, "--resources", options, meet=most), most)

    def test_what_asks_for_nothing_needs_a_slot_alone(self):
        self.assertEqual(self.overlap({}, "--resources", "cpu=1", meet=4), 4)

    def test_more_than_there_is(self):
        path = self.define({"t": task("true", resources={"memory": "64Gi", "gpu": 3})}, {"n": {"task": "t"}})
        done = self.run_file(path, "--resources", "memory=1Gi,gpu=0,cpu=2,scratch=1Gi", code=1).json
        self.assertEqual((done["cause"]["code"], done["cause"]["message"]),
                         ("WF-E3223", "needs 64.0 GiB memory, 3 gpu; this machine has 2 cpu, 1.0 GiB memory, 1.0 GiB scratch for attempts, as --resources says"))

    def test_the_large_one_is_not_overtaken_for_ever(self):
        """It comes before the last of the small ones that leave no room for it."""
        small = task("echo s >> %s; echo $n > $y" % self.path("order"), {"n": "int"}, {"y": "int"}, resources={"cpu": 1})
        large = task("echo LARGE >> %s" % self.path("order"), resources={"cpu": 2})
        first = task("until test $(wc -l < %s) -ge 5; do sleep 0.01; done" % self.path("order"), resources={"cpu": 1})
        path = self.define({"small": small, "large": large, "first": first},
                           {"a": {"task": "first"}, "b": {"task": "large"}, "c": {"task": "small", "map": {"n": list(range(200))}}})
        self.write("order", "")
        self.run_file(path, "--resources", "cpu=2", "--parallelism", "2")
        order = self.lines("order")
        self.assertEqual(len(order), 201)
        self.assertTrue(5 <= order.index("LARGE") < 100, order.index("LARGE"))

    def test_what_was_let_forward_and_needs_no_room_after_all(self):
        """Its result is there by then, and the next one that waits is looked at."""
        tasks = {"x": task("echo 7 > $y", outputs={"y": "int"}, resources={"cpu": 2}), "l": task("sleep 0.3", resources={"cpu": 1})}
        path = self.define(tasks, {"a": {"task": "l"}, "b": {"task": "x"}, "c": {"task": "x"}, "d": {"task": "x"}})
        done = self.run_file(path, "--resources", "cpu=2", "--parallelism", "4").json
        self.assertEqual((done["this_time"]["ran"], done["this_time"]["reused"]), (2, 2))

    def test_the_large_one_gives_up(self):
        """Those that were held back for it go on."""
        tasks = {"first": task("until test -e %s; do sleep 0.01; done" % self.path("go"), resources={"cpu": 1}),
                 "large": task("true", resources={"cpu": 2}, timeout={"queue": "1s"}),
                 "small": task("echo $n > $y", {"n": "int"}, {"y": "int"}, resources={"cpu": 1}), "last": task("true", resources={"cpu": 1})}
        nodes = {"a": {"task": "first"}, "b": {"task": "large"}, "c": {"task": "small", "map": {"n": list(range(40))}},
                 "d": {"task": "last", "after": ["a", "c"]}}
        process = self.start("run", self.define(tasks, nodes, failure_policy="finish"), "--resources", "cpu=2", "--parallelism", "4", "-o", "json")
        wait_until(lambda: self.peek("SELECT 1 FROM node WHERE node = 'b' AND state = 'failed'"), "the large one gave up")
        self.write("go", "")
        done = self.finish(process)
        self.assertEqual((done.code, done.json["this_time"]["ran"], done.json["cause"]["code"]), (1, 42, "WF-E3221"))

    def test_others_that_take_something_else_are_not_held_back(self):
        tasks = {"gpu": task("until test $(wc -l < %s) -ge 40; do sleep 0.01; done" % self.path("done"), {"n": "int"}, resources={"gpu": 1}),
                 "cpu": task("echo >> %s" % self.path("done"), {"n": "int"}, resources={"cpu": 1})}
        self.write("done", "")
        path = self.define(tasks, {"g": {"task": "gpu", "map": {"n": [1, 2]}}, "c": {"task": "cpu", "map": {"n": list(range(40))}}})
        self.run_file(path, "--resources", "cpu=4,gpu=1", "--parallelism", "4")

    def test_the_task_is_told(self):
        path = self.one(task("echo $WF_CPUS $WF_MEMORY $CUDA_VISIBLE_DEVICES > %s; echo 7 > $y" % self.path("told"), outputs={"y": "int"},
                             resources={"cpu": 1.5, "memory": "64Mi", "gpu": 2}))
        self.run_file(path, "--resources", "cpu=2,gpu=3", "--name", "a")
        self.assertEqual(self.read("told"), "2 %d 0,1\n" % (64 * MIB))
        resources = self.attempts()[0]["resources"]
        self.assertEqual(resources["requests"], {"cpu_milli": 1500, "memory_bytes": 64 * MIB, "gpu": 2, "scratch_bytes": None})
        self.assertEqual((resources["gpus"], resources["kept_by"]), (["0", "1"], {}))
        done = self.wf("run", path, "--refresh", "--resources", "cpu=2,gpu=3", "--name", "b", env={"CUDA_VISIBLE_DEVICES": "1"})
        self.assertEqual((done.code, self.attempts("b")[0]["resources"]["gpus"]), (0, ["1", "0"]))

    def test_the_node_has_the_last_word(self):
        path = self.one(task("echo $WF_CPUS > $y", outputs={"y": "int"}, resources={"cpu": 1, "memory": "1Mi"}), {"resources": {"cpu": 2}})
        self.assertEqual(self.run_file(path, "--resources", "cpu=2", "--name", "a").json["outputs"], {"y": 2})
        self.assertEqual(self.attempts()[0]["resources"]["requests"]["memory_bytes"], MIB)

    def test_the_version_and_not_the_key(self):
        path = self.one(task("echo 7 > $y", outputs={"y": "int"}))
        digest = self.wf("digest", path).out
        self.run_file(path)
        path = self.one(task("echo 7 > $y", outputs={"y": "int"}, resources={"cpu": 1, "limits": {"memory": "1Gi"}}, interruptible=True))
        self.assertNotEqual(self.wf("digest", path).out, digest)
        self.assertEqual(self.run_file(path).json["this_time"]["reused"], 1)


class Limits(AttemptsTest):
    GREEDY = "import sys; x = bytearray(int(sys.argv[1])); print(len(x))"

    def greedy(self, size, **more):
        return {"command": ["python3", "-c", self.GREEDY, str(size)], **more}

    def kept_by(self, resource):
        return self.attempts()[0]["resources"]["kept_by"][resource]

    def test_too_much_memory(self):
        """What keeps the limit is told; only the kernel's own count makes it 'out of memory'."""
        path = self.one(self.greedy(200 * MIB, resources={"limits": {"memory": "64Mi"}}), outputs=False)
        self.run_file(path, "--name", "a", code=1)
        attempt, = self.attempts()
        if self.kept_by("memory") == "cgroup":
            self.assertEqual((attempt["oom"], attempt["signal"], attempt["cause"]["message"]),
                             (True, 9, "killed by signal 9 (SIGKILL) (out of memory)"))
            self.assertEqual(attempt["memory_events"]["oom_kills"], 1)
        else:
            self.assertEqual((self.kept_by("memory"), attempt["oom"], attempt["exit_code"]), ("rlimit", False, 1))
            self.assertIsNone(attempt["memory_events"])

    def test_enough_memory(self):
        self.run_file(self.one(self.greedy(20 * MIB, resources={"limits": {"memory": "256Mi"}}), outputs=False))

    def test_without_groups(self):
        """Where no group can be made the process has a limit of its own."""
        path = self.one(self.greedy(200 * MIB, resources={"limits": {"memory": "64Mi"}}), outputs=False)
        words = ["unshare", "--mount", "sh", "-c", "umount -l /sys/fs/cgroup && exec \"$@\"", "sh", *self.arguments("run", path, "--name", "a")]
        if os.geteuid() != 0:
            self.skipTest("only root can take the control groups away")
        done = call(words)
        self.assertEqual(done.code, 1, done)
        self.assertEqual(self.kept_by("memory"), "rlimit")
        self.assertIn("MemoryError", self.wf("logs", "a", "n").out)

    def test_a_file_that_is_too_large(self):
        """Its log is one of them."""
        path = self.one({"command": ["head", "-c", "2000000", "/dev/zero"], "resources": {"limits": {"scratch": "1M"}}}, outputs=False)
        done = self.run_file(path, "--name", "a", code=1).json
        self.assertEqual(done["cause"]["message"], "killed by signal 25 (SIGXFSZ)")
        self.assertEqual(self.kept_by("scratch"), "rlimit")

    def test_more_memory_with_each_attempt(self):
        path = self.one(self.greedy(100 * MIB, retries=3, retry=dict(QUICK, escalate={"memory": 2}),
                                    resources={"memory": "32Mi", "limits": {"memory": "64Mi"}}), outputs=False)
        self.run_file(path, "--name", "a")
        self.assertEqual([one["resources"]["limits"]["memory_bytes"] // MIB for one in self.attempts()], [64, 128])
        self.assertEqual([one["resources"]["requests"]["memory_bytes"] // MIB for one in self.attempts()], [32, 64])

    def test_something_inside_ran_out_of_memory(self):
        """And the task told of it by its own exit code."""
        script = "python3 -c '%s' %d || exit 5" % (self.GREEDY, 200 * MIB)
        self.run_file(self.one(task(script, resources={"limits": {"memory": "64Mi"}}), outputs=False), "--name", "a", code=1)
        attempt, = self.attempts()
        after = ", after something in it ran out of memory" if attempt["oom"] else ""
        self.assertEqual(attempt["cause"]["message"], "exited with code 5" + after)

    def test_more_processors_than_anybody_has(self):
        self.run_file(self.one(task("true", resources={"limits": {"cpu": 100000000}}), outputs=False))

    def test_nothing_is_left_of_the_groups(self):
        """Neither after a run nor, when its driver was killed, after the resume."""
        script = "test -e %s || sleep 1000; echo 7 > $y" % self.path("go")
        path = self.one(task(script, outputs={"y": "int"}, resources={"limits": {"memory": "64Mi", "cpu": 1}}))
        process = self.start("run", path, "--name", "a")
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE state = 'running'"), "it runs")
        self.kill_driver(process)
        self.write("go", "")
        self.wf("resume", "a")
        prefix = "wf-%s-" % self.query("SELECT hex(id) FROM run")[0][0].lower()[-12:]
        left = [name for _, folders, _ in os.walk("/sys/fs/cgroup") for name in folders if name.startswith(prefix)]
        self.assertEqual(left, [])


class Interruptible(AttemptsTest):
    def test_a_signal_from_outside(self):
        """It is charged to the machine, and tried again without a retry of its own."""
        script = "echo . >> %s; test $(wc -l < %s) -gt 1 || kill -KILL $$; echo 7 > $y" % (self.path("count"), self.path("count"))
        for interruptible, category, charged, code in ((True, "interrupted", "system", 0), (False, "user", None, 1)):
            with self.subTest(interruptible):
                self.write("count", "")
                name = "a%d" % interruptible
                self.run_file(self.one(task(script, outputs={"y": "int"}, retry=QUICK, interruptible=interruptible)), "--refresh", "--name", name, code=code)
                first = self.attempts(name)[0]
                self.assertEqual((first["category"], first["charged"]), (category, charged))

    def test_a_shell_that_tells_of_a_signal(self):
        """Its program was ended from outside, and it says so by its exit code."""
        script = "echo . >> %s; test $(wc -l < %s) -gt 1 || sh -c 'kill -TERM $$' || exit $?" % (self.path("count"), self.path("count"))
        self.run_file(self.one(task(script, retry=QUICK, interruptible=True), outputs=False), "--name", "a")
        first = self.attempts()[0]
        self.assertEqual((first["exit_code"], first["category"], first["charged"]), (143, "interrupted", "system"))

    def test_a_fault_of_its_own(self):
        path = self.one(task("kill -SEGV $$", retry=QUICK, interruptible=True), outputs=False)
        self.run_file(path, "--name", "a", code=1)
        self.assertEqual([one["category"] for one in self.attempts()], ["user"])


class Mistakes(WfTest):
    def test_in_the_definition(self):
        for own, code in (({"resources": 3}, "WF-E1102"), ({"resources": {"memory": "lots"}}, "WF-E1369"), ({"resources": {"cpu": 0}}, "WF-E1369"),
                          ({"resources": {"cpu": "0.0001"}}, "WF-E1369"), ({"resources": {"gpu": 0.5}}, "WF-E1102"),
                          ({"resources": {"memory": "1Gi", "limits": {"memory": "512Mi"}}}, "WF-E1369"),
                          ({"resources": {"limits": {"gpu": 1}}}, "WF-E1004"), ({"resources": {"limits": {"memory": 1}}}, "WF-E1369"),
                          ({"resources": {"limits": {"cpu": "5m"}}}, "WF-E1369"), ({"retry": {"escalate": {"memory": 0.5}}}, "WF-E1369"),
                          ({"retry": {"escalate": {"gpu": 2}}}, "WF-E1004"), ({"retry": {"base": "1h", "cap": "1m"}}, "WF-E1367"), ({"interruptible": "maybe"}, "WF-E1102")):
            for at in ("task", "node"):
                with self.subTest(own, at=at):
                    path = self.define({"t": task("true", **(own if at == "task" else {}))},
                                       {"n": dict({"task": "t"}, **(own if at == "node" else {}))})
                    found = self.wf("lint", path, "-o", "json", code=2).json["diagnostics"]
                    self.assertEqual([one["code"] for one in found if one["severity"] == "error"], [code])

    def test_on_the_command_line(self):
        path = self.define({"t": task("true")}, {"n": {"task": "t"}})
        for text in ("cpu", "cpu=", "cpu=many", "disk=1G", "cpu=1,cpu=2", "memory=1Gi,", "gpu=-1"):
            with self.subTest(text):
                self.assertIn("--resources", self.wf("run", path, "--resources", text, code=2).err)


if __name__ == "__main__":
    main()
