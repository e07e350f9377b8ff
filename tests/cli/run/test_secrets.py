"""Secrets: what tasks are given of them, and that nothing else ever has their values."""
import base64
import glob
import hashlib
import json
import os
import shutil
import signal
import subprocess
import urllib.parse

from wftest import WfTest, main, task, wait_until

VALUE = "Canary/9c1f+7 \"quoted\"\\é end"
FORMS = [VALUE, base64.b64encode(VALUE.encode()).decode().rstrip("=")[:-1], urllib.parse.quote(VALUE, safe=""),
         urllib.parse.quote_plus(VALUE), json.dumps(VALUE)[1:-1], json.dumps(VALUE, ensure_ascii=False)[1:-1]]
SAY_ALL = """python3 -c '
import base64, json, os, sys, urllib.parse as u
v = os.environ["TOKEN"]
for form in (v, base64.b64encode(v.encode()).decode(), base64.b64encode(b"x" + v.encode()).decode(), u.quote(v, safe=""), u.quote_plus(v), json.dumps(v), json.dumps({"a": v}, ensure_ascii=False), repr(v)):
    print("say", form)
    print("say", form, file=sys.stderr)
for byte in v.encode():
    os.write(1, bytes([byte]))
'
echo done > $y"""


class SecretCase(WfTest):
    def setUp(self):
        super().setUp()
        self.env = {"WF_SECRET_TOKEN": VALUE, "HOME": self.folder, "WF_SYSTEM_CONFIG": self.path("none.yaml")}

    def wf(self, *arguments, code=0, env=None, cwd=None):
        return super().wf(*arguments, code=code, env={**self.env, **(env or {})}, cwd=cwd)

    def secretive(self, script=SAY_ALL, secrets=None, outputs=None, **more):
        return self.one_task(script, outputs={"y": "string"} if outputs is None else outputs,
                             secrets=secrets or {"TOKEN": "token"}, **more)

    def without_variable(self):
        del self.env["WF_SECRET_TOKEN"]

    def holders(self):
        """Every file of the store, and every row of its database, that has a form of the value in it."""
        found = []
        for path in glob.glob(self.store + "/**", recursive=True, include_hidden=True):
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    data = file.read()
                found += [(path, form) for form in FORMS if form.encode() in data]
        return found


