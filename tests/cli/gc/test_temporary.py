"""Outputs that are declared temporary: freed by the run itself when their last reader is done."""
import glob
import os
import unittest

from gc_case import FREE_ALL, RELYING, GcTest
from wftest import task, wait_until

TEMPORARY = {"type": "file", "temporary": True}
BIG = "yes %s | head -c 40000 > $x"


def made(word="a", **more):
    return task(BIG % word, {}, {"x": TEMPORARY}, **more)


class TemporaryTest(GcTest):
    def chain(self, between="", last="", word="a", output=TEMPORARY):
        """a -> b -> c, where `a` is temporary."""
        return self.define(
            {"a": task(BIG % word, {}, {"x": output}),
             "b": task(between + "wc -c < $x > $n; head -c 30000 $x > $y", {"x": "file"}, {"n": "int", "y": "file"}),
             "c": task(last + "wc -c < $y > $m", {"y": "file"}, {"m": "int"})},
            {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.x"}}, "c": {"task": "c", "with": {"y": "$b.y"}}},
            {}, {"n": "$b.n", "m": "$c.m"}, file="chain.yaml")

    def freed(self):
        """Names of the blobs that were freed, as files or rows."""
        return self.query("SELECT count(*) FROM blob WHERE freed_us IS NOT NULL")[0][0]

    def run_of(self, path, *arguments, code=0, **inputs):
        return self.run_file(path, *arguments, code=code, **inputs).json


class Freeing(TemporaryTest):
    def test_when_the_last_reader_is_done(self):
        """While what follows still runs, and with the copy that was laid out for the reader."""
        pipe, go = self.fifo("here"), self.fifo("go")
        path = self.chain(last="echo > %s; read a < %s; " % (pipe, go))
        process = self.start("run", path, "--name", "r", "-o", "json")
        self.hear(pipe)
        digest = self.digest_of("r", "a", "x")
        wait_until(lambda: not os.path.exists("%s/objects/%s/%s" % (self.store, digest[:2], digest[2:])), "it is freed")
        self.assertEqual(glob.glob(self.store + "/runs/*/in/" + digest), [])
        self.assertFalse(self.has_bytes("r/a"))
        with open(go, "w", encoding="utf-8") as file:
            file.write("go\n")
        done = self.finish(process).json
        self.assertEqual(done["outputs"], {"n": 40000, "m": 30000})
        self.assertTrue(self.has_bytes("r/b/y"))
        self.check()
        told = self.query("SELECT json_extract(data, '$.run'), json_extract(data, '$.bytes') FROM event WHERE type = 'blobs.freed'")
        self.assertEqual(told, [(done["run"], 40000)])

    def test_lineage_outlives_them(self):
        run = self.run_of(self.chain())["run"]
        digest = self.digest_of(run, "a", "x")
        self.assertIn("bytes freed", self.wf("lineage", "show", "sha256:" + digest).out)
        self.assertIn(digest[:8], self.wf("lineage", "show", run).out)

    def test_a_folder_goes_with_what_is_in_it(self):
        path = self.define({"a": task("mkdir $d/s; yes | head -c 40000 > $d/s/f; yes n | head -c 50000 > $d/g", {}, {"d": {"type": "directory", "temporary": True}}),
                            "b": task("cat $d/g > $y", {"d": "directory"}, {"y": "file"})},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"d": "$a.d"}}}, {}, {"y": "$b.y"}, file="w.yaml")
        run = self.run_of(path)["run"]
        self.assertFalse(self.has_bytes(run + "/a/d"))
        self.assertTrue(self.has_bytes(run + "/b/y"))  # the same bytes as $d/g
        self.assertEqual(len(self.objects()), 1)
        self.check()

    def test_elements_of_a_map_stay_until_all_are_read(self):
        path = self.define({"a": task("yes $i | head -c 40000 > $x", {"i": "int"}, {"x": TEMPORARY}),
                            "b": task("wc -c < $x > $n", {"x": "file"}, {"n": "int"})},
                           {"a": {"task": "a", "map": {"i": "$inputs.i"}}, "b": {"task": "b", "map": {"x": "$a.x"}}},
                           {"i": "list<int>"}, {"n": "$b.n"}, file="w.yaml")
        self.assertEqual(self.run_of(path, i=list(range(20)))["outputs"], {"n": [40000] * 20})
        self.assertEqual(self.objects(), [])
        self.assertEqual(self.freed(), 20)
        self.check()

    def test_what_nobody_reads(self):
        run = self.run_of(self.define({"a": made()}, {"a": {"task": "a"}}, {}, {}, file="w.yaml"))["run"]
        self.assertFalse(self.has_bytes(run + "/a/x"))

    def test_a_skipped_reader_needs_nothing(self):
        path = self.define({"a": made(), "b": task("wc -c < $x > $n", {"x": "file"}, {"n": "int"})},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.x"}, "when": "inputs.want"}},
                           {"want": "bool"}, {}, file="w.yaml")
        run = self.run_of(path, want="false")["run"]
        self.assertFalse(self.has_bytes(run + "/a/x"))

    def test_what_a_workflow_hands_on_is_still_read(self):
        self.write("inner.yaml", "wf: v1\nname: inner\ninputs: {x: file}\noutputs: {x: $inputs.x}\n")
        pipe, go = self.fifo("here"), self.fifo("go")
        path = self.define({"a": made(), "c": task("echo > %s; read w < %s; wc -c < $x > $n" % (pipe, go), {"x": "file"}, {"n": "int"})},
                           {"a": {"task": "a"}, "i": {"workflow": "./inner.yaml", "with": {"x": "$a.x"}},
                            "c": {"task": "c", "with": {"x": "$i.x"}}}, {}, {"n": "$c.n"}, file="w.yaml")
        process = self.start("run", path, "--name", "r", "-o", "json")
        self.hear(pipe)
        self.assertTrue(self.has_bytes("r/a/x"))
        with open(go, "w", encoding="utf-8") as file:
            file.write("go\n")
        self.assertEqual(self.finish(process).json["outputs"], {"n": 40000})
        self.assertFalse(self.has_bytes("r/a/x"))


    def test_a_workflow_that_gives_something_else(self):
        """An int, a file that it has made of it, another file; or it only waits, or is given another output."""
        counts = "wf: v1\nname: inner\ninputs: {x: file, other: \"file?\"}\ntasks:\n  t: {inputs: {x: file}, outputs: {n: int, y: file}, script: wc -c < $x > $n; echo y > $y}\n" \
                 "nodes: {k: {task: t, with: {x: $inputs.x}}}\noutputs: {n: $k.n, y: $k.y, o: $inputs.other}\n"
        self.write("inner.yaml", counts)
        self.write("plain.yaml", "wf: v1\nname: plain\ninputs: {n: int}\nnodes: {z: {gate: {sleep: 0s}}}\noutputs: {n: $inputs.n}\n")
        a = task(BIG % "a" + "; echo 1 > $n; echo o > $o", {}, {"x": TEMPORARY, "n": "int", "o": "file"})
        for nodes, outputs in (({"i": {"workflow": "./inner.yaml", "with": {"x": "$a.x"}}}, {"n": "$i.n", "y": "$i.y", "o": "$i.o"}),
                               ({"i": {"workflow": "./inner.yaml", "with": {"x": "$a.x", "other": "$a.o"}}}, {"o": "$i.o"}),
                               ({"i": {"workflow": "./plain.yaml", "with": {"n": "$a.n"}, "after": ["a"]}}, {"n": "$i.n"}),
                               ({"i": {"switch": [{"when": "a.n == 1", "workflow": "./inner.yaml", "with": {"x": "$a.x"}},
                                                  {"workflow": "./inner.yaml", "with": {"x": "$a.o"}}]}}, {"y": "$i.y", "o": "$i.o"}),
                               ({}, {"there": "$(a.x != a.o)"})):
            with self.subTest(outputs=outputs, nodes=nodes):
                self.store = self.path("store-" + str(len(os.listdir(self.folder))))
                path = self.define({"a": a}, dict({"a": {"task": "a"}}, **nodes), {}, outputs, file="w.yaml")
                self.assertNotIn("WF-W1506", self.wf("lint", path).out)
                run = self.run_of(path)["run"]
                self.assertFalse(self.has_bytes(run + "/a/x"))
                self.gc("--grace", "0d")
                self.check()


