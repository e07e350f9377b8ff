"""Choose the k of the highest accuracy; of several, the smallest."""

import argparse
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--ks", nargs="+", type=int, required=True)
parser.add_argument("--accuracies", nargs="+", type=float, required=True)
parser.add_argument("--out", nargs=2, type=Path, required=True, metavar=("K", "ACCURACY"))
args = parser.parse_args()

accuracy, k = max(zip(args.accuracies, args.ks), key=lambda score: (score[0], -score[1]))
for path, value in zip(args.out, (k, accuracy)):
    path.write_text(f"{value}\n")
print(f"k = {k} with an accuracy of {accuracy:.3f}")
