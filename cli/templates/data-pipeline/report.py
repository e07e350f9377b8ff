"""Writes the totals as a table in Markdown: report.py TOTALS DROPPED PAGE."""
import csv
import sys

totals, dropped, page = sys.argv[1:]
with open(totals, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
with open(page, "w", encoding="utf-8") as file:
    print("# Sales by region\n\n| region | amount |\n|---|---:|", file=file)
    for row in rows:
        print("| %(region)s | %(amount)s |" % row, file=file)
    print("\nRows left out: %s" % dropped, file=file)
