"""Random definitions, each of several small graphs that have nothing to do with each other but tasks in common.

Scripts are deterministic and coarse: another input often gives the same output, other nodes have the same key, lists
come out empty. An edit changes what a person would: an input, a script, a constant, a name, what does not count.
"""
import json

STEP = "echo $(( (${a:-0} + ${b:-0} + %(add)d) / %(part)d )) > $y"
LISTED = ("case $(( (${a:-0} + %(add)d) %% 4 )) in 0) echo '[]';; 1) echo \"[${a:-0}]\";; 2) echo \"[1, ${a:-0}]\";; "
          "*) echo '[2, 1, 2]';; esac > $ys")
TOTAL = "s=%(add)d; for x in $(tr -c 0-9 ' ' < ${xs:-/dev/null}); do s=$((s + x)); done; echo $s > $y"
BRITTLE = "y0=$(( ${a:-0} + ${b:-0} + %(add)d )); [ $((y0 %% 3)) != 0 ] || exit 1; echo $y0 > $y"
FAN = """last=first
{
  echo 'wf: v1'; echo 'name: fan'; echo 'inputs: {a: "int?", b: "int?"}'; echo 'nodes:'
  echo '  first: {task: step0, with: {a: $inputs.a, b: $inputs.b}}'
  for i in $(seq $(( (${a:-0} + %(add)d) %% 3 ))); do
    echo "  next$i: {task: step1, with: {a: \\$$last.y, b: $i}}"; last=next$i
  done
  echo "outputs: {y: \\$$last.y}"
} > $definition"""
KINDS = {
    "step": (STEP, {"a": "int?", "b": "int?"}, {"y": "int"}),
    "listed": (LISTED, {"a": "int?"}, {"ys": "list<int>"}),
    "total": (TOTAL, {"xs": "list<int?>?"}, {"y": "int"}),
    "quiet": (": ${a:-0} %(add)d", {"a": "int?"}, {}),
    "fan": (FAN, {"a": "int?", "b": "int?"}, {"y": "int"}),
    "brittle": (BRITTLE, {"a": "int?", "b": "int?"}, {"y": "int"}),
}
NUMBERS = ("n", "m")
LISTS = ("xs", "zs")


