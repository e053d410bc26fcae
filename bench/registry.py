"""Look-up of adapters by name, through entry points, only when asked for."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from bench.errors import BenchError, ConfigError, near
from bench.words import noun

GROUPS = ("datasets", "models", "databases", "launchers", "objectives")


def names(group: str) -> list[str]:
    """List what is installed under ``bench.<group>`` without importing any of it."""
    return sorted({entry.name for entry in _entries(group)})


def find(group: str, name: str, *, where: str = "") -> object:
    """Import and return the object registered as ``name`` in ``bench.<group>``.

    Raises:
        ConfigError: no such name; the message lists near matches.
        BenchError: it is known, but a package that it needs is not installed.
    """
    entry = next((entry for entry in _entries(group) if entry.name == name), None)
    if entry is None:
        raise ConfigError(f"unknown {noun(group)} '{name}'", where=where, todo=near(name, names(group)))
    try:
        return entry.load()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == entry.module.partition(".")[0]:
            raise  # a file of its own is missing, which no extra would bring
        extra = name if group == "databases" else "train"
        raise BenchError(
            f"{noun(group)} '{name}' needs the package '{error.name}'",
            where=where,
            todo=f"install the extra that brings it: pip install 'text2sql-bench[{extra}]'",
        ) from error


@cache
def _entries(group: str) -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=f"bench.{group}"))
