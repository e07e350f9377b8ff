"""wf artifact find, wf artifact list, wf ls and the lists of the catalog: filters, order, pages."""
import hashlib
import json
import unittest

from shop import DAYS, ShopTest, shop
from wftest import document, task


class Find(ShopTest):
    def setUp(self):
        super().setUp()
        self.first = self.open_shop("eu", 1, "--name", "first")
        self.second = self.open_shop("us", 1, "--name", "second")

    def test_partitions_are_found_alone_and_together(self):
        self.assertEqual(self.find("region=eu"), [(self.first, "count", 1), (self.first, "count", 0)])
        self.assertEqual(self.find("day=" + DAYS[0]), [(self.second, "count", 0), (self.first, "count", 0)])
        self.assertEqual(self.find("day=" + DAYS[0], "region=us"), [(self.second, "count", 0)])
        self.assertEqual(self.find("region=eu", "region=us"), [])
        self.assertEqual(self.find("nothing=eu"), [])
        self.assertIn("is no partition", self.wf("artifact", "find", "region", code=2).err)

    def test_a_question_that_names_what_does_not_exist(self):
        """An empty answer says so; one that only nothing fits does not."""
        for arguments, said in ((["artifact", "find", "regoin=eu"], "no artifact matches; nothing here has a partition 'regoin': did you mean 'region'?"),
                                (["artifact", "find", "day=1999-01-01T00:00:00Z"], "no artifact matches"),
                                (["artifact", "find", "region=mars"], "no artifact matches; 'mars' is no enum<eu|us>, which partition 'region' is"),
                                (["artifact", "find", "day=today"], "no artifact matches; 'today' is no datetime, which partition 'day' is"),
                                (["artifact", "list", "--workflow", "shops"], "no artifact matches; there is no workflow 'shops': did you mean 'shop'?"),
                                (["artifact", "find", "--task", "\x1b[1m"], "no artifact matches; nothing was made by a task '\\x1b[1m'"),
                                (["ls", "shpo", "--since", "1h"], "no run matches; 'wf ls' lists all; there is no workflow 'shpo': did you mean 'shop'?"),
                                (["catalog", "dataset", "list", "--partition", "dya"], "no dataset matches; nothing here has a partition 'dya': did you mean 'day'?"),
                                (["catalog", "tag", "list", "--workflow", "shop"], "no tag matches")):
            with self.subTest(arguments):
                done = self.wf(*arguments)
                self.assertEqual((done.out, done.err), ("", said + "\n"))

    def test_a_value_may_be_spelled_otherwise(self):
        self.assertEqual(self.find("day=2026-01-01T01:00:00+01:00", "region=eu"), [(self.first, "count", 0)])

    def test_values_are_data(self):
        for value in ("eu' OR '1'='1", "%", "?1", "eu; DROP TABLE artifact", "\x1b[31m", "é" * 300):
            self.assertEqual(self.find("region=" + value), [])
            self.assertEqual(self.find("--node", value), [])
            self.assertEqual(self.page("--prefix", value, command=("ls",))["runs"], [])
        self.assertEqual(len(self.find()), 5)

    def test_each_filter_of_artifacts(self):
        every = {(self.first, "count", 0), (self.first, "count", 1), (self.second, "count", 0), (self.second, "count", 1),
                 (self.first, "first", None)}
        counted = {one for one in every if one[1] == "count"}
        self.assertEqual(set(self.find()), every)
        version = self.page()["artifacts"][0]["version"]
        for arguments, wanted in ((["--workflow", "shop"], every), (["--workflow", "shops"], set()),
                                  (["--task", "count"], counted), (["--task", "close"], every - counted),
                                  (["--node", "first"], every - counted), (["--node", "close"], set()),
                                  (["--data", "rows"], counted), (["--data", "page"], every - counted),
                                  (["--type", "file"], counted), (["--type", "string"], every - counted),
                                  (["--run", "second"], {one for one in every if one[0] == self.second}),
                                  (["--version", version], every), (["--version", "shop@latest"], every),
                                  (["--version", "latest", "--workflow", "shop"], every),
                                  (["--prefix", "shop/cl"], every - counted), (["--prefix", "%"], set()),
                                  (["--type", " enum<b|a>"], set()), (["--type", "list[int]"], set()),
                                  (["--since", "2h"], every), (["--until", "2h"], set()),
                                  (["--since", "2000-01-01T00:00:00Z", "--until", "2100-01-01T00:00:00Z"], every)):
            with self.subTest(arguments):
                self.assertEqual(set(self.find(*arguments)), wanted)
                self.assertEqual(set(self.find(*arguments, command=("artifact", "list"))), wanted)
                self.assertEqual(set(self.find(*arguments, "--sort", "name")), wanted)
        self.assertIn("of which workflow", self.wf("artifact", "find", "--version", "v1", code=2).err)
        self.assertIn("is no time", self.wf("artifact", "find", "--since", "soon", code=2).err)
        self.wf("artifact", "find", "--run", "third", code=3)
        for limit in (0, 1_000_001, 9223372036854775807):
            self.assertIn("--limit", self.wf("artifact", "find", "-n", limit, code=2).err)
        for kind in ("artifact", "catalog dataset"):
            refused = self.wf(*kind.split(), "list", "--type", "flie", code=2)
            self.assertIn("--type 'flie' is no type", refused.err)

    def test_time_divides_what_was_made(self):
        made = self.page("--run", "second", "--sort", "created")["artifacts"][0]["created"]
        self.assertEqual({run for run, _, _ in self.find("--until", made)}, {self.first})
        self.assertEqual({run for run, _, _ in self.find("--since", made)}, {self.second})

    def test_order_and_bounds_are_those_of_the_time_that_is_shown(self):
        rows = self.page("--sort", "created")["artifacts"]
        times = [row["created"] for row in rows]
        self.assertEqual(times, sorted(times))
        for row in rows:
            # An id of version 7 begins with the milliseconds since 1970.
            shown = "%d" % int(row["artifact"].replace("-", "")[:12], 16)
            self.assertEqual(self.query("SELECT created_us / 1000 FROM artifact WHERE id = x'%s'" % row["artifact"].replace("-", "")), [(int(shown),)])
            self.assertIn(row["artifact"], self.walk("--since", row["created"], size=50))

    def test_another_version_is_told_apart(self):
        self.write("shop.yaml", shop().replace("echo", "printf '%s\\\\n'"))
        third = self.open_shop("eu", 2)
        self.assertEqual({run for run, _, _ in self.find("--version", "shop@latest")}, {third})
        self.assertEqual({run for run, _, _ in self.find("region=eu", "--version", "shop@latest")}, {third})
        self.assertEqual({run for run, _, _ in self.find("region=eu")}, {self.first, third})

    def test_a_version_is_found_whatever_the_clock_did(self):
        version = self.page()["artifacts"][0]["version"]
        every = set(self.find("--version", version))
        # As if the clock had been set back an hour before the second run ended, and on again.
        self.tamper("UPDATE run SET ended_us = ended_us - 3600000000")
        self.assertEqual(set(self.find("--version", version)), every)
        self.assertEqual(len(every), 5)

    def test_each_version_has_its_own_outputs_and_nodes(self):
        def write(node, kind):
            return self.write("turn.yaml", document("turn", {"one": task("echo 1 > $o", None, {"o": kind})}, {node: {"task": "one"}}))
        runs = {kind: self.run_file(write("n_" + kind, kind)).json["run"] for kind in ("int", "string", "file")}
        for kind, run in runs.items():
            for order in ("-created", "name"):
                self.assertEqual(self.find("--workflow", "turn", "--type", kind, "--sort", order), [(run, "n_" + kind, None)])
                self.assertEqual(self.find("--node", "n_" + kind, "--sort", order), [(run, "n_" + kind, None)])
        self.assertEqual(len(self.find("--workflow", "turn", "--data", "o")), 3)
        self.assertEqual(self.find("--node", "n_int", "--type", "file"), [])
        for arguments in (["--task", "one", "--type", "int"], ["--task", "one"]):
            for order in ("created", "-created", "name"):
                whole = [one["artifact"] for one in self.page(*arguments, "--sort", order)["artifacts"]]
                self.assertEqual(self.walk(*arguments, "--sort", order, size=1), whole)

    def test_orders(self):
        ids = [one["artifact"] for one in self.page("--sort", "created")["artifacts"]]
        self.assertEqual(ids, sorted(ids))
        self.assertEqual([one["artifact"] for one in self.page()["artifacts"]], ids[::-1])
        named = [(one["task"], one["artifact"]) for one in self.page("--sort", "name")["artifacts"]]
        self.assertEqual(named, sorted(named))

    def test_pages_join_to_the_whole(self):
        for arguments in ([], ["region=eu"], ["--task", "count"], ["--workflow", "shop"], ["--run", "first"]):
            for order in ("created", "-created", "name"):
                asked = arguments + ["--sort", order]
                whole = [one["artifact"] for one in self.page(*asked)["artifacts"]]
                self.assertEqual(self.walk(*asked, size=1), whole, asked)
                self.assertEqual(self.walk(*asked, size=2), whole, asked)

    def test_what_is_added_between_pages_repeats_and_hides_nothing(self):
        numbers = iter(range(10, 99))
        for arguments in (["region=eu"], ["--task", "count"], []):
            for order in ("created", "-created", "name"):
                before = self.walk(*arguments, "--sort", order, size=50)
                add = iter([lambda: self.open_shop("eu", next(numbers))])
                found = self.walk(*arguments, "--sort", order, size=2, between=lambda: next(add, lambda: None)())
                self.assertEqual(len(found), len(set(found)))
                self.assertEqual([one for one in found if one in before], before)

    def test_a_cursor_belongs_to_its_query(self):
        cursor = self.page("region=eu", "-n", "1")["next"]
        self.assertEqual(len(self.page("region=eu", "-n", "5", "--cursor", cursor)["artifacts"]), 1)
        for arguments in (["region=us"], [], ["region=eu", "--task", "count"], ["region=eu", "--sort", "created"]):
            self.assertIn("another list or query", self.wf("artifact", "find", *arguments, "--cursor", cursor, code=2).err)
        self.assertIn("WF-E6012", self.wf("ls", "--cursor", cursor, code=2).err)
        for cursor in ("x", "00", cursor[:-2], cursor + "00", "é"):
            self.assertIn("WF-E6012", self.wf("artifact", "find", "region=eu", "--cursor", cursor, code=2).err)

    def test_a_cursor_that_somebody_made_is_refused(self):
        """The digest in it keeps queries apart, and no secret is in it: so its key may be anything."""
        def cursor(order, key):
            text = json.dumps(key, separators=(",", ":")) if not isinstance(key, str) else key
            query = json.dumps(["artifacts", "default", "development", order, text], separators=(",", ":"))
            return (hashlib.sha256(query.encode()).digest()[:8] + text.encode()).hex()
        some = "u" + self.page()["artifacts"][-1]["artifact"]
        self.assertEqual(self.page("--sort", "created", "--cursor", cursor("created", [some]))["next"], None)  # as wf makes them
        for order, keys in (("created", (["sx"], ["i1"], [some, some], [], [1], {}, "[", [""], ["u"], [None])),
                            ("name", ([some], ["sa", "sb"], ["sa", "sb", "sc"], [some, "sa", "sb"], ["sa", "sb", some, some]))):
            for key in keys:
                refused = self.wf("artifact", "find", "--sort", order, "--cursor", cursor(order, key), code=2)
                self.assertIn("is damaged", refused.err, key)

    def test_a_page_says_that_there_is_more(self):
        self.assertIn("there is more: --cursor ", self.wf("artifact", "find", "-n", "1").err)
        lines = self.wf("artifact", "find", "-n", "2", "-o", "jsonl")
        self.assertEqual(len([json.loads(line) for line in lines.out.splitlines()]), 2)
        self.assertIn("--cursor", lines.err)
        self.assertEqual(self.wf("artifact", "find").err, "")


