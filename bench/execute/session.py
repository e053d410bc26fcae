"""Session: what a worker keeps between items, and how it answers one; runs inside the worker.

An item is a gold query and a prediction on one database. The gold runs first and its rows are kept,
for many predictions meet the same gold. The prediction's rows are compared as they arrive, and
fetching stops as soon as every comparison is decided.
"""

from __future__ import annotations

import marshal
import os
from collections import OrderedDict
from itertools import islice

from bench.execute.compare import MEASURED, NEEDS_VALID_TEXT, base
from bench.execute.query import CHUNKS, DROPPED_BYTES, Budget, Result, classify, run
from bench.execute.show import show
from bench.execute.timing import how_much_faster
from bench.execute.watch import Watch
from bench.execute.wire import GOLD, MAX_GOLDS, PREDICTION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from bench.execute.guard import Connection
    from bench.execute.policy import Policy
    from bench.execute.query import Sink
    from bench.types import Row, Scalar

    Stamp = tuple[int, int, int]
    AnySink = TypeVar("AnySink", bound=Sink)

    Item = tuple[int, str | None, str | None, list[str], bool, list[str], list[str]]
    """Number, gold, prediction, comparisons, order; other databases, and what must hold there.

    A text that must not run is ``None``.
    """

    Verdicts = dict[str, bool | float]


MAX_CONNECTIONS = 64
FEW = CHUNKS[0]
"""Rows below which two results are compared at once where a question has several databases."""


class EmptyFile(Exception):  # noqa: N818 - a state of a file
    """A database without a byte."""


class Gold:
    """A gold query's result with all its rows."""

    def __init__(self) -> None:
        self.result = Result()
        self.rows: list[Row] = []
        self._distinct: set[Row] | None = None
        self._values: set[Scalar] | None = None
        self.number = 0
        self.told = False
        self.stamp: Stamp = (0, 0, 0)

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


class Forget:
    """Looks at nothing: for queries that are run without a gold."""

    def take(self, chunk: list[Row]) -> bool:  # noqa: ARG002 - a sink
        """Go on."""
        return False


