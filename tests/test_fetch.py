"""Fetch: against a real server that misbehaves in every way that is known, and killed in the middle."""

from __future__ import annotations

import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpcore2
import msgspec
import pytest
from fixtures import article
from fuzz import oracle
from hypothesis import given
from hypothesis import strategies as st
from misbehaving_server import PNG, Server
from test_cli import _on_a_terminal

from archivekit.errors import NothingToBuildError
from archivekit.fetch import Fetched, Limits, fetch, transport
from archivekit.fetch.addresses import is_public
from archivekit.fetch.check import check
from archivekit.fetch.transport import Failed, _seconds, checked
from archivekit.fetch.wanted import wanted
from archivekit.images.store import LOCK_NAME, Entry, Store
from archivekit.model import Figure, Image, Moment

QUICK = Limits(
    max_bytes=1_000_000, seconds=2.0, quiet_seconds=1.0, repeats=1, backoff=0.05, interval=0.0, per_host=8, allow_private=True
)
COMMAND = [sys.executable, "-m", "archivekit"]


@pytest.fixture(scope="module")
def _server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def server(_server: Server) -> Server:
    _server.requests.clear()
    _server.asked.clear()
    _server.most_at_once = 0
    return _server


def _corpus(folder: Path, *addresses: str, html: str = "") -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    images = "".join(f'<p><img src="{address}"></p>' for address in addresses)
    text = f"<!--1713403706000-->\n[A title](https://example.org/)\n------\n\n<p>Words.</p>{images}{html}\n"
    (folder / "1.txt").write_text(text, encoding="utf-8")
    return folder


def _fetch(tmp_path: Path, *addresses: str, limits: Limits = QUICK, **options: object) -> Fetched:
    corpus = _corpus(tmp_path / "corpus", *addresses)
    return fetch(corpus, tmp_path / "store", limits=limits, **options)  # type: ignore[arg-type]


def _reason(fetched: Fetched) -> str:
    (entry,) = fetched.entries
    return entry.tried[-1].reason if not entry.sha256 else "fetched"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/ok/1.png", "fetched"),
        ("/jpeg-as-png", "fetched"),
        ("/svg", "fetched"),
        ("/gzip", "fetched"),
        ("/chain/4", "fetched"),
        ("/once-reset/1.png", "fetched"),
        ("/drip", "timeout"),
        ("/drip-header", "timeout"),
        ("/silent", "timeout"),
        ("/endless-continue", "timeout"),
        ("/endless", "too-large"),
        ("/endless-chunks", "too-large"),
        ("/long-length", "too-large"),
        ("/longest-length", "protocol"),
        ("/bomb", "too-large"),
        ("/endless-header", "protocol"),
        ("/garbage", "protocol"),
        ("/hang-up", "protocol"),
        ("/length-over", "incomplete"),
        ("/half-gzip", "incomplete"),
        ("/length-under", "broken"),
        ("/truncated", "broken"),
        ("/truncated-jpeg", "broken"),
        ("/huge-header", "too-many-pixels"),
        ("/over-limit", "too-many-pixels"),
        ("/html", "not-an-image"),
        ("/text", "not-an-image"),
        ("/pdf", "not-an-image"),
        ("/running-svg", "unsafe-svg"),
        ("/empty", "empty"),
        ("/not-gzip", "encoding"),
        ("/brotli", "encoding"),
        ("/reset", "lost"),
        ("/loop", "redirects"),
        ("/chain/5", "redirects"),
        ("/nowhere", "address"),
        ("/aside?file:///etc/hostname", "scheme"),
        ("/aside?ftp://127.0.0.1/x.png", "scheme"),
        ("/aside?http://user:secret@127.0.0.1/x.png", "credentials"),
        ("/404", "status"),
        ("/403", "status"),
        ("/busy", "status"),
        ("/busy-until-tomorrow", "status"),
        ("/busy-until-some-date", "status"),
        ("/busy-for-ever", "status"),
        ("/busy-for-zeros", "status"),
        ("/busy-squared", "status"),
        ("/busy-until-nonsense", "status"),
    ],
)
def test_each_way_to_misbehave_has_its_reason(server: Server, tmp_path: Path, path: str, reason: str) -> None:
    started = time.monotonic()
    fetched = _fetch(tmp_path, server.url(path))
    assert _reason(fetched) == reason, fetched.entries
    assert time.monotonic() - started < 6
    assert fetched.exit_code == (0 if reason == "fetched" else 1)
    files = [file for file in (tmp_path / "store").rglob("*") if file.is_file() and file.name != LOCK_NAME]
    assert len(files) == (reason == "fetched")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--limit", "image_pixels=2399"],
            "60 × 40 pixels, the limit is 2399 (--limit image_pixels=N raises it) [too-many-pixels]",
        ),
        (["--limit", "image_bytes=50"], "more than 50 bytes [too-large]"),
        (["--limit", "image_bytes=50", "--max-mb", "1"], "more than 50 bytes [too-large]"),
        (["--max-mb", "0.001"], ""),
        (["--limit", "image_pixels=2400", "--limit", "image_bytes=100_000_000", "--max-mb", "64"], ""),
    ],
)
def test_the_limits_of_images_hold(server: Server, tmp_path: Path, options: list[str], said: str) -> None:
    corpus, store = _corpus(tmp_path / "corpus", server.url("/ok/1.png")), tmp_path / "store"
    command = [*COMMAND, "fetch", corpus, "--store", store, "--allow-private", "--quiet", *options]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    shown = f"archivekit: not fetched {server.url('/ok/1.png')}: {said}\n"
    assert (done.returncode, done.stderr) == ((1, shown) if said else (0, ""))


