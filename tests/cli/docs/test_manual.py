"""The manual is what the program says of itself, and help is written alike everywhere."""
import json
import os
import re
import shlex
import shutil
import unittest

from wftest import SOURCE, WF, WfTest, call, keys_of, main

MANUAL = os.path.join(SOURCE, "man")


def names_with_pages():
    """The commands, and the groups that they are in."""
    names = set()
    for one in call([WF, "__dump-cli"]).json["commands"]:
        words = one["name"].split()
        names |= {"-".join(words[:count]) for count in range(1, len(words) + 1)}
    return names


def pages():
    return sorted(name for name in os.listdir(MANUAL) if re.search(r"\.[157]$", name))


ESCAPES = {"\\-": "-", "\\(aq": "'", "\\(dq": '"', "\\(ga": "`", "\\(ha": "^", "\\(ti": "~", "\\&": "", "\\e": "\\"}


def plain(roff):
    """The text of lines of roff."""
    text = re.sub(r"\\(?:-|\(\w\w|&|e)", lambda found: ESCAPES[found[0]], roff)
    return re.sub(r"\\f[BIRP]", "", text)


def examples_of(page):
    """The command lines that stand by themselves in a page."""
    with open(os.path.join(MANUAL, page), encoding="utf-8") as file:
        blocks = re.findall(r"(?ms)^\.EX\n(.*?)^\.EE$", file.read())
    text = plain("".join(blocks)).replace("\\\n", " ")
    return [line.strip() for line in re.findall(r"(?m)^(?:\$ )?(wf .*)$", text)]


class Examples(WfTest):
    def parses(self, line):
        """What wf would read of a shell's line: without redirections, and without what follows."""
        words = shlex.split(line, comments=True)
        end = next((i for i, word in enumerate(words) if word in (">", "|", "||", "&&")), len(words))
        self.assertEqual(words[0], "wf", line)
        done = call([WF, "__parse", *words[1:end]])
        self.assertEqual((done.code, done.err), (0, ""), line)


class Manual(Examples):
    def test_pages_are_up_to_date(self):
        made = [name for name in pages() if name != "wf-workflow.5"]
        done = call([os.path.join(MANUAL, "generate"), WF, *(self.path(name) for name in made)])
        self.assertEqual(done.code, 0, done)
        for name in made:
            with open(os.path.join(MANUAL, name), encoding="utf-8") as file:
                self.assertEqual(file.read(), self.read(name), "write it again: man/generate WF")

    def test_every_key_of_a_definition_is_on_its_page(self):
        with open(os.path.join(MANUAL, "wf-workflow.5"), encoding="utf-8") as file:
            words = set(re.findall(r"[a-z_]+", plain(file.read())))
        self.assertEqual(sorted(keys_of(call([WF, "schema"]).json) - words), [])

    def test_everything_has_a_page(self):
        described = call([WF, "__dump-cli"]).json
        wanted = {"wf-%s.1" % name for name in names_with_pages()}
        wanted |= {"wf-%s.7" % one["name"] for one in described["topics"]}
        self.assertEqual(wanted | {"wf.1", "wf-workflow.5"}, set(pages()), "write them again: man/generate WF")

    def test_prose_belongs_to_a_command(self):
        prose = {name[:-len(".in")] for name in os.listdir(os.path.join(MANUAL, "prose"))}
        self.assertLessEqual(prose, names_with_pages())

    def test_every_page_of_a_command_has_an_example(self):
        for name in names_with_pages():
            found = [line for line in examples_of("wf-%s.1" % name)
                     if (line.replace(" ", "-") + "-").startswith("wf-%s-" % name)]
            self.assertTrue(found, name)

    def test_examples_of_pages_parse(self):
        for line in sorted({line for page in pages() for line in examples_of(page)}):
            self.parses(line)

    def test_pages_point_to_pages(self):
        there = set(pages())
        for name in there:
            with open(os.path.join(MANUAL, name), encoding="utf-8") as file:
                text = file.read().replace("\\-", "-")
            for page, section in re.findall(r"^\.BR (wf\S*) \((\d)\)", text, re.M):
                self.assertIn("%s.%s" % (page, section), there, name)
            for page in re.findall(r"see \\fB(wf-\S+)\\fP\(1\)", text):
                self.assertIn(page + ".1", there, name)

    @unittest.skipUnless(shutil.which("man"), "needs man")
    def test_man_finds_the_page_of_a_command_in_a_group(self):
        os.makedirs(self.path("share/man1"))
        for name in pages():
            if name.endswith(".1"):
                shutil.copy(os.path.join(MANUAL, name), self.path("share/man1"))
        for name in ("artifact-tag", "catalog-artifact-list", "artifact"):
            done = call(["man", "-M", self.path("share"), "-w", "wf-" + name])
            self.assertEqual((done.code, done.out.strip()), (0, self.path("share/man1/wf-%s.1" % name)))

    @unittest.skipUnless(shutil.which("groff") and shutil.which("mandoc"), "needs groff and mandoc")
    def test_pages_have_no_mistakes(self):
        for name in pages():
            path = os.path.join(MANUAL, name)
            done = call(["groff", "-man", "-Tutf8", "-ww", path])
            self.assertEqual((done.code, done.err), (0, ""), name)
            done = call(["mandoc", "-T", "lint", "-W", "warning", path])
            self.assertEqual((done.code, done.out, done.err), (0, "", ""), name)


class Help(Examples):
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
        for command in self.commands:
            for example in command["examples"]:
                self.assertTrue((example["command"] + " ").startswith("wf %s " % command["name"]))
                self.parses(example["command"])

    def test_examples_of_topics_parse(self):
        codes = [one["text"] for topic in self.described["topics"] for one in topic["blocks"] if one["kind"] == "code"]
        lines = [line for text in codes for line in text.split("\n") if line.startswith("wf ")]
        self.assertGreater(len(lines), 5)
        for line in lines:
            self.parses(line)

    def test_the_definition_of_the_topic_is_one(self):
        topic = next(one for one in self.described["topics"] if one["name"] == "definition")
        text = next(one["text"] for one in topic["blocks"] if one["text"].startswith("wf: v1"))
        done = self.run_file(self.write("hello.yaml", text + "\n"), who="you")
        self.assertEqual(done.json["outputs"], {"text": "hello you"})

    def test_the_topic_of_variables_has_those_of_all_settings(self):
        topic = next(one for one in self.described["topics"] if one["name"] == "environment")
        told = json.dumps(topic)
        for setting in call([WF, "config", "list", "-o", "json"]).json["settings"]:
            self.assertIn('"WF_%s"' % setting["setting"].upper().replace(".", "_"), told)

    def test_topics(self):
        for topic in self.described["topics"]:
            shown = self.bare_help(topic["name"])
            self.assertIn(topic["summary"], shown)
            self.assertIn(topic["name"], self.bare_help())
        self.assertIn("Usage: wf store COMMAND", self.bare_help("store"), "a group and a topic of one name")
        done = call([WF, "help", "exit-code"])
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertIn("did you mean 'exit-codes'?", done.err)

    def bare_help(self, *words):
        done = call([WF, "help", *words])
        self.assertEqual((done.code, done.err), (0, ""))
        return done.out

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
