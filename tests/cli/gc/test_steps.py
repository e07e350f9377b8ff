"""The two steps of gc, what takes things back in between, and what a dry run foretells."""
import os
import unittest

from gc_case import FREE_ALL, GcTest

MARK = ("--keep-last", "0", "--keep-within", "0d")  # the grace period is a week
DAY_US = 86400 * 10**6


def amounts(report):
    names = ("runs", "kept_runs", "kept", "freed", "condemned", "waiting", "in_use", "rescued", "groups", "folders", "objects", "temporary")
    return {name: report[name] for name in names}


class Steps(GcTest):
    def age(self, days):
        """As if that time had passed since what is condemned was condemned, and since all runs."""
        self.tamper("UPDATE blob SET condemned_us = condemned_us - %d" % (days * DAY_US))

    def age_runs(self, days):
        self.tamper("UPDATE run SET ended_us = ended_us - %d" % (days * DAY_US))

    def condemned(self):
        return self.query("SELECT count(*) FROM blob WHERE condemned_us IS NOT NULL")[0][0]

    def test_first_condemned_then_freed(self):
        run = self.make(1)
        first = self.gc(*MARK)
        self.assertEqual((first["freed"]["count"], first["condemned"]["count"]), (0, self.condemned()))
        self.assertGreater(first["condemned"]["bytes"], 100000)
        self.assertTrue(first["next"])
        self.assertTrue(self.has_bytes(run + "/big"))
        second = self.gc(*MARK)
        self.assertEqual((second["condemned"]["count"], second["waiting"]), (0, first["condemned"]))
        self.age(8)
        self.age_runs(8)
        third = self.gc(*MARK)
        self.assertEqual((third["freed"], third["waiting"]["count"]), (first["condemned"], 0))
        self.assertEqual(self.objects(), [])
        self.assertFalse(self.has_bytes(run + "/big"))
        self.assertEqual(amounts(self.gc(*MARK))["freed"]["count"], 0)
        self.check()

    def test_a_grace_of_zero_frees_at_once(self):
        run = self.make(1)
        done = self.gc(*FREE_ALL)
        self.assertEqual((done["condemned"]["count"], done["next"]), (0, None))
        self.assertFalse(self.has_bytes(run + "/big"))

    def rescue(self, how):
        run = self.make(1)
        self.gc(*MARK)
        self.age(30)
        self.age_runs(30)
        how(run)
        done = self.gc("--keep-last", "1", "--keep-within", "0d")
        self.assertTrue(self.has_bytes(run + "/big"))
        self.check()
        return done

    def test_a_hit_takes_it_back(self):
        self.rescue(lambda run: self.assertEqual(self.executions(self.file, n=1), (0, 2)))
        self.assertEqual(self.condemned(), 0)

    def test_a_tag_takes_it_back(self):
        def tag(run):
            self.make(2)
            self.wf("artifact", "tag", run + "/big", "prod")
        self.rescue(tag)

    def test_a_pin_takes_it_back(self):
        def pin(run):
            self.make(2)
            self.wf("artifact", "pin", run)
        self.rescue(pin)
        self.assertEqual(self.condemned(), 0)

    def test_a_reference_takes_it_back(self):
        path = self.one_task("wc -c < $f > $n", {"f": "file"}, {"n": "int"}, file="use.yaml")
        self.rescue(lambda run: self.run_file(path, f="wf:default/development/%s/big/data" % run))

    def test_the_same_bytes_take_it_back(self):
        """Another task writes what is condemned."""
        path = self.one_task("yes 1 | head -c 40000 > $x", {}, {"x": "file"}, file="same.yaml")
        self.rescue(lambda run: self.run_file(path))

    def test_a_use_begins_the_grace_anew(self):
        """A run that hit it and is not kept any more either: the bytes were needed a moment ago."""
        run = self.make(1)
        self.gc(*MARK)
        self.age(30)
        self.age_runs(30)
        self.make(1)
        done = self.gc(*MARK)
        self.assertEqual(done["freed"]["count"], 0)
        self.assertTrue(self.has_bytes(run + "/big"))
        self.age_runs(8)
        self.assertGreater(self.gc(*MARK)["freed"]["count"], 0)

    def test_a_clock_that_was_set_back_begins_the_grace_anew(self):
        """What was condemned in the future would else wait for that."""
        self.make(1)
        self.gc("--keep-last", "0", "--keep-within", "0d", "--grace", "1d")
        self.tamper("UPDATE blob SET condemned_us = condemned_us + 400 * 86400000000 WHERE condemned_us IS NOT NULL")
        self.tamper("UPDATE run SET ended_us = ended_us + 400 * 86400000000")
        done = self.gc("--keep-last", "0", "--keep-within", "0d", "--grace", "1d")
        self.assertEqual((done["freed"]["count"], done["waiting"]["count"]), (0, 0))
        self.assertGreater(done["condemned"]["count"], 0)
        self.assertEqual(self.gc(*FREE_ALL)["freed"]["count"], done["condemned"]["count"])

    def test_freed_bytes_that_are_made_again_are_kept_again(self):
        run = self.make(1)
        self.gc(*FREE_ALL)
        self.assertFalse(self.has_bytes(run + "/big"))
        self.make(1)
        self.assertTrue(self.has_bytes(run + "/big"))
        self.assertEqual(self.query("SELECT count(*) FROM blob WHERE freed_us IS NOT NULL"), [(0,)])
        self.gc("--keep-last", "1", "--keep-within", "0d", "--grace", "0d")
        self.assertTrue(self.has_bytes(run + "/big"))
        self.check()


