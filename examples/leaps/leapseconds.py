"""Reads, checks and uses lists of leap seconds in the form of the IERS, whose times are seconds since 1900."""
import argparse
import csv
import datetime
import hashlib
import re
import shutil
import sys

EPOCH = datetime.datetime(1900, 1, 1, tzinfo=datetime.timezone.utc)
SECOND = datetime.timedelta(seconds=1)


class LeapSeconds:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        marked = {line[:2]: line[2:].split() for line in lines if line[:2] in ("#$", "#@", "#h")}
        self.rows = [line.split()[:2] for line in lines if line and not line.startswith("#")]
        if len(marked) != 3 or not all(re.fullmatch(r"\d+", text) for row in self.rows for text in row):
            sys.exit(f"{path} is no list of leap seconds")
        self.updated, self.expires, self.digest = marked["#$"], marked["#@"], marked["#h"]

    def until(self):
        return EPOCH + int(self.expires[0]) * SECOND

    def is_whole(self):
        numbers = "".join(text for part in (self.updated, self.expires, *self.rows) for text in part)
        words = hashlib.sha1(numbers.encode()).hexdigest()
        return [word.zfill(8) for word in self.digest] == [words[i:i + 8] for i in range(0, 40, 8)]

    def since_1972(self):
        """When UTC began to lag behind TAI by how much: (moment of UTC, seconds), the earliest first."""
        return [(EPOCH + int(begin) * SECOND, int(lag)) for begin, lag in self.rows]


def text_of(moment):
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def in_utc(tai, leaps):
    """A moment of TAI as UTC writes it: where a second is put in, it is the 61st of its minute."""
    begin, lag = max(leap for leap in leaps if leap[0] + (leap[1] - 1) * SECOND <= tai)
    text = text_of(tai - lag * SECOND)
    return text if tai - lag * SECOND >= begin else text[:17] + "60" + text[19:]


def duration(text):
    units = {"h": 3600, "m": 60, "s": 1, "ms": 0.001, "us": 0.000001}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)([a-z]+)", text)) * SECOND


def check(options):
    if not LeapSeconds(options.list).is_whole():
        sys.exit("the digest in the list is of something else; the list is damaged")


def choose(options):
    best = max(options.lists, key=lambda path: LeapSeconds(path).until())
    shutil.copyfile(best, options.to)
    with open(options.expires, "w", encoding="utf-8") as file:
        file.write(text_of(LeapSeconds(best).until()))


def convert(options):
    leaps = LeapSeconds(options.list).since_1972()
    tai, last = (utc + max(leap for leap in leaps if leap[0] <= utc)[1] * SECOND for utc in (options.first, options.last))
    with open(options.moments, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["utc", "tai"])
        while tai <= last:
            row = [in_utc(tai, leaps), text_of(tai)]
            table.writerow(row)
            if options.progress:
                print(*row)
            tai += options.step


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    checking = commands.add_parser("check")
    checking.add_argument("list")
    checking.set_defaults(do=check)
    choosing = commands.add_parser("choose")
    choosing.add_argument("--to", required=True)
    choosing.add_argument("--expires", required=True)
    choosing.add_argument("lists", nargs="+")
    choosing.set_defaults(do=choose)
    converting = commands.add_parser("convert")
    converting.add_argument("--progress", action="store_true")
    converting.add_argument("list")
    converting.add_argument("first", type=datetime.datetime.fromisoformat)
    converting.add_argument("last", type=datetime.datetime.fromisoformat)
    converting.add_argument("step", type=duration)
    converting.add_argument("moments")
    converting.set_defaults(do=convert)
    options = parser.parse_args()
    options.do(options)


main()
