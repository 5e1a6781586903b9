"""Parquet: typed columns that other programs read, and the whole record in one of them."""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import date
from pathlib import Path

import fixtures
import msgspec
import pytest

from archivekit import columns
from archivekit.config import Settings
from archivekit.errors import BookError, MissingRequirementError
from archivekit.extract import extract
from archivekit.model import Article, Contributor, Moment, Notice, encode
from archivekit.writers import writer


def _articles() -> list[Article]:
    """Records with everything a column may hold, and with next to nothing."""
    first, *others = fixtures.bundle().records
    full = msgspec.structs.replace(
        first,
        title="潮汐",
        contributors=(Contributor(name="阿岸", role="aut"), Contributor(name="小满", role="trl")),
        published=Moment(value="2024-04-18T01:28:26+08:00", precision="second", zone_basis="site"),
        modified=Moment(value="2024-05", precision="month"),
        tags=("水", "月"),
        extra={"layout": "post", "keys": ("a", "b")},
        provenance=msgspec.structs.replace(first.provenance, notices=(Notice(id="a.b", message="c"),)),
    )
    local = msgspec.structs.replace(first, published=Moment(value="2017-06-10", precision="day"), title=None)
    return [full, local, *others]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("parquet") / "x.parquet"
    with target.open("wb") as out:
        assert writer("parquet").write_lines(map(encode, _articles()), out, Settings()) == ()  # type: ignore[union-attr]
    return target


def test_duckdb_reads_it_with_types(file: Path) -> None:
    import duckdb

    base = duckdb.connect()
    query = f"""
        SELECT title, contributors[1].name, contributors[2].role, published.value, epoch(published_at)::BIGINT, published_on,
          modified.value, modified_at IS NULL AND modified_on IS NULL, tags, extra['keys'], body->>'$[0].type',
          provenance.notices[1].id, provenance.source.size > 0
        FROM '{file}' LIMIT 1"""
    assert base.execute(query).fetchall()[0] == (
        *("潮汐", "阿岸", "trl", "2024-04-18T01:28:26+08:00", 1713374906, date(2024, 4, 18)),
        *("2024-05", True, ["水", "月"], ["a", "b"], _articles()[0].body[0].__struct_config__.tag, "a.b", True),
    )
    days = f"SELECT count(*) FROM '{file}' WHERE published_on = DATE '2017-06-10' AND published_at IS NULL"
    assert base.execute(days).fetchall() == [(1,)]


def test_the_queries_of_the_documentation_run(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    page = (Path(__file__).parent.parent / "docs" / "remote.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sql\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "archive.parquet").symlink_to(file)
    monkeypatch.chdir(tmp_path)
    base = duckdb.connect()
    for query in filter(str.strip, block.split(";")):
        assert base.execute(query).description
    table = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE))))
    assert table == set(columns.schema().names)


def test_pandas_reads_it_with_types(file: Path) -> None:
    import pandas

    frame = pandas.read_parquet(file)
    assert list(frame["id"]) == [article.id for article in _articles()]
    assert str(frame["published_at"].dtype) == "datetime64[us, UTC]"
    assert frame["contributors"][0][1] == {"name": "小满", "role": "trl"}
    assert frame["text"][0] == _articles()[0].text
    assert json.loads(frame["body"][0]) == json.loads(frame["record"][0])["body"]


def test_nothing_of_a_record_is_lost(file: Path) -> None:
    assert extract(file) == b"".join(encode(article) + b"\n" for article in _articles())


def test_row_groups_compression_and_schema(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow import parquet

    monkeypatch.setattr(columns, "ROWS", 2)
    with (tmp_path / "many.parquet").open("wb") as out:
        columns.write(map(encode, _articles() * 2), out)
    facts = parquet.ParquetFile(tmp_path / "many.parquet").metadata
    assert facts.num_row_groups == len(_articles())
    assert {facts.row_group(0).column(at).compression for at in range(facts.num_columns)} == {"ZSTD"}
    assert parquet.read_schema(file).metadata[b"archivekit.schema"] == b"archivekit/article/1"
    assert not parquet.read_schema(file).field("record").nullable


def test_the_same_bytes_every_time(file: Path) -> None:
    again = io.BytesIO()
    columns.write(map(encode, _articles()), again)
    assert again.getvalue() == file.read_bytes()


def test_no_record_at_all(tmp_path: Path) -> None:
    with (tmp_path / "none.parquet").open("wb") as out:
        columns.write((), out)
    assert extract(tmp_path / "none.parquet") == b""


def test_a_damaged_file_is_a_typed_error(file: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.parquet").write_bytes(file.read_bytes()[:-20])
    with pytest.raises(BookError, match="cannot be read as Parquet"):
        extract(tmp_path / "cut.parquet")


def test_without_pyarrow_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("archivekit.columns", "archivekit.writers.parquet"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delattr("archivekit.columns", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingRequirementError, match=r"pip install 'archivekit\[parquet\]'"):
        writer("parquet")
