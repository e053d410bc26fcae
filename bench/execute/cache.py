"""Cache: verdicts on disk, so that what was judged once is not run again.

A verdict is found under the hash of everything that it hangs on: the engine and its version, the
limits, this package's own code, the bytes of the database, the texts, the comparisons. What hangs
on the machine as well (a crash, a limit in seconds, memory, a file that cannot be read) is never
kept. A cache that is damaged, full, locked or not there costs time and never a verdict.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import apsw
import msgspec
from platformdirs import user_cache_path

from bench.checksum import code
from bench.execute.intake import measured
from bench.execute.item import Task
from bench.execute.replies import Told
from bench.types import Status

AT_ONCE = 256
"""Verdicts written in one transaction."""

PATIENCE_MS = 1000
"""How long another process may hold the file."""

_UNSURE = frozenset(
    {Status.CRASH, Status.DB_MISSING, Status.DB_CORRUPT, Status.DB_IO, Status.INTERNAL, Status.MEMORY}
)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS verdicts(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files(
    path TEXT, size INTEGER, modified INTEGER, changed INTEGER, inode INTEGER, sha256 TEXT,
    PRIMARY KEY (path, size, modified, changed, inode)
) WITHOUT ROWID;
"""
_SUM_BYTES = 8
_left: list[apsw.Connection | None] = []
"""Connections of the parent process: SQLite forbids a child to use them, and to close them."""
_log = logging.getLogger("bench.execute")


class _Kept(msgspec.Struct, array_like=True, frozen=True):
    gold: Told
    prediction: Told
    equal: tuple[bool | float, ...]
    failed_on: str


_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(_Kept).decode
_text = msgspec.json.Encoder().encode


def default() -> Path:
    """Name the user's own cache of verdicts."""
    return user_cache_path("text2sql-bench") / "verdicts.sqlite"


