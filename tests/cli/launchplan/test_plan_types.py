"""What a plan gives has the types of the workflow's inputs, and obeys their constraints."""
import hashlib

from plan_case import PlanCase
from wftest import document, main, task

INPUTS = {"n": {"type": "int", "min": 1, "max": 9, "default": 1},
          "mode": {"type": "string?", "pattern": "[a-z]+"},
          "table": {"type": "dataset<csv,{a:int}>?"},
          "image": {"type": "file?", "pattern": "*.png"},
          "either": {"type": "duration|int", "default": 3},
          "point": {"type": {"record": {"x": "int", "note": "string?"}}, "default": {"x": 0}}}
NODE = {"task": "say", "with": {"n": "$inputs.n"}}
TYPED = document("typed", {"say": task('echo "$n" > "$out"', {"n": "int"}, {"out": "file"})}, {"say": NODE}, INPUTS)


class Types(PlanCase):
    def setUp(self):
        super().setUp()
        self.write("typed.yaml", TYPED)
        self.wf("register", "typed.yaml", "--label", "v1")

    def faults(self, values):
        return self.errors("name: typed\nworkflow: typed@v1\nfixed:\n" + "".join("  %s\n" % line for line in values), 2)

    def test_values_of_every_type(self):
        self.write("plan.csv", "a\n1\n")
        self.write("a.png", "bytes")
        made = self.create(self.plan("name: typed\nworkflow: typed@v1\ninputs: {either: 5m, table: plan.csv}\n"
                                     "fixed: {point: {x: 2}, image: a.png, mode: null}\n"), "--activate")
        shown = self.json("launchplan", "show", "typed")
        table = "sha256:" + hashlib.sha256(b"a\n1\n").hexdigest()
        self.assertEqual(shown["inputs"], {"either": "5m", "table": table})
        self.assertEqual(shown["fixed"]["point"], {"note": None, "x": 2})
        self.assertIsNone(shown["fixed"]["mode"])
        same = self.create("typed", "--workflow", "typed@v1", "-i", "either=5m", "-i", "table=" + table, "--fixed", 'point={"x":2}',
                           "--fixed", "image=a.png", "--fixed", "mode=null")
        self.assertEqual(same["digest"], made["digest"])
        given = self.json("show", self.json("run", "plan:typed")["run"])["inputs"]
        self.assertEqual((given["either"], given["point"]), ("5m", {"note": None, "x": 2}))

    def test_constraints_hold_in_a_file(self):
        self.write("a.jpg", "bytes")
        self.assertEqual(self.faults(["n: 10", "mode: X1", "image: a.jpg"]),
                         [(5, 6, "WF-E1111", "'10' is more than the max 9"),
                          (6, 9, "WF-E1111", "'X1' does not match the pattern [a-z]+"),
                          (7, 10, "WF-E1111", "the name 'a.jpg' does not match the pattern *.png")])

    def test_constraints_hold_for_options(self):
        for option in ("-i", "--fixed"):
            self.assertIn("more than the max 9", self.wf("launchplan", "create", "typed", "--workflow", "typed@v1", option, "n=10", code=2).err)

    def test_types_are_told(self):
        self.assertEqual([(line, code) for line, _, code, _ in self.faults(["point: {y: 1}", "either: many"])],
                         [(5, "WF-E1108"), (5, "WF-E1108"), (6, "WF-E1108")])

    def test_a_dataset_is_looked_into(self):
        self.write("wrong.csv", "b\n1\n")
        self.assertEqual(self.faults(["table: wrong.csv"]), [(5, 10, "WF-E1108", "'wrong.csv': its header lacks 'a', and it has 'b' besides")])
        self.write("b.csv", "b\n")
        self.wf("launchplan", "create", "other", "--workflow", "load@v1", "-i", "table=b.csv")  # brings it into the store
        wrong = "table: sha256:" + hashlib.sha256(b"b\n").hexdigest()
        option = self.wf("launchplan", "create", "typed", "--workflow", "typed@v1", "-i", wrong.replace(": ", "="), code=2).err
        for said in (self.faults([wrong])[0][3], option):
            self.assertIn("its header lacks 'a'", said)


if __name__ == "__main__":
    main()
