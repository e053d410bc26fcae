"""Replies: what a worker says, checked while it is read; a worker is not trusted to say it well."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from bench.types import Outcome, Status
from bench.values import unmark


class Told(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An outcome as ``bench.execute.show`` writes it; ``marked`` where cells stand for other values."""

    status: Status
    detail: str = ""
    steps: int = 0
    rows: int = 0
    columns: tuple[str, ...] = ()
    preview: tuple[tuple[Any, ...], ...] = ()
    notes: tuple[str, ...] = ()
    marked: bool = False

    @classmethod
    def of(cls, end: Outcome) -> Told:
        """Write an outcome so that it can be packed, blobs as they are."""
        return cls(end.status, end.detail, end.steps, end.rows, end.columns, end.preview, end.notes)

    def outcome(self) -> Outcome:
        """Give the outcome as the bench knows it."""
        preview = tuple([unmark(row) for row in self.preview]) if self.marked else self.preview
        return Outcome(self.status, self.detail, self.steps, self.rows, self.columns, preview, self.notes)


class Learnt(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A gold's outcome, and the number by which the worker will speak of it from now on."""

    number: int
    told: Told


class Reply(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The answer to one item; ``equal`` follows its comparisons, ``failed_on`` names a further database."""

    number: int
    gold: int | Learnt | None
    prediction: Told | None
    equal: tuple[bool | float, ...]
    failed_on: str = ""


class Answers(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Replies, and whether the worker is going to end after them."""

    retiring: bool
    replies: tuple[Reply, ...]


class Greeting(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a worker says first: which layers of the sandbox are on, and what it has imported."""

    sandbox: dict[str, bool]
    modules: tuple[str, ...]


Malformed: TypeAlias = msgspec.MsgspecError
"""Raised by the readers for what a worker must not send."""

read_answers = msgspec.json.Decoder(Answers).decode
read_greeting = msgspec.json.Decoder(Greeting).decode
