"""Canonical JSON, types and values, a second time, from the prose of wf-workflow(5): what recompute.py stands on."""
import json
import math
import re
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
STEP = r"\.[A-Za-z0-9_]+|\[[0-9]+\]|\[\"(?:[^\"\\]|\\.)*\"\]"
HEAD = r"(?:each\b|[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)"
REFERENCE = re.compile("%s(?:%s)*" % (HEAD, STEP))


def reference(text):
    """{"ref": …}, each step in its one spelling."""
    head = re.match(HEAD, text)[0]
    for step in re.findall(STEP, text[len(head):]):
        key = step[1:] if step[0] == "." else str(json.loads(step[1:-1]))
        head += "." + key if re.fullmatch("[A-Za-z0-9_]+", key) else "[%s]" % string_text(key)
    return {"ref": head}


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
    """A type as nested tuples: ("int",), ("list", T), ("optional", T), ("enum", [values]), ("record", {name: T}),
    ("union", [T]), ("file", media type), ("dataset", format, {name: T})."""
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|[A-Za-z0-9._+/\-\x80-\U0010ffff]+|[<>\[\]|?{}:,]', text)

    def bracketed(read):
        tokens.pop(0)
        found = read()
        tokens.pop(0)
        return found

    def members():
        out = {}
        while tokens.pop(0) in "{,":
            name = tokens.pop(0)
            tokens.pop(0)
            out[json.loads(name) if name[0] == '"' else name] = read()
        return out

    def dataset():
        form = "" if tokens[0] == "{" else tokens.pop(0)
        if tokens[0] == ",":
            tokens.pop(0)
        return ("dataset", form, members() if tokens[0] == "{" else {})

    def named():
        word = tokens.pop(0)
        if word in ("list", "map"):
            return (word, bracketed(read))
        if word == "enum":
            values = []
            while tokens.pop(0) in "<[|":
                values.append(tokens.pop(0))
            return ("enum", sorted(set(values), key=str.encode))
        opened = bool(tokens) and tokens[0] in "<["
        if word == "file":
            return ("file", bracketed(lambda: tokens.pop(0)) if opened else "")
        if word == "dataset":
            return bracketed(dataset) if opened else ("dataset", "", {})
        if word == "{":
            tokens.pop(0), tokens.pop(0)
            fields = members()
            tokens.pop(0)
            return ("record", fields)
        return (word,)

    def read():
        found, nullable = [], False
        while True:
            if tokens[0] == "null":
                tokens.pop(0)
                nullable = True
            else:
                found.append(named())
                while tokens and tokens[0] == "?":
                    tokens.pop(0)
                    found[-1] = optional(found[-1])
            if not tokens or tokens[0] != "|":
                break
            tokens.pop(0)
        return optional(union(found)) if nullable else union(found)

    return read()


def optional(kind):
    return kind if kind[0] == "optional" else ("optional", kind)


def union(members):
    nullable = any(member[0] == "optional" for member in members)
    members = [member[1] if member[0] == "optional" else member for member in members]
    flat = {}
    for member in members:
        for one in member[1] if member[0] == "union" else [member]:
            flat[type_text(one)] = one
    kinds = [flat[text] for text in sorted(flat, key=str.encode)]
    kind = kinds[0] if len(kinds) == 1 else ("union", kinds)
    return optional(kind) if nullable else kind


def read_kind(value):
    """The type in a definition: text, or {record: {field: T}}."""
    if isinstance(value, dict):
        return ("record", {name: read_kind(item) for name, item in value["record"].items()})
    return parse_type(value)


def members_text(members):
    name = lambda text: text if re.fullmatch("[A-Za-z0-9_]+", text) else string_text(text)
    return "{%s}" % ",".join("%s:%s" % (name(key), type_text(members[key])) for key in sorted(members, key=str.encode))


def type_text(kind):
    if kind[0] in ("list", "map"):
        return "%s<%s>" % (kind[0], type_text(kind[1]))
    if kind[0] == "optional":
        return type_text(kind[1]) + ("|null" if kind[1][0] == "union" else "?")
    if kind[0] == "enum":
        return "enum<%s>" % "|".join(kind[1])
    if kind[0] == "union":
        return "|".join(map(type_text, kind[1]))
    if kind[0] == "record":
        return "{record:%s}" % members_text(kind[1])
    if kind[0] in ("file", "dataset"):
        arguments = [part for part in (kind[1], members_text(kind[2]) if kind[2:] and kind[2] else "") if part]
        return kind[0] + ("<%s>" % ",".join(arguments) if arguments else "")
    return kind[0]


def shaped(kind, *wanted):
    """What a list or a mapping is where `kind` is expected."""
    while kind and kind[0] == "optional":
        kind = kind[1]
    if kind and kind[0] == "union":
        kind = next(member for member in kind[1] if member[0] in wanted)
    return kind


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


class Refused(Exception):
    pass


def require(good):
    if not good:
        raise Refused


def from_json(value, kind):
    """The canonical value of JSON; Refused when it is none."""
    name = kind[0]
    if name == "optional":
        return None if value is None else from_json(value, kind[1])
    if name == "union":
        found = []
        for member in kind[1]:
            try:
                found.append((member, from_json(value, member)))
            except Refused:
                pass
        require(len(found) == 1)
        return tagged(kind, *found[0])
    if name == "list":
        require(isinstance(value, list))
        return [from_json(item, kind[1]) for item in value]
    if name == "map":
        require(isinstance(value, dict))
        return {key: from_json(item, kind[1]) for key, item in value.items()}
    if name == "record":
        require(isinstance(value, dict) and set(value) <= set(kind[1]))
        return {key: from_json(value.get(key), item) for key, item in kind[1].items()}
    if name == "bool":
        require(isinstance(value, bool))
    if name == "int":
        require(isinstance(value, int) and not isinstance(value, bool))
    if name == "float":
        require(isinstance(value, (int, float)) and not isinstance(value, bool))
        return float(value)
    if name in ("string", "enum", "datetime", "duration"):
        require(isinstance(value, str))
    if name == "enum":
        require(value in kind[1])
    if name == "datetime":
        require(re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d", value))
        return date_and_time(value)
    if name == "duration":
        require(re.fullmatch(r"-?([0-9.]+(ns|us|ms|s|m|h|d|w))+", value))
        return duration(value)
    return value


def is_canonical(value, kind):
    if kind[0] == "duration":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind[0] == "float":
        return isinstance(value, float)
    if kind[0] == "list":
        return isinstance(value, list) and all(is_canonical(item, kind[1]) for item in value)
    if kind[0] == "map":
        return isinstance(value, dict) and all(is_canonical(item, kind[1]) for item in value.values())
    try:
        return from_json(value, kind) == value
    except Refused:
        return False


def tagged(kind, member, value):
    """The value of a union: bare where no other member reads it as its own."""
    if any(other != member and is_canonical(value, other) for other in kind[1]):
        return {"$as": {type_text(member): value}}
    return value
