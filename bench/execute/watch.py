"""Watch: compares a prediction's rows with the gold's as they arrive; runs inside the worker."""

from __future__ import annotations

import marshal
from functools import lru_cache
from itertools import chain

from bench.execute.compare import (
    HOLD_FOR_EQUAL_LISTS,
    IGNORES_REPEATS,
    KNOWS_ROWS,
    MEASURED,
    NEEDS_EVERY_ROW,
    NEEDS_VALID_TEXT,
    SAME_VALUES,
    SEES_COLUMNS,
    SearchTooLong,
    base,
    compare,
    one_of_the_tied,
    ranked_sql,
)
from bench.execute.query import FIRST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.execute.golds import Gold, Verdicts
    from bench.types import Row


MOST_DECIDED, MOST_BYTES = 16, 1024
"""Results that are remembered with a gold, and their size at most: many predictions find the same rows."""


class Rules:
    """The comparisons of a pair, grouped by what decides them; made once and used for many pairs.

    Attributes:
        asked: their names, as they were asked for.
        kinds: name → its comparison, without an argument; ``strict`` comes before those that build on it.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.asked = names
        self.kinds = {name: base(name) for name in sorted(names)}
        self.names = frozenset(names)
        self.by_row = self._of(KNOWS_ROWS)
        self.as_set = self._of(IGNORES_REPEATS)
        self.whole = self._of(NEEDS_EVERY_ROW)
        self.same_values = self._of(SAME_VALUES)
        self.need_valid_text = self._of(NEEDS_VALID_TEXT)
        self.measured = self._of(MEASURED)

    def every(self, holds: bool) -> Verdicts:
        """Give each the same verdict."""
        return dict.fromkeys(self.asked, holds)

    def _of(self, kind: frozenset[str]) -> frozenset[str]:
        return frozenset([name for name in self.kinds if self.kinds[name] in kind])


rules_of = lru_cache(maxsize=1024)(Rules)
"""Names of comparisons → their :class:`Rules`."""


class Watch:
    """A sink that knows when no comparison is open any more.

    Args:
        gold: the result to compare with.
        rules: the comparisons.
        in_order: whether the order of rows matters where a name does not say.
        find: runs another query on the same database: gold with its sort keys.
    """

    # What most pairs leave as it is belongs to the class.
    count = 0
    rows: list[Row] = []  # noqa: RUF012 - never changed in place
    _streams = False
    _by_row = _as_set = _whole = _patient = frozenset[str]()
    _seen: set[Row]
    _firsts: dict[Row, None]

    def __init__(self, gold: Gold, rules: Rules, in_order: bool, find: Callable[[str], Gold]) -> None:
        self.gold, self.rules, self.in_order, self._find = gold, rules, in_order, find
        self.open = rules.names

    def begin(self) -> None:
        """Begin again with every comparison open."""
        self.count, self.rows, self._streams, self.open = 0, [], False, self.rules.names

    def take(self, chunk: list[Row]) -> bool:
        """Close the rules that these rows decide; answers whether all are closed.

        A first chunk that is not full is mostly the whole result: it waits for ``finish``.
        """
        if not self.count and len(chunk) < FIRST:
            self.count, self.rows = len(chunk), chunk
            return False
        if not self._streams:
            chunk = self._stream(chunk)
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
        return not self.open and bool(self.rules.names)

    def _stream(self, chunk: list[Row]) -> list[Row]:
        """See which rules can be decided before the last row; gives the rows so far."""
        rules, so_far = self.rules, self.rows + chunk
        self._streams, self.count, self.rows = True, 0, []
        self._by_row, self._as_set, self._whole = rules.by_row, rules.as_set, rules.whole
        self._patient = rules.as_set | rules.whole
        self._seen, self._firsts = set(), {}
        return so_far

    def finish(self, width: int) -> tuple[Verdicts, tuple[str, ...]]:
        """Decide the rules still open; gives the verdicts, and notes on those that could not be decided.

        Args:
            width: how many columns the prediction has.
        """
        gold, rules = self.gold, self.rules
        if not self.count and not gold.rows:
            return self._of_empty(width), ()
        same = self.count == len(gold.rows) and self.rows == gold.rows
        if not same and self._holds_other_values():
            self.open -= rules.same_values
        if not self.open:
            return rules.every(False), ()
        if self._streams:
            return self._settle(same)
        found = rules, self.in_order, marshal.dumps(self.rows, 2)
        if known := gold.decided.get(found):
            return known[0].copy(), known[1]
        equal, notes = self._settle(same)
        if len(gold.decided) < MOST_DECIDED and len(found[2]) <= MOST_BYTES:
            gold.decided[found] = equal.copy(), notes
        return equal, notes

    def _settle(self, same: bool) -> tuple[Verdicts, tuple[str, ...]]:
        """Decide the rules still open, with all rows at hand; ``same`` where they are gold's list."""
        equal, notes = self.rules.every(False), []
        for name, kind in self.rules.kinds.items():
            if name not in self.open:
                continue
            if same and kind in HOLD_FOR_EQUAL_LISTS:
                equal[name] = True
                continue
            try:
                equal[name] = self._decide(name, kind, equal)
            except SearchTooLong as reason:
                notes.append(f"{kind}: no order of the columns found in time ({reason})")
        return equal, tuple(notes)

    def _holds_other_values(self) -> bool:
        """Tell whether a value occurs in one of two small results only: most wrong answers show at once."""
        if self.count > FIRST or len(self.gold.rows) > FIRST:
            return False
        values = self.gold.values
        return (self.rows and self.rows[0][0] not in values) or set(chain.from_iterable(self.rows)) != values

    def _of_empty(self, width: int) -> Verdicts:
        same_width = width == len(self.gold.result.columns)
        return {
            name: same_width if kind in SEES_COLUMNS else compare(name, [], [], self.in_order)
            for name, kind in self.rules.kinds.items()
        }

    def _decide(self, name: str, kind: str, equal: Verdicts) -> bool | float:
        gold = self.gold
        if kind in IGNORES_REPEATS:
            return (self._seen if self._streams else set(self.rows)) == gold.distinct
        if kind in ("subset", "tied") and (equal.get("strict:list") or equal.get("strict:bag")):
            return True  # ``strict`` is decided before those that need it
        if kind == "tied":
            if self.count != len(gold.rows) or len(self.rows[0]) < len(gold.rows[0]):
                return False
            ranked = self._find(ranked_sql(name)).rows
            return one_of_the_tied(name.partition(":")[2], ranked, self.rows)
        rows = list(self._firsts) if self._streams and kind in NEEDS_EVERY_ROW else self.rows
        return compare(name, gold.rows, rows, self.in_order)
