"""Say in words how a predicted query differs from gold, clause by clause."""

from __future__ import annotations

from collections.abc import Sequence

from bench.sql.diagnose import diagnose
from bench.sql.differences import Difference
from bench.types import Schema

_MOST = 12


def explain(gold: str, pred: str, schema: Schema | None = None) -> list[str]:
    """Return short sentences on what ``pred`` does otherwise than ``gold``; none where the trees agree.

    Never raises, and gives up after two seconds.

    >>> explain("SELECT max(age) FROM singer WHERE country = 'France'", "SELECT min(age) FROM singer")
    ['selects MIN(age) instead of MAX(age)', "misses the condition country = 'France'"]
    """
    return in_words(diagnose(gold, pred, schema))


def in_words(differences: Sequence[Difference]) -> list[str]:
    """Say what was diagnosed; what is beyond a dozen is counted."""
    found = [difference.words for difference in differences]
    left_out = len(found) - _MOST
    return found if left_out <= 0 else [*found[:_MOST], f"and {left_out} differences more"]
