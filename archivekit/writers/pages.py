"""What EPUB and PDF share: title page, contents, opening of a group, article, as XHTML fragments.

A fragment is one ``<section>`` with the id of its key and an ``<h1>``; it names its own language. How keys become
addresses and images become files is the container's business and comes in as a :class:`Medium`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..archive.bundle import Bundle, Group
from ..languages import other
from ..markup import xhtml
from ..markup.xhtml import Images, Labels, anchor, attribute, lang, language_tag, text
from ..model import Article, Block, Moment
from .footnotes import with_footnotes
from .strings import ROLES, Words, date, moment, number, words

_DATE = r"\d{4}(?:-\d\d(?:-\d\d)?)?(?![\d-])"


class Medium(NamedTuple):
    """What one container lends to the pages."""

    said: Words
    """The words of the furniture: ``words(bundle.language)``."""
    images: Images
    """Image → href of an embedded file, as seen from an article; None for a placeholder."""
    href: Callable[[str], str]
    """Key of a page → its address, as seen from any page."""
    link_images: bool = True
    """Whether an image may stand inside a link."""
    popups: bool = False
    """Whether footnotes are marked up as such."""


class Entry(NamedTuple):
    """One article in its place."""

    key: str
    """An XML id and file stem, from the record's id: it stays the same when other articles come and go."""
    title: str
    """What the contents and running heads say; a phrase when the article has no title."""
    article: Article
    versions: tuple[Article, ...] = ()
    """Other versions of its work, which are records but not printed."""
    volume: str = ""
    """The name of the volume of a series that it is in."""
    here: bool = True
    """Whether it is in the book that is printed; what is in another volume cannot be linked to."""


class Section(NamedTuple):
    """A group in its place. ``title`` is empty when there is no grouping."""

    key: str
    title: str
    entries: tuple[Entry, ...]


def plan(bundle: Bundle) -> tuple[Section, ...]:
    """Every group and article with the key it has in the output; keys are unique."""
    return _sections(bundle, bundle.groups, set())


def shelf(bundle: Bundle) -> tuple[Section, ...]:
    """The plan of every volume of the series in its last volume; else the plan of the bundle."""
    if bundle.volume is None or not bundle.volume.all:
        return plan(bundle)
    used: set[str] = set()
    own = _sections(bundle, bundle.groups, used)
    sections: list[Section] = []
    for number_, groups in enumerate(bundle.volume.all, 1):
        here = number_ == bundle.volume.number
        for section in own if here else _sections(bundle, groups, used):
            name = volume_name(bundle, number_)
            sections.append(
                section._replace(entries=tuple(entry._replace(volume=name, here=here) for entry in section.entries))
            )
    return tuple(sections)


def _sections(bundle: Bundle, groups: tuple[Group, ...], used: set[str]) -> tuple[Section, ...]:
    said = words(bundle.language)
    sections = []
    for number_, group in enumerate(groups, 1):
        entries = tuple(
            Entry(
                _key(article.id, used), line(article.title or "") or said.untitled, article, bundle.versions.get(article.id, ())
            )
            for article in group.articles
        )
        title = line(group.title) or (said.untitled if group.title else "")
        sections.append(Section(f"group-{number_:04d}", title, entries))
    return tuple(section for section in sections if section.entries)


def grouped(sections: tuple[Section, ...]) -> bool:
    """Whether groups get opening pages and a level of their own in the contents."""
    return len(sections) > 1 and all(section.title for section in sections)


def _key(identifier: str, used: set[str]) -> str:
    stem = "a-" + re.sub(r"[^A-Za-z0-9_-]", "-", identifier)[:80]
    key, count = stem, 1
    while key in used:
        count += 1
        key = f"{stem}_{count}"
    used.add(key)
    return key


def line(value: str) -> str:
    """``value`` on one line, without what XML forbids; an ideographic space stays."""
    return re.sub(r"[ \t\n]+", " ", xhtml.clean(value)).strip()


def labels(said: Words) -> Labels:
    """The phrases a body needs."""
    return Labels(image=said.image, missing=said.missing_image, embed=said.embed, colon=said.colon)


def volume_name(bundle: Bundle, number_: int | None = None) -> str:
    """What a volume of the bundle's series is called, its own when no number is given; empty when it is in no series."""
    if bundle.volume is None:
        return ""
    return words(bundle.language).volume.format(number_ or bundle.volume.number)


def book_title(bundle: Bundle) -> str:
    """The title on one line, with the volume's name where there are several."""
    return " ".join(part for part in (line(bundle.title), volume_name(bundle)) if part)


# --- front matter -----------------------------------------------------------------------------------------------


