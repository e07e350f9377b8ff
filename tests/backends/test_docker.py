"""Containers on a real engine: where tasks run, what they are kept from, and what is recorded of it."""
import glob
import hashlib
import json
import os
import shutil
import signal
import socket

from container_engine import TOOLS, EngineTest
from wftest import PATH, WF, WfTest, call, main, task, wait_until

WAIT = "touch $TMPDIR/here; while [ ! -e $TMPDIR/go ]; do sleep 0.02; done; "
AT_ONCE = ["--backend", "docker"]


class Meeting(EngineTest):
    """Tasks that wait in their containers until the test lets them go on."""

    def here(self, count=1):
        """The folders for temporary files of so many attempts that have come so far."""
        found = []

        def look():
            found[:] = sorted(os.path.dirname(path) for path in glob.glob(self.store + "/runs/*/wf-*/tmp/here"))
            return len(found) >= count

        wait_until(look, "%d tasks wait" % count)
        return found

    def let_go(self, folders):
        for folder in folders:
            open(os.path.join(folder, "go"), "w", encoding="utf-8").close()

    def inspect(self):
        """What the engine says of its only container."""
        (one,) = self.engine.containers()
        return self.engine.call("GET", "/containers/%s/json" % one["Id"])[1]


class Places(EngineTest):
    def where(self):
        return {node: executor for node, _, executor, *_ in self.attempts()}

    def two(self):
        return self.define({"in_image": task("cat /etc/release > $x", {}, {"x": "string"}, image=TOOLS),
                            "plain": task("echo 1 > $x", {}, {"x": "string"})},
                           {"in_image": {"task": "in_image"}, "plain": {"task": "plain"}})

    def test_a_task_with_an_image_runs_in_a_container(self):
        self.run_file(self.two())
        self.assertEqual(self.where(), {"in_image": "docker", "plain": "local"})
        recorded = [row[3] for row in self.attempts()]
        self.assertEqual(recorded, [self.engine.image_id(TOOLS), None])
        self.assert_no_container()

    def test_all_on_this_machine(self):
        path = self.one_task("echo 1 > $x", {}, {"x": "string"}, image=TOOLS)
        self.run_file(path, "--backend", "local")
        self.assertEqual(self.where(), {"t": "local"})
        self.assertEqual(self.executions(path), (0, 1))  # the same result: the image is the same

    def test_without_an_image_there_is_no_container(self):
        said = self.run_file(self.two(), *AT_ONCE, code=2).err
        self.assertIn("the task 'plain' has no image: it cannot run in a container", said)
        self.assertIn("WF-E3110", said)
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(0,)])

    def test_the_setting_for_a_domain(self):
        env = {"WF_RUN_BACKEND": "local,production=docker"}
        path = self.one_task("echo 1 > $x", {}, {"x": "string"}, image=TOOLS)
        self.run_file(path, env=env)
        self.assertEqual(self.where(), {"t": "local"})
        self.run_file(path, "-d", "production", env=env)
        self.assertEqual({row[0] for row in self.query("SELECT executor FROM attempt")}, {"local", "docker"})
        for wrong in ("podman", "docker,local", "production=", "a b=docker"):
            self.assertIn("auto, local or docker", self.run_file(path, env={"WF_RUN_BACKEND": wrong}, code=2).err)

    def test_a_domain_may_take_only_what_ran_where_it_would(self):
        """The key is the same wherever a task runs; whether that is enough is for the domain to say."""
        path = self.one_task("echo 1 > $x", {}, {"x": "string"}, image=TOOLS)
        production = ["-d", "production"]
        made = self.run_file(path, *production, "--backend", "local").json["run"]
        self.assertEqual(self.executions(path, *production, "--name", "two"), (1, 0))
        why, = self.wf("explain", "two", *production, "-o", "json").json["executions"]
        self.assertEqual((why["why"], why["earlier"]["run"], why["made_in"]), ("made_elsewhere", made, {"image": None}))
        self.assertIn("ran on a machine itself, in no container; the setting cache.environment",
                      self.wf("explain", "two", *production).out)
        self.assertEqual(self.executions(path, *production), (0, 1))
        on_the_machine = [*production, "--backend", "local"]
        told, = self.wf("run", path, *on_the_machine, "--dry-run", "-o", "json").json["executions"]
        self.assertEqual((told["fate"], told["why"]), ("run", "made_elsewhere"))
        self.assertIn("ran in a container of " + self.engine.image_id(TOOLS),
                      self.wf("run", path, *on_the_machine, "--dry-run").out)
        self.assertEqual(self.executions(path, *on_the_machine, env={"WF_CACHE_ENVIRONMENT": "any"}), (0, 1))
        self.assertEqual(self.executions(path, *on_the_machine), (1, 0))
        self.assertEqual(self.query("SELECT count(DISTINCT cache_key) FROM artifact"), [(1,)])

    def test_a_recovery_does_not_take_over_what_ran_elsewhere(self):
        path = self.define({"a": task("echo 1 > $x", {}, {"x": "string"}, image=TOOLS),
                            "b": task("exit 1", {"x": "string"}, {})},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.x"}}})
        failed = self.run_file(path, "-d", "production", "--backend", "local", code=1).json["run"]
        for backend, why, again in (("local", "recovered", None), ("auto", "made_elsewhere", "elsewhere")):
            self.wf("recover", failed, "-d", "production", "--backend", backend, "--name", backend, code=1)
            told, = self.wf("explain", backend, "a", "-d", "production", "-o", "json").json["executions"]
            self.assertEqual((told["why"], told["again"]), (why, again))

    def test_a_program_that_the_image_lacks(self):
        path = self.one_task(["python3", "-c", ""], image=TOOLS)
        self.assertIn("cannot execute 'python3': No such file or directory; no folder of PATH has it",
                      self.failure(path, "lacking")["message"])

    def test_an_image_that_is_nowhere(self):
        path = self.one_task("echo 1 > $x", {}, {"x": "string"}, image="nobody.invalid/nothing:1")
        said = self.run_file(path, code=5).err
        self.assertIn("has no image 'nobody.invalid/nothing:1' and cannot get it", said)
        self.assertIn("WF-E3109", said)
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(0,)])


