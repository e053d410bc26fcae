"""Sets: a data set by name, whether an adapter brings it or the user installed it under a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from bench.errors import ConfigError, near
from bench.registry import find, names
from bench.sets.protocol import AbsentError, SetAdapter
from bench.sets.shelf import everything, installed
from bench.types import Dataset

__all__ = ["AbsentError", "SetAdapter", "known", "loaded", "opened", "registered"]


def opened(name: str, root: Path | None = None, *, where: str = "") -> SetAdapter:
    """Open a data set: from ``root`` if given, else as it is installed or embedded.

    Raises:
        ConfigError: no adapter and no installed set has this name.
        DataError: it is neither installed nor embedded, or its files are damaged.
    """
    registered(name, where=where)
    mine = installed(name)
    if root is None and mine is not None:
        root = mine.folder
    kind = mine.adapter if mine is not None else name
    reader = cast("Callable[[Path | None], SetAdapter]", find("datasets", kind, where=where))(root)
    if kind != name:
        reader.name = name
    return reader


def loaded(name: str, split: str, root: Path | None = None, *, where: str = "") -> Dataset:
    """Load a split of a data set by name; one that was installed without it says what to install.

    Raises:
        BenchError: there is no such data set or split, or its files are damaged.
    """
    reader = opened(name, root, where=where)
    try:
        return reader.load(split)
    except AbsentError as error:
        kept = name if installed(name) else getattr(reader, "kept", "")
        if root is not None or not kept:
            raise
        raise AbsentError(
            f"is installed without {split}: it {error.what}",
            where=f"data set '{name}'",
            todo=f"put {split} and what is installed into one folder: bench data add {kept} --from DIR",
        ) from error


def registered(name: str, *, where: str = "") -> None:
    """Refuse a name that no adapter and no installed set has.

    Raises:
        ConfigError: with near misses.
    """
    if name not in known():
        raise ConfigError(f"unknown data set '{name}'", where=where, todo=near(name, known()))


def known() -> list[str]:
    """List every name that :func:`opened` takes."""
    return sorted({*names("datasets"), *(one.name for one in everything())})
