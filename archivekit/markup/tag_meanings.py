"""What a single tag stands for: an image, a player or card of a service, or running words; most stand for nothing."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..model import Embed, Figure, Image, Inline, Text
from ..source import Source
from .schemes import runs
from .shortcodes import Tag, Word, tag
from .tag_table import BUTTONS, CAPTIONS, EMBEDS, FRAMES, IMAGES, SOURCES, STYLED, WORDS
from .template_addresses import image_address

_INCLUDE: Final = re.compile(r"(?:.*/)?([\w-]+?)(?:\.\w{1,8})?", re.S)
_ID: Final = re.compile(r"[\w-][\w.-]*(?:/[\w.-]+)?", re.A)
_URL: Final = re.compile(r"https?://\S+|//\S+\.\S+|/\S+")
_IMAGE_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp)(?:[?#]\S*)?$", re.I)


class Said(NamedTuple):
    """Words of a tag that are running text: where they stand in the tag, and the link or the reading they have."""

    words: Word
    url: str | None = None
    """An address, ``""`` for one that is not known; None when they are no link."""
    reading: Word | None = None


def read(code: str) -> Tag | None:
    """A tag by the name that says what it is: of ``{% include figure.html src="a.png" %}`` that is ``figure``."""
    found = tag(code)
    if found is None or found.closing or found.name not in ("include", "include_cached", "include_relative"):
        return None if found is None or found.closing else found
    name = _INCLUDE.fullmatch(found.words[0].text) if found.words else None
    named = {key: word for key, word in found.named.items() if code[word.start - 1] in "\"'"}
    if name is None or not named:
        return None
    provider = named.get("provider")
    return found._replace(name=(provider.text if provider else name[1]).lower(), words=(), named=named)


def block(source: Source, code: str, start: int) -> Figure | Embed | None:
    """The image or the player that a tag is; None when it is none, or when its address is not known."""
    found = read(code)
    if found is None:
        return None
    at = str(source.span(start, start + len(code)))
    if not found.hugo and not found.named and found.name in ("img", "image", "asset_img"):
        return _hexo_image(found, at)
    src = found.get(*SOURCES)
    if src is not None and (found.name in IMAGES or (code.startswith("{%") and _IMAGE_FILE.search(src.text))):
        return _figure(source, found, src, start, at)
    url = _address(found)
    title = found.get("title", "caption")
    return Embed(url=url, title=title.text if title else "", at=at) if url and not runs(url) else None


def words(code: str) -> Said | None:
    """The words of a tag that are running text."""
    found = read(code)
    if found is None:
        return None
    said = _said(found)
    return said if said is not None and said.words.text.strip() and not runs(said.url or "") else None


def _hexo_image(found: Tag, at: str) -> Figure | None:
    """``{% img [class] src [width] [height] ["title" ["alt"]] %}`` and ``{% asset_img src [title] %}``."""
    said = [word.text for word in found.words]
    place = next((at for at, word in enumerate(said) if "/" in word or "." in word), None)
    if place is None or runs(said[place]):
        return None
    rest = [word for word in said[place + 1 :] if not word.isdigit()]
    title = rest[0] if len(rest) > 1 else ""
    return Figure((Image(src=said[place], alt=rest[-1] if rest else "", title=title, at=at),))


def _figure(source: Source, found: Tag, src: Word, start: int, at: str) -> Figure | None:
    """Hugo's ``figure`` and its like; a title without a caption is one."""
    address = image_address(src.text.strip()).url
    if not address or runs(address):
        return None
    title, caption = found.get("title"), found.get(*CAPTIONS)
    alt = found.get("alt")
    image = Image(src=address, alt=alt.text if alt else "", title=title.text if title and caption else "", at=at)
    return Figure((image,), _text(source, caption or title, start), _text(source, found.get("attr", "credit"), start))


def _text(source: Source, word: Word | None, start: int) -> tuple[Inline, ...]:
    return (Text(word.text, str(source.span(start + word.start, start + word.end))),) if word is not None else ()