class DryRun(GcTest):
    def state(self):
        tables = [name for name, in self.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return [self.query("SELECT * FROM " + name) for name in tables], self.objects()

    def agree(self, *rules):
        before = self.state()
        foretold = self.gc("--dry-run", *rules)
        self.assertEqual(self.state(), before)
        done = self.gc(*rules)
        self.assertEqual((foretold["dry_run"], done["dry_run"]), (True, False))
        self.assertEqual(amounts(foretold), amounts(done))
        return done

    def test_it_foretells_each_step(self):
        for n in (1, 2, 3):
            self.make(n)
        self.write("store/runs/01999999-0000-7000-8000-000000000000/x/stdout", "log")
        os.utime(self.path("store/runs/01999999-0000-7000-8000-000000000000"), (0, 0))
        self.write("store/tmp/blob-1", "abc")
        self.write("store/objects/00/" + "1" * 62, "stray")
        done = self.agree("--keep-last", "2", "--keep-within", "0d")
        self.assertGreater(done["condemned"]["count"], 0)
        self.assertEqual((done["objects"], done["temporary"]), ({"count": 1, "bytes": 5}, {"count": 1, "bytes": 3}))
        self.assertEqual([(folder["run"][:8], folder["files"]) for folder in done["folders"]], [("01999999", 1)])
        self.agree("--keep-last", "1", "--keep-within", "0d")
        done = self.agree(*FREE_ALL)
        self.assertEqual(sum(group["bytes"] for group in done["groups"]), done["freed"]["bytes"])
        self.assertEqual({group["kind"] for group in done["groups"]}, {"outputs", "logs"})
        self.assertEqual(self.objects(), [])

    def test_bytes_are_those_of_the_files(self):
        self.make(1)
        size = sum(os.path.getsize(os.path.join(self.store, "objects", name)) for name in self.objects())
        done = self.gc("--dry-run", *FREE_ALL)
        small, = self.query("SELECT coalesce(sum(size), 0) FROM blob WHERE place = 'database' AND digest NOT IN (SELECT source FROM registration)")[0]
        self.assertEqual(done["freed"]["bytes"], size + small)

    def test_it_is_told_to_people(self):
        self.make(1)
        text = self.wf("gc", "--dry-run", *FREE_ALL).out
        for words in ("probe", "outputs", "logs", "to be freed", "keeps  what is tagged, pinned or running", "kept   0 of 1 run"):
            self.assertIn(words, text)
        self.assertIn("freed  ", self.wf("gc", *FREE_ALL).out)
        self.assertEqual(self.wf("gc", "-q").out, "")

    def test_a_store_that_is_not_there(self):
        self.wf("gc", code=3)


class Leftovers(GcTest):
    def failed_run(self):
        path = self.one_task("echo broken >&2; exit 3", {}, {"x": "int"}, file="fail.yaml")
        return self.run_file(path, code=1).json["run"]

    def folders(self):
        return os.listdir(self.store + "/runs")

    def test_folders_of_failed_runs_are_kept_with_their_runs(self):
        run = self.failed_run()
        self.assertEqual(self.folders(), [run])
        self.assertEqual(self.gc()["folders"], [])
        self.assertEqual(self.keep(1)["folders"], [])
        self.assertEqual(self.gc("--keep-last", "0", "--keep-within", "0d")["folders"], [])  # the grace period
        done = self.gc(*FREE_ALL)
        self.assertEqual([folder["run"] for folder in done["folders"]], [run])
        self.assertEqual(self.folders(), [])
        self.check()

    def test_what_a_crash_left(self):
        self.make(1)
        self.write("store/tmp/blob-0123", "x" * 10)
        self.write("store/tmp/left/deep/file", "x")
        self.write("store/objects/ab/" + "c" * 62, "stray")
        self.write("store/objects/ab/notes", "somebody's own")
        done = self.gc()
        self.assertEqual((done["temporary"], done["objects"]), ({"count": 2, "bytes": 11}, {"count": 1, "bytes": 5}))
        self.assertEqual(os.listdir(self.store + "/tmp"), [])
        self.assertIn("ab/notes", self.objects())
        self.assertNotIn("ab/" + "c" * 62, self.objects())
        self.check()

    def test_what_belongs_to_nobody_known_stays_a_day(self):
        run = "01999999-0000-7000-8000-000000000000"
        self.make(1)
        self.write("store/runs/%s/a/stdout" % run, "x")
        self.write("store/runs/mine", "x")
        self.gc(*FREE_ALL)
        self.assertEqual(sorted(self.folders()), [run, "mine"])
        os.utime(self.store + "/runs/" + run, (0, 0))
        self.gc(*FREE_ALL)
        self.assertEqual(self.folders(), ["mine"])


if __name__ == "__main__":
    unittest.main()
