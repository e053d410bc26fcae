"""Watch: compares a prediction's rows with the gold's as they arrive; runs inside the worker."""

from __future__ import annotations

from bench.execute.compare import (
    IGNORES_REPEATS,
    KNOWS_ROWS,
    NEEDS_EVERY_ROW,
    SEES_COLUMNS,
    SearchTooLong,
    base,
    compare,
)
from bench.execute.query import CHUNKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bench.execute.session import Gold
    from bench.types import Row


class Watch:
    """A sink that knows when no comparison is open any more."""

    def __init__(self, gold: Gold, names: list[str], in_order: bool) -> None:
        self.gold, self.in_order = gold, in_order
        self.equal: dict[str, bool | float] = dict.fromkeys(names, False)
        self.open = set(names)
        self._by_row = _of(names, KNOWS_ROWS)
        self._as_set = _of(names, IGNORES_REPEATS)
        self._whole = _of(names, NEEDS_EVERY_ROW)
        self._patient = self._as_set | self._whole
        self.rows: list[Row] = []
        self.seen: set[Row] = set()
        self.firsts: dict[Row, None] = {}
        self.count = 0

    def take(self, chunk: list[Row]) -> bool:
        """Close the rules that these rows decide; answers whether all are closed.

        A first chunk that is not full is mostly the whole result: it waits for ``finish``.
        """
        if not self.count and len(chunk) < CHUNKS[0]:
            self.count, self.rows = len(chunk), chunk
            return False
        if self.count == len(self.rows) < CHUNKS[0]:
            chunk = self.rows + chunk
            self.count, self.rows = 0, []
        self.count += len(chunk)
        if self._by_row and not self.gold.distinct.issuperset(chunk):
            self.open -= self._by_row
            self._by_row = self._as_set = frozenset()
        if self.count > len(self.gold.rows):
            self.open &= self._patient
            self.rows.clear()
        else:
            self.rows += chunk
        if self._as_set:
            self.seen.update(chunk)
        if self._whole:
            self.firsts.update(dict.fromkeys(chunk))
        return not self.open and bool(self.equal)

    def finish(self, width: int) -> tuple[str, ...]:
        """Decide the rules still open; returns notes on those that could not be.

        Args:
            width: how many columns the prediction has.
        """
        notes = []
        for name in sorted(self.open):
            try:
                self.equal[name] = self._decide(name, width)
            except SearchTooLong as reason:
                notes.append(f"{name}: no order of the columns found in time ({reason})")
        return tuple(notes)

    def _decide(self, name: str, width: int) -> bool | float:
        gold = self.gold
        if name in self._as_set:
            return (self.seen or set(self.rows)) == gold.distinct
        if not gold.rows and not self.count and base(name) in SEES_COLUMNS:
            return width == len(gold.result.columns)
        rows = list(self.firsts) if name in self._whole and self.firsts else self.rows
        return compare(name, gold.rows, rows, self.in_order)


def _of(names: list[str], kind: frozenset[str]) -> frozenset[str]:
    return frozenset([name for name in names if base(name) in kind])
