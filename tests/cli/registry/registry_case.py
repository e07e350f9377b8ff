"""A store of its own, found from the current folder, and short ways to register things in it."""
import subprocess

from wftest import WF, WfTest, clean_environment


class RegistryCase(WfTest):
    def setUp(self):
        super().setUp()
        self.store = self.path(".wf")
        self.env = clean_environment({"HOME": self.folder})
        self.wf("init")

    def arguments(self, *arguments):
        return [WF, *arguments]  # how the store is found is tested as well

    def definition(self, name="w", message="hello", file=None):
        text = (f"wf: v1\nname: {name}\ntasks:\n  say:\n    outputs: {{text: string}}\n"
                f"    script: echo {message} > \"$text\"\nnodes:\n  say: {{task: say}}\n"
                "outputs: {text: $say.text}\n")
        return self.write(file or f"{name}.yaml", text)

    def start(self, *arguments, cwd=None):
        return subprocess.Popen([WF, *arguments], cwd=cwd or self.folder, env=self.env, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wf(self, *arguments, code=0, cwd=None):
        """What it printed; what it said on stderr too when that is a failure."""
        done = super().wf(*arguments, code=code, cwd=cwd, env=self.env)
        return done.out if code == 0 else done.out + done.err

    def json(self, *arguments, code=0):
        return super().wf(*arguments, "-o", "json", code=code, env=self.env).json

    def register(self, *arguments):
        return self.json("register", *arguments)["registrations"]

    def state(self):
        """Everything that the registry keeps, for 'the store is untouched'."""
        tables = ["version", "version_blob", "version_edge", "registration", "label", "event", "blob"]
        return {table: self.query(f"SELECT * FROM {table}") for table in tables}

    def check(self, *arguments, code=0):
        return self.json("store", "check", *arguments, code=code)["findings"]
