"""Changes one thing at a time: what is in the key is named by `wf explain`, and nothing else; what is not runs nothing."""
import copy
import hashlib
import json
import os
import random

from wftest import WfTest, document, main

ROUNDS = 12
TASKS = 48
SEED = 20260131

# Named by what they change, with the part and the item that must be told. An item may be a function of the task.
MUTATIONS = {}


def mutation(part, item=None, kinds=("command", "script")):
    def register(function):
        MUTATIONS[function.__name__] = (function, part, item, kinds)
        return function
    return register


class Subject:
    """One task with its node: what a mutation gets hold of. Files are by the path beside the definition."""

    def __init__(self, chance, round_, number):
        self.number = number
        self.name = "t%d" % number
        self.kind = chance.choice(["command", "script"])
        self.files = {"src%d/tool" % number: "tool %d %d %d\n" % (round_, number, chance.randrange(1000)),
                      "src%d/extra" % number: "extra\n", "data%d/file" % number: "bytes %d\n" % chance.randrange(1000),
                      "data%d/dir/a" % number: "a\n", "data%d/dir/b" % number: "b\n"}
        self.executable = set()
        self.values = {"text": "word %d" % chance.randrange(1000), "n": chance.randrange(1000), "x": chance.random(),
                       "flag": chance.choice([True, False]), "tags": ["a", "b"], "day": "2024-01-01T00:00:00Z",
                       "wait": "%ds" % chance.randrange(1, 60), "mode": "slow", "doc": {"k": [1, {"l": None}]},
                       "skipped": "not in the key"}
        types = {"text": "string", "n": "int", "x": "float", "flag": "bool", "tags": "list<string>", "day": "datetime",
                 "wait": "duration", "mode": "enum<fast|slow>", "doc": "json", "skipped": "string", "file": "file",
                 "dir": "directory"}
        self.task = {"inputs": {name: {"type": type_} for name, type_ in types.items()},
                     "outputs": {"out": {"type": "file"}, "more": {"type": "string?"}},
                     "sources": {name: "src%d/%s" % (number, name) for name in ("tool", "extra")},
                     "secrets": {"TOKEN": {"name": "token", "version": "1"}},
                     "env": {"ROUND": str(round_), "TASK": str(number), "LEVEL": "3", "WHO": "$inputs.text"},
                     "cache": {"version": str(chance.randrange(10)), "ignore": {"inputs": ["skipped"]}}}
        if self.kind == "command":
            self.task["command"] = ["sh", "-c", "cp \"$0\" \"$1\"", "tool", "$outputs.out", "more", "$inputs.n",
                                    "k=$(inputs.text)"]
        else:
            self.task["script"] = "cp tool \"$out\"\n"

    def node(self):
        bindings = dict(self.values, file="$inputs.file%d" % self.number, dir="$inputs.dir%d" % self.number)
        return {"task": self.name, "with": bindings}

    def inputs(self):
        return {"file%d" % self.number: {"type": "file", "default": "data%d/file" % self.number},
                "dir%d" % self.number: {"type": "directory", "default": "data%d/dir" % self.number}}


@mutation("command", "command", ["command"])
def argument(subject):
    subject.task["command"][5] += "!"


@mutation("command", "command", ["command"])
def argument_reference(subject):
    subject.task["command"][6] = "$inputs.wait"


@mutation("command", "command", ["command"])
def argument_text(subject):
    subject.task["command"][7] = "l=$(inputs.text)"


@mutation("command", "command", ["command"])
def argument_added(subject):
    subject.task["command"].append("")


@mutation("command", "script", ["script"])
def script(subject):
    subject.task["script"] += "true\n"


@mutation("command", "shell", ["script"])
def shell(subject):
    subject.task["shell"] = ["sh", "-e"]


@mutation("sources", "tool")
def source_bytes(subject):
    subject.files["src%d/tool" % subject.number] += "more\n"


@mutation("sources", "extra")
def other_source_bytes(subject):
    subject.files["src%d/extra" % subject.number] = ""


@mutation("sources", "extra")
def source_executable(subject):
    subject.executable.add("src%d/extra" % subject.number)


@mutation("sources", "new")
def source_added(subject):
    subject.task["sources"]["new"] = "src%d/extra" % subject.number


