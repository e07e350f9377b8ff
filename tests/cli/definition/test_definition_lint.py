"""wf lint: the text of every diagnostic, its JSON, the JSON Schema, and bounds on hostile files.

golden/NAME.yaml gives golden/NAME.expected; WF_ACCEPT=1 rewrites them. Texts that no editor keeps (tabs, bytes that
are not UTF-8) are made here.
"""
import glob
import json
import os
import re
import subprocess
import tempfile
import time
import unittest

import jsonschema
import yaml

from wftest import example_definitions

HERE = os.path.dirname(os.path.abspath(__file__))
WF = os.environ["WF_BIN"]
SOURCE = os.environ.get("WF_SOURCE") or os.path.abspath(os.path.join(HERE, "../../.."))
GOLDEN = os.path.join(HERE, "golden")
HEAD = b"wf: v1\nname: w\n"
MADE = {
    "invalid_utf8": HEAD + b"description: caf\xe9\n",
    "tab_indentation": HEAD + b"tasks:\n\tt: {command: [x]}\n",
    "tab_in_flow": HEAD + b"inputs: {\n\ta: int}\n",
    "control_character": HEAD + b"description: a\x07b\n",
    "lone_return": HEAD + b"description: a\rb\n",
    "nul_escape": HEAD + b'description: "a\\0b"\n',
    "empty": b"",
    "too_large": HEAD + b"#" * (17 << 20),
    "too_deep": HEAD + b"a: " + b"[" * 70 + b"]" * 70,
    "too_many_nodes": HEAD + b"a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 10)) for c in range(98, 108)),
    "bytes_for_a_terminal": HEAD + "description: [\"\u202eevil\"]\n".encode(),
}


def lint(*arguments):
    done = subprocess.run([WF, "lint", *arguments], capture_output=True, cwd=GOLDEN)
    return done.returncode, done.stdout.decode()


