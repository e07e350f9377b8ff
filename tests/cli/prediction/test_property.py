"""What wf run --dry-run foretells is what then happens: on a thousand random graphs, each with random edits.

WF_SEED=N tries definition N alone, as a failure says.
"""
import json
import os
import random

from graphs import Definition
from wftest import WfTest, main

GRAPHS = 8  # in a definition
DEFINITIONS = 140
LEAST = 1000  # graphs that are compared whole
FIRST = 2026


def named(node, element):
    return node if element is None else "%s[%d]" % (node, element)


def top(node):
    """The node of the definition itself: of "sub[1].one" it is "sub"."""
    return node.split(".")[0].split("[")[0]


class Prediction(WfTest):
    maxDiff = None

    def predict(self, *arguments):
        return self.wf("run", *arguments, "--dry-run", "-o", "json").json["executions"]

    def happened(self, name):
        """{(node, element): (what, cause)} of a run."""
        found = {}
        for node, element, state, lookup, cause in self.query(
                "SELECT node, element, state, lookup, cause FROM execution WHERE project = 'default' AND domain = 'development' "
                "AND run = (SELECT id FROM run WHERE name = ?)", name):
            unstarted = state == "failed" and "WF-E3203" in (cause or "")  # no secret for it
            what = ("skip" if state == "skipped" else "reuse" if lookup == "hit" else "run" if lookup and not unstarted
                    else "fail" if state == "failed" else "wait")
            found[node, None if element < 0 else element] = (what, state)
        return found

    def compare(self, predicted, happened, behind, failed_nodes):
        """Faults in the prediction. A failure that was not foretold takes promises back: of what is behind a failed
        node, or was to be given its result, only that it was not reused instead of run, or run instead of reused."""
        faults, told, open_ = [], {}, []
        for one in predicted:
            place = (one["node"], one["element"])
            if place in told:
                faults.append("%s is told twice" % (place,))
            told[place] = one
            emits = (one["task"] or "").startswith("fan") and (one["fate"] == "run" or one["from"])
            if one["fate"] == "unknown" or emits:
                open_.append(named(*place))
        failed = {named(*place) for place, (_, state) in happened.items() if state == "failed"}
        for place in {**told, **happened}:
            one = told.get(place, {"fate": "nothing", "why": "not foretold", "from": None})
            what = happened.get(place, ("nothing", None))[0]
            free = ((top(place[0]) in behind and (what in ("skip", "fail", "nothing") or one["fate"] in ("skip", "fail")))
                    or (top(place[0]) in failed_nodes and what in ("skip", "nothing")))
            inside = any(place[0] == name or place[0].startswith((name + ".", name + "[")) for name in open_)
            may_be = {"unknown": {what}, "never": {"nothing"}}.get(one["fate"], {one["fate"]})
            if what not in may_be and not (free or inside or one["from"] in failed):
                faults.append("%s would %s (%s), and did %s" % (named(*place), one["fate"], one["why"], what))
        return faults

    def check_run(self, definition, file, name, parallelism):
        words = [file, *definition.arguments()]
        predicted = self.predict(*words)
        may_fail = definition.brittle or definition.gives
        self.wf("run", *words, "--parallelism", parallelism, "--name", name, "-q", code=None if may_fail else 0)
        happened = self.happened(name)
        predicted = self.check_outputs(predicted, happened, name)
        if definition.fast and self.fails_otherwise(predicted, happened):
            # What else was to happen was stopped, or ended before. What began is as it was foretold.
            self.whole = False
            happened = {place: what for place, what in happened.items() if what[0] in ("run", "reuse")}
            predicted = [one for one in predicted if (one["node"], one["element"]) in happened]
        failed = {top(node) for (node, _), (_, state) in happened.items() if state == "failed"}
        self.assertEqual(self.compare(predicted, happened, definition.behind(failed), failed), [])
        return predicted, happened

    def check_outputs(self, predicted, happened, name):
        """That the run gives nothing is foretold where all is known, and happens where it was foretold; the rest of
        what was."""
        told = [one["cause"]["message"] for one in predicted if one["node"] == "outputs"]
        rest = [one for one in predicted if one["node"] != "outputs"]
        cause, = self.query("SELECT cause FROM run WHERE name = ?", name)[0]
        cause = json.loads(cause) if cause else {}
        failed = [cause["message"]] if cause.get("node") == "outputs" else []
        if any(state == "failed" for _, state in happened.values()):
            return rest
        if told or {one["fate"] for one in rest} <= {"reuse", "skip", "nothing"}:
            self.assertEqual(len(told), len(failed), (told, failed))
        return rest

    def fails_otherwise(self, predicted, happened):
        """Whether something has failed that was not foretold, which stops the rest; else all that was told to fail has."""
        told = {(one["node"], one["element"]) for one in predicted if one["fate"] == "fail"}
        failed = {place for place, (_, state) in happened.items() if state == "failed"}
        if not failed <= told:
            return True
        self.assertEqual(told, failed)
        return False

    def check_definition(self, seed):
        rng = random.Random(seed)
        fast = seed % 10 == 5
        definition = Definition(rng, "p%d" % seed, 2 if fast else GRAPHS, brittle=seed % 5 == 0, pools=seed % 10 != 1,
                                fast=fast, gives=seed % 4 == 0 or fast)
        file = self.path("p.yaml")
        self.wf("pool", "set", "seats", "1")
        tally = {}
        self.whole = True
        for step in range(3):
            self.write("p.yaml", definition.text())
            self.write("inner.yaml", definition.inner())
            predicted, happened = self.check_run(definition, file, "p%d-%d" % (seed, step), rng.randint(1, 4))
            for one in predicted:
                tally[one["fate"]] = tally.get(one["fate"], 0) + 1
            if step == 0 and seed % 10 == 1:
                self.nothing_is_there(definition, file)
            if step == 0 and not definition.brittle:
                self.nothing_changes(definition, file)
            definition.edit()
        if self.whole:
            tally["graphs"] = len(definition.graphs)
        return tally

    def nothing_is_there(self, definition, file):
        """Without a store all runs that needs nothing, but for what another may have made before."""
        kept, self.store = self.store, self.path("none")
        found = self.predict(file, *definition.arguments())
        self.assertFalse(os.path.exists(self.store))
        self.store = kept
        for one in found:
            node = definition.nodes.get(one["node"], {})
            if not definition.needs.get(one["node"], {one["node"]}) and "when" not in node and "run_if" not in node:
                expected = (one["fate"] in ("run", "nothing", "wait") or one["why"] in ("same_run", "same_result", "enough"))
                self.assertTrue(expected, one)

    def nothing_changes(self, definition, file):
        """Nothing is left open but what runs always, and what hangs on that."""
        again = [one for one in self.predict(file, *definition.arguments()) if one["node"] != "outputs"]
        if "enough" in {one["why"] for one in again}:
            return  # what was stopped half way has left nothing behind
        if definition.is_all_cached():
            waits = {one["fate"] for one in again} & {"wait"}  # and whether it comes to an end is open
            self.assertLessEqual({one["fate"] for one in again if not (waits and one["why"] == "condition")},
                                 {"reuse", "skip", "nothing", *waits})
        self.assertLessEqual({one["why"] for one in again if one["fate"] == "run"}, {"cache_off", "no_outputs"})

    def test_what_is_foretold_happens(self):
        only = os.environ.get("WF_SEED")
        tally = {}
        for seed in [int(only)] if only else range(FIRST, FIRST + DEFINITIONS):
            with self.subTest("WF_SEED=%d" % seed):
                for fate, count in self.check_definition(seed).items():
                    tally[fate] = tally.get(fate, 0) + count
        print(json.dumps(tally))
        if not only:
            self.assertGreaterEqual(tally["graphs"], LEAST)


if __name__ == "__main__":
    main()
