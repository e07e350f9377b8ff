"""Large inputs are laid out beside everything else that goes on, once for all who need them."""
import os

from wftest import WfTest, main, task

LARGE = 8 << 20  # bytes: more than the driver copies itself


class Laying(WfTest):
    def large(self, name="large", size=LARGE):
        return self.write(name, "0123456789abcde\n" * (size // 16))

    def many(self, count=100):
        folder = self.path("many")
        os.mkdir(folder)
        for i in range(count):
            self.write("many/%d" % i, str(i))
        return folder

    def staged(self, run):
        folder = os.path.join(self.store, "runs", self.wf("show", run, "-o", "json").json["run"], "in")
        return {name: os.lstat(os.path.join(folder, name)) for name in os.listdir(folder)}

    def test_others_begin_meanwhile(self):
        path = self.define({"read": task("wc -c < $f > $n", {"f": "file"}, {"n": "int"}), "small": task("true")},
                           {"first": {"task": "read", "with": {"f": "$inputs.f"}}, "second": {"task": "small"}},
                           {"f": "file"}, {"n": "$first.n"})
        run = self.wf("run", path, "-i", "f=" + self.large(), "--parallelism", "2", "-o", "json").json
        self.assertEqual(run["outputs"], {"n": LARGE})
        self.assertEqual(self.query("SELECT node FROM attempt ORDER BY started_us, node"), [("second",), ("first",)])

    def test_once_for_all(self):
        path = self.define({"t": task("test $i -lt 5; cat $f $d/* | wc -c > $n", {"f": "file", "d": "directory", "i": "int"}, {"n": "int"})},
                           {"t": {"task": "t", "map": {"i": "$inputs.is"}, "with": {"f": "$inputs.f", "d": "$inputs.d"},
                                  "each": {"min_success": 5}}},
                           {"f": "file", "d": "directory", "is": "list<int>"}, {"n": "$t.n"})
        self.wf("run", path, "-i", "f=" + self.large(), "-i", "d=" + self.many(), "-i", "is=[0,1,2,3,4,5]", "--name", "one",
                "--parallelism", "3")
        self.assertEqual(self.wf("artifact", "get", "one/t[4]/n").out, "%d\n" % (LARGE + 190))
        self.assertEqual(len(self.staged("one")), 2)

    def test_damaged_ones_fail_their_node_alone(self):
        path = self.define({"read": task("wc -c < $f > $n", {"f": "file"}, {"n": "int"}), "small": task("true")},
                           {"bad": {"task": "read", "with": {"f": "$inputs.f"}}, "good": {"task": "read", "with": {"f": "$inputs.g"}}},
                           {"f": "file", "g": "file"}, failure_policy="finish")
        given = ["-i", "f=" + self.large(), "-i", "g=" + self.large("other", 2 * LARGE)]
        self.wf("run", path, *given)
        for folder, _, names in os.walk(self.store + "/objects"):
            for name in names:
                if os.path.getsize(os.path.join(folder, name)) == LARGE:
                    where = os.path.join(folder, name)
        times = os.stat(where)
        os.chmod(where, 0o644)
        with open(where, "r+b") as file:
            file.write(b"?")
        os.chmod(where, 0o444)
        os.utime(where, ns=(times.st_atime_ns, times.st_mtime_ns))
        version = self.wf("ls", "-o", "json").json["runs"][0]
        reference = "wf:default/development/%s/inputs/" % version["run"]
        done = self.wf("run", path, "-i", "f=" + reference + "f", "-i", "g=" + reference + "g", "--refresh", "--name", "two", code=1)
        self.assertIn("holds other bytes", done.err)
        states = {node["node"]: node["state"] for node in self.wf("show", "two", "-o", "json").json["executions"]}
        self.assertEqual(states, {"bad": "failed", "good": "succeeded"})

    def test_what_is_called_off_leaves_no_half(self):
        path = self.define({"read": task("wc -c < $f > $n", {"f": "file"}, {"n": "int"})},
                           {"t": {"task": "read", "with": {"f": "$inputs.f"}}}, {"f": "file"})
        self.wf("run", path, "-i", "f=" + self.large(size=8 * LARGE), "--timeout", "1ms", "--name", "one", code=7)
        self.assertLessEqual({info.st_size for info in self.staged("one").values()}, {8 * LARGE})


if __name__ == "__main__":
    main()
