"""The labelled documents through other extractors, field by field beside archivekit.

    python tests/quality/peers.py CORPORA --python PYTHON_WITH_THE_PEERS [--labels FOLDER] [--only NAME]

Each extractor runs in a process of its own and gets the file as it is where the file is HTML or holds HTML; an extractor
that takes HTML alone gets Markdown and plain text as paragraphs, one for each stretch between blank lines. Pandoc reads
what does not begin with a tag as its Markdown, front matter included. A field an extractor does not have counts as wrong,
and is marked ``-`` where it never has it. How fast they are is measured by the bench, which runs them by ``--run``.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Answer = dict[str, Any]
"""``title``, ``authors``, ``published``, ``text``: what an extractor says of a document."""

PEERS = ("archivekit", "trafilatura", "newspaper4k", "readability", "pandoc")
NEVER = {"readability": ("authors", "published")}
"""Fields that an extractor does not have."""
PATIENCE = 30
"""Seconds that pandoc may take for a document; on some it does not end."""
FIELDS = ("title", "authors", "published", "first", "last", "leaks")


# --- in the process of one extractor ----------------------------------------------------------------------------


def as_html(text: str) -> str:
    """The text itself when it holds HTML, else a page of its paragraphs."""
    if re.search(r"<(?:p|div|br|html|body|span)\b", text, re.I):
        return text
    paragraphs = (html.escape(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip())
    return "<html><body><article>" + "".join(f"<p>{part}</p>" for part in paragraphs) + "</article></body></html>"


def decoded(path: Path) -> str:
    """A file's text, in the encoding that fits without an error."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _trafilatura() -> Callable[[Path], Answer]:
    import trafilatura

    def read(path: Path) -> Answer:
        found = trafilatura.bare_extraction(as_html(decoded(path)), with_metadata=True)
        if found is None:
            return {}
        authors = [name.strip() for name in (found.author or "").split(";") if name.strip()]
        return {"title": found.title, "authors": authors, "published": found.date, "text": found.text}

    return read


def _newspaper4k() -> Callable[[Path], Answer]:
    import newspaper

    def read(path: Path) -> Answer:
        found = newspaper.Article("https://example.org/", language="zh")
        found.download(input_html=as_html(decoded(path)))
        found.parse()
        published = found.publish_date.isoformat() if found.publish_date else None
        return {"title": found.title, "authors": list(found.authors), "published": published, "text": found.text}

    return read


def _readability() -> Callable[[Path], Answer]:
    import lxml.html
    import readability

    def read(path: Path) -> Answer:
        found = readability.Document(as_html(decoded(path)))
        return {"title": found.title(), "text": lxml.html.fromstring(found.summary()).text_content()}

    return read


def _pandoc() -> Callable[[Path], Answer]:
    import pypandoc

    pandoc = pypandoc.get_pandoc_path()

    def text_of(node: Any) -> str:
        if isinstance(node, list):
            return "".join(map(text_of, node))
        if not isinstance(node, dict) or node.get("t") in ("RawBlock", "RawInline"):
            return ""
        content = node.get("c", "")
        if node.get("t") in ("Code", "CodeBlock"):
            return str(content[1])
        return content if isinstance(content, str) else text_of(content)

    def read(path: Path) -> Answer:
        text = decoded(path)
        command = [pandoc, "--to", "json", "--from", "html" if text.lstrip().startswith("<") else "markdown"]
        done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=True, timeout=PATIENCE)
        found = json.loads(done.stdout)
        meta = {key: text_of(value).strip() for key, value in found["meta"].items()}
        authors = [name for name in re.split(r"[;、,，]", meta.get("author", "")) if name.strip()]
        return {"title": meta.get("title"), "authors": authors, "published": meta.get("date"), "text": text_of(found["blocks"])}

    return read


def _archivekit() -> Callable[[Path], Answer]:
    from archivekit.reading import load_profiles, read_source
    from archivekit.source import load

    profiles = load_profiles()

    def read(path: Path) -> Answer:
        article = read_source(load(path.name, path.read_bytes()), profiles)[0]
        return {
            "title": article.title,
            "authors": [one.name for one in article.contributors if one.role in ("aut", "rpt")],
            "published": article.published.value if article.published else None,
            "text": article.text,
        }

    return read


