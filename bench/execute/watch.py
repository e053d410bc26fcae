"""Watch: compares a prediction's rows with the gold's as they arrive; runs inside the worker."""

from __future__ import annotations

from bench.execute.compare import (
    HOLD_FOR_EQUAL_LISTS,
    IGNORES_REPEATS,
    KNOWS_ROWS,
    NEEDS_EVERY_ROW,
    SAME_VALUES,
    SEES_COLUMNS,
    SearchTooLong,
    base,
    compare,
    one_of_the_tied,
    ranked_sql,
)
from bench.execute.query import CHUNKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.execute.session import Gold
    from bench.types import Row


class Watch:
    """A sink that knows when no comparison is open any more.

    Args:
        gold: the result to compare with.
        names: the comparisons.
        in_order: whether the order of rows matters where a name does not say.
        find: runs another query on the same database: gold with its sort keys.
    """

    _by_row: frozenset[str]
    _as_set: frozenset[str]
    _whole: frozenset[str]
    _patient: frozenset[str]

    def __init__(self, gold: Gold, names: list[str], in_order: bool, find: Callable[[str], Gold]) -> None:
        self.gold, self.in_order, self._find = gold, in_order, find
        self.equal: dict[str, bool | float] = dict.fromkeys(names, False)
        self.open = set(names)
        self.rows: list[Row] = []
        self.count = 0
        self._streams = False
        self._seen: set[Row] = set()
        self._firsts: dict[Row, None] = {}

    def take(self, chunk: list[Row]) -> bool:
        """Close the rules that these rows decide; answers whether all are closed.

        A first chunk that is not full is mostly the whole result: it waits for ``finish``.
        """
        if not self.count and len(chunk) < CHUNKS[0]:
            self.count, self.rows = len(chunk), chunk
            return False
        if not self._streams:
            self._begin()
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
            self._seen.update(chunk)
        if self._whole:
            self._firsts.update(dict.fromkeys(chunk))
        return not self.open and bool(self.equal)

    def _begin(self) -> None:
        """See which rules can be decided before the last row."""
        self._streams = True
        self._by_row = self._of(KNOWS_ROWS)
        self._as_set = self._of(IGNORES_REPEATS)
        self._whole = self._of(NEEDS_EVERY_ROW)
        self._patient = self._as_set | self._whole

    def _of(self, kind: frozenset[str]) -> frozenset[str]:
        return frozenset([name for name in self.open if base(name) in kind])

    def finish(self, width: int) -> tuple[str, ...]:
        """Decide the rules still open; returns notes on those that could not be.

        Args:
            width: how many columns the prediction has.
        """
        if not self.count and not self.gold.rows:
            self._finish_empty(width)
            return ()
        notes = []
        same = self.count == len(self.gold.rows) and self.rows == self.gold.rows
        if not same and self._holds_other_values():
            self.open -= self._of(SAME_VALUES)
        for name in sorted(self.open):
            kind = base(name)
            if same and kind in HOLD_FOR_EQUAL_LISTS:
                self.equal[name] = True
                continue
            try:
                self.equal[name] = self._decide(name, kind)
            except SearchTooLong as reason:
                notes.append(f"{kind}: no order of the columns found in time ({reason})")
        return tuple(notes)

    def _holds_other_values(self) -> bool:
        """Tell whether a value occurs in one of two small results only: most wrong answers show at once."""
        if self.count > CHUNKS[0] or len(self.gold.rows) > CHUNKS[0]:
            return False
        return {value for row in self.rows for value in row} != self.gold.values

    def _finish_empty(self, width: int) -> None:
        same_width = width == len(self.gold.result.columns)
        for name in self.open:
            blind = base(name) not in SEES_COLUMNS
            self.equal[name] = compare(name, [], [], self.in_order) if blind else same_width

    def _decide(self, name: str, kind: str) -> bool | float:
        gold = self.gold
        if kind in IGNORES_REPEATS:
            return (self._seen or set(self.rows)) == gold.distinct
        if kind in ("subset", "tied") and self._is_strict():
            return True
        if kind == "tied":
            if self.count != len(gold.rows) or len(self.rows[0]) < len(gold.rows[0]):
                return False
            ranked = self._find(ranked_sql(name)).rows
            return one_of_the_tied(name.partition(":")[2], ranked, self.rows)
        rows = list(self._firsts) if kind in NEEDS_EVERY_ROW and self._firsts else self.rows
        return compare(name, gold.rows, rows, self.in_order)

    def _is_strict(self) -> bool:
        """Tell whether ``strict`` was asked for and holds; it is decided before those that need it."""
        return bool(self.equal.get("strict:list") or self.equal.get("strict:bag"))
