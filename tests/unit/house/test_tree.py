"""What may stand at the top of the tree, and what in no file."""
import os
import re
import unittest

from tree import SOURCE, tracked_files

TOP = {".ci", ".clang-format", ".clang-tidy", ".gitignore", "ARCHITECTURE.md", "CHANGELOG.md", "CMakeLists.txt",
       "CMakePresets.json", "CONTRIBUTING.md", "LICENSE", "README.md", "cli", "completions", "core", "examples",
       "executors", "man", "schemas", "tests"}
# In pieces, so that this file does not hold what it looks for.
UNFINISHED = re.compile(b"TO" b"DO|FIX" b"ME|XX" b"X:|HA" b"CK:")
BINARY = re.compile(b"\0")


class Tree(unittest.TestCase):
    def test_top_level(self):
        self.assertEqual({path.split("/")[0] for path in tracked_files()} - TOP, set())

    def test_nothing_is_left_unfinished(self):
        wrong = []
        for path in tracked_files():
            with open(os.path.join(SOURCE, path), "rb") as file:
                content = file.read()
            if not BINARY.search(content):
                wrong += ["%s: %s" % (path, word.decode()) for word in UNFINISHED.findall(content)]
        self.assertEqual(wrong, [])

    def test_scripts_say_what_runs_them(self):
        wrong = []
        for path in tracked_files():
            full = os.path.join(SOURCE, path)
            with open(full, "rb") as file:
                has_line = file.read(2) == b"#!"
            if has_line != os.access(full, os.X_OK) and not os.path.islink(full):
                wrong.append(path)
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
