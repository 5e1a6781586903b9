"""The Markdown engine: markdown-it's tokens, every inline one with the place it was read from.

CommonMark with GFM tables and strikethrough, and emphasis beside CJK punctuation as the "CJK-friendly" amendments have
it. markdown-it tells the lines of a block but not the place of a word in it; the inline parser here notes both ends of
whatever a rule consumes. The offsets are those of the inline token's content: ``token.meta["at"] == (start, end)``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from markdown_it import MarkdownIt, helpers
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, lheading, paragraph, reference
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from mdit_py_cjk_friendly import cjk_friendly, is_cjk  # type: ignore[import-untyped]

from . import markdown_rules
from .paired_tags import Pair
from .shortcodes import TAG
from .template_addresses import WITH_TAGS

__all__ = ["Parse", "Token", "parse"]

MAX_DEPTH: Final = 32
"""Quotes and lists nested deeper than this are read as running text; nothing is lost, only the nesting."""
MAX_ALT_DEPTH: Final = 4
MAX_MISSES: Final = 500
"""After so many brackets of one paragraph that begin no link, the rest are text: looking further costs the square."""
_PLAIN: Final = re.compile(r"[^\n!&*<\[\\\]^_`{~]+")
"""Text that no inline rule begins in, and no bracket that ends one."""
_ROW: Final = re.compile(r"([ \t]*)[^\n]*\n")
_BEGINS: Final = {
    "newline": "\n",
    "escape": "\\",
    "backticks": "`",
    "strikethrough": "~",
    "emphasis": "*_",
    "link": "[!",
    "autolink": "<",
    "html_inline": "<",
    "entity": "&",
    "shortcode": "{",
    "attributes": "{",
    "call": "[",
    "inline_note": "^",
}
"""The characters an inline rule looks for before anything else; markdown-it's ``text`` rule is ``_PLAIN``."""
_ADDRESS: Final = re.compile(r" {0,3}\[(?!\^)[^\]]*\]:\s*(?:<[^<>\s]*>|[!-~]*[./#][!-~]*(?=\s|$)|[!-z]*\{[{%])")
_WRAPPED: Final = re.compile(r"\n([!-'*-~]+)(?=\)|(?<=-)\n)")
"""The rest of an address that was wrapped at a hyphen."""
_RAW: Final = re.compile(r"\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}", re.S)
"""A pair within the words of a line, in which a tag is text."""
_CODE_SIGN: Final = re.compile(r"[={};$|]|\w\(|^\s*(?:#|//|>>>)")


class Parse(NamedTuple):
    """Block tokens, and the lines (``start``, ``end``) that link reference definitions took up."""

    tokens: list[Token]
    definitions: list[tuple[int, int]]


class _State(StateInline):
    """Inline state that remembers where its pending text began."""

    pending_start = 0
    misses = 0

    def pushPending(self) -> Token:
        length = len(self.pending)
        token = super().pushPending()
        token.meta["at"] = (self.pending_start, self.pending_start + length)
        return token

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        """The CJK-friendly flanking rule, also past variation selectors and for Hangul; never inside a Han word for ``_``."""
        stop = start
        while stop < self.posMax and self.src[stop] == self.src[start]:
            stop += 1
        before, after = self.src[max(0, start - 1) : start], self.src[stop : stop + 1]
        if not canSplitWord and before.isalnum() and after.isalnum():
            return Scanned(False, False, stop - start)
        scanned = super().scanDelims(start, canSplitWord)
        if not (_cjk(self.src, start - 1) or _cjk(self.src, stop)) or (is_cjk(before) or is_cjk(after)):
            return scanned
        opens = bool(after) and not after.isspace()
        closes = bool(before) and not before.isspace()
        return Scanned(scanned.can_open or opens, scanned.can_close or closes, scanned.length)


def _cjk(text: str, at: int) -> bool:
    """Whether a full-width or Korean character stands at ``at``, seen through a variation selector."""
    while 0 < at < len(text) and ("\ufe00" <= text[at] <= "\ufe0f" or "\U000e0100" <= text[at] <= "\U000e01ef"):
        at -= 1
    if not 0 <= at < len(text):
        return False
    char = text[at]
    return char >= "\u1100" and (
        is_cjk(char) or "\u1100" <= char <= "\u11ff" or "\u2e80" <= char <= "\ud7af" or char >= "\U00016fe0"
    )


