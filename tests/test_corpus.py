"""Facts of the sample corpus: its files are described, its images are there, its encodings are what docs/corpus.md says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from fixtures import article
from PIL import Image

from archivekit.config import load_settings
from archivekit.images.assets import Finder
from archivekit.model import Figure
from archivekit.model import Image as Picture
from archivekit.sites import load_profiles

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
DOCUMENTS = sorted(
    path.relative_to(CORPUS).as_posix()
    for path in CORPUS.rglob("*")
    if path.suffix in {".txt", ".md", ".html"} and path.is_file()
)
ENCODINGS = {
    "pasted/面条.txt": "gb18030",
    "pasted/紙鳶.txt": "big5",
    "pasted/燈塔.txt": "utf-16",
    "pasted/winds.txt": "utf-8-sig",
    "notes/1031.md": "utf-8-sig",
}
LOCAL_IMAGE = re.compile(r"""["'(](/images/[^"')\s]+)""")


def text_of(name: str) -> str:
    return (CORPUS / name).read_bytes().decode(ENCODINGS.get(name, "utf-8"))


def local_images() -> set[str]:
    return {address for name in DOCUMENTS for address in LOCAL_IMAGE.findall(text_of(name))}


def image_files() -> dict[str, Path]:
    """Root-relative address → file, for every file below the static folders."""
    folders = [CORPUS / folder for folder in load_settings(CORPUS).static]
    return {
        "/" + path.relative_to(folder).as_posix(): path for folder in folders for path in folder.rglob("*") if path.is_file()
    }


def test_every_document_has_a_row_and_every_row_a_document() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8"), re.M)
    assert sorted(rows) == DOCUMENTS


def test_named_images_exist_and_no_other_image_does() -> None:
    served = set(image_files())
    named = {address for address in local_images() if "?" not in address}
    srcset = {address for name in DOCUMENTS for address in re.findall(r"(/images/\S+) \d+w", text_of(name))}
    assert named | srcset == served


def test_images_are_of_every_kind_and_small() -> None:
    files = image_files()
    assert {path.suffix for path in files.values()} == {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"}
    assert sum(path.stat().st_size for path in files.values()) < 2_500_000


@pytest.mark.parametrize("path", [path for path in image_files().values() if path.suffix != ".svg"], ids=lambda path: path.name)
def test_image_is_what_its_name_says(path: Path) -> None:
    formats = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".gif": "GIF", ".webp": "WEBP"}
    with Image.open(path) as image:
        image.load()
        assert image.format == formats[path.suffix]


@pytest.mark.parametrize("name", ["pasted/面条.txt", "pasted/紙鳶.txt", "pasted/燈塔.txt"])
def test_legacy_bytes_are_not_utf8(name: str) -> None:
    with pytest.raises(UnicodeDecodeError):
        (CORPUS / name).read_bytes().decode("utf-8")
    assert len(text_of(name)) > 400


@pytest.mark.parametrize("name", ["pasted/winds.txt", "notes/1031.md"])
def test_byte_order_marks_are_there(name: str) -> None:
    assert (CORPUS / name).read_bytes().startswith(b"\xef\xbb\xbf")


def test_addresses_are_in_reserved_domains() -> None:
    proxies = {"images.weserv.nl"}
    vocabularies = {"schema.org", "web.archive.org"}
    hosts = {host for name in DOCUMENTS for host in re.findall(r"https?://([^/\s\"'?)<]+)", text_of(name))}
    foreign = {
        host for host in hosts - proxies - vocabularies if not re.search(r"(\.example|(^|\.)example\.(org|com|net))$", host)
    }
    assert foreign == set()


def test_settings_and_profiles_load() -> None:
    raw = tomllib.loads((CORPUS / "archivekit.toml").read_text(encoding="utf-8"))
    settings = load_settings(CORPUS)
    assert settings.title == raw["title"]
    publishers = {
        profile.publisher for profile in load_profiles(CORPUS / folder for folder in settings.profiles).by_name.values()
    }
    assert {"潮间带周刊", "山月報", "远声电台", "The Harbour Review"} <= publishers


def test_relative_address_of_an_article_with_a_url_still_finds_its_file() -> None:
    image = Picture("https://tideline.example/images/mirror/waggle.png", fallbacks=("/images/mirror/waggle.png",))
    finder = Finder(CORPUS, load_settings(CORPUS).static)
    attached = finder.attach(article("id", "t", (Figure((image,)),)), CORPUS / "mirror" / "x.md")
    assert len(attached.assets) == 1
    assert not attached.article.provenance.notices


def test_remote_image_with_remote_fallbacks_stays_a_placeholder() -> None:
    image = Picture("https://img.harbour.example.com/a.jpg", fallbacks=("//img.example/images/mirror/waggle.png", "data:,x"))
    attached = Finder(CORPUS, load_settings(CORPUS).static).attach(article("id", "t", (Figure((image,)),)), CORPUS / "x.md")
    assert not attached.assets
    assert [notice.id for notice in attached.article.provenance.notices] == ["asset.not-local"]