def test_names_and_types_come_from_the_bytes(server: Server, tmp_path: Path) -> None:
    paths = ("/ok/..%2F..%2Fevil.png", "/jpeg-as-png", "/svg")
    fetched = _fetch(tmp_path, *map(server.url, paths))
    assert [entry.media_type for entry in fetched.entries] == ["image/jpeg", "image/png", "image/svg+xml"]
    store = Store(tmp_path / "store")
    for entry in fetched.entries:
        assert store.path(entry).relative_to(store.folder).with_suffix("").as_posix().replace("/", "") == entry.sha256
        assert store.load(entry) is not None
    assert sorted(file.name for file in tmp_path.iterdir()) == ["corpus", "store"]


def test_a_page_of_nothing_but_comments_is_told_at_once() -> None:
    with oracle.within(5):
        assert isinstance(check(b"<!--a-->\n" * 400 + b"x", 1), Failed)
        found = check(b"<!--a-->\n" * 400 + b"<html>", 1)
    assert isinstance(found, Failed) and found.message == "the server sent an HTML page"


def test_no_cookie_goes_back(server: Server, tmp_path: Path) -> None:
    _fetch(tmp_path, *(server.url(f"/ok/{n}.png") for n in range(3)), limits=msgspec.structs.replace(QUICK, at_once=1))
    assert len(server.requests) == 3
    sent = {name for request in server.requests for name in request.headers}
    assert sent == {"host", "user-agent", "accept", "accept-encoding"}


def test_a_second_run_asks_only_for_what_is_missing_or_failed(server: Server, tmp_path: Path) -> None:
    good, bad = [server.url(f"/ok/{n}.png") for n in range(3)], server.url("/404")
    assert _fetch(tmp_path, *good, bad).exit_code == 3
    lock = (tmp_path / "store" / LOCK_NAME).read_bytes()
    server.requests.clear()
    again = _fetch(tmp_path, *good, bad)
    assert server.paths() == ["/404"]
    assert (len(again.wanted), len(again.missing), again.reasons) == (4, 1, {"status": 1})
    server.requests.clear()
    store = Store(tmp_path / "store")
    damaged = store.path(next(entry for entry in again.entries if entry.sha256))
    damaged.write_bytes(b"\0" + damaged.read_bytes()[1:])
    assert _fetch(tmp_path, *good).exit_code == 0
    assert len(server.requests) == 1
    lines = lock.splitlines()
    assert lines == sorted(lines)
    assert len(lines) == 4


