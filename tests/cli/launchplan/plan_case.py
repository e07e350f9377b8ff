"""A store with a registered workflow `load`, for launch plans of it."""
from wftest import WfTest, document, task

LOAD = document(
    "load",
    {"say": task('cat "$table" > "$out"; echo "$k ${when:-}" >> "$out"',
                 {"k": "int", "table": "file", "when": "datetime?"}, {"out": "file"})},
    {"say": {"task": "say", "with": {"k": "$inputs.k", "table": "$inputs.table", "when": "$inputs.when"}}},
    {"k": {"type": "int", "default": 1}, "table": "file", "when": "datetime?", "names": {"type": "list<string>", "default": []}},
    {"out": "$say.out"})


class PlanCase(WfTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.wf("init")
        self.write("table.csv", "a\n")
        self.write("load.yaml", LOAD)
        self.version = self.json("register", "load.yaml", "--label", "v1")["registrations"][0]["version"]

    def json(self, *arguments, code=0):
        return self.wf(*arguments, "-o", "json", code=code).json

    def plan(self, text, file="plan.yaml"):
        return self.write(file, "launchplan: v1\n" + text)

    def create(self, *arguments):
        return self.json("launchplan", "create", *arguments)

    def nightly(self, *arguments, name="nightly"):
        return self.create(name, "--workflow", "load@v1", "-i", "table=table.csv", *arguments)

    def errors(self, text, code=2):
        """(line, column, code, message) of each fault of a plan's file."""
        done = self.wf("launchplan", "create", self.plan(text, "bad.yaml"), code=code)
        found = []
        for line in done.err.splitlines():
            if line.startswith(self.path("bad.yaml")):
                place, _, rest = line[len(self.path("bad.yaml")) + 1:].partition(": error: ")
                message, _, name = rest.rpartition(" [")
                found.append((*map(int, place.split(":")), name.rstrip("]"), message))
        return found

    def tables(self):
        """Everything that says something of plans, for 'the store is untouched'."""
        names = ["launch_plan", "launch_plan_blob", "launch_plan_registration", "launch_plan_activation", "event", "blob"]
        return {name: self.query("SELECT * FROM " + name) for name in names}
