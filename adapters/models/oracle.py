"""Controls that know the gold: ``oracle:gold``, and ``oracle:damaged-20`` with planted errors.

An oracle that answers gold must score 100 %, or the gold it fails is named; one with planted damage must
lose exactly what was planted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.errors import BenchError, ConfigError, near
from bench.generate.protocol import Predictor
from bench.methods import Decoding, NoTuning, Tuning
from bench.types import Completion, Request

DAMAGE = "SELECT 'planted damage'"
"""Runs on every database, and equals no result that a gold query has."""


class Oracle:
    """Answers with the gold SQL, except for a share of planted wrong answers."""

    trainable = False

    def __init__(self, source: str, revision: str | None) -> None:
        """Take ``gold``, or ``damaged-P`` with P per cent of planted damage.

        Raises:
            ConfigError: it is neither.
        """
        where = f"oracle:{source}"
        match = re.fullmatch(r"gold|damaged-(\d{1,3})", source)
        if match is None or int(match[1] or 0) > 100:
            raise ConfigError(
                f"unknown oracle '{source}'", where=where, todo=near(source, ["gold", "damaged-20"])
            )
        if revision is not None:
            raise ConfigError("an oracle has no revisions", where=where)
        self._source, self._percent = source, int(match[1] or 0)
        planted = f", but for {self._percent} % planted errors" if self._percent else ""
        self.note = f"control: answers the gold SQL{planted}"

    def identity(self) -> Mapping[str, str]:
        """Return the name of the control."""
        return {"oracle": self._source, "version": "1"}

    def base(self) -> str:
        """Refuse: there are no weights.

        Raises:
            BenchError: always.
        """
        raise BenchError("an oracle has no weights to fit", where=f"oracle:{self._source}")

    def open(
        self, fit: Path | None, tuning: Tuning, decoding: Decoding, *, threads: int, seed: int
    ) -> Predictor:
        """Return the oracle, ready to answer.

        Raises:
            BenchError: something was fitted.
        """
        del threads, seed
        if fit is not None or not isinstance(tuning, NoTuning):
            raise BenchError("an oracle cannot be fitted", where=f"oracle:{self._source}")
        return _Knowing(self._percent, decoding.batch)


def damaged(example_id: str, percent: int) -> bool:
    """Whether damage is planted for an example: a property of its id alone, the same in every run."""
    digest = hashlib.sha256(f"damage {example_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < percent


class _Knowing:
    def __init__(self, percent: int, batch: int) -> None:
        self._percent, self.batch = percent, batch

    def complete(self, requests: Sequence[Request]) -> list[Completion]:
        return [
            Completion(DAMAGE if damaged(request.example.id, self._percent) else request.example.gold[0])
            for request in requests
        ]
