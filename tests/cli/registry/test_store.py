"""Finding, refusing and checking stores."""
import os
import subprocess
import unittest

from registry_case import WF, RegistryCase
from wftest import WfTest

LARGE = "x" * 100_000


class Find(RegistryCase):
    def where(self, *arguments, cwd=None):
        process = self.start("store", "path", *arguments, cwd=cwd)
        out, err = process.communicate()
        self.assertEqual(process.returncode, 0, err)
        return out.strip(), err

    def test_the_order(self):
        below = self.path("a/b")
        os.makedirs(below)
        self.assertEqual(self.where(cwd=below), (self.store, "(found .wf here or above)\n"))
        self.env["WF_STORE"] = self.path("other")
        self.assertEqual(self.where(cwd=below), (self.path("other"), "(WF_STORE; not made yet)\n"))
        self.assertEqual(self.where("--store", "x")[0], self.path("x"))
        del self.env["WF_STORE"]
        os.rename(self.store, self.path("away"))
        self.assertEqual(self.where(cwd=below)[0], self.path(".local/share/wf"))

    def test_a_store_of_someone_else_is_passed_over(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        os.chown(self.store, 12345, 12345)
        path, reason = self.where()
        self.assertEqual(path, self.path(".local/share/wf"))
        self.assertIn("belongs to uid 12345", reason)

    def test_what_is_no_folder_and_what_is_absent(self):
        self.assertIn("WF-E4113", self.wf("store", "path", "--store", "s3://b/x", code=2))
        message = self.wf("workflow", "list", "--store", "absent", code=3)
        self.assertIn("WF-E4101", message)
        self.assertIn("wf init", message)
        self.assertFalse(os.path.exists(self.path("absent")))

    def test_init_twice_and_modes(self):
        store_id = self.json("store", "path")["store_id"]
        self.assertFalse(self.json("init")["new"])
        self.assertEqual(self.json("store", "path")["store_id"], store_id)
        for name in ["", "objects", "runs", "tmp"]:
            self.assertEqual(os.stat(self.path(".wf/" + name)).st_mode & 0o777, 0o700)
        with open(self.path(".wf/.gitignore"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "*\n")

    def test_a_newer_schema_is_refused_by_name(self):
        (known,), = self.query("PRAGMA user_version")
        self.tamper("PRAGMA user_version = %d" % (known + 1))
        for command in [["init"], ["workflow", "list"]]:
            self.assertIn("has schema %d, and this wf knows schemas up to %d" % (known + 1, known), self.wf(*command, code=5))

    def test_the_first_schema_is_refused_with_a_way_out(self):
        self.tamper("PRAGMA user_version = 1")
        for command in [["init"], ["workflow", "list"]]:
            message = self.wf(*command, code=5)
            self.assertIn("was made by wf 0.1.0", message)
            self.assertIn("--store", message)

    def test_a_store_that_cannot_be_written_can_be_read(self):
        self.register(self.definition())
        self.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in ["wf.db-wal", "wf.db-shm"]:
            if os.path.exists(self.path(".wf/" + name)):
                os.unlink(self.path(".wf/" + name))
        subprocess.run(["chmod", "-R", "a-w", self.store], check=True)
        prefix = ["setpriv", "--reuid=12345", "--clear-groups"] if os.geteuid() == 0 else []
        if prefix:
            subprocess.run(["chmod", "a+rx", self.folder], check=True)
            subprocess.run(["chmod", "-R", "a+rX", self.store], check=True)
        base = [*prefix, WF]
        listed = subprocess.run([*base, "workflow", "list", "--store", self.store], text=True,
                                cwd=self.folder, env=self.env, capture_output=True, check=False)
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn("w ", listed.stdout)
        refused = subprocess.run([*base, "project", "create", "x", "--store", self.store], text=True,
                                 cwd=self.folder, env=self.env, capture_output=True, check=False)
        self.assertEqual(refused.returncode, 5, refused.stderr)


class Migrate(WfTest):
    def test_a_store_of_an_older_schema_keeps_all_it_knows(self):
        path = self.one_task("exit $n", {"n": "int"}, {})
        for n, code in ((0, 0), (3, 1)):
            self.run_file(path, n=n, code=code)
        (known,), = self.query("PRAGMA user_version")
        before = self.query("SELECT * FROM node ORDER BY run"), self.query("SELECT * FROM execution ORDER BY run")
        self.assertEqual(len(before[0]), 2)
        for statement in ("DROP TABLE frame_failure", "PRAGMA user_version = %d" % (known - 1)):
            self.tamper(statement)
        self.wf("init")
        self.assertEqual(self.query("PRAGMA user_version"), [(known,)])
        self.assertEqual(before, (self.query("SELECT * FROM node ORDER BY run"), self.query("SELECT * FROM execution ORDER BY run")))
        self.run_file(path, n=3, code=1)


class Check(RegistryCase):
    def setUp(self):
        super().setUp()
        self.write("big.txt", LARGE)
        self.write("s.yaml", "wf: v1\nname: s\ntasks:\n  t: {sources: [big.txt], command: [cat, big.txt]}\n"
                             "nodes:\n  t: {task: t}\n")
        self.version = self.register("s.yaml")[0]["version"]

    def object_path(self):
        objects = self.path(".wf/objects")
        folder, = os.listdir(objects)
        name, = os.listdir(os.path.join(objects, folder))
        return os.path.join(objects, folder, name), "sha256:" + folder + name

    def test_whole(self):
        self.assertEqual(self.check(), [])
        self.assertEqual(self.check("--contents"), [])

    def test_a_flipped_byte_is_found_and_named_with_its_origin(self):
        path, digest = self.object_path()
        os.chmod(path, 0o644)
        with open(path, "r+", encoding="utf-8") as file:
            file.write("y")
        os.chmod(path, 0o444)
        finding, = self.check(code=9)  # its time moved
        self.assertIn("damaged", finding["problem"])
        os.utime(path, (1, 1))  # as decay leaves it: only the bytes tell
        self.assertEqual(self.check(), [])
        finding, = self.check("--contents", code=9)
        self.assertEqual(finding["object"], f"blob {digest}")
        self.assertIn("damaged", finding["problem"])
        self.assertIn("file of version s@" + self.version[7:], finding["produced"])

    def test_a_lost_file_and_a_writable_one(self):
        path, digest = self.object_path()
        os.chmod(path, 0o644)
        self.assertEqual(self.check(), [], "its bytes are right")
        os.unlink(path)
        finding, = self.check(code=9)
        self.assertEqual(finding["object"], f"blob {digest}")
        self.assertIn("missing", finding["problem"])
        with open(self.path("s.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.write("s.yaml", "# again\n" + text)
        self.register("s.yaml")  # brings it back
        self.assertEqual(self.check("--contents"), [])

    def test_rows(self):
        self.tamper("UPDATE version SET body = replace(body, 'cat', 'rm')")
        self.assertIn(self.version, self.check(code=9)[0]["object"])
        self.tamper("DELETE FROM version")
        objects = [finding["object"] for finding in self.check(code=9)]
        self.assertIn("registration default/development/s 1", objects)

    def test_events(self):
        self.tamper("UPDATE event SET data = replace(data, '\"s\"', '\"t\"') WHERE seq = 1 AND stream LIKE '%/%'")
        finding, = self.check(code=9)
        self.assertIn("stream 'default/development', seq 1", finding["object"])
        self.tamper("DELETE FROM event WHERE seq = 1 AND stream LIKE '%/%'")
        self.assertTrue(any("missing" in f["problem"] for f in self.check(code=9)))

    def test_garbage_in_the_database_is_no_crash(self):
        database = self.path(".wf/wf.db")
        self.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(database, "rb") as file:
            whole = file.read()
        for start in range(0, len(whole), 4096):
            with open(database, "wb") as file:
                file.write(whole[:start] + b"\x5a" * 4096 + whole[start + 4096:])
            process = self.start("store", "check")
            _, err = process.communicate()
            self.assertIn(process.returncode, (0, 3, 5, 9), f"page {start // 4096}: {err}")
        for length in [0, 100, 4096, len(whole) - 4096]:
            with open(database, "wb") as file:
                file.write(whole[:length])
            process = self.start("store", "check")
            _, err = process.communicate()
            self.assertIn(process.returncode, (3, 5, 9), f"cut at {length}: {err}")

    def test_events_are_listed_from_a_position(self):
        events = self.json("event", "list")["events"]
        self.assertEqual([e["type"] for e in events],
                         ["store.created", "version.registered", "registration.added"])
        since = self.json("event", "list", "--since", "1", "--limit", "1")["events"]
        self.assertEqual([e["pos"] for e in since], [2])
        lines = self.wf("event", "list", "-o", "jsonl").splitlines()
        self.assertEqual(len(lines), 3)


if __name__ == "__main__":
    unittest.main()
