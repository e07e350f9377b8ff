"""Shuffle a table of flowers by a seed and hold a share of it out as the test set."""

import argparse
import random

import flowers

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("table")
parser.add_argument("train")
parser.add_argument("test")
parser.add_argument("--seed", type=int, required=True)
parser.add_argument("--holdout", type=float, required=True)
args = parser.parse_args()

table = flowers.read(args.table)
random.Random(args.seed).shuffle(table)
cut = round(len(table) * args.holdout)
if not 0 < cut < len(table):
    parser.error(f"--holdout {args.holdout} leaves no flowers to learn from or to test on")

flowers.write(args.test, table[:cut])
flowers.write(args.train, table[cut:])
print(f"{len(table) - cut} flowers to learn from, {cut} to test on")
