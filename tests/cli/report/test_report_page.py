"""wf report -o html: one page that needs nothing else, in which nothing that a task or a person wrote can do anything."""
import http.server
import re
import threading
import unittest

from pages import CHROMIUM, Page, define_wide, policy_of, shown
from wftest import WfTest, main, task

HOSTILE = "</script><img src=x onerror=document.title='pwned'>'\" &amp; \u2028 \u202eevil"
FRAMED = """<html><head><meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/refresh"><LINK rel=preconnect href=http://127.0.0.1:9>
<base href="http://127.0.0.1:9/"><link rel=stylesheet href=http://127.0.0.1:9/x.css></head><body onload="top.document.title='pwned'">
<script>parent.document.title = 'pwned'; document.body.textContent = 'pwned'</script><img src=http://127.0.0.1:9/x.png><p>fine</p>
<a href="http://127.0.0.1:9/link">go</a><form action=http://127.0.0.1:9/form><button>send</button></form>"""
DRAWN = """<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="parent.document.title='pwned'"><script>parent.document.title='pwned'</script>
<image href="http://127.0.0.1:9/x.png"/><text y="20">drawn</text></svg>"""


class ReportPage(WfTest):
    def setUp(self):
        super().setUp()
        self.write("a.html", FRAMED)
        self.write("b.svg", DRAWN)
        self.write("said.txt", HOSTILE + "\n")
        tasks = {"bad": task("mkdir $WF_OUTPUTS/_report; cp %s %s $WF_OUTPUTS/_report; echo x > $WF_OUTPUTS/_report/\"$(printf '<b>.txt')\"; "
                             "cat %s >&2; exit 1" % (self.path("a.html"), self.path("b.svg"), self.path("said.txt")),
                             {"s": "string"}, description=HOSTILE)}
        self.run_file(self.define(tasks, {"bad": {"task": "bad", "with": {"s": "$inputs.s"}}}, {"s": "string"}, description=HOSTILE),
                      "--name", "it", "-i", "s=" + HOSTILE, code=1)
        self.text = self.wf("report", "it").out
        self.page = Page(self.text)

    def test_it_needs_nothing_else(self):
        code = self.page.scripts["code"]
        self.assertEqual(self.page.policy, policy_of(self.page))
        for tag, attributes in self.page.tags:
            self.assertNotIn(tag, ("img", "link", "iframe", "object", "embed", "base", "form"))
            self.assertEqual({"src", "href", "action", "style"} & set(attributes), set(), tag)
            self.assertEqual([name for name in attributes if name.startswith("on")], [])
        self.assertEqual(sum(tag == "script" for tag, _ in self.page.tags), 2)
        self.assertNotRegex(code, r"https?://|url\(|@import|fetch\(|XMLHttpRequest|innerHTML|eval\(")
        self.assertNotRegex(self.page.scripts["data"], "[<>&\u2028\u2029]")

    def test_frames_load_nothing(self):
        contents = self.page.data["task_files"]["contents"]
        for one in contents[1:]:
            self.assertNotRegex(one.split("\n", 1)[1], r"(?i)<(link|meta|base)")
        self.assertEqual(len(contents), 3)

    @unittest.skipUnless(CHROMIUM, "no chromium here to open the page in")
    def test_a_browser_shows_it(self):
        made = shown(self, self.text)
        page = Page(made)
        self.assertNotIn("pwned</title>", made)
        self.assertEqual([tag for tag, _ in page.tags if tag == "img"], [])
        self.assertIn("&lt;img src=x onerror", made.split('id="failure-list"')[1].split("</section>")[0])
        self.assertNotIn("\u202e", re.sub(r'(?s)<script id="data".*?</script>', "", made))
        frames = [attributes for tag, attributes in page.tags if tag == "iframe"]
        self.assertEqual([one["sandbox"] for one in frames], ["", ""])
        self.assertIn('id="graph-scroll"', made)
        self.assertIn("Critical path", made.split('id="places"')[1].split("</nav>")[0])

    @unittest.skipUnless(CHROMIUM, "no chromium here to open the page in")
    def test_a_browser_shows_5000_nodes(self):
        run = self.run_file(define_wide(self, 5000)).json["run"]
        made = shown(self, self.wf("report", run).out, patience=20000)
        self.assertIn("5000", made.split("<body")[1])
        self.assertIn("n4999", made)

    @unittest.skipUnless(CHROMIUM, "no chromium here to open the page in")
    def test_nobody_hears_of_it(self):
        """A server that the files of tasks point to is asked for nothing."""
        heard = []

        class Listener(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                heard.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

            def handle(self):
                heard.append("a connection")
                super().handle()

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        port = str(server.server_address[1])
        shown(self, self.text.replace("127.0.0.1:9", "127.0.0.1:" + port), patience=3000)
        self.assertEqual(heard, [])


if __name__ == "__main__":
    main()
