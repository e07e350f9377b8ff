"""What comes from outside can be shown, and can not command the terminal that shows it."""
import json
import os
import re
import subprocess

from terminal import on_terminal
from wftest import WF, WfTest, call, main, task

TITLE = "\x1b]0;owned\x07"        # OSC: the window's title
CLEAR = "\x1b[2J\x1b[31m"          # CSI: clears the screen, and a colour
C1 = "\u009b2J"                    # CSI as one character of C1
BIDI = "\u202egpj.\u2066x\u2069"   # shown in another order than it is
HOSTILE = TITLE + CLEAR + C1 + BIDI + "\x7f\x08"
BAD_UTF8 = b"\xff\x9b2J\xc3"

STYLE = re.compile("\x1b\\[(0|1|31|32|33)m")  # the only sequences that are ours
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]")


class Hostile(WfTest):
    def see(self, *arguments, code=0, env=None, pager="", **options):
        """What a terminal shows; nothing in it but text, lines and our own styles."""
        env = {"WF_PAGER": pager, **(env or {})}
        done = on_terminal(self.arguments(*arguments), env=env, cwd=self.folder, columns=500, **options)
        self.assertIn(done.code, (2, 3) if code is None else (code,), done)
        self.assert_harmless(done)
        return done.out

    def assert_harmless(self, done):
        self.assertIsNone(COMMANDS.search(STYLE.sub("", done.out)), ascii(done.out))
        self.assertNotIn("\ufffd", done.out, ascii(done.out))  # bytes that are no UTF-8

    def test_logs(self):
        script = "printf '%b' \"$t\"; printf '%b' \"$t\" >&2"
        path = self.one_task(script, {"t": "string"})
        raw = HOSTILE.encode() + BAD_UTF8
        octal = "".join("\\0%03o" % byte for byte in raw)
        self.wf("run", path, "-i", "t=" + octal, "--name", "loud")
        shown = self.see("logs", "loud", "--stream", "out")
        self.assertIn("\\x1b]0;owned\\x07", shown)
        self.assertIn("\\u202egpj.", shown)
        self.assertIn("\\xff", shown)
        self.assertIn("\\x1b", self.see("logs", "loud", env={"TERM": "dumb"}))
        self.see("logs", "loud", env={"LC_ALL": "C"})
        self.see("logs", "loud", "-o", "json")
        with open(self.path("log"), "wb") as file:
            subprocess.run(self.arguments("logs", "loud", "--stream", "out"), stdout=file, check=True)
        with open(self.path("log"), "rb") as file:
            self.assertEqual(file.read(), raw)

    def test_the_end_of_a_log_in_a_failure(self):
        octal = "".join("\\0%03o" % byte for byte in HOSTILE.encode() + BAD_UTF8)
        path = self.one_task("printf '%b\\n' \"$t\" >&2; exit 1", {"t": "string"})
        # While it runs lines are redrawn; TERM=dumb has no sequences at all.
        self.assertIn("owned", self.see("run", path, "-i", "t=" + octal, "--name", "bad", code=1,
                                        env={"TERM": "dumb"}))
        self.assertIn("owned", self.see("show", "bad"))
        self.see("show", "bad", "-o", "yaml")

    def test_values_and_results(self):
        path = self.one_task('printf %s "$t" > $out', {"t": "string"}, {"out": "string"})
        self.wf("run", path, "-i", "t=" + HOSTILE, "--name", "value")
        for arguments in (["show", "value"], ["show", "value", "-o", "json"], ["artifact", "list"],
                          ["artifact", "show", "value/t"], ["artifact", "get", "value/t/out"],
                          ["lineage", "show", "value/t"], ["lineage", "show", "value/t", "-o", "json"],
                          ["event", "list", "-o", "jsonl"], ["event", "list"]):
            with self.subTest(arguments=arguments):
                self.see(*arguments)
        self.assertIn("owned", self.see("show", "value"))
        self.assertEqual(json.loads(self.see("show", "value", "-o", "json"))["outputs"]["out"], HOSTILE)
        self.assertEqual(self.wf("artifact", "get", "value/t/out").out, HOSTILE + "\n")
        self.assertEqual(self.wf("show", "value", "-o", "json").json["outputs"]["out"], HOSTILE)

    def test_file_names(self):
        name = "a" + HOSTILE + "b.txt"
        os.makedirs(self.path("in"))
        self.write("in/" + name, "x")
        path = self.one_task('cp -r "$d" "$out/"', {"d": "directory"}, {"out": "directory"})
        self.wf("run", path, "-i", "d=" + self.path("in"), "--name", "named")
        for arguments in (["lineage", "show", "in/" + name], ["artifact", "show", "named/t"], ["show", "named"],
                          ["store", "check", "--contents"]):
            with self.subTest(arguments=arguments):
                self.see(*arguments)
        self.assertIn("\\u202egpj", self.see("lineage", "show", "in/" + name))

    def test_descriptions(self):
        text = json.dumps({"wf": "v1", "name": "told", "description": HOSTILE.replace("\x7f", ""),
                           "inputs": {"n": {"type": "int", "description": HOSTILE, "default": 1}},
                           "tasks": {"t": dict(task("true", {"n": "int"}), description=HOSTILE)},
                           "nodes": {"t": {"task": "t", "with": {"n": "$inputs.n"}}}})
        path = self.write("told.yaml", text)
        self.wf("run", path)
        for arguments in (["workflow", "show", "told"], ["version", "show", "told@latest"], ["workflow", "list"],
                          ["workflow", "show", "told", "-o", "json"]):
            with self.subTest(arguments=arguments):
                self.see(*arguments)
        self.wf("project", "create", "told", "--description", HOSTILE)
        self.assertIn("owned", self.see("project", "list"))
        self.assertIn("owned", self.see("project", "show", "told"))

    def test_mistakes(self):
        self.wf("init")
        for arguments in (["show", HOSTILE], [HOSTILE], ["help", HOSTILE], ["ls", "--" + HOSTILE], ["lint", HOSTILE],
                          ["ls", "--state", HOSTILE], ["version", "show", HOSTILE + "@v1"], ["ls", "-p", HOSTILE],
                          ["project", HOSTILE], ["project", "create", HOSTILE], ["--" + HOSTILE],
                          ["artifact", "get", HOSTILE], ["lineage", "show", HOSTILE]):
            with self.subTest(arguments=arguments):
                self.assertIn("WF-E", self.see(*arguments, code=None))

    def test_diagnostics(self):
        path = self.write("x\u202e.yaml", 'wf: v1\nname: "%s"\ntasks: {"%s": 1}\n' % (BIDI, BIDI))
        done = on_terminal([WF, "lint", path], cwd=self.folder, columns=500)
        self.assertEqual(done.code, 2)
        self.assert_harmless(done)

    def test_completion(self):
        self.wf("project", "create", "told", "--description", HOSTILE)
        done = call([WF, "__complete", "--", "ls", "-p", ""], env={"WF_STORE": self.store})
        self.assertIsNone(COMMANDS.search(done.out.replace("\t", "")), ascii(done.out))

    def test_through_a_pager(self):
        self.wf("project", "create", "told", "--description", HOSTILE)
        self.see("project", "list", pager="cat -", rows=2)


if __name__ == "__main__":
    main()
