"""A registry of images as the OCI's distribution API has it, as much as an engine needs to pull."""
import base64
import gzip
import hashlib
import http.server
import io
import json
import tarfile
import threading

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class ImageRegistry:
    """Ends with `close`. `pulled` lists what was asked for as a manifest; `login` is "user:password", where one is
    wanted."""

    def __init__(self):
        self.manifests = {}
        self.blobs = {}
        self.pulled = []
        self.login = None
        self.cut = False  # true: layers end in the middle
        self.goes_on = threading.Event()  # cleared: nobody gets an answer
        self.goes_on.set()
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                registry.answer(self, with_content=True)

            def do_HEAD(self):  # pylint: disable=invalid-name
                registry.answer(self, with_content=False)

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.goes_on.set()
        self.server.shutdown()
        self.server.server_close()

    def push(self, repository, tag, write, environment=("PATH=/bin",), architecture="amd64"):
        """An image of one layer, that `write` puts into a tar file; the digests of its manifest and configuration."""
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w", format=tarfile.GNU_FORMAT) as tar:
            write(tar)
        packed = gzip.compress(layer.getvalue(), mtime=0)
        config = json.dumps({"architecture": architecture, "os": "linux", "config": {"Env": list(environment)},
                             "rootfs": {"type": "layers", "diff_ids": [digest(layer.getvalue())]},
                             "history": [{"created_by": "a test"}]}).encode()
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST,
                               "config": self._part("application/vnd.oci.image.config.v1+json", config),
                               "layers": [self._part("application/vnd.oci.image.layer.v1.tar+gzip", packed)]}).encode()
        for name in (tag, digest(manifest)):
            self.manifests[repository, name] = manifest
        return digest(manifest), digest(config)

    def _part(self, kind, content):
        self.blobs[digest(content)] = content
        return {"mediaType": kind, "size": len(content), "digest": digest(content)}

    def answer(self, request, with_content):
        parts = request.path.strip("/").split("/")  # v2/REPOSITORY/manifests/NAME
        content, kind = None, "application/octet-stream"
        if self.login and request.headers.get("Authorization") != "Basic " + base64.b64encode(self.login.encode()).decode():
            return self.refuse(request)
        if parts == ["v2"]:
            content = b"{}"
        elif parts[-2:-1] == ["manifests"]:
            self.pulled.append(parts[-1])
            self.goes_on.wait()
            content, kind = self.manifests.get(("/".join(parts[1:-2]), parts[-1])), MANIFEST
        elif parts[-2:-1] == ["blobs"]:
            content = self.blobs.get(parts[-1])
        request.send_response(404 if content is None else 200)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(content or b"")))
        request.send_header("Docker-Content-Digest", digest(content or b""))
        request.end_headers()
        if with_content and content:
            request.wfile.write(content[:len(content) // 2] if self.cut and parts[-2:-1] == ["blobs"] else content)

    @staticmethod
    def refuse(request):
        request.send_response(401)
        request.send_header("WWW-Authenticate", 'Basic realm="tests"')
        request.send_header("Content-Length", "0")
        request.end_headers()
