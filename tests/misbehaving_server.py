"""A real HTTP server on loopback that misbehaves: one path for each way. It writes to the socket itself, lies included."""

from __future__ import annotations

import gzip
import io
import socket
import ssl
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image as Picture


def picture(format: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "teal") -> bytes:
    """A small image that is sound."""
    out = io.BytesIO()
    Picture.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 20).convert("RGB").save(out, format)
    if colour != "teal":
        out = io.BytesIO()
        Picture.new("RGB", size, colour).save(out, format)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that says how large it is, and a little data."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


PNG = picture()
JPEG = picture("JPEG")
HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not here</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
RUNNING_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><script>alert(1)</script></svg>'
BOMB = gzip.compress(bytes(64 * 1024 * 1024), 9)
"""64 MiB of nothing in 64 kB."""


class Request(NamedTuple):
    """What a client sent, and when."""

    at: float
    path: str
    headers: dict[str, str]
    host: str
    """The address of ours it came to."""


class Server:
    """Listens on an address of the loopback network while its context is open; ``requests`` is what came in."""

    def __init__(self, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = socket.create_server((address, 0), backlog=64)
        self.address = address
        self.port = self._listener.getsockname()[1]
        self.requests: list[Request] = []
        self.most_at_once = 0
        self._now = 0
        self._mutex = threading.Lock()
        self._closing = threading.Event()
        self.asked: Counter[str] = Counter()

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://{self.address}:{self.port}{path}"

    def __enter__(self) -> Server:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *ignored: object) -> None:
        self._closing.set()
        self._listener.close()

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.requests]

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        if self._tls is not None:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except OSError:
                return
        with connection:
            try:
                while not self._closing.is_set():
                    received = b""
                    while b"\r\n\r\n" not in received:
                        part = connection.recv(65536)
                        if not part:
                            return
                        received += part
                    if not self._answer(connection, received):
                        return
            except OSError:
                return

    def _answer(self, connection: socket.socket, received: bytes) -> bool:
        lines = received.decode("latin-1").split("\r\n")
        path = lines[0].split(" ")[1]
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        with self._mutex:
            self.requests.append(Request(time.monotonic(), path, headers, self.address))
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self.asked[path] += 1
        try:
            name = path.split("?")[0].strip("/").split("/")[0]
            behaviour: Callable[[Server, socket.socket, str], bool] = BEHAVIOURS.get(name, missing)
            return behaviour(self, connection, path)
        finally:
            with self._mutex:
                self._now -= 1

    def wait(self, seconds: float) -> None:
        """Sleep, unless the server is closed."""
        if self._closing.wait(seconds):
            raise ConnectionAbortedError


def respond(connection: socket.socket, body: bytes, status: str = "200 OK", **headers: str) -> bool:
    """A well-formed response with whatever headers; an underscore in a name stands for a hyphen."""
    given = {"Content-Type": "image/png", "Content-Length": str(len(body))}
    given |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    connection.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)
    return given["Content-Length"] != ""


def missing(server: Server, connection: socket.socket, path: str) -> bool:
    return respond(connection, HTML, "404 Not Found", content_type="text/html")


def ok(server: Server, connection: socket.socket, path: str) -> bool:
    """A sound image, another for every path."""
    name = path.rsplit("/", 1)[-1]
    shade = zlib.crc32(name.encode()) & 0xFFFFFF
    data = picture("JPEG" if name.endswith("jpg") else "PNG", (60, 40), f"#{shade:06x}")
    return respond(connection, data, set_cookie="seen=1; Path=/", content_disposition='attachment; filename="../../evil.sh"')


def slow_ok(server: Server, connection: socket.socket, path: str) -> bool:
    server.wait(0.15)
    return ok(server, connection, path)


def drip(server: Server, connection: socket.socket, path: str) -> bool:
    """A byte now and then, for ever: no pause is long enough to be a time-out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 5000\r\n\r\n")
    for byte in PNG * 100:
        connection.sendall(bytes([byte]))
        server.wait(0.05)
    return False


def drip_header(server: Server, connection: socket.socket, path: str) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        server.wait(0.05)


def silent(server: Server, connection: socket.socket, path: str) -> bool:
    server.wait(30)
    return False


def endless(server: Server, connection: socket.socket, path: str) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + PNG)
    while True:
        connection.sendall(bytes(65536))


def endless_chunks(server: Server, connection: socket.socket, path: str) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")


def endless_continue(server: Server, connection: socket.socket, path: str) -> bool:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        server.wait(0.005)


def endless_header(server: Server, connection: socket.socket, path: str) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")


def reset(server: Server, connection: socket.socket, path: str) -> bool:
    """Half of it, then a reset."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PNG) + PNG[:30])
    server.wait(0.05)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    return False


def hang_up(server: Server, connection: socket.socket, path: str) -> bool:
    return False


def garbage(server: Server, connection: socket.socket, path: str) -> bool:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n")
    return False


