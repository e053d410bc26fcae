"""Values: what the clients of other engines hand out, as the few kinds of value that SQLite knows.

Every comparison of results then means the same on every engine:

===============================  ==================================================================
true, false                      1, 0
decimal                          an integer if it is one, else the nearest float
date, time, timestamp            ISO 8601 text with a space, ``2024-05-01 10:00:00``, in UTC if zoned
interval                         ``hours:minutes:seconds``, days counted as 24 hours
JSON, array, list, struct, map   JSON text, keys in order
NaN                              NULL, as in SQLite
all else                         its text
===============================  ==================================================================

Imported by workers: standard library only.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from uuid import UUID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.types import Row, Scalar

_AS_THEY_ARE = frozenset({int, str, bytes, type(None)})


def row(values: Sequence[object]) -> Row:
    """Give one row in SQLite's kinds of value."""
    return tuple([value if type(value) in _AS_THEY_ARE else scalar(value) for value in values])  # type: ignore[misc] # looked at


def scalar(value: object) -> Scalar:
    """Give one value in SQLite's kinds.

    >>> scalar(Decimal("2.50")), scalar(Decimal("2.00")), scalar([1, None, True])
    (2.5, 2, '[1, null, true]')
    >>> scalar(dt.timedelta(days=1, seconds=61)), scalar(dt.datetime(2024, 5, 1, 10))
    ('24:01:01', '2024-05-01 10:00:00')
    """
    if value is None or isinstance(value, str | bytes):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return None if value != value else value
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, list | tuple | dict):
        return json.dumps(_nested(value), ensure_ascii=False, sort_keys=True)
    return _time(value) or str(value)


def _number(value: Decimal) -> Scalar:
    if value.is_nan():
        return None
    return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)


def _time(value: object) -> str:
    """Write dates, times and intervals; empty for anything else."""
    if isinstance(value, dt.datetime):
        return (value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        seconds, sign = (-value, "-") if value < dt.timedelta() else (value, "")
        whole = seconds.days * 86400 + seconds.seconds
        part = f".{seconds.microseconds:06}" if seconds.microseconds else ""
        return f"{sign}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{part}"
    return ""


def _nested(value: object) -> object:
    """Give what JSON can hold; true and false stay what they are inside it."""
    if isinstance(value, dict):
        return {str(key): _nested(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_nested(inner) for inner in value]
    if isinstance(value, bool | UUID):
        return value if isinstance(value, bool) else str(value)
    plain = scalar(value)
    return plain.hex() if isinstance(plain, bytes) else plain
