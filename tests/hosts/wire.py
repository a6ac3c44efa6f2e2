"""Requests and answers as they stand on the wire, since an HTTP client would put right what a host got wrong."""

import socket
from dataclasses import dataclass, field

Headers = list[tuple[str, str]]
SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """An answer; `body` holds every byte after the headers, also where HTTP allows none."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        """The values of a header, a line each."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def one(self, name: str) -> str:
        """The value of a header that comes once; empty without it."""
        values = self.all(name)
        assert len(values) < 2, f"{name} comes {len(values)} times: {values}"
        return values[0] if values else ""

    @property
    def text(self) -> str:
        return self.body.decode()


def exchange(port: int, method: str, target: str, headers: Headers, body: bytes, chunked: bool) -> Answer:
    """Send one request to a port of loopback, and read until the server closes."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "Connection: close"]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
        half = len(body) // 2
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:]) if part)
        body += b"0\r\n\r\n"
    elif body:
        lines.append(f"Content-Length: {len(body)}")
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        received = b""
        while part := _received(connection):
            received += part
    return _read(received)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except ConnectionResetError:
        return b""  # a server that answered before the body's end


def _read(received: bytes) -> Answer:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if first.startswith("HTTP/1.1 100"):
        return _read(body)
    headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    answer = Answer(int(first.split(" ")[1]), headers, body)
    if "chunked" in answer.one("Transfer-Encoding"):
        return Answer(answer.status, headers, _joined(body))
    return answer


def _joined(body: bytes) -> bytes:
    found = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        found += body[:length]
        body = body[length + 2 :] if length else b""
    return found