def once_busy(server: Server, connection: socket.socket, path: str) -> bool:
    """429 the first time, the image the second."""
    if server.asked[path] == 1:
        return respond(connection, b"", "429 Too Many Requests", retry_after="1")
    return ok(server, connection, path)


def once_reset(server: Server, connection: socket.socket, path: str) -> bool:
    return reset(server, connection, path) if server.asked[path] == 1 else ok(server, connection, path)


def chain(server: Server, connection: socket.socket, path: str) -> bool:
    """``/chain/3`` leads over two more to an image."""
    left = int(path.rsplit("/", 1)[-1])
    return respond(connection, b"", "302 Found", location=f"/chain/{left - 1}" if left else "/ok/chained.png")


def aside(server: Server, connection: socket.socket, path: str) -> bool:
    """``/aside?ADDRESS`` leads there."""
    return respond(connection, b"", "301 Moved Permanently", location=path.partition("?")[2])


def copies(server: Server, connection: socket.socket, path: str) -> bool:
    """A Wayback Machine: leads from the date asked for to the nearest it has."""
    if path.startswith("/web/20180101000000id_/"):
        return ok(server, connection, "/copy.png")
    return respond(connection, b"", "302 Found", location=f"/web/20180101000000id_/{path.split('id_/', 1)[-1]}")


def _fixed(body: bytes, status: str = "200 OK", **headers: str) -> Callable[[Server, socket.socket, str], bool]:
    def behaviour(server: Server, connection: socket.socket, path: str) -> bool:
        return respond(connection, body, status, **headers) and headers.get("content_length", "") == ""

    return behaviour


BEHAVIOURS: dict[str, Callable[[Server, socket.socket, str], bool]] = {
    "ok": ok,
    "slow-ok": slow_ok,
    "drip": drip,
    "drip-header": drip_header,
    "silent": silent,
    "endless": endless,
    "endless-chunks": endless_chunks,
    "endless-continue": endless_continue,
    "endless-header": endless_header,
    "reset": reset,
    "hang-up": hang_up,
    "garbage": garbage,
    "once-busy": once_busy,
    "once-reset": once_reset,
    "chain": chain,
    "aside": aside,
    "web": copies,
    "loop": _fixed(b"", "302 Found", location="/loop-back"),
    "loop-back": _fixed(b"", "302 Found", location="/loop"),
    "nowhere": _fixed(b"", "302 Found", location="http://[bad/"),
    "long-length": _fixed(PNG, content_length=str(10**12)),
    "longest-length": _fixed(PNG, content_length="9" * 5000),
    "length-over": _fixed(PNG, content_length=str(len(PNG) + 10)),
    "length-under": _fixed(PNG, content_length=str(len(PNG) // 2)),
    "huge-header": _fixed(png_header(60_000, 60_000)),
    "over-limit": _fixed(png_header(9_000, 9_000)),
    "truncated": _fixed(PNG[: len(PNG) * 2 // 3]),
    "truncated-jpeg": _fixed(JPEG[: len(JPEG) * 2 // 3], content_type="image/jpeg"),
    "html": _fixed(HTML),
    "text": _fixed(b"quota exceeded"),
    "pdf": _fixed(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", content_type="image/jpeg"),
    "empty": _fixed(b""),
    "svg": _fixed(SVG, content_type="text/plain"),
    "running-svg": _fixed(RUNNING_SVG, content_type="image/svg+xml"),
    "jpeg-as-png": _fixed(JPEG, content_type="image/png"),
    "bomb": _fixed(BOMB, content_encoding="gzip"),
    "gzip": _fixed(gzip.compress(PNG), content_encoding="gzip"),
    "half-gzip": _fixed(gzip.compress(PNG)[:-20], content_encoding="gzip"),
    "not-gzip": _fixed(PNG, content_encoding="gzip"),
    "brotli": _fixed(PNG, content_encoding="br"),
    "404": missing,
    "403": _fixed(HTML, "403 Forbidden", content_type="text/html"),
    "busy": _fixed(b"", "503 Service Unavailable", retry_after="1"),
    "busy-until-tomorrow": _fixed(b"", "429 Too Many Requests", retry_after="86400"),
    "busy-for-ever": _fixed(b"", "429 Too Many Requests", retry_after="9" * 5000),
    "busy-for-zeros": _fixed(b"", "429 Too Many Requests", retry_after="0" * 20 + "86400"),
    "busy-squared": _fixed(b"", "503 Service Unavailable", retry_after="\xb2"),
    "busy-until-nonsense": _fixed(b"", "503 Service Unavailable", retry_after="Thu, \xb2 Dec 99999999999 99:99:99 +\xb2"),
    "busy-until-some-date": _fixed(b"", "503 Service Unavailable", retry_after="Thu, 31 Dec 2099 23:59:59 GMT"),
}
"""By the first part of the path."""
