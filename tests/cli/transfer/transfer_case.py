"""Two machines, each with a store and a home of its own, that know each other by files only."""
import os
import subprocess

from wftest import WF, WfTest, call, clean_environment, document, task


class Machine:
    def __init__(self, test, name):
        self.test = test
        self.name = name
        self.home = test.path(name)
        os.makedirs(self.home)
        self.store = os.path.join(self.home, "store")
        self.env = {"HOME": self.home}

    def words(self, *arguments):
        return [WF, *map(str, arguments), "--store", self.store]

    def wf(self, *arguments, code=0, cwd=None, prefix=()):
        done = call([*prefix, *self.words(*arguments)], env=self.env, cwd=cwd or self.home)
        if code is not None:
            self.test.assertEqual(done.code, code, "%s: %s" % (" ".join(map(str, arguments)), done))
        self.test.assertNotIn("unexpected:", done.err)
        return done

    def json(self, *arguments, **options):
        return self.wf(*arguments, "-o", "json", **options).json

    def start(self, *arguments):
        process = subprocess.Popen(self.words(*arguments), env=clean_environment(self.env), cwd=self.home,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   encoding="utf-8")
        self.test.addCleanup(self.test._end, process)
        return process

    def query(self, sql, *values):
        self.test.store = self.store
        return self.test.query(sql, *values)

    def tamper(self, sql):
        self.test.store = self.store
        self.test.tamper(sql)

    def check(self):
        """Whole in every respect, and nothing left lying about."""
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")
        self.test.assertEqual(os.listdir(self.store + "/tmp"), [])

    def content(self):
        """Every row of every table, but those of the events and of the store itself."""
        tables = [name for name, in self.query("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: sorted(map(repr, self.query("SELECT * FROM " + name))) for name in tables}


class TransferTest(WfTest):
    def setUp(self):
        super().setUp()
        self.here = Machine(self, "here")
        self.there = Machine(self, "there")

    def definition(self, factor=2, name="steps"):
        """A file, a folder, a list; a source; a large result and small ones."""
        self.write("lib/double.sh", "#!/bin/sh\necho $(($1 * %d))\n" % factor, 0o755)
        tasks = {
            "make": task("head -c 70000 /dev/zero > $big; cat $table > $copy; mkdir $all/sub; cp $table $all/sub/t; echo made >&2",
                         {"table": "file"}, {"big": "file", "copy": "file", "all": "directory"}),
            "double": task("sh double.sh $n > $y", {"n": "int"}, {"y": "int"}, sources={"double.sh": "lib/double.sh"}),
            "sum": task("tr -d '[]' < $ys | tr , + > $text", {"ys": "list<int>", "copy": "file"}, {"text": "file"}),
        }
        nodes = {
            "make": {"task": "make", "with": {"table": "$inputs.table"}},
            "double": {"task": "double", "map": {"n": "$inputs.ns"}},
            "sum": {"task": "sum", "with": {"ys": "$double.y", "copy": "$make.copy"}},
        }
        self.write("table.csv", "a,b\n1,2\n")
        return self.write("%s.yaml" % name, document(name, tasks, nodes, {
            "table": {"type": "file", "default": "table.csv"}, "ns": {"type": "list<int>", "default": [1, 2, 3]}},
            {"text": "$sum.text", "all": "$make.all", "big": "$make.big"}))

    def exported(self, *arguments, name="b.tar"):
        path = self.path(name)
        self.here.wf("export", *arguments, "--bundle", path)
        return path

    def bytes_of(self, path):
        with open(path, "rb") as file:
            return file.read()
