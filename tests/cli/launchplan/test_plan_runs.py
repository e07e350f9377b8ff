"""Runs by launch plans: defaults, fixed inputs, labels and parallelism, and the record of the plan."""
from plan_case import PlanCase
from wftest import main


class Runs(PlanCase):
    def setUp(self):
        super().setUp()
        self.made = self.nightly("-i", "k=3", "--fixed", 'names=["x"]', "--label", "team=vision", "--label", "tier=1",
                                 "--parallelism", "1", "--activate")

    def test_defaults_hold_and_are_replaced(self):
        self.json("run", "plan:nightly", "--name", "one")
        shown = self.json("show", "one")
        self.assertEqual(shown["inputs"]["k"], 3)
        self.assertEqual({name: given["how"] for name, given in shown["given"].items()},
                         {"k": "plan", "names": "plan", "table": "plan", "when": "default"})
        self.json("run", "plan:nightly", "--name", "two", "-i", "k=4")
        self.assertEqual(self.json("show", "two")["given"]["k"]["how"], "value")

    def test_a_fixed_input_is_refused(self):
        runs = self.query("SELECT count(*) FROM run")
        done = self.wf("run", "plan:nightly", "-i", "names=[]", code=2)
        self.assertIn("-i: the input 'names' is fixed by the launch plan 'nightly' [WF-E2015]", done.err)
        self.write("inputs.yaml", "names: []\n")
        self.assertIn("inputs.yaml: the input 'names' is fixed", self.wf("run", "plan:nightly", "--inputs", "inputs.yaml", code=2).err)
        self.assertEqual(self.query("SELECT count(*) FROM run"), runs)

    def test_the_run_records_its_plan(self):
        done = self.wf("run", "plan:nightly", "--name", "one")
        self.assertIn("by plan nightly@" + self.made["digest"][7:19], done.err)
        shown = self.json("show", "one")
        self.assertEqual(shown["plan"], {"name": "nightly", "digest": self.made["digest"]})
        self.assertEqual((shown["requested"], shown["version"]), ("plan:nightly", self.version))
        self.assertIn("plan      nightly@" + self.made["digest"][7:19], self.wf("show", "one").out)
        started = self.json("event", "list", "--run", "one", "--type", "run.started")["events"][0]
        self.assertEqual(started["data"]["plan"], self.made["digest"])
        self.assertIn("by plan nightly@" + self.made["digest"][7:19], self.wf("lineage", "show", "one").out)
        self.assertIsNone(self.json("show", self.json("run", "load@v1", "-i", "table=table.csv")["run"])["plan"])

    def test_runs_of_a_plan_are_listed(self):
        for name in ("one", "two"):
            self.wf("run", "plan:nightly", "--name", name)
        self.wf("run", "load@v1", "-i", "table=table.csv", "--name", "other")
        self.nightly("--label", "a=b", "--activate")
        self.wf("run", "plan:nightly", "--name", "three")
        names = lambda *arguments: [run["name"] for run in self.json("ls", *arguments)["runs"]]
        self.assertEqual(names("--plan", "nightly"), ["three", "two", "one"])
        self.assertEqual(names("--plan", "plan:nightly@" + self.made["digest"]), ["two", "one"])
        page = self.json("ls", "--plan", "nightly", "-n", "2")
        self.assertEqual([run["name"] for run in self.json("ls", "--plan", "nightly", "-n", "2", "--cursor", page["next"])["runs"]], ["one"])

    def test_labels_and_parallelism(self):
        self.wf("run", "plan:nightly", "--name", "one")
        self.wf("run", "plan:nightly", "--name", "two", "--label", "team=audio", "--label", "x=y", "--parallelism", "2")
        one, two = self.json("show", "one")["settings"], self.json("show", "two")["settings"]
        self.assertEqual((one["labels"], one["parallelism"]), ({"team": "vision", "tier": "1"}, 1))
        self.assertEqual((two["labels"], two["parallelism"]), ({"team": "audio", "tier": "1", "x": "y"}, 2))
        self.assertIn("labels    team=audio tier=1 x=y", self.wf("show", "two").out)
        self.wf("run", "plan:nightly", "--label", "no", code=2)
        self.wf("run", "plan:nightly", "--label", "a b=c", code=2)

    def test_the_same_name_is_the_same_run(self):
        self.wf("run", "plan:nightly", "--name", "one")
        again = self.json("run", "plan:nightly@latest", "--name", "one")
        self.assertEqual(again["this_time"]["ran"], 0)
        self.wf("run", "plan:nightly", "--name", "one", "-i", "k=9", code=4)
        self.assertEqual(self.query("SELECT count(*) FROM run"), [(1,)])

    def test_a_missing_input_is_said(self):
        self.create("bare", "--workflow", "load@v1")
        self.assertIn("the input 'table' (file) is missing", self.wf("run", "plan:bare@latest", code=2).err)

    def test_damage_is_told(self):
        self.tamper("UPDATE launch_plan SET body = replace(body, '\"k\":3', '\"k\":4')")
        self.assertIn("is damaged", self.wf("run", "plan:nightly", code=9).err)


if __name__ == "__main__":
    main()
