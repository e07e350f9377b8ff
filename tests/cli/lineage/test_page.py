"""wf lineage -o html: one page that needs nothing else, and that no name can turn into something else."""
import html.parser
import json
import os
import re
import shutil
import subprocess
import unittest

from lab import Lab

HOSTILE = "</script><img src=x onerror=document.title='pwned'>'\" &amp; \u2028 \u202eevil"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Page(html.parser.HTMLParser):
    """The tags of a page and the text of its scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self.open = [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open = dict(attrs).get("id") if tag == "script" else None

    def handle_data(self, data):
        if self.open:
            self.scripts[self.open] = self.scripts.get(self.open, "") + data

    def handle_endtag(self, tag):
        self.open = None


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
        policy = next(a["content"] for t, a in self.page.tags if a.get("http-equiv") == "Content-Security-Policy")
        self.assertEqual(policy, "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'")
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
        steps = ("<script>const s = document.getElementById('search'); s.value = 'input f'; s.oninput();"
                 "document.querySelectorAll('#results button')[1].click();</script></body>")
        self.write("page.html", self.text.replace("</body>", steps))
        done = subprocess.run([CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                               "--user-data-dir=" + self.path("profile"), "--window-size=900,700", "--dump-dom",
                               "file://" + self.path("page.html")],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("lineage of strange</title>", done.stdout)
        self.assertIn(" things, ", done.stdout)
        self.assertEqual([tag for tag, _ in Page(done.stdout).tags if tag == "img"], [])
        details = done.stdout.split('id="details"')[1].split("</aside>")[0]
        self.assertIn("&lt;img src=x onerror", details)
        self.assertIn("\\u202e", details)
        self.assertNotIn("\u202e", details)
        self.assertIn("what came of it", details)


if __name__ == "__main__":
    unittest.main()