class Given(SecretCase):
    def test_the_task_has_it_and_nobody_else(self):
        path = self.secretive('printf %s "$TOKEN" | sha256sum > $y; env > $WF_WORK/seen')
        self.assertIn(hashlib.sha256(VALUE.encode()).hexdigest(), self.run_file(path).json["outputs"]["y"])
        other = self.one_task('echo "${TOKEN-none} ${WF_SECRET_TOKEN-none}" > $y', outputs={"y": "string"}, file="other.yaml")
        self.assertEqual(self.run_file(other).json["outputs"]["y"], "none none")

    def test_from_a_file_a_variable_and_a_command(self):
        self.without_variable()
        self.write("token", VALUE + "\n")
        path = self.secretive('printf %s "$TOKEN" | wc -c > $y', cache=False)
        for source, env in (("file:" + self.path("token"), {}), ("env:MINE", {"MINE": VALUE}), ("command:cat token", {})):
            self.wf("secret", "set", "token", source, "--layer", "user")
            if source.startswith("command"):  # run in the folder of the configuration
                self.write(".config/wf/token", VALUE)
            self.assertEqual(self.run_file(path, env=env).json["outputs"]["y"], str(len(VALUE.encode())), source)
        self.wf("secret", "unset", "token", "--layer", "user")
        self.assertIn("WF-E3203", self.run_file(path, code=1).out)

    def test_the_variable_counts_before_files_and_the_project_before_the_user(self):
        self.wf("init", "p", "--template", "minimal")
        self.wf("secret", "set", "token", "env:A", "--layer", "user")
        rows = lambda: {row["secret"]: row["source"] for row in self.wf("secret", "list", "-o", "json", cwd=self.path("p")).json["secrets"]}
        self.assertEqual(rows(), {"token": "env:WF_SECRET_TOKEN"})
        self.without_variable()
        self.assertEqual(rows(), {"token": "env:A"})
        self.wf("secret", "set", "token", "file:b", cwd=self.path("p"))
        self.assertEqual(rows(), {"token": "file:" + self.path("p/b")})

    def test_what_cannot_be_had(self):
        self.without_variable()
        path = self.secretive("echo 1 > $y", retries=0, retry={"base": "1ms", "system": 1})
        for source, value, words in (("env:MINE", None, "is not set"), ("file:absent", None, "no such file"), ("file:/dev/zero", None, "no regular file"), ("command:echo why >&2; exit 4", None, "exited with code 4: why"),
                                     ("command:kill -9 $$", None, "killed by signal 9"), ("env:MINE", "short", "has 5 bytes"), ("command:head -c 70000 /dev/zero", None, "more than"),
                                     ("command:printf 'aaaa\\0bbbb'", None, "NUL")):
            self.wf("secret", "set", "token", source, "--layer", "user")
            env = {"MINE": value} if value else {}
            done = self.run_file(path, code=1, env=env)
            self.assertIn(words, done.out)
            self.assertIn("WF-E3203", done.out)
            row = self.wf("secret", "check", "token", "-o", "json", code=5, env=env).json["secrets"][0]
            self.assertEqual(row["state"], "missing")
            self.assertIn(words, row["problem"])

    def test_a_command_is_tried_again_and_asked_once_for_many(self):
        self.without_variable()
        self.wf("secret", "set", "token", "command:echo x >> asked; if [ $(wc -l < asked) -lt 3 ]; then exit 1; fi; echo sesame-sesame", "--layer", "user")
        path = self.one_task("echo ${#TOKEN} > $y", {"i": "int"}, {"y": "int"}, map_over=["i"], secrets={"TOKEN": "token"},
                             retry={"base": "1ms", "system": 9})
        self.assertEqual(self.run_file(path, "--parallelism", "1", i=[1, 2, 3, 4]).json["outputs"]["y"], [13] * 4)
        self.assertEqual(len(self.lines(".config/wf/asked")), 3)

    def test_a_command_that_leaves_something_behind_is_over_when_it_exits(self):
        self.without_variable()
        self.wf("secret", "set", "token", "command:echo sesame-sesame; sleep 1000 & echo $! > left", "--layer", "user")
        self.assertEqual(self.wf("secret", "check", "-o", "json").json["secrets"][0]["state"], "there")
        os.kill(int(self.read(".config/wf/left")), signal.SIGKILL)

    def test_one_that_is_slow_holds_up_no_other(self):
        gate = self.fifo("gate")
        self.wf("secret", "set", "slow", "command:cat %s" % gate, "--layer", "user")
        tasks = {name: task("echo 1 > $y", {}, {"y": "int"}, secrets={"A": secret}) for name, secret in (("a", "slow"), ("b", "token"))}
        path = self.define(tasks, {"a": {"task": "a"}, "b": {"task": "b"}}, outputs={"a": "$a.y", "b": "$b.y"})
        process = self.start("run", path, "--name", "one", "--parallelism", "2", env=self.env)
        wait_until(lambda: self.peek("SELECT 1 FROM node WHERE node = 'b' AND state = 'succeeded'"), "b is done")
        with open(gate, "w", encoding="utf-8") as file:
            file.write("sesame-sesame")
        self.assertEqual(self.finish(process).code, 0)

    def test_the_time_of_an_attempt_runs_while_it_is_fetched(self):
        self.without_variable()
        self.wf("secret", "set", "token", "command:cat %s" % self.fifo("gate"), "--layer", "user")
        done = self.run_file(self.secretive("echo 1 > $y", timeout="1s"), code=1)
        self.assertIn("took longer than its timeout", done.out)

    def test_what_wf_needs_itself_is_no_source(self):
        self.assertIn("env:VARIABLE", self.wf("secret", "set", "token", "env:PATH", code=2).err)

    def test_an_abort_does_not_wait_for_a_command(self):
        self.without_variable()
        gate = self.fifo("gate")
        self.wf("secret", "set", "token", "command:echo $$ > %s; sleep 1000; echo never" % gate, "--layer", "user")
        process = self.start("run", self.secretive("echo 1 > $y"), env=self.env)
        pid = int(self.hear(gate))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).code, 143)
        wait_until(lambda: not os.path.exists("/proc/%d" % pid), "the command is gone")

    def test_warned_of_before_anything_runs_and_not_needed_for_what_is_reused(self):
        path = self.secretive("echo 1 > $y")
        self.run_file(path)
        self.without_variable()
        done = self.run_file(path)
        self.assertEqual(done.json["this_time"]["reused"], 1)
        self.assertIn("nothing on this machine gives the secret 'token'", done.err)


