"""Port: a SQLite database as tables that other engines can hold, with the keys that hold there.

Defaults, checks, collations, indexes, triggers and views are not part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from adapters.databases.build import Filling, Key, quoted
from adapters.databases.keys import foreign_keys, unique_keys
from adapters.databases.shape import Shape, shape
from adapters.databases.sqlite import Sqlite, reading
from bench.errors import DataError
from bench.execute.intake import stale
from bench.types import Row, Scalar


def read(path: Path, *, folds: bool) -> Iterator[Filling]:
    """Read every table, those first that others reference.

    Args:
        path: the database.
        folds: whether names are written small, for engines that take them so without quotes.

    Raises:
        DataError: the file is missing or damaged, or its last changes lie in another one.
    """
    schema = Sqlite().introspect(path, path.stem)
    if refused := stale(str(path)):
        raise DataError(refused.detail, where=str(path))
    with reading(path) as database:
        shapes = {table.name.lower(): shape(database, table) for table in schema.tables}
        unique = {name: unique_keys(database, one) for name, one in shapes.items()}
        foreign = {name: foreign_keys(database, one, shapes, unique) for name, one in shapes.items()}
    for name in _parents_first(foreign):
        keys = [*unique[name], *foreign[name]]
        yield _filling(path, shapes[name], keys, str.lower if folds else str)


def _parents_first(foreign: Mapping[str, Sequence[Key]]) -> list[str]:
    """Order tables so that each follows those that it references, as far as they run in no circle."""
    met: set[str] = set()
    ordered: list[str] = []

    def visit(name: str) -> None:
        if name not in met:
            met.add(name)
            for key in foreign[name]:
                if not key.left:
                    visit(key.to.lower())
            ordered.append(name)

    for name in foreign:
        visit(name)
    return ordered


def _filling(path: Path, one: Shape, keys: Sequence[Key], written: Callable[[str], str]) -> Filling:
    """Put a table together; text that stands in a key is a ``name``."""
    made = [key for key in keys if not key.left]
    in_keys = {column for key in made for column in key.columns}
    return Filling(
        written(one.table.name),
        [
            (written(name), "name" if kind == "text" and name in in_keys else kind)
            for name, kind in one.kinds.items()
        ],
        _rows(path, one.table.name, one.kinds),
        [_renamed(key, written) for key in keys],
        {written(name) for name in one.required},
    )


def _renamed(key: Key, written: Callable[[str], str]) -> Key:
    return replace(
        key,
        table=written(key.table),
        columns=tuple(map(written, key.columns)),
        to=written(key.to),
        to_columns=tuple(map(written, key.to_columns)),
    )


def _rows(path: Path, table: str, kinds: Mapping[str, str]) -> Iterator[Row]:
    """Read rows; text comes as bytes, for not all of it is UTF-8."""
    shown = ", ".join(
        f"CAST({quoted(name)} AS REAL)"
        if kind == "real"
        else quoted(name)
        if kind == "integer"
        else f"CAST(CAST({quoted(name)} AS {'BLOB' if kind == 'blob' else 'TEXT'}) AS BLOB)"
        for name, kind in kinds.items()
    )
    whole = list(kinds.values())
    with reading(path) as database:
        for row in database.execute(f"SELECT {shown} FROM {quoted(table)}"):
            yield tuple([_value(value, kind) for value, kind in zip(row, whole, strict=True)])


def _value(value: object, kind: str) -> Scalar:
    if isinstance(value, bytes) and kind != "blob":
        return value.decode("utf-8", "ignore").replace("\0", "")  # which no other engine keeps in a text
    return value  # type: ignore[return-value] # as SQLite has it
