"""Values: what a result table holds, and how JSON holds what it has no form for.

A blob is written as ``{"blob": hexadecimal}`` and an infinite number as ``{"float": text}``: so a worker of
:mod:`bench.execute` sends them, and so they are kept in verdicts.
"""

from __future__ import annotations

from math import isinf
from typing import TypeAlias

Scalar: TypeAlias = int | float | str | bytes | None
"""One value of a result table, as SQLite hands it out."""

Row: TypeAlias = tuple[Scalar, ...]

Plain: TypeAlias = int | float | str | dict[str, str] | None
"""One value as JSON holds it."""


def mark(row: Row) -> tuple[Plain, ...]:
    """Write the values of a row so that JSON can hold them.

    >>> mark((1, b"abc", float("-inf")))
    (1, {'blob': '616263'}, {'float': '-inf'})
    """
    return tuple([_marked(value) for value in row])


def unmark(row: tuple[Plain, ...]) -> Row:
    """Read back what :func:`mark` wrote.

    Raises:
        ValueError: an object is none that it writes.
    """
    return tuple([_value(cell) if isinstance(cell, dict) else cell for cell in row])


def _marked(value: Scalar) -> Plain:
    if isinstance(value, bytes):
        return {"blob": value.hex()}
    return {"float": repr(value)} if isinstance(value, float) and isinf(value) else value


def _value(cell: dict[str, str]) -> bytes | float:
    match cell:
        case {"blob": digits}:
            return bytes.fromhex(digits)
        case {"float": text}:
            return float(text)
    raise ValueError(f"{cell} stands for no value")
