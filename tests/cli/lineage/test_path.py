"""wf lineage path: how one thing came from another."""
import ctypes
import json
import os
import shutil
import struct
import unittest

from lab import FORMS, Lab
from wftest import task


class OpenedFiles:
    """Counts how often a file is opened, by inotify."""
    IN_OPEN, IN_CLOSE_NOWRITE = 0x20, 0x10  # both: equal events in a row would be one

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        libc = ctypes.CDLL(None, use_errno=True)
        self.inotify = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert libc.inotify_add_watch(self.inotify, os.fsencode(self.path), self.IN_OPEN | self.IN_CLOSE_NOWRITE) >= 0
        return self

    def __exit__(self, *_):
        events = struct.iter_unpack("iIII", os.read(self.inotify, 1 << 16))
        self.count = sum(mask == self.IN_OPEN for _, mask, _, _ in events)
        os.close(self.inotify)


class Path(Lab):
    def setUp(self):
        super().setUp()
        self.run_pipe("--name", "one", "--out", "results")
        self.wf("run", "next.yaml", "--name", "two", "-i", "text=wf:default/development/one/outputs/report")

    def path_between(self, one, other, *arguments):
        answer = self.json("lineage", "path", one, other, *arguments)
        titles = {node["id"]: node["title"] for node in answer["nodes"]}
        return answer["path"], [titles[key] for key in answer["path"]["chain"]]

    def test_a_file_got_into_a_later_run(self):
        path, chain = self.path_between("two", "table.txt")
        self.assertEqual(chain, ["output lines", "count.lines", "count", "input text", "output report",
                                 "report.report", "report", "split.tail", "split", "input table", "table.txt"])
        self.assertEqual((path["younger"], path["older"], path["steps"]), ("two", "table.txt", 10))

    def test_lines_have_the_path_itself(self):
        path, _ = self.path_between("two", "table.txt")
        lines = [json.loads(line) for line in self.wf("lineage", "path", "two", "table.txt", "-o", "jsonl").splitlines()]
        self.assertEqual([line for line in lines if line["record"] == "path"], [{"record": "path", **path}])

    def test_the_order_does_not_matter(self):
        self.assertEqual(self.path_between("two", "table.txt"), self.path_between("table.txt", "two"))

    def test_it_is_told_as_a_chain(self):
        text = self.wf("lineage", "path", "table.txt", "two/count")
        self.assertTrue(text.startswith("two/count came from table.txt in "), text)
        places = [text.index(word) for word in ("input text", "given as", "made by", "same bytes as (matched)")]
        self.assertEqual(places, sorted(places))
        for form in FORMS:
            self.assertIn("count", self.wf("lineage", "path", "table.txt", "two/count", "-o", form))

    def test_one_element_is_found_among_many(self):
        self.assertEqual(self.path_between("one/report", "one/score[1]")[1], ["report", "score[0…2].page", "score[0…2]"])
        elements = self.path_between("one/report", "one/score[1]", "--elements")[1]
        self.assertEqual(elements, ["report", "score[1].page", "score[1]"])
        self.assertEqual(self.path_between("one/score[1]", "one/inputs/ks")[1], ["score[1]", "input ks[1]"])

    def test_a_version_is_reached_through_its_run(self):
        chain = self.path_between("one/split", "pipe@latest")[1]
        self.assertEqual(chain[:2], ["split", "run " + self.json("show", "one")["run"][-12:]])
        self.assertTrue(chain[2].startswith("pipe@"))

    def test_a_run_is_reached_where_its_history_begins(self):
        self.assertEqual(self.path_between("two", "one")[1][-1], "output report")

    def test_the_same_thing_twice(self):
        for one, other in (("one", "one"), ("one/split", "one/split"), ("pipe@latest", "pipe@latest")):
            self.assertEqual(self.path_between(one, other)[0]["steps"], 0)
        self.assertIn("are the same", self.wf("lineage", "path", "one/split", "one/split"))

    def test_a_reuse_leads_to_what_was_reused(self):
        self.run_pipe("--name", "three")
        self.assertEqual(self.path_between("three/outputs/report", "three/split")[1][-1], "split")

    def test_no_path(self):
        error = self.said("lineage", "path", "one/split/head", "one/split/tail", code=3)
        for word in ("no path between", "neither came from the other", "WF-E6106"):
            self.assertIn(word, error)
        self.assertIn("truncated", self.said("lineage", "path", "two", "one/split", "--depth", "1", code=3))

    def test_only_one_way_round(self):
        self.assertEqual(self.path_between("two", "table.txt", "--up"), self.path_between("two", "table.txt"))
        self.assertEqual(self.path_between("table.txt", "two", "--down"), self.path_between("two", "table.txt"))
        error = self.said("lineage", "path", "two", "table.txt", "--down", code=3)
        self.assertIn("'table.txt' did not come from 'two'", error)
        self.assertIn("'table.txt' did not come from 'two'", self.said("lineage", "path", "table.txt", "two", "--up", code=3))

    def test_every_way(self):
        shortest = self.json("lineage", "path", "one/report", "one/split")
        every = self.json("lineage", "path", "one/report", "one/split", "--all")
        self.assertEqual(shortest["path"], every["path"])
        titles = {node["title"] for node in every["nodes"]}
        self.assertLessEqual({"report", "split.tail", "split.head", "score[0…2]", "score[0…2].page", "split"}, titles)
        self.assertNotIn("input table", titles)
        self.assertNotIn("split.head", {node["title"] for node in shortest["nodes"]})
        self.assertIn("every way", self.wf("lineage", "path", "one/report", "one/split", "--all"))

    def test_a_run_that_executed_nothing(self):
        self.define({"grow": task("echo $k > $y", {"k": "int", "f": "file"}, {"y": "int"})},
                    {"grow": {"task": "grow", "map": {"k": "$inputs.ks"}, "with": {"f": "$inputs.f"}}},
                    {"ks": {"type": "list<int>", "default": []}, "f": {"type": "file", "default": "table.txt"}})
        self.wf("run", "probe.yaml", "--name", "first")
        self.wf("run", "probe.yaml", "--name", "second", "-i", "ks=[1]", "-i", "f=wf:default/development/first/inputs/f")
        path, chain = self.path_between("first", "second")
        self.assertEqual((path["younger"], path["older"]), ("second", "first"))
        self.assertEqual(chain, ["grow[0]", "input f", "input f"])

    def test_a_file_is_read_once(self):
        """To read a file is to hash all of it: a path costs no more than that."""
        with OpenedFiles(self.path("table.txt")) as opened:
            self.path_between("table.txt", "two")
        self.assertEqual(opened.count, 1)

    def test_what_is_unknown_or_ambiguous(self):
        self.assertIn("'nothing'", self.said("lineage", "path", "one", "nothing", code=3))
        shutil.copy(self.path("table.txt"), self.path("one"))
        self.assertIn("file:one", self.said("lineage", "path", "two", "one", code=2))
        self.assertIn("needs A and B", self.said("lineage", "path", "two", code=2))


if __name__ == "__main__":
    unittest.main()
