#!/usr/bin/python3
"""What becomes of runs in containers whose calls of the engine are lost, cut, refused or slow, and whose driver is killed there.

    engine_calls.py --cases 25       what CI does
    engine_calls.py --cases 1200     deep

Each case draws up to three calls of a run of four containers, of any kind, and what happens to them. The run is gone on with
until it succeeds. Then each task was begun once, its one container is gone, and the store is whole.
"""
import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import unittest

from cases import close, try_all
from container_engine import TOOLS, engine, is_dead
from engine_proxy import LOSSES, Proxy
from kill_points import check
from wftest import DEADLINE, WF, call, clean_environment, document, task, wait_until

NAME = "struck"
CALLS = 45  # about as many as a run makes
BLOWS = (*LOSSES, "refused", "dripped", "dripped", "kill before", "kill during", "kill after")
ATTEMPTS = 8  # to bring it to its end
COUNT = "echo 1 >> $WF_CHECKPOINT/n; wc -l < $WF_CHECKPOINT/n > $x"


class Case:
    def __init__(self, seed):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="wf-engine-"))
        self.store = self.folder + "/store"
        chance = random.Random(seed)
        self.blows = {chance.randrange(1, CALLS): chance.choice(BLOWS) for _ in range(chance.randrange(1, 4))}
        self.struck = 0
        self.process = None
        self.proxy = Proxy(engine().socket, self.folder + "/engine.sock", self.before, self.after)
        self.environment = {"DOCKER_HOST": self.proxy.host, "HOME": self.folder}
        counting = {"image": TOOLS, "checkpoint": True}
        with open(self.folder + "/four.yaml", "w", encoding="utf-8") as file:
            file.write(document("four", {"t": task(COUNT, {"n": "int"}, {"x": "int"}, **counting),
                                         "sum": task(COUNT, {"xs": "list<int>"}, {"x": "int"}, **counting)},
                                {"t": {"task": "t", "map": {"n": "$inputs.ns"}}, "sum": {"task": "sum", "with": {"xs": "$t.x"}}},
                                {"ns": {"type": "list<int>", "default": [1, 2, 3]}}, {"all": "$t.x", "last": "$sum.x"}))

    def remove(self):
        self.proxy.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def before(self, one):
        blow = self.blows.get(one.number)
        self.struck += blow is not None
        if blow in ("kill before", "kill during"):
            self.kill()
        return "unheard" if blow == "kill before" else None if blow is None or blow.startswith("kill") else blow

    def after(self, one):
        if self.blows.get(one.number) == "kill after":
            self.kill()

    def kill(self):
        """Keeper and driver, as when their machine loses its power."""
        if self.process is None:
            return
        try:
            with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid), encoding="utf-8") as file:
                children = [int(pid) for pid in file.read().split()]
        except OSError:
            return
        for pid in [self.process.pid, *children]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for pid in children:
            wait_until(lambda pid=pid: is_dead(pid), "the driver is dead")

    def wf(self, *arguments):
        with subprocess.Popen([WF, *arguments, "--store", self.store], cwd=self.folder, env=clean_environment(self.environment),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
            self.process = process
            out, err = process.communicate(timeout=4 * DEADLINE)
        check(process.returncode in (0, 4, 5, -signal.SIGKILL) and "unexpected" not in err,
              "%s ends with %d: %s%s" % (arguments[0], process.returncode, out, err))
        return process.returncode

    def finish(self):
        for _ in range(ATTEMPTS):
            code = self.wf("run", "four.yaml", "--name", NAME, "-q")
            if code == 0:
                return
            if code == 4:  # the keeper was killed as it made its driver, which lives on
                call([WF, "wait", NAME, "--store", self.store], env=self.environment, cwd=self.folder, timeout=DEADLINE)
        check(False, "it does not end well in %d attempts" % ATTEMPTS)

    def rows(self, sql):
        database = sqlite3.connect("file:%s/wf.db?mode=ro" % self.store, uri=True)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()


def strike(seed):
    case = Case(seed)
    try:
        case.finish()
        begun = case.rows("SELECT name, value FROM run_output ORDER BY name")
        check(begun == [("all", "[1,1,1]"), ("last", "1")], "begun so often: %s" % begun)
        made = case.rows("SELECT node, element, count(*) FROM attempt WHERE state = 'succeeded' GROUP BY 1, 2")
        check(len(made) == 4 and all(count == 1 for *_, count in made), "committed: %s" % made)
        # What a silent engine could not be told to remove goes with the next that asks.
        case.blows = {}
        for words in (["gc"], ["store", "check", "--contents"], ["event", "verify"]):
            done = call([WF, *words, "--store", case.store], env=case.environment, cwd=case.folder, timeout=DEADLINE)
            check(done.code == 0, "wf %s: %r" % (" ".join(words), done))
        check(engine().containers() == [], "containers are left: %s" % engine().containers())
        return case.struck
    except BaseException:
        for one in engine().containers():
            engine().call("DELETE", "/containers/%s?force=1&v=1" % one["Id"])
        raise
    finally:
        case.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    try:
        engine()
    except unittest.SkipTest as why:
        print("skipped:", why)
        return
    struck = try_all([("--cases 1 --seed %d" % seed, lambda seed=seed: strike(seed))
                      for seed in range(options.seed, options.seed + options.cases)], at_once=1)
    engine().remove()
    close("%d runs in containers, %d calls struck" % (options.cases, sum(struck)), options.cases, len(struck))


if __name__ == "__main__":
    main()
