"""Recognise: which adapter reads a folder that somebody brought, what it holds, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bench.errors import BenchError, ConfigError, DataError, near
from bench.registry import find, names
from bench.sets.protocol import AbsentError, SetAdapter
from bench.types import Dataset
from bench.words import count, some

DEPTH = 3
"""How far below the top of an archive its folder may lie."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A folder that an adapter takes, with the splits that it holds.

    ``bare`` are those that come without databases by design: nothing of them is missing.
    """

    adapter: str
    folder: Path
    splits: Mapping[str, Dataset]
    bare: Collection[str] = ()

    def missing(self) -> tuple[str, ...]:
        """Name the databases that are asked but not there.

        Raises:
            DataError: one is there and damaged.
        """
        paths = self._databases()
        look = cast("Any", find("databases", "sqlite"))()
        for db_id, path in paths.items():
            if path.is_file():
                look.introspect(path, db_id)
        return tuple(sorted(paths.keys() - self.there()))

    def refuse_missing(self, name: str, missing: Sequence[str]) -> None:
        """Say which databases are missing and where they belong.

        Raises:
            DataError: always.
        """
        host = getattr(find("datasets", self.adapter), "host", "")
        theirs = f"install {host}, whose they are" if host else "install the data set that they are of"
        belongs = Path(*self._databases()[missing[0]].parts[-3:])
        raise DataError(
            f"{count(len(missing), 'database')} asked but not there: {some(missing)}",
            where=f"data set '{name}'",
            todo=f"{theirs}, put them where {belongs} belongs, "
            "or give --partial: questions on them cannot be judged then",
        )

    def refuse_less(self, name: str, before: Recognised | None) -> None:
        """Refuse to take the place of more: of splits, questions or databases that are not here.

        Raises:
            DataError: with what would be lost.
        """
        lost = [*self._lost(before)] if before else []
        if lost:
            raise DataError(
                f"holds less than what is installed: {some(lost)}",
                where=f"data set '{name}'",
                todo="put all its parts into one folder and add that, or give --replace",
            )

    def _lost(self, before: Recognised) -> Iterator[str]:
        for split, dataset in before.splits.items():
            had, has = len(dataset.examples), len(self.splits[split].examples) if split in self.splits else 0
            if has < had:
                yield f"{has:,} of {count(had, 'question')} of {split}" if has else f"no {split}"
        yield from (f"no database {db_id}" for db_id in sorted(before.there() - self.there()))

    def there(self) -> set[str]:
        """Name the databases that are asked and there."""
        return {db_id for db_id, path in self._databases().items() if path.is_file()}

    def _databases(self) -> dict[str, Path]:
        """Find the SQLite databases that any split asks, under the names of their files."""
        return {
            path.stem: path
            for split, dataset in self.splits.items()
            if dataset.dialect == "sqlite" and split not in self.bare
            for path in dataset.databases.values()
        }


def candidates(name: str, kind: str | None, folder: Path) -> Sequence[str]:
    """Say which adapters may read what was brought under a name.

    Raises:
        ConfigError: an adapter is asked for that is not known, or not the one that the name has.
    """
    known = names("datasets")
    if kind is not None and kind not in known:
        raise ConfigError(f"unknown adapter '{kind}'", where="--as", todo=near(kind, known))
    if name in known:
        if kind not in (None, name):
            raise ConfigError(f"'{name}' is read by its own adapter", where="--as", todo="leave --as out")
        return [name]
    if kind is not None:
        return [kind]
    return ["jsonl"] if any(folder.rglob("*.jsonl")) else ["spider", "jsonl"]


def recognise(kinds: Sequence[str], top: Path) -> Recognised:
    """Find the folder that an adapter takes: the top one, or the first below it.

    Raises:
        BenchError: there is none, and the message is of the one that came nearest; or several folders
            hold a part each.
    """
    refused: BenchError = DataError("is empty", where=str(top))
    for kind in kinds:
        folders = _folders(top)
        for place, folder in enumerate(folders):
            try:
                found = _read(kind, folder)
            except AbsentError as error:
                refused = refused if isinstance(refused, AbsentError) else error
                continue
            if folder != top:
                _refuse_parts(found, folders[place + 1 :], top)
            return found
    if len(kinds) > 1:
        raise AbsentError(
            "is not laid out as Spider is (dev.json, tables.json, database/), nor has it questions in JSONL",
            where=str(top),
            todo="name what reads it by --as, or see docs/own-data.md for your own",
        )
    raise refused


def _read(kind: str, folder: Path) -> Recognised:
    reader = cast("Callable[[Path], SetAdapter]", find("datasets", kind))(folder)
    return Recognised(kind, folder, _splits(reader), getattr(reader, "bare", ()))


def _refuse_parts(found: Recognised, others: Sequence[Path], top: Path) -> None:
    """Refuse to take one folder where another holds splits that it has not."""
    parts = {found.folder: [*found.splits]}
    for folder in others:
        with suppress(BenchError):
            more = [split for split in _read(found.adapter, folder).splits if split not in found.splits]
            if more:
                parts[folder] = more
    if len(parts) > 1:
        named = [f"{folder.relative_to(top)} ({', '.join(splits)})" for folder, splits in parts.items()]
        raise DataError(
            f"holds {len(parts)} folders of the data set '{found.adapter}': {some(named)}",
            where=str(top),
            todo="give one of them, or put the files of those you want into one folder and give that",
        )


def _folders(top: Path) -> list[Path]:
    found, level = [top], [top]
    for _ in range(DEPTH):
        level = sorted(path for folder in level for path in folder.iterdir() if path.is_dir())
        found += level
    return found


def _splits(reader: SetAdapter) -> dict[str, Dataset]:
    """Load every split whose files are there.

    Raises:
        BenchError: none is there, or one is damaged.
    """
    loaded: dict[str, Dataset] = {}
    absent: list[AbsentError] = []
    for split in reader.splits:
        try:
            loaded[split] = reader.load(split)
        except AbsentError as error:
            absent.append(error)
    if not loaded:
        raise max(absent, key=lambda error: Path(error.where).is_file())  # what is there says most
    return loaded
