"""Includes point down only, and heavy headers stay in .cpp files."""
import re
import unittest

from tree import code_files, layer_of, read

BASE = {"core/base"}
BELOW = {
    "core/base": set(),
    "core/drawing": BASE,
    "core/secrets": BASE,
    "core/definition": BASE,
    "core/store": BASE | {"core/definition"},
    "core/registry": BASE | {"core/definition", "core/store"},
    "core/catalog": BASE | {"core/definition", "core/store"},
    "core/gc": BASE | {"core/definition", "core/store", "core/catalog"},
    "core/transfer": BASE | {"core/definition", "core/store", "core/registry", "core/catalog"},
    "core/engine": BASE | {"core/definition", "core/store", "core/registry", "core/catalog", "core/gc"},
    "core/lineage": BASE | {"core/drawing", "core/definition", "core/store", "core/registry", "core/catalog"},
}
BELOW["executors"] = BELOW["core/engine"] | {"core/engine", "core/secrets"}
BELOW["cli"] = BELOW["executors"] | {"core/drawing", "core/gc", "core/transfer", "core/lineage", "executors"}

HEAVY = re.compile(r"CLI/|nlohmann/|yaml-cpp/|sqlite3|openssl/|re2/|curl/")


def includes(path):
    return re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', read(path), re.M)


class Layers(unittest.TestCase):
    def test_includes_point_down(self):
        wrong = []
        for path in code_files():
            for kind, target in includes(path):
                layer, own = layer_of(target), layer_of(path)
                if kind == '"' and layer != own and layer is not None and layer not in BELOW[own]:
                    wrong.append("%s includes %s" % (path, target))
        self.assertEqual(wrong, [])

    def test_includes_are_paths_from_the_top(self):
        wrong = ["%s includes %s" % (path, target) for path in code_files() for kind, target in includes(path)
                 if kind == '"' and "/" not in target]
        self.assertEqual(wrong, [])

    def test_heavy_headers_stay_in_sources(self):
        wrong = ["%s includes %s" % (path, target) for path in code_files(endings=(".hpp",))
                 for _, target in includes(path) if HEAVY.match(target)]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
