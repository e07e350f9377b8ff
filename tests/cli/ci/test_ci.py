"""What CI services read: annotations, JUnit XML, and the pipelines in examples/ci."""
import json
import os
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import yaml

from wftest import PATH, SOURCE, WF, WfTest, call, clean_environment, task

# The attributes that the JUnit schema of Ant and its descendants demands or knows, by element.
KNOWN = {
    "testsuites": (set(), set()),
    "testsuite": ({"name", "timestamp", "hostname", "tests", "failures", "errors", "time"}, {"skipped"}),
    "properties": (set(), set()), "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, set()),
    "failure": ({"type", "message"}, set()), "error": ({"type", "message"}, set()),
    "skipped": (set(), {"message"}), "system-out": (set(), set()), "system-err": (set(), set()),
}
BROKEN = """wf: v1
name: odd
tasks:
  t: {comand: [x]}
nodes:
  t: {task: t, with: {a: "50%, or: 100%"}}
"""


class Annotations(WfTest):
    def test_github_lint(self):
        self.write("a,b:c%.yaml", BROKEN)
        done = self.wf("lint", "--annotations", "github", "a,b:c%.yaml", code=2)
        lines = done.out.splitlines()
        self.assertIn("::error file=a%2Cb%3Ac%25.yaml,line=4,col=7,title=WF-E1004::a task has no key 'comand'"
                      "%0Aexpected: one of", done.out)
        for line in lines:
            self.assertRegex(line, r"^::(error|warning) file=[^:,]+,line=\d+,col=\d+,title=WF-[EW]\d{4}::.")
        self.assertIn("a,b:c%.yaml:4:7: error:", done.err)
        self.assertEqual(done.err.count(" error: "), len(lines))

    def test_gitlab_lint(self):
        self.write("bad.yaml", BROKEN)
        first = self.wf("lint", "--annotations", "gitlab", "bad.yaml", "bad.yaml", code=2).json
        for entry in first:
            self.assertEqual(set(entry), {"description", "check_name", "fingerprint", "severity", "location"})
            self.assertIn(entry["severity"], ("info", "minor", "major", "critical", "blocker"))
            self.assertEqual(entry["location"]["path"], "bad.yaml")
        prints = [entry["fingerprint"] for entry in first]
        self.assertEqual(len(set(prints)), len(prints))
        self.write("bad.yaml", "# moved\n" + BROKEN)
        moved = self.wf("lint", "--annotations", "gitlab", "bad.yaml", code=2).json
        self.assertEqual([entry["fingerprint"] for entry in moved], prints[:len(moved)])
        self.assertEqual([entry["location"]["lines"]["begin"] for entry in moved],
                         [entry["location"]["lines"]["begin"] + 1 for entry in first[:len(moved)]])
        self.write("good.yaml", "wf: v1\nname: g\ntasks: {t: {command: [x]}}\nnodes: {t: {task: t}}\n")
        self.assertEqual(self.wf("lint", "--annotations", "gitlab", "good.yaml").out, "[]\n")
        self.assertEqual(self.wf("lint", "--annotations", "github", "good.yaml").out, "")

    def test_what_is_refused(self):
        self.write("bad.yaml", BROKEN)
        self.wf("lint", "--annotations", "jenkins", "bad.yaml", code=2)
        said = self.wf("run", "bad.yaml", "--annotations", "github", "-o", "json", code=2).err
        self.assertIn("both want standard output", said)

    def test_what_keeps_a_run_from_beginning(self):
        self.one_task("true", inputs={"n": "int"})
        self.write("broken.yaml", "n: [1\n")
        said = self.wf("run", "probe.yaml", "--inputs", "broken.yaml", "--annotations", "github", code=2).out
        self.assertIn("::error file=broken.yaml,line=", said)
        for words in (["probe.yaml"], ["absent.yaml"], ["probe.yaml", "--name", "?"], ["no@such"]):
            with self.subTest(words):
                done = self.wf("run", *words, "--annotations", "gitlab", code=None)
                self.assertNotEqual(done.code, 0)
                entry, = done.json
                self.assertIn("[%s]" % entry["check_name"], done.err)
        self.assertEqual(len(self.wf("resume", "absent", "--annotations", "gitlab", code=3).json), 1)
        self.assertIn("::error ", self.wf("lint", "absent.yaml", "--annotations", "github", code=3).out)

    def test_a_run(self):
        path = self.define({"t": task("echo 100%, lost >&2; exit 3")}, {"first": {"task": "t"}})
        line = next(i for i, text in enumerate(self.read("probe.yaml").splitlines(), 1) if '"first"' in text)
        done = self.wf("run", "probe.yaml", "--annotations", "github", code=1)
        self.assertRegex(done.out, r"^::error file=probe.yaml,line=%d,col=\d+,title=WF-E3\d+::"
                                   r"node first failed: [^\n]+\n$" % line)
        self.assertIn("100%, lost", done.err)
        entry, = self.wf("run", path, "--annotations", "gitlab", code=1).json
        self.assertEqual(entry["location"], {"path": "probe.yaml", "lines": {"begin": line}})
        self.write("bad.yaml", BROKEN)
        self.assertIn("::error file=bad.yaml,line=4", self.wf("run", "bad.yaml", "--annotations", "github", code=2).out)
        good = self.one_task("true", file="good.yaml")
        self.assertEqual(self.wf("run", good, "--annotations", "gitlab").out, "[]\n")


