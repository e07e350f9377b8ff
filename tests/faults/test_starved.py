"""A machine that gives too little: no descriptors, no processes, no memory; folders that cannot be written; odd places."""
import os
import subprocess

import kill_points
from wftest import DEADLINE, WF, WfTest, call, main, processes_in

SPREAD = 10  # injected errors for each system call and error
READING = (["ls"], ["show", kill_points.NAME], ["explain", kill_points.NAME], ["logs", kill_points.NAME], ["lineage", "show", kill_points.NAME + "/join/all"],
           ["lineage", "impact", kill_points.NAME + "/make/table"], ["status"], ["event", "list"], ["event", "verify"], ["store", "check"],
           ["artifact", "list"], ["catalog", "dataset", "list"], ["version", "list", "killed"], ["report", kill_points.NAME, "-o", "tsv"])
WRITING = (["run", "killed.yaml", "--refresh"], ["register", "killed.yaml", "--label", "v9"], ["gc"], ["abort", kill_points.NAME])


class StarvedCase(WfTest):
    def case(self):
        case = kill_points.Case()
        self.addCleanup(case.remove)
        return case

    def finish(self, case, expected):
        """With all that is needed again the same call ends well."""
        self.assertEqual(processes_in(case.folder), [])
        if case.run_state() == "failed":
            return  # a task itself met it
        done = call(case.run_arguments(), cwd=case.folder, timeout=DEADLINE)
        self.assertEqual(done.code, 0, done)
        self.assertEqual(done.json["outputs"], expected)
        checked = call([WF, "store", "check", "--contents", "--store", case.store], timeout=DEADLINE)
        self.assertEqual(checked.code, 0, checked)

    def assert_told(self, done):
        self.assertGreaterEqual(done.code, 0, done)
        self.assertNotIn("unexpected", done.err)
        if done.code != 0:
            self.assertIn("WF-E", done.out + done.err)


class Starved(StarvedCase):
    @classmethod
    def setUpClass(cls):
        cls.points, cls.expected = kill_points.find_points()

    def test_few_descriptors(self):
        codes = set()
        for most in (4, 8, 12, 16, 20, 24, 32, 48):
            with self.subTest(descriptors=most):
                case = self.case()
                done = call(["prlimit", "--nofile=%d" % most, "--", *case.run_arguments()], cwd=case.folder, timeout=DEADLINE)
                self.assert_told(done)
                codes.add(done.code)
                self.finish(case, self.expected)
        self.assertGreater(len(codes), 1, "neither enough nor too few: %s" % codes)

    def inject(self, name, error):
        last = max((count for call_name, count in self.points if call_name == name), default=0)
        self.assertGreater(last, 0, "the run makes no such call")
        for count in sorted({1 + i * last // SPREAD for i in range(min(SPREAD, last))}):
            with self.subTest(call=name, error=error, count=count):
                case = self.case()
                done = case.trace("-e", "trace=" + name, "-e", "inject=%s:error=%s:when=%d" % (name, error, count))
                self.assert_told(done)
                self.finish(case, self.expected)

    def test_calls_that_fail(self):
        """Once each, at places spread over the run."""
        made = {name for name, _ in self.points}
        for name, error in (("clone", "EAGAIN"), ("clone3", "EAGAIN"), ("vfork", "ENOMEM"), ("openat", "EMFILE"), ("openat", "ENFILE"),
                            ("mkdir", "EMFILE"), ("rename", "EIO"), ("write", "EINTR")):
            if name in made:
                self.inject(name, error)

    def test_little_memory(self):
        for mebibytes in (24, 32, 48, 64, 128):
            with self.subTest(mebibytes=mebibytes):
                case = self.case()
                limit = ["prlimit", "--as=%d" % (mebibytes << 20), "--", *case.run_arguments()]
                done = call(limit, cwd=case.folder, timeout=DEADLINE)
                self.assertGreaterEqual(done.code, 0, done)
                self.finish(case, self.expected)


class Places(StarvedCase):
    def mounted(self, *words):
        folder = self.path("mounted")
        os.makedirs(folder, exist_ok=True)
        if call(["mount", *words, folder]).code != 0:
            self.skipTest("only root can mount")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        return folder

    def test_a_folder_that_cannot_be_written(self):
        """All that only reads works; all that writes says why it cannot, and changes nothing."""
        case = self.case()
        self.assertEqual(call(case.run_arguments(), cwd=case.folder, timeout=DEADLINE).code, 0)
        folder = self.mounted("--bind", case.store)
        self.assertEqual(call(["mount", "-o", "remount,bind,ro", folder]).code, 0)
        for words in READING:
            with self.subTest(words=words):
                done = call([WF, *words, "--store", folder], cwd=case.folder, timeout=DEADLINE)
                self.assertEqual(done.code, 0, done)
        before = case.snapshot("SELECT count(*) FROM event")
        for words in WRITING:
            with self.subTest(words=words):
                done = call([WF, *words, "--store", folder], cwd=case.folder, timeout=DEADLINE)
                self.assertIn(done.code, (3, 4, 5), done)
                self.assertRegex(done.err, "WF-E4")
        self.assertEqual(case.snapshot("SELECT count(*) FROM event"), before)

    def test_odd_places(self):
        """Other file systems, and names that programs stumble over."""
        small = self.mounted("-t", "tmpfs", "tmpfs")
        names = [self.path("a store"), self.path("n\ne'w\"$x"), self.path("ünïcödé"), self.path("x" * 255), small + "/store",
                 self.path("/".join(["deep"] * 40))]
        expected = None
        for name in names:
            with self.subTest(store=name):
                case = self.case()
                case.store = name
                done = call(case.run_arguments(), cwd=case.folder, timeout=DEADLINE)
                self.assertEqual(done.code, 0, done)
                expected = expected or done.json["outputs"]
                self.assertEqual(done.json["outputs"], expected)
                checked = call([WF, "store", "check", "--contents", "--store", case.store], timeout=DEADLINE)
                self.assertEqual(checked.code, 0, checked)
                again = call([WF, "run", case.file, "-o", "json", "--store", case.store], cwd=case.folder, timeout=DEADLINE)
                self.assertEqual(again.json["counts"]["reused"], kill_points.EXECUTIONS, again)


if __name__ == "__main__":
    main()
