"""What a terminal gets, and that files and pipes get none of it: widths, colours, characters, the pager."""
import re

from terminal import on_terminal
from wftest import WF, WfTest, main

STYLE = re.compile("\x1b\\[[0-9;]*m")


def width(line):
    """Columns of text without wide characters."""
    return len(STYLE.sub("", line))


class Terminal(WfTest):
    def setUp(self):
        super().setUp()
        good = self.one_task("echo $n > $m", {"n": "int"}, {"m": "int"}, defaults={"n": 1})
        bad = self.define({"t": {"script": "exit 3"}}, {"t": {"task": "t"}}, name="a-workflow-with-a-long-name",
                          file="bad.yaml")
        self.wf("run", good, "--name", "nightly")
        self.wf("run", bad, code=1)

    def see(self, *arguments, code=0, env=None, **options):
        done = on_terminal(self.arguments(*arguments), env=env, cwd=self.folder, **options)
        self.assertEqual(done.code, code, done)
        return done.out

    def test_tables_fit(self):
        for columns in (20, 40, 60, 80, 120, 200):
            shown = self.see("ls", columns=columns).splitlines()
            self.assertLessEqual(max(map(width, shown)), columns, shown)
            self.assertEqual(len(shown), 3)
            self.assertRegex(shown[1], "^[0-9a-f]{12}( |$)")  # the name of a row is whole
        self.assertIn("…", self.see("ls", columns=60))
        self.assertNotIn("…", self.see("ls", columns=200))
        self.assertEqual(STYLE.sub("", self.see("ls", columns=200)), self.wf("ls").out)
        self.assertIn("a-workflow-with-a-long-name", self.wf("ls", env={"COLUMNS": "40"}).out)

    def test_long_lines_go_on_below(self):
        """All words are still there, and whole; lines of a tree stay beside its branches."""
        self.wf("run", "probe.yaml", "-i", "n=2", "--name", "weekly")
        for words, code in ((("lineage", "show", "nightly"), 0), (("lineage", "diff", "nightly", "weekly"), 11),
                            (("lineage", "diff", "nightly", "weekly", "-o", "tree"), 11), (("status",), 0)):
            with self.subTest(words):
                shown = STYLE.sub("", self.see(*words, columns=40, rows=500, env={"LC_ALL": "C.UTF-8"}, code=code))
                for line in shown.splitlines():
                    self.assertTrue(len(line) <= 40 or len(line.strip("│├└─ ").split()) == 1, line)
                if "diff" not in words:  # its tables are cut
                    plain = self.wf(*words).out
                    self.assertEqual([word.strip("│├└─") for word in shown.split() if word.strip("│├└─")],
                                     [word.strip("│├└─") for word in plain.split() if word.strip("│├└─")])
                    self.assertGreater(max(map(len, plain.splitlines())), 40)
        self.assertRegex(self.see("lineage", "show", "nightly", columns=40, env={"LC_ALL": "C.UTF-8"}), r"(?m)^│? +[^ │├└]")

    def test_logs_come_in_pieces(self):
        self.wf("run", self.one_task("printf a; yes é | head -n 40000 | tr -d '\\n'"), "--name", "odd")
        self.assertEqual(self.see("logs", "odd", env={"LANG": "C.UTF-8"}), "a" + "é" * 40000)

    def test_columns_wins_over_the_size(self):
        shown = self.see("ls", columns=200, env={"COLUMNS": "60"})
        self.assertLessEqual(max(map(width, shown.splitlines())), 60)

    def test_wide_and_combining_characters(self):
        self.wf("project", "create", "kana", "--description", "日本語の説明")
        self.wf("project", "create", "marks", "--description", "e\u0301te\u0301")
        rows = self.see("project", "list", columns=35).splitlines()
        kana = next(row for row in rows if row.startswith("kana"))
        self.assertRegex(kana, "  日本語の…$")  # nine columns: two for each character, one for the ellipsis
        marks = next(row for row in rows if row.startswith("marks"))
        self.assertTrue(marks.endswith("e\u0301te\u0301"), marks)

    def test_help_is_as_wide_as_the_screen(self):
        for columns in (40, 80):
            text = self.see("help", "run", columns=columns, rows=500)
            prose = [line for line in text.splitlines() if not line.startswith(("Usage", "\x1b", "  $"))]
            self.assertLessEqual(max(map(width, prose)), columns)

    def test_colours(self):
        self.assertIn("\x1b[31mfailed", self.see("ls", columns=200))
        self.assertIn("\x1b[32msucceeded", self.see("show", "nightly"))
        self.assertIn("\x1b[31merror:", self.see("show", "nobody", code=3))
        self.assertIn("\x1b[31merror:", self.see("lint", self.write("no.yaml", "wf: v1\nname: X\n"), code=2))
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
            for arguments in (["ls"], ["show", "nightly"]):
                self.assertNotIn("\x1b", self.see(*arguments, env=env), (env, arguments))
        self.assertIn("\x1b[", self.see("ls", env={"NO_COLOR": ""}))

    def test_colours_on_demand(self):
        self.assertNotIn("\x1b", self.wf("ls").out)
        self.assertIn("\x1b[31mfailed", self.wf("ls", "--color", "always", env={"NO_COLOR": "1"}).out)
        self.assertNotIn("\x1b", self.wf("ls", "--color", "always", "-o", "json").out)
        self.assertNotIn("\x1b", self.see("ls", "--color", "never"))
        self.assertIn("expected one of auto, always, never", self.wf("ls", "--color", "yes", code=2).err)

    def test_a_locale_without_utf8(self):
        for env in ({"LC_ALL": "C"}, {"LANG": "C"}, {"LC_CTYPE": "de_DE.ISO-8859-1"}):
            shown = self.see("lineage", "show", "nightly/t", "--down", "--depth", "1", env=env)
            self.assertTrue(shown.isascii(), shown)
            self.assertIn("`- ", shown)
        self.assertTrue(self.see("ls", columns=60, env={"LC_ALL": "C"}).isascii())
        self.wf("project", "create", "umlaut", "--description", "Grüße")
        self.assertIn("Gr\\u00fc\\u00dfe", self.see("project", "list", env={"LC_ALL": "C"}))
        self.assertIn("Grüße", self.wf("project", "list", env={"LC_ALL": "C"}).out)
        self.assertIn("└─ ", self.wf("lineage", "show", "nightly/t", env={"LC_ALL": "C"}).out)

    def test_progress(self):
        path = self.one_task("echo $n > $m", {"n": "int"}, {"m": "int"}, file="again.yaml", defaults={"n": 2})
        plain = self.see("run", path, env={"TERM": "dumb"})
        self.assertIn("  done         t", plain)
        self.assertNotIn("\x1b", plain)
        self.assertIn("\x1b[J", self.see("run", path, "-i", "n=3"))
        self.assertIn("\x1b[J", self.see("run", path, "-i", "n=4", env={"NO_COLOR": "1"}))


