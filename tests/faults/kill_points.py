#!/usr/bin/python3
"""SIGKILL of `wf run` at its mutating system calls; afterwards a second call must finish the run.

    kill_points.py --points 200           evenly spread over all points
    kill_points.py --points all           every one
    kill_points.py --points 10000         every one, several times
    kill_points.py --points 500 --seed 7  drawn at random

A point is (system call, N): the first thread of keeper or driver to reach its Nth such call is killed there, by
strace. A thousand points are worth nothing if all hit the same process, so the closing lines say who was hit. The
run has 12 executions: mapped, files, folders, collections, scalars, a daemon that one leaves behind; each notes its
start outside of the store.
"""
import argparse
import collections
import os
import random
import re
import shutil
import signal
import sqlite3
import tempfile

from cases import close, try_all
from wftest import DEADLINE, WF, call, document, has_command, processes_in, task, wait_until

CALLS = ("openat write pwrite64 writev fsync fdatasync ftruncate fallocate rename renameat renameat2 link linkat unlink "
         "unlinkat rmdir symlink symlinkat mkdir mkdirat fchmod chmod clone clone3 fork vfork execve copy_file_range "
         "sendfile setsid").split()
EXECUTIONS = 12
NAME = "killed"


def definition(notes):
    """Twelve executions in five layers. `notes` is a file outside of the store: a line for each start."""
    note = "echo $WF_ATTEMPT >> '%s'\n" % notes
    tasks = {
        "make": task(note + "seq 1 4000 > $table; seq 1 5 > $out_dir/a; mkdir $out_dir/sub; echo x > $out_dir/sub/b\n"
                     "echo '[1, 2, 3, 4, 5]' > $ns", {"seed": "int"},
                     {"table": "file", "out_dir": "directory", "ns": "list<int>"}),
        "score": task(note + "head -n $((n * 10)) $table > $part; wc -l < $part > $lines", {"table": "file", "n": "int"},
                      {"part": {"type": "file", "name": "part.txt"}, "lines": "int"}),
        "linger": task(note + "setsid sleep 300 & setsid sh -c 'sleep 300 & exit' & ls -R $d > $listing", {"d": "directory"},
                       {"listing": "file"}),
        "scalar": task(note + "echo 2.50 > $x; echo true > $b; echo '  text ' > $s", {"seed": "int"},
                       {"x": "float", "b": "bool", "s": "string"}),
        "big": task(note + "yes $x | head -c 300000 > $data", {"x": "float"}, {"data": "file"}),
        "split": task(note + "cd $pieces; split -n 3 ../../in/data", {"data": "file"}, {"pieces": "list<file>"}),
        "join": task(note + "cat $parts/* $pieces/* > $all; echo \"{\\\"n\\\": $total}\" > $j",
                     {"parts": "list<file>", "pieces": "list<file>", "total": "int", "listing": "file"},
                     {"all": "file", "j": "json"}),
        "sum": task(note + "t=0; for n in $(tr -d '[],' < $lines); do t=$((t + n)); done; echo $t > $total",
                    {"lines": "list<int>"}, {"total": "int"}),
    }
    nodes = {
        "make": {"task": "make", "with": {"seed": "$inputs.seed"}},
        "score": {"task": "score", "map": {"n": "$make.ns"}, "with": {"table": "$make.table"}},
        "linger": {"task": "linger", "with": {"d": "$make.out_dir"}},
        "scalar": {"task": "scalar", "with": {"seed": "$inputs.seed"}},
        "big": {"task": "big", "with": {"x": "$scalar.x"}},
        "split": {"task": "split", "with": {"data": "$big.data"}},
        "sum": {"task": "sum", "with": {"lines": "$score.lines"}},
        "join": {"task": "join", "with": {"parts": "$score.part", "pieces": "$split.pieces", "total": "$sum.total",
                                          "listing": "$linger.listing"}},
    }
    outputs = {"all": "$join.all", "j": "$join.j", "parts": "$score.part", "made": "$make.out_dir", "s": "$scalar.s"}
    return document("killed", tasks, nodes, {"seed": {"type": "int", "default": 1}}, outputs)


