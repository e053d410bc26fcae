"""Session: what a worker keeps between items, and how it answers one; runs inside the worker.

An item is a gold query and a prediction on one database. The gold runs first and its rows are kept,
for many predictions meet the same gold. The prediction's rows are compared as they arrive, and
fetching stops as soon as every comparison is decided.
"""

from __future__ import annotations

import marshal
import os
from itertools import islice

from bench.execute.connections import Connections, EmptyFile
from bench.execute.golds import Gold, Golds
from bench.execute.query import DROPPED_BYTES, FIRST, Budget, Result, classify, run
from bench.execute.timing import how_much_faster
from bench.execute.watch import Watch, rules_of
from bench.execute.wire import GOLD, PREDICTION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.execute.guard import Connection
    from bench.execute.policy import Policy
    from bench.execute.query import Sink
    from bench.execute.watch import Rules
    from bench.types import Row

    Names = tuple[str, ...]
    Item = tuple[int, str | None, str | None, Names, bool, Names, Names]
    """Number, gold, prediction, comparisons, order; other databases, and what must hold there.

    A text that must not run is ``None``.
    """

    Answer = tuple[int, Gold | None, Result | None, list[bool | float], str]
    """Number, gold, prediction, verdicts, and the further database on which they failed."""

    Verdicts = dict[str, bool | float]
    Note = Callable[[int, int], None]
    """Takes the number of the item at work and whether it is at its gold or at its prediction."""


class Forget:
    """Looks at nothing: for queries that are run without a gold."""

    def begin(self) -> None:
        """Begin again."""

    def take(self, chunk: list[Row]) -> bool:  # noqa: ARG002 - a sink
        """Go on."""
        return False


FORGET = Forget()


