"""Sums the amounts of each region: sum_up.py ROWS TOTALS."""
import collections
import csv
import decimal
import sys

rows, totals = sys.argv[1:]
sums = collections.defaultdict(decimal.Decimal)
with open(rows, newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        sums[row["region"]] += decimal.Decimal(row["amount"])
with open(totals, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["region", "amount"])
    writer.writerows(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
