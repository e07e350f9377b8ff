"""The version digest of a definition, computed a second time.

Written from the prose of wf-workflow(5) and independent of the C++: PyYAML reads the text, this file does the rest.
"""
import fnmatch
import hashlib
import json
import os
import re
import stat
import sys
from decimal import Decimal

import yaml

from recompute_values import (core_schema, date_and_time, duration, from_json, is_null, Loader, Plain,
                              read_kind, REFERENCE, reference, shaped, type_text, wfc1)


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def file_digest(path):
    with open(path, "rb") as file:
        return sha256(file.read())


def tree_digest(folder):
    entries = []
    for below, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(below, name)
            relative = os.fsencode(os.path.relpath(path, folder))
            if os.path.islink(path):
                entries.append((relative, b"l", sha256(os.fsencode(os.readlink(path)))[7:]))
            elif os.path.isdir(path):
                entries.append((relative, b"d", "0" * 64))
            else:
                executable = os.stat(path).st_mode & stat.S_IXUSR
                entries.append((relative, b"x" if executable else b"f", file_digest(path)[7:]))
    lines = [kind + b" " + digest.encode() + b" " + path + b"\0" for path, kind, digest in sorted(entries)]
    return sha256(b"wf-tree-1\n" + b"".join(lines))


BYTES = dict({"": Decimal(1)}, **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTP", 1)},
             **{unit + "i": Decimal(1024) ** power for power, unit in enumerate("KMGTP", 1)})
IGNORED = [".git", ".wf", "__pycache__", "*.pyc", ".ipynb_checkpoints", ".DS_Store", "*~"]


def closing(text, at):
    """Where the bracket that opens at `at` closes; quoted text is passed over."""
    depth, quote = 0, None
    while True:
        if quote:
            if text[at] == "\\":
                at += 1
            elif text[at] == quote:
                quote = None
        elif text[at] in "\"'":
            quote = text[at]
        elif text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth == 0:
                return at
        at += 1


