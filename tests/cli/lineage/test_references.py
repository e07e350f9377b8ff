"""What was shown can be asked for again: outputs, reused nodes, short digests."""
import json
import os
import unittest

from wftest import WfTest, task


class Results(WfTest):
    def setUp(self):
        super().setUp()
        path = self.one_task('echo $x > "$y"; echo $x', {"x": "int"}, {"y": "file"}, map_over=["x"])
        for name in ("first", "again"):
            self.wf("run", path, "-i", "x=[1, 2]", "--name", name)

    def test_outputs_of_a_run_and_of_a_whole_mapped_node(self):
        for reference in ("first/outputs/y", "first/t/y"):
            folder = self.path(reference.replace("/", "-"))
            self.wf("artifact", "get", reference, folder)
            self.assertEqual([self.read("%s/%d" % (folder, i)) for i in (0, 1)], ["1\n", "2\n"])
        self.wf("artifact", "get", "again/t/y", folder, code=4)
        self.wf("artifact", "get", "again/t/y", folder, "--force")
        self.assertEqual(self.wf("artifact", "get", "first/inputs/x").json, [1, 2])

    def test_a_reused_node_leads_to_the_one_that_ran(self):
        show = self.wf("show", "first", "-o", "json").json
        out = self.wf("lineage", "show", "again/t[0]").out
        self.assertRegex(out, r"result of +t\[0\] .*in run " + show["run"][-12:])
        self.assertIn("wf logs %s 't[0]'" % show["run"][-12:], self.wf("logs", "again", "t[0]", code=3).err)

    def test_an_output_and_a_short_digest_are_references(self):
        whole = self.wf("lineage", "show", "first/t[1]/y", "-o", "json").json
        digest = next(node for node in whole["nodes"] if node["kind"] == "data")["value"]
        for short in (digest[7:19], digest[:19]):
            self.assertIn(digest, self.wf("lineage", "show", short).out)

    def test_a_reference_stands_for_an_input_as_a_whole(self):
        path = self.one_task("cat $fs/* > $y", {"fs": "list<file>"}, {"y": "string"}, file="join.yaml")
        first = "wf:default/development/first/t[0]/y"
        refused = self.wf("run", path, "-i", 'fs=["%s"]' % first, code=2)
        self.assertIn("'%s' is a reference, and that stands for an input as a whole" % first, refused.err)
        self.assertNotIn("URI", refused.err)
        digest = self.wf("artifact", "show", "first/t[0]", "-o", "json").json["data"]["y"]["value"]
        self.assertEqual(self.run_file(path, fs=json.dumps([digest])).json["outputs"]["y"], "1")

    def test_artifacts_and_tags(self):
        show = self.wf("artifact", "show", "first/t[0]", "-o", "json").json
        self.wf("artifact", "tag", "first/t[0]", "best")
        for reference in (show["artifact"], show["artifact"][-12:], "probe#t:best"):
            for output in ("", "/y"):
                answer = self.wf("lineage", "show", reference + output, "-o", "json").json
                root, = (node for node in answer["nodes"] if node["id"] in answer["roots"])
                self.assertEqual((root["kind"], root["node"], root["elements"]), ("data" if output else "execution", "t", [0]))
        self.assertIn("did you mean 'best'", self.wf("lineage", "show", "probe#t:bst", code=3).err)

    def test_what_has_no_bytes(self):
        os.mkfifo(self.path("fifo"))
        for reference in ("/dev/null", "fifo"):
            self.assertIn("WF-E4008", self.wf("lineage", "show", reference, code=2).err)
        self.assertIn("--depth must be at least 1", self.wf("lineage", "show", "first", "--depth", "0", code=2).err)

    def test_what_was_asked_about_does_not_depend_on_itself(self):
        self.wf("artifact", "get", "first/t[0]/y", "copy")
        self.assertEqual(self.wf("lineage", "impact", "copy").out.count("copy"), 1)


class Chain(WfTest):
    def test_a_long_one_is_not_as_wide_as_it_is_long(self):
        nodes = {"n0": {"task": "t", "with": {"x": 0}}}
        for i in range(1, 120):
            nodes["n%d" % i] = {"task": "t", "with": {"x": "$n%d.y" % (i - 1)}}
        path = self.define({"t": task('echo $((x + 1)) > "$y"', {"x": "int"}, {"y": "int"})}, nodes,
                           outputs={"y": "$n119.y"})
        self.wf("run", path, "--name", "long")
        out = self.wf("lineage", "impact", "long/n0").out
        self.assertIn("n119.y", out)
        self.assertLess(max(map(len, out.splitlines())), 250)


if __name__ == "__main__":
    unittest.main()
