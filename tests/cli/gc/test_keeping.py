"""What gc keeps, what it frees, and what is still known afterwards."""
import os
import unittest

from gc_case import FREE_ALL, GcTest
from wftest import task

NEWEST_ONLY = ("--keep-last", "1", "--keep-within", "0d", "--grace", "0d")


class Rules(GcTest):
    def test_the_newest_runs_stay(self):
        runs = [self.make(n) for n in range(4)]
        done = self.keep(2)
        self.assertEqual((done["runs"], done["kept_runs"]), (4, 2))
        self.assertEqual([self.has_bytes(run + "/big") for run in runs], [False, False, True, True])
        self.assertEqual([self.has_bytes(run + "/split/parts") for run in runs], [False, False, True, True])
        self.assertEqual({group["run"] for group in done["groups"]}, set(runs[:2]))
        self.assertEqual([group["fate"] for group in done["groups"]], ["freed"] * len(done["groups"]))
        self.check()

    def test_each_workflow_counts_for_itself(self):
        first = self.make(1)
        self.file = self.pipeline("other")
        second = self.make(2)
        self.keep(1)
        self.assertEqual([self.has_bytes(run + "/big") for run in (first, second)], [True, True])

    def test_failures_do_not_push_the_last_good_run_out(self):
        good = self.make(1)
        self.write("probe.yaml", self.read("probe.yaml").replace("wc -c", "exit 1; wc -c"))
        for n in (2, 3, 4):
            self.run_file(self.file, code=1, n=n)
        self.keep(1)
        self.assertTrue(self.has_bytes(good + "/big"))
        self.check()

    def test_recent_runs_stay_by_default(self):
        runs = [self.make(n) for n in range(12)]
        self.assertEqual(self.gc("--grace", "0d")["freed"]["count"], 0)
        self.tamper("UPDATE run SET ended_us = ended_us - 31 * 86400000000 WHERE id <> (SELECT max(id) FROM run)")
        self.gc("--grace", "0d")
        self.assertEqual([self.has_bytes(run + "/big") for run in runs], [False, False] + [True] * 10)

    def test_settings_are_the_rules_where_no_option_is(self):
        env = {"WF_GC_KEEP_LAST": "0", "WF_GC_KEEP_WITHIN": "0d", "WF_GC_GRACE": "36h"}
        run = self.make(1)
        rules = self.wf("gc", "-o", "json", env=env).json["rules"]
        self.assertEqual(rules, {"last": 0, "within": "0s", "labels": [], "grace": "1d12h"})
        self.assertTrue(self.has_bytes(run + "/big"))
        self.wf("gc", env={**env, "WF_GC_GRACE": "soon"}, code=2)
        self.wf("gc", env={**env, "WF_GC_KEEP_LAST": "-1"}, code=2)

    def test_labelled_runs_stay(self):
        """By a setting for every collection, or by an option for this one."""
        labels = {"gold": ("--label", "tier=gold"), "tin": ("--label", "tier=tin"), "plain": (), "release": ("--label", "release=1.2")}
        runs = {name: self.run_file(self.file, *words, n=n).json["run"] for n, (name, words) in enumerate(labels.items())}
        kept = lambda: [name for name, run in runs.items() if self.has_bytes(run + "/big")]
        none = ("--keep-last", "0", "--keep-within", "0d", "--grace", "0d")
        done = self.wf("gc", "--keep-labels", "tier,release=1.2", *none, "-o", "json").json
        self.assertEqual((done["rules"]["labels"], done["kept_runs"], kept()), (["tier", "release=1.2"], 3, ["gold", "tin", "release"]))
        self.write(".wf/config.yaml", "gc: {keep_labels: \"tier=gold,release=1\"}\n")
        self.assertIn("runs labelled tier=gold, release=1", self.wf("gc", *none).out)
        self.assertEqual(kept(), ["gold"])
        for text in ("tier,", "=gold", ",", "release, tier=gold", "a b", "tier=a\tb"):
            self.assertIn("--keep-labels is", self.wf("gc", "--keep-labels", text, code=2).err)
        self.check()

    def test_bad_rules_are_refused(self):
        self.make(1)
        for arguments in (("--keep-last", "-1"), ("--keep-last", "x"), ("--grace", "soon"), ("--keep-within", "-1d")):
            self.wf("gc", *arguments, code=2)
        self.assertEqual(self.query("SELECT count(*) FROM blob WHERE condemned_us IS NOT NULL OR freed_us IS NOT NULL"), [(0,)])

    def test_a_running_run_stays(self):
        pipe, go = self.fifo("here"), self.fifo("go")
        path = self.define({"one": {"outputs": {"x": "file"}, "script": "yes | head -c 40000 > $x"},
                            "two": {"inputs": {"x": "file"}, "outputs": {"y": "string"},
                                    "script": "echo > %s; cat %s > $y; wc -c < $x > $y" % (pipe, go)}},
                           {"one": {"task": "one"}, "two": {"task": "two", "with": {"x": "$one.x"}}}, {}, {"y": "$two.y"}, file="w.yaml")
        process = self.start("run", path, "--name", "slow", "-o", "json")
        self.hear(pipe)
        self.assertEqual(self.gc(*FREE_ALL)["freed"]["count"], 0)
        with open(go, "w", encoding="utf-8"):
            pass
        self.assertEqual(self.finish(process).json["outputs"], {"y": "40000"})
        self.assertGreater(self.gc(*FREE_ALL)["freed"]["count"], 0)

    def test_a_run_whose_driver_died_stays(self):
        pipe = self.fifo("here")
        path = self.define({"one": {"outputs": {"x": "file"}, "script": "yes | head -c 40000 > $x"},
                            "two": {"inputs": {"x": "file"}, "outputs": {"y": "string"},
                                    "script": "test -e %s || { touch %s; echo > %s; sleep 300; }; wc -c < $x > $y" % (self.path("once"), self.path("once"), pipe)}},
                           {"one": {"task": "one"}, "two": {"task": "two", "with": {"x": "$one.x"}}}, {}, {"y": "$two.y"}, file="w.yaml")
        process = self.start("run", path, "--name", "dead")
        self.hear(pipe)
        self.kill_driver(process)
        self.assertEqual(self.gc(*FREE_ALL)["freed"]["count"], 0)
        self.assertEqual(self.wf("resume", "dead", "-o", "json").json["outputs"], {"y": "40000"})


    def test_what_a_recovery_may_take_over_stays(self):
        """Results and checkpoints of the run that it recovers, as long as it runs."""
        pipe, go = self.fifo("here"), self.fifo("go")
        self.write("bad", "")
        slow = "test -e %s || { echo > %s; cat %s; }; echo > $y" % (self.path("bad"), pipe, go)
        path = self.define({"slow": task(slow, {}, {"y": "file"}),
                            "made": task("test -e %s || exit 4; yes | head -c 40000 > $x" % self.path("bad"), {"y": "file"}, {"x": "file"}),
                            "kept": task("echo x >> $WF_CHECKPOINT/c; test $(wc -l < $WF_CHECKPOINT/c) -ge 2", {"x": "file"},
                                         checkpoint=True)},
                           {"slow": {"task": "slow"}, "made": {"task": "made", "with": {"y": "$slow.y"}},
                            "kept": {"task": "kept", "with": {"x": "$made.x"}}}, file="w.yaml")
        self.run_file(path, "--name", "one", code=1)
        os.remove(self.path("bad"))
        process = self.start("recover", "one", "--rerun", "slow", "--name", "two")
        self.hear(pipe)
        self.assertEqual(self.gc(*FREE_ALL)["freed"]["count"], 0)
        with open(go, "w", encoding="utf-8"):
            pass
        self.assertEqual(self.finish(process).code, 0)
        states = {one["node"]: one["state"] for one in self.wf("show", "two", "-o", "json").json["executions"]}
        self.assertEqual(states, {"slow": "succeeded", "made": "recovered", "kept": "succeeded"})


