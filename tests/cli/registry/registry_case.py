"""A folder with a store of its own for each test, and short ways to call wf in it."""
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

WF = os.environ["WF_BIN"]


class RegistryCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="wf-registry-")
        self.store = os.path.join(self.folder, ".wf")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("WF_")}
        self.env["HOME"] = self.folder
        self.env.pop("XDG_DATA_HOME", None)
        self.wf("init")

    def tearDown(self):
        subprocess.run(["chmod", "-R", "u+w", self.folder], check=False)
        shutil.rmtree(self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return name

    def definition(self, name="w", message="hello", file=None):
        text = (f"wf: v1\nname: {name}\ntasks:\n  say:\n    outputs: {{text: string}}\n"
                f"    script: echo {message} > \"$text\"\nnodes:\n  say: {{task: say}}\n"
                "outputs: {text: $say.text}\n")
        return self.write(file or f"{name}.yaml", text)

    def start(self, *arguments, cwd=None):
        return subprocess.Popen([WF, *arguments], cwd=cwd or self.folder, env=self.env, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wf(self, *arguments, code=0, cwd=None):
        process = self.start(*arguments, cwd=cwd)
        out, err = process.communicate()
        self.assertEqual(process.returncode, code, f"{arguments}\n{out}{err}")
        return out if code == 0 else out + err

    def json(self, *arguments, code=0):
        process = self.start(*arguments, "-o", "json")
        out, err = process.communicate()
        self.assertEqual(process.returncode, code, f"{arguments}\n{out}{err}")
        return json.loads(out)

    def register(self, *arguments):
        return self.json("register", *arguments)["registrations"]

    def rows(self, sql):
        with sqlite3.connect(self.path(".wf", "wf.db"), isolation_level=None) as connection:
            return connection.execute(sql).fetchall()

    def state(self):
        """Everything that the registry keeps, for 'the store is untouched'."""
        tables = ["version", "version_blob", "version_edge", "registration", "label", "event", "blob"]
        return {table: self.rows(f"SELECT * FROM {table}") for table in tables}

    def check(self, *arguments, code=0):
        return self.json("store", "check", *arguments, code=code)["findings"]
