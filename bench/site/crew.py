"""The crew: work on the cells of a suite, on as many processes as it is worth starting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from typing import TypeVar

from bench.provenance import cores
from bench.results import SuiteResult

T = TypeVar("T")
R = TypeVar("R")

SHARE = 10_000
"""Answers that are worth a process of their own: starting one takes as long as rendering some thousand."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works on a suite: this process alone, or those of a pool, which have the suite already."""

    result: SuiteResult
    pool: Executor | None = None

    def each(
        self, work: Callable[[SuiteResult, T], R], items: Iterable[T], *, at_once: int = 1
    ) -> Iterator[R]:
        """Give ``work(suite, item)`` for each item, in their order; a process takes some ``at_once``."""
        if self.pool is None:
            return (work(self.result, item) for item in items)
        return self.pool.map(_do, repeat(work), items, chunksize=at_once)


@contextmanager
def crew(result: SuiteResult) -> Iterator[Crew]:
    """Start as many processes as the answers of ``result`` are worth; none for a small suite."""
    answers = sum(len(cell.dataset.examples) for cell in result.cells if not cell.missing)
    hands = min(cores(), answers // SHARE)
    if hands < 2:
        yield Crew(result)
        return
    # Started afresh: what draws the charts runs threads, which a forked process would not have.
    with ProcessPoolExecutor(hands, get_context("spawn"), _begin, (result,)) as pool:
        yield Crew(result, pool)


_at_work: SuiteResult
"""What this process was started for."""


def _begin(result: SuiteResult) -> None:
    global _at_work
    _at_work = result


def _do(work: Callable[[SuiteResult, T], R], item: T) -> R:
    return work(_at_work, item)