class AtTheSameTime(Meeting):
    def test_who_waits_for_a_result_that_was_made_elsewhere_makes_its_own(self):
        path = self.one_task(WAIT + "echo 1 > $x", {}, {"x": "string"}, image=TOOLS)
        production = ["-d", "production", "-o", "json"]
        contained = self.start("run", path, *production)
        first = self.here()
        local = self.start("run", path, *production, "--backend", "local", "--name", "local")
        self.hear_waiting(local)
        self.let_go(first)
        self.assertEqual(self.finish(contained).code, 0)
        self.let_go(self.here())
        self.assertEqual(self.finish(local).json["this_time"]["ran"], 1)
        told, = self.wf("explain", "local", *production).json["executions"]
        self.assertEqual(told["why"], "made_elsewhere")


class WithoutEngine(WfTest):
    def test_what_needs_none(self):
        path = self.one_task("echo 1 > $x", {}, {"x": "string"}, image=TOOLS)
        nowhere = {"DOCKER_HOST": "unix://" + self.path("no.sock")}
        said = self.run_file(path, env=nowhere, code=5).err
        self.assertIn("the container engine at unix://%s (DOCKER_HOST) is not there" % self.path("no.sock"), said)
        self.assertIn("--backend local", said)
        self.run_file(path, "--backend", "local", env=nowhere)
        run = self.wf("ls", "-o", "json").json["runs"][0]["run"]
        self.assertEqual(self.wf("show", run, "-o", "json").json["settings"]["images"],
                         [{"reference": TOOLS, "config": None, "platform": None}])

    def test_why_a_socket_is_of_no_use(self):
        self.write("file.sock", "")
        with socket.socket(socket.AF_UNIX) as left, socket.socket(socket.AF_UNIX) as mute:
            left.bind(self.path("left.sock"))
            mute.bind(self.path("mute.sock"))
            mute.listen(8)
            os.chmod(self.folder, 0o755)
            os.chmod(self.path("mute.sock"), 0o600)
            for name, why in (("file", "nothing listens there"), ("left", "nothing listens there"), ("no", "is not there")):
                said = self.wf("doctor", "--backend", "docker", env={"DOCKER_HOST": "unix://" + self.path(name + ".sock")}, code=5).out
                self.assertIn(why, said, name)
            if os.geteuid() == 0:
                nobody = ["setpriv", "--reuid=65534", "--clear-groups"]
                done = call([*nobody, WF, "doctor", "--backend", "docker"], env={"DOCKER_HOST": "unix://" + self.path("mute.sock")}, cwd="/")
                self.assertIn("may not be used by this user", done.out)
            # Nobody answers there, and nobody is needed.
            path = self.one_task("echo 1 > $x", {}, {"x": "string"}, image=TOOLS)
            self.run_file(path, "--backend", "local", env={"DOCKER_HOST": "unix://" + self.path("mute.sock")})

    def test_addresses(self):
        path = self.one_task("true", image=TOOLS)
        for address in ("ssh://host", "unix://", "tcp://", "tcp://a/b", "word"):
            said = self.run_file(path, env={"DOCKER_HOST": address}, code=2).err
            self.assertIn("'%s' (DOCKER_HOST) is no address of a container engine" % address, said)
        config = self.path("docker")
        self.write("docker/config.json", '{"currentContext": "build"}')
        said = self.run_file(path, env={"DOCKER_CONFIG": config}, code=2).err
        self.assertIn("there is no context 'build' of docker (%s/config.json)" % config, said)


