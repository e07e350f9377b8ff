"""Each example and each case of the contract gives on each backend the same bytes, under the same keys."""
import os
import shutil
import sys
import unittest

import yaml

from backends import BACKENDS, IMAGE
from cases import CASES, FAILURES
from examples import ATTENDED, INPUTS, SECRETS, USES, example, examples
from wftest import WfTest, main, wait_until


def tree_of(folder):
    """What stands below a folder: paths, and what they hold."""
    found = {}
    for top, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(top, name)
            content = os.readlink(path) if os.path.islink(path) else None
            if content is None and os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
            found[os.path.relpath(path, folder)] = content
    return found


class Parity(WfTest):
    @classmethod
    def setUpClass(cls):
        cls.backends = []
        for backend in BACKENDS:
            try:
                cls.backends.append((backend.name, backend.prepare()))
            except unittest.SkipTest as why:
                print("without %s: %s" % (backend.name, why), file=sys.stderr)
        if len(cls.backends) < 2:
            raise unittest.SkipTest("nothing to compare: one backend alone")

    def on_each(self, run, title="all"):
        """What `run` gives on each backend in a store of its own, with its keys; all must be the same."""
        results = []
        for name, environment in self.backends:
            self.store = self.path("%s-%s/store" % (title, name))
            given = run(["--backend", "auto" if name == "docker" else name], environment, self.path("%s-%s/out" % (title, name)))
            keys = self.query("SELECT node, element, hex(cache_key) FROM node WHERE cache_key IS NOT NULL ORDER BY node, element")
            used = {row[0] for row in self.query("SELECT DISTINCT executor FROM attempt")}
            self.assertIn(name, used)
            results.append((given, keys))
        for (name, _), result in zip(self.backends[1:], results[1:]):
            self.assertEqual(result, results[0], name)
        return results[0]

    def with_images(self, name):
        """A copy of an example in which each task has an image, its own where it says one."""
        folder = self.path(name)
        shutil.copytree(os.path.dirname(example(name)), folder)
        path = os.path.join(folder, os.path.basename(example(name)))
        with open(path, encoding="utf-8") as file:
            definition = yaml.safe_load(file)
        for one in definition["tasks"].values():
            one.setdefault("image", IMAGE)
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(definition, file, sort_keys=False, allow_unicode=True)
        return path

    def test_examples(self):
        for name in examples():
            if name in ATTENDED:
                continue
            with self.subTest(name):
                path = self.with_images(name)

                def run(where, environment, out):
                    for used in USES.get(name, []):
                        self.wf("register", example(used), "--label", "v1")
                    done = self.run_file(path, *where, "--out", out, env={**SECRETS, **environment}, **INPUTS.get(name, {}))
                    return done.json["outputs"], tree_of(out)

                self.on_each(run, name)

    def test_an_example_that_stops_early(self):
        path = self.with_images("factors")

        def run(where, environment, _):
            self.wf("pool", "set", "searches", "1")
            done = self.run_file(path, *where, env=environment, bounds=[1000, 3000])
            return done.json["outputs"], self.query("SELECT element, state, exit_code FROM attempt WHERE node = 'search' ORDER BY element")

        (_, searches), keys = self.on_each(run)
        self.assertEqual(([row[1] for row in searches], len(keys)), (["failed", "succeeded"], 4))

    def test_an_example_that_waits_for_somebody(self):
        path = self.with_images("nile")

        def run(where, environment, out):
            process = self.start("run", path, "--name", "bulletin", "-i", "embargo=1ms", "--out", out, "-o", "json", *where, env=environment)
            for gate, answer in (("cause", ["--value", "dam"]), ("approve", [])):
                wait_until(lambda node=gate: self.peek("SELECT 1 FROM gate WHERE node = ? AND answer IS NULL", node), gate + " is open")
                self.wf("signal", "bulletin", gate, *answer)
            return self.finish(process).json["outputs"], tree_of(out)

        (outputs, _), _ = self.on_each(run)
        self.assertEqual(outputs["year"], 1899)

    def prepare_inputs(self):
        self.write("a.txt", "first\n")
        self.write("b.txt", "second")
        self.write("folder/one", "1")
        self.write("folder/sub/two", "2\n")

    def test_cases(self):
        self.prepare_inputs()
        tasks = {name: {**one, "image": IMAGE} for name, (one, _) in CASES.items()}
        inputs, given, nodes, outputs = {}, {}, {}, {}
        for name, (one, values) in CASES.items():
            nodes[name] = {"task": name, "with": {}}
            for port, kind in one.get("inputs", {}).items():
                inputs["%s_%s" % (name, port)] = kind
                given["%s_%s" % (name, port)] = values[port]
                nodes[name]["with"][port] = "$inputs.%s_%s" % (name, port)
            for port in one["outputs"]:
                outputs["%s_%s" % (name, port)] = "$%s.%s" % (name, port)
        path = self.define(tasks, nodes, inputs, outputs)

        def run(where, environment, out):
            done = self.run_file(path, *where, "--out", out, env=environment, **given)
            logs = {stream: self.wf("logs", done.json["run"], "streams", "--stream", stream).out for stream in ("out", "err")}
            return done.json["outputs"], tree_of(out), logs

        (values, _, _), keys = self.on_each(run)
        self.assertEqual(values["children_x"], "early")
        self.assertEqual(len(keys), len(CASES))

    def test_failures(self):
        tasks = {name: {**one, "image": IMAGE} for name, one in FAILURES.items()}
        path = self.define(tasks, {name: {"task": name} for name in FAILURES}, failure_policy="finish")

        def run(where, environment, _):
            self.run_file(path, *where, code=1, env=environment)
            return self.query("SELECT node, state, exit_code, signal, json_extract(cause, '$.code'), "
                              "json_extract(cause, '$.message') FROM attempt ORDER BY node")

        self.on_each(run)


if __name__ == "__main__":
    main()
