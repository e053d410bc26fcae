"""The nouns of the bench, as frozen records that every floor may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from msgspec import structs

from bench.values import Plain, mark, unmark
from bench.values import Row as Row
from bench.values import Scalar as Scalar

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

Report: TypeAlias = Callable[[int, int, str], None]
"""Receives progress: units done, units in all, and a short note such as ``"loss 0.41"``."""


def silent(_done: int, _total: int, _note: str) -> None:
    """Drop a progress report."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    ``label`` is its natural-language name when that differs from ``name``; ``description`` is what
    the data set's documentation says of it and its values.
    """

    name: str
    type: str = ""
    label: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``table.column`` references ``to_table.to_column``."""

    table: str
    column: str
    to_table: str
    to_column: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its columns in the order of the database."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a question may speak about: the tables of one database and how they join."""

    db_id: str
    tables: tuple[Table, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, and the SQL that was *predicted* for it, if kept."""

    question: str
    sql: str | None = None


ABSTAIN = "null"
"""What stands in place of gold where no SQL answers a question, as EHRSQL writes it."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question, or one turn of a conversation, with its accepted gold queries."""

    id: str
    db_id: str
    question: str
    gold: tuple[str, ...]
    difficulty: str | None = None
    evidence: str = ""
    history: tuple[Turn, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether some SQL answers it; where none does, gold is :data:`ABSTAIN`."""
        return self.gold != (ABSTAIN,)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One split of a benchmark set: examples and the databases they ask, under a fingerprint.

    ``levels`` orders the difficulty names from easy to hard. ``rules`` names the comparison rules
    its official scripts use, the headline EX first. ``synthetic`` sets say so wherever they show.
    ``suites`` holds, for some databases, others of the same schema and folder on which rules that
    want it (test suites, arXiv 2010.02840) compare as well.
    ``dialect`` is the language of its gold queries, and with it the engine that can run them.
    ``levels_from`` says who told the difficulty of examples, where the data set itself did not.
    """

    name: str
    split: str
    title: str
    licence: str
    levels: tuple[str, ...]
    rules: tuple[str, ...]
    synthetic: bool
    examples: tuple[Example, ...]
    schemas: Mapping[str, Schema]
    databases: Mapping[str, Path]
    fingerprint: str
    dialect: str = "sqlite"
    suites: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    levels_from: str = ""

    def schema(self, example: Example) -> Schema:
        """Return the schema that ``example`` asks about."""
        return self.schemas[example.db_id]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model said about one example, and the one SQL statement found in it.

    ``sql`` is ``None`` where no statement could be found. Seconds are kept beside the predictions,
    not in them: the same seed must leave the same bytes.
    """

    example_id: str
    text: str
    sql: str | None
    tokens_in: int | None = None
    tokens_out: int | None = None


class Status(StrEnum):
    """How running one SQL ended. Only ``OK`` has rows."""

    OK = "ok"
    NOT_A_QUERY = "not_a_query"
    MULTI_STATEMENT = "multi_statement"
    FORBIDDEN = "forbidden"
    ERROR_SYNTAX = "error_syntax"
    ERROR_SCHEMA = "error_schema"
    ERROR_RUNTIME = "error_runtime"
    ERROR_LIMIT = "error_limit"
    ERROR_DECODE = "error_decode"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    MEMORY = "memory"
    CRASH = "crash"
    DB_MISSING = "db_missing"
    DB_CORRUPT = "db_corrupt"
    DB_IO = "db_io"
    INTERNAL = "internal"

    @property
    def infra(self) -> bool:
        """Whether the environment broke rather than the answer: such a cell is not publishable."""
        return self in INFRA


INFRA = frozenset({Status.DB_MISSING, Status.DB_CORRUPT, Status.DB_IO, Status.INTERNAL})


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What running one SQL did.

    ``steps`` counts SQLite's virtual-machine operations: the clock of a verdict, the same on every
    machine. ``rows`` is the number of rows fetched (all of them when ``status`` is ``OK`` and the
    comparison did not stop early); ``preview`` holds the first few. ``notes`` say what a reader should
    know about an ``OK``: invalid text was repaired, fetching stopped early.

    Not a dataclass, because a million of them are made in a run, and a frozen one takes five times as long.
    """

    status: Status
    detail: str = ""
    steps: int = 0
    rows: int = 0
    columns: tuple[str, ...] = ()
    preview: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def untried(self) -> bool:
        """Whether it was not run at all, because nothing hung on it; ``detail`` then says why."""
        return self.status is Status.OK and bool(self.detail)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic, which knows no structs, read and write it as the record of these fields.

        Values of the preview that JSON lacks are written as :mod:`bench.values` tells.
        """
        from pydantic_core import core_schema

        kinds = {one.name: one.type for one in structs.fields(cls)} | {
            "preview": tuple[tuple[Plain, ...], ...]
        }
        record = core_schema.typed_dict_schema(
            {
                one.name: core_schema.typed_dict_field(
                    handler.generate_schema(kinds[one.name]), required=one.required
                )
                for one in structs.fields(cls)
            }
        )

        def read(fields: dict[str, Any]) -> Outcome:
            return cls(**fields | {"preview": tuple([unmark(row) for row in fields.get("preview", ())])})

        def write(outcome: Outcome) -> dict[str, Any]:
            return structs.asdict(outcome) | {"preview": [mark(row) for row in outcome.preview]}

        return core_schema.no_info_after_validator_function(
            read,
            record,
            serialization=core_schema.plain_serializer_function_ser_schema(write),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgment of one prediction, kept for ever: every table is a view of these.

    ``metrics`` maps a rule's name (``"ex.spider"``, ``"ex.bird"``, ``"em.spider"``) to a bool or a
    number. ``reason`` says in words why the headline metric is false, or is empty.
    """

    example_id: str
    db_id: str
    difficulty: str
    metrics: Mapping[str, bool | float]
    gold: Outcome
    prediction: Outcome
    reason: str = ""
    notes: tuple[str, ...] = ()

    @property
    def spoiled(self) -> Outcome | None:
        """The outcome that the environment broke, gold's before the prediction's, if it broke one."""
        return next((end for end in (self.gold, self.prediction) if end.status.infra), None)


@dataclass(frozen=True, slots=True)
class Score:
    """A proportion that knows its doubt: ``k`` of ``n`` right, with a 95 % interval."""

    k: float
    n: int
    value: float
    low: float
    high: float
    interval: str = "wilson"


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model returned for one prompt."""

    text: str
    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt to answer, with the example it came from and that one's place in its data set.

    Controls and replays need the latter two.
    """

    example: Example
    prompt: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Fit:
    """What fitting left behind, as ``fit.json`` tells it; the weights lie beside that file."""

    parameters: int
    trainable: int
    steps: int
    examples: int
    tokens: int
    seconds: float
    tokens_per_second: float
    peak_host_bytes: int
    peak_device_bytes: int | None
    device: str
    threads: int
    losses: tuple[tuple[int, float], ...]
    logs: Mapping[str, float] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)
    """Seconds by part of a training step."""
