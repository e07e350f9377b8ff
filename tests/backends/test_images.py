"""Images from a registry: what is pulled, what pins one for good, and what an engine is told that it lacks."""
import base64
import glob
import json
import os
import signal

from container_engine import TOOLS, EngineTest, tools_writer
from image_registry import ImageRegistry
from wftest import main, task, wait_until


class FromARegistry(EngineTest):
    def setUp(self):
        super().setUp()
        self.registry = ImageRegistry()
        self.addCleanup(self.registry.close)
        self.image = self.registry.address + "/probe/tools:1"
        self.nowhere = {"DOCKER_HOST": "unix://" + self.path("no.sock")}

    def push(self, text):
        """Under the tag 1: the digests of its manifest and its configuration."""
        return self.registry.push("probe/tools", "1", tools_writer(text))

    def reads_release(self, image):
        return self.define({"t": task("cat /etc/release > $x", {}, {"x": "string"}, image=image)}, {"t": {"task": "t"}},
                           outputs={"x": "$t.x"})

    def register(self, path, *arguments):
        self.wf("register", path, "--label", "v", *arguments)
        shown = self.wf("version", "show", "probe@v", "-o", "json").json
        (one,) = shown["definition"]["tasks"].values()
        return one["image"]

    def test_what_the_engine_lacks_is_pulled_once(self):
        _, config = self.push("from the registry")
        path = self.reads_release(self.image)
        done = self.run_file(path).json
        self.assertEqual(done["outputs"]["x"], "from the registry")
        self.assertEqual([row[3] for row in self.attempts()], [config])
        asked = len(self.registry.pulled)
        self.run_file(path, "--refresh")
        self.assertEqual(len(self.registry.pulled), asked)

    def test_what_is_pinned_is_the_same_wherever_the_tag_goes(self):
        manifest, config = self.push("old")
        image = self.register(self.reads_release(self.image), "--pin-images")
        self.assertEqual(image, self.image + "@" + manifest)
        self.engine.forget(self.image)
        self.push("new")
        done = self.run_file("probe@v").json
        self.assertEqual(done["outputs"]["x"], "old")
        self.assertEqual([row[3] for row in self.attempts()], [config])
        self.assertEqual(self.registry.pulled[-1], manifest)

    def test_what_is_from_no_registry_is_pinned_by_its_configuration(self):
        path = self.reads_release(TOOLS)
        image = self.register(path, "--pin-images")
        self.assertEqual(image, self.engine.image_id(TOOLS))
        self.assertEqual(self.executions("probe@v"), (1, 0))
        # Its name tells everybody what it is: the key needs no engine.
        self.assertEqual(self.executions("probe@v", "--backend", "local", env=self.nowhere), (0, 1))

    def emitting(self, image):
        """A task that emits one with an image, which no definition names."""
        emitted = {"wf": "v1", "name": "emitted", "outputs": {"x": "$t.x"}, "nodes": {"t": {"task": "t"}},
                   "tasks": {"t": task("cat /etc/release > $x", {}, {"x": "string"}, image=image)}}
        return self.define({"d": task("cat > $definition <<'E'\n%s\nE" % json.dumps(emitted), {}, {"x": "string"}, dynamic=True)},
                           {"d": {"task": "d"}}, {}, {"x": "$d.x"})

    def test_what_a_task_emits_is_looked_up_before_it_runs(self):
        _, old = self.push("old")
        path = self.emitting(self.image)
        done = self.run_file(path).json
        self.assertEqual(done["outputs"]["x"], "old")
        self.assertEqual([row[3] for row in self.attempts() if row[0] == "d.t"], [old])
        (settings,), = self.query("SELECT settings FROM run")
        self.assertEqual([(one["reference"], one["config"]) for one in json.loads(settings)["images"]], [(self.image, old)])
        self.assertEqual(self.executions(path, "--backend", "local"), (0, 2))
        self.assertIn("0 different, 0 failed", self.wf("verify-repro", done["run"]).out)
        self.engine.forget(self.image)
        _, new = self.push("new")
        told = self.wf("run", path, "--dry-run", "-o", "json").json["executions"]
        self.assertEqual({one["node"]: one["fate"] for one in told}, {"d": "reuse", "d.t": "run"})
        done = self.run_file(path).json
        self.assertEqual((done["outputs"]["x"], done["this_time"]["ran"]), ("new", 1))
        self.assertIn("environment.image", self.wf("explain", done["run"], "d.t").out)
        told = self.wf("run", path, "--dry-run", "-o", "json").json["executions"]
        self.assertEqual({one["node"]: one["fate"] for one in told}, {"d": "reuse", "d.t": "reuse"})
        self.assertNotEqual(old, new)

    def test_an_image_that_a_task_emits_and_nobody_has(self):
        self.push("")
        path = self.emitting(self.registry.address + "/probe/tools:2")
        cause = self.failure(path, "lacking")
        self.assertEqual(cause["code"], "WF-E3109")
        self.assertIn("/probe/tools:2' and cannot get it", cause["message"])
        self.assertEqual(self.query("SELECT node, state FROM node ORDER BY node"), [("d", "succeeded"), ("d.inputs", "failed")])

    def test_a_run_that_ends_waits_for_no_image(self):
        self.push("")
        self.registry.goes_on.clear()
        path = self.emitting(self.image)
        self.assertEqual(self.run_file(path, "--timeout", "1s", code=7).json["cause"]["code"], "WF-E3222")
        asked = len(self.registry.pulled)
        for stop, code in ((lambda process: self.wf("abort", "stopped"), 6), (lambda process: process.send_signal(signal.SIGINT), 130)):
            process = self.start("run", path, "--name", "stopped" if code == 6 else "interrupted")
            wait_until(lambda count=asked: len(self.registry.pulled) > count, "the image is asked for")
            asked = len(self.registry.pulled)
            stop(process)
            self.assertEqual(self.finish(process).code, code)
        self.registry.goes_on.set()
        self.assertEqual(self.wf("recover", "stopped", "-o", "json").json["state"], "succeeded")

    def test_what_is_not_needed_any_more_waits_for_no_image(self):
        self.push("")
        self.registry.goes_on.clear()
        emitted = {"wf": "v1", "name": "emitted", "outputs": {"x": "$t.x"}, "nodes": {"t": {"task": "t"}},
                   "tasks": {"t": task("echo 1 > $x", {}, {"x": "int"})}}
        with_image = json.loads(json.dumps(emitted))
        with_image["tasks"]["t"]["image"] = self.image
        script = "case $n in 0) cat <<'E';; *) until [ -e %s ]; do sleep 0.02; done; cat <<'F';; esac > $definition\n%s\nE\n%s\nF\n" % (
            self.path("go"), json.dumps(with_image), json.dumps(emitted))
        path = self.define({"d": task(script, {"n": "int"}, {"x": "int"}, dynamic=True)},
                           {"d": {"task": "d", "map": {"n": [0, 1]}, "each": {"min_success": 1, "stop_early": True}}}, {}, {"x": "$d.x"})
        process = self.start("run", path, "-o", "json")
        wait_until(lambda: self.registry.pulled, "the image is asked for")
        self.write("go", "")
        done = self.finish(process).json
        self.assertEqual((done["state"], done["outputs"]["x"], done["failures"]), ("succeeded", [None, 1], []))

    def test_a_driver_that_takes_over_asks_nobody_again(self):
        _, config = self.push("old")
        emitted = self.emitting(self.image)
        text = self.read("probe.yaml").replace("cat /etc/release", "while [ ! -e $WF_CHECKPOINT/go ]; do sleep 0.02; done; cat /etc/release")
        self.write("probe.yaml", text.replace('\\"image\\"', '\\"checkpoint\\": true, \\"image\\"'))
        process = self.start("run", emitted, "--name", "one")
        wait_until(lambda: self.engine.containers(), "its container is there")
        self.kill(process)
        self.engine.tag(TOOLS, self.image)
        (folder,) = glob.glob(self.store + "/runs/*/checkpoints/*")
        self.write(os.path.join(folder, "go"), "")
        self.assertEqual(self.wf("resume", "one", "-o", "json").json["outputs"]["x"], "old")
        self.assertEqual({row[3] for row in self.attempts() if row[0] == "d.t"}, {config})

    def configure(self, **members):
        """What the docker command would have been told: the environment that leads there."""
        folder = self.path("docker")
        self.write(os.path.join(folder, "config.json"), json.dumps(members))
        return {"DOCKER_CONFIG": folder, "PATH": folder + ":/usr/bin:/bin"}

    def helper(self, script):
        path = self.path("docker/docker-credential-probe")
        self.write(path, "#!/bin/sh\n" + script)
        os.chmod(path, 0o755)

    def test_a_registry_gets_the_login_that_docker_keeps_for_it(self):
        self.push("for members")
        self.registry.login = "ann:open:sesame"
        path = self.reads_release(self.image)
        refused = self.run_file(path, code=5, env=self.configure()).err
        self.assertIn("has no image '%s' and cannot get it" % self.image, refused)
        self.assertIn("'docker login' gives one that wf uses too", refused)
        kept = {"https://%s/v1/" % self.registry.address: {"auth": base64.b64encode(b"ann:open:sesame").decode()}}
        done = self.run_file(path, env=self.configure(auths=kept)).json
        self.assertEqual(done["outputs"]["x"], "for members")

    def test_a_registry_gets_the_login_that_a_helper_tells(self):
        self.push("for members")
        self.registry.login = "ann:open:sesame"
        path = self.reads_release(self.image)
        environment = self.configure(credHelpers={self.registry.address: "probe"}, credsStore="absent")
        self.helper("echo the vault is locked >&2; exit 1")
        locked = self.run_file(path, code=5, env=environment).err
        self.assertIn("the helper 'docker-credential-probe' did not tell its login: exited with code 1: the vault is locked", locked)
        self.helper("echo credentials not found in native keychain; exit 1")
        self.assertNotIn("helper", self.run_file(path, code=5, env=environment).err)
        self.helper('[ "$1 $(cat)" = "get %s" ] && echo \'{"Username": "ann", "Secret": "open:sesame"}\'' % self.registry.address)
        self.assertEqual(self.run_file(path, env=environment).json["outputs"]["x"], "for members")

    def test_an_image_for_other_machines(self):
        self.registry.push("probe/tools", "1", tools_writer(), architecture="arm64")
        refused = self.run_file(self.reads_release(self.image), code=5).err
        self.assertIn("the image '%s' is for linux/arm64, and the container engine runs linux/amd64" % self.image, refused)
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(0,)])

    def test_a_pull_that_ends_in_the_middle(self):
        self.push("whole")
        self.registry.cut = True
        path = self.reads_release(self.image)
        refused = self.run_file(path, code=5).err
        self.assertIn("has no image '%s' and cannot get it" % self.image, refused)
        self.registry.cut = False
        self.assertEqual(self.run_file(path).json["outputs"]["x"], "whole")

    def test_what_nobody_has(self):
        self.push("")
        absent = self.run_file(self.reads_release(self.registry.address + "/probe/tools:2"), code=5).err
        self.assertIn("has no image '%s/probe/tools:2' and cannot get it" % self.registry.address, absent)
        digest = "sha256:" + "0" * 64
        unknown = self.run_file(self.reads_release(digest), code=5).err
        self.assertIn("has no image '%s' and cannot get it: no registry has images by that name" % digest, unknown)


if __name__ == "__main__":
    main()
