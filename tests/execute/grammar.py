"""Grammar: hostile SQL without end, seeded, each text with the family that it was grown from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random

DEPTH = 5
"""From here on the first alternative is taken, so that every text ends."""

_RULES = tomllib.loads(Path(__file__).with_name("grammar.toml").read_text())
FAMILIES: dict[str, list[str]] = _RULES["families"]
_WORDS: dict[str, list[str]] = _RULES["words"]
_PLACE = re.compile(r"<([a-z_]+)>|<(\d+) of ([^>]+)>")


def texts(seed: int) -> Iterator[tuple[str, str]]:
    """Yield (family, SQL) without end, the same for the same seed."""
    rng = Random(seed)
    while True:
        family = rng.choice(list(FAMILIES))
        yield family, grow(rng, rng.choice(FAMILIES[family]))


def grow(rng: Random, text: str, depth: int = 0) -> str:
    """Replace every ``<name>`` by one of its alternatives, again and again."""

    def one(match: re.Match[str]) -> str:
        if match[2]:
            return match[3] * int(match[2])
        ways = _WORDS[match[1]]
        return grow(rng, ways[0] if depth > DEPTH else rng.choice(ways), depth + 1)

    return _PLACE.sub(one, text)
