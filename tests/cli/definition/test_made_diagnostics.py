"""Codes that no definition in the manual can show: they take many files, a run, another machine or a damaged store.

golden/codes/CODE.expected is the exact text; WF_ACCEPT=1 rewrites them.
"""
import hashlib
import json
import os
import subprocess

from wftest import SOURCE, WfTest, main, task

CODES = os.path.join(SOURCE, "tests/cli/definition/golden/codes")
ABOVE_ZONES = "/usr/share"
DOUBLE = task("echo $((2 * n)) > $y", {"n": "int"}, {"y": "int"})


class MadeDiagnostics(WfTest):
    maxDiff = None

    def compare(self, code, text):
        path = os.path.join(CODES, code + ".expected")
        text = text.replace(self.folder, "FOLDER").rstrip("\n") + "\n"
        self.assertIn(code, text)
        if os.environ.get("WF_ACCEPT") == "1":
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), text, code)

    def cause(self, path, **inputs):
        cause = self.run_file(path, code=1, **inputs).json["cause"]
        return "%s [%s]" % (cause["message"], cause["code"])

    def emitting(self, text):
        fan = task("cat <<'END' > $definition\n%sEND\n" % text, {"n": "int"}, {"y": "int"}, dynamic=True)
        return self.define({"fan": fan, "double": DOUBLE}, {"fan": {"task": "fan", "with": {"n": 3}}}, {}, {"y": "$fan.y"})

    def test_levels(self):
        for level in range(40):
            self.define({}, {"n": {"workflow": "%d.yaml" % (level + 1)}}, name="w", file="%d.yaml" % level)
        self.compare("WF-E1356", self.wf("lint", "0.yaml", code=2).out)

    def test_what_is_emitted_does_not_fit(self):
        text = ("wf: v1\nname: x\ninputs: {m: int, n: float}\nnodes: {one: {task: double, with: {n: 1}}}\n"
                "outputs: {z: $one.y}\n")
        self.compare("WF-E1365", self.cause(self.emitting(text)))

    def test_what_is_emitted_has_nothing_beside_it(self):
        text = "wf: v1\nname: x\nnodes: {one: {workflow: probe.yaml}}\noutputs: {y: $one.y}\n"
        self.compare("WF-E1366", self.cause(self.emitting(text)))

    def test_long_and_deep_expressions(self):
        path = self.define({"t": task("true")}, {"deep": {"task": "t", "when": "(" * 70 + "true" + ")" * 70},
                                                 "long": {"task": "t", "when": "true" + " || true" * 10000}})
        text = self.wf("lint", path, code=2).out
        # The lines that show the texts themselves are as long as these.
        self.compare("WF-E1602", "\n".join(line for line in text.splitlines() if len(line) < 200))

    def test_costly_expressions(self):
        path = self.define({"t": task("true")}, {"n": {"task": "t", "when": "size(%s) > 0" % " + ".join(["inputs.l"] * 20)}},
                           {"l": "list<int>"})
        self.compare("WF-E1610", self.cause(path, l=list(range(10000))))

    def test_no_time_zones(self):
        """A machine without them: nothing is where they were, for this process alone."""
        hidden = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs none %s && exec "$@"' % ABOVE_ZONES, "sh"]
        if subprocess.run([*hidden, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            self.skipTest("nothing can be mounted here")
        self.wf("register", self.define({"t": task("true")}, {"n": {"task": "t"}}), "--label", "v1")
        self.write("plan.yaml", "launchplan: v1\nname: p\nworkflow: probe@v1\n"
                                "schedule: {cron: 0 3 * * *, zone: Europe/Berlin}\n")
        done = subprocess.run([*hidden, *self.arguments("launchplan", "create", "plan.yaml")], cwd=self.folder,
                              capture_output=True, encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 2, done)
        self.compare("WF-E1707", done.stderr)

    def replace_body(self, table, prefix, **members):
        """Another body with its own digest under the same name, as a newer wf might have written it."""
        [(body,)] = self.query("SELECT body FROM " + table)
        changed = json.dumps({**json.loads(body), **members}, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        new = hashlib.sha256((prefix + "\n" + changed).encode()).hexdigest()
        self.tamper("UPDATE %s SET digest = x'%s', body = '%s'" % (table, new, changed.replace("'", "''")))
        return new

    def test_a_version_that_cannot_be_read_back(self):
        self.wf("register", self.define({"t": task("true")}, {"n": {"task": "t"}}), "--label", "v1")
        new = self.replace_body("version", "wf-version-1", nodes="many")
        for table in ("registration", "label"):
            self.tamper("UPDATE %s SET version = x'%s'" % (table, new))
        self.compare("WF-E1901", self.wf("run", "probe@v1", code=9).err)

    def registered(self):
        """What is named as prep@v1, with a task `double`."""
        self.define({"double": DOUBLE}, {"d": {"task": "double", "with": {"n": "$inputs.n"}}}, {"n": "int"},
                    {"y": "$d.y"}, name="prep", file="prep.yaml")
        self.wf("register", "prep.yaml", "--label", "v1")
        return self.define({}, {"p": {"workflow": "prep@v1", "with": {"n": 4}}}, outputs={"y": "$p.y"})

    def test_digits_of_several_versions(self):
        """Two digests that begin alike, which takes 2^16 tries to find."""
        for text in ("true", "false"):
            self.wf("register", self.define({"t": task(text)}, {"n": {"task": "t"}}))
        alike = ["deadbeef%056x" % i for i in (1, 2)]
        versions = [version for (version,) in self.query("SELECT version FROM registration ORDER BY seq")]
        for new, old in zip(alike, versions):
            for table, column in (("version", "digest"), ("registration", "version")):
                self.tamper("UPDATE %s SET %s = x'%s' WHERE %s = x'%s'" % (table, column, new, column, old.hex()))
        self.compare("WF-E2005", self.wf("run", "probe@deadbeef", code=2).err)

    def test_a_version_that_is_not_in_the_store(self):
        probe = self.registered()
        self.wf("lock", probe)
        self.store = self.path("elsewhere")
        text = self.wf("register", probe, code=3).err
        self.compare("WF-E2018", text)

    def test_a_lock_that_does_not_agree(self):
        probe = self.registered()
        self.wf("lock", probe)
        self.write("wf.lock", self.read("wf.lock").replace('"type": "int"', '"type": "int?"', 1))
        self.compare("WF-E2019", self.wf("register", probe, code=4).err)

    def test_a_task_that_a_version_has_not(self):
        self.registered()
        probe = self.define({}, {"p": {"task": "prep#triple@v1", "with": {"n": 4}}}, outputs={"y": "$p.y"})
        self.compare("WF-E2020", self.wf("lock", probe, code=3).err)

    def test_lists_of_unequal_length(self):
        both = task("echo $((a + b)) > $y", {"a": "int", "b": "int"}, {"y": "int"})
        path = self.define({"both": both}, {"n": {"task": "both", "map": {"a": "$inputs.a", "b": "$inputs.b"}}},
                           {"a": "list<int>", "b": "list<int>"})
        self.compare("WF-E3206", self.cause(path, a=[1, 2, 3], b=[1, 2]))

    def test_steps_that_lead_nowhere(self):
        path = self.define({"double": DOUBLE}, {"n": {"task": "double", "with": {"n": "$inputs.rows.7"}}}, {"rows": "list<int>"})
        far = self.cause(path, rows=[1, 2])
        path = self.define({"double": DOUBLE}, {"n": {"task": "double", "with": {"n": '$inputs.ages["a.b/c d"]'}}},
                           {"ages": "map<int>"})
        self.compare("WF-E3213", far + "\n" + self.cause(path, ages={"a": 1}))

    def test_a_plan_that_cannot_be_read_back(self):
        self.wf("register", self.define({"t": task("true")}, {"n": {"task": "t"}}), "--label", "v1")
        self.wf("launchplan", "create", "p", "--workflow", "probe@v1")
        new = self.replace_body("launch_plan", "wf-launchplan-1", parallelism="many")
        self.tamper("UPDATE launch_plan_registration SET plan = x'%s'" % new)
        self.compare("WF-E1902", self.wf("launchplan", "show", "p@latest", code=9).err)


if __name__ == "__main__":
    main()
