"""Documents that are almost right hold the laws: those hypothesis builds, those that were saved, those that once broke one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from random import Random

import msgspec
import pytest
from fuzz import finds, mutate, oracle
from fuzz.targets import FINDS, TARGETS, Target
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archivekit import accounting
from archivekit.model import Article
from archivekit.source import load

HERE = Path(__file__).parent
SAVED = [(target, path) for target in TARGETS.values() for path in target.saved()]

PIECE = {
    name: st.sampled_from(sorted({word.decode("utf-8", "replace") for word in target.words}))
    for name, target in TARGETS.items()
}
HAN = st.text(st.sampled_from("天地玄黄宇宙洪荒日月盈昃，。："), min_size=1, max_size=12)
HEADS = {
    "stamped": "<!--1713405421000-->\n[{}](https://e.example/a)\n------\n\n",
    "headline": "### {}\n------\n[首页](https://e.example/) | [目录](https://e.example/l)\n\n",
    "html": "<!DOCTYPE html><html><head><title>{}</title></head><body><article>",
    "front-matter": "---\ntitle: {}\n",
    "markdown": "---\ntitle: {}\n---\n\n",
    "plain-text": "{}\n\n",
    "jsonl": '{{"schema":"archivekit/article/1","title":"{}",',
}


@st.composite
def documents(draw: st.DrawFn, name: str) -> bytes:
    """A head of the target's envelope, then words and pieces of its markup in any order."""
    pieces = draw(st.lists(st.one_of(HAN, PIECE[name]), max_size=30))
    return (HEADS[name].format(draw(HAN)) + "".join(pieces)).encode("utf-8", "replace")


@pytest.mark.parametrize("name", TARGETS)
@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_document_holds_the_laws(name: str, data: st.DataObject) -> None:
    oracle.check(data.draw(documents(name)))


@pytest.mark.parametrize(("target", "path"), SAVED, ids=[f"{target.name}/{path.name}" for target, path in SAVED])
def test_saved_documents_hold_the_laws(target: Target, path: Path) -> None:
    articles = oracle.check(path.read_bytes(), path.name)
    assert articles
    if target.name not in ("jsonl", "front-matter"):
        accounting.check(load(path.name, path.read_bytes()), articles)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_saved_corpus_reaches_its_reader(target: Target) -> None:
    readers = {article.provenance.reader for path in target.saved() for article in oracle.check(path.read_bytes())}
    if target.name != "jsonl":
        assert target.readers <= readers


@pytest.mark.parametrize("path", sorted(FINDS.iterdir()), ids=lambda path: path.name)
def test_what_was_found_stays_mended(path: Path) -> None:
    oracle.check(path.read_bytes())


# --- the fuzzer itself --------------------------------------------------------------------------------------------


def test_mutations_depend_on_their_seed_alone_and_stay_small() -> None:
    for target in TARGETS.values():
        pool = finds.seeds(target)
        made = [mutate.mutated(Random(seed), pool[0], pool, target.words) for seed in range(40)]
        assert made == [mutate.mutated(Random(seed), pool[0], pool, target.words) for seed in range(40)]
        assert len(set(made)) > 30 and all(len(one) <= mutate.MAX_SIZE for one in made)


def _lossy(articles: tuple[Article, ...]) -> tuple[Article, ...]:
    return tuple(msgspec.structs.replace(article, body=article.body[1:], text="") for article in articles)


def test_the_oracle_sees_what_it_should(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = TARGETS["stamped"].saved()[0].read_bytes()
    honest = oracle.read_source
    oracle.check(data)
    monkeypatch.setattr(oracle, "read_source", lambda source, profiles: _lossy(honest(source, profiles)))
    with pytest.raises(AssertionError):
        oracle.check(data)
    monkeypatch.setattr(oracle, "read_source", lambda source, profiles: [][0])
    with pytest.raises(IndexError):
        oracle.check(data)
    kept = finds.Finds(tmp_path, TARGETS["stamped"])
    assert kept.check(data) == frozenset() and len(kept) == 1
    (find,) = tmp_path.glob("*.bin")
    assert len(find.read_bytes()) < len(data) and find.with_suffix(".why").read_text("utf-8").startswith("IndexError")
    monkeypatch.setattr(oracle, "read_source", lambda source, profiles: [0 for _ in iter(int, 1)])
    with pytest.raises(oracle.Hang):
        oracle.check(data, seconds=0.05)


@pytest.mark.slow
def test_the_command_runs_every_target_and_says_what_it_found(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fuzz", "--seconds", "7", "--engine", "unguided", "--seed", "1", "--finds", str(tmp_path)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, check=False, timeout=300)
    said = done.stdout.decode()
    assert done.returncode == 0, said + done.stderr.decode()
    assert all(f"\n{name}: " in said for name in TARGETS) and list(tmp_path.iterdir()) == []


# --- the threat model ---------------------------------------------------------------------------------------------


def test_every_test_the_threat_model_names_exists() -> None:
    page = (HERE.parent / "docs" / "threat-model.md").read_text("utf-8")
    rows = re.findall(r"^\| [^|]+ \| (.*`.*) \|$", page.split("## Limits")[0], re.MULTILINE)
    named = [entry for row in rows for entry in re.findall(r"`([^`]+)`", row) if "::" in entry or entry.startswith("make ")]
    assert len(rows) >= 18 and len(named) >= len(rows)
    for name in named:
        file, _, test = name.partition("::")
        if test:
            assert re.search(rf"^def {test}\(", (HERE / file).read_text("utf-8"), re.MULTILINE), name
        else:
            assert name == "make fuzz" and re.search(r"^fuzz:", (HERE.parent / "Makefile").read_text("utf-8"), re.MULTILINE)