class Definition:
    def __init__(self, rng, name, graphs, brittle):
        self.rng = rng
        self.name = name
        self.brittle = brittle
        self.inputs = {"n": rng.randint(0, 9), "m": rng.randint(0, 9),
                       "xs": [rng.randint(0, 4) for _ in range(rng.randint(0, 4))],
                       "zs": [rng.randint(0, 4) for _ in range(rng.randint(1, 2))]}
        self.numbers = {}  # constants in scripts, by task
        self.tasks = self.make_tasks()
        self.nodes = {}
        self.needs = {}  # the nodes that each node refers to
        self.renamed = {}
        self.hooks = {hook: {"task": "step%d" % rng.randint(0, 1), "with": {"a": rng.randint(0, 5)}}
                      for hook in ("on_failure", "on_exit") if rng.random() < 0.3}
        for graph in range(graphs):
            Graph(self, graph).make()

    def make_tasks(self):
        rng, tasks = self.rng, {}
        for kind, (script, inputs, outputs) in KINDS.items():
            for copy in range(2):
                if kind == "brittle" and not self.brittle:
                    continue
                name = "%s%d" % (kind, copy)
                self.numbers[name] = {"add": rng.randint(0, 3), "part": rng.choice((1, 1, 3))}
                task = {"inputs": inputs, "outputs": outputs}
                if kind == "fan":
                    task["dynamic"] = True
                chance = rng.random()
                if chance < 0.07:
                    task["cache"] = False
                elif chance < 0.25:
                    task["cache"] = {"version": "1"}
                elif chance < 0.35 and "b" in inputs:
                    task["cache"] = {"ignore": {"inputs": ["b"]}}
                if not outputs:
                    del task["outputs"]
                    if rng.random() < 0.7:
                        task["cache"] = {"allow_empty": True}
                tasks[name] = task
        return tasks

    def is_all_cached(self):
        return all(task.get("cache") is not False and ("outputs" in task or task.get("cache", {}).get("allow_empty"))
                   for task in self.tasks.values())

    def described(self):
        """The tasks as they stand in the definition."""
        return {name: dict(task, script=KINDS[name[:-1]][0] % self.numbers[name], **self.texts(name))
                for name, task in self.tasks.items()}

    def texts(self, name):
        return {"description": self.numbers[name]["text"]} if "text" in self.numbers[name] else {}

    def inner(self):
        """What nodes run that run a workflow: two steps, of which the second may be left out."""
        tasks = {name: task for name, task in self.described().items() if name.startswith("step")}
        nodes = {"one": {"task": "step0", "with": {"a": "$inputs.k", "b": "$inputs.j"}},
                 "two": {"task": "step1", "with": {"a": "$one.y", "b": 1}},
                 "odd": {"task": "step1", "when": "one.y % 2 == 1", "with": {"a": "$inputs.k"}},
                 "own": {"task": "step0", "with": {"a": 3}}}
        return json.dumps({"wf": "v1", "name": "inner", "tasks": tasks, "nodes": nodes,
                           "inputs": {"k": "int?", "j": {"type": "int?", "default": 2}},
                           "outputs": {"y": "$two.y", "own": "$own.y"}}, indent=1)

    def text(self):
        inputs = {**{name: "int" for name in NUMBERS}, **{name: "list<int>" for name in LISTS}}
        body = {"wf": "v1", "name": self.name, "failure_policy": "finish", "inputs": inputs,
                "tasks": self.described(), "nodes": self.nodes, **self.hooks}
        text = json.dumps(body, indent=1)
        for old, new in self.renamed.items():
            text = text.replace(old, new)
        return text

    def arguments(self):
        return [word for name, value in self.inputs.items() for word in ("-i", "%s=%s" % (name, json.dumps(value)))]

    def behind(self, failed):
        """`failed` and every node that needs one of them."""
        found = {old for old in self.needs if self.renamed.get(old, old) in failed}
        if found:
            found |= set(self.hooks)
        for name in self.needs:  # in an order in which needs come first
            if found & self.needs[name]:
                found.add(name)
        return {self.renamed.get(name, name) for name in found}

    # ---- edits

    def edit(self):
        kinds = (self.edit_input, self.edit_input, self.edit_script, self.edit_constant, self.edit_name, self.edit_cache,
                 self.edit_text, self.edit_each, lambda: None)
        for _ in range(self.rng.randint(1, 3)):
            self.rng.choice(kinds)()

    def edit_input(self):
        name = self.rng.choice(NUMBERS + LISTS)
        if name in NUMBERS:
            self.inputs[name] = self.rng.randint(0, 9)
        elif self.inputs[name] and self.rng.random() < 0.5:
            self.inputs[name][self.rng.randrange(len(self.inputs[name]))] = self.rng.randint(0, 4)
        else:
            self.inputs[name] = self.inputs[name] + [self.rng.randint(0, 4)]

    def edit_script(self):
        self.numbers[self.rng.choice(sorted(self.tasks))]["add"] += 1

    def edit_constant(self):
        for node in self.rng.sample(sorted(self.nodes), len(self.nodes)):
            for name, value in self.nodes[node].get("with", {}).items():
                if isinstance(value, int):
                    self.nodes[node]["with"][name] = value + 1
                    return

    def edit_name(self):
        name = self.rng.choice(sorted(self.nodes))
        self.renamed[name] = name + "x"

    def edit_cache(self):
        task = self.tasks[self.rng.choice(sorted(self.tasks))]
        if isinstance(task.get("cache"), dict):
            task["cache"]["version"] = task["cache"].get("version", "") + "2"

    def edit_text(self):
        self.numbers[self.rng.choice(sorted(self.tasks))]["text"] = "described anew"

    def edit_each(self):
        for node in self.nodes.values():
            if "map" in node:
                node.setdefault("each", {})["parallelism"] = self.rng.randint(1, 3)


