"""Transport: one HTTP request to one address that was checked. The only module of archivekit that can open a socket.

httpx2 speaks HTTP. What is ours is where it connects (``_Backend``: resolve, check, connect to the very address that was
checked) and how long it may take (``_Stream``). A redirect is handed back, so that each hop is a request of its own and
meets the same checks. There are no cookies, no credentials and no proxies from the environment.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import httpcore2
import httpx2
import msgspec

from ..version import __version__
from .addresses import is_public
from .limits import Limits

_HEADERS = {
    "User-Agent": f"archivekit/{__version__}",
    "Accept": "image/jpeg,image/png,image/gif,image/svg+xml,image/webp;q=0.8,image/*;q=0.5,*/*;q=0.1",
    "Accept-Encoding": "identity",
}
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_ADDRESS = 8000
_SLICE = 0.5
"""Seconds between two looks at whether the fetch was called off."""

_deadline: ContextVar[float] = ContextVar("_deadline")
"""When the request this thread is busy with must be over, on the monotonic clock."""


class Body(msgspec.Struct, frozen=True):
    """The bytes of a response with status 200."""

    data: bytes
    address: str


class Moved(msgspec.Struct, frozen=True):
    """The server says to ask elsewhere."""

    address: str


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """No bytes: a short id, the same for people, and whether to ask again."""

    reason: str
    message: str
    may_pass: bool = False
    after: float | None = None
    """Seconds the server asked us to wait."""


class _Refused(Exception):
    """Raised by the backend through httpx2, which does not know it and lets it pass."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed


class Web:
    """Gets addresses, from any number of threads. ``stop`` ends whatever is under way within half a second."""

    def __init__(self, limits: Limits, stop: threading.Event) -> None:
        self._limits = limits
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False),
            max_connections=limits.at_once + 1,
            keepalive_expiry=10.0,
            network_backend=_Backend(limits, stop),
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def get(self, address: str, seconds: float) -> Body | Moved | Failed:
        """Ask for an address once; whatever a server does, this returns within ``seconds``, name lookup not counted."""
        url = checked(address)
        if isinstance(url, Failed):
            return url
        deadline = time.monotonic() + seconds
        _deadline.set(deadline)
        try:
            return self._ask(url)
        except _Refused as refused:
            return refused.failed
        except httpcore2.TimeoutException:
            if time.monotonic() >= deadline:
                return Failed(reason="timeout", message=f"not done within {seconds:.0f} seconds")
            quiet = self._limits.quiet_seconds
            return Failed(reason="timeout", message=f"the server said nothing for {quiet:.0f} seconds", may_pass=True)
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            return _broken(error)
        except zlib.error:
            return Failed(reason="encoding", message="the response is not packed as its header says")

    def _ask(self, url: httpx2.URL) -> Body | Moved | Failed:
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        quiet = self._limits.quiet_seconds
        timeouts = {"timeout": {"connect": quiet, "read": quiet, "write": quiet, "pool": quiet}}
        with self._pool.stream("GET", target, headers=_headers(url), extensions=timeouts) as response:
            headers = {name.lower(): value for name, value in response.headers}
            if response.status in _REDIRECTS and b"location" in headers:
                return _moved(url, headers[b"location"])
            if response.status != 200:
                return _status(response.status, headers.get(b"retry-after", b""))
            said = headers.get(b"content-length", b"")
            if said.isdigit() and int(said) > self._limits.max_bytes:
                return _too_large(self._limits.max_bytes)
            encoding = headers.get(b"content-encoding", b"").decode("latin-1").strip().lower()
            if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
                return Failed(reason="encoding", message=f"packed as {encoding[:40]!r}, which was not asked for")
            packed = encoding not in ("", "identity")
            return _body(response.iter_stream(), str(url), self._limits.max_bytes, packed=packed)


def checked(address: str) -> httpx2.URL | Failed:
    """The parts of an address that may be asked for: http or https, with a host and no credentials."""
    if len(address) > _MAX_ADDRESS:
        return Failed(reason="address", message=f"the address has {len(address)} characters")
    try:
        url = httpx2.URL(address)
        host = url.raw_host
    except (httpx2.InvalidURL, ValueError) as error:
        return Failed(reason="address", message=f"not an address: {error}")
    if url.scheme not in ("http", "https"):
        return Failed(reason="scheme", message=f"the scheme {url.scheme[:40]!r} is neither http nor https")
    if url.userinfo:
        return Failed(reason="credentials", message="the address holds a name or a password")
    if not host or b"%" in host:
        return Failed(reason="address", message="the address has no host")
    return url


def host_of(address: str) -> str:
    """The host and port an address is asked at; empty when it is no address."""
    url = checked(address)
    return "" if isinstance(url, Failed) else url.netloc.decode("ascii")


def _headers(url: httpx2.URL) -> list[tuple[bytes, bytes]]:
    return [(b"Host", url.netloc), *((name.encode(), value.encode()) for name, value in _HEADERS.items())]


