"""Add: what the user has of a data set → the installed layout, whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from bench.checksum import digest_all
from bench.errors import BenchError, ConfigError, DataError
from bench.sets.recognise import Recognised, candidates, recognise
from bench.sets.shelf import DIGITS, LOCK, Installed, installed, place, record
from bench.sets.unpack import bring, is_archive, pointers


@dataclass(frozen=True, slots=True)
class Added:
    """What was installed: its record, and the size of each split with what it lacks."""

    entry: Installed
    splits: dict[str, int]
    missing: tuple[str, ...]


def add(
    name: str,
    source: Path,
    *,
    kind: str | None = None,
    partial: bool = False,
    replace: bool = False,
    said: str = "",
) -> Added:
    """Install a data set from a folder or an archive.

    Args:
        name: what it will be called.
        source: a folder, an archive or a single file.
        kind: the adapter that reads it, where the name does not say.
        partial: whether databases may be missing.
        replace: whether it may take the place of more than it holds.
        said: where it came from, if not from ``source``.

    Raises:
        BenchError: the files are damaged, are not this data set's, lack databases, or hold less than what
            is installed. Nothing is installed then, and what was installed before stays.
    """
    home = place(_plain(name))
    if home.resolve().is_relative_to(source.resolve()):
        raise DataError(
            f"holds the folder that data sets are installed in ({home.parent})",
            where=str(source),
            todo="give the folder of this data set alone, or set BENCH_DATA to another place",
        )
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(home.with_name(LOCK)):
        home.mkdir(exist_ok=True)
        incoming = home / ".incoming"
        shutil.rmtree(incoming, ignore_errors=True)  # what a killed process left
        try:
            bring(source, incoming)
            _refuse_pointers(incoming)
            found = recognise(candidates(name, kind, incoming), incoming)
            missing = found.missing()
            if missing and not partial:
                found.refuse_missing(name, missing)
            if not replace:
                found.refuse_less(name, _before(name))
            entry = _install(name, found, said or str(source.resolve()))
        except BenchError as error:
            brought = source.parent if source.is_file() and not is_archive(source) else source
            error.where = error.where.replace(str(incoming), str(brought))
            raise
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
            with suppress(OSError):  # not empty: something is installed
                home.rmdir()
        _sweep(home, entry.folder)
    return Added(entry, {split: len(dataset.examples) for split, dataset in found.splits.items()}, missing)


def content(folder: Path) -> tuple[str, int, int]:
    """Hash the names and bytes of every file; also count files and bytes."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    parts: list[str] = []
    for path in paths:
        with path.open("rb") as file:
            parts += [path.relative_to(folder).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()]
    return digest_all(parts), len(paths), sum(path.stat().st_size for path in paths)


def _refuse_pointers(incoming: Path) -> None:
    for pointer in pointers(incoming):
        raise DataError(
            "is a Git LFS pointer, not the file",
            where=str(pointer),
            todo="run 'git lfs pull' in its checkout, then add it again",
        )


def _before(name: str) -> Recognised | None:
    """Look at what is installed; what is damaged or gone is none."""
    try:
        mine = installed(name)
        return recognise([mine.adapter], mine.folder) if mine else None
    except BenchError:
        return None


def _install(name: str, found: Recognised, source: str) -> Installed:
    digest, files, size = content(found.folder)
    entry = Installed(name, found.adapter, digest, files, size, source)
    if not entry.folder.exists():
        found.folder.replace(entry.folder)
    record(entry)
    return entry


def _plain(name: str) -> str:
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name.startswith("."):
        raise ConfigError(f"'{name}' names a folder: use letters, digits, '-', '_' and '.'")
    return name


def _sweep(home: Path, kept: Path) -> None:
    """Remove the content that is no longer the installed one."""
    for folder in home.iterdir():
        if folder.is_dir() and folder != kept and len(folder.name) == DIGITS:
            shutil.rmtree(folder, ignore_errors=True)