class Cache:
    """Verdicts of one engine under one policy, in a file that many may share.

    Args:
        path: the SQLite file; made if it is not there.
        engine: name and version of the engine.
        policy: the limits' own name for keys.
    """

    def __init__(self, path: Path, engine: str, policy: str) -> None:
        self._path = path
        self._scope = hashlib.blake2b(_text((engine, policy, code("execute"))), digest_size=20)
        self._database: apsw.Connection | None = None
        self._waiting: list[tuple[bytes, bytes, Task]] = []
        self._keys: dict[int, bytes] = {}
        self._stamps: dict[str, tuple[int, ...]] = {}
        self._hashes: dict[str, str] = {}
        self._try(self._open)

    def recall(self, tasks: Iterable[Task]) -> None:
        """Settle the tasks whose verdicts are known."""
        self._try(self._recall, tasks)

    def keep(self, task: Task) -> None:
        """Remember a task's verdict, if it is one that holds on every machine."""
        key = self._keys.pop(task.number, None)
        if key is None or self._database is None or not _holds(task):
            return
        assert task.gold_outcome is not None
        assert task.outcome is not None
        value = _write(_Kept(Told.of(task.gold_outcome), Told.of(task.outcome), task.equal, task.failed_on))
        self._waiting.append((key, _sum(value) + value, task))
        if len(self._waiting) >= AT_ONCE:
            self._try(self._flush)

    def flush(self) -> None:
        """Write what waits, and forget what was asked for."""
        self._try(self._flush)
        self._keys.clear()

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        self.flush()
        self._let_go()

    def leave(self) -> None:
        """Keep off the file in a child of the process that opened it."""
        _left.append(self._database)
        self._database = None
        self._waiting.clear()

    def _try(self, act: Callable[..., None], *values: object) -> None:
        """Do something with the file; a fault of it is told once and ends its use."""
        try:
            act(*values)
        except (apsw.Error, OSError) as error:
            _log.warning("%s: the cache of verdicts is not used (%s)", self._path, error)
            self._let_go()
            if isinstance(error, apsw.NotADBError | apsw.CorruptError):
                self._set_aside()

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = apsw.Connection(str(self._path))
        self._database = database
        database.set_busy_timeout(PATIENCE_MS)
        database.pragma("journal_mode", "wal")
        database.pragma("synchronous", "normal")
        database.execute(_SCHEMA)

    def _let_go(self) -> None:
        if self._database is not None:
            self._database.close(True)
        self._database = None
        self._waiting.clear()
        self._keys.clear()

    def _set_aside(self) -> None:
        """Rename a damaged file, so that the next run begins a new one."""
        try:
            self._path.replace(self._path.with_name(f"{self._path.name}.damaged"))
        except OSError:
            return

    def _recall(self, tasks: Iterable[Task]) -> None:
        if self._database is None:
            return
        self._stamps.clear()
        wanted: dict[bytes, Task] = {}
        for task in tasks:
            if task.queued or task.done or measured(task.comparisons):
                continue
            if key := self._key(task):
                wanted[key] = task
                self._keys[task.number] = key
        marks = ",".join("?" * len(wanted))
        found = self._database.execute(f"SELECT key, value FROM verdicts WHERE key IN ({marks})", (*wanted,))
        for key, value in found:
            if isinstance(key, bytes) and isinstance(value, bytes) and _settle(wanted[key], value):
                del self._keys[wanted[key].number]

    def _key(self, task: Task) -> bytes | None:
        """Hash what the verdict hangs on; ``None`` where a file or a text cannot be read."""
        try:
            files = [self._hash(path) for path in (task.database, *task.others)]
            texts = task.gold, task.prediction, task.gold_outcome, task.outcome
            what = _text((files, texts, task.comparisons, task.ordered, task.everywhere))
        except (OSError, UnicodeEncodeError):
            return None
        whole = self._scope.copy()
        whole.update(what)
        return whole.digest()

    def _hash(self, path: str) -> str:
        """Return the sha256 of a file's bytes; a file that has not changed is read once, ever."""
        stamp = self._stamps.get(path)
        if stamp is None:
            stamp = self._stamps[path] = _stamp(path)
        known = f"{path}\0{stamp}"
        if known not in self._hashes:
            self._hashes[known] = self._find_hash(path, stamp)
        return self._hashes[known]

    def _find_hash(self, path: str, stamp: tuple[int, ...]) -> str:
        assert self._database is not None
        row = (path, *stamp)
        query = "SELECT sha256 FROM files WHERE (path, size, modified, changed, inode) = (?, ?, ?, ?, ?)"
        for (sha256,) in self._database.execute(query, row):
            return str(sha256)
        with open(path, "rb") as file:  # noqa: PTH123 - a path from the hot loop
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self._database.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", (*row, sha256))
        return sha256

    def _flush(self) -> None:
        """Write what waits, but for databases that changed since their hash was taken."""
        waiting, self._waiting = self._waiting, []
        if self._database is None or not waiting:
            return
        paths = {path for _, _, task in waiting for path in (task.database, *task.others)}
        changed = {path for path in paths if f"{path}\0{_stamp(path)}" not in self._hashes}
        rows = [
            (key, value)
            for key, value, task in waiting
            if not changed.intersection((task.database, *task.others))
        ]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", rows)


def _settle(task: Task, value: bytes) -> bool:
    """Give a task its verdict; tells whether the value was whole."""
    total, body = value[:_SUM_BYTES], value[_SUM_BYTES:]
    if total != _sum(body):
        return False
    try:
        kept = _read(body)
    except msgspec.MsgspecError:
        return False
    if len(kept.equal) != len(task.comparisons):
        return False
    task.equal = kept.equal
    task.gold_outcome, task.outcome = kept.gold.outcome(), kept.prediction.outcome()
    task.failed_on = kept.failed_on
    task.gold = task.prediction = None
    return True


def _holds(task: Task) -> bool:
    """Tell whether the verdict is the same on every machine."""
    return not any(
        end is None
        or end.status in _UNSURE
        or (end.status is Status.TIMEOUT and not end.detail.startswith("steps"))
        for end in (task.gold_outcome, task.outcome)
    )


def _sum(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_SUM_BYTES).digest()


def _stamp(path: str) -> tuple[int, ...]:
    stat = os.stat(path)  # noqa: PTH116 - on the hot path
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
