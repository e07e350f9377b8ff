"""wf store check finds what the catalog says twice and not alike."""
import glob
import os
import shutil
import unittest

from shop import ShopTest


class Agreement(ShopTest):
    def setUp(self):
        super().setUp()
        self.open_shop("eu", 1, "--name", "first")
        self.open_shop("eu", 1, "--name", "again")
        self.zero, self.one = (self.wf("artifact", "show", "first/count[%d]" % i, "-o", "json").json["artifact"].replace("-", "") for i in (0, 1))
        self.wf("artifact", "tag", "first/count[0]", "prod")
        self.wf("artifact", "tag", "first/count[0]", "moved")
        self.wf("artifact", "tag", "first/count[1]", "moved", "--move")
        self.wf("store", "check")

    def damage(self, sql, *wanted):
        """Each damage alone is found, and told by what it damaged."""
        self.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
        database = self.path("store/wf.db")
        shutil.copy(database, self.path("whole"))
        self.tamper(sql)
        findings = self.wf("store", "check", "-o", "json", code=9).json["findings"]
        told = ["%s: %s" % (one["object"], one["problem"]) for one in findings]
        for text in wanted:
            self.assertTrue(any(text in one for one in told), (text, told))
        for beside in glob.glob(database + "-*"):
            os.remove(beside)
        shutil.copy(self.path("whole"), database)
        self.wf("store", "check")

    def test_pins(self):
        self.wf("artifact", "pin", "first/count[0]")
        self.wf("artifact", "pin", "first")
        self.wf("artifact", "unpin", "first")
        self.wf("artifact", "pin", "first")
        self.wf("store", "check")
        self.damage("DELETE FROM pin WHERE kind = 'run'", "pin of the run", "it has no row")
        self.damage("UPDATE pin SET id = x'%s' WHERE kind = 'artifact'" % self.one, "no event says so", "it has no row")

    def test_tags(self):
        self.damage("UPDATE tag SET artifact = x'%s' WHERE name = 'prod'" % self.one, "shop#count:prod: it is not what its event says")
        self.damage("UPDATE tag SET artifact = x'%s' WHERE name = 'moved'" % self.zero, "shop#count:moved: it is not what its event says")
        self.damage("DELETE FROM tag WHERE name = 'prod'", "shop#count:prod: it has no row")
        self.damage("UPDATE tag SET name = 'live' WHERE name = 'prod'", "shop#count:live: no event says so", "shop#count:prod: it has no row")
        self.damage("UPDATE tag SET created_by = 'me' WHERE name LIKE 'cached-%'", "no event says so", "it should hold")

    def test_partitions(self):
        self.damage("DELETE FROM artifact_partition WHERE artifact = x'%s' AND name = 'region'" % self.zero, "partition region=eu: the search cannot find it")
        self.damage("UPDATE artifact_partition SET value = 'us' WHERE artifact = x'%s' AND name = 'region'" % self.zero,
                    "partition region=us: the search finds it", "partition region=eu: the search cannot find it")
        self.damage("UPDATE artifact SET partitions = NULL WHERE id = x'%s'" % self.zero, "the search finds it", "are not those of its version")

    def test_versions_of_datasets(self):
        self.damage("DELETE FROM dataset_version WHERE task = 'count'", "its version of its dataset")
        self.damage("DELETE FROM dataset WHERE task = 'count'", "version of the dataset default/development/shop/count: its dataset")
        self.damage("UPDATE dataset_version SET outputs = '{\"rows\":\"int\"}' WHERE task = 'count'", "its outputs are not those of its version")
        self.damage("UPDATE dataset_version SET partitions = '{}' WHERE task = 'count'", "its partitions are not those of its version")
        self.damage("UPDATE artifact SET dataset_version = 99", "its version of its dataset")

    def test_reuses(self):
        self.damage("UPDATE reuse_pack SET executions = replace(executions, 'count/0', 'count/2')", "pack of reuses 1: it is not what its event says")
        self.damage("UPDATE reuse_pack SET artifacts = CAST(zeroblob(length(artifacts)) AS BLOB)", "pack of reuses 1: it is not what its event says")
        self.damage("DELETE FROM reuse_pack", "pack of reuses 1: it has no row")
        self.damage("INSERT INTO reuse_pack SELECT project, domain, run, pack + 1, executions, artifacts, reused_us, state FROM reuse_pack", "no event says so")


if __name__ == "__main__":
    unittest.main()
