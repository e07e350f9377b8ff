"""Sandboxes: what a task has not declared is refused and named, and what it reads is recorded."""
import json
import os
import shutil
import signal
import tempfile

from wftest import WF, WfTest, call, main, task, wait_until

CODE = "WF-E3231"


class SandboxTest(WfTest):
    def setUp(self):
        super().setUp()
        # Not below the folder of the test, which holds the store and its own.
        self.outside = os.path.realpath(tempfile.mkdtemp(prefix="wf-outside-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.outside, ignore_errors=True)
        os.chmod(self.outside, 0o777)
        self.secret = self.out_file("secret", "secret\n")

    def out_file(self, name, text):
        path = os.path.join(self.outside, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o666)
        return path

    def undeclared(self):
        row = self.query("SELECT sandbox FROM attempt ORDER BY started_us DESC, name LIMIT 1")[0][0]
        return {(one["access"], one["path"]) for one in json.loads(row)["undeclared"]}

    def observed(self):
        return json.loads(self.query("SELECT observed FROM attempt ORDER BY started_us DESC LIMIT 1")[0][0])

    def level(self):
        return json.loads(self.query("SELECT sandbox FROM attempt ORDER BY started_us DESC LIMIT 1")[0][0])

    def run_task(self, script, *arguments, level="paths", code=0, env=None, **more):
        path = self.one_task(script, sandbox=level, **more)
        return self.run_file(path, *arguments, code=code, env=env)

    def refused(self, script, *expected, level="paths", **more):
        """It fails though the script goes on, and names exactly these; {o} is the folder outside."""
        done = self.run_task(script.replace("{o}", self.outside) + "\nexit 0", level=level, code=1, **more)
        self.assertIn(CODE, done.out)
        wanted = {(access, path.replace("{o}", self.outside)) for access, path in expected}
        self.assertEqual(self.undeclared(), wanted)
        for _, path in wanted:
            self.assertIn("'%s'" % path, done.out)


class Declared(SandboxTest):
    SCRIPT = ("python3 -c 'import json, tempfile, subprocess; tempfile.TemporaryFile(); subprocess.check_call([\"true\"])'\n"
              "mkdir -p d/e; echo 1 > d/e/f; mv d/e/f d/g; ln d/g d/h; rm -r d; ls . > /dev/null; id > /dev/null\n"
              "git init -q repo; cd repo; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x; cd ..\n"
              "sort /etc/passwd | head -1 | wc -l > $y; cp $WF_WORK/.wf-script $TMPDIR; test ! -e /no/such/file; cat /no/such 2> /dev/null || true\n"
              "echo x > $HOME/x; python3 -c 'import multiprocessing; multiprocessing.Lock()'")

    def test_what_programs_need(self):
        for level in ("paths", "full"):
            with self.subTest(level):
                self.assertEqual(self.run_task(self.SCRIPT, "--refresh", level=level, outputs={"y": "int"}).json["outputs"], {"y": 1})
                self.assertEqual(self.level()["asked"], level)
                self.assertEqual(self.level()["reached"], level)

    def test_what_is_named(self):
        for level in ("paths", "full"):
            with self.subTest(level):
                named = {"level": level, "read": [self.secret], "write": [self.outside + "/w"]}
                os.makedirs(self.outside + "/w", exist_ok=True)
                self.run_task("cat %s > $y; echo new > %s/w/new; mv %s/w/new %s/w/old" % (self.secret, *[self.outside] * 3), "--refresh",
                              level=named, outputs={"y": "string"})
                self.assertEqual(os.listdir(self.outside + "/w"), ["old"])
                self.assertEqual(self.observed()["reads"], [{"path": self.secret, "source": "named"}])
                os.remove(self.outside + "/w/old")

    def test_a_link_to_what_is_named(self):
        os.symlink(self.outside, self.path("link"))
        self.run_task("cat %s/secret" % self.path("link"), level={"level": "paths", "read": [self.path("link")]})

    def test_what_is_to_be_written_is_there(self):
        done = self.run_task("true", level={"level": "paths", "write": [self.outside + "/none"]}, code=1)
        self.assertIn("'%s/none'" % self.outside, done.out)

    def test_programs_of_path(self):
        tool = self.out_file("tool", "#!/bin/sh\necho 3\n")
        os.chmod(tool, 0o755)
        path = self.outside + ":/usr/bin:/bin"
        for level in ("paths", "full"):
            self.assertEqual(self.run_task("tool > $y", "--refresh", level=level, outputs={"y": "int"}, env={"PATH": path}).json["outputs"], {"y": 3})

    def test_links_of_its_own(self):
        """What is done to a link itself is not done to what it leads to, though that may be an input or the system's."""
        self.write("given.txt", "1")
        script = ("cp -a in copy; mkdir d; tar cf - in | tar xf - -C d; ln -s /usr/share/zoneinfo/UTC l; touch -h l; chown -h $(id -u) l\n"
                  "python3 -m venv --without-pip e; cp -a e e2\n"
                  "python3 -c 'import os; os.utime(\"l\", follow_symlinks=False); os.lchown(\"l\", -1, os.getgid())\n"
                  "fd = os.open(\"l\", os.O_PATH | os.O_NOFOLLOW); os.chown(\"/proc/self/fd/%d\" % fd, os.getuid(), -1)'")
        for level in ("paths", "full"):
            with self.subTest(level):
                self.run_file(self.one_task(script, {"x": "file"}, sandbox=level), "--refresh", x=self.path("given.txt"))

    def test_its_own_processes_by_their_numbers(self):
        """Under full they have others than outside."""
        script = ("import os; os.chdir(os.environ['WF_WORK'])\n"
                  "def write(pid, name): open('/proc/%d/cwd/%s' % (pid, name), 'w').close()\n"
                  "write(os.getpid(), 'own'); child = os.fork()\n"
                  "if child: os.waitpid(child, 0)\n"
                  "else: write(os.getppid(), 'of the parent'); os._exit(0)\n"
                  "open(os.environ['y'], 'w').write(','.join(sorted(n for n in os.listdir('.') if n[0] == 'o' and n != 'out')))\n")
        for level in ("paths", "full"):
            with self.subTest(level):
                path = self.define({"t": task(script, {}, {"y": "string"}, sandbox=level, shell=["/usr/bin/python3"], cache=False)},
                                   {"t": {"task": "t"}}, outputs={"y": "$t.y"})
                self.assertEqual(self.run_file(path).json["outputs"]["y"], "of the parent,own")

    def test_what_has_no_name_is_nobodys(self):
        script = ("import os\n"
                  "def again(fd):\n  os.fchmod(fd, 0o600); os.chmod('/proc/self/fd/%d' % fd, 0o700)\n"
                  "  os.close(os.open('/proc/self/fd/%d' % fd, os.O_RDWR | os.O_CREAT))\n"
                  "again(os.memfd_create('x'))\n"
                  "fd = os.open('gone', os.O_RDWR | os.O_CREAT); os.unlink('gone'); again(fd)\n"
                  "again(os.open('.', os.O_RDWR | os.O_TMPFILE))\n")
        for level in ("paths", "full"):
            with self.subTest(level):
                self.run_task(script, "--refresh", level=level, shell=["python3"])

    def test_a_path_that_is_none(self):
        script = ("import os\nos.chdir('%s')\n"
                  "for act in (lambda: os.open('', os.O_RDONLY), lambda: os.chmod('', 0o700), lambda: os.utime(''), lambda: os.truncate('', 0)):\n"
                  "  try: act()\n  except FileNotFoundError: continue\n  raise SystemExit(3)\n" % self.outside)
        self.run_task(script, shell=["python3"])

    def test_bytecode_beside_what_may_be_read_is_no_fault(self):
        self.out_file("module.py", "x = 1\n")
        self.run_task("PYTHONPATH=%s python3 -c 'import module'" % self.outside, level={"level": "paths", "read": [self.outside]})
        self.assertFalse(os.path.exists(self.outside + "/__pycache__"))


class Undeclared(SandboxTest):
    def test_reads(self):
        os.symlink(self.secret, self.outside + "/link")
        for script in ("cat {o}/secret || true", "cd {o}; cat secret || true", "cat ../../../../../../../../../../..{o}/secret || true",
                       "ln -s {o}/secret s; cat s || true", "cat {o}/link || true", "(sh -c 'sh -c \"cat {o}/secret\"' &) ; sleep 0; wait || true; cat {o}/secret || true",
                       "ln {o}/secret hard || true", "cp {o}/secret . || true"):
            with self.subTest(script):
                self.refused(script, ("read", "{o}/secret"))
        self.refused("ls {o} || true", ("read", "{o}"))

    def test_writes(self):
        for script, path in (("echo x > {o}/new || true", "new"), ("echo x >> {o}/secret || true", "secret"), ("truncate -s 0 {o}/secret || true", "secret"),
                             ("rm -f {o}/secret || true", "secret"), ("mkdir {o}/d || true", "d"), ("ln -s x {o}/l || true", "l"),
                             ("chmod 600 {o}/secret || true", "secret"), ("touch -c -d 2001-01-01 {o}/secret || true", "secret"), ("mkfifo {o}/p || true", "p"),
                             ("echo x > f; mv f {o}/f || true", "f"), ("python3 -c 'import os; os.truncate(\"{o}/secret\", 0)' || true", "secret"),
                             ("ln -s {o}/far l; echo x > l || true", "far")):
            with self.subTest(script):
                self.refused(script, ("write", "{o}/" + path))
        with open(self.secret) as file:
            self.assertEqual(file.read(), "secret\n")
        self.assertEqual(os.listdir(self.outside), ["secret"])

    def test_links(self):
        os.symlink("/dev/null", self.outside + "/open")  # which it may write to
        os.symlink("/nowhere", self.outside + "/dangling")
        before = [os.lstat(self.outside + name) for name in ("/open", "/dangling")]
        python = "python3 -c 'import os; os.%s'"
        for script in ("touch -h -d 2001-01-01 {o}/%s", python % 'lchown("{o}/%s", os.getuid(), -1)', python % 'setxattr("{o}/%s", "user.x", b"", follow_symlinks=False)'):
            for level in ("paths", "full"):
                with self.subTest(script, level=level):
                    both = "; ".join("%s || true" % (script % name) for name in ("open", "dangling"))
                    self.refused(both, ("write", "{o}/open"), ("write", "{o}/dangling"), level=level)
        self.assertEqual([os.lstat(self.outside + name) for name in ("/open", "/dangling")], before)

    def test_a_name_for_what_has_none(self):
        self.refused("python3 -c 'import os; os.link(\"/proc/self/fd/%d\" % os.open(\".\", os.O_RDWR | os.O_TMPFILE), \"{o}/new\", src_dir_fd=0)' || true",
                     ("write", "{o}/new"))
        self.assertEqual(os.listdir(self.outside), ["secret"])

    def test_under_full(self):
        self.refused("cat {o}/secret || true; echo x > {o}/new || true", ("read", "{o}/secret"), ("write", "{o}/new"), level="full")
        self.refused("rm -f {o}/secret || true; mkdir {o}/d || true", ("write", "{o}/d"), ("write", "{o}/secret"), level="full")
        temporary = os.path.join("/tmp", os.path.basename(self.outside))
        with open(temporary, "w"):
            self.addCleanup(os.remove, temporary)
        self.refused("cat %s || true; echo x > /tmp/mine; cat /tmp/mine" % temporary, ("read", temporary), level="full")

    def test_what_is_not_there_under_full(self):
        """Folders above what it has hold nothing else: to list them tells nothing of the machine, and is no fault."""
        path = self.one_task("ls / > $y; ! ls /var | grep -v -e cache -e lib -e run", outputs={"y": "string"}, sandbox="full")
        self.assertNotIn("media", self.run_file(path).json["outputs"]["y"].split())
        self.refused("ls /var || true", ("read", "/var"))

    def test_temporary_folder_of_the_machine(self):
        self.refused("echo x > /tmp/wf-test-undeclared || true", ("write", "/tmp/wf-test-undeclared"))
        self.assertFalse(os.path.exists("/tmp/wf-test-undeclared"))

    def test_a_socket(self):
        import socket
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(self.outside + "/s")
            server.listen()
            self.refused("python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"{o}/s\")' || true", ("read", "{o}/s"))

    def test_it_is_not_tried_again_and_beats_the_timeout(self):
        path = self.one_task("cat %s; sleep 600" % self.secret, sandbox="paths", retries=3, retry={"base": "1ms"}, timeout="1s", shell=["sh"])
        self.assertIn(CODE, self.run_file(path, code=1).out)
        self.assertEqual(self.query("SELECT count(*) FROM attempt"), [(1,)])

    def test_threads(self):
        script = "import threading\ndef f(i):\n  try: open('%s/%%d' %% i, 'w')\n  except OSError: pass\nall = [threading.Thread(target=f, args=[i]) for i in range(64)]\n" % self.outside
        script += "[one.start() for one in all]; [one.join() for one in all]\n"
        path = self.one_task(script, sandbox="paths", shell=["python3"])
        self.run_file(path, code=1)
        self.assertEqual(len(self.undeclared()), 64)


class Observed(SandboxTest):
    def test_reads_beside_what_is_declared(self):
        self.write("a.txt", "a")
        self.write("b.txt", "b")
        self.write("lib.py", "print(open('in/a').read())")
        path = self.define({"t": task(["python3", "lib.py"], {"a": "file", "b": "file"}, sources=["lib.py"], sandbox="paths")},
                           {"n": {"task": "t", "with": {"a": "$inputs.a", "b": "$inputs.b"}}}, {"a": "file", "b": "file"})
        self.run_file(path, "--name", "a", a=self.path("a.txt"), b=self.path("b.txt"))
        self.assertEqual(self.observed(), {"cut_short": False, "unread": ["in/b"],
                                           "reads": [{"path": "in/a", "source": "input"}, {"path": "lib.py", "source": "source"}]})
        text = self.wf("explain", "a", "n", "--attempts").out
        self.assertIn("read in/a, lib.py", text)
        self.assertIn("never opened in/b", text)

    def test_too_many(self):
        os.mkdir(self.outside + "/many")
        for i in range(1100):
            self.out_file("many/%d" % i, "")
        self.run_task("cat %s/many/*" % self.outside, level={"level": "paths", "read": [self.outside]})
        self.assertTrue(self.observed()["cut_short"])
        self.assertEqual(len(self.observed()["reads"]), 1000)


class Levels(SandboxTest):
    def test_a_run_asks_for_more(self):
        path = self.one_task("cat %s || true" % self.secret)
        self.run_file(path)
        self.assertEqual(self.query("SELECT sandbox FROM attempt"), [(None,)])
        self.assertIn(CODE, self.run_file(path, "--refresh", "--sandbox", "paths", "--name", "a", code=1).out)
        self.assertIn(CODE, self.wf("recover", "a", "-o", "json", code=1).out)

    def test_without_bubblewrap(self):
        tools = self.path("tools")
        os.mkdir(tools)
        for name in ("sh", "true"):
            os.symlink(shutil.which(name), os.path.join(tools, name))
        done = self.run_task("true", level="full", code=1, env={"PATH": tools})
        self.assertIn("WF-E3232", done.out)
        self.assertIn("install bubblewrap", done.out)
        self.run_task("true", "--weaker-sandbox", "--refresh", level="full", env={"PATH": tools})
        self.assertEqual(self.level()["reached"], "paths")
        self.assertIn("bwrap", self.level()["hindrance"])

    def test_with_a_bubblewrap_that_fails(self):
        broken = self.out_file("bwrap", "#!/bin/sh\necho first >&2; echo last >&2; exit 3\n")
        os.chmod(broken, 0o755)
        done = self.run_task("true", level="full", code=1, env={"PATH": self.outside + ":" + os.environ["PATH"]})
        self.assertIn("'%s --version' exited with code 3: last" % broken, done.out)

    def test_no_network_under_full(self):
        count = "grep -c : /proc/net/dev > $y"
        self.assertEqual(self.run_task(count, level="full", outputs={"y": "int"}).json["outputs"], {"y": 1})
        with open("/proc/net/dev") as file:
            there = sum(":" in line for line in file)
        self.assertEqual(self.run_task(count, "--refresh", level={"level": "full", "network": True}, outputs={"y": "int"}).json["outputs"], {"y": there})

    def test_ends_under_full(self):
        for script, wanted in (("kill -9 $$", "signal 9"), ("exit 137", "exited with code 137"), ("kill -11 $$", "signal 11"), ("exit 3", "exited with code 3")):
            with self.subTest(script):
                self.assertIn(wanted, self.run_task(script, level="full", code=1).out)

    def test_who_changes_paths_while_they_are_judged_changes_nothing_under_full(self):
        script = ("import ctypes, threading\nchmod = ctypes.CDLL(None).chmod\nopen('own', 'w')\n"
                  "paths = [b'own'.ljust(200, b'\\0'), b'%s'.ljust(200, b'\\0')]\npath = ctypes.create_string_buffer(200)\n"
                  "def flip():\n  while True:\n    path.raw = paths[0]; path.raw = paths[1]\n"
                  "threading.Thread(target=flip, daemon=True).start()\nfor i in range(3000): chmod(path, 0o600)\n" % self.secret)
        path = self.one_task(script, shell=["python3"], sandbox={"level": "full", "read": [self.secret]})
        self.run_file(path, code=None)
        self.assertEqual(os.stat(self.secret).st_mode & 0o777, 0o666)

    def test_what_cannot_be_executed(self):
        """It is told alike at each level: no shell is tried instead."""
        self.write("bin/text", "exit 0\n", mode=0o755)
        self.write("bin/lost", "#!/no/such\n", mode=0o755)
        path = {"PATH": self.path("bin") + ":/usr/bin:/bin"}
        for program in ("text", "lost", "./none"):
            told = [self.run_file(self.one_task([program], sandbox=level), "--refresh", code=1, env=path).json["failures"][0] for level in ("none", "paths", "full")]
            with self.subTest(program):
                self.assertIn("cannot execute '%s': " % program, told[0]["cause"]["message"])
                self.assertEqual([one["cause"] for one in told], [told[0]["cause"]] * 3)

    def test_what_it_took(self):
        """Of all its processes, whoever of bubblewrap's waited for them, and of those that left its session."""
        work = "import os, time\nb = bytearray(96 << 20)\nwhile time.process_time() < 0.3: pass\n"
        leave = "import os\nr, w = os.pipe()\nif os.fork():\n  os.close(w); os.read(r, 1); os._exit(0)\nif os.fork(): os._exit(0)\nos.setsid()\n"
        for level, script in [(level, work) for level in ("none", "paths", "full")] + [(level, leave + work) for level in ("none", "paths")]:
            with self.subTest(level, script=script):
                self.run_task(script, "--refresh", level=level, shell=["python3"])
                self.assert_took()

    def assert_took(self):
        cpu, memory = self.query("SELECT cpu_us, max_rss_bytes FROM attempt ORDER BY started_us DESC LIMIT 1")[0]
        self.assertGreaterEqual(cpu, 300_000)
        self.assertGreaterEqual(memory or 0, 96 << 20)

    def test_what_it_took_until_it_was_killed(self):
        work = ("import signal, time\ndef tell(*_):\n  with open('%s', 'w') as out: out.write('x')\n"
                "signal.signal(signal.SIGTERM, tell)\nb = bytearray(96 << 20)\n"
                "while time.process_time() < 0.3: pass\ntell()\nwhile True: signal.pause()\n")
        for level in ("none", "paths", "full"):
            with self.subTest(level):
                gate = self.fifo("gate" + level)
                process = self.start("run", self.one_task(work % gate, sandbox={"level": level, "write": [gate]}, shell=["python3"]))
                for _ in range(2):
                    self.hear(gate)
                    process.send_signal(signal.SIGINT)
                self.finish(process)
                self.assert_took()
                self.assert_no_process()

    def test_nobody_knows_what_it_took_when_bubblewrap_is_killed(self):
        gate = self.fifo("gate")
        process = self.start("run", self.one_task("echo x > %s; sleep 600" % gate, sandbox={"level": "full", "write": [gate]}))
        self.hear(gate)
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE pid IS NOT NULL"), "it is recorded who runs it")
        os.kill(self.peek("SELECT pid FROM attempt")[0][0], signal.SIGKILL)
        self.finish(process)
        self.assertEqual(self.query("SELECT signal, cpu_us, max_rss_bytes FROM attempt ORDER BY started_us LIMIT 1"), [(9, None, None)])

    def test_timeout_under_full(self):
        done = self.run_task("trap 'echo told >&2; exit 5' TERM; sleep 600 & wait", level="full", timeout="1s", code=1)
        self.assertIn("took longer than its timeout", done.out)
        self.assertIn("told", done.out)
        self.assert_no_process()

    def test_a_dead_driver_leaves_nothing(self):
        for level in ("paths", "full"):
            with self.subTest(level):
                gate = self.fifo("gate" + level)
                named = {"level": level, "write": [gate]}
                process = self.start("run", self.one_task("setsid sh -c 'echo x > %s; sleep 600'" % gate, sandbox=named), "--name", level)
                self.hear(gate)
                self.kill_driver(process)
                self.assert_no_process()

    def test_root_has_no_rights_under_full(self):
        """What is read-only stays so, and what is the machine's in /proc too."""
        if os.geteuid() != 0:
            self.skipTest("only root could do it")
        before = self.sysctl()
        script = "mount -o remount,rw,bind {o} 2> err || true; echo ruined > {o}/secret || true; echo 3 > /proc/sys/vm/swappiness || true"
        self.refused(script, ("write", "{o}/secret"), ("write", "/proc/sys/vm/swappiness"), level={"level": "full", "read": [self.outside]})
        self.assertEqual((self.read(self.secret), self.sysctl()), ("secret\n", before))

    @staticmethod
    def sysctl():
        with open("/proc/sys/vm/swappiness", encoding="utf-8") as file:
            return file.read()

    def test_another_root_and_copies_of_mounts(self):
        script = ("import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
                  "assert libc.chroot(b'%s') == -1 and ctypes.get_errno() == 1\n"
                  "assert libc.syscall(428, -100, b'%s', 1) == -1 and ctypes.get_errno() == 1\n" % (self.outside, self.outside))
        self.run_task(script, shell=["python3"])

    def test_who_hides_what_it_means_changes_nothing(self):
        script = ("import ctypes, os\nctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n"
                  "for change in (lambda: os.chmod('%s', 0o600), lambda: os.truncate('%s', 0)):\n"
                  "    try: change()\n    except PermissionError: continue\n    raise SystemExit(3)\n" % (self.secret, self.secret))
        path = self.one_task(script, shell=["python3"], sandbox="paths")
        os.chmod(self.folder, 0o777)
        self.store = tempfile.mkdtemp(dir="/var/tmp")
        self.addCleanup(shutil.rmtree, self.store, ignore_errors=True)
        os.chmod(self.store, 0o777)
        as_nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
        done = call(as_nobody + self.arguments("run", path), cwd="/", env={"HOME": self.store})
        self.assertEqual((done.code, os.stat(self.secret).st_mode & 0o777), (0, 0o666), done)
        self.assertEqual(self.read(self.secret), "secret\n")

    def test_what_processes_tell_the_kernel_of_themselves(self):
        self.run_task("sh -c 'echo 0x33 > /proc/self/coredump_filter' || true; sh -c 'echo x > /proc/$$/comm' || true")

    def test_names_of_the_machines_temporary_folder_are_free_under_full(self):
        handle, path = tempfile.mkstemp(dir="/tmp")
        os.close(handle)
        self.addCleanup(os.remove, path)
        self.run_task("test ! -e %s; echo x > %s; cat %s" % (path, path, path), level="full")
        self.assertEqual(os.path.getsize(path), 0)

    def test_what_may_be_read_there_stays_as_it_is_under_full(self):
        """A folder of /tmp that is declared is no part of the sandbox's own."""
        folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, folder)
        self.write(folder + "/there", "1\n")
        self.refused("echo x > %s/new || true; echo x > %s/there || true" % (folder, folder), ("write", folder + "/new"), ("write", folder + "/there"),
                     level={"level": "full", "read": [folder]})
        self.assertEqual((os.listdir(folder), self.read(folder + "/there")), (["there"], "1\n"))

    def test_a_bubblewrap_that_begins_nothing(self):
        self.write("bin/bwrap", "#!/bin/sh\ncase \"$*\" in *--args*) exit 0;; esac\nexec /usr/bin/bwrap \"$@\"\n", mode=0o755)
        done = self.run_task("true", level="full", code=1, env={"PATH": self.path("bin") + ":/usr/bin:/bin"}, retry={"base": "1ms"})
        self.assertIn("has not begun it", done.out)

    def test_many_at_once(self):
        for level in ("paths", "full"):
            path = self.one_task("cat /etc/hostname > /dev/null; echo $x > $y", {"x": "int"}, {"y": "int"}, map_over=["x"], sandbox=level)
            done = self.run_file(path, "--parallelism", "64", "--refresh", x=json.dumps(list(range(64))))
            self.assertEqual(done.json["outputs"], {"y": list(range(64))})

    def test_repeated_in_its_sandbox(self):
        self.run_task("echo 1 > $y", "--name", "a", level="full", outputs={"y": "int"})
        self.wf("verify-repro", "a")

    def test_as_a_normal_user(self):
        os.chmod(self.folder, 0o777)
        path = self.one_task("cat %s || true" % self.secret, sandbox="full")
        os.chmod(path, 0o644)
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        for level in ("paths", "full"):
            done = call([*user, WF, "run", path, "--store", self.path("other-" + level), "--sandbox", level], {"HOME": self.folder}, cwd=self.folder)
            self.assertIn(CODE, done.err)


if __name__ == "__main__":
    main()