class Session:
    """Open databases and gold results, and whether memory ran out (``spent``)."""

    def __init__(self, policy: Policy, engine: type[Connection], note: Note) -> None:
        self.spent = False
        self._policy, self._engine, self._note = policy, engine, note
        self._connections = Connections(policy, engine)
        self._golds = Golds(policy.gold_bytes)
        self._number = 0
        self._for_gold = Budget(policy.steps, policy.rows, policy.gold_bytes, policy.preview_rows)
        self._alone = Budget(policy.steps, policy.rows, policy.bytes, policy.preview_rows)
        self.turn_to = self._connections.turn_to

    def answer(self, item: Item) -> Answer:
        """Run what the item asks for."""
        self._number, names, others = item[0], item[3], item[5]
        gold, prediction, equal = self._pair(item, names)
        failed = ""
        if others:
            path = self._connections.path
            failed, broken = self._elsewhere(item, equal)
            gold = broken or gold
            self.turn_to(path)
        return self._number, gold, prediction, list(map(equal.__getitem__, names)), failed

    def _pair(self, item: Item, names: Names) -> tuple[Gold | None, Result | None, Verdicts]:
        """Run gold and prediction on one database, and compare."""
        _, gold_sql, sql, _, in_order, _, _ = item
        gold = None if gold_sql is None else self._find(gold_sql)
        if sql is None:
            return gold, None, dict.fromkeys(names, False)
        self._note(self._number, PREDICTION)
        if gold is None:
            return None, self._run(sql, self._alone, FORGET), dict.fromkeys(names, False)
        rules = rules_of(names)
        if sql == gold_sql:
            prediction, equal = gold.result, rules.every(gold.result.status == "ok")
        else:
            prediction, equal = self._prediction(sql, gold, rules, in_order)
        if DROPPED_BYTES in gold.result.notes or DROPPED_BYTES in prediction.notes:
            equal.update(dict.fromkeys(rules.need_valid_text, False))
        for name in rules.measured:
            if equal[name]:
                equal[name] = self._faster(str(gold_sql), sql, name)
        return gold, prediction, equal

    def _prediction(self, sql: str, gold: Gold, rules: Rules, in_order: bool) -> tuple[Result, Verdicts]:
        """Run the prediction beside its gold; no comparison holds unless both ended well."""
        if gold.result.status != "ok":
            return self._run(sql, self._alone, FORGET), rules.every(False)
        watch = Watch(gold, rules, in_order, self._find)
        result = self._run(sql, gold.beside, watch)
        if result.status != "ok":
            return result, rules.every(False)
        equal, notes = watch.finish(len(result.columns))
        if notes:
            result.notes += notes
        return result, equal

    def _elsewhere(self, item: Item, equal: Verdicts) -> tuple[str, Gold | None]:
        """Take back what does not hold on every other database.

        Names the first of them; or the one on which gold itself fails, with what came of gold there, or
        that turns out to be damaged, with what told it.
        """
        failed = ""
        *_, others, everywhere = item
        relative = self._policy.relative_steps is not None
        for path in others:
            names = tuple([name for name in everywhere if equal[name]])
            if not names:
                break
            self.turn_to(path, counted=relative)
            if self._agree_at_once(item):
                continue
            gold, prediction, found = self._pair(item, names)
            if not all(found.values()):
                name = os.path.basename(path)  # noqa: PTH119 - pathlib is not loaded here
                equal |= found
                if gold and gold.result.status == "error_schema":  # the first database has what it lacks
                    return name, Gold(Result("db_corrupt", gold.result.detail))
                if gold and gold.result.status != "ok":
                    return name, gold
                if prediction and prediction.status.startswith("db_"):
                    return name, Gold(prediction)
                failed = failed or name
        return failed, None

    def _agree_at_once(self, item: Item) -> bool:
        """Tell whether gold and prediction find the same few rows, which settles what must hold everywhere.

        Anything else, an error among it, is left to the longer way; for speed only.
        """
        _, gold_sql, sql, *_ = item
        if gold_sql is None or sql is None or sql == gold_sql or self._policy.relative_steps is not None:
            return False
        gold = self._find(gold_sql).rows
        if not 0 < len(gold) < FIRST:
            return False
        self._note(self._number, PREDICTION)
        try:
            connection = self._connections.current()
            try:
                rows = list(islice(connection.rows(sql, self._policy.steps), FIRST))
            finally:
                connection.end()
        except Exception:
            return False
        return not connection.dropped and rows == gold and marshal.dumps(rows, 2) == marshal.dumps(gold, 2)

    def _faster(self, gold: str, prediction: str, comparison: str) -> float:
        """Time gold and prediction by turns, to their first row or to their last; both have run before."""
        connection, whole = self._connections.current(), comparison.endswith(":last")

        def run(text: str) -> None:
            self._note(self._number, PREDICTION)
            rows = connection.rows(text, self._policy.steps)
            if whole:
                for _ in rows:
                    pass
            connection.end()

        return how_much_faster(run, gold, prediction)

    def _find(self, sql: str) -> Gold:
        """Find the rows of a gold, or run it and keep them."""
        try:
            file = self._connections.file()
        except (OSError, EmptyFile):
            return self._gold(sql)
        gold = self._golds.get(file, sql)
        if gold is None or (self._connections.counted and not gold.counted):
            gold = self._gold(sql)
            if not gold.result.status.startswith(("db_", "internal")):
                self._golds.keep(file, sql, gold)
        return gold

    def _gold(self, sql: str) -> Gold:
        self._note(self._number, GOLD)
        gold = Gold()
        gold.counted = self._connections.counted
        gold.result = self._run(sql, self._for_gold, gold)
        gold.beside = self._budget_beside(gold.result)
        if gold.result.status != "ok":
            gold.rows = []
        return gold

    def _budget_beside(self, gold: Result) -> Budget:
        """Say what a prediction may use: rows as large as gold's and more, and operations relative to it."""
        policy, steps = self._policy, self._policy.steps
        if policy.relative_steps is not None:
            steps = min(steps, max(policy.relative_floor, policy.relative_steps * gold.steps))
        return Budget(steps, policy.rows, policy.bytes + gold.size, policy.preview_rows)

    def _run(self, sql: str, budget: Budget, sink: Sink, *, again: bool = False) -> Result:
        """Run on the database at work; where memory runs out, once more with nothing else in memory."""
        try:
            result = run(self._connections.current(), sql, budget, sink)
        except FileNotFoundError:
            return Result("db_missing", "the file is not there")
        except OSError as error:
            return Result("db_io", error.strerror or "the file cannot be read")
        except EmptyFile:
            return Result("db_corrupt", "the file is empty")
        except Exception as error:
            result = Result(*classify(self._engine, error, "select"))
        if result.status != "memory":
            return result
        self.spent = True
        if again:
            return result
        self._connections.close()
        self._golds.clear()
        sink.begin()
        return self._run(sql, budget, sink, again=True)
