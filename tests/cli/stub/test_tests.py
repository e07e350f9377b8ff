"""wf test: what definitions say of themselves, run and compared."""
import os
import re
import signal
import xml.etree.ElementTree

import jsonschema
import yaml

from wftest import SOURCE, WfTest, main, task

PIPE = """wf: v1
name: pipe
inputs:
  n: int
  table: {type: file, default: one.txt}
tasks:
  double:
    inputs: {n: int, table: file}
    outputs: {n_out: int, text: file}
    script: |
      echo "n is $n" >&2
      test "$n" != 13
      echo $((n * 2)) > "$n_out"
      cat "$table" > "$text"
  late: {outputs: {n: int}, command: [cp, /dev/null, $outputs.n]}
nodes:
  double: {task: double, with: {n: $inputs.n, table: $inputs.table}}
  big: {when: double.n_out > 10, task: double, with: {n: $double.n_out, table: $double.text}}
outputs: {n: $double.n_out, text: $double.text, big: $big.n_out}
tests:
"""


class Tests(WfTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.write("one.txt", "one\n")
        self.write("two.txt", "two\n")

    def pipe(self, tests, file="pipe.yaml"):
        return self.write(file, PIPE + tests)

    def outcomes(self, tests, *arguments, code=0):
        """What came of each test."""
        done = self.wf("test", self.pipe(tests), "-o", "json", *arguments, code=code)
        return {one["test"]: one for one in done.json["tests"]}

    def test_null_as_json(self):
        path = self.define({"t": task("exit 1", {}, {"j": "json"})}, {"a": {"task": "t"}}, {}, {"j": "$a.j"},
                           tests={"one": {"stubs": {"t": {"j": None}}, "expect": {"outputs": {"j": None}}}})
        self.wf("test", path)

    def test_a_task_of_another_workflow(self):
        self.define({"inner_task": task("true", cache=False)}, {"a": {"task": "inner_task"}}, name="inner", file="inner.yaml")
        path = self.define({}, {"n": {"workflow": "inner.yaml"}}, tests={"one": {"stub": ["inner_task"]}})
        said = self.wf("lint", path, code=2).out
        self.assertIn("'inner_task' is a task of the workflow 'inner' [WF-E1307]", said)
        self.assertIn("stub it in a test of that workflow", said)

    def mismatch(self, test):
        """(what, expected, got) of the one mismatch of a test."""
        [one] = self.outcomes("  a: {inputs: {n: 2}, %s}\n" % test, code=1)["a"]["mismatches"]
        return one["what"], one["expected"], one["got"]

    def lint(self, tests):
        """(line, code, message) of everything wrong."""
        done = self.wf("lint", self.pipe(tests), "-o", "json", code=2).json
        return [(one["place"]["line"] - PIPE.count("\n"), one["code"], one["message"]) for one in done["diagnostics"] if one["severity"] == "error"]

    def test_a_task_that_runs_keeps_its_types(self):
        """Stubs of others make nothing narrower: it is the reader that refuses the word."""
        tasks = {"say": task("echo blue > $word", {}, {"word": "string"}), "read": task("exit 1", {"word": "enum<red|green>"}, {"t": "string"})}
        path = self.define(tasks, {"say": {"task": "say"}, "read": {"task": "read", "with": {"word": "$say.word"}}}, {}, {},
                           tests={"a": {"stub": ["read"], "expect": {"fails": True, "nodes": {"say": "succeeded", "read": "failed"}}}})
        self.wf("test", path)

    def test_a_gate_that_is_emitted(self):
        """Nobody is there to open it."""
        emitted = "{wf: v1, name: e, nodes: {ask: {gate: {signal: int}}, ok: {gate: {approve: go on}, after: [ask]}}, outputs: {n: $ask.value}}"
        fan = task("cat <<'END' > $definition\n%s\nEND\n" % emitted, {}, {"n": "int"}, dynamic=True)
        case = {"expect": {"outputs": {"n": 1}, "where": ["ask.value == 1"], "nodes": {"ask": "succeeded", "nap": "succeeded"}}}
        gates = {"ask": {"gate": {"signal": "int"}}, "nap": {"gate": {"sleep": "1h"}}}
        path = self.define({"fan": fan}, dict({"fan": {"task": "fan"}}, **gates), {}, {"n": "$fan.n"}, tests={"a": case})
        self.assertEqual(self.wf("test", path).out.splitlines()[-1][:8], "1 passed")

    def test_a_gate_that_cannot_ask(self):
        """What it would ask is put together as in a run."""
        path = self.define({}, {"ok": {"gate": {"approve": "$(inputs.l[3])?"}}}, {"l": "list<int>"},
                           tests={"a": {"inputs": {"l": []}, "expect": {"fails": "WF-E3213", "nodes": {"ok": "failed"}}}})
        self.wf("test", path)

    def test_elements_that_emit_what_fails(self):
        """Enough have emitted, and not enough of that has ended well."""
        emitted = "{wf: v1, name: e, inputs: {n: int}, nodes: {a: {task: go, with: {n: $inputs.n}}}, outputs: {y: $a.y}}"
        tasks = {"go": task("test $n = 0; echo $n > $y", {"n": "int"}, {"y": "int"}),
                 "fan": task("cat <<'END' > $definition\n%s\nEND\n" % emitted, {"n": "int"}, {"y": "int"}, dynamic=True)}
        node = {"task": "fan", "map": {"n": [0, 1, 2, 3]}, "each": {"min_success": 2}}
        path = self.define(tasks, {"fan": node}, {}, {"y": "$fan.y"}, tests={"a": {"expect": {"fails": True, "nodes": {"fan": "failed"}}}})
        self.wf("test", path)

    def test_what_holds_passes(self):
        done = self.outcomes("""  small:
    inputs: {n: 2}
    expect:
      outputs: {n: 4, text: one.txt, big: null}
      where: [outputs.n == 2 * inputs.n, double.n_out == 4, "big.n_out == null"]
      nodes: {double: succeeded, big: skipped}
  large:
    inputs: {n: 6, table: two.txt}
    expect: {outputs: {big: 24, text: two.txt}}
  unlucky:
    inputs: {n: 13}
    expect: {fails: n is 13, nodes: {double: failed, big: not_run}, where: ["double.n_out == null && big.n_out == null"]}
  by_code: {inputs: {n: 13}, expect: {fails: WF-E3201}}
  anyhow: {inputs: {n: 13}, expect: {fails: true}}
  no_more: {inputs: {n: 1}}
""")
        self.assertEqual([one["result"] for one in done.values()], ["passed"] * 6)
        self.assertEqual([one["state"] for one in done.values()], ["succeeded"] * 2 + ["failed"] * 3 + ["succeeded"])

    def test_each_mismatch(self):
        for test, expected in (
                ("expect: {outputs: {n: 5}}", ("outputs.n", "5", "4")),
                ("expect: {nodes: {big: succeeded}}", ("nodes.big", "succeeded", "skipped")),
                ("expect: {where: outputs.n > 4}", ("where 'outputs.n > 4'", "true", "false")),
                ("expect: {where: 1 / (outputs.n - 4) > 1}", ("where '1 / (outputs.n - 4) > 1'", "true", "division by zero")),
                ("expect: {fails: true}", ("run", "failed", "succeeded")),
                ("expect: {fails: what}", ("run", "failed with 'what'", "succeeded"))):
            self.assertEqual(self.mismatch(test), expected)
        one = self.outcomes("  a: {inputs: {n: 2}, expect: {where: outputs.n > 4 && double.n_out == 4}}\n", code=1)["a"]["mismatches"][0]
        self.assertEqual(one["details"], ["double.n_out = 4", "outputs.n = 4"])
        one = self.outcomes("  a: {inputs: {n: 2}, expect: {outputs: {text: two.txt}}}\n", code=1)["a"]["mismatches"][0]
        self.assertEqual(one["details"], ["@@ -1 +1 @@", "-two", "+one"])

    def test_a_failure_that_nobody_expected(self):
        for test, expected in (("{inputs: {n: 13}}", "succeeded"), ("{inputs: {n: 13}, expect: {fails: other}}", "failed with 'other'")):
            [one] = self.outcomes("  a: %s\n" % test, code=1)["a"]["mismatches"]
            self.assertEqual((one["what"], one["expected"], one["got"]), ("run", expected, "failed"))
            self.assertEqual(one["details"], ["double: exited with code 1 [WF-E3201]", "  n is 13"])

    def test_stubs(self):
        done = self.outcomes("""  given:
    inputs: {n: 13}
    stubs: {double: {n_out: 11}}
    expect: {outputs: {n: 11, big: 11}}
  made_up:
    inputs: {n: 13}
    stub: true
    expect: {outputs: {n: 1}, nodes: {big: skipped}}
  by_name: {inputs: {n: 13}, stub: [double], expect: {outputs: {n: 1}}}
  with_a_file: {inputs: {n: 13}, stubs: {double: {text: two.txt}}, expect: {outputs: {text: two.txt}}}
""")
        self.assertEqual([one["result"] for one in done.values()], ["passed"] * 4)
        self.assertEqual([one["stubbed"] for one in done.values()], [["double"], ["double", "late"], ["double"], ["double"]])

    def test_equal_work_is_done_once_and_never_by_stubs(self):
        done = self.outcomes("""  stubbed: {inputs: {n: 2}, stub: true}
  first: {inputs: {n: 2}, expect: {outputs: {n: 4}}}
  second: {inputs: {n: 2}, expect: {outputs: {n: 4}}}
  stubbed_again: {inputs: {n: 2}, stub: true, expect: {outputs: {n: 1}}}
""")
        self.assertEqual([(one["ran"], one["reused"]) for one in done.values()], [(1, 0), (1, 0), (0, 1), (1, 0)])
        self.assertFalse(os.path.exists(self.store))

    def test_some_of_them(self):
        tests = "  small: {inputs: {n: 1}}\n  small_too: {inputs: {n: 1}}\n  large: {inputs: {n: 1}}\n"
        self.assertEqual(list(self.outcomes(tests, "-k", "small*")), ["small", "small_too"])
        self.assertIn("no test that 'x' matches", self.wf("test", "pipe.yaml", "-k", "x", code=2).err)
        self.write("none.yaml", "wf: v1\nname: none\ninputs: {k: int}\n")
        self.assertIn("'none.yaml' has no tests", self.wf("test", "none.yaml", code=2).err)
        self.assertEqual(self.wf("test", "none.yaml", "pipe.yaml", "-o", "json").json["passed"], 3)

    def test_for_people_and_for_ci(self):
        tests = "  good: {inputs: {n: 2}}\n  bad: {inputs: {n: 2}, expect: {outputs: {n: 5}}}\n"
        done = self.wf("test", self.pipe(tests), "--junit", "tests.xml", code=1)
        self.assertRegex(done.out, r"(?s)\Apipe\.yaml\n  ok      good  .*\n  FAILED  bad   .*\n      outputs\.n\n"
                                   r"        expected  5\n        got       4\n1 passed, 1 failed\n\Z".replace("pipe\\.yaml", self.path("pipe.yaml")))
        suite = xml.etree.ElementTree.parse(self.path("tests.xml")).getroot().find("testsuite")
        self.assertEqual([suite.get(key) for key in ("name", "tests", "failures")], ["pipe", "2", "1"])
        self.assertEqual(suite.findall("testcase")[1].find("failure").get("message"), "outputs.n: expected 5, got 4")

    def test_tests_are_no_identity(self):
        before = self.wf("digest", self.pipe("  a: {inputs: {n: 1}}\n")).out.split()[0]
        self.assertEqual(self.wf("digest", self.pipe("  b: {inputs: {n: 2, table: two.txt}, stub: true}\n")).out.split()[0], before)
        self.wf("register", "pipe.yaml", "--label", "v1")
        self.assertNotIn("tests", self.wf("version", "show", "pipe@v1", "-o", "json").json["definition"])
        self.assertEqual(self.query("SELECT count(*) FROM blob WHERE size = 4"), [(1,)])

    def test_mistakes_are_shown_where_they_stand(self):
        self.assertEqual(self.lint("""  a: {inputs: {m: 1, n: x}, stub: [dubble]}
  b: {stubs: {double: {m: 1, n_out: x}, other: {}}}
  c: {inputs: {n: 1}, expect: {outputs: {m: 1, n: many, text: no.txt}, nodes: {bigg: failed, big: ok}}}
  d: {inputs: {n: 1}, expect: {where: [outputs.m > 1, outputs.n, double.x == 1, "1 +"], fails: x, outputs: {}}}
  e: {expct: 1}
  F: {inputs: {n: 1}}
  g: 1
"""), [
            (1, "WF-E1310", "the workflow 'pipe' has no input 'm'"),
            (1, "WF-E1108", 'expected int, got "x"'),
            (1, "WF-E1307", "there is no task 'dubble'"),
            (2, "WF-E1308", "the test gives no value for the input 'n' (int)"),
            (2, "WF-E1302", "the task 'double' has no output 'm'"),
            (2, "WF-E1108", 'expected int, got "x"'),
            (2, "WF-E1307", "there is no task 'other'"),
            (3, "WF-E1302", "the workflow 'pipe' has no output 'm'"),
            (3, "WF-E1108", 'expected int, got "many"'),
            (3, "WF-E1401", "there is no file '%s'" % self.path("no.txt")),
            (3, "WF-E1302", "there is no node 'bigg'"),
            (3, "WF-E1102", "'ok' stands here"),
            (4, "WF-E1302", "nothing is called 'outputs.m'"),
            (4, "WF-E1311", "expected bool, the expression gives int?"),
            (4, "WF-E1302", "nothing is called 'double.x'"),
            (4, "WF-E1601", "expected a value, found the end"),
            (4, "WF-E1801", "a run that fails has no outputs to compare"),
            (5, "WF-E1308", "the test gives no value for the input 'n' (int)"),
            (5, "WF-E1004", "a test has no key 'expct'"),
            (6, "WF-E1104", "'F' cannot name a test"),
            (7, "WF-E1102", "a text or number stands here"),
        ])
        self.wf("test", "pipe.yaml", code=2)

    def test_the_schema_knows_them(self):
        schema = self.wf("schema").json
        for path in ("examples/stations/stations.yaml",):
            with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
                jsonschema.validate(yaml.safe_load(file), schema)
        bad = yaml.safe_load(PIPE + "  a: {expect: {nodes: {big: ok}}}\n")
        self.assertRaises(jsonschema.ValidationError, jsonschema.validate, bad, schema)

    def test_workflows_that_nodes_run(self):
        inner = re.sub(r"  big: .*|, big: \S+|tests:", "", PIPE.replace("name: pipe", "name: inner"))
        self.write("inner.yaml", inner.replace("$double.text", "$double.text}"))
        outer = ("wf: v1\nname: outer\ninputs: {ns: list<int>}\nnodes:\n  many: {workflow: %s, map: {n: $inputs.ns}}\n"
                 "  one: {when: size(inputs.ns) > 1, workflow: %s, with: {n: 1}}\noutputs: {ns: $many.n, one: $one.n}\ntests:\n"
                 "  real: {inputs: {ns: [2, 3]}, expect: {outputs: {ns: [4, 6]}, where: 'outputs.ns[1] == 6', nodes: {many: succeeded}}}\n"
                 "  stubbed: {inputs: {ns: [2, 3]}, stub: true, expect: {outputs: {ns: [1, 1], one: 1}}}\n"
                 "  again: {inputs: {ns: [3]}, expect: {outputs: {ns: [6], one: null}, nodes: {one: skipped}}}\n"
                 "  bad: {inputs: {ns: [13]}, expect: {fails: n is 13, nodes: {many: failed}}}\n")
        self.write("outer.yaml", outer % ("inner.yaml", "inner.yaml"))
        done = self.wf("test", "outer.yaml", "-o", "json").json
        self.assertEqual([(one["ran"], one["reused"]) for one in done["tests"]], [(3, 0), (3, 0), (0, 1), (0, 0)])
        self.assertEqual(self.wf("run", "outer.yaml", "--stub", "-i", "ns=[5]", "-o", "json").json["outputs"], {"ns": [1], "one": None})
        self.wf("register", "inner.yaml", "--label", "v1", "-d", "staging")
        pinned = self.write("pinned.yaml", outer % (("default/staging/inner@v1",) * 2))
        self.wf("lock", pinned)
        os.remove(self.path("inner.yaml"))
        self.assertEqual(self.wf("test", pinned, "-o", "json").json["passed"], 4)
        self.write("seen.yaml", (outer % (("default/staging/inner@v1",) * 2)).replace("outputs.ns[1] == 6", "one.n == 2"))
        self.assertIn("the outputs of 'one' are made by nodes of the workflow that it runs", self.wf("lint", "seen.yaml", code=2).out)
        emitted = "definition that its task emits"
        for node, made_by in (("{task: d}", emitted), ("{switch: [{when: 1 > 0, task: d}, {task: t}]}", emitted),
                              ("{switch: [{when: 1 > 0, task: t}, {workflow: default/staging/inner@v1, with: {n: 2}}]}", "workflow that it runs")):
            self.write("seen.yaml", "wf: v1\nname: seen\ntasks:\n  d: {dynamic: true, outputs: {n: int}, script: ':'}\n  t: {outputs: {n: int}, script: ':'}\n"
                       "nodes: {s: %s}\ntests: {a: {expect: {where: s.n == 2}}}\n" % node)
            self.assertIn("the outputs of 's' are made by nodes of the " + made_by, self.wf("lint", "seen.yaml", code=2).out)
        self.assertEqual(self.wf("run", pinned, "--stub", "-i", "ns=[5]", "-o", "json").json["outputs"], {"ns": [1], "one": None})
        self.wf("register", pinned, "--label", "v1")
        self.assertEqual(self.wf("run", "outer@v1", "--stub", "-i", "ns=[5]", "-o", "json").json["outputs"], {"ns": [1], "one": None})

    def test_interrupted_nothing_is_left(self):
        os.mkdir(self.path("tmp"))
        fifo = self.fifo("begun")
        path = self.define({"t": task("echo > %s; exec sleep 1000" % fifo)}, {"t": {"task": "t"}}, tests={"a": {}, "b": {}})
        process = self.start("test", path, env={"TMPDIR": self.path("tmp")})
        self.hear(fifo)
        process.send_signal(signal.SIGINT)
        done = self.finish(process)
        self.assertEqual(done.code, 130, done)
        self.assertEqual(os.listdir(self.path("tmp")), [])
        self.assert_no_process()

    def test_a_killed_driver_leaves_nothing_either(self):
        os.mkdir(self.path("tmp"))
        fifo = self.fifo("begun")
        path = self.define({"t": task("echo > %s; exec sleep 1000" % fifo)}, {"t": {"task": "t"}}, tests={"a": {}})
        process = self.start("test", path, env={"TMPDIR": self.path("tmp")})
        self.hear(fifo)
        with open("/proc/%d/task/%d/children" % (process.pid, process.pid), encoding="utf-8") as children:
            os.kill(int(children.read().split()[0]), signal.SIGKILL)
        self.assertEqual(self.finish(process).code, -signal.SIGKILL)
        self.assertEqual(os.listdir(self.path("tmp")), [])
        self.assert_no_process()

    def test_the_examples(self):
        done = self.wf("test", os.path.join(SOURCE, "examples/stations/stations.yaml"), "-o", "json").json
        self.assertEqual((done["passed"], done["failed"]), (4, 0))


class Gates(WfTest):
    """Nobody is waited for: what gates are told stands in the test."""

    TEXT = """wf: v1
name: asked
tasks: {t: {inputs: {n: int}, outputs: {y: int}, script: echo $((n + 1)) > $y}}
nodes:
  limit: {gate: {signal: int, timeout: 1s}}
  ok: {gate: {approve: go on}, after: [limit]}
  rest: {gate: {sleep: 1h, timeout: 1s}, after: [ok]}
  t: {task: t, with: {n: $limit.value}, after: [rest]}
outputs: {y: $t.y}
tests:
"""

    def results(self, tests, code=0):
        done = self.wf("test", self.write("asked.yaml", self.TEXT + tests), "-o", "json", code=code).json["tests"]
        return {one["test"]: one["mismatches"] for one in done}

    def test_what_they_are_told(self):
        found = self.results("""
  made_up: {expect: {outputs: {y: 2}}}
  given: {signals: {limit: {value: 41}}, expect: {outputs: {y: 42}}}
  late: {signals: {limit: {timeout: true}}, expect: {fails: WF-E3217, nodes: {limit: failed, t: not_run}}}
  refused: {signals: {ok: {reject: too dear}}, expect: {fails: "rejected by a stub: too dear", nodes: {ok: failed}}}
  overslept: {signals: {rest: {timeout: true}}, expect: {fails: WF-E3217}}
""")
        self.assertEqual(found, {name: [] for name in ("made_up", "given", "late", "refused", "overslept")})

    def test_what_makes_no_sense(self):
        path = self.write("asked.yaml", self.TEXT + """
  a: {signals: {nobody: {value: 1}}}
  b: {signals: {t: {value: 1}}}
  c: {signals: {ok: {value: 1}}}
  d: {signals: {ok: {timeout: true}}}
  e: {signals: {rest: {reject: no}}}
  f: {signals: {limit: {value: text}}}
  g: {signals: {limit: {value: 1, reject: no}}}
  h: {signals: {limit: {}}}
""")
        done = self.wf("lint", path, "-o", "json", code=2).json["diagnostics"]
        first = self.TEXT.count("\n") + 2
        self.assertEqual([(one["place"]["line"] - first, one["code"]) for one in done if one["severity"] == "error"],
                         [(0, "WF-E1302"), (1, "WF-E1302"), (2, "WF-E1801"), (3, "WF-E1801"), (4, "WF-E1801"),
                          (5, "WF-E1108"), (6, "WF-E1801"), (7, "WF-E1801")])


if __name__ == "__main__":
    main()
