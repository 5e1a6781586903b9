"""One target without libFuzzer: what gives a record that is made of something new is kept and mutated further."""

from __future__ import annotations

import sys
import time
from random import Random

from . import mutate
from .finds import Finds, arguments, seeds
from .targets import TARGETS


def main() -> int:
    """0 when nothing was found, 1 otherwise."""
    options = arguments("fuzz.unguided", __doc__)
    target = TARGETS[options.target]
    finds, pool = Finds(options.finds, target), seeds(target)
    random, until = Random(options.seed), time.monotonic() + options.seconds
    known: set[str] = set()
    first, count = list(dict.fromkeys(pool)), 0
    while time.monotonic() < until:
        data = first.pop() if first else mutate.mutated(random, random.choice(pool), pool, target.words)
        seen = finds.check(data)
        count += 1
        if not seen <= known:
            known |= seen
            pool.append(data)
    finds.report(count, options.seconds, "features")
    return int(bool(len(finds)))


if __name__ == "__main__":
    sys.exit(main())
