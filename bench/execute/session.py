"""Session: what a worker keeps between items, and how it answers one; runs inside the worker.

An item is a gold query and a prediction on one database. The gold runs first and its rows are kept,
for many predictions meet the same gold. The prediction's rows are compared as they arrive, and
fetching stops as soon as every comparison is decided.
"""

from __future__ import annotations

import os
from collections import OrderedDict

import apsw

from bench.execute.compare import NEEDS_VALID_TEXT, base
from bench.execute.connection import Connection
from bench.execute.query import DROPPED_BYTES, Budget, Result, classify, run
from bench.execute.show import show
from bench.execute.watch import Watch
from bench.execute.wire import GOLD, MAX_GOLDS, PREDICTION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypedDict, TypeVar

    from bench.execute.policy import Policy
    from bench.execute.query import Sink
    from bench.types import Row

    Stamp = tuple[int, int, int]
    AnySink = TypeVar("AnySink", bound=Sink)

    class Item(TypedDict):
        """Number, database, gold, prediction, comparisons, order; a text that must not run is ``None``."""

        n: int
        d: str
        g: str | None
        p: str | None
        c: list[str]
        o: bool


MAX_CONNECTIONS = 32


class Gold:
    """A gold query's result with all its rows."""

    def __init__(self) -> None:
        self.result = Result()
        self.rows: list[Row] = []
        self._distinct: set[Row] | None = None
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


class Forget:
    """Looks at nothing: for queries that are run without a gold."""

    def take(self, chunk: list[Row]) -> bool:  # noqa: ARG002 - a sink
        """Go on."""
        return False


def _number(value: bool | float) -> str:
    """Write a verdict for the wire: 0 or 1, or a number with a point."""
    return repr(value) if isinstance(value, float) else str(int(value))


class Session:
    """Open databases and gold results, and whether memory ran out (``spent``)."""

    def __init__(self, policy: Policy, vfs: str) -> None:
        self.spent = False
        self._policy, self._vfs = policy, vfs
        self._connections: OrderedDict[str, tuple[Connection, Stamp]] = OrderedDict()
        self._golds: OrderedDict[tuple[str, str], Gold] = OrderedDict()
        self._gold_bytes = self._count = 0
        self._looked: tuple[str, Stamp] | None = None

    def answer(self, item: Item, note: Callable[[int], None]) -> str:
        """Run what the item asks for; gives the JSON of the reply."""
        path = item["d"]
        equal: dict[str, bool | float] = dict.fromkeys(item["c"], False)
        self._looked = None
        gold, prediction = None, None
        if item["g"] is not None:
            note(GOLD)
            gold = self._gold(path, item["g"])
        if item["p"] is not None:
            note(PREDICTION)
            if gold and item["p"] == item["g"]:
                prediction = gold.result
                equal = dict.fromkeys(item["c"], prediction.status == "ok")
            else:
                prediction = self._prediction(item, item["p"], gold, equal)
            if gold and DROPPED_BYTES in gold.result.notes + prediction.notes:
                equal.update((name, False) for name in item["c"] if base(name) in NEEDS_VALID_TEXT)
        shown = _tell(gold) if gold else "null"
        answer = "null" if prediction is None else show(prediction)
        decided = ",".join([f'"{name}":{_number(value)}' for name, value in equal.items()])
        return f'{{"n":{item["n"]},"g":{shown},"p":{answer},"e":{{{decided}}},"bye":{int(self.spent)}}}'

    def _gold(self, path: str, sql: str) -> Gold:
        """Find the gold's rows, or run it."""
        kept = self._kept(path, sql)
        if kept:
            return kept
        policy = self._policy
        budget = Budget(policy.steps, policy.rows, policy.gold_bytes, policy.preview_rows)
        gold, result = self._run(path, sql, budget, Gold)
        gold.result = result
        self._count += 1
        gold.number = self._count
        if gold.result.status != "ok":
            gold.rows = []
        if not gold.result.status.startswith(("db_", "internal")):
            gold.stamp = self._stamp(path)
            self._golds[path, sql] = gold
            self._gold_bytes += gold.result.size
            self._bound_golds()
        return gold

    def _kept(self, path: str, sql: str) -> Gold | None:
        """Return the gold's rows if they are kept and the database is still the same file."""
        gold = self._golds.get((path, sql))
        if gold is None:
            return None
        try:
            same = gold.stamp == self._stamp(path)
        except OSError:
            same = False
        if not same:
            self._gold_bytes -= self._golds.pop((path, sql)).result.size
            return None
        self._golds.move_to_end((path, sql))
        return gold

    def _prediction(self, item: Item, sql: str, gold: Gold | None, equal: dict[str, bool | float]) -> Result:
        """Run the prediction against its gold, writing the verdicts into ``equal``."""
        policy = self._policy
        steps, size = policy.steps, policy.bytes
        if gold is None or gold.result.status != "ok":
            budget = Budget(steps, policy.rows, size, policy.preview_rows)
            return self._run(item["d"], sql, budget, Forget)[1]
        if policy.relative_steps is not None:
            steps = min(steps, max(policy.relative_floor, policy.relative_steps * gold.result.steps))
        budget = Budget(steps, policy.rows, size + gold.result.size, policy.preview_rows)
        watch, result = self._run(item["d"], sql, budget, lambda: Watch(gold, item["c"], item["o"]))
        if result.status == "ok":
            result.notes += watch.finish(len(result.columns))
            equal.update(watch.equal)
        return result

    def _run(
        self, path: str, sql: str, budget: Budget, make: Callable[[], AnySink]
    ) -> tuple[AnySink, Result]:
        """Run on a connection; where memory runs out, once more with nothing else in memory."""
        for attempt in (0, 1):
            sink = make()
            try:
                connection = self._open(path)
                result = run(connection, sql, budget, sink)
            except FileNotFoundError:
                return sink, Result("db_missing", "the file is not there")
            except OSError as error:
                return sink, Result("db_io", error.strerror or "the file cannot be read")
            except Exception as error:
                result = Result(*classify(error, "select"))
            if result.status != "memory":
                break
            self.spent = True
            if attempt == 0:
                self._forget()
        return sink, result

    def _stamp(self, path: str) -> Stamp:
        """Look at the file once per item: size, time of change, inode."""
        if self._looked is None or self._looked[0] != path:
            stat = os.stat(path)  # noqa: PTH116 - pathlib is not loaded here
            if stat.st_size == 0:
                raise apsw.NotADBError("the file is empty")  # SQLite would take it for a database
            self._looked = path, (stat.st_size, stat.st_mtime_ns, stat.st_ino)
        return self._looked[1]

    def _open(self, path: str) -> Connection:
        """Open a database, or return it open; one that was replaced since is opened anew."""
        stamp = self._stamp(path)
        kept = self._connections.get(path)
        if kept:
            if kept[1] == stamp:
                self._connections.move_to_end(path)
                return kept[0]
            self._connections.pop(path)[0].close()
        while len(self._connections) >= MAX_CONNECTIONS:
            self._connections.popitem(last=False)[1][0].close()
        connection = Connection(path, self._policy, self._vfs)
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


def _tell(gold: Gold) -> str:
    """Give a gold's number, and its outcome the first time that this worker speaks of it."""
    if gold.told:
        return str(gold.number)
    gold.told = True
    return f"[{gold.number},{show(gold.result)}]"
