#!/usr/bin/python3
"""Many processes of wf in one store at the same time.

    races.py --registrations 200 --rounds 10     what CI does
    races.py --registrations 1000 --rounds 200   deep

Registrations: half of them of one and the same definition, half of definitions of their own, and some that want one label
for different texts. All are there, the same text is one version, and of the label exactly one is right. Rounds: runs of one
name, resumes after the driver was killed, a driver that is stopped (SIGSTOP) until another has taken its run over, aborts, and
collections of garbage, beside each other in a random order: one owner, one commit for each execution, and nothing left over.
"""
import argparse
import collections
import os
import random
import signal
import sqlite3
import subprocess

from cases import close, try_all
import kill_points
from kill_points import EXECUTIONS, NAME, check
from wftest import DEADLINE, WF, call, clean_environment, processes_in, wait_until


def start(case, *arguments):
    return subprocess.Popen([WF, *arguments, "--store", case.store], cwd=case.folder, env=clean_environment(), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")


def ends(processes):
    """(exit status, what it said) of each; a keeper ends as the driver that was killed under it."""
    found = []
    for process in processes:
        out, err = process.communicate(timeout=10 * DEADLINE)
        check(process.returncode in (*range(128), -signal.SIGKILL) and "unexpected" not in err,
              "%s ends with %d: %s" % (process.args[1:3], process.returncode, err))
        found.append((process.returncode, out + err))
    return found


def definition(case, name, number):
    path = "%s/%s-%d.yaml" % (case.folder, name, number)
    with open(path, "w", encoding="utf-8") as file:
        file.write("wf: v1\nname: %s\ntasks:\n  t: {script: 'echo %d'}\nnodes:\n  n: {task: t}\n" % (name, number))
    return path


def race_registrations(count):
    case = kill_points.Case()
    try:
        same = definition(case, "same", 0)
        own = [definition(case, "own", number) for number in range(count // 2)]
        rivals = [definition(case, "label", number) for number in range(8)]
        processes = [start(case, "register", path) for pair in zip([same] * len(own), own) for path in pair]
        labels = [start(case, "register", path, "--label", "v1") for path in rivals]
        for code, said in ends(processes):
            check(code == 0, "register: %s" % said)
        codes = collections.Counter(code for code, _ in ends(labels))
        check(codes[0] == 1 and len(codes) == 2, "of those that want one label these succeed: %s" % codes)
        rows = case.snapshot("SELECT name, count(DISTINCT version) FROM registration GROUP BY name ORDER BY name")
        check(rows == [("label", 1), ("own", len(own)), ("same", 1)], "registered: %s" % rows)
        verify(case)
        return len(processes) + len(labels)
    finally:
        case.remove()


def verify(case):
    for words in (["store", "check", "--contents"], ["event", "verify"]):
        done = call([WF, *words, "--store", case.store], cwd=case.folder, timeout=DEADLINE)
        check(done.code == 0, "wf %s: %r" % (" ".join(words), done))


def driver_of(case):
    try:
        database = sqlite3.connect("file:%s/wf.db?mode=ro" % case.store, uri=True, timeout=DEADLINE)
        row = database.execute("SELECT pid FROM driver ORDER BY fence DESC LIMIT 1").fetchone()
        database.close()
        return row and row[0]
    except sqlite3.OperationalError:  # not yet there
        return None


def race_round(seed):
    """Returns how many commands took part."""
    case = kill_points.Case()
    chance = random.Random(seed)
    try:
        processes = [start(case, "run", case.file, "--name", NAME, "-q", "--parallelism", "3") for _ in range(chance.randrange(1, 4))]
        wait_until(lambda: driver_of(case), "one of them drives")
        stopped = []
        for _ in range(chance.randrange(3, 9)):
            deed = chance.choice(["kill", "stop", "resume", "resume", "run", "gc", "abort"])
            pid = driver_of(case)
            if deed in ("kill", "stop"):
                try:
                    os.kill(pid, signal.SIGKILL if deed == "kill" else signal.SIGSTOP)
                    stopped += [pid] if deed == "stop" else []
                except ProcessLookupError:
                    pass
            elif deed == "run":
                processes.append(start(case, "run", case.file, "--name", NAME, "-q"))
            elif deed == "gc":
                processes.append(start(case, "gc", "--keep-last", "100", "--grace", "0d"))
            else:
                processes.append(start(case, deed, NAME))
        for pid in stopped:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
        ends(processes)
        finish(case)
        verify(case)
        wait_until(lambda: not processes_in(case.folder), "all are gone")
        return len(processes)
    finally:
        for pid, _ in processes_in(case.folder):
            os.kill(pid, signal.SIGKILL)
        case.remove()


def finish(case):
    """Whatever has happened: with resume, and once more under another name, all is made, and each only once."""
    if case.run_state() == "running":
        done = call(case.resume_arguments(), cwd=case.folder, timeout=DEADLINE)
        check(done.code in (0, 1, 6, 8), "resume: %r" % done)
    last = [WF, "run", case.file, "-o", "json", "--store", case.store]
    done = call(last, cwd=case.folder, timeout=DEADLINE)
    check(done.code == 0, "run: %r" % done)
    rows = case.snapshot("SELECT run, node, element, count(*) FROM attempt WHERE state = 'succeeded' GROUP BY 1, 2, 3 HAVING count(*) > 1")
    check(not rows, "committed twice: %s" % rows)
    rows = case.snapshot("SELECT count(*) FROM cache_entry")
    check(rows == [(EXECUTIONS,)], "results: %s" % rows)
    check(os.listdir(case.store + "/tmp") == [], "left in tmp/")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registrations", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    races = [("registrations", lambda: race_registrations(options.registrations))] if options.registrations else []
    races += [("round %d" % seed, lambda seed=seed: race_round(seed)) for seed in range(options.seed, options.seed + options.rounds)]
    commands = try_all(races, at_once=1)
    close("%d races of %d commands" % (len(races), sum(commands)), len(races), len(commands))


if __name__ == "__main__":
    main()
