"""What the shells are told may stand next, and the stub that asks in bash."""
import os
import unittest

from wftest import SOURCE, WF, WfTest, call, main


class Completion(WfTest):
    def setUp(self):
        super().setUp()
        self.env = {"WF_STORE": self.store}

    def candidates(self, *words):
        done = call([WF, "__complete", "--", *words], env=self.env, cwd=self.folder)
        self.assertEqual((done.code, done.err), (0, ""))
        return [line.split("\t")[0] for line in done.out.splitlines()]

    def with_a_run(self):
        definition = self.one_task("echo hello > $x", outputs={"x": "string"})
        self.wf("register", definition, "--label", "v1")
        self.wf("run", "probe@v1", "--name", "nightly")

    def test_commands_and_groups(self):
        self.assertEqual(self.candidates("re"), ["register", "resume"])
        self.assertEqual(self.candidates("project", ""), ["create", "list", "show"])
        self.assertEqual(self.candidates("ver"), ["version"])

    def test_options_and_their_choices(self):
        self.assertEqual(self.candidates("run", "--ref"), ["--refresh"])
        self.assertEqual(self.candidates("ls", "--state", "f"), ["failed"])
        self.assertEqual(self.candidates("ls", "--state=f"), ["--state=failed"])
        self.assertEqual(self.candidates("store", "path", "-o", ""), ["table", "json", "yaml"])

    def test_paths(self):
        self.assertEqual(self.candidates("lint", "a.yaml", ""), [":files"])
        self.assertEqual(self.candidates("run", "x@y", "--out", ""), [":folders"])
        self.assertEqual(self.candidates("schema", ""), [])

    def test_names_from_the_store(self):
        self.with_a_run()
        self.assertEqual(self.candidates("version", "show", "pro"), ["probe@latest", "probe@v1"])
        self.assertEqual(self.candidates("version", "diff", "probe@v1", "probe@l"), ["probe@latest"])
        self.assertEqual(self.candidates("workflow", "show", "pro")[0], "probe")
        self.assertEqual(self.candidates("show", "ni"), ["nightly"])
        self.assertEqual(self.candidates("-p", ""), [])
        self.assertEqual(self.candidates("ls", "-d", "st"), ["staging"])
        self.assertEqual(self.candidates("ls", "-d", "staging", "pro"), [])

    def test_silent_without_a_store(self):
        self.assertEqual(self.candidates("show", ""), [])
        self.assertEqual(self.candidates("no-such-command", "x", ""), [])
        self.assertFalse(os.path.exists(self.store))

    def bash(self, line):
        """What bash would put in place of its last word."""
        script = ('source "$1"; COMP_LINE=$2 COMP_POINT=${#2}; read -ra COMP_WORDS <<< "${2//@/ @ }"; '
                  'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); compopt() { :; }; _wf; printf "%s\\n" "${COMPREPLY[@]}"')
        done = call(["bash", "-c", script, "bash", os.path.join(SOURCE, "completions", "wf.bash"), line],
                    env=dict(self.env, PATH=os.path.dirname(WF) + ":/usr/bin:/bin"), cwd=self.folder)
        self.assertEqual((done.code, done.err), (0, ""))
        return done.out.split()

    def test_bash(self):
        self.with_a_run()
        self.assertEqual(self.bash("wf reg"), ["register"])
        self.assertEqual(self.bash("wf version show probe@"), ["latest", "v1"])
        self.assertEqual(self.bash("wf lint prob"), ["probe.yaml"])


if __name__ == "__main__":
    main()
