"""A gold file with two small databases and nothing else, and a way to call the command in this process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bench.cli import app
from bench.errors import BenchError
from tests.scoring.said import ANSWERS, GOLD

Bench = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with ``gold.sql``, the answers in ``said/`` and the databases in ``db/``."""
    (tmp_path / "gold.sql").write_text("".join(f"{sql}\t{db_id}\n" for sql, db_id in GOLD))
    (tmp_path / "said").mkdir()
    for name, texts in ANSWERS.items():
        (tmp_path / "said" / name).write_text("\n".join(texts) + "\n")
    for db_id, script in {
        "pets": "CREATE TABLE pet (name TEXT, age INTEGER); INSERT INTO pet VALUES ('Rex', 3), ('Tom', 1)",
        "films": "CREATE TABLE film (title TEXT, length REAL); INSERT INTO film VALUES ('Alien', 117)",
    }.items():
        (tmp_path / "db" / db_id).mkdir(parents=True)
        with closing(sqlite3.connect(tmp_path / "db" / db_id / f"{db_id}.sqlite")) as database:
            database.executescript(script)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Bench:
    """Call ``bench score`` in this process; gives exit code, standard output and standard error."""

    def call(*words: object) -> tuple[int, str, str]:
        try:
            code = app(["score", *map(str, words)], standalone_mode=False) or 0
        except BenchError as error:
            return error.exit_code, "", str(error)
        told = capsys.readouterr()
        return code, told.out, told.err

    return call
