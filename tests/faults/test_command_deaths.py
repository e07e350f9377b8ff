"""SIGKILL of commands that write the store at each of their mutating system calls: all of it is done, or nothing."""
import os
import shutil
import sqlite3

from call_points import call_points
from wftest import SOURCE, WfTest, call, main, task

CALLS = "openat pwrite64 write fsync fdatasync ftruncate rename link linkat unlink unlinkat mkdir chmod fchmod".split()


class CommandDeaths(WfTest):
    def setUp(self):
        super().setUp()
        self.original = self.path("original")

    def fresh_store(self):
        shutil.rmtree(self.store, ignore_errors=True)
        if os.path.exists(self.original):
            shutil.copytree(self.original, self.store, symlinks=True)

    def trace(self, words, *options):
        log = self.path("strace")
        return call(["strace", "-f", "-o", log, *options, *self.arguments(*words)], cwd=self.folder), log

    def at_every_call(self, words, look):
        """Calls `look` after each kill; then the command itself has to succeed, and `look` is called again."""
        self.fresh_store()
        done, log = self.trace(words, "-e", "trace=" + ",".join(CALLS))
        self.assertEqual(done.code, 0, done)
        points = call_points(self.read(os.path.basename(log)), self.store)
        self.assertGreater(len(points), 10)
        for name, count in points:
            with self.subTest(call=name, number=count):
                self.fresh_store()
                self.trace(words, "-e", "trace=" + name, "-e", "inject=%s:signal=KILL:when=%d" % (name, count))
                look(False)
                self.wf(*words)
                look(True)
                self.wf("store", "check", "--contents")
                self.wf("event", "verify")
                self.assertEqual(os.listdir(self.store + "/tmp"), [])

    def registered(self):
        try:
            return self.query("SELECT name, (SELECT count(*) FROM label l WHERE l.version = r.version), "
                              "(SELECT count(*) FROM version_blob b WHERE b.version = r.version) FROM registration r ORDER BY name")
        except sqlite3.OperationalError:  # killed before there was a store
            return []

    def test_register(self):
        """Two definitions, one with a large source, and a label: both or none."""
        self.write("lib.txt", "x" * 40000)
        one = self.define({"t": task("cat lib.txt > $y", {}, {"y": "file"}, sources=["lib.txt"])}, {"n": {"task": "t"}}, name="one", file="one.yaml")
        two = self.define({"t": task("true")}, {"n": {"task": "t"}}, name="two", file="two.yaml")

        def look(is_done):
            found = self.registered()
            self.assertIn(found, [[("one", 1, 1), ("two", 1, 0)]] if is_done else [[], [("one", 1, 1), ("two", 1, 0)]])

        self.at_every_call(["register", one, two, "--label", "v1"], look)

    def test_migration(self):
        """Of a store as the oldest wf that still counts has made it."""
        os.makedirs(self.original + "/tmp")
        for name in ("objects", "runs"):
            os.mkdir(self.original + "/" + name)
        database = sqlite3.connect(self.original + "/wf.db")
        with open(SOURCE + "/schemas/store/sqlite_2.sql", encoding="utf-8") as schema:
            database.executescript(schema.read())
        database.executescript("PRAGMA user_version = 2; PRAGMA application_id = %d; PRAGMA journal_mode = WAL" % 0x77665374)
        database.close()
        latest = max(int(name[7:-4]) for name in os.listdir(SOURCE + "/schemas/store"))

        def look(is_done):
            (version,), = self.query("PRAGMA user_version")
            self.assertIn(version, [latest] if is_done else range(2, latest + 1))

        self.at_every_call(["init"], look)


if __name__ == "__main__":
    main()
