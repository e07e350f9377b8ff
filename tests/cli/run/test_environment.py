"""The world that a task wakes up in: variables, descriptors, signals, standard input, umask, folders."""
import os

from wftest import PATH, WfTest, call, main

DUMP = "env -0 > $dump"


def variables(text):
    return dict(pair.split("=", 1) for pair in text.split("\0") if pair)


class Environment(WfTest):
    def dump(self, inputs=None, env=None, script=DUMP, given=None, declared=None):
        """What `env` prints inside a task whose output is `dump`."""
        more = {"env": declared} if declared else {}
        path = self.one_task(script, inputs, {"dump": "file"}, **more)
        self.run_file(path, "--out", self.path("out"), env=env, **(given or {}))
        return variables(self.read("out/dump"))

    def attempt_folder(self, found):
        work = found["WF_WORK"]
        self.assertEqual(os.path.basename(work), "work")
        return os.path.dirname(work)

    def test_exactly_what_is_promised(self):
        found = self.dump({"n": "int", "table": "file"}, given={"n": 7, "table": self.write("a.csv", "1,2\n")},
                          env={"SECRET_OF_THE_CALLER": "x", "LD_LIBRARY_PATH": "/nowhere"})
        attempt = self.attempt_folder(found)
        for name in ("PWD", "OLDPWD", "SHLVL", "_"):  # the shell's own
            found.pop(name, None)
        name = found.pop("WF_ATTEMPT")
        self.assertRegex(name, r"^wf-[0-9a-f]{12}-t-[0-9a-f]{16}-1-1$")
        self.assertEqual(os.path.basename(attempt), name)
        self.assertEqual(found, {
            "WF_WORK": attempt + "/work", "WF_INPUTS": attempt + "/work/in", "WF_OUTPUTS": attempt + "/work/out",
            "HOME": attempt + "/tmp", "TMPDIR": attempt + "/tmp", "LANG": "C.UTF-8", "TZ": "UTC", "PATH": PATH,
            "n": "7", "table": "in/table", "dump": "out/dump"})
        self.assertTrue(attempt.startswith(self.store + "/runs/"))

    def test_a_command_gets_the_same_without_a_shell(self):
        path = self.one_task(["env", "-0"], cache=False)
        run = self.run_file(path).json["run"]
        (blob,), = self.query("SELECT b.data FROM attempt a JOIN blob b ON b.digest = a.stdout")
        self.assertEqual(set(variables(blob.decode())), {
            "WF_WORK", "WF_INPUTS", "WF_OUTPUTS", "WF_ATTEMPT", "HOME", "TMPDIR", "LANG", "TZ", "PATH"}, run)

    def test_declared_variables(self):
        found = self.dump({"n": "int", "word": "string?"}, given={"n": 3},
                          declared={"GREETING": "hello $(inputs.n)", "COPY": "$inputs.n", "ABSENT": "$inputs.word",
                                    "TZ": "Europe/Paris", "PRICE": "$$5", "VERSION": "1.10"})
        self.assertEqual({name: found.get(name) for name in ("GREETING", "COPY", "TZ", "PRICE", "VERSION")},
                         {"GREETING": "hello 3", "COPY": "3", "TZ": "Europe/Paris", "PRICE": "$5", "VERSION": "1.10"})
        self.assertNotIn("ABSENT", found)
        self.assertNotIn("word", found)

    def test_the_path_is_the_callers_and_stays_the_runs(self):
        self.write("bin/greet", "#!/bin/sh\necho hi\n", 0o755)
        found = self.dump(script="greet > greeting; " + DUMP, env={"PATH": self.path("bin") + ":" + PATH})
        self.assertEqual(found["PATH"], self.path("bin") + ":" + PATH)

    def test_descriptors_signals_and_umask(self):
        path = self.one_task("""
            ls /proc/self/fd > fds; readlink /proc/self/fd/0 > stdin; umask > mask
            grep -E '^Sig(Ign|Blk)' /proc/self/status > signals
            if read line; then echo read > stdin_read; else echo end > stdin_read; fi
            cat fds stdin mask signals stdin_read > $seen""", outputs={"seen": "string"})
        seen = self.run_file(path).json["outputs"]["seen"].split()
        self.assertEqual(seen[:4], ["0", "1", "2", "3"], "3 is the folder that ls itself reads")
        self.assertEqual(seen[4:], ["/dev/null", "0022", "SigBlk:", "0" * 16, "SigIgn:", "0" * 16, "end"])

    def test_an_own_process_group_and_no_terminal(self):
        path = self.one_task("cut -d ' ' -f 1,5,7 /proc/$$/stat > $seen", outputs={"seen": "string"})
        pid, group, terminal = self.run_file(path).json["outputs"]["seen"].split()
        self.assertEqual((pid, terminal), (group, "0"))

    def test_the_callers_umask_and_ignored_signals_do_not_reach_it(self):
        path = self.one_task("umask > $mask; yes | head -n 1 > $word; grep SigIgn /proc/self/status > $ignored",
                             outputs={"mask": "string", "word": "string", "ignored": "string"},
                             shell=["bash", "-euo", "pipefail"])
        outer = "umask 077; trap '' PIPE USR1; exec \"$@\""
        done = call(["sh", "-c", outer, "sh", *self.arguments("run", path, "-o", "json")], cwd=self.folder)
        self.assertEqual(done.code, 1, "yes dies of SIGPIPE, which pipefail makes the script's end: %r" % done)
        path = self.one_task("umask > $mask; grep SigIgn /proc/self/status > $ignored",
                             outputs={"mask": "string", "ignored": "string"})
        done = call(["sh", "-c", outer, "sh", *self.arguments("run", path, "-o", "json")], cwd=self.folder)
        self.assertEqual(done.json["outputs"], {"mask": "0022", "ignored": "SigIgn:\t" + "0" * 16})

    def test_a_source_in_the_place_of_the_script(self):
        self.write(".wf-script", "echo other")
        done = self.run_file(self.one_task("true", sources=[".wf-script"]), code=2)
        self.assertIn("WF-E1404", done.err)

    def test_the_working_folder_holds_only_what_belongs_there(self):
        self.write("lib/tool.py", "print(1)\n")
        self.write("run.sh", "#!/bin/sh\necho ran\n", 0o755)
        path = self.one_task("""
            find . -mindepth 1 ! -name .wf-script -printf '%P %y %m\\n' | sort > $$.list; rm -f x
            grep -v list $$.list > $seen; test -z "$(ls -A $TMPDIR)"; test "$(pwd)" = "$WF_WORK"; ./run.sh""",
                             outputs={"seen": "string", "folder": "directory"}, sources=["lib", "run.sh"])
        seen = self.run_file(path).json["outputs"]["seen"].splitlines()
        self.assertEqual(seen, ["in d 700", "lib d 700", "lib/tool.py f 644", "out d 700", "out/folder d 700",
                                "run.sh f 755"])


if __name__ == "__main__":
    main()
