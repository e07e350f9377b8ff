"""A disk that keeps only what was synced: replays the file operations of a trace and makes what a power cut may leave.

A file has the bytes that its last fsync made durable, and writes since then of which each sector may have got to the disk or
not. A folder has the entries that its own last fsync made durable, and changes since then. POSIX promises no more than that,
and no order of what was not synced; a rename alone is whole or not there.
"""
import os
import re

SECTOR = 512
# What changes a file or a folder, and what makes a change durable.
CALLS = ("openat write pwrite64 fsync fdatasync ftruncate rename renameat renameat2 link linkat unlink unlinkat rmdir mkdir "
         "mkdirat symlink copy_file_range").split()
# What the model does not know: a trace with one of these says nothing.
UNKNOWN_CALLS = "writev pwritev pwritev2 fallocate truncate sendfile splice symlinkat sync_file_range sync syncfs".split()


class File:
    """Its content as the programs see it, as it is on the disk, and what has been done since that."""

    def __init__(self, content=b""):
        self.content = bytearray(content)
        self.durable = bytes(content)
        self.since = []  # (offset, bytes), or (size, None) of a truncation

    def write(self, offset, data):
        if offset > len(self.content):
            self.content.extend(bytes(offset - len(self.content)))
        self.content[offset:offset + len(data)] = data
        self.since.append((offset, bytes(data)))

    def truncate(self, size):
        resized(self.content, size)
        self.since.append((size, None))

    def sync(self, seen):
        """Makes durable what had been done when the sync began: the first `seen` changes."""
        self.durable = bytes(applied(self.durable, self.since[:seen]))
        del self.since[:seen]

    def left(self, keep):
        """What a power cut leaves, where `keep` says of each sector of each change whether it got there."""
        return bytes(applied(self.durable, self.since, keep))


def resized(content, size):
    del content[size:]
    content.extend(bytes(size - len(content)))