class Definition:
    def __init__(self, path):
        self.folder = os.path.dirname(os.path.abspath(path))
        with open(path, encoding="utf-8-sig", newline="") as file:
            self.root = yaml.load(file.read(), Loader)
        ignore = os.path.join(self.folder, ".wfignore")
        self.patterns = list(IGNORED)
        if os.path.exists(ignore):
            with open(ignore) as file:
                lines = [line.strip() for line in file]
            self.patterns += [line.rstrip("/") for line in lines if line and not line.startswith("#")]

    # literals

    def literal(self, value, kind, unescape):
        name = kind[0]
        text = (lambda v: self.unescape(v)) if unescape else str
        if name == "optional":
            return None if is_null(value) else self.literal(value, kind[1], unescape)
        if name == "json":
            return self.untyped(value, unescape)
        if name == "list":
            return [self.literal(item, kind[1], unescape) for item in value]
        if name == "map":
            return {key: self.literal(item, kind[1], unescape) for key, item in value.items()}
        if name == "record":
            return {key: self.literal(value[key], item, unescape) if key in value else None for key, item in kind[1].items()}
        if name == "union":
            return from_json(self.untyped(value, unescape), kind)
        if name == "string":
            return text(value)
        if name == "float":
            number = core_schema(value)
            return float(number.replace("inf", "Infinity") if isinstance(number, str) else number)
        if name in ("int", "bool"):
            return core_schema(value)
        if name == "duration":
            return duration(value)
        if name == "datetime":
            return date_and_time(value)
        if name in ("file", "dataset"):
            return {"$blob": file_digest(os.path.join(self.folder, value))}
        if name == "directory":
            return {"$tree": tree_digest(os.path.join(self.folder, value))}
        return str(value)

    def untyped(self, value, unescape):
        if isinstance(value, list):
            return [self.untyped(item, unescape) for item in value]
        if isinstance(value, dict):
            return {key: self.untyped(item, unescape) for key, item in value.items()}
        resolved = core_schema(value)
        return self.unescape(resolved) if unescape and isinstance(resolved, str) else resolved

    # references

    @staticmethod
    def pieces(text):
        """A text as a list of str and {"ref": …}; one item that is no str stands for a whole reference."""
        if re.fullmatch(r"\$" + REFERENCE.pattern, text):
            return reference(text[1:])
        out, literal, at = [], "", 0
        if text.startswith("$$"):
            literal, at = "$", 2
        while at < len(text):
            if text.startswith("$$(", at):
                literal, at = literal + "$(", at + 3
            elif text.startswith("$(", at):
                close = closing(text, at + 1)
                if literal:
                    out.append(literal)
                inner = text[at + 2:close].strip()
                out.append(reference(inner) if REFERENCE.fullmatch(inner) else {"expr": inner})
                literal, at = "", close + 1
            else:
                literal, at = literal + text[at], at + 1
        if literal:
            out.append(literal)
        if not any(isinstance(piece, dict) for piece in out):
            return "".join(out)
        return {"text": out}

    def unescape(self, text):
        return self.pieces(text)

    def has_reference(self, value):
        if isinstance(value, list):
            return any(map(self.has_reference, value))
        if isinstance(value, dict):
            return any(map(self.has_reference, value.values()))
        return isinstance(self.pieces(value), dict)

    def binding(self, value, kind):
        if not self.has_reference(value):
            return {"value": self.literal(value, kind, True) if kind else self.untyped(value, True)}
        if isinstance(value, str):
            found = self.pieces(value)
            while kind and kind[0] == "optional":
                kind = kind[1]
            alone = len(found.get("text", ())) == 1 and kind != ("string",)
            return found["text"][0] if alone else found
        if isinstance(value, list):
            kind = shaped(kind, "list")
            element = kind[1] if kind and kind[0] == "list" else kind
            return {"list": [self.binding(item, element) for item in value]}
        kind = shaped(kind, "map", "record")
        inside = {"map": lambda key: kind[1], "record": lambda key: kind[1][key]}.get(kind and kind[0], lambda key: kind)
        return {"map": {key: self.binding(item, inside(key)) for key, item in value.items()}}

    # parts

    def port(self, name, value):
        if not isinstance(value, dict) or "record" in value:
            value = {"type": value}
        kind = self.kind(value)
        out = {"type": type_text(kind)}
        if "default" in value and not (kind[0] == "optional" and is_null(value["default"])):
            out["default"] = self.literal(value["default"], kind, False)
        if str(value.get("name", name)) != name:
            out["name"] = str(value["name"])
        scalar = kind[1] if kind[0] == "optional" else kind
        for bound in ("min", "max"):
            if bound in value:
                out[bound] = self.literal(value[bound], scalar, False)
        if "pattern" in value:
            out["pattern"] = str(value["pattern"])
        if "one_of" in value:
            allowed = {wfc1(one): one for one in (self.literal(item, scalar, False) for item in value["one_of"])}
            out["one_of"] = [allowed[text] for text in sorted(allowed, key=str.encode)]
        if core_schema(value.get("temporary", Plain("false"))):
            out["temporary"] = True
        return out

    @staticmethod
    def kind(port):
        """The type of a port in its long form."""
        def refined(kind):
            if kind[0] in ("optional", "list", "map"):
                return (kind[0], refined(kind[1]))
            if kind[0] == "file":
                return ("file", str(port.get("media_type", kind[1])))
            if kind[0] == "dataset":
                columns = {name: read_kind(item) for name, item in port.get("columns", {}).items()}
                return ("dataset", str(port.get("format", kind[1])), columns or kind[2])
            return kind

        return refined(read_kind(port["type"]))

    def ports(self, value):
        return {name: self.port(name, item) for name, item in self.members(value).items()}

    @staticmethod
    def members(value):
        return value if isinstance(value, dict) else {}

    def ignored(self, path):
        names = (path, os.path.basename(path))
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.patterns for name in names)

    def expand(self, origin, target, out):
        if os.path.isdir(origin):
            for name in os.listdir(origin):
                below = name if target == "" else target + "/" + name
                if not self.ignored(below):
                    self.expand(os.path.join(origin, name), below, out)
            return
        item = {"path": target, "digest": file_digest(origin)}
        if os.stat(origin).st_mode & stat.S_IXUSR:
            item["executable"] = True
        out[target] = item

    def sources(self, value):
        pairs = value.items() if isinstance(value, dict) else [(item, item) for item in value]
        out = {}
        for target, origin in pairs:
            target = os.path.normpath(target)
            self.expand(os.path.normpath(os.path.join(self.folder, origin)), "" if target == "." else target, out)
        return [out[path] for path in sorted(out, key=str.encode)]

    def cache(self, value):
        if not isinstance(value, dict):
            return {} if core_schema(value) else {"enabled": False}
        ignore = self.members(value.get("ignore"))
        out = {"version": str(value.get("version", "")), "ignore_inputs": sorted(set(map(str, ignore.get("inputs", [])))),
               "ignore_parts": sorted(set(map(str, ignore.get("parts", [])))),
               "allow_empty": core_schema(value.get("allow_empty", Plain("false")))}
        return {key: item for key, item in out.items() if item}

    def item(self, value):
        if not isinstance(value, dict):
            return self.pieces(value)
        key, text = ("if", str(value["if"]).strip()) if "if" in value else ("each", reference(value["each"][1:])["ref"])
        return {key: text, "args": [self.item(item) for item in value["args"]]}

    @staticmethod
    def secret(value):
        given = value if isinstance(value, dict) else {"name": value}
        return {key: str(item) for key, item in given.items()}

    def task(self, value):
        out = {"inputs": self.ports(value.get("inputs")), "outputs": self.ports(value.get("outputs")),
               "sources": self.sources(value.get("sources", [])),
               "env": {name: self.pieces(item) for name, item in self.members(value.get("env")).items()},
               "secrets": {name: self.secret(item) for name, item in self.members(value.get("secrets")).items()},
               "partitions": sorted(set(map(str, value.get("partitions", [])))),
               "cache": self.cache(value.get("cache", Plain("true"))),
               "dynamic": core_schema(value.get("dynamic", Plain("false"))),
               "checkpoint": core_schema(value.get("checkpoint", Plain("false"))),
               "sandbox": self.sandbox(value.get("sandbox", Plain("none"))),
               "image": str(value.get("image", "")), "network": core_schema(value.get("network", Plain("false")))}
        out = dict({key: item for key, item in out.items() if item}, **self.attempts(value))
        if "script" in value:
            out["script"] = str(value["script"])
            shell = [str(item) for item in value.get("shell", ["sh", "-eu"])]
            if shell != ["sh", "-eu"]:
                out["shell"] = shell
        else:
            out["command"] = [self.item(item) for item in value["command"]]
        return out

    @staticmethod
    def sandbox(said):
        said = said if isinstance(said, dict) else {"level": said}
        paths = {key: sorted({"/" + "/".join(part for part in str(path).split("/") if part not in ("", ".")) for path in said.get(key, [])},
                             key=str.encode) for key in ("read", "write")}
        out = dict(paths, level=str(said["level"]), network=core_schema(said.get("network", Plain("false"))))
        return {key: item for key, item in out.items() if item and item != "none"}

    @staticmethod
    def amount(key, text):
        """Thousandths of processors, or bytes."""
        units = {"m": Decimal(1), "": Decimal(1000)} if key == "cpu" else BYTES
        number, unit = re.fullmatch(r"([0-9.]+)(\D*)", str(text)).groups()
        return int(Decimal(number) * units[unit])

    def attempts(self, value):
        out = {"retries": core_schema(value["retries"])} if "retries" in value else {}
        if "timeout" in value:
            limits = value["timeout"] if isinstance(value["timeout"], dict) else {"attempt": value["timeout"]}
            out["timeout"] = {key: duration(limit) for key, limit in limits.items()}
        given = value.get("retry", {})
        retry = {key: duration(given[key]) for key in ("base", "cap") if key in given}
        retry.update((key, format(Decimal(str(given[key])).normalize(), "f")) for key in ("factor", "jitter") if key in given)
        if "on_exit" in given:
            retry["on_exit"] = sorted(set(map(core_schema, given["on_exit"])))
        if "system" in given:
            retry["system"] = core_schema(given["system"])
        if "escalate" in given:
            retry["escalate"] = {key: format(Decimal(str(item)).normalize(), "f") for key, item in given["escalate"].items()}
        if "interruptible" in value:
            out["interruptible"] = core_schema(value["interruptible"])
        if "pools" in value:
            said = value["pools"]
            out["pools"] = {key: core_schema(item) for key, item in said.items()} if isinstance(said, dict) else {name: 1 for name in said}
        if "resources" in value:
            asked = {key: self.amount(key, item) for key, item in value["resources"].items() if key != "limits"}
            limits = {key: self.amount(key, item) for key, item in value["resources"].get("limits", {}).items()}
            if limits:
                asked["limits"] = limits
            if asked:
                out["resources"] = asked
        return dict(out, retry=retry) if retry else out

    @staticmethod
    def each(value):
        out = {key: core_schema(item) for key, item in value.items() if key in ("parallelism", "min_success")}
        if "min_success_ratio" in value:
            out["min_success_ratio"] = format(Decimal(str(value["min_success_ratio"])).normalize(), "f")
        if value.get("combine", "zip") != "zip":
            out["combine"] = str(value["combine"])
        if core_schema(value.get("stop_early", Plain("false"))):
            out["stop_early"] = True
        return out

    def gate(self, value):
        kinds = {"approve": ("string",), "sleep": ("duration",)}
        out = {key: self.binding(value[key], kind) for key, kind in kinds.items() if key in value}
        if "signal" in value:
            out["signal"] = type_text(read_kind(value["signal"]))
        if "timeout" in value:
            out["timeout"] = duration(value["timeout"])
        return out

    def pinned(self, named):
        with open(os.path.join(self.folder, "wf.lock"), encoding="utf-8") as file:
            return json.load(file)["versions"][named]

    def runs(self, value):
        """What a node runs, and the definition and inputs of that."""
        if "switch" in value:
            return {"switch": [self.node(one) for one in value["switch"]]}, self, {}
        if "fail" in value:
            return {"fail": str(value["fail"])}, self, {}
        if "gate" in value:
            return {"gate": self.gate(value["gate"])}, self, {}
        named = str(value.get("workflow", value.get("task")))
        if "@" in named:
            used = self.pinned(named)
            task = {"task": {"name": used.get("task"), "version": used["version"]}}
            return task if "task" in used else {"workflow": used["version"]}, self, used["inputs"]
        if "workflow" in value:
            path = os.path.normpath(os.path.join(self.folder, named))
            used = Definition(path)
            return {"workflow": version(path)}, used, self.members(used.root.get("inputs"))
        return {"task": named}, self, self.members(self.root["tasks"][value["task"]].get("inputs"))

    def node(self, value):
        runs, owner, ports = self.runs(value)

        def kind(name):
            port = ports[name]
            return owner.kind(port if isinstance(port, dict) and "type" in port else {"type": port})

        bound = self.members(value.get("with"))
        mapped = self.members(value.get("map"))
        out = {"with": {k: self.binding(v, kind(k)) for k, v in bound.items()},
               "map": {k: self.binding(v, ("list", kind(k))) for k, v in mapped.items()},
               "each": self.each(self.members(value.get("each"))), "after": sorted(set(map(str, value.get("after", []))))}
        if "when" in value:
            out["when"] = str(value["when"]).strip()
        if value.get("run_if", "all_success") != "all_success":
            out["run_if"] = str(value["run_if"])
        return dict({key: item for key, item in out.items() if item}, **runs, **self.attempts(value))

    def canonical(self):
        root = self.root
        out = {"inputs": self.ports(root.get("inputs")),
               "tasks": {name: self.task(item) for name, item in self.members(root.get("tasks")).items()},
               "nodes": {name: self.node(item) for name, item in self.members(root.get("nodes")).items()},
               "outputs": {name: self.binding(item, None) for name, item in self.members(root.get("outputs")).items()}}
        out = {key: item for key, item in out.items() if item}
        if root.get("failure_policy", "fail_fast") != "fail_fast":
            out["failure_policy"] = str(root["failure_policy"])
        if "timeout" in root:
            out["timeout"] = duration(root["timeout"])
        if "concurrency" in root:
            said = root["concurrency"] if isinstance(root["concurrency"], dict) else {"limit": root["concurrency"]}
            out["concurrency"] = {"limit": core_schema(said.get("limit", Plain("1")))}
            if said.get("policy", "wait") != "wait":
                out["concurrency"]["policy"] = str(said["policy"])
        out.update({hook: self.node(root[hook]) for hook in ("on_failure", "on_exit") if hook in root})
        return wfc1(dict(out, wf="v1", name=str(root["name"])))


def version(path):
    return sha256(b"wf-version-1\n" + Definition(path).canonical().encode())


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print("%s  %s" % (version(argument), Definition(argument).root["name"]))
