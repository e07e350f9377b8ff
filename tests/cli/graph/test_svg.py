"""The picture: well-formed, the same each time, nothing upon anything else."""
import itertools
import random
import re
import xml.etree.ElementTree as ElementTree

from wftest import WfTest, example_definitions, main, task

SVG = "{http://www.w3.org/2000/svg}"


def layered_nodes(count, seed):
    """A random graph in which a node takes from up to three nodes before it; (tasks, nodes)."""
    choose = random.Random(seed)
    tasks, nodes = {}, {}
    for i in range(count):
        origins = choose.sample(range(max(0, i - 12), i), min(i, choose.randint(0, 3)))
        tasks["t%d" % i] = task("true", {"from_%d" % one: "int" for one in origins}, {"out": "int"})
        nodes["node_%d" % i] = {"task": "t%d" % i, "with": {"from_%d" % one: "$node_%d.out" % one for one in origins}}
    return tasks, nodes


class Picture:
    def __init__(self, text):
        self.root = ElementTree.fromstring(text)
        self.groups = [[self.area(rect) for rect in group.findall(SVG + "rect")] for group in self.root.findall(SVG + "g")]
        self.names = [group.find(SVG + "text[@class='name']").text for group in self.root.findall(SVG + "g")]
        self.labels = [(float(one.get("x")), float(one.get("y"))) for one in self.root.findall(SVG + "text[@class='label']")]
        self.size = float(self.root.get("width")), float(self.root.get("height"))
        self.numbers = [float(one) for path in self.root.iter(SVG + "path") for one in re.findall(r"-?[\d.]+", path.get("d"))]

    @staticmethod
    def area(rect):
        x, y, width, height = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        return x, y, x + width, y + height

    def boxes(self):
        """Each box with all its sheets."""
        return [(min(a[0] for a in group), min(a[1] for a in group), max(a[2] for a in group), max(a[3] for a in group))
                for group in self.groups]


class Svg(WfTest):
    def picture(self, path, *arguments):
        return Picture(self.wf("graph", path, "-o", "svg", *arguments).out)

    def check(self, picture):
        boxes = picture.boxes()
        for a, b in itertools.combinations(boxes, 2):
            self.assertTrue(a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b))
        for x, y in picture.labels:
            self.assertFalse([box for box in boxes if box[0] < x < box[2] and box[1] < y < box[3]])
        for left, top, right, bottom in boxes:
            self.assertTrue(0 <= left and 0 <= top and right <= picture.size[0] and bottom <= picture.size[1])
        self.assertTrue(all(0 <= one <= max(picture.size) for one in picture.numbers))

    def test_examples(self):
        for path in example_definitions():
            graph = self.wf("graph", path, "-o", "json").json
            picture = self.picture(path)
            self.assertEqual(picture.names, [one["name"] for one in graph["vertices"]])
            self.check(picture)

    def test_random_graphs(self):
        for count, seed in ((5, 1), (50, 2), (50, 3), (300, 4)):
            with self.subTest(count=count, seed=seed):
                path = self.define(*layered_nodes(count, seed))
                picture = self.picture(path)
                self.assertEqual(len(picture.groups), count)
                self.check(picture)

    def test_the_same_bytes_each_time(self):
        path = self.define(*layered_nodes(60, 5))
        self.assertEqual(self.wf("graph", path, "-o", "svg").out, self.wf("graph", path, "-o", "svg").out)

    def test_a_mapped_node_is_a_stack(self):
        path = self.one_task("echo $n > $m", {"n": "int"}, {"m": "int"}, map_over=["n"])
        picture = self.picture(path)
        sheets = dict(zip(picture.names, map(len, picture.groups)))
        self.assertEqual(sheets, {"n": 1, "t": 3, "m": 1})

    def test_a_chain_runs_down_and_a_fan_to_the_right(self):
        step = task("true", {"x": "int?"}, {"y": "int"})
        chain = {"n%d" % i: {"task": "s", "with": {"x": "$n%d.y" % (i - 1)} if i else {}} for i in range(40)}
        width, height = self.picture(self.define({"s": step}, chain)).size
        self.assertGreater(height, width)
        fan = {"n%d" % i: {"task": "s", "with": {"x": "$n0.y"} if i else {}} for i in range(30)}
        picture = self.picture(self.define({"s": step}, fan))
        self.check(picture)
        self.assertEqual(len({box[1] for box in picture.boxes()[1:]}), 29)

    def test_long_names_and_hostile_descriptions(self):
        name = "n" * 128
        tasks = {name: task("true", description="<b>&\"'\u0001\ufffe</svg>")}
        path = self.define(tasks, {name: {"task": name}})
        picture = self.picture(path)
        self.check(picture)
        self.assertLess(len(picture.names[0]), 60)
        tips = [one.text for one in picture.root.iter(SVG + "title")]
        self.assertTrue(any(name in tip and "</svg>" in tip for tip in tips))

    def test_too_many_long_lines(self):
        """The worst there is: every node of a long chain is also taken by the last one."""
        count = 1500
        tasks = {"s": task("true", {"x": "int?"}, {"y": "int"}), "end": task("true", {"all": "list<int>"})}
        nodes = {"n%d" % i: {"task": "s", "with": {"x": "$n%d.y" % (i - 1)} if i else {}} for i in range(count)}
        nodes["end"] = {"task": "end", "with": {"all": ["$n%d.y" % i for i in range(count)]}}
        picture = self.picture(self.define(tasks, nodes))
        self.assertEqual(len(picture.groups), count + 1)
        self.assertTrue(picture.root.findall(SVG + "path[@class='line loose']"))
        self.assertLess(len(picture.numbers), 2000000)


if __name__ == "__main__":
    main()
