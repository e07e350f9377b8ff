"""Drops rows that are incomplete or too small: clean.py TABLE LEAST ROWS DROPPED."""
import csv
import sys

table, least, rows, dropped = sys.argv[1:]
with open(table, newline="", encoding="utf-8") as file:
    found = list(csv.DictReader(file))
kept = [row for row in found if all(row.values()) and float(row["amount"]) >= float(least)]
with open(rows, "w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, ["day", "region", "amount"])
    writer.writeheader()
    writer.writerows(kept)
with open(dropped, "w", encoding="utf-8") as file:
    print(len(found) - len(kept), file=file)