class Case:
    """A folder with a store, a definition and the notes of its tasks."""

    def __init__(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="wf-kill-"))
        self.store = self.folder + "/store"
        self.notes = self.folder + "/notes"
        self.log = self.folder + "/strace"
        self.file = self.folder + "/killed.yaml"
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(definition(self.notes))

    def run_arguments(self):
        return [WF, "run", self.file, "--name", NAME, "-o", "json", "--parallelism", "3", "--store", self.store]

    def resume_arguments(self):
        return [WF, "resume", NAME, "-o", "json", "--store", self.store]

    def trace(self, *options, arguments=None):
        """The run under strace, which leaves a task alone as soon as it is one (at its execve)."""
        command = ["strace", "-f", "-b", "execve", "-o", self.log, *options, *(arguments or self.run_arguments())]
        return call(command, cwd=self.folder, timeout=DEADLINE)

    def kill(self, point, arguments=None):
        """Lets the run, or another command, die at a point; who was hit."""
        name, count = point
        self.trace("-e", "trace=%s,clone,clone3" % name, "-e", "inject=%s:signal=KILL:when=%d" % (name, count), arguments=arguments)
        wait_until(lambda: not [p for p in processes_in(self.folder) if "wf run" in p[1] or WF in p[1]], "keeper and driver are gone")
        return role_of_victim(self.log)

    def noted(self):
        if not os.path.exists(self.notes):
            return []
        with open(self.notes, encoding="utf-8") as file:
            return file.read().split()

    def snapshot(self, sql):
        """Rows of a copy of the database: looking must not mend what the kill left behind."""
        if not os.path.exists(self.store + "/wf.db"):
            return []
        with tempfile.TemporaryDirectory() as copy:
            for name in os.listdir(self.store):
                if name.startswith("wf.db") and not name.endswith("-shm"):
                    shutil.copy(self.store + "/" + name, copy)
            database = sqlite3.connect(copy + "/wf.db")
            try:
                return database.execute(sql).fetchall()
            except sqlite3.OperationalError as error:  # killed before the schema was there
                if "no such table" in str(error):
                    return []
                raise
            finally:
                database.close()

    def committed_attempts(self):
        return {name for name, in self.snapshot("SELECT name FROM attempt WHERE state = 'succeeded'")}

    def run_state(self):
        rows = self.snapshot("SELECT state FROM run")
        return rows[0][0] if rows else None

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def read_calls(path):
    """(pid, system call) of each traced call."""
    with open(path, encoding="utf-8", errors="replace") as file:
        found = [re.match(r"(\d+) +(\w+)\(", line) for line in file]
    return [(int(match.group(1)), match.group(2)) for match in found if match]


