"""`wf event follow`: what is committed comes once, in order, at once, whatever happens to reader and writer."""
import array
import fcntl
import json
import os
import random
import select
import shutil
import signal
import subprocess
import termios
import threading
import time

from event_case import EventCase
from wftest import DEADLINE, clean_environment, main, task, wait_until


class Lines:
    """Whole lines of a pipe, with a deadline."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.rest = b""

    def next(self):
        give_up = time.monotonic() + DEADLINE
        while b"\n" not in self.rest:
            watch = select.poll()
            watch.register(self.descriptor, select.POLLIN)
            if not watch.poll(max(0.0, give_up - time.monotonic()) * 1000):
                raise AssertionError("no further line; so far %r" % self.rest)
            piece = os.read(self.descriptor, 65536)
            if not piece:
                raise EOFError
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)


class Follow(EventCase):
    def setUp(self):
        super().setUp()
        self.wf("init")

    def follow(self, *arguments, stdout=subprocess.PIPE):
        process = subprocess.Popen(self.arguments("event", "follow", "-o", "jsonl", *arguments), cwd=self.folder,
                                   env=clean_environment(), stdin=subprocess.DEVNULL, stdout=stdout,
                                   stderr=subprocess.PIPE)
        self.addCleanup(self._end, process)
        if process.stdout:
            process.lines = Lines(process.stdout.fileno())
        return process

    def ended(self, process):
        """(code, stderr)"""
        code = process.wait(DEADLINE)
        return code, process.stderr.read().decode()

    def make_projects(self, start, count):
        for number in range(start, start + count):
            self.wf("project", "create", "p%d" % number)

    def add_events(self, count):
        """Many at once; nothing here asks whether their chain is whole."""
        self.tamper("WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= %d) "
                    "INSERT INTO event SELECT NULL, 'x/y', i, 'label.set', 1, '{}', zeroblob(32) FROM n" % count)

    def test_what_is_there_and_what_is_committed_later(self):
        process = self.follow()
        self.assertEqual(process.lines.next()["type"], "store.created")
        for name in ("a", "b"):
            self.wf("project", "create", name)
            self.assertEqual(process.lines.next()["data"], {"name": name})

    def test_an_event_of_a_run_comes_while_the_run_goes_on(self):
        process = self.follow("--type", "node")
        gate = self.path("gate")
        path = self.define({"a": task("echo 1 > $x", outputs={"x": "int"}),
                            "b": task("until test -e %s; do sleep 0.01; done" % gate, {"x": "int"})},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.x"}}})
        run = self.start("run", path)
        event = process.lines.next()
        self.assertEqual((event["type"], event["data"]["node"]), ("node.succeeded", "a"))
        self.write("gate", "")
        self.assertEqual(self.finish(run).code, 0)
        self.assertEqual(process.lines.next()["data"]["node"], "b")

    def test_each_of_many_commits_is_seen_without_another(self):
        """A wake-up that came before its commit could be seen would leave the reader waiting."""
        process = self.follow("--new")
        wait_until(lambda: self.is_waiting(process), "it waits")
        for number in range(100):
            self.make_projects(number, 1)
            self.assertEqual(process.lines.next()["data"]["name"], "p%d" % number)

    def is_waiting(self, process):
        with open("/proc/%d/wchan" % process.pid, encoding="utf-8") as file:
            return "poll" in file.read() or self.state_of(process) == "S"

    def state_of(self, process):
        with open("/proc/%d/stat" % process.pid, encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0]

    def test_a_log_that_is_emptied_removed_and_made_anew(self):
        process = self.follow("--since", "1")
        for number, how in enumerate(["PASSIVE", "RESTART", "TRUNCATE"] * 2):
            self.make_projects(number, 1)
            self.assertEqual(process.lines.next()["data"]["name"], "p%d" % number)
            self.tamper("PRAGMA wal_checkpoint(%s)" % how)

    def test_another_program_that_writes(self):
        process = self.follow("--since", "1")
        self.add_events(3)
        self.assertEqual([process.lines.next()["seq"] for _ in range(3)], [2, 3, 4])

    def test_a_writer_killed_at_any_moment(self):
        process = self.follow("--type", "project.created")
        chance = random.Random(7)
        for number in range(30):
            writer = self.start("project", "create", "q%d" % number)
            try:
                writer.communicate(timeout=chance.random() * 0.02)
            except subprocess.TimeoutExpired:
                writer.kill()
                writer.communicate()
        self.wf("project", "create", "last")
        names = []
        while names[-1:] != ["last"]:
            names.append(process.lines.next()["data"]["name"])
        self.assertEqual(names, [name for name, in self.query(
            "SELECT json_extract(data, '$.name') FROM event WHERE type = 'project.created' ORDER BY pos")])

    def test_filters_limit_and_formats(self):
        self.make_projects(0, 3)
        arguments = [("--limit", "2"), ("--since", "2", "--limit", "1"), ("--type", "project", "--limit", "3"),
                     ("--stream", "store", "--limit", "4")]
        for one in arguments:
            process = self.follow(*one)
            count = int(one[one.index("--limit") + 1])
            out = process.stdout.read().decode().splitlines()
            self.assertEqual([json.loads(line) for line in out], self.events(*one))
            self.assertEqual((len(out), self.ended(process)), (count, (0, "")))
        table = self.wf("event", "follow", "--limit", "2").out.splitlines()
        self.assertEqual([line.split()[0] for line in table], ["POS", "1", "2"])
        envelope = json.loads(self.wf("event", "follow", "--limit", "1", "-o", "cloudevents").out)
        self.assertEqual((envelope["specversion"], envelope["type"]), ("1.0", "dev.wf.store.created"))

    # ---- its ends

    def test_signals(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.follow()
            process.lines.next()
            process.send_signal(number)
            self.assertEqual(self.ended(process), (code, ""))

    def test_a_signal_while_the_reader_does_not_read(self):
        self.add_events(3000)
        process = self.follow("--cursor", self.path("cursor"))
        waiting = array.array("i", [0])

        def is_full():
            fcntl.ioctl(process.stdout.fileno(), termios.FIONREAD, waiting)
            return waiting[0] > 60000

        wait_until(is_full, "the pipe is full")
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.ended(process), (130, ""))

    def test_a_reader_that_goes_away(self):
        process = self.follow()
        process.lines.next()
        process.stdout.close()
        self.assertEqual(self.ended(process), (0, ""), "although nothing more has happened")
        self.add_events(3000)
        process = self.follow()
        process.lines.next()
        process.stdout.close()
        self.assertEqual(self.ended(process), (0, ""))

    def test_a_store_that_goes_away(self):
        for change in (lambda: shutil.rmtree(self.store), lambda: os.rename(self.store, self.store + "2"),
                       lambda: os.rename(self.path("store/other"), self.path("store/wf.db"))):
            self.wf("init")
            shutil.copy(self.path("store/wf.db"), self.path("store/other"))
            process = self.follow()
            process.lines.next()
            change()
            code, error = self.ended(process)
            self.assertEqual(code, 3, error)
            self.assertIn("was removed, moved or replaced", error)

    # ---- going on

    def test_killed_readers_that_remember_pos(self):
        """Exactly once: whatever was read is done, and the rest comes."""
        chance = random.Random(11)
        seen = []
        writer = threading.Thread(target=self.make_projects, args=(0, 60))
        writer.start()
        try:
            while len(seen) < 61:
                process = self.follow("--since", str(seen[-1] if seen else 0))
                for _ in range(min(chance.randrange(1, 9), 61 - len(seen))):
                    seen.append(process.lines.next()["pos"])
                process.kill()
                process.wait()
        finally:
            writer.join()
        self.assertEqual(seen, list(range(1, 62)))

    def test_killed_followers_with_a_cursor(self):
        """At least once: what was handed over before the cursor moved comes again, in order; nothing is left out."""
        chance = random.Random(13)
        log, cursor = self.path("log"), self.path("cursor")
        writer = threading.Thread(target=self.make_projects, args=(0, 60))
        writer.start()
        rounds = 0
        try:
            while writer.is_alive() or rounds < 5:
                rounds += 1
                with open(log, "ab") as out:
                    process = self.follow("--cursor", cursor, stdout=out)
                time_to_live = chance.random() * 0.03
                try:
                    process.wait(time_to_live)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        finally:
            writer.join()
        with open(log, "ab") as out:
            process = self.follow("--cursor", cursor, stdout=out)
        wait_until(lambda: os.path.exists(cursor) and self.cursor()["pos"] == 61, "all were handed over")
        process.kill()
        process.wait()
        whole = []
        for line in self.lines("log"):
            try:
                whole.append(json.loads(line)["pos"])
            except json.JSONDecodeError:
                continue  # cut short by a kill
        self.assertEqual(sorted(set(whole)), list(range(1, 62)))
        self.assertTrue(all(after <= before + 1 for before, after in zip(whole, whole[1:])), whole)

    def cursor(self):
        return json.loads(self.read("cursor"))

    def test_a_cursor_that_is_not_interrupted_repeats_nothing(self):
        self.make_projects(0, 5)
        seen = []
        for limit in (1, 2, 3):
            process = self.follow("--cursor", self.path("cursor"), "--limit", str(limit))
            seen += [json.loads(line)["pos"] for line in process.stdout.read().splitlines()]
            self.assertEqual(self.ended(process), (0, ""))
        self.assertEqual(seen, [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.cursor()["hash"], self.events("--since", "5")[0]["hash"])

    def test_a_cursor_passes_what_is_not_asked_for(self):
        self.make_projects(0, 5)
        self.assertEqual([event["seq"] for event in self.events("--stream", "store", "--since", "4")], [5, 6])
        process = self.follow("--cursor", self.path("cursor"), "--type", "domain.", "--stream", "store")
        wait_until(lambda: os.path.exists(self.path("cursor")) and self.cursor()["pos"] == 6, "it is at the end")
        self.make_projects(5, 1)
        wait_until(lambda: self.cursor()["pos"] == 7, "it has moved on")
        self.wf("domain", "create", "lab")
        self.assertEqual(process.lines.next()["pos"], 8)
        process.kill()
        process.wait()

    def test_a_cursor_made_new_stands_at_the_end(self):
        process = self.follow("--cursor", self.path("cursor"), "--new")
        wait_until(lambda: os.path.exists(self.path("cursor")), "it is there")
        process.kill()
        process.wait()
        self.make_projects(0, 1)
        process = self.follow("--cursor", self.path("cursor"), "--new")
        self.assertEqual(process.lines.next()["pos"], 2, "the file says where, once there is one")

    def test_a_line_cut_short_spoils_no_other(self):
        log = self.write("log", '{"pos":1,"str')
        with open(log, "ab") as out:
            process = self.follow("--limit", "1", stdout=out)
        self.assertEqual(self.ended(process), (0, ""))
        torn, whole = self.lines("log")
        self.assertEqual((torn, json.loads(whole)["pos"]), ('{"pos":1,"str', 1))

    def test_cursors_that_do_not_fit(self):
        self.make_projects(0, 2)
        cursor = self.path("cursor")
        self.wf("event", "follow", "--cursor", cursor, "--limit", "3")
        good = self.cursor()

        def refused(code, text, content=None):
            if content is not None:
                self.write("cursor", content)
            done = self.wf("event", "follow", "--cursor", cursor, "--limit", "1", code=code)
            self.assertIn(text, done.err)

        for content in ("", "x", "[]", "{}", '{"store":1,"pos":2,"hash":"x"}', '{"store":"x","pos":"2","hash":"x"}'):
            refused(2, "is no cursor of events", content)
        for change in ({"store": "0" * 8}, {"pos": 2}, {"pos": 99}, {"pos": -9}, {"hash": ""}):
            refused(4, "WF-E5007", json.dumps({**good, **change}))
        self.write("cursor", json.dumps(good))
        self.tamper("DELETE FROM event WHERE pos = 3")
        refused(4, "put back or changed")
        self.assertIn("WF-E5007", self.wf("event", "follow", "--since", "9", code=4).err)
        self.assertIn("WF-E5001", self.wf("event", "follow", "--since", "1", "--cursor", cursor, code=2).err)
        self.assertIn("WF-E5001", self.wf("event", "follow", "--since", "1", "--new", code=2).err)
        self.wf("event", "follow", "--cursor", self.path("no/such/folder"), code=3)


if __name__ == "__main__":
    main()
