"""Every command that prints JSON keeps to the schema of its output, in every form and with little or nothing to say."""
import contextlib
import copy
import glob
import json
import os
import re
import subprocess

import jsonschema
import yaml

from rich import Rich
from wftest import SOURCE, WF, call, main, task, wait_until

FOLDER = os.path.join(SOURCE, "schemas/output")


def commands():
    """(name, forms) of each command that prints what a machine reads."""
    for one in call([WF, "__dump-cli"]).json["commands"]:
        for option in one["options"]:
            forms = {"json", "jsonl", "yaml"} & set(option["choices"]) if "--output" in option["flags"] else set()
            if forms:
                yield one["name"], forms


def schema_of(command):
    done = call([WF, "schema", "output", *command.split()])
    return done.json if done.code == 0 else None


def validator(schema):
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


class Loader(yaml.SafeLoader):
    """YAML without timestamps, which JSON has not."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()}


class Outputs(Rich):
    maxDiff = None

    def check(self, command, *arguments, code=0, lines=True):
        """Runs the command in each form it has; what it printed as JSON."""
        self.ran.setdefault(command, set())
        schema = schema_of(command)
        self.assertIsNotNone(schema, "schemas/output/%s.json is missing" % command.replace(" ", "-"))
        forms = dict(commands())[command]
        found = None
        if "json" in forms:
            found = self.ask(command, "json", arguments, code).json
            self.keeps_to(schema, found, (command, *arguments))
            self.ran[command].add("json")
        if "yaml" in forms and self.repeatable(command):
            out = self.ask(command, "yaml", arguments, code).out
            self.assertEqual(yaml.load(out, Loader), found, (command, arguments))
            self.ran[command].add("yaml")
        if "jsonl" in forms and lines:
            self.check_lines(command, schema, arguments, code, found)
        return found

    def ask(self, command, form, arguments, code):
        done = self.wf(*command.split(), *arguments, "-o", form, code=code)
        if command not in ("run", "resume", "recover", "rerun"):  # which tell their progress
            self.assertEqual(done.err, "")
        return done

    def check_lines(self, command, schema, arguments, code, found):
        rows = [json.loads(line) for line in self.ask(command, "jsonl", arguments, code).out.splitlines()]
        self.ran[command].add("jsonl")
        line = schema.get("$defs", {}).get("line")
        if line:
            for row in rows:
                self.keeps_to({**line, "$defs": schema["$defs"]}, row, command)
        elif found is None:
            for row in rows:
                self.keeps_to(schema, row, command)
        else:
            self.assertEqual([rows], [value for value in found.values() if isinstance(value, list)], command)

    @staticmethod
    def repeatable(command):
        """Whether asking twice gives the same."""
        return command not in ("artifact tag", "artifact pin", "artifact unpin", "gc", "register", "promote", "run", "resume", "recover", "rerun", "launchplan create", "launchplan activate", "launchplan deactivate", "project create", "domain create", "pool set", "pool delete", "config set", "config unset", "secret set", "secret unset", "init", "test", "signal", "debug", "export", "import", "store merge")

    def keeps_to(self, schema, data, what):
        errors = list(validator(schema).iter_errors(data))
        if errors:
            error = max(errors, key=lambda one: len(one.absolute_path))
            self.fail("%s: %s\nat %s\nin %s" % (what, error.message, list(error.absolute_path), json.dumps(data)[:3000]))

    def test_a_session(self):
        self.ran = {}
        self.make()
        self.before_anything()
        self.registered()
        self.runs()
        self.plans()
        self.pools()
        self.secrets()
        self.lineage()
        self.records()
        self.transfers()
        self.settings()
        self.nested()
        self.errors()
        self.damage()
        self.assertEqual({name: sorted(forms) for name, forms in self.ran.items()},
                         {name: sorted(forms if self.repeatable(name) else forms - {"yaml"}) for name, forms in commands()},
                         "each command with -o json needs a schema, and a place in this session")

    def before_anything(self):
        self.assertFalse(self.check("store path")["exists"])
        self.assertTrue(self.check("init")["new"])
        self.assertFalse(self.check("init")["new"])
        self.assertEqual(self.check("init", "begun", "--template", "minimal")["next"], "cd begun && wf run hello.yaml --store " + self.store)
        self.assertIn("minimal", [one["name"] for one in self.check("init", "--template", "list")["templates"]])
        self.check("store path")
        for command, name in (("ls", "runs"), ("artifact list", "artifacts"), ("workflow list", "workflows"), ("label list", "labels")):
            found = self.check(command)
            self.assertEqual((found[name], found.get("next")), ([], None))
        self.assertEqual(self.check("status"), {"running": [], "executions": [], "failed_lately": [], "more_running": 0, "more_failed_lately": 0})
        self.assertEqual(self.check("artifact verify"), {"checked": 0, "damaged": []})
        self.assertEqual(self.check("event list", "--type", "nothing"), {"events": []})

    def registered(self):
        self.assertEqual(self.check("lint", "steps.yaml")["diagnostics"], [])
        self.assertEqual(len(self.check("lint", "bad.yaml", "warned.yaml", "steps.yaml", code=2)["files"]), 3)
        drawn = self.check("graph", "steps.yaml")
        tested = os.path.join(SOURCE, "tests/cli/golden/files/tested.yaml")
        self.assertEqual([one["result"] for one in self.check("test", tested, code=1)["tests"]], ["passed"] * 3 + ["failed"] * 2)
        self.check("register", "steps.yaml", "--dry-run")
        self.check("register", "steps.yaml", "--label", "v1")
        self.assertEqual(self.check("graph", "steps@v1")["version"], drawn["version"])
        subprocess.run("git init -q -b main && git add steps.yaml later.yaml && git -c user.name=a -c user.email=a@b commit -qm a",
                       shell=True, cwd=self.folder, check=True)
        self.check("register", "later.yaml")
        self.check("workflow list")
        self.assertEqual(self.check("workflow show", "steps")["inputs"]["wait"]["default"], "1m30s")
        self.assertEqual(len(self.check("version list", "steps")["registrations"]), 2)
        self.check("version show", "steps@latest")
        self.check("version show", "steps@latest", "--resolved")
        self.assertEqual(self.check("version diff", "steps@v1", "steps@v1")["changes"], [])
        self.check("version diff", "steps@v1", "steps@latest", code=11)
        self.check("label list")
        self.check("lock", "uses.yaml", "--check", code=11)
        self.wf("lock", "uses.yaml", cwd=self.folder)
        self.check("register", "uses.yaml")
        self.assertEqual(self.check("workflow show", "uses")["nodes"][0]["task"], None)
        for kind in ("project", "domain"):
            self.assertIsNone(self.check(kind + " create", "bare")["description"])
            self.check(kind + " create", "vision", "--description", "Cameras")
            self.check(kind + " list")
            self.check(kind + " show", "vision")

        self.check("promote", "steps@v1", "--to", "staging", "--keep-labels")
        self.check("version list", "steps", "-d", "staging")

    def plans(self):
        self.check("launchplan create", "often", "--workflow", "steps@v1", "-i", "ks=[1]", "--every", "6h")
        self.check("launchplan create", "nightly", "--workflow", "steps@v1", "--fixed", "ks=[1]", "--label", "a=b", "--parallelism", "1",
                   "--cron", "@daily", "--zone", "Europe/Berlin", "--activate")
        self.check("launchplan activate", "often@latest")
        self.check("launchplan deactivate", "often")
        self.check("launchplan list")
        self.check("launchplan show", "nightly", "--after", "2027-01-01T00:00:00Z")
        self.check("launchplan show", "often@latest")
        self.check("launchplan history", "often")
        self.check("launchplan diff", "often@latest", "nightly", code=11)
        self.check("run", "plan:nightly", "--name", "planned")
        self.assertEqual(self.check("run", "plan:nightly", "-n")["plan"][:8], "nightly@")
        self.check("show", "planned")
        self.check("lineage show", "planned")
        self.check("ls", "--plan", "nightly")

    def runs(self):
        foretold = self.check("run", "steps@v1", "--dry-run")
        self.assertEqual({one["fate"] for one in foretold["executions"]}, {"run", "unknown"})
        self.check("run", "steps@v1", "--name", "one")
        self.assertEqual(self.check("run", "steps@v1")["this_time"]["reused"], 5)
        self.assertEqual(self.check("run", "steps@v1", "--name", "one")["this_time"]["done_before"], 5)
        self.assertEqual(self.check("run", "steps@v1", "-n")["counts"]["reuse"], 5)
        self.check("run", "steps@latest", "-n", "-i", "table=other.txt", "-i", "ks=[1, 5]")
        self.check("run", "steps@latest", "--name", "two", "-i", "table=other.txt", "-i", "ks=[1, 5]")
        self.check("run", "steps@v1", "--name", "given", "-i", "table=wf:default/development/one/split/head", "-i", "ks=[]")
        self.assertEqual(self.check("run", "broken.yaml", "-i", "k=[1, 2]", "--name", "bad", code=1)["failures"][0]["element"], 0)
        gated = self.start("run", self.define({}, {"ok": {"gate": {"approve": "go?"}}}, name="gated", file="gated.yaml"), "--name", "gated")
        wait_until(lambda: self.query("SELECT count(*) FROM gate") == [(1,)], "it waits")
        self.check("show", "gated")
        self.check("signal", "gated", "ok", "--note", "fine")
        self.assertEqual(self.finish(gated).code, 0)
        self.check("explain", "gated")
        ready = self.kill_a_driver("left")
        self.assertEqual(self.check("status")["running"][0]["driver"]["state"], "dead")
        self.check("show", "left")
        self.check("logs", "left")
        self.check("ls", "--state", "running")
        self.assertIn("running, driver dead", self.wf("ls").out)
        self.assertRegex(self.wf("show", "left").out, r"running, driver dead\n(.*\n)*  go on     wf resume [0-9a-f]{12}\n")
        self.write("left.gate", "")
        reader = os.open(ready, os.O_RDWR)
        self.assertEqual(self.check("resume", "left")["this_time"]["ran"], 1)
        self.assertEqual(self.check("resume", "left")["this_time"]["done_before"], 1)
        self.assertEqual(self.check("recover", "left")["this_time"]["recovered"], 1)
        self.assertEqual(self.check("recover", "left", "--rerun", "t", "--name", "other")["parent"]["again"], ["t"])
        os.close(reader)
        self.assertEqual(self.check("rerun", "one")["parent"]["relation"], "rerun")
        self.check("explain", "other")
        self.check("show", "other")
        self.check("ls", "--parent", "left")
        self.check("lineage show", "other")
        self.check("wait", "left", "other")
        for command, what in (("run", "steps@v1"), ("recover", "left"), ("rerun", "one")):
            self.wf("wait", self.check(command, what, "--detach")["run"])
        for name in ("one", "two", "given", "bad", "left"):
            self.check("show", name)
            self.check("logs", name)
        self.check("ls")
        self.check("status")

    def pools(self):
        self.assertEqual(self.check("pool set", "db", "0")["size"], 0)
        path = self.define({"t": {"script": "true", "pools": ["db"]}}, {"t": {"task": "t"}}, name="shares", file="shares.yaml", concurrency={"policy": "skip"})
        process = self.start("run", path, "--name", "shares")
        self.hear_waiting(process)
        self.assertEqual([one["state"] for one in self.check("pool show", "db")["claims"]], ["waiting"])
        self.assertEqual(len(self.check("run", path)["others"]), 1)
        self.check("status")
        waiting = self.define({}, {"ok": {"gate": {"approve": "go?"}}}, name="shares", file="waits.yaml", concurrency=1)
        other = self.start("run", waiting, "--name", "waits")
        self.hear_waiting(other)
        self.assertIn(None, [one["node"] for one in self.check("status")["executions"]])
        for name, one in (("waits", other), ("shares", process)):
            self.wf("abort", name)
            self.finish(one)
        self.assertEqual(self.check("pool list")["pools"][0]["waiting"], 0)
        self.assertTrue(self.check("pool delete", "db")["deleted"])

    @contextlib.contextmanager
    def at_home(self):
        """With a layer of the user that is this test's own."""
        home = {"HOME": self.folder, "XDG_CONFIG_HOME": self.path("config")}
        plain = self.wf
        self.wf = lambda *arguments, **more: plain(*arguments, **{"env": home, **more})
        yield
        self.wf = plain

    def secrets(self):
        with self.at_home():
            self.check("secret set", "api-token", "env:NOBODY_SET_IT", "--layer", "user")
            self.check("secret set", "key", "command:echo open-sesame", "--layer", "user")
            self.assertEqual([one["secret"] for one in self.check("secret list")["secrets"]], ["api-token", "key"])
            self.assertEqual([one["state"] for one in self.check("secret check", code=5)["secrets"]], ["missing", "there"])
            for name in ("api-token", "key"):
                self.assertIsNone(self.check("secret unset", name, "--layer", "user")["source"])

    def lineage(self):
        for subject in ("one", "two", "given", "bad", "one/split", "steps@v1", "table.txt", "one/score[1]/y"):
            self.check("lineage show", subject)
            self.check("lineage impact", subject)
        self.check("lineage show", "one", "--all", "--elements")
        self.check("lineage show", "one", "--depth", "1", "--limit", "2")
        self.check("lineage show", "one", "--fields", "title,started")
        self.check("lineage path", "given/split", "one/split")
        self.check("lineage path", "one", "one")
        self.check("lineage diff", "one", "one")
        self.check("lineage diff", "one", "two", code=11)
        self.check("lineage diff", "one", "bad", code=11)

    def nested(self):
        """What is in workflows that nodes run has paths with dots and brackets; a file any bytes as its name."""
        name = os.fsdecode(b"n\xff\xe2\x80\xae")
        self.write(name, "its bytes\n")
        self.define({"t": task("cat $f >&2; echo $k > $v", {"k": "int", "f": "file", "s": "string"}, {"v": "int"})},
                    {"w": {"task": "t", "map": {"k": "$inputs.ks"}, "with": {"f": "$inputs.f", "s": "$inputs.s"}}},
                    {"ks": "list<int>", "f": "file", "s": {"type": "string", "default": "a\u009bb\u202e"}}, {"v": "$w.v"},
                    name="inner", file="inner.yaml")
        self.define({}, {"q": {"workflow": "inner.yaml", "map": {"ks": "$inputs.ks"}, "with": {"f": "$inputs.f"}}},
                    {"ks": "list<list<int>>", "f": "file"}, {"v": "$q.v"}, name="outer", file="outer.yaml")
        for run, ks in (("nested", "[[1],[2,3]]"), ("nested-too", "[[1],[2,9]]")):
            self.wf("run", "outer.yaml", "--name", run, "-i", "ks=" + ks, "-i", "f=" + name)
        for command in ("show", "explain", "logs", "lineage show", "lineage impact"):
            self.check(command, "nested")
        for node in ("q[1].w[0]", "q[1]", "q"):
            self.check("explain", "nested", node)
            self.check("lineage show", "nested/" + node, "--all")
        self.check("lineage show", "file:" + name, "--all")
        self.check("lineage path", "nested/q[1].w[0]", "file:" + name)
        self.check("lineage diff", "nested", "nested-too", code=11)
        self.check("lineage diff", "nested/q[1]", "nested-too/q[1]", code=11)
        self.check("artifact find", "--run", "nested")
        self.check("artifact list", "-n", "4", lines=False)
        self.check("artifact show", "nested/q[1].w[0]")

    def records(self):
        self.check("artifact list")
        self.check("artifact list", "--task", "score", "-n", "2", lines=False)
        self.check("artifact show", "one/split")
        self.check("artifact show", "one/score[1]")
        self.check("artifact verify", "one/split")
        self.check("artifact find", "--run", "one")
        self.assertIsNotNone(self.check("artifact find", "--limit", "1", lines=False)["next"])
        self.assertEqual(self.check("artifact tag", "one/split", "prod")["result"], "set")
        self.check("artifact tag", "two/split", "prod", "--move")
        self.assertEqual(self.check("artifact pin", "one/split", "--note", "audit")["result"], "pinned")
        self.check("artifact pin", "one")
        self.assertEqual(len(self.check("artifact pins")["pins"]), 2)
        self.assertEqual(self.check("artifact unpin", "one")["result"], "unpinned")
        for kind, item in (("dataset", "steps/split"), ("artifact", "one/split"), ("tag", "steps#split:prod")):
            self.check("catalog %s list" % kind)
            self.check("catalog %s show" % kind, item)
        for run in ("one", "two", "bad", "left"):
            self.check("explain", run)
        self.check("explain", "two", "split")
        self.check("explain", "two", "score[0]")
        self.check("explain", "two", "split", "--attempts")
        self.check("doctor")
        self.check("debug", "two", "score[0]")
        self.check("verify-repro", "two", "score[0]")
        self.check("event list")
        self.check("event follow", "--limit", "9")
        self.check("event verify")
        self.check("event verify", "--run", "one")
        self.check("store check", "--contents")
        self.assertGreater(self.check("gc", "--dry-run", "--keep-last", "0", "--keep-within", "0d")["condemned"]["count"], 0)
        self.assertGreater(len(self.check("gc", "--dry-run", "--keep-last", "0", "--keep-within", "0d", "--grace", "0d")["folders"]), 0)
        self.check("gc")

    def settings(self):
        with self.at_home():
            self.check("config list")
            self.check("config set", "project", "vision", "--layer", "user")
            self.assertEqual(self.check("config get", "project")["layer"], "user")
            self.check("config explain", "project")
            self.check("config unset", "project", "--layer", "user")

    def errors(self):
        schema = schema_of("error")
        for arguments, code in ((["show", "nothing", "-o", "json"], 3), (["ls", "--nothing", "-o", "jsonl"], 2),
                                (["run", "bad.yaml", "--output", "yaml"], 2), (["register", "bad.yaml", "--output=json"], 2),
                                (["label", "list", "\x1b[31m", "-ojson"], 3), (["event", "list", "--run", "x", "-o", "cloudevents"], 3),
                                (["register", "later.yaml", "--label", "v1", "-o", "json"], 4)):
            done = self.wf(*arguments, code=code)
            self.assertEqual(done.out, "")
            error = json.loads(done.err.splitlines()[-1])
            self.keeps_to(schema, error, arguments)
            self.assertEqual(error["error"]["exit"], code)
            self.assertNotIn("\x1b", done.err)

    def transfers(self):
        """To another store, where a name means something else, and what has not ended stays."""
        bundle, own, other = self.path("one.tar"), self.store, self.path("other")
        self.assertIsNone(self.check("export", "one", "--bundle", bundle, "--dry-run")["digest"])
        self.assertTrue(self.check("export", "one", "steps@latest", "--bundle", bundle)["written"])
        self.store = other
        self.check("import", bundle, "--dry-run")
        self.assertEqual(self.check("import", bundle)["added"]["runs"], self.check("export", "one", "--bundle", bundle, "--force")["holds"]["runs"])
        self.wf("run", "steps@latest", "--name", "open", code=None)
        self.wf("run", self.one_task("exit 1", file="fails.yaml"), "--name", "two", code=1)
        self.tamper("UPDATE run SET state = 'running' WHERE name = 'open'")
        self.store = own
        self.wf("run", self.one_task("exit 2", file="fails.yaml"), "--name", "two", code=None)
        self.assertEqual(self.check("store merge", other, "--dry-run", code=4)["left_out"][0]["project"], "default")
        conflicts = self.check("store merge", other, code=4)["conflicts"] or self.fail("nothing contradicts")
        self.assertIn("run_name", [one["kind"] for one in conflicts])

    def damage(self):
        digest = self.check("artifact show", "one/split")["data"]["head"]["value"].split(":")[1]
        self.tamper("UPDATE blob SET data = x'00' WHERE digest = x'%s'" % digest)
        self.assertGreater(len(self.check("artifact verify", code=9)["damaged"]), 0)
        self.assertGreater(len(self.check("store check", code=9)["findings"]), 0)
        self.tamper("DROP TRIGGER IF EXISTS event_no_update")
        self.tamper("UPDATE event SET data = '{}' WHERE pos = 3")
        self.assertGreater(len(self.check("event verify", code=9)["findings"]), 0)