def test_a_dry_run_touches_nothing(server: Server, tmp_path: Path) -> None:
    fetched = _fetch(tmp_path, server.url("/ok/1.png"), dry_run=True)
    assert [image.address for image in fetched.missing] == [server.url("/ok/1.png")]
    assert (fetched.exit_code, server.requests, (tmp_path / "store").exists()) == (0, [], False)


def test_other_spellings_are_tried_in_their_order(server: Server, tmp_path: Path) -> None:
    tag = f'<p><img src="{server.url("/404")}" srcset="{server.url("/html")} 1x, {server.url("/ok/2x.png")} 2x"></p>'
    corpus = _corpus(tmp_path / "corpus", html=tag)
    (entry,) = fetch(corpus, tmp_path / "store", limits=QUICK).entries
    assert server.paths() == ["/404", "/ok/2x.png"]
    assert (entry.address, entry.asked) == (server.url("/404"), server.url("/ok/2x.png"))
    assert [attempt.reason for attempt in entry.tried] == ["status"]
    assert Store(tmp_path / "store").find(server.url("/ok/2x.png")) == entry


def test_a_web_archive_is_asked_last_and_only_when_told(server: Server, tmp_path: Path) -> None:
    limits = msgspec.structs.replace(QUICK, web_archive=server.url(""))
    address = server.url("/404")
    assert _reason(_fetch(tmp_path, address, limits=limits)) == "status"
    assert server.paths() == ["/404"]
    (entry,) = _fetch(tmp_path, address, limits=limits, fallback="wayback").entries
    assert server.paths()[1:] == ["/404", f"/web/20240418012826id_/{address}", f"/web/20180101000000id_/{address}"]
    assert entry.asked == server.url(f"/web/20240418012826id_/{address}")
    assert entry.final == server.url(f"/web/20180101000000id_/{address}")


def test_what_is_wanted() -> None:
    first = Moment(value="2019-05-22", precision="day")
    later = Moment(value="2024-04-18T09:28:26+08:00", precision="second")
    image = Image("https://a.example/1.png", fallbacks=("1.png", "//p.example/1.png", "https://a.example/1.png"))
    known = Image("https://a.example/2.png", asset="0" * 64)
    local, data = Image("x.png"), Image("data:image/png;base64,AAAA")
    proxied = Image("x.png", fallbacks=("https://p.example/x.png",))
    bodies = [(Figure((image, known, local)),), (Figure((image, data, proxied)),)]
    articles = [
        msgspec.structs.replace(article("a", "t", body), published=date)
        for body, date in zip(bodies, (later, first), strict=True)
    ]
    found = wanted(articles, Limits(), "wayback")
    assert {each.address: each.spellings for each in found} == {
        "https://a.example/1.png": (
            "https://a.example/1.png",
            "https://p.example/1.png",
            "https://web.archive.org/web/20190522id_/https://a.example/1.png",
        ),
        "https://p.example/x.png": (
            "https://p.example/x.png",
            "https://web.archive.org/web/20190522id_/https://p.example/x.png",
        ),
    }
    assert found == wanted(reversed(articles), Limits(), "wayback")


def test_retry_after_is_honoured(server: Server, tmp_path: Path) -> None:
    assert _reason(_fetch(tmp_path, server.url("/once-busy/1.png"))) == "fetched"
    first, second = server.requests
    assert 0.95 <= second.at - first.at < 3


@pytest.mark.parametrize(("said", "seconds"), [("120", 120.0), ("9" * 5000, float("inf")), ("²", None), ("soon", None)])
def test_retry_after_may_say_anything(said: str, seconds: float | None) -> None:
    assert _seconds(said) == seconds


def test_a_server_that_wants_a_day_is_left_alone(server: Server, tmp_path: Path) -> None:
    _fetch(tmp_path, server.url("/busy-until-tomorrow"))
    assert server.paths() == ["/busy-until-tomorrow"]


