"""Write one self-contained HTML page: the accuracy of each k, and where the best k was right and wrong."""

import argparse
from collections import Counter
from html import escape
from pathlib import Path
from string import Template

import flowers

PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 16, 48


class Axes:
    """One SVG drawing; turns the values of both axes into places."""

    def __init__(self, x_range, y_range, x_title, y_title):
        self.x_range, self.y_range = x_range, y_range
        self.titles = x_title, y_title
        self.marks = []

    def place(self, x, y):
        (x0, x1), (y0, y1) = self.x_range, self.y_range
        across = LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT)
        down = HEIGHT - BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM)
        return f"{across:.1f}", f"{down:.1f}"

    def grid(self, x_ticks, y_ticks):
        for x, label in x_ticks:
            across, _ = self.place(x, self.y_range[0])
            self.marks.append(f'<text x="{across}" y="{HEIGHT - BOTTOM + 18}" class="mid">{label}</text>')
        for y, label in y_ticks:
            _, down = self.place(self.x_range[0], y)
            self.marks.append(f'<path d="M{LEFT} {down}H{WIDTH - RIGHT}" class="grid"/>')
            self.marks.append(f'<text x="{LEFT - 8}" y="{down}" dy="4" class="end">{label}</text>')

    def line(self, points):
        places = " ".join(",".join(self.place(x, y)) for x, y in points)
        self.marks.append(f'<polyline points="{places}"/>')

    def dot(self, x, y, radius, kind, title):
        across, down = self.place(x, y)
        place = f'cx="{across}" cy="{down}" r="{radius}"'
        self.marks.append(f'<circle {place} class="{kind}"><title>{escape(title)}</title></circle>')

    def svg(self, label):
        x_title, y_title = self.titles
        middle = (TOP + HEIGHT - BOTTOM) / 2
        return "\n".join([
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">',
            *self.marks,
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" class="mid">{x_title}</text>',
            f'<text transform="translate(14 {middle})rotate(-90)" class="mid">{y_title}</text>',
            "</svg>",
        ])


def accuracy_plot(ks, accuracies, best):
    floor = min(int(min(accuracies) * 20) / 20, 0.95)
    axes = Axes((-0.5, len(ks) - 0.5), (floor, 1), "k, the number of neighbours asked", "accuracy")
    steps = round((1 - floor) * 20)
    stride = 1 + steps // 8
    levels = [1 - step / 20 for step in range(0, steps + 1, stride)]
    axes.grid(enumerate(ks), [(level, f"{level:.0%}") for level in levels])
    axes.line(enumerate(accuracies))
    for place, (k, accuracy) in enumerate(zip(ks, accuracies)):
        kind, radius = ("best", 7) if k == best else ("other", 4)
        axes.dot(place, accuracy, radius, kind, f"k = {k}: {accuracy:.1%}")
    return axes.svg("Accuracy for each k")


def flower_plot(train, test, species):
    everything = train + test
    longest = max(flower.petal_length for flower in everything)
    widest = max(flower.petal_width for flower in everything)
    axes = Axes((0, longest + 0.3), (0, widest + 0.2), "petal length, cm", "petal width, cm")
    axes.grid([(x, x) for x in range(int(longest) + 1)], [(y, y) for y in range(int(widest) + 1)])
    for flower in train:
        kind = f"learnt s{species.index(flower.species)}"
        axes.dot(flower.petal_length, flower.petal_width, 3, kind, f"learnt from: {flower.species}")
    for flower in sorted(test, key=is_right, reverse=True):
        kind = f"s{species.index(flower.species)}"
        title = f"{flower.species}, taken for {flower.predicted}"
        if not is_right(flower):
            axes.dot(flower.petal_length, flower.petal_width, 9, "wrong", title)
        axes.dot(flower.petal_length, flower.petal_width, 4.5, kind, title)
    return axes.svg("The flowers by petal length and width")


def is_right(flower):
    return flower.species == flower.predicted


def confusion_table(test, species):
    counts = Counter((flower.species, flower.predicted) for flower in test)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in species)
    rows = [f'<tr><th scope="col">species</th>{head}</tr>']
    for truth in species:
        cells = "".join(cell(counts[truth, guess], truth == guess) for guess in species)
        rows.append(f'<tr><th scope="row">{escape(truth)}</th>{cells}</tr>')
    return "<table>\n" + "\n".join(rows) + "\n</table>"


def cell(count, right):
    kind = "none" if count == 0 else "hit" if right else "miss"
    return f'<td class="{kind}">{count}</td>'


def legend(species):
    keys = [f'<i class="s{index}"></i>{escape(name)}' for index, name in enumerate(species)]
    keys += ['<i class="ring"></i>taken for another species', "faint: learnt from"]
    return '<p class="legend">' + "".join(f"<span>{key}</span>" for key in keys) + "</p>"


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--train", required=True)
parser.add_argument("--predictions", nargs="+", required=True)
parser.add_argument("--ks", nargs="+", type=int, required=True)
parser.add_argument("--accuracies", nargs="+", type=float, required=True)
parser.add_argument("--best", type=int, required=True)
parser.add_argument("--out", type=Path, required=True)
args = parser.parse_args()

chosen = args.ks.index(args.best)
train, test = flowers.read(args.train), flowers.read(args.predictions[chosen])
species = sorted({flower.species for flower in train + test})
args.out.write_text(
    PAGE.substitute(
        best=args.best,
        accuracy=f"{args.accuracies[chosen]:.1%}",
        train=len(train),
        test=len(test),
        accuracy_plot=accuracy_plot(args.ks, args.accuracies, args.best),
        flower_plot=flower_plot(train, test, species),
        legend=legend(species),
        confusion=confusion_table(test, species),
    ),
    encoding="utf-8",
)
