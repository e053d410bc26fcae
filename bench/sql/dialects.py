"""Dialects: those that sqlglot reads; a text in another is read as plain SQL."""

from __future__ import annotations

import sqlglot

KNOWN = frozenset(dialect.value for dialect in sqlglot.Dialects)
"""Dialects that sqlglot reads."""


def readable(dialect: str) -> str | None:
    """Give the dialect to read a text in; ``None``, plain SQL, for one that sqlglot lacks."""
    return dialect if dialect in KNOWN else None