def test_what_will_not_change_is_not_asked_twice(server: Server, tmp_path: Path) -> None:
    _fetch(tmp_path, *(server.url(path) for path in ("/404", "/html", "/huge-header", "/loop")))
    assert sorted(server.paths()) == ["/404", "/html", "/huge-header", "/loop", "/loop-back"]


def test_no_host_is_asked_too_much_at_once(tmp_path: Path) -> None:
    limits = msgspec.structs.replace(QUICK, per_host=2)
    with Server("127.0.0.1") as one, Server("127.0.0.3") as other:
        addresses = [each.url(f"/slow-ok/{n}.png") for n in range(6) for each in (one, other)]
        assert _fetch(tmp_path, *addresses, limits=limits).exit_code == 0
    assert (one.most_at_once, other.most_at_once) == (2, 2)
    both = sorted(one.requests + other.requests)
    assert {request.host for request in both[:4]} == {one.address, other.address}


def test_no_host_is_asked_too_often(server: Server, tmp_path: Path) -> None:
    limits = msgspec.structs.replace(QUICK, interval=0.1)
    assert _fetch(tmp_path, *(server.url(f"/ok/{n}.png") for n in range(6)), limits=limits).exit_code == 0
    assert server.requests[-1].at - server.requests[0].at > 0.4


