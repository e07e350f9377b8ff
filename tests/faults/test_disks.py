"""A full disk and a failing one: the run stops with a message, nothing counts as done, and later it finishes."""
import collections
import os
import subprocess

import kill_points
from wftest import DEADLINE, WfTest, call, has_command, main

SPREAD = 12  # injected errors for each system call and error


class FullDisk(WfTest):
    def setUp(self):
        super().setUp()
        self.disk = self.path("disk")
        os.mkdir(self.disk)
        if call(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", self.disk]).code != 0:
            self.skipTest("only root can mount a small disk")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)
        self.store = self.disk + "/store"
        self.file = self.one_task("head -c 400000 /dev/zero | tr '\\0' $n > $y", {"n": "int"}, {"y": "file"}, map_over=["n"],
                                  defaults={"n": list(range(8))})

    def resize(self, size):
        self.assertEqual(call(["mount", "-o", "remount,size=%dk" % size, self.disk]).code, 0)

    def empty(self):
        subprocess.run(["find", self.disk, "-mindepth", "1", "-delete"], check=True)

    def test_at_any_size(self):
        expected = self.run_file(self.file).json["outputs"]
        codes = collections.Counter()
        for size in [64, 128, 256, *range(384, 4500, 320)]:
            with self.subTest(kibibytes=size):
                self.empty()
                self.resize(size)
                done = self.wf("run", self.file, "--name", "a", "-o", "json", code=None)
                codes[done.code] += 1
                self.assertIn(done.code, (0, 1, 5), done)
                if done.code == 5:
                    self.assertRegex(done.err, r"WF-E4[01]04")
                    self.assertIn(self.disk, done.err, "it says where there is no room")
                self.resize(65536)
                if done.code == 5:
                    done = self.wf("run", self.file, "--name", "a", "-o", "json", code=None)
                if done.code == 1:  # a task itself met the full disk, perhaps just before wf did
                    self.assertEqual(done.json["cause"]["code"], "WF-E3201")
                    done = self.wf("run", self.file, "--name", "b", "-o", "json")
                self.assertEqual(done.code, 0, done)
                self.assertEqual(done.json["outputs"], expected)
                self.assertEqual(os.listdir(self.store + "/tmp"), [])
                if has_command("store", "check"):
                    self.wf("store", "check", "--contents")
        self.assertGreater(codes[5], 0, "no size made wf itself fail: %s" % codes)

    def fill(self):
        with open(self.disk + "/ballast", "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 65536):
                    pass
            except OSError:
                pass

    def test_gc_makes_room_on_a_full_disk(self):
        """Folders of failed runs go before anything has to be written."""
        self.run_file(self.file)
        self.run_file(self.one_task("head -c 4000000 /dev/zero > left; exit 1"), code=1)
        self.fill()
        done = self.wf("gc", "--keep-last", "0", "--keep-within", "0d", "--grace", "0d", "-o", "json").json
        self.assertEqual((done["freed"]["bytes"] >= 8 * 400000, len(done["folders"])), (True, 1))
        self.assertEqual([names for _, _, names in os.walk(self.store + "/objects") if names], [])
        self.wf("store", "check", "--contents")

    def test_full_while_tasks_run(self):
        """Somebody else fills the disk after the task has written its output."""
        ready, go = self.fifo("ready"), self.fifo("go")
        path = self.one_task("head -c 400000 /dev/zero > $y; echo up > %s; cat %s" % (ready, go), outputs={"y": "file"})
        process = self.start("run", path, "--name", "a", "-o", "json")
        self.hear(ready)
        self.fill()
        with open(go, "w", encoding="utf-8"):
            pass
        done = self.finish(process)
        self.assertEqual((done.code, self.query("SELECT 1 FROM artifact")), (5, []), done)
        self.assertRegex(done.err, r"WF-E4[01]04")
        os.remove(self.disk + "/ballast")
        rerun = self.one_task("head -c 400000 /dev/zero > $y; echo up > %s; cat %s" % (ready, go), outputs={"y": "file"})
        process = self.start("run", rerun, "--name", "a", "-o", "json")
        self.hear(ready)
        with open(go, "w", encoding="utf-8"):
            pass
        self.assertEqual(self.finish(process).code, 0)


class FailingDisk(WfTest):
    def setUp(self):
        super().setUp()
        if call(["strace", "-V"]).code != 0:
            self.skipTest("strace is not there")

    def inject(self, name, error, may_succeed):
        """Lets the Nth call fail in keeper or driver, for N spread over all; finishes the run afterwards."""
        points, expected = kill_points.find_points()
        last = max(count for call_name, count in points if call_name == name)
        for count in sorted({1 + i * last // SPREAD for i in range(min(SPREAD, last))}):
            with self.subTest(call=name, error=error, count=count):
                case = kill_points.Case()
                self.addCleanup(case.remove)
                done = case.trace("-y", "-e", "trace=" + name, "-e", "inject=%s:error=%s:when=%d" % (name, error, count))
                with open(case.log, encoding="utf-8", errors="replace") as log:
                    hit = [line for line in log if "(INJECTED)" in line]
                self.assertGreaterEqual(done.code, 0, done)
                self.assertNotIn("unexpected:", done.err)
                if done.code == 0:
                    # SQLite may fail to move its log into the database, in the end as it closes: then the log
                    # stays. What it thinks of the folder's sync it keeps to itself.
                    harmless = count == last or all("/wf.db>" in line or "/store>" in line for line in hit)
                    self.assertTrue(may_succeed or harmless, "a failed %s, and success: %s" % (name, hit))
                    self.assertEqual(done.json["outputs"], expected)
                else:
                    self.assertIn("WF-E", done.err)
                if case.run_state() == "failed":
                    continue  # a task met it before it was one
                again = call(case.run_arguments(), cwd=case.folder, timeout=DEADLINE)
                self.assertEqual(again.code, 0, again)
                self.assertEqual(again.json["outputs"], expected)
                if has_command("store", "check"):
                    checked = call([*case.run_arguments()[:1], "store", "check", "--contents", "--store", case.store])
                    self.assertEqual(checked.code, 0, checked)

    def test_a_failed_sync_is_never_success(self):
        self.inject("fdatasync", "EIO", may_succeed=False)

    def test_a_failed_sync_of_a_folder_is_never_success(self):
        self.inject("fsync", "EIO", may_succeed=False)

    def test_failed_writes_of_the_database(self):
        self.inject("pwrite64", "EIO", may_succeed=True)
        self.inject("pwrite64", "ENOSPC", may_succeed=True)

    def test_objects_that_get_no_name(self):
        self.inject("linkat", "EIO", may_succeed=False)


if __name__ == "__main__":
    main()
