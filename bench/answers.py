r"""Answers: somebody else's prediction file → predictions, whatever its format.

Read are the formats of the official scripts and the two that everybody can write: Spider's text
(one SQL a line, in the order of the data set), BIRD's JSON (position → SQL, with or without
``\t----- bird -----\t`` and a database), CSV and JSONL with an ``id`` or in order.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from bench.errors import DataError, at
from bench.types import Dataset, Prediction
from bench.words import count

BIRD_MARK = "\t----- bird -----\t"
SQL_KEYS = ("sql", "pred", "prediction", "predicted_sql", "query", "SQL")
ID_KEYS = ("id", "example_id", "question_id", "idx")

BINARY = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a spreadsheet or a zip archive",
    b"\x1f\x8b": "compressed",
    b"SQLite format 3": "a database",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
"""How files begin that cannot be predictions → what they are."""

Row: TypeAlias = dict[str, Any]

_BLANK: Row = {"sql": "", "behind": ""}
_log = logging.getLogger("bench.answers")


def read(path: Path, dataset: Dataset) -> list[Prediction]:
    """Read one prediction for every example of ``dataset``.

    Raises:
        DataError: the file is missing, cannot be read in its format, or does not answer each
            example exactly once. Nothing is cut or shifted to make it fit.
    """
    return _matched(_rows(path), dataset, path)


def by_place(path: Path) -> dict[int, str]:
    """Read the SQL of a file in the order of its data set, which is not at hand.

    Raises:
        DataError: the file is missing, cannot be read in its format, or names what it answers by
            anything but positions.
    """
    found: dict[int, str] = {}
    for number, row in enumerate(_rows(path)):
        place = str(row.get("position", number))
        if not place.isdigit() or any(key in row for key in ID_KEYS):
            raise DataError(
                "does not go by position",
                where=str(path),
                todo='write JSONL with {"id": "...", "sql": "..."} on each line',
            )
        found[int(place)] = _sql(row, path)
    return found


def _rows(path: Path) -> list[Row]:
    """Read the entries of a file in its format."""
    readers = {".json": _json, ".jsonl": _jsonl, ".csv": _csv}
    return readers.get(path.suffix.lower(), _lines)(_text(path), path)


def _text(path: Path) -> str:
    """Decode a file, or say what it is if it is no text in UTF-8."""
    try:
        content = path.read_bytes()
    except IsADirectoryError as error:
        raise DataError("is a folder", where=str(path), todo="give one file of predictions in it") from error
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=str(path)) from error
    kind = next((kind for head, kind in BINARY.items() if content.startswith(head)), None)
    if kind is not None:
        raise DataError(f"is {kind}", where=str(path), todo="write the predictions as JSONL or CSV in UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"is not UTF-8 (byte 0x{content[error.start]:02X})",
            where=at(path, line=content.count(b"\n", 0, error.start) + 1),
            todo="save it as UTF-8, such as by iconv -f latin1 -t utf-8",
        ) from error


def _lines(text: str, _path: Path) -> list[Row]:
    """Read Spider's text: what follows a tab is the name of the database."""
    lines = text.split("\n")
    if lines and not lines[-1].strip():
        lines.pop()
    parted = (line.strip().partition("\t") for line in lines)
    return [{"sql": sql, "behind": behind} for sql, _, behind in parted]


def _json(text: str, path: Path) -> list[Row]:
    """Read BIRD's object of positions, or a list of objects or strings."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"is not JSON ({error})", where=str(path)) from error
    if isinstance(value, dict):
        return [{"position": key, **_marked(sql)} for key, sql in value.items()]
    if not isinstance(value, list):
        raise DataError(
            f"holds {type(value).__name__} where predictions should be",
            where=str(path),
            todo='write {"0": "SELECT …"}, or a list',
        )
    return [item if isinstance(item, dict) else _marked(item) for item in value]


def _jsonl(text: str, path: Path) -> list[Row]:
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise DataError(f"is not JSON ({error})", where=at(path, line=number)) from error
        if not isinstance(rows[-1], dict):
            raise DataError("is not a JSON object", where=at(path, line=number))
    return rows


def _csv(text: str, path: Path) -> list[Row]:
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows: list[Row] = list(reader)
    except csv.Error as error:
        raise DataError(f"is not CSV ({error})", where=str(path)) from error
    header = reader.fieldnames or ()
    if not set(SQL_KEYS).intersection(header):
        raise DataError(
            f"names no column of SQL: {', '.join(header)[:80] or 'it is empty'}",
            where=at(path, line=1),
            todo="begin with a header, such as id,sql",
        )
    return rows


def _marked(sql: object) -> Row:
    """Part a prediction of BIRD's; what is no text is an empty prediction there."""
    text, _, db_id = sql.partition(BIRD_MARK) if isinstance(sql, str) else ("", "", "")
    return {"sql": text, "marked": db_id.strip()}