class Roots(GcTest):
    def test_tags_keep_an_artifact(self):
        run = self.make(1)
        self.wf("artifact", "tag", run + "/big", "prod")
        self.gc(*FREE_ALL)
        self.assertTrue(self.has_bytes("probe#big:prod/data"))
        self.assertFalse(self.has_bytes(run + "/split/parts"))
        self.assertEqual(self.wf("logs", run, "big").out.count("logged"), 1)
        self.check()

    def test_a_tag_that_moved_keeps_the_other(self):
        first, second = self.make(1), self.make(2)
        self.wf("artifact", "tag", first + "/big", "prod")
        self.wf("artifact", "tag", second + "/big", "prod", "--move")
        self.gc(*FREE_ALL)
        self.assertEqual([self.has_bytes(run + "/big") for run in (first, second)], [False, True])

    def test_pins_keep_artifacts_and_runs(self):
        first, second, third = (self.make(n) for n in (1, 2, 3))
        self.assertEqual(self.wf("artifact", "pin", first + "/split", "--note", "audit", "-o", "json").json["result"], "pinned")
        self.assertEqual(self.wf("artifact", "pin", second, "-o", "json").json, {"kind": "run", "id": second, "result": "pinned"})
        self.assertEqual(self.wf("artifact", "pin", second, "-o", "json").json["result"], "unchanged")
        pins = self.wf("artifact", "pins", "-o", "json").json["pins"]
        self.assertEqual([(pin["kind"], pin["note"]) for pin in pins], [("artifact", "audit"), ("run", None)])
        self.gc(*FREE_ALL)
        self.assertEqual([self.has_bytes(run + "/split/parts") for run in (first, second, third)], [True, True, False])
        self.assertEqual([self.has_bytes(run + "/big") for run in (first, second, third)], [False, True, False])
        self.check()
        self.assertEqual(self.wf("artifact", "unpin", second, "-o", "json").json["result"], "unpinned")
        self.assertEqual(self.wf("artifact", "unpin", second, "-o", "json").json["result"], "unchanged")
        self.gc(*FREE_ALL)
        self.assertEqual([self.has_bytes(run + "/split/parts") for run in (first, second)], [True, False])
        self.check()

    def test_what_is_gone_cannot_be_pinned(self):
        run = self.make(1)
        self.gc(*FREE_ALL)
        self.assertIn("freed on", self.wf("artifact", "pin", run + "/big", code=3).err)
        self.wf("artifact", "pin", "nobody", code=3)

    def test_versions_keep_their_files(self):
        self.write("table.csv", "x" * 40000)
        self.write("tool.sh", "#" * 40000)
        path = self.define({"t": {"inputs": {"f": "file"}, "outputs": {"g": "file"}, "sources": ["tool.sh"], "script": "cat $f tool.sh > $g"}},
                           {"t": {"task": "t", "with": {"f": "$inputs.f"}}}, {"f": {"type": "file", "default": "table.csv"}},
                           {"g": "$t.g"}, name="kept", file="kept.yaml")
        version = self.wf("register", path, "-o", "json").json["registrations"][0]["version"]
        self.run_file(path)
        os.remove(self.path("table.csv"))
        os.remove(self.path("tool.sh"))
        self.gc(*FREE_ALL)
        self.assertEqual(self.wf("run", "kept@" + version, "-o", "json").json["this_time"]["ran"], 1)
        self.check()

    def test_a_kept_run_keeps_what_it_reused(self):
        first = self.make(1)
        second = self.make(1)
        self.assertNotEqual(first, second)
        self.keep(1)
        self.assertTrue(self.has_bytes(second + "/big"))
        self.assertTrue(self.has_bytes(first + "/big"))  # the same artifact

    def test_a_kept_run_keeps_its_inputs(self):
        self.write("in", "y" * 40000)
        path = self.one_task("wc -c < $f > $n", {"f": "file"}, {"n": "int"}, file="in.yaml")
        run = self.run_file(path, f=self.path("in")).json["run"]
        self.keep(1)
        self.assertTrue(self.has_bytes(run + "/inputs/f"))
        self.keep(0)
        self.assertFalse(self.has_bytes(run + "/inputs/f"))

    def test_bytes_in_common_stay_with_the_last_that_needs_them(self):
        first, second = self.make(1), self.make(2)
        same = os.path.join(*self.shared())
        self.keep(1)
        self.assertIn(same, self.objects())
        self.wf("artifact", "get", second + "/split/parts", self.path("parts"))
        self.assertFalse(self.has_bytes(first + "/split/parts"))
        self.keep(0)
        self.assertEqual(self.objects(), [])

    def shared(self):
        (digest,), = self.query("SELECT lower(hex(child)) FROM tree_entry WHERE path = CAST('same' AS BLOB) GROUP BY child")
        return digest[:2], digest[2:]

    def test_other_projects_count(self):
        """Bytes are shared by all of a store, and stay as long as one project keeps them."""
        self.wf("project", "create", "other")
        own, others = self.make(1), self.make(1, "-p", "other")
        self.wf("artifact", "pin", others + "/big", "-p", "other")
        self.gc(*FREE_ALL)
        self.assertTrue(self.has_bytes(own + "/big"))
        self.wf("artifact", "unpin", others + "/big", "-p", "other")
        self.gc(*FREE_ALL)
        self.assertFalse(self.has_bytes(own + "/big"))
        self.check()


