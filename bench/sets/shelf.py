"""Shelf: where installed data sets lie, and which content each one is.

::

    <data home>/sets/<name>/<content>/     the files, under a name that is their hash
    <data home>/sets/<name>/set.json       which of them is installed; written last
    <data home>/sets/.lock                 held by whoever installs: one at a time

The data home is the user's data folder, or ``$BENCH_DATA``.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_data_path

from bench.errors import DataError
from bench.store import write_json

DIGITS = 16
"""Hexadecimal digits of the content's hash that name its folder."""

LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed data set.

    Attributes:
        name: what ``bench`` calls it.
        adapter: the entry point that reads it.
        content: SHA-256 over the names and bytes of its files.
        files: how many there are.
        size: their bytes.
        source: the folder, archive or address that it came from.
    """

    name: str
    adapter: str
    content: str
    files: int
    size: int
    source: str

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return place(self.name) / self.content[:DIGITS]


def home() -> Path:
    """Give the folder under which data sets are installed."""
    named = os.environ.get("BENCH_DATA")
    return Path(named) if named else user_data_path("text2sql-bench")


def place(name: str) -> Path:
    """Give the folder of one data set."""
    return home() / "sets" / name


def installed(name: str) -> Installed | None:
    """Look up an installed data set.

    Raises:
        DataError: its record is damaged, or its files are gone.
    """
    record = place(name) / "set.json"
    try:
        found = Installed(**json.loads(record.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise DataError(
            f"cannot be read ({error})", where=str(record), todo=f"install it again: bench data add {name}"
        ) from error
    if not found.folder.is_dir():
        raise DataError(
            f"the files of data set '{name}' are gone",
            where=str(found.folder),
            todo=f"install it again: bench data add {name} --from DIR_OR_ARCHIVE",
        )
    return found


def everything() -> list[Installed]:
    """List what is installed, by name."""
    names = sorted(path.parent.name for path in (home() / "sets").glob("*/set.json"))
    return [found for name in names if (found := installed(name))]


def record(entry: Installed) -> None:
    """Make ``entry`` the installed one."""
    write_json(place(entry.name) / "set.json", asdict(entry))
