"""wf artifact tag: a name stands for one artifact until somebody moves it."""
import unittest

from shop import ShopTest


class Tags(ShopTest):
    def setUp(self):
        super().setUp()
        self.run_id = self.open_shop("eu", 1, "--name", "first")
        self.zero, self.one = (self.wf("artifact", "show", "first/count[%d]" % i, "-o", "json").json["artifact"] for i in (0, 1))

    def tag(self, reference, *arguments, code=0):
        return self.wf("artifact", "tag", reference, *arguments, "-o", "json", code=code)

    def named(self, tag):
        return self.wf("artifact", "show", "shop#count:" + tag, "-o", "json").json["artifact"]

    def events(self, kind):
        events = self.wf("event", "list", "-o", "json").json["events"]
        return [event["data"] for event in events if event["type"] == kind]

    def test_a_tag_stays_until_it_is_moved(self):
        self.assertEqual(self.tag("first/count[0]", "prod").json["result"], "set")
        self.assertEqual(self.tag(self.zero, "prod").json["result"], "unchanged")
        refused = self.tag("first/count[1]", "prod", code=4)
        self.assertIn(self.zero, refused.err)
        self.assertIn("--move", refused.err)
        self.assertEqual(self.named("prod"), self.zero)
        moved = self.tag("wf:default/development/first/count[1]/rows", "prod", "--move").json
        self.assertEqual((moved["result"], moved["from"]), ("moved", self.zero))
        self.assertEqual(self.named("prod"), self.one)
        self.assertEqual(self.tag(self.one, "prod", "--move").json["result"], "unchanged")
        (set_,), (move,) = self.events("tag.set"), self.events("tag.moved")
        self.assertEqual((set_["artifact"], move["from"], move["artifact"], move["tag"]), (self.zero, self.zero, self.one, "prod"))
        self.assertTrue(move["by"])
        self.wf("event", "verify")
        self.wf("store", "check")

    def test_tags_are_references(self):
        self.tag("first/count[1]", "prod")
        self.assertEqual(self.wf("artifact", "get", "shop#count:prod/rows").out, "1\n")
        self.wf("artifact", "verify", "shop#count:prod")
        self.assertIn("did you mean 'prod'", self.wf("artifact", "show", "shop#count:prd", code=3).err)
        self.wf("artifact", "show", "shop#close:prod", code=3)
        cached = [tag for tag in self.wf("artifact", "show", self.one, "-o", "json").json["tags"] if tag != "prod"]
        self.assertEqual(self.named(cached[0]), self.one)

    def test_names(self):
        for name in ("cached-0123456789ab", "cached-", "", "-x", "a b", "a/b", "a:b", "x" * 129, "é", "a\x1b[31m"):
            refused = self.wf("artifact", "tag", "first/count[0]", "--", name, code=2)
            self.assertNotIn("\x1b", refused.err)
        for name in ("v1.2.0", "A", "x" * 128, "a+b_c-d"):
            self.tag("first/count[0]", name)

    def test_lists_and_filters(self):
        for name in ("prod-1", "prod-2", "test"):
            self.tag("first/count[0]", name)
        self.tag("first/first", "prod-1")
        def tags(*arguments):
            page = self.page(*arguments, command=("catalog", "tag", "list"))
            return [(one["dataset"]["name"], one["name"]) for one in page["tags"]]
        self.assertEqual(sorted(tags()), [("shop/close", "prod-1"), ("shop/count", "prod-1"), ("shop/count", "prod-2"), ("shop/count", "test")])
        self.assertEqual(tags("--task", "close"), [("shop/close", "prod-1")])
        self.assertEqual(tags("--prefix", "prod-", "--task", "count"), [("shop/count", "prod-1"), ("shop/count", "prod-2")])
        self.assertEqual(self.walk(size=1, key="name", command=("catalog", "tag", "list")), ["prod-1", "prod-1", "prod-2", "test"])
        shown = self.wf("catalog", "tag", "show", "shop#count:test", "-o", "json").json
        self.assertEqual((shown["artifact_id"], shown["dataset"]["name"]), (self.zero, "shop/count"))
        self.assertEqual(self.find("--tag", "prod", "--task", "count"), [(self.run_id, "count", 0)])
        self.assertEqual(len(self.find("--tag", "prod")), 2)
        self.assertEqual(self.find("--tag", "cached-"), [])
        self.wf("catalog", "tag", "show", "prod-1", code=2)

    def test_order_and_time(self):
        for name in ("b", "a", "c"):
            self.tag("first/count[0]", name)
        def names(*arguments):
            return [one["name"] for one in self.page(*arguments, command=("catalog", "tag", "list"))["tags"]]
        self.assertEqual(names(), ["a", "b", "c"])
        self.assertEqual(names("--sort", "created"), ["b", "a", "c"])
        self.assertEqual(names("--sort", "-created"), ["c", "a", "b"])
        for order in ("created", "-created"):
            self.assertEqual(self.walk("--sort", order, size=1, key="name", command=("catalog", "tag", "list")), names("--sort", order))
        middle = self.wf("catalog", "tag", "show", "shop#count:a", "-o", "json").json["created_at"]
        self.assertEqual((names("--since", middle), names("--until", middle)), (["a", "c"], ["b"]))
        self.assertEqual((names("--since", "1h"), names("--until", "1h")), (["a", "b", "c"], []))
        self.wf("catalog", "tag", "list", "--since", "soon", code=2)

    def test_a_tag_that_moves_between_pages_is_told_once(self):
        for reference in (self.zero, self.one):
            for name in ("a", "b", "c"):
                self.tag(self.zero, name, "--move")
            def move():
                for name in ("a", "b", "c"):
                    self.tag(reference, name, "--move")
            self.assertEqual(self.walk(size=1, key="name", command=("catalog", "tag", "list"), between=move), ["a", "b", "c"])

    def test_another_project_must_be_named(self):
        self.wf("project", "create", "other")
        reference = "wf:default/development/first/count[0]/rows"
        refused = self.wf("artifact", "tag", reference, "prod", "-p", "other", code=2)
        self.assertIn("add --project default --domain development", refused.err)
        self.assertEqual(self.page(command=("catalog", "tag", "list"))["tags"], [])
        self.wf("artifact", "tag", reference, "prod", "--project", "default", "--domain", "development")
        self.assertEqual(self.named("prod"), self.zero)

    def test_one_artifact_is_not_filtered(self):
        refused = self.wf("artifact", "verify", self.zero, "--task", "close", code=2)
        self.assertIn("leave out the artifact or the options", refused.err)

    def test_of_two_at_once_one_wins(self):
        for round_ in range(5):
            both = [self.start("artifact", "tag", "first/count[%d]" % i, "race-%d" % round_) for i in (0, 1)]
            done = [self.finish(process) for process in both]
            self.assertEqual(sorted(one.code for one in done), [0, 4])
            winner = (self.zero, self.one)[[one.code for one in done].index(0)]
            self.assertEqual(self.named("race-%d" % round_), winner)
        self.assertEqual(len(self.events("tag.set")), 5)


if __name__ == "__main__":
    unittest.main()
