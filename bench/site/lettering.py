"""Lettering: where the names of points stand in a chart, so that none touches another, a point or a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

GLYPH, LINE, POINT = 6.3, 13.0, 6.0
"""Pixels: the width of a character and the height of a line at 11 px, half the size of a point."""

Align: TypeAlias = Literal["left", "right", "center"]
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels from the upper left corner."""

PLACES: tuple[tuple[int, int, Align], ...] = (
    (9, 0, "left"),
    (-9, 0, "right"),
    (7, -11, "left"),
    (7, 11, "left"),
    (0, -14, "center"),
    (0, 14, "center"),
    (-7, -11, "right"),
    (-7, 11, "right"),
)
"""Where a name may stand about its point, the best first: pixels to the right, pixels down, alignment."""


@dataclass(frozen=True, slots=True)
class Lettered:
    """Where one name stands, seen from its point."""

    dx: int
    dy: int
    align: Align


def letter(
    points: Sequence[tuple[float, float, str]], width: float, height: float, walls: Sequence[Box] = ()
) -> list[Lettered | None]:
    """Find a place for each name; ``None`` where every place is taken.

    Args:
        points: x and y in pixels from the upper left corner, and the name; the most important first.
        width: of the chart, in pixels.
        height: of the chart, in pixels.
        walls: what else no name may touch.

    >>> letter([(50, 50, "a"), (50, 60, "b")], 100, 100)
    [Lettered(dx=9, dy=0, align='left'), Lettered(dx=-9, dy=0, align='right')]
    """
    taken = [(x - POINT, y - POINT, x + POINT, y + POINT) for x, y, _ in points]
    taken += walls
    found: list[Lettered | None] = []
    for i, (x, y, name) in enumerate(points):
        others = taken[:i] + taken[i + 1 :]
        for dx, dy, align in PLACES:
            box = _box(x + dx, y + dy, align, len(name))
            inside = box[0] >= 0 and box[2] <= width and box[1] >= -LINE and box[3] <= height
            if inside and not any(_touch(box, other) for other in others):
                taken.append(box)
                found.append(Lettered(dx, dy, align))
                break
        else:
            found.append(None)
    return found


def spread(heights: Sequence[float], height: float) -> list[float]:
    """Move names that stand one below the other apart, each as little as the order of their places lets it.

    Args:
        heights: where each name would stand, in pixels from above.
        height: of the chart, in pixels; names that are too many for it run out below.

    Returns:
        How far down each is moved.

    >>> spread([50.0, 48.0, 10.0], 100)
    [5.5, -5.5, 0.0]
    """
    groups: list[list[int]] = []  # of names that touch
    for i in sorted(range(len(heights)), key=lambda i: heights[i]):
        group = [i]
        while groups and _first(group, heights, height) < _below(groups[-1], heights, height):
            group = groups.pop() + group
        groups.append(group)
    moved = [0.0] * len(heights)
    for group in groups:
        for place, i in enumerate(group):
            moved[i] = round(_first(group, heights, height) + LINE * place - heights[i], 1)
    return moved


def _below(group: Sequence[int], heights: Sequence[float], height: float) -> float:
    return _first(group, heights, height) + LINE * len(group)


def _first(group: Sequence[int], heights: Sequence[float], height: float) -> float:
    """Say where the first of some names stands that have their mean place together."""
    room = LINE * (len(group) - 1)
    return max(0.0, min(sum(heights[i] for i in group) / len(group) - room / 2, height - room))


def _box(x: float, y: float, align: Align, characters: int) -> Box:
    wide = GLYPH * characters
    left = {"left": x, "right": x - wide, "center": x - wide / 2}[align]
    return left, y - LINE / 2, left + wide, y + LINE / 2


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
