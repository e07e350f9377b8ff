"""What a task does to its own folder is a matter of this attempt: nothing of it reaches the next one, or others' files."""
import glob
import os

from wftest import WfTest, main


class Leftovers(WfTest):
    def setUp(self):
        super().setUp()
        self.write("others/kept", "precious")

    def each_of_three(self, script):
        path = self.one_task("echo said $i; %s; echo $i > $o" % script, inputs={"i": "int"}, outputs={"o": "int"},
                             map_over=["i"], cache=False)
        done = self.run_file(path, "--parallelism", "1", i=[1, 2, 3])
        self.assertEqual(done.json["outputs"], {"o": [1, 2, 3]})

    def test_folders_replaced_by_links(self):
        others = self.path("others")
        for script in ("rmdir $TMPDIR; ln -s %s $TMPDIR" % others,
                       "mv $WF_WORK %s/moved; ln -s %s $WF_WORK; mkdir -p %s/out" % (self.folder, others, others),
                       "rm -r in; ln -s %s in" % others):
            path = self.one_task(script, cache=False)
            self.run_file(path)
            self.assertEqual(self.read("others/kept"), "precious", script)

    def test_logs_replaced(self):
        self.each_of_three("rm ../stdout; ln -s %s ../stdout" % self.path("others/kept"))
        self.assertEqual(self.read("others/kept"), "precious")
        self.each_of_three("rm ../stdout; mkdir ../stdout")
        self.each_of_three("rm ../stderr; mkfifo ../stderr")

    def test_logs_linked(self):
        self.each_of_three("ln ../stdout %s/stdout.$i" % self.folder)
        self.assertEqual([self.read("stdout.%d" % i) for i in (1, 2, 3)], ["said 1\n", "said 2\n", "said 3\n"])

    def test_what_cannot_be_removed_fails_nothing(self):
        deep = "for n in $(seq 300); do mkdir %s; cd -P %s; done; cd $WF_WORK" % (("d" * 50,) * 2)
        self.each_of_three(deep)
        # Python's own rmtree needs help with so deep a tree.
        self.addCleanup(os.system, "rm -rf %s/store/runs" % self.folder)

    def test_what_was_laid_aside_goes_with_a_run_that_fails(self):
        path = self.one_task("echo $i > $o; test $i -lt 9", inputs={"i": "int"}, outputs={"o": "int"}, map_over=["i"], cache=False)
        for code, last in ((0, 8), (1, 9)):
            run = self.run_file(path, "--parallelism", "1", code=code, i=list(range(last + 1))).json["run"]
            self.assertEqual(glob.glob(self.path("store/runs/%s/aside*" % run)), [])
        self.assertEqual(len(self.query("SELECT 1 FROM attempt WHERE state = 'succeeded'")), 18)

    def test_the_log_of_the_database_is_folded_in_after_a_large_run(self):
        path = self.one_task("echo $i > $o", inputs={"i": "int"}, outputs={"o": "int"}, map_over=["i"])
        small = os.path.getsize(self.path("store/wf.db")) if os.path.exists(self.path("store/wf.db")) else 0
        self.run_file(path, i=list(range(1500)))
        log = self.path("store/wf.db-wal")
        self.assertLessEqual(os.path.getsize(log) if os.path.exists(log) else 0, 1 << 20)
        # Pages get into the file only so: by itself SQLite folds a log of 64 MB.
        self.assertGreater(os.path.getsize(self.path("store/wf.db")), small + (1 << 20))


if __name__ == "__main__":
    main()