class _Inline(ParserInline):
    """The inline parser, noting where each token was read."""

    def parse(self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]) -> list[Token]:
        depth = env.get("depth", 0)
        state = _State(src, md, env, tokens)
        if depth > MAX_ALT_DEPTH:
            state.pending = src
            state.pushPending()
            return state.tokens
        env["depth"] = depth + 1
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        env["depth"] = depth
        return state.tokens

    @cached_property
    def _by_first(self) -> dict[str, list[Any]]:
        """The rules that may take something at a character, in their order."""
        table: dict[str, list[Any]] = {}
        for name, rule in zip(self.ruler.get_active_rules(), self.ruler.getRules(""), strict=True):
            for char in _BEGINS[name]:
                table.setdefault(char, []).append(rule)
        return table

    def tokenize(self, state: StateInline) -> None:
        assert isinstance(state, _State)
        end = state.posMax
        nested = state.level >= state.md.options["maxNesting"]
        while state.pos < end:
            start, count = state.pos, len(state.tokens)
            if not state.pending:
                state.pending_start = start
            if plain := _PLAIN.match(state.src, start, end):
                state.pending += plain.group()
                state.pos = plain.end()
            elif nested or not self._taken(state, silent=False):
                state.pending += state.src[state.pos]
                state.pos += 1
            elif len(state.tokens) > count:
                _place(state, count, start)
                if state.pending:
                    state.pending_start = state.pos - len(state.pending)
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:
        """Go past what one rule takes, or one character, as markdown-it does."""
        start = state.pos
        if start in state.cache:
            state.pos = state.cache[start]
            return
        if state.level >= state.md.options["maxNesting"]:
            state.pos = state.posMax + 1
        elif plain := _PLAIN.match(state.src, start, state.posMax):
            state.pos = plain.end()
        else:
            state.level += 1
            taken = self._taken(state, silent=True)
            state.level -= 1
            state.pos += not taken
        state.cache[start] = state.pos

    def _taken(self, state: StateInline, *, silent: bool) -> bool:
        """Whether a rule took something."""
        return any(rule(state, silent) for rule in self._by_first.get(state.src[state.pos], ()))


def _place(state: StateInline, count: int, start: int) -> None:
    """Give the tokens a rule has just pushed their place."""
    at = start
    for token in state.tokens[count:]:
        if "at" in token.meta:
            continue
        if token.type == "text" and token.content and set(token.content) <= set("*_~") and not token.markup:
            token.meta["at"] = (at, at + len(token.content))
            token.meta["delimiter"] = True
            at += len(token.content)
        else:
            token.meta["at"] = (start, state.pos)


class _Rows(StateBlock):
    """Block state that finds its lines by pattern; every line of the text is ended by ``\\n``."""

    def __init__(self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]) -> None:
        super().__init__("", md, env, tokens)
        self.src = src
        rows = [(row.start(), row.end() - 1, row.group(1)) for row in _ROW.finditer(src)]
        self.lineMax = len(rows)
        self.bMarks = [*(start for start, _, _ in rows), len(src)]
        self.eMarks = [*(end for _, end, _ in rows), len(src)]
        self.tShift = [*(len(blank) for _, _, blank in rows), 0]
        self.sCount = [*(len(blank.expandtabs(4)) for _, _, blank in rows), 0]
        self.bsCount = [0] * (len(rows) + 1)


class _Block(ParserBlock):
    """The block parser; where markdown-it would skip what is nested too deep, it reads paragraphs."""

    def parse(self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], outTokens: list[Token]) -> list[Token] | None:
        state = _Rows(src, md, env, outTokens)
        self.tokenize(state, state.line, state.lineMax)
        return state.tokens

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:
        if state.level < MAX_DEPTH:
            super().tokenize(state, startLine, endLine)
            return
        line = startLine
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            paragraph(state, line, endLine, False)
            line = state.line


class _Markdown(MarkdownIt):
    """markdown-it with addresses left as they are written: what may be linked to is decided later."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"maxNesting": MAX_DEPTH, "html": True})
        self.helpers: Any = SimpleNamespace(**{**vars(helpers), "parseLinkDestination": _destination})
        self.inline = _Inline()
        self.block = _Block()
        self.configure("commonmark", {"maxNesting": MAX_DEPTH, "html": True})

    def validateLink(self, url: str) -> bool:
        return True

    def normalizeLink(self, url: str) -> str:
        return url

    def normalizeLinkText(self, link: str) -> str:
        return link


def _destination(text: str, start: int, end: int) -> Any:
    """The address of a link as CommonMark has it, also with a template's tags in it, and one wrapped by html2text."""
    found = helpers.parseLinkDestination(text, start, end)
    tagged = WITH_TAGS.match(text, start, end)
    if tagged is not None and ("{{" in tagged.group() or "{%" in tagged.group()):
        found.ok, found.str, found.pos = True, tagged.group(), tagged.end()
    while found.ok and found.str.endswith("-") and (rest := _WRAPPED.match(text, found.pos, end)):
        found.str, found.pos = found.str + rest[1], rest.end()
    return found


