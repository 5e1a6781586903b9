"""What the tags of Hexo, Jekyll, Hugo and their themes stand for, as data: a new tag costs a word here."""

from __future__ import annotations

from typing import Final

CODE: Final = frozenset({"highlight", "codeblock", "code", "mermaid", "plantuml"})
"""Pairs around code; of what has no language of its own, the name says it."""
NAMED_CODE: Final = frozenset({"mermaid", "plantuml"})
COMMENT: Final = frozenset({"comment"})
RAW: Final = frozenset({"raw", "verbatim"})
"""Pairs in which a tag is text."""
ATTRIBUTED: Final = frozenset({"blockquote", "quote", "bq", "cq", "centerquote", "epigraph"})
"""Quotations, whose arguments say who is quoted."""
ADMONITIONS: Final = frozenset(
    {
        *("note", "notice", "admonition", "alert", "callout", "tip", "hint", "info", "warning", "danger", "caution"),
        *("important", "success", "question", "example", "abstract", "attention", "error", "seealso", "bug", "failure"),
    }
)
"""Notes set apart from the text, whose arguments are a title once the words for their looks are left out."""
FOLDED: Final = frozenset(
    {
        *("details", "fold", "folding", "expand", "collapse", "spoiler", "tab", "hidetoggle", "toggle", "accordion-item"),
        "collapsible",
    }
)
"""Parts that open on a touch, with the words that are touched."""
QUOTED: Final = ATTRIBUTED | ADMONITIONS | {"pullquote"}
KNOWN: Final = CODE | COMMENT | RAW | QUOTED | FOLDED
LOOKS: Final = frozenset(
    {
        *ADMONITIONS,
        *("default", "primary", "secondary", "light", "dark", "simple", "modern", "flat", "disabled", "no-icon", "open"),
        *("closed", "true", "false", "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "gray", "grey"),
    }
)
"""Arguments that say how something looks."""
TITLES: Final = ("title", "summary", "name", "header", "heading")
CREDITS: Final = ("author", "by", "cite", "source", "attribution")

IMAGES: Final = frozenset({"figure", "img", "image", "photo", "picture", "imgcap", "fig"})
SOURCES: Final = ("src", "image_path", "url", "path", "file", "image", "img")
CAPTIONS: Final = ("caption", "description", "desc")
EMBEDS: Final = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "bilibili": "https://www.bilibili.com/video/{}",
    "instagram": "https://www.instagram.com/p/{}/",
    "gist": "https://gist.github.com/{}",
    "jsfiddle": "https://jsfiddle.net/{}/",
    "asciinema": "https://asciinema.org/a/{}",
    "tweet": "https://twitter.com/{}",
    "twitter": "https://twitter.com/{}",
    "x": "https://x.com/{}",
}
"""Players and cards of a service, by what their argument is put into."""
FRAMES: Final = frozenset({"iframe", "video", "audio", "embed", "pdf", "dplayer", "mp4", "videos"})
"""Whatever is at an address."""
WORDS: Final = frozenset(
    {"kbd", "key", "u", "emp", "wavy", "del", "mark", "sup", "sub", "em", "strong", "psw", "abbr", "spoiler"}
)
"""Tags whose arguments are running words."""
STYLED: Final = frozenset({"p", "span"})
"""The same after a word for their looks and a comma."""
BUTTONS: Final = frozenset({"btn", "button"})