class Schemas(Rich):
    def test_they_are_schemas_and_refer_to_what_there_is(self):
        for path in glob.glob(FOLDER + "/*.json"):
            name = os.path.basename(path)[:-len(".json")]
            with open(path, encoding="utf-8") as file:
                text = file.read()
            jsonschema.Draft202012Validator.check_schema(json.loads(text))
            self.assertEqual(json.loads(text)["$id"], "urn:wf:schema:output:" + name)
            things = call([WF, "schema", "output"]).json["$defs"]
            for used in re.findall(r"urn:wf:schema:output:things#/\$defs/(\w+)", text):
                self.assertIn(used, things, name)
        known = {name.replace(" ", "-") for name, _ in commands()} | {"things", "error"}
        self.assertEqual({os.path.basename(path)[:-len(".json")] for path in glob.glob(FOLDER + "/*.json")}, known)

    def test_every_object_is_closed_and_needs_all_its_members(self):
        """What a schema leaves open it leaves open on purpose."""
        opened = []

        def look(schema, path):
            if isinstance(schema, list):
                for index, one in enumerate(schema):
                    look(one, path + [index])
            elif isinstance(schema, dict):
                properties = schema.get("properties")
                if isinstance(properties, dict) and schema.get("type") == "object":
                    self.assertEqual(sorted(schema.get("required", [])), sorted(properties), path)
                    if "additionalProperties" not in schema:
                        opened.append(path[-1])
                for key, value in schema.items():
                    look(value, path + [key])

        for path in glob.glob(FOLDER + "/*.json"):
            with open(path, encoding="utf-8") as file:
                look(json.load(file), [os.path.basename(path)])
        self.assertEqual(sorted(map(str, opened)), ["0", "chosen_vertex", "graph_members", "pool_members", "run_members"])

    def test_the_schemas_refuse_what_differs(self):
        self.make()
        self.wf("init")
        self.wf("run", "steps.yaml", "--name", "one")
        found = self.wf("show", "one", "-o", "json").json
        check = validator(schema_of("show"))
        check.validate(found)
        for change in ({"more": 1}, {"run": found["run"][:12]}, {"started": found["started"].replace("Z", "+00:00")},
                       {"started": re.sub(r"\.\d+", "", found["started"])}, {"version": found["version"][7:]}, {"labels": None},
                       {"executions": {}}, {"state": "done"}, {"driver": {"state": "alive"}}):
            self.assertFalse(check.is_valid({**found, **change}), change)
        for member in found:
            less = copy.deepcopy(found)
            del less[member]
            self.assertFalse(check.is_valid(less), member)


if __name__ == "__main__":
    main()
