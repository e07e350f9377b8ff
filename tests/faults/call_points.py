"""Where a command can be killed, or a call of it be made to fail."""
import collections
import re


def call_points(log, store):
    """(system call, N) that the first thread to reach it makes, by what strace -f wrote, from the first write on."""
    counts, found = collections.Counter(), set()
    for line in log.splitlines():
        match = re.match(r"(\d+) +(\w+)\((.*)", line)
        if not match:
            continue
        counts[match.group(1), match.group(2)] += 1
        if store in match.group(3) or match.group(2) != "openat":
            found.add((match.group(2), counts[match.group(1), match.group(2)]))
    return sorted(found)
