"""Guard: what both SQLite engines are told before a query of a stranger runs; standard library only.

A database is opened so that a query can read it and do nothing else, and everything that could make
two runs differ is fixed: the clock stands still and chance starts anew with every query.
"""

from __future__ import annotations

from _random import Random

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from bench.execute.policy import Policy
    from bench.types import Row

    class Connection(Protocol):
        """One database, opened by one engine; ``bench.execute.apsw_engine`` and ``stdlib_engine``.

        Attributes:
            steps: operations of the statement begun last.
            statements: how many statements with a result have begun.
            columns: names of the result's columns.
            explains: whether the statement is an EXPLAIN.
            dropped: whether invalid bytes of text were dropped on the way.
            counted: whether ``steps`` is wanted; set by whoever runs queries.
            takes_one: whether the engine itself refuses a text of several statements.
        """

        takes_one: bool
        steps: int
        statements: int
        columns: tuple[str, ...]
        explains: bool
        dropped: bool
        counted: bool

        def __init__(self, path: str, policy: Policy) -> None: ...

        def rows(self, sql: str, steps: int) -> Iterator[Row]:
            """Begin a query that may take ``steps`` operations."""
            ...

        def repaired_rows(self, sql: str, steps: int) -> Iterator[Row] | None:
            """Begin it again, invalid bytes of text dropped; ``None`` where that cannot be done."""
            ...

        def end(self) -> None:
            """Let go of the query."""
            ...

        def close(self) -> None:
            """Close the file and give back its memory."""
            ...

        @staticmethod
        def is_undecodable(error: Exception) -> bool:
            """Tell whether the error is text that is not UTF-8."""
            ...

        @staticmethod
        def status(error: Exception) -> str:
            """Name the status that an error of this engine stands for."""
            ...


EVERY = 20_000
"""Operations between two looks at the budget."""

MAPPED_FROM = 5 * 2**20
"""Files from this size on are mapped into memory, their pages shared between workers."""

_CACHE_KIB = 2048
_READ, _FUNCTION, _PRAGMA = 20, 31, 19
_SELECT, _RECURSIVE = 21, 33
_OK, _DENY = 0, 1

_PRAGMAS = frozenset(
    {"table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list"}
)
_HIDDEN_TABLES = frozenset({"sqlite_stmt", "sqlite_dbpage", "dbstat", "bytecode", "tables_used", "carray"})
_HIDDEN_FUNCTIONS = frozenset(
    {"load_extension", "fts3_tokenizer", "fts5_locale", "readfile", "writefile", "edit"}
)
"""``fts5_locale`` shows bytes that differ from one process to the next."""

VIRTUAL_TABLES = (
    "SELECT replace(name, '\"', '\"\"') FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
)
"""Tables of the database, for full text or ranges, that have to be opened before the guard stands."""

TEMPORARY = "SELECT 1 FROM sqlite_temp_master"
"""Opens the empty database of temporary tables: to name it first makes later queries take a step more."""


def pragmas(size: int, policy: Policy) -> tuple[str, ...]:
    """Say how a connection to a file of ``size`` bytes is set up, beyond what is so by default."""
    return (
        "trusted_schema=0",
        "cell_size_check=1",
        f"cache_size=-{_CACHE_KIB}",
        *((f"mmap_size={size}",) if size > MAPPED_FROM else ()),
        *(("reverse_unordered_selects=1",) if policy.backwards else ()),
    )


def limits(policy: Policy) -> dict[str, int]:
    """Give SQLite's run-time limits by the end of their names, ``SQLITE_LIMIT_…``."""
    return {
        "LENGTH": policy.value_bytes,
        "SQL_LENGTH": policy.sql_bytes,
        "ATTACHED": 0,
        "COLUMN": 2000,
        "COMPOUND_SELECT": 500,
        "EXPR_DEPTH": 1000,
        "LIKE_PATTERN_LENGTH": 50_000,
        "TRIGGER_DEPTH": 0,
        "VDBE_OP": 2_000_000,
        "WORKER_THREADS": 0,
    }


def allow(action: int, first: str | None, second: str | None, schema: str | None, _inner: str | None) -> int:
    """Let a statement read tables and call functions; refuse everything else."""
    if action == _READ:
        return _DENY if first in _HIDDEN_TABLES else _OK
    if action in (_SELECT, _RECURSIVE):
        return _OK
    if action == _FUNCTION:
        return _DENY if second in _HIDDEN_FUNCTIONS else _OK
    if action == _PRAGMA and (first in _PRAGMAS or (first == "data_version" and schema)):
        return _OK  # full-text search itself asks for the version of the data of its schema
    return _DENY


def uri(path: str) -> str:
    """Write a path as the URI of a file that is only read and does not change."""
    escaped = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{escaped}?mode=ro&immutable=1"


class Chance:
    """Random bits that start from the seed in every query; seeding waits until one asks.

    Attributes:
        seeded: whether this query has asked; set to false when one begins.
    """

    _random: Random

    def __init__(self, policy: Policy) -> None:
        self._seed, self._most = policy.seed, policy.value_bytes
        self.seeded = False

    def _bits(self, count: int) -> int:
        if not self.seeded:
            self._random = Random(self._seed)
            self.seeded = True
        return self._random.getrandbits(count)

    def integer(self, *_values: object) -> int:
        """Stand in for SQL's ``random()``."""
        return self._bits(64) - 2**63

    def blob(self, *values: object) -> bytes:
        """Stand in for SQL's ``randomblob(size)``.

        Raises:
            OverflowError: more bytes than the policy allows.
        """
        size = values[0]
        count = max(1, size if isinstance(size, int) else 1)
        if count > self._most:
            raise OverflowError("string or blob too big")
        return self._bits(8 * count).to_bytes(count, "little")
