#!/usr/bin/python3
"""Damages a store, one place at a time; afterwards wf finds it or it does no harm: it never answers wrongly.

    corruptions.py --cases 200             spread over blobs, pages of the database and its log
    corruptions.py --cases 20000 --seed 7  other places
    corruptions.py --only KIND:SEED        one case, to look into a failure; the store is left there

A case flips a bit, zeroes or cuts off a part, or puts one thing in the place of another. `wf store check --contents` then
finds it, or all that is asked of the store afterwards is answered as before: the same run again, and the bytes of its
outputs. Nothing may crash, and a damaged result may not be reused: it is made again, with the same bytes.
"""
import argparse
import collections
import os
import random
import shutil

from cases import close, try_all
import kill_points
from kill_points import check
from wftest import DEADLINE, WF, call

PAGE = 4096


def flipped(data, chance):
    """Another bit somewhere."""
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1:]


def zeroed(data, chance):
    begin = chance.randrange(len(data))
    end = min(len(data), begin + chance.randrange(1, PAGE))
    return data[:begin] + bytes(end - begin) + data[end:]


def cut(data, chance):
    return data[:chance.randrange(len(data))]


def rewrite(path, change, chance):
    """As a failing disk does it: without a trace in the file's times."""
    with open(path, "rb") as file:
        before = file.read()
    if not before:
        return None
    after = change(before, chance)
    if after == before:
        return None
    stamp, mode = os.stat(path), os.stat(path).st_mode
    os.chmod(path, 0o600)
    with open(path, "wb") as file:
        file.write(after)
    os.chmod(path, mode)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    return path


class Store:
    """A store after a run, to be copied for each case; `wf.db-wal` holds what the driver, killed then, had not moved."""

    def __init__(self):
        self.case = kill_points.Case()
        done = call(self.case.run_arguments(), cwd=self.case.folder, timeout=DEADLINE)
        check(done.code == 0, "the run fails: %r" % done)
        self.outputs = done.json["outputs"]
        self.bytes = self.bytes_of(self.case.store)

    def answer(self, store, *arguments):
        return call([WF, *arguments, "--store", store], cwd=self.case.folder, timeout=DEADLINE)

    def bytes_of(self, store):
        """What is given back for the outputs that are files, or None where it is refused."""
        found = {}
        for name in ("all", "j", "parts"):
            target = store + "-" + name
            done = self.answer(store, "artifact", "get", kill_points.NAME + "/outputs/" + name, target, "--force")
            check(done.code >= 0 and "unexpected" not in done.err, "artifact get: %r" % done)
            found[name] = content_of(target) if done.code == 0 else None
            remove(target)
        return found

    def again(self, store):
        """The same run once more: a new one, which reuses what is there."""
        return self.answer(store, "run", self.case.file, "-o", "json", "--parallelism", "3")

    def try_out(self, store):
        """Returns what became of the damage."""
        checked = self.answer(store, "store", "check", "--contents")
        check(checked.code >= 0 and "unexpected" not in checked.err, "store check: %r" % checked)
        given = self.bytes_of(store)
        for name, content in given.items():
            check(content in (None, self.bytes[name]), "other bytes are given back for '%s'" % name)
        ran = self.again(store)
        check(ran.code >= 0 and "unexpected" not in ran.err, "run: %r" % ran)
        if ran.code == 0:
            check(ran.json["outputs"] == self.outputs, "other outputs: %s" % ran.json["outputs"])
        else:
            check("WF-E" in ran.err, "no reason is told: %r" % ran)
        if checked.code != 0:
            return "found"
        check(ran.code == 0, "the check finds nothing, and the run fails: %r" % ran)
        check(given == self.bytes, "the check finds nothing, and these are not given back: %s" % [
            name for name in given if given[name] is None])
        return "harmless"


def content_of(path):
    if os.path.isdir(path):
        return {name: content_of(path + "/" + name) for name in sorted(os.listdir(path))}
    with open(path, "rb") as file:
        return file.read()


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)


def objects_in(store):
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(store + "/objects") for name in names)


def damage_object(change):
    return lambda store, chance: rewrite(chance.choice(objects_in(store)), change, chance)


def remove_object(store, chance):
    path = chance.choice(objects_in(store))
    os.remove(path)
    return path


def swap_objects(store, chance):
    one, other = chance.sample(objects_in(store), 2)
    os.rename(one, one + "~")
    os.rename(other, one)
    os.rename(one + "~", other)
    return one


def damage_page(change):
    """Of one page, so that each is as likely as another."""
    def damage(store, chance):
        with open(store + "/wf.db", "rb") as file:
            begin = PAGE * chance.randrange(os.path.getsize(file.name) // PAGE)
        return rewrite(store + "/wf.db", lambda data, _: data[:begin] + change(data[begin:begin + PAGE], chance) + data[begin + PAGE:], chance)
    return damage


def swap_pages(store, chance):
    def swapped(data, _):
        pages = [data[at:at + PAGE] for at in range(0, len(data), PAGE)]
        one, other = chance.sample(range(1, len(pages)), 2)
        pages[one], pages[other] = pages[other], pages[one]
        return b"".join(pages)
    return rewrite(store + "/wf.db", swapped, chance)


def cut_database(store, chance):
    return rewrite(store + "/wf.db", cut, chance)


KINDS = {
    "flip a bit of an object": damage_object(flipped), "zero a part of an object": damage_object(zeroed),
    "cut an object": damage_object(cut), "remove an object": remove_object, "swap two objects": swap_objects,
    "flip a bit of a page": damage_page(flipped), "zero a part of a page": damage_page(zeroed),
    "swap two pages": swap_pages, "cut the database": cut_database,
}


def try_case(store, kind, seed, stays):
    chance = random.Random("%s %d" % (kind, seed))
    copy = "%s-%s-%d" % (store.case.store, kind.replace(" ", "-"), seed)
    shutil.copytree(store.case.store, copy)
    try:
        if KINDS[kind](copy, chance) is None:
            return "nothing to damage"
        if stays:
            print("the damaged store is", shutil.copytree(copy, copy + "-as-it-was"))
        return store.try_out(copy)
    finally:
        if not stays:
            shutil.rmtree(copy)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="KIND:SEED")
    options = parser.parse_args()
    store = Store()
    kinds = list(KINDS)
    # Pages are many, and what a bit of them means differs more than what one of an object does.
    order = kinds + kinds[5:7] * 3
    chosen = [(order[i % len(order)], options.seed + i) for i in range(options.cases)]
    if options.only:
        kind, _, seed = options.only.partition(":")
        chosen = [(kind, int(seed))]
    def case(kind, seed):
        return "%s:%d" % (kind, seed), lambda: try_case(store, kind, seed, bool(options.only))

    became = collections.Counter(try_all([case(*one) for one in chosen]))
    if not options.only:
        store.case.remove()
    print("damage: " + ", ".join("%s %d" % pair for pair in became.most_common()))
    close("%d cases of damage" % len(chosen), len(chosen), became.total())


if __name__ == "__main__":
    main()
