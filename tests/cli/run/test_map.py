"""Nodes that are mapped over lists."""
import random
import resource

from wftest import WfTest, main


class Map(WfTest):
    def doubled(self):
        return self.one_task("echo $((n * 2)) > $y", {"n": "int"}, {"y": "int"}, map_over=["n"])

    def test_outputs_are_in_order(self):
        numbers = random.Random(3).sample(range(1000), 40)
        self.assertEqual(self.run_file(self.doubled(), n=numbers).json["outputs"]["y"], [2 * n for n in numbers])

    def test_one_changed_of_many_runs_one_and_an_order_none(self):
        path = self.doubled()
        numbers = list(range(1000))
        self.assertEqual(self.executions(path, n=numbers), (1000, 0))
        numbers[500] = -1
        self.assertEqual(self.executions(path, n=numbers), (1, 999))
        random.Random(5).shuffle(numbers)
        self.assertEqual(self.executions(path, n=numbers), (0, 1000))
        self.assertEqual(self.run_file(path, n=numbers).json["outputs"]["y"], [2 * n for n in numbers])

    def test_equal_elements_have_one_artifact(self):
        self.assertEqual(self.run_file(self.doubled(), n=[4] * 20).json["outputs"]["y"], [8] * 20)
        self.assertEqual(self.query("SELECT count(DISTINCT artifact) FROM execution"), [(1,)])

    def test_an_empty_list(self):
        found = self.run_file(self.doubled(), n=[]).json
        self.assertEqual((found["state"], found["outputs"]), ("succeeded", {"y": []}))

    def test_several_lists_go_together(self):
        path = self.one_task("echo $a$b$c > $y", {"a": "int", "b": "string", "c": "string"}, {"y": "string"}, map_over=["a", "b"])
        self.assertEqual(self.run_file(path, a=[1, 2], b=["x", "y"], c="!").json["outputs"]["y"], ["1x!", "2y!"])
        done = self.run_file(path, code=1, a=[1, 2], b=["x"], c="!")
        self.assertEqual(done.json["cause"]["code"], "WF-E3206")
        self.assertRegex(done.json["cause"]["message"], r"a has 2, b has 1")

    def test_lists_through_several_layers(self):
        """An empty list that comes from a task, mapped over, gathered, mapped again."""
        tasks = {"list": {"inputs": {"n": "int"}, "outputs": {"xs": "list<int>"}, "script": "echo \"[$(seq -s, 1 $n)]\" > $xs"},
                 "square": {"inputs": {"x": "int"}, "outputs": {"y": "int", "f": "file"}, "script": "echo $((x * x)) | tee $y > $f"},
                 "sum": {"inputs": {"ys": "list<int>", "fs": "list<file>"}, "outputs": {"t": "int"},
                         "script": "t=0; for f in $fs/*; do test -e $f || break; t=$((t + $(cat $f))); done; echo $t > $t_out\n".replace("$t_out", "$WF_OUTPUTS/t")}}
        nodes = {"list": {"task": "list", "with": {"n": "$inputs.n"}}, "square": {"task": "square", "map": {"x": "$list.xs"}},
                 "again": {"task": "square", "map": {"x": "$square.y"}}, "sum": {"task": "sum", "with": {"ys": "$again.y", "fs": "$again.f"}}}
        path = self.define(tasks, nodes, {"n": "int"}, {"total": "$sum.t"})
        for n in (1, 3):
            self.assertEqual(self.run_file(path, n=n).json["outputs"]["total"], sum(i ** 4 for i in range(1, n + 1)))
        self.assertEqual(self.run_file(path, n=0).json["outputs"]["total"], 0)

    def test_more_slots_than_descriptors(self):
        path = self.one_task("sleep 0.1; echo $n > $y", {"n": "int"}, {"y": "int"}, map_over=["n"])
        limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        numbers = list(range(80))
        done = self.finish(self.start("run", path, "-i", "n=%s" % numbers, "--parallelism", "80", "-o", "json", preexec_fn=limit))
        self.assertEqual((done.code, done.json["outputs"]["y"]), (0, numbers), done)

    def test_optional_elements(self):
        path = self.one_task("echo ${n-null} > $y", {"n": "int?"}, {"y": "string"}, map_over=["n"])
        self.assertEqual(self.run_file(path, n=[1, None, 2]).json["outputs"]["y"], ["1", "null", "2"])


if __name__ == "__main__":
    main()