class Golden(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = scratch.name

    def compare(self, name, text):
        path = os.path.join(GOLDEN, name + ".expected")
        text = text.replace(GOLDEN, "GOLDEN").replace(self.scratch + "/", "")
        if os.environ.get("WF_ACCEPT") == "1":
            with open(path, "w") as file:
                file.write(text)
        with open(path) as file:
            self.assertEqual(file.read(), text, name)

    def test_golden_texts(self):
        for path in sorted(glob.glob(GOLDEN + "/*.yaml")):
            status, text = lint(os.path.basename(path))
            self.assertEqual(status, 2 if "error:" in text else 0, text)
            self.compare(os.path.basename(path)[:-5], text)

    def test_made_texts(self):
        for name, content in MADE.items():
            path = os.path.join(self.scratch, name + ".yaml")
            with open(path, "wb") as file:
                file.write(content)
            status, text = lint(path)
            self.assertEqual(status, 2, text)
            self.compare(name, text)


class Json(unittest.TestCase):
    def test_diagnostics_as_json(self):
        status, text = lint("-o", "json", "duplicate_key.yaml", "fine.yaml")
        report = json.loads(text)
        self.assertEqual(status, 2)
        self.assertEqual([item["file"] for item in report["files"]], ["duplicate_key.yaml", "fine.yaml"])
        first = next(d for d in report["diagnostics"] if d["notes"])
        self.assertEqual((first["code"], first["severity"], first["place"]["line"]), ("WF-E1003", "error", 3))
        self.assertEqual(first["notes"][0]["place"]["line"], 2)

    def test_what_several_files_lead_to_is_told_once(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"sub/child.yaml": "name: child\nnodes: {a: {task: t}, b: {task: t}}\n",
                               "parent.yaml": "name: parent\nnodes: {a: {workflow: sub/child.yaml}}\n"}.items():
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w") as file:
                    file.write("wf: v1\n" + text)
            paths = [os.path.join(folder, name) for name in ("parent.yaml", "sub/../sub/child.yaml")]
            report = json.loads(lint("-o", "json", *paths)[1])
            self.assertEqual([one["code"] for one in report["diagnostics"]], ["WF-E1307", "WF-E1307"])
            self.assertEqual([one["errors"] for one in report["files"]], [2, 2])
            self.assertIn("\n2 errors, 0 warnings\n", lint(*paths)[1])

    def test_order_is_by_place(self):
        places = [(d["place"]["line"], d["place"]["column"]) for d in json.loads(lint("-o", "json", "many.yaml")[1])["diagnostics"]]
        self.assertGreater(len(places), 5)
        self.assertEqual(places, sorted(places))


class Bounds(unittest.TestCase):
    def test_hostile_files_end_soon(self):
        hostile = {"brackets": b"[" * 3000000, "maps": b"{a: " * 500000, "dashes": b"- " * 500000, "questions": b"? " * 500000,
                   "scalar": HEAD + b"description: " + b"x" * 3000000, "anchors": b"".join(b"a%d: &a x\n" % i for i in range(50000)),
                   "keys": b"a: 1\n" * 3000, "quotes": b'"' + b"x\n" * 500000, "unknown": HEAD + b"".join(b"k%d: 1\n" % i for i in range(3000))}
        with tempfile.TemporaryDirectory() as folder:
            for name, content in hostile.items():
                path = os.path.join(folder, name + ".yaml")
                with open(path, "wb") as file:
                    file.write(content)
                begin = time.monotonic()
                status, _ = lint(path)
                self.assertEqual(status, 0 if name == "scalar" else 2, name)
                self.assertLess(time.monotonic() - begin, 10, name)


class Schema(unittest.TestCase):
    BAD = ["name: w\n", "wf: v2\nname: w\n", "wf: v1\nname: W\n", "wf: v1\nname: w\nnode: {}\n", "wf: v1\nname: w\ninputs: {In: int}\n",
           "wf: v1\nname: w\ninputs: {run: int}\n", "wf: v1\nname: w\ninputs: {a: strng}\n", "wf: v1\nname: w\ninputs: {a: {default: 1}}\n",
           "wf: v1\nname: w\ntasks: {t: {}}\n", "wf: v1\nname: w\ntasks: {t: {command: []}}\n", "wf: v1\nname: w\ntasks: {t: {command: ls}}\n",
           "wf: v1\nname: w\ntasks: {t: {command: [a], script: b}}\n", "wf: v1\nname: w\ntasks: {t: {command: [a], shell: [b]}}\n",
           "wf: v1\nname: w\ntasks: {t: {command: [{a: b}]}}\n", "wf: v1\nname: w\ntasks: {t: {script: x, env: {HOME: y}}}\n",
           "wf: v1\nname: w\ntasks: {t: {script: x, sources: [/etc/passwd]}}\n", "wf: v1\nname: w\nnodes: {n: {with: {}}}\n",
           "wf: v1\nname: w\ntasks: {t: {script: x, cache: {ignore: {parts: [all]}}}}\n", "wf: v1\nname: w\noutputs: {o: 3}\n",
           "wf: v1\nname: w\ntasks: {t: {script: x, outputs: {o: {type: int, default: 3}}}}\n",
           "wf: v1\nname: w\ntasks: {t: {command: [x, {if: true}]}}\n", "wf: v1\nname: w\ntasks: {t: {command: [x, {if: true, args: []}]}}\n",
           "wf: v1\nname: w\ntasks: {t: {command: [x, {each: [1], args: [y]}]}}\n",
           "wf: v1\nname: w\ntasks: {t: {inputs: {l: list<int>}, command: [x, {each: $inputs.l, if: true, args: [y]}]}}\n",
           "wf: v1\nname: w\ntasks: {t: {command: [x], env: {A: {if: true, args: [y]}}}}\n", "[]\n"] + [
           "wf: v1\nname: w\ntasks: {t: {script: x, inputs: {i: int}, retries: 1, retry: {%s}}}\n"
           "nodes: {n: {task: t, map: {i: [1]}, each: {min_success_ratio: '%s'}}}\n" % (retry, part)
           for retry, part in (("factor: '0.9'", "1"), ("factor: ''", "1"), ("jitter: '1.5'", "1"), ("jitter: '.'", "1"),
                               ("factor: 2", "0.1234567891"), ("factor: 2", "-1"), ("factor: 2", "1.01"))] + [
           "wf: v1\nname: w\n" + ("" if rest.startswith("tasks") else "tasks: {t: {script: x}}\n") + rest + "\n" for rest in
           ["timeout: 5", "timeout: 0s", "timeout: '5'", "tasks: {t: {script: x, image: -1}}", "tasks: {t: {script: x, timeout: {attempt: 1.5}}}",
            "tasks: {t: {script: x, retries: 1, retry: {base: 1}}}", "nodes: {n: {gate: {sleep: 5}}}", "nodes: {n: {gate: {sleep: -5s}}}",
            "nodes: {n: {task: t, each: {}}}", "nodes: {n: {workflow: a@b, timeout: {total: 1s}}}", "nodes: {n: {workflow: a@b, retries: 1}}"] +
           ["nodes: {n: {%s, %s}}" % (what, key) for what in ("gate: {sleep: 1s}", "switch: [{when: 'true', task: t}, {task: t}]")
            for key in ("with: {}", "map: {x: [1]}", "retries: 1", "timeout: 1s", "retry: {base: 1s}", "pools: [p]", "resources: {cpu: 1}",
                        "interruptible: true")]]

    # What the readers take as text, or as an exact decimal, is so however it is written.
    GOOD = ["tasks: {t: {script: x, env: null, secrets: null, image: 5}}\ntests: {one: null, two: {expect: null}}\n",
            "tasks: {t: {script: x, secrets: {A: true}, pools: [true]}}\n", "tasks: {t: {script: x, retry: {base: 0s}, retries: 1}}\n",
            "nodes: {n: {gate: {sleep: 1h30m, timeout: 1.5d}}, m: {gate: {sleep: \"$(duration('1s'))\"}, when: 'true', after: [n]}}\n",
            "description: 5\n", "inputs: {a: {type: string, description: true, pattern: 5}}\n", "inputs: {a: {type: file, name: 5}}\n",
            "tasks: {t: {script: 5, description: 1.5, image: 5}}\n", "tasks: {t: {script: x, secrets: {A: {name: b, version: 1}}}}\n",
            "nodes: {n: {gate: {approve: 5}, description: 5}}\ntests: {a: {description: 5, expect: {fails: 5, where: null}}}\n",
            "nodes: {n: {gate: {signal: int}}}\ntests: {a: {signals: {n: {reject: 5}}}}\n",
            "inputs: {b: bool}\ntasks: {t: {script: x}}\nnodes: {n: {switch: [{when: inputs.b, task: t}, {fail: 5}]}}\n"] + [
           "tasks: {t: {script: x, inputs: {i: int}, retries: 1, retry: {jitter: '%s', factor: '%s', escalate: {memory: '%s'}}, "
           "resources: {memory: 1Gi}}}\nnodes: {n: {task: t, map: {i: [1]}, each: {min_success_ratio: '%s'}}}\n" % (part, factor, factor, part)
           for part, factor in (("0.5", "2"), (".5", "1.50"), ("1", "1"), ("1.000", "01.5"), ("0", "999999999"), ("0.1234567890", "1."))]

    @classmethod
    def setUpClass(cls):
        cls.text = subprocess.run([WF, "schema"], capture_output=True, check=True).stdout.decode()
        schema = json.loads(cls.text)
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)

    def test_the_committed_schema_is_the_printed_one(self):
        path = os.path.join(SOURCE, "schemas/workflow.v1.json")
        if os.environ.get("WF_ACCEPT") == "1":
            with open(path, "w") as file:
                file.write(self.text)
        with open(path) as file:
            self.assertEqual(file.read(), self.text)

    def test_no_object_of_a_schema_has_a_key_twice(self):
        def once(members):
            keys = [key for key, _ in members]
            self.assertEqual(sorted(keys), sorted(set(keys)), path)
            return dict(members)

        for path in glob.glob(SOURCE + "/schemas/**/*.json", recursive=True):
            with open(path) as file:
                json.load(file, object_pairs_hook=once)

    def test_a_word_that_yaml_takes_for_a_boolean_is_a_name(self):
        text = "wf: v1\nname: true\n"
        self.validator.validate(yaml.safe_load(text))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "w.yaml")
            with open(path, "w") as file:
                file.write(text)
            self.assertEqual(lint(path)[0], 0)

    def test_examples_are_accepted(self):
        paths = example_definitions() + [GOLDEN + "/fine.yaml"]
        for path in paths:
            with open(path) as file:
                self.validator.validate(yaml.safe_load(file))

    def test_good_ones_are_accepted_by_schema_and_lint(self):
        with tempfile.TemporaryDirectory() as folder:
            for text in self.GOOD:
                text = "wf: v1\nname: w\n" + text
                self.validator.validate(yaml.safe_load(text))
                path = os.path.join(folder, "w.yaml")
                with open(path, "w") as file:
                    file.write(text)
                code, said = lint(path)[:2]
                self.assertEqual(code, 0, (text, said))

    def test_bad_ones_are_rejected_by_schema_and_lint(self):
        with tempfile.TemporaryDirectory() as folder:
            for text in self.BAD:
                self.assertFalse(self.validator.is_valid(yaml.safe_load(text)), text)
                path = os.path.join(folder, "w.yaml")
                with open(path, "w") as file:
                    file.write(text)
                self.assertEqual(lint(path)[0], 2, text)


if __name__ == "__main__":
    unittest.main()
