"""The year in which a series falls or rises for good: where two means fit it best, by least squares.

python3 change.py TABLE FIRST LAST: prints the year, the mean before and the mean from then on.
"""
import csv
import statistics
import sys


def misfit(flows):
    mean = statistics.fmean(flows)
    return sum((flow - mean) ** 2 for flow in flows)


table, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(table, newline="") as file:
    flow = {int(row["year"]): float(row["flow"]) for row in csv.DictReader(file)}
years = [year for year in sorted(flow) if first <= year <= last]
if len(years) < 2:
    sys.exit("%d of the years %d to %d are in the table, and two parts need two" % (len(years), first, last))
flows = [flow[year] for year in years]
cut = min(range(1, len(years)), key=lambda at: misfit(flows[:at]) + misfit(flows[at:]))
print(years[cut], "%.1f %.1f" % (statistics.fmean(flows[:cut]), statistics.fmean(flows[cut:])))