class Hidden(SecretCase):
    def test_in_logs_in_all_forms_and_in_the_whole_store(self):
        path = self.secretive(SAY_ALL + "; exit 3", retries=1, retry={"base": "1ms"})
        done = self.run_file(path, "--name", "one", code=1)
        out = self.wf("logs", "one", "--attempt", "1").out
        self.assertGreaterEqual(out.count("say ***"), 8)
        said = done.out + done.err + out
        for arguments in (["show", "one"], ["explain", "one", "t", "--attempts"], ["event", "list", "-o", "cloudevents"], ["debug", "one", "t"], ["lineage", "show", "run:one"],
                          ["report", "one", "--out", self.path("page.html")], ["version", "show", "probe@latest"], ["secret", "list"], ["status"]):
            done = self.wf(*arguments, code=None)
            said += done.out + done.err
        said += self.read("page.html")
        self.assertEqual([form for form in FORMS if form in said], [])
        self.assertEqual(self.holders(), [])
        self.assertNotIn(base64.b64encode(b"x" + VALUE.encode()).decode()[4:20], said)

    def test_across_the_borders_of_writes(self):
        self.env["WF_SECRET_TOKEN"] = value = "0123456789abcdefghijklmnopqrstuvwxyz"
        path = self.secretive("python3 -c 'import os\nfor n in range(1, 40):\n  for at in range(0, 36, n): os.write(1, os.environ[\"TOKEN\"][at:at+n].encode())\n  os.write(1, b\"|\")'; echo 1 > $y")
        self.run_file(path, "--name", "one")
        self.assertEqual(self.wf("logs", "one").out.strip(), "|".join(["***"] * 39 + [""]))
        self.assertEqual([one for one in self.holders() if value in one[1]], [])

    def test_binary_and_much(self):
        path = self.secretive("head -c 3000000 /dev/urandom > r; cat r; printf %s \"$TOKEN\"; cat r >&2; md5sum < r > $y; cp r $b", outputs={"y": "string", "b": "file"})
        self.run_file(path, "--name", "one")
        self.assertEqual({row[0] for row in self.query("SELECT size FROM blob WHERE size > 2000000")}, {3000000, 3000003})

    def test_proc_of_every_process(self):
        gate, go = self.fifo("gate"), self.fifo("go")
        path = self.secretive("echo x > %s; read line < %s; echo 1 > $y" % (gate, go))
        process = self.start("run", path, env=self.env)
        self.hear(gate)
        holders = []
        for folder in glob.glob("/proc/[0-9]*"):
            for name in ("environ", "cmdline"):
                try:
                    with open(folder + "/" + name, "rb") as file:
                        if VALUE.encode() in file.read():
                            holders.append(int(os.path.basename(folder)))
                except OSError:
                    pass
        with open("/proc/%d/task/%d/children" % (process.pid, process.pid), encoding="utf-8") as file:
            driver = int(file.read().split()[0])
        with open(go, "w", encoding="utf-8") as file:
            file.write("\n")
        self.assertEqual(self.finish(process).code, 0)
        self.assertNotIn(process.pid, holders)
        self.assertNotIn(driver, holders)
        self.assertGreaterEqual(len(holders), 1)  # the task itself

    def test_in_a_sandbox(self):
        """bubblewrap sets the task's variables, and nobody sees them at bubblewrap."""
        gate, go = self.fifo("gate"), self.fifo("go")
        path = self.secretive('echo "$TOKEN"; echo x > %s; read line < %s; printf %%s "$TOKEN" | wc -c > $y' % (gate, go), sandbox={"level": "full", "write": [self.folder]})
        process = self.start("run", path, "--name", "one", "-o", "json", env=self.env)
        self.hear(gate)
        shown = {}
        for name in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(name, "rb") as file:
                    shown[name] = VALUE.encode() in file.read()
                with open(os.path.dirname(name) + "/comm", encoding="utf-8") as file:
                    self.assertFalse(shown[name] and file.read().strip() == "bwrap", name)
            except OSError:
                pass
        self.assertTrue(any(shown.values()))
        with open(go, "w", encoding="utf-8") as file:
            file.write("\n")
        self.assertEqual(json.loads(self.finish(process).out)["outputs"]["y"], str(len(VALUE.encode())))
        self.assertEqual(self.wf("logs", "one").out.strip(), "***")
        self.assertEqual(self.holders(), [])

    def test_of_a_sandbox_that_cannot_be_made(self):
        self.write("bwrap", "#!/bin/sh\n[ \"$1\" != --args ] && exec %s \"$@\"\necho no room >&2; exit 1\n" % shutil.which("bwrap"))
        os.chmod(self.path("bwrap"), 0o755)
        done = self.run_file(self.secretive("true", sandbox="full"), code=1, env={"PATH": self.folder + ":" + os.environ["PATH"]})
        self.assertIn("its sandbox cannot be made: no room", done.out)

    def test_an_output_with_it_is_refused(self):
        for script in ('printf %s "$TOKEN" > $y', 'printf %s "$TOKEN" | base64 > $y', 'echo "{\\"a\\": \\"$TOKEN\\"}" > $y', 'echo 1 > $y; mkdir -p $WF_OUTPUTS/_report; echo "$TOKEN" > $WF_OUTPUTS/_report/a.txt'):
            done = self.run_file(self.secretive(script, cache=False), code=1)
            self.assertIn("WF-E3228", done.out, script)
            self.assertEqual(self.holders(), [], script)
        self.env["WF_SECRET_TOKEN"] = "sesame-open"
        tree = self.secretive('mkdir -p $d/in; touch "$d/in/$TOKEN"; ln -s "x$TOKEN" $d/link; echo good > $d/good', outputs={"d": "directory"})
        done = self.run_file(tree, code=1)
        self.assertIn("out/d/in/***, out/d/link", done.out)
        self.assertEqual([path for path in glob.glob(self.store + "/**", recursive=True) if "sesame" in path], [])

    def test_what_a_failed_task_leaves_in_its_folder(self):
        for count, end in enumerate(["exit 3", "exit 0"], 1):  # 0: without its output
            self.run_file(self.secretive('printf %s "$TOKEN" > note; printf %s "$TOKEN" > $TMPDIR/note; echo fine > kept; ' + end), code=1)
            self.assertEqual(self.holders(), [])
            self.assertEqual(len(glob.glob(self.store + "/runs/*/*/work/kept")), count)

    def test_what_cannot_be_read_hides_nothing(self):
        script = 'echo x > a; chmod 0 a; mkdir b; printf %s "$TOKEN" > b/x; chmod 0 b; printf %s "$TOKEN" > zz; '
        self.run_file(self.secretive(script + "exit 3"), code=1)
        self.assertEqual(self.holders(), [])
        self.assertEqual(self.run_file(self.secretive(script + "echo 1 > $y")).json["outputs"], {"y": "1"})

    def test_a_value_that_is_a_path(self):
        self.env["WF_SECRET_TOKEN"] = "team/token-12345"
        tree = self.secretive('mkdir -p "$d/$TOKEN"; echo x > "$d/$TOKEN/f"', outputs={"d": "directory"})
        self.assertIn("out/d/***", self.run_file(tree, code=1).out)
        self.assertEqual(glob.glob(self.store + "/**/token-12345", recursive=True), [])

    def test_a_link_in_the_place_of_a_folder(self):
        """What is outside is not ours to remove."""
        self.write("mine/note", VALUE)
        for place in ("out", "../tmp"):
            self.run_file(self.secretive("rm -rf %s; ln -s %s %s; exit 3" % (place, self.path("mine"), place)), code=1)
            self.assertEqual(self.read("mine/note"), VALUE)

    def test_checkpoints(self):
        for end in ("exit 3", "echo 1 > $y"):
            self.run_file(self.secretive('printf %s "$TOKEN" > $WF_CHECKPOINT/c; ' + end, checkpoint=True), code=None)
            self.assertEqual(self.holders(), [])

    def test_after_a_dead_driver(self):
        for name, after in (("one", ["resume"]), ("two", ["abort"])):
            gate, again = self.fifo("gate-" + name), self.path("again-" + name)
            path = self.secretive('printf %%s "$TOKEN" | tee left $TMPDIR/left > $y; if [ ! -e %s ]; then echo x > %s; sleep 1000; fi; echo 1 > $y' % (again, gate))
            process = self.start("run", path, "--name", name, env=self.env)
            self.hear(gate)
            self.kill_driver(process)
            self.assertNotEqual(self.holders(), [])
            self.write("again-" + name, "")
            self.wf(*after, name)
            self.assertEqual(self.holders(), [])

    def kill_with_a_checkpoint(self):
        """A task that says its secret to its checkpoint; its driver is killed."""
        gate = self.fifo("gate")
        script = 'if [ -e $WF_CHECKPOINT/step ]; then echo 1 > $y; exit; fi; printf %%s "$TOKEN" > $WF_CHECKPOINT/told; touch $WF_CHECKPOINT/step; echo x > %s; sleep 1000' % gate
        process = self.start("run", self.secretive(script, checkpoint=True), "--name", "one", env=self.env)
        self.hear(gate)
        self.kill_driver(process)
        self.assertNotEqual(self.holders(), [])

    def test_a_checkpoint_after_a_dead_driver_and_an_abort(self):
        self.kill_with_a_checkpoint()
        self.wf("abort", "one")
        self.assertEqual(self.holders(), [])

    def test_a_checkpoint_after_a_dead_driver_and_a_resume(self):
        """It goes on with it, and it is searched like any other."""
        self.kill_with_a_checkpoint()
        self.wf("resume", "one")
        self.assertEqual(self.holders(), [])

    def test_a_checkpoint_that_no_attempt_takes_up_again(self):
        """The run ends before: what the dead driver's attempt has left is removed unseen."""
        self.kill_with_a_checkpoint()
        self.without_variable()
        self.wf("resume", "one", code=None)
        self.assertEqual(self.wf("show", "one", "-o", "json").json["state"], "failed")
        self.assertEqual(self.holders(), [])

    def test_a_retry_goes_on_with_what_is_clean(self):
        script = ('if [ -e $WF_CHECKPOINT/step ]; then ls $WF_CHECKPOINT > $y; exit; fi; '
                  'printf %s "$TOKEN" > $WF_CHECKPOINT/told; touch $WF_CHECKPOINT/step; exit 3')
        path = self.secretive(script, checkpoint=True, retries=1, retry={"base": "1ms"})
        self.assertEqual(self.run_file(path).json["outputs"], {"y": "step"})
        self.assertEqual(self.holders(), [])

    def test_large_holes_and_a_stop(self):
        """Nothing waits until a file of holes has been read."""
        path = self.secretive("truncate -s 1T big; truncate -s 1T $b; echo x >> $b; rm $b; echo y > $b; exit 3", outputs={"b": "file"})
        self.run_file(path, code=1)

    def test_other_commands_do_not_show_it(self):
        self.run_file(self.secretive("echo 1 > $y"), "--name", "one")
        process = self.start("event", "follow", env=self.env)
        process.stdout.readline()
        with open("/proc/%d/environ" % process.pid, "rb") as file:
            self.assertNotIn(VALUE.encode(), file.read())

    def test_the_lines_of_a_value_are_hidden_in_logs_and_free_in_outputs(self):
        self.env["WF_SECRET_TOKEN"] = "apiVersion: v1\ntoken: 0123456789"
        path = self.secretive("echo 'apiVersion: v1' > $y; echo token: 0123456789; echo apiVersion: v1")
        self.assertEqual(self.run_file(path, "--name", "one").json["outputs"], {"y": "apiVersion: v1"})
        self.assertEqual(self.wf("logs", "one").out, "***\n***\n")

    def test_what_was_set_can_be_set_again(self):
        """However it had to be written: with quotes, escapes and what looks like their end."""
        sources = ['command:pass "my key"', "command:printf 'a\\n'", 'command:pass "x\\"', "command:pass 'it''s' # \u00e9", "env:A", 'command:a "']
        for source in [*sources, *reversed(sources)]:
            self.wf("secret", "set", "other", "env:B", "--layer", "user")
            self.wf("secret", "set", "a", source, "--layer", "user")
            listed = {one["secret"]: one["source"] for one in self.wf("secret", "list", "-o", "json").json["secrets"]}
            self.assertEqual((listed["a"], listed["other"]), (source, "env:B"))
        for quoted in ('\'command:it\'\'s "a"\'', '"command:\\x41 \\"b\\" \\\\"'):
            self.write(".config/wf/config.yaml", "secrets:\n  a: %s  # why\n  other: env:B\n" % quoted)
            self.wf("secret", "set", "a", "env:A", "--layer", "user")
            self.assertEqual(self.read(".config/wf/config.yaml"), 'secrets:\n  a: "env:A"  # why\n  other: env:B\n')

    def test_a_definition_or_setting_that_has_the_value(self):
        """By mistake: it is not repeated."""
        done = self.wf("secret", "set", "token", "hunter2-hunter2", code=2)
        self.assertNotIn("hunter2", done.out + done.err)
        for text in ("secrets: {token: hunter2-hunter2}\n", "secrets: hunter2-hunter2\n", "secrets: {token: {a: hunter2-hunter2}}\n", "secrets: {Hunter2-hunter2: x}\n"):
            self.write(".config/wf/config.yaml", text)
            err = self.wf("ls", code=2).err
            self.assertIn("config.yaml:1: ", err)
            self.assertNotIn("unter2", err)

    def test_no_core_is_dumped(self):
        path = self.secretive("ulimit -c > $y")
        self.assertEqual(self.run_file(path).json["outputs"]["y"], "0")


