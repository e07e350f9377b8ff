"""The version digest of a definition, computed a second time.

Written from the prose of wf-workflow(5) and independent of the C++: PyYAML reads the text, this file does the rest.
"""
import fnmatch
import hashlib
import math
import os
import re
import stat
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import yaml


class Plain(str):
    """A plain scalar, as written; quoted and block scalars are str."""


class Loader(yaml.SafeLoader):
    pass


def construct_scalar(loader, node):
    return Plain(node.value) if node.style is None else str(node.value)


def construct_mapping(loader, node):
    return {str(key.value): loader.construct_object(value, deep=True) for key, value in node.value}


for tag in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "binary"):
    Loader.add_constructor("tag:yaml.org,2002:" + tag, construct_scalar)
Loader.add_constructor("tag:yaml.org,2002:map", construct_mapping)
Loader.add_constructor("tag:yaml.org,2002:seq", lambda loader, node: [loader.construct_object(v, deep=True) for v in node.value])

NULLS = ("", "~", "null", "Null", "NULL")
REFERENCE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


def is_null(value):
    return isinstance(value, Plain) and value in NULLS


def core_schema(value):
    """A scalar by the core schema of YAML 1.2."""
    if not isinstance(value, Plain):
        return value
    if value in NULLS:
        return None
    if value in ("true", "True", "TRUE"):
        return True
    if value in ("false", "False", "FALSE"):
        return False
    if re.fullmatch(r"[-+]?[0-9]+", value):
        return int(value)
    if re.fullmatch(r"0o[0-7]+", value):
        return int(value[2:], 8)
    if re.fullmatch(r"0x[0-9a-fA-F]+", value):
        return int(value[2:], 16)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", value):
        return float(value)
    if re.fullmatch(r"[-+]?\.(inf|Inf|INF)", value):
        return -math.inf if value[0] == "-" else math.inf
    if value in (".nan", ".NaN", ".NAN"):
        return math.nan
    return str(value)


# --- wfc1 --------------------------------------------------------------------------------------------------


def float_text(value):
    if value == 0:
        return "0.0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + exponent
    count = len(text)
    if count <= point <= 21:
        out = text + "0" * (point - count)
    elif 0 < point <= 21:
        out = text[:point] + "." + text[point:]
    elif -6 < point <= 0:
        out = "0." + "0" * -point + text
    else:
        power = point - 1
        out = (text if count == 1 else text[0] + "." + text[1:]) + "e" + ("-" if power < 0 else "+") + str(abs(power))
    if "." not in out and "e" not in out:
        out += ".0"
    return "-" + out if sign else out


def string_text(value):
    out = ['"']
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    for c in value:
        out.append(short.get(c) or ("\\u%04x" % ord(c) if ord(c) < 0x20 else c))
    return "".join(out) + '"'


def wfc1(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return '{"$f":"nan"}'
        if math.isinf(value):
            return '{"$f":"inf"}' if value > 0 else '{"$f":"-inf"}'
        return float_text(value)
    if isinstance(value, str):
        return string_text(value)
    if isinstance(value, list):
        return "[" + ",".join(map(wfc1, value)) + "]"
    keys = sorted(value, key=lambda key: key.encode())
    return "{" + ",".join(string_text(key) + ":" + wfc1(value[key]) for key in keys) + "}"


# --- types -------------------------------------------------------------------------------------------------


def parse_type(text):
    """A type as nested tuples: ("int",), ("list", T), ("optional", T), ("enum", [values])."""
    tokens = re.findall(r"[A-Za-z0-9._+/\-\x80-\U0010ffff]+|[<>\[\]|?]", text)

    def read():
        word = tokens.pop(0)
        if word in ("list", "map"):
            tokens.pop(0)
            kind = (word, read())
            tokens.pop(0)
        elif word == "enum":
            values = []
            while tokens.pop(0) in "<[|":
                values.append(tokens.pop(0))
            kind = ("enum", sorted(set(values), key=str.encode))
        else:
            kind = (word,)
        while tokens and tokens[0] in "?|":
            if tokens.pop(0) == "|":
                assert tokens.pop(0) == "null"
            if kind[0] != "optional":
                kind = ("optional", kind)
        return kind

    return read()


def type_text(kind):
    if kind[0] in ("list", "map"):
        return "%s<%s>" % (kind[0], type_text(kind[1]))
    if kind[0] == "optional":
        return type_text(kind[1]) + "?"
    if kind[0] == "enum":
        return "enum<%s>" % "|".join(kind[1])
    return kind[0]


UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86400 * 10**9,
         "w": 7 * 86400 * 10**9}


