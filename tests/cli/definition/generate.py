"""Random definitions, and other ways to write the same one."""
import random



class Given:
    """A scalar that must stay plain: its text decides its kind."""

    def __init__(self, text):
        self.text = text


IDENTIFIER = "abcdefghijklmnopqrstuvwxyz"
TEXTS = ["x", "no", "1.10", "null", "true", "~", "0x1F", "1_000", "a: b", "# not", "- x", "é ü", "日本", "tab\there", "two\nlines\n",
         "$$", "$$(x)", "a$b", "$$x", "it's", '"quoted"', "", " lead", "end ", "[x]", "{x}", "a,b", "*s", "&s", "!s", "%s", "@s", "010",
         "-0.0", ".5", "\\n", "\u007f".replace("\u007f", "~~")]
COLUMNS = ["id", "Name", "a b", "é,x", "1"]
UNIONS = {"int|string": [Given("5"), "x", "5"], "string|int|null": [Given("7"), "seven", Given("null")],
          "duration|int": [Given("60"), "5m"], "bool|datetime": [Given("true"), "2024-01-01T00:00:00Z"],
          "list<int>|string": [[Given("1"), Given("2")], "one"], "enum<b|a>|float": ["a", Given("1.5"), Given("2")],
          "map<int>|list<string>|bool": [{"k": Given("1")}, ["x"], Given("false")]}
LIMITS = {"int": {"min": Given("-9223372036854775808"), "max": Given("9223372036854775807")},
          "duration": {"max": "900w"}, "datetime": {"min": "0001-01-01T00:00:00Z"}, "enum<a|b|c>": {"one_of": ["c", "a", "b", "a"]},
          "bool": {"one_of": [Given("true"), Given("false")]}, "string": {"pattern": "(?s).*"}}
SCALARS = ["int", "float", "bool", "string", "datetime", "duration", "enum<a|b|c>"]


def value(rng, kind):
    if isinstance(kind, dict):
        fields = kind["record"].items()
        return {name: value(rng, own) for name, own in fields if not (str(own).endswith("?") and rng.random() < 0.4)}
    if kind in UNIONS:
        return rng.choice(UNIONS[kind])
    if kind.endswith("?"):
        return Given(rng.choice(["null", "~"])) if rng.random() < 0.3 else value(rng, kind[:-1])
    if kind.startswith("list<"):
        return [value(rng, kind[5:-1]) for _ in range(rng.randrange(4))]
    if kind.startswith("map<"):
        return {rng.choice(["k", "Key", "a.b", "1", "é"]) + str(i): value(rng, kind[4:-1]) for i in range(rng.randrange(3))}
    if kind == "int":
        return Given(rng.choice(["0", "7", "-3", "010", "0o17", "0x1F", "+5", "9223372036854775807", "-9223372036854775808"]))
    if kind == "float":
        return Given(rng.choice(["0.1", "1", "-0.0", "1e21", "1E-7", "1e-5", ".5", "3.", "123456789012345680000.0", ".inf", "-.INF", ".nan",
                                 repr(rng.uniform(-1e6, 1e6)), repr(rng.random() * 10.0 ** rng.randrange(-320, 300))]))
    if kind == "bool":
        return Given(rng.choice(["true", "false", "True", "FALSE"]))
    if kind == "datetime":
        return rng.choice(["2024-01-01T00:00:00Z", "2024-02-29T23:59:59.120+05:30", "1999-12-31T23:30:00-01:00", "0001-01-01T00:00:00Z"])
    if kind == "duration":
        return rng.choice(["5m", "300s", "1h30m", "250ms", "1.5s", "-2m", "0s", "3us7ns", "1d", "2w"])
    if kind == "json":
        return json_value(rng, 3)
    if kind.startswith("enum"):
        return rng.choice("abc")
    return text(rng)


def text(rng):
    return rng.choice(TEXTS)