class Keys(SecretCase):
    def test_name_and_version_count_and_the_value_does_not(self):
        script = "echo 1 > $y"
        self.assertEqual(self.executions(self.secretive(script)), (1, 0))
        self.env["WF_SECRET_TOKEN"] = "another-value"
        self.assertEqual(self.executions(self.secretive(script)), (0, 1))
        self.assertEqual(self.executions(self.secretive(script, {"TOKEN": {"name": "token"}})), (0, 1))
        self.assertEqual(self.executions(self.secretive(script, {"TOKEN": {"name": "token", "version": "2"}}), "--name", "two"), (1, 0))
        parts = self.wf("explain", "two", "t", "-o", "json").out
        self.assertIn("secrets", parts)
        self.env["WF_SECRET_OTHER"] = "another-value"
        self.assertEqual(self.executions(self.secretive(script, {"TOKEN": "other"})), (1, 0))
        self.assertEqual(self.executions(self.secretive(script, {"KEY": "token"})), (1, 0))
        ignoring = {"ignore": {"parts": ["secrets"]}}
        self.assertEqual(self.executions(self.secretive(script, cache=ignoring)), (1, 0))
        self.assertEqual(self.executions(self.secretive(script, {"TOKEN": "other"}, cache=ignoring)), (0, 1))

    def test_nothing_changes_for_tasks_without(self):
        plain = self.wf("digest", self.one_task("true", file="a.yaml")).out
        self.assertEqual(self.wf("digest", self.one_task("true", file="b.yaml", secrets={})).out, plain)


