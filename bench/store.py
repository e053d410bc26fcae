"""The result store: a folder whose layout is the index, safe to kill at any moment.

::

    runs/fits/<slug>-<key>/                     weights, fit.json written last
    runs/<slug>-<key>/                          cell.json, predictions.jsonl, predict.json
    runs/<slug>-<key>/judged-<key>/             verdicts.jsonl, score.json written last

Status is computed from the files, never stored. A file is written under another name, flushed to
the disk and renamed; a line that a crash cut short is dropped by the next run.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar, overload

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from bench.errors import StoreError
from bench.identity import SHORT
from bench.types import Report, silent

T = TypeVar("T")

_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


@dataclass(frozen=True, slots=True)
class Store:
    """The folder under which everything computed is kept."""

    root: Path

    def fit_folder(self, slug: str, key: str) -> Path:
        """Give the folder of a fit."""
        return self.root / "fits" / f"{slug}-{key[:SHORT]}"

    def cell_folder(self, slug: str, key: str) -> Path:
        """Give the folder of a cell's predictions."""
        return self.root / f"{slug}-{key[:SHORT]}"

    def judged_folder(self, slug: str, key: str, judge: str) -> Path:
        """Give the folder of one judgment of a cell."""
        return self.cell_folder(slug, key) / f"judged-{judge[:SHORT]}"

    @contextmanager
    def lock(self, folder: Path, *, wait: bool = True, tell: Report = silent) -> Iterator[None]:
        """Hold ``folder`` against every other process.

        Args:
            folder: what is about to be written.
            wait: whether to wait for another holder to end.
            tell: told who is waited for.

        Raises:
            StoreError: another process holds it and is not waited for; the message names it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if not leads():
            yield
            return
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if not wait:
                raise StoreError(
                    f"held by {holder(folder)}",
                    where=str(folder),
                    todo="wait for that run to end, or stop it; nothing has been lost",
                ) from None
            tell(0, 0, f"waiting for {holder(folder)}, which holds {folder}")
            lock.acquire()
        try:
            (folder / ".holder").write_text(f"process {os.getpid()} on {socket.gethostname()}")
            yield
        finally:
            lock.release()


def leads() -> bool:
    """Say whether this process writes: of those that ``accelerate launch`` starts, the first does."""
    return os.environ.get("RANK", "0") == "0"


def holder(folder: Path) -> str:
    """Name the process that last locked ``folder``."""
    try:
        return (folder / ".holder").read_text()
    except OSError:
        return "another process"


def write_text(path: Path, text: str) -> None:
    """Replace a file as one step: after a crash it is either the old or the new one."""
    if not leads():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_json(path: Path, value: object) -> None:
    """Replace a JSON file as one step, indented and with a final newline."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, object]:
    """Read a JSON object.

    Raises:
        StoreError: the file is damaged.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"cannot be read ({error})", where=str(path), todo="delete it; the next run makes it again"
        ) from error
    if not isinstance(value, dict):
        raise StoreError(
            "is not a JSON object", where=str(path), todo="delete it; the next run makes it again"
        )
    return value


def encode(record: object) -> str:
    """Write a record of :mod:`bench.types` as one line of JSON, without its newline."""
    return _adapter(type(record)).dump_json(record).decode()


def decode(kind: type[T], line: str | bytes) -> T:
    """Read a record of :mod:`bench.types` back from one line of JSON."""
    record: T = _adapter(kind).validate_json(line)
    return record


def write_lines(path: Path, records: Iterable[object]) -> None:
    """Replace a JSONL file as one step."""
    write_text(path, "".join(encode(record) + "\n" for record in records))


def append(file: IO[bytes], records: Iterable[object]) -> None:
    """Append records to an open JSONL file and push them to the disk."""
    file.write(b"".join(encode(record).encode() + b"\n" for record in records))
    file.flush()
    os.fsync(file.fileno())


def read_lines(path: Path, kind: type[T]) -> list[T]:
    """Read a JSONL file; a last line without its newline was torn by a crash and is left out.

    Raises:
        StoreError: a whole line is damaged; the message names it.
    """
    if not path.exists():
        return []
    whole, _, _torn = path.read_bytes().rpartition(b"\n")
    records: list[T] = []
    for number, line in enumerate(whole.split(b"\n") if whole else [], start=1):
        try:
            records.append(decode(kind, line))
        except ValidationError as error:
            raise StoreError(
                f"line {number} is damaged ({error.error_count()} faults)",
                where=str(path),
                todo="delete the file; the next run makes it again",
            ) from error
    return records


@dataclass(frozen=True, eq=False)
class Lines(Sequence[T]):
    """The records of a JSONL file, read when asked for and let go soon after.

    A suite's answers may so be more than the memory holds; what reads them goes cell by cell. Reading
    raises :class:`StoreError` where a whole line is damaged.
    """

    path: Path
    kind: type[T]

    def __len__(self) -> int:
        return len(_held(self))

    def __iter__(self) -> Iterator[T]:
        return iter(_held(self))

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        return _held(self)[place]


@lru_cache(maxsize=4)
def _held(lines: Lines[T]) -> list[T]:
    """Keep the files that are at work: predictions and verdicts of one cell or two."""
    return read_lines(lines.path, lines.kind)


def drop_torn(path: Path) -> None:
    """Cut a last line that a crash left without its newline."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with path.open("r+b") as file:
            file.truncate(whole)
