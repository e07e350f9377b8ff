"""SIGKILL of `wf gc` at each of its mutating system calls; afterwards the store is whole, and the next gc goes on."""
import os
import shutil
import unittest

from call_points import call_points
from wftest import WfTest, call, task

CALLS = "openat pwrite64 write fsync fdatasync ftruncate rename unlink unlinkat rmdir".split()
GC = ("gc", "--keep-last", "1", "--keep-within", "0d", "--grace", "0d", "-o", "json")


class Deaths(WfTest):
    def setUp(self):
        super().setUp()
        make = task("echo logged; yes $n | head -c 40000 > $data; mkdir $parts/sub; yes same | head -c 50000 > $parts/sub/same; "
                    "echo $n > $parts/own", {"n": "int"}, {"data": "file", "parts": "directory"})
        fail = task("test $n != 2", {"n": "int"}, {"x": "int?"})
        self.file = self.define({"make": make, "fail": fail},
                                {"make": {"task": "make", "with": {"n": "$inputs.n"}},
                                 "fail": {"task": "fail", "with": {"n": "$inputs.n"}, "after": ["make"]}},
                                {"n": "int"}, {"data": "$make.data"})
        for n, code in ((1, 0), (2, 1), (3, 0)):
            self.run_file(self.file, code=code, n=n)
        self.write("store/tmp/blob-left", "x")
        self.write("store/objects/ab/" + "c" * 62, "stray")
        self.kept = self.query("SELECT id FROM run ORDER BY id DESC LIMIT 1")[0][0].hex()
        self.original = self.path("original")
        os.rename(self.store, self.original)

    def fresh_store(self):
        if os.path.exists(self.store):
            shutil.rmtree(self.store)
        shutil.copytree(self.original, self.store, symlinks=True)

    def trace(self, *options):
        log = self.path("strace")
        return call(["strace", "-f", "-o", log, *options, *self.arguments(*GC)], cwd=self.folder), log

    def points(self):
        self.fresh_store()
        done, log = self.trace("-e", "trace=" + ",".join(CALLS))
        self.assertEqual(done.code, 0, done)
        self.expected = done.json
        return call_points(self.read(os.path.basename(log)), self.store)

    def check(self, point):
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")
        self.wf("artifact", "get", self.kept + "/make/parts", self.path("got"), "--force")
        self.wf("artifact", "get", self.kept + "/make/data", self.path("data"), "--force")
        self.assertEqual(os.path.getsize(self.path("got") + "/sub/same"), 50000, point)

    def test_at_every_call(self):
        points = self.points()
        self.assertGreater(len(points), 20)
        self.assertGreater(self.expected["freed"]["count"], 3)
        self.assertEqual(len(self.expected["folders"]), 1)
        for name, count in points:
            with self.subTest(call=name, number=count):
                self.fresh_store()
                self.trace("-e", "trace=" + name, "-e", "inject=%s:signal=KILL:when=%d" % (name, count))
                self.check((name, count))
                self.wf(*GC)
                self.check((name, count))
                self.assertEqual(os.listdir(self.store + "/tmp"), [])
                self.assertEqual(os.listdir(self.store + "/runs"), [])
                files = [name for _, _, names in os.walk(self.store + "/objects") for name in names]
                self.assertEqual(len(files), self.query("SELECT count(*) FROM blob WHERE place = 'file'")[0][0])
        self.assertEqual(self.executions(self.file, n=1), (1, 1))  # the value of the other is no bytes
        self.wf("store", "check", "--contents")


if __name__ == "__main__":
    unittest.main()
