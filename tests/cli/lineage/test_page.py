"""wf lineage -o html: one page that needs nothing else, and that no name can turn into something else."""
import json
import os
import re
import unittest

from lab import Lab
from pages import CHROMIUM, Page, define_wide, policy_of, shown

HOSTILE = "</script><img src=x onerror=document.title='pwned'>'\" &amp; \u2028 \u202eevil"


class Html(Lab):
    def setUp(self):
        super().setUp()
        self.write("hostile.txt", "bytes of a hostile name\n")
        self.hostile = self.path(HOSTILE.replace("/", "_"))
        os.rename(self.path("hostile.txt"), self.hostile)
        note = {"note": "</script><script>document.title='pwned'</script>\u2028"}
        self.wf("run", self.define({"t": {"inputs": {"f": "file", "j": "json"}, "outputs": {"o": "json"},
                                          "script": 'cat "$j" > "$o"'}},
                                   {"t": {"task": "t", "with": {"f": "$inputs.f", "j": "$inputs.j"}}},
                                   {"f": "file", "j": "json"}, {"o": "$t.o"}),
                "--name", "strange", "-i", "f=" + self.hostile, "-i", "j=" + json.dumps(note))
        self.text = self.wf("lineage", "show", "strange", "-o", "html")
        self.page = Page(self.text)

    def test_it_needs_nothing_else(self):
        self.assertEqual(self.page.policy, policy_of(self.page))
        for tag, attributes in self.page.tags:
            self.assertNotIn(tag, ("img", "link", "iframe", "object", "embed", "base", "form"))
            self.assertEqual({"src", "href", "action", "style"} & set(attributes), set(), tag)
            self.assertEqual([name for name in attributes if name.startswith("on")], [])
        self.assertEqual(sum(tag == "script" for tag, _ in self.page.tags), 2)
        self.assertNotRegex(self.text, r"https?://|url\(|@import|fetch\(|XMLHttpRequest|innerHTML|eval\(")

    def test_the_data_are_those_of_the_json(self):
        raw = self.page.scripts["data"]
        self.assertNotRegex(raw, "[<>&\u2028\u2029]")
        data = json.loads(raw)
        self.assertEqual(data["graph"], self.json("lineage", "show", "strange"))
        self.assertEqual(len(data["boxes"]), len(data["graph"]["nodes"]))
        self.assertEqual(len(data["arrows"]), len(data["graph"]["edges"]))

    def test_what_it_says_to_go_on_with_works(self):
        commands = {box["command"] for box in json.loads(self.page.scripts["data"])["boxes"]} - {""}
        self.assertGreaterEqual(len(commands), 5)
        for command in commands:
            self.wf(*[word.strip("'") for word in command.split()[1:]])

    def test_names_are_inert_in_the_title(self):
        text = self.wf("lineage", "show", "file:" + self.hostile, "-o", "html")
        self.assertEqual([tag for tag, _ in Page(text).tags if tag == "img"], [])
        self.assertNotIn("\u202e", re.search("<title>(.*?)</title>", text, re.S).group(1))

    def test_a_bounded_page_says_so(self):
        text = self.wf("lineage", "show", "strange", "--limit", "2", "-o", "html")
        self.assertIn("beyond --limit", json.loads(Page(text).scripts["data"])["truncated"])

    @unittest.skipUnless(CHROMIUM, "no chromium here to open the page in")
    def test_a_browser_shows_it(self):
        """Looks for the hostile input and opens it, as a person would; what comes of it is read from the DOM."""
        done = shown(self, self.text, "const s = document.getElementById('search'); s.value = 'input f'; s.oninput();"
                                      "document.querySelectorAll('#results button')[1].click();")
        self.assertIn("lineage of strange</title>", done)
        self.assertIn(" things, ", done)
        self.assertEqual([tag for tag, _ in Page(done).tags if tag == "img"], [])
        details = done.split('id="details"')[1].split("</aside>")[0]
        self.assertIn("&lt;img src=x onerror", details)
        self.assertIn("\\u202e", details)
        self.assertNotIn("\u202e", details)
        self.assertIn("what came of it", details)

    @unittest.skipUnless(CHROMIUM, "no chromium here to open the page in")
    def test_a_browser_shows_5000_nodes(self):
        """What was asked for stands in the middle, and what is searched for is found."""
        run = json.loads(self.wf("run", define_wide(self, 5000), "-o", "json"))["run"]
        text = self.wf("lineage", "show", "run:" + run, "--all", "-o", "html")
        self.assertGreaterEqual(len(json.loads(Page(text).scripts["data"])["graph"]["nodes"]), 5000)
        first = shown(self, text, patience=20000).split('id="details"')[1].split("</aside>")[0]
        self.assertRegex(first, ">n0<|y")
        steps = "const s = document.getElementById('search'); s.value = 'n4999'; s.oninput(); document.querySelectorAll('#results button')[1].click();"
        done = shown(self, text, steps, patience=20000)
        self.assertIn("n4999", done.split('id="details"')[1].split("</aside>")[0])


if __name__ == "__main__":
    unittest.main()