def _matched(rows: Sequence[Row], dataset: Dataset, path: Path) -> list[Prediction]:
    """Give each row its example: by id or position where it has one, else by order."""
    asked = len(dataset.examples)
    if len(rows) > asked and all(row == _BLANK for row in rows[asked:]):  # blank lines at the end of the file
        rows = rows[:asked]
    if len(rows) != asked:
        raise DataError(
            f"holds {count(len(rows), 'prediction')}, but {dataset.name} {dataset.split} has "
            f"{count(asked, 'example')}",
            where=str(path),
            todo="give one prediction for each example; an empty one where the model said nothing",
        )
    order = [example.id for example in dataset.examples]
    keys = frozenset[str]().union(*rows)
    key = next((key for key in ("position", *ID_KEYS) if key in keys), None)
    ids = order
    if key:
        known = frozenset(order)
        ids = [_id(row, key, number, order, known, path) for number, row in enumerate(rows)]
        _refuse_twice(ids, path)
    if "marked" in keys:
        _refuse_strays(zip(ids, rows, strict=True), dataset, path)
    if "behind" in keys:
        _warn_of_tabs(rows, dataset, path)
    return [
        Prediction(name, text := _sql(row, path), text or None) for name, row in zip(ids, rows, strict=True)
    ]


def _id(row: Row, key: str, number: int, order: Sequence[str], known: frozenset[str], path: Path) -> str:
    """Name the example of one row, by the key that the rows have."""
    if row.get(key) in (None, ""):
        raise DataError(
            f"prediction {number + 1} has no '{key}', as others have",
            where=str(path),
            todo=f"give every prediction its '{key}', or none of them",
        )
    value = str(row[key])
    if value in known:
        return value
    if key == "question_id":
        return _by_question(value, number, order, path)
    if value.isdecimal() and int(value) < len(order):
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
    for name, times in Counter(ids).items():
        if times > 1:
            raise DataError(f"answers '{name}' twice", where=str(path), todo="keep one of the two")


def _refuse_strays(rows: Iterable[tuple[str, Row]], dataset: Dataset, path: Path) -> None:
    """Refuse predictions that BIRD's mark says are for another database than their question asks."""
    marked = {name: row["marked"] for name, row in rows if row.get("marked")}
    for example in dataset.examples:
        name, asked = example.id, example.db_id
        if marked.get(name, asked) != asked:
            raise DataError(
                f"the prediction for '{name}' is marked for '{marked[name]}', but '{asked}' is asked",
                where=str(path),
                todo="put the predictions in the order of the questions",
            )


def _warn_of_tabs(rows: Sequence[Row], dataset: Dataset, path: Path) -> None:
    """Say where a tab cut off what is no name of a database, and so perhaps a part of the SQL."""
    behind = ((place, row["behind"]) for place, row in enumerate(rows, start=1) if row.get("behind"))
    names = ((place, text.rpartition("\t")[2].strip()) for place, text in behind)
    places = [place for place, name in names if name and name not in dataset.schemas]
    if places:
        _log.warning(
            "%s: line %d: what follows the tab is no database of the questions, and is not read "
            "(%s like it); in SQL write spaces",
            path,
            places[0],
            count(len(places), "line"),
        )


def _sql(row: Row, path: Path) -> str:
    key = next((key for key in SQL_KEYS if key in row), None)
    if key is None:
        raise DataError(
            f"a prediction has no SQL: its keys are {', '.join(map(str, row)) or 'none'}",
            where=str(path),
            todo=f"call it '{SQL_KEYS[0]}'",
        )
    if row[key] is not None and not isinstance(row[key], str):
        raise DataError(
            f"a prediction's '{key}' is no text: {str(row[key])[:60]}",
            where=str(path),
            todo="give the SQL as one string, or null where the model said nothing",
        )
    sql = (row[key] or "").partition(BIRD_MARK)[0].strip()
    # Half of a surrogate pair, which JSON can write and no file can hold, becomes "?".
    return sql if sql.isascii() else sql.encode("utf-8", "replace").decode()
