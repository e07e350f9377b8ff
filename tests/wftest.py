"""What the python tests share: a folder and a store for each test, the binary, and short definitions.

    class Greeting(WfTest):
        def test_says_hello(self):
            done = self.run_file(self.one_task("echo hello > $x", outputs={"x": "string"}))
            self.assertEqual(done.json["outputs"], {"x": "hello"})
"""
import glob
import json
import os
import re
import select
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

WF = os.environ.get("WF_BIN", "wf")
SOURCE = os.environ.get("WF_SOURCE") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATH = "/usr/local/bin:/usr/bin:/bin"
DEADLINE = 60.0  # seconds until something that must happen is given up; never a measure of speed


class Done:
    """A command that has ended."""

    def __init__(self, completed):
        self.code = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return "exit %d\n-- stdout\n%s\n-- stderr\n%s" % (self.code, self.out, self.err)


def clean_environment(extra=None):
    """The caller's environment without what would lead wf to another store, project or terminal."""
    environment = {"PATH": PATH, "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}
    environment.update(extra or {})
    return environment


def call(arguments, env=None, **options):
    return Done(subprocess.run(arguments, env=clean_environment(env), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                               errors="replace", **options))


def wait_until(condition, what):
    """For what has no event to wait for, such as the death of somebody else's process."""
    give_up = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError("waited in vain until " + what)
        time.sleep(0.005)


def processes_in(folder):
    """(pid, command line) of all processes that work below `folder`."""
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and (os.readlink("/proc/%s/cwd" % name) + "/").startswith(folder + "/"):
                with open("/proc/%s/cmdline" % name, "rb") as file:
                    found.append((int(name), file.read().replace(b"\0", b" ").decode(errors="replace")))
        except OSError:
            continue
    return found


def example_definitions():
    """The definition of each example, which has the name of its folder."""
    paths = glob.glob(os.path.join(SOURCE, "examples/*/*.yaml"))
    return sorted(path for path in paths if path.endswith("/%s.yaml" % os.path.basename(os.path.dirname(path))))


def keys_of(schema):
    """Every key that a JSON Schema knows by name, of mappings that have no others."""
    if isinstance(schema, list):
        return {key for part in schema for key in keys_of(part)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {})) if schema.get("additionalProperties") is False else set()
    return own.union(*(keys_of(part) for part in schema.values()))


def has_command(*words):
    """Whether this wf knows a command yet."""
    return call([WF, *words, "--help"]).code == 0


def document(name, tasks, nodes, inputs=None, outputs=None, **more):
    """A definition as text: JSON is YAML."""
    body = {"wf": "v1", "name": name, **more}
    if inputs:
        body["inputs"] = inputs
    body.update(tasks=tasks, nodes=nodes)
    if outputs:
        body["outputs"] = outputs
    return json.dumps(body, indent=1) + "\n"


def task(script, inputs=None, outputs=None, **more):
    """A task; `script` is the text of a shell script or, as a list, a command."""
    body = {"command" if isinstance(script, list) else "script": script}
    if inputs:
        body["inputs"] = inputs
    if outputs:
        body["outputs"] = outputs
    body.update(more)
    return body


