#!/usr/bin/python3
"""The power fails while `wf run` writes; afterwards what it had told of is there, and a second call finishes the run.

    power_cuts.py --images 300            spread evenly over all that the run does to the disk
    power_cuts.py --images 5000 --seed 7  other choices of what gets to the disk
    power_cuts.py --only PLACE:KEPT:SEED  one image, to look into a failure; it is left there

One run is traced. An image is what a disk may hold after a cut at one place of the trace: all that was synced, and of the
rest nothing, all, or a part by chance, torn at sectors (disk_model.py). The run is that of kill_points.py.
"""
import argparse
import collections
import concurrent.futures
import functools
import os
import random
import re
import shutil
import tempfile

import disk_model
from cases import close, tried
import kill_points
from kill_points import check
from wftest import DEADLINE, WF, call, processes_in

KEPT = ("nothing", "all", "half", "few", "most")
CHANCES = {"nothing": 0.0, "few": 0.2, "half": 0.5, "most": 0.8, "all": 1.0}


class Recording:
    """What an undisturbed run did to the disk, and what it told."""

    def __init__(self):
        self.case = kill_points.Case()
        calls = ",".join("?" + name for name in disk_model.CALLS + disk_model.UNKNOWN_CALLS)
        done = self.case.trace("-y", "-xx", "-s", "100000000", "-e", "trace=" + calls)
        check(done.code == 0, "the undisturbed run fails: %r" % done)
        self.outputs = done.json["outputs"]
        with open(self.case.log, encoding="ascii") as file:
            self.lines = file.read().splitlines()
        unknown = [line[:200] for line in self.lines if re.match(r"\d+ +(%s)\(.*%s" % (
            "|".join(disk_model.UNKNOWN_CALLS), re.escape(self.case.store)), line)]
        check(not unknown, "the model of the disk lacks these: %s" % unknown[:3])
        shutil.rmtree(self.case.store)

    def places(self):
        """The numbers of lines behind which the disk, or what a cut may leave of it, is another."""
        store = self.case.store
        shown = "".join("\\x%02x" % byte for byte in store.encode())
        return [i for i, line in enumerate(self.lines) if store in line or shown in line]


class Image:
    """A folder with what a cut has left, in the place of the folder that was traced."""

    def __init__(self, folder):
        self.case = kill_points.Case()
        os.rename(folder, self.case.folder + "/image")
        store = self.case.folder + "/image/store"
        if os.path.isdir(store):
            os.rename(store, self.case.store)

    def wf(self, *arguments):
        return call([WF, *arguments, "--store", self.case.store], cwd=self.case.folder, timeout=DEADLINE)

    def attempts(self):
        found = collections.defaultdict(set)
        for node, element, name in self.case.snapshot("SELECT node, element, name FROM attempt"):
            found[node, element].add(name)
        return found

    def committed(self):
        return set(self.case.snapshot("SELECT node, element FROM execution WHERE state IN ('succeeded', 'reused')"))

    def verify(self):
        """Before the run is in the store, the store itself may not be complete."""
        for words in (["store", "check", "--contents"], ["event", "verify"]):
            if self.case.run_state() is not None:
                done = self.wf(*words)
                check(done.code == 0, "wf %s: %r" % (" ".join(words), done))

    def try_out(self, told, outputs):
        """Looks at what is there, finishes the run, and looks again."""
        state, before, attempts = self.case.run_state(), self.committed(), self.attempts()
        check(told["nodes"] <= before, "it had told of these, and they are lost: %s" % (told["nodes"] - before))
        check(state == "succeeded" or not told["end"], "it had told that the run has succeeded, and it is %s" % state)
        self.verify()
        done = kill_points.finish(self.case, by_name=False)
        check("unexpected" not in done.err and done.code == 0, "it does not finish (before: %s): %r" % (state, done))
        check(done.json["outputs"] == outputs, "other outputs: %s" % done.json["outputs"])
        after = self.attempts()
        again = [one for one in before if after[one] != attempts[one]]
        check(not again, "committed, and run again: %s" % again)
        self.verify()
        left = os.listdir(self.case.store + "/tmp")
        check(not left, "left in tmp/: %s" % left)
        left = os.listdir(self.case.store + "/runs")
        check(not left or state == "succeeded", "left in runs/: %s" % left)
        left = processes_in(self.case.folder)
        check(not left, "left running: %s" % left)


def tell(told, words, outputs_seen):
    """What a line of the run's own output says is done."""
    text = os.fsdecode(words[1][1])
    for node, element in re.findall(r"^ +done +(\w+)(?:\[(\d+)\])? ", text, re.MULTILINE):
        told["nodes"].add((node, int(element or -1)))
    told["end"] = told["end"] or outputs_seen in text


def cuts(recording, wanted):
    """Yields each wanted image, as (place, kept, seed, its folder, what had been told), in the order of the trace."""
    disk = disk_model.Disk(recording.case.folder)
    replay = disk_model.Replay(disk)
    told = {"nodes": set(), "end": False}
    for place, line in enumerate(recording.lines):
        done = replay.step(line)
        if done and done[0] == "write" and re.match(r"\d+ +write\([12]<", line):
            tell(told, done[1], '"state":"succeeded"')
        for kept, seed in wanted.get(place, ()):
            chance = random.Random("%d %s %d" % (place, kept, seed))
            folder = tempfile.mkdtemp(prefix="wf-cut-") + "/image"
            decide = lambda: chance.random() < CHANCES[kept]
            disk.leave(folder, decide, decide)
            yield place, kept, seed, folder, {"nodes": set(told["nodes"]), "end": told["end"]}


def choose(places, numbers, count, seed):
    """By place: (kept, seed) of each image; of `count` in all those with these numbers."""
    wanted = collections.defaultdict(list)
    for i in numbers:
        wanted[places[i * len(places) // count]].append((KEPT[i % len(KEPT)], seed + i))
    return wanted


def try_image(folder, told, outputs, stays):
    if stays:
        print("the image is", shutil.copytree(folder, folder + "-as-it-was", symlinks=True))
    image = Image(folder)
    try:
        image.try_out(told, outputs)
    finally:
        image.case.remove()
        if not stays:
            shutil.rmtree(os.path.dirname(folder), ignore_errors=True)


def try_share(options, numbers):
    """Of a run of its own: what is left of a dead driver's run is looked for by the run, in whatever store it is."""
    recording = Recording()
    places = recording.places()
    wanted = choose(places, numbers, options.images, options.seed)
    if options.only:
        place, kept, seed = options.only.split(":")
        wanted = {int(place): [(kept, int(seed))]}
    passed = 0
    for place, kept, seed, folder, told in cuts(recording, wanted):
        image = functools.partial(try_image, folder, told, recording.outputs, bool(options.only))
        passed += len(tried("%d:%s:%d" % (place, kept, seed), image))
    recording.case.remove()
    return passed, len(places)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="PLACE:KEPT:SEED")
    options = parser.parse_args()
    shares = 1 if options.only else os.cpu_count()
    total = 1 if options.only else options.images
    with concurrent.futures.ThreadPoolExecutor(shares) as pool:
        jobs = [pool.submit(try_share, options, range(number, options.images, shares)) for number in range(shares)]
        results = [job.result() for job in jobs]
    close("%d images of cuts at %d places" % (total, min(places for _, places in results)), total, sum(passed for passed, _ in results))


if __name__ == "__main__":
    main()