class Keeping(TemporaryTest):
    def test_what_the_workflow_gives_stays(self):
        path = self.define({"a": made(), "b": task("wc -c < $x > $n", {"x": "file"}, {"n": "int"})},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.x"}}}, {}, {"x": "$a.x"}, file="w.yaml")
        self.assertIn("WF-W1506", self.wf("lint", path).out)
        run = self.run_of(path)["run"]
        self.gc("--grace", "0d")
        self.assertTrue(self.has_bytes(run + "/outputs/x"))

    def test_through_a_workflow_too(self):
        self.write("inner.yaml", "wf: v1\nname: inner\ninputs: {x: file}\noutputs: {x: $inputs.x}\n")
        self.write("middle.yaml", "wf: v1\nname: middle\ninputs: {x: file}\nnodes: {i: {workflow: ./inner.yaml, with: {x: $inputs.x}}}\noutputs: {x: $i.x}\n")
        inner = {"workflow": "./inner.yaml", "with": {"x": "$a.x"}}
        for between, given in ((inner, "$i.x"), ({"workflow": "./middle.yaml", "with": {"x": "$a.x"}}, "$i.x"),
                               ({"switch": [dict(inner, when="1 > 0"), {"fail": "no"}]}, "$i.x"),
                               ({"workflow": "./inner.yaml", "map": {"x": ["$a.x"]}}, "$i.x.0")):
            with self.subTest(between=between):
                self.store = self.path("store-" + str(len(os.listdir(self.folder))))
                path = self.define({"a": made()}, {"a": {"task": "a"}, "i": between}, {}, {"x": given}, file="w.yaml")
                self.assertIn("WF-W1506", self.wf("lint", path).out)
                run = self.run_of(path)["run"]
                self.gc("--grace", "0d")
                self.assertTrue(self.has_bytes(run + "/outputs/x"))

    def test_the_same_bytes_elsewhere_keep_them(self):
        """As the output of another task, as a log, in a folder, as the input of a run."""
        for other in (task((BIG % "a").replace("$x", "$z"), {}, {"z": "file"}),
                      task("yes a | head -c 40000; echo > $z", {}, {"z": "file"}),
                      task("yes a | head -c 40000 > $z/f", {}, {"z": "directory"})):
            with self.subTest(script=other["script"]):
                self.store = self.path("store-" + str(len(os.listdir(self.folder))))
                path = self.define({"o": other, "a": made(), "b": task("wc -c < $x > $n", {"x": "file"}, {"n": "int"})},
                                   {"o": {"task": "o"}, "a": {"task": "a", "after": ["o"]}, "b": {"task": "b", "with": {"x": "$a.x"}}},
                                   {}, {}, file="w.yaml")
                run = self.run_of(path)["run"]
                self.assertTrue(self.has_bytes(run + "/a/x"))
                self.check()
        source = self.write("given", "a\n" * 20000)
        self.store = self.path("last")
        path = self.define({"a": made(), "b": task("wc -c < $x > $n", {"x": "file"}, {"n": "int"})},
                           {"a": {"task": "a"}, "b": {"task": "b", "with": {"x": "$a.x"}}}, {"given": "file"}, {}, file="w.yaml")
        run = self.run_of(path, given=source)["run"]
        self.assertTrue(self.has_bytes(run + "/a/x"))

    def test_a_failed_reader_may_be_run_again(self):
        once = self.path("once")
        path = self.chain(between="test -e %s || exit 1; " % once)
        run = self.run_of(path, code=1)["run"]
        self.assertTrue(self.has_bytes(run + "/a/x"))
        self.write("once", "")
        done = self.wf("recover", run, "-o", "json").json
        self.assertEqual(done["outputs"], {"n": 40000, "m": 30000})
        self.assertEqual((done["this_time"]["ran"], done["this_time"]["recovered"]), (2, 1))
        self.assertFalse(self.has_bytes(run + "/a/x"))

    def test_a_recovery_makes_again_what_it_needs(self):
        """`c` failed after `a` was freed."""
        once = self.path("once")
        run = self.run_of(self.chain(last="test -e %s || exit 1; " % once), code=1)["run"]
        self.assertFalse(self.has_bytes(run + "/a/x"))
        self.write("once", "")
        done = self.wf("recover", run, "-o", "json").json
        self.assertEqual(done["outputs"], {"n": 40000, "m": 30000})
        self.assertEqual((done["this_time"]["ran"], done["this_time"]["recovered"]), (2, 1))
        self.assertIn("gone", self.wf("explain", done["run"], "a").out)
        self.check()

    def test_a_later_run_makes_it_again(self):
        path = self.chain()
        self.run_of(path)
        done = self.run_of(path)
        self.assertEqual((done["this_time"]["ran"], done["this_time"]["reused"]), (1, 2))
        self.assertIn("gone", self.wf("explain", done["run"], "a").out)
        self.assertEqual(self.freed(), 1)

    def test_a_resumed_run_needs_it_no_more(self):
        pipe = self.fifo("here")
        once = self.path("once")
        path = self.chain(last="test -e %s || { touch %s; echo > %s; sleep 300; }; " % (once, once, pipe))
        process = self.start("run", path, "--name", "r")
        self.hear(pipe)
        wait_until(lambda: self.freed() == 1, "it is freed")
        self.kill_driver(process)
        done = self.wf("resume", "r", "-o", "json").json
        self.assertEqual(done["outputs"], {"n": 40000, "m": 30000})
        self.assertEqual((done["this_time"]["ran"], done["this_time"]["done_before"]), (1, 2))

    def test_tags_and_pins_keep_it(self):
        for keep in (("artifact", "tag", "r/a", "prod"), ("artifact", "pin", "r/a"), ("artifact", "pin", "r")):
            with self.subTest(keep=keep):
                self.store = self.path("store-" + "-".join(keep[1:]).replace("/", "_"))
                pipe, go = self.fifo("here-" + str(len(keep)) + keep[2][-1]), self.fifo("go-" + str(len(keep)) + keep[2][-1])
                path = self.chain(between="echo > %s; read w < %s; " % (pipe, go))
                process = self.start("run", path, "--name", "r", "-o", "json")
                self.hear(pipe)
                self.wf(*keep)
                with open(go, "w", encoding="utf-8") as file:
                    file.write("go\n")
                self.assertEqual(self.finish(process).code, 0)
                self.assertTrue(self.has_bytes("r/a/x"))
                self.gc("--grace", "0d")
                self.assertTrue(self.has_bytes("r/a/x"))

    def test_another_run_at_work_keeps_it(self):
        """It found the result before the first run was done with it; the last of both frees it."""
        ready, go = self.fifo("ready"), self.fifo("go")
        late, end = self.fifo("late"), self.fifo("end")
        first = self.start("run", self.chain(between="echo > %s; read w < %s; " % (ready, go)), "--name", "one", "-o", "json")
        self.hear(ready)
        second = self.start("run", self.chain(between="echo > %s; read w < %s; " % (late, end)), "--name", "two", "-o", "json")
        self.hear(late)
        self.assertEqual(self.query("SELECT count(*) FROM artifact WHERE task = 'a'"), [(1,)])
        with open(go, "w", encoding="utf-8") as file:
            file.write("go\n")
        self.assertEqual(self.finish(first).code, 0)
        self.assertTrue(self.has_bytes("one/a/x"))
        self.gc(*FREE_ALL)
        self.assertTrue(self.has_bytes("one/a/x"))
        with open(end, "w", encoding="utf-8") as file:
            file.write("go\n")
        self.assertEqual(self.finish(second).code, 0)
        self.assertFalse(self.has_bytes("one/a/x"))
        self.check()

    def test_a_run_to_which_it_is_not_temporary_keeps_it(self):
        """The declaration is in no key: the result is found, and stays from then on."""
        once = self.path("once")
        run = self.run_of(self.chain(between="test -e %s || exit 1; " % once), code=1)["run"]  # so that it is still there
        done = self.run_of(self.chain(output="file"))
        self.assertEqual(done["this_time"]["reused"], 1)
        self.write("once", "")
        self.wf("recover", run)
        self.assertTrue(self.has_bytes(run + "/a/x"))

    def test_what_was_not_temporary_when_it_was_made_stays(self):
        self.run_of(self.chain(output="file"))
        done = self.run_of(self.chain())
        self.assertEqual(done["this_time"]["reused"], 3)
        self.assertTrue(self.has_bytes(done["run"] + "/a/x"))

    def test_gc_frees_what_the_run_could_not(self):
        """Somebody was looking results up until it had ended."""
        self.run_of(self.define({"t": task("true", {}, {})}, {"t": {"task": "t"}}, {}, {}, file="first.yaml"))
        with self.holding(RELYING):
            run = self.run_of(self.chain())["run"]
        self.assertTrue(self.has_bytes(run + "/a/x"))
        self.assertEqual(self.gc("--grace", "0d")["freed"]["bytes"], 40000)
        self.assertFalse(self.has_bytes(run + "/a/x"))
        self.assertTrue(self.has_bytes(run + "/b/y"))
        self.check()


class Declaring(TemporaryTest):
    def test_only_of_what_has_bytes(self):
        for type_ in ("int", "string", "list<int>", "json"):
            path = self.define({"a": task("true", {}, {"x": {"type": type_, "temporary": True}})}, {"a": {"task": "a"}}, {}, {}, file="w.yaml")
            self.assertIn("'temporary' says nothing about " + type_, self.wf("lint", path, code=2).out)

    def test_not_of_inputs_nor_of_dynamic_tasks(self):
        path = self.write("w.yaml", "wf: v1\nname: w\ninputs: {x: {type: file, temporary: true}}\n")
        self.assertIn("temporary", self.wf("lint", path, code=2).out)
        path = self.define({"a": task("true", {}, {"x": TEMPORARY}, dynamic=True)}, {"a": {"task": "a"}}, {}, {}, file="w.yaml")
        self.assertIn("cannot be temporary", self.wf("lint", path, code=2).out)

    def test_it_is_part_of_the_version_where_it_is_true(self):
        def digest(output):
            return self.wf("digest", self.chain(output=output)).out
        self.assertEqual(digest("file"), digest({"type": "file", "temporary": False}))
        self.assertNotEqual(digest("file"), digest(TEMPORARY))

    def test_a_version_that_is_read_back_says_it(self):
        self.wf("register", self.chain())
        done = self.wf("run", "probe@latest", "-o", "json").json
        self.assertFalse(self.has_bytes(done["run"] + "/a/x"))


if __name__ == "__main__":
    unittest.main()
