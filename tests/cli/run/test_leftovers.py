"""What a task does to its own folder is a matter of this attempt: nothing of it reaches the next one, or others' files."""
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


if __name__ == "__main__":
    main()
