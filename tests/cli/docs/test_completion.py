"""What the shells are told may stand next."""
import os
import unittest

from wftest import WF, WfTest, call, main, task


class Completion(WfTest):
    def setUp(self):
        super().setUp()
        self.env = {"WF_STORE": self.store}

    def candidates(self, *words):
        done = call([WF, "__complete", "--", *words], env=self.env, cwd=self.folder)
        self.assertEqual((done.code, done.err), (0, ""))
        return [line.split("\t")[0] for line in done.out.splitlines()]

    def with_a_run(self):
        definition = self.one_task("echo hello > $x", outputs={"x": "string"})
        self.wf("register", definition, "--label", "v1")
        self.wf("run", "probe@v1", "--name", "nightly")

    def test_commands_and_groups(self):
        self.assertEqual(self.candidates("re"), ["register", "resume", "recover", "rerun", "report"])
        self.assertEqual(self.candidates("project", ""), ["create", "list", "show"])
        self.assertEqual(self.candidates("ver"), ["verify-repro", "version"])

    def test_options_and_their_choices(self):
        self.assertEqual(self.candidates("run", "--ref"), ["--refresh"])
        self.assertEqual(self.candidates("ls", "--state", "f"), ["failed"])
        self.assertEqual(self.candidates("ls", "--state=f"), ["--state=failed"])
        self.assertEqual(self.candidates("store", "path", "-o", ""), ["table", "json", "yaml"])

    def test_paths(self):
        self.assertEqual(self.candidates("lint", "a.yaml", ""), [":files"])
        self.assertEqual(self.candidates("run", "x@y", "--out", ""), [":folders"])
        self.assertEqual(self.candidates("schema", ""), [])

    def test_names_from_the_store(self):
        self.with_a_run()
        self.assertEqual(self.candidates("version", "show", "pro"), ["probe@latest", "probe@v1"])
        self.assertEqual(self.candidates("version", "diff", "probe@v1", "probe@l"), ["probe@latest"])
        self.assertEqual(self.candidates("workflow", "show", "pro")[0], "probe")
        self.assertEqual(self.candidates("show", "ni"), ["nightly"])
        self.assertEqual(self.candidates("-p", ""), [])
        self.assertEqual(self.candidates("ls", "-d", "st"), ["staging"])
        self.assertEqual(self.candidates("ls", "-d", "staging", "pro"), [])

    def test_parts_of_references(self):
        """Each part of RUN/NODE/OUTPUT once the one before it is there, in one run or in any."""
        mapped = self.one_task('echo "$n" > $x', {"n": "int"}, {"x": "file"}, map_over=["n"],
                               defaults={"n": list(range(12))})
        self.wf("run", mapped, "--name", "wide")
        self.assertEqual(self.candidates("logs", "wide", ""), ["t", "t["])
        self.assertEqual(self.candidates("logs", "wide", "t[1"), ["t[1]", "t[10]", "t[11]"])
        self.wf("run", mapped, "--name", "reused")
        self.assertEqual(self.candidates("logs", "reused", "t"), ["t", "t["])
        self.assertEqual(self.candidates("logs", "reused", "t[11"), ["t[11]"])
        self.assertEqual(self.candidates("logs", "reused", "u"), [])
        self.assertIn("wide/", self.candidates("artifact", "get", "w"))
        self.assertEqual(self.candidates("artifact", "get", "wide/"),
                         ["wide/t/", "wide/t[", "wide/inputs/", "wide/outputs/"])
        self.assertEqual(self.candidates("artifact", "get", "wide/t[3]/"), ["wide/t[3]/x"])
        self.assertEqual(self.candidates("artifact", "get", "wide/inputs/"), ["wide/inputs/n"])
        self.assertEqual(self.candidates("lineage", "show", "wf:"), ["wf:default/"])
        self.assertEqual(self.candidates("lineage", "show", "wf:default/dev"), ["wf:default/development/"])
        self.assertIn("wf:default/development/wide/",
                      self.candidates("lineage", "show", "wf:default/development/"))
        self.assertEqual(self.candidates("lineage", "show", "wf:default/development/wide/outputs/"),
                         ["wf:default/development/wide/outputs/x"])

    def test_what_depends_on_the_words_before(self):
        self.with_a_run()
        other = self.define({"twice": task("echo $n > $m", {"n": "int"}, {"m": "int"})},
                            {"twice": {"task": "twice", "with": {"n": 1}}}, name="other", file="other.yaml")
        self.wf("run", other)
        self.assertEqual(self.candidates("artifact", "list", "--task", ""), ["twice", "t"])
        self.assertEqual(self.candidates("artifact", "list", "--workflow", "probe", "--task", ""), ["t"])
        self.assertEqual(self.candidates("help", "ver"), ["verify-repro", "version"])
        self.assertEqual(self.candidates("help", "version", "d"), ["diff"])
        self.assertEqual(self.candidates("help", "catalog", ""), ["dataset", "artifact", "tag"])
        self.assertEqual(self.candidates("help", "catalog", "tag", ""), ["list", "show"])
        self.assertEqual(self.candidates("help", "exit"), ["exit-codes"])
        self.assertEqual(self.candidates("run", "probe@v1", "surplus", ""), [])

    def test_runs_that_are_not_the_newest(self):
        self.with_a_run()
        tail, = self.query("SELECT lower(hex(substr(id, 11))) FROM run")[0]
        columns = {row[1]: row[1] for row in self.query("PRAGMA table_info(run)")}
        columns.update(id="randomblob(16)", name="'later-' || n")
        self.tamper("WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 60) "
                    "INSERT INTO run SELECT %s FROM run, c WHERE name = 'nightly'" % ", ".join(columns.values()))
        self.tamper("UPDATE run SET id = x'%s%s' WHERE name = 'nightly'" % ("00" * 10, tail))
        self.assertEqual(self.candidates("show", "night"), ["nightly"])
        self.assertIn(tail, self.candidates("show", tail[:7]))
        self.assertEqual(self.candidates("artifact", "get", "night"), ["nightly/"])
        self.assertNotIn("nightly", self.candidates("show", ""))

    def test_nodes_of_any_recent_run(self):
        self.with_a_run()
        self.wf("run", "probe@v1")
        self.assertEqual(self.candidates("artifact", "list", "--node", ""), ["t"])

    def test_what_is_run_once_more(self):
        path = self.define({"a": task("echo $n > $x", {"n": "int"}, {"x": "int"})}, {"a": {"task": "a", "with": {"n": "$inputs.n"}}},
                           {"n": "int"})
        self.wf("run", path, "-i", "n=1", "--name", "nightly")
        self.assertEqual(self.candidates("rerun", "nightly", "-i", ""), ["n="])
        self.assertEqual(self.candidates("rerun", "nightly", "--cache", "u"), ["use"])
        self.assertEqual(self.candidates("recover", "nightly", "--rerun", ""), ["a"])
        self.assertEqual(self.candidates("wait", "nightly", "ni"), ["nightly"])

    def test_launch_plans(self):
        self.with_a_run()
        self.wf("launchplan", "create", "nightly", "--workflow", "probe@v1", "--activate")
        self.assertEqual(self.candidates("launchplan", "show", "ni"), ["nightly"])
        self.assertEqual(self.candidates("run", "plan:"), ["plan:nightly"])
        self.assertIn("plan:nightly@latest", self.candidates("run", "plan:nightly@l"))
        self.assertEqual(self.candidates("launchplan", "create", "x", "--workflow", "probe@v"), ["probe@v1"])
        self.assertEqual(self.candidates("ls", "--plan", "n"), ["nightly"])

    def test_runs_that_have_not_ended(self):
        self.with_a_run()
        began, gate = self.fifo("began"), self.fifo("gate")
        path = self.define({"a": task("true"), "t": task("echo > %s; read x < %s" % (began, gate))},
                           {"a": {"task": "a"}, "t": {"task": "t", "after": ["a"]}}, file="slow.yaml")
        process = self.start("run", path, "--name", "newest")
        self.hear(began)
        for command in ("abort", "resume", "signal"):
            self.assertEqual(self.candidates(command, "n"), ["newest"])
            self.assertEqual(len(self.candidates(command, "")), 2)  # its name and its id
        self.assertEqual(self.candidates("signal", "newest", ""), ["a"])
        with open(gate, "w", encoding="utf-8") as pipe:
            pipe.write("\n")
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.candidates("abort", ""), [])

    def test_digests_of_versions(self):
        for text in ("one", "two"):
            self.wf("register", self.one_task("echo %s > $x" % text, outputs={"x": "string"}))
        self.assertEqual(self.candidates("version", "show", "pro"), ["probe@latest"])
        digests = ["probe@" + version.split(":")[1][:12] for version, in self.query("SELECT '0:' || lower(hex(version)) FROM registration")]
        self.assertEqual(sorted(self.candidates("version", "show", "probe@")), sorted(["probe@latest", *digests]))
        self.assertEqual(self.candidates("version", "show", digests[0][:10]), digests[:1])

    def test_nodes_within_elements(self):
        inner = self.define({"t": task("echo $n > $x", {"n": "int"}, {"x": "int"})},
                            {"a": {"task": "t", "map": {"n": "$inputs.ns"}}}, {"ns": "list<int>"}, name="inner", file="inner.yaml")
        outer = self.define({}, {"q": {"workflow": os.path.basename(inner), "map": {"ns": "$inputs.all"}}}, {"all": "list<list<int>>"})
        self.wf("run", outer, "--name", "outer", "-i", "all=[[1,2],[3]]")
        self.assertEqual(self.candidates("logs", "outer", "q["), ["q[0]", "q[1]"])
        self.assertEqual(self.candidates("logs", "outer", "q[0]."), ["q[0].a", "q[0].a["])
        self.assertEqual(self.candidates("artifact", "get", "outer/q[0].a["), ["outer/q[0].a[0]/", "outer/q[0].a[1]/"])

    def test_partitions(self):
        path = self.define({"t": task("echo > $x", {"day": "string"}, {"x": "file"}, partitions=["day"])},
                           {"t": {"task": "t", "with": {"day": "$inputs.day"}}}, {"day": "string"})
        self.wf("run", path, "-i", "day=monday")
        self.assertEqual(self.candidates("artifact", "find", "d"), ["day="])

    def test_catalog_and_events(self):
        self.with_a_run()
        self.wf("artifact", "tag", "nightly/t", "prod")
        for words in (("catalog", "tag", "show"), ("lineage", "show"), ("artifact", "get")):
            self.assertEqual(self.candidates(*words, "probe#")[-1], "probe#t:prod")
        self.assertEqual(self.candidates("catalog", "dataset", "show", ""), ["probe/t"])
        self.assertEqual(self.candidates("event", "list", "--stream", "default/d"), ["default/development"])
        self.assertEqual(self.candidates("event", "list", "--type", "tag."), ["tag.set", "tag.moved"])
        self.assertEqual(self.candidates("lineage", "show", "nightly", "--fields", "kind,ti"), ["kind,title"])

    def test_every_value_has_a_kind(self):
        """What the shells cannot know is said by the description, for commands that are still to come too."""
        described = call([WF, "__dump-cli"]).json
        kinds = set()
        for command in described["commands"]:
            for one in command["options"] + command["arguments"]:
                self.assertEqual(bool(one["kinds"]), one.get("value", "") is not None, one)
                kinds.update(one["kinds"])
        self.assertLessEqual({"run", "node", "version", "workflow", "artifact", "input", "topic"}, kinds)

    def test_silent_without_a_store(self):
        self.assertEqual(self.candidates("show", ""), [])
        self.assertEqual(self.candidates("no-such-command", "x", ""), [])
        self.assertFalse(os.path.exists(self.store))


if __name__ == "__main__":
    main()
