"""Files in $WF_OUTPUTS/_report/: kept with each attempt, shown in the report, no part of the result."""
import base64
import os

from pages import Page
from wftest import WfTest, main, task

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class TaskFiles(WfTest):
    def files(self, run):
        """(node, attempt, name, kind, content or why it is left out) of each file."""
        found = Page(self.wf("report", run).out).data["task_files"]
        return [(one["node"], one["attempt"], one["name"], one["kind"],
                 one["left_out"] if one["content"] is None else found["contents"][one["content"]]) for one in found["files"]]

    def names(self, run):
        return [one[2] for one in self.files(run)]

    def make(self, script, **more):
        return self.define({"t": task("mkdir $WF_OUTPUTS/_report; cd $WF_OUTPUTS/_report; " + script, outputs={"n": "int"}, **more)},
                           {"t": {"task": "t"}}, outputs={"n": "$t.n"})

    def test_each_kind(self):
        picture = self.write("one.png", PNG)
        path = self.make("cp %s p.png; echo '<b>hello</b>' > a.html; echo '<svg/>' > b.SVG; printf '# one\\n<i>' > c.md; "
                         "echo 1,2 > d.csv; echo x > e.exe; echo 1 > $WF_WORK/$n" % picture)
        self.run_file(path, "--name", "it")
        files = {one[2]: one[3:] for one in self.files("it")}
        self.assertEqual(files["p.png"], ("picture", "data:image/png;base64," + base64.b64encode(PNG).decode()))
        self.assertEqual(files["a.html"][0], "page")
        self.assertTrue(files["a.html"][1].startswith("<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"))
        self.assertIn("<b>hello</b>", files["a.html"][1])
        self.assertEqual((files["b.SVG"][0], files["c.md"], files["d.csv"]), ("drawing", ("text", "# one\n<i>"), ("text", "1,2\n")))
        self.assertEqual(files["e.exe"][1], "of no kind that a report shows")
        self.assertEqual(self.wf("store", "check", "--contents").code, 0)

    def test_they_are_no_part_of_the_result(self):
        """A run that leaves other files has the same key, and an output without them the same artifact."""
        path = self.make("echo $WF_ATTEMPT > a.txt; echo 1 > $WF_WORK/$n")
        first = self.run_file(path, "--name", "first").json
        again = self.run_file(path, "--name", "again").json
        self.assertEqual((first["outputs"], again["this_time"]["reused"]), ({"n": 1}, 1))
        shown = self.wf("artifact", "show", "first/t", "-o", "json").out
        self.assertNotIn("_report", shown)
        self.assertNotIn("a.txt", shown)

    def test_a_hit_shows_those_of_its_producer(self):
        path = self.make("echo $WF_ATTEMPT > a.txt; echo 1 > $WF_WORK/$n")
        run = self.run_file(path, "--name", "first").json["run"]
        self.run_file(path, "--name", "again")
        self.assertEqual(self.files("first"), self.files("again"))
        made_by = [one["made_by"] for one in Page(self.wf("report", "again").out).data["task_files"]["files"]]
        self.assertEqual(made_by, [run + "/t"])

    def test_of_failed_attempts_too(self):
        path = self.make("echo $WF_ATTEMPT | grep -o '[0-9]*-[0-9]*$' > a.txt; exit 1", retries=1, retry={"base": "1ms", "jitter": 0})
        self.run_file(path, "--name", "it", code=1)
        self.assertEqual([(one[1], one[4][:1]) for one in self.files("it")], [(1, "1"), (2, "2")])

    def test_what_is_left_out_is_named(self):
        path = self.make("mkdir sub; ln -s /etc/passwd link.txt; mkfifo pipe.txt; head -c 5000000 /dev/zero > large.txt; "
                         "for i in $(seq 100 160); do echo $i > n$i.txt; done; echo 1 > $WF_WORK/$n")
        self.run_file(path, "--name", "it")
        files = {one[2]: one[4] for one in self.files("it")}
        self.assertIn("folder", files["sub"])
        self.assertEqual((files["link.txt"], files["pipe.txt"]), ("no regular file", "no regular file"))
        self.assertIn("4.0 MiB", files["large.txt"])
        self.assertEqual(files["n110.txt"], "110\n")
        self.assertIn("too many", files["n160.txt"])
        self.assertEqual(self.wf("store", "check", "--contents").code, 0)

    def test_what_is_left_out_takes_no_place(self):
        """Nor is there a line for each of any number of them."""
        path = self.make("for i in $(seq 100 159); do echo $i > a$i.exe; echo $i > n$i.txt; done; echo 1 > $WF_WORK/$n")
        self.run_file(path, "--name", "it")
        files = {one[2]: one[4] for one in self.files("it")}
        self.assertEqual([name for name in files if name.endswith(".txt")], ["n%d.txt" % i for i in range(100, 150)])
        self.assertEqual([files["n%d.txt" % i] for i in range(100, 150)], ["%d\n" % i for i in range(100, 150)])
        self.assertEqual([name for name in files if name.endswith(".exe")], ["a%d.exe" % i for i in range(100, 120)])
        self.assertIn("and 50 more", files["_report/"])
        self.assertEqual(len(files), 71)

    def test_names_that_only_begin_like_those_of_elements_that_load(self):
        drawing = '<svg><metadata>m</metadata><linkage/><basefont color="red"><meta\t/><META><base/><Link\nrel="x"></svg>'
        self.run_file(self.make("cp %s a.svg; echo 1 > $WF_WORK/$n" % self.write("drawn.svg", drawing)), "--name", "it")
        shown = self.files("it")[0][4].split("\n", 1)[1]
        self.assertEqual(shown, '<svg><metadata>m</metadata><linkage/><basefont color="red"><x-meta\t/><x-META><x-base/><x-Link\nrel="x"></svg>')

    def test_not_a_folder(self):
        path = self.define({"t": task("echo x > $WF_OUTPUTS/_report")}, {"t": {"task": "t"}})
        self.run_file(path, "--name", "it")
        self.assertEqual(self.files("it"), [])

    def test_names_that_are_no_text(self):
        path = self.make("printf x > \"$(printf 'a\\377.txt')\"; printf y > \"$(printf 'b\\n.txt')\"; echo 1 > $WF_WORK/$n")
        self.run_file(path, "--name", "it")
        self.assertEqual(self.names("it"), ["a\\xff.txt", "b\n.txt"])

    def test_each_name_is_another(self):
        """A byte, and the text that stands for such a one; a long name of such bytes. They are written as they were."""
        names = [b"a\xff.txt", b"a\\xff.txt", b"a\\x5cxff.txt", b"b\\n.txt", b"\xfe" * 250 + b".txt"]
        shown = ["a\\xff.txt", "a\\x5cxff.txt", "a\\x5cx5cxff.txt", "b\\n.txt", "\\xfe" * 250 + ".txt"]
        source = os.fsencode(self.path("made"))
        os.mkdir(source)
        for name, text in zip(names, shown):
            with open(os.path.join(source, name), "w", encoding="utf-8") as file:
                file.write(text)
        self.run_file(self.make("cp %s/* .; echo 1 > $WF_WORK/$n" % self.path("made")), "--name", "it")
        self.assertEqual({one[2]: one[4] for one in self.files("it")}, {text: text for text in shown})
        self.wf("report", "it", "--files", self.path("all"))
        self.assertEqual(sorted(os.listdir(os.fsencode(self.path("all/t/1")))), sorted(names))

    def test_one_page_holds_only_so_much(self):
        path = self.define({"t": task("mkdir $WF_OUTPUTS/_report; head -c 3900000 /dev/zero | tr '\\0' $x > $WF_OUTPUTS/_report/a.txt",
                                      {"x": "string"})}, {"t": {"task": "t", "map": {"x": "$inputs.x"}}}, {"x": "list<string>"})
        self.run_file(path, "--name", "it", x=list("abcdefgh"))
        left_out = [one[4] for one in self.files("it") if len(one[4]) < 1000]
        self.assertEqual(len(left_out), 2)
        self.assertIn("--files DIR", left_out[0])
        self.wf("report", "it", "--files", self.path("all"))
        self.assertEqual(len(self.read("all/t[7]/1/a.txt")), 3900000)
        self.wf("report", "it", "--files", self.path("all"), code=4)

    def test_equal_files_stand_in_the_page_once(self):
        path = self.define({"t": task("mkdir $WF_OUTPUTS/_report; echo same > $WF_OUTPUTS/_report/a.txt", {"x": "int"})},
                           {"t": {"task": "t", "map": {"x": "$inputs.x"}}}, {"x": "list<int>"})
        self.run_file(path, "--name", "it", x=list(range(5)))
        found = Page(self.wf("report", "it").out).data["task_files"]
        self.assertEqual((len(found["files"]), found["contents"]), (5, ["same\n"]))

    def test_bytes_that_are_gone(self):
        self.run_file(self.make("seq 5000 > a.txt; echo 1 > $WF_WORK/$n"), "--name", "it")
        digest, = self.query("SELECT lower(hex(blob)) FROM attempt_report")[0]
        os.remove(os.path.join(self.store, "objects", digest[:2], digest[2:]))
        (_, _, name, _, why), = self.files("it")
        self.assertEqual(name, "a.txt")
        self.assertIn(digest[:12], why)
        self.assertIn("report of ", self.wf("store", "check", code=9).out)


if __name__ == "__main__":
    main()
