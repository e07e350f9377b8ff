"""The manual is what the program says of itself, and help is written alike everywhere."""
import json
import os
import re
import shutil
import unittest

from wftest import SOURCE, WF, WfTest, call, main

MANUAL = os.path.join(SOURCE, "man")


class Manual(WfTest):
    def test_wf_1_is_up_to_date(self):
        made = call([os.path.join(MANUAL, "generate"), WF])
        self.assertEqual(made.code, 0, made)
        with open(os.path.join(MANUAL, "wf.1"), encoding="utf-8") as file:
            self.assertEqual(file.read(), made.out, "write it again: man/generate WF man/wf.1")

    @unittest.skipUnless(shutil.which("groff"), "needs groff")
    def test_pages_have_no_mistakes(self):
        for name in ("wf.1", "wf-workflow.5"):
            done = call(["groff", "-man", "-Tutf8", "-ww", os.path.join(MANUAL, name)])
            self.assertEqual((done.code, done.err), (0, ""), name)


class Help(WfTest):
    @classmethod
    def setUpClass(cls):
        cls.described = json.loads(call([WF, "__dump-cli"]).out)
        cls.commands = cls.described["commands"]

    def test_every_command_is_described(self):
        for command in self.commands:
            self.assertRegex(command["summary"], r"^[A-Z].{8,75}[^.]$")
            self.assertTrue(command["details"] and command["examples"], command["name"])

    def test_texts_begin_small_and_have_no_full_stop(self):
        for command in self.commands:
            texts = [one["help"] for one in command["options"] + command["arguments"]]
            for text in texts + [one["text"] for one in command["examples"]]:
                self.assertRegex(text, r"^([a-z]|JSON|YAML).*[^.]$", command["name"])

    def test_examples_parse(self):
        """Each names its command and only options that it has."""
        for command in self.commands:
            known = {flag for one in command["options"] + self.described["options"] for flag in one["flags"]}
            for example in command["examples"]:
                self.assertTrue((example["command"] + " ").startswith("wf %s " % command["name"]))
                self.assertLessEqual(set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", example["command"])), known)

    def test_help_has_every_option(self):
        for command in self.commands:
            shown = self.wf(*command["name"].split(), "--help").out
            self.assertIn(command["summary"], shown)
            for option in command["options"] + self.described["options"]:
                self.assertIn(", ".join(option["flags"]), shown)

    def test_help_of_a_group_lists_its_commands(self):
        self.assertIn("Usage: wf version COMMAND", self.wf("version", "--help").out)


if __name__ == "__main__":
    main()
