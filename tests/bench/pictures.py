"""Pictures: those of the sample corpus, each time cut and tinted a little otherwise, so that no two have the same pixels."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image

DISTINCT: Final = 2_000
"""How many pictures there are; a set whose documents show more of them shows some again, as sites do."""
WIDEST: Final = 900

BASES: Final = (
    "blog/race.jpg",
    "blog/meander.png",
    "feeds/night-market.png",
    "feeds/tide-bulge.png",
    "hugo/tea-roads.png",
    "mirror/bridge-section.png",
    "mirror/waggle.png",
    "site/starter.png",
)
_REFERENCE: Final = re.compile(r"/images/[\w./-]+\.(?:png|jpe?g|webp)")


def renumbered(text: str, document: int) -> tuple[str, tuple[int, ...]]:
    """A document's text with each picture it names exchanged for one of its own, and their numbers."""
    numbers: dict[str, int] = {}

    def own(match: re.Match[str]) -> str:
        number = numbers.setdefault(match[0], (document * 4 + len(numbers)) % DISTINCT)
        return f"/images/{name(number)}"

    return _REFERENCE.sub(own, text), tuple(numbers.values())


def name(number: int) -> str:
    """``bench/000017.png``: where picture ``number`` stands under ``images``."""
    return f"bench/{number:06d}{Path(BASES[number % len(BASES)]).suffix}"


def draw(corpus: Path, target: Path, numbers: Iterable[int]) -> None:
    """Write the pictures of these numbers into ``target/static/images``."""
    for number in sorted(numbers):
        file = target / "static" / "images" / name(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        picture = _varied(_base(corpus, BASES[number % len(BASES)]), random.Random(f"picture/{number}"))
        if file.suffix == ".png":
            picture.quantize(64).save(file, compress_level=6)
        else:
            picture.save(file, quality=85)


@lru_cache(maxsize=len(BASES))
def _base(corpus: Path, path: str) -> Image.Image:
    with Image.open(corpus / "static" / "images" / path) as picture:
        loaded = picture.convert("RGB")
    loaded.thumbnail((WIDEST, WIDEST))
    return loaded


def _varied(picture: Image.Image, rng: random.Random) -> Image.Image:
    """A piece of the picture, up to a tenth smaller, each channel a little darker by its own amount."""
    left, top = (int(rng.random() * side / 20) for side in picture.size)
    right, bottom = (side - int(rng.random() * side / 20) for side in picture.size)
    scales = [0.85 + 0.15 * rng.random() for _ in range(3)]
    table = [min(255, round(value * scale)) for scale in scales for value in range(256)]
    return picture.crop((left, top, right, bottom)).point(table)