class WfTest(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="wf-test-"))
        self.addCleanup(self._remove_folder)
        self.store = os.path.join(self.folder, "store")

    def _remove_folder(self):
        subprocess.run(["chmod", "-R", "u+w", self.folder], check=False)  # a store makes things read-only
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- files

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content, mode=None):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        if mode is not None:
            os.chmod(path, mode)
        return path

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read().decode()

    def lines(self, name):
        """The lines of a file that tasks append to; none when nobody has."""
        return self.read(name).splitlines() if os.path.exists(self.path(name)) else []

    # ---- definitions

    def define(self, tasks, nodes, inputs=None, outputs=None, name="probe", file="probe.yaml", **more):
        return self.write(file, document(name, tasks, nodes, inputs, outputs, **more))

    def one_task(self, script, inputs=None, outputs=None, map_over=(), defaults=None, file="probe.yaml", **more):
        """A workflow of one task and node `t`: its inputs are the workflow's, its outputs too."""
        inputs = dict(inputs or {})
        own = {name: "list<%s>" % type_ if name in map_over else type_ for name, type_ in inputs.items()}
        for name, value in (defaults or {}).items():
            own[name] = {"type": own[name], "default": value}
        node = {"task": "t"}
        bindings = {"with": [n for n in inputs if n not in map_over], "map": list(map_over)}
        for kind, names in bindings.items():
            if names:
                node[kind] = {name: "$inputs." + name for name in names}
        outputs = outputs or {}
        return self.define({"t": task(script, inputs, outputs, **more)}, {"t": node}, own,
                           {name: "$t." + name for name in outputs}, file=file)

    # ---- wf

    def arguments(self, *arguments):
        return [WF, *map(str, arguments), "--store", self.store]

    def wf(self, *arguments, code=0, env=None, cwd=None):
        """Runs `wf ARGUMENTS` on the test's store and demands its exit code (None: any)."""
        done = call(self.arguments(*arguments), env=env, cwd=cwd or self.folder)
        if code is not None:
            self.assertEqual(done.code, code, done)
        self.assertNotIn("unexpected:", done.err)
        return done

    def run_file(self, path, *arguments, code=0, env=None, **inputs):
        """`wf run PATH -o json` with inputs as keywords; lists and maps as JSON."""
        words = []
        for name, value in inputs.items():
            words += ["-i", "%s=%s" % (name, value if isinstance(value, str) else json.dumps(value))]
        return self.wf("run", path, "-o", "json", *words, *arguments, code=code, env=env)

    def executions(self, path, *arguments, **inputs):
        """(ran, reused) of a run that must succeed."""
        counts = self.run_file(path, *arguments, **inputs).json["this_time"]
        return counts["ran"], counts["reused"]

    def start(self, *arguments, **options):
        """Starts `wf ARGUMENTS`; killed at the end of the test if it still runs."""
        process = subprocess.Popen(self.arguments(*arguments), env=clean_environment(options.pop("env", None)),
                                   cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, encoding="utf-8", **options)
        self.addCleanup(self._end, process)
        return process

    def _end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=DEADLINE)

    def finish(self, process):
        out, err = process.communicate(timeout=DEADLINE)
        return Done(subprocess.CompletedProcess([], process.returncode, out, err))

    def hear_waiting(self, process):
        """Waits until a run says that it waits for another; the line in which it does."""
        for line in process.stderr:
            if line.startswith("  waits "):
                return line
        raise AssertionError("the run waited for nobody")

    # ---- what is in the store, beside the binary's own words

    def query(self, sql, *values):
        """Rows of the store's database; it may be in use."""
        database = sqlite3.connect("file:%s/wf.db?mode=ro" % self.store, uri=True, timeout=DEADLINE)
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def peek(self, sql, *values):
        """The same; nothing as long as the store is being made."""
        try:
            return self.query(sql, *values)
        except sqlite3.OperationalError as error:
            if re.search("no such table|unable to open", str(error)):
                return []
            raise

    def tamper(self, sql):
        """Changes the store's database behind wf's back."""
        database = sqlite3.connect(os.path.join(self.store, "wf.db"), isolation_level=None)
        try:
            database.execute(sql)
        finally:
            database.close()

    # ---- meeting a task half way

    def fifo(self, name):
        """A named pipe by which a task and the test wait for each other; its path."""
        path = self.path(name)
        os.mkfifo(path)
        return path

    def hear(self, path):
        """Waits until a task writes to the pipe; what it wrote."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(descriptor, encoding="utf-8") as pipe:
            watch = select.poll()
            watch.register(descriptor, select.POLLIN)
            if not watch.poll(DEADLINE * 1000):
                raise AssertionError("nobody wrote to " + path)
            os.set_blocking(descriptor, True)
            return pipe.read()

    def kill_driver(self, process):
        """Kills the process at the head, and waits until the driver and its tasks have gone after it."""
        process.kill()
        process.wait()
        self.assert_no_process()

    def assert_no_process(self):
        """Everything that was started below the test's folder is gone, or goes at once."""
        deadline = time.monotonic() + 10
        while processes_in(self.folder) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(processes_in(self.folder), [])


def main():
    unittest.main(verbosity=2)