def duration(text):
    sign = -1 if text.startswith("-") else 1
    total = sum(Decimal(number) * UNITS[unit] for number, unit in re.findall(r"([0-9.]+)(ns|us|ms|s|m|h|d|w)", text))
    return sign * int(total)


def date_and_time(text):
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[-+]\d\d:\d\d)", text)
    moment = datetime.strptime(parts[1] + parts[2], "%Y-%m-%d%H:%M:%S").replace(tzinfo=timezone.utc)
    zone = parts[4]
    if zone not in "Zz":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
        moment = moment - offset if zone[0] == "+" else moment + offset
    fraction = (parts[3] or "").rstrip("0").rstrip(".")
    return "%04d-%s" % (moment.year, moment.strftime("%m-%dT%H:%M:%S")) + fraction + "Z"


# --- the definition ----------------------------------------------------------------------------------------


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


IGNORED = [".git", ".wf", "__pycache__", "*.pyc", ".ipynb_checkpoints", ".DS_Store", "*~"]


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
        if name == "file":
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
            return {"ref": text[1:]}
        out, literal, at = [], "", 0
        if text.startswith("$$"):
            literal, at = "$", 2
        while at < len(text):
            if text.startswith("$$(", at):
                literal, at = literal + "$(", at + 3
            elif text.startswith("$(", at):
                close = text.index(")", at)
                if literal:
                    out.append(literal)
                out.append({"ref": text[at + 2:close].strip()})
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
            return self.pieces(value)
        while kind and kind[0] == "optional":
            kind = kind[1]
        element = kind[1] if kind and kind[0] in ("list", "map") else kind
        if isinstance(value, list):
            return {"list": [self.binding(item, element) for item in value]}
        return {"map": {key: self.binding(item, element) for key, item in value.items()}}

    # parts

    def port(self, name, value):
        if not isinstance(value, dict):
            value = {"type": value}
        kind = parse_type(value["type"])
        out = {"type": type_text(kind)}
        if "default" in value and not (kind[0] == "optional" and is_null(value["default"])):
            out["default"] = self.literal(value["default"], kind, False)
        if str(value.get("name", name)) != name:
            out["name"] = str(value["name"])
        return out

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

    def task(self, value):
        out = {"inputs": self.ports(value.get("inputs")), "outputs": self.ports(value.get("outputs")),
               "sources": self.sources(value.get("sources", [])),
               "env": {name: self.pieces(item) for name, item in self.members(value.get("env")).items()},
               "partitions": sorted(set(map(str, value.get("partitions", [])))),
               "cache": self.cache(value.get("cache", Plain("true")))}
        out = {key: item for key, item in out.items() if item}
        if "script" in value:
            out["script"] = str(value["script"])
            shell = [str(item) for item in value.get("shell", ["sh", "-eu"])]
            if shell != ["sh", "-eu"]:
                out["shell"] = shell
        else:
            out["command"] = [self.pieces(item) for item in value["command"]]
        return out

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

    def node(self, value):
        ports = self.members(self.root["tasks"][value["task"]].get("inputs"))

        def kind(name):
            port = ports[name]
            return parse_type(port["type"] if isinstance(port, dict) else port)

        bound = self.members(value.get("with"))
        mapped = self.members(value.get("map"))
        out = {"task": str(value["task"]), "with": {k: self.binding(v, kind(k)) for k, v in bound.items()},
               "map": {k: self.binding(v, ("list", kind(k))) for k, v in mapped.items()},
               "each": self.each(self.members(value.get("each"))), "after": sorted(set(map(str, value.get("after", []))))}
        if value.get("run_if", "all_success") != "all_success":
            out["run_if"] = str(value["run_if"])
        return {key: item for key, item in out.items() if item}

    def canonical(self):
        root = self.root
        out = {"inputs": self.ports(root.get("inputs")),
               "tasks": {name: self.task(item) for name, item in self.members(root.get("tasks")).items()},
               "nodes": {name: self.node(item) for name, item in self.members(root.get("nodes")).items()},
               "outputs": {name: self.binding(item, None) for name, item in self.members(root.get("outputs")).items()}}
        out = {key: item for key, item in out.items() if item}
        if root.get("failure_policy", "fail_fast") != "fail_fast":
            out["failure_policy"] = str(root["failure_policy"])
        return wfc1(dict(out, wf="v1", name=str(root["name"])))


def version(path):
    return sha256(b"wf-version-1\n" + Definition(path).canonical().encode())


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print("%s  %s" % (version(argument), Definition(argument).root["name"]))
