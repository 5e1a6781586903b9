"""Which addresses may be links, and how they are written so that every validator takes them.

The URL standard (url.spec.whatwg.org) is followed where it calls something a validation error: an address that has
one is mended by percent-encoding where that changes nothing, else it is not a link.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import quote, urlsplit

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.I)
_MAIL: Final = re.compile(r"[^\s@<>\"(),:;\[\]\\]+@[^\s@<>\"(),:;\[\]\\]+")
_STRAY_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SAFE: Final = "/%:@!$&'()*+,;=~"


def safe_href(url: str) -> str | None:
    """``url`` as an absolute http, https or mailto URL in ASCII; None when it is not one or cannot be mended."""
    url = url.strip()
    if not url or _FORBIDDEN.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
        hostname = parts.hostname
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme == "mailto":
        return _mailto(parts.path, parts.query)
    if scheme not in ("http", "https") or "@" in parts.netloc or not hostname:
        return None
    host = _host(hostname)
    if host is None:
        return None
    tail = "" if port is None else f":{port}"
    query = f"?{_quoted(parts.query, extra='?')}" if parts.query else ""
    fragment = f"#{_quoted(parts.fragment, extra='?')}" if parts.fragment else ""
    return f"{scheme}://{host}{tail}{_quoted(parts.path)}{query}{fragment}"


def _quoted(part: str, extra: str = "") -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=_SAFE + extra)


def _mailto(path: str, query: str) -> str | None:
    if not _MAIL.fullmatch(path):
        return None
    return f"mailto:{_quoted(path)}" + (f"?{_quoted(query, extra='?')}" if query else "")


def _host(host: str) -> str | None:
    """A host name or address in ASCII, or None when the URL standard would not take it."""
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError:
            return None
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
        if "xn--" in host and host.encode().decode("idna").encode("idna") != host.encode():
            return None
    except UnicodeError:
        return None
    if not _HOST.fullmatch(host) or len(host) > 253:
        return None
    last = host.rstrip(".").rpartition(".")[2]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last, re.I):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return None
    return host
