"""A socket between wf and its engine that loses, cuts and delays, as a rule says; and tells when what is said."""
import os
import socket
import threading

LOSSES = ("unheard", "unanswered", "halved", "garbled")


class Proxy:
    """`rule(call)` is asked before each call goes on: a call has `method`, `target` and its `number` from 1. It gives
    nothing, or one of LOSSES: the engine does not hear it, or does what is asked and the answer is lost, or half of that,
    or its JSON ends in the middle; or "refused": it says that it has failed, and does nothing; or "dripped": all is well, and
    the answer comes in single bytes.
    `after(call)` is called when the engine has answered, before wf hears of it."""

    def __init__(self, upstream, path, rule=lambda call: None, after=lambda call: None):
        self.upstream, self.path, self.rule, self.after = upstream, path, rule, after
        self.lock = threading.Lock()
        self.calls = []
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(path)
        self.door.listen(64)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def host(self):
        return "unix://" + self.path

    def close(self):
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        os.remove(self.path)

    def serve(self):
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self.attend, args=(client,), daemon=True).start()

    def attend(self, client):
        try:
            with client, socket.socket(socket.AF_UNIX) as engine:
                self.pass_on(client, engine)
        except OSError:
            pass

    def pass_on(self, client, engine):
        head, body = read_request(client)
        if not head:
            return
        lines = head.decode().split("\r\n")
        call = Call(*lines[0].split()[:2])
        with self.lock:
            self.calls.append(call)
            call.number = len(self.calls)
            loss = self.rule(call)
        if loss == "unheard":
            return
        if loss == "refused":
            said = b'{"message":"it is broken"}'
            client.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                           % (len(said), said))
            return
        engine.connect(self.upstream)
        kept = [line for line in lines if not line.lower().startswith("connection:")]
        engine.sendall("\r\n".join(kept + ["Connection: close", "", ""]).encode() + body)
        answer = b"".join(iter(lambda: engine.recv(65536), b""))
        self.after(call)
        if loss is None:
            client.sendall(answer)
        elif loss == "garbled":
            client.sendall(garbled(answer))
        elif loss == "dripped":
            for place in range(len(answer)):
                client.sendall(answer[place:place + 1])
        elif loss == "halved":
            client.sendall(answer[:len(answer) // 2])


class Call:
    number = 0

    def __init__(self, method, target):
        self.method, self.target = method, target

    @property
    def what(self):
        """"create", "start", "wait", "remove", or else the last word of its path."""
        word = self.target.split("?")[0].rsplit("/", 1)[1]
        return "remove" if self.method == "DELETE" else word


def garbled(answer):
    """A whole answer, as HTTP has it, with half of what it had to say."""
    head, body = answer.split(b"\r\n\r\n", 1)
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-length:", b"transfer-encoding:"))]
    half = body[:len(body) // 2]
    return b"\r\n".join(lines + [b"Content-Length: %d" % len(half), b"", b""]) + half


def read_request(client):
    """(head, body) of a request; what stands after it is of nobody."""
    text = b""
    while b"\r\n\r\n" not in text:
        piece = client.recv(65536)
        if not piece:
            return b"", b""
        text += piece
    head, body = text.split(b"\r\n\r\n", 1)
    length = 0
    for line in head.decode().split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    while len(body) < length:
        body += client.recv(65536)
    return head, body
