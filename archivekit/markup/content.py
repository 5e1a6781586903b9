"""Content: which part of a whole HTML page is the article, and which parts inside it are the page's furniture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..leaves import hull, only_links, spans, words
from ..model import Block, Figure, Removal, Span, children_of, walk
from .parsed import Parsed
from .soup import Tag, attribute, text_of

_OUTSIDE = "html.outside-extract"

ENOUGH = 60
"""An element with fewer visible characters than this is not taken for an article's body."""

_BODY_CLASS = re.compile(
    r"(?:^|\s)(?:entry-content|post-content|article-content|article-body|articlebody|article__body|post-body|story-body(?:__inner)?|e-content"
    r"|rich_media_content|field-name-body|ar_articlecontent|art-content|art_content|content-article|trs_editor|article_text|articletext"
    r"|news-content|newscontent|text-content|markdown-body|note-content|richtext|article-text)(?:\s|$)",
    re.I,
)
_BODY_ID = re.compile(
    r"^(?:article-?content|artibody|js_content|ar_barticlecontent|content-?text|newscontent|article-?body|post-?content)$",
    re.I,
)
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|sharedaddy|jp-relatedposts|related|related-posts|comments?|comment-wrapper|breadcrumbs?|pagination|pager"
    r"|sidebar|subscribe|newsletter|advert|advertisement|ads|adsbygoogle|service-links|rdf-meta|navigation|post-navigation|toolbar|print-only"
    r"|element-invisible|screen-reader-text|visually-hidden|skip-link|code-block|post-meta|entry-meta|entry-footer|page-header|author-wrap)(?:[\s_-]|$)",
    re.I,
)
_FURNITURE_ID = re.compile(
    r"share|sharing|social|sharedaddy|related|comments?|breadcrumbs?|pagination|pager|sidebar|subscribe|newsletter|advert|advertisement"
    r"|ads|navigation|toolbar",
    re.I,
)
_PART_OF_ID = re.compile(
    r"areas?|articles?|bars?|blocks?|bottom|box|buttons?|containers?|count|first|footer|form|header|icons?|inner|jp|left|links?|list|main"
    r"|menu|modules?|nav|news|page|panel|posts?|relatedposts|right|second|site|stories|story|title|top|widgets?|wrap|wrapper|\d+",
    re.I,
)
"""What else may be in the id of furniture; other words are the author's, for an id may be made from a heading."""
_NAMED = frozenset(["div", "ul", "ol"])
"""Elements whose id may say that they are furniture."""
_PAGE_TAGS = frozenset(["article", "main", "nav", "header", "aside"])
_FURNITURE_TAGS = frozenset(["nav", "footer", "form", "aside", "menu"])
_ARTICLES_OWN = frozenset(
    ["p", "img", "figure", "figcaption", "blockquote", "table", "article", "main", "body", "h1", "pre", "code"]
)
"""Elements that are the article's whatever they are called."""


def article_root(tree: Tag) -> Tag | None:
    """The element that holds the article's body; None when the markup does not say."""
    marked = [tag for tag in tree.find_all(True) if _is_marked(tag)]
    best = _largest(marked)
    if best is not None:
        return best
    return _largest(tree.find_all("article")) or _largest([*tree.find_all("main"), *tree.select("[role=main]")])


def _is_marked(tag: Tag) -> bool:
    if "articlebody" in attribute(tag, "itemprop").lower() or "content:encoded" in attribute(tag, "property"):
        return True
    return bool(_BODY_CLASS.search(attribute(tag, "class")) or _BODY_ID.match(attribute(tag, "id")))


def _largest(tags: list[Tag]) -> Tag | None:
    """The first of the tags with enough words that is not far smaller than the largest."""
    sized = [(len(re.sub(r"\s+", "", text_of(tag))), tag) for tag in tags]
    most = max((size for size, _ in sized), default=0)
    if most < ENOUGH:
        return None
    return next(tag for size, tag in sized if size * 2 >= most)