@mutation("sources", "extra")
def source_removed(subject):
    del subject.task["sources"]["extra"]


@mutation("env", "LEVEL")
def variable(subject):
    subject.task["env"]["LEVEL"] = "4"


@mutation("env", "WHO")
def variable_reference(subject):
    subject.task["env"]["WHO"] = "$inputs.n"


@mutation("env", "NEW")
def variable_added(subject):
    subject.task["env"]["NEW"] = ""


@mutation("env", "LEVEL")
def variable_removed(subject):
    del subject.task["env"]["LEVEL"]


@mutation("secrets", "TOKEN")
def secret_version(subject):
    subject.task["secrets"]["TOKEN"]["version"] = "2"


@mutation("secrets", "TOKEN")
def secret_name(subject):
    subject.task["secrets"]["TOKEN"]["name"] = "other"


@mutation("secrets", "KEY")
def secret_added(subject):
    subject.task["secrets"]["KEY"] = "other"


@mutation("secrets", "TOKEN")
def secret_removed(subject):
    del subject.task["secrets"]


@mutation("version")
def cache_version(subject):
    subject.task["cache"]["version"] += ".1"


@mutation("env")
def part_ignored(subject):
    subject.task["cache"]["ignore"]["parts"] = ["env"]


@mutation("inputs", "n")
def input_ignored(subject):
    subject.task["cache"]["ignore"]["inputs"].append("n")


@mutation("interface", "outputs.new")
def output_added(subject):
    subject.task["outputs"]["new"] = {"type": "string?"}


@mutation("interface", "outputs.more")
def output_removed(subject):
    del subject.task["outputs"]["more"]


@mutation("interface", "outputs.more")
def output_type(subject):
    subject.task["outputs"]["more"]["type"] = "int?"


@mutation("interface", "outputs.out")
def output_name(subject):
    subject.task["outputs"]["out"]["name"] = "out.txt"


@mutation("interface", "inputs.file")
def input_name(subject):
    subject.task["inputs"]["file"]["name"] = "file.txt"


@mutation("interface", "inputs.n")
def input_type(subject):
    subject.task["inputs"]["n"]["type"] = "int?"


@mutation("inputs", "file")
def file_bytes(subject):
    subject.files["data%d/file" % subject.number] += "x"


@mutation("inputs", "dir")
def folder_bytes(subject):
    subject.files["data%d/dir/b" % subject.number] = "c\n"


@mutation("inputs", "dir")
def folder_entry(subject):
    subject.files["data%d/dir/c" % subject.number] = ""


@mutation("inputs", "dir")
def folder_executable(subject):
    subject.executable.add("data%d/dir/a" % subject.number)


NEW_VALUES = {"text": "", "n": -9007199254740993, "x": 1e-7, "flag": None, "tags": ["b", "a"], "day": "2024-01-01T00:00:00.001Z",
              "wait": "61s", "mode": "fast", "doc": {"k": [1, {"l": False}]}}
for input_, value_ in NEW_VALUES.items():
    def change(subject, name=input_, value=value_):
        subject.values[name] = not subject.values[name] if value is None else value
    change.__name__ = "value_of_" + input_
    mutation("inputs", input_)(change)