class Contexts(EngineTest):
    def test_a_context(self):
        path = self.one_task("echo 1 > $x", {}, {"x": "string"}, image=TOOLS)
        self.write("docker/config.json", '{"currentContext": "build"}')
        meta = {"Name": "build", "Endpoints": {"docker": {"Host": self.host}}}
        self.write("docker/contexts/meta/%s/meta.json" % hashlib.sha256(b"build").hexdigest(), json.dumps(meta))
        done = WfTest.wf(self, "run", path, "-o", "json", env={"DOCKER_CONFIG": self.path("docker")})
        self.assertEqual(done.json["this_time"]["ran"], 1)


class Images(EngineTest):
    def test_a_moved_tag_is_a_miss_and_its_return_a_hit(self):
        name = "wf-moving:1"
        path = self.one_task("cat /etc/release > $x", {}, {"x": "string"}, image=name)
        self.engine.load_tools(name, "first")
        first = self.engine.image_id(name)
        self.assertEqual(self.run_file(path).json["outputs"], {"x": "first"})
        self.assertEqual(self.executions(path), (0, 1))
        self.engine.load_tools(name, "second")
        second = self.engine.image_id(name)
        done = self.run_file(path).json
        self.assertEqual(done["outputs"], {"x": "second"})
        said = self.wf("explain", done["run"], "t").out
        self.assertIn("environment.image", said)
        self.assertIn(first[:15], said)
        self.assertIn(second[:15], said)
        self.engine.call("POST", "/images/%s/tag?repo=wf-moving&tag=1" % first)
        self.assertEqual(self.executions(path), (0, 1))

    def test_a_digest_names_the_same_image(self):
        config = self.engine.image_id(TOOLS)
        for name in (TOOLS, config):
            path = self.one_task("echo 1 > $x", {}, {"x": "string"}, image=name)
            self.run_file(path)
        self.assertEqual(self.query("SELECT count(*) FROM attempt"), [(1,)])


