"""Prediction files of every format, whole and broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.answers import read
from bench.errors import DataError
from bench.types import Dataset, Example, Schema

SQL = ("SELECT 1", "SELECT 'a, \"b\"'", "SELECT 3")


@pytest.fixture
def dataset() -> Dataset:
    examples = tuple(Example(f"x/dev/{number}", "db", "?", ("SELECT 1",)) for number in range(3))
    return Dataset(
        "x", "dev", "X", "none", ("easy",), ("bird",), True, examples, {"db": Schema("db", ())}, {}, "f"
    )


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


FILES = {
    "spider.txt": "\n".join(SQL) + "\n",
    "no-final-newline.sql": "\n".join(SQL),
    "windows.txt": "\r\n".join(SQL) + "\r\n",
    "with-db.sql": "\n".join(f"{sql}\tdb" for sql in SQL),
    "bird.json": json.dumps({str(n): f"{sql}\t----- bird -----\tdb" for n, sql in enumerate(SQL)}),
    "list.json": json.dumps(list(SQL)),
    "shuffled.json": json.dumps({"2": SQL[2], "0": SQL[0], "1": SQL[1]}),
    "ids.jsonl": "".join(json.dumps({"id": f"x/dev/{n}", "sql": SQL[n]}) + "\n" for n in (2, 0, 1)),
    "order.jsonl": "".join(json.dumps({"pred": sql}) + "\n" for sql in SQL),
    "blank-end.sql": "\n".join(SQL) + "\n\n \n\n",
    "index.csv": 'idx,sql\n2,SELECT 3\n0,SELECT 1\n1,"SELECT \'a, ""b""\'"\n',
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_predictions(tmp_path: Path, dataset: Dataset, name: str):
    found = read(written(tmp_path, name, FILES[name]), dataset)
    assert {prediction.example_id: prediction.sql for prediction in found} == {
        f"x/dev/{number}": sql for number, sql in enumerate(SQL)
    }


def test_an_empty_line_is_an_empty_answer_and_shifts_nothing(tmp_path: Path, dataset: Dataset):
    found = read(written(tmp_path, "p.txt", "SELECT 1\n\nSELECT 3\n"), dataset)
    assert [prediction.sql for prediction in found] == ["SELECT 1", None, "SELECT 3"]


def test_what_a_tab_cuts_off_is_said_unless_it_is_a_database(tmp_path: Path, dataset: Dataset, caplog):
    read(written(tmp_path, "good.sql", FILES["with-db.sql"]), dataset)
    assert not caplog.records
    found = read(written(tmp_path, "p.sql", "SELECT 1\tdb\nSELECT\t2\nSELECT\t3"), dataset)
    assert [one.sql for one in found] == ["SELECT 1", "SELECT", "SELECT"]
    (record,) = caplog.records
    assert "p.sql: line 2: what follows the tab is no database" in record.getMessage()
    assert "(2 lines like it)" in record.getMessage()


def test_line_separators_inside_a_string_are_no_lines(tmp_path: Path, dataset: Dataset):
    text = "SELECT 'a\u2028b'\nSELECT '\x85'\nSELECT '\x0c'"
    assert len(read(written(tmp_path, "p.txt", text), dataset)) == 3


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("short.txt", "SELECT 1\n", ["holds 1 prediction, but", "has 3 examples"]),
        ("long.txt", "SELECT 1\n" * 4, ["holds 4 predictions", "has 3 examples"]),
        ("blank-middle.txt", "SELECT 1\n\n\n\nSELECT 1\n", ["holds 5 predictions"]),
        ("bad.json", "{", ["is not JSON"]),
        ("deep.json", "[" * 100_000, ["deep.json: is not JSON"]),
        ("deep.jsonl", '{"sql": ""}\n' + "[" * 100_000, ["line 2: is not JSON"]),
        ("number.json", "3", ["holds int where predictions should be"]),
        ("bad.jsonl", '{"sql": "a"}\nnope\n', ["bad.jsonl: line 2: is not JSON"]),
        ("list.jsonl", "[]\n", ["line 1: is not a JSON object"]),
        ("twice.jsonl", '{"id": 0, "sql": ""}\n' * 3, ["answers 'x/dev/0' twice"]),
        ("stranger.jsonl", '{"id": "y", "sql": ""}\n' * 3, ["prediction 1 is for 'y'", "x/dev/0"]),
        ("some.jsonl", '{"idx": 0, "sql": ""}\n' + '{"sql": ""}\n' * 2, ["prediction 2 has no 'idx'"]),
        ("late.jsonl", '{"sql": ""}\n' + '{"id": 1, "sql": ""}\n' * 2, ["prediction 1 has no 'id'"]),
        ("some.csv", "idx,sql\n2,SELECT 1\n,SELECT 1\n1,SELECT 1\n", ["prediction 2 has no 'idx'"]),
        ("nosql.jsonl", '{"answer": ""}\n' * 3, ["has no SQL", "answer"]),
        ("bare.csv", "0,SELECT 1\n1,SELECT 2\n", ["line 1: names no column of SQL: 0, SELECT 1", "id,sql"]),
        ("semicolons.csv", "id;sql\n0;SELECT 1\n", ["names no column of SQL: id;sql"]),
        ("empty.csv", "", ["it is empty"]),
        (
            "other.json",
            json.dumps({str(n): "SELECT 1\t----- bird -----\tother" for n in range(3)}),
            ["'x/dev/0' is marked for 'other', but 'db' is asked"],
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused(
    tmp_path: Path, dataset: Dataset, name: str, text: str, said: list[str]
):
    with pytest.raises(DataError) as caught:
        read(written(tmp_path, name, text), dataset)
    for part in (name, *said):
        assert part in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path, dataset: Dataset):
    with pytest.raises(DataError, match=r"none\.txt"):
        read(tmp_path / "none.txt", dataset)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("SELECT 1\nSELECT 'é'\n".encode("latin-1"), "p.txt: line 2: is not UTF-8 (byte 0xE9)"),
        ("SELECT 1".encode("utf-16"), "is UTF-16"),
        (b"PAR1\x15\x04", "is a Parquet file"),
        (b"PK\x03\x04\x14", "is a spreadsheet or a zip archive"),
    ],
)
def test_a_file_that_is_no_text_says_what_it_is(tmp_path: Path, dataset: Dataset, content: bytes, said: str):
    (tmp_path / "p.txt").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(tmp_path / "p.txt", dataset)
    assert said in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_first_answer(tmp_path: Path, dataset: Dataset):
    (tmp_path / "p.csv").write_text("\ufeffid,sql\n0,SELECT 1\n1,SELECT 2\n2,SELECT 3\n", encoding="utf-8")
    assert [one.sql for one in read(tmp_path / "p.csv", dataset)] == ["SELECT 1", "SELECT 2", "SELECT 3"]


def test_what_is_no_text_in_birds_file_is_an_empty_answer(tmp_path: Path, dataset: Dataset):
    found = read(written(tmp_path, "p.json", json.dumps({"0": 0, "1": SQL[1], "2": None})), dataset)
    assert [one.sql for one in found] == [None, SQL[1], None]
