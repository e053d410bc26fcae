"""Engines: which builds of SQLite can run a query, and what each is called in keys and on boards."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass

import apsw

from bench.errors import ConfigError, near

ENGINES = {
    "apsw": f"sqlite {apsw.sqlite_lib_version()}",
    "stdlib": f"sqlite {sqlite3.sqlite_version} (stdlib)",
}
"""Name → engine and version; results of two engines must never be compared."""

ENGINE = ENGINES["apsw"]
"""The engine of every outcome, unless another is asked for."""

SAFE_FROM = (3, 50, 2)
"""Older versions let a query with many aggregate terms corrupt memory (CVE-2025-6965)."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a worker loads to run queries.

    Attributes:
        name: one of ``ENGINES``, or ``module:class`` of an adapter.
        calls: system calls that it needs beyond those of SQLite.
        files: what it reads beside the folders of its databases.
        environment: variables that its workers see, for passwords must stand nowhere else.
    """

    name: str
    calls: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()


VERSIONS = {"apsw": apsw.sqlite_lib_version(), "stdlib": sqlite3.sqlite_version}
"""Name → version of SQLite."""

_log = logging.getLogger("bench.execute")


def engine(name: str) -> str:
    """Return the engine's full name; warns where it is older than is safe.

    Raises:
        ConfigError: there is no such engine.
    """
    if name not in ENGINES:
        raise ConfigError(f"unknown engine '{name}'", where="engine", todo=near(name, ENGINES))
    if is_old(VERSIONS[name]):
        _log.warning(
            "%s is older than %s: a hostile query may crash it", ENGINES[name], ".".join(map(str, SAFE_FROM))
        )
    return ENGINES[name]


def is_old(version: str) -> bool:
    """Tell whether a version of SQLite is older than is safe.

    >>> is_old("3.40.1"), is_old("3.50.2"), is_old("3.54.1")
    (True, False, False)
    """
    return tuple([int(part) for part in version.split(".")[:3]]) < SAFE_FROM
