"""JSONL: your own questions, one JSON object a line, and your own SQLite databases.

A folder, as ``bench data new`` makes it::

    dev.jsonl  train.jsonl  test.jsonl      those that there are
    database/<db_id>.sqlite                 or database/<db_id>/<db_id>.sqlite
    set.toml                                name, title, licence, rules; may be left out

or one file with databases beside it, alone or as the only one of such a folder. A line needs
``question``, ``sql`` (one query, or a list of accepted ones) and, where there are several databases,
``db_id``. It may have ``id``, ``evidence``, ``difficulty`` and ``history``, the questions before it as a
list of texts. In a single file, ``split`` says where a line belongs; without it, to the split that the file
is named after, or else to dev: never to two, for what is learnt from is not asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.datasets.described import fingerprint, schema, suites
from adapters.datasets.folder import refuse_twice
from adapters.datasets.lines import read_lines
from adapters.datasets.scaffold import scaffold
from bench.errors import ConfigError, DataError, near
from bench.sets.protocol import AbsentError
from bench.types import Dataset, Example, Turn

KEYS = ("id", "db_id", "question", "sql", "evidence", "difficulty", "history", "split")
SETTINGS = {"name": str, "title": str, "licence": str, "levels": list, "rules": list}
SUFFIXES = (".sqlite", ".db", ".sqlite3")
UNSAID = "dev"
"""The split of lines that do not say theirs, in a file that is not named after one."""


class Jsonl:
    """A data set of the user's own."""

    name = "jsonl"
    title = "Your own questions, as JSONL"
    licence = "yours"
    levels: tuple[str, ...] = ("easy", "medium", "hard", "extra")
    rules: tuple[str, ...] = ("test-suite", "bird")
    synthetic = False
    splits = ("train", "dev", "test")
    scaffold = staticmethod(scaffold)
    """Makes such a folder from a database or from CSV files."""

    def __init__(self, root: Path | None = None) -> None:
        """Look at a folder, or at a single file.

        Raises:
            DataError: there is neither, or ``set.toml`` is damaged.
            ConfigError: ``set.toml`` has a key that is not known.
        """
        if root is None or not root.exists():
            raise DataError(
                "there is no such folder or file" if root else "needs a folder or a file",
                where=str(root or "data set 'jsonl'"),
                todo="give --data DIR, where DIR holds dev.jsonl and database/; 'bench data new' makes one",
            )
        self.file = root if root.is_file() else self._only(root)
        self.root = root.parent if root.is_file() else root
        self.name = root.resolve().stem
        settings = _settings(self.root / "set.toml")
        self.name = settings.get("name", self.name)
        self.title = settings.get("title", "")
        self.licence = settings.get("licence", "not stated")
        self.levels = tuple(settings.get("levels", type(self).levels))
        self.rules = tuple(settings.get("rules", type(self).rules))

    def load(self, split: str) -> Dataset:
        """Load one split.

        Raises:
            ConfigError: no such split.
            DataError: its file is missing, damaged or empty, a line lacks what it needs, two have one
                id, or a database is missing.
        """
        if split not in self.splits:
            raise ConfigError(
                f"unknown split '{split}'", where=f"data set '{self.name}'", todo=near(split, self.splits)
            )
        path = self.file or self.root / f"{split}.jsonl"
        if not path.is_file():
            raise AbsentError(
                f"has no {path.name}", where=str(self.root), todo="write it, or ask another split"
            )
        databases = self._databases()
        examples = [
            self._example(split, number, item, databases, path)
            for number, item in enumerate(read_lines(path), start=1)
            if self._split(item, path, number) == split
        ]
        if not examples:
            mark = f', with "split": "{split}"' if self.file else ""
            raise AbsentError(
                f"has no question of the split '{split}'", where=str(path), todo=f"write one a line{mark}"
            )
        refuse_twice(examples, str(path))
        asked = {name: databases[name] for name in sorted({example.db_id for example in examples})}
        return Dataset(
            name=self.name,
            split=split,
            title=self.title or self.name,
            licence=self.licence,
            levels=self.levels,
            rules=self.rules,
            synthetic=self.synthetic,
            examples=tuple(examples),
            schemas={db_id: schema(db_id, database, None) for db_id, database in asked.items()},
            databases=asked,
            fingerprint=fingerprint(examples, asked, {}, suites(asked)),
        )

    def _only(self, folder: Path) -> Path | None:
        """Find the one file of a folder that has no file of a split."""
        found = list(folder.glob("*.jsonl"))
        named = any(path.stem in self.splits for path in found)
        return found[0] if len(found) == 1 and not named else None

    def _split(self, item: Mapping[str, Any], path: Path, number: int) -> str:
        """Tell where a line belongs."""
        split = item.get("split", path.stem if path.stem in self.splits else UNSAID)
        if split not in self.splits:
            raise DataError(
                f"has an unknown split '{split}'",
                where=f"{path}, line {number}",
                todo=near(str(split), self.splits),
            )
        return str(split)

    def _example(
        self, split: str, number: int, item: Mapping[str, Any], databases: Mapping[str, Path], path: Path
    ) -> Example:
        where = f"{path}, line {number}"
        for key in item.keys() - set(KEYS):
            raise DataError(f"has an unknown key '{key}'", where=where, todo=near(key, KEYS))
        db_id = str(item.get("db_id", next(iter(databases)) if len(databases) == 1 else ""))
        if db_id not in databases:
            raise DataError(
                f"there is no database '{db_id}'" if db_id else "does not say which database it asks",
                where=where,
                todo=f"give 'db_id'; {near(db_id, databases)}",
            )
        golds = item.get("sql")
        return Example(
            id=str(item.get("id", f"{self.name}/{split}/{number - 1:04}")),
            db_id=db_id,
            question=_text(item, "question", where),
            gold=tuple(_text({"sql": gold}, "sql", where) for gold in (_listed(golds) or [None])),
            difficulty=item.get("difficulty"),
            evidence=item.get("evidence") or "",
            history=_history(item.get("history") or [], where),
        )

    def _databases(self) -> dict[str, Path]:
        """Find every database under the folder, by name."""
        folders = [self.root / "database", self.root]
        found = (
            path
            for folder in folders
            for pattern in ("*", "*/*")
            for path in sorted(folder.glob(pattern))
            if path.suffix in SUFFIXES and path.is_file()
        )
        return {path.stem: path for path in reversed(list(found))}


def _settings(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise DataError(f"is not valid TOML: {error}", where=str(path)) from error
    for key, value in table.items():
        kind = SETTINGS.get(key)
        if kind is None:
            raise ConfigError(f"unknown key '{key}'", where=str(path), todo=near(key, SETTINGS))
        if not isinstance(value, kind):
            raise ConfigError(f"'{key}' is not a {kind.__name__}", where=str(path))
    return table


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def _history(turns: object, where: str) -> tuple[Turn, ...]:
    if isinstance(turns, list) and all(isinstance(turn, str) and turn.strip() for turn in turns):
        return tuple(Turn(question) for question in turns)
    raise DataError(
        "'history' is not a list of questions",
        where=where,
        todo='give the questions before it as texts: "history": ["...", "..."]; a model is shown SQL for '
        'them where a suite says [prompt] history = "predicted", and that is what was predicted',
    )


def _text(item: Mapping[str, Any], key: str, where: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"has no '{key}'", where=where, todo=f"give '{key}' as text that is not empty")
    return value.strip()
