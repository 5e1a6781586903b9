"""YAML front matter: python-frontmatter with a handler that keeps every scalar a string and knows where it stands.

The handler never composes a graph: it walks the parser's events with a limit on depth, so aliases, anchors and
merge keys stay text, and no input can exhaust the memory or the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import frontmatter
import msgspec
import yaml
from frontmatter.default_handlers import BaseHandler

from .fields import MAX_DEPTH, Entry, Fields, Refused, Remark, Value
from .scalars import comment_after, is_prose, is_text_comment, scalar

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_KEY_LINE = re.compile(r"^[A-Za-z_][\w-]*:(?=\s|$)", re.MULTILINE)
_COMMENT_LINE = re.compile(r"^[ \t]*(#[^\n]*)", re.MULTILINE)
_COMMENT_BELOW_WHICH = re.compile(r"^[^\n#\"']*:(?=[ \t]+(#))", re.MULTILINE)
"""A key whose value stands on the lines below a comment."""


class _Node(msgspec.Struct):
    """A value in the block. ``kind`` is ``plain``, ``quoted``, ``block``, ``list`` or ``map``."""

    kind: str
    start: int
    end: int
    text: str = ""
    children: list[_Node] = []
    """A map's are its keys and values in turn."""
    flow: bool = False


def read(text: str, start: int, end: int) -> Fields:
    """The fields of ``text[start:end]``, a YAML mapping; raises Refused when it is none, or when what YAML makes of
    it is not what its author wrote."""
    handler = _Handler(text, start, end)
    metadata, _ = frontmatter.parse(text[start:end] + "\n", handler=handler)
    fields: Any = metadata["fields"]
    assert isinstance(fields, Fields)
    return fields


class _Handler(BaseHandler):
    """The seam to python-frontmatter: it is handed the block's inside and yields its fields."""

    FM_BOUNDARY = re.compile(r"^-{3,}\s*$", re.MULTILINE)

    def __init__(self, text: str, start: int, end: int) -> None:
        super().__init__()
        self.text, self.start, self.end = text, start, end

    def split(self, text: str) -> tuple[str, str]:
        """The whole text is front matter: the fences were found before."""
        return self.text[self.start : self.end], ""

    def load(self, fm: str) -> dict[str, Any]:
        """The fields of a block, under the key ``fields``."""
        return {"fields": _Block(self.text, self.start, self.end).fields(fm)}


