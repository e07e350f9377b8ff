"""Bundles that are damaged, or made to do harm: each is refused by a clear error, and nothing of it is there afterwards."""
import hashlib
import io
import json
import os
import subprocess
import tarfile

from transfer_case import TransferTest
from wftest import main

REFUSED = ("WF-E6304", "WF-E6305", "WF-E6306", "WF-E6307", "WF-E6308")


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Bundle:
    """The files of a bundle, to be changed and written again with a manifest that is true of them."""

    def __init__(self, path):
        with tarfile.open(path) as archive:
            self.files = {one.name: archive.extractfile(one).read() for one in archive}
        self.manifest = json.loads(self.files.pop("manifest.json"))
        self.extra = []  # (TarInfo, content) at the end

    def rows(self, table):
        return [json.loads(line) for line in self.files["rows/%s.jsonl" % table].splitlines()]

    def set_rows(self, table, rows):
        self.files["rows/%s.jsonl" % table] = "".join(json.dumps(row) + "\n" for row in rows).encode()

    def change(self, table, **values):
        rows = self.rows(table)
        rows[0].update(values)
        self.set_rows(table, rows)

    def settle(self):
        """Makes the manifest true of the files."""
        for table in self.manifest["tables"]:
            content = self.files["rows/%s.jsonl" % table["name"]]
            table.update(rows=content.count(b"\n"), size=len(content), digest=digest(content))

    def write(self, path, names=None):
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
            files = {"manifest.json": json.dumps(self.manifest).encode(), **self.files}
            for name in names or list(files):
                info = tarfile.TarInfo(name)
                info.size = len(files[name])
                archive.addfile(info, io.BytesIO(files[name]))
            for info, content in self.extra:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return path


