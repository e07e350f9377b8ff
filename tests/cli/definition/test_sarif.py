"""wf lint -o sarif: SARIF 2.1.0 whose places, rules and fixes are right."""
import glob
import json
import os
import unittest
import urllib.parse

import jsonschema

from wftest import SOURCE, WfTest, main

HERE = os.path.join(SOURCE, "tests/cli/definition")
GOLDEN = os.path.join(HERE, "golden")


def marked(lines, region):
    """The stretch of a text that a region is about; columns count code points, as Python does."""
    return lines[region["startLine"] - 1][region["startColumn"] - 1:region["endColumn"] - 1]


class Sarif(WfTest):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(HERE, "sarif_parts.json"), encoding="utf-8") as file:
            cls.validator = jsonschema.Draft202012Validator(json.load(file))

    def sarif(self, *files, code=2):
        done = self.wf("lint", "-o", "sarif", *files, code=code)
        self.assertEqual(done.err, "")
        errors = ["%s at %s" % (error.message, list(error.absolute_path)) for error in self.validator.iter_errors(done.json)]
        self.assertEqual(errors, [])
        return done.json["runs"][0]

    def of_text(self, text, code=2, name="w.yaml"):
        self.write(name, text)
        return self.sarif(name, code=code)

    def test_every_golden(self):
        files = sorted(glob.glob(GOLDEN + "/*.yaml"))
        run = self.sarif(*files)
        told = self.wf("lint", "-o", "json", *files, code=2).json["diagnostics"]
        self.assertEqual([one["ruleId"] for one in run["results"]], [one["code"] for one in told])
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
        for result, diagnostic in zip(run["results"], told):
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            place = result["locations"][0]["physicalLocation"]
            self.assertEqual(place["artifactLocation"]["uri"], "file://" + urllib.parse.quote(diagnostic["place"]["file"]))
            self.assertEqual(place["region"]["startLine"], diagnostic["place"]["line"])
            self.assertIn(diagnostic["message"], result["message"]["text"])
            self.assertEqual(len(result.get("relatedLocations", [])), len(diagnostic["notes"]))

    def test_columns_count_code_points_and_end_behind_the_mark(self):
        text = 'wf: v1\nname: w\ndescription: {"😀é": 1, "é": 2, "é": 3}\nnodes:\n'
        run = self.of_text(text)
        result = next(one for one in run["results"] if one["ruleId"] == "WF-E1003")
        region = result["locations"][0]["physicalLocation"]["region"]
        self.assertEqual((region["startLine"], region["startColumn"]), (3, 32))
        self.assertEqual(marked(text.split("\n"), region), '"é"')
        other = result["relatedLocations"][0]
        self.assertEqual(other["message"]["text"], "first given here")
        self.assertEqual(other["physicalLocation"]["region"]["startColumn"], 24)
        self.assertEqual(marked(text.split("\n"), other["physicalLocation"]["region"]), '"é"')

    def test_regions_stay_in_their_lines(self):
        for text in ("", "wf: v1\nname: w\ninputs: {a: int", "wf: v1\nname: w\ninputs: {a: }\n", "\n\n"):
            lines = text.split("\n")
            for result in self.of_text(text)["results"]:
                region = result["locations"][0]["physicalLocation"]["region"]
                self.assertLessEqual(region["endColumn"], len(lines[region["startLine"] - 1]) + 1, text)

    def test_a_fix_mends(self):
        text = "wf: v1\nname: w\nndoes: {n: {tsak: t}}\n"
        while True:
            lines = text.split("\n")
            fixes = [fix for one in self.of_text(text, code=None)["results"] for fix in one.get("fixes", [])]
            if not fixes:
                break
            change = fixes[0]["artifactChanges"][0]["replacements"][0]
            region = change["deletedRegion"]
            line = lines[region["startLine"] - 1]
            lines[region["startLine"] - 1] = (line[:region["startColumn"] - 1] + change["insertedContent"]["text"]
                                              + line[region["endColumn"] - 1:])
            text = "\n".join(lines)
        self.assertEqual(text, "wf: v1\nname: w\nnodes: {n: {task: t}}\n")

    def test_a_hint_with_a_choice_is_no_fix(self):
        run = self.of_text("wf: v1\nname: w\ntasks: {ab: {command: [x]}, ac: {command: [x]}}\nnodes: {n: {task: aa}}\n")
        result = next(one for one in run["results"] if one["ruleId"] == "WF-E1307")
        self.assertIn("did you mean", result["message"]["text"])
        self.assertNotIn("fixes", result)

    def test_rules_are_what_help_says(self):
        run = self.of_text("wf: v1\nname: w\n", code=0)
        [rule] = run["tool"]["driver"]["rules"]
        self.assertEqual((rule["id"], rule["defaultConfiguration"]["level"]), ("WF-W1504", "warning"))
        said = " ".join(self.wf("help", rule["id"]).out.split())
        for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"], rule["help"]["text"]):
            self.assertIn(" ".join(text.split()), said)

    def test_nothing_wrong(self):
        run = self.sarif(os.path.join(GOLDEN, "fine.yaml"), code=0)
        self.assertEqual((run["results"], run["tool"]["driver"]["rules"]), ([], []))

    def test_names_and_bytes_that_are_strange(self):
        name = "a b%é:#?.yaml"
        [result] = [one for one in self.of_text("", name=name)["results"]]
        self.assertEqual(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], urllib.parse.quote(name))
        with open(self.path("bytes.yaml"), "wb") as file:
            file.write(b"wf: v1\nname: w\ndescription: caf\xe9\n")
        self.assertEqual(self.sarif("bytes.yaml")["results"][0]["ruleId"], "WF-E1009")

    def test_one_output_only(self):
        self.write("w.yaml", "")
        self.assertIn("both want standard output",
                      self.wf("lint", "-o", "sarif", "--annotations", "github", "w.yaml", code=2).err)


if __name__ == "__main__":
    main()
