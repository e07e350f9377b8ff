"""What a newcomer mistypes: each answer names the mistake and what to do, and nothing is taken for something else."""
import unittest

from wftest import WF, WfTest, call


class CommandLine(WfTest):
    def refused(self, *arguments, code=2):
        done = self.wf(*arguments, code=code)
        self.assertEqual(done.out, "", done)
        return done.err

    def bare(self, *arguments, code=2):
        """Without the options that every other call has."""
        done = call([WF, *arguments], cwd=self.folder)
        self.assertEqual(done.code, code, done)
        return done

    def test_swapped_letters_and_capitals_are_near(self):
        self.assertIn("did you mean 'run'?", self.bare("rnu").err)
        self.assertIn("did you mean 'show'?", self.bare("lineage", "shwo", "x").err)
        self.assertIn("see 'wf lineage --help'", self.bare("lineage", "xyzzy").err)

    def test_options_before_the_command(self):
        self.assertIn("options follow the command", self.bare("-p", "x", "ls").err)
        self.assertIn("did you mean '--version'?", self.bare("--versoin").err)

    def test_help_of_a_command_that_needs_arguments(self):
        self.assertIn("Usage: wf artifact get ARTIFACT", self.bare("help", "artifact", "get", code=0).out)
        self.assertIn("artifact verify", self.bare("help", "artifact", code=0).out)

    def test_numbers(self):
        self.wf("init")
        self.assertIn("must be 0 or more", self.refused("ls", "-n", "-1"))
        self.assertIn("--limit needs a whole number", self.refused("ls", "--limit", "many"))
        self.assertIn("--depth must be 0 or more", self.refused("lineage", "show", "x", "--depth", "-1"))
        self.assertIn("--project needs a value", self.bare("ls", "--project").err)
        self.assertIn("--limit needs a whole number", self.refused("ls", "--limit", "9" * 21))
        self.assertIn("--parallelism needs a whole number", self.refused("run", self.one_task("true"), "--parallelism", "9" * 21))

    def test_a_code_in_lower_case_is_explained(self):
        self.assertEqual(self.bare("help", "wf-e1311", code=0).out, self.bare("help", "WF-E1311", code=0).out)

    def test_a_launch_plan_is_no_workflow(self):
        plan = self.write("plan.yaml", "launchplan: v1\nname: nightly\nworkflow: load@v1\n")
        for command in ("lint", "register", "graph"):
            done = self.wf(command, plan, code=2)
            self.assertIn("wf launchplan create " + plan, done.out + done.err)
            self.assertEqual((done.out + done.err).count("[WF-E"), 1 if command == "lint" else 2, done)
        self.assertIn("wf launchplan show nightly", self.refused("graph", "plan:nightly@latest"))

    def test_a_definition_is_not_read_from_stdin(self):
        self.assertIn("not read from stdin", self.refused("graph", "-", code=3))

    def test_a_variable_that_was_not_set(self):
        path = self.one_task("true")
        self.assertIn("the label is empty", self.refused("register", path, "--label", ""))
        self.assertIn("'' cannot name a run", self.refused("run", path, "--name", ""))

    def test_a_folder_is_no_definition(self):
        self.assertIn("is a folder", self.wf("lint", self.folder, code=2).out)

    def test_a_path_that_is_not_there_is_no_name(self):
        self.assertNotIn("@latest", self.refused("run", "flows/x.yaml", code=3))
        self.assertIn("'flows@latest'", self.refused("run", "flows"))

    def test_json_that_is_none(self):
        path = self.one_task("true", {"xs": "list<int>"})
        err = self.refused("run", path, "-i", "xs=[1,")
        self.assertIn("at byte", err)
        self.assertNotIn("json.exception", err)

    def test_quiet_leaves_warnings_out(self):
        path = self.one_task("true | true")
        self.assertIn("warning", self.wf("run", path).err)
        self.assertEqual(self.wf("run", path, "-q").err, "")

    def test_a_filter_without_matches_says_so(self):
        self.wf("run", self.one_task("true"))
        self.assertIn("no run matches", self.wf("ls", "nope").err)


if __name__ == "__main__":
    unittest.main()
