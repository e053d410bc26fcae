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
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import count, islice
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.errors import ConfigError
from bench.execute.cache import Cache
from bench.execute.engines import Program
from bench.execute.engines import engine as named_engine
from bench.execute.intake import Intake, located
from bench.execute.item import Judged, Pair, Query, Task
from bench.execute.live import Live
from bench.execute.policy import STANDARD, Policy
from bench.execute.pool import Pool
from bench.types import Outcome

BATCH = 16
LOOK_UP = 256
"""Pairs looked up on disk at once."""


class Executor:
    """Runs SQL in sandboxed worker processes under one policy; a context manager.

    Args:
        policy: the limits of every verdict.
        workers: how many processes; as many as there are cores by default.
        require_sandbox: whether to refuse to run where a layer of the sandbox is absent.
        batch: most items in a message to a worker, of which a few may wait there; never changes a verdict.
        engine: ``apsw``, or ``stdlib`` where apsw cannot be had; one is never taken for the other.
        cache: a file of verdicts to look in first and to add to, such as ``cache.default()``.
        live: where the databases are, if they are not SQLite files; ``engine`` and ``cache`` are for those.
    """

    def __init__(
        self,
        policy: Policy = STANDARD,
        *,
        workers: int | None = None,
        require_sandbox: bool = False,
        batch: int = BATCH,
        engine: str = "apsw",
        cache: Path | None = None,
        live: Live | None = None,
    ) -> None:
        size = _cores() if workers is None else workers
        if size < 1 or batch < 1:
            raise ConfigError("an executor needs at least one worker and a batch of at least one")
        if live:
            live.check(policy, require_sandbox=require_sandbox)
        self.policy, self._live = policy, live
        self._engine = "" if live else named_engine(engine)
        program = live.program if live else Program(engine)
        self.pool = Pool(policy, size, batch, engine=program, require_sandbox=require_sandbox)
        self._close_pool = weakref.finalize(self, self.pool.close)
        self._cache = Cache(cache, self._engine, policy.id) if cache and not live else None
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
        """End the worker processes, and write what the cache still holds back.

        Who forgets it leaves no process behind: they end with the executor, or with the program.
        """
        self._close_pool()
        if self._cache:
            self._cache.close()

    @property
    def engine(self) -> str:
        """Name and version of what runs the queries; outcomes of two engines must not be compared."""
        return self._live.engine if self._live else self._engine

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
        cache = self._cache
        try:
            for task in self.pool.serve(self._tasks(pairs, keys)):
                assert task.gold_outcome is not None
                assert task.outcome is not None
                if cache:
                    cache.keep(task)
                equal = dict(zip(task.comparisons, task.equal, strict=True))
                yield Judged(keys.popleft(), task.gold_outcome, task.outcome, equal, task.failed_on)
        finally:
            if cache:
                cache.flush()

    def _tasks(self, pairs: Iterable[Pair], keys: deque[str]) -> Iterator[Task]:
        """Make tasks of pairs, those that the cache knows settled; ``keys`` takes the pairs' names."""
        intake = self._intake()
        if not self._cache:
            for pair in pairs:
                keys.append(pair.key)
                yield intake.pair(pair)
            return
        source = iter(pairs)
        while some := list(islice(source, LOOK_UP)):
            tasks = [intake.pair(pair) for pair in some]
            self._cache.recall(tasks)
            keys.extend([pair.key for pair in some])
            yield from tasks

    def _intake(self) -> Intake:
        place = self._live.place if self._live else located
        return Intake(self.policy, self._numbers, place)

    def run(self, database: Path, sql: str) -> Outcome:
        """Run one query."""
        return next(iter(self.run_all([Query(database, sql)])))

    def run_all(self, queries: Iterable[Query]) -> Iterator[Outcome]:
        """Run queries that have no gold; yields their outcomes in order."""
        intake = self._intake()
        for task in self.pool.serve(intake.query(query) for query in queries):
            assert task.outcome is not None
            yield task.outcome


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