def _moved(url: httpx2.URL, location: bytes) -> Moved | Failed:
    try:
        text = location.decode("utf-8")
    except UnicodeDecodeError:
        text = location.decode("latin-1")
    try:
        return Moved(urljoin(str(url), text.strip()))
    except ValueError as error:
        return Failed(reason="address", message=f"a redirect to what is not an address: {error}")


def _status(status: int, retry_after: bytes) -> Failed:
    said = {404: " Not Found", 403: " Forbidden", 410: " Gone", 429: " Too Many Requests", 503: " Service Unavailable"}
    return Failed(
        reason="status",
        message=f"the server answered {status}{said.get(status, '')}",
        may_pass=status in _MAY_PASS,
        after=_seconds(retry_after.decode("latin-1").strip()),
    )


def _seconds(retry_after: str) -> float | None:
    """What Retry-After asks for (RFC 9110, 10.2.3): seconds, or a date."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _body(chunks: Iterable[bytes], address: str, limit: int, *, packed: bool) -> Body | Failed:
    """Everything the server sends, unpacked, up to a limit that holds at every step."""
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed else None
    parts: list[bytes] = []
    received = size = 0
    for chunk in chunks:
        received += len(chunk)
        part = unpack.decompress(chunk, limit - size + 1) if unpack is not None else chunk
        size += len(part)
        if max(received, size) > limit:
            return _too_large(limit)
        parts.append(part)
    if not size:
        return Failed(reason="empty", message="the server sent no bytes")
    if unpack is not None and not unpack.eof:
        return Failed(reason="incomplete", message="the packed response ends in the middle", may_pass=True)
    return Body(b"".join(parts), address)


def _too_large(limit: int) -> Failed:
    return Failed(reason="too-large", message=f"more than {limit} bytes")


def _broken(error: Exception) -> Failed:
    """What a failure of the network or of the protocol is called."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Failed(reason="tls", message=f"no secure connection: {_said(cause)}")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore2.ConnectError):
        return Failed(reason="unreachable", message=f"no connection: {_said(error)}", may_pass=True)
    if isinstance(error, httpcore2.RemoteProtocolError) and "complete" in str(error):
        return Failed(reason="incomplete", message="the server sent less than it announced", may_pass=True)
    if isinstance(error, httpcore2.ProtocolError):
        return Failed(reason="protocol", message=f"not HTTP: {_said(error)}", may_pass="disconnected" in str(error))
    return Failed(reason="lost", message=f"the connection was lost: {_said(error)}", may_pass=True)


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


class _Backend(httpcore2.NetworkBackend):
    """Makes connections: to what a name resolves to, if that may be connected to, and to nothing else."""

    def __init__(self, limits: Limits, stop: threading.Event) -> None:
        self._limits = limits
        self._stop = stop
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of the host that answers."""
        last: Exception | None = None
        for address in self._allowed(host, port):
            try:
                stream = self._inner.connect_tcp(address, port, _left(timeout), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
            else:
                return _Stream(stream, self._stop)
        raise last or httpcore2.ConnectError("the host has no address")

    def _allowed(self, host: str, port: int) -> Iterator[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            passing = error.errno == socket.EAI_AGAIN
            raise _Refused(Failed(reason="name", message=f"no such host: {host[:200]}", may_pass=passing)) from None
        except (UnicodeError, OverflowError) as error:
            raise _Refused(Failed(reason="address", message=f"not a host: {error}")) from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [each for each in addresses if self._limits.allow_private or is_public(each)]
        if not allowed:
            at = f" is at {', '.join(addresses[:3])}, which" if addresses != [host] else ""
            message = f"{host[:200]}{at} is not on the public Internet"
            raise _Refused(Failed(reason="private", message=message))
        return iter(allowed)


class _Stream(httpcore2.NetworkStream):
    """A connection on which no byte, of a header or of a body, is waited for longer than the request may last."""

    def __init__(self, inner: httpcore2.NetworkStream, stop: threading.Event) -> None:
        self._inner = inner
        self._stop = stop

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes; none at the end."""
        until = time.monotonic() + _left(timeout)
        while True:
            left = until - time.monotonic()
            if left <= 0 or self._stop.is_set():
                raise httpcore2.ReadTimeout("no more time")
            try:
                return self._inner.read(max_bytes, min(left, _SLICE))
            except httpcore2.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """The same connection, secured; the certificate is that of the name, not of the address."""
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)), self._stop)

    def get_extra_info(self, info: str) -> Any:
        """What httpx2 wants to know of the connection."""
        return self._inner.get_extra_info(info)


def _left(timeout: float | None) -> float:
    """Seconds a step may take: its own limit, or what is left for the request."""
    left = max(0.001, _deadline.get() - time.monotonic())
    return left if timeout is None else min(timeout, left)
