"""encodings: bytes of unknown origin to text, with every damaged byte in its place.

The order is: byte order mark, strict UTF-8, the charset an HTML head declares, UTF-8 with a little damage, UTF-16
without a mark, and last what the bytes look like. GB 2312 and GBK are always read as GB 18030, which contains them;
Big5 as cp950 or Big5-HKSCS, whichever fits. Only codecs that have one length a character are used, so that offsets
are exact. No codec is registered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from .errors import BinarySourceError

SAMPLE = 64 * 1024
"""Bytes that a guess may look at."""

_WINDOW = 4096
_LISTED = 10
"""Damaged places that are listed one by one."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_MAGIC = tuple(
    (re.compile(pattern, re.DOTALL), name)
    for pattern, name in (
        (rb"\x89PNG\r\n\x1a\n", "a PNG image"), (rb"\xff\xd8\xff", "a JPEG image"), (rb"GIF8[79]a.{0,60}\0", "a GIF image"),
        (rb"PK(?:\x03\x04|\x05\x06)", "a ZIP archive"), (rb"%PDF-\d\.\d\s", "a PDF"), (rb"\x1f\x8b", "a gzip file"),
        (rb"7z\xbc\xaf\x27\x1c", "a 7z archive"), (rb"\xd0\xcf\x11\xe0", "an OLE document"), (rb"\x7fELF", "a program"),
        (rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", "a bzip2 file"), (rb"\xfd7zXZ", "an xz file"),
        (rb"\x28\xb5\x2f\xfd", "a zstd file"), (rb"SQLite format 3\0", "a database"), (rb"OggS\0", "an Ogg file"),
        (rb"ID3[\x02-\x04][\0-\x1f]", "an MP3 file"), (rb"wOF[2F](?:\0\x01\0\0|OTTO|true)", "a font"),
    )
)  # fmt: skip
"""What other files begin with, and what no text does: where a signature is letters, with what has to follow it."""

_CONTROLS = bytes({*range(1, 9), *range(14, 27), *range(28, 32), 127})
_HOLES = re.compile(rb"\0+")
_DECLARED = re.compile(
    rb"<meta[^>]{0,300}?charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([\w-]{2,30})|<\?xml[^>]{0,200}?encoding\s{0,4}=\s{0,4}[\"']([\w-]{2,30})",
    re.IGNORECASE,
)
_BIG5 = ("cp950", "big5hkscs")
_LABELS = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936", "chinese", "euc-cn"), ("gb18030",)),
    **dict.fromkeys(("big5", "big5-hkscs", "cn-big5", "x-x-big5", "cp950"), _BIG5),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), ("cp932",)),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "windows-949", "korean"), ("cp949",)),
    **dict.fromkeys(("iso-8859-1", "latin1", "windows-1252", "us-ascii", "ascii"), ("cp1252",)),
    "euc-jp": ("euc_jp",),
}  # fmt: skip
"""Labels of the WHATWG Encoding Standard that an HTML page may declare, and the codecs they stand for here."""

_ROWS = re.compile("[\u3041-\u30fe\u0401-\u0451々①-⑽]")
"""What cp950 makes of rows C6 and C7."""

_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_LETTER = re.compile(r"[^\W\d_\x00-\x7f]")

_NEIGHBOURS = (("cp932", "cp932", _KANA, 0.25), ("euc_jp", "euc_jp", _KANA, 0.25), ("cp949", "euc_kr", _HANGUL, 0.95))
"""A codec, the one whose letters are in daily use, the letters of its own, and their least share."""
_GUESSES = ("gb18030", *_BIG5, "utf-16-le", "utf-16-be", "cp1252")


class Segment(msgspec.Struct, frozen=True):
    """A stretch of text and where it starts, in the text and in the file. A damaged one is U+FFFD for ``size`` bytes."""

    char: int
    byte: int
    size: int
    text: str
    damaged: bool = False


class Decoding(msgspec.Struct, frozen=True):
    """What a file's bytes say: ``basis`` is ``bom``, ``declared``, ``strict-utf-8`` or ``detected``; ``problems`` are
    an id, a message and the bytes it is about."""

    encoding: str
    basis: str
    segments: tuple[Segment, ...]
    problems: tuple[tuple[str, str, int, int], ...]


def decode(data: bytes) -> Decoding:
    """Decode a file; raises BinarySourceError when it is not text in any known encoding."""
    for magic, name in _MAGIC:
        if magic.match(data):
            raise BinarySourceError(f"{name}, not text", offset=0)
    encoding, basis, skip = _identify(data)
    segments = tuple(_segments(data, skip, encoding))
    return Decoding(encoding, basis, segments, tuple(_problems(data, segments, encoding)))


def _identify(data: bytes) -> tuple[str, str, int]:
    """The codec, the basis, and how many bytes of byte order marks come first."""
    for mark, encoding in _MARKS:
        if data.startswith(mark) and _fits(data[len(mark) :], encoding):
            skip = len(mark)
            while data.startswith(mark, skip):
                skip += len(mark)
            return encoding, "bom", skip
    if strange := _strangeness(data):
        if wide := _wide(data):
            return wide, "detected", 0
        raise BinarySourceError(strange, offset=0)
    if _is_strict(data, "utf-8"):
        return "utf-8", "strict-utf-8", 0
    if declared := _declared(data):
        return declared, "declared", 0
    return _guess(data), "detected", 0