class Runs(ShopTest):
    def test_each_filter_and_order_of_runs(self):
        first = self.open_shop("eu", 1, "--name", "night-1")
        second = self.open_shop("us", 1, "--name", "night_2")
        other = self.run_file(self.one_task("exit 1"), code=1).json["run"]
        def runs(*arguments):
            return [one["run"] for one in self.page(*arguments, command=("ls",))["runs"]]
        self.assertEqual(runs(), [other, second, first])
        self.assertEqual(runs("--sort", "created"), [first, second, other])
        self.assertEqual(runs("--sort", "workflow"), [other, first, second])
        self.assertEqual(runs("shop"), [second, first])
        self.assertEqual(runs("shop", "--version", "latest"), [second, first])
        self.assertEqual(runs("--state", "failed"), [other])
        self.assertEqual(runs("--prefix", "night"), [second, first])
        self.assertEqual(runs("--prefix", "night-"), [first])
        self.assertEqual(runs("--since", "1h", "shop", "--state", "succeeded", "--prefix", "night_"), [second])
        self.assertEqual(runs("--until", "1h"), [])
        for order in ("created", "-created", "workflow"):
            whole = runs("--sort", order)
            self.assertEqual(self.walk("--sort", order, size=1, key="run", command=("ls",)), whole)


    def test_labels_of_runs(self):
        path = self.one_task("echo $i > $y", {"i": "int"}, {"y": "int"}, file="labelled.yaml")
        runs = [self.run_file(path, "--label", "team=%s" % team, "--label", "why=a=b", i=i).json["run"] for i, team in enumerate(("ml", "data", "ml"))]
        ids = lambda *words: [one["run"] for one in self.wf("ls", *words, "-o", "json").json["runs"]]
        self.assertEqual(ids("--label", "team=ml"), [runs[2], runs[0]])
        self.assertEqual(ids("--label", "why=a=b", "-n", "1"), [runs[2]])
        self.assertEqual(ids("--label", "team=m"), [])
        made = self.wf("artifact", "find", "--label", "team=data", "-o", "json").json["artifacts"]
        self.assertEqual([one["run"] for one in made], [runs[1]])
        self.assertIn("team", self.wf("ls", "--label", "team", code=2).err)


