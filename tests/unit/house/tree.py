"""The files of the tree, for the tests that hold them to the house rules."""
import os
import subprocess
import unittest

SOURCE = os.environ.get("WF_SOURCE") or os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
LAYERS = ("core/base", "core/drawing", "core/secrets", "core/definition", "core/store", "core/registry", "core/catalog",
          "core/gc", "core/transfer",
          "core/engine", "core/lineage", "executors", "cli")


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def code_files(folders=("core", "executors", "cli"), endings=(".hpp", ".cpp")):
    """Paths from the top of the tree."""
    return sorted(os.path.relpath(os.path.join(folder, name), SOURCE)
                  for top in folders for folder, _, names in os.walk(os.path.join(SOURCE, top))
                  for name in names if name.endswith(endings))


def layer_of(path):
    """The layer a file or an include belongs to; None for what is no layer of ours."""
    return next((layer for layer in LAYERS if path.startswith(layer + "/")), None)


def tracked_files():
    if not os.path.exists(os.path.join(SOURCE, ".git")):
        raise unittest.SkipTest("no git here")
    listed = subprocess.run(["git", "-c", "safe.directory=*", "-C", SOURCE, "ls-files", "-z"],
                            stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return [path for path in listed.stdout.split("\0") if path and os.path.isfile(os.path.join(SOURCE, path))]
