"""Read and write tables of flowers: four measurements in centimetres, then the species."""

import csv
from typing import NamedTuple


class Flower(NamedTuple):
    sepal_length: float
    sepal_width: float
    petal_length: float
    petal_width: float
    species: str
    predicted: str = ""

    @property
    def measurements(self):
        return self[:4]


def read(path):
    with open(path, newline="") as file:
        return [
            Flower(*map(float, row[:4]), *row[4:])
            for row in list(csv.reader(file))[1:]
        ]


def write(path, flowers):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Flower._fields)
        writer.writerows(flowers)
