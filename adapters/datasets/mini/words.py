"""Word lists for invented databases, read from ``words.toml``."""

from __future__ import annotations

import tomllib
from importlib.resources import files

_lists = {
    name: tuple(text.split())
    for name, text in tomllib.loads((files(__package__) / "words.toml").read_text("utf-8")).items()
}

THINGS = _lists["things"]
"""Nouns for tables; two of them make a two-word name."""

TRAITS, PARTS = _lists["traits"], _lists["parts"]
"""Nouns for columns with numbers or categories, and words that qualify one."""

NAMING, DATING = _lists["naming"], _lists["dating"]
"""Columns that name a row, and columns that date it."""

ADJECTIVES = _lists["adjectives"]
"""Categories."""

ONSETS, NUCLEI, CODAS = _lists["onsets"], _lists["nuclei"], ("", "", *_lists["codas"])
"""Parts of invented syllables."""
