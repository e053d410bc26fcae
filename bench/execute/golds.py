"""Golds: results of gold queries with all their rows, kept while there is room; runs inside the worker."""

from __future__ import annotations

from collections import OrderedDict

from bench.execute.query import Result
from bench.execute.show import show
from bench.execute.wire import MAX_GOLDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bench.execute.connections import File
    from bench.execute.query import Budget
    from bench.execute.watch import Rules
    from bench.types import Row, Scalar

    Verdicts = dict[str, bool | float]


class Gold:
    """A gold query's result with all its rows.

    Attributes:
        number: by which the supervisor knows it; 0 where it is not kept.
        counted: whether its operations were counted.
        beside: what a prediction that is compared with it may use.
        decided: comparisons, whether in order, and rows of a prediction → what was decided.
    """

    number = 0
    counted = True
    beside: Budget

    def __init__(self, result: Result | None = None) -> None:
        self.result = result or Result()
        self.rows: list[Row] = []
        self.decided: dict[tuple[Rules, bool, bytes], tuple[Verdicts, tuple[str, ...]]] = {}
        self._told = False
        self._distinct: set[Row] | None = None
        self._values: set[Scalar] | None = None

    def begin(self) -> None:
        """Begin again without a row."""
        self.rows = []

    def take(self, chunk: list[Row]) -> bool:
        """Keep every row."""
        self.rows += chunk
        return False

    @property
    def distinct(self) -> set[Row]:
        """The set of rows, made once."""
        if self._distinct is None:
            self._distinct = set(self.rows)
        return self._distinct

    @property
    def values(self) -> set[Scalar]:
        """The set of single values, made once."""
        if self._values is None:
            self._values = {value for row in self.rows for value in row}
        return self._values

    def tell(self) -> object:
        """Give its number, and its outcome too the first time that this worker speaks of it."""
        if self._told:
            return self.number
        self._told = True
        return [self.number, show(self.result)]


class Golds:
    """The results used last, at most ``MAX_GOLDS`` and ``most_bytes`` of them."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[File, str], Gold] = OrderedDict()
        self._bytes = self._count = 0

    def get(self, file: File, sql: str) -> Gold | None:
        """Return the result of a query on a file that is still the same, if it is kept."""
        key = file, sql
        gold = self._kept.get(key)
        if gold is not None:
            self._kept.move_to_end(key)
        return gold

    def keep(self, file: File, sql: str, gold: Gold) -> None:
        """Keep a result under a number, and drop those not used for longest where there is no more room."""
        self._count += 1
        gold.number = self._count
        if known := self._kept.pop((file, sql), None):
            self._bytes -= known.result.size
        self._kept[file, sql] = gold
        self._bytes += gold.result.size
        while len(self._kept) > MAX_GOLDS or (self._bytes > self._most_bytes and len(self._kept) > 1):
            self._bytes -= self._kept.popitem(last=False)[1].result.size

    def clear(self) -> None:
        """Drop every result."""
        self._kept.clear()
        self._bytes = 0
