"""Classify each test flower by its k nearest training flowers; print the share that came out right."""

import argparse
import math
from collections import Counter

import flowers

METRICS = {
    "euclidean": math.dist,
    "manhattan": lambda p, q: sum(abs(a - b) for a, b in zip(p, q)),
}


def classify(flower, train, k, distance):
    """The most frequent species among the k nearest; in a tie, the one met first from near to far."""
    near = sorted(train, key=lambda other: distance(flower.measurements, other.measurements))[:k]
    return Counter(other.species for other in near).most_common(1)[0][0]


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("train")
parser.add_argument("test")
parser.add_argument("predictions")
parser.add_argument("--k", type=int, required=True)
parser.add_argument("--metric", choices=METRICS, required=True)
args = parser.parse_args()

train = flowers.read(args.train)
if not 1 <= args.k <= len(train):
    parser.error(f"--k must be from 1 to {len(train)}, the number of training flowers")
test = [
    flower._replace(predicted=classify(flower, train, args.k, METRICS[args.metric]))
    for flower in flowers.read(args.test)
]
flowers.write(args.predictions, test)
print(sum(flower.predicted == flower.species for flower in test) / len(test))
