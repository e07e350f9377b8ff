"""Many processes at the plans of one name: no loss, no gap, one active plan."""
from plan_case import PlanCase
from wftest import main


class Race(PlanCase):
    def all(self, commands):
        return [self.finish(process) for process in [self.start(*command) for command in commands]]

    def test_20_create_and_activate_different_plans_at_once(self):
        done = self.all([["launchplan", "create", "nightly", "--workflow", "load@v1", "-i", "table=table.csv", "-i", "k=%d" % k,
                          "--activate"] for k in range(20)])
        self.assertEqual([one.code for one in done], [0] * 20, done)
        rows = self.query("SELECT seq, plan FROM launch_plan_registration ORDER BY seq")
        self.assertEqual([seq for seq, _ in rows], list(range(1, 21)))
        self.assertEqual(len({plan for _, plan in rows}), 20)
        self.one_chain(20)

    def test_20_create_the_same_plan_at_once(self):
        done = self.all([["launchplan", "create", "nightly", "--workflow", "load@v1", "-i", "table=table.csv", "--activate"]] * 20)
        self.assertEqual([one.code for one in done], [0] * 20, done)
        self.assertEqual(sorted(one.out.count("new plan") for one in done), [0] * 19 + [1])
        self.one_chain(1)

    def test_20_activate_one_of_two_at_once(self):
        digests = [self.nightly("-i", "k=%d" % k)["digest"] for k in (1, 2)]
        done = self.all([["launchplan", "activate", "nightly@" + digests[i % 2]] for i in range(20)])
        self.assertEqual([one.code for one in done], [0] * 20, done)
        self.one_chain(sum("is active now" in one.out for one in done))

    def one_chain(self, length):
        """Each activation says truly what was active before it."""
        rows = self.query("SELECT seq, plan, before FROM launch_plan_activation ORDER BY seq")
        self.assertEqual([seq for seq, _, _ in rows], list(range(1, length + 1)))
        self.assertEqual([before for _, _, before in rows], [None] + [plan for _, plan, _ in rows[:-1]])
        self.assertEqual(self.json("launchplan", "show", "nightly")["digest"][7:], rows[-1][1].hex())
        self.assertEqual(self.json("store", "check", "--contents")["findings"], [])
        self.assertEqual(self.json("event", "verify")["findings"], [])


if __name__ == "__main__":
    main()