PRIVATE = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"]
PRIVATE += ["255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1"]
PRIVATE += ["ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "64:ff9b::7f00:1", "x", ""]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_loopback_is_refused_however_it_is_spelt(server: Server, tmp_path: Path, host: str) -> None:
    limits = msgspec.structs.replace(QUICK, allow_private=False)
    assert _reason(_fetch(tmp_path, f"http://{host}:{server.port}/ok/1.png", limits=limits)) in ("private", "name")
    assert server.requests == []


def test_a_redirect_to_a_private_address_is_refused(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "is_public", lambda address: address == "127.0.0.1")
    with Server("127.0.0.2") as private:
        address = server.url(f"/aside?{private.url('/ok/1.png')}")
        limits = msgspec.structs.replace(QUICK, allow_private=False)
        assert _reason(_fetch(tmp_path, address, limits=limits)) == "private"
        assert (len(server.requests), len(private.requests)) == (1, 0)


def test_the_address_that_was_checked_is_the_one_connected_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to a public address when it is checked and to loopback ever after (DNS rebinding)."""
    answers = iter(["93.184.216.34"])
    connected: list[str] = []

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "127.0.0.1"), port))]

    def connect(self: object, host: str, port: int, *ignored: object) -> httpcore2.NetworkStream:
        connected.append(host)
        raise httpcore2.ConnectError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    limits = msgspec.structs.replace(QUICK, allow_private=False)
    fetched = _fetch(tmp_path, "http://rebind.example/1.png", limits=limits)
    assert connected == ["93.184.216.34"]
    assert [attempt.reason for attempt in fetched.entries[0].tried] == ["private"]


def test_the_first_address_of_a_host_that_answers_is_used(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: int, **options: int) -> list[tuple[object, ...]]:
        names = ("127.0.0.9", "127.0.0.1") if host == "two.example" else (host,)
        return [entry for name in names for entry in really(name, port, *rest, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert _reason(_fetch(tmp_path, f"http://two.example:{server.port}/ok/1.png")) == "fetched"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Of ``localhost``, and its key; nobody trusts it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    what = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([openssl, *what, *name, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def test_a_certificate_is_that_of_the_name(
    certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(*certificate)
    limits = msgspec.structs.replace(QUICK, repeats=3)
    with Server(tls=ours) as server:
        named, numbered = (f"https://{host}:{server.port}/ok/1.png" for host in ("localhost", "127.0.0.1"))
        assert _reason(_fetch(tmp_path / "untrusted", named, limits=limits)) == "tls"
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        monkeypatch.setattr(transport.httpx2, "create_ssl_context", lambda **options: trusting)
        assert _reason(_fetch(tmp_path / "trusted", named, limits=limits)) == "fetched"
        assert _reason(_fetch(tmp_path / "other-name", numbered, limits=limits)) == "tls"
        assert server.paths() == ["/ok/1.png"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("file:///etc/hostname", "scheme"),
        ("ftp://example.org/1.png", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("http://user@example.org/1.png", "credentials"),
        ("http://:secret@example.org/1.png", "credentials"),
        ("http:///1.png", "address"),
        ("http://a b/1.png", "address"),
        ("http://[::1/1.png", "address"),
        ("http://example.org:port/", "address"),
        ("http://example.org/a\nb", "address"),
        ("http://example.org/" + "x" * 9000, "address"),
        ("", "scheme"),
    ],
)
def test_addresses_that_are_not_asked_for(address: str, reason: str) -> None:
    failed = checked(address)
    assert isinstance(failed, Failed)
    assert failed.reason == reason


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_not(text: str) -> None:
    checked(text)
    checked(f"http://{text}")
    checked(f"https://example.org/{text}")


def test_without_a_document_nothing_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with pytest.raises(NothingToBuildError):
        fetch(tmp_path / "corpus", tmp_path / "store")


def test_articles_without_images_give_an_empty_store(tmp_path: Path) -> None:
    fetched = _fetch(tmp_path)
    assert (fetched.exit_code, fetched.wanted) == (0, ())
    assert (tmp_path / "store" / LOCK_NAME).read_bytes() == b""


def test_killed_in_the_middle_then_resumed(server: Server, tmp_path: Path) -> None:
    addresses = [server.url(f"/slow-ok/{n}.png") for n in range(20)]
    corpus, folder = _corpus(tmp_path / "corpus", *addresses), tmp_path / "store"
    arguments = ["fetch", str(corpus), "--store", str(folder), "--allow-private", "--per-host", "1", "--interval", "0"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 30
        while len(list(folder.rglob("*.png"))) < 6 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    kept = {entry.address for entry in Store(folder).entries.values() if entry.sha256}
    assert 5 <= len(kept) < 20
    assert not (folder / LOCK_NAME).exists()
    server.requests.clear()
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert {server.url(path) for path in server.paths()} == set(addresses) - kept
    store = Store(folder)
    assert len(store.entries) == 20
    assert all(store.load(entry) for entry in store.entries.values())
    assert sorted(file.name for file in folder.iterdir() if file.is_file()) == [LOCK_NAME]


def test_a_polite_kill_writes_the_lock_file(server: Server, tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "corpus", *(server.url(f"/slow-ok/{n}.png") for n in range(30)), server.url("/silent"))
    folder = tmp_path / "store"
    arguments = ["fetch", str(corpus), "--store", str(folder), "--allow-private"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 30
        while len(list(folder.rglob("*.png"))) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert time.monotonic() - started < 5
    assert 3 <= (folder / LOCK_NAME).read_bytes().count(b"\n") < 31
    assert not (folder / ".journal.jsonl").exists()


def test_an_entry_as_it_is_written(server: Server, tmp_path: Path) -> None:
    fetched = _fetch(tmp_path, server.url("/chain/1"))
    (line,) = (tmp_path / "store" / LOCK_NAME).read_bytes().splitlines()
    entry = msgspec.json.decode(line, type=Entry)
    assert (entry,) == fetched.entries
    assert entry.final == server.url("/ok/chained.png")
    assert (entry.width, entry.height, entry.media_type) == (60, 40, "image/png")
    assert entry.size == (Store(tmp_path / "store").path(entry)).stat().st_size != len(PNG)


def test_a_progress_bar_is_for_terminals_only(server: Server, tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "corpus", *(server.url(f"/slow-ok/{n}.png") for n in range(4)))
    arguments = ["fetch", str(corpus), "--store", str(tmp_path / "store"), "--allow-private"]
    assert b"4/4" in _on_a_terminal(*arguments)
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, check=True)
    assert (done.stdout.split()[1:], done.stderr) == (b"4 images, 4 there before, 0 fetched, 0 failed".split(), b"")
