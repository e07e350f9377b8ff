"""Random definitions, each of several small graphs that have nothing to do with each other but tasks in common.

Scripts are deterministic and coarse: another input often gives the same output, other nodes have the same key, lists
come out empty. An edit changes what a person would: of each graph a node or two (another one, one less, what it is
given, when it runs), and of them all an input, a script, a constraint, a constant, a name, what does not count.
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
TABLE = "h=id; [ $(( (${a:-0} + %(add)d) %% 4 )) != 0 ] || h=other; printf '%%s\\n%%s\\n' $h ${a:-0} > $d"
KINDS = {
    "step": (STEP, {"a": "int?", "b": "int?"}, {"y": "int"}),
    "listed": (LISTED, {"a": "int?"}, {"ys": "list<int>"}),
    "total": (TOTAL, {"xs": "list<int?>?"}, {"y": "int"}),
    "quiet": (": ${a:-0} %(add)d", {"a": "int?"}, {}),
    "fan": (FAN, {"a": "int?", "b": "int?"}, {"y": "int"}),
    "filed": ("echo $(( (${a:-0} + %(add)d) / %(part)d )) > $f", {"a": "int?"}, {"f": "file"}),
    "sized": ("echo $(( $(wc -c < ${f:-/dev/null}) + %(add)d )) > $y", {"f": "file?"}, {"y": "int"}),
    "table": (TABLE, {"a": "int?"}, {"d": "dataset"}),
    "rows": ("echo $(( $(wc -l < $d) + %(add)d )) > $y", {"d": "dataset<csv, {id: int}>"}, {"y": "int"}),
    "narrow": (STEP, {"a": {"type": "int?", "max": 5}, "b": "int?"}, {"y": "int"}),
    "word": ("echo $(( ${#w} + %(add)d )) > $y", {"w": "enum<lo|high>"}, {"y": "int"}),
    "wide": (STEP, {"a": "int?", "b": "int?"}, {"y": "int"}),
    "keyed": (STEP, {"a": "int?", "b": "int?"}, {"y": "int"}),
    "pooled": (STEP, {"a": "int?", "b": "int?"}, {"y": "int"}),
    "brittle": (BRITTLE, {"a": "int?", "b": "int?"}, {"y": "int"}),
}
FAILS_WHEN_RUN = ("brittle", "rows")
FAILING = ("brittle", "rows", "narrow", "word", "wide", "keyed")  # what may fail, the last ones before anything runs
MORE = {"wide": {"resources": {"cpu": 10_000}}, "keyed": {"secrets": {"TOKEN": "nobody-has-it"}}, "pooled": {"pools": ["seats"]}}
NUMBERS = ("n", "m")
LISTS = ("xs", "zs")
WORDS = ("ws",)


class Definition:
    def __init__(self, rng, name, graphs, brittle, pools, fast=False, gives=False):
        self.rng = rng
        self.fast = fast  # fails fast, and with what can be foretold
        self.gives = gives
        self.pools = pools
        self.name = name
        self.brittle = brittle
        self.inputs = {"n": rng.randint(0, 9), "m": rng.randint(0, 9),
                       "xs": [rng.randint(0, 4) for _ in range(rng.randint(0, 4))],
                       "zs": [rng.randint(0, 4) for _ in range(rng.randint(1, 2))],
                       "ws": [rng.choice(("lo", "high", "lo", "odd")) for _ in range(rng.randint(1, 3))]}
        self.numbers = {}  # constants in scripts, by task
        self.tasks = self.make_tasks()
        self.nodes = {}
        self.needs = {}  # the nodes that each node refers to
        self.renamed = {}
        self.hooks = {hook: {"task": "step%d" % rng.randint(0, 1), "with": {"a": rng.randint(0, 5)}}
                      for hook in ("on_failure", "on_exit") if rng.random() < 0.3}
        self.graphs = [Graph(self, graph) for graph in range(graphs)]
        for graph in self.graphs:
            graph.make()

    def make_tasks(self):
        rng, tasks = self.rng, {}
        for kind, (script, inputs, outputs) in KINDS.items():
            for copy in range(2):
                if (kind in FAILING and not self.brittle) or (kind == "pooled" and not self.pools):
                    continue
                if kind in FAILS_WHEN_RUN and self.fast:
                    continue
                name = "%s%d" % (kind, copy)
                self.numbers[name] = {"add": rng.randint(0, 3), "part": rng.choice((1, 1, 3))}
                task = {"inputs": dict(inputs), "outputs": outputs, **MORE.get(kind, {})}
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
        inputs = {**{name: "int" for name in NUMBERS}, **{name: "list<int>" for name in LISTS},
                  **{name: "list<string>" for name in WORDS}, "j": {"type": "json", "default": {"a": 1}}}
        body = {"wf": "v1", "name": self.name, "failure_policy": "fail_fast" if self.fast else "finish", "inputs": inputs,
                "tasks": self.described(), "nodes": self.nodes, **self.hooks}
        if self.gives:
            body["outputs"] = self.outputs()
        text = json.dumps(body, indent=1)
        for old, new in self.renamed.items():
            text = text.replace(old, new)
        return text

    def outputs(self):
        """Values, items of lists that may be shorter, and a member that json may not have."""
        found = {"n": "$inputs.n", "x": "$inputs.xs.%d" % self.rng.randint(0, 2), "j": "$inputs.j.%s" % self.rng.choice("aaab")}
        for graph in self.graphs:
            for reference, type_, sure in self.rng.sample(graph.made, min(2, len(graph.made))):
                if type_ == "int":
                    found["o%d" % len(found)] = reference
                elif type_ == "list" and sure and self.is_never_skipped(reference[1:].split(".")[0]):
                    found["o%d" % len(found)] = "%s.%d" % (reference, self.rng.randint(0, 1))
        return found

    def is_never_skipped(self, name):
        return not {"when", "run_if"} & set(self.nodes[name]) and all(map(self.is_never_skipped, self.needs[name]))

    def arguments(self):
        return [word for name, value in self.inputs.items() for word in ("-i", "%s=%s" % (name, json.dumps(value)))]

    def behind(self, failed):
        """Every node that needs one of `failed`, directly or not."""
        failed = {old for old in self.needs if self.renamed.get(old, old) in failed}
        found = set(self.hooks) if failed else set()
        for name in self.needs:  # in an order in which needs come first
            if (found | failed) & self.needs[name]:
                found.add(name)
        return {self.renamed.get(name, name) for name in found}

    # ---- edits

    def edit(self):
        kinds = (self.edit_input, self.edit_input, self.edit_script, self.edit_constant, self.edit_name, self.edit_cache,
                 self.edit_text, self.edit_each, self.edit_limit)
        for _ in range(self.rng.randint(1, 3)):
            self.rng.choice(kinds)()
        for graph in self.graphs:
            for _ in range(self.rng.randint(1, 2)):
                graph.edit()

    def edit_input(self):
        name = self.rng.choice(NUMBERS + LISTS)
        if name in NUMBERS:
            self.inputs[name] = self.rng.randint(0, 9)
        elif self.inputs[name] and self.rng.random() < 0.5:
            self.inputs[name][self.rng.randrange(len(self.inputs[name]))] = self.rng.randint(0, 4)
        else:
            self.inputs[name] = self.inputs[name] + [self.rng.randint(0, 4)]

    def edit_limit(self):
        for name in ("narrow0", "narrow1"):
            if name in self.tasks:
                self.tasks[name]["inputs"]["a"] = {"type": "int?", "max": self.rng.randint(1, 9)}

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
        self.count = self.rng.randint(2, 8)
        for number in range(self.count):
            self.add("%s%d" % (self.prefix, number))

    # ---- edits; each leaves the graph as one that could have been made so

    def own(self):
        return [name for name in self.definition.nodes if name.startswith(self.prefix)]

    def edit(self):
        self.rng.choice((self.edit_more, self.edit_less, self.edit_binding, self.edit_when, self.edit_run_if))()

    def edit_more(self):
        self.add("%s%d" % (self.prefix, self.count))
        self.count += 1

    def edit_less(self):
        """One that nobody needs."""
        needed = set().union(*self.definition.needs.values())
        free = [name for name in self.own() if name not in needed]
        if len(free) < 2:
            return self.edit_more()
        name = self.rng.choice(free)
        del self.definition.nodes[name], self.definition.needs[name]
        self.made = [one for one in self.made if not one[0].startswith("$%s." % name)]

    def edit_binding(self):
        """A number from elsewhere: an edge less, perhaps."""
        for name in self.rng.sample(self.own(), len(self.own())):
            node = self.definition.nodes[name]
            for key, value in node.get("with", {}).items():
                if key in ("a", "b", "k"):
                    narrow = node.get("task", "").startswith("narrow")
                    node["with"][key] = self.rng.choice(("$inputs.n", "$inputs.m", "$inputs.n" if narrow else self.rng.randint(0, 5)))
                    self.definition.needs[name] = self.needs_of(node) & self.definition.needs[name]
                    return

    def edit_when(self):
        """Of one that nobody needs: what needs it may not be ready to do without."""
        needed = set().union(*self.definition.needs.values())
        free = [name for name in self.own() if name not in needed and "run_if" not in self.definition.nodes[name]]
        if not free:
            return self.edit_more()
        node = self.definition.nodes[self.rng.choice(free)]
        node["when"] = "inputs.%s > %d" % (self.rng.choice(NUMBERS), self.rng.randint(0, 9))

    def edit_run_if(self):
        for name in self.own():
            node = self.definition.nodes[name]
            if node.get("run_if"):
                node["run_if"] = "all_done" if node["run_if"] == "any_failed" else "any_failed"
                return
        self.edit_when()

    def pick(self, type_, sure=False):
        found = [ref for ref, own, safe in self.made if own == type_ and (not sure or (safe and not self.run_if))]
        if found and self.rng.random() < 0.75:
            return self.rng.choice(found)
        return "$inputs." + self.rng.choice(NUMBERS if type_ == "int" else LISTS)

    def choose(self, type_, sure=False):
        return self.rng.choice([ref for ref, own, safe in self.made if own == type_ and (safe or not sure)])

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
        kind = rng.choice(("step", "step", "step", "map", "map", "listed", "total", "quiet", "sub", "switch", "fan", "filed",
                           "sized", "table", "sleep")
                          + (("pooled",) if self.definition.pools else ())
                          + (("narrow", "narrow", "word", "wide", "keyed") if self.definition.fast else
                             ("brittle", "rows", "narrow") * 2 + ("word", "wide", "keyed") if self.definition.brittle else ()))
        if kind == "rows" and self.run_if:
            kind = "step"
        node = {"workflow": "inner.yaml"} if kind == "sub" else {
            "task": "%s%d" % ("step" if kind == "map" else kind, rng.randint(0, 1))}
        if kind == "sized" and not any(own == "file" for _, own, _ in self.made):
            kind, node["task"] = "filed", "filed0"
        if kind == "rows" and not any(own == "table" and safe for _, own, safe in self.made):
            kind, node["task"] = "table", "table0"
        given = {"total": lambda: {"xs": self.pick("list")}, "listed": lambda: {"a": self.number()},
                 "quiet": lambda: {"a": self.number()}, "sub": lambda: {"k": self.number()},
                 "filed": lambda: {"a": self.number()}, "table": lambda: {"a": self.number()},
                 "sized": lambda: {"f": self.choose("file")}, "rows": lambda: {"d": self.choose("table", sure=True)},
                 "narrow": lambda: {"a": self.pick("int"), "b": self.number()},  # what is written out is checked before
                 "word": dict, "sleep": dict}.get(kind, lambda: {"a": self.number(), "b": self.number()})()
        if kind == "switch":
            node = {"switch": self.cases()}
        if kind == "sleep":
            node = {"gate": {"sleep": "%dms" % rng.randint(0, 2)}}
        mapped = kind in ("map", "word") or (kind in ("sub", "brittle", "quiet", "fan", "narrow") and rng.random() < 0.4)
        if kind == "word":
            node.update({"map": {"w": "$inputs.ws"}}, **({"each": {"min_success": 1}} if rng.random() < 0.5 else {}))
        elif mapped:
            node.update(self.mapped(given, self.pick("list", sure=True) if kind == "narrow" else self.list_()))
        if given and kind != "switch":
            node["with"] = given
        self.hang(node)
        needs = self.needs_of(node)
        sure = not ({"when", "run_if"} & set(node)) and all(self.is_sure(other) for other in needs)
        partial = {"min_success", "min_success_ratio"} & set(node.get("each", {}))
        self.definition.nodes[name] = node
        self.definition.needs[name] = needs
        if kind not in ("quiet", "sleep"):
            output = {"listed": "ys", "sub": rng.choice(("y", "y", "own")), "filed": "f", "table": "d"}.get(kind, "y")
            type_ = "list" if mapped or kind == "listed" else {"filed": "file", "table": "table"}.get(kind, "int")
            self.made.append(("$%s.%s" % (name, output), type_, sure and not partial))

    def cases(self):
        found = [{"when": "%s > %d" % (self.pick("int", sure=True)[1:], self.rng.randint(0, 6))}, {}]
        for one in found:
            one.update(task="step%d" % self.rng.randint(0, 1), **{"with": {"a": self.number(), "b": self.number()}})
        return found

    def mapped(self, given, items):
        rng = self.rng
        first = next(iter(given))
        node = {"map": {first: items}}
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
