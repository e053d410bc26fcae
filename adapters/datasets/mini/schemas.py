"""The hand-designed databases, as their TOML files declare them.

A file has ``about`` and one section per table::

    [writer]
    said = ["writer", "author"]        # its nouns, the usual one first; "person/people" gives a plural
    rows = 24
    [writer.columns]
    id = { key = 1 }                   # numbered from 1
    name = { pool = "surnames" }       # a list of pools.toml; or names = ["..."] of its own
    country = { choice = ["France", "Spain"], null = 0.1, that = ["from {}"] }
    born = { integer = [1920, 1999], said = ["birth year"], more = "born after {}", most = "youngest" }
    club_id = { to = "club", of = "in" }

A column is one of ``key``, ``pool``, ``names``, ``choice``, ``integer`` and ``real`` (``[low, high]`` or
``[low, high, step]``), ``date`` (first and last day) and ``to`` (a foreign key; parents come before their
children). ``null`` is the share of NULLs; the other words are those of ``domain.Field``. A table without a
``key`` column names its primary key with ``key = [...]``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

import apsw
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from adapters.datasets.mini.domain import Kind
from bench.errors import DataError, near

KINDS: dict[str, Kind] = {
    "key": "key",
    "pool": "name",
    "names": "name",
    "choice": "choice",
    "integer": "integer",
    "real": "real",
    "date": "date",
    "to": "link",
}
Words = tuple[str, ...]


class ColumnPlan(BaseModel):
    """How a column is filled and spoken of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: int | None = None
    pool: str | None = None
    names: Words | None = None
    choice: Words | None = None
    integer: Annotated[tuple[int, ...], Field(min_length=2, max_length=3)] | None = None
    real: Annotated[tuple[float, ...], Field(min_length=2, max_length=3)] | None = None
    date: tuple[str, str] | None = None
    to: str | None = None
    null: Annotated[float, Field(ge=0, le=0.5)] = 0
    said: Words = ()
    that: Words = ()
    more: str = ""
    less: str = ""
    most: str = ""
    least: str = ""
    of: str = "of"

    @model_validator(mode="after")
    def _one_kind(self) -> ColumnPlan:
        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(KINDS)}, has {', '.join(given) or 'none'}")
        if self.pool is not None and self.pool not in pools():
            raise ValueError(f"no pool '{self.pool}'; {near(self.pool, pools())}")
        for text in (*self.that, self.more, self.less):
            if text and "{}" not in text:
                raise ValueError(f"'{text}' has no {{}} for the value")
        return self

    @property
    def kind(self) -> Kind:
        """What the column is to the grammar."""
        return next(kind for name, kind in KINDS.items() if getattr(self, name) is not None)


class TablePlan(BaseModel):
    """A table: its nouns, how many rows, its columns in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: Annotated[int, Field(ge=1, le=80)]
    columns: dict[str, ColumnPlan]
    said: Words = ()
    key: Words = ()

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The key column, or the columns that ``key`` lists."""
        return self.key or tuple([name for name, column in self.columns.items() if column.kind == "key"])


class DatabasePlan(BaseModel):
    """One schema file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    tables: Annotated[dict[str, TablePlan], Field(min_length=2, max_length=8)]

    @model_validator(mode="after")
    def _consistent(self) -> DatabasePlan:
        earlier: set[str] = set()
        for name, table in self.tables.items():
            _check_table(name, table, earlier)
            earlier.add(name)
        return self


def _check_table(name: str, table: TablePlan, earlier: set[str]) -> None:
    for word in (name, *table.columns):
        if (
            word.upper() in apsw.keywords
            or word == "value"
            or not word.isidentifier()
            or word != word.lower()
        ):
            raise ValueError(
                f"'{word}' cannot name a table or a column: a lower-case word that SQL does not use"
            )
    if not table.primary_key or not set(table.primary_key) <= set(table.columns):
        raise ValueError(f"table '{name}' has no primary key among its columns")
    parents = [column.to for column in table.columns.values() if column.to is not None]
    for parent in parents:
        if parent not in earlier:
            raise ValueError(
                f"table '{name}' references '{parent}', not a table above it; {near(parent, earlier)}"
            )
    if len(parents) != len(set(parents)):
        raise ValueError(f"table '{name}' references one table twice, which questions cannot tell apart")


def read(file: Traversable) -> DatabasePlan:
    """Read one schema file.

    Raises:
        DataError: it is not TOML, or breaks a rule; every broken rule is named with its place.
    """
    try:
        content = tomllib.loads(file.read_text("utf-8"))
        about = {"about": content.pop("about")} if "about" in content else {}
        return DatabasePlan.model_validate({**about, "tables": content})
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"not valid TOML: {error}", where=file.name) from error
    except ValidationError as error:
        wrong = [_place(item["loc"]) + item["msg"].removeprefix("Value error, ") for item in error.errors()]
        raise DataError("; ".join(wrong), where=file.name) from error


def _place(loc: tuple[int | str, ...]) -> str:
    """Name a place as the file does, where tables stand at the top."""
    parts = [str(part) for part in loc if part != "tables"]
    return ".".join(parts) + ": " if parts else ""


def read_all() -> dict[str, DatabasePlan]:
    """Read every bundled schema, by database name in alphabetical order."""
    folder = files("adapters.datasets.mini") / "schemas"
    found = sorted(
        [file for file in folder.iterdir() if file.name.endswith(".toml")], key=lambda file: file.name
    )
    return {file.name.removesuffix(".toml"): read(file) for file in found}


@cache
def pools() -> dict[str, tuple[str, ...]]:
    """Read the lists of names that schemas share."""
    text = (files("adapters.datasets.mini") / "pools.toml").read_text("utf-8")
    return {name: tuple(values) for name, values in tomllib.loads(text).items()}
