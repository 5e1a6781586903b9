"""Documents, drawings, records and books made to read, fetch, write or start what they should not: nothing of it happens.

The command line runs under an audit hook (``watched.py``); a file with secret words lies beside the corpus, a server
listens on loopback. No secret word is in any output, nobody connects, nothing outside is opened.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import socket
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import fixtures
import msgspec
import pikepdf
import pytest
import small
from PIL import Image as Picture

from archivekit import bag
from archivekit import report as reports
from archivekit.building import pipeline
from archivekit.corpus.walk import find, locate, read_bytes
from archivekit.errors import BookError, ConfigError, RecordError, UnreadableSourceError
from archivekit.extract import extract, pictures
from archivekit.model import Embed, Figure, Image, Link, Paragraph, Text, encode
from archivekit.readings import read
from archivekit.verify import verify

HERE = Path(__file__).parent
CANARY = "the-canary-sings-7f3a91"
"""Stands in files outside of the corpus and in no document."""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on loopback that nobody should connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def unvisited(server: socket.socket) -> bool:
    """Whether nobody has connected."""
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return True
    return False


def png(words: str = "", colour: int = 0) -> bytes:
    """A small PNG with a comment in it."""
    out = io.BytesIO()
    Picture.new("RGB", (8, 8), (colour, 20, 40)).save(out, "PNG")
    data = out.getvalue()
    text = b"tEXtComment\0" + words.encode()
    return data[:33] + len(text[4:]).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big") + data[33:]


# --- addresses, in every place one can stand ----------------------------------------------------------------------


def addresses(secret: Path, port: int) -> list[str]:
    """One file outside and one server, in as many spellings as we could think of."""
    name, up = secret.name, "../" * 12
    path = str(secret)
    web = f"127.0.0.1:{port}/x.png"
    local = [
        *(f"file://{path}", f"FILE:{path}", f"file:{path}", f"file://localhost{path}", f" \tfile://{path}", f"fi\nle://{path}"),
        *(path, f"/{path}", f"{up}{path.lstrip('/')}", f"../{secret.parent.name}/{name}", f"..\\{secret.parent.name}\\{name}"),
        *(
            f"%2e%2e/{secret.parent.name}/{name}",
            f"..%2f{secret.parent.name}%2f{name}",
            f"%2E%2E%5C{secret.parent.name}%5C{name}",
        ),
        *(
            f"..%252f{secret.parent.name}%252f{name}",
            f"i/../../{secret.parent.name}/{name}",
            f"/../{secret.parent.name}/{name}",
        ),
        *(f"../{secret.parent.name}/{name}?x", f"../{secret.parent.name}/{name}#x", f"../{secret.parent.name}/{name}\0.png"),
        *(f"asset:{path}", f"jar:file://{path}!/", f"view-source:file://{path}", f"filesystem:{path}", f"//localhost{path}"),
        *("leak.png", "folder/secret.png", "/dev/zero", "/proc/self/environ", "\\\\?\\C:\\x", "con:", "~/x.png", "$HOME/x.png"),
    ]
    remote = [f"http://{web}", f"//{web}", f"\\\\{web}", f"HTTP:\\\\{web}", f"ht\ntp://{web}", f"ftp://{web}", f"ws://{web}"]
    return (
        local
        + remote
        + [f"gopher://{web}", f"https:{web}", f"http:/{web}", f"url(http://{web})", f"data:text/html,<img src=//{web}>"]
    )


HTML_PLACES = (
    *(
        '<img src="{}">',
        '<img srcset="{} 2x" src>',
        '<img data-src="{}" src="x">',
        '<img data-original="{}">',
        '<img alt=x lowsrc="{}">',
    ),
    *(
        '<picture><source srcset="{}"><img></picture>',
        '<figure><img src="{}"><figcaption>图</figcaption></figure>',
        '<image src="{}">',
    ),
    *(
        '<link rel=stylesheet href="{}">',
        '<link rel=attachment href="{}">',
        '<link rel="icon preload" as=image href="{}">',
        '<base href="{}">',
    ),
    *(
        '<embed src="{}">',
        '<object data="{}">文</object>',
        '<iframe src="{}"></iframe>',
        '<video poster="{}" src="{}"></video>',
        '<audio src="{}">',
    ),
    *(
        '<p style="background:url({})">文</p>',
        "<style>@import '{}'; p {{ background: url({}) }} @font-face {{ src: url({}) }}</style>",
    ),
    *(
        '<svg><image href="{}" xlink:href="{}"/><use href="{}#a"/><style>@import "{}"</style></svg>',
        '<math href="{}"><mi>x</mi></math>',
    ),
    *(
        '<body background="{}">',
        '<table background="{}"><tr><td background="{}">文</table>',
        '<input type=image src="{}">',
        '<form action="{}">',
    ),
    *(
        '<meta http-equiv=refresh content="0;url={}">',
        '<script src="{}"></script>',
        '<track src="{}">',
        '<applet code="{}">',
        '<frame src="{}">',
    ),
    *(
        '<a href="{}" ping="{}">文</a>',
        '<blockquote cite="{}">文</blockquote>',
        '<q cite="{}">文</q>',
        '<img usemap="{}" longdesc="{}" src=x>',
    ),
    *(
        '<?xml-stylesheet href="{}"?>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "{}">]><p>&e;</p>',
        '<xi:include href="{}"/>',
        '<template><img src="{}"></template>',
    ),
    *(
        '<noscript><img src="{}"></noscript>',
        '<img src="data:image/svg+xml,<svg xmlns=%27http://www.w3.org/2000/svg%27><image href=%27{}%27/></svg>">',
    ),
)
MARKDOWN_PLACES = (
    "![图]({})",
    "![图](<{}>)",
    "![图][r]\n\n[r]: {}",
    "[链接]({})",
    "<{}>",
    "[r2]: <{}> '题'\n\n![图][r2]",
    '<img src="{}">',
    "{}",
)
FRONT_PLACES = (
    "cover: {}",
    "image: {}",
    "thumbnail: {}",
    "images: [{}]",
    "url: {}",
    "original: {}",
    "css: {}",
    "include: !include {}",
)


def filled(place: str, address: str) -> str:
    """An address in its place, every time it stands there."""
    return place.replace("{}", address).replace("{{", "{").replace("}}", "}")


def documents(corpus: Path, secret: Path, port: int, step: int) -> int:
    """Lay out a document of each envelope with every ``step``-th address in every place; returns how many references there
    are."""
    every = addresses(secret, port)[::step]
    html = "\n".join(f"<p>一段文字。</p>{filled(place, address)}" for place in HTML_PLACES for address in every)
    stamp = "<!--1713405421000-->\n[题目](https://e.example/a)\n------\n\n"
    (corpus / "stamped.txt").write_text(stamp + html, "utf-8")
    page = f"<!DOCTYPE html><html><head><title>网页</title></head><body><article><h1>网页</h1>{html}</article></body></html>"
    (corpus / "page.html").write_text(page, "utf-8")
    markdown = "\n\n".join(filled(place, address) for place in MARKDOWN_PLACES for address in every)
    (corpus / "markdown.md").write_text(f"---\ntitle: 记号\n---\n\n{markdown}\n", "utf-8")
    for at, place in enumerate(FRONT_PLACES):
        for number, address in enumerate(every):
            if "\n" not in address and "\0" not in address:
                text = f"---\ntitle: 头{at}之{number}\n{filled(place, address)}\n---\n\n正文{at}之{number}。\n"
                (corpus / f"front-{at}-{number}.md").write_text(text, "utf-8")
    _records(corpus / "records.jsonl", every)
    _drawings(corpus, every)
    (corpus / "plain.txt").write_text("标题\n\n一段文字，里面有地址。\n" + "\n".join(every), "utf-8")
    return len(every) * (2 * len(HTML_PLACES) + len(MARKDOWN_PLACES) + len(FRONT_PLACES) + 5 + len(DRAWINGS))


def _records(path: Path, every: list[str]) -> None:
    """Finished records, which no reader of ours ever made."""
    body = [
        block
        for address in every
        for block in (
            Figure((Image(address, asset="0" * 64), Image("x", fallbacks=(address,)), Image("x", asset=address))),
            Embed(url=address),
            Paragraph((Link(address, (Text("文"),)),)),
        )
    ]
    article = fixtures.article("../../outside.txt", "记录", tuple(body), language="zh-Hans")
    path.write_bytes(encode(article) + b"\n")


DRAWINGS = (
    '<image href="{}" width="9" height="9"/>',
    '<image xlink:href="{}" width="9" height="9"/>',
    '<use href="{}#a"/>',
    '<rect fill="url({})" width="9" height="9"/>',
    '<rect style="fill:url({})" width="9" height="9"/>',
    '<style>@import "{}";</style>',
    "<style>rect {{ fill: url({}) }}</style>",
    '<foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="{}"/></foreignObject>',
    '<a href="{}"><rect width="9" height="9"/></a>',
    '<filter id="f"><feImage href="{}"/></filter><rect filter="url(#f)" width="9" height="9"/>',
    "<text>&e;</text>",
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{}"/>',
)


def _drawings(corpus: Path, every: list[str]) -> None:
    """SVG files that reach outside, and a document that shows them."""
    names = []
    for at, inner in enumerate(DRAWINGS):
        for number, address in enumerate(every):
            plain = address.replace("\0", "").replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
            entity = f'<!DOCTYPE svg [<!ENTITY e SYSTEM "{plain}">]>' if "&e;" in inner else ""
            sheet = f'<?xml-stylesheet href="{plain}"?>'
            head = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="20" height="20"'
            (corpus / f"d-{at}-{number}.svg").write_text(f"{sheet}{entity}<svg {head}>{filled(inner, plain)}</svg>", "utf-8")
            names.append(f"d-{at}-{number}.svg")
    shown = "\n".join(f"![图]({name})" for name in names)
    (corpus / "drawings.md").write_text(f"---\ntitle: 画\n---\n\n{shown}\n", "utf-8")


def laid_out(tmp_path: Path, port: int, step: int) -> tuple[Path, Path, int]:
    """A corpus of attacks, a folder of secrets beside it, and how many references there are."""
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    corpus.mkdir()
    outside.mkdir()
    (outside / "secret.png").write_bytes(png(CANARY, 200))
    (outside / "secret.css").write_text(f"p {{ content: '{CANARY}' }}", "utf-8")
    (outside / "secret.txt").write_text(f"秘密\n\n{CANARY}。\n", "utf-8")
    (corpus / "good.png").write_bytes(png("fine", 10))
    (corpus / "good.md").write_text("---\ntitle: 好\n---\n\n![图](good.png)\n", "utf-8")
    (corpus / "leak.png").symlink_to(outside / "secret.png")
    (corpus / "leak.txt").symlink_to(outside / "secret.txt")
    (corpus / "folder").symlink_to(outside)
    (corpus / "loop").symlink_to(corpus)
    return corpus, outside, documents(corpus, outside / "secret.png", port, step)


def watched(forbidden: Path, log: Path, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """A command of archivekit's under the hook."""
    command = [sys.executable, str(HERE / "watched.py"), str(forbidden), str(log), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=300)


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every output, unpacked as far as it goes: files, members of EPUBs, streams and strings of PDFs."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        yield path.name, path.read_bytes()
        if path.suffix == ".epub":
            with zipfile.ZipFile(path) as book:
                yield from ((f"{path.name}/{name}", book.read(name)) for name in book.namelist())
        elif path.suffix == ".pdf":
            with pikepdf.open(path) as pdf:
                for one in pdf.objects:
                    if isinstance(one, pikepdf.Stream):
                        yield path.name, one.read_raw_bytes() if "/DCTDecode" in str(one.get("/Filter")) else one.read_bytes()
                    yield path.name, one.unparse()