class Safety(Meeting):
    def test_what_a_container_may(self):
        path = self.one_task(WAIT + "echo 1 > $x", {"f": "file"}, {"x": "string"}, image=TOOLS)
        process = self.start("run", path, "-i", "f=" + self.write("f.txt", "content"))
        waiting = self.here()
        one = self.inspect()
        host = one["HostConfig"]
        self.assertEqual(host["NetworkMode"], "none")
        self.assertTrue(host["ReadonlyRootfs"])
        self.assertEqual(host["CapDrop"], ["ALL"])
        self.assertEqual(host["SecurityOpt"], ["no-new-privileges:true"])
        self.assertFalse(host["Privileged"])
        self.assertGreater(host["PidsLimit"], 0)
        self.assertEqual(host["LogConfig"]["Type"], "none")
        self.assertEqual(one["Config"]["User"], "%d:%d" % (os.geteuid(), os.getegid()))
        self.assertNotIn("docker.sock", json.dumps(one["Mounts"]))
        writable = [mount["Source"] for mount in one["Mounts"] if mount["RW"]]
        self.assertEqual(writable, [os.path.dirname(waiting[0])])
        self.assertEqual(one["Name"], "/" + os.path.basename(writable[0]))
        labels = one["Config"]["Labels"]
        self.assertEqual((labels["wf.node"], labels["wf.attempt"], labels["wf.fence"]), ("t", "1", "1"))
        self.let_go(waiting)
        self.assertEqual(self.finish(process).code, 0)
        self.assert_no_container()

    def test_what_it_cannot(self):
        path = self.one_task("(echo x > /etc/x) 2> /dev/null || echo root >> $x; (echo x >> $f) 2> /dev/null || echo input >> $x; "
                             "ip link | grep -c : >> $x; id -u >> $x; ls /proc | grep -c '^[0-9]' >> $x; cat /proc/self/status | "
                             "grep CapEff | cut -c9- >> $x", {"f": "file"}, {"x": "file"}, image=TOOLS)
        self.run_file(path, "--out", self.path("out"), f=self.write("f.txt", "content"))
        self.assertEqual(self.read("f.txt"), "content")
        said = self.lines("out/x")
        self.assertEqual(said[:2], ["root", "input"])
        self.assertEqual(said[3], str(os.geteuid()))
        self.assertEqual(int(said[-1], 16), 0)

    def test_the_secrets_stay_with_the_task(self):
        value = "s3cr3t-value-of-a-test"
        path = self.one_task(WAIT + "echo it is $key; echo ${#key} > $x", {}, {"x": "int"}, image=TOOLS, secrets={"key": "door"})
        process = self.start("run", path, "-o", "json", env={"WF_SECRET_DOOR": value})
        waiting = self.here()
        self.assertNotIn(value, json.dumps(self.inspect()))
        self.let_go(waiting)
        done = self.finish(process)
        self.assertEqual(done.json["outputs"], {"x": len(value)}, done)
        log = self.wf("logs", done.json["run"], "t").out
        self.assertIn("it is ", log)
        self.assertNotIn(value, log)

    def test_a_network_that_was_declared(self):
        for declared in ({"network": True}, {"sandbox": {"level": "full", "network": True}}, {"sandbox": {"level": "paths", "network": True}}):
            with self.subTest(declared):
                path = self.one_task(WAIT + "echo 1 > $x", {}, {"x": "int"}, image=TOOLS, **declared)
                process = self.start("run", path, "--refresh")
                waiting = self.here()
                self.assertEqual(self.inspect()["HostConfig"]["NetworkMode"], "default")
                self.let_go(waiting)
                self.assertEqual(self.finish(process).code, 0)

    def test_paths_that_were_declared(self):
        """What is there can be read, and what is not there is no fault, as on this machine."""
        given = self.write("given/one", "1")
        declared = {"level": "paths", "read": [os.path.dirname(given), self.path("nowhere")]}
        path = self.one_task("cat %s > $x; ! cat %s" % (given, self.path("nowhere")), {}, {"x": "int"}, image=TOOLS, sandbox=declared)
        for backend in ("docker", "local"):
            done = self.run_file(path, "--backend", backend, "--refresh")
            self.assertEqual(done.json["outputs"], {"x": 1})


