"""The colophon: what is in the archive, how it was made, by which conventions, and what was noticed on the way."""

from __future__ import annotations

from collections import Counter
from typing import Final

from ..archive.bundle import Bundle
from ..markup.xhtml import text
from ..version import __version__
from .pages import line, page, period
from .strings import Words, language_name, number, words

MOST: Final = 40
"""The most publishers named one by one; the index has all of them."""


def colophon(bundle: Bundle, typeface: str = "") -> str:
    """The last page, as one section; ``typeface`` is what the book carries a part of."""
    said = words(bundle.language)
    parts = [
        f'<h1 id="colophon-title">{text(said.colophon)}</h1>',
        _headed(said.holdings, _list(holdings(bundle, said))),
        _headed(said.how, f"<p>{text(said.how_text.format(__version__))}</p>"),
        _headed(said.conventions, "<ul>" + "".join(f"<li>{text(rule)}</li>\n" for rule in said.conventions_text) + "</ul>"),
        *([_headed(said.fonts, f"<p>{text(said.fonts_text.format(typeface))}</p>")] if typeface else []),
        _headed(said.rights, f"<p>{text(said.rights_note)}</p>"),
        _headed(said.notice_summary, _notices(bundle, said)),
    ]
    return page("colophon", "colophon", said.language, "\n".join(parts), role="doc-colophon")


def holdings(bundle: Bundle, said: Words) -> list[tuple[str, str]]:
    """Names and values of what the archive holds, counted."""
    articles = bundle.articles
    rows = [(said.total, number(len(articles)))]
    if span := period(articles, said):
        rows.append((said.period, span))
    languages = Counter(article.language for article in articles)
    rows.append((said.languages, _counted([(language_name(tag, said), count) for tag, count in _ranked(languages)], said)))
    publishers = _ranked(Counter(line(article.publisher or "") or said.unknown_publisher for article in articles))
    named = _counted(publishers[:MOST], said)
    rest = said.comma + said.others.format(number(len(publishers) - MOST)) if len(publishers) > MOST else ""
    rows.append((said.publishers, named + rest))
    if bundle.assets:
        rows.append((said.image, number(len(bundle.assets))))
    return rows


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _counted(pairs: list[tuple[str, int]], said: Words) -> str:
    return said.comma.join(f"{name}\u00a0{number(count)}" for name, count in pairs)


def _notices(bundle: Bundle, said: Words) -> str:
    counts = _ranked(Counter(notice.id for article in bundle.articles for notice in article.provenance.notices))
    if not counts:
        return f"<p>{text(said.no_notices)}</p>"
    return _list([(name, number(count)) for name, count in counts])


def _headed(title: str, inner: str) -> str:
    return f"<section>\n<h2>{text(title)}</h2>\n{inner}\n</section>"


def _list(rows: list[tuple[str, str]]) -> str:
    return "<dl>\n" + "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>\n" for name, value in rows) + "</dl>"
