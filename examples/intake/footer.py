"""Says what a Parquet file holds, by its footer alone: columns and their types, rows, and least and greatest values.

The footer is the structure FileMetaData of the format's parquet.thrift, in Thrift's compact protocol.
"""
import json
import os
import struct
import sys

TYPES = ("boolean", "int32", "int64", "int96", "float", "double", "byte_array", "fixed_len_byte_array")
NUMBERS = {"int32": "<i", "int64": "<q", "float": "<f", "double": "<d"}


class Compact:
    """Reads one structure after another: each becomes a dict from the numbers of its fields to their values."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        self.at += size
        return self.data[self.at - size:self.at]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def zigzag(self):
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def sequence(self):
        head = self.take(1)[0]
        count = head >> 4 if head >> 4 < 15 else self.varint()
        return [self.value(head & 15) for _ in range(count)]

    def structure(self):
        fields, number = {}, 0
        while head := self.take(1)[0]:
            number = number + (head >> 4) if head >> 4 else self.zigzag()
            fields[number] = {1: True, 2: False}[head & 15] if head & 15 in (1, 2) else self.value(head & 15)
        return fields

    def value(self, kind):
        if kind in (1, 2):                                          # only inside lists: there a bool is a byte
            return self.take(1)[0] == 1
        if kind in (3, 4, 5, 6):
            return self.take(1)[0] if kind == 3 else self.zigzag()
        if kind == 7:
            return struct.unpack("<d", self.take(8))[0]
        return {8: lambda: self.take(self.varint()), 9: self.sequence, 10: self.sequence, 12: self.structure}[kind]()


def footer(path):
    with open(path, "rb") as file:
        file.seek(-8, os.SEEK_END)
        size = struct.unpack("<I", file.read(4))[0]
        file.seek(-8 - size, os.SEEK_END)
        return Compact(file.read(size)).structure()


def plain(kind, stored):
    """A least or greatest value as the footer has it; None where there is none, or none that reads as a number or text."""
    if stored is None or kind not in (*NUMBERS, "byte_array"):
        return None
    return struct.unpack(NUMBERS[kind], stored)[0] if kind in NUMBERS else stored.decode(errors="replace")


def column(chunks):
    """One column of all row groups: ColumnMetaData.type, path_in_schema, num_values and statistics."""
    kind = TYPES[chunks[0][1]]
    known = [chunk.get(12, {}) for chunk in chunks]
    least = [plain(kind, one.get(6)) for one in known]
    greatest = [plain(kind, one.get(5)) for one in known]
    nulls = [one.get(3) for one in known]
    return {"name": b".".join(chunks[0][3]).decode(), "type": kind,
            "nulls": None if None in nulls else sum(nulls),
            "least": None if None in least else min(least), "greatest": None if None in greatest else max(greatest)}


def contents(path):
    whole = footer(path)
    chunks = [[chunk[3] for chunk in group[1]] for group in whole[4]]
    made_by = {"made_by": whole[6].decode()} if 6 in whole else {}
    return {"rows": whole[3], **made_by, "columns": [column(of_one) for of_one in zip(*chunks)]}


def main():
    table, agreed, described, missing = sys.argv[1:]
    found = contents(table)
    with open(agreed, encoding="utf-8") as file:
        wanted = json.load(file)
    types = {one["name"]: one["type"] for one in found["columns"]}
    lacking = [f"{one['name']} ({one['type']})" for one in wanted if types.get(one["name"]) != one["type"]]
    for path, value in (described, found), (missing, lacking):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)


main()
