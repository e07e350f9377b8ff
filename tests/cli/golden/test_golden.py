"""What people see: a transcript for each command in COMMAND.txt, replayed in a folder with the definitions in files/.

A line "$ COMMAND" is followed by what it prints to stdout and then to stderr, and by its exit status where that is not 0.
WF_ACCEPT=1 writes what happened into the transcripts that differ, and makes those that are missing.
"""
import os
import re
import shutil

from transcripts import masked, unplaced
from wftest import PATH, WF, WfTest, call, main

HERE = os.path.dirname(os.path.abspath(__file__))
ACCEPT = os.environ.get("WF_ACCEPT") == "1"
MASKS = [
    (r"\bwf-[0-9a-f]{12}-\w+-[0-9a-f]{16}-\d+-\d+\b", "ATTEMPT"),
    (r"(?<!-)\b[0-9a-f]{12}\b", "ID"),
    (r'"(store|hash)":"[0-9a-f-]+"', r'"\1":"…"'),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", "STORE"),
    (r"\bon \d{4}-\d\d-\d\d\b", "on DATE"),
    (r"(run\.parallelism +)\d+", r"\1N"),
]


def names():
    """Commands by the names of their transcripts."""
    return {one["name"].replace(" ", "-"): one["name"] for one in call([WF, "__dump-cli"]).json["commands"]}


def written(name):
    path = os.path.join(HERE, name + ".txt")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


class Golden(WfTest):
    maxDiff = None

    def replay(self, name):
        """The transcript as it is now."""
        home = self.path(name)
        shutil.copytree(os.path.join(HERE, "files"), home)
        env = {"PATH": os.path.dirname(WF) + ":" + PATH, "HOME": home, "COLUMNS": ""}
        lines = re.findall(r"^\$ (.*)$", written(name) or "$ wf %s --help\n" % name.replace("-", " "), re.M)
        text = ""
        for line in lines:
            done = call(["bash", "-c", line], env=env, cwd=home)
            parts = [part.rstrip("\n") + "\n" for part in (done.out, done.err) if part]
            status = "[exit status %d]\n" % done.code if done.code else ""
            text += unplaced("$ %s\n%s%s" % (line, "".join(parts), status), {home: "/home/ada", os.path.dirname(WF): "/opt/wf"})
        return text

    def test_every_command_has_a_transcript(self):
        kept = {name[:-len(".txt")] for name in os.listdir(HERE) if name.endswith(".txt")} - {"CMakeLists"}
        self.assertEqual(kept, set(names()) | (kept if ACCEPT else set()))
        for name, command in names().items():
            self.assertIn("wf " + command, written(name))

    def test_transcripts(self):
        for name in sorted(names()):
            with self.subTest(name):
                happened, kept = self.replay(name), written(name)
                if masked(happened, *MASKS) == masked(kept, *MASKS):
                    continue
                if not ACCEPT:
                    self.assertEqual(masked(happened, *MASKS), masked(kept, *MASKS), "WF_ACCEPT=1 writes %s.txt" % name)
                with open(os.path.join(HERE, name + ".txt"), "w", encoding="utf-8") as file:
                    file.write(happened)


if __name__ == "__main__":
    main()
