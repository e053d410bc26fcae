"""Live: databases behind an address, in place of SQLite files.

An address is a URL in which ``{db_id}`` stands for the name of a database, for example
``postgresql://bench@localhost/{db_id}`` or ``duckdb:copies/{db_id}.duckdb``. It never holds a password:
those stand in the files or variables that the clients of each engine read anyway. Which engine answers
is decided by the scheme, an entry point of ``bench.databases``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from bench.errors import ConfigError
from bench.execute.engines import Program
from bench.execute.policy import STANDARD, Policy
from bench.registry import find

ALIASES = {"postgresql": "postgres", "mariadb": "mysql"}
"""Schemes of addresses that are not the name of their entry point."""

NAME = "{db_id}"


class Adapter(Protocol):
    """What an entry point of ``bench.databases`` gives, but for SQLite's.

    Attributes:
        dialect: sqlglot's name of its language.
        program: what a worker loads to run queries.
        limits: what a verdict hangs on → whether it comes out the same on every run.
    """

    dialect: str
    program: Program
    limits: Mapping[str, bool]

    def examine(self, address: str, *, allow_unsafe: bool) -> str:
        """Return name and version of the engine; empty where the database is not there.

        Raises:
            BenchError: it cannot be reached, refuses the account, or lets it write.
        """
        ...

    def place(self, address: str) -> str:
        """Return what a worker opens."""
        ...


class Live:
    """The databases behind one address; each is looked at before its first query.

    Args:
        address: where they are.
        expected: the beginning of the engine's name and version, such as ``postgresql 15``; empty takes any.
        allow_unsafe: whether an account that can write is taken.
        where: what to name in errors.

    Attributes:
        adapter: the engine's entry point.
        engine: name and version; the scheme alone until a database was looked at.
    """

    def __init__(
        self, address: str, *, expected: str = "", allow_unsafe: bool = False, where: str = "--db"
    ) -> None:
        scheme = address.partition(":")[0]
        if not is_address(address):
            raise ConfigError(
                f"'{address}' is no address", where=where, todo=f"such as postgresql://bench@localhost/{NAME}"
            )
        if "//" in address and urlsplit(address).password is not None:
            raise ConfigError(
                "the address holds a password",
                where=where,
                todo="put it where the client of the engine looks: PGPASSWORD or ~/.pgpass; MYSQL_PWD",
            )
        kind = find("databases", ALIASES.get(scheme, scheme), where=where)
        if not hasattr(kind, "program"):
            raise ConfigError(
                f"{scheme} files are named by their path", where=where, todo="leave out the scheme"
            )
        self.adapter = cast("Adapter", cast("Any", kind)())
        self.engine = scheme
        self._address, self._expected, self._where = address, expected, where
        self._allow_unsafe = allow_unsafe
        self._places: dict[str, str] = {}

    @property
    def program(self) -> Program:
        """What workers load."""
        return self.adapter.program

    @property
    def is_open(self) -> bool:
        """Whether its workers may read every file and connect, as the clients of servers must."""
        return "/" in self.program.files

    def check(self, policy: Policy, *, require_sandbox: bool = False) -> None:
        """Refuse what the engine cannot keep.

        Raises:
            ConfigError: limits that are relative to the operations of gold, which it does not count; a time
                that its clock cannot show; a whole sandbox, where its workers need files and the network.
        """
        if require_sandbox and self.is_open:
            raise ConfigError(
                f"a worker that asks {self.engine} may read files and connect: its sandbox is not whole",
                where="--require-sandbox",
                todo="leave the option out, or judge on SQLite or DuckDB",
            )
        if policy.now != STANDARD.now and not self.adapter.limits["the clock"]:
            raise ConfigError(
                f"the clock of {self.engine} cannot be set", where="--now", todo="leave the option out"
            )
        if policy.relative_steps is not None:
            raise ConfigError(
                f"the policy '{policy.name}' counts operations, and {self.engine} does not tell of them",
                where="--policy",
                todo="take 'standard' or 'spider'",
            )

    def address(self, name: str) -> str:
        """Return the address of the database called ``name``."""
        return self._address.replace(NAME, name)

    def place(self, database: Path) -> str:
        """Look at the database that is called like this file, and say what a worker opens.

        Raises:
            BenchError: it cannot be reached, refuses the account, lets it write, or is of another version.
        """
        address = self.address(database.stem)
        if address not in self._places:
            self._look(address)
            self._places[address] = self.adapter.place(address)
        return self._places[address]

    def _look(self, address: str) -> None:
        found = self.adapter.examine(address, allow_unsafe=self._allow_unsafe)
        if found and not begins(found, self._expected):
            raise ConfigError(
                f"{found} answers, and the suite says {self._expected}",
                where=self._where,
                todo=f'write engine = "{found}", which makes verdicts anew, or start the other one',
            )
        self.engine = found or self.engine


def is_address(text: str) -> bool:
    """Tell an address from a path.

    >>> is_address("postgresql://localhost/x"), is_address("duckdb:x.duckdb"), is_address("C:/x.sqlite")
    (True, True, False)
    """
    scheme, colon, rest = text.partition(":")
    return bool(colon and rest) and len(scheme) > 1 and scheme.isalnum() and os.sep not in scheme


def begins(engine: str, expected: str) -> bool:
    """Tell whether an engine is the one that is expected, or a later patch of it.

    >>> begins("postgresql 15.18", "postgresql 15"), begins("postgresql 15.18", "postgresql 1")
    (True, False)
    """
    return f"{engine}.".startswith(f"{expected}.") if expected else True
