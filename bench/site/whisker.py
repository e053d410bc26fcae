"""Whiskers: a score with its interval as a drawing in the background of its cell.

A table of 200 rows has some thousand of them. As markup they were a third of its bytes and most of what a
browser laid out; here a cell names three places out of a hundred by classes, and the style sheet draws them.
"""

from __future__ import annotations

from bench.types import Score


def places(score: Score) -> str:
    """Give the classes that say where an interval begins, where its score is, and where it ends.

    >>> places(Score(1, 2, 0.5, 0.094, 0.906, "wilson"))
    'l9 v50 h91'
    """
    return f"l{hundredth(score.low)} v{hundredth(score.value)} h{hundredth(score.high)}"


def hundredth(value: float) -> int:
    """Give the place of a share on a scale of a hundred steps; what is outside stands at its end."""
    return int(100 * min(1.0, max(0.0, value)) + 0.5)


def style() -> str:
    """Write the classes: no page has styles of its own, for its policy forbids them."""
    return "".join(f".{name}{at}{{--{name}:{at}}}\n" for name in "lvh" for at in range(101))