def json_value(rng, depth):
    choice = rng.randrange(6 if depth else 4)
    if choice == 4:
        return [json_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    if choice == 5:
        return {"k%d" % i: json_value(rng, depth - 1) for i in range(rng.randrange(4))}
    return [Given("12"), Given("1.50"), Given("null"), text(rng)][choice]


def kind(rng, depth=2):
    choice = rng.random()
    if choice > 0.95:
        return rng.choice(sorted(UNIONS))
    if depth and choice > 0.88:
        return {"record": {"f%d" % i: kind(rng, depth - 1) for i in range(rng.randrange(1, 4))}}
    return simple_kind(rng, depth, choice)


def simple_kind(rng, depth, choice):
    if depth and choice < 0.15:
        return "list<%s>" % simple_kind(rng, depth - 1, rng.random())
    if depth and choice < 0.25:
        return "map<%s>" % simple_kind(rng, depth - 1, rng.random())
    if choice < 0.35:
        return rng.choice(SCALARS) + "?"
    return "json" if choice < 0.45 else rng.choice(SCALARS)


def name(rng, prefix, taken):
    while True:
        chosen = prefix + "_" + "".join(rng.choice(IDENTIFIER + "0123456789_") for _ in range(rng.randrange(1, 6)))
        if chosen not in taken:
            taken.add(chosen)
            return chosen


def escaped(found):
    """A literal for a place where references act."""
    if isinstance(found, str):
        return found if found.startswith("$$") or not found.startswith("$") else "$" + found
    return found


def definition(rng):
    """A valid definition as plain data; dicts and lists of str and Given."""
    inputs, kinds, taken = {}, {}, set()
    for _ in range(rng.randrange(1, 5)):
        port = name(rng, "i", taken)
        kinds[port] = kind(rng)
        inputs[port] = {"type": kinds[port]}
        if rng.random() < 0.7:
            inputs[port]["default"] = value(rng, kinds[port])
        if isinstance(kinds[port], str) and rng.random() < 0.5:
            inputs[port].update(LIMITS.get(kinds[port].rstrip("?"), {}))
    tasks, nodes, outputs = {}, {}, {}
    for index in range(rng.randrange(1, 5)):
        task_name, node_name = name(rng, "t", taken), name(rng, "n", taken)
        tasks[task_name], bound = task(rng, inputs, kinds, taken)
        nodes[node_name] = dict(task=task_name, **bound, **manner(rng, "map" in bound, [n for n in nodes]))
        for output in tasks[task_name].get("outputs", {}):
            outputs["r%d" % len(outputs)] = rng.choice(["$%s.%s" % (node_name, output), ["$%s.%s" % (node_name, output)]])
    root = {"wf": "v1", "name": "w" + str(rng.randrange(1000)), "inputs": inputs, "tasks": tasks, "nodes": nodes}
    if outputs:
        root["outputs"] = outputs
    if rng.random() < 0.3:
        root["failure_policy"] = rng.choice(["fail_fast", "finish"])
    if rng.random() < 0.1:
        root["timeout"] = rng.choice(["2h", "0.5d"])
    if rng.random() < 0.2:
        root["concurrency"] = rng.choice([Given("2"), {"limit": Given("0x3"), "policy": "wait"}, {"policy": "skip"}, {"policy": "replace"}])
    return root


def attempts(rng):
    """How often a task is tried, and how long."""
    out, retry = {}, {}
    if rng.random() < 0.2:
        out["retries"] = Given(rng.choice(["0", "3", "0x2"]))
    if rng.random() < 0.2:
        out["timeout"] = rng.choice(["90s", "1h", "1.5s", {"attempt": "90s", "total": "1h"}, {"queue": "5m"}])
    for key, values in (("base", ["0s", "250ms"]), ("cap", ["5m", "1d"]), ("factor", ["1", "1.50", "2"]), ("jitter", ["0", "1.0", ".5"]),
                        ("system", ["0", "7"])):
        if rng.random() < 0.1:
            retry[key] = Given(rng.choice(values))
    if rng.random() < 0.2:
        out["resources"] = {key: rng.choice(values) for key, values in (("cpu", ["2", "0.5", "250m"]), ("memory", ["512Mi", "1.5G"]),
                                                                       ("scratch", ["1000", "2Ti"])) if rng.random() < 0.6}
        out["resources"]["limits"] = {"memory": "64Gi"}
    if rng.random() < 0.1:
        out["interruptible"] = Given(rng.choice(["true", "false"]))
        retry["escalate"] = {"memory": Given(rng.choice(["2", "1.50"]))}
    if rng.random() < 0.1:
        out["pools"] = rng.choice([["warehouse", "a"], {"warehouse": Given("2"), "b-1": Given("0x10")}, []])
    if rng.random() < 0.1:
        retry["on_exit"] = [Given(code) for code in rng.choice([["75"], ["255", "1", "75", "1"]])]
    return dict(out, retry=retry) if retry else out


def manner(rng, mapped, earlier):
    """How a node goes through its elements and when it runs."""
    out = attempts(rng)
    if mapped and rng.random() < 0.5:
        out["each"] = each = {}
        if rng.random() < 0.5:
            each["parallelism"] = Given(str(rng.randrange(1, 9)))
        if rng.random() < 0.5:
            each["combine"] = rng.choice(["zip", "product"])
        if rng.random() < 0.5:
            each.update(rng.choice([{"min_success": Given("2")}, {"min_success_ratio": Given(rng.choice(["0.90", "1", "0", ".5", "1.0"]))}]))
            each["stop_early"] = Given(rng.choice(["true", "false"]))
    if earlier and rng.random() < 0.3:
        out["after"] = rng.sample(earlier, rng.randrange(1, len(earlier) + 1))
    if rng.random() < 0.2:
        out["when"] = rng.choice(["1 < 2", " 'a' in ['a', \"b\"] "])
    if rng.random() < 0.3:
        out["run_if"] = rng.choice(["all_success", "all_done", "any_failed"])
    return out


OUTPUTS = [lambda rng: "file", lambda rng: "int", lambda rng: {"type": "file", "name": "x.csv", "pattern": "*.csv"},
           lambda rng: {"type": rng.choice(["file", "file?", "list<file>"]), "media_type": "image/png"},
           lambda rng: {"type": "dataset", "columns": {name: rng.choice(SCALARS) for name in rng.sample(COLUMNS, 2)}},
           lambda rng: {"type": "list<dataset>", "format": rng.choice(["csv", "parquet"])}, lambda rng: kind(rng),
           lambda rng: rng.choice(["file<image/png>", "dataset<csv,{b: int, a: string?}>", "list<{record: {b: int, a: file?}}>"])]


def task(rng, inputs, kinds, taken):
    ports, bound, mapped = {}, {}, {}
    for source, source_kind in kinds.items():
        port = name(rng, "p", taken)
        choice = rng.random()
        if choice < 0.3:
            ports[port], bound[port] = source_kind, "$inputs." + source
            if source_kind == "int" and rng.random() < 0.3:
                bound[port] = rng.choice(["$(inputs.%s)", "$(  inputs.%s * 2)"]) % source
        elif choice < 0.5:
            own = kind(rng)
            ports[port] = own
            bound[port] = plain_binding(value(rng, own))
        elif choice < 0.6 and isinstance(source_kind, dict):
            field = rng.choice(sorted(source_kind["record"]))
            ports[port], bound[port] = source_kind["record"][field], "$inputs.%s%s" % (source, rng.choice([".%s", '["%s"]']) % field)
        elif choice < 0.6 and source_kind.startswith("map<") and not source_kind.endswith("?") and "|" not in source_kind:
            ports[port], bound[port] = source_kind[4:-1], "$inputs." + source + rng.choice([".k", '["a.b"]', '["it\\"s"]', "[0]", ".Key"])
        elif choice < 0.6 and source_kind.startswith("list<") and source_kind.endswith(">") and "|" not in source_kind:
            ports[port], mapped[port] = source_kind[5:-1], "$inputs." + source
        elif choice < 0.8:
            ports[port] = {"type": "string"}
            scalar = isinstance(source_kind, str) and source_kind.rstrip("?") in SCALARS
            bound[port] = "t $$( $(  inputs.%s )." % source if scalar else "plain"
            if source_kind == "int" and rng.random() < 0.5:
                bound[port] = rng.choice(["$( inputs.%s + 1 )", "a$(inputs.%s > 0 ? ')' : \"x\")b"]) % source
        else:
            own = kind(rng)
            ports[port] = {"type": own, "default": value(rng, own)}
    out = {"inputs": ports, "outputs": {name(rng, "o", taken): rng.choice(OUTPUTS)(rng)}}
    if rng.random() < 0.5:
        out["command"] = ["run"] + [escaped(text(rng)) for _ in range(3)] + ["$inputs." + p for p in ports] + ["$outputs." + o for o in out["outputs"]]
        out["command"] += items(rng, {port: own["type"] if isinstance(own, dict) and "type" in own else own for port, own in ports.items()})
    else:
        out["script"] = "echo $x\n" * rng.randrange(1, 3)
        if rng.random() < 0.3:
            out["shell"] = ["bash", "-eu"]
    if rng.random() < 0.3:
        out["env"] = {"MODE": escaped(text(rng)), "B_%d" % rng.randrange(9): "1.10"}
    keys = [port for port, own in ports.items() if isinstance(own, dict) and own.get("type") in ("int", "string", "bool")]
    if keys and rng.random() < 0.3:
        out["partitions"] = rng.sample(keys, rng.randrange(1, len(keys) + 1))
    if rng.random() < 0.3:
        out["cache"] = rng.choice([Given("false"), {"version": "2", "ignore": {"parts": ["env", "command"]}}, {"allow_empty": Given("true")}])
    if rng.random() < 0.2:
        out["secrets"] = {"KEY": "api-token", "PASSWORD": rng.choice([{"name": "db-2"}, {"name": "db-2", "version": "1.10"}])}
    if rng.random() < 0.1:
        out["checkpoint"] = Given(rng.choice(["true", "false"]))
    if rng.random() < 0.2:
        out["sandbox"] = rng.choice(["none", "paths", "full", {"level": "none", "read": ["/data/./b//", "/data", "/data/b"]},
                                     {"level": "full", "network": Given("true"), "write": ["/"]},
                                     {"level": "paths", "read": [], "write": ["/é", "/z"]}])
    out.update(attempts(rng))
    node = {"with": bound}
    if mapped:
        node["map"] = mapped
    return out, node


def items(rng, kinds):
    """Arguments under conditions, and for each element."""
    out = []
    for port, own in kinds.items():
        choice = rng.random()
        collection = isinstance(own, str) and own.endswith(">") and "|" not in own
        if collection and own.startswith("list<") and choice < 0.5:
            args = ["--one", "$each", "a$( each )$$("] if own[5:-1] in SCALARS else ["one"]
            out.append({"each": "$inputs." + port, "args": args})
        elif collection and own.startswith("map<") and choice < 0.5:
            out.append({"each": "$inputs." + port, "args": ["$each.key", {"if": " each.key != 'x' ", "args": ["$(each[\"key\"] + '!')"]}]})
        elif choice < 0.2:
            out.append({"if": "inputs.%s == inputs.%s" % (port, port), "args": ["-x", {"if": rng.choice(["true", "1 < 2"]), "args": [escaped(text(rng))]}]})
    return out


def plain_binding(found):
    if isinstance(found, dict):
        return {key: plain_binding(item) for key, item in found.items()}
    if isinstance(found, list):
        return [plain_binding(item) for item in found]
    return escaped(found)


# --- the same data in other words --------------------------------------------------------------------------

SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.<>/ ")
RESERVED = {"", "~", "null", "true", "false"}


class Writer:
    """Writes data as YAML in a random style; one seed, one text."""

    def __init__(self, rng):
        self.rng = rng
        self.anchors = []

    def scalar(self, found):
        if isinstance(found, Given):
            return found.text
        if found is None:
            return "null"
        quoted = '"' + "".join(self.escape(c) for c in found) + '"'
        styles = [quoted]
        if "\n" not in found and "\t" not in found:
            styles.append("'" + found.replace("'", "''") + "'")
        plain = set(found) <= SAFE and found[:1].isalpha() and found == found.strip() and found.lower() not in RESERVED
        return self.rng.choice(styles + [found] * 2 if plain else styles)

    @staticmethod
    def escape(c):
        return {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}.get(c, c)

    def comment(self):
        return "  # %s" % self.rng.choice(["why", "a: b", "é", "'"]) if self.rng.random() < 0.1 else ""

    def items(self, found):
        pairs = list(found.items())
        self.rng.shuffle(pairs)
        return pairs

    def flow(self, found):
        space = " " * self.rng.randrange(2)
        if isinstance(found, dict):
            return "{" + space + ", ".join("%s: %s" % (self.scalar(k), self.flow(v)) for k, v in self.items(found)) + space + "}"
        if isinstance(found, list):
            return "[" + space + ("," + space).join(self.flow(v) for v in found) + space + "]"
        return self.scalar(found)

    def anchored(self, found):
        """A flow value, or an alias of an equal one written before."""
        for anchor, other in self.anchors:
            if other == found and self.rng.random() < 0.5:
                return "*" + anchor
        if self.rng.random() < 0.1 and found and isinstance(found, (dict, list, str)):
            anchor = "a%d" % len(self.anchors)
            written = "&%s %s" % (anchor, self.flow(found))
            self.anchors.append((anchor, found))
            return written
        return self.flow(found)

    def block(self, found, indent):
        """Lines of a mapping."""
        step = self.rng.choice([2, 3, 4])
        lines = []
        for key, item in self.items(found):
            if self.rng.random() < 0.1:
                lines.append(self.rng.choice(["", " " * indent + "# note"]))
            head = " " * indent + self.scalar(key) + ":"
            if isinstance(item, dict) and item and self.rng.random() < 0.6:
                lines.append(head + self.comment())
                lines += self.block(item, indent + step)
            elif isinstance(item, list) and item and self.rng.random() < 0.4:
                lines.append(head + self.comment())
                lines += [" " * (indent + step) + "- " + self.flow(entry) + self.comment() for entry in item]
            elif isinstance(item, str) and item.endswith("\n") and "\t" not in item and item.count("\n") and not item.startswith(" "):
                lines.append(head + " |")
                lines += [" " * (indent + step) + line for line in item[:-1].split("\n")]
            else:
                lines.append(head + " " + self.anchored(item) + self.comment())
        return lines

    def document(self, root):
        text = "\n".join(self.block(root, 0)) + "\n"
        if self.rng.random() < 0.2:
            text = "---\n" + text
        if self.rng.random() < 0.2:
            text = text.replace("\n", "\r\n")
        return ("\ufeff" if self.rng.random() < 0.1 else "") + text


def described(rng, root):
    """The same definition with other descriptions, and ports in another form."""
    def port(found):
        if not isinstance(found, dict) or "record" in found:
            return {"type": found, "description": text(rng)} if rng.random() < 0.3 else found
        found = dict(found)
        if rng.random() < 0.3:
            found["description"] = text(rng) or "x"
        return found

    def ports(found):
        return {key: port(item) for key, item in found.items()}

    out = dict(root, inputs=ports(root["inputs"]), tasks={}, nodes={})
    for key, item in root["tasks"].items():
        out["tasks"][key] = dict(item, inputs=ports(item["inputs"]), outputs=ports(item["outputs"]))
        if rng.random() < 0.3:
            out["tasks"][key]["description"] = "does " + text(rng)
    for key, item in root["nodes"].items():
        out["nodes"][key] = dict(item, description="n") if rng.random() < 0.3 else item
    if rng.random() < 0.5:
        out["description"] = "about " + text(rng)
    return out