class _Block:
    """One pass over a block."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self.found = Fields()

    def fields(self, block: str) -> Fields:
        if block.startswith("\ufeff"):  # which YAML leaves out and does not count
            self.start, block = self.start + 1, block[1:]
        root = self._tree(block)
        if root is None or root.kind != "map" or root.flow:
            raise Refused("not a mapping", self.start)
        keys = {key.start for key in root.children[::2]}
        for line in _KEY_LINE.finditer(block):
            if line.start() + self.start not in keys:
                raise Refused("a value runs over the next key", line.start() + self.start)
        self._map(root, "")
        self._comments(block)
        return self.found

    # --- events to nodes

    def _tree(self, block: str) -> _Node | None:
        stack: list[_Node] = []
        root: _Node | None = None
        try:
            for event in yaml.parse(block, Loader=_LOADER):
                if isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent, yaml.CollectionStartEvent)):
                    node = self._node(event, inside_flow=bool(stack) and stack[-1].flow)
                    if stack:
                        stack[-1].children.append(node)
                    elif root is not None:
                        raise Refused("more than one document", node.start)
                    root = root or node
                    if isinstance(event, yaml.CollectionStartEvent):
                        stack.append(node)
                        if len(stack) > MAX_DEPTH:
                            raise Refused(f"nested deeper than {MAX_DEPTH}", node.start)
                elif isinstance(event, yaml.CollectionEndEvent):
                    node = stack.pop()
                    mark = event.end_mark if node.flow else event.start_mark
                    node.end = self.start + (mark.index if mark else 0)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise Refused(error.problem or "not YAML", self.start + (mark.index if mark else 0)) from error
        except yaml.YAMLError as error:
            character = getattr(error, "character", "")
            sign = chr(character) if isinstance(character, int) else str(character)
            at = max(0, block.find(sign)) if sign else 0
            raise Refused(str(getattr(error, "reason", "not YAML")), self.start + at) from error
        return root

    def _node(self, event: Any, *, inside_flow: bool) -> _Node:
        start, end = self.start + event.start_mark.index, self.start + event.end_mark.index
        if isinstance(event, yaml.CollectionStartEvent):
            if event.anchor:
                self._remark("front-matter.anchor", f"anchor &{event.anchor} is not expanded", start, end)
            kind = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
            return _Node(kind, start, end, flow=inside_flow or bool(event.flow_style))
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self._remark("front-matter.anchor", "an anchor or alias is kept as text", start, end)
            return _Node("plain", start, end, self.text[start:end], flow=inside_flow)
        if event.tag and not event.tag.startswith("tag:yaml.org,2002:"):
            self._remark("front-matter.tag", f"the tag {event.tag} is kept as text", start, end)
            return _Node("plain", start, end, self.text[start:end], flow=inside_flow)
        kind = {"'": "quoted", '"': "quoted", "|": "block", ">": "block"}.get(event.style or "", "plain")
        return _Node(kind, start, end, event.value, flow=inside_flow)

    # --- nodes to fields

    def _map(self, node: _Node, prefix: str) -> None:
        pairs = node.children
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if key.kind not in ("plain", "quoted"):
                raise Refused("a key that is no text", key.start)
            name = f"{prefix}{key.text}"
            if key.text == "<<":
                self._remark("front-matter.anchor", "a merge key is not expanded", key.start, key.end)
            self._entry(name, key, value)

    def _entry(self, name: str, key: _Node, node: _Node) -> None:
        node = self._as_meant(node)
        if node.flow and node.children and is_prose(name):
            self._add(name, key, _Node("plain", node.start, node.end), (scalar(self.text, node.start, node.end),))
        elif node.kind == "map":
            if node.children:
                self._map(node, f"{name}.")
            else:
                self._add(name, key, node, ())
        elif node.kind == "list":
            self._add(name, key, node, tuple(self._list(name, key, node)))
        else:
            value = self._value(node, name)
            stop = value.end if node.kind == "plain" else node.end
            shown = _Node(node.kind, node.start, max(node.start, stop))
            self._add(name, key, shown, (value,) if value.text and not _is_null(node) else ())

    def _list(self, name: str, key: _Node, node: _Node) -> Iterator[Value]:
        for place, item in enumerate(node.children):
            item = self._as_meant(item)
            if item.kind == "list":
                yield from self._list(name, key, item)
            elif item.kind == "map":
                self._map(item, f"{name}.{place}.")
            else:
                value = self._value(item, name)
                if value.text and not _is_null(item):
                    yield value

    def _as_meant(self, node: _Node) -> _Node:
        """A pair without braces inside brackets, and braces without pairs, are text."""
        if node.kind != "map" or not node.flow or not node.children:
            return node
        bare = self.text[node.start] not in "{&!"
        if bare or all(value.start == value.end for value in node.children[1::2]):
            end = max(node.children[-1].end, node.children[-2].end) if bare else node.end
            return _Node("plain", node.start, end, self.text[node.start : end], flow=True)
        return node

    def _value(self, node: _Node, name: str) -> Value:
        start, end, decoded = node.start, node.end, node.text
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if node.kind == "quoted":
            if self.text[start] in "\"'" and decoded == self.text[start + 1 : end - 1]:
                return Value(decoded, start + 1, end - 1)
            return Value(decoded, start, end)
        if node.kind == "block":
            note = self.text.find("#", start, end) if not decoded.strip() else -1
            if note >= 0:
                self.found.comments.append(Value(self.text[note:end], note, end))
            return Value(decoded.strip("\n"), start, end)
        if not node.flow:
            line = self.text.find("\n", end, self.end)
            after = self.text[end : self.end if line < 0 else line]
            if is_text_comment(name, after):
                decoded, end = decoded + after.rstrip(), end + len(after.rstrip())
                gap = len(decoded) - len(decoded.lstrip())
                decoded, start = decoded.lstrip(), start + (gap if node.start == node.end else 0)
        gap = len(decoded) - len(decoded.lstrip())
        return Value(decoded.strip(), start + gap, end)

    def _comments(self, block: str) -> None:
        if "#" not in block:
            return
        values = [value for entry in self.found.entries for value in entry.values]
        for line in _COMMENT_LINE.finditer(block):
            start = self.start + line.start(1)
            if not any(value.start <= start < value.end for value in values):
                self.found.comments.append(Value(line[1].rstrip(), start, start + len(line[1].rstrip())))
        ends = {entry.end for entry in self.found.entries}
        for key in _COMMENT_BELOW_WHICH.finditer(block):
            start = self.start + key.start(1)
            if not any(value.start <= start < value.end for value in values):
                ends.add(self.start + key.end())
        for entry in self.found.entries:
            if entry.is_list:
                ends.update(value.end + (self.text[value.end : value.end + 1] in ("'", '"')) for value in entry.values)
        found = dict.fromkeys((comment.start, comment.end) for comment in self.found.comments)
        for end in sorted(ends):
            stop = self.text.find("\n", end, self.end)
            place = comment_after(self.text[end : self.end if stop < 0 else stop])
            if place and (at := (end + place[0], end + place[1])) not in found:
                found[at] = None
                self.found.comments.append(Value(self.text[slice(*at)], *at))

    def _add(self, name: str, key: _Node, node: _Node, values: tuple[Value, ...]) -> None:
        end = node.end
        while end > node.start and self.text[end - 1].isspace():
            end -= 1
        self.found.entries.append(
            Entry(key=name, values=values, is_list=node.kind == "list", key_start=key.start, start=node.start, end=end)
        )

    def _remark(self, id: str, message: str, start: int, end: int) -> None:
        self.found.remarks.append(Remark(id, message, start, end))


def _is_null(node: _Node) -> bool:
    """Whether a dumper wrote "nothing" here."""
    return node.kind == "plain" and node.text in ("~", "null")
