"""wf lint: what fails in every run is told before any, and what a definition may say is taken."""
from wftest import WfTest, main, task

TEXT = task("echo $s > $y", {"s": "string"}, {"y": "string"})
WORD = task("echo $e > $y", {"e": "enum<a|b>"}, {"y": "string"})
COUNT = task("echo $n > $y", {"n": "int"}, {"y": "int"})
PAIR = task("true", {"n": "int", "k": "int"})


class Constants(WfTest):
    def lint(self, tasks, nodes, inputs=None, outputs=None, code=0, **more):
        return self.wf("lint", self.define(tasks, nodes, inputs, outputs, **more), code=code).out

    def refused(self, code, *definition, **more):
        text = self.lint(*definition, code=2, **more)
        self.assertIn("[%s]" % code, text)
        self.assertIn("1 error", text)
        return text

    def test_null_has_no_text(self):
        for text in ("$(null)", "a $(null) b"):
            self.refused("WF-E1306", {"t": TEXT}, {"a": {"task": "t", "with": {"s": text}}})
            self.refused("WF-E1306", {"t": task("true", env={"V": text})}, {"a": {"task": "t"}})
            self.refused("WF-E1306", {"t": task(["echo", text])}, {"a": {"task": "t"}})
        self.refused("WF-E1306", {"t": TEXT}, {"a": {"task": "t", "with": {"s": "x"}}}, None, {"y": "x $(null)"})

    def test_what_may_be_null_inside_text(self):
        inputs = {"o": {"type": "int?", "default": None}}
        for text in ("$(inputs.o)", "a $(inputs.o)", "$(inputs.o == 3 ? 1 : inputs.o)"):
            self.assertIn("[WF-W1509]", self.lint({"t": TEXT}, {"a": {"task": "t", "with": {"s": text}}}, inputs))
        self.assertEqual(self.lint({"t": TEXT}, {"a": {"task": "t", "with": {"s": "$(inputs.o != null ? inputs.o : 0)"}}}, inputs), "")

    def test_null_where_it_may_be_given(self):
        """$(…) alone is null for a text that may be missing, wherever that stands."""
        tasks = {"t": task("echo ${s-none} > $y", {"s": "string?"}, {"y": "string"}),
                 "u": task("cat $r $l > $y", {"r": {"record": {"f": "string?"}}, "l": "list<string?>"}, {"y": "string"})}
        inputs = {"o": {"type": "string?", "default": None}, "n": {"type": "int?", "default": None}}
        for text in ("$(inputs.o)", "$(inputs.n)", "$(null)", "$(inputs.n == 3 ? 'x' : null)"):
            nodes = {"a": {"task": "t", "with": {"s": text}}, "b": {"task": "u", "with": {"r": {"f": text}, "l": [text, "x"]}}}
            path = self.define(tasks, nodes, inputs, {"a": "$a.y", "b": "$b.y"})
            self.assertEqual(self.wf("lint", path).out, "")
            self.assertEqual(self.run_file(path).json["outputs"], {"a": "none", "b": '{"f":null}\n[null,"x"]'})
        self.assertEqual(self.run_file(path, n=3).json["outputs"], {"a": "x", "b": '{"f":"x"}\n["x","x"]'})
        self.refused("WF-E1306", {"t": task("true", {"s": "string?"})}, {"a": {"task": "t", "with": {"s": "a $(null)"}}})

    def test_enums(self):
        self.refused("WF-E1108", {"t": WORD}, {"a": {"task": "t", "with": {"e": "x$(1)"}}})
        chosen = {"a": {"task": "t", "with": {"e": "$(inputs.e == 'a' ? 'b' : 'a')"}}}
        path = self.define({"t": WORD}, chosen, {"e": "enum<a|b>"}, {"y": "$a.y"})
        self.assertEqual(self.run_file(path, e="a").json["outputs"], {"y": "b"})
        path = self.define({"t": WORD}, {"a": {"task": "t", "with": {"e": "$(inputs.s + 'x')"}}}, {"s": "string"})
        self.assertEqual(self.run_file(path, s="a", code=1).json["cause"]["code"], "WF-E3214")

    def test_lengths(self):
        self.refused("WF-E1320", {"t": PAIR}, {"a": {"task": "t", "map": {"n": "$([1, 2] + [3])", "k": [1, 2]}}})
        self.lint({"t": PAIR}, {"a": {"task": "t", "map": {"n": "$([1, 2] + [3])", "k": [1, 2, 3]}}})
        self.refused("WF-E1352", {"t": COUNT}, {"a": {"task": "t", "map": {"n": "$([1])"}, "each": {"min_success": 2}}})

    def test_sleeps(self):
        self.refused("WF-E1364", {}, {"a": {"gate": {"sleep": "$(duration('-5s'))"}}})

    def test_commands(self):
        never = [{"if": "false", "args": ["sh"]}]
        self.refused("WF-E1201", {"t": task(never)}, {"a": {"task": "t"}})
        self.lint({"t": task([{"if": "inputs.b", "args": ["sh"]}], {"b": "bool"})}, {"a": {"task": "t", "with": {"b": True}}})

    def test_what_no_task_can_be_given(self):
        files = task("ls $m > $y", {"m": "map<file>"}, {"y": "string"})
        self.refused("WF-E1109", {"t": files}, {"a": {"task": "t", "with": {"m": {"a/b": "$inputs.f"}}}}, {"f": "file"})
        self.refused("WF-E1108", {"t": TEXT}, {"a": {"task": "t", "with": {"s": "x" * 65_537}}})
        self.lint({"t": TEXT}, {"a": {"task": "t", "with": {"s": "x" * 65_536}}})

    def test_what_no_program_can_be_given(self):
        for size, refused in ((131_071, False), (131_072, True)):
            for given in (task(["true", "x" * size]), task("true", env={"V": "x" * size})):
                judge = (lambda *what: self.refused("WF-E1108", *what)) if refused else self.lint
                judge({"t": given}, {"a": {"task": "t"}})

    def test_choices_that_other_constraints_refuse(self):
        text = self.refused("WF-E1110", {"t": task("true", {"n": {"type": "int", "one_of": [7, 8], "max": 5}})},
                            {"a": {"task": "t", "with": {"n": "$inputs.n"}}}, {"n": "int"})
        self.assertIn("no value of 'one_of' is allowed by the other constraints", text)

    def test_cases_that_never_run(self):
        text = self.lint({"t": COUNT}, {"a": {"switch": [{"when": "1 > 2", "task": "t", "with": {"n": 1}},
                                                         {"task": "t", "with": {"n": 2}}]}})
        self.assertIn("[WF-W1505]", text)

    def test_names_of_hooks_and_of_each(self):
        text = self.refused("WF-E1302", {"t": COUNT}, {"a": {"task": "t", "with": {"n": 1}}}, None, {"y": "$on_exit.y"},
                            on_exit={"task": "t", "with": {"n": 2}})
        self.assertIn("what on_exit gives cannot be named", text)
        self.assertNotIn("did you mean", text)

    def test_empty_failures_in_tests(self):
        self.refused("WF-E1108", {"t": COUNT}, {"a": {"task": "t", "with": {"n": 1}}},
                     tests={"x": {"expect": {"fails": ""}}})

    def test_codes_that_are_none(self):
        path = self.define({"t": COUNT}, {"a": {"task": "t", "with": {"n": 1}}}, tests={"x": {"expect": {"fails": "WF-E9999"}}})
        self.assertIn("expects WF-E9999, and there is no such code", self.wf("test", path, code=2).err)


class Errors(WfTest):
    """What on_exit sees of a failure, and of none."""

    def path_of(self, text):
        return self.define({"t": TEXT, "f": task("exit $n", {"n": "int"})}, {"a": {"task": "f", "with": {"n": "$inputs.n"}}},
                           {"n": "int"}, on_exit={"task": "t", "with": {"s": text}})

    def test_error_by_itself(self):
        path = self.path_of("$(error == null ? 'fine' : 'at ' + string(error.node))")
        self.assertEqual(self.wf("lint", path).out, "")
        self.run_file(path, n=0)
        self.assertEqual(self.run_file(path, n=1, code=1).json["cause"]["node"], "a")

    def test_what_is_null_without_a_failure(self):
        self.assertIn("[WF-W1508]", self.wf("lint", self.path_of("it was $(error.message)")).out)
        self.assertEqual(self.run_file(self.path("probe.yaml"), n=0, code=1).json["cause"]["code"], "WF-E3207")


if __name__ == "__main__":
    main()