def assert_nothing_got_out(tmp_path: Path, formats: tuple[str, ...], listener: socket.socket, step: int = 1) -> None:
    corpus, outside, references = laid_out(tmp_path, listener.getsockname()[1], step)
    log, out = tmp_path / "log", tmp_path / "out"
    options = [part for name in formats for part in ("--format", name)]
    done = watched(outside, log, "build", corpus, corpus / "records.jsonl", "--out", out, "--quiet", "--jobs", "1", *options)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert log.read_text("utf-8") == ""
    assert unvisited(listener)
    assert references * step > 5000
    secret = hashlib.sha256((outside / "secret.png").read_bytes()).hexdigest().encode()
    for name, data in contents(out):
        assert CANARY.encode() not in data and secret not in data, name
        assert not re.search(rb"<(?:script|iframe|object|embed|form|base|link rel=.attachment)\b", data) or not name.endswith(
            ".xhtml"
        )
    if "epub" in formats:
        good, empty = pictures(out / "archive.epub")
        assert (good.suffix, empty.suffix) == ("png", "svg")
        assert re.fullmatch(rb"<svg [^<>]*></svg>", empty.data) and b"127.0.0.1" not in empty.data


def test_some_addresses_in_every_place_are_not_followed(tmp_path: Path, listener: socket.socket) -> None:
    assert_nothing_got_out(tmp_path, ("jsonl", "epub"), listener, 9)