class Pager(WfTest):
    def setUp(self):
        super().setUp()
        self.pager = self.write("pager", '#!/bin/sh\necho PAGED $LESS; cat\n', 0o755)

    def help(self, env=None, rows=10, *more):
        done = on_terminal([WF, "help", "run", *more], env=env, rows=rows, cwd=self.folder)
        self.assertEqual(done.code, 0, done)
        return done.out

    def test_long_output_is_paged(self):
        paged = self.help({"PAGER": self.pager})
        self.assertTrue(paged.startswith("PAGED FRX\n"), paged)
        self.assertIn("Examples:", paged)
        self.assertIn("PAGED F\n", self.help({"PAGER": self.pager, "LESS": "F"}))
        self.assertIn("PAGED", self.help({"WF_PAGER": self.pager, "PAGER": "false"}))

    def test_not_paged(self):
        env = {"PAGER": self.pager}
        self.assertNotIn("PAGED", self.help(env, 500))
        self.assertNotIn("PAGED", self.help(env, 10, "--no-pager"))
        self.assertNotIn("PAGED", self.help(dict(env, TERM="dumb")))
        self.assertNotIn("PAGED", self.help(dict(env, WF_PAGER="")))
        self.assertNotIn("PAGED", self.wf("help", "run", env=env).out)

    def test_lines_that_wrap_count(self):
        self.assertIn("PAGED", on_terminal([WF, "help", "ls"], env={"PAGER": self.pager}, columns=30, rows=40).out)

    def test_a_missing_pager(self):
        self.assertIn("Examples:", self.help({"PAGER": "no-such-pager-here"}))
        self.assertIn("Examples:", self.help({"PATH": self.folder}))  # no less either

    def test_left_early(self):
        done = on_terminal([WF, "help", "run"], env={"PAGER": "head -n 1"}, rows=10)
        self.assertEqual((done.code, len(done.out.splitlines())), (0, 1), done)
        # More than a pipe holds, so that writing it meets a reader who has gone.
        self.wf("init")
        self.wf("project", "create", "long", "--description", "word\n" * 20000)
        done = on_terminal(self.arguments("project", "show", "long"), env={"PAGER": "exit 0"}, rows=10)
        self.assertEqual((done.code, done.out), (0, ""))

    def test_less(self):
        done = on_terminal([WF, "help", "run"], rows=10, after=":", keys="q")
        self.assertEqual(done.code, 0)
        self.assertNotIn("Examples:", done.out)

    def test_the_tree_is_paged(self):
        self.wf("run", self.one_task("echo $n > $m", {"n": "int"}, {"m": "int"}, defaults={"n": 1}), "--name", "x")
        for arguments in (["lineage", "show", "x/t"], ["show", "x"], ["version", "show", "probe@latest"],
                          ["workflow", "show", "probe"], ["domain", "list"]):
            done = on_terminal(self.arguments(*arguments), env={"PAGER": self.pager}, rows=3, cwd=self.folder)
            self.assertTrue(done.out.startswith("PAGED"), done)


if __name__ == "__main__":
    main()
