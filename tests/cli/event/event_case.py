"""A store in which everything has happened that can happen, and ways to ask about its events."""
import json
import os
import shutil
import signal
import sqlite3
import tempfile

from wftest import WfTest, task, wait_until


class EventCase(WfTest):
    def events(self, *arguments):
        out = self.wf("event", "list", "-o", "jsonl", *arguments).out
        return [json.loads(line) for line in out.splitlines()]

    def verify(self, *arguments, code=0):
        return self.wf("event", "verify", "-o", "json", *arguments, code=code).json["findings"]

    def waiting_task(self, ready, gate):
        return self.one_task("echo up > %s; until test -e %s; do sleep 0.01; done; echo 1 > $x" % (ready, gate), outputs={"x": "int"},
                             file="wait.yaml")

    def lose_a_race(self):
        """Two runs make the same result at once: the second waits for no driver that is silent past its lease."""
        ready, gate = self.fifo("ready"), self.path("gate")
        path = self.waiting_task(ready, gate)
        racers = []
        for _ in range(2):
            racers.append(self.start("run", path))
            self.hear(ready)
            self.tamper("UPDATE run SET lease_ns = 0 WHERE state = 'running'")
        self.write(gate, "")
        for racer in racers:
            self.assertEqual(self.finish(racer).code, 0)

    def wait_for_another(self):
        """A run takes what another is making."""
        ready, gate = self.fifo("ready4"), self.path("gate4")
        path = self.waiting_task(ready, gate)
        owner = self.start("run", path)
        self.hear(ready)
        waiter = self.start("run", path)
        self.hear_waiting(waiter)
        self.write(gate, "")
        for one in (owner, waiter):
            self.assertEqual(self.finish(one).code, 0)

    def take_over(self):
        """A run whose driver is killed, and that is resumed."""
        ready, gate = self.fifo("ready2"), self.path("gate2")
        driver = self.start("run", self.waiting_task(ready, gate), "--name", "taken")
        self.hear(ready)
        self.kill_driver(driver)
        heir = self.start("resume", "taken")
        self.hear(ready)
        self.write(gate, "")
        self.assertEqual(self.finish(heir).code, 0)

    def interrupt(self):
        ready = self.fifo("ready3")
        driver = self.start("run", self.waiting_task(ready, self.path("gate3")), "--name", "stopped")
        self.hear(ready)
        driver.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(driver).code, 130)

    def fail_unstarted(self):
        """A node whose lists do not fit fails before any attempt."""
        path = self.define({"t": task("echo 1 > $x", {"a": "int", "b": "int"}, {"x": "int"})},
                           {"t": {"task": "t", "map": {"a": "$inputs.a", "b": "$inputs.b"}}},
                           {"a": "list<int>", "b": "list<int>"}, file="lists.yaml")
        self.run_file(path, code=1, a=[1, 2], b=[1])

    def try_again(self):
        self.run_file(self.one_task("exit 3", file="again.yaml", retries=1, retry={"base": "1ms"}), code=1)

    def skip(self):
        self.run_file(self.define({"t": task("true")}, {"a": {"task": "t"}, "b": {"task": "t", "after": ["a"], "run_if": "any_failed"}},
                                  file="skip.yaml"))

    def nest(self):
        self.one_task("true", file="inner.yaml")
        self.run_file(self.define({}, {"inner": {"workflow": "inner.yaml"}}, name="outer", file="outer.yaml"))

    def choose(self):
        self.run_file(self.define({"t": task("true")}, {"n": {"switch": [{"when": "1 > 2", "task": "t"}, {"task": "t"}]}},
                                  file="switch.yaml"))

    def wait_at_gates(self):
        path = self.define({"t": task("echo 1 > $x", outputs={"x": "int"})},
                           {"ok": {"gate": {"approve": "go on?"}}, "nap": {"gate": {"sleep": "1ms"}, "after": ["ok"]}, "t": {"task": "t"}},
                           file="gate.yaml")
        driver = self.start("run", path, "--name", "gates")
        wait_until(lambda: self.query("SELECT count(*) FROM gate") == [(1,)], "it waits")
        self.wf("signal", "gates", "ok")
        self.assertEqual(self.finish(driver).code, 0)
        self.wf("recover", "gates")

    def stop_at_a_gate(self):
        driver = self.start("run", self.define({}, {"ok": {"gate": {"approve": "go on?"}}}, file="gate2.yaml"), "--name", "shut")
        self.hear_waiting(driver)
        self.wf("abort", "shut")
        self.finish(driver)

    def collect(self):
        path = self.one_task("echo once > $x", {}, {"x": "file"}, file="files.yaml")
        run = self.run_file(path).json["run"]
        self.wf("artifact", "pin", run)
        self.wf("artifact", "unpin", run)
        for grace in ("7d", "0d"):  # condemned, and freed
            self.wf("gc", "--keep-last", "0", "--keep-within", "0d", "--grace", grace)

    def merge(self):
        own, self.store = self.store, self.path("other")
        self.run_file(self.one_task("echo other > $x", {}, {"x": "string"}, file="other.yaml"))
        other, self.store = self.store, own
        self.wf("store", "merge", other)

    def session(self):
        self.wf("init")
        self.wf("project", "create", "demo")
        self.wf("domain", "create", "lab")
        self.wf("pool", "set", "db", "1")
        self.wf("pool", "delete", "db")
        mapped = self.one_task("echo $n > $x", {"n": "int"}, {"x": "int"}, map_over=["n"], file="map.yaml")
        self.wf("register", mapped, "--label", "v1")
        self.run_file(mapped, n=[1, 2, 3])
        self.run_file(mapped, n=[3, 2, 1])
        ones = ["%s/t[%d]" % (self.run_file(mapped, n=[7, 8]).json["run"], i) for i in (0, 1)]
        for verb, plan in (("create", "map"), ("activate", "map@latest"), ("deactivate", "map")):
            self.wf("launchplan", verb, plan, *(["--workflow", "probe@v1", "-i", "n=[1]"] if verb == "create" else []))
        self.wf("run", "plan:map@latest")
        self.wf("promote", "probe@v1", "--to", "staging")
        self.wf("artifact", "tag", ones[0], "prod")
        self.wf("artifact", "tag", ones[1], "prod", "--move")
        self.run_file(self.one_task("exit 3", file="fail.yaml"), code=1)
        self.fail_unstarted()
        self.try_again()
        self.skip()
        self.nest()
        self.choose()
        self.wait_at_gates()
        self.stop_at_a_gate()
        self.lose_a_race()
        self.wait_for_another()
        self.take_over()
        self.interrupt()


class Session:
    """One session for all tests of a module; each gets a copy of its store."""
    folder = None

    @classmethod
    def make(cls):
        maker = EventCase()
        maker.setUp()
        try:
            maker.session()
            maker.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
            cls.folder = tempfile.mkdtemp(prefix="wf-test-")
            shutil.copy(os.path.join(maker.store, "wf.db"), cls.folder)
        finally:
            maker.doCleanups()

    @classmethod
    def remove(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)


class SessionCase(EventCase):
    """Starts from a fresh copy of the session's store."""

    def setUp(self):
        super().setUp()
        self.restore()

    def restore(self):
        shutil.rmtree(self.store, ignore_errors=True)
        os.mkdir(self.store)
        shutil.copy(os.path.join(Session.folder, "wf.db"), self.store)

    def change(self, *statements):
        """Runs (sql, values…) on a fresh copy, constraints aside."""
        self.restore()
        database = sqlite3.connect(os.path.join(self.store, "wf.db"), isolation_level=None)
        try:
            database.execute("PRAGMA ignore_check_constraints = ON")
            for sql, *values in statements:
                database.execute(sql, values)
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.close()