def _address(found: Tag) -> str:
    """Where the player or the card of a tag is; nothing when that is not said."""
    first = found.get("src", "url", "link") or (found.words[0] if found.words else None)
    if found.name in (*FRAMES, *EMBEDS) and first is not None:
        said = first.text.strip().removeprefix("url=")
        if _URL.fullmatch(said) or (found.name in FRAMES and "src" in found.named):
            return said
    if found.name not in EMBEDS:
        return ""
    named = found.get("id", "bvid", "video_id", "videoid")
    parts = [named.text] if named else [word.text for word in found.words]
    if not parts or not _ID.fullmatch(parts[0]):
        return ""
    return EMBEDS[found.name].format(_identity(found, parts))


def _identity(found: Tag, parts: list[str]) -> str:
    """What stands in an address for one of a service's things."""
    if found.name == "bilibili" and parts[0].isdecimal():
        return f"av{parts[0]}"
    if found.name in ("tweet", "twitter", "x"):
        user = found.named["user"].text if "user" in found.named else parts[0] if len(parts) > 1 else "i"
        return f"{user}/status/{parts[-1]}"
    whole = found.name == "gist" and found.hugo and len(parts) > 1 and _ID.fullmatch(parts[1])
    return "/".join(parts[:2]) if whole else parts[0]


def _said(found: Tag) -> Said | None:
    name, arguments, first = found.name, found.arguments, found.words[0] if found.words else None
    if name in WORDS:
        return Said(first if first is not None and len(found.words) == 1 else arguments)
    if name == "label":
        shown = _after(arguments, "@") or first
        return Said(shown) if shown is not None else None
    if name in STYLED:
        words_ = _after(arguments, "::") or _after(arguments, ",")
        return Said(words_) if words_ is not None else None
    if name == "ruby":
        return _ruby(found)
    if name in BUTTONS and not found.hugo:
        return _button(arguments)
    return _link(found) if not found.hugo else None


def _after(word: Word, sign: str) -> Word | None:
    """What follows a sign in an argument."""
    at = word.text.find(sign)
    return None if at < 0 else _stripped(word, at + len(sign), len(word.text))


def _stripped(word: Word, first: int, last: int) -> Word:
    part = word.text[first:last]
    first += len(part) - len(part.lstrip(" \t\"'"))
    part = part.strip(" \t\"'")
    return Word(part, word.start + first, word.start + first + len(part))


def _ruby(found: Tag) -> Said | None:
    """``{{< ruby "漢字" "かんじ" >}}``, ``{% ruby 漢字|かんじ %}``."""
    whole = found.arguments
    at = whole.text.find("|")
    if at >= 0 and not found.hugo:
        return Said(_stripped(whole, 0, at), reading=_stripped(whole, at + 1, len(whole.text)))
    reading = found.get("rt") or (found.words[1] if len(found.words) == 2 else None)
    base = found.get("rb") or (found.words[0] if found.words else None)
    if base is None or reading is None or reading.start < base.end:
        return None
    return Said(base, reading=reading)


def _button(arguments: Word) -> Said | None:
    """``{% btn address, words, icon %}``."""
    parts = arguments.text.split(",")
    if len(parts) < 2:
        return None
    first = len(parts[0]) + 1
    return Said(_stripped(arguments, first, first + len(parts[1])), parts[0].strip(" \t\"'"))


def _link(found: Tag) -> Said | None:
    """Hexo's ``{% link words address %}``, ``{% asset_link file words %}`` and ``{% post_link name words %}``."""
    whole, said = found.arguments, found.words
    if found.name == "link":
        place = next((at for at, word in enumerate(said) if at and word.text.startswith(("http://", "https://", "/"))), 0)
        return Said(_stripped(whole, 0, said[place].start - whole.start), said[place].text) if place else None
    if found.name not in ("asset_link", "post_link") or len(said) < 2:
        return None
    last = said[-2] if len(said) > 2 and said[-1].text in ("true", "false") else said[-1]
    words_ = _stripped(whole, said[1].start - whole.start, last.end - whole.start)
    return Said(words_, said[0].text if found.name == "asset_link" else "")
