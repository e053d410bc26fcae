"""Stamps: what each section of a published folder was made of, so that it is not made again for nothing.

A stamp hangs on the bytes of the answers, on everything else that a section shows, on this package's own
files, and on the size and time of what was written. Losing the stamps costs time and never a page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec

from bench.checksum import code, digest_all
from bench.results import CellResult, SuiteResult
from bench.sets.notes import notes
from bench.site.sections import CellSection, Section
from bench.store import Lines
from bench.types import Dataset

FILE = ".stamps.json"
"""Lies in the folder of a board, is not part of it, and need not be kept."""


class Stamp(msgspec.Struct, array_like=True, frozen=True):
    """The key of a section, and its files with their size and the time of their last change."""

    key: str
    files: dict[str, tuple[int, int]]


class Stamps:
    """The stamps of one folder, and the keys that its sections would have now."""

    def __init__(self, result: SuiteResult, out: Path) -> None:
        """Read the stamps of ``out``; there are none where they cannot be relied on."""
        self._keys, self._out = Keys(result), out
        self._held: dict[str, Stamp] = {}
        try:
            self._old = msgspec.json.decode((out / FILE).read_bytes(), type=dict[str, Stamp])
        except (OSError, msgspec.MsgspecError):
            self._old = {}

    def hold(self, section: Section) -> bool:
        """Say whether a section would be made of the same, and nobody touched what was made."""
        stamp = self._old.get(section.name)
        if stamp is None or stamp.key != self._keys.of(section):
            return False
        if any(_state(self._out / name) != state for name, state in stamp.files.items()):
            return False
        self._held[section.name] = stamp
        return True

    def take(self, section: Section, names: Iterable[str]) -> None:
        """Stamp a section that has just been written."""
        if key := self._keys.of(section):
            self._held[section.name] = Stamp(key, {name: _state(self._out / name) for name in names})

    def names(self) -> set[str]:
        """Name the files of all sections that are stamped."""
        return {name for stamp in self._held.values() for name in stamp.files}

    def write(self) -> None:
        """Replace the stamps of the folder, if any are new."""
        if self._held != self._old:
            (self._out / FILE).write_bytes(msgspec.json.encode(self._held))


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return -1, -1
    return found.st_size, found.st_mtime_ns


class Keys:
    """The keys of the sections of one suite; a section whose answers are in no file has none."""

    def __init__(self, result: SuiteResult) -> None:
        """Take in what all sections hang on."""
        self._result = result
        self._whole = digest_all([made_by(), repr(replace(result, cells=()))])
        self._shared: dict[int, str] = {}
        self._cells = [self._cell(cell) for cell in result.cells]

    def of(self, section: Section) -> str:
        """Give the key of a section, or nothing."""
        if isinstance(section, CellSection):
            return self._cells[section.number]
        met = zip(self._result.cells, self._cells, strict=True)
        keys = [key for cell, key in met if cell.dataset_name == section.sheet]
        return digest_all([*keys, section.name]) if all(keys) else ""

    def _cell(self, cell: CellResult) -> str:
        parts = [self._whole, self._data(cell.dataset), self._prompts(cell.prompts)]
        for lines in (cell.predictions, cell.verdicts) if not cell.missing else ():
            if not isinstance(lines, Lines):
                return ""
            parts.append(hashlib.sha256(lines.path.read_bytes()).hexdigest())
        bare = replace(cell.dataset, examples=(), schemas={}, databases={}, suites={})
        return digest_all(
            [*parts, repr(replace(cell, dataset=bare, predictions=(), verdicts=(), prompts={}))]
        )

    def _data(self, dataset: Dataset) -> str:
        if id(dataset) not in self._shared:
            self._shared[id(dataset)] = digest_all([repr(dataset), repr(notes(dataset.name))])
        return self._shared[id(dataset)]

    def _prompts(self, prompts: Mapping[str, str]) -> str:
        if id(prompts) not in self._shared:
            self._shared[id(prompts)] = digest_all(prompts.values())
        return self._shared[id(prompts)]


@cache
def made_by() -> str:
    """Hash this package, and name the versions of what renders with it."""
    return digest_all([code(), *(version(name) for name in ("jinja2", "markupsafe", "scipy", "sqlglot"))])
