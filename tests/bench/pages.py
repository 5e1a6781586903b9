"""Pages: the articles as clean HTML, for programs that cannot read a dump. They get what archivekit has read, ready made.

A folder with ``book.html`` (all articles, an ``h1`` each), ``index.html`` with a link to each of ``p/00001.html`` …,
their images as they were in the dump, ``records.jsonl`` and ``print.css``.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Final

import archivekit
from archivekit.markup import xhtml
from archivekit.model import Article, Image, encode

TITLE: Final = "Bench"
CSS: Final = """@page { size: 148mm 210mm; margin: 16mm 15mm 18mm; @bottom-center { content: counter(page); } }
body { font: 10pt/1.7 "Noto Serif CJK SC", serif; margin: 0; }
h1 { font-size: 15pt; line-height: 1.4; break-before: page; }
img { max-width: 100%; max-height: 120mm; }
table { border-collapse: collapse; } td, th { border: .4pt solid; padding: 2pt 4pt; }
"""
_STATIC: Final = ("static", "wechat/static")


def folder(documents: Path, target: Path) -> Path:
    """The pages of a folder of documents, made only where they are not there. Returns ``target``."""
    stamp = target / "made.json"
    made = documents.with_name(documents.name + ".made.json").read_text("utf-8") + _code()
    if stamp.is_file() and stamp.read_text("utf-8") == made:
        return target
    shutil.rmtree(target, ignore_errors=True)
    (target / "p").mkdir(parents=True)
    (target / "i").mkdir()
    (target / "print.css").write_text(CSS, "utf-8")
    body: list[str] = []
    links: list[str] = []
    with (target / "records.jsonl").open("wb") as records:
        for reading in archivekit.read_tree(documents):
            for article in reading.articles:
                records.write(encode(article) + b"\n")
                page = _article(article, _Pictures(documents, target))
                name = f"p/{len(links) + 1:05d}.html"
                text = _document(article.title or "", page.replace('src="i/', 'src="../i/'), "../")
                (target / name).write_text(text, "utf-8")
                links.append(f'<li><a href="{name}">{xhtml.text(article.title or name)}</a></li>\n')
                body.append(page)
    (target / "book.html").write_text(_document(TITLE, "".join(body)), "utf-8")
    (target / "index.html").write_text(_document(TITLE, f"<h1>{TITLE}</h1>\n<ul>\n{''.join(links)}</ul>\n"), "utf-8")
    stamp.write_text(made, "utf-8")
    return target


def _code() -> str:
    """What reads the documents, as one number: archivekit's own files."""
    digest = hashlib.sha256()
    for path in sorted(Path(archivekit.__file__).parent.rglob("*.*")):
        if path.suffix in (".py", ".toml"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


class _Pictures:
    """Copies the pictures that pages name from the documents' static folders."""

    def __init__(self, documents: Path, target: Path) -> None:
        self._roots = [documents / name for name in _STATIC]
        self._target = target

    def __call__(self, image: Image) -> str | None:
        """The href of a copy; None for a picture that is not in the folder."""
        name = image.src.lstrip("/")
        for root in self._roots:
            if image.src.startswith("/images/") and (root / name).is_file():
                href = "i/" + name.removeprefix("images/").replace("/", "-")
                if not (self._target / href).exists():
                    shutil.copyfile(root / name, self._target / href)
                return href
        return None


def _article(article: Article, pictures: _Pictures) -> str:
    by = "，".join(one.name for one in article.contributors)
    when = article.published.value[:10] if article.published else ""
    line = " · ".join(part for part in (article.publisher or "", by, when) if part)
    body = xhtml.blocks(article.body, images=pictures, link_images=False)
    heading = f"<h1>{xhtml.text(article.title or '')}</h1>\n<p>{xhtml.text(line)}</p>\n"
    return f'<section lang="{xhtml.language_tag(article.language)}">\n{heading}{body}\n</section>\n'


def _document(title: str, body: str, up: str = "") -> str:
    style = f'<link rel="stylesheet" href="{up}print.css"/>'
    head = f'<meta charset="utf-8"/>\n<title>{xhtml.text(title)}</title>\n{style}\n'
    return f'<!DOCTYPE html>\n<html lang="zh">\n<head>\n{head}</head>\n<body>\n{body}</body>\n</html>\n'
