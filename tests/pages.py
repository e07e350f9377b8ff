"""Pages of wf as tests read them: their tags, their data, and what a browser makes of them."""
import base64
import hashlib
import html.parser
import json
import re
import shutil
import subprocess

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Page(html.parser.HTMLParser):
    """The tags of a page and the text of its scripts."""

    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.scripts, self.open = text, [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open = dict(attrs).get("id", "code") if tag == "script" else None

    def handle_data(self, data):
        if self.open:
            self.scripts[self.open] = self.scripts.get(self.open, "") + data

    def handle_endtag(self, tag):
        self.open = None

    @property
    def data(self):
        return json.loads(self.scripts["data"])

    @property
    def policy(self):
        return next(a["content"] for t, a in self.tags if a.get("http-equiv") == "Content-Security-Policy")


def policy_of(page):
    """The only one that a page of wf may have: its own script runs, and nothing is asked for."""
    digest = base64.b64encode(hashlib.sha256(page.scripts["code"].encode()).digest()).decode()
    return ("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; "
            "form-action 'none'" % digest)


def define_wide(test, count):
    """A definition of so many nodes, 50 side by side, that does its work once: all of them have one key."""
    tasks = {"s": {"inputs": {"x": "int?"}, "outputs": {"y": "int"}, "script": "echo 1 > $y"}}
    nodes = {"n%d" % i: {"task": "s", "with": {"x": "$n%d.y" % max(0, i - 50)} if i else {}} for i in range(count)}
    return test.define(tasks, nodes, outputs={"y": "$n%d.y" % (count - 1)}, name="wide", file="wide.yaml")


def with_steps(text, steps):
    """The page with a script at its end, which its own policy would not let run."""
    text = re.sub(r"script-src 'sha256-[^']+'", "script-src 'unsafe-inline'", text, count=1)
    return text.replace("</body>", "<script>%s</script></body>" % steps)


def shown(test, text, steps="", patience=5000):
    """What a browser has made of a page when it has settled, as text."""
    path = test.write("page.html", with_steps(text, steps) if steps else text)
    done = subprocess.run([CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                           "--user-data-dir=" + test.path("profile"), "--window-size=1200,900",
                           "--virtual-time-budget=%d" % patience, "--dump-dom", "file://" + path],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=120, check=False)
    test.assertEqual(done.returncode, 0, done.stderr)
    return done.stdout
