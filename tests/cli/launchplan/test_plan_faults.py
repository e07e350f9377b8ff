"""What is wrong with a launch plan is said at once, where it stands."""
import glob
import os

from plan_case import PlanCase
from wftest import main

HEAD = "name: p\nworkflow: load@v1\n"
BOUND = HEAD + "inputs: {table: table.csv}\n"


GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")


class Faults(PlanCase):
    def test_exact_texts(self):
        """WF_ACCEPT=1 writes them."""
        for path in sorted(glob.glob(GOLDEN + "/*.yaml")):
            name = os.path.basename(path)
            with open(path, encoding="utf-8") as file:
                self.write(name, file.read())
            text = self.wf("launchplan", "create", name, code=2).err
            expected = path[:-len("yaml")] + "expected"
            if os.environ.get("WF_ACCEPT") == "1":
                with open(expected, "w", encoding="utf-8") as file:
                    file.write(text)
            with open(expected, encoding="utf-8") as file:
                self.assertEqual(file.read(), text)

    def test_all_in_one_pass(self):
        text = """name: Bad_Name
descrption: x
workflow: load@v2
labels: {"a b": c}
parallelism: 0
schedule:
  cron: "61 3 * * 9"
  zone: Europe/Berln
  every: 3s
"""
        self.assertEqual(self.errors(text), [
            (2, 7, "WF-E1104", "'Bad_Name' cannot name a launch plan"),
            (3, 1, "WF-E1004", "a launch plan has no key 'descrption'"),
            (4, 11, "WF-E2004", "load has no version 'v2' in default/development"),
            (5, 10, "WF-E1702", "'a b' cannot be the key of a label: one begins with a letter or digit and goes on with letters, "
                                "digits and . _ + - (at most 128 in all)"),
            (6, 14, "WF-E1703", "0 attempts at the same time do nothing"),
            (8, 10, "WF-E1705", "'61' is not the minute"),
            (8, 19, "WF-E1705", "'9' is not the day of the week"),
            (9, 9, "WF-E1706", "there is no time zone 'Europe/Berln'"),
            (10, 10, "WF-E1704", "the schedule has both 'cron' and 'every'"),
            (10, 10, "WF-E1708", "'3s' is less than a minute"),
        ])

    def test_inputs(self):
        text = HEAD + """inputs:
  k: many
  tabel: x
  names: [a, {b: c}]
fixed:
  k: 3
  table: absent.csv
"""
        self.assertEqual(self.errors(text), [
            (5, 3, "WF-E1701", "'k' is fixed as well"),
            (5, 6, "WF-E1108", 'expected int, got "many"'),
            (6, 3, "WF-E1310", "the workflow 'load' has no input 'tabel'"),
            (7, 14, "WF-E1108", "expected string, got a mapping"),
            (10, 10, "WF-E1401", "there is no file '%s'" % self.path("absent.csv")),
        ])

    def test_schedules(self):
        for schedule, expected in (
                ("{}", [("WF-E1704", "the schedule does not say when")]),
                ("{kickoff_input: when}", [("WF-E1704", "the schedule does not say when")]),
                ("{every: 6h, zone: UTC}", [("WF-E1704", "a zone is for 'cron' only")]),
                ("{every: soon}", [("WF-E1708", "'soon' is no span of time")]),
                ("{cron: [1]}", [("WF-E1102", "a list stands here")]),
                ("{cron: '@daily', kickoff_input: k}", [("WF-E1709", "the input 'k' is int")]),
                ("{cron: '@daily', kickoff_input: wen}", [("WF-E1709", "the workflow 'load' has no input 'wen'")]),
                ("{cron: '0 0 30 2 *'}", [("WF-E1705", "'0 0 30 2 *' never comes")]),
                ("{cron: '0 0 29 2 *'}", []), ("{cron: '@daily', zone: UTC}", []), ("{every: 1m}", [])):
            self.assertEqual([fault[2:] for fault in self.errors(BOUND + "schedule: %s\n" % schedule, code=2 if expected else 0)],
                             expected, schedule)

    def test_a_schedule_needs_every_input(self):
        self.assertEqual(self.errors(HEAD + "schedule: {every: 6h}\n"),
                         [(4, 11, "WF-E1710", "the input 'table' (file) has no value when the schedule is due")])

    def test_spans_in_a_cron_line(self):
        for text, expected in (
                ("* * * *", (0, 7, "4 fields stand here, not 5")), ("0 0 3 * * *", (10, 1, "6 fields stand here, not 5")),
                ("@dayly", (0, 6, "'@dayly' is not known")), ("@every 5m", (0, 6, "'@every' is not known")),
                ("0 3-1 * * *", (2, 3, "'3-1' ends before it begins")), ("*/0 * * * *", (2, 1, "'0' is no step")),
                ("0 0 ? * *", (4, 1, "'?' is not the day of the month")), ("0 0 * FOO *", (6, 3, "'FOO' is not the month")),
                ("0 0 L * *", (4, 1, "'L' is not the day of the month")), ("1,,2 * * * *", (2, 1, "the minute lacks a number here")),
                ("0 0 0 * *", (4, 1, "'0' is not the day of the month")), ("-1 * * * *", (0, 1, "the minute lacks a number here")),
                ("99999999999999999999 * * * *", (0, 20, "'99999999999999999999' is not the minute"))):
            done = self.wf("launchplan", "create", "p", "--workflow", "load@v1", "-i", "table=table.csv", "--cron", text, code=2)
            offset, length, message = expected
            lines = done.err.splitlines()
            self.assertEqual(lines[0], "--cron:1:%d: error: %s [WF-E1705]" % (offset + 1, message), text)
            marks = next(line for line in lines if set(line.strip(" |")) == {"^"} or set(line.strip(" |")) <= {"^", "~"} and line.strip(" |"))
            self.assertEqual(len(marks.strip(" |")), length, (text, done.err))

    def test_other_files(self):
        self.write("bad.yaml", LOAD_TEXT)
        self.assertIn("a launch plan has no key 'wf'", self.wf("launchplan", "create", "bad.yaml", code=2).err)
        for text in ("", "[]", "launchplan: v2\nname: p\nworkflow: load@v1\n", "launchplan: v1\n", "a: b: c"):
            self.write("bad.yaml", text)
            self.wf("launchplan", "create", "bad.yaml", code=2)
        self.assertIn("is a folder", self.wf("launchplan", "create", ".", code=None).err)

    def test_hostile_texts(self):
        done = self.wf("launchplan", "create", "\x1b[31m", "--workflow", "load@v1", "-i", "table=table.csv", code=2)
        self.assertNotIn("\x1b", done.err)
        done = self.wf("launchplan", "create", "p", "--workflow", "load@v1", "--zone", "../../etc/passwd", "--cron", "@daily",
                       "-i", "table=table.csv", code=2)
        self.assertIn("there is no time zone '../../etc/passwd'", done.err)
        for zone in ("right/UTC", "posix/Europe/Berlin", "localtime", "Europe", "zone.tab", "", "tzdata.zi"):
            self.wf("launchplan", "create", "p", "--workflow", "load@v1", "--zone", zone, "--cron", "@daily", "-i", "table=table.csv", code=2)
        self.wf("launchplan", "create", "p", "--workflow", "load@v1", "-i", "table=table.csv", "--description", "\x1b[2J\nx")
        self.assertNotIn("\x1b", self.wf("launchplan", "show", "p@latest").out)

    def test_zones_are_suggested(self):
        done = self.wf("launchplan", "create", "p", "--workflow", "load@v1", "--zone", "berlin", "--cron", "@daily", "-i", "table=table.csv", code=2)
        self.assertIn("did you mean 'Europe/Berlin'?", done.err)


LOAD_TEXT = "wf: v1\nname: x\n"

if __name__ == "__main__":
    main()
