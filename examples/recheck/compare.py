"""Lays the accuracies of each k with each metric out as a table, and says how near the chosen k comes to the best."""
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--ks", nargs="+", type=int)
parser.add_argument("--metrics", nargs="+")
parser.add_argument("--accuracies", nargs="+", type=float, help="for each k, that with each metric")
parser.add_argument("--chosen", type=int)
parser.add_argument("--out", nargs=2, help="the table, and what the chosen k lacks to the best")
given = parser.parse_args()

count = len(given.metrics)
rows = {k: given.accuracies[i * count:(i + 1) * count] for i, k in enumerate(given.ks)}
with open(given.out[0], "w") as table:
    print("k", *given.metrics, sep="\t", file=table)
    for k, row in rows.items():
        print(k, *("%.3f" % one for one in row), *(["chosen"] if k == given.chosen else []), sep="\t", file=table)
with open(given.out[1], "w") as lack:
    print("%.3f" % (max(given.accuracies) - max(rows[given.chosen])), file=lack)
