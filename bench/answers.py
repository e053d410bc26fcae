r"""Answers: somebody else's prediction file → predictions, whatever its format.

Read are the formats of the official scripts and the two that everybody can write: Spider's text
(one SQL a line, in the order of the data set), BIRD's JSON (position → SQL, with or without
``\t----- bird -----\t`` and a database), CSV and JSONL with an ``id`` or in order.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import DataError
from bench.types import Dataset, Prediction

BIRD_MARK = "\t----- bird -----\t"
SQL_KEYS = ("sql", "pred", "prediction", "predicted_sql", "query", "SQL")
ID_KEYS = ("id", "example_id", "question_id", "idx")


def read(path: Path, dataset: Dataset) -> list[Prediction]:
    """Read one prediction for every example of ``dataset``.

    Raises:
        DataError: the file is missing, cannot be read in its format, or does not answer each
            example exactly once. Nothing is cut or shifted to make it fit.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=str(path)) from error
    readers = {".json": _json, ".jsonl": _jsonl, ".csv": _csv}
    rows = readers.get(path.suffix.lower(), _lines)(text, path)
    return _matched(rows, dataset, path)


def _lines(text: str, _path: Path) -> list[dict[str, Any]]:
    """Read Spider's text: what follows a tab is the name of the database."""
    lines = text.split("\n")
    if lines and not lines[-1].strip():
        lines.pop()
    return [{"sql": line.strip().split("\t")[0]} for line in lines]


def _json(text: str, path: Path) -> list[dict[str, Any]]:
    """Read BIRD's object of positions, or a list of objects or strings."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise DataError(f"is not JSON ({error})", where=str(path)) from error
    if isinstance(value, dict):
        return [{"position": key, "sql": _without_mark(sql)} for key, sql in value.items()]
    return [item if isinstance(item, dict) else {"sql": _without_mark(item)} for item in value]


def _jsonl(text: str, path: Path) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise DataError(f"line {number} is not JSON ({error})", where=str(path)) from error
        if not isinstance(rows[-1], dict):
            raise DataError(f"line {number} is not a JSON object", where=str(path))
    return rows


def _csv(text: str, path: Path) -> list[dict[str, Any]]:
    try:
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise DataError(f"is not CSV ({error})", where=str(path)) from error


def _without_mark(sql: object) -> str:
    return sql.partition(BIRD_MARK)[0] if isinstance(sql, str) else ""


def _matched(rows: Sequence[Mapping[str, Any]], dataset: Dataset, path: Path) -> list[Prediction]:
    """Give each row its example: by id or position where it has one, else by order."""
    count = len(dataset.examples)
    if len(rows) != count:
        raise DataError(
            f"holds {len(rows)} predictions, but {dataset.name} {dataset.split} has {count} examples",
            where=str(path),
            todo="give one prediction for each example; an empty one where the model said nothing",
        )
    order = [example.id for example in dataset.examples]
    known = frozenset(order)
    ids = [_id(row, number, order, known, path) for number, row in enumerate(rows)]
    _refuse_twice(ids, path)
    return [
        Prediction(name, text := _sql(row, path), text or None) for name, row in zip(ids, rows, strict=True)
    ]


def _id(row: Mapping[str, Any], number: int, order: Sequence[str], known: frozenset[str], path: Path) -> str:
    key = next((key for key in ("position", *ID_KEYS) if key in row), None)
    value = str(number if key is None else row[key])
    if value in known:
        return value
    if key == "question_id":
        return _by_question(value, number, order, path)
    if value.isdigit() and int(value) < len(order):
        return order[int(value)]
    raise DataError(
        f"prediction {number + 1} is for '{value}', which is no example of the data set",
        where=str(path),
        todo=f"name examples like '{order[0]}', or by position from 0 to {len(order) - 1}",
    )


def _by_question(value: str, number: int, order: Sequence[str], path: Path) -> str:
    """Find the example that bears a number of its own, which need not be its position."""
    found = [name for name in order if name.rpartition("/")[2].lstrip("0") == value.lstrip("0")]
    if len(found) != 1:
        raise DataError(
            f"prediction {number + 1} is for question_id '{value}', which is no example of the data set",
            where=str(path),
            todo=f"the first example has the id '{order[0]}'",
        )
    return found[0]


def _refuse_twice(ids: Iterable[str], path: Path) -> None:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise DataError(f"answers '{name}' twice", where=str(path), todo="keep one of the two")
        seen.add(name)


def _sql(row: Mapping[str, Any], path: Path) -> str:
    key = next((key for key in SQL_KEYS if key in row), None)
    if key is None:
        raise DataError(
            f"a prediction has no SQL: its keys are {', '.join(map(str, row)) or 'none'}",
            where=str(path),
            todo=f"call it '{SQL_KEYS[0]}'",
        )
    if not isinstance(row[key], str | None):
        raise DataError(
            f"a prediction's '{key}' is no text: {str(row[key])[:60]}",
            where=str(path),
            todo="give the SQL as one string, or null where the model said nothing",
        )
    # Half of a surrogate pair, which JSON can write and no file can hold, becomes "?".
    return _without_mark(row[key]).strip().encode("utf-8", "replace").decode()
