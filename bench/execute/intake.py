"""Intake: pairs → tasks; a pair that was asked a moment ago is the same task."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from bench.errors import ConfigError, near
from bench.execute.compare import COMPARISONS, MEASURED, base
from bench.execute.item import Pair, Query, Task, plain, screen
from bench.execute.policy import Policy
from bench.types import Outcome, Status

MEMO = 1024
MEMO_TEXT = 8192
"""Pairs whose texts are longer than this are not remembered."""

HOT = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
"""How a rollback journal begins until its transaction has ended."""


def located(path: Path) -> str:
    """Resolve a path; empty, which no file is called, where a worker could not be told of it."""
    try:
        real = os.path.realpath(path)
        real.encode()
    except ValueError:  # a NUL, or bytes that are not UTF-8
        return ""
    return real


def stale(database: str) -> Outcome | None:
    """Refuse a database whose last word lies in a file beside it, which no worker reads.

    A write-ahead log holds rows that are missing from the database. A hot rollback journal holds those that a
    writer, dead or at work, has overwritten; one with an empty or zeroed header holds nothing
    (https://sqlite.org/fileformat2.html, section 3).
    """
    name = os.path.basename(database)  # noqa: PTH119 - of a path that may be an address
    if _beginning(f"{database}-wal"):
        said = f"{name}-wal holds rows that would be missed: PRAGMA wal_checkpoint(TRUNCATE) on the database"
        return Outcome(Status.DB_IO, f"{said} writes them back")
    if _beginning(f"{database}-journal") == HOT:
        said = f"{name}-journal says that a write was not finished: once nobody writes, any query by the"
        return Outcome(Status.DB_IO, f"{said} sqlite3 program, such as PRAGMA schema_version, takes it back")
    return None


def _beginning(path: str) -> bytes:
    """Read the first bytes of a file; none of one that is empty, not there or no file."""
    try:
        if not os.stat(path).st_size:  # noqa: PTH116 - before it is opened, for a pipe would never open
            return b""
        with open(path, "rb") as file:  # noqa: PTH123 - of a path that may be an address
            return file.read(len(HOT))
    except (OSError, ValueError):
        return b""


class Intake:
    """Makes tasks, and remembers the last few thousand of them.

    Args:
        policy: the limits.
        numbers: gives each task its own.
        place: where a worker finds the database that a pair names.
    """

    def __init__(
        self, policy: Policy, numbers: Iterator[int], place: Callable[[Path], str] = located
    ) -> None:
        self._most_bytes = policy.sql_bytes
        self._numbers, self._place = numbers, place
        self._path: Path | None = None
        self._database = ""
        self._paths: dict[Path, str] = {}
        self._stale: dict[str, Outcome] = {}
        self._memo: dict[tuple[object, ...], Task] = {}
        self._older: dict[tuple[object, ...], Task] = {}

    def pair(self, pair: Pair) -> Task:
        """Find the same pair in memory, or make a new task of it.

        Raises:
            ConfigError: it names a comparison that does not exist.
            TypeError: it is no pair.
        """
        if not isinstance(pair, Pair):
            raise TypeError(f"not a bench.execute.Pair but {type(pair).__name__}: {pair!r:.200}")
        if pair.database is not self._path:
            self._path, self._database = pair.database, self._real(pair.database)
        key = (
            self._database,
            pair.gold,
            pair.prediction,
            pair.comparisons,
            pair.ordered,
            pair.others,
            pair.everywhere,
        )
        try:
            known = self._memo.get(key) or self._older.get(key)
        except TypeError:  # a text or names that cannot be looked up, and so are none
            known = None
        return known or self._new(pair, key)

    def _new(self, pair: Pair, key: tuple[object, ...]) -> Task:
        comparisons = _names(pair.comparisons, "comparisons")
        fleeting = measured(comparisons)
        _among(_names(pair.everywhere, "everywhere"), comparisons)
        others = tuple([self._real(path) for path in pair.others]) if pair.others else ()
        refused = self._refused(others)
        gold = refused or screen(pair.gold, self._most_bytes)
        prediction = refused or screen(pair.prediction, self._most_bytes)
        task = Task(
            next(self._numbers),
            self._database,
            None if gold else plain(pair.gold),
            None if prediction else plain(pair.prediction),
            _texts(comparisons),
            pair.ordered,
            others,
            _texts(pair.everywhere),
            gold,
            prediction,
            (False,) * len(comparisons),
        )
        if not (gold or prediction or fleeting) and len(pair.gold) + len(pair.prediction) <= MEMO_TEXT:
            self._remember(key, task)
        return task

    def _remember(self, key: tuple[object, ...], task: Task) -> None:
        """Keep a task; when memory is full, all but the newer half is forgotten at once."""
        if len(self._memo) >= MEMO:
            self._older, self._memo = self._memo, {}
        self._memo[key] = task

    def query(self, query: Query) -> Task:
        """Make a task of a query without a gold.

        Raises:
            TypeError: it is none.
        """
        if not isinstance(query, Query):
            raise TypeError(f"not a bench.execute.Query but {type(query).__name__}: {query!r:.200}")
        database = self._real(query.database)
        refused = self._stale.get(database) or screen(query.sql, self._most_bytes)
        sql = None if refused else plain(query.sql)
        return Task(next(self._numbers), database, None, sql, outcome=refused)

    def _refused(self, others: tuple[str, ...]) -> Outcome | None:
        """Say why no query runs on the databases of a pair, if one of them is stale."""
        if not self._stale:
            return None
        return next(filter(None, map(self._stale.get, (self._database, *others))), None)

    def _real(self, path: Path) -> str:
        """Resolve a path once; workers are shut into the folders that databases really lie in."""
        found = self._paths.get(path)
        if found is None:
            if len(self._paths) > MEMO:
                self._paths.clear()
            found = self._paths[path] = self._place(path)
            if refused := stale(found):
                self._stale[found] = refused
        return found


def _names(given: object, field: str) -> tuple[str, ...]:
    if isinstance(given, tuple):
        return given
    raise ConfigError(f"{field} are a tuple of names, and not {given!r}")


@lru_cache(maxsize=4096)
def _texts(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([plain(name) for name in names])


@lru_cache(maxsize=4096)
def _among(everywhere: tuple[str, ...], comparisons: tuple[str, ...]) -> None:
    for name in everywhere:
        if name not in comparisons:
            raise ConfigError(f"'{name}' has to hold everywhere and is no comparison of the pair")


@lru_cache(maxsize=4096)
def measured(comparisons: tuple[str, ...]) -> bool:
    """Check the names of comparisons; tells whether one of them comes out otherwise every time."""
    kinds = {base(name) for name in comparisons}
    for name in kinds:
        if name not in COMPARISONS:
            raise ConfigError(f"unknown comparison '{name}'", todo=near(name, COMPARISONS))
    return bool(kinds & MEASURED)
