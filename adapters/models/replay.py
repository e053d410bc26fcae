"""Predictions made elsewhere: ``replay:answers.jsonl``, with ``{"id": ..., "sql": ...}`` on each line.

A question without a line is answered with empty text: it counts, as a wrong answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.errors import BenchError, ConfigError, DataError
from bench.generate.protocol import Predictor
from bench.methods import Decoding, NoTuning, Tuning
from bench.types import Completion, Request


class Replay:
    """Answers with what stands in a file."""

    trainable = False
    note = "predictions made elsewhere, only judged here"

    def __init__(self, source: str, revision: str | None) -> None:
        """Take the path of a JSONL file.

        Raises:
            ConfigError: there is no such file, or a revision was given.
        """
        self._path = Path(source).expanduser()
        if not self._path.is_file():
            raise ConfigError("there is no such file of predictions", where=f"replay:{source}")
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
        del threads, seed
        if fit is not None or not isinstance(tuning, NoTuning):
            raise BenchError("predictions made elsewhere cannot be fitted", where=f"replay:{self._path}")
        return _Recorded(_read(self._path), decoding.batch)


class _Recorded:
    def __init__(self, answers: Mapping[str, str], batch: int) -> None:
        self._answers, self.batch = answers, batch

    def complete(self, requests: Sequence[Request]) -> list[Completion]:
        return [Completion(self._answers.get(request.example.id, "")) for request in requests]


def _read(path: Path) -> dict[str, str]:
    answers: dict[str, str] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            name, sql = _entry(line, f"{path}:{number}")
            if name in answers:
                raise DataError(f"the id '{name}' comes twice", where=f"{path}:{number}")
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
