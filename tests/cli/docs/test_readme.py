"""What README.md shows is what happens: its definitions are written, its commands run, their output compared.

A line "$ COMMAND" in a console block is followed by its output: stdout, and stderr where it fails. WF_ACCEPT=1
writes what happened into README.md.
"""
import os
import re
import shutil
import unittest

from transcripts import masked, unplaced
from wftest import PATH, SOURCE, WF, WfTest, call, main

README = os.path.join(SOURCE, "README.md")


class Readme(WfTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.clone = self.path("flowers")
        shutil.copytree(os.path.join(SOURCE, "examples"), self.path("flowers/examples"))
        self.env = {"PATH": os.path.dirname(WF) + ":" + PATH, "HOME": self.folder, "WF_STORE": ""}
        self.last = 0
        self.sh("git init -q -b main && git add . && "
                "git -c user.name=Ada -c user.email=ada@example.org commit -q -m Flowers")

    def sh(self, command):
        return call(["bash", "-c", "(exit %d); %s" % (self.last, command)], env=self.env, cwd=self.clone)

    def output(self, command):
        done = self.sh(command)
        self.last = done.code
        self.assertNotIn(done.code, (126, 127), command)
        text = unplaced(done.out + (done.err if done.code else ""), {self.clone: "/home/ada/flowers"})
        return text.rstrip("\n") + "\n" if text else ""

    def replay(self, block):
        """A code block as it really is."""
        kind, body = block.group(1), block.group(2)
        if kind == "yaml":
            self.write("flowers/" + re.match(r"# (\S+)\n", body).group(1), body)
            return block.group(0)
        commands = re.findall(r"^\$ (.*)$", body, re.M)
        return "```console\n%s```\n" % "".join("$ %s\n%s" % (line, self.output(line)) for line in commands)

    def test_transcripts(self):
        with open(README, encoding="utf-8") as file:
            written = file.read()
        happened = re.sub(r"^```(console|yaml)\n(.*?)^```\n", self.replay, written, flags=re.M | re.S)
        if os.environ.get("WF_ACCEPT") == "1":
            with open(README, "w", encoding="utf-8") as file:
                file.write(happened)
        else:
            self.assertEqual(masked(happened), masked(written))

    def test_links_lead_somewhere(self):
        for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md"):
            path = os.path.join(SOURCE, name)
            with open(path, encoding="utf-8") as file:
                for target in re.findall(r"\]\(([^)#:]+)\)", file.read()):
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(path), target)), target)


if __name__ == "__main__":
    main()