class Junit(WfTest):
    def suite(self, text):
        """The one suite of a document that keeps to the usual schema."""
        root = ElementTree.fromstring(text)
        for element in root.iter():
            needed, more = KNOWN[element.tag]
            self.assertLessEqual(needed, set(element.attrib), element.tag)
            self.assertLessEqual(set(element.attrib), needed | more, element.tag)
        suite, = root
        order = [element.tag for element in suite]
        cases = suite.findall("testcase")
        self.assertEqual(order, ["properties"] + ["testcase"] * len(cases) + ["system-out", "system-err"])
        self.assertRegex(suite.get("timestamp"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
        self.assertEqual(int(suite.get("tests")), len(cases))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            self.assertEqual(int(suite.get(attribute)), len(suite.findall("testcase/" + tag)))
        return suite

    def kinds(self, suite):
        return {case.get("name"): [child.tag for child in case] for case in suite.findall("testcase")}

    def test_a_failure_and_what_it_kept_from_starting(self):
        hostile = r"""printf 'a <b> & "c" ]]>\033[31m \001 \377 \357\277\277\n' >&2; exit 4"""
        self.define({"ok": task("echo x > $x", outputs={"x": "string"}),
                     "bad": task(hostile, inputs={"x": "string"}, outputs={"y": "string"}),
                     "last": task("true", inputs={"y": "string"})},
                    {"ok": {"task": "ok"}, "bad": {"task": "bad", "with": {"x": "$ok.x"}},
                     "last": {"task": "last", "with": {"y": "$bad.y"}}})
        self.wf("run", "probe.yaml", "--junit", "j.xml", code=1)
        suite = self.suite(self.read("j.xml"))
        self.assertEqual(self.kinds(suite), {"ok": [], "bad": ["failure"], "last": ["skipped"]})
        case = suite.find("testcase[@name='bad']")
        self.assertEqual(case.get("classname"), "probe.bad")
        failure = case.find("failure")
        self.assertIn("4", failure.get("message"))
        self.assertIn('a <b> & "c" ]]>\\x1b[31m \\x01 \\xff \ufffd', failure.text)
        self.assertEqual(suite.find("testcase[@name='last']/skipped").get("message"),
                         "never started: it needs bad, which did not end well: bad: exited with code 4")

    def test_reuse_elements_and_show(self):
        self.one_task("echo $k > $x", inputs={"k": "int"}, outputs={"x": "string"}, map_over=["k"])
        self.wf("run", "probe.yaml", "-i", "k=[1,2]", "--junit", "/dev/null")
        self.wf("run", "probe.yaml", "-i", "k=[2,3]", "--junit", "j.xml", "--name", "n")
        suite = self.suite(self.read("j.xml"))
        self.assertEqual(self.kinds(suite), {"t[0]": ["skipped"], "t[1]": []})
        self.assertIn("reused from run", suite.find("testcase/skipped").get("message"))
        self.assertEqual(self.wf("show", "n", "-o", "junit").out, self.read("j.xml"))
        # A run that is asked for again by its name reports the same.
        self.wf("run", "probe.yaml", "-i", "k=[2,3]", "--junit", "again.xml", "--name", "n")
        self.assertEqual(self.read("again.xml"), self.read("j.xml"))

    def mapped(self, script, each, **more):
        return self.define({"t": task(script, {"k": "int"}, {"x": "string"})},
                           {"t": {"task": "t", "map": {"k": "$inputs.k"}, "each": each}}, {"k": "list<int>"}, **more)

    def test_failures_that_are_tolerated(self):
        bad = "echo lost >&2; test $k != 2; echo $k > $x"
        self.define({"t": task(bad, {"k": "int"}, {"x": "string"})}, {"t": {"task": "t", "with": {"k": "$inputs.k"}}}, {"k": "int"},
                    name="inner", file="inner.yaml")
        for runs in ("task: t", "workflow: inner.yaml"):
            with self.subTest(runs):
                self.define({"t": task(bad, {"k": "int"}, {"x": "string"}), "last": task("exit 5")},
                            {"t": {**dict([runs.split(": ")]), "map": {"k": "$inputs.k"}, "each": {"min_success": 2}},
                             "last": {"task": "last", "when": "inputs.fails"}},
                            {"k": "list<int>", "fails": "bool"}, failure_policy="finish")
                words = ["run", "probe.yaml", "-i", "k=[1,2,3]", "--refresh", "--junit", "j.xml", "-i"]
                for fails in ("false", "true"):
                    self.wf(*words, "fails=" + fails, code=int(fails == "true"))
                    suite = self.suite(self.read("j.xml"))
                    self.assertEqual((suite.get("failures"), suite.get("errors")), (str(int(fails == "true")), "0"))
                    [case] = [one for one in suite.findall("testcase") if "[1]" in one.get("name")]
                    self.assertEqual(case.find("skipped").get("message"), "tolerated: exited with code 1")
                    self.assertIn("lost", case.find("skipped").text)
                self.wf("run", "probe.yaml", "-i", "k=[2,2,3]", "-i", "fails=false", "--junit", "j.xml", code=1)
                self.assertEqual(self.suite(self.read("j.xml")).get("failures"), "2")

    def test_elements_that_never_started(self):
        self.mapped("echo $k > $x", {"min_success": 1, "stop_early": True, "parallelism": 1})
        self.wf("run", "probe.yaml", "-i", "k=[1,2]", "--junit", "j.xml")
        suite = self.suite(self.read("j.xml"))
        self.assertEqual(self.kinds(suite), {"t[0]": [], "t[1]": ["skipped"]})
        self.assertEqual(suite.find("testcase/skipped").get("message"), "never started: enough elements had succeeded")
        self.mapped("exit 3", {"parallelism": 1}, failure_policy="fail_fast")
        self.wf("run", "probe.yaml", "-i", "k=[1,2,3]", "--junit", "j.xml", code=1)
        suite = self.suite(self.read("j.xml"))
        self.assertEqual(self.kinds(suite), {"t[0]": ["failure"], "t[1]": ["skipped"], "t[2]": ["skipped"]})
        self.assertEqual(suite.find("testcase/skipped").get("message"), "never started: the run ended before: t[0]: exited with code 3")

    def test_elements_inside_of_a_workflow_that_never_started(self):
        inner = {"t": {"task": "t", "map": {"k": "$inputs.k"}, "each": {"min_success": 1, "stop_early": True, "parallelism": 1}}}
        self.define({"t": task("echo $k > $x", {"k": "int"}, {"x": "string"})}, inner, {"k": "list<int>"}, name="inner", file="inner.yaml")
        self.define({}, {"n": {"workflow": "inner.yaml", "with": {"k": "$inputs.k"}}}, {"k": "list<int>"})
        self.wf("run", "probe.yaml", "-i", "k=[5,6]", "--junit", "j.xml")
        self.assertEqual(self.kinds(self.suite(self.read("j.xml"))), {"n.t[0]": [], "n.t[1]": ["skipped"]})

    def test_an_aborted_run_is_no_success(self):
        began = self.fifo("began")
        self.one_task("echo > %s; sleep 1000" % began)
        process = self.start("run", "probe.yaml", "--junit", "j.xml", "--name", "n")
        self.hear(began)
        self.wf("abort", "n")
        self.assertEqual(self.finish(process).code, 6)
        self.assertEqual(self.kinds(self.suite(self.read("j.xml"))), {"t": ["error"]})

    def test_a_file_that_cannot_be_written(self):
        """It takes nothing with it: neither the outputs nor how the run ended."""
        self.one_task("echo 1 > $x", outputs={"x": "int"})
        done = self.wf("run", "probe.yaml", "--junit", "absent/j.xml", "--out", "results", code=3)
        self.assertIn("absent/j.xml", done.err)
        self.assertIn("succeeded", done.out)
        self.assertEqual(json.loads(self.read("results/outputs.json")), {"x": 1})
        self.one_task("exit 4", file="bad.yaml")
        self.assertIn("absent/j.xml", self.wf("run", "bad.yaml", "--junit", "absent/j.xml", code=1).err)
        done = self.wf("run", "bad.yaml", "--junit", "absent/j.xml", "-o", "json", code=1)
        self.assertEqual(done.json["state"], "failed")
        self.assertEqual(json.loads(done.err.splitlines()[-1])["error"]["exit"], 3)

    def test_a_file_in_the_way_of_the_outputs(self):
        self.one_task("echo 1 > $x", outputs={"x": "int"})
        self.write("results/outputs.json", "mine")
        done = self.wf("run", "probe.yaml", "--junit", "j.xml", "--out", "results", "--annotations", "github", code=4)
        self.assertEqual(self.kinds(self.suite(self.read("j.xml"))), {"t": []})
        self.assertRegex(done.out, r"^::error title=WF-E5004::[^\n]+\n$")

    def test_the_file_is_replaced_at_once(self):
        self.one_task("true")
        os.symlink(self.path("kept.xml"), self.path("j.xml"))
        for _ in range(2):
            self.wf("run", "probe.yaml", "--junit", "j.xml", "--refresh")
            self.assertEqual(self.kinds(self.suite(self.read("kept.xml"))), {"t": []})
        self.assertEqual(sorted(name for name in os.listdir(self.folder) if "xml" in name), ["j.xml", "kept.xml"])


class Pipelines(WfTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(os.path.join(SOURCE, "examples/iris"), self.path("iris"))
        os.makedirs(self.path("bin"))
        os.symlink(os.path.realpath(WF), self.path("bin/wf"))
        git = ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"]
        for words in (["init", "-q"], ["add", "iris"], ["commit", "-qm", "first"]):
            subprocess.run(git + words, cwd=self.folder, check=True, env=clean_environment())
        self.commit = call(["git", "rev-parse", "HEAD"], cwd=self.folder).out.strip()

    def load(self, name):
        with open(os.path.join(SOURCE, "examples/ci", name), encoding="utf-8") as file:
            return yaml.safe_load(file)

    def follow(self, script, variables, more, code=0):
        env = {**variables, **more, "WF_STORE": self.store, "PATH": self.path("bin") + ":" + PATH}
        done = call(["bash", "-eo", "pipefail", "-c", script], env=env, cwd=self.folder)
        self.assertEqual(done.code, code, done)
        return done

    def check_results(self):
        names = set(ElementTree.parse(self.path("junit.xml")).getroot()[0][1].attrib)
        self.assertEqual(names, {"classname", "name", "time"})
        with open(self.path("results/lineage.json"), encoding="utf-8") as file:
            json.load(file)
        labels = self.wf("label", "list", "iris", "-o", "json").json["labels"]
        self.assertEqual([label["label"] for label in labels], ["main-" + self.commit])

    def test_github(self):
        workflow = self.load("github.yaml")
        more = {"GITHUB_SHA": self.commit, "GITHUB_STEP_SUMMARY": self.path("summary.md")}
        for again in range(2):
            for job in workflow["jobs"].values():
                scripts = [step["run"] for step in job["steps"] if "run" in step]
                self.assertTrue(scripts)
                for script in scripts:
                    self.follow(script, workflow["env"], more)
            self.check_results()
        self.assertIn("iris.yaml", self.read("summary.md"))
        self.write("iris/iris.yaml", BROKEN)
        done = self.follow(workflow["jobs"]["check"]["steps"][1]["run"], workflow["env"], more, code=2)
        self.assertIn("::error file=iris/iris.yaml,line=4", done.out)

    def test_gitlab(self):
        pipeline = self.load("gitlab.yaml")
        more = {"CI_COMMIT_SHA": self.commit}
        for name in ("check", "run"):
            self.follow("\n".join(pipeline[name]["script"]), pipeline["variables"], more)
            self.assertEqual(json.loads(self.read("code-quality.json")), [])
        self.check_results()
        self.assertIn("iris.yaml", self.read("results/lineage.txt"))
        self.write("iris/iris.yaml", BROKEN)
        self.follow("\n".join(pipeline["check"]["script"]), pipeline["variables"], more, code=2)
        self.assertTrue(re.fullmatch("[0-9a-f]{64}", json.loads(self.read("code-quality.json"))[0]["fingerprint"]))


if __name__ == "__main__":
    unittest.main()
