"""SIGKILL of `wf import` and `wf store merge` at their mutating system calls, and disks that fill up or fail meanwhile:
either all of it is there or nothing, both stores are whole, and the next call does the rest."""
import os
import shutil
import unittest

from call_points import call_points
from wftest import WF, WfTest, call, task

CALLS = ("openat pwrite64 write fsync fdatasync ftruncate rename link linkat unlink unlinkat rmdir mkdir symlink "
         "fchmod utimensat").split()
POINTS = int(os.environ.get("WF_POINTS", "40"))  # of each command, spread evenly


class Deaths(WfTest):
    def setUp(self):
        super().setUp()
        make = task("echo logged; yes $n | head -c 40000 > $data; mkdir $parts/sub; yes same | head -c 50000 > $parts/sub/same; "
                    "echo $n > $parts/own", {"n": "int"}, {"data": "file", "parts": "directory"})
        self.file = self.define({"make": make}, {"make": {"task": "make", "with": {"n": "$inputs.n"}}}, {"n": "int"},
                                {"data": "$make.data"})
        for n in (1, 2):
            self.run_file(self.file, "--name", "run-%d" % n, n=n)
        self.wf("artifact", "tag", "run-1/make", "good")
        self.bundle = self.path("b.tar")
        self.wf("export", "run-1", "run-2", "--bundle", self.bundle)
        self.source = self.path("source")
        os.rename(self.store, self.source)
        self.before_source = self.files(self.source)
        self.run_file(self.one_task("echo own > $x", outputs={"x": "string"}, file="own.yaml"), "--name", "own")
        self.original = self.path("original")
        os.rename(self.store, self.original)

    @staticmethod
    def files(folder):
        return sorted(os.path.join(top, name) for top, _, names in os.walk(folder) for name in names
                      if not name.endswith(("-wal", "-shm")) and name != "in-use")

    def fresh_store(self):
        if os.path.exists(self.store):
            shutil.rmtree(self.store)
        shutil.copytree(self.original, self.store, symlinks=True)

    def trace(self, command, *options):
        log = self.path("strace")
        return call(["strace", "-f", "-o", log, *options, *self.arguments(*command)], cwd=self.folder), log

    def points(self, command):
        self.fresh_store()
        done, log = self.trace(command, "-e", "trace=" + ",".join(CALLS))
        self.assertEqual(done.code, 0, done)
        found = call_points(self.read(os.path.basename(log)), self.store)
        self.assertGreater(len(found), 30)
        return [found[i * len(found) // POINTS] for i in range(POINTS)] if len(found) > POINTS else found

    def names(self):
        return {name for name, in self.query("SELECT name FROM run")}

    def check_whole(self, what):
        self.assertIn(self.names(), ({"own"}, {"own", "run-1", "run-2"}), what)
        for store in (self.store, self.source):
            self.assertEqual(call([WF, "store", "check", "--contents", "--store", store]).code, 0, (what, store))
            self.assertEqual(call([WF, "event", "verify", "--store", store]).code, 0, (what, store))
        self.assertEqual(self.files(self.source), self.before_source, what)

    def check_done(self, command, what):
        self.wf(*command)
        self.check_whole(what)
        self.assertEqual(self.names(), {"own", "run-1", "run-2"})
        self.wf("gc", "--grace", "0d")
        self.assertEqual(os.listdir(self.store + "/tmp"), [], what)
        objects = [name for _, _, names in os.walk(self.store + "/objects") for name in names]
        self.assertEqual(len(objects), self.query("SELECT count(*) FROM blob WHERE place = 'file'")[0][0], what)
        self.assertEqual(self.executions(self.file, n=2), (0, 1), what)

    def die_everywhere(self, *command):
        for name, count in self.points(command):
            with self.subTest(call=name, number=count):
                self.fresh_store()
                self.trace(command, "-e", "trace=" + name, "-e", "inject=%s:signal=KILL:when=%d" % (name, count))
                self.check_whole((name, count))
                self.check_done(command, (name, count))

    def test_import(self):
        self.die_everywhere("import", self.bundle)

    def test_merge(self):
        self.die_everywhere("store", "merge", self.source)

    def fail_everywhere(self, *command):
        """A system call that fails is an error that says so, or is done without; never half of it."""
        for name, count in self.points(command)[::2]:
            for error in ("ENOSPC", "EIO"):
                with self.subTest(call=name, number=count, error=error):
                    self.fresh_store()
                    done, _ = self.trace(command, "-e", "trace=" + name, "-e", "inject=%s:error=%s:when=%d" % (name, error, count))
                    self.assertGreaterEqual(done.code, 0, done)
                    self.assertNotIn("unexpected:", done.err)
                    self.check_whole((name, count, error))
                    if done.code == 0:
                        self.assertEqual(self.names(), {"own", "run-1", "run-2"})
                    self.check_done(command, (name, count, error))

    def test_import_when_calls_fail(self):
        self.fail_everywhere("import", self.bundle)

    def test_merge_when_calls_fail(self):
        self.fail_everywhere("store", "merge", self.source)

    def test_where_there_is_no_room(self):
        """At any size of the disk that is left: all of it, or nothing and the reason."""
        disk = self.path("disk")
        os.mkdir(disk)
        if call(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk]).code != 0:
            self.skipTest("only root can mount a small disk")
        self.addCleanup(call, ["umount", "-l", disk])
        self.store = disk + "/store"
        for command in (("import", self.bundle), ("store", "merge", self.source)):
            codes = set()
            for free in (*range(0, 1200, 80), 4000):
                with self.subTest(command=command[0], kibibytes=free):
                    self.fresh_store()
                    used = os.statvfs(disk)
                    kept = (used.f_blocks - used.f_bfree) * used.f_frsize // 1024
                    self.assertEqual(call(["mount", "-o", "remount,size=%dk" % (kept + free), disk]).code, 0)
                    done = self.wf(*command, code=None)
                    codes.add(done.code)
                    self.assertIn(done.code, (0, 5), done)
                    if done.code == 5:
                        self.assertRegex(done.err, "WF-E4[01]04")
                    self.assertEqual(os.listdir(self.store + "/tmp"), [])
                    self.assertEqual(call(["mount", "-o", "remount,size=64m", disk]).code, 0)
                    self.assertEqual(self.names(), {"own"} if done.code else {"own", "run-1", "run-2"})
                    self.check_whole(free)
                    self.check_done(command, free)
            self.assertEqual(codes, {0, 5})

    def test_export_when_killed_or_calls_fail(self):
        """The file is there and whole, or it is not there; nothing else is left beside it."""
        shutil.copytree(self.source, self.store)
        wanted, target = self.read_bytes(self.bundle), self.path("out/b.tar")
        os.mkdir(self.path("out"))
        command = ("export", "run-1", "run-2", "--bundle", target)
        for name in ("openat", "write", "fdatasync", "linkat", "fsync", "lseek"):
            for number in (1, 2, 5, 11, 12, 13, 14, 15):
                for inject in ("signal=KILL", "error=ENOSPC"):
                    with self.subTest(call=name, number=number, inject=inject):
                        done, _ = self.trace(command, "-e", "trace=" + name, "-e", "inject=%s:%s:when=%d" % (name, inject, number))
                        self.assertNotIn("unexpected:", done.err)
                        left = os.listdir(self.path("out"))
                        self.assertIn(left, ([], ["b.tar"]))
                        if left:
                            self.assertEqual(self.read_bytes(target), wanted)
                            os.remove(target)

    @staticmethod
    def read_bytes(path):
        with open(path, "rb") as file:
            return file.read()


if __name__ == "__main__":
    unittest.main()
