"""wf export and wf import: one file, another machine, the same digests, results and answers."""
import io
import json
import os
import shutil
import subprocess
import tarfile

from transfer_case import Machine, TransferTest
from wftest import main


def offline():
    """Words that run a command without any network, where this user may do that."""
    words = ["unshare", "-n", "--"]
    tried = subprocess.run([*words, "true"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return words if tried.returncode == 0 else []


class Bundles(TransferTest):
    def test_a_version_runs_elsewhere_with_the_same_digests(self):
        file = self.definition()
        self.here.wf("register", file, "--label", "v1")
        here = self.here.json("run", "steps@v1")
        bundle = self.exported("steps@v1")
        os.rename(self.path("lib"), self.path("gone"))
        os.remove(file)
        prefix = offline()
        imported = self.there.json("import", bundle, prefix=prefix)
        self.assertTrue(imported["applied"])
        self.assertEqual(imported["added"]["runs"], 0)
        there = self.there.json("run", "steps@v1", prefix=prefix)
        self.assertEqual(there["this_time"]["ran"], 5)
        self.assertEqual(there["outputs"], here["outputs"])
        keys = "SELECT hex(key) FROM cache_entry ORDER BY key"
        self.assertEqual(self.there.query(keys), self.here.query(keys))
        self.there.check()

    def test_a_run_with_all_that_it_came_from(self):
        file = self.definition()
        self.here.wf("run", file, "--name", "first")
        self.here.wf("run", file, "--name", "second", "-i", "ns=[2,3,4]", "-i", "table=wf:default/development/first/make/copy")
        self.here.wf("artifact", "tag", "second/sum", "good")
        bundle = self.exported("second")
        self.there.wf("import", bundle)
        self.there.check()
        self.assertEqual(self.there.query("SELECT name FROM run ORDER BY name"), [("first",), ("second",)])
        for command in (["lineage", "show", "second/sum/text"], ["lineage", "show", "second"], ["show", "second"],
                        ["explain", "second", "sum"], ["logs", "first", "make"], ["event", "list", "--run", "second"]):
            ask = lambda machine: machine.wf(*command).out
            if command[0] == "event":
                ask = lambda machine: [{k: v for k, v in one.items() if k != "pos"} for one in machine.json(*command)["events"]]
            self.assertEqual(ask(self.there), ask(self.here), command)
        again = self.there.json("run", "steps@latest", "-i", "ns=[2,3,4]", "-i", "table=wf:default/development/first/make/copy")
        self.assertEqual((again["this_time"]["ran"], again["this_time"]["reused"]), (0, 5))
        self.there.wf("artifact", "get", "second/make/all", self.path("out"))

    def test_a_run_whose_cache_entries_went_to_another_one(self):
        """What was made again since, in a run that stays: the results of the run that comes are still found."""
        file = self.definition()
        self.here.wf("run", file, "--name", "old")
        self.here.wf("run", file, "--refresh", "--name", "middle")
        self.here.wf("run", file, "--refresh", "--name", "new")
        self.here.wf("register", file, "--label", "v1")
        self.there.wf("import", self.exported("steps@v1", "old", "middle"))
        self.there.check()
        again = self.there.json("run", "steps@v1")
        self.assertEqual((again["this_time"]["ran"], again["this_time"]["reused"]), (0, 5))
        producers = "SELECT DISTINCT r.name FROM cache_entry e JOIN run r ON r.id = e.run"
        self.assertEqual(self.there.query(producers), [("middle",)])
        self.there.wf("import", self.exported("new", name="new.tar"))
        self.assertEqual(self.there.query(producers), [("middle",)])
        self.there.check()

    def test_bytes_lead_to_the_run_that_made_them(self):
        self.here.wf("run", self.definition(), "--name", "maker")
        got = self.path("copy")
        self.here.wf("artifact", "get", "maker/make/all", got)
        self.here.wf("run", self.definition(3), "--name", "user", "-i", "table=" + got + "/sub/t")
        self.there.wf("import", self.exported("user"))
        self.assertEqual(self.there.query("SELECT count(*) FROM run"), [(2,)])
        self.assertEqual(self.there.wf("lineage", "show", "user").out, self.here.wf("lineage", "show", "user").out)

    def test_importing_twice_changes_nothing(self):
        self.here.wf("run", self.definition(), "--name", "one")
        bundle = self.exported("one")
        self.there.wf("import", bundle)
        before = self.there.content()
        again = self.there.json("import", bundle)
        self.assertEqual(set(again["added"].values()), {0})
        self.assertTrue(again["applied"])
        self.assertEqual(self.there.content(), before)

    def test_the_same_things_give_the_same_bytes(self):
        file = self.definition()
        self.here.wf("register", file, "--label", "v1")
        self.here.wf("run", "steps@v1", "--name", "one")
        first = self.exported("steps@v1", "one", name="1.tar")
        second = self.exported("one", "steps@v1", name="2.tar")
        self.assertEqual(self.bytes_of(first), self.bytes_of(second))
        for n in range(3):  # other numbers there
            self.there.wf("run", self.one_task("echo %d > $x" % n, outputs={"x": "int"}))
        self.there.wf("import", first)
        self.there.wf("export", "one", "steps@v1", "--bundle", self.path("3.tar"))
        self.assertEqual(self.bytes_of(self.path("3.tar")), self.bytes_of(first))

    def test_a_compressed_bundle(self):
        self.here.wf("run", self.definition(), "--name", "one")
        plain, packed = self.exported("one"), self.exported("one", name="b.tar.zst")
        self.assertLess(os.path.getsize(packed), os.path.getsize(plain) / 2)
        self.assertEqual(self.bytes_of(packed)[:4], b"\x28\xb5\x2f\xfd")
        self.there.wf("import", packed)
        self.there.check()

    def test_any_tar_reads_it(self):
        self.here.wf("run", self.definition(), "--name", "one")
        with tarfile.open(self.exported("one")) as archive:
            names = archive.getnames()
            manifest = json.load(archive.extractfile("manifest.json"))
            self.assertEqual(names[0], "manifest.json")
            self.assertTrue(all(one.isreg() and one.mtime == 0 and one.uid == 0 for one in archive))
        self.assertEqual(len(names), 1 + len(manifest["tables"]) + len(manifest["blobs"]))

    def test_the_manifest_is_as_its_schema_says(self):
        import jsonschema
        self.here.wf("run", self.definition(), "--name", "one")
        with tarfile.open(self.exported("one")) as archive:
            manifest = json.load(archive.extractfile("manifest.json"))
        with open(os.path.join(os.environ["WF_SOURCE"], "schemas/bundle.v1.json"), encoding="utf-8") as file:
            jsonschema.Draft202012Validator(json.load(file)).validate(manifest)

    def test_the_file_is_never_another_one(self):
        self.here.wf("register", self.definition(), "--label", "v1")
        bundle = self.exported("steps@v1")
        before = self.bytes_of(bundle)
        self.assertFalse(self.here.json("export", "steps@v1", "--bundle", bundle)["written"])
        self.here.wf("run", "steps@v1", "--name", "one")
        refused = self.here.wf("export", "one", "--bundle", bundle, code=4)
        self.assertIn("WF-E6309", refused.err)
        self.assertEqual(self.bytes_of(bundle), before)
        self.here.wf("export", "one", "--bundle", bundle, "--force")
        self.assertNotEqual(self.bytes_of(bundle), before)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith(".")], [])

    def test_places_for_a_bundle(self):
        self.here.wf("register", self.definition(), "--label", "v1")
        os.symlink("real.tar", self.path("link.tar"))
        self.here.wf("export", "steps@v1", "--bundle", self.path("link.tar"))
        self.assertTrue(os.path.islink(self.path("link.tar")) and os.path.isfile(self.path("real.tar")))
        for place in (self.folder, "/dev/null"):
            self.assertIn("is no file", self.here.wf("export", "steps@v1", "--bundle", place, "--force", code=4).err)
        self.assertIn("NAME@latest", self.here.wf("export", "steps", "--bundle", self.path("x"), code=3).err)

    def test_which_runs(self):
        file = self.definition()
        self.here.wf("register", file, "--label", "v1")
        missing = self.here.wf("export", "steps@v1", "--runs", "last", "--bundle", self.path("x"), code=3)
        self.assertIn("has succeeded", missing.err)
        for n in range(3):
            self.here.wf("run", "steps@v1", "-i", "ns=[%d]" % (10 + n))
        last = self.here.json("export", "steps@v1", "--runs", "last", "--bundle", self.path("x"), "--dry-run")
        every = self.here.json("export", "steps@v1", "--runs", "all", "--bundle", self.path("x"), "--dry-run")
        self.assertEqual((last["holds"]["runs"], every["holds"]["runs"]), (2, 3))  # it reused what the first one made
        self.assertFalse(os.path.exists(self.path("x")))

    def test_a_run_that_has_not_ended_stays(self):
        ready = self.fifo("ready")
        file = self.one_task("echo > %s; sleep 100" % ready)
        process = self.here.start("run", file, "--name", "long")
        self.hear(ready)
        self.assertIn("WF-E6303", self.here.wf("export", "long", "--bundle", self.path("x"), code=4).err)
        self.here.wf("abort", "long")
        self.finish(process)
        self.there.wf("import", self.exported("long"))
        self.assertEqual(self.there.json("show", "long")["state"], "aborted")
        self.there.check()

    def test_failed_runs_come_too(self):
        file = self.one_task("echo oops >&2; exit 3")
        self.here.wf("run", file, "--name", "bad", code=1)
        self.there.wf("import", self.exported("bad"))
        self.assertEqual(self.there.wf("logs", "bad", "t").out, self.here.wf("logs", "bad", "t").out)
        self.there.check()

    def test_other_places_are_made(self):
        self.here.wf("project", "create", "vision")
        self.here.wf("register", self.definition(), "--label", "v1", "-p", "vision")
        self.here.wf("promote", "vision/development/steps@v1", "--to", "production", "-p", "vision", "--keep-labels")
        bundle = self.exported("vision/production/steps@v1")
        self.there.wf("import", bundle)
        self.there.wf("run", "vision/production/steps@v1", "-p", "vision", "-d", "production")
        self.assertEqual(self.there.query("SELECT DISTINCT domain FROM registration"), [("production",)])
        self.there.check()

    def test_a_launch_plan(self):
        self.here.wf("register", self.definition(), "--label", "v1")
        self.here.wf("launchplan", "create", "small", "--workflow", "steps@v1", "-i", "ns=[1]", code=None)
        self.here.wf("run", "plan:small@latest", "--name", "one", code=None)
        plans = self.here.query("SELECT hex(digest) FROM launch_plan")
        self.assertEqual(len(plans), 1)
        self.there.wf("import", self.exported("steps@v1"))
        self.assertEqual(self.there.query("SELECT hex(digest) FROM launch_plan"), plans)
        self.there.wf("run", "plan:small@latest")
        self.there.check()

    def test_workflows_that_are_used_come_along(self):
        self.here.wf("register", self.definition(name="inner"), "--label", "v1")
        outer = self.write("outer.yaml", json.dumps({"wf": "v1", "name": "outer", "nodes": {
            "sub": {"workflow": "inner@v1"}}, "outputs": {"text": "$sub.text"}}))
        self.here.wf("lock", outer)
        self.here.wf("register", outer, "--label", "v1")
        self.here.wf("run", "outer@v1", "--name", "one")
        self.there.wf("import", self.exported("outer@v1", "one"))
        self.assertEqual(self.there.json("run", "outer@v1")["this_time"]["ran"], 0)
        self.there.wf("run", "inner@v1")
        self.there.check()

    def test_bytes_that_were_freed(self):
        self.here.wf("run", self.definition(), "--name", "one")
        self.here.wf("gc", "--keep-last", "0", "--keep-within", "0d", "--grace", "0d")
        done = self.here.wf("export", "one", "--bundle", self.path("b.tar"))
        self.assertIn("that gc freed", done.out)
        self.there.wf("import", self.path("b.tar"))
        self.assertEqual(self.there.wf("artifact", "get", "one/make/big", code=3).err,
                         self.here.wf("artifact", "get", "one/make/big", code=3).err)
        self.assertEqual(self.there.json("run", "steps@latest")["this_time"]["ran"], 2)  # what had files
        self.there.check()

    def test_files_that_may_not_grow(self):
        """Nothing is left behind then, and what was there stays."""
        self.here.wf("run", self.definition(), "--name", "one")
        bundle, folder = self.exported("one"), self.path("out")
        self.there.wf("init", self.there.home)
        target = os.path.join(folder, "b.tar")
        os.mkdir(folder)
        size, before, room = os.path.getsize(bundle), self.there.content(), 0
        for most in (0, 1, 4096, 65536, size - 1):
            limit = ["prlimit", "--fsize=%d" % most, "--"]
            refused = self.here.wf("export", "one", "--bundle", target, prefix=limit, code=5)
            self.assertRegex(refused.err, "WF-E4(004|104|105).*\n.*ulimit -f")
            self.assertEqual(os.listdir(folder), [])
        with open(target, "wb") as file:
            file.write(b"other")
        self.here.wf("export", "one", "--bundle", target, "--force", prefix=limit, code=5)
        self.assertEqual((os.listdir(folder), self.bytes_of(target)), (["b.tar"], b"other"))
        for room in (2 ** n for n in range(8, 24)):
            done = self.there.wf("import", bundle, prefix=["prlimit", "--fsize=%d" % room, "--"], code=None)
            self.assertEqual(os.listdir(self.there.store + "/tmp"), [])
            if done.code == 0:
                break
            self.assertRegex(done.err, "WF-E4(004|104|105).*\n.*ulimit -f", room)
            self.assertEqual(self.there.content(), before, room)
        self.assertGreater(room, 65536)
        self.there.check()

    def test_latest_goes_to_what_is_newer(self):
        self.here.wf("register", self.definition(2), "--label", "old")
        old = self.exported("steps@old", name="old.tar")
        self.there.wf("register", self.definition(3))
        newest = self.there.json("version", "show", "steps@latest")["version"]
        self.there.wf("import", old)
        latest = lambda: self.there.json("version", "show", "steps@latest")["version"]
        self.assertEqual(latest(), newest)
        self.here.wf("register", self.definition(4), "--label", "new")
        self.there.wf("import", self.exported("steps@new", name="new.tar"))
        self.assertEqual(latest(), self.here.json("version", "show", "steps@new")["version"])
        self.there.check()

    def test_a_label_of_something_else_is_a_conflict(self):
        self.here.wf("register", self.definition(2), "--label", "v1")
        self.there.wf("register", self.definition(3), "--label", "v1")
        self.here.wf("run", "steps@v1", "--name", "one")
        bundle = self.exported("steps@v1", "one")
        before = self.there.content()
        refused = self.there.wf("import", bundle, code=4)
        digests = [machine.json("version", "show", "steps@v1")["version"] for machine in (self.there, self.here)]
        self.assertIn("label default/development/steps@v1: here %s, there %s" % tuple(digests), refused.err)
        self.assertIn("WF-E6302", refused.err)
        self.assertEqual(self.there.content(), before)
        told = self.there.wf("import", bundle, "-o", "json", code=4)
        self.assertEqual(told.json["conflicts"], [{"kind": "label", "what": "default/development/steps@v1",
                                                   "here": digests[0], "there": digests[1]}])
        self.assertEqual((told.json["applied"], self.there.content()), (False, before))
        skipped = self.there.json("import", bundle, "--skip-conflicts")
        self.assertEqual((skipped["added"]["runs"], skipped["added"]["labels"]), (1, 0))
        self.assertEqual(self.there.json("version", "show", "steps@v1")["version"], digests[0])
        self.there.check()

    def test_a_name_of_another_run(self):
        self.here.wf("run", self.definition(), "--name", "nightly")
        self.there.wf("run", self.definition(3), "--name", "nightly")
        bundle = self.exported("nightly")
        self.assertIn("run name default/development/nightly", self.there.wf("import", bundle, code=4).err)
        self.there.wf("import", bundle, "--skip-conflicts")
        self.assertEqual(self.there.query("SELECT count(*), count(name) FROM run"), [(2, 1)])
        self.assertEqual(set(self.there.json("import", bundle)["added"].values()), {0})
        self.there.check()

    def test_a_tag_of_another_artifact(self):
        for machine in (self.here, self.there):
            machine.wf("run", self.definition(), "--name", machine.name)
            machine.wf("artifact", "tag", machine.name + "/sum", "best")
        bundle = self.exported("here")
        self.assertIn("tag default/development/steps#sum:best", self.there.wf("import", bundle, code=4).err)
        self.there.wf("import", bundle, "--skip-conflicts")
        self.there.check()

    def test_a_dry_run_changes_nothing(self):
        self.here.wf("run", self.definition(), "--name", "one")
        bundle = self.exported("one")
        nowhere = self.there.json("import", bundle, "--dry-run")
        self.assertFalse(os.path.exists(self.there.store))
        self.there.wf("run", self.definition(3))
        before = self.there.content()
        would = self.there.json("import", bundle, "--dry-run")
        self.assertEqual(self.there.content(), before)
        self.assertEqual(os.listdir(self.there.store + "/tmp"), [])
        did = self.there.json("import", bundle)
        self.assertEqual((would["added"], would["applied"], did["applied"]), (did["added"], False, True))
        self.assertGreaterEqual(nowhere["added"]["blobs"], did["added"]["blobs"])

    def test_two_imports_at_once(self):
        self.here.wf("run", self.definition(), "--name", "one")
        bundle = self.exported("one")
        self.there.wf("init", self.there.home)
        processes = [self.there.start("import", bundle, "-o", "json") for _ in range(4)]
        done = [self.finish(process) for process in processes]
        self.assertEqual([one.code for one in done], [0] * 4, done)
        self.assertEqual(sorted(one.json["added"]["runs"] for one in done), [0, 0, 0, 1])
        self.there.check()

    def test_beside_a_run_and_a_collection(self):
        self.here.wf("run", self.definition(), "--name", "one")
        bundle = self.exported("one")
        ready, go = self.fifo("ready"), self.fifo("go")
        process = self.there.start("run", self.one_task("echo > %s; read x < %s; echo $x > $y" % (ready, go), outputs={"y": "string"}))
        self.hear(ready)
        self.there.wf("import", bundle)
        self.there.wf("gc", "--keep-last", "0", "--keep-within", "0d", "--grace", "7d")
        with open(go, "w", encoding="utf-8") as file:
            file.write("on\n")
        self.assertEqual(self.finish(process).code, 0)
        self.there.check()

    def test_a_store_that_is_only_read(self):
        self.here.wf("run", self.definition(), "--name", "one")
        subprocess.run(["chmod", "-R", "a-w", self.here.store], check=True)
        self.addCleanup(subprocess.run, ["chmod", "-R", "u+w", self.here.store], check=True)
        self.there.wf("import", self.exported("one"))
        self.there.check()


if __name__ == "__main__":
    main()
