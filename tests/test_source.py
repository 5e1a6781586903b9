"""Sources: what any bytes decode to, and the map between characters and bytes."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archivekit.errors import BinarySourceError, EmptySourceError, SourceError, SourceTooLargeError
from archivekit.limits import Limits
from archivekit.source import Source, load

HANS = (
    "昨天夜里，市图书馆的老馆员把三十年来的借书卡一张一张整理好，放进木柜。"
    "他说：“每一张卡片都是一个人的下午。”\r\n第二天，读者来了很多。\n"
)
HANT = (
    "昨天夜裡，市圖書館的老館員把三十年來的借書卡一張一張整理好，放進木櫃。"
    "他說：「每一張卡片都是一個人的下午。」\n第二天，讀者來了很多。\n"
)
MIXED = f"Title: 借书卡 & cards 123\n\n{HANS}End of page 4.\n"

JAPANESE = "夕方の港では、小さな船がゆっくりと帰ってくる。カモメの声がひびき、子どもたちは堤防でつりをしていた。\n"
KOREAN = "저녁 항구에는 작은 배가 천천히 돌아온다. 갈매기 소리가 울리고 아이들은 둑에서 낚시를 하고 있었다.\n"

DETECTED = [
    # (text, how it is written, prefix, the codec and the basis that are recorded)
    (HANS, "utf-8", b"", "utf-8", "strict-utf-8"),
    (HANS + "😀𠮷", "utf-8", b"\xef\xbb\xbf", "utf-8", "bom"),
    (HANS, "utf-8", b"\xef\xbb\xbf\xef\xbb\xbf", "utf-8", "bom"),
    (HANS + "😀", "utf-16-le", b"\xff\xfe", "utf-16-le", "bom"),
    (HANS, "utf-16-be", b"\xfe\xff", "utf-16-be", "bom"),
    (HANS, "utf-32-le", b"\xff\xfe\x00\x00", "utf-32-le", "bom"),
    (HANS, "utf-32-be", b"\x00\x00\xfe\xff", "utf-32-be", "bom"),
    (HANS, "utf-16-le", b"", "utf-16-le", "detected"),
    (HANT, "utf-16-be", b"", "utf-16-be", "detected"),
    ("Plain words only.\n", "utf-16-le", b"", "utf-16-le", "detected"),
    (HANS, "utf-32-le", b"", "utf-32-le", "detected"),
    (HANS, "gb2312", b"", "gb18030", "detected"),
    (HANS + "镕喆", "gbk", b"", "gb18030", "detected"),
    (HANS + "𠮷", "gb18030", b"", "gb18030", "detected"),
    (HANS, "gb18030", b"\x84\x31\x95\x33", "gb18030", "bom"),
    (MIXED, "gbk", b"", "gb18030", "detected"),
    (HANT, "gbk", b"", "gb18030", "detected"),
    (HANT, "big5", b"", "cp950", "detected"),
    (HANT + "€‧", "cp950", b"", "cp950", "detected"),
    (HANT + "①さくら", "big5hkscs", b"", "big5hkscs", "detected"),
    (HANT + "喆嘅", "big5hkscs", b"", "big5hkscs", "detected"),
    ("Un café près de la forêt, un été à Genève.\n", "cp1252", b"", "cp1252", "detected"),
    (JAPANESE, "cp932", b"", "cp932", "detected"),
    (JAPANESE, "euc_jp", b"", "euc_jp", "detected"),
    (JAPANESE, "utf-16-be", b"", "utf-16-be", "detected"),
    (KOREAN, "cp949", b"", "cp949", "detected"),
    (KOREAN, "utf-16-le", b"", "utf-16-le", "detected"),
    ("ID3算法是一种决策树。", "utf-8", b"", "utf-8", "strict-utf-8"),
    ("GIF89a 格式详解。", "utf-8", b"", "utf-8", "strict-utf-8"),
    ("BZhang 写道：文字。", "gb18030", b"", "gb18030", "detected"),
    ("<meta charset='gb2312'><p>你好", "gbk", b"", "gb18030", "declared"),
    ('<meta http-equiv="Content-Type" content="text/html; charset=big5"><p>你好', "big5", b"", "cp950", "declared"),
    ('<?xml version="1.0" encoding="Shift_JIS"?><p>日本語です', "cp932", b"", "cp932", "declared"),
    ("<meta charset=gbk><p>你好", "utf-8", b"", "utf-8", "strict-utf-8"),
    ("<meta charset=zlib>" + HANS, "gbk", b"", "gb18030", "detected"),
]


@pytest.mark.parametrize(("text", "codec", "mark", "encoding", "basis"), DETECTED)
def test_detects_the_encoding(text: str, codec: str, mark: bytes, encoding: str, basis: str) -> None:
    source = load("a.txt", mark + text.encode(codec))
    assert (source.text, source.encoding, source.encoding_basis) == (text, encoding, basis)
    assert source.notices == ()
    assert source.byte(0) == len(mark)
    assert_law(source)


def assert_law(source: Source) -> None:
    """Every split of the text is a split of the bytes, and back."""
    offsets = [source.byte(char) for char in range(len(source.text) + 1)]
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(source.data)
    for char in range(len(source.text)):
        raw = source.data[offsets[char] : offsets[char + 1]]
        assert raw.decode(source.encoding, "replace") == source.text[char]
        assert source.char(offsets[char]) == char
        assert source.char(offsets[char + 1] - 1) == char
    assert source.char(len(source.data)) == len(source.text)


def test_one_bad_byte_stays_utf_8_and_is_named() -> None:
    data = HANS.encode()
    data = data[:30] + b"\xff" + data[30:]
    source = load("a.txt", data)
    assert source.encoding == "utf-8"
    assert source.text == HANS[:10] + "\ufffd" + HANS[10:]
    (notice,) = source.notices
    assert notice.id == "source.undecodable-byte"
    assert notice.span == (30, 31)
    assert "byte 30" in notice.message
    assert_law(source)


@pytest.mark.parametrize("cut", [1, 2])
@pytest.mark.parametrize("text", [HANS.strip(), "你好"])
def test_a_cut_character_at_the_end(text: str, cut: int) -> None:
    source = load("a.txt", text.encode() + "好".encode()[:-cut])
    assert source.text == text + "\ufffd"
    assert source.notices[0].span == (len(source.data) - 3 + cut, len(source.data))
    assert_law(source)


@pytest.mark.parametrize("codec", ["gb18030", "cp950", "utf-16-le"])
def test_damage_in_other_encodings(codec: str) -> None:
    text = HANT * 4
    data = text.encode(codec)
    source = load("a.txt", data[:-1])
    assert source.encoding == codec
    assert source.text == (text[:-1] if codec != "utf-16-le" else text[:-1] + "\ufffd")
    half = len((HANT * 2).encode(codec))
    bad = b"\xff" if codec != "utf-16-le" else b"\x00\xd8"
    source = load("a.txt", data[:half] + bad + data[half:])
    assert source.text == HANT * 2 + "\ufffd" + HANT * 2
    assert [notice.span for notice in source.notices] == [(half, half + len(bad))]
    assert_law(source)


def test_big5_that_neither_codec_has_whole() -> None:
    """cp950 lacks 喆, Big5-HKSCS lacks €: the codec with less damage is taken, the notice says what the other has."""
    data = HANT.encode("cp950") + "€€".encode("cp950") + "喆".encode("big5hkscs") + HANT.encode("cp950")
    source = load("a.txt", data)
    assert source.encoding == "cp950"
    assert source.text.startswith(HANT + "€€\ufffd")
    assert "喆 in big5hkscs" in source.notices[0].message
    assert_law(source)


def test_many_bad_bytes_are_summed_up() -> None:
    data = b"".join(sign.encode() * 9 + b"\xfe" for sign in HANS)
    source = load("a.txt", data)
    assert source.text.count("\ufffd") == len(HANS)
    assert len(source.notices) == 11
    assert source.notices[-1].message.startswith(f"{len(HANS) - 10} more")


def test_nul_characters_are_kept_and_reported() -> None:
    source = load("a.txt", HANS.encode() + b"\0" + HANS.encode())
    assert source.text == HANS + "\0" + HANS
    (notice,) = source.notices
    assert (notice.id, notice.span) == ("source.nul", (len(HANS.encode()), len(HANS.encode()) + 1))


def test_a_hole_of_nuls_does_not_make_a_text_binary() -> None:
    source = load("a.txt", (HANS * 9).encode() + bytes(400) + (HANS * 9).encode())
    assert source.text == HANS * 9 + "\0" * 400 + HANS * 9
    assert source.notices[0].message == "NUL characters in the text: 400"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"PK\x03\x04rest",
        b"%PDF-1.7 words",
        b"\xff\xd8\xff\xe0JFIF",
        bytes(range(256)) * 9,
        bytes(500) + b"text",
        b"\x7fELF" + bytes(60),
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00;",
        b"ID3\x03\x00words and more words",
        b"BZh91AY&SY more words",
        bytes((7 * i * i + 13 * i) % 256 for i in range(4000)),
    ],
)
def test_refuses_what_is_no_text(data: bytes) -> None:
    with pytest.raises(BinarySourceError) as caught:
        load("a.bin", data)
    assert caught.value.path == "a.bin"


@pytest.mark.parametrize("text", ["", " \r\n\t", "\u3000\n\u3000", "\ufeff", "\ufeff\n", "\u200b \u200b", "\xa0"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_refuses_emptiness(text: str, codec: str) -> None:
    with pytest.raises(EmptySourceError):
        load("a.txt", text.encode(codec))


def test_refuses_what_is_too_large() -> None:
    ten = Limits(document_bytes=10)
    assert load("a.txt", b"x" * 10, ten).text == "x" * 10
    with pytest.raises(SourceTooLargeError):
        load("a.txt", b"x" * 11, ten)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300)
    | st.text(max_size=80).map(str.encode)
    | st.text("我们的人在，。ab \n", min_size=1).map(lambda t: t.encode("gbk"))
)
@example(b"\xff\xfe\x00\xd8")
@example(b"\xe4\xb8\xe4\xb8\xad\xe6\x96\x87\xe6\x96\x87\xe6\x96\x87\xe6\x96\x87\xe6\x96\x87\xe6\x96\x87\xe6\x96\x87\xe6")
def test_any_bytes_are_a_source_or_a_source_error(data: bytes) -> None:
    try:
        source = load("a.txt", data)
    except SourceError:
        return
    source.text.encode("utf-8")
    assert not source.text.startswith("\ufeff")
    offsets = [source.byte(char) for char in range(len(source.text) + 1)]
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(data)
    for byte in range(len(data) + 1):
        assert 0 <= source.char(byte) <= len(source.text)


LETTERS = st.text(alphabet=st.sampled_from("ab ,\n我们的人在书，。喆裡圖"), max_size=60)


@settings(max_examples=150, deadline=None)
@given(LETTERS, st.sampled_from(["utf-8", "gb18030", "cp950", "big5hkscs", "utf-16-le", "utf-16-be"]), st.data())
def test_spans_are_exact_in_every_codec(text: str, codec: str, data: st.DataObject) -> None:
    whole = HANT + text.encode(codec, "ignore").decode(codec) + HANT
    source = load("a.txt", whole.encode(codec))
    assert source.text == whole
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    span = source.span(start, end)
    assert source.data[span.start : span.end].decode(source.encoding, "replace") == whole[start:end]
    assert (source.char(span.start), source.char(span.end)) == (start, end)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(8, 800), st.binary(min_size=1, max_size=5)), max_size=6), st.data())
def test_spans_are_exact_in_damaged_utf_8(injuries: list[tuple[int, bytes]], data: st.DataObject) -> None:
    raw = bytearray((HANS * 8).encode())
    for at, injury in injuries:
        raw[at : at + len(injury)] = injury
    source = load("a.txt", bytes(raw))
    assert source.encoding == "utf-8"
    start = data.draw(st.integers(0, len(source.text)))
    end = data.draw(st.integers(start, len(source.text)))
    span = source.span(start, end)
    assert source.data[span.start : span.end].decode("utf-8", "replace") == source.text[start:end]
    assert bytes(raw).decode("utf-8", "replace") == source.text


def test_characters_of_two_code_points() -> None:
    """Big5-HKSCS writes Ê̄ in two bytes; offsets around it are exact, inside it they fall on its edge."""
    whole = HANT + "嘅Ê̄嘅" + HANT
    source = load("a.txt", whole.encode("big5hkscs"))
    assert source.text == whole
    at = whole.index("Ê")
    assert source.byte(at + 2) - source.byte(at) == 2
    assert source.data[source.byte(at + 2) :].decode("big5hkscs") == whole[at + 2 :]


def test_offsets_in_a_large_file_are_fast() -> None:
    source = load("a.txt", (HANS * 20_000).encode())
    began = time.perf_counter()
    for char in range(0, len(source.text), 100):
        source.byte(char)
    assert time.perf_counter() - began < 2
