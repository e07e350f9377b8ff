"""wf store merge: the union of two stores, what contradicts in it, and that it is whole."""
import itertools
import os
import shutil
import sqlite3
import subprocess

from transfer_case import Machine, TransferTest
from wftest import main


class Merging(TransferTest):
    def merge(self, *arguments, code=0, into=None, source=None):
        return (into or self.there).wf("store", "merge", (source or self.here).store, *arguments, "-o", "json", code=code).json

    def test_the_union(self):
        self.here.wf("register", self.definition(2), "--label", "v1")
        self.here.wf("run", "steps@v1", "--name", "mine")
        self.here.wf("artifact", "tag", "mine/sum", "good")
        self.here.wf("artifact", "pin", "mine/make", code=None)
        self.here.wf("pool", "set", "gpu", "2", code=None)
        self.here.wf("project", "create", "vision")
        self.there.wf("register", self.definition(3), "--label", "v2")
        self.there.wf("run", "steps@v2", "--name", "yours")
        added = self.merge()["added"]
        self.assertEqual([added[k] for k in ("versions", "labels", "runs", "artifacts", "tags")], [1, 1, 1, 5, 1])
        self.there.check()
        self.assertEqual({one["project"] for one in self.there.json("project", "list")["projects"]}, {"default", "vision"})
        for label, name in (("v1", "mine"), ("v2", "yours")):
            self.assertEqual(self.there.json("run", "steps@" + label)["this_time"]["ran"], 0)
        self.assertEqual(self.there.wf("lineage", "show", "mine/sum/text").out, self.here.wf("lineage", "show", "mine/sum/text").out)
        again = self.merge()
        self.assertEqual((set(again["added"].values()), again["conflicts"]), ({0}, []))

    def test_into_a_store_that_is_made_for_it(self):
        self.here.wf("register", self.definition(2))
        shutil.rmtree(self.there.store, ignore_errors=True)
        self.assertEqual(self.merge("--dry-run")["added"]["versions"], 1)
        self.assertFalse(os.path.exists(self.there.store))
        self.assertEqual(self.merge()["added"]["versions"], 1)
        self.there.check()

    def test_streams_are_a_union(self):
        self.here.wf("run", self.definition(2))
        self.there.wf("run", self.definition(3))
        self.merge()
        here = {row[:5] for row in self.here.query("SELECT stream, seq, type, data, hash FROM event")}
        there = {row[:5] for row in self.there.query("SELECT stream, seq, type, data, hash FROM event")}
        store = self.here.query("SELECT id FROM store")[0][0].hex()
        prefix = "wf://%s-%s-%s-%s-%s/" % (store[:8], store[8:12], store[12:16], store[16:20], store[20:])
        named = {(stream if stream.startswith("run:") else prefix + stream, *rest) for stream, *rest in here}
        self.assertLessEqual(named, there)
        listed = self.there.json("event", "list", "--stream", prefix + "store")["events"]
        self.assertEqual(len(listed), len([one for one in here if one[0] == "store"]))
        self.there.wf("event", "verify", "--stream", prefix + "default/development")

    def test_every_change_of_a_merged_stream_is_found(self):
        self.here.wf("run", self.definition(2))
        self.there.wf("run", self.definition(3))
        self.merge()
        self.there.wf("event", "verify")
        kept = self.path("kept")
        shutil.copytree(self.there.store, kept)
        foreign = "stream LIKE 'wf://%/store'"
        for change in ("UPDATE event SET data = '{}' WHERE seq = 1 AND " + foreign,
                       "UPDATE event SET stream = replace(stream, '/store', '/default/staging') WHERE " + foreign,
                       "DELETE FROM event WHERE " + foreign,
                       "DELETE FROM event WHERE stream LIKE 'run:%'",
                       "DELETE FROM event WHERE pos = (SELECT max(pos) FROM event WHERE stream LIKE 'wf://%/default/development')",
                       "DELETE FROM event WHERE type = 'stream.merged'"):
            shutil.rmtree(self.there.store)
            shutil.copytree(kept, self.there.store)
            self.there.tamper(change)
            self.there.wf("event", "verify", code=9)

    def test_back_and_forth(self):
        self.here.wf("run", self.definition(2), "--name", "mine")
        self.there.wf("run", self.definition(3), "--name", "yours")
        self.merge()
        self.merge(into=self.here, source=self.there)
        self.here.wf("run", self.definition(4), "--name", "later")
        self.merge()
        self.merge(into=self.here, source=self.there)
        for machine in (self.here, self.there):
            machine.check()
            self.assertEqual(machine.query("SELECT name FROM run ORDER BY name"), [("later",), ("mine",), ("yours",)])
        rows = "SELECT hex(id), hex(version) FROM registration ORDER BY id"
        self.assertEqual(self.here.query(rows), self.there.query(rows))
        for _ in range(2):
            self.assertEqual(set(self.merge()["added"].values()), {0})
            self.assertEqual(set(self.merge(into=self.here, source=self.there)["added"].values()), {0})

    def test_by_way_of_a_third(self):
        third = Machine(self, "third")
        self.here.wf("run", self.definition(2), "--name", "mine")
        third.wf("run", self.definition(3))
        self.there.wf("run", self.definition(4))
        self.merge(into=third)
        self.merge(source=third)
        direct = self.merge()
        self.assertEqual((direct["added"]["runs"], direct["conflicts"]), (0, []))
        self.there.check()

    def test_a_label_of_something_else(self):
        for machine, factor in ((self.here, 2), (self.there, 3)):
            machine.wf("register", self.definition(factor), "--label", "v1")
        before = self.there.content()
        refused = self.there.wf("store", "merge", self.here.store, code=4)
        digests = [machine.json("version", "show", "steps@v1")["version"] for machine in (self.there, self.here)]
        self.assertIn("label default/development/steps@v1: here %s, there %s" % tuple(digests), refused.err)
        self.assertEqual(self.there.content(), before)
        self.merge("--skip-conflicts")
        self.there.check()
        self.assertEqual([one["kind"] for one in self.merge("--dry-run", code=4)["conflicts"]], ["label"])
        self.assertEqual([one["kind"] for one in self.merge(code=4)["conflicts"]], ["label"])

    def test_a_label_that_would_hide_a_version(self):
        self.there.wf("register", self.definition(3))
        version = self.there.json("version", "show", "steps@latest")["version"].split(":")[1]
        self.here.wf("register", self.definition(2), "--label", version[:9])
        self.assertEqual([one["kind"] for one in self.merge(code=4)["conflicts"]], ["label"])
        self.merge("--skip-conflicts")
        self.assertEqual(self.there.query("SELECT count(*) FROM label"), [(0,)])

    def test_references_that_name_the_other_store(self):
        self.here.wf("run", self.definition(2), "--name", "mine")
        self.there.wf("run", self.definition(3), "--name", "yours")
        store, run = self.here.json("store", "path")["store_id"], self.here.json("show", "mine")["run"]
        reference = "wf://%s/default/development/%s/make/copy" % (store, run)
        self.assertIn("is in another store", self.there.wf("run", "steps@latest", "-i", "table=" + reference, code=None).err)
        self.merge()
        self.there.wf("run", "steps@latest", "-i", "table=" + reference)
        named = reference.replace(run, "mine")
        self.assertIn("is in another store", self.there.wf("run", "steps@latest", "-i", "table=" + named, code=None).err)
        self.there.check()

    def test_runs_that_have_not_ended_stay(self):
        self.there.wf("init", self.there.home)
        self.here.wf("run", self.definition(2), "--name", "done")
        ready, go = self.fifo("ready"), self.fifo("go")
        file = self.one_task("echo > %s; read x < %s; echo $x > $y" % (ready, go), outputs={"y": "string"})
        process = self.here.start("run", file, "--name", "long")
        self.hear(ready)
        merged = self.merge()
        self.assertEqual((merged["added"]["runs"], len(merged["left_out"])), (1, 1))
        self.there.check()
        with open(go, "w", encoding="utf-8") as pipe:
            pipe.write("on\n")
        self.assertEqual(self.finish(process).code, 0)
        merged = self.merge()
        self.assertEqual((merged["added"]["runs"], merged["left_out"]), (1, []))
        self.there.check()

    def test_runs_that_rest_on_one_that_has_not_ended(self):
        ready, go = self.fifo("ready"), self.fifo("go")
        tasks = {"a": {"outputs": {"x": "int"}, "script": "echo 1 > $x"},
                 "b": {"inputs": {"x": "int"}, "outputs": {"y": "string"}, "script": "echo > %s; read y < %s; echo $y > $y" % (ready, go)}}
        both = self.define(tasks, {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.x"}}}, name="both", file="both.yaml")
        self.there.wf("init", self.there.home)
        alone = self.define({"a": tasks["a"]}, {"a": {"task": "a"}}, name="both", file="alone.yaml")
        process = self.here.start("run", both, "--name", "long")
        self.hear(ready)
        self.assertEqual(self.here.json("run", alone, "--name", "short")["this_time"]["reused"], 1)
        merged = self.merge()
        self.assertEqual((merged["added"]["runs"], len(merged["left_out"])), (0, 2))
        self.there.check()
        self.here.wf("abort", "long")
        self.finish(process)
        self.assertEqual(self.merge()["added"]["runs"], 2)
        self.there.check()

    def test_a_copy_that_went_its_own_way(self):
        self.here.wf("run", self.definition(2), "--name", "common")
        shutil.copytree(self.here.store, self.there.store)
        self.assertEqual(set(self.merge()["added"].values()), {0})
        self.there.wf("run", self.definition(3), "--name", "yours")
        self.assertEqual(set(self.merge()["added"].values()), {0})  # it is behind
        self.here.wf("run", self.definition(4), "--name", "mine")
        self.assertEqual({one["kind"] for one in self.merge(code=4)["conflicts"]}, {"stream"})
        self.assertEqual(self.merge("--skip-conflicts")["added"]["runs"], 1)
        self.there.check()

    def test_a_run_that_both_went_on_with(self):
        self.here.wf("run", self.one_task("sleep 0; exit 3"), "--name", "r", code=1)
        shutil.copytree(self.here.store, self.there.store)
        self.here.tamper("UPDATE event SET at_us = at_us + 1 WHERE stream LIKE 'run:%' AND seq = (SELECT max(seq) FROM event WHERE stream LIKE 'run:%')")
        self.here.tamper("UPDATE event SET hash = zeroblob(32) WHERE stream LIKE 'run:%' AND seq = (SELECT max(seq) FROM event WHERE stream LIKE 'run:%')")
        self.assertEqual({one["kind"] for one in self.merge(code=4)["conflicts"]}, {"run"})

    def test_a_damaged_store_gives_nothing(self):
        self.here.wf("run", self.definition(2))
        self.there.wf("run", self.one_task("echo 1 > $x", outputs={"x": "int"}))
        kept, before = self.path("kept"), self.there.content()
        shutil.copytree(self.here.store, kept)
        big, = [os.path.join(folder, name) for folder, _, names in os.walk(self.here.store + "/objects") for name in names]
        os.chmod(big, 0o644)
        with open(big, "r+b") as file:
            file.write(b"x")
        self.assertIn("WF-E4112", self.there.wf("store", "merge", self.here.store, code=9).err)
        os.remove(big)
        self.assertIn("no such file", self.there.wf("store", "merge", self.here.store, code=3).err.lower())
        for change in ("UPDATE event SET data = '{}' WHERE stream LIKE 'run:%' AND seq = 2",
                       "UPDATE event SET data = '{}' WHERE stream = 'store' AND seq = 2",
                       "UPDATE blob SET data = zeroblob(length(data)) WHERE data IS NOT NULL",
                       "UPDATE run SET settings = '[]'", "UPDATE run SET counts = '[1'", "UPDATE node SET inputs = '1'",
                       """UPDATE run SET counts = '{"succeeded":"x"}'""", "UPDATE registration SET descriptions = ''",
                       "UPDATE artifact_data SET value = '{'", "UPDATE cache_entry SET inputs = '[]'",
                       "UPDATE artifact SET id = zeroblob(3)"):
            shutil.rmtree(self.here.store)
            shutil.copytree(kept, self.here.store)
            try:
                self.here.tamper(change)
            except sqlite3.IntegrityError:
                continue  # the schema is before us
            self.there.wf("store", "merge", self.here.store, code=9)
            self.assertEqual(self.there.content(), before, change)

    def test_what_is_no_other_store(self):
        self.there.wf("run", self.definition(2))
        self.assertIn("WF-E6301", self.there.wf("store", "merge", self.there.store, code=2).err)
        os.symlink(self.there.store, self.path("link"))
        self.assertIn("WF-E6301", self.there.wf("store", "merge", self.path("link"), code=2).err)
        self.assertEqual(self.there.wf("store", "merge", self.path("nowhere"), code=None).code, 3)

    def test_a_dry_run(self):
        self.here.wf("run", self.definition(2))
        self.there.wf("run", self.definition(3))
        before = self.there.content()
        would = self.merge("--dry-run")
        self.assertEqual(self.there.content(), before)
        self.assertEqual(would["added"], self.merge()["added"])

    def test_from_a_store_that_is_only_read(self):
        self.here.wf("run", self.definition(2))
        self.there.wf("run", self.definition(3))
        subprocess.run(["chmod", "-R", "a-w", self.here.store], check=True)
        self.addCleanup(subprocess.run, ["chmod", "-R", "u+w", self.here.store], check=True)
        self.merge()
        self.there.check()

    def plans(self, machine, factor, *options):
        machine.wf("register", self.definition(factor), "--label", "v%d" % factor)
        machine.wf("launchplan", "create", "daily", "--workflow", "steps@v%d" % factor, "-i", "ns=[%d]" % factor, *options, code=None)

    @staticmethod
    def latest(machine):
        return (machine.json("version", "show", "steps@latest")["version"],
                machine.json("launchplan", "show", "daily@latest")["digest"])

    def test_latest_is_the_same_in_whatever_order(self):
        machines = [Machine(self, "m%d" % n) for n in range(3)]
        self.plans(machines[0], 2, "--activate")
        machines[1].wf("init", machines[1].home)
        self.merge(into=machines[1], source=machines[0])
        self.plans(machines[1], 3, "--activate")
        self.plans(machines[2], 4)
        self.plans(machines[0], 5)
        active = lambda machine: machine.json("launchplan", "show", "daily@active")["digest"]
        wanted = (self.latest(machines[0]), active(machines[1]))
        for order in itertools.permutations(machines):
            for by_way in (False, True):
                target = self.copy_of(order[0])
                if by_way:
                    last = self.copy_of(order[2])
                    self.merge(into=last, source=order[1])
                    self.merge(into=target, source=last)
                    self.merge(into=last, source=target)
                    self.merge(into=target, source=last)
                else:
                    for other in order[1:]:
                        self.merge(into=target, source=other)
                self.assertEqual((self.latest(target), active(target)), wanted, [one.name for one in order])
                self.assertEqual(target.query("SELECT count(*), count(DISTINCT id) FROM registration"), [(4, 4)])
                target.check()

    def copy_of(self, machine):
        copy = Machine(self, "copy%d" % len(os.listdir(self.folder)))
        shutil.copytree(machine.store, copy.store)
        return copy

    def test_what_is_registered_is_the_latest_whatever_other_clocks_say(self):
        self.plans(self.here, 2)
        self.there.wf("register", self.definition(3))
        for table in ("registration", "launch_plan_registration"):
            self.here.tamper("UPDATE %s SET registered_us = registered_us + 86400000000" % table)
        self.merge()
        ahead = self.latest(self.here)
        self.assertEqual(self.latest(self.there), ahead)
        self.plans(self.there, 4)
        here = self.latest(self.there)
        self.assertNotIn(here[0], ahead)
        self.assertNotIn(here[1], ahead)
        self.assertEqual(self.there.json("version", "show", "steps@v4")["version"], here[0])
        self.assertEqual(self.there.json("version", "list", "steps")["registrations"][0]["version"], here[0])
        self.assertEqual(self.there.json("register", self.definition(4))["registrations"][0]["result"], "unchanged")
        self.merge(into=self.here, source=self.there)
        self.assertEqual(self.latest(self.here), here)
        self.here.tamper("UPDATE registration SET registered_us = %d WHERE seq = 1" % (2 ** 63 - 1))
        fresh = Machine(self, "fresh")
        fresh.wf("init", fresh.home)
        self.assertIn("after the year 9999", fresh.wf("store", "merge", self.here.store, code=9).err)

    def test_active_plans(self):
        for machine, factor in ((self.here, 2), (self.there, 3)):
            machine.wf("register", self.definition(factor), "--label", "v%d" % factor)
            machine.wf("launchplan", "create", "daily", "--workflow", "steps@v%d" % factor, "-i", "ns=[%d]" % factor, "--activate", code=None)
        self.assertEqual([one["kind"] for one in self.merge(code=4)["conflicts"]], ["active_plan"])
        self.merge("--skip-conflicts")
        self.there.check()


if __name__ == "__main__":
    main()
