"""Cache keys, computed again from the format that core/engine/cache_key.hpp documents: frozen, whatever wf becomes."""
import hashlib
import json
import unittest

from wftest import WfTest

# The order of the parts is part of the format.
PARTS = ["interface", "command", "sources", "environment", "env", "secrets", "version"]

DEFINITION = """wf: v1
name: keys
inputs:
  table: {type: file, default: table.csv}
tasks:
  work:
    inputs: {table: file, n: int, ratio: float, who: string, day: datetime, wait: duration, tags: list<string>, note: "string?"}
    outputs: {out: {type: file, name: out.csv}, total: int}
    sources: [tool.sh]
    env: {LEVEL: "3", WHO: $inputs.who}
    cache: {version: "7", ignore: {inputs: [note]}}
    script: |
      cat "$table" > "$out"; echo 1 > "$total"
nodes:
  work:
    task: work
    with: {table: $inputs.table, n: 9007199254740993, ratio: 1e-7, who: "Zoë \\"z\\"", day: "2024-01-01T01:00:00+01:00",
           wait: 90s, tags: [b, a], note: ignored}
outputs: {total: $work.total}
"""

# SHA-256 of the parts and inputs above as format 1 has them. It never changes: entries of every store hang on it.
FROZEN = "5585b4745be5355204607556c15ee7b025d1d47e0e92677eadeb6b5563090565"


def prefixed(text):
    data = text.encode()
    return len(data).to_bytes(8, "big") + data


def wfc1(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def key_of(parts, inputs):
    message = b"wf-key-1\n"
    for name in PARTS:
        message += prefixed(name) + prefixed(wfc1(parts[name]))
    return hashlib.sha256(message + prefixed("inputs") + prefixed(inputs)).hexdigest()


class Keys(WfTest):
    def setUp(self):
        super().setUp()
        self.write("table.csv", "1,2\n")
        self.write("tool.sh", "echo tool\n", mode=0o755)
        self.run_file(self.write("keys.yaml", DEFINITION))
        (self.key, self.parts, self.inputs), = self.query(
            "SELECT hex(e.key), p.body, e.inputs FROM cache_entry e JOIN cache_parts p ON p.digest = e.parts")

    def test_the_key_is_what_the_format_says(self):
        self.assertEqual(key_of(json.loads(self.parts), self.inputs), self.key.lower())

    def test_the_parts_are_what_the_format_says(self):
        def digest(text):
            return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

        parts = json.loads(self.parts)
        self.assertEqual(sorted(parts), sorted(PARTS))
        self.assertEqual(parts["sources"], [{"digest": digest("echo tool\n"), "executable": True, "path": "tool.sh"}])
        self.assertEqual(parts["env"], {"LEVEL": "3", "WHO": {"ref": "inputs.who"}})
        self.assertEqual(parts["version"], "7")
        self.assertEqual(parts["secrets"], {})
        self.assertIs(parts["environment"]["host"], True)
        self.assertEqual(self.inputs, '{"day":"2024-01-01T00:00:00Z","n":9007199254740993,"ratio":1e-7,"table":'
                         '{"$blob":"%s"},"tags":["b","a"],"wait":90000000000,"who":"Zoë \\"z\\""}' % digest("1,2\n"))

    def test_the_format_is_frozen(self):
        parts = json.loads(self.parts)
        parts["environment"]["platform"] = "linux/amd64"  # the one part that differs between machines
        self.assertEqual(key_of(parts, self.inputs), FROZEN)


if __name__ == "__main__":
    unittest.main()