class Debugged(EngineTest):
    def test_in_its_container(self):
        """By docker's own command, with what the attempt was given."""
        path = self.one_task("cat /etc/release $f; echo $KEY; pwd > $x; exit 3", {"f": "file"}, {"x": "string"}, image=TOOLS,
                             retries=0, secrets={"KEY": "door"})
        self.engine.load_tools(TOOLS, "in the image\n")
        secret = {"WF_SECRET_DOOR": "value-of-a-test"}
        done = self.run_file(path, "--name", "bad", code=1, f=self.write("f", "content\n"), env=secret)
        self.assertIsNone(done.json["failures"][0]["command"])
        told = self.wf("debug", "bad", "t", "--folder", self.path("told"), "-o", "json", env=secret)
        self.assertEqual(told.json["image"], self.engine.image_id(TOOLS))
        self.assertNotIn("value-of-a-test", told.out)
        if not shutil.which("docker", path=PATH):
            self.skipTest("no docker command here")
        said = self.wf("debug", "bad", "t", "--start", "--folder", self.path("started"), code=3, env=secret)
        self.assertEqual(said.out, "in the image\ncontent\nvalue-of-a-test\n")
        self.assertEqual(self.lines("started/task/work/out/x"), [self.path("started/task/work")])
        self.assert_no_container()


class Repeated(EngineTest):
    """wf verify-repro runs tasks where they ran."""

    def test_in_the_same_image(self):
        path = self.one_task("cat /etc/release > $x; cat $f >> $x; cat /proc/sys/kernel/hostname >&2", {"f": "file"}, {"x": "string"},
                             image=TOOLS, checkpoint=True)
        self.run_file(path, "--name", "once", f=self.write("f", "content"))
        said = self.wf("verify-repro", "once").out
        self.assertIn("1 the same, 0 different, 0 failed", said)
        self.assert_no_container()

    def test_what_differs(self):
        path = self.one_task("cat /proc/sys/kernel/random/uuid > $x", {}, {"x": "string"}, image=TOOLS)
        self.run_file(path, "--name", "once")
        self.assertIn("0 the same, 1 different", self.wf("verify-repro", "once", code=11).out)
        self.assert_no_container()

    def test_without_an_engine(self):
        path = self.one_task("echo 1 > $x", {}, {"x": "int"}, image=TOOLS)
        self.run_file(path, "--name", "once")
        self.assertIn("WF-E3107", self.wf("verify-repro", "once", code=5, env={"DOCKER_HOST": "unix:///nowhere.sock"}).err)

    def test_what_a_killed_one_has_left(self):
        path = self.one_task("case $WF_ATTEMPT in repeat-*) sleep 1000;; esac; echo 1 > $x", {}, {"x": "int"}, image=TOOLS)
        self.run_file(path, "--name", "once")
        scratch = {"TMPDIR": self.folder}
        process = self.start("verify-repro", "once", env=scratch)
        wait_until(lambda: self.engine.containers(), "its container is there")
        self.kill(process)
        self.assertEqual(len(self.engine.containers()), 1)
        self.wf("gc", env=scratch)
        self.assert_no_container()

    def test_what_a_killed_test_has_left(self):
        """Its store goes with the command, and nobody else knows the id."""
        path = self.define({"t": task("sleep 1000", image=TOOLS)}, {"t": {"task": "t"}}, tests={"slow": {}})
        self.run_file(self.define({"t": task("true", image=TOOLS)}, {"t": {"task": "t"}}, file="short.yaml"))
        scratch = {"TMPDIR": self.folder}
        process = self.start("test", path, env=scratch)
        wait_until(lambda: self.engine.containers(), "its container is there")
        self.wf("gc", env=scratch)
        self.assertEqual(len(self.engine.containers()), 1)
        self.kill(process)
        self.wf("gc", env=scratch)
        self.assert_no_container()


