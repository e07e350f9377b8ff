"""Each fault that Flyte's compiler knows is found here too, or cannot be made: flyte_compiler_codes.yaml."""
import os
import re

import yaml

from wftest import SOURCE, WfTest, main

TABLE = os.path.join(SOURCE, "tests/cli/definition/flyte_compiler_codes.yaml")


class FlyteCodes(WfTest):
    def test_all_of_them(self):
        with open(TABLE, encoding="utf-8") as file:
            table = yaml.safe_load(file)
        self.assertEqual(len(table), 31)
        for name, row in table.items():
            with self.subTest(name):
                if "reason" in row:
                    self.assertEqual(list(row), ["reason"])
                    self.assertGreater(len(row["reason"]), 40)
                    continue
                self.assertEqual(list(row), ["wf", "definition"])
                self.write("probe.yaml", "wf: v1\nname: probe\n" + row["definition"])
                out = self.wf("lint", "probe.yaml", code=0 if row["wf"].startswith("WF-W") else 2).out
                kind = row["wf"][:len("WF-E")]
                self.assertEqual(set(re.findall(r"\[(%s\d{4})\]" % kind, out)), {row["wf"]}, out)


if __name__ == "__main__":
    main()