def role_of_victim(path):
    """Who was killed first: keeper, driver (any of its threads), or a task that was still wf; None: nobody."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    killed = re.search(r"^(\d+) +\+\+\+ killed by SIGKILL", text, re.MULTILINE)
    if not killed:
        return None
    pid, keeper = killed.group(1), re.match(r"\d+", text).group()
    driver = re.search(r"^%s +clone\(.*= (\d+)$" % keeper, text, re.MULTILINE)
    threads = re.findall(r"clone3\b.*= (\d+)$", text, re.MULTILINE)
    if pid == keeper:
        return "keeper"
    return "driver" if pid in [*threads, driver and driver.group(1)] else "task before its exec"


def find_points():
    """All (system call, N) of an undisturbed run, in the order in which they come, and its outputs."""
    case = Case()
    try:
        done = case.trace("-e", "trace=" + ",".join("?" + name for name in CALLS))
        check(done.code == 0, "the undisturbed run fails: %r" % done)
        counts, points = collections.Counter(), []
        for pid, name in read_calls(case.log):
            counts[pid, name] += 1
            point = (name, counts[pid, name])
            if point not in points and name in CALLS:
                points.append(point)
        check(len(case.noted()) == EXECUTIONS, "the run has %d executions" % len(case.noted()))
        return points, done.json["outputs"]
    finally:
        case.remove()


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def finish(case, by_name):
    """The call that a person makes after the crash: the same again, or resume where there is a run."""
    if not by_name:
        done = call(case.resume_arguments(), cwd=case.folder, timeout=DEADLINE)
        if done.code != 3:
            return done
        check(case.run_state() is None, "resume does not find the run: %r" % done)
    return call(case.run_arguments(), cwd=case.folder, timeout=DEADLINE)


def check_store(case, before, started_before, state):
    """Nothing committed ran again, nothing is lost, nothing is left over."""
    again = [name for name in case.noted()[started_before:] if name in before]
    check(not again, "committed, and run again: %s" % again)
    attempts = case.snapshot("SELECT name, node, element, state FROM attempt")
    executions = collections.Counter((node, element) for _, node, element, state in attempts if state == "succeeded")
    check(len(executions) == EXECUTIONS and set(executions.values()) == {1}, "commits: %s" % executions)
    check(before <= {name for name, _, _, state in attempts if state == "succeeded"}, "a commit was lost")
    check(not case.snapshot("SELECT 1 FROM execution WHERE state NOT IN ('succeeded', 'reused')"), "nodes are not done")
    check(os.listdir(case.store + "/tmp") == [], "left in tmp/: %s" % os.listdir(case.store + "/tmp"))
    left = os.listdir(case.store + "/runs")
    check(not left or state == "succeeded", "left in runs/: %s" % left)
    if has_command("store", "check"):
        done = call([WF, "store", "check", "--contents", "--store", case.store])
        check(done.code == 0, "store check: %r" % done)


def try_point(point, by_name, expected, second=None):
    """Kills at one point, finishes the run and looks at everything. With a second point the call that finishes it is killed
    there, and it is finished after that. Returns who was hit first."""
    case = Case()
    try:
        victim = last = case.kill(point)
        if second and case.run_state() == "running":
            last = case.kill(second, case.resume_arguments() if by_name else None)
        before, started = case.committed_attempts(), len(case.noted())
        state = case.run_state()
        done = finish(case, by_name)
        check("unexpected" not in done.err and done.code >= 0, "it crashes: %r" % done)
        if "task before its exec" in (victim, last) and state == "failed":
            check(done.code in (1, 4), "a failed run stays failed: %r" % done)
            return victim
        check(done.code == 0, "it does not finish (before: %s): %r" % (state, done))
        check(done.json["outputs"] == expected, "other outputs: %s" % done.json["outputs"])
        check_store(case, before, started, state)
        left = processes_in(case.folder)
        check(not left, "left running: %s" % left)
        return victim
    finally:
        for pid, _ in processes_in(case.folder):
            os.kill(pid, signal.SIGKILL)
        case.remove()


def choose(points, wanted, seed):
    if wanted == "all":
        return points
    if int(wanted) > len(points):  # what else goes on at a point is another thing each time
        return [points[i % len(points)] for i in range(int(wanted))]
    if seed is not None:
        return random.Random(seed).sample(points, int(wanted))
    return [points[i * len(points) // int(wanted)] for i in range(int(wanted))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", default="200", help="how many, or all")
    parser.add_argument("--seed", type=int, help="draw them at random instead of spreading them evenly")
    parser.add_argument("--twice", action="store_true", help="kill the call that finishes the run, too")
    parser.add_argument("--only", metavar="CALL:N", help="one point, to look into a failure")
    options = parser.parse_args()
    points, expected = find_points()
    chosen = choose(points, options.points, options.seed)
    if options.only:
        name, _, count = options.only.partition(":")
        chosen = [(name, int(count))]
    chance = random.Random(options.seed)

    def case(index, point):
        second = chance.choice(points) if options.twice else None
        return "%s:%d" % point, lambda: try_point(point, index % 2 == 0, expected, second) or "nobody: it ended before"

    victims = collections.Counter(try_all([case(index, point) for index, point in enumerate(chosen)]))
    print("hit: " + ", ".join("%s %d" % pair for pair in victims.most_common()))
    close("%d of %d points killed at" % (len(chosen), len(points)), len(chosen), victims.total())


if __name__ == "__main__":
    main()
