"""Connection: one SQLite database, opened so that a query can read it and do nothing else.

Runs inside the worker: standard library and apsw only. Everything that could make two runs differ
is fixed here: the clock stands still, ``random()`` starts anew with every query, no statement is
cached, and the operations of a query are counted exactly.
"""

from __future__ import annotations

import os
from _random import Random

import apsw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.execute.policy import Policy

EVERY = 20_000
"""Operations between two looks at the budget."""

CACHE_KIB = 2048
MAPPED_FROM = 5 * 2**20
"""Files from this size on are mapped into memory, their pages shared between workers."""

_UNIX_EPOCH_IN_JULIAN_MS = 210_866_760_000_000
_PRAGMAS = frozenset(
    {"table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list"}
)
_HIDDEN_TABLES = frozenset({"sqlite_stmt", "sqlite_dbpage", "dbstat", "bytecode", "tables_used"})
_HIDDEN_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})
_WARM = (
    "SELECT count(*) FROM json_each('[]')",
    "SELECT count(*) FROM json_tree('[]')",
    "SELECT count(*) FROM pragma_table_info('')",
    "SELECT count(*) FROM pragma_index_list('')",
    "SELECT count(*) FROM pragma_foreign_key_list('')",
)
_LIMITS = {
    apsw.SQLITE_LIMIT_ATTACHED: 0,
    apsw.SQLITE_LIMIT_COLUMN: 2000,
    apsw.SQLITE_LIMIT_COMPOUND_SELECT: 500,
    apsw.SQLITE_LIMIT_EXPR_DEPTH: 1000,
    apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 50_000,
    apsw.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    apsw.SQLITE_LIMIT_VDBE_OP: 2_000_000,
    apsw.SQLITE_LIMIT_WORKER_THREADS: 0,
}


class StoppedClock(apsw.VFS):
    """The system's files under a clock that always shows the same time."""

    def __init__(self, now: int) -> None:
        self.name = "stopped-clock"
        self._julian = now * 1000 + _UNIX_EPOCH_IN_JULIAN_MS
        super().__init__(self.name, "")

    def xCurrentTimeInt64(self) -> int:  # noqa: N802 - SQLite's name
        """Return milliseconds since the Julian epoch."""
        return self._julian


class Connection:
    """A database that can only be read, with the meter that runs while a query does.

    Attributes:
        steps: operations of the statements since ``begin``.
        statements: how many statements with a result have begun since ``begin``.
        columns: names of the result's columns.
        explains: whether the statement was an EXPLAIN.
        encoding: how the file stores text.
    """

    def __init__(self, path: str, policy: Policy, vfs: str) -> None:
        self.steps = self.statements = 0
        self.columns: tuple[str, ...] = ()
        self.explains = False
        self._left = 0
        self._seed = policy.seed
        self._value_bytes = policy.value_bytes
        self._random = Random()
        self._seeded = False
        self.database = apsw.Connection(
            f"file:{_escape(path)}?mode=ro&immutable=1",
            flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
            vfs=vfs,
            statementcachesize=0,
        )
        self._set_up(path, policy)
        self._guard()

    def _set_up(self, path: str, policy: Policy) -> None:
        database = self.database
        size = os.stat(path).st_size  # noqa: PTH116 - pathlib is not loaded here
        for pragma in (
            "trusted_schema=0",
            "temp_store=2",
            "cell_size_check=1",
            f"cache_size=-{CACHE_KIB}",
            f"mmap_size={size if size > MAPPED_FROM else 0}",
            f"reverse_unordered_selects={int(policy.backwards)}",
        ):
            database.execute(f"PRAGMA {pragma}").fetchall()
        for which, value in _LIMITS.items():
            database.limit(which, value)
        database.limit(apsw.SQLITE_LIMIT_LENGTH, policy.value_bytes)
        database.limit(apsw.SQLITE_LIMIT_SQL_LENGTH, policy.sql_bytes)
        database.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        database.create_scalar_function("random", self._random_integer, 0, flags=apsw.SQLITE_INNOCUOUS)
        database.create_scalar_function("randomblob", self._random_blob, 1, flags=apsw.SQLITE_INNOCUOUS)
        self.encoding = str(database.pragma("encoding"))
        for query in _WARM:
            database.execute(query).fetchall()

    def _guard(self) -> None:
        self.database.trace_v2(apsw.SQLITE_TRACE_PROFILE, self._count)
        self.database.exec_trace = self._begin_statement
        self.database.set_progress_handler(self._tick, EVERY)
        self.database.authorizer = _allow

    def begin(self, steps: int) -> None:
        """Set the meter to zero before a query that may take ``steps`` operations."""
        self.steps = self.statements = 0
        self.columns = ()
        self.explains = False
        self._left = steps // EVERY
        self._seeded = False

    def close(self) -> None:
        """Close the file and give back its memory."""
        self.database.close(True)

    def _tick(self) -> bool:
        self._left -= 1
        return self._left < 0

    def _count(self, event: Mapping[str, dict[str, int]]) -> None:
        self.steps += event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]

    def _begin_statement(self, cursor: apsw.Cursor, sql: str, bindings: object) -> bool:  # noqa: ARG002
        described = cursor.get_description()
        if described:
            self.statements += 1
            self.columns = tuple([column[0] for column in described])
            self.explains = cursor.is_explain != 0
        return self.statements < 2

    def _bits(self, count: int) -> int:
        """Draw random bits, from the seed on for every query; seeding waits until one asks."""
        if not self._seeded:
            self._random.seed(self._seed)
            self._seeded = True
        return self._random.getrandbits(count)

    def _random_integer(self, *_values: apsw.SQLiteValue) -> int:
        return self._bits(64) - 2**63

    def _random_blob(self, *values: apsw.SQLiteValue) -> bytes:
        size = values[0]
        count = max(1, size if isinstance(size, int) else 1)
        if count > self._value_bytes:
            raise apsw.TooBigError("string or blob too big")
        return self._bits(8 * count).to_bytes(count, "little")


def _escape(path: str) -> str:
    """Keep what has a meaning in a URI out of the path."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _allow(
    action: int, first: str | None, second: str | None, _schema: str | None, _inner: str | None
) -> int:
    """Let a statement read tables and call functions; refuse everything else."""
    if action == apsw.SQLITE_READ:
        return apsw.SQLITE_DENY if first in _HIDDEN_TABLES else apsw.SQLITE_OK
    if action in (apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE):
        return apsw.SQLITE_OK
    if action == apsw.SQLITE_FUNCTION:
        return apsw.SQLITE_DENY if second in _HIDDEN_FUNCTIONS else apsw.SQLITE_OK
    if action == apsw.SQLITE_PRAGMA and first in _PRAGMAS:
        return apsw.SQLITE_OK
    return apsw.SQLITE_DENY
