"""Reruns: the version and the inputs of a run once more, or with some inputs replaced."""
import os

from wftest import WfTest, main, task


class Rerun(WfTest):
    def begin(self):
        add = task('echo ran >> %s; echo $(($(cat $f) + n)) > $y' % self.path("ran"), {"f": "file", "n": "int"}, {"y": "int"})
        path = self.define({"add": add}, {"add": {"task": "add", "with": {"f": "$inputs.f", "n": "$inputs.n"}}},
                           {"f": "file", "n": {"type": "int", "default": 1}}, {"y": "$add.y"})
        self.write("five", "5")
        return self.run_file(path, "--name", "one", f=self.path("five")).json

    def rerun(self, *arguments, code=0):
        return self.wf("rerun", *arguments, "-o", "json", code=code).json

    def test_the_same_again(self):
        first = self.begin()
        self.write("five", "500")
        self.write("probe.yaml", "no longer a definition")
        done = self.rerun("one", "--name", "two")
        self.assertEqual((done["version"], done["outputs"], done["this_time"]["reused"]), (first["version"], {"y": 6}, 1))
        self.assertEqual(done["parent"], {"run": first["run"], "relation": "rerun", "again": []})
        self.assertIn("rerun of  run " + first["run"][-12:], self.wf("show", "two").out)
        one, two = (self.wf("show", name, "-o", "json").json for name in ("one", "two"))
        self.assertEqual((one["derived"], two["derived"]), ([{"run": two["run"], "relation": "rerun", "state": "succeeded"}], []))
        self.assertIn("  later     run again as run %s, succeeded\n" % two["run"][-12:], self.wf("show", "one").out)
        for member in ("settings", "inputs", "given"):
            self.assertEqual(one[member], two[member])
        self.wf("store", "check", "--contents")

    def test_some_inputs_replaced(self):
        self.begin()
        self.assertEqual(self.rerun("one", "-i", "n=10")["outputs"], {"y": 15})
        self.write("six", "6")
        self.assertEqual(self.rerun("one", "-i", "f=" + self.path("six"), "--name", "two")["outputs"], {"y": 7})
        self.assertEqual(self.rerun("two", "-i", "n=wf:default/development/one/add/y")["outputs"], {"y": 12})
        self.assertIn("WF-E3002", self.wf("rerun", "one", "-i", "m=1", code=2).err)
        self.assertIn("WF-E3001", self.wf("rerun", "one", "-i", "n=many", code=2).err)

    def test_its_limits(self):
        """As they were, where nothing else is given."""
        self.begin()
        limits = lambda run: [self.wf("show", run, "-o", "json").json["settings"][name] for name in ("timeout_us", "capacity")]
        self.rerun("one", "--timeout", "1h", "--resources", "cpu=3", "--name", "two")
        self.assertEqual((limits("two")[0], limits("two")[1]["cpu"]), (3_600_000_000, 3000))
        self.rerun("two", "--name", "three")
        self.assertEqual(limits("three"), limits("two"))
        self.wf("recover", "two", "--timeout", "2h", "--name", "four")
        self.assertEqual(limits("four"), [7_200_000_000, limits("two")[1]])
        self.assertIn("--resources", self.wf("rerun", "one", "--resources", "cpus=3", code=2).err)

    def test_the_cache(self):
        self.begin()
        self.assertEqual(self.rerun("one", "--cache", "refresh", "--name", "two")["this_time"]["ran"], 1)
        self.assertEqual(self.rerun("two", "--name", "three")["this_time"]["ran"], 1)  # as it was recorded
        self.assertEqual(self.rerun("two", "--cache", "use")["this_time"]["reused"], 1)
        self.assertEqual(self.lines("ran"), ["ran"] * 3)

    def test_an_input_that_is_gone(self):
        big = self.path("big")
        with open(big, "wb") as file:
            file.write(b"1" + b"\n" * 100000)
        add = task('wc -l < $f > $y', {"f": "file"}, {"y": "int"})
        path = self.define({"add": add}, {"add": {"task": "add", "with": {"f": "$inputs.f"}}}, {"f": "file"}, {"y": "$add.y"})
        self.run_file(path, "--name", "one", f=big)
        digest, = self.query("SELECT lower(hex(digest)) FROM blob WHERE place = 'file'")[0]
        os.remove(os.path.join(self.store, "objects", digest[:2], digest[2:]))
        self.assertIn("the input 'f'", self.wf("rerun", "one", code=2).err)
        self.assertEqual(self.rerun("one", "-i", "f=" + big)["outputs"], {"y": 100000})


if __name__ == "__main__":
    main()
