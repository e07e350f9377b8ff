"""The year in which a series falls or rises for good: where two means fit it best, by least squares.

python3 change.py TABLE FIRST LAST: prints the year, the mean before and the mean from then on. A drawing of it goes to
$WF_OUTPUTS/_report/, for whoever has to judge it.
"""
import csv
import os
import statistics
import sys


def misfit(flows):
    mean = statistics.fmean(flows)
    return sum((flow - mean) ** 2 for flow in flows)


def draw(path, years, flows, cut):
    """The flows as bars, and the two means over them, as SVG."""
    wide, high, most = 8, 220, max(flows)
    bars = ["<rect x='%d' y='%.1f' width='6' height='%.1f'><title>%d: %g</title></rect>"
            % (i * wide, high - flow / most * high, flow / most * high, year, flow)
            for i, (year, flow) in enumerate(zip(years, flows))]
    means = []
    for begin, end in ((0, cut), (cut, len(flows))):
        mean = statistics.fmean(flows[begin:end])
        y = high - mean / most * high
        means.append("<line x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>" % (begin * wide, end * wide, y, y))
        means.append("<text x='%d' y='%.1f'>%d: %.0f</text>" % (begin * wide + 4, high + 18, years[begin], mean))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write("<svg xmlns='http://www.w3.org/2000/svg' viewBox='-10 -10 %d %d' font-family='sans-serif' font-size='13'>"
                   "<g fill='#7fa8d1'>%s</g><g stroke='#c93c37' stroke-width='3'>%s</g>%s</svg>\n"
                   % (wide * len(flows) + 20, high + 40, "".join(bars), "".join(means[::2]), "".join(means[1::2])))


table, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(table, newline="") as file:
    flow = {int(row["year"]): float(row["flow"]) for row in csv.DictReader(file)}
years = [year for year in sorted(flow) if first <= year <= last]
if len(years) < 2:
    sys.exit("%d of the years %d to %d are in the table, and two parts need two" % (len(years), first, last))
flows = [flow[year] for year in years]
cut = min(range(1, len(years)), key=lambda at: misfit(flows[:at]) + misfit(flows[at:]))
print(years[cut], "%.1f %.1f" % (statistics.fmean(flows[:cut]), statistics.fmean(flows[cut:])))
draw(os.path.join(os.environ["WF_OUTPUTS"], "_report", "flow.svg"), years, flows, cut)
