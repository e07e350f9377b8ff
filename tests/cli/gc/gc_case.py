"""A store with runs of a small workflow whose outputs are files, a folder and values."""
import contextlib
import fcntl
import os
import struct

from wftest import WfTest, task

FREE_ALL = ("--keep-last", "0", "--keep-within", "0d", "--grace", "0d")
RELYING, DRAFTING, FIRST_DIGEST = 0, 1, 2  # the places of STORE/in-use


class GcTest(WfTest):
    def setUp(self):
        super().setUp()
        self.file = self.pipeline()

    def pipeline(self, name="probe"):
        """`big` writes a file that lies under objects/; `split` a folder with a file in common to all runs."""
        big = task("echo logged; yes $n | head -c 40000 > $data", {"n": "int"}, {"data": "file"})
        split = task("mkdir $parts/sub; head -c 30000 $data > $parts/sub/own; yes same | head -c 50000 > $parts/same; "
                     "wc -c < $data > $size", {"data": "file"}, {"parts": "directory", "size": "int"})
        return self.define({"big": big, "split": split},
                           {"big": {"task": "big", "with": {"n": "$inputs.n"}},
                            "split": {"task": "split", "with": {"data": "$big.data"}}},
                           {"n": "int"}, {"parts": "$split.parts", "size": "$split.size"}, name=name, file=name + ".yaml")

    def make(self, n, *arguments):
        """The id of a run."""
        return self.run_file(self.file, *arguments, n=n).json["run"]

    def gc(self, *arguments, code=0):
        return self.wf("gc", "-o", "json", *arguments, code=code).json

    def keep(self, last, *arguments):
        return self.gc("--keep-last", last, "--keep-within", "0d", "--grace", "0d", *arguments)

    def has_bytes(self, reference):
        done = self.wf("artifact", "get", reference, self.path("got"), "--force", code=None)
        self.assertIn(done.code, (0, 3), done)
        if done.code == 3:
            self.assertIn("freed on", done.err)
        return done.code == 0

    def check(self):
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")

    def objects(self):
        return sorted(os.path.relpath(os.path.join(folder, name), self.store + "/objects")
                      for folder, _, names in os.walk(self.store + "/objects") for name in names)

    def digest_of(self, run, node="big", name="data"):
        """64 hex digits."""
        value = self.wf("artifact", "show", "%s/%s" % (run, node), "-o", "json").json["data"][name]["value"]
        return value.split(":")[1]

    @staticmethod
    def place_of(digest):
        return FIRST_DIGEST + int(digest[:3], 16)

    @contextlib.contextmanager
    def holding(self, place, kind=fcntl.F_RDLCK):
        """As a process of wf does that uses blobs."""
        with open(self.store + "/in-use", "a+b") as file:
            fcntl.fcntl(file, fcntl.F_OFD_SETLK, struct.pack("hhqqi", kind, os.SEEK_SET, place, 1, 0))
            yield
