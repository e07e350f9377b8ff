"""Each error code is listed once, used, described, and in the range of its layer."""
import collections
import glob
import os
import re
import unittest

from tree import SOURCE, code_files, layer_of, read

LISTED = re.compile(r'\b(k_\w+)(?:\{| = )"(WF-[EW]\d{4})"')
RANGES = {"core/definition": "1", "core/registry": "2", "core/engine": "3", "executors": "3", "core/secrets": "3",
          "core/base": "4", "core/store": "4", "cli": "5", "core/catalog": "6", "core/gc": "6", "core/lineage": "6",
          "core/transfer": "6"}


class Codes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.listed = [(path, name, code) for path in code_files() if path.endswith("/codes.hpp")
                      for name, code in LISTED.findall(read(path))]

    def test_every_code_is_listed_once(self):
        times = collections.Counter(code for _, _, code in self.listed)
        self.assertGreater(len(times), 100)
        self.assertEqual([code for code, count in times.items() if count > 1], [])

    def test_every_name_is_given_once(self):
        """Of two variables with one name in one namespace the linker takes one."""
        times = collections.Counter(name for _, name, _ in self.listed)
        self.assertEqual([name for name, count in times.items() if count > 1], [])

    def test_codes_stand_in_their_lists_only(self):
        wrong = [(path, code) for path in code_files() if not path.endswith("/codes.hpp")
                 for code in re.findall(r'"(WF-[EW]\d{4})"', re.sub("//.*", "", read(path)))]
        self.assertEqual(wrong, [])

    def test_every_code_has_the_number_of_its_layer(self):
        self.assertEqual([one for one in self.listed if one[2][4] != RANGES[layer_of(one[0])]], [])

    def test_every_code_is_used(self):
        text = "\n".join(read(path) for path in code_files() if not path.endswith("/codes.hpp"))
        words = set(re.findall(r"\bk_\w+", text))
        self.assertEqual([(name, code) for _, name, code in self.listed if name not in words], [])

    def test_every_code_is_described_once(self):
        described = [code for path in glob.glob(os.path.join(SOURCE, "cli/diagnostics/*.txt"))
                     for code in re.findall(r"^(WF-[EW]\d{4})$", read(path), re.M)]
        self.assertEqual(sorted(described), sorted(code for _, _, code in self.listed))

    def test_every_code_of_definitions_has_its_exact_text(self):
        """In a golden file, as somebody reads it: without it nobody knows that the code can be met."""
        paths = [path for pattern in ("definition/golden/*.expected", "definition/golden/codes/*.expected", "launchplan/golden/*.expected")
                 for path in glob.glob(os.path.join(SOURCE, "tests/cli", pattern))]
        shown = {code for path in paths for code in re.findall(r"\[(WF-[EW]1\d{3})\]", read(path))}
        self.assertEqual(sorted(code for path, _, code in self.listed if path == "core/definition/codes.hpp"), sorted(shown))


if __name__ == "__main__":
    unittest.main(verbosity=2)
