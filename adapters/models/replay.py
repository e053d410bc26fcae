"""Predictions made elsewhere: ``replay:answers.jsonl``, with ``{"id": ..., "sql": ...}`` on each line.

Files that name no ids are read as the official scripts do: ``replay:answers.txt`` with one SQL a line in
the order of the data set, and BIRD's ``replay:answers.json``. Every question needs its line; one that
the model said nothing to has an empty ``sql`` or ``null``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.answers import by_place
from bench.errors import BenchError, ConfigError, DataError, at
from bench.generate.protocol import Predictor
from bench.methods import Decoding, NoTuning, Tuning
from bench.types import Completion, Request
from bench.words import count

NAMED = 5
"""Questions named in a message."""


class Replay:
    """Answers with what stands in a file."""

    trainable = False
    of_file = True
    """What follows the scheme is a path, which starts at the suite's file."""

    note = "predictions made elsewhere, only judged here"

    def __init__(self, source: str, revision: str | None) -> None:
        """Take the path of a file.

        Raises:
            DataError: there is no such file.
            ConfigError: a revision was given.
        """
        self._path = Path(source)
        if not self._path.is_file():
            raise DataError(
                "there is no such file of predictions",
                where=f"replay:{source}",
                todo="a path in a suite starts at the suite's own file",
            )
        if revision is not None:
            raise ConfigError("a file of predictions has no revisions", where=f"replay:{source}")

    def identity(self) -> Mapping[str, str]:
        """Return the hash of the file."""
        return {"sha256": hashlib.sha256(self._path.read_bytes()).hexdigest()}

    def base(self) -> str:
        """Refuse: there are no weights.

        Raises:
            BenchError: always.
        """
        raise BenchError("predictions made elsewhere cannot be fitted", where=f"replay:{self._path}")

    def open(
        self, fit: Path | None, tuning: Tuning, decoding: Decoding, *, threads: int, seed: int
    ) -> Predictor:
        """Read the file.

        Raises:
            BenchError: something was fitted.
            DataError: a line is not what it should be, or an id comes twice.
        """
        del decoding, threads, seed
        if fit is not None or not isinstance(tuning, NoTuning):
            raise BenchError("predictions made elsewhere cannot be fitted", where=f"replay:{self._path}")
        if self._path.suffix == ".jsonl":
            return _Recorded(self._path, _read(self._path))
        placed = {str(place): sql for place, sql in by_place(self._path).items()}
        return _Recorded(self._path, placed, by_id=False)


class _Recorded:
    batch = 1_000_000
    """Every question at once, so that all those without an answer are named together."""

    def __init__(self, path: Path, answers: Mapping[str, str], *, by_id: bool = True) -> None:
        self._path, self._answers, self._by_id = path, answers, by_id

    def complete(self, requests: Sequence[Request]) -> list[Completion]:
        names = [request.example.id if self._by_id else str(request.place) for request in requests]
        missing = sorted(name for name in names if name not in self._answers)
        if missing:
            more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
            raise DataError(
                f"has no answer to {count(len(missing), 'question')} of {len(names):,}: "
                f"{', '.join(missing[:NAMED])}{more}",
                where=str(self._path),
                todo='give each question a line; {"id": "...", "sql": ""} where the model said nothing',
            )
        return [Completion(self._answers[name]) for name in names]


def _read(path: Path) -> dict[str, str]:
    answers: dict[str, str] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            name, sql = _entry(line, at(path, line=number))
            if name in answers:
                raise DataError(f"the id '{name}' comes twice", where=at(path, line=number))
            answers[name] = sql
    return answers


def _entry(line: str, where: str) -> tuple[str, str]:
    try:
        entry = json.loads(line)
        return str(entry["id"]), str(entry["sql"] or "")
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            "this line is no prediction", where=where, todo='each line is {"id": "...", "sql": "..."}'
        ) from error
