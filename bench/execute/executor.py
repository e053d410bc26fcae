"""Executor: run model-written SQL against databases, safely, and compare results with gold.

    with Executor(named("standard")) as executor:
        for judged in executor.judge(pairs):
            print(judged.key, judged.prediction.status, judged.equal)

Covered: endless and explosive queries, memory bombs, writes and DDL, ATTACH and files, extensions,
pragmas, several statements, crashes and hangs of SQLite, damaged and missing databases, changes of
the clock, random numbers; the supervisor's own death leaves no process behind.
Not covered: a query that gains control of its worker could forge its own verdict; a database must
not be written to while it is read; other queries can be read from the same folder's files.
"""

from __future__ import annotations

import os
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

from bench.errors import ConfigError, near
from bench.execute.compare import COMPARISONS, MEASURED, base
from bench.execute.item import Judged, Pair, Query, Task, screen
from bench.execute.policy import STANDARD, Policy
from bench.execute.pool import Pool
from bench.types import Outcome

BATCH = 16
MEMO = 8192
MEMO_TEXT = 8192
"""Pairs whose texts are longer than this are not remembered."""

ENGINE = f"sqlite {apsw.sqlite_lib_version()}"
"""The engine of every outcome; results of two engines must never be compared."""


class Executor:
    """Runs SQL in sandboxed worker processes under one policy; a context manager.

    Args:
        policy: the limits of every verdict.
        workers: how many processes; as many as there are cores by default.
        require_sandbox: whether to refuse to run where a layer of the sandbox is absent.
        batch: most items sent to a worker at once; a matter of speed, never of verdicts.
        engine: ``apsw``, or ``stdlib`` where apsw cannot be had; one is never taken for the other.
    """

    def __init__(
        self,
        policy: Policy = STANDARD,
        *,
        workers: int | None = None,
        require_sandbox: bool = False,
        batch: int = BATCH,
        engine: str = "apsw",
    ) -> None:
        size = (
            workers
            if workers is not None
            else len(os.sched_getaffinity(0))
            if _LINUX
            else os.cpu_count() or 1
        )
        if size < 1 or batch < 1:
            raise ConfigError("an executor needs at least one worker and a batch of at least one")
        self.policy = policy
        self.pool = Pool(policy, size, batch, engine=engine, require_sandbox=require_sandbox)
        self._numbers = count(1)
        if require_sandbox:
            self.pool.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes."""
        self.pool.close()

    @property
    def sandbox(self) -> Mapping[str, bool]:
        """Which layers protect the workers; starts one to find out."""
        self.pool.start()
        return dict(self.pool.sandbox)

    def judge(self, pairs: Iterable[Pair]) -> Iterator[Judged]:
        """Run and compare pairs.

        Reads about two thousand pairs ahead, keeps nothing that was given out but a bounded memory
        of recent pairs: the same texts on the same database run once.

        Yields:
            One result for each pair, in the order of the pairs.

        Raises:
            ConfigError: a pair names a comparison that does not exist.
            BenchError: the workers do not start, or lack a layer that is required.
        """
        keys: deque[str] = deque()
        memo: OrderedDict[tuple[object, ...], Task] = OrderedDict()
        paths: dict[Path, str] = {}

        def tasks() -> Iterator[Task]:
            for pair in pairs:
                keys.append(pair.key)
                yield self._task(pair, paths, memo)

        for task in self.pool.serve(tasks()):
            assert task.gold_outcome is not None
            assert task.outcome is not None
            yield Judged(keys.popleft(), task.gold_outcome, task.outcome, task.equal, task.failed_on)

    def run(self, database: Path, sql: str) -> Outcome:
        """Run one query."""
        return next(iter(self.run_all([Query(database, sql)])))

    def run_all(self, queries: Iterable[Query]) -> Iterator[Outcome]:
        """Run queries that have no gold; yields their outcomes in order."""
        paths: dict[Path, str] = {}

        def tasks() -> Iterator[Task]:
            for query in queries:
                refused = screen(query.sql, self.policy)
                sql = None if refused else query.sql
                yield Task(next(self._numbers), _real(query.database, paths), None, sql, outcome=refused)

        for task in self.pool.serve(tasks()):
            assert task.outcome is not None
            yield task.outcome

    def _task(self, pair: Pair, paths: dict[Path, str], memo: OrderedDict[tuple[object, ...], Task]) -> Task:
        """Find the same pair in memory, or make a new task of it."""
        database = _real(pair.database, paths)
        key = (database, pair.gold, pair.prediction, pair.comparisons, pair.ordered, pair.others)
        if key in memo:
            return memo[key]
        kinds = {base(name) for name in pair.comparisons}
        for name in kinds:
            if name not in COMPARISONS:
                raise ConfigError(f"unknown comparison '{name}'", todo=near(name, COMPARISONS))
        gold, prediction = screen(pair.gold, self.policy), screen(pair.prediction, self.policy)
        task = Task(
            next(self._numbers),
            database,
            None if gold else pair.gold,
            None if prediction else pair.prediction,
            pair.comparisons,
            pair.ordered,
            tuple([_real(path, paths) for path in pair.others]),
            pair.everywhere,
            gold,
            prediction,
            dict.fromkeys(pair.comparisons, False),
        )
        if len(str(pair.gold)) + len(str(pair.prediction)) <= MEMO_TEXT and not kinds & MEASURED:
            memo[key] = task
            if len(memo) > MEMO:
                memo.popitem(last=False)
        return task


_LINUX = hasattr(os, "sched_getaffinity")


def _real(path: Path, known: dict[Path, str]) -> str:
    """Resolve a path once; workers are shut into the folders that databases really lie in."""
    if path not in known:
        if len(known) > MEMO:
            known.clear()
        known[path] = os.path.realpath(path)
    return known[path]