def _shortcode(state: StateInline, silent: bool) -> bool:
    """Hugo shortcodes and Liquid tags."""
    if state.src[state.pos] != "{" or state.env.get("raw"):
        return False
    match = TAG.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    raw = _RAW.match(state.src, state.pos, state.posMax)
    if not silent:
        state.push("shortcode", "", 0).content = match.group()
        if raw is not None:
            state.tokens[-1].meta["at"] = match.span()
            token = state.push("text", "", 0)
            token.content, token.meta["at"] = raw[1], raw.span(1)
            token = state.push("shortcode", "", 0)
            token.meta["at"] = (raw.end(1), raw.end())
    state.pos = (raw or match).end()
    return True


def _bracket(state: StateInline, silent: bool) -> bool:
    """markdown-it's ``link`` and ``image`` rules, as long as there is hope."""
    if state.src[state.pos] not in "[!":
        return False
    assert isinstance(state, _State)
    if state.misses > MAX_MISSES or state.src.find("]", state.pos, state.posMax) < 0:
        return False
    found = (link if state.src[state.pos] == "[" else image)(state, silent)
    state.misses += not found and state.src[state.pos] == "["
    return found


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A link reference definition, only where an address follows the label: ``[注]: 正文`` is text.

    It is at most two lines long, so that a thousand in a row do not each read all that follow.
    """
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if _ADDRESS.match(line) is None:
        return False
    whole, state.lineMax = state.lineMax, min(state.lineMax, start + 2)
    found = reference(state, start, end, silent)
    state.lineMax = whole
    return found


def _setext(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A setext heading, if its underline is one: a lone ``-`` or ``=`` on a line is a wrapped word's."""
    count, parent = len(state.tokens), state.parentType
    if not lheading(state, start, end, silent):
        return False
    line = state.line - 1
    if len(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()) >= 3:
        return True
    del state.tokens[count:]
    state.line, state.parentType = start, parent
    return False


def _indented_code(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """An indented code block, only where every line is plainly code.

    Dumps of Chinese text indent ordinary paragraphs, so the standard rule is off, as in MDX; being off it also no longer
    keeps indented HTML and lists from being seen. What is all ASCII and has the signs of code is code all the same.
    """
    line = last = start
    while line < end and (state.isEmpty(line) or state.sCount[line] - state.blkIndent >= 4):
        last = last if state.isEmpty(line) else line + 1
        line += 1
    if last == start:
        return False
    content = state.getLines(start, last, 4 + state.blkIndent, False)
    if not content.replace("\u00a0", " ").isascii() or content.lstrip()[:1] in "<![*-+>" or not _CODE_SIGN.search(content):
        return False
    if not silent:
        state.line = last
        token = state.push("code_block", "code", 0)
        token.content, token.map = content, [start, last]
    return True


@cache
def _engine() -> MarkdownIt:
    md = _Markdown().use(cjk_friendly)
    md.enable(["table", "strikethrough"])
    md.disable(["normalize", "code", "fragments_join", "text_join"])
    md.inline.ruler.at("link", _bracket)
    md.inline.ruler.disable(["text", "image"])
    md.inline.ruler.before("escape", "shortcode", _shortcode)
    md.inline.ruler.before("escape", "attributes", markdown_rules.element_attributes)
    md.inline.ruler.before("link", "call", markdown_rules.call)
    md.inline.ruler.before("escape", "inline_note", markdown_rules.inline_note)
    md.block.ruler.at("reference", _reference)
    md.block.ruler.at("lheading", _setext)
    md.block.ruler.before("fence", "indented_code", _indented_code)
    ends = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("table", "attributes", markdown_rules.attributes, {"alt": ends})
    md.block.ruler.before("attributes", "pair", markdown_rules.pair, {"alt": ends})
    md.block.ruler.before("reference", "footnote", markdown_rules.footnote, {"alt": ["paragraph", "reference"]})
    md.core.ruler.at("inline", markdown_rules.words)
    return md


def parse(text: str, pairs: Mapping[int, tuple[Pair, int]]) -> Parse:
    """Tokens of a text whose lines end in ``\n``, with the pairs of tags by their first line and that of their last."""
    env: dict[str, Any] = {"pairs": pairs, "called": markdown_rules.called(text), "notes": set()}
    tokens = _engine().parse(text, env)
    found = [*env.get("references", {}).values(), *env.get("duplicate_refs", [])]
    return Parse(tokens, sorted((entry["map"][0], entry["map"][1]) for entry in found))
