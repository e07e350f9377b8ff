"""Draws cities on a map: a degree is as long to the north as to the east."""
import argparse
import csv
import os
import shutil
from xml.sax.saxutils import escape

HEAD = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="-180 -90 360 180">
<style>text {{ font: 2.2px sans-serif; fill: #444 }} .title {{ font-size: 4px }} path {{ stroke: #ddd; stroke-width: 0.2 }}</style>
<rect x="-180" y="-90" width="360" height="180" fill="#fbfbf8"/>
"""


def grid():
    lines = ["M%d,-90V90" % east for east in range(-180, 181, 15)] + ["M-180,%dH180" % north for north in range(-90, 91, 30)]
    return '<path d="%s"/>\n' % "".join(lines)


def region(name, rows, hue):
    dots = "".join('<circle cx="%s" cy="%s" r="0.8" fill="hsl(%d 65%% 42%%)"><title>%s</title></circle>\n'
                   % (row["east"], -float(row["north"]), hue, escape(row["city"])) for row in rows)
    return "<g><desc>%s</desc>\n%s</g>\n" % (escape(name), dots)


def legend(names, hues):
    marks = (f'<circle cx="-176" cy="{38 + 5 * i}" r="1.2" fill="hsl({hue} 65% 42%)"/>'
             f'<text class="title" x="-173" y="{39.4 + 5 * i}">{escape(name)}</text>\n'
             for i, (name, hue) in enumerate(zip(names, hues)))
    return "".join(marks)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--names", required=True, nargs="+")
    parser.add_argument("--to", required=True)
    parser.add_argument("tables", nargs="+")
    options = parser.parse_args()
    hues = [360 * i // len(options.names) for i in range(len(options.names))]
    with open(options.to, "w", encoding="utf-8") as out:
        out.write(HEAD.format(width=options.width, height=options.width // 2) + grid())
        for name, path, hue in zip(options.names, options.tables, hues):
            with open(path, encoding="utf-8", newline="") as file:
                out.write(region(name, csv.DictReader(file), hue))
        out.write(legend(options.names, hues) + "</svg>\n")
    report = os.path.join(os.environ["WF_OUTPUTS"], "_report")
    os.makedirs(report, exist_ok=True)
    shutil.copyfile(options.to, os.path.join(report, "zones.svg"))


main()
