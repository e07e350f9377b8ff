"""Every event has a schema, and what a rich session leaves behind keeps to it."""
import json
import os
import re

import jsonschema

from event_case import Session, SessionCase
from wftest import SOURCE, main


def setUpModule():
    Session.make()


def tearDownModule():
    Session.remove()


def appended_types():
    """The types that the program can append: the list that belongs to its enumeration."""
    with open(os.path.join(SOURCE, "core/store/event_log.hpp"), encoding="utf-8") as file:
        text = file.read()
    names = re.search(r"k_event_types\{(.*?)\}", text, re.DOTALL).group(1)
    constants = re.search(r"enum class EventType \{(.*?)\}", text, re.DOTALL).group(1)
    types = re.findall(r'"([^"]+)"', names)
    assert [one.replace(".", "_") for one in types] == re.findall(r"\w+", constants)
    return types


class Schemas(SessionCase):
    def setUp(self):
        super().setUp()
        self.schema = json.loads(self.wf("schema", "event").out)
        self.validator = jsonschema.Draft202012Validator(self.schema)

    def envelopes(self):
        out = self.wf("event", "list", "-o", "cloudevents").out
        return [json.loads(line) for line in out.splitlines()]

    def test_the_schema_is_one_and_the_file(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)
        with open(os.path.join(SOURCE, "schemas/event.v1.json"), encoding="utf-8") as file:
            self.assertEqual(file.read(), self.wf("schema", "event").out)
        self.assertEqual(self.wf("schema").out, self.wf("schema", "workflow").out)
        self.assertIn("the schemas are workflow, launchplan, event, and output COMMAND", self.wf("schema", "nothing", code=2).err)

    def test_each_type_that_can_be_appended_has_a_schema_and_happened(self):
        types = appended_types()
        self.assertGreater(len(types), 15)
        self.assertEqual(sorted(self.schema["$defs"]["data"]), sorted(types))
        for form, prefix in (("event", ""), ("cloudevent", "dev.wf.")):
            named = [one["properties"]["type"]["const"] for one in self.schema["$defs"][form]["oneOf"]]
            self.assertEqual(sorted(named), sorted(prefix + one for one in types))
        for folder in ("objects", "runs", "tmp"):
            os.mkdir(os.path.join(self.store, folder))
        self.collect()
        self.merge()
        self.assertEqual(sorted({event["type"] for event in self.events()}), sorted(types))

    def test_every_event_keeps_to_it(self):
        events = self.events()
        self.assertEqual(events, self.wf("event", "list", "-o", "json").json["events"])
        for event in events + self.envelopes():
            self.validator.validate(event)
        failed = [event["data"] for event in events if event["type"] == "node.failed"]
        self.assertEqual({"attempt" in one for one in failed}, {True, False}, "before any attempt, and after")
        aborted = [event["data"] for event in events if event["type"] == "node.aborted"]
        self.assertEqual({"attempt" in one for one in aborted}, {True, False}, "of a task, and of a gate")

    def test_what_does_not_fit_is_refused(self):
        for event in self.events() + self.envelopes():
            for change in ({"data": {**event["data"], "more": 1}}, {"type": event["type"] + "x"}, {"more": 1},
                           {"hash": "x"}, {"stream": "x"}, {"data": {}}, {"seq": 0}):
                if change == {"data": event["data"]}:
                    continue
                self.assertFalse(self.validator.is_valid({**event, **change}), (event, change))
            for key in event:
                self.assertFalse(self.validator.is_valid({k: v for k, v in event.items() if k != key}), (event, key))

    def test_envelopes_are_cloudevents(self):
        """By the rules of the specification, 1.0."""
        envelopes = self.envelopes()
        self.assertEqual(len({(one["source"], one["id"]) for one in envelopes}), len(envelopes))
        for one, event in zip(envelopes, self.events()):
            for name, value in one.items():
                self.assertRegex(name, "^[a-z0-9]{1,20}$")
                self.assertTrue(name == "data" or (isinstance(value, str) and value))
            self.assertEqual(one["data"], event["data"])
            self.assertEqual((one["type"], one["time"], one["pos"], one["seq"], one["stream"], one["hash"]),
                             ("dev.wf." + event["type"], event["at"], str(event["pos"]), str(event["seq"]),
                              event["stream"], event["hash"]))
        subjects = {one["type"][len("dev.wf."):]: one["subject"] for one in envelopes}
        self.assertEqual((subjects["project.created"], subjects["label.set"]), ("demo", "probe@v1"))
        self.assertRegex(subjects["node.failed"], "^[0-9a-f-]{36}/t$")
        self.assertIn(subjects["run.closed"], {one["stream"][len("run:"):] for one in envelopes})

    def test_any_name_of_a_stream_gives_a_uri(self):
        self.change(("UPDATE event SET stream = 'a b?#\u00e9\\\"' WHERE pos = 2",))
        self.assertTrue(self.envelopes()[1]["source"].endswith("?stream=a%20b%3f%23%c3%a9%5c%22"))


if __name__ == "__main__":
    main()