def member(name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


class HostileBundles(TransferTest):
    def setUp(self):
        super().setUp()
        self.here.wf("register", self.definition(), "--label", "v1")
        self.here.wf("run", "steps@v1", "--name", "one")
        self.here.wf("artifact", "tag", "one/sum", "good")
        self.bundle = self.exported("steps@v1", "one")
        self.there.wf("run", self.one_task("echo 1 > $x", outputs={"x": "int"}))
        self.before = self.there.content()

    def refused(self, path, *codes, why=""):
        done = self.there.wf("import", path, code=None)
        self.assertIn(done.code, (5, 9), "%s: %s" % (why, done))
        self.assertTrue(any(code in done.err for code in codes or REFUSED), "%s: %s" % (why, done))
        self.assertIn("hint:", done.err)
        self.assertEqual(self.there.content(), self.before, why)
        self.assertEqual(os.listdir(self.there.store + "/tmp"), [], why)
        return done.err

    def changed(self, change, settle=True):
        bundle = Bundle(self.bundle)
        names = change(bundle)
        if settle:
            bundle.settle()
        return bundle.write(self.path("changed.tar"), names)

    def test_one_that_was_written_again_is_taken(self):
        self.there.wf("import", self.changed(lambda bundle: None))
        self.there.check()

    def test_files_that_are_no_bundles(self):
        other = self.path("other.tar")
        with tarfile.open(other, "w") as archive:
            archive.addfile(member("a"), io.BytesIO())
        link = self.path("link.tar")
        with tarfile.open(link, "w") as archive:
            archive.addfile(member("manifest.json", tarfile.SYMTYPE, "/etc/passwd"))
        for content in (b"", b"x", b"\0" * 10240, b"PK\3\4" + b"\0" * 100, b"\x28\xb5\x2f\xfd" + b"\0" * 50, os.urandom(5000)):
            self.refused(self.write("no.tar", content), "WF-E6304", why=content[:4])
        self.refused(other, "WF-E6304")
        self.refused(link, "WF-E6304")
        self.assertEqual(self.there.wf("import", self.path("nowhere"), code=None).code, 3)
        self.assertIn(self.there.wf("import", self.folder, code=None).code, (2, 5, 9))

    def test_truncated_anywhere(self):
        whole = self.bytes_of(self.bundle)
        end = len(whole.rstrip(b"\0"))
        for size in [1, 100, 511, 512, 513, *range(1024, end, end // 25), end - 1]:
            self.refused(self.write("cut.tar", whole[:size]), "WF-E6304", "WF-E6306", why="cut at %d" % size)

    def test_a_flipped_byte_anywhere(self):
        """Whatever a byte is of: an error, or, where it carries nothing, exactly what was exported."""
        whole = self.bytes_of(self.bundle)
        places = sorted({*range(0, 1536, 97), *range(1536, len(whole), len(whole) // 40)})
        taken = []
        for place in places:
            path = self.write("flip.tar", whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1:])
            done = self.there.wf("import", path, "--dry-run", code=None)
            if done.code == 0:
                taken.append(place)
                self.assertEqual(whole[place], 0, "byte %d carries something" % place)
            else:
                self.assertIn(done.code, (5, 9), done)
                self.assertIn("hint:", done.err)
            self.assertEqual(self.there.content(), self.before)
        self.assertLess(len(taken), len(places) / 2)

    def test_a_flipped_byte_of_a_compressed_one(self):
        path = self.exported("steps@v1", "one", name="b.tar.zst")
        whole = self.bytes_of(path)
        for place in range(0, len(whole), max(1, len(whole) // 30)):
            flipped = self.write("flip.zst", whole[:place] + bytes([whole[place] ^ 0xff]) + whole[place + 1:])
            done = self.there.wf("import", flipped, "--dry-run", code=None)
            self.assertIn(done.code, (0, 5, 9), done)
            self.assertEqual(self.there.content(), self.before)

    def test_entries_that_do_not_belong_there(self):
        def add(*members):
            return lambda bundle: bundle.extra.extend((one, b"evil") for one in members)
        for name in ("../evil", "/tmp/evil", "blobs/../../evil", "rows/run.jsonl", "manifest.json", "wf.db", "blobs/", ""):
            self.refused(self.changed(add(member(name))), "WF-E6307", why=name)
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            self.refused(self.changed(add(member("blobs/x", kind, "/etc/passwd"))), why=kind)
        self.assertFalse(os.path.exists("/tmp/evil"))

    def test_links_in_place_of_files(self):
        whole = Bundle(self.bundle)
        first = [name for name in whole.files if name.startswith("blobs/")][0]
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE):
            with tarfile.open(self.path("link.tar"), "w") as archive:
                for name, content in {"manifest.json": json.dumps(whole.manifest).encode(), **whole.files}.items():
                    info = member(name, kind if name == first else tarfile.REGTYPE, "/etc/hostname")
                    info.size = 0 if name == first else len(content)
                    archive.addfile(info, io.BytesIO(content))
            self.refused(self.path("link.tar"), "WF-E6307", why=kind)

    def test_another_order_and_entries_twice_or_missing(self):
        names = ["manifest.json", *Bundle(self.bundle).files]
        self.refused(self.changed(lambda bundle: names[:1] + names[:0:-1]), "WF-E6307")
        self.refused(self.changed(lambda bundle: names[1:]), "WF-E6304")
        for at in (1, 5, len(names) - 1):
            self.refused(self.changed(lambda bundle: names[:at] + names[at + 1:]), "WF-E6307", "WF-E6306", why="without %s" % names[at])
            self.refused(self.changed(lambda bundle: names[:at] + [names[at]] + names[at:]), "WF-E6307", why=names[at] + " twice")

    def test_wrong_manifests(self):
        def with_(**values):
            return lambda bundle: bundle.manifest.update(values)

        def blob(**values):
            return lambda bundle: bundle.manifest["blobs"][0].update(values)

        def table(**values):
            return lambda bundle: bundle.manifest["tables"][0].update(values)

        huge = 2 ** 62
        for change, code in (
                (with_(wf_bundle=2), "WF-E6305"), (with_(wf_bundle="1"), "WF-E6307"), (with_(wf_bundle=None), "WF-E6307"),
                (lambda bundle: bundle.manifest.pop("tables"), "WF-E6307"), (with_(blobs={}), "WF-E6307"),
                (with_(runs=[{"project": "default", "domain": "development", "run": "x"}]), "WF-E6307"),
                (blob(size=-1), "WF-E6307"), (blob(size=1), "WF-E6307"), (blob(size=huge), "WF-E4004"),
                (lambda bundle: [one.update(size=huge) for one in bundle.manifest["blobs"]], "WF-E6307"),
                (blob(digest="sha256:" + "0" * 64), "WF-E6307"), (blob(digest="../x"), "WF-E6307"),
                (table(name="../../x"), "WF-E6307"), (table(name="store"), "WF-E6307"), (table(name="pool_claim"), "WF-E6307"),
                (table(size=huge), "WF-E4004"), (table(rows=0), "WF-E6307"), (table(digest="sha256:" + "0" * 64), "WF-E6306"),
                (lambda bundle: bundle.manifest["tables"].reverse(), "WF-E6307"),
                (lambda bundle: bundle.manifest["tables"].insert(0, bundle.manifest["tables"][0]), "WF-E6307"),
                (lambda bundle: bundle.manifest["blobs"].reverse(), "WF-E6307"),
                (lambda bundle: bundle.manifest["blobs"].append(bundle.manifest["blobs"][-1]), "WF-E6307")):
            self.refused(self.changed(lambda bundle, change=change: change(bundle) and None, settle=False), code, why=code)
        for text in (b"{", b"[]", b"\xff", b"{" * 100000, b'{"wf_bundle":1,"wf_bundle":1}'):
            with tarfile.open(self.path("m.tar"), "w") as archive:
                info = member("manifest.json")
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text))
            self.refused(self.path("m.tar"), "WF-E6307", why=text[:20])

    def test_blobs_of_another_content(self):
        def change(bundle):
            for name in list(bundle.files):
                if name.startswith("blobs/") and bundle.files[name]:
                    content = bundle.files[name]
                    bundle.files[name] = bytes([content[0] ^ 1]) + content[1:]
                    return
        self.refused(self.changed(change), "WF-E6306")

    def test_rows_that_are_wrong(self):
        zeros = "0" * 64
        for table, values in (
                ("version", {"body": "{}"}), ("version", {"name": "other"}), ("version", {"digest": zeros}),
                ("version", {"digest": "00"}), ("run", {"state": "running"}), ("run", {"state": "odd"}),
                ("run", {"version": zeros}), ("run", {"id": "00" * 16}), ("run", {"project": "../x"}), ("run", {"domain": ""}),
                ("run", {"surprise": 1}), ("run", {"fence": "1"}), ("label", {"label": "latest"}), ("label", {"label": "a b"}),
                ("label", {"version": zeros}), ("registration", {"source": zeros}), ("registration", {"version": zeros}),
                ("artifact", {"run": "00" * 16}), ("artifact", {"dataset_version": 99}), ("artifact_blob", {"blob": zeros}),
                ("artifact_data", {"type": "json"}), ("run", {"registration": 7}), ("event", {"stream": "store"}), ("event", {"data": "{}"}),
                ("event", {"hash": zeros}), ("event", {"seq": 2}), ("event", {"type": "run.odd"}), ("event", {"at_us": 1}),
                ("cache_parts", {"body": "{}"}), ("cache_entry", {"artifact": "00" * 16}), ("tag", {"artifact": "00" * 16}),
                ("tree_entry", {"child": zeros}), ("tree_entry", {"path": "2e2e2f78"}), ("node", {"artifact": "00" * 16}),
                ("attempt", {"stdout": zeros}), ("dataset", {"task": "odd"})):
            path = self.changed(lambda bundle: bundle.change(table, **values))
            self.refused(path, "WF-E6305" if "surprise" in values else "WF-E6308", *["WF-E6307"] * ("seq" in values), why="%s %s" % (table, values))

    def test_rows_that_no_command_could_read(self):
        """One of them would spoil the lists of a whole store."""
        for table, values in (
                ("run", {"cause": "{"}), ("run", {"counts": "[1"}), ("run", {"settings": "{"}), ("run", {"name": "a\nb"}),
                ("run", {"name": "\x1b[31m"}), ("run", {"name": ""}), ("registration", {"descriptions": "{"}),
                ("registration", {"git": "{"}), ("node", {"cause": "{"}), ("node", {"inputs": "{"}), ("attempt", {"cause": "{"}),
                ("attempt", {"resources": "{"}), ("artifact", {"partitions": "{"}), ("artifact_data", {"value": "{"}),
                ("cache_entry", {"inputs": "{"}), ("run_input", {"value": "{"}), ("dataset_version", {"outputs": "{"}),
                ("tag", {"name": "\x1b[31m", "created_by": "eve"}), ("run", {"workflow": "\x1b[1m"}), ("run", {"fence": 99})):
            self.refused(self.changed(lambda bundle: bundle.change(table, **values)), "WF-E6308", why="%s %s" % (table, values))
        for at in (2 ** 63 - 1, -2 ** 63):
            self.there.wf("import", self.changed(lambda bundle: bundle.change("run", created_us=at, ended_us=at)), "--dry-run")

    def test_rows_that_are_missing_or_there_twice(self):
        for table in ("version", "run", "registration", "node", "artifact", "artifact_data", "attempt", "event", "dataset_version",
                      "cache_parts", "dataset"):
            def drop(bundle, table=table):
                bundle.set_rows(table, bundle.rows(table)[1:])
            self.refused(self.changed(drop), "WF-E6308", why=table)

            def double(bundle, table=table):
                bundle.set_rows(table, bundle.rows(table)[:1] + bundle.rows(table))
            self.refused(self.changed(double), "WF-E6307", "WF-E6308", why=table)

    def test_text_that_is_no_utf8(self):
        """Such a text in an event would end every list of events."""
        for table, column in (("tag", "created_by"), ("label", "label"), ("registration", "name")):
            bad = {column: {"hex": "ff00fe"}}
            self.refused(self.changed(lambda bundle: [bundle.change(table, **bad)] and None), "WF-E6308", why=table)
        self.here.tamper("UPDATE tag SET created_by = CAST(x'ff00fe' AS TEXT) WHERE created_by IS NOT NULL")
        done = self.there.wf("store", "merge", self.here.store, code=9)
        self.assertIn("a 'created_by' of a row of 'tag' is no UTF-8", done.err)
        self.assertEqual(self.there.content(), self.before)

    def test_json_of_another_shape(self):
        columns = (("run", "settings"), ("run", "cause"), ("node", "cause"), ("attempt", "cause"), ("attempt", "sandbox"),
                   ("attempt", "observed"), ("run", "counts"), ("node", "inputs"), ("cache_entry", "inputs"), ("attempt", "resources"))
        for table, column in columns:
            for text in ("[1]", "[]", "1", *['{"a":1}'] * (column not in ("inputs", "counts", "resources"))):
                self.refused(self.changed(lambda bundle: bundle.change(table, **{column: text})), "WF-E6308", why=(table, column, text))
        self.refused(self.changed(lambda bundle: bundle.change("run", counts='{"succeeded":"x"}')), "WF-E6308")
        self.refused(self.changed(lambda bundle: bundle.change("cache_entry", run="")), "WF-E6308")

    def test_what_the_manifest_does_not_say(self):
        """What comes is what people are shown, and what that needs: nothing comes along unseen."""
        def said(**values):
            return lambda bundle: bundle.manifest.update(values)

        def named(which, **values):
            return lambda bundle: bundle.manifest[which][0].update(values)

        def added(table, **values):
            return lambda bundle: bundle.set_rows(table, [*bundle.rows(table), {**bundle.rows(table)[0], **values}])

        def bytes_more(bundle):
            content = b"more"
            bundle.manifest["blobs"].append({"digest": digest(content), "size": len(content)})
            bundle.manifest["blobs"].sort(key=lambda one: one["digest"])
            bundle.files["blobs/" + digest(content)[7:]] = content
            return ["manifest.json", *[name for name in bundle.files if name.startswith("rows/")],
                    *["blobs/" + one["digest"][7:] for one in bundle.manifest["blobs"]]]

        other = "00000000-0000-7000-8000-000000000000"
        self.here.wf("launchplan", "create", "daily", "--workflow", "steps@v1", "-i", "ns=[1]", code=None)
        self.bundle = self.exported("steps@v1", "one", name="plan.tar")
        for why, change in (
                ("nothing", said(versions=[], runs=[])), ("no run", said(runs=[])),
                ("a name", named("versions", name="deploy")), ("a domain", named("versions", domain="production")),
                ("a version", named("versions", version="sha256:" + "0" * 64)), ("a run", named("runs", run=other)),
                ("a run's project", named("runs", project="vision")), ("one more run", lambda bundle: bundle.manifest["runs"].append(
                    {**bundle.manifest["runs"][0], "run": other})),
                ("registration", added("registration", name="deploy", id="00" * 16)),
                ("registration there", added("registration", project="vision", id="00" * 16)),
                ("label", added("label", name="deploy")), ("label there", added("label", domain="production")),
                ("plan", added("launch_plan_registration", name="deploy", id="00" * 16)),
                ("plan there", added("launch_plan_registration", domain="production", id="00" * 16)),
                ("plan's name", lambda bundle: bundle.change("launch_plan", name="deploy")),
                ("plan's version", lambda bundle: bundle.change("launch_plan", version="00" * 32)),
                ("event", added("event", stream="run:" + other)), ("blob", bytes_more)):
            self.refused(self.changed(lambda bundle, change=change: change(bundle)), "WF-E6308", why=why)
        alone = said(versions=[])  # the run needs its version
        self.there.wf("import", self.changed(alone), "--dry-run")

    def test_a_run_without_its_end(self):
        """The whole one would contradict it ever after."""
        drop = lambda bundle: bundle.set_rows("event", bundle.rows("event")[:-1])
        self.assertIn("and no event says so", self.refused(self.changed(drop), "WF-E6308"))

    def test_bytes_after_the_end(self):
        whole = self.bytes_of(self.bundle)
        for more in (b"garbage", b"garbage" * 500, whole):
            self.refused(self.write("more.tar", whole + more), "WF-E6306", "WF-E6307", why=len(more))
        packed = self.bytes_of(self.exported("steps@v1", "one", name="b.tar.zst"))
        for more in (b"garbage", b"garbage" * 500, packed):
            self.refused(self.write("more.tar.zst", packed + more), why="packed, %d" % len(more))

    def test_contents_that_no_row_keeps(self):
        """The next collection would take their bytes away."""
        for table in ("artifact_blob", "run_input_blob"):
            for at in range(len(Bundle(self.bundle).rows(table))):
                def drop(bundle, table=table, at=at):
                    rows = bundle.rows(table)
                    bundle.set_rows(table, rows[:at] + rows[at + 1:])
                self.assertIn("keeps its blob", self.refused(self.changed(drop), "WF-E6308", why="%s %d" % (table, at)))
            self.refused(self.changed(lambda bundle, table=table: bundle.change(table, domain="production")), "WF-E6308", why=table)

    def test_other_schemas(self):
        """A newer one is refused; of an older one, columns that it lacks have their defaults."""
        newer = self.changed(lambda bundle: bundle.manifest.update(schema=99))
        self.assertIn("schema 99", self.refused(newer, "WF-E6305"))

        def older(bundle):
            bundle.manifest["schema"] = 1
            bundle.set_rows("registration", [{k: v for k, v in row.items() if k != "git"} for row in bundle.rows("registration")])
        self.there.wf("import", self.changed(older))
        self.there.check()

    def test_rows_that_are_no_rows(self):
        for line in (b"{\n", b"[]\n", b"1\n", b"\n", b"{}\n", b"{}", b'{"id":1}\n'):
            def change(bundle, line=line):
                bundle.files["rows/run.jsonl"] += line
            self.refused(self.changed(change), "WF-E6307", "WF-E6308", why=line)

    def test_an_id_that_is_something_else_here(self):
        """A bundle that is whole in itself, and claims an artifact of a run that is here."""
        self.there.wf("import", self.bundle)
        self.before = self.there.content()

        def change(bundle):
            run = bundle.rows("run")[0]["id"]
            as_id = lambda raw: "-".join((raw[:8], raw[8:12], raw[12:16], raw[16:20], raw[20:]))
            other = run[:-4] + "beef"
            for name, content in bundle.files.items():
                if name.startswith("rows/"):
                    bundle.files[name] = content.replace(run.encode(), other.encode()).replace(as_id(run).encode(), as_id(other).encode())
            rows, last = bundle.rows("event"), "0" * 64
            for row in rows:
                text = '{"at":%d,"data":%s,"seq":%d,"stream":%s,"type":%s}' % (
                    row["at_us"], row["data"], row["seq"], json.dumps(row["stream"]), json.dumps(row["type"]))
                last = row["hash"] = hashlib.sha256(b"wf-event-1\n" + bytes.fromhex(last) + text.encode()).hexdigest()
            bundle.set_rows("event", rows)
            bundle.manifest["runs"][0]["run"] = as_id(other)
        self.refused(self.changed(change), "WF-E6311")

    def test_bombs(self):
        """What is small when packed may not fill the disk: sizes are known, and held against what is free."""
        if subprocess.run(["zstd", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
            self.skipTest("no zstd here")
        bundle = Bundle(self.bundle)
        bundle.manifest["blobs"][0]["size"] = 2 ** 50
        plain = bundle.write(self.path("bomb.tar"))
        subprocess.run(["zstd", "-q", plain], check=True)
        self.refused(plain + ".zst", "WF-E4004")


if __name__ == "__main__":
    main()