class Partitions(ShopTest):
    def test_a_reused_artifact_keeps_its_partitions(self):
        plain = self.write("plain.yaml", shop(partitions=None))
        given = {"region": "eu", "note": self.path("note")}
        self.run_file(plain, **given)
        self.assertEqual(self.find("region=eu"), [])
        again = self.open_shop()
        self.assertEqual(self.wf("show", again, "-o", "json").json["counts"]["reused"], 3)  # not in the cache key
        self.assertEqual(self.find("region=eu"), [])
        shown = self.wf("artifact", "show", again + "/count[0]", "-o", "json").json
        self.assertEqual(shown["partitions"], {})

    def test_a_value_is_read_as_the_type_of_its_partition(self):
        """01 is no 1 and 60s no 1m where the partition is a text."""
        def run(name, kind, *values):
            path = self.one_task("echo 1 > $o", {"zip": kind}, {"o": "int"}, partitions=["zip"], file=name)
            for value in values:
                self.wf("run", path, "-i", "zip=" + value)
        def values(text):
            return sorted(one["partitions"]["zip"] for one in self.page("zip=" + text)["artifacts"])
        run("text.yaml", "string", "1", "01", "60s", "1m", "True", "true")
        for text in ("1", "01", "60s", "1m", "True", "true"):
            self.assertEqual(values(text), [text])
        run("number.yaml", "int", "1")  # another version of the same workflow
        self.assertEqual([values(text) for text in ("1", "01", "one")], [["1", "1"], ["01", "1"], []])
        run("span.yaml", "duration", "60s")
        self.assertEqual([values(text) for text in ("1m", "60s", "60000ms")], [["1m", "1m"], ["1m", "60s"], ["1m"]])

    def test_partitions_are_part_of_the_version_when_there_are_any(self):
        def digest(name, text):
            return self.wf("digest", self.write(name, text)).out.split()[0]
        self.assertNotEqual(digest("a.yaml", shop()), digest("b.yaml", shop(partitions=None)))
        self.assertEqual(digest("a.yaml", shop()), digest("c.yaml", shop(("region", "day", "region"))))
        self.assertEqual(digest("d.yaml", shop(partitions=None)), digest("b.yaml", shop().replace('"partitions": [\n    "day",\n    "region"\n   ]', '"partitions": []')))

    def test_every_type_is_text(self):
        inputs = {"i": "int", "b": "bool", "s": "string", "e": "enum<x|y>", "at": "datetime", "wait": "duration"}
        values = {"i": -7, "b": True, "s": "a=b\x1b[31m", "e": "y", "at": "2026-01-01T00:00:00Z", "wait": "90s"}
        path = self.one_task("echo 1 > $o", inputs, {"o": "int"}, partitions=sorted(inputs))
        words = [word for name, value in values.items() for word in ("-i", "%s=%s" % (name, str(value).lower() if name == "b" else value))]
        self.wf("run", path, *words)
        wanted = {"i": "-7", "b": "true", "s": "a=b\x1b[31m", "e": "y", "at": "2026-01-01T00:00:00Z", "wait": "1m30s"}
        for name, value in dict(wanted, wait="90s").items():
            (found,) = self.page("%s=%s" % (name, value))["artifacts"]
            self.assertEqual(found["partitions"], wanted)
        shown = self.wf("artifact", "show", found["artifact"]).out
        self.assertIn("partition wait=1m30s", shown)
        self.assertNotIn("\x1b", shown)


