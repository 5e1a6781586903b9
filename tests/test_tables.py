"""Tables: nothing short is broken, and nothing leaves the paper."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from archivekit import read_bytes, write
from archivekit.writers.tables import with_short_cells, with_widths

LONG = "这是一个很长很长的名称，带着很长很长的说明，写了许多字，看它怎样折行"
ADDRESS = "https://example.org/" + "a" * 90


def _table(rows: list[list[str]]) -> str:
    head, *rest = ["|" + "|".join(row) + "|" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *rest])


def _words(markdown: str, folder: Path) -> list[tuple[float, str]]:
    """The words of the book that Markdown makes, each with how far to the right it reaches, in parts of the page."""
    write(read_bytes(f"# 表\n\n{markdown}\n".encode(), path="t.md"), folder / "t.pdf")
    run = subprocess.run(["pdftotext", "-bbox", folder / "t.pdf", "-"], capture_output=True, check=True, text=True)
    width = float(re.search(r'<page width="([\d.]+)"', run.stdout)[1])  # type: ignore[index]
    return [(float(right) / width, word) for right, word in re.findall(r'xMax="([\d.]+)"[^>]*>(.*?)</word>', run.stdout)]


def test_years_sums_and_short_names_are_not_broken(tmp_path: Path) -> None:
    rows = [
        ["序号", "年份", "名称", "金额（元）", "备注"],
        *([f"{n}", f"{1990 + n}", LONG, "1,234,567.89", "无"] for n in range(4)),
    ]
    words = [word for _, word in _words(_table(rows), tmp_path)]
    assert {"序号", "年份", "备注", "金额（元）", "1993", "1,234,567.89"} <= set(words)


@pytest.mark.parametrize(
    "rows",
    [
        [[f"列{n}" for n in range(24)], [f"{n * 1000}" for n in range(24)]],
        [[f"第{n}列" for n in range(11)], [LONG[:6] for _ in range(11)]],
        [["地址", "说明"], [ADDRESS, LONG]],
        [["Year", "Name"], ["1994", "Incomprehensibilities of internationalisation"]],
    ],
    ids=["crowded", "smaller", "address", "latin"],
)
@pytest.mark.parametrize("before", ["", "> "], ids=["alone", "quoted"])
def test_no_column_leaves_the_paper(rows: list[list[str]], before: str, tmp_path: Path) -> None:
    markdown = "\n".join(before + line for line in _table(rows).splitlines())
    words = _words(markdown, tmp_path)
    assert max(right for right, _ in words) < 0.95
    shown = Counter("".join(word for _, word in words))
    assert Counter("".join(cell for row in rows for cell in row).replace(" ", "")) <= shown


def test_cells_that_reach_over_rows_and_columns_are_counted() -> None:
    cells = '<tr><td rowspan="2">甲乙</td><td colspan="2">丙</td></tr>\n<tr><td>丁戊己</td><td>' + LONG + "</td></tr>\n"
    made = with_widths(f'<div class="table"><table><tbody>\n{cells}</tbody></table></div>', 30)
    assert made.count('class="short"') == 3
    assert "style" not in made
    narrow = with_widths(f'<div class="table"><table><tbody>\n{cells}</tbody></table></div>', 7)
    assert 'style="font-size: ' in narrow
    assert 'class="crowded"' in with_widths(f'<div class="table"><table><tbody>\n{cells}</tbody></table></div>', 4)


def test_on_a_screen_short_cells_stay_whole_where_a_telephone_has_room() -> None:
    def book(*cells: str) -> str:
        row = "".join(f"<td>{cell}</td>" for cell in cells)
        return f'<p>前</p><div class="table"><table><tbody>\n<tr>{row}</tr>\n</tbody></table></div>\n<p>后</p>'

    roomy = with_short_cells(book("意大利", "1994", LONG, "<p>甲</p><p>乙</p>"))
    assert roomy.count('<td class="short">') == 2
    assert re.sub(' class="short"', "", roomy) == book("意大利", "1994", LONG, "<p>甲</p><p>乙</p>")
    crowded = book(*["意大利"] * 6)
    assert with_short_cells(crowded) == crowded
