"""Seeded rows of a declared database, and the database as the grammar sees it once it has rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import TypeAlias

from adapters.datasets.mini.domain import Domain, Field, Value, domain, entity, plural, whole
from adapters.datasets.mini.schemas import ColumnPlan, DatabasePlan, TablePlan
from bench.types import Row, Scalar

Rows: TypeAlias = dict[str, list[Row]]
Pools: TypeAlias = Mapping[str, tuple[str, ...]]

CHILDLESS = 0.15
"""Share of parents that no child references, so that questions about the lack of children have answers."""

_sayable = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)?")


def fill(plan: DatabasePlan, pools: Pools, seed: str) -> Rows:
    """Draw the rows of every table; the same ones for the same plan and seed."""
    made: Rows = {}
    for name, table in plan.tables.items():
        rng = Random(f"{seed}/{name}")
        keys = {parent: [row[0] for row in rows] for parent, rows in made.items()}
        columns = [_column(rng, column, table.rows, pools, keys) for column in table.columns.values()]
        made[name] = _unique(table, list(zip(*columns, strict=True)))
    return made


def _unique(table: TablePlan, rows: list[Row]) -> list[Row]:
    """Keep the first of rows that share a primary key: junction tables draw their keys."""
    at = [list(table.columns).index(name) for name in table.primary_key]
    return list({tuple([row[index] for index in at]): row for row in reversed(rows)}.values())[::-1]


def _column(
    rng: Random, plan: ColumnPlan, count: int, pools: Pools, keys: Mapping[str, list[Scalar]]
) -> list[Scalar]:
    if plan.key is not None:
        return list(range(plan.key, plan.key + count))
    if plan.to is not None:
        values = _references(rng, keys[plan.to], count)
    elif plan.kind == "name":
        values = _names(rng, plan.names or pools[plan.pool or ""], count)
    elif plan.choice is not None:
        weights = [1 / (1 + index) ** 0.5 for index in range(len(plan.choice))]
        values = list(rng.choices(plan.choice, weights, k=count))
    else:
        values = [_measure(rng, plan) for _ in range(count)]
    return [None if rng.random() < plan.null else value for value in values]


def _references(rng: Random, parents: list[Scalar], count: int) -> list[Scalar]:
    used = rng.sample(parents, max(1, round(len(parents) * (1 - CHILDLESS))))
    return rng.choices(used, [0.2 + rng.random() ** 2 for _ in used], k=count)


def _names(rng: Random, pool: tuple[str, ...], count: int) -> list[Scalar]:
    """Draw without repeats as long as the pool lasts."""
    drawn: list[Scalar] = []
    while len(drawn) < count:
        drawn += rng.sample(pool, min(len(pool), count - len(drawn)))
    return drawn


def _measure(rng: Random, plan: ColumnPlan) -> Scalar:
    if plan.date is not None:
        first, last = (date.fromisoformat(day) for day in plan.date)
        return (first + timedelta(days=rng.randrange((last - first).days + 1))).isoformat()
    if plan.integer is not None:
        low, high, step = (*plan.integer, 1)[:3]
        return rng.randrange(low, high + 1, step)
    assert plan.real is not None
    bottom, top, grain = (*plan.real, 0.1)[:3]
    return round(bottom + grain * rng.randrange(round((top - bottom) / grain) + 1), 2)


def speak(db_id: str, plan: DatabasePlan, rows: Rows | None = None) -> Domain:
    """Return the database as the grammar sees it, with the values of its rows that a question can name."""
    made = []
    for name, table in plan.tables.items():
        columns = list(zip(*rows[name], strict=True)) if rows else [()] * len(table.columns)
        fields = [
            _field(column_name, column, values)
            for (column_name, column), values in zip(table.columns.items(), columns, strict=True)
        ]
        nouns = table.said or (name.replace("_", " "),)
        made.append(entity(name, tuple([_noun(noun) for noun in nouns]), tuple(fields), table.primary_key))
    return domain(db_id, tuple(made))


def _noun(text: str) -> tuple[str, str]:
    one, _, many = text.partition("/")
    return one, many or plural(one)


def _field(name: str, plan: ColumnPlan, column: tuple[Scalar, ...]) -> Field:
    values: tuple[Value, ...] = ()
    if plan.kind not in ("key", "link"):
        values = tuple([_spoken(value) for value in dict.fromkeys(column) if _is_sayable(value)])
    return Field(
        name,
        plan.kind,
        plan.said or (name.replace("_", " "),),
        values,
        plan.that,
        plan.more,
        plan.less,
        plan.most,
        plan.least,
        plan.to or "",
        plan.of,
    )


def _is_sayable(value: Scalar) -> bool:
    if isinstance(value, str):
        return bool(_sayable.fullmatch(value) or re.fullmatch(r"\d{4}-\d\d-\d\d", value))
    return value is not None


def _spoken(value: Scalar) -> Value:
    assert isinstance(value, (int, float, str))
    return whole(value) if isinstance(value, float) else value
