"""`wf event verify` finds whatever was done to the record of events, and says where."""
import hashlib
import json
import os
import random

from event_case import Session, SessionCase
from wftest import main

MUTATIONS = 240
COLUMNS = ["pos", "stream", "seq", "type", "at_us", "data", "hash"]


def setUpModule():
    Session.make()


def tearDownModule():
    Session.remove()


class Verify(SessionCase):
    def setUp(self):
        super().setUp()
        self.rows = [dict(zip(COLUMNS, row)) for row in
                     self.query("SELECT %s FROM event ORDER BY pos" % ", ".join(COLUMNS))]
        self.random = random.Random(20240229)

    def streams(self):
        return sorted({row["stream"] for row in self.rows})

    def assert_found(self, where, what):
        """A finding that names one of these positions or streams."""
        findings = self.verify(code=9)
        self.assertTrue([one for one in findings if one["pos"] in where or one["stream"] in where],
                        (what, where, findings))
        return findings

    def test_what_is_whole_passes(self):
        self.assertEqual(self.verify(), [])
        said = self.wf("event", "verify").out
        for command in ("list", "verify"):
            self.assertIn("there is no stream 'nothing'", self.wf("event", command, "--stream", "nothing", code=None).err)
        self.assertEqual(said, "%d events in %d streams: no problem found\n" % (len(self.rows), len(self.streams())))
        self.assertEqual(self.wf("event", "verify", "-q").out, "")
        for stream in self.streams():
            self.assertEqual(self.verify("--stream", stream), [])

    def flipped(self, row, column):
        """The row's value with one bit or byte of it changed, to one that the table takes."""
        value = row[column]
        if isinstance(value, int):
            other = value ^ (1 << self.random.randrange(63))
            taken = [one["pos"] for one in self.rows] if column == "pos" else \
                [one["seq"] for one in self.rows if one["stream"] == row["stream"]] if column == "seq" else []
            return self.flipped(row, column) if other in taken else other
        data = bytearray(value.encode() if isinstance(value, str) else value)
        data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
        return bytes(data)

    def test_a_flipped_bit_in_any_column(self):
        for number in range(MUTATIONS):
            column = COLUMNS[number % len(COLUMNS)]
            row = self.random.choice(self.rows)
            other = self.flipped(row, column)
            text = column in ("stream", "type", "data")
            self.change(("UPDATE event SET %s = %s WHERE pos = ?" % (column, "CAST(? AS TEXT)" if text else "?"),
                         other, row["pos"]))
            where = [row["pos"]]
            if column == "pos":
                where.append(other)
            with self.subTest(column=column, pos=row["pos"], other=other):
                findings = self.assert_found(where, column)
                self.assertEqual(findings[0]["pos"], min(where), findings)
                if column in ("at_us", "data", "hash") and row["type"].startswith("node"):
                    self.assertEqual(len(findings), 1, "the events after it are as they were")

    def test_a_flipped_bit_in_the_file(self):
        self.tamper("VACUUM")  # else a row may stand once more where its page has nothing any more
        with open(os.path.join(self.store, "wf.db"), "rb") as file:
            whole = file.read()
        for row in self.rows:
            end = whole.rindex(row["data"].encode() + row["hash"]) + len(row["data"].encode()) + 32
            start = whole.rindex(row["stream"].encode(), 0, end)
            at = self.random.randrange(start, end)
            with open(os.path.join(self.store, "wf.db"), "wb") as file:
                file.write(whole[:at] + bytes([whole[at] ^ 1 << self.random.randrange(8)]) + whole[at + 1:])
            self.assert_found([row["pos"], row["stream"]], at)

    def test_a_hash_cut_short(self):
        self.change(("UPDATE event SET hash = x'00' WHERE pos = 4",))
        self.assertEqual([one["pos"] for one in self.verify(code=9)], [4])

    def test_a_removed_event(self):
        for row in self.rows:
            self.change(("DELETE FROM event WHERE pos = ?", row["pos"]))
            self.assert_found([row["pos"], row["stream"]], row["type"])

    def test_a_removed_stream(self):
        for stream in self.streams():
            self.change(("DELETE FROM event WHERE stream = ?", stream))
            self.assert_found([stream], "removed")
            self.assertTrue(self.verify("--stream", stream, code=9), stream)

    def test_a_removed_run_with_its_stream(self):
        """Only the store's stream still knows of it."""
        self.change(("DELETE FROM event WHERE stream LIKE 'run:%'",), ("DELETE FROM run",))
        for stream in self.streams():
            if stream.startswith("run:"):
                self.assert_found([stream], "removed")

    def test_a_stream_cut_off(self):
        for stream in self.streams():
            last = max(row["seq"] for row in self.rows if row["stream"] == stream)
            for keep in {last - 1, last // 2}:
                self.change(("DELETE FROM event WHERE stream = ? AND seq > ?", stream, keep))
                self.assert_found([stream], keep)

    def test_everything_cut_off_at_any_place(self):
        """No gap is left: what the rows and the anchors say of the events is all there is."""
        for row in self.rows:
            self.change(("DELETE FROM event WHERE pos >= ?", row["pos"]))
            self.assert_found(self.streams(), row["type"])

    def test_exchanged_events(self):
        for stream in self.streams():
            own = [row for row in self.rows if row["stream"] == stream]
            if len(own) < 2:
                continue
            one, two = self.random.sample(own, 2)
            places = [one["pos"], two["pos"]]
            self.change(("UPDATE event SET pos = -1 WHERE pos = ?", places[0]),
                        ("UPDATE event SET pos = ? WHERE pos = ?", *places),
                        ("UPDATE event SET pos = ? WHERE pos = -1", places[1]))
            self.assert_found(places, "pos")
            for column in ("data", "hash", "type, at_us, data, hash"):
                columns = column.split(", ")
                values = "SET " + ", ".join(name + " = ?" for name in columns)
                if all(one[name] == two[name] for name in columns):
                    continue
                self.change(*(("UPDATE event %s WHERE pos = ?" % values, *[to[name] for name in columns], of["pos"])
                              for of, to in ((one, two), (two, one))))
                self.assert_found(places, column)

    def test_events_after_the_end_and_of_an_unknown_run(self):
        closed = self.query("SELECT stream FROM event WHERE type = 'run.succeeded'")[0][0]
        last = self.rows[-1]["pos"]
        insert = "INSERT INTO event SELECT ?, stream, seq + 1, type, at_us, data, hash FROM event WHERE stream = ? " \
                 "ORDER BY seq DESC LIMIT 1"
        self.change((insert, last + 1, closed))
        self.assert_found([closed], "added")

    def test_the_store_check_says_the_same(self):
        self.change(("UPDATE event SET at_us = at_us + 1 WHERE pos = 2",))
        findings = [one for one in self.wf("store", "check", "-o", "json", code=9).json["findings"]
                    if one["object"].startswith("event")]
        self.assertEqual(findings, [{"object": "event 2 (stream 'store', seq 2)", "produced": None,
                                     "problem": self.verify(code=9)[0]["problem"]}])

    def test_one_stream(self):
        runs = [stream for stream in self.streams() if stream.startswith("run:")]
        self.change(("UPDATE event SET at_us = 1 WHERE stream = ?", runs[0]))
        self.assertTrue(self.verify("--run", runs[0][4:], code=9))
        self.assertEqual(self.verify("--stream", runs[1]), [])
        self.assertIn("WF-E5005", self.wf("event", "verify", "--stream", "run:x", code=3).err)
        self.assertIn("WF-E5001", self.wf("event", "verify", "--stream", "store", "--run", "x", code=2).err)

    def test_one_stream_of_a_damaged_record(self):
        """What may be any stream's damage is told of each, and what the store's stream says of a run of that run."""
        closed, run = self.query("SELECT max(pos), 'run:' || json_extract(data, '$.run') FROM event "
                                 "WHERE type = 'run.closed'")[0]
        other = next(one for one in self.streams() if one.startswith("run:") and one != run)
        last = "DELETE FROM event WHERE stream = 'store' AND pos >= ?"
        for change in (("UPDATE event SET data = '[]' WHERE pos = ?", closed), (last, closed),
                       ("UPDATE event SET at_us = 1 WHERE pos = ?", closed)):
            with self.subTest(change):
                self.change(change)
                self.assertTrue(self.verify("--stream", run, code=9))
        self.change(("UPDATE event SET at_us = 1 WHERE pos = ?", closed))
        self.assertEqual(self.verify("--stream", other), [])
        self.change(("DELETE FROM event WHERE pos = 3",))
        self.assertIn(3, [one["pos"] for one in self.verify("--stream", other, code=9)])

    def test_one_stream_of_damaged_pages(self):
        self.restore()
        page, = self.query("SELECT rootpage FROM sqlite_schema WHERE name = 'event_by_stream'")[0]
        size, = self.query("PRAGMA page_size")[0]
        with open(os.path.join(self.store, "wf.db"), "r+b") as file:
            file.seek(page * size - 1)  # the end of the index's first key
            last = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([last[0] ^ 1]))
        for stream in self.streams():
            self.assertTrue(self.verify("--stream", stream, code=9), stream)

    def test_the_names_are_escaped(self):
        self.change(("UPDATE event SET stream = char(27) || '[2J' WHERE pos = 3",))
        done = self.wf("event", "verify", code=9)
        self.assertNotIn("\x1b", done.out)
        self.assertIn("\\x1b[2J", done.out)
        self.assertNotIn("\x1b", self.wf("event", "list").out)

    def test_the_chain_can_be_recomputed_from_what_is_listed(self):
        """As the documentation gives it, with no code of wf."""
        heads = {}
        for event in self.events():
            whole, fraction = event["at"][:-1].split(".")
            micros, = self.query("SELECT CAST(strftime('%s', ?) AS INTEGER) * 1000000 + ?", whole, int(fraction))[0]
            body = {"at": micros, "data": event["data"], "seq": event["seq"], "stream": event["stream"],
                    "type": event["type"]}
            text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            before = heads.get(event["stream"], bytes(32))
            heads[event["stream"]] = hashlib.sha256(b"wf-event-1\n" + before + text).digest()
            self.assertEqual(heads[event["stream"]].hex(), event["hash"])


if __name__ == "__main__":
    main()