@pytest.mark.slow
def test_no_address_anywhere_is_followed(tmp_path: Path, listener: socket.socket) -> None:
    assert_nothing_got_out(tmp_path, ("jsonl", "epub"), listener)


@pytest.mark.slow
def test_no_address_anywhere_is_followed_for_print(tmp_path: Path, listener: socket.socket) -> None:
    assert_nothing_got_out(tmp_path, ("pdf",), listener, 9)


# --- law 1 --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_whole_build_opens_no_socket_and_starts_no_program_but_fc_list(tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = watched(tmp_path / "nowhere", log, "build", HERE.parent / "corpus", "--out", tmp_path / "out", "--jobs", "1")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert log.read_text("utf-8") == ""
    assert {path.suffix for path in (tmp_path / "out").iterdir() if path.is_file()} == {".epub", ".pdf", ".jsonl", ".json"}


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "open(sys.argv[1] + '/../secret/x')",
        "import pathlib; list(pathlib.Path(sys.argv[1] + '/../secret').iterdir())",
    ],
)
def test_the_watch_sees_what_it_should(tmp_path: Path, attempt: str) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x").write_text("x")
    (tmp_path / "folder").mkdir()
    script = f"import sys; sys.path.insert(0, {str(HERE)!r}); import watched; sys.addaudithook(watched.watch)\n"
    script += f"sys.argv = ['x', {str(tmp_path / 'folder')!r}]\n{attempt}\n"
    command = [sys.executable, "-c", script, str(tmp_path / "secret"), str(tmp_path / "log")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1 and b"PermissionError: watched" in done.stderr
    assert (tmp_path / "log").read_text() != ""


# --- settings, reports, packages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('css = "../outside/secret.css"', "is not inside the corpus"),
        ('css = "folder/secret.css"', "leads out of the corpus"),
        ('cover = "leak.png"', "leads out of the corpus"),
        ('cover = "/etc/hostname"', "is not inside the corpus"),
        ('store = "folder"', "leads out of the corpus"),
        ('static = ["i", "folder"]', "leads out of the corpus"),
        ('static = ["../outside"]', "is not inside the corpus"),
        ('profiles = ["folder"]', "leads out of the corpus"),
        ("[limits]\ndepth = 513", "may only lower a limit; --limit depth=513 raises it"),
        ("[limits]\ndeepness = 5", "unknown field"),
        ("[limits]\ndepth = 0", ">= 1"),
    ],
)
def test_settings_lead_nowhere_outside(tmp_path: Path, line: str, said: str) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    corpus.mkdir()
    outside.mkdir()
    (outside / "secret.css").write_text("p { margin: 0 }")
    (outside / "secret.png").write_bytes(png())
    (corpus / "leak.png").symlink_to(outside / "secret.png")
    (corpus / "folder").symlink_to(outside)
    (corpus / "a.txt").write_text("标题\n\n文字。\n", "utf-8")
    (corpus / "archivekit.toml").write_text(line + "\n", "utf-8")
    with pytest.raises(ConfigError) as error:
        pipeline.build(corpus, tmp_path / "out", {"formats": ["jsonl"]})
    assert said in str(error.value)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A corpus with a secret beside it, and its outputs."""
    corpus, dist, _ = small.built(tmp_path_factory.mktemp("archive"), "jsonl", "epub")
    (corpus.parent / "secret.txt").write_text(f"秘密\n\n{CANARY}。\n", "utf-8")
    return corpus, dist


def forged(archive: tuple[Path, Path], tmp_path: Path, **changes: object) -> Path:
    """A copy of the outputs whose report says something else, and is sealed as it should be."""
    dist = tmp_path / "forged"
    dist.mkdir()
    for path in archive[1].iterdir():
        if path.is_file():
            (dist / path.name).write_bytes(path.read_bytes())
    report = reports.decode((dist / "x.report.json").read_bytes())
    report = msgspec.structs.replace(report, **{name: change(report) for name, change in changes.items()})  # type: ignore[operator]
    reports.write(report, dist / "x.report.json")
    return dist


OUTSIDE = ("../secret.txt", "feeds/../../secret.txt", "/etc/hostname", "folder/secret.txt", "a\0b", "..", "")


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("part", ["sources", "quarantined", "duplicates"])
def test_a_report_cannot_name_files_outside(archive: tuple[Path, Path], tmp_path: Path, path: str, part: str) -> None:
    corpus = archive[0]
    if not (corpus / "folder").is_symlink():
        (corpus / "folder").symlink_to(corpus.parent)

    def named(report: reports.Report) -> tuple[object, ...]:
        first, *rest = getattr(report, part)
        return (msgspec.structs.replace(first, path=path), *rest)

    dist = forged(archive, tmp_path, **{part: named})
    opened: list[object] = []
    sys.addaudithook(lambda event, given: opened.append(given[0]) if event == "open" and "secret" in str(given[0]) else None)
    verification = verify(dist, sources=corpus)
    assert opened == []
    assert [finding.id for finding in verification.findings if finding.file == path] == ["source.missing"]
    assert CANARY not in str(verification)


@pytest.mark.parametrize("name", ["../x.jsonl", "/etc/hostname", "a/b.jsonl"])
def test_a_report_cannot_name_outputs_elsewhere(archive: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    dist = forged(
        archive, tmp_path, outputs=lambda report: (msgspec.structs.replace(report.outputs[0], file=name), *report.outputs[1:])
    )
    assert "report.unreadable" in {finding.id for finding in verify(dist).findings}


@pytest.mark.parametrize("settings", [{"static": ("../..",)}, {"profiles": ("/etc",)}, {"store": "../x"}, {"name": "../x"}])
def test_a_report_cannot_hold_settings_that_lead_outside(
    archive: tuple[Path, Path], tmp_path: Path, settings: dict[str, object]
) -> None:
    dist = forged(archive, tmp_path, settings=lambda report: msgspec.structs.replace(report.settings, **settings))
    assert "report.unreadable" in {finding.id for finding in verify(dist, sources=archive[0]).findings}


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_package_holds_nothing_from_outside(archive: tuple[Path, Path], tmp_path: Path, path: str) -> None:
    corpus = archive[0]
    if not (corpus / "folder").is_symlink():
        (corpus / "folder").symlink_to(corpus.parent)
    skipped = reports.Skipped(path, "extension")
    dist = forged(archive, tmp_path, skipped=lambda report: (*report.skipped, skipped))
    before = set(tmp_path.rglob("*"))
    bag.bag(dist, tmp_path / "bag", sources=corpus)
    new = set(tmp_path.rglob("*")) - before
    assert all(one.is_relative_to(tmp_path / "bag") for one in new)
    assert not any(CANARY.encode() in one.read_bytes() for one in new if one.is_file())
    assert (tmp_path / "bag" / "data" / "sources" / "feeds" / "tide.txt").is_file()


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "/evil.txt", "EPUB/../../evil.txt", "C:\\evil.txt", "EPUB/images/../../evil.png"]
)
def test_members_of_an_archive_are_never_written_by_their_names(
    archive: tuple[Path, Path], tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "x.epub"
    book.write_bytes((archive[1] / "x.epub").read_bytes())
    with zipfile.ZipFile(book, "a") as pack:
        pack.writestr(name, CANARY)
    assert extract(book) == (archive[1] / "x.jsonl").read_bytes()
    assert all(len(picture.sha256) == 64 for picture in pictures(book))
    assert [path.name for path in tmp_path.rglob("*")] == ["x.epub"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_what_is_no_file_is_not_waited_for(archive: tuple[Path, Path], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.epub")
    with pytest.raises(BookError, match="is not a file"):
        extract(tmp_path / "x.epub")
    dist = forged(archive, tmp_path)
    (dist / "x.epub").unlink()
    os.mkfifo(dist / "x.epub")
    assert "output.missing" in {finding.id for finding in verify(dist).findings}
    os.mkfifo(dist / "pipe.txt")
    assert [entry.reason for entry in find([dist]).skipped if entry.path == "pipe.txt"] == ["special"]


# --- names --------------------------------------------------------------------------------------------------------

NAMES = (
    *(
        b"\xff\xfe.txt",
        b"\xc0\xafetc.txt",
        b"a\nb.txt",
        b"a\tb\r.txt",
        b"\x1b[31mred.txt",
        b" leading.txt",
        b"trailing .txt",
        b"dots...txt",
    ),
    *(
        b"CON.txt",
        b"NUL",
        b"aux.md",
        b"LPT1.txt",
        b"trailing.",
        b"a.txt ",
        b"case.txt",
        b"CASE.txt",
        b"Case.txt",
        b"-rf.txt",
        b"--help.txt",
    ),
    *(
        "é.txt".encode(),
        "e\u0301.txt".encode(),
        "\u202etxt.exe.txt".encode(),
        "名.txt".encode(),
        "名".encode("gbk") + b".txt",
        b"*.txt",
    ),
    *(
        b"[a].txt",
        b"a;b&c|d`e$(f).txt",
        b"'\"<script>.txt",
        b"%2e%2e%2fx.txt",
        b"..txt",
        b"...txt",
        b"a\\..\\b.txt",
        b"x" * 250 + b".txt",
    ),
    *(
        "\U0001f469\u200d\U0001f469.txt".encode(),
        "ﬁ.txt".encode(),
        "İ.txt".encode(),
        "ß.txt".encode(),
        b"SS.txt",
        b"C:x.txt",
    ),
)


def test_names_of_every_kind(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    laid = []
    for at, name in enumerate(NAMES):
        try:
            with (corpus / os.fsdecode(name)).open("xb") as stream:
                stream.write(f"标题{at}\n\n第{at}段文字，与众不同。\n".encode())
        except OSError:
            continue
        laid.append(at)
    report = pipeline.build(tmp_path / "corpus", tmp_path / "out", {"formats": ["jsonl", "epub"], "name": "x"})
    hidden = [at for at in laid if NAMES[at].startswith(b".")]
    skipped = [entry for entry in report.skipped if entry.reason == "extension"]
    assert len(report.sources) + len(skipped) == len(laid) - len(hidden) and not report.quarantined
    assert len({entry.path for entry in report.sources}) == len(report.sources)
    assert all("\n" not in line for line in (tmp_path / "out" / "x.jsonl").read_text("utf-8").split("\n"))
    verification = verify(tmp_path / "out", sources=tmp_path / "corpus")
    assert verification.findings == ()
    assert verification.sources == len(report.sources)
    bag.bag(tmp_path / "out", tmp_path / "bag", sources=tmp_path / "corpus")
    for member in zipfile.ZipFile(tmp_path / "out" / "x.epub").namelist():
        assert re.fullmatch(r"[A-Za-z0-9/._-]{1,120}", member), member


@pytest.mark.parametrize(
    "path", ["../x", "/etc/hostname", "a/../../x", "link", "folder/x", "none", "a\0", "", ".", "loop/loop/loop"]
)
def test_only_what_is_below_the_root_is_located(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "x").write_text("x")
    (root / "link").symlink_to(tmp_path / "x")
    (root / "folder").symlink_to(tmp_path)
    (root / "loop").symlink_to(root / "loop")
    (root / "a.txt").write_text("a")
    assert locate(root, path) is None
    assert locate(root, "a.txt") == root / "a.txt"


def test_a_file_that_goes_once_it_is_found_costs_itself(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("The tide came in.")
    gone, there = find([tmp_path]).documents
    (tmp_path / "a.txt").unlink()
    with pytest.raises(UnreadableSourceError, match="No such file"):
        read_bytes(gone)
    assert read_bytes(there) == b"The tide came in."


# --- records nobody wrote -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["x", "-1:3", "1:", ":", "1:2:3", "9" * 40 + ":1", "1:2\\u0000"])
def test_a_record_with_impossible_places_is_no_record(tmp_path: Path, at: str) -> None:
    line = encode(fixtures.article("a.txt", "题", (Paragraph((Text("文", at="3:6"),)),), language="zh-Hans"))
    (tmp_path / "x.jsonl").write_bytes(line.replace(b'"3:6"', f'"{at}"'.encode()) + b"\n")
    with pytest.raises(RecordError, match="is not a record"):
        read(tmp_path / "x.jsonl")