def _fits(data: bytes, encoding: str) -> bool:
    """Whether a mark is believable: UTF-16 and UTF-32 must decode with next to no damage."""
    if encoding == "utf-8":
        return True
    text = data[:SAMPLE].decode(encoding, "replace")
    return text.count("\ufffd") <= 1 + len(text) // 50


def _is_strict(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _strangeness(data: bytes) -> str:
    """Why bytes are no text of one byte a letter: such text has next to no controls; empty when they may be. A hole
    of NULs, such as a lost disk block leaves, does not make a text binary; NULs all over do."""
    if b"\0" in data and (data.count(0) * 2 > len(data) or len(_HOLES.findall(data)) * 50 > len(data)):
        return "full of NUL bytes"
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return "full of control characters" if controls > 8 and controls * 20 > len(data) else ""


def _declared(data: bytes) -> str | None:
    """The codec an HTML head declares, if the bytes agree."""
    match = _DECLARED.search(data[:4096])
    if match is None:
        return None
    label = (match[1] or match[2]).decode("ascii", "replace").lower()
    codecs = _LABELS.get(label, ())
    if not codecs:
        return None
    best = _best(data, codecs)
    return best if _damage(data, best) <= 0.02 else None


def _best(data: bytes, codecs: tuple[str, ...]) -> str:
    """The codec that decodes most. Two that decode everything are Big5's: the standard's (WHATWG) rows C6 and C7,
    which are ① or kana, are right in Big5-HKSCS only, its punctuation is right in cp950 only."""
    best = min(codecs, key=lambda codec: _damage(data, codec))
    if best == "cp950" and _ROWS.search(data.decode("cp950", "replace")) and _is_strict(data, "big5hkscs"):
        return "big5hkscs"
    return best


def _guess(data: bytes) -> str:
    """What bytes that are not UTF-8 look like."""
    if _is_damaged_utf8(data):
        return "utf-8"
    sample = _sample(data)
    if neighbour := _neighbour(sample):
        return neighbour
    if wide := _wide(data):
        return wide
    scores = {codec: _likeness(sample, codec) for codec in _GUESSES}
    best = max(scores, key=lambda codec: scores[codec])
    if detected := _by_statistics(sample):
        best = detected if scores[detected] > scores[best] - 0.3 else best
    if best in _BIG5:
        best = _best(data, _BIG5)
    if scores[best] < 0 or (_damage(data, best) > 0.1 and len(data) > 200):
        raise BinarySourceError("not text in any encoding that is known")
    return best


def _neighbour(sample: bytes) -> str | None:
    """Japanese and Korean are told by letters of their own, of which Chinese has next to none: a fourth kana, or nearly all
    Hangul. What Chinese bytes would be in their encodings has a third of its letters among other ideographs."""
    for codec, held, own, share in _NEIGHBOURS:
        text = sample.decode(held, "replace")
        letters = len(_LETTER.findall(text))
        if letters >= 8 and text.count("\ufffd") * 50 <= letters and len(own.findall(text)) >= share * letters:
            return codec
    return None


def _by_statistics(sample: bytes) -> str | None:
    """What charset-normalizer makes of it; it gives no answer at all when one byte is damaged. Few texts need it."""
    import charset_normalizer

    isolated = ["gb18030", "big5hkscs", "cp950"]
    found = charset_normalizer.from_bytes(sample, cp_isolation=isolated).best()
    return found.encoding if found is not None and found.encoding in isolated else None


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether most of what is not ASCII is well-formed UTF-8: other encodings are so by accident only."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    good = _beyond_ascii(text) - bad
    return good >= 4 * bad or (good > 0 and bad == 1 and text.endswith("\ufffd"))


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark."""
    sample = data[:SAMPLE]
    if len(data) % 4 == 0:
        for codec in ("utf-32-le", "utf-32-be"):
            if _is_strict(data, codec):
                return codec
    scores = {codec: _likeness(sample, codec) for codec in ("utf-16-le", "utf-16-be")}
    best = max(scores, key=lambda codec: scores[codec])
    return best if scores[best] > 0.6 else None


def _sample(data: bytes) -> bytes:
    """The head of a file, cut where a line ends when it has to be cut."""
    if len(data) <= SAMPLE:
        return data
    return data[: data.rfind(b"\n", SAMPLE // 2, SAMPLE) + 1 or SAMPLE]


def _likeness(sample: bytes, codec: str) -> float:
    """How much the characters a codec finds look like writing, from 1 (all common) down to -4 (all damaged)."""
    wide = codec.startswith("utf-16")
    text = sample.decode(codec, "replace")[:8000]
    if codec == "cp1252":
        return _western(sample)
    signs = {sign: number for sign, number in Counter(text).items() if wide or sign > "\x7f"}
    charset = ("ksc5601" if b"\0" in sample else "") if wide else "gb2312" if codec == "gb18030" else "cp950"
    worth = sum(number * _worth(sign, charset) for sign, number in signs.items())
    return worth / sum(signs.values()) if signs else 0.0


def _western(sample: bytes) -> float:
    """Western text has its accents one at a time between plain letters."""
    high = len(re.findall(rb"[\x80-\xff]", sample))
    lone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", sample))
    undefined = len(re.findall(rb"[\x81\x8d\x8f\x90\x9d]", sample))
    return (lone - 2 * (high - lone) - 4 * undefined) / max(1, high) - high / max(1, len(sample))


@lru_cache(maxsize=16384)
def _worth(sign: str, charset: str) -> float:
    """How common a character is: by its level in GB 2312 or Big5, whose first levels hold what is in daily use. Without a
    charset, in either; Hangul counts in KS C 5601 only, for two bytes of Chinese are Hangul in UTF-16."""
    if charset == "ksc5601" and _HANGUL.match(sign):
        return 1.0
    if charset in ("", "ksc5601"):
        return max(_worth(sign, "gb2312"), _worth(sign, "cp950"))
    if sign == "\ufffd":
        return -4.0
    if sign.isascii():
        return 1.0 if sign.isprintable() or sign in "\t\r\n" else -2.0
    try:
        lead = sign.encode(charset)[0]
    except UnicodeEncodeError:
        return -0.5
    punctuation, first, second = ((0xA1, 0xA3), (0xB0, 0xD7), (0xD8, 0xF7))
    if charset == "cp950":
        punctuation, first, second = ((0xA1, 0xA2), (0xA4, 0xC6), (0xC9, 0xF9))
    if lead in punctuation or first[0] <= lead <= first[1]:
        return 1.0
    return 0.2 if second[0] <= lead <= second[1] else -0.5


def _damage(data: bytes, codec: str) -> float:
    """The share of what is not ASCII that a codec cannot decode."""
    text = data.decode(codec, "replace")
    return text.count("\ufffd") / max(1, _beyond_ascii(text))


def _beyond_ascii(text: str) -> int:
    """How many characters are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


# --- decoding with damage in its place ----------------------------------------------------------------------------


def _segments(data: bytes, at: int, encoding: str) -> Iterator[Segment]:
    """The text from ``at`` on: one segment, or one for each stretch between damaged places."""
    try:
        yield Segment(0, at, len(data) - at, data[at:].decode(encoding))
        return
    except UnicodeDecodeError:
        pass
    char, start, good = 0, at, []
    while at < len(data):
        text, size, bad = _next(data, at, encoding)
        good.append(text)
        at += size
        if bad or at >= len(data):
            whole = "".join(good)
            if whole:
                yield Segment(char, start, at - start, whole)
            char, good = char + len(whole), []
            if bad:
                mark = data[at : at + bad].decode(encoding, "replace")
                yield Segment(char, at, bad, mark, damaged=True)
                char, at = char + len(mark), at + bad
            start = at


def _next(data: bytes, at: int, encoding: str) -> tuple[str, int, int]:
    """The text that can be decoded at ``at``, its size in bytes, and the size of the damage after it."""
    window = data[at : at + _WINDOW]
    try:
        return window.decode(encoding), len(window), 0
    except UnicodeDecodeError as error:
        good = window[: error.start].decode(encoding)
        cut = error.start and len(window) - error.start < 8 and at + len(window) < len(data)
        return good, error.start, 0 if cut else error.end - error.start


def _problems(data: bytes, segments: tuple[Segment, ...], encoding: str) -> Iterator[tuple[str, str, int, int]]:
    damaged = [segment for segment in segments if segment.damaged]
    for segment in damaged[:_LISTED]:
        raw = data[segment.byte : segment.byte + segment.size]
        message = f"{raw.hex(' ')} at byte {segment.byte} is not {encoding}{_elsewhere(data, segment, encoding)}"
        yield "source.undecodable-byte", f"{message}; U+FFFD stands for it", segment.byte, segment.byte + segment.size
    if len(damaged) > _LISTED:
        message = f"{len(damaged) - _LISTED} more places cannot be decoded"
        yield "source.undecodable-byte", message, damaged[_LISTED].byte, damaged[-1].byte + damaged[-1].size
    nuls = sum(segment.text.count("\0") for segment in segments)
    if nuls:
        holder = next(segment for segment in segments if "\0" in segment.text)
        first = holder.byte + len(holder.text[: holder.text.index("\0")].encode(encoding, "replace"))
        yield "source.nul", f"NUL characters in the text: {nuls}", first, first + len("\0".encode(encoding))


def _elsewhere(data: bytes, segment: Segment, encoding: str) -> str:
    """What the other Big5 has where this one has nothing."""
    other = {"cp950": "big5hkscs", "big5hkscs": "cp950"}.get(encoding)
    pair = data[segment.byte : segment.byte + 2]
    if other is None or len(pair) < 2 or not _is_strict(pair, other):
        return ""
    return f" ({pair.hex(' ')} is {pair.decode(other)} in {other})"
