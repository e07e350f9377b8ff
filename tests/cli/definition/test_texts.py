"""How the text of a definition is read where it is not plain: escapes, ends of $(…), constants, hints, long lines."""
import json
import os

from wftest import WfTest, main, task

CAT = "\U0001f431"
ECHO = task(["printf", "%s", "$inputs.s"], {"s": "string"}, {"y": "string"})


class Texts(WfTest):
    maxDiff = None

    def lint(self, text, code=2):
        """(code, message, hint) of each diagnostic."""
        done = self.wf("lint", self.write("w.yaml", text), "-o", "json", code=code).json["diagnostics"]
        return [(one["code"], one["message"], one["hint"]) for one in done]

    def codes(self, text, code=2):
        return [one[0] for one in self.lint(text, code)]

    def given(self, binding, code=2, limits=None):
        """The codes for a node whose input `s` is bound to a YAML text."""
        port = json.dumps(limits or {"type": "string"})
        return self.codes("wf: v1\nname: w\ntasks: {t: {inputs: {s: %s}, script: \": $s\"}}\n"
                          "nodes: {n: {task: t, with: {s: %s}}}\n" % (port, binding), code)

    # ---- JSON

    def test_characters_in_two_halves(self):
        """json.dumps() of Python writes what is above U+FFFF so."""
        pair = json.dumps(CAT)
        self.assertEqual(pair, '"\\ud83d\\udc31"')
        path = self.define({"t": task('printf %s "$s" > $y', {"s": "string"}, {"y": "string"})},
                           {"t": {"task": "t", "with": {"s": "$inputs.s"}}}, {"s": "string"}, {"y": "$t.y"},
                           description=CAT * 2)
        inputs = self.write("in.json", '{"s": "a%sb"}' % pair[1:-1])
        self.assertEqual(self.run_file(path, "--inputs", inputs).json["outputs"], {"y": "a%sb" % CAT})
        inputs = self.write("in.yaml", "s: 'a%sb'" % pair[1:-1])
        self.assertEqual(self.run_file(path, "--inputs", inputs).json["outputs"], {"y": "a%sb" % pair[1:-1]})
        inputs = self.write("in.yaml", 's: "\\%s\\ud83d\\udc31"' % pair[1:-1])
        self.assertEqual(self.run_file(path, "--inputs", inputs, code=2).code, 2)  # of \\ud83d and half a pair

    def test_half_a_character(self):
        found = self.lint('wf: v1\nname: w\ntasks: {t: {inputs: {"f": "file?"}, script: "\\ud83d"}}\n')
        self.assertEqual([one[0] for one in found], ["WF-E1001"])
        self.assertIn("invalid unicode", found[0][1])
        self.assertIn("other half", found[0][2])

    # ---- ends of $(…)

    def test_ends_as_the_expression_has_them(self):
        for binding in ('"$(\'\'\'it\'s\'\'\')"', "'$(\"\"\"a\"b)\"\"\")'", "\"$(r'\\\\')\"", "\"$('1' // it's )\\n)\"",
                        "'$(\"(\" + \")\")'", "'a $(\"it''s\") b'"):
            self.assertEqual(self.given(binding, 0), [], binding)
        self.assertEqual(self.given('"$(\'open)"'), ["WF-E1305"])
        self.assertEqual(self.given('"$(1 // )"'), ["WF-E1305"])

    def test_a_comment_in_an_output(self):
        path = self.define({"t": task("echo 1 > $y", {}, {"y": "int"})}, {"t": {"task": "t"}}, {},
                           {"y": "$(1 // )\n + t.y)"})
        self.assertEqual(self.run_file(path).json["outputs"], {"y": 2})

    # ---- constants

    def test_constants_are_judged(self):
        self.assertEqual(self.given("'$(%s)'" % " + ".join(["\"%s\"" % ("x" * 1000)] * 60)), ["WF-E1610"])
        self.assertEqual(self.given("'$(\"\\x00\")'"), ["WF-E1608"])
        self.assertEqual(self.given("$(5 + 6)", limits={"type": "int", "max": 10}), ["WF-E1111"])
        self.assertEqual(self.given("$('c')", limits={"type": "string", "one_of": ["a", "b"]}), ["WF-E1111"])
        self.assertEqual(self.given("a$(1 + 1)", 0, limits={"type": "string", "one_of": ["a2", "b"]}), [])

    def condition(self, text, code=0):
        return self.codes("wf: v1\nname: w\ninputs: {s: string}\ntasks: {t: {script: \":\"}}\n"
                          "nodes: {n: {task: t, when: %s}}\n" % json.dumps(text), code)

    def test_as_cel_has_it(self):
        for text in ("double('NaN') != double('nan')", "double('+Infinity') == double('INF')",
                     "double('-infinity') < 0.0", "'a'.matches('[') || true", "inputs.s.matches('[') || true",
                     "timestamp('2026-01-31T10:20:30Z') < timestamp('2027-01-31T10:20:30Z')"):
            self.assertEqual(self.condition(text), [], text)
        for text in ("double('-nan') > 0.0", "double('infinit') > 0.0", "'a'.matches('[')", "inputs.s.matches('[')",
                     "timestamp('2026-01-31 10:20:30Z') < timestamp('2027-01-31T10:20:30Z')"):
            self.assertEqual(len(self.condition(text, 2)), 1, text)

    def test_nodes_that_never_run(self):
        self.assertEqual(self.condition("false"), ["WF-W1505"])
        self.assertEqual(self.condition("1 > 2 && inputs.s == 'a'"), [])
        self.assertEqual(self.codes("wf: v1\nname: w\ntasks: {t: {script: \":\"}}\n"
                                    "nodes: {n: {task: t, run_if: any_failed, after: []}}\n", 0), ["WF-W1505"])

    def test_keys_that_name_no_file(self):
        self.write("x.txt", "x")
        self.assertEqual(self.codes("wf: v1\nname: w\ntasks: {t: {inputs: {m: {type: map<file>, default: {a/b: x.txt}}}, "
                                    "script: ls $m}}\nnodes: {n: {task: t}}\n"), ["WF-E1109"])

    # ---- hints

    def test_what_to_quote_is_the_whole_text(self):
        text = "wf: v1\nname: w\ntasks: {t: {outputs: {y: int}, script: %s}}\nnodes: {n: {task: t}}\n"
        for script, quoted in (("echo ${n:-0} > $y", '"echo ${n:-0} > $y"'), ('echo "${n:-0}" > $y', "'echo \"${n:-0}\" > $y'"),
                               ("echo 'a' ${n:-0} > $y", '"echo \'a\' ${n:-0} > $y"')):
            found = self.lint(text % script)
            self.assertEqual(found[0][0], "WF-E1002", found)
            self.assertEqual(found[0][2], "quote this: " + quoted)
            self.assertEqual(self.codes(text % quoted, 0), [], quoted)

    # ---- size

    def test_diagnostics_of_one_long_line(self):
        """What each says of its line does not hang on how long that is."""
        nodes = ", ".join("n%d: {task: t, run_if: any_failed}" % i for i in range(1000))
        done = self.wf("lint", self.write("w.yaml", "{wf: v1, name: w, tasks: {t: {script: \"# ä\"}}, nodes: {%s}}" % nodes),
                       "-o", "json")
        found = done.json["diagnostics"]
        self.assertEqual(len(found), 1000)
        self.assertLess(len(done.out), 2_000_000)
        line = self.read("w.yaml")
        for one in found:
            begin = one["place"]["column"] - 1
            self.assertEqual(line[begin:begin + one["place"]["length"]], "any_failed")
            self.assertIn("any_failed", one["place"]["text"])
        self.assertIn("^^^^^^^^^^\n", self.wf("lint", "w.yaml").out)
        sarif = self.wf("lint", "w.yaml", "-o", "sarif").json["runs"][0]["results"][-1]["locations"][0]
        region = sarif["physicalLocation"]["region"]
        self.assertEqual(line[region["startColumn"] - 1:region["endColumn"] - 1], "any_failed")

    def test_only_so_many_names_are_compared(self):
        """A file full of unknown names is told them all, and what was meant only as long as that is cheap."""
        names = 2000
        nodes = "".join("  n%d: {task: t, after: [nn%d]}\n" % (i, i) for i in range(names))
        found = self.lint("wf: v1\nname: w\ntasks: {t: {script: \":\"}}\nnodes:\n" + nodes)
        self.assertEqual(len(found), names)
        hints = [one[2] is not None for one in found]
        self.assertTrue(hints[0])
        self.assertLess(sum(hints), names)

    def test_a_file_without_an_end(self):
        self.assertIn("WF-E1014", self.wf("lint", "/dev/zero", code=2).out + self.wf("lint", "/dev/zero", code=2).err)


if __name__ == "__main__":
    main()