def run(peer: str, warm: int) -> None:
    """Read the documents whose paths come on standard input; print an answer a line, with the seconds of processor time it
    took, child processes included. The first ``warm`` get no answer: what is imported, compiled or loaded when it is first
    asked for (trafilatura compiles the dates of 200 languages at the first one that is hard to read) is done by then."""
    makers = {
        "archivekit": _archivekit,
        "trafilatura": _trafilatura,
        "newspaper4k": _newspaper4k,
        "readability": _readability,
        "pandoc": _pandoc,
    }
    read = makers[peer]()
    paths = [Path(line.rstrip("\n")) for line in sys.stdin]
    for at, path in enumerate(paths):
        start = used()
        try:
            answer = read(path)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        answer["seconds"] = used() - start
        if at >= warm:
            print(json.dumps(answer, default=str), flush=True)


def used() -> float:
    """Seconds of processor time this process and its finished children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


# --- the comparison ---------------------------------------------------------------------------------------------


def answers(peer: str, python: str, paths: Sequence[Path]) -> list[Answer]:
    """What an extractor says of each document, in order; raises SystemExit when it cannot be run at all."""
    given = "".join(f"{path}\n" for path in paths)
    program = sys.executable if peer == "archivekit" else python
    done = subprocess.run(
        [program, __file__, "--run", peer],
        input=given,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    found = [json.loads(line) for line in done.stdout.split("\n") if line.startswith("{")]
    if len(found) != len(paths):
        raise SystemExit(f"{peer} read {len(found)} of {len(paths)} documents\n{done.stderr[-2000:]}")
    return found


def score(answer: Answer, key: dict[str, Any]) -> dict[str, bool]:
    """For each field that both the label and the comparison have, whether the answer is right."""
    from measure import same_date, squash

    text = squash(answer.get("text"))
    people = {squash(name).lower() for name in answer.get("authors") or []}
    right = {"title": squash(answer.get("title")) in map(squash, key["title"])}
    if "authors" in key:
        wanted = [{squash(name).lower() for name in names} for names in (key["authors"], *key.get("authors_also", ()))]
        right["authors"] = any(one <= people if one else not people for one in wanted)
    days = [one for one in (key["published"], *key.get("published_also", ())) if one]
    right["published"] = _date(answer.get("published"), days, same_date)
    if "first" in key:
        right["first"] = any(text.startswith(squash(one)) for one in key["first"])
    if "last" in key:
        right["last"] = any(text.endswith(squash(one)) for one in key["last"])
    right["leaks"] = bool(text or "first" not in key) and not any(squash(one) in text for one in key.get("not_body", ()))
    return right


def _date(value: str | None, wanted: list[str], same: Callable[[str | None, list[str]], bool]) -> bool:
    """Whether a date is right; one that states a day alone is judged by the day."""
    if not value:
        return not wanted
    if len(value) == 10:
        return value in [one[:10] for one in wanted]
    try:
        return same(value, wanted)
    except ValueError:
        return False


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells in columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def compare(corpora: Path, python: str, labels: list[dict[str, Any]], peers: Sequence[str]) -> str:
    """The table of all extractors: right answers of all in per cent, and failures."""
    paths = [corpora / key["folder"] / key["file"] for key in labels]
    rows = [["extractor", *FIELDS, "failed"]]
    for peer in peers:
        right: Counter[str] = Counter()
        total: Counter[str] = Counter()
        found = answers(peer, python, paths)
        for answer, key in zip(found, labels, strict=True):
            for field, hit in score(answer, key).items():
                total[field] += 1
                right[field] += hit
        cells = ["-" if field in NEVER.get(peer, ()) else f"{100 * right[field] / total[field]:.1f} %" for field in FIELDS]
        failed = sum(1 for answer in found if "error" in answer)
        rows.append([peer, *cells, str(failed)])
    return table(rows)


def main() -> int:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path, nargs="?")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--labels", type=Path, default=Path(__file__).parent / "labels")
    parser.add_argument("--only", action="append", choices=PEERS)
    parser.add_argument("--run", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--warm", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run, options.warm)
        return 0
    from measure import read_labels

    if options.corpora is None:
        parser.error("the folder of the labelled documents is missing")
    labels = read_labels(options.labels)
    print(compare(options.corpora, options.python, labels, options.only or PEERS))
    print(f"{len(labels)} documents")
    return 0


if __name__ == "__main__":
    sys.exit(main())
