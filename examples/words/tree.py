"""Writes a workflow that joins so many lists pair by pair, level by level."""
import sys

lists = ["$inputs.lists.%d" % i for i in range(int(sys.argv[1]))]
print("wf: v1\nname: word-tree\ninputs: {lists: list<file>}\nnodes:")
level = 0
while len(lists) > 1:
    joined = []
    for i in range(0, len(lists) - 1, 2):
        node = "join%d_%d" % (level, i // 2)
        print("  %s: {task: join, with: {left: %s, right: %s}}" % (node, lists[i], lists[i + 1]))
        joined.append("$%s.list" % node)
    lists = joined + lists[len(joined) * 2:]
    level += 1
print("outputs: {concordance: %s}" % lists[0])