class Catalog(ShopTest):
    def test_datasets_and_artifacts_have_the_names_of_flyte(self):
        run = self.open_shop()
        (count,) = self.page("--partition", "day", command=("catalog", "dataset", "list"))["datasets"]
        self.assertEqual(count["id"]["name"], "shop/count")
        self.assertEqual(count["partitionKeys"], ["day", "region"])
        shown = self.wf("catalog", "dataset", "show", "shop/count", "-o", "json").json
        self.assertEqual(shown["artifact_count"], 2)
        newest = shown["newest_artifact"]
        self.assertEqual(newest, self.wf("catalog", "artifact", "show", run + "/count[1]", "-o", "json").json)
        self.assertEqual(newest["dataset"], count["id"])
        self.assertEqual(newest["metadata"]["key_map"]["element"], "1")
        self.assertEqual(newest["partitions"], [{"key": "day", "value": DAYS[1]}, {"key": "region", "value": "eu"}])
        self.assertEqual([one["name"] for one in newest["data"]], ["rows", "table"])
        listed = self.page("region=eu", command=("catalog", "artifact", "list"))["artifacts"]
        self.assertEqual(listed[0], newest)
        self.assertIn("did you mean 'shop/count'", self.wf("catalog", "dataset", "show", "shop/cont", code=3).err)

    def test_members_are_those_of_flyte(self):
        """The members of the messages in flyteidl/protos/flyteidl/datacatalog/datacatalog.proto, and what wf has besides."""
        flyte = {"DatasetID": {"project", "name", "domain", "version", "UUID", "org"}, "Dataset": {"id", "metadata", "partitionKeys"},
                 "Metadata": {"key_map"}, "Partition": {"key", "value"}, "ArtifactData": {"name", "value"},
                 "Artifact": {"id", "dataset", "data", "metadata", "partitions", "tags", "created_at"},
                 "Tag": {"name", "artifact_id", "dataset"}}
        besides = {"Dataset": {"created_at"}, "ArtifactData": {"type"}, "Tag": {"created_at", "created_by"}}
        run = self.open_shop()
        self.wf("artifact", "tag", run + "/count[0]", "prod")
        artifact = self.wf("catalog", "artifact", "show", run + "/count[0]", "-o", "json").json
        (dataset,) = self.page("--task", "count", command=("catalog", "dataset", "list"))["datasets"]
        (tag,) = self.page(command=("catalog", "tag", "list"))["tags"]
        shown = {"DatasetID": dataset["id"], "Dataset": dataset, "Metadata": dataset["metadata"], "Partition": artifact["partitions"][0],
                 "ArtifactData": artifact["data"][0], "Artifact": artifact, "Tag": tag}
        self.assertEqual({name: set(one) for name, one in shown.items()},
                         {name: members | besides.get(name, set()) for name, members in flyte.items()})
        self.assertEqual((dataset["id"]["version"], dataset["id"]["org"]), ("", ""))
        self.assertEqual(artifact["tags"][0], tag)
        self.assertEqual(dataset["metadata"], {"key_map": {"workflow": "shop", "task": "count"}})
        single = self.wf("catalog", "artifact", "show", run + "/first", "-o", "json").json["metadata"]["key_map"]
        self.assertEqual(set(single), {"version", "run", "node", "attempt", "cache_key"})
        self.assertTrue(all(isinstance(text, str) for text in single.values()))

    def test_lists_of_datasets(self):
        self.open_shop()
        def names(*arguments):
            page = self.page(*arguments, command=("catalog", "dataset", "list"))
            return [one["id"]["name"] for one in page["datasets"]]
        for arguments, wanted in (([], ["shop/close", "shop/count"]), (["--task", "count"], ["shop/count"]),
                                  (["--prefix", "shop/cl"], ["shop/close"]), (["--type", "file"], ["shop/count"]),
                                  (["--node", "first"], ["shop/close"]), (["--partition", "region"], ["shop/count"]), (["--data", "rows"], ["shop/count"]),
                                  (["--workflow", "x"], []), (["--since", "1h"], ["shop/close", "shop/count"])):
            self.assertEqual(names(*arguments), wanted)
        for order in ("name", "created", "-created"):
            pages = self.walk("--sort", order, size=1, key="id", command=("catalog", "dataset", "list"))
            self.assertEqual([one["name"] for one in pages], names("--sort", order))


if __name__ == "__main__":
    unittest.main()
