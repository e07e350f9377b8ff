"""gc beside running work, and beside itself."""
import fcntl
import os
import signal
import threading
import unittest

from gc_case import DRAFTING, FREE_ALL, RELYING, GcTest
from wftest import WF, call, wait_until


class Beside(GcTest):
    def test_only_one_at_a_time(self):
        self.make(1)
        with open(self.store + "/gc", "w", encoding="utf-8") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            refused = self.wf("gc", code=4)
            self.assertIn("process %d" % os.getpid(), refused.err)
            self.wf("gc", "--dry-run")
        self.wf("gc")

    def test_bytes_that_somebody_is_writing_stay(self):
        """From before a blob is named to its commit its writer holds it, though nothing of it is in the store yet."""
        run = self.make(1)
        digest = self.digest_of(run)
        with self.holding(self.place_of(digest)):
            for dry in ((), ("--dry-run",)):
                done = self.gc(*FREE_ALL, *dry)
                self.assertEqual(done["in_use"], {"count": 1, "bytes": 40000})
            self.assertTrue(self.has_bytes(run + "/big"))
        self.assertEqual(self.gc(*FREE_ALL)["freed"], {"count": 1, "bytes": 40000})
        self.check()

    def test_a_file_that_is_about_to_be_recorded_stays(self):
        self.make(1)
        name = "cd/" + "e" * 62
        self.write("store/objects/" + name, "just published")
        with self.holding(self.place_of(name.replace("/", ""))):
            self.assertEqual(self.gc(*FREE_ALL)["objects"]["count"], 0)
        self.assertIn(name, self.objects())
        self.gc()
        self.assertNotIn(name, self.objects())

    def test_files_that_are_being_written_stay(self):
        self.make(1)
        self.write("store/tmp/blob-1", "x")
        with self.holding(DRAFTING):
            self.assertEqual(self.gc()["temporary"]["count"], 0)
        self.assertEqual(self.gc()["temporary"]["count"], 1)

    def uses(self, pid):
        try:
            return self.store + "/in-use" in [os.readlink("/proc/%d/fd/%s" % (pid, fd)) for fd in os.listdir("/proc/%d/fd" % pid)]
        except OSError:
            return False

    def test_it_waits_for_those_who_found_a_result(self):
        """Between a hit and its commit nothing is freed."""
        run = self.make(1)
        with self.holding(RELYING):
            process = self.start("gc", *FREE_ALL, "-o", "json")
            wait_until(lambda: self.uses(process.pid), "gc looks at the locks")
            self.assertTrue(self.has_bytes(run + "/big"))
            self.assertIsNone(process.poll())
        self.assertGreater(self.finish(process).json["freed"]["count"], 0)

    def test_a_run_waits_for_gc(self):
        """While gc frees no run looks for results; then it finds none and makes them again."""
        self.make(1)
        with self.holding(RELYING, fcntl.F_WRLCK):
            process = self.start("run", self.file, "-i", "n=1", "-o", "json")
            wait_until(lambda: self.peek("SELECT 1 FROM run WHERE state = 'running'"), "the run has begun")
            self.assertIsNone(process.poll())
        self.assertEqual(self.finish(process).json["this_time"]["reused"], 2)

    def test_the_loser_of_a_race_keeps_its_own_result_when_the_winners_is_freed(self):
        """Published by another run while this one ran, and freed before it ended."""
        pipe, go = self.fifo("here"), self.fifo("go")
        script = "yes | head -c 40000 > $x; echo > %s; read a < %s" % (pipe, go)
        path = self.one_task(script, {}, {"x": "file"}, file="race.yaml")
        process = self.start("run", path, "-o", "json", "--name", "slow")
        self.hear(pipe)
        wait_until(lambda: self.peek("SELECT 1 FROM node WHERE state = 'running'"), "its start is committed")
        # What the other would have left: an entry under the same key.
        self.run_file(self.one_task("yes other | head -c 40000 > $x", {}, {"x": "file"}, file="other.yaml"))
        self.tamper("UPDATE cache_entry SET key = (SELECT cache_key FROM node WHERE state = 'running')")
        self.assertEqual(self.query("SELECT count(*) FROM cache_entry e JOIN artifact a ON a.id = e.artifact"), [(1,)])
        self.gc(*FREE_ALL)
        with open(go, "w", encoding="utf-8") as file:
            file.write("go\n")
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.query("SELECT state FROM node ORDER BY run"), [("succeeded",), ("succeeded",)])
        self.assertTrue(self.has_bytes("slow/t/x"))

    def test_one_that_was_stopped_decides_anew(self):
        """What a run began to use meanwhile stays, though gc had decided that it goes."""
        first, second = self.make(1), self.make(2)
        with self.holding(RELYING):
            process = self.start("gc", "--keep-last", "1", "--keep-within", "0d", "--grace", "0d", "-o", "json")
            wait_until(lambda: self.uses(process.pid), "gc looks at the locks")
            os.kill(process.pid, signal.SIGSTOP)
        self.assertEqual(self.executions(self.file, n=1), (0, 2))
        os.kill(process.pid, signal.SIGCONT)
        self.assertGreater(self.finish(process).json["freed"]["count"], 0)
        self.assertEqual([self.has_bytes(run + "/big") for run in (first, second)], [True, False])
        self.check()

    def test_many_runs_beside_many_collections(self):
        """Runs that hit, publish and share bytes, while everything that may go goes at once."""
        self.make(0)
        over = threading.Event()
        collections, wrong = [], []

        def collect():
            while not over.is_set():
                done = call([WF, "gc", *FREE_ALL, "-o", "json", "--store", self.store], cwd=self.folder)
                collections.append(done.code)
                if done.code not in (0, 4):
                    wrong.append(done)

        def run(first):
            for n in range(12):
                done = call([WF, "run", self.file, "-i", "n=%d" % ((first + n) % 3), "-o", "json", "--store", self.store], cwd=self.folder)
                if done.code != 0 or done.json["outputs"]["size"] != 40000:
                    wrong.append(done)

        threads = [threading.Thread(target=run, args=(first,)) for first in range(3)]
        collectors = [threading.Thread(target=collect) for _ in range(2)]
        for thread in threads + collectors:
            thread.start()
        for thread in threads:
            thread.join()
        over.set()
        for thread in collectors:
            thread.join()
        self.assertEqual(wrong, [])
        self.assertIn(0, collections)
        self.check()
        self.gc(*FREE_ALL)
        self.assertEqual(self.objects(), [])
        self.check()


if __name__ == "__main__":
    unittest.main()