def lead_images(tree: Tag, root: Tag) -> list[Tag]:
    """The pictures that stand between the start of the article's own element and its body: the lead picture."""
    frame = root.find_parent(["article", "main"]) or root.find_parent(attrs={"role": "main"})
    if frame is None or frame is tree:
        return []
    found: list[Tag] = []
    for node in frame.descendants:
        if node is root:
            break
        if isinstance(node, Tag) and node.name == "img" and not any(_is_furniture(parent) for parent in _between(node, frame)):
            found.append(node)
    return found


def _between(node: Tag, frame: Tag) -> list[Tag]:
    out: list[Tag] = []
    parent = node.parent
    while parent is not None and parent is not frame:
        out.append(parent)
        parent = parent.parent
    return out


def is_page(tree: Tag) -> bool:
    """Whether a tree is a page with furniture around an article, not a bare body."""
    tags = (node for node in tree.descendants if isinstance(node, Tag))
    return any(tag.name in _PAGE_TAGS or attribute(tag, "role") == "main" or attribute(tag, "id") == "content" for tag in tags)


def furniture(root: Tag) -> list[Tag]:
    """The outermost elements below ``root`` that belong to the page and not to the article."""
    found: list[Tag] = []
    stack = [child for child in reversed(root.contents) if isinstance(child, Tag)]
    while stack:
        tag = stack.pop()
        if _is_furniture(tag):
            found.append(tag)
        else:
            stack.extend(child for child in reversed(tag.contents) if isinstance(child, Tag))
    return found


def _is_furniture(tag: Tag) -> bool:
    return _looks_like_furniture(tag) and tag.find("pre") is None


def _looks_like_furniture(tag: Tag) -> bool:
    """Whether the name, a class or the id of an element says that it is furniture."""
    if tag.name in _FURNITURE_TAGS:
        return tag.name != "footer" or tag.find_parent(["blockquote", "figure"]) is None
    if tag.name in _ARTICLES_OWN:
        return False
    classes, name = attribute(tag, "class"), attribute(tag, "id")
    if _BODY_CLASS.search(classes) or _BODY_CLASS.search(name):
        return False
    return bool(_FURNITURE.search(classes)) or (tag.name in _NAMED and _is_furniture_id(name))


def _is_furniture_id(name: str) -> bool:
    """Whether an id names furniture, and nothing else beside it."""
    parts = [part for part in re.split(r"[\s_-]+", name) if part]
    named = [part for part in parts if _FURNITURE_ID.fullmatch(part)]
    return bool(named) and all(part in named or _PART_OF_ID.fullmatch(part) for part in parts)


def by_extractor(page: str) -> Callable[[Parsed], Parsed]:
    """What trafilatura takes for the article of a page without structure, as a choice among its parsed blocks.

    A block is kept when most of its words are in the extracted text; the others become Removals.
    """
    import trafilatura

    extracted = trafilatura.extract(page, include_comments=False, include_tables=True, favor_recall=True) or ""
    wanted = _squashed(extracted)

    def choose(parsed: Parsed) -> Parsed:
        if not wanted:
            return parsed
        kept = tuple(block for block in parsed.blocks if _is_wanted(block, wanted))
        gone = [block for block in parsed.blocks if not any(block is other for other in kept)]
        held = spans(kept)
        removals = [removal for block in gone for removal in _removed(block, held)]
        return Parsed(kept, (*parsed.removals, *removals), parsed.notices, parsed.marks)

    return choose


def _removed(block: Block, held: list[Span]) -> Iterator[Removal]:
    """A block that is left out as a Removal; as one for each of its leaves where HTML has moved words that are kept, which
    stand at the places ``held``, out of the middle of it."""
    place = hull((block,))
    if place is None:
        return
    if any(place.start < kept.start and kept.end < place.end for kept in held):
        leaves = ((leaf, hull((leaf,))) for leaf in walk((block,)) if not children_of(leaf))
        yield from (Removal(text=words(leaf), span=own, rule=_OUTSIDE) for leaf, own in leaves if own is not None)
    else:
        yield Removal(text=words(block), span=place, rule=_OUTSIDE)


def _is_wanted(block: Block, wanted: str) -> bool:
    text = _squashed(words(block))
    if not text:
        return isinstance(block, Figure)
    if len(only_links(block) or ()) > 1:
        return False
    return text in wanted or (len(text) > 40 and text[:30] in wanted)


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
