"""The committed book in a real reading system: epub.js in headless Chromium, turned from the first page to the last.

`make check` installs epub.js and the Chromium that Ace uses, and runs this. Screenshots of the first two pages of
every section, and of every page with a picture or table, stay in the folder that is printed, for a person to look at.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

HERE = Path(__file__).parent
BOOK = HERE.parent / "dist" / "sample.epub"
DEVICES = ("phone-light", "phone-dark", "tablet-light", "tablet-dark")
XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What each device showed; see ``reading_system/read.mjs``."""
    modules = os.environ["EPUBJS"]
    chromium = next(name for name in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(name).exists())
    screenshots = tempfile.mkdtemp(prefix="archivekit-reading-")
    print(f"screenshots: {screenshots}")
    command = ["node", HERE / "reading_system" / "read.mjs", BOOK, modules, chromium, screenshots]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    found["screenshots"] = sorted(path.name for path in Path(screenshots).iterdir())
    return found


@pytest.fixture(scope="module")
def book() -> dict[str, bytes]:
    with zipfile.ZipFile(BOOK) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def spine(book: dict[str, bytes]) -> list[str]:
    package = ElementTree.fromstring(book["EPUB/content.opf"])
    items = {item.get("id"): item.get("href", "") for item in package.iter(f"{OPF}item")}
    return [items[reference.get("idref")] for reference in package.iter(f"{OPF}itemref")]


def pictures(book: dict[str, bytes]) -> int:
    """How many images the pages show, an image in two places counted twice."""
    pages = (ElementTree.fromstring(book[f"EPUB/{name}"]) for name in spine(book))
    return sum(1 for page in pages for _ in page.iter(f"{XHTML}img"))


@pytest.mark.parametrize("device", DEVICES)
def test_every_section_is_reached_by_turning_pages(seen: dict[str, Any], book: dict[str, bytes], device: str) -> None:
    assert list(seen[device]["sections"]) == spine(book)
    assert seen[device]["pages"] > len(spine(book))


@pytest.mark.parametrize("device", DEVICES)
def test_every_image_is_shown(seen: dict[str, Any], book: dict[str, bytes], device: str) -> None:
    images = seen[device]["images"]
    assert [image["in"] for image in images if not image["loaded"]] == []
    assert len(images) == pictures(book) > 10


@pytest.mark.parametrize("device", DEVICES)
def test_no_request_leaves_the_machine(seen: dict[str, Any], device: str) -> None:
    requests = seen[device]["requests"]
    assert requests
    assert [url for url in requests if not re.match(r"(blob:)?http://127\.0\.0\.1:\d+/|data:", url)] == []


@pytest.mark.parametrize("device", DEVICES)
def test_the_console_has_nothing_to_say(seen: dict[str, Any], device: str) -> None:
    assert seen[device]["console"] == []


@pytest.mark.parametrize("device", DEVICES)
def test_nothing_is_wider_than_the_page(seen: dict[str, Any], device: str) -> None:
    assert seen[device]["wide"] == []


@pytest.mark.parametrize("device", DEVICES)
def test_text_stands_out_from_the_page(seen: dict[str, Any], device: str) -> None:
    """WCAG 2.2 success criterion 1.4.3: a contrast of 4.5 to 1, in light and in dark."""
    assert seen[device]["contrasts"]
    assert [one for one in seen[device]["contrasts"] if one["ratio"] < 4.5] == []


def test_there_is_a_screenshot_of_every_section_on_every_device(seen: dict[str, Any], book: dict[str, bytes]) -> None:
    for device in DEVICES:
        assert {name.split("-")[2] for name in seen["screenshots"] if name.startswith(device)} == {
            f"{place:03d}" for place in range(len(spine(book)))
        }
