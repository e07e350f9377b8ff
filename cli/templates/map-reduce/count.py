"""Counts the words of one part: count.py PART COUNTS."""
import collections
import json
import re
import sys

part, counts = sys.argv[1:]
with open(part, encoding="utf-8") as file:
    found = collections.Counter(re.findall(r"[a-z']+", file.read().lower()))
with open(counts, "w", encoding="utf-8") as file:
    json.dump(found, file, sort_keys=True)
