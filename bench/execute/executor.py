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
from functools import partial
from itertools import count
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
from bench.execute.policy import STANDARD, Policy, named
from bench.execute.pool import Pool, some
from bench.types import Outcome

BATCH = 16
LOOK_UP = 256
"""Pairs looked up on disk at once."""

_open: weakref.WeakSet[Executor] = weakref.WeakSet()


class Executor:
    """Runs SQL in sandboxed worker processes under one policy; a context manager.

    It judges one stream at a time, and belongs to one thread at a time. A process that is forked from
    the one that made it gets workers of its own, and no cache.

    Args:
        policy: the limits of every verdict, or the name of a preset.
        workers: how many processes; as many as there are cores by default.
        require_sandbox: whether to refuse to run where a layer of the sandbox is absent.
        batch: most items in a message to a worker, of which a few may wait there; never changes a verdict.
        engine: ``apsw``, or ``stdlib`` where apsw cannot be had; one is never taken for the other.
        cache: a file of verdicts to look in first and to add to, such as ``cache.default()``.
        live: where the databases are, if they are not SQLite files; ``engine`` and ``cache`` are for those.
    """

    def __init__(
        self,
        policy: Policy | str = STANDARD,
        *,
        workers: int | None = None,
        require_sandbox: bool = False,
        batch: int = BATCH,
        engine: str = "apsw",
        cache: Path | str | None = None,
        live: Live | None = None,
    ) -> None:
        policy = named(policy) if isinstance(policy, str) else policy
        if not isinstance(policy, Policy):
            raise ConfigError(f"not a Policy or the name of one but {policy!r}", where="policy")
        size = _cores() if workers is None else _positive(workers, "workers")
        if live:
            live.check(policy, require_sandbox=require_sandbox)
        self.policy, self._live = policy, live
        self._engine = "" if live else named_engine(engine)
        program = live.program if live else Program(engine)
        self._new_pool = partial(
            Pool, policy, size, _positive(batch, "batch"), engine=program, require_sandbox=require_sandbox
        )
        self._have_pool()
        self._cache = Cache(Path(cache), self._engine, policy.id) if cache and not live else None
        self._numbers = count(1)
        _open.add(self)
        if require_sandbox:
            self.pool.start()

    def _have_pool(self) -> None:
        self.pool = self._new_pool()
        self._close_pool = weakref.finalize(self, self.pool.close)

    def forked(self) -> None:
        """Leave to the parent what is the parent's; every child that is forked calls it at once."""
        if self._close_pool.detach():
            self.pool.leave()
            self._have_pool()
        if self._cache:
            self._cache.leave()

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

        Reads about two thousand pairs ahead, fewer where they come slowly, keeps nothing that was
        given out but a bounded memory of recent pairs: the same texts on the same database run once.

        Yields:
            One result for each pair, in the order of the pairs.

        Raises:
            ConfigError: a pair names a comparison that does not exist.
            BenchError: the workers do not start, or lack a layer that is required.
            TypeError: something else than pairs was given.
            RuntimeError: the executor is closed, or another stream is not at its end.
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
        if isinstance(pairs, Pair):
            raise TypeError("judge takes many pairs: write [pair]")
        intake = self._intake()
        if not self._cache:
            for pair in pairs:
                task = intake.pair(pair)
                keys.append(pair.key)
                yield task
            return
        source = iter(pairs)
        while read := list(some(source, LOOK_UP)):
            tasks = [intake.pair(pair) for pair in read]
            self._cache.recall(tasks)
            keys.extend([pair.key for pair in read])
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


def _forked() -> None:
    for executor in list(_open):
        executor.forked()


os.register_at_fork(after_in_child=_forked)


def _positive(number: int, name: str) -> int:
    if not isinstance(number, int) or number < 1:
        raise ConfigError(f"a whole number above zero, and not {number!r}", where=name)
    return number


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
