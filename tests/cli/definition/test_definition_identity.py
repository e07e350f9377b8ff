"""The version of a definition: recomputed independently, blind to form, alert to meaning."""
import os
import random
import subprocess
import tempfile
import unittest

import generate
import recompute
from wftest import example_definitions

WF = os.environ["WF_BIN"]
SOURCE = os.environ.get("WF_SOURCE") or os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
BATCH = 200


def digests(paths):
    out = []
    for start in range(0, len(paths), BATCH):
        done = subprocess.run([WF, "digest"] + paths[start:start + BATCH], capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(done.stderr[:4000])
        out += [line.split("  ")[0] for line in done.stdout.splitlines()]
    return out


class Identity(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path

    def test_examples_are_recomputed(self):
        paths = example_definitions()
        self.assertEqual(digests(paths), [recompute.version(path) for path in paths])

    def test_random_definitions_are_recomputed(self):
        paths = []
        for seed in range(1000):
            rng = random.Random(seed)
            paths.append(self.write("%d.yaml" % seed, generate.Writer(rng).document(generate.definition(rng))))
        for path, found in zip(paths, digests(paths)):
            self.assertEqual(found, recompute.version(path), path)

    def test_form_does_not_count(self):
        root = generate.definition(random.Random(11))
        paths = []
        for seed in range(1000):
            rng = random.Random(seed)
            paths.append(self.write("%d.yaml" % seed, generate.Writer(rng).document(generate.described(rng, root))))
        self.assertEqual(len(set(digests(paths))), 1)

    def test_meaning_counts(self):
        base = {"a/w.yaml": DEFINITION, "a/s.py": "x", "a/d/f": "1"}
        changes = [("name: w", "name: v"), ("{type: int, default: 7}", "{type: int, default: 8}"), ("type: int, default: 7", "type: float, default: 7"), ("k: int", "k: 'int?'"),
                   ("out: file", "out: {type: file, name: o}"), ("[s.py]", "[]"), ("[s.py]", "{t.py: s.py}"), ("python3, s.py", "python3, t.py"),
                   ("$inputs.k,", '"$$inputs.k",'), ("$inputs.k,", '"$(inputs.k)",'), ("MODE: no", "MODE: yes"), ("MODE: no", "MODE: No"),
                   ("version: 1.10", "version: 1.1"), ("parts: [env]", "parts: [command]"), ("parts: [env]", "inputs: [k]"),
                   ("a: {task: t", "b: {task: t"), ("with: {k: 3}", "with: {k: $inputs.n}"), ("with: {k: 3}", "map: {k: [3]}"),
                   ("r: $inputs.n", "r: [$inputs.n]"), ("r: $inputs.n", "q: $inputs.n"), ("script: echo", "script: 'echo '"),
                   ("shell: [bash]", "shell: [dash]"), ("default: d", "default: e")]
        paths = [self.tree("base", base)]
        for number, (old, new) in enumerate(changes):
            text = DEFINITION.replace(old, new, 1)
            self.assertNotEqual(text, DEFINITION, old)
            paths.append(self.tree("c%d" % number, dict(base, **{"a/w.yaml": text.replace("$a.", "$b.") if new.startswith("b:") else text})))
        paths.append(self.tree("bytes", dict(base, **{"a/s.py": "y"})))
        paths.append(self.tree("tree", dict(base, **{"a/d/g": ""})))
        executable = self.tree("mode", base)
        os.chmod(os.path.join(os.path.dirname(executable), "s.py"), 0o755)
        paths.append(executable)
        found = digests(paths)
        self.assertEqual(len(set(found)), len(found), [changes[n - 1] for n in range(1, len(changes) + 1) if found.index(found[n]) != n])
        self.assertEqual(found, [recompute.version(path) for path in paths])

    def tree(self, name, files):
        for path, text in dict(files, **{"a/e/f": "2"}).items():
            self.write(os.path.join(name, path), text)
        return os.path.join(self.folder, name, "a/w.yaml")

    def test_folders_of_sources(self):
        files = {"a/w.yaml": DEFINITION.replace("[s.py]", "[s.py, lib, keep.pyc]"), "a/s.py": "x", "a/lib/a.py": "", "a/lib/b/c.py": "c",
                 "a/lib/x.pyc": "", "a/lib/__pycache__/y": "", "a/lib/z~": "", "a/keep.pyc": "k", "a/lib/data/big.bin": "", "a/d/f": "1",
                 "a/.wfignore": "# data\ndata/\n*.tmp\n", "a/lib/b/q.tmp": ""}
        path = self.tree("sources", files)
        before = digests([path])
        self.assertEqual(before, [recompute.version(path)])
        for ignored in ("a/lib/new.tmp", "a/lib/.git/x", "a/lib/data/more"):
            self.write(os.path.join("sources", ignored), "anything")
        self.assertEqual(digests([path]), before)
        self.write("sources/a/lib/new.py", "")
        self.assertNotEqual(digests([path]), before)


DEFINITION = """\
wf: v1
name: w
inputs: {n: {type: int, default: 7}, d: {type: directory, default: d}}
tasks:
  t:
    inputs: {k: int}
    outputs: {out: file}
    sources: [s.py]
    command: [python3, s.py, $inputs.k, $outputs.out]
    env: {MODE: no}
    cache: {version: 1.10, ignore: {parts: [env]}}
  u: {script: echo, shell: [bash]}
nodes:
  a: {task: t, with: {k: 3}}
  c: {task: u}
outputs: {r: $inputs.n}
"""

if __name__ == "__main__":
    unittest.main()
