"""Tries many faults, tells of those after which something was wrong, and how many there were.

What imports this finds what the tests share, whatever folder it is started from."""
import concurrent.futures
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

FAILURES = (AssertionError, subprocess.TimeoutExpired, OSError, ValueError)


def tried(name, case):
    """[what came of it]; [] where it failed, which is printed with the name that repeats it."""
    try:
        return [case()]
    except FAILURES as error:
        print("%s: %s" % (name, error), flush=True)
        return []


def try_all(cases, at_once=os.cpu_count()):
    """What came of those that passed; `cases` are (name, call)."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return [result for found in pool.map(lambda case: tried(*case), cases) for result in found]


def close(what, total, passed):
    print("%s: %d passed, %d failed" % (what, passed, total - passed))
    sys.exit(0 if passed == total else 1)
