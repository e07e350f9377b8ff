"""When a schedule is due: beside a calendar of Python's own, minute by minute."""
import datetime
import random
import zoneinfo

from plan_case import PlanCase
from wftest import main

UTC = datetime.timezone.utc
MINUTE = datetime.timedelta(minutes=1)
FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def values(field, first, last):
    """The values of one field of a cron line."""
    found = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        begin, _, end = span.partition("-")
        begin, end = (first, last) if span == "*" else (int(begin), int(end or (last if step else begin)))
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


def due(cron, zone, after, until):
    """The instants of the rule in the manual, found by looking at every minute of real time."""
    fields = cron.split()
    sets = [values(field, *span) for field, span in zip(fields, FIELDS)]
    hourly = fields[1] == "*"

    def fits(local):
        by_date, by_week = local.day in sets[2], local.isoweekday() % 7 in sets[4]
        days = (by_date and by_week) if "*" in (fields[2], fields[4]) else (by_date or by_week)
        return local.minute in sets[0] and local.hour in sets[1] and local.month in sets[3] and days

    found, at, seen, last = [], after - datetime.timedelta(days=1), set(), None
    at = at.replace(second=0)
    while at < until:
        local = at.astimezone(zone).replace(tzinfo=None, fold=0)
        made_up = False
        if not hourly and last is not None and local - last > MINUTE:
            skipped = last + MINUTE
            while skipped < local:
                made_up = made_up or fits(skipped)
                skipped += MINUTE
        first = hourly or local not in seen
        seen.add(local)
        if ((fits(local) and first) or made_up) and at > after:
            found.append(at)
        last = local if last is None else max(last, local)
        at += MINUTE
    return found


class Schedule(PlanCase):
    count = 0

    def next(self, cron, zone, after):
        Schedule.count += 1
        name = "p%d" % Schedule.count
        self.nightly("--cron", cron, "--zone", zone, name=name)
        return [item["utc"] for item in self.json("launchplan", "show", name + "@latest", "--after", after)["next"]]

    def test_summer_time_in_berlin(self):
        for cron, after, expected in (
                ("30 2 * * *", "2027-03-27T12:00:00Z", ["2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"]),
                ("*/20 2 * * *", "2027-03-27T12:00:00Z", ["2027-03-28T01:00:00Z", "2027-03-29T00:00:00Z"]),
                ("30 2 * * *", "2027-10-30T12:00:00Z", ["2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"]),
                ("30 * * * *", "2027-10-30T23:45:00Z", ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"]),
                ("30 * * * *", "2027-03-28T00:00:00Z", ["2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z"]),
                ("0 0 31 * *", "2027-01-31T12:00:00Z", ["2027-03-30T22:00:00Z", "2027-05-30T22:00:00Z"]),
                ("0 12 13 * 5", "2027-08-01T00:00:00Z", ["2027-08-06T10:00:00Z", "2027-08-13T10:00:00Z"]),
                ("0 0 29 2 *", "2096-03-01T00:00:00Z", ["2104-02-28T23:00:00Z"])):
            self.assertEqual(self.next(cron, "Europe/Berlin", after)[:len(expected)], expected, cron)

    def test_beside_a_calendar_of_its_own(self):
        chance = random.Random(7)
        zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "UTC",
                 "Africa/Casablanca", "Pacific/Auckland", "America/St_Johns"]
        changes = ["2027-03-13", "2027-03-27", "2027-10-30", "2027-11-06", "2027-04-03", "2027-09-04", "2027-10-02", "2027-02-06", "2041-03-30",
                   "2041-10-26", "2027-12-31", "2028-02-28"]
        for _ in range(120):
            cron = " ".join((chance.choice(["0", "30", "*/15", "5,55", "1-3"]), chance.choice(["*", "2", "1-3", "*/6", "0,2,23"]),
                             chance.choice(["*", "*", "*/2", "1,31"]), "*", chance.choice(["*", "*", "0", "1-5"])))
            zone, day = chance.choice(zones), chance.choice(changes)
            after = datetime.datetime.fromisoformat(day + "T%02d:17:00+00:00" % chance.randrange(24))
            expected = due(cron, zoneinfo.ZoneInfo(zone), after, after + datetime.timedelta(days=3))
            expected = [at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in expected][:5]
            got = self.next(cron, zone, after.strftime("%Y-%m-%dT%H:%M:%SZ"))
            self.assertEqual(got[:len(expected)], expected, (cron, zone, after))

    def test_one_way_to_write_it(self):
        for written, kept in (("0 3 * * *", "0 3 * * *"), ("@DAILY", "0 0 * * *"), ("@weekly", "0 0 * * 0"), ("0 0 * * 7", "0 0 * * 0"),
                              ("0 0 * jan,FEB sun-tue", "0 0 * 1,2 0-2"), ("*/1 */5 * * *", "* */5 * * *"), ("0,5,10,3-4 0 * * *", "0,3-5,10 0 * * *"),
                              ("\t5/20  1,1 1-31 * 5-7", "5,25,45 1 1-31 * 0,5,6"), ("0-58/2 0 * * *", "*/2 0 * * *")):
            self.nightly("--cron", written)
            self.assertEqual(self.json("launchplan", "show", "nightly@latest")["schedule"]["cron"], kept, written)

    def test_a_rate_counts_from_the_activation(self):
        self.nightly("--every", "6h")
        self.assertEqual(self.json("launchplan", "show", "nightly@latest")["next"], [])
        self.json("launchplan", "activate", "nightly@latest")
        shown = self.json("launchplan", "show", "nightly")
        since = datetime.datetime.fromisoformat(shown["active_since"].replace("Z", "+00:00"))
        for i, item in enumerate(shown["next"], 1):
            at = datetime.datetime.fromisoformat(item["utc"].replace("Z", "+00:00"))
            self.assertLess(abs(since + i * datetime.timedelta(hours=6) - at), datetime.timedelta(seconds=1))

    def test_no_end_of_time(self):
        self.nightly("--every", "100000h", "--activate")
        self.assertLessEqual(len(self.json("launchplan", "show", "nightly", "--after", "9999-12-31T23:59:59Z")["next"]), 5)
        self.next("@daily", "Europe/Berlin", "9999-12-31T00:00:00Z")
        self.next("@daily", "Europe/Berlin", "0001-01-02T00:00:00Z")

    def test_how_far_is_looked_is_said(self):
        self.nightly("--cron", "0 0 29 2 *")
        self.assertIn("nothing more is due within 10 years", self.wf("launchplan", "show", "nightly@latest").out)
        shown = self.wf("launchplan", "show", "nightly@latest", "--after", "9999-03-01T00:00:00Z").out
        self.assertIn("nothing is due within 10 years", shown)
        self.assertNotIn("rate", shown)


if __name__ == "__main__":
    main()
