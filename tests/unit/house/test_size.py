"""Short functions and short files; prints the figures of style."""
import json
import math
import os
import shutil
import subprocess
import unittest

from tree import SOURCE, code_files, read

MOST_FUNCTION_LINES = 80
MOST_FILE_LINES = 500


def functions():
    """(lines, where, name), the longest first."""
    command = ["ctags", "--languages=C++", "--langmap=C++:.cpp.hpp", "--kinds-C++=f", "--fields=+ne",
               "--output-format=json", "-f", "-"] + code_files()
    listed = subprocess.run(command, cwd=SOURCE, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    found = [json.loads(line) for line in listed.stdout.splitlines()]
    return sorted(((tag["end"] - tag["line"] + 1, "%s:%d" % (tag["path"], tag["line"]), tag["name"])
                   for tag in found if "end" in tag), reverse=True)


def at(sorted_values, share):
    return sorted_values[math.ceil(share * len(sorted_values)) - 1]


def comment_share(files):
    lines = [line.strip() for path in files for line in read(path).splitlines() if line.strip()]
    return 100 * sum(line.startswith("//") for line in lines) / len(lines)


class Size(unittest.TestCase):
    def test_files(self):
        lengths = sorted((len(read(path).splitlines()), path) for path in code_files())
        sizes = [lines for lines, _ in lengths]
        print("files: median %d, p95 %d, longest %d (%s); comments %.1f %%, in headers %.1f %%" % (
            at(sizes, 0.5), at(sizes, 0.95), *lengths[-1], comment_share(code_files()),
            comment_share(code_files(endings=(".hpp",)))))
        self.assertEqual([one for one in lengths if one[0] > MOST_FILE_LINES], [])

    @unittest.skipUnless(shutil.which("ctags"), "needs universal-ctags")
    def test_functions(self):
        found = functions()
        sizes = sorted(lines for lines, _, _ in found)
        print("functions: %d, median %d, p95 %d, longest %d (%s %s)" % (
            len(sizes), at(sizes, 0.5), at(sizes, 0.95), *found[0]))
        self.assertGreater(len(sizes), 500, "ctags has lost its way")
        self.assertEqual([one for one in found if one[0] > MOST_FUNCTION_LINES], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