class Session:
    """Open databases and gold results, and whether memory ran out (``spent``)."""

    def __init__(self, policy: Policy, engine: type[Connection]) -> None:
        self.spent = False
        self._policy, self._engine = policy, engine
        self._path = ""
        self._stamped: Stamp | None = None
        self._connections: OrderedDict[str, tuple[Connection, Stamp]] = OrderedDict()
        self._golds: OrderedDict[tuple[str, str], Gold] = OrderedDict()
        self._gold_bytes = self._count = 0

    def turn_to(self, path: str) -> None:
        """Begin a batch on a database; the file is looked at anew."""
        self._path, self._stamped = path, None

    def answer(self, item: Item, note: Callable[[int], None]) -> list[object]:
        """Run what the item asks for; gives number, gold, prediction, verdicts, and where they failed."""
        number, _, _, names, _, others, _ = item
        path = self._path
        gold, prediction, equal = self._pair(item, names, note)
        failed = ""
        if others:
            failed = self._elsewhere(item, equal, note)
            self.turn_to(path)
        told = None if prediction is None else show(prediction)
        return [number, gold and _tell(gold), told, [equal[name] for name in names], failed]

    def _pair(
        self, item: Item, names: list[str], note: Callable[[int], None]
    ) -> tuple[Gold | None, Result | None, Verdicts]:
        """Run gold and prediction on one database, and compare."""
        _, gold_sql, sql, _, in_order, _, _ = item
        equal: Verdicts = dict.fromkeys(names, False)
        gold = None
        if gold_sql is not None:
            gold = self._find(gold_sql, note)
        if sql is None:
            return gold, None, equal
        note(PREDICTION)
        if gold and sql == gold_sql:
            prediction = gold.result
            equal = dict.fromkeys(names, prediction.status == "ok")
        else:
            prediction = self._prediction(sql, gold, equal, in_order, note)
        if gold and DROPPED_BYTES in gold.result.notes + prediction.notes:
            equal.update((name, False) for name in names if base(name) in NEEDS_VALID_TEXT)
        for name in names:
            if equal[name] and base(name) in MEASURED:
                equal[name] = self._faster(str(gold_sql), sql, name, note)
        return gold, prediction, equal

    def _elsewhere(self, item: Item, equal: Verdicts, note: Callable[[int], None]) -> str:
        """Take back what does not hold on every other database; names the first of them."""
        failed = ""
        *_, others, everywhere = item
        for path in others:
            names = [name for name in everywhere if equal[name]]
            if not names:
                break
            self.turn_to(path)
            if self._agree_at_once(item, note):
                continue
            found = self._pair(item, names, note)[2]
            if not all(found.values()):
                failed = failed or os.path.basename(path)  # noqa: PTH119 - pathlib is not loaded here
                equal |= found
        return failed

    def _agree_at_once(self, item: Item, note: Callable[[int], None]) -> bool:
        """Tell whether gold and prediction find the same few rows, which settles what must hold everywhere.

        Anything else, an error among it, is left to the longer way; for speed only.
        """
        _, gold_sql, sql, *_ = item
        if gold_sql is None or sql is None or sql == gold_sql or self._policy.relative_steps is not None:
            return False
        gold = self._find(gold_sql, note).rows
        if not 0 < len(gold) < FEW:
            return False
        note(PREDICTION)
        try:
            connection = self._open()
            try:
                rows = list(islice(connection.rows(sql, self._policy.steps), FEW))
            finally:
                connection.end()
        except Exception:
            return False
        return rows == gold and marshal.dumps(rows, 2) == marshal.dumps(gold, 2)

    def _faster(self, gold: str, prediction: str, comparison: str, note: Callable[[int], None]) -> float:
        """Time gold and prediction by turns, to their first row or to their last; both have run before."""
        connection, whole = self._open(), comparison.endswith(":last")

        def run(text: str) -> None:
            note(PREDICTION)
            rows = connection.rows(text, self._policy.steps)
            if whole:
                for _ in rows:
                    pass
            connection.end()

        return how_much_faster(run, gold, prediction)

    def _gold(self, sql: str, note: Callable[[int], None]) -> Gold:
        """Run the gold and keep its rows."""
        note(GOLD)
        policy = self._policy
        budget = Budget(policy.steps, policy.rows, policy.gold_bytes, policy.preview_rows)
        gold, result = self._run(sql, budget, Gold)
        gold.result = result
        self._count += 1
        gold.number = self._count
        if gold.result.status != "ok":
            gold.rows = []
        if not gold.result.status.startswith(("db_", "internal")):
            gold.stamp = self._stamp()
            self._golds[self._path, sql] = gold
            self._gold_bytes += gold.result.size
            self._bound_golds()
        return gold

    def _kept(self, sql: str) -> Gold | None:
        """Return the gold's rows if they are kept and the database is still the same file."""
        key = self._path, sql
        gold = self._golds.get(key)
        if gold is None:
            return None
        try:
            same = gold.stamp == self._stamp()
        except (OSError, EmptyFile):
            same = False
        if not same:
            self._gold_bytes -= self._golds.pop(key).result.size
            return None
        self._golds.move_to_end(key)
        return gold

    def _prediction(
        self, sql: str, gold: Gold | None, equal: Verdicts, in_order: bool, note: Callable[[int], None]
    ) -> Result:
        """Run the prediction against its gold, writing the verdicts into ``equal``."""
        policy = self._policy
        steps, size = policy.steps, policy.bytes
        if gold is None or gold.result.status != "ok":
            budget = Budget(steps, policy.rows, size, policy.preview_rows)
            return self._run(sql, budget, Forget)[1]
        if policy.relative_steps is not None:
            steps = min(steps, max(policy.relative_floor, policy.relative_steps * gold.result.steps))
        budget = Budget(steps, policy.rows, size + gold.result.size, policy.preview_rows)
        watch, result = self._run(
            sql, budget, lambda: Watch(gold, list(equal), in_order, lambda text: self._find(text, note))
        )
        if result.status == "ok":
            result.notes += watch.finish(len(result.columns))
            equal.update(watch.equal)
        return result

    def _find(self, sql: str, note: Callable[[int], None]) -> Gold:
        """Find the rows of a gold, or run it."""
        return self._kept(sql) or self._gold(sql, note)

    def _run(self, sql: str, budget: Budget, make: Callable[[], AnySink]) -> tuple[AnySink, Result]:
        """Run on a connection; where memory runs out, once more with nothing else in memory."""
        for attempt in (0, 1):
            sink = make()
            try:
                result = run(self._open(), sql, budget, sink)
            except FileNotFoundError:
                return sink, Result("db_missing", "the file is not there")
            except OSError as error:
                return sink, Result("db_io", error.strerror or "the file cannot be read")
            except EmptyFile:
                return sink, Result("db_corrupt", "the file is empty")
            except Exception as error:
                result = Result(*classify(self._engine, error, "select"))
            if result.status != "memory":
                break
            self.spent = True
            if attempt == 0:
                self._forget()
        return sink, result

    def _stamp(self) -> Stamp:
        """Look at the file once per batch: size, time of change, inode.

        Raises:
            EmptyFile: SQLite would take it for a database.
        """
        if self._stamped is None and "://" in self._path:
            self._stamped = (0, 0, 0)  # a server does not say when its databases change
        if self._stamped is None:
            stat = os.stat(self._path)  # noqa: PTH116 - pathlib is not loaded here
            if stat.st_size == 0:
                raise EmptyFile
            self._stamped = stat.st_size, stat.st_mtime_ns, stat.st_ino
        return self._stamped

    def _open(self) -> Connection:
        """Open the database, or return it open; one that was replaced since is opened anew."""
        path, stamp = self._path, self._stamp()
        kept = self._connections.get(path)
        if kept:
            if kept[1] == stamp:
                self._connections.move_to_end(path)
                return kept[0]
            self._connections.pop(path)[0].close()
        while len(self._connections) >= MAX_CONNECTIONS:
            self._connections.popitem(last=False)[1][0].close()
        connection = self._engine(path, self._policy)
        self._connections[path] = connection, stamp
        return connection

    def _forget(self) -> None:
        for connection, _ in self._connections.values():
            connection.close()
        self._connections.clear()
        self._golds.clear()
        self._gold_bytes = 0

    def _bound_golds(self) -> None:
        """Drop the results not used for longest while there are too many, or too many bytes of them."""
        limit = self._policy.gold_bytes
        while len(self._golds) > MAX_GOLDS or (self._gold_bytes > limit and len(self._golds) > 1):
            self._gold_bytes -= self._golds.popitem(last=False)[1].result.size


def _tell(gold: Gold) -> object:
    """Give a gold's number, and its outcome the first time that this worker speaks of it."""
    if gold.told:
        return gold.number
    gold.told = True
    return [gold.number, show(gold.result)]