def applied(content, changes, keep=lambda: True):
    content = bytearray(content)
    for offset, data in changes:
        if data is None:
            if keep():
                resized(content, offset)
            continue
        begin = offset
        while begin < offset + len(data):
            end = min(offset + len(data), (begin // SECTOR + 1) * SECTOR)
            if keep():
                if begin > len(content):
                    content.extend(bytes(begin - len(content)))
                content[begin:end] = data[begin - offset:end - offset]
            begin = end
    return content


class Folder:
    def __init__(self):
        self.entries = {}
        self.durable = {}
        self.since = []  # Change, of which this folder has a part


class Change:
    """Entries that come and go together: (folder, name, what is there now or None)."""

    def __init__(self, parts):
        self.parts = parts

    def apply(self, entries_of):
        for folder, name, there in self.parts:
            if there is None:
                entries_of(folder).pop(name, None)
            else:
                entries_of(folder)[name] = there


class Disk:
    """All below one folder, which itself is durable from the start. Other paths are nobody's business."""

    def __init__(self, root):
        self.root = root
        self.top = Folder()
        self.unnamed = {}   # of O_TMPFILE, by the path that strace gives them
        self.changes = []   # of folders, in their order, not yet durable

    # ---- names

    def find(self, path):
        """What is at a path: a File, a Folder, a link's text, or None."""
        if path in self.unnamed:
            return self.unnamed[path]
        place = self.top
        for name in self.names(path) or ():
            if not isinstance(place, Folder):
                return None
            place = place.entries.get(name)
        return place if self.names(path) is not None else None

    def names(self, path):
        below = os.path.relpath(path, self.root)
        return None if below.startswith("..") else [name for name in below.split("/") if name != "."]

    def parent(self, path):
        folder = self.find(os.path.dirname(path))
        return (folder, os.path.basename(path)) if isinstance(folder, Folder) and self.names(path) else None

    def change(self, *parts):
        if any(folder is None for folder, _, _ in parts):
            return
        change = Change(list(parts))
        change.apply(lambda folder: folder.entries)
        self.changes.append(change)
        for folder in {id(folder): folder for folder, _, _ in parts}.values():
            folder.since.append(change)

    def put(self, path, thing):
        place = self.parent(path)
        if place:
            self.change((*place, thing))

    # ---- operations, as the trace has them

    def opened(self, path, flags, shown):
        if "O_TMPFILE" in flags:
            if self.names(path) is not None:
                self.unnamed[shown] = File()
        elif "O_CREAT" in flags and self.find(path) is None:
            self.put(path, File())
        elif "O_TRUNC" in flags and isinstance(self.find(path), File):
            self.find(path).truncate(0)

    def renamed(self, old, new):
        thing, before, after = self.find(old), self.parent(old), self.parent(new)
        if thing is None and after:
            thing = File()  # of somebody who was not watched
        if before and after:
            self.change((*before, None), (*after, thing))
        elif after:
            self.change((*after, thing))
        elif before:
            self.change((*before, None))

    def linked(self, source, new):
        thing = self.find(source)
        if thing is not None:
            self.put(new, thing)

    def begin_sync(self, path):
        """What a sync that begins now will have made durable when it ends: call the result then."""
        thing = self.find(path)
        if isinstance(thing, File):
            seen = len(thing.since)
            return lambda: thing.sync(seen)
        if isinstance(thing, Folder):
            seen = list(thing.since)
            return lambda: self.sync_changes(seen)
        return lambda: None

    def sync_changes(self, changes):
        for change in changes:
            if change not in self.changes:
                continue
            change.apply(lambda folder: folder.durable)
            self.changes.remove(change)
            for folder, _, _ in change.parts:
                if change in folder.since:
                    folder.since.remove(change)

    # ---- after the cut

    def leave(self, target, keep_change, keep_sector):
        """Writes to the folder `target` what the disk has: of what was not synced that which is kept."""
        kept = {}

        def entries_of(folder):
            return kept.setdefault(id(folder), dict(folder.durable))

        for change in self.changes:
            if keep_change():
                change.apply(entries_of)

        def write(folder, path):
            os.mkdir(path)
            for name, thing in entries_of(folder).items():
                inner = path + "/" + name
                if isinstance(thing, Folder):
                    write(thing, inner)
                elif isinstance(thing, str):
                    os.symlink(thing, inner)
                else:
                    with open(inner, "wb") as file:
                        file.write(thing.left(keep_sector))
                    os.chmod(inner, 0o600 if "/objects/" not in inner else 0o444)

        write(self.top, target)


# ---- the trace

LINE = re.compile(r"(\d+) +(?:(\w+)\((.*?)(?: <unfinished \.\.\.>|\) += (-?\w+)(.*))|<\.\.\. (\w+) resumed>(.*)\) += (-?\w+)(.*))$", re.DOTALL)


WORD = re.compile(r'(?:(AT_FDCWD|\d+)<([^>]*)>(\(deleted\))?)|"([^"]*)"|([^, ]+)')


def unhexed(shown):
    return bytes.fromhex(shown.replace("\\x", ""))


def words_of(arguments):
    """The arguments of a call: what is in quotes decoded, of a descriptor its path in front."""
    for match in WORD.finditer(arguments):
        number, path, deleted, quoted, other = match.groups()
        if number is not None:
            yield ("fd", os.fsdecode(unhexed(path)) + (deleted or ""))
        elif quoted is not None:
            yield ("bytes", unhexed(quoted))
        else:
            yield ("word", other)


class Replay:
    """Applies a trace of `strace -f -y -xx` to a disk, one call after the other."""

    def __init__(self, disk):
        self.disk = disk
        self.begun = {}    # by thread: (call, arguments, end of its sync)
        self.unnamed = {}  # by descriptor: the path that strace gives to a file without a name

    def step(self, line):
        """Returns (call, words) of a call that has succeeded with this line, else None."""
        match = LINE.match(line)
        if not match:
            return None
        pid, call, arguments, result, tail, resumed, rest, late, late_tail = match.groups()
        if resumed is not None:
            if pid not in self.begun:
                return None
            call, arguments, end = self.begun.pop(pid)
            return self.done(call, arguments + rest, late, late_tail, end)
        end = self.disk.begin_sync(self.path(list(words_of(arguments))[0])) if call in ("fsync", "fdatasync") else None
        if result is None:
            self.begun[pid] = (call, arguments, end)
            return None
        return self.done(call, arguments, result, tail, end)

    @staticmethod
    def path(word):
        return word[1] if word[0] == "fd" else os.fsdecode(word[1])

    def done(self, call, arguments, result, tail, end):
        if result.startswith("-"):
            return None
        words = list(words_of(arguments))
        if end:
            end()
        else:
            getattr(self, "on_" + call, lambda *_: None)(words, int(result, 0), tail)
        return call, words

    def at(self, folder, name):
        return os.path.join(folder[1], os.fsdecode(name[1]))

    def on_openat(self, words, result, tail):
        shown = next((word[1] for word in words_of(str(result) + tail) if word[0] == "fd"), "")
        self.disk.opened(self.at(words[0], words[1]), words[2][1], shown)
        if "O_TMPFILE" in words[2][1]:
            self.unnamed["/proc/self/fd/%d" % result] = shown

    def on_write(self, words, result, tail):
        file = self.disk.find(words[0][1])
        if isinstance(file, File):
            file.write(len(file.content), words[1][1][:result])  # all that write() is used for grows at its end

    def on_pwrite64(self, words, result, tail):
        file = self.disk.find(words[0][1])
        if isinstance(file, File):
            file.write(int(words[-1][1]), words[1][1][:result])

    def on_copy_file_range(self, words, result, tail):
        source, file = self.disk.find(words[0][1]), self.disk.find(words[2][1])
        if isinstance(source, File) and isinstance(file, File):
            file.write(len(file.content), source.content[len(file.content):len(file.content) + result])

    def on_ftruncate(self, words, result, tail):
        file = self.disk.find(words[0][1])
        if isinstance(file, File):
            file.truncate(int(words[1][1]))

    def on_rename(self, words, result, tail):
        self.disk.renamed(os.fsdecode(words[0][1]), os.fsdecode(words[1][1]))

    def on_renameat(self, words, result, tail):
        self.disk.renamed(self.at(*words[0:2]), self.at(*words[2:4]))

    on_renameat2 = on_renameat

    def on_link(self, words, result, tail):
        self.disk.linked(os.fsdecode(words[0][1]), os.fsdecode(words[1][1]))

    def on_linkat(self, words, result, tail):
        source = self.at(*words[0:2])
        self.disk.linked(self.unnamed.get(source, source), self.at(*words[2:4]))

    def on_unlink(self, words, result, tail):
        self.disk.change((*(self.disk.parent(os.fsdecode(words[0][1])) or (None, "")), None))

    on_rmdir = on_unlink

    def on_unlinkat(self, words, result, tail):
        self.disk.change((*(self.disk.parent(self.at(*words[0:2])) or (None, "")), None))

    def on_mkdir(self, words, result, tail):
        self.disk.put(os.fsdecode(words[0][1]), Folder())

    def on_mkdirat(self, words, result, tail):
        self.disk.put(self.at(*words[0:2]), Folder())

    def on_symlink(self, words, result, tail):
        self.disk.put(os.fsdecode(words[1][1]), os.fsdecode(words[0][1]))
