"""Values of other engines as SQLite's kinds: what is equal in SQL must be equal in Python."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from adapters.databases.values import row, scalar


@pytest.mark.parametrize(
    "value, expected",
    [
        (True, 1),
        (Decimal(3), 3),
        (Decimal("3.10"), 3.1),
        (Decimal("1E+3"), 1000),
        (Decimal("NaN"), None),
        (Decimal("Infinity"), float("inf")),
        (float("nan"), None),
        (dt.date(2024, 5, 1), "2024-05-01"),
        (dt.time(10, 2, 3), "10:02:03"),
        (dt.datetime.fromisoformat("2024-05-01T10:02:03.000500"), "2024-05-01 10:02:03.000500"),
        (dt.datetime(2024, 5, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2))), "2024-04-30 23:00:00"),
        (dt.timedelta(hours=-1, microseconds=5), "-00:59:59.999995"),
        (dt.timedelta(days=2), "48:00:00"),
        ([1, [Decimal("2.5"), None]], "[1, [2.5, null]]"),
        ({"b": dt.date(2024, 1, 1), "a": (True, b"\x01")}, '{"a": [true, "01"], "b": "2024-01-01"}'),
        (memoryview(b"ab"), b"ab"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_a_value_becomes_one_that_sqlite_knows(value, expected):
    found = scalar(value)
    assert found == expected
    assert type(found) is type(expected)


def test_the_rest_of_a_row_stays_what_it_is():
    assert row((1, "a", b"b", None, 1.5)) == (1, "a", b"b", None, 1.5)
