"""The examples, and what they need beside their definitions."""
import os

from wftest import SOURCE


def example(name, file=None):
    return os.path.join(SOURCE, "examples", name, file or name + ".yaml")


# What an example needs beside its definition: inputs, and others that are registered as v1.
INPUTS = {name: {"texts": "/usr/share/common-licenses"} for name in ("archive", "licenses", "words")}
INPUTS["recheck"] = {"table": example("iris", "data/iris.csv")}
INPUTS["seal"] = {"folder": "/usr/share/common-licenses"}
USES = {"recheck": ["iris"]}
SECRETS = {"WF_SECRET_SEAL_KEY": "0123456789abcdef"}
# Those that wait for somebody, and those of which not all may run: they have tests of their own.
ATTENDED = {"factors", "nile"}


def examples():
    folder = os.path.join(SOURCE, "examples")
    return sorted(name for name in os.listdir(folder) if os.path.isfile(example(name)))