class Graph:
    """Makes 2 to 8 nodes; each may need those that were made before."""

    def __init__(self, definition, number):
        self.rng = definition.rng
        self.definition = definition
        self.prefix = "g%dn" % number
        self.run_if = None  # of the node being made; what it needs may have failed then, and be null
        self.made = []  # (reference, "int" or "list", sure): what later ones can take; sure: never null

    def make(self):
        for number in range(self.rng.randint(2, 8)):
            self.add("%s%d" % (self.prefix, number))

    def pick(self, type_, sure=False):
        found = [ref for ref, own, safe in self.made if own == type_ and (not sure or (safe and not self.run_if))]
        if found and self.rng.random() < 0.75:
            return self.rng.choice(found)
        return "$inputs." + self.rng.choice(NUMBERS if type_ == "int" else LISTS)

    def number(self):
        return self.rng.randint(0, 5) if self.rng.random() < 0.25 else self.pick("int")

    def list_(self):
        chance = self.rng.random()
        if chance < 0.2:
            return [self.rng.randint(0, 3) for _ in range(self.rng.randint(0, 3))]
        if chance < 0.4:
            return [self.pick("int", sure=True) for _ in range(self.rng.randint(1, 3))]
        return self.pick("list", sure=True)

    def add(self, name):
        rng = self.rng
        self.run_if = rng.choice(("all_done", "any_failed")) if self.made and rng.random() < 0.15 else None
        kind = rng.choice(("step", "step", "step", "map", "map", "listed", "total", "quiet", "sub", "switch", "fan")
                          + (("brittle",) * 2 if self.definition.brittle else ()))
        node = {"workflow": "inner.yaml"} if kind == "sub" else {
            "task": "%s%d" % ("step" if kind == "map" else kind, rng.randint(0, 1))}
        given = {"total": {"xs": self.pick("list")}, "listed": {"a": self.number()}, "quiet": {"a": self.number()},
                 "sub": {"k": self.number()}}.get(kind) or {"a": self.number(), "b": self.number()}
        if kind == "switch":
            node = {"switch": self.cases()}
        mapped = kind == "map" or (kind in ("sub", "brittle", "quiet", "fan") and rng.random() < 0.4)
        if mapped:
            node.update(self.mapped(given))
        if kind != "switch":
            node["with"] = given
        self.hang(node)
        needs = self.needs_of(node)
        sure = not ({"when", "run_if"} & set(node)) and all(self.is_sure(other) for other in needs)
        partial = {"min_success", "min_success_ratio"} & set(node.get("each", {}))
        self.definition.nodes[name] = node
        self.definition.needs[name] = needs
        if kind != "quiet":
            output = {"listed": "ys", "sub": rng.choice(("y", "y", "own"))}.get(kind, "y")
            type_ = "list" if mapped or kind == "listed" else "int"
            self.made.append(("$%s.%s" % (name, output), type_, sure and not partial))

    def cases(self):
        found = [{"when": "%s > %d" % (self.pick("int", sure=True)[1:], self.rng.randint(0, 6))}, {}]
        for one in found:
            one.update(task="step%d" % self.rng.randint(0, 1), **{"with": {"a": self.number(), "b": self.number()}})
        return found

    def mapped(self, given):
        rng = self.rng
        first = next(iter(given))
        node = {"map": {first: self.list_()}}
        del given[first]
        each = {}
        if given and rng.random() < 0.3:
            second = next(iter(given))
            del given[second]
            node["map"][second] = self.list_()
            each["combine"] = "product"
        if rng.random() < 0.3:
            each["parallelism"] = rng.randint(1, 2)
        if rng.random() < 0.2:
            each["min_success_ratio"] = rng.choice((0.5, 1.0))
            if rng.random() < 0.6:
                each["stop_early"] = True
        if each:
            node["each"] = each
        return node

    def hang(self, node):
        """Conditions, and waiting without a value."""
        rng = self.rng
        if rng.random() < 0.2:
            node["when"] = "%s > %d" % (self.pick("int", sure=True)[1:], rng.randint(0, 6))
        others = sorted({ref[1:].split(".")[0] for ref, _, _ in self.made})
        if others and rng.random() < 0.2:
            node["after"] = [rng.choice(others)]
        if self.run_if:
            node["run_if"] = self.run_if
            node.setdefault("after", [rng.choice(others)])

    def needs_of(self, node):
        text = json.dumps(node)
        return {name for name in self.definition.nodes if '"$%s.' % name in text or '"%s"' % name in text
                or '"%s.' % name in text}

    def is_sure(self, name):
        return any(ref.startswith("$%s." % name) and sure for ref, _, sure in self.made)