def title_page(bundle: Bundle) -> str:
    """The book's title, what is in it and when that was published."""
    said = words(bundle.language)
    parts = [f'<h1 id="title-page-title">{text(line(bundle.title))}</h1>']
    if bundle.volume is not None:
        number_ = volume_name(bundle)
        if bundle.volume.all:
            number_ += f"{said.stop}{said.volumes.format(len(bundle.volume.all))}"
        parts.append(f'<p class="volume">{text(number_)}</p>')
    if bundle.subtitle:
        parts.append(f'<p class="subtitle">{text(line(bundle.subtitle))}</p>')
    parts += [f'<p class="cover-text">{text(line(row))}</p>' for row in (bundle.cover_text or "").splitlines() if line(row)]
    parts.append(f'<p class="count">{text(said.articles.format(number(len(bundle.articles))))}</p>')
    if span := period(bundle.articles, said):
        parts.append(f'<p class="period">{text(span)}</p>')
    return page("title-page", "title-page", bundle.language, "\n".join(parts))


def contents(sections: tuple[Section, ...], medium: Medium) -> str:
    """The table of contents as nested ``<ol>``: groups, when there are several with titles, and articles."""
    if not grouped(sections):
        return _entries(tuple(entry for section in sections for entry in section.entries), medium)
    items = "".join(
        f"<li>{_to(section.key, section.title, medium)}\n{_entries(section.entries, medium)}</li>\n" for section in sections
    )
    return f"<ol>\n{items}</ol>\n"


def _entries(entries: tuple[Entry, ...], medium: Medium) -> str:
    items = "".join(
        f"<li{other_language(title_language(entry, medium.said), medium.said)}>{_to(entry.key, entry.title, medium)}</li>\n"
        for entry in entries
    )
    return f"<ol>\n{items}</ol>\n"


def _to(key: str, title: str, medium: Medium) -> str:
    return f'<a href="{attribute(medium.href(key))}">{text(title)}</a>'


def group_page(section: Section, medium: Medium) -> str:
    """The opening of a group: its title, how many articles it has and from when."""
    said = medium.said
    articles = tuple(entry.article for entry in section.entries)
    parts = [
        f'<h1 id="{section.key}-title">{text(section.title)}</h1>',
        f'<p class="count">{text(said.articles.format(number(len(articles))))}</p>',
    ]
    if span := period(articles, said):
        parts.append(f'<p class="period">{text(span)}</p>')
    return page(section.key, "group", said.language, "\n".join(parts), role="doc-part")


def period(articles: tuple[Article, ...], said: Words) -> str:
    """From the first to the last date of publication in words; empty when no article has one. What is no date is none."""
    found = (re.match(_DATE, article.published.value) for article in articles if article.published)
    days = sorted(match[0] for match in found if match)
    if not days:
        return ""
    first, last = date(days[0], said), date(days[-1], said)
    return first if first == last else f"{first} – {last}"


# --- articles ---------------------------------------------------------------------------------------------------


def article_page(entry: Entry, medium: Medium) -> str:
    """A whole article: heading, byline, body, rights and provenance."""
    article = entry.article

    def printed(blocks: Sequence[Block]) -> str:
        return article_body(article, blocks, medium)

    body = with_footnotes(entry.key, article.body, printed) if medium.popups else printed(article.body)
    return article_section(
        entry, f'{article_head(entry, medium)}<div class="body">\n{body}</div>\n{article_foot(entry, medium)}'
    )


def article_body(article: Article, body: Iterable[Block], medium: Medium) -> str:
    """Blocks of an article, all of them or some."""
    return xhtml.blocks(
        body,
        images=medium.images,
        labels=labels(medium.said),
        link_images=medium.link_images,
        language=article.language,
    )


def article_section(entry: Entry, inner: str) -> str:
    """The element an article stands in; ``inner`` has the ``<h1>`` with the id ``<key>-title``."""
    return page(entry.key, "article", entry.article.language, inner, role="doc-chapter")


def article_head(entry: Entry, medium: Medium) -> str:
    """Title and subtitle in the article's language or their own; byline, publisher, date and address in the furniture's."""
    article, said = entry.article, medium.said
    own = other_language(title_language(entry, said), article.language)
    parts = [f'<h1 id="{entry.key}-title"{own}>{text(entry.title)}</h1>']
    if article.subtitle and line(article.subtitle):
        own = other_language(other(article.subtitle, article.language) or article.language, article.language)
        parts.append(f'<p class="subtitle"{own}>{text(line(article.subtitle))}</p>')
    facts = [("byline", byline(article, said)), ("dateline", _dateline(article, said)), ("links", _links(article, said))]
    rows = "\n".join(f'<p class="{name}">{row}</p>' for name, row in facts if row)
    if rows:
        parts.append(f'<div class="facts"{other_language(said.language, article.language)}>\n{rows}\n</div>')
    return "<header>\n" + "\n".join(parts) + "\n</header>\n"


def title_language(entry: Entry, said: Words) -> str:
    """The language of an article's title: the article's unless it is clearly another."""
    article = entry.article
    if not line(article.title or ""):
        return said.language
    return other(entry.title, article.language) or article.language


