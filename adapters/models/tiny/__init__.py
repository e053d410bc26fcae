"""Three tiny models that come with the bench: ``tiny:small``, ``tiny:medium`` and ``tiny:large``.

They exist so that fitting and distilling can be run and compared honestly on a laptop, with nothing
downloaded. ``make.py`` beside them trained them from scratch; each folder has a card.
"""

from __future__ import annotations

from pathlib import Path

from adapters.models.hf import Hub
from bench.errors import ConfigError, near

HOME = Path(__file__).parent
SIZES = ("small", "medium", "large")


class Tiny(Hub):
    """A tiny model by its size."""

    note = "tiny model, trained from scratch for this bench: it shows how methods run, not how good they are"

    def __init__(self, source: str, revision: str | None) -> None:
        """Take ``small``, ``medium`` or ``large``.

        Raises:
            ConfigError: there is no such size, or a revision was given.
        """
        where = f"tiny:{source}"
        if source not in SIZES:
            raise ConfigError(f"unknown tiny model '{source}'", where=where, todo=near(source, SIZES))
        if revision is not None:
            raise ConfigError("the tiny models have no revisions", where=where, todo="leave 'revision' out")
        super().__init__(str(HOME / source), None)
