"""A real Docker Engine for the tests that need one, with images made here: no registry is asked for anything.

    class Containers(EngineTest):
        def test_says_hello(self):
            done = self.run_file(self.one_task("echo hello > $x", outputs={"x": "string"}, image=TOOLS))
"""
import atexit
import http.client
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import unittest
import urllib.parse

from wftest import SOURCE, WfTest, wait_until

TESTBED = os.path.join(SOURCE, "tests/testbeds/docker")
TOOLS = "wf-tools:1"  # busybox and nothing else
DEBIAN = "wf-debian:1"  # sh, the tools that Debian has everywhere, and python3
STAND_INS = {"busybox:1.36": TOOLS, "python:3.11-slim": DEBIAN}  # what examples name: they ask a registry for it
PACKAGES = ("bash coreutils dash findutils grep gzip sed tar mawk diffutils debianutils libc-bin libc6 libgcc-s1 libstdc++6 "
            "libselinux1 libpcre2-8-0 libacl1 libattr1 libgmp10 libtinfo6 zlib1g libbz2-1.0 liblzma5 libzstd1 libexpat1 "
            "libffi8 libssl3 libsqlite3-0 libuuid1 libreadline8 libdb5.3 libncursesw6 libcrypt1 libtirpc3 libnsl2 libgssapi-krb5-2 "
            "libkrb5-3 libk5crypto3 libcom-err2 libkrb5support0 libkeyutils1 media-types python3 python3-minimal python3.11 "
            "python3.11-minimal libpython3-stdlib libpython3.11-minimal libpython3.11-stdlib tzdata zstd bzip2 xz-utils").split()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Engine:
    """Its own dockerd; ends with this process."""

    def __init__(self, *flags):
        self.flags = flags
        self.folder = tempfile.mkdtemp(prefix="wf-engine-")
        self.socket = os.path.join(self.folder, "docker.sock")
        self.host = "unix://" + self.socket
        atexit.register(self.remove)
        self.up()

    def up(self):
        done = subprocess.run([os.path.join(TESTBED, "up.sh"), self.folder, *self.flags], stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise unittest.SkipTest("no container engine can be started: " + done.stderr.strip())

    def pid(self):
        with open(os.path.join(self.folder, "pid"), encoding="utf-8") as file:
            return int(file.read())

    def down(self):
        subprocess.run([os.path.join(TESTBED, "down.sh"), self.folder], check=True)

    def kill(self):
        """As a crash does it."""
        pid = self.pid()
        os.kill(pid, 9)
        wait_until(lambda: not os.path.exists("/proc/%d" % pid), "the engine is dead")
        os.remove(os.path.join(self.folder, "pid"))

    def remove(self):
        try:
            for one in self.containers():
                self.call("DELETE", "/containers/%s?force=1&v=1" % one["Id"])
        except (OSError, http.client.HTTPException):
            pass
        self.down()
        with open("/proc/self/mounts", encoding="utf-8") as mounts:
            below = [line.split()[1] for line in mounts if line.split()[1].startswith(self.folder + "/")]
        for path in reversed(below):
            subprocess.run(["umount", "-l", path], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, path, body=None, kind="application/json"):
        """(status, answer) of a call of the API."""
        connection = UnixConnection(self.socket)
        try:
            headers = {"Content-Type": kind} if body is not None else {}
            if body is not None and not isinstance(body, bytes):
                body = json.dumps(body).encode()
            connection.request(method, "/v1.41" + path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def containers(self, **labels):
        filters = {"label": ["%s=%s" % one for one in labels.items()]}
        return self.call("GET", "/containers/json?all=1&filters=" + urllib.parse.quote(json.dumps(filters)))[1]

    def load(self, name, write, **config):
        """An image of one layer, that `write` puts into a tar file."""
        changes = "&".join("changes=" + urllib.parse.quote(one) for one in config.get("changes", ()))
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w", format=tarfile.GNU_FORMAT) as tar:
            write(tar)
        repository, tag = name.rsplit(":", 1)
        status, said = self.call("POST", "/images/create?fromSrc=-&repo=%s&tag=%s&%s" % (repository, tag, changes),
                                 layer.getvalue(), "application/x-tar")
        if status != 200 or b"error" in (said if isinstance(said, bytes) else json.dumps(said).encode()):
            raise AssertionError((status, said))

    def image_id(self, name):
        return self.call("GET", "/images/%s/json" % name)[1]["Id"]

    def tag(self, name, other):
        """Gives an image one more name."""
        repository, tag = other.rsplit(":", 1)
        status, said = self.call("POST", "/images/%s/tag?repo=%s&tag=%s" % (name, repository, tag))
        if status != 201:
            raise AssertionError((status, said))

    def forget(self, name):
        """Takes the image away, under all its names."""
        status, said = self.call("DELETE", "/images/%s?force=1" % self.image_id(name))
        if status != 200:
            raise AssertionError((status, said))

    def load_tools(self, name=TOOLS, text="", changes=("ENV PATH=/bin",)):
        self.load(name, tools_writer(text), changes=changes)

    def load_debian(self):
        def write(tar):
            for one in ("bin", "lib", "lib64", "sbin"):
                link(tar, one, "usr/" + one)
            listed = subprocess.run(["dpkg", "-L", *PACKAGES], stdout=subprocess.PIPE, check=True, encoding="utf-8")
            seen = {"/bin", "/lib", "/lib64", "/sbin", "/."}
            for path in listed.stdout.splitlines():
                path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
                if path in seen or path.startswith(("/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/etc/alternatives")):
                    continue
                seen.add(path)
                if os.path.lexists(path):
                    tar.add(path, arcname=path.lstrip("/"), recursive=False)
            link(tar, "usr/bin/awk", "mawk")
            add(tar, "tmp", mode=0o1777)
        self.load(DEBIAN, write, changes=("ENV PATH=/usr/local/bin:/usr/bin:/bin",))


def add(tar, name, content=None, mode=0o644):
    info = tarfile.TarInfo(name)
    info.mode = mode
    info.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
    info.size = len(content or b"")
    tar.addfile(info, io.BytesIO(content or b""))


def link(tar, name, to):
    info = tarfile.TarInfo(name)
    info.type = tarfile.SYMTYPE
    info.linkname = to
    tar.addfile(info)


def tools_writer(text=""):
    """What puts busybox, and `text` as /etc/release, into the tar file of a layer."""
    def write(tar):
        for folder in ("bin", "tmp", "etc", "root"):
            add(tar, folder, mode=0o755)
        with open("/bin/busybox", "rb") as file:
            add(tar, "bin/busybox", file.read(), 0o755)
        listed = subprocess.run(["/bin/busybox", "--list"], stdout=subprocess.PIPE, check=True, encoding="utf-8")
        for tool in listed.stdout.split():
            if tool != "busybox":
                link(tar, "bin/" + tool, "busybox")
        add(tar, "etc/release", text.encode())
    return write


def is_dead(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True


ENGINES = {}


def engine(*flags):
    """The one of this process with such flags, that has TOOLS."""
    if flags not in ENGINES:
        for needed in ("/usr/sbin/dockerd", "/bin/busybox"):
            if not os.path.exists(needed):
                raise unittest.SkipTest("no container engine here: %s is not there" % needed)
        made = Engine(*flags)
        made.load_tools()
        ENGINES[flags] = made
    return ENGINES[flags]


class EngineTest(WfTest):
    flags = ()

    @classmethod
    def setUpClass(cls):
        try:
            cls.engine = engine(*cls.flags)
        except unittest.SkipTest as why:
            print("skipped:", why, file=sys.stderr)
            raise

    def setUp(self):
        super().setUp()
        self.host = self.engine.host

    def wf(self, *arguments, env=None, **more):
        return super().wf(*arguments, env={"DOCKER_HOST": self.host, **(env or {})}, **more)

    def start(self, *arguments, **options):
        options["env"] = {"DOCKER_HOST": self.host, **(options.pop("env", None) or {})}
        return super().start(*arguments, **options)

    def failure(self, path, name):
        """Why a run of that name failed."""
        return self.run_file(path, "--name", name, code=1).json["failures"][0]["cause"]

    def kill(self, process):
        """Keeper and driver at once, as when the power of their machine goes."""
        with open("/proc/%d/task/%d/children" % (process.pid, process.pid), encoding="utf-8") as file:
            children = [int(pid) for pid in file.read().split()]
        for pid in [process.pid, *children]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for pid in children:
            wait_until(lambda pid=pid: is_dead(pid), "the driver is dead")

    def assert_no_container(self):
        wait_until(lambda: self.engine.containers() == [], "no container is left")

    def attempts(self):
        return self.query("SELECT node, attempt, executor, image, state, exit_code, signal, oom FROM attempt ORDER BY node, attempt")