def byline(article: Article, said: Words) -> str:
    """Who had which part in the text, by role, as XHTML: 作者：甲、乙　翻译：丙."""
    names: dict[str, list[str]] = {}
    for contributor in article.contributors:
        if line(contributor.name):
            names.setdefault(contributor.role, []).append(line(contributor.name))
    parts = [
        f'<span class="role">{text(said.roles[role] + said.colon)}</span>{text(said.comma.join(names[role]))}'
        for role in ROLES
        if role in names
    ]
    return text(said.stop).join(parts)


def _dateline(article: Article, said: Words) -> str:
    parts = []
    if article.publisher:
        parts.append(f'<span class="publisher">{text(line(article.publisher))}</span>')
    if article.via:
        parts.append(text(f"{said.via}{said.colon}{line(article.via)}"))
    if article.published:
        parts.append(time(article.published, said))
    if article.modified:
        parts.append(f'<span class="when">{text(said.modified + said.colon)}{time(article.modified, said)}</span>')
    return text(said.stop).join(parts)


def _links(article: Article, said: Words) -> str:
    rows = []
    if article.url:
        rows.append(text(said.source_link + said.colon) + anchor(article.url, article.url))
    names = {"original": said.original, "cite": said.cite}
    for related in article.links:
        label = line(related.title or "") or related.url
        rows.append(text(names.get(related.rel, said.related) + said.colon) + anchor(related.url, label))
    return "<br/>".join(rows)


def time(when: Moment, said: Words) -> str:
    """A moment in words, with its value for machines where that is a real date."""
    try:
        datetime.datetime.fromisoformat(when.value.replace("Z", "+00:00"))
    except ValueError:
        return text(moment(when, said))
    return f'<time datetime="{attribute(when.value)}">{text(moment(when, said))}</time>'


def article_foot(entry: Entry, medium: Medium) -> str:
    """Rights, subjects and where the record came from."""
    article, said = entry.article, medium.said
    own = other_language(said.language, article.language)
    parts = []
    if others := _versions(entry, said):
        parts.append(f'<p class="versions"{own}>{others}</p>')
    if article.rights and line(article.rights):
        parts.append(f'<p class="rights"><span{own}>{text(said.rights + said.colon)}</span>{text(line(article.rights))}</p>')
    subjects = tuple(dict.fromkeys(line(subject) for subject in article.categories + article.tags if line(subject)))
    if subjects:
        parts.append(
            f'<p class="subjects"><span{own}>{text(said.subjects + said.colon)}</span>{text(said.comma.join(subjects))}</p>'
        )
    rows = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>\n" for name, value in provenance(entry, said))
    parts.append(f'<section class="provenance"{own}>\n<h2>{text(said.provenance)}</h2>\n<dl>\n{rows}</dl>\n</section>')
    return "<footer>\n" + "\n".join(parts) + "\n</footer>\n"


def _versions(entry: Entry, said: Words) -> str:
    """Links to the other versions of the work, of those that have an address of their own."""
    rows = []
    for version in entry.versions:
        if version.url and version.url != entry.article.url:
            facts = [line(version.publisher or ""), moment(version.published, said) if version.published else ""]
            about = said.comma.join(fact for fact in facts if fact)
            named = line(version.title or "") or said.untitled
            rows.append(f"{text(said.versions + said.colon)}{anchor(version.url, named)}{text(f' ({about})' if about else '')}")
    return "<br/>".join(rows)


def provenance(entry: Entry, said: Words) -> list[tuple[str, str]]:
    """Names and values of what is known about where a record came from, other versions of the work included."""
    article = entry.article
    made, source = article.provenance, article.provenance.source
    removed, noticed = len(made.removals), len(made.notices)
    return [
        (said.source_file, line(source.path)),
        (said.sha256, source.sha256),
        (said.size, said.size_bytes.format(number(source.size))),
        (said.encoding, source.encoding),
        (said.reader, made.reader),
        (said.profile, made.profile or said.none),
        (said.version, made.version),
        (said.record, article.id),
        (said.removals, said.count.format(number(removed)) if removed else said.none),
        (said.notices, said.count.format(number(noticed)) if noticed else said.none),
        *((said.versions, f"{line(other.provenance.source.path)} ({other.id})") for other in entry.versions),
    ]


# --- shared -----------------------------------------------------------------------------------------------------


def other_language(language: str, around: Words | str) -> str:
    """The language attributes of an element, where its language is not that of what is around it."""
    outer = around.language if isinstance(around, Words) else around
    return "" if language_tag(language) == language_tag(outer) else lang(language)


def page(key: str, kind: str, language: str, inner: str, role: str = "") -> str:
    part = f' role="{role}"' if role else ""
    return f'<section id="{key}" class="{kind}"{part} aria-labelledby="{key}-title"{lang(language)}>\n{inner}\n</section>\n'