class Elsewhere(SecretCase):
    def test_verify_repro_debug_and_recover(self):
        path = self.secretive('if [ -e %s ]; then echo "$TOKEN"; exit 3; fi; echo ${#TOKEN} > $y' % self.path("bad"))
        self.write("bad", "")
        self.run_file(path, "--name", "one", code=1)
        os.remove(self.path("bad"))
        self.assertEqual(self.wf("recover", "one", "--name", "two", "-o", "json").json["outputs"]["y"], str(len(VALUE.encode())))
        self.assertIn("1 the same", self.wf("verify-repro", "two").out)
        self.wf("debug", "two", "t", "--folder", self.path("d"), "--start")
        self.assertEqual(self.read("d/task/work/out/y").strip(), str(len(VALUE.encode())))
        shown = self.wf("debug", "two", "t", "--folder", self.path("e"), "-o", "json").json
        self.assertEqual(shown["secrets"], [{"variable": "TOKEN", "secret": "token"}])
        by_hand = subprocess.run(["sh", "-c", shown["command"]], env={"PATH": os.environ["PATH"], "TOKEN": VALUE}, check=False)
        self.assertEqual(by_hand.returncode, 0)

    def test_each_test_of_a_definition(self):
        for name in ("first", "second"):
            self.wf("secret", "set", name, "command:echo sesame-sesame", "--layer", "user")
        tasks = {name: task("echo ${#TOKEN} > $y", {}, {"y": "int"}, secrets={"TOKEN": name}) for name in ("first", "second")}
        path = self.define(tasks, {name: {"task": name} for name in tasks}, outputs={"y": "$second.y"},
                           tests={"one": {"stub": ["second"]}, "two": {"stub": ["first"], "expect": {"outputs": {"y": 13}}}})
        self.assertEqual(self.wf("test", path, "-o", "json").json["passed"], 2)

    def test_a_detached_run(self):
        path = self.secretive('echo "$TOKEN"; echo 1 > $y')
        run = self.wf("run", path, "--detach").out.strip()
        self.wf("wait", run)
        self.assertEqual(self.wf("logs", run).out.strip(), "***")

    def test_in_a_dynamic_part_and_a_sub_workflow(self):
        self.secretive('echo "$TOKEN"; echo 1 > $y', file="sub.yaml")
        self.define({"noop": task("true")}, {"s": {"workflow": "sub.yaml"}}, outputs={"y": "$s.y"}, file="top.yaml", name="top")
        self.run_file(self.path("top.yaml"), "--name", "one")
        self.assertEqual(self.wf("logs", "one").out.count("***"), 1)


if __name__ == "__main__":
    main()
