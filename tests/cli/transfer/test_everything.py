"""A store in which something of everything has happened, to another place and compared there."""
import os
import sys

from wftest import SOURCE, call, main

sys.path.append(os.path.join(SOURCE, "tests/cli/event"))
from event_case import Session, SessionCase  # noqa: E402


def setUpModule():
    Session.make()


def tearDownModule():
    Session.remove()


class Everything(SessionCase):
    def setUp(self):
        super().setUp()
        for folder in ("objects", "runs", "tmp"):
            os.makedirs(os.path.join(self.store, folder), exist_ok=True)
        self.source = self.store
        ended = "SELECT project, domain, lower(hex(id)) FROM run WHERE state <> 'running' ORDER BY id"
        self.ended = self.query(ended)
        self.assertGreater(len(self.ended), 15)

    def use(self, name):
        self.store = self.path(name)
        self.wf("init")

    def check(self):
        self.wf("store", "check", "--contents")
        self.wf("event", "verify")

    def said(self, store):
        """What commands answer of each run."""
        answers = []
        for project, domain, run in self.ended:
            scope = ["-p", project, "-d", domain, "--store", store]
            for command in ("show", "explain", "lineage show"):
                done = call([self.arguments("x")[0], *command.split(), run, *scope], cwd=self.folder)
                answers.append((command, run, done.code, done.out))
        return answers

    def test_merged(self):
        self.use("merged")
        merged = self.wf("store", "merge", self.source, "-o", "json").json
        self.assertEqual((merged["added"]["runs"], merged["conflicts"]), (len(self.ended), []))
        self.check()
        self.assertEqual(self.said(self.store), self.said(self.source))

    def test_exported_and_imported(self):
        places = {(project, domain) for project, domain, _ in self.ended}
        for project, domain in sorted(places):
            runs = [run for p, d, run in self.ended if (p, d) == (project, domain)]
            self.wf("export", *runs, "--bundle", self.path("%s-%s.tar" % (project, domain)), "-p", project, "-d", domain)
        self.use("imported")
        for project, domain in sorted(places):
            self.wf("import", self.path("%s-%s.tar" % (project, domain)))
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(len(self.ended),)])
        self.check()
        self.assertEqual(self.said(self.store), self.said(self.source))


if __name__ == "__main__":
    main()
