"""Each code has an entry in the manual, whose example gives just that code; golden/codes/CODE.expected is its exact text.

WF_ACCEPT=1 rewrites them. Texts that cannot stand in a manual are made in test_definition_lint.py and
test_made_diagnostics.py; tests/unit/house asks for a golden of every code.
"""
import os
import re
import shutil

from wftest import SOURCE, WF, WfTest, call, main

HERE = os.path.join(SOURCE, "tests/cli/definition")
CODES = os.path.join(HERE, "golden/codes")
UNSHOWABLE = {"WF-E1009", "WF-E1010", "WF-E1012", "WF-E1013", "WF-E1014", "WF-E1015", "WF-E1018"}
# Made in test_made_diagnostics.py.
MADE = {"WF-E1356", "WF-E1365", "WF-E1366", "WF-E1602", "WF-E1610", "WF-E1707", "WF-E1901", "WF-E1902", "WF-E2005",
        "WF-E2018", "WF-E2019", "WF-E2020", "WF-E3206", "WF-E3213"}
# Those of launch plans, in tests/cli/launchplan.
OF_PLANS = {"WF-E17%02d" % number for number in range(1, 11)}


def example_of(entry):
    """The definition that the entry shows as wrong, with the head that it leaves out."""
    [text] = [block["text"] for block in entry["blocks"] if block["kind"] == "code"] or [None]
    if text is None or text.startswith("wf:"):
        return text
    return "wf: v1\nname: example\n" + text


class Diagnostics(WfTest):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        topics = call([WF, "__dump-cli"]).json["topics"]
        cls.entries = {one["name"]: one for topic in topics for one in topic["entries"]}

    def compare(self, code, text):
        path = os.path.join(CODES, code + ".expected")
        if os.environ.get("WF_ACCEPT") == "1":
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), text, code)

    def test_every_example_gives_its_code(self):
        shutil.copytree(os.path.join(HERE, "golden/data"), self.path("data"), symlinks=True)
        shown = set()
        for code, entry in self.entries.items():
            text = example_of(entry)
            if text is None:
                continue
            self.write(code + ".yaml", text + "\n")
            out = self.wf("lint", code + ".yaml", code=None).out
            self.assertIn("[%s]" % code, out)
            self.compare(code, out.replace(self.folder, "FOLDER"))
            shown.add(code)
        with open(os.path.join(SOURCE, "core/definition/codes.hpp"), encoding="utf-8") as file:
            codes = set(re.findall(r'string_view k_\w+ = "(WF-[EW]\d+)"', file.read()))
        self.assertEqual((shown | UNSHOWABLE | MADE | OF_PLANS) & codes, codes, "an entry without an example")
        self.assertEqual({name[:-len(".expected")] for name in os.listdir(CODES)}, shown | MADE)

    def test_every_entry_says_what_to_do(self):
        for code, entry in self.entries.items():
            self.assertRegex(entry["summary"], r"^[a-zA-Z0-9].{8,70}[^.]$", code)
            kinds = [block["kind"] for block in entry["blocks"]]
            self.assertIn(kinds, (["paragraph", "code", "paragraph"], ["paragraph", "paragraph"]), code)
            for block in entry["blocks"]:
                self.assertTrue(block["kind"] == "code" or block["text"].endswith((".", ":")), code)

    def test_help_knows_each_code(self):
        listed = self.wf("help", "diagnostics").out
        for code in self.entries:
            self.assertIn("  %s  " % code, listed)
        said = self.wf("help", "WF-E1311").out
        self.assertTrue(said.startswith("WF-E1311: types do not fit\n"), said)
        self.assertIn("'WF-E1311'", self.wf("help", "WF-E13111", code=2).err)


if __name__ == "__main__":
    main()
