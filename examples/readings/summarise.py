"""Summary of readings as a record, and the days farthest from the mean."""
import argparse
import csv
import json

parser = argparse.ArgumentParser()
parser.add_argument("rows")
parser.add_argument("--low", type=float)
parser.add_argument("--high", type=float)
parser.add_argument("--worst")
parser.add_argument("summary")
parser.add_argument("listed")
given = parser.parse_args()

with open(given.rows) as file:
    readings = [(row["day"], float(row["celsius"])) for row in csv.DictReader(file)]
values = [celsius for _, celsius in readings]
mean = sum(values) / len(values)
outside = {"below": sum(value < given.low for value in values),
           "above": sum(value > given.high for value in values)}
with open(given.summary, "w") as file:
    json.dump({"days": len(values), "mean": mean, "outside": outside}, file)

worst = sorted(readings, key=lambda reading: -abs(reading[1] - mean))
count = len(worst) if given.worst == "all" else int(given.worst)
with open(given.listed, "w") as file:
    json.dump([{"day": day, "celsius": celsius} for day, celsius in worst[:count]], file)