class Mutations(WfTest):
    def wf(self, *arguments, code=0, env=None, cwd=None):
        return super().wf(*arguments, code=code, env={"WF_SECRET_TOKEN": "the-first", "WF_SECRET_OTHER": "the-second", **(env or {})}, cwd=cwd)

    def write_all(self, subjects, file="probe.yaml", name="probe", edit=None):
        """The definition of these subjects, with their files."""
        for subject in subjects:
            for path, content in subject.files.items():
                self.write(path, content, mode=0o755 if path in subject.executable else 0o644)
        body = {"tasks": {s.name: s.task for s in subjects}, "nodes": {"node%d" % s.number: s.node() for s in subjects},
                "inputs": {key: value for s in subjects for key, value in s.inputs().items()}}
        if edit:
            edit(body)
        return self.write(file, document(name, body["tasks"], body["nodes"], body["inputs"], body.get("outputs"), **body.get("more", {})))

    def run_id(self, path, *arguments):
        return self.run_file(path, *arguments).json["run"]

    def explain(self, run):
        return {one["node"]: one for one in self.wf("explain", run, "-o", "json").json["executions"]}

    def clear(self):
        """Leaves no file of an earlier definition behind, for a folder is what is in it."""
        for top in os.listdir(self.folder):
            if top.startswith(("src", "data")):
                for folder, _, names in os.walk(self.path(top), topdown=False):
                    for name in names:
                        os.remove(os.path.join(folder, name))

    def mutants_of(self, chance, subjects):
        chosen = []
        for subject in subjects:
            fitting = [one for one in MUTATIONS.values() if subject.kind in one[3]]
            self.turn[subject.kind] = self.turn.get(subject.kind, chance.randrange(len(fitting))) + 1
            chosen.append(fitting[self.turn[subject.kind] % len(fitting)])
        return chosen

    def test_each_change_is_named_and_no_other(self):
        chance = random.Random(SEED)
        self.turn = {}
        cases = 0
        seen = set()
        for round_ in range(ROUNDS):
            subjects = [Subject(chance, round_, number) for number in range(TASKS)]
            self.clear()
            base = self.run_id(self.write_all(subjects))
            chosen = self.mutants_of(chance, subjects)
            if round_ % 3 == 0:  # somebody in between who differs in more
                self.run_far(subjects)
            mutants = copy.deepcopy(subjects)
            for mutant, (change, *_) in zip(mutants, chosen):
                change(mutant)
            self.clear()
            told = self.explain(self.run_id(self.write_all(mutants)))
            for subject, (change, part, item, _) in zip(subjects, chosen):
                one = told["node%d" % subject.number]
                places = [(d["part"], d["item"]) for d in one["differences"]]
                self.assertEqual((one["why"], places), ("key_changed", [(part, item)]), (change.__name__, one))
                self.assertEqual(one["earlier"]["run"], base, (change.__name__, one))
                self.assert_values(one["differences"][0], subject, mutants[subject.number])
                seen.add(change.__name__)
                cases += 1
        self.assertGreaterEqual(cases, 500)
        self.assertEqual(seen, set(MUTATIONS))

    def run_far(self, subjects):
        far = copy.deepcopy(subjects)
        for subject in far:
            subject.values["text"] = "far away"
            subject.task["env"]["FAR"] = "1"
            subject.task["cache"]["version"] = "far"
        self.run_id(self.write_all(far))

    def assert_values(self, difference, subject, mutant):
        """Both values are the ones that were declared, as far as they are kept as written."""
        if difference["part"] == "version":
            self.assertEqual((difference["before"], difference["after"]),
                             (subject.task["cache"]["version"], mutant.task["cache"]["version"]))
        if difference["part"] == "inputs" and difference["item"] in ("text", "n", "x", "flag", "tags", "mode", "doc"):
            before, after = subject.values[difference["item"]], mutant.values[difference["item"]]
            self.assertEqual(difference["before"], before)
            if difference["change"] == "changed":  # it is still in the key
                self.assertEqual(difference["after"], after)
        if difference["part"] == "sources" and difference["change"] == "changed":
            path = subject.task["sources"].get(difference["item"])
            if path:
                digests = ["sha256:" + hashlib.sha256(one.files[path].encode()).hexdigest() for one in (subject, mutant)]
                self.assertEqual([difference["before"]["digest"], difference["after"]["digest"]], digests)

    def test_what_is_not_in_the_key_runs_nothing(self):
        chance = random.Random(SEED + 1)
        subjects = [Subject(chance, 0, number) for number in range(8)]
        base = self.run_id(self.write_all(subjects))

        def describe(body):
            for task in body["tasks"].values():
                task["description"] = "words"
                task["inputs"]["n"]["description"] = "more words"
            for node in body["nodes"].values():
                node["description"] = "words"

        def reverse(body):
            for kind in ("tasks", "nodes", "inputs"):
                body[kind] = dict(reversed(list(body[kind].items())))
            for name, task in body["tasks"].items():
                body["tasks"][name] = dict(reversed(list(task.items())))

        def rename(body):
            body["nodes"] = {"other_" + name: node for name, node in body["nodes"].items()}

        def rename_tasks(body):
            body["tasks"] = {"other_" + name: task for name, task in body["tasks"].items()}
            for node in body["nodes"].values():
                node["task"] = "other_" + node["task"]

        def ignored(body):
            for node in body["nodes"].values():
                node["with"]["skipped"] = "something else"

        def default(body):
            for task in body["tasks"].values():
                task["inputs"]["n"]["default"] = 7

        def allow_empty(body):
            for task in body["tasks"].values():
                task["cache"]["allow_empty"] = True

        def outputs(body):
            body["outputs"] = {"result": "$node0.out"}

        def unrelated(body):
            body["tasks"]["unrelated"] = {"outputs": {"y": "int"}, "script": "echo 1 > $y"}
            body["nodes"]["unrelated"] = {"task": "unrelated"}

        def every_task(**keys):
            return lambda body: [task.update(keys) for task in body["tasks"].values()]

        attempts = every_task(retries=2, retry={"base": "1ms"}, timeout="1h", resources={"cpu": "10m", "limits": {"memory": "8Gi"}}, interruptible=True, checkpoint=True)
        confined = every_task(sandbox="paths")

        def policy(body):
            body["more"] = {"failure_policy": "finish", "timeout": "1h", "concurrency": 1}

        for edit in (describe, reverse, rename, rename_tasks, ignored, default, allow_empty, outputs, unrelated, attempts, confined, policy):
            run = self.run_id(self.write_all(subjects, edit=edit))
            told = self.explain(run)
            if edit is unrelated:
                self.assertEqual(told.pop("unrelated")["why"], "first_time")
            self.assertEqual(len(told), len(subjects))
            for one in told.values():
                self.assertEqual((edit.__name__, one["why"], one["differences"], one["ran"]), (edit.__name__, "reused", [], False))
                self.assertEqual((one["earlier"]["run"], one["earlier"]["cache_key"]), (base, one["cache_key"]))
        path = self.write_all(subjects)
        self.write("probe.yaml", "# a comment\n" + self.read("probe.yaml"))
        self.wf("register", path, "--label", "v1")
        for arguments in ((), ("--parallelism", "1"), ("--name", "an-alias"), ("--verify",)):
            told = self.explain(self.run_id(path, *arguments))
            self.assertEqual({one["why"] for one in told.values()}, {"reused"})
        told = self.explain(self.run_id(self.write_all(subjects, name="another-workflow")))
        self.assertEqual({one["why"] for one in told.values()}, {"reused"})

    def test_another_platform_is_named(self):
        """As if the store had been filled on one: digests and keys are those that such a machine would have written."""
        path = self.write_all([Subject(random.Random(SEED + 2), 0, number) for number in range(4)])
        self.run_id(path)
        order = ["interface", "command", "sources", "environment", "env", "secrets", "version"]

        def wfc1(value):
            return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

        for key, digest, body, inputs in self.query(
                "SELECT e.key, p.digest, p.body, e.inputs FROM cache_entry e JOIN cache_parts p ON p.digest = e.parts"):
            parts = json.loads(body)
            parts["environment"]["platform"] = "linux/riscv64"
            changed = wfc1(parts)
            pieces = [text for name in order for text in (name, wfc1(parts[name]))] + ["inputs", inputs]
            new_key = hashlib.sha256(b"wf-key-1\n" + b"".join(
                len(piece.encode()).to_bytes(8, "big") + piece.encode() for piece in pieces)).hexdigest()
            new_digest = hashlib.sha256(changed.encode()).hexdigest()
            self.tamper("UPDATE cache_parts SET digest = x'%s', body = '%s' WHERE digest = x'%s'"
                        % (new_digest, changed.replace("'", "''"), digest.hex()))
            self.tamper("UPDATE cache_entry SET key = x'%s', parts = x'%s' WHERE key = x'%s'" % (new_key, new_digest, key.hex()))
            for table in ("node", "artifact"):
                self.tamper("UPDATE %s SET cache_key = x'%s' WHERE cache_key = x'%s'" % (table, new_key, key.hex()))
        told = self.explain(self.run_id(path))
        self.assertEqual(len(told), 4)
        for one in told.values():
            (difference,) = one["differences"]
            self.assertEqual((difference["part"], difference["item"], difference["before"]), ("environment", "platform", "linux/riscv64"))


if __name__ == "__main__":
    main()
