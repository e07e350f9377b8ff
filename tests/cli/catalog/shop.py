"""A store with the runs of a small partitioned workflow."""
from wftest import WfTest, document, task

DAYS = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]


def shop(partitions=("day", "region"), name="shop"):
    more = {"partitions": list(partitions)} if partitions else {}
    count = task('echo "$n" > "$rows"; echo "$day $region" > "$table"', {"day": "datetime", "region": "enum<eu|us>", "n": "int"},
                 {"rows": "int", "table": "file"}, **more)
    close = task('cat "$table" > "$page"', {"table": "file"}, {"page": "string"})
    return document(name, {"count": count, "close": close},
                    {"count": {"task": "count", "map": {"day": "$inputs.days"}, "with": {"region": "$inputs.region", "n": "$inputs.n"}},
                     "first": {"task": "close", "with": {"table": "$inputs.note"}}},
                    {"days": {"type": "list<datetime>", "default": DAYS}, "region": "enum<eu|us>",
                     "n": {"type": "int", "default": 1}, "note": {"type": "file"}})


class ShopTest(WfTest):
    def setUp(self):
        super().setUp()
        self.definition = self.write("shop.yaml", shop())
        self.write("note", "note\n")

    def open_shop(self, region="eu", n=1, *more):
        """One after the other, so that their order in time is that of the elements."""
        return self.run_file(self.definition, "--parallelism", 1, *more, region=region, n=n, note=self.path("note")).json["run"]

    def page(self, *arguments, command=("artifact", "find")):
        return self.wf(*command, *arguments, "-o", "json").json

    def find(self, *arguments, **options):
        """The artifacts by the last digits of their runs and their nodes."""
        return [(one["run"], one["node"], one["element"]) for one in self.page(*arguments, **options)["artifacts"]]

    def walk(self, *arguments, size=2, key="artifact", command=("artifact", "find"), between=lambda: None):
        """All pages, one after the other; what `between` does happens between them."""
        found, cursor = [], ()
        while True:
            page = self.page(*arguments, "-n", size, *cursor, command=command)
            rows = next(value for value in page.values() if isinstance(value, list))
            found += [row[key] for row in rows]
            if page["next"] is None:
                return found
            cursor = ("--cursor", page["next"])
            between()
