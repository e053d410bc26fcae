"""Kept: whole verdicts on disk, so that a file scored again costs neither SQL nor parsing.

A verdict is found under the hash of everything that it hangs on: the bench's own code, the engine, the
limits, the rules, the texts, the schema, and when its databases were last touched. What the machine had a
part in (a crash, memory, a limit in seconds) is not kept, nor are verdicts by the clock.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import apsw
import msgspec

from bench.checksum import code
from bench.execute import Policy
from bench.execute.replies import Told
from bench.judge.rules import STEADY
from bench.types import Dataset, Example, Status, Verdict

_UNSURE = frozenset(
    {
        *(Status.CRASH, Status.DB_MISSING, Status.DB_CORRUPT, Status.DB_IO),
        *(Status.INTERNAL, Status.MEMORY, Status.TIMEOUT),
    }
)
_SCHEMA = "CREATE TABLE IF NOT EXISTS verdicts(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
_MOST_AT_ONCE = 500
_log = logging.getLogger("bench.scoring")


class _Told(msgspec.Struct, array_like=True, frozen=True):
    """A verdict as it is packed."""

    example_id: str
    db_id: str
    difficulty: str
    metrics: dict[str, bool | float]
    gold: Told
    prediction: Told
    reason: str
    notes: tuple[str, ...]

    @classmethod
    def of(cls, one: Verdict) -> _Told:
        outcomes = Told.of(one.gold), Told.of(one.prediction)
        return cls(
            one.example_id, one.db_id, one.difficulty, dict(one.metrics), *outcomes, one.reason, one.notes
        )

    def verdict(self) -> Verdict:
        outcomes = self.gold.outcome(), self.prediction.outcome()
        return Verdict(
            self.example_id, self.db_id, self.difficulty, self.metrics, *outcomes, self.reason, self.notes
        )


_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(_Told).decode


class Kept:
    """Verdicts of one data set under some rules, in a file; a file that fails costs time, never a verdict.

    Args:
        path: the SQLite file; made if it is not there.
        dataset: what is asked.
        metrics: the rules.
        policy: the limits of execution.
        engine: name and version of what runs SQL.
    """

    def __init__(
        self, path: Path, dataset: Dataset, metrics: Sequence[str], policy: Policy, engine: str
    ) -> None:
        self._path, self._dataset = path, dataset
        self._usable = all(metric in STEADY for metric in metrics)
        self._scope = hashlib.blake2b(
            _write((code("execute", "judge", "sql"), engine, policy.id, tuple(metrics))), digest_size=20
        )
        self._bases: dict[str, bytes] = {}

    def recall(self, asked: Sequence[tuple[Example, str | None]]) -> dict[int, Verdict]:
        """Give what is known, by the place of the answer."""
        if not self._usable:
            return {}
        places = {self._key(*answer): place for place, answer in enumerate(asked)}
        keys, known = list(places), dict[int, Verdict]()
        try:
            with self._open() as database:
                for start in range(0, len(keys), _MOST_AT_ONCE):
                    some = keys[start : start + _MOST_AT_ONCE]
                    marks = ",".join("?" * len(some))
                    found = database.execute(f"SELECT key, value FROM verdicts WHERE key IN ({marks})", some)
                    known.update((places[key], _read(value).verdict()) for key, value in found)
        except (apsw.Error, OSError, msgspec.MsgspecError) as error:
            _log.warning("%s: the cache of whole verdicts is not used (%s)", self._path, error)
            return {}
        return known

    def keep(self, judged: Iterable[tuple[tuple[Example, str | None], Verdict]]) -> None:
        """Add verdicts to the file."""
        if not self._usable:
            return
        rows = [
            (self._key(*answer), _write(_Told.of(verdict))) for answer, verdict in judged if _holds(verdict)
        ]
        try:
            with self._open() as database:
                database.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", rows)
        except (apsw.Error, OSError, UnicodeEncodeError) as error:
            _log.warning("%s: verdicts are not kept (%s)", self._path, error)

    def _open(self) -> apsw.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = apsw.Connection(str(self._path))
        database.set_busy_timeout(1000)
        database.execute(_SCHEMA)
        return database

    def _key(self, example: Example, sql: str | None) -> bytes:
        """Hash what one verdict hangs on."""
        if example.db_id not in self._bases:
            paths = (self._dataset.databases[example.db_id], *self._dataset.suites.get(example.db_id, ()))
            schema = self._dataset.schema(example)
            self._bases[example.db_id] = _write((schema, [_touched(path) for path in paths]))
        key = self._scope.copy()
        key.update(self._bases[example.db_id])
        answer = example.id, example.difficulty, example.gold, sql
        key.update(repr(answer).encode("utf-8", "backslashreplace"))
        return key.digest()


def _touched(path: Path) -> tuple[object, ...]:
    """Tell a file and its state apart from any other; one that is not there has no state."""
    try:
        stat = path.stat()
    except OSError:
        return (str(path),)
    return str(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _holds(verdict: Verdict) -> bool:
    return verdict.gold.status not in _UNSURE and verdict.prediction.status not in _UNSURE