class Limits(EngineTest):
    def attempt(self, run):
        return self.wf("show", run, "-o", "json").json["attempts"][0]

    def test_memory(self):
        path = self.one_task("head -c 200000000 /dev/zero | tail -c 150000000 > /dev/null; echo 1 > $x", {}, {"x": "int"},
                             image=TOOLS, resources={"limits": {"memory": "32Mi"}}, retries=0)
        self.assertIn("out of memory", self.failure(path, "large")["message"])
        one = self.attempt("large")
        self.assertTrue(one["oom"])
        self.assertGreaterEqual(one["memory_events"]["oom_kills"], 1)
        self.assertEqual(one["resources"]["kept_by"]["memory"], "container")

    def test_a_signal_is_not_a_lack_of_memory(self):
        path = self.one_task("kill -KILL $$", image=TOOLS, resources={"limits": {"memory": "64Mi"}}, retries=0)
        self.run_file(path, "--name", "killed", code=1)
        one = self.attempt("killed")
        self.assertEqual((one["signal"], one["oom"], one["memory_events"]["oom_kills"]), (9, False, 0))

    def test_an_exit_code_that_looks_like_one(self):
        path = self.one_task("exit 137", image=TOOLS, retries=0)
        self.run_file(path, "--name", "code", code=1)
        self.assertEqual((self.attempt("code")["exit_code"], self.attempt("code")["oom"]), (137, False))

    def test_processors_and_files(self):
        path = self.one_task("cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2> /dev/null > $x || true; "
                             "(head -c 2000000 /dev/zero > big) 2> /dev/null || echo refused > $y", {}, {"x": "string", "y": "string"},
                             image=TOOLS, resources={"limits": {"cpu": 0.5, "scratch": "1Mi"}})
        done = self.run_file(path).json["outputs"]
        self.assertEqual(done["y"], "refused")
        self.assertTrue(done["x"].startswith(("50000\n", "50000 ", "50000")), done)


class Ends(Meeting):
    def test_a_time_that_is_over(self):
        path = self.one_task("trap 'echo told; exit 9' TERM; while :; do sleep 0.1; done", image=TOOLS, timeout="300ms")
        self.assertEqual(self.failure(path, "late")["code"], "WF-E3219")
        self.assertIn("told", self.wf("logs", "late", "t").out)
        self.assert_no_container()

    def test_an_interrupt(self):
        path = self.one_task(WAIT, image=TOOLS)
        process = self.start("run", path, "--name", "stopped")
        self.here()
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).code, 130)
        self.assertEqual(self.engine.containers(), [])

    def test_logs_while_it_runs_and_after(self):
        path = self.one_task("echo first; printf part; echo other >&2; " + WAIT + "echo ial; echo 1 > $x", {}, {"x": "int"}, image=TOOLS)
        process = self.start("run", path, "--name", "talks")
        waiting = self.here()
        self.assertIn("first", self.wf("logs", "talks", "t").out)
        self.let_go(waiting)
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.wf("logs", "talks", "t", "--stream", "out").out, "first\npartial\n")
        self.assertEqual(self.wf("logs", "talks", "t", "--stream", "err").out, "other\n")

    def test_many_at_once(self):
        path = self.one_task("echo $n > $x", {"n": "int"}, {"x": "int"}, map_over=("n",), image=TOOLS)
        done = self.run_file(path, "--parallelism", "8", n=list(range(24))).json
        self.assertEqual(done["outputs"]["x"], list(range(24)))
        self.assert_no_container()


if __name__ == "__main__":
    main()