class Afterwards(GcTest):
    """Provenance outlives bytes."""
    def setUp(self):
        super().setUp()
        self.old = self.make(1, "--name", "old")
        self.new = self.make(2, "--name", "new")
        self.keep(1)

    def test_getting_says_how_to_make_it_again(self):
        refused = self.wf("artifact", "get", "old/big", code=3)
        for words in ("freed on 20", self.old, "wf run probe@"):
            self.assertIn(words, refused.err)
        again = next(line for line in refused.err.splitlines() if "wf run" in line).split("'")[1]
        self.wf(*again.split()[1:])
        self.assertTrue(self.has_bytes("old/big"))  # equal bytes
        self.check()

    def test_what_it_was_made_from_may_be_gone_too(self):
        path = self.one_task("cat $f > $g", {"f": "file"}, {"g": "file"}, file="copy.yaml")
        given = self.write("given.txt", "y\n" * 20000)
        self.wf("run", path, "-i", "f=" + given, "--name", "read")
        self.wf("run", path, "-i", "f=wf:default/development/old/big/data", "--name", "used", code=3)
        self.wf("run", path, "-i", "f=wf:default/development/new/big/data", "--name", "used")
        self.gc(*FREE_ALL)
        self.assertIn("f=" + given, self.wf("artifact", "get", "read/t/g", code=3).err)
        os.remove(given)
        said = self.wf("artifact", "get", "read/t/g", code=3).err
        self.assertIn("-i f=…'; the input 'f' was freed, too: give it anew", said)
        self.assertNotIn("/inputs/f", said)
        said = self.wf("artifact", "get", "used/t/g", code=3).err
        self.assertRegex(said, "f=(wf:default/development/%s/big/data)'; the input 'f' was freed, too; how that is made "
                               r"again: wf artifact get \1" % self.new)

    def test_a_later_run_makes_it_again(self):
        done = self.run_file(self.file, n=1).json
        self.assertEqual((done["this_time"]["ran"], done["this_time"]["reused"]), (2, 0))
        self.assertEqual(self.query("SELECT lookup FROM node WHERE run = (SELECT max(id) FROM run) ORDER BY node"), [("gone",), ("gone",)])
        self.assertIn("gone", self.wf("explain", done["run"]).out)
        self.assertEqual(self.executions(self.file, n=1), (0, 2))
        self.check()

    def test_everything_is_still_answered(self):
        for words in (("show", "old"), ("ls",), ("lineage", "show", "old"), ("lineage", "show", "old/split"), ("lineage", "impact", "old/big"),
                      ("explain", "old"), ("artifact", "show", "old/big"), ("artifact", "list"), ("report", "old"),
                      ("lineage", "show", "sha256:" + self.digest_of("old"))):
            self.wf(*words)
        self.wf("lineage", "diff", "old", "new", code=None)
        self.assertEqual(self.wf("artifact", "get", "old/split/size").out, "40000\n")  # a value has no bytes to free

    def test_differences_say_that_bytes_are_freed(self):
        done = self.wf("lineage", "diff", "old", "new", code=None)
        self.assertIn(done.code, (0, 11), done)

    def test_logs_say_so(self):
        self.wf("logs", "old", "big")  # the newer run has the very same
        self.gc(*FREE_ALL)
        said = self.wf("logs", "old", "big", code=3).err
        self.assertIn("the stdout of big, attempt 1, was freed on 20", said)
        self.assertNotIn("lineage show", said)  # which knows of no logs
        self.assertIn("was freed on", self.wf("logs", "old", "--follow", code=3).err)
        logs = self.wf("logs", "old", "big", "-o", "json", code=3).json["logs"]
        self.assertEqual([(one["stdout"], one["stderr"]) for one in logs], [(None, "")])

    def test_the_other_logs_are_shown(self):
        path = self.define({"a": task("echo alike"), "b": task("echo alone $n", {"n": "int"})},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"n": "$inputs.n"}}}, {"n": "int"}, file="two.yaml")
        older = self.run_file(path, n=1).json["run"]
        self.run_file(path, n=2)
        self.keep(1)
        for how in ((), ("--interleave",), ("--follow",)):
            done = self.wf("logs", older, *how, code=3)
            self.assertIn("alike", done.out)
            self.assertEqual(done.err.count("was freed on"), 1, done.err)
            self.assertIn("of b, attempt 1,", done.err)

    def test_a_failed_run_is_still_shown(self):
        path = self.one_task("echo broken >&2; exit 3", {}, {"x": "int"}, file="fail.yaml")
        run = self.run_file(path, code=1).json["run"]
        self.assertIn("broken", self.wf("show", run).out)
        self.keep(0)
        shown = self.wf("show", run).out
        self.assertIn("freed on", shown)
        self.assertNotIn("wf logs", shown)
        self.wf("explain", run, "t", "--attempts")

    def test_freed_results_are_no_inputs(self):
        path = self.one_task("wc -c < $f > $n", {"f": "file"}, {"n": "int"}, file="use.yaml")
        before = self.query("SELECT count(*) FROM run")
        for reference in ("wf:default/development/old/big/data", "sha256:" + self.digest_of("old")):
            refused = self.wf("run", path, "-i", "f=" + reference, code=None)
            self.assertIn(refused.code, (2, 3), refused)
            self.assertIn("freed on", refused.err)
        self.assertEqual(self.query("SELECT count(*) FROM run"), before)

    def test_verify_tells_of_freed_ones_apart(self):
        self.wf("artifact", "verify", "new/big")
        self.wf("artifact", "verify")

    def test_the_stream_of_the_store_says_it(self):
        events = self.wf("event", "list", "-o", "json").json["events"]
        (freed,) = [event["data"] for event in events if event["type"] == "blobs.freed"]
        self.assertEqual((freed["count"],), self.query("SELECT count(*) FROM blob WHERE freed_us IS NOT NULL")[0])


if __name__ == "__main__":
    unittest.main()
