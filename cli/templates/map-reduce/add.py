"""Adds the counts of all parts: add.py COUNTS SHOWN FREQUENT TOTAL, where COUNTS is a JSON file with a list."""
import collections
import json
import sys

counts, shown, frequent, total = sys.argv[1:]
found = collections.Counter()
with open(counts, encoding="utf-8") as file:
    for part in json.load(file):
        found.update(part)
ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
with open(frequent, "w", encoding="utf-8") as file:
    json.dump([{"word": word, "count": count} for word, count in ranked[:int(shown)]], file)
with open(total, "w", encoding="utf-8") as file:
    print(sum(found.values()), file=file)
