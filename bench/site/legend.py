"""The legend: the colour and the shape that a method has in every chart and table of a board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.judge.ends import ENDINGS
from bench.judge.score import CORRECT

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b07800", "#3a93c4", "#7a6fbe", "#8a8a00")
"""After Okabe and Ito, told apart by most eyes; shapes and names tell the same."""

SHAPES = (
    "M-.9 0A.9 .9 0 1 0 .9 0A.9 .9 0 1 0 -.9 0Z",
    "M-.8-.8H.8V.8H-.8Z",
    "M0-.9L1 .8H-1Z",
    "M0-1.1L1.1 0L0 1.1L-1.1 0Z",
    "M-.35-1H.35V-.35H1V.35H.35V1H-.35V.35H-1V-.35H-.35Z",
    "M0 .9L1-.8H-1Z",
    "M.9 0L-.8 1V-1Z",
)
"""Paths about the origin; with seven of them, colour and shape repeat together only after 56 methods."""

SHADES = ("#b8433c", "#8d8d8d", "#75656d", "#8f4fa3", "#a06f4a", "#c9749a", "#d8742f", "#a98a3c")
"""For wrong answers, by how they ended: none is a blue or a green that would say right, and all stand out
by day and by night."""

_COMMON = (
    *(CORRECT, "wrong_result", "missing", "not_a_query", "timeout"),
    *("forbidden", "error_syntax", "error_schema", "error_runtime"),
)
ENDS = tuple(dict.fromkeys((*_COMMON, *ENDINGS)))
"""Every ending, the common ones first: so many as there are shades, so that no two of those look alike."""

_WRONG = [end for end in ENDS if end != CORRECT]


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands for a method; ``number`` is that of its colour's class in the style sheet."""

    number: int
    path: str

    @property
    def colour(self) -> str:
        """Its colour, by day and by night."""
        return PALETTE[self.number]


def shade(end: str) -> str:
    """Name the class of the colour of an ending.

    >>> shade("correct"), shade("wrong_result"), SHADES[0]
    ('right', 'e0', '#b8433c')
    """
    return "right" if end == CORRECT else f"e{_WRONG.index(end) % len(SHADES)}"


def colour_of(end: str) -> str:
    """Give the colour of a wrong answer's ending."""
    return SHADES[_WRONG.index(end) % len(SHADES)]


def signs(methods: Iterable[str]) -> Mapping[str, Sign]:
    """Give each method its sign, in the order of the suite."""
    return {
        method: Sign(i % len(PALETTE), SHAPES[i % len(SHAPES)])
        for i, method in enumerate(dict.fromkeys(methods))
    }
